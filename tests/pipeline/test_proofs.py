"""Documents that do not prove themselves: what is open for them, and which others heal them (rule 16)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from huikuan.pipeline.book import Book
from huikuan.pipeline.documents.importing import ImportOptions, import_file, undo_document
from huikuan.pipeline.documents.proofs import healers
from huikuan.pipeline.results.results import Results
from huikuan.pipeline.runs.reconciling import Asked, run
from huikuan.records.decisions import Decisions
from huikuan.records.rules import Account, Rules

RULES = Rules(accounts=(Account("ali", "wallet", "CNY"),))
HEAD = "账务流水号,业务流水号,商户订单号,发生时间,收入金额（+元）,支出金额（-元）,账户余额（元）,业务类型,备注"
Move = tuple[int, int, int]  # day, amount, balance after it
MOVES: Sequence[Move] = ((1, 100, 100), (2, -30, 70), (3, 50, 120), (4, 5, 125))


def ledger(folder: Path, name: str, moves: Sequence[Move], days: tuple[int, int], stated: int | None = None) -> Path:
    """An Alipay ledger of some moves; `stated`: the income its footer states instead of its rows' sum."""
    rows = [
        f"F{day:04d},T{day},,2026-10-{day:02d} 12:00:00,{max(amount, 0) or ''},{min(amount, 0) or ''},{balance},转账,x"
        for day, amount, balance in moves
    ]
    income = [amount for _, amount, _ in moves if amount > 0]
    lines = [
        "#支付宝账务明细查询", "#账号：[2088]",
        f"#起始日期：[2026年10月{days[0]:02d}日 00:00:00]   终止日期：[2026年10月{days[1] + 1:02d}日 00:00:00]",
        HEAD, *rows, "#收入合计：" + f"{len(income)}笔，共{sum(income) if stated is None else stated}元",
    ]  # fmt: skip
    path = folder / name
    path.write_bytes("\r\n".join([*lines, ""]).encode("gbk"))
    return path


@pytest.fixture
def book(new_book: Callable[..., Book]) -> Book:
    return new_book()


def taken(book: Book, path: Path) -> str:
    """Import; returns the document's id."""
    (row,) = import_file(book, path, ImportOptions(account="ali"), RULES).rows
    assert row.status != "refused", row.problems
    return row.document


def found(book: Book, **asked: object) -> list[tuple[str, str, Decimal, str]]:
    run(book, RULES, Decisions(), Asked(**asked))  # type: ignore[arg-type]
    results = Results.of(book, None, **asked)  # type: ignore[arg-type]
    return [(r["class"], r["document"], r["amount"], r["group_id"]) for r in results.told_open("balance")]


def test_a_total_that_disagrees_is_open_though_no_balance_breaks(book: Book, tmp_path: Path) -> None:
    wrong = taken(book, ledger(tmp_path, "wrong.csv", MOVES[:3], (1, 3), stated=160))
    # It stands beside the account's own group, which agrees: no part of its residual, so told without it.
    assert found(book) == [("total_mismatch", "wrong.csv", Decimal(10), "")]
    (first,) = Results.of(book).stream("balance", "open", ("item_id", "needs_work"), "item_id")
    assert first["needs_work"]
    undo_document(book, wrong, "me")
    assert found(book) == []
    taken(book, tmp_path / "wrong.csv")
    assert found(book) != []
    (again,) = Results.of(book).stream("balance", "open", ("item_id", "needs_work"), "item_id")
    assert again == first, "the item's identity outlives undoing and importing again"


def test_a_document_that_covers_it_and_proves_itself_heals_it(book: Book, tmp_path: Path) -> None:
    wrong = taken(book, ledger(tmp_path, "wrong.csv", MOVES[:3], (1, 3), stated=160))
    taken(book, ledger(tmp_path, "shorter.csv", MOVES[:2], (1, 2)))
    assert healers(book.lake) == {}
    whole = taken(book, ledger(tmp_path, "whole.csv", MOVES, (1, 4)))
    assert healers(book.lake) == {wrong: whole}
    assert found(book) == []
    (document,) = [d for d in book.lake.documents() if d.document_id == wrong]
    assert document.status == "flagged"


def test_a_document_that_tells_the_missing_lines_heals_a_break(book: Book, tmp_path: Path) -> None:
    torn = taken(book, ledger(tmp_path, "torn.csv", [MOVES[0], MOVES[3]], (1, 4)))
    assert found(book) == [("balance_break", "torn.csv", Decimal(-20), found(book)[0][3])]
    taken(book, ledger(tmp_path, "part.csv", [MOVES[1]], (2, 2)))
    assert healers(book.lake) == {}
    rest = taken(book, ledger(tmp_path, "rest.csv", [MOVES[2]], (3, 3)))
    assert healers(book.lake) == {torn: rest}
    assert found(book) == []


def test_the_direction_of_the_file_does_not_matter(book: Book, tmp_path: Path) -> None:
    torn = taken(book, ledger(tmp_path, "torn.csv", [MOVES[3], MOVES[1], MOVES[0]], (1, 4)))
    rest = taken(book, ledger(tmp_path, "rest.csv", [MOVES[2]], (3, 3)))
    assert healers(book.lake) == {torn: rest}


def test_a_total_of_a_later_day_is_no_finding_yet(book: Book, tmp_path: Path) -> None:
    taken(book, ledger(tmp_path, "wrong.csv", MOVES[:3], (1, 3), stated=160))
    assert found(book, as_of=date(2026, 10, 2)) == []


def statement(folder: Path, name: str, moves: Sequence[tuple[int, int]], month: int = 10) -> Path:
    """A bank file without line numbers whose bank hides the balances."""
    lines = ["交易日期,摘要,交易详情,交易场所,记账金额(收入),记账金额(支出),记账币种,余额,对方户名,对方账户"]
    lines += [f"2026-{month:02d}-{day:02d},转账,,,{max(amount, 0) or ''},{-min(amount, 0) or ''},人民币,,,"
              for day, amount in moves]  # fmt: skip
    total_in, total_out = (sum(amount for _, amount in moves if (amount > 0) is way) for way in (True, False))
    path = folder / name
    path.write_bytes("\r\n".join([*lines, f"人民币合计,{total_in}.00,{-total_out}.00", ""]).encode("gbk"))
    return path


def test_a_line_on_the_edge_of_two_documents_may_be_a_duplicate(book: Book, tmp_path: Path) -> None:
    for name, moves in (("a.csv", [(1, 10), (3, 50)]), ("b.csv", [(3, 50), (5, -7)])):
        (row,) = import_file(book, statement(tmp_path, name, moves), ImportOptions(account="bank"), RULES).rows
        assert (row.format, row.status) == ("icbc.statement", "imported"), row.problems
    doubtful = [row for row in found(book) if row[0] == "possible_duplicate"]
    assert [(class_, amount) for class_, _document, amount, _group in doubtful] == [("possible_duplicate", Decimal(50))]
