"""Amounts of orders on each row: allocated exactly, whatever the weights."""

from __future__ import annotations

from decimal import Decimal

import duckdb
from hypothesis import given, settings
from hypothesis import strategies as st

from huikuan.formats.allocation import line_amount_sql

CENTS = st.integers(-(10**9), 10**9).map(lambda cents: Decimal(cents) / 100)
ORDERS = st.lists(
    st.tuples(CENTS, st.lists(st.integers(0, 10**6).map(lambda c: Decimal(c) / 100), min_size=1, max_size=6)),
    min_size=1,
    max_size=5,
)


def shares(rows: list[tuple[str, Decimal, Decimal]], own: str = "FALSE") -> list[Decimal]:
    con = duckdb.connect()
    con.execute("CREATE TABLE t (source_row BIGINT, o VARCHAR, a DECIMAL(18,5), w DECIMAL(18,5))")
    con.executemany("INSERT INTO t VALUES (?, ?, ?, ?)", [(at, *row) for at, row in enumerate(rows)])
    sql = line_amount_sql("a", "o", "w", own)
    found = con.execute(f"SELECT CAST({sql} AS DECIMAL(18,5)) FROM t ORDER BY source_row").fetchall()
    return [row[0] for row in found]


@settings(deadline=None)
@given(ORDERS)
def test_lines_add_up_to_the_order(orders: list[tuple[Decimal, list[Decimal]]]) -> None:
    rows = [(str(at), amount, weight) for at, (amount, weights) in enumerate(orders) for weight in weights]
    got = shares(rows)
    for at, (amount, _) in enumerate(orders):
        assert sum(share for share, row in zip(got, rows, strict=True) if row[0] == str(at)) == amount


def test_shares_follow_the_weights_to_the_cent() -> None:
    rows = [("a", Decimal("10.00"), Decimal(1)), ("a", Decimal("10.00"), Decimal(2)), ("b", Decimal(7), Decimal(0))]
    assert shares(rows) == [Decimal("3.33"), Decimal("6.67"), Decimal(7)]
    assert shares([("a", Decimal("1.00"), Decimal(0))] * 3) == [Decimal("0.33"), Decimal("0.33"), Decimal("0.34")]


def test_a_column_with_different_amounts_in_one_order_is_the_lines_own() -> None:
    rows = [("a", Decimal(5), Decimal(1)), ("a", Decimal(5), Decimal(1)), ("b", Decimal(1), Decimal(1))]
    assert shares([*rows, ("b", Decimal(2), Decimal(1))]) == [Decimal(5), Decimal(5), Decimal(1), Decimal(2)]
    assert shares(rows) == [Decimal("2.50"), Decimal("2.50"), Decimal(1)]
    assert shares(rows, own="o = 'a'") == [Decimal(5), Decimal(5), Decimal(1)]
