"""An export cut into several files gives what the whole one gives: the same records, the same reconciliation. It is cut
anywhere where rows name themselves, a bank's between days, as equal lines of a day are told apart by counting them."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any, TypeVar

import pytest

from huikuan.pipeline.book import Book
from huikuan.pipeline.compute import connect
from huikuan.pipeline.documents.importing import ImportOptions, import_file
from huikuan.recons.order_settlement import ORDER_SETTLEMENT
from huikuan.recons.payout_bank import PAYOUT_BANK
from huikuan.records.rules import Account, Rules, Shop
from tests.engine import build as engine
from tests.formats.support import Row, ledger
from tests.formats.test_tmall_orders import CLASSIC, order
from tests.pipeline.test_proofs import statement

SHOP = "旗舰店"  # as the orders name it
RULES = Rules(
    shops=(Shop(SHOP, "tmall"),),
    accounts=(Account("W", "wallet", shops=(SHOP,), pays_into=("B",)), Account("B", "bank")),
)
ORDERS = [str(31 * 10**17 + number) for number in range(9)]
SALES = [
    Row(f"{number}{business}", amount, business, f"T200P{order_no}", time=f"2026-01-{6 + number // 2:02d} 10:00:00")
    for number, order_no in enumerate(ORDERS[1:])
    for business, amount in (("交易付款", "88.00" if number % 3 else "80.00"), ("收费", "-4.40"))
]
PAYOUTS = [Row(f"P{day}", "-150.00", "提现", time=f"2026-01-{day:02d} 20:00:00") for day in (7, 8, 9)]
MOVES = sorted([*SALES, *PAYOUTS], key=lambda row: row.time)
RECEIPTS = [(8, 150), (9, 150), (9, 7), (9, 7), (10, 150), (10, -3), (11, 7)]
PROVENANCE = ("document_id", "document", "source_row", "source_sheet", "seq")
Part = TypeVar("Part")


def cut(
    rows: Sequence[Part], dice: Random, day: Callable[[Part], object] = id
) -> tuple[Sequence[Part], Sequence[Part]]:
    """Two stretches that together are all rows; the later one may begin before the earlier one's end. What is of the
    same day stays together."""
    bounds = [n for n in range(1, len(rows)) if day(rows[n - 1]) != day(rows[n])]
    begin, end = sorted(dice.choices(bounds, k=2))
    return rows[:end], rows[begin:]


def write(folder: Path, orders: Sequence[str], moves: Sequence[Row], receipts: Sequence[tuple[int, int]]) -> list[Path]:
    """A file of each kind."""
    folder.mkdir()
    lines = [order(no, "100.00", "88.00", "交易成功", "2026-01-05 10:01:00", "10.00", "2.00") for no in orders]
    path = folder / "ExportOrderList202602010000.csv"
    path.write_bytes("\r\n".join([CLASSIC, *lines, ""]).encode("gb18030"))
    before = sum((Decimal(row.amount) for row in MOVES[: MOVES.index(moves[0])]), Decimal(1000))
    return [path, ledger(folder, moves, start=str(before)), statement(folder, "bank.csv", receipts, month=1)]


def found(book: Book, files: Sequence[Path]) -> dict[str, list[dict[str, Any]]]:
    """The records and what is found in them, but for the files and rows they were read from."""
    for path in files:
        account = "B" if path.name == "bank.csv" else "W"
        (row,) = import_file(book, path, ImportOptions(shop=SHOP, account=account), RULES).rows
        assert row.status in ("imported", "unchanged"), row
    told: dict[str, list[dict[str, Any]]] = {}
    with connect() as con:
        for kind in ("order_line", "settlement_line", "wallet_line", "bank_line"):
            book.lake.register_current(con, kind, kind)
            told[kind] = [{"_kind": kind} | row for row in con.execute(f"FROM {kind}").fetch_arrow_table().to_pylist()]
    records = [row for rows in told.values() for row in rows]
    for definition in (ORDER_SETTLEMENT, PAYOUT_BANK):
        outcome = engine.run(definition, records, RULES, date(2026, 1, 31))
        told |= {f"{definition.name} {part}": engine.rows(getattr(outcome, part)) for part in ("links", "open")}
    return {name: sorted(map(known, rows), key=repr) for name, rows in told.items()}


def known(row: dict[str, Any]) -> dict[str, Any]:
    """A row without its provenance."""
    return {field: value for field, value in row.items() if field not in PROVENANCE}


# More: HUIKUAN_SEEDS=2,3,4 tries these.
@pytest.mark.parametrize("seed", [int(seed) for seed in os.environ.get("HUIKUAN_SEEDS", "1").split(",")])
def test_a_cut_export_is_the_whole_one(new_book: Callable[..., Book], tmp_path: Path, seed: int) -> None:
    dice = Random(seed)
    whole = found(new_book("whole"), write(tmp_path / "files", ORDERS, MOVES, RECEIPTS))
    parts = zip(cut(ORDERS, dice), cut(MOVES, dice), cut(RECEIPTS, dice, lambda move: move[0]), strict=True)
    files = [path for n, three in enumerate(parts) for path in write(tmp_path / f"part{n}", *three)]
    assert found(new_book("parts"), dice.sample(files, len(files))) == whole
    assert len(whole["bank_line"]) == len(RECEIPTS) and all(whole.values())
