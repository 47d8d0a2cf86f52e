"""Findings: none in a quiet book, each change put in is found, and pictures add up to the collection."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from math import comb
from typing import Any

import duckdb
import pytest

from benchmarks.findings import CHANGES
from benchmarks.simulated_book import Change, SimulatedBook, SimulatedShop
from huikuan.insight.collection.claim import Claimed
from huikuan.insight.exploration import Orders, cohorts, funnel, products, rates, shops
from huikuan.insight.findings.search import FindingSource, Found, findings
from huikuan.insight.findings.statistics import fisher_greater, student_tail

FIRST = date(2026, 1, 1)
DAYS = 150
AS_OF = FIRST + timedelta(days=DAYS)
ZERO = Decimal(0)


def book_of(*changes: Change) -> SimulatedBook:
    shops = [SimulatedShop("A", orders=25, skus=6, changes=changes), SimulatedShop("B", orders=15, payout=(1,))]
    return SimulatedBook(shops, FIRST, DAYS + 1, seed=7)


@pytest.fixture(scope="module")
def quiet() -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    book_of().tables(con, AS_OF)
    return con


def look(con: duckdb.DuckDBPyConnection, **more: Any) -> Found:
    return findings(FindingSource(con, AS_OF, order_line="facts_order_line", wallet_line="facts_wallet_line", **more))


def test_the_tests_are_the_standard_ones() -> None:
    # Tables of Student's distribution; Fisher's test counted out.
    assert student_tail(1.812, 10) == pytest.approx(0.05, abs=1e-4)
    assert student_tail(2.764, 10) == pytest.approx(0.01, abs=1e-4)
    counted = sum(comb(12, k) * comb(48, 20 - k) for k in range(8, 13)) / comb(60, 20)
    assert fisher_greater(8, 20, 4, 40) == pytest.approx(counted)


def test_a_quiet_book_has_no_findings(quiet: duckdb.DuckDBPyConnection) -> None:
    found = look(quiet)
    assert found.findings == ()
    assert found.tests >= 10 and not found.too_short


@pytest.mark.parametrize("kind", ["fee_rate", "settlement_lag", "refund_rate", "stopped"])
def test_a_change_is_found_and_only_where_it_is(kind: str) -> None:
    change = Change(AS_OF - timedelta(days=35 if kind != "stopped" else 14), **CHANGES[kind])
    con = duckdb.connect()
    book_of(change).tables(con, AS_OF)
    found = [each for each in look(con).findings if each.kind == kind]
    assert [each.shop for each in found] == ["A"]
    one = found[0]
    assert one.now > one.usual and one.money > 0 and one.chance is not None and one.chance < 0.01
    if kind == "fee_rate":
        fees, gross = con.execute(
            "SELECT sum(fees), sum(settled + fees) FROM collection WHERE shop = 'A' AND settled_on > $day",
            {"day": AS_OF - timedelta(days=28)},
        ).fetchone() or (ZERO, ZERO)
        assert float(one.now) == pytest.approx(float(fees / gross), abs=1e-5)
        assert float(one.money) == pytest.approx(float(fees) - float(one.usual) * float(gross), abs=1)
    if kind == "stopped":
        row = con.execute("SELECT sum(not_due + overdue) FROM collection WHERE shop = 'A'").fetchone()
        assert row is not None and one.money == row[0]
    if kind == "refund_rate":
        assert one.subject == "sku-3"


def test_files_that_are_missing_are_no_stopped_platform(quiet: duckdb.DuckDBPyConnection) -> None:
    late = FindingSource(quiet, AS_OF + timedelta(days=20), order_line="facts_order_line")
    assert [each.kind for each in findings(late).findings if each.kind == "stopped"] == []


def test_sums_of_the_book_are_told_without_a_test() -> None:
    con = duckdb.connect()
    book_of().tables(con, AS_OF)
    con.execute("UPDATE facts_wallet_line SET balance = balance + 50000 WHERE account = 'W-B'")
    con.execute(
        """CREATE TABLE open AS SELECT 'A' AS scope, 'CNY' AS currency, DATE '2026-05-01' AS date, 'fee_rate' AS class,
        true AS needs_work, -100.25::DECIMAL(18,5) AS amount, 'right' AS side, '' AS record_key, 'O1' AS order_no
        UNION ALL
        SELECT 'A', 'CNY', DATE '2026-05-02', 'duplicate', true, -50.00, 'right', '', 'O2' UNION ALL
        SELECT 'A', 'CNY', DATE '2026-05-02', 'duplicate', true, -999.00, 'right', 'settlement_line:W/1', '' UNION ALL
        SELECT 'A', 'CNY', DATE '2026-05-02', 'fee_rate', false, -999.00, 'right', '', 'O3' UNION ALL
        SELECT 'A', 'CNY', DATE '2026-05-03', 'fee_rate', true, -999.00, 'right', '', 'O4' UNION ALL
        SELECT 'A', 'CNY', DATE '2026-05-02', 'short', true, -999.00, 'left', '', 'O5'"""
    )
    claimed = (Claimed("A", "O4", "CNY", AS_OF), Claimed("B", "O1", "CNY", AS_OF))
    found = {each.kind: each for each in look(con, order_open="open", claimed=claimed).findings}
    assert found["overcharge"].money == Decimal("150.25") and found["overcharge"].chance is None
    assert found["idle_balance"].subject == "W-B" and found["idle_balance"].money >= 50000


def test_funnel_and_cohorts_add_up_to_the_collection(quiet: duckdb.DuckDBPyConnection) -> None:
    of = Orders(quiet, "collection", "share", "facts_order_line", "c.currency = 'CNY'", {})
    rows = quiet.execute(
        "SELECT business_date, shipped_at, received_at, settled_on, collected, paid - refunded, receivable, fees, "
        "settled, refunded, paid FROM collection"
    ).fetchall()
    owed = [row for row in rows if row[5] > 0]
    steps = {step.name: step for step in funnel(of)}
    assert steps["ordered"].orders == len(owed) and steps["ordered"].worth == sum(row[5] for row in owed)
    assert steps["settled"].orders == sum(row[3] is not None for row in owed)
    assert steps["collected"].worth == sum(row[5] for row in owed if row[4] > 0)

    told = {each.month: each for each in cohorts(of)}
    counted = Counter(f"{row[0]:%Y-%m}" for row in rows)
    assert {month: each.orders for month, each in told.items()} == counted
    assert sum((each.receivable for each in told.values()), ZERO) == sum(row[6] for row in rows)
    assert sum((each.total for each in told.values()), ZERO) == sum(row[4] for row in rows)

    months = rates(of)
    assert sum((each.fees for each in months), ZERO) == sum(row[7] for row in rows)
    assert sum((each.refunded for each in months), ZERO) == sum(row[9] for row in rows)


def test_the_largest_add_up_to_all_sales(quiet: duckdb.DuckDBPyConnection) -> None:
    of = Orders(quiet, "collection", "share", "facts_order_line", "c.currency = 'CNY'", {})
    largest, by_shop = products(of, 3), shops(of, 5)
    assert largest is not None and by_shop is not None
    assert largest.total == by_shop.total == sum((each.sales for each in largest.shares), ZERO) + largest.rest
    assert by_shop.shares[-1].together == 1 and largest.count == 12
    assert [each.sales for each in largest.shares] == sorted((each.sales for each in largest.shares), reverse=True)
