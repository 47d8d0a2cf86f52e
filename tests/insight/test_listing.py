"""Lists of a report: what does not fit is one row with its sums, so that a list's total is that of all rows."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D

import duckdb
import pytest

from huikuan.insight.reports import listing
from huikuan.insight.reports.base import ReportSource
from huikuan.insight.reports.tables import Column, Row

COLUMNS = (Column("no", "No"), Column("day", "Day", "date"), Column("amount", "Amount", "money", True))


@pytest.fixture
def source() -> ReportSource:
    con = duckdb.connect()
    con.execute(
        """CREATE TABLE lines AS SELECT i AS no, DATE '2026-10-01' AS day, (i / 10)::DECIMAL(18,5) AS amount,
        if(i < 4, 'USD', 'CNY') AS currency, if(i % 2 = 0, 'A', 'B') AS shop FROM range(10) t(i)"""
    )
    return ReportSource(con, "禾屿", date(2026, 10, 31))


@pytest.mark.parametrize(("most", "rows"), [(10, 6), (6, 6), (4, 5)])
def test_the_total_is_whole_however_few_rows_are_listed(
    source: ReportSource, monkeypatch: pytest.MonkeyPatch, most: int, rows: int
) -> None:
    monkeypatch.setattr(listing, "LIST_MAX", most)
    cny, usd = listing.lists_by_currency(
        source,
        "Lines",
        "lines",
        "true",
        "no DESC",
        {},
        COLUMNS,
        lambda row: Row((row["no"], row["day"], row["amount"])),
    )
    assert (cny.currency, usd.currency) == ("CNY", "USD")
    assert len(cny.rows) == rows
    assert (cny.totals() or ())[2] == D("3.9")
    assert (usd.totals() or ())[2] == D("0.6")
    if rows > most:
        assert cny.rows[-1].values == ("2 further rows", None, D("0.90000"))


def test_only_what_is_asked_counts(source: ReportSource) -> None:
    where = listing.conditions({"shop": "shop = $shop", "from": "day >= $from"}, {"shop": "A", "from": None}, "no > 2")
    assert where == "no > 2 AND shop = $shop"
    found = listing.lists_by_currency(
        source, "Lines", "lines", where, "no", {"shop": "A", "from": None}, COLUMNS, lambda row: Row((row["no"],) * 3)
    )
    assert [row.values[0] for section in found for row in section.rows] == [4, 6, 8]
