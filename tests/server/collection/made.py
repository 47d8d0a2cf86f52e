"""A small run written by hand: a few orders whose every figure is known, published for a book."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import pyarrow as pa

from huikuan.engine.model import LINKS, OPEN
from huikuan.insight.collection.cube import cubes_sql
from huikuan.pipeline.results.overlay import decided
from huikuan.pipeline.runs import published as runs
from huikuan.pipeline.runs.published import Arguments, Manifest
from huikuan.records.decisions import Decisions
from huikuan.server.books.models import Book
from huikuan.server.documents.library import library_book

AS_OF = date(2026, 10, 31)
ZERO = Decimal(0)
NAMES = ("order-settlement", "payout-bank", "balance")
MONEY = pa.decimal128(18, 5)
AMOUNTS = (
    "paid", "platform_borne", "refunded", "fees", "receivable", "settled", "collected", "settled_not_collected",
    "in_transit", "not_due", "reserve", "overdue", "disputed", "written_off",
)  # fmt: skip
COLLECTION = pa.schema(
    [(n, pa.string()) for n in ("shop", "order_no", "currency", "status", "order_status")]
    + [("business_date", pa.date32())]
    + [(n, pa.timestamp("us")) for n in ("paid_at", "shipped_at", "received_at", "closed_at")]
    + [(n, MONEY) for n in AMOUNTS]
    + [("expected_date", pa.date32()), ("due_date", pa.date32()), ("overdue_days", pa.int64())]
    + [("settled_on", pa.date32()), ("collected_on", pa.date32())]
)
SHARE = pa.schema(
    [(n, pa.string()) for n in ("shop", "order_no", "currency", "account", "payout")]
    + [("payout_date", pa.date32()), ("matched", pa.bool_()), ("bank_date", pa.date32()), ("amount", MONEY)]
    + [("payout_key", pa.string())]
)
PARQUET = {
    "string": "VARCHAR",
    "date": "DATE",
    "int64": "BIGINT",
    "boolean": "BOOLEAN",
    "decimal(18, 5)": "DECIMAL(18,5)",
}


@dataclass(frozen=True)
class Order:
    """An order as a test tells it: `came` lists (bank day, amount, payout); the places of the rest are given."""

    no: str
    day: date | None
    paid: str
    status: str = "collected"
    shop: str = "Shop A"
    currency: str = "CNY"
    refunded: str = "0"
    fees: str = "0"
    came: tuple[tuple[date, str, str], ...] = ()
    in_transit: str = "0"
    in_wallets: str = "0"
    not_due: str = "0"
    overdue: str = "0"
    disputed: str = "0"
    written_off: str = "0"
    late_days: int | None = None

    def row(self) -> dict[str, Any]:
        """As the collection holds it; the places must add up to the receivable."""
        money = {n: Decimal(getattr(self, n)) for n in (
            "paid", "refunded", "fees", "in_transit", "not_due", "overdue", "disputed", "written_off",
        )}  # fmt: skip
        collected = sum((Decimal(amount) for _, amount, _ in self.came), ZERO)
        waiting = money["in_transit"] + Decimal(self.in_wallets)
        money |= {
            "platform_borne": ZERO, "reserve": ZERO, "receivable": money["paid"] - money["refunded"] - money["fees"],
            "collected": collected, "settled_not_collected": waiting, "settled": collected + waiting,
        }  # fmt: skip
        places = sum((money[n] for n in ("settled", "not_due", "overdue", "disputed", "written_off")), ZERO)
        assert money["receivable"] == places, (self.no, money["receivable"], places)
        due = AS_OF.replace(day=AS_OF.day - self.late_days) if self.late_days else None
        return {
            **dict.fromkeys(COLLECTION.names), **money, "shop": self.shop, "order_no": self.no, "status": self.status,
            "currency": self.currency, "business_date": self.day, "due_date": due, "overdue_days": self.late_days,
            "collected_on": max((day for day, _, _ in self.came), default=None),
        }  # fmt: skip

    def shares(self) -> list[dict[str, Any]]:
        """What payouts took of it, one row per payout."""
        return [
            {"shop": self.shop, "order_no": self.no, "currency": self.currency, "account": "Wallet", "payout": payout,
             "payout_date": day, "matched": True, "bank_date": day, "amount": Decimal(amount),
             "payout_key": f"payout:{payout}"}
            for day, amount, payout in self.came
        ]  # fmt: skip


def day(number: int, month: int = 10) -> date:
    """A day of 2026."""
    return date(2026, month, number)


ORDERS = (
    Order("A1", day(20, 9), "100", fees="5", came=((day(3), "95", "P1"),)),
    Order("A2", day(25, 9), "200", came=((day(28, 9), "80", "P0"), (day(5), "120", "P2"))),
    Order("A3", day(2), "300", refunded="50", fees="10", came=((day(12), "240", "P3"),)),
    Order("A4", day(10), "400", "overdue", overdue="400", late_days=5),
    Order("A5", day(12), "60", "overdue", overdue="60", late_days=20),
    Order("A6", day(14), "500", "awaiting", not_due="500"),
    Order("A7", day(20), "70", "settled", fees="1", in_transit="49", in_wallets="20"),
    Order("A8", day(21), "90", "written_off", written_off="90"),
    Order("A9", day(22), "30", "disputed", disputed="30"),
    Order("B1", day(5), "1000", shop="Shop B", came=((day(25), "1000", "P4"),)),
    Order("B2", None, "10", "overdue", shop="Shop B", overdue="10", late_days=30),
    Order("B3", day(30), "0", "unpaid", shop="Shop B"),
)
# P3 reached the bank 15.00 short, P4 0.50 over.
RESIDUALS = {"P3": "15", "P4": "-0.5"}


def publish(
    book: Book, orders: tuple[Order, ...] = ORDERS, residuals: dict[str, str] | None = None, cubes: bool = True,
    as_of: date | None = None,
) -> Path:  # fmt: skip
    """Publish a run of these orders for a book (as of today, or of a day) and return its folder."""
    book.fixed_today, book.start, book.data_until = AS_OF, date(2026, 9, 1), AS_OF
    book.save()
    library = library_book(book)
    now = datetime.now(UTC)
    folder = runs.new_run_folder(library, now)
    told = tuple((RESIDUALS if residuals is None else residuals).items())
    for name, content in _files(orders, told, cubes).items():
        (folder / name).write_bytes(content)
    manifest = Manifest(
        run=folder.name, created_at=now, as_of=as_of or AS_OF, date_from=None, date_to=None, names=NAMES,
        facts=library.lake.version(), rules="", decisions="", versions={}, tolerances={}, rows={},
        decided=decided(Decisions()),
    )  # fmt: skip
    (folder / runs.MANIFEST).write_text(manifest.to_json(), encoding="utf-8")
    runs.publish(library, Arguments(as_of=as_of), folder)
    return folder


@lru_cache(maxsize=64)
def _files(orders: tuple[Order, ...], residuals: tuple[tuple[str, str], ...], cubes: bool) -> dict[str, bytes]:
    """The files of a run, by name: many tests want the same."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        con = duckdb.connect()
        con.register("orders", pa.Table.from_pylist([order.row() for order in orders], COLLECTION))
        con.register("shares", pa.Table.from_pylist([row for order in orders for row in order.shares()], SHARE))
        con.execute(f"COPY (SELECT * FROM orders ORDER BY order_no, shop) TO '{folder}/collection.parquet'")
        con.execute(f"COPY (SELECT * FROM shares) TO '{folder}/share.parquet'")
        con.execute(
            f"COPY (SELECT ''::VARCHAR AS document_id, ''::VARCHAR AS document LIMIT 0) TO '{folder}/documents.parquet'"
        )
        numbered = f"read_parquet('{folder}/collection.parquet', file_row_number = true)"
        if cubes:
            for part, query in cubes_sql(numbered, f"'{folder}/share.parquet'").items():
                con.execute(f"COPY ({query}) TO '{folder}/{part}.parquet'")
        _recons(con, folder, dict(residuals))
        con.close()
        return contents(folder)


def contents(folder: Path) -> dict[str, bytes]:
    """What the files of a folder hold, by name."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def _recons(con: duckdb.DuckDBPyConnection, folder: Path, residuals: dict[str, str]) -> None:
    """Empty reconciliations, but for the residuals of payouts and one payout that is late."""
    links = ", ".join(f'NULL::{PARQUET.get(kind, "VARCHAR")} AS "{name}"' for name, kind in LINKS.items())
    opened = ", ".join(f'NULL::{PARQUET.get(kind, "VARCHAR")} AS "{name}"' for name, kind in OPEN.items())
    for name in NAMES:
        con.execute(f"CREATE OR REPLACE TABLE l AS SELECT {links} LIMIT 0")
        con.execute(f"CREATE OR REPLACE TABLE o AS SELECT {opened} LIMIT 0")
        if name == "payout-bank":
            for payout, residual in residuals.items():
                con.execute(
                    "INSERT INTO l (link_id, group_id, side, record_key, currency, residual) "
                    "VALUES ($1, $1, 'left', 'payout:' || $1, 'CNY', $2::DECIMAL(18,5))",
                    [payout, Decimal(residual)],
                )
            con.execute(
                "INSERT INTO o (item_id, side, currency, class, needs_work, amount) "
                "VALUES ('late', 'left', 'CNY', 'payout_missing', true, 49)"
            )
        con.execute(f"COPY l TO '{folder}/{name}.links.parquet'")
        con.execute(f"COPY o TO '{folder}/{name}.open.parquet'")
