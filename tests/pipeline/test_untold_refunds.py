"""Refunds that an order's export cannot tell: which are laid over, how much on which line, and how they come off.

Figures are worked out by hand. The tables are written here; nothing is imported.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest

from huikuan.pipeline.runs.untold_refunds import BY, Given, exported_sql, laid_sql
from huikuan.records.decisions import Correction

AS_OF = date(2026, 10, 31)
LINES = """record_key VARCHAR, document_id VARCHAR, shop VARCHAR, order_no VARCHAR, line_no VARCHAR, currency VARCHAR,
    business_date DATE, status VARCHAR, paid DECIMAL(18,5), platform_borne DECIMAL(18,5), refunded DECIMAL(18,5),
    refunded_at TIMESTAMP"""
SETTLED = """record_key VARCHAR, account VARCHAR, shop VARCHAR, order_no VARCHAR, currency VARCHAR, type VARCHAR,
    item VARCHAR, sku VARCHAR, amount DECIMAL(18,5), occurred_at TIMESTAMP, business_date DATE, corroborating BOOLEAN"""
RETURNED = """shop VARCHAR, order_no VARCHAR, currency VARCHAR, status VARCHAR, refund_amount DECIMAL(18,5),
    refunded_at TIMESTAMP, business_date DATE"""


class Book:
    """A few records in a database."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self.con = con
        self.exported: datetime | None = None
        self.corrections: list[Correction] = []
        for name, columns in (("l", LINES), ("settled", SETTLED), ("return_line", RETURNED)):
            con.execute(f"CREATE TABLE {name} ({columns})")

    def order(
        self, no: str, paid: str, refunded: str | None, line: str = "1", borne: str = "0", shop: str = "S"
    ) -> None:
        self.con.execute(
            "INSERT INTO l VALUES (?, 'doc', ?, ?, ?, 'CNY', '2026-10-01', 'received', ?, ?, ?, NULL)",
            [f"order_line:{shop}/{no}/{line}", shop, no, line, paid, borne, refunded],
        )

    def bill(self, no: str, amount: str, day: int = 20, shop: str = "S", key: str = "") -> None:
        self.con.execute(
            f"INSERT INTO settled VALUES (?, 'A', ?, ?, 'CNY', 'refund', '退款', '', ?, '2026-10-{day} 02:00:00', "
            f"'2026-10-{day}', false)",
            [key or f"s{no}{amount}{day}", shop, no, amount],
        )

    def aftersales(self, no: str, amount: str, shop: str = "S", status: str = "refunded") -> None:
        self.con.execute(
            "INSERT INTO return_line VALUES (?, ?, 'CNY', ?, ?, '2026-10-19 02:00:00', '2026-10-18')",
            [shop, no, status, amount],
        )

    def laid(self) -> dict[str, Any]:
        """What each order line tells then: refunded, borne by the platform, told by whom."""
        document = SimpleNamespace(document_id="doc", exported_at=self.exported)
        given = Given([document], self.corrections, AS_OF, "Asia/Shanghai")  # type: ignore[list-item]
        self.con.execute(f"CREATE TABLE laid AS {laid_sql(self.con, 'l', 'settled', given)}")
        back = self.con.execute(f"({exported_sql('laid')}) EXCEPT ALL FROM l").fetchall()
        assert back == []
        rows = self.con.execute(f"SELECT order_no, line_no, refunded, platform_borne, {BY} FROM laid").fetchall()
        assert len(rows) == self.con.execute("SELECT count(*) FROM l").fetchall()[0][0]
        return {f"{no}/{line}": (refunded, borne, by) for no, line, refunded, borne, by in rows}


def told(refunded: str | None, by: str | None = "bill", borne: str = "0") -> tuple[Any, ...]:
    return Decimal(refunded) if refunded is not None else None, Decimal(borne), by


@pytest.fixture
def book() -> Iterator[Book]:
    con = duckdb.connect()
    yield Book(con)
    con.close()


def test_the_bill_tells_what_the_export_cannot(book: Book) -> None:
    book.order("part", "100", None, borne="10")
    book.bill("part", "-30")
    book.order("whole", "100", None, borne="10")
    book.bill("whole", "-110")
    book.order("share stays", "100", None, borne="10")
    book.bill("share stays", "-100")
    book.order("none", "100", None)
    book.order("told", "100", "20")
    book.bill("told", "-50")
    book.order("zero", "100", "0")
    book.bill("zero", "-50")
    assert book.laid() == {
        "part/1": told("30", borne="10"), "whole/1": told("100"), "none/1": told(None, None),
        "share stays/1": told("100", borne="10"), "told/1": told("20", None), "zero/1": told("0", None),
    }  # fmt: skip


def test_shares_of_lines_add_up_to_the_cent(book: Book) -> None:
    for line in "123":
        book.order("three", "33.33", None, line)
    book.bill("three", "-10")
    book.order("mixed", "60", "60", "1")
    book.order("mixed", "40", None, "2")
    book.order("mixed", "25", None, "3")
    book.bill("mixed", "-60", 20)
    book.bill("mixed", "-25", 21)
    laid = book.laid()
    assert [laid[f"three/{line}"][0] for line in "123"] == [Decimal("3.33"), Decimal("3.33"), Decimal("3.34")]
    assert [laid[f"mixed/{line}"][0] for line in "123"] == [Decimal(60), Decimal(0), Decimal(25)]


def test_a_refund_that_is_there_twice_at_one_moment_counts_once(book: Book) -> None:
    book.order("twice", "100", None)
    book.bill("twice", "-30", key="a")
    book.bill("twice", "-30", key="b")
    book.order("again", "100", None)
    book.bill("again", "-30", 20)
    book.bill("again", "-30", 25)
    assert book.laid() == {"twice/1": told("30"), "again/1": told("60")}


def test_after_sales_go_before_the_bill(book: Book) -> None:
    for no, refunded in (("more", None), ("unmoved", None), ("zero", "0"), ("asked", None)):
        book.order(no, "100", refunded)
    book.bill("more", "-50")
    book.aftersales("more", "30")
    book.aftersales("unmoved", "30")
    book.bill("zero", "-50")
    book.aftersales("zero", "30", shop="as the order system calls it")
    book.aftersales("asked", "30", status="requested")
    assert book.laid() == {
        "more/1": told("30", "aftersales"), "unmoved/1": told("30", "aftersales"),
        "zero/1": told("30", "aftersales"), "asked/1": told(None, None),
    }  # fmt: skip


def test_an_export_cannot_tell_what_came_after_it(book: Book) -> None:
    book.exported = datetime(2026, 10, 15, 16, tzinfo=UTC)
    for no in ("before", "after", "said"):
        book.order(no, "100", "0")
    book.bill("before", "-30", 10)
    book.bill("after", "-30", 20)
    book.bill("said", "-30", 20)
    book.corrections = [Correction("order_line:S/said/1", "refunded", "", "0", "asked the buyer")]
    assert book.laid() == {"before/1": told("0", None), "after/1": told("30"), "said/1": told("0", None)}


def test_a_number_of_two_shops_is_the_shops_own_and_a_sub_order_is_its_orders(book: Book) -> None:
    book.order("same", "100", None, shop="S")
    book.order("same", "100", None, line="2", shop="T")
    book.bill("same", "-10", shop="T")
    book.bill("same", "-20", shop="")
    book.order("main", "100", None, line="6900000000001")
    book.bill("6900000000001", "-40", shop="")
    assert book.laid() == {
        "same/1": told(None, None), "same/2": told("10"), "main/6900000000001": told("40"),
    }  # fmt: skip


def test_later_refunds_are_not_made(book: Book) -> None:
    book.order("late", "100", None)
    book.con.execute(
        "INSERT INTO settled VALUES ('x', 'A', 'S', 'late', 'CNY', 'refund', '', '', -30, NULL, '2026-11-01', false)"
    )
    assert book.laid() == {"late/1": told(None, None)}
