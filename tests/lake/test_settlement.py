"""One movement told by two bills counts once (rule 3); doubtful duplicates are pointed out (DESIGN section 5)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from making import compact, document, new_lake, put, wallet_line

from huikuan.lake.lake import Lake
from huikuan.records.kind import record_key


def line(flow_no: str, day: int, rank: int, type_: str = "sale", account: str = "W") -> dict[str, Any]:
    return {
        "record_key": record_key("settlement_line", account, flow_no, type_, 0), "source_row": 2, "currency": "CNY",
        "account": account, "flow_no": flow_no, "component": type_, "n": 0, "type": type_, "source_rank": rank,
        "amount": Decimal(1), "business_date": date(2026, 1, day),
    }  # fmt: skip


def bill(lake: Lake, name: str, format_: str, rows: list[dict[str, Any]], **changes: Any) -> None:
    told = document(name, "settlement_line", format=format_, account="W", **changes)
    put(lake, told, rows, "settlement_line")


def stated(first: int, last: int) -> dict[str, Any]:
    return {"period_from": date(2026, 1, first), "period_to": date(2026, 1, last), "period_stated": True}


def corroborating(lake: Lake) -> set[str]:
    con = duckdb.connect(":memory:")
    lake.register_settlement(con, "settlement")
    rows = con.execute("SELECT flow_no, corroborating FROM settlement ORDER BY 1").fetchall()
    lake.register_current(con, "settlement_line", "plain")
    assert len(rows) == con.execute("SELECT count(*) FROM plain").fetchall()[0][0], "every line once"
    con.close()
    assert all(isinstance(mark, bool) for _, mark in rows)
    return {flow_no for flow_no, mark in rows if mark}


def test_the_lower_rank_only_corroborates_on_the_days_the_higher_covers(tmp_path: Path) -> None:
    lake = new_lake(tmp_path)
    bill(lake, "fund", "fund", [line("f1", 1, 1), line("f2", 2, 1), line("f3", 3, 1)], **stated(1, 3))
    assert corroborating(lake) == set()
    # The trade bill covers the second, and has no sale that day: it says there was none.
    bill(lake, "trade", "trade", [line("t1", 1, 2)], **stated(1, 2))
    assert corroborating(lake) == {"f1", "f2"}
    compact(lake)
    assert corroborating(lake) == {"f1", "f2"}


def test_what_a_ledger_books_net_corroborates_the_components_that_add_up_to_it(tmp_path: Path) -> None:
    def of_order(flow_no: str, day: int, rank: int, type_: str, amount: int) -> dict[str, Any]:
        return line(flow_no, day, rank, type_) | {"order_no": "A", "amount": Decimal(amount)}

    lake = new_lake(tmp_path)
    parts = [("b1", 1, 2, "sale", 10), ("b1", 1, 2, "commission", -1), ("b2", 5, 2, "commission", -1)]
    bill(lake, "bill", "bill", [of_order(*each) for each in parts])
    # Booked a day later; a fee that the ledger calls a sale; the fee once more; as much, but days apart.
    net = [("n1", 2, 1, "sale", 9), ("n2", 5, 1, "sale", -1), ("n3", 5, 1, "sale", -1), ("n4", 9, 1, "sale", 9)]
    bill(lake, "ledger", "ledger", [of_order(*each) for each in net])
    assert corroborating(lake) == {"n1", "n2"}


def test_each_component_type_and_account_for_itself(tmp_path: Path) -> None:
    lake = new_lake(tmp_path)
    fund = [line("f1", 1, 1), line("f2", 1, 3, "commission"), line("o1", 1, 1, account="X")]
    bill(lake, "fund", "fund", fund, **stated(1, 1))
    bill(lake, "trade", "trade", [line("t1", 1, 2), line("t2", 1, 2, "commission")], **stated(1, 1))
    assert corroborating(lake) == {"f1", "t2"}


def test_a_document_without_a_stated_period_covers_the_days_of_its_lines(tmp_path: Path) -> None:
    lake = new_lake(tmp_path)
    bill(lake, "fund", "fund", [line("f1", 1, 1), line("f2", 2, 1)], **stated(1, 2))
    bill(lake, "trade", "trade", [line("t1", 1, 2)], period_from=date(2026, 1, 1), period_to=date(2026, 1, 2))
    assert corroborating(lake) == {"f1"}


def test_an_undone_document_covers_nothing(tmp_path: Path) -> None:
    lake = new_lake(tmp_path)
    bill(lake, "fund", "fund", [line("f1", 1, 1)], **stated(1, 1))
    bill(lake, "trade", "trade", [line("t1", 1, 2)], **stated(1, 1))
    with lake.writer() as writer:
        writer.undo("trade", "tester")
    assert corroborating(lake) == set()


def duplicates(lake: Lake) -> dict[str, tuple[Decimal, int]]:
    con = duckdb.connect(":memory:")
    lake.register_possible_duplicates(con, "wallet_line", "doubtful")
    rows = con.execute("SELECT record_key, amount, documents FROM doubtful").fetchall()
    return {key.split("/", 1)[1]: (amount, documents) for key, amount, documents in rows}


@pytest.mark.parametrize(
    ("first", "second", "doubtful"),
    [
        (stated(1, 5), stated(3, 9), False),
        (stated(1, 5), {"period_from": date(2026, 1, 3), "period_to": date(2026, 1, 9)}, False),
        (stated(1, 5), {"period_from": date(2026, 1, 4), "period_to": date(2026, 1, 9)}, True),
        (stated(1, 3), stated(4, 9), True),
        (stated(1, 5), {}, True),
    ],
    ids=["both cover", "inner day", "border day", "no overlap", "no period"],
)
def test_identity_keys_told_twice(tmp_path: Path, first: Any, second: Any, doubtful: bool) -> None:
    lake = new_lake(tmp_path)
    row = {"business_date": date(2026, 1, 4)}
    put(lake, document("a", "wallet_line", **first), [wallet_line("x|y", "5", 0, **row)], "wallet_line")
    assert duplicates(lake) == {}
    rows = [wallet_line("x|y", "5", 0, **row), wallet_line("x|y", "5", 1, **row)]
    put(lake, document("b", "wallet_line", **second), rows, "wallet_line")
    assert duplicates(lake) == ({"x|y//0": (Decimal(5), 2)} if doubtful else {})


def test_a_platforms_own_key_and_a_balance_leave_no_doubt(tmp_path: Path) -> None:
    lake = new_lake(tmp_path)
    for name in "ab":
        rows = [wallet_line("own"), wallet_line("x|y", balance=Decimal(7))]
        put(lake, document(name, "wallet_line"), rows, "wallet_line")
    assert duplicates(lake) == {}
    con = duckdb.connect(":memory:")
    lake.register_possible_duplicates(con, "order_line", "none_of_orders")
    assert con.execute("SELECT count(*) FROM none_of_orders").fetchall() == [(0,)]
