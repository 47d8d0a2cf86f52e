"""Bill items no table knows: their money, their class laid over history and what comes, movements of the wallet."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

from huikuan.pipeline.book import Book
from huikuan.pipeline.compute import connect
from huikuan.pipeline.documents import bill_items
from huikuan.pipeline.documents.importing import ImportOptions, import_file
from huikuan.pipeline.runs import facts
from huikuan.records.decisions import BillItem, Decisions
from huikuan.records.kinds import KINDS
from huikuan.records.rules import Rules
from tests.formats.support import Row, ledger

NewBook = Callable[..., Book]
ORDER = "T200P4726000000178420375"
ROWS = (
    Row("1", "100", order=ORDER),
    Row("2", "-3.20", "灵犀扣费", order=ORDER),
    Row("3", "-0.80", "灵犀扣费", order=ORDER),
    Row("4", "-50", "月光转出"),
)


def told(book: Book, decisions: Decisions, kind: str, columns: str) -> list[tuple[object, ...]]:
    con = connect()
    facts.register_kind(con, book.lake, KINDS[kind], decisions)
    return con.execute(f"SELECT {columns} FROM {kind} ORDER BY flow_no").fetchall()


def unknown(book: Book, decisions: Decisions) -> list[bill_items.ItemSum]:
    con = connect()
    facts.register_kind(con, book.lake, KINDS["settlement_line"], decisions)
    return bill_items.unknown_items(con, book.lake)


def imported(book: Book, folder: Path) -> Book:
    rows = import_file(book, ledger(folder, ROWS), ImportOptions(shop="S"), Rules()).rows
    assert rows[0].status == "imported", rows[0].problems
    return book


def test_unknown_wordings_are_listed_with_their_money(new_book: NewBook, tmp_path: Path) -> None:
    book = imported(new_book(), tmp_path)
    found = unknown(book, Decisions())
    assert [(i.source, i.item, i.lines, i.money_in, i.money_out, i.orders) for i in found] == [
        ("alipay", "月光转出", 1, 0, Decimal(50), 0),
        ("alipay", "灵犀扣费", 2, 0, Decimal(4), 1),
    ]


def test_a_class_holds_for_history_and_for_its_own_platform_only(new_book: NewBook, tmp_path: Path) -> None:
    book = imported(new_book(), tmp_path)
    decisions = Decisions(bill_items=(BillItem("alipay", "灵犀扣费", "marketing"), BillItem("jd", "月光转出", "tax")))
    types = [kind for (kind,) in told(book, decisions, "settlement_line", "type")]
    assert types == ["sale", "marketing", "marketing", "unclassified"]
    assert [each.item for each in unknown(book, decisions)] == ["月光转出"]
    con = connect()
    facts.register_kind(con, book.lake, KINDS["settlement_line"], Decisions())
    moved = bill_items.effect_of(con, book.lake, "alipay", "灵犀扣费")
    assert [(each.lines, each.amount) for each in moved] == [(2, Decimal(-4))]


def test_a_payout_named_by_a_person_is_one_in_the_wallet_too(new_book: NewBook, tmp_path: Path) -> None:
    book = imported(new_book(), tmp_path)
    decisions = Decisions(bill_items=(BillItem("alipay", "月光转出", "payout"),))
    lines = told(book, decisions, "wallet_line", "movement, payout_id, amount")
    assert lines[3] == ("payout", "4", Decimal(-50))
    assert {line[0] for line in lines[:3]} == {None}
