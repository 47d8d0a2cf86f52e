"""A demo of several months: files by month that go on from each other, orders told once, and what changes meanwhile."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest

from huikuan.demo import Truth, course, generate
from huikuan.demo.catalogue import GOODS
from huikuan.demo.guide import demo_rules, told_changes
from huikuan.demo.orders import day_counts
from huikuan.demo.seller import AS_OF, BASE, ONE_MONTH, SHOPS, Span
from tests.demo import reading
from tests.demo.conftest import Made

MONTHS, ORDERS = 6, 1_500
SPAN = Span(MONTHS)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = tmp_path_factory.mktemp("months")
    result: Truth = generate(folder, ORDERS, 7, months=MONTHS)
    return Made(folder, result, json.loads(result.path.read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def orders(made: Made) -> list[reading.Row]:
    """Rows of all order reports."""
    return [row for name in made.documents("tmall.orders") for row in reading.orders(made.folder, name)]


def test_the_months_are_whole_and_end_with_the_same_day() -> None:
    days = [(BASE + timedelta(days=month.first), BASE + timedelta(days=month.last)) for month in Span(12).months]
    assert days[0] == (date(2025, 11, 1), date(2025, 11, 30))
    assert days[-1] == (date(2026, 10, 1), AS_OF)
    assert all(first.day == 1 and after == last + timedelta(days=1) for (first, last), (after, _) in pairwise(days))


def test_each_account_has_a_bill_for_each_month_that_begins_where_the_last_one_ended(made: Made) -> None:
    for account in ("2088721540013365", "2088931207745521"):
        ledgers = [name for name in made.documents("alipay.ledger") if name.startswith(account)]
        assert len(ledgers) == MONTHS + (account == "2088721540013365")  # the last month of one comes in two parts
        before = None
        for name in ledgers[:MONTHS]:
            rows = reading.ledger(made.folder, name)
            first = rows[0]
            moved = first.money("收入金额（+元）") + first.money("支出金额（-元）")
            assert before is None or first.money("账户余额（元）") - moved == before
            before = rows[-1].money("账户余额（元）")
    for kind in ("wechatpay.trades", "wechatpay.funds", "icbc.statement", "ccb.statement", "camt.053", "express.bill"):
        assert len(made.documents(kind)) == MONTHS, kind


def test_each_order_is_told_once_and_an_earlier_month_is_done_when_it_is_exported(
    made: Made, orders: list[reading.Row]
) -> None:
    shown = {(row["document"], row["source_row"]) for row in made.truth["same"]}
    numbers: Counter[str] = Counter()
    states: dict[bool, Counter[str]] = defaultdict(Counter)
    for row in orders:
        if (row.document, row.line) not in shown:
            numbers[row["订单编号"]] += 1
            states["202611" in row.document][row["订单状态"]] += 1
    assert set(numbers.values()) == {1}
    assert sum(numbers.values()) == ORDERS
    assert set(states[False]) == {"交易成功", "交易关闭"}
    assert len(states[True]) > 2


def test_sales_grow_and_a_festival_stands_out() -> None:
    counts = dict(day_counts(SHOPS[0], 100_000, SPAN))
    by_month = Counter[int]()
    for day, count in counts.items():
        by_month[(BASE + timedelta(days=day)).month] += count
    assert by_month[10] > by_month[9] > by_month[7] > by_month[5] > by_month[10] // 2
    june = {(BASE + timedelta(days=day)).day: n for day, n in counts.items() if (BASE + timedelta(days=day)).month == 6}
    assert min(june[day] for day in (16, 17, 18)) > 1.8 * june[10]


def test_the_newer_contract_holds_from_its_day_on() -> None:
    rates = [rate for rate in demo_rules(span=SPAN).fee_rates if rate.shop == SHOPS[course.FEE_SHOP].name]
    assert [(rate.rate, rate.valid_from) for rate in rates] == [
        (Decimal("0.0200"), date(2026, 4, 25)), (Decimal("0.0500"), course.FEE_FROM),
    ]  # fmt: skip
    assert len(demo_rules().fee_rates) == len(SHOPS)


def test_the_bad_batch_is_refunded_far_more_often(orders: list[reading.Row]) -> None:
    title = GOODS[course.BAD_GOODS][0]
    refunds: dict[bool, list[bool]] = defaultdict(list)
    for row in orders:
        if row["宝贝标题"] == title and row["订单付款时间"] and row["订单创建时间"] < "2026-10-22":
            refunds[row["订单创建时间"] >= course.BAD_FROM.isoformat()].append(row.money("退款金额") > 0)
    rates = {late: sum(found) / len(found) for late, found in refunds.items()}
    assert rates[True] > 0.3 > 0.2 > rates[False]


def test_nothing_changes_in_a_demo_of_one_month(tmp_path: Path) -> None:
    assert told_changes(ONE_MONTH) == []
    plain = course.Course(ONE_MONTH)
    assert {plain.sales(day) for day in range(60)} == {10_000}
    assert plain.commission(course.FEE_SHOP, 10**7) == course.COMMISSION_RATE
    assert plain.wait(course.SLOW_SHOP, 10**7) == 0
    assert plain.fate(course.BAD_GOODS, 10**7, 0.2) == 0.2
