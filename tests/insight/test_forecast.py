"""The cash forecast: sums recomputed in plain Python, the same figures however grouped, the past unseen."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import duckdb
import numpy as np
import pytest

from benchmarks.simulated_book import SimulatedBook, SimulatedShop
from huikuan.insight.forecast.cash import Forecast, forecast
from huikuan.insight.forecast.check import Check, as_of_then, check, receipts
from huikuan.insight.forecast.curves import HORIZON, Learned
from huikuan.insight.forecast.states import History, histories, number_of, open_groups

ZONE = "Asia/Shanghai"
FIRST = date(2026, 1, 1)
AS_OF = date(2026, 6, 30)
ZERO = Decimal(0)


@pytest.fixture(scope="module")
def book() -> SimulatedBook:
    shops = [SimulatedShop("A", orders=15), SimulatedShop("B", orders=10, payout=(1,), settle=6)]
    return SimulatedBook(shops, FIRST, 230, seed=3)


def told_of(book: SimulatedBook, as_of: date) -> tuple[duckdb.DuckDBPyConnection, Any, Any, Forecast]:
    con = duckdb.connect()
    book.tables(con, as_of)
    groups = open_groups(con, "collection", "share", ZONE)
    told = histories(con, "collection", "share", ZONE, as_of)
    return con, groups, told, forecast(groups, told, "CNY", as_of)


@pytest.fixture(scope="module")
def made(book: SimulatedBook) -> tuple[duckdb.DuckDBPyConnection, Any, Any, Forecast]:
    return told_of(book, AS_OF)


@pytest.fixture(scope="module")
def checked(made: Any) -> Check:
    con, _groups, told, found = made
    return check(told, receipts(con, "share", "CNY", AS_OF), found)


def test_groups_add_up_to_what_is_outstanding(made: Any) -> None:
    con, groups, _told, found = made
    by_shop: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for shop, receivable, collected, written_off in con.execute(
        "SELECT shop, receivable, collected, written_off FROM collection"
    ).fetchall():
        by_shop[shop] += receivable - collected - written_off
    assert {shop: sum((g.amount for g in groups if g.shop == shop), ZERO) for shop in by_shop} == by_shop
    assert found.outstanding == sum(by_shop.values()) > 0


def test_every_group_is_split_to_the_cent(made: Any) -> None:
    _con, _groups, _told, found = made
    by_day = [ZERO] * HORIZON
    for each in found.known:
        assert sum(each.days, ZERO) + each.charges + each.undated == each.group.amount
        for n, amount in enumerate(each.days):
            by_day[n] += amount
    assert found.by_day() == tuple(by_day)
    shops = [found.by_day(shop=shop) for shop in ("A", "B")]
    assert tuple(a + b for a, b in zip(*shops, strict=True)) == tuple(by_day)
    assert sum(by_day) > found.outstanding * Decimal("0.8")


def plain_share(rows: list[tuple[int, int | None]], ahead: int) -> float:
    """The cumulative incidence of arrival in plain Python: rows of days followed, day of arrival."""
    open_yet = 1.0
    for n in range(1, ahead + 1):
        at_risk = [row for row in rows if row[0] >= n and (row[1] is None or row[1] >= n)]
        arrived = [row for row in at_risk if row[1] == n]
        if at_risk and len(at_risk) > 0.02 * len(rows):
            open_yet *= 1 - len(arrived) / len(at_risk)
    return 1 - open_yet


def test_a_curve_is_the_share_that_arrived_of_orders_which_waited_as_long() -> None:
    random = np.random.default_rng(5)
    size, day = 400, 100
    began = random.integers(20, day + 1, size)
    lag = random.integers(2, 15, size)
    bank = np.where(random.random(size) < 0.9, began + lag, 2**30)
    bank[began + lag > day] = 2**30
    never = np.full(size, 2**30)
    one = np.ones(size)
    days = {"paid": never, "shipped": never, "received": never, "wallet": never, "transit": began}
    history = History(days, bank, never, one.astype(int), one, one, one)
    waited = 3
    # Weekday: the same as that asked about, as there are enough orders of each.
    rows = [
        (day - int(b) - waited, int(k) - int(b) - waited if k < 2**30 else None)
        for b, k in zip(began, bank, strict=True)
        if day - b >= waited and (k == 2**30 or k - b > waited) and (b - (day - waited)) % 7 == 0
    ]
    assert len(rows) >= 30
    curve = Learned(history, "transit", day).curve(day - waited)
    assert curve is not None
    for ahead in (1, 4, 8, 20):
        assert curve.arrived[ahead] == pytest.approx(plain_share(rows, ahead))


def test_the_forecast_is_near_what_comes_and_nearer_than_the_naive_one(book: SimulatedBook, checked: Check) -> None:
    assert checked.verdict == "good"
    assert checked.weekly.wape is not None and checked.weekly.naive is not None
    assert checked.weekly.wape < checked.weekly.naive
    assert checked.sums is not None
    later = duckdb.connect()
    book.tables(later, AS_OF + timedelta(days=30))
    row = later.execute("SELECT sum(amount) FROM share WHERE matched AND bank_date > $day", {"day": AS_OF}).fetchone()
    low, high = checked.sums[30]
    assert row is not None and low * Decimal("0.9") <= row[0] <= high * Decimal("1.1")


def test_the_past_is_tried_without_what_came_later(book: SimulatedBook, made: Any) -> None:
    """The forecast of an earlier day from today's tables is the one from the tables of that day."""

    _con, _groups, told, _found = made
    then = AS_OF - timedelta(days=30)
    _con, _groups, _told, found = told_of(book, then)
    again = as_of_then(told, number_of(then))
    assert again is not None
    assert again == pytest.approx([float(each) for each in found.all_by_day()], rel=0.02, abs=2)


def test_a_short_history_follows_the_rule_and_says_so(book: SimulatedBook) -> None:
    early = FIRST + timedelta(days=20)
    con, _groups, told, found = told_of(book, early)
    assert set(found.short) == {"A", "B"}
    assert check(told, receipts(con, "share", "CNY", early), found).verdict == "short"
    for each in found.known:
        expected = each.group.expected
        if each.group.state == "received" and expected and expected > early:
            assert each.by == "rule" and each.days[(expected - early).days - 1] == each.group.amount
    assert found.outstanding == sum(found.by_day()) + found.charges + found.undated
