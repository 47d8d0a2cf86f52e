"""What of a document would change closed periods: left out of it; what goes on after them is taken in."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from huikuan.lake.frozen import ClosedSpan
from huikuan.lake.lake import Lake
from tests.lake.making import Row, document, order_line, put, table_of, wallet_line

JANUARY = ClosedSpan("2026-01", date(2026, 1, 1), date(2026, 1, 31), datetime(2026, 1, 31, 16))
IN_JANUARY, AFTER = date(2026, 1, 20), datetime(2026, 2, 3, 5)


def kept(lake: Lake, rows: list[Row], kind: str = "order_line") -> tuple[int, int, set[str], tuple[str, ...]]:
    """Rows left out, late ones, what stays, the periods concerned."""
    con = duckdb.connect(":memory:")
    con.register("readings", table_of(kind, rows, "later"))
    with lake.writer(timeout_s=5) as writer:
        found = writer.keep_closed(con, kind, "readings", document("later", kind, exported_at=AFTER), [JANUARY])
    stays = {row[0] for row in con.execute(f"SELECT record_key FROM {found.relation}").fetchall()}
    return found.left_out, found.late, stays, found.periods


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    made = Lake(tmp_path)
    told = [
        order_line("1", "1", status="paid", paid=Decimal(10), qty=Decimal(1), business_date=IN_JANUARY),
        order_line("1", "2", status="paid", paid=Decimal(3), business_date=IN_JANUARY),
        order_line("2", status="unpaid", paid=Decimal(0), business_date=IN_JANUARY),
        order_line("3", status="paid", paid=Decimal(7), business_date=date(2026, 2, 1)),
    ]
    put(made, document("a", exported_at=datetime(2026, 2, 2)), told)
    return made


def test_an_order_goes_on_after_its_month_is_closed(lake: Lake) -> None:
    rows = [
        order_line(
            "1", "1", status="received", paid=Decimal(10), qty=Decimal(1), refunded=Decimal(4),
            business_date=IN_JANUARY, shipped_at=AFTER, refunded_at=AFTER, category="tea",
        ),
        order_line("1", "2", status="received", paid=Decimal(3), business_date=IN_JANUARY, shipped_at=AFTER),
        order_line("2", status="paid", paid=Decimal(9), business_date=IN_JANUARY, paid_at=AFTER),
    ]  # fmt: skip
    assert kept(lake, rows) == (0, 0, {row["record_key"] for row in rows}, ())


def test_what_was_sold_stays_and_the_order_is_left_out_whole(lake: Lake) -> None:
    changed = order_line("1", "1", status="received", paid=Decimal(11), qty=Decimal(1), business_date=IN_JANUARY)
    same = order_line("1", "2", status="received", paid=Decimal(3), business_date=IN_JANUARY)
    opened = order_line("3", status="received", paid=Decimal(8), business_date=date(2026, 2, 1))
    assert kept(lake, [changed, same, opened]) == (2, 0, {"order_line:S/3/1"}, ("2026-01",))


def test_lines_that_come_or_go_change_an_order(lake: Lake) -> None:
    first = order_line("1", "1", status="paid", paid=Decimal(10), qty=Decimal(1), business_date=IN_JANUARY)
    assert kept(lake, [first])[0] == 1
    rows = [first, order_line("1", "2", paid=Decimal(3), business_date=IN_JANUARY), order_line("1", "3")]
    assert kept(lake, rows)[0] == 3


def test_paid_within_the_month_after_all_is_a_change(lake: Lake) -> None:
    paid = order_line("2", status="paid", paid=Decimal(9), business_date=IN_JANUARY, paid_at=datetime(2026, 1, 31, 15))
    assert kept(lake, [paid])[0] == 1


def test_new_orders_of_closed_days_are_late(lake: Lake) -> None:
    rows = [order_line("8", business_date=IN_JANUARY), order_line("9", business_date=date(2026, 2, 1))]
    assert kept(lake, rows) == (0, 1, {row["record_key"] for row in rows}, ("2026-01",))


def test_a_movement_is_what_it_was(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    put(lake, document("a", "wallet_line"), [wallet_line("1"), wallet_line("2", "7.5")], "wallet_line")
    rows = [wallet_line("1", "2"), wallet_line("2", "7.5"), wallet_line("3", "4"), wallet_line("4", "1")]
    rows[3]["business_date"] = date(2026, 3, 1)
    stays = {row["record_key"] for row in rows[1:]}
    assert kept(lake, rows, "wallet_line") == (1, 1, stays, ("2026-01",))
    moved = wallet_line("1", business_date=date(2026, 3, 1))
    assert kept(lake, [moved], "wallet_line")[0] == 1
