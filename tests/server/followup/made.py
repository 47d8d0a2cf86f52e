"""A small run of late, short, overcharged and disputed orders whose every figure is known."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import pyarrow as pa

from huikuan.engine.model import OPEN
from huikuan.server.books.models import Book
from tests.server.collection.made import PARQUET, Order, contents, day, publish

D = Decimal
ORDERS = (
    Order("A1", day(2), "100", fees="5", came=((day(12), "95", "P1"),)),  # nothing missing; its fee 2 too high
    Order("A4", day(10), "400", "overdue", overdue="400", late_days=5),
    Order("A5", day(12), "60", "overdue", came=((day(20), "40", "P2"),), overdue="20", late_days=20),
    Order("A6", day(14), "500", "awaiting", not_due="500"),
    Order("A9", day(22), "30", "disputed", disputed="30"),
    Order("B2", day(1), "10", "overdue", shop="Shop B", overdue="10", late_days=30),
    Order("B4", day(1), "70", "overdue", shop="Shop B", currency="USD", overdue="70", late_days=1),
)
# side, shop, order, class, cause, amount, why
ITEMS = (
    ("left", "Shop A", "A4", "missing_right", "c-O1", "400", '{"code": "cause_overdue", "due": "2026-10-26"}'),
    ("left", "Shop A", "A5", "short", "c-P1", "20", '{"code": "cause_part_settled", "owed": "60", "came": "40"}'),
    ("right", "Shop A", "A1", "fee_rate", "c-F2", "-2", ""),
    ("right", "Shop A", "A4", "fee_rate", "c-F2", "1", ""),  # charged too little: not missed
    ("left", "Shop B", "B2", "missing_right", "c-O1", "10", ""),
)
# The bill rows of A5: shop (None: an account's line), type, amount, told by another file already.
BILL = (
    (None, "sale", "45", False),
    ("Shop A", "commission", "-5", False),
    ("Shop A", "sale", "45", True),
    ("Shop Z", "sale", "45", False),
)
MISSING = {
    ("Shop A", "A1", "CNY"): D(2), ("Shop A", "A4", "CNY"): D(400), ("Shop A", "A5", "CNY"): D(20),
    ("Shop A", "A9", "CNY"): D(30), ("Shop B", "B2", "CNY"): D(10), ("Shop B", "B4", "USD"): D(70),
}  # fmt: skip


def publish_run(
    book: Book, orders: tuple[Order, ...] = ORDERS, items: tuple[Any, ...] = ITEMS, as_of: date | None = None
) -> Path:
    """Publish a run of these orders with open items of order-settlement."""
    folder = publish(book, orders, as_of=as_of)
    for name, content in _files(orders, items).items():
        (folder / name).write_bytes(content)
    return folder


@lru_cache(maxsize=64)
def _files(orders: tuple[Order, ...], items: tuple[Any, ...]) -> dict[str, bytes]:
    """The files that such a run holds instead of the collection's or besides them, by name."""
    with TemporaryDirectory() as made, duckdb.connect() as con:
        folder = Path(made)
        columns = ", ".join(f'NULL::{PARQUET.get(kind, "VARCHAR")} AS "{name}"' for name, kind in OPEN.items())
        con.execute(f"CREATE TABLE o AS SELECT {columns} LIMIT 0")
        for number, (side, shop, order_no, code, cause, amount, why) in enumerate(items):
            con.execute(
                "INSERT INTO o (item_id, side, scope, order_no, class, cause, amount, currency, needs_work, "
                "cause_evidence, date) "
                "VALUES ($1, $2, $3, $4, $5, $6, $7::DECIMAL(18,5), 'CNY', true, $8, DATE '2026-10-15')",
                [str(number), side, shop, order_no, code, cause, D(amount), why],
            )
        con.execute(f"COPY o TO '{folder}/order-settlement.open.parquet'")
        _facts(con, folder, orders)
        return contents(folder)


def _facts(con: duckdb.DuckDBPyConnection, folder: Path, orders: tuple[Order, ...]) -> None:
    """Two order lines of each order and a bill row of A5, in files of their own."""
    con.execute(
        "CREATE TABLE d AS SELECT * FROM (VALUES ('d1', 'orders.csv'), ('d2', 'bill.csv')) t(document_id, document)"
    )
    con.execute(f"COPY d TO '{folder}/documents.parquet'")
    con.execute(
        "CREATE TABLE l (shop VARCHAR, order_no VARCHAR, document_id VARCHAR, source_row BIGINT, buyer_mask VARCHAR)"
    )
    rows = [
        {"shop": order.shop, "order_no": order.no, "document_id": "d1", "source_row": 2 + 2 * number + line}
        for number, order in enumerate(orders)
        for line in (0, 1)
    ]
    con.register("made", pa.Table.from_pylist(rows))
    con.execute("INSERT INTO l SELECT shop, order_no, document_id, source_row, 'Zhang*' FROM made")
    con.execute(f"COPY l TO '{folder}/facts_order_line.parquet'")
    con.execute(
        "CREATE TABLE s (record_key VARCHAR, shop VARCHAR, order_no VARCHAR, currency VARCHAR, business_date DATE, "
        "type VARCHAR, item VARCHAR, amount DECIMAL(18,5), account VARCHAR, flow_no VARCHAR, document_id VARCHAR, "
        "source_sheet VARCHAR, source_row BIGINT, corroborating BOOLEAN)"
    )
    for number, (shop, kind, amount, copied) in enumerate(BILL):
        row = [f"k{number}", shop, "A5", "CNY", day(20), kind, "Item", D(amount), "W", str(77 + number), "d2", ""]
        row += [9 + number, copied]
        con.execute(f"INSERT INTO s VALUES ({', '.join('?' * len(row))})", row)
    con.execute(f"COPY s TO '{folder}/facts_settlement_line.parquet'")
