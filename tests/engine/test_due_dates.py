"""Bank days and the platforms' own rules: holidays, working weekends, a book's own days, defaults."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from huikuan.records.bank_days import add_business_days, calendar_of
from huikuan.records.due_dates import due_calendar, rule_on
from huikuan.records.platforms import platform_default
from huikuan.records.rules import Holiday, Rules, SettlementRule, Shop

CHINA = Rules((Shop("S", currency="CNY"),))


@pytest.mark.parametrize(
    ("currency", "paid", "due"),
    [
        ("CNY", date(2026, 9, 30), date(2026, 10, 9)),  # National Day until the 7th
        ("CNY", date(2026, 10, 9), date(2026, 10, 12)),  # Saturday the 10th makes up for it
        ("CNY", date(2026, 2, 13), date(2026, 2, 24)),  # Spring Festival, Saturday the 14th a working day
        ("USD", date(2026, 11, 25), date(2026, 11, 30)),  # Thanksgiving
        ("EUR", date(2026, 4, 2), date(2026, 4, 8)),  # Good Friday, Easter Monday
        ("XXX", date(2026, 9, 30), date(2026, 10, 2)),
    ],
)
def test_bank_days_follow_the_country_of_the_currency(currency: str, paid: date, due: date) -> None:
    assert add_business_days(paid, 2, calendar_of(CHINA, currency)) == due


def test_a_book_s_own_days_go_before_the_known_ones() -> None:
    own = (Holiday("CN", date(2026, 10, 8)), Holiday("CN", date(2026, 10, 10)), Holiday("US", date(2026, 10, 9)))
    assert add_business_days(date(2026, 9, 30), 2, calendar_of(Rules(holidays=own), "CNY")) == date(2026, 10, 12)
    working = (Holiday("CN", date(2026, 10, 3), working=True),)
    assert add_business_days(date(2026, 9, 30), 1, calendar_of(Rules(holidays=working), "CNY")) == date(2026, 10, 3)


def test_due_dates_of_a_shop_follow_its_currency() -> None:
    rules = Rules((Shop("S", currency="CNY"), Shop("T", currency="USD")))
    rows = due_calendar(rules, ["S", "T"], date(2026, 9, 30), date(2026, 9, 30)).to_pylist()
    assert [row["expected_date"] for row in rows] == [date(2026, 10, 9), date(2026, 10, 2)]


def test_a_shop_follows_its_platform_until_it_has_a_rule() -> None:
    own = SettlementRule("S", date(2026, 10, 1), anchor="paid", days=1)
    rules = Rules((Shop("S", "抖店"),), settlement_rules=(own,))
    before = rule_on(rules, "S", date(2026, 9, 30))
    assert (before.anchor, before.days) == ("received", 7)
    assert rule_on(rules, "S", date(2026, 10, 1)) == own


def test_every_platform_of_the_settlement_table_has_a_default() -> None:
    names = (
        "wechatpay", "wechatshop", "wechatpayglobal", "taobao", "tmall", "淘天微信", "tmallglobal", "jd", "jdworldwide",
        "pdd", "douyin", "douyinminiapp", "kuaishou", "xiaohongshu", "amazon", "tiktok", "shopee", "shopify", "stripe",
        "paypal",
    )  # fmt: skip
    assert [name for name in names if platform_default(name) is None] == []
    held = platform_default("快手")
    assert held is not None and (held.rule.reserve, held.rule.reserve_days) == (Decimal("0.05"), 8)
