"""When an order's money is expected, and from which day on it is overdue: one arithmetic for everybody.

    expected = anchor day + days → next batch day → + bank days (business days, `bank_days`)
    due      = expected + grace (natural days); overdue from the day after `due`
    reserve  : batch day + reserve days → next batch day → + bank days; + grace

The source is the settlement-cycle model of platforms (anchor, T+N, batch, bank days, reserve). Calendars are the same
on every backend because they are computed here and handed over as two small tables to be joined by equality:
`rule_calendar` says which rule version an order of a shop follows, `due_calendar` gives the dates of an anchor day.
"""

from __future__ import annotations

import calendar as months
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal

import pyarrow as pa

from huikuan.records.bank_days import WEEKDAYS, BankCalendar, add_business_days, calendar_of
from huikuan.records.platforms import default_rule
from huikuan.records.rules import BEGINNING, Rules, SettlementRule

ANCHORS = {"paid": "paid_at", "shipped": "shipped_at", "received": "received_at", "closed": "closed_at"}
ENDLESS = date(9999, 12, 31)
# A reserve is rounded line by line: an order may be short of so much more than its share.
RESERVE_ROUNDING = Decimal("0.05")
RATE_UNIT = Decimal("0.000001")

RULE_SCHEMA = pa.schema(
    [("rule_no", pa.int32()), ("shop", pa.string()), ("valid_from", pa.date32()),
     ("valid_to", pa.date32()), ("anchor", pa.string()), ("reserve", pa.decimal128(10, 6))]
)  # fmt: skip
DUE_SCHEMA = pa.schema(
    [("rule_no", pa.int32()), ("anchor_date", pa.date32()), ("expected_date", pa.date32()), ("due_date", pa.date32()),
     ("reserve_date", pa.date32()), ("reserve_due", pa.date32())]
)  # fmt: skip


def next_batch_day(day: date, batch: str) -> date:
    """The first batch day on or after `day`. Months shorter than the day asked for batch on their last day.

    >>> next_batch_day(date(2026, 10, 31), "weekly:1")
    datetime.date(2026, 11, 2)
    >>> next_batch_day(date(2026, 2, 3), "monthly:31")
    datetime.date(2026, 2, 28)
    """
    name, _, text = batch.partition(":")
    if name in ("", "none", "daily"):
        return day
    number = int(text or 1)
    if name == "weekly":
        return day + timedelta(days=(number - day.isoweekday()) % 7)
    if name != "monthly":
        raise ValueError(f"unknown batch {batch!r}")
    this_month = _day_of_month(day.year, day.month, number)
    if this_month >= day:
        return this_month
    year, month = divmod(day.year * 12 + day.month, 12)
    return _day_of_month(year, month + 1, number)


def _day_of_month(year: int, month: int, number: int) -> date:
    return date(year, month, min(number, months.monthrange(year, month)[1]))


def expected_date(rule: SettlementRule, anchor_day: date, calendar: BankCalendar = WEEKDAYS) -> date:
    """The day the money of an anchor day should be there.

    >>> expected_date(SettlementRule("A", days=7, bank_days=2), date(2026, 10, 1))
    datetime.date(2026, 10, 12)
    """
    return add_business_days(_batch_day(rule, anchor_day), rule.bank_days, calendar)


def _batch_day(rule: SettlementRule, anchor_day: date) -> date:
    return next_batch_day(anchor_day + timedelta(days=rule.days), rule.batch)


def due_date(rule: SettlementRule, anchor_day: date, calendar: BankCalendar = WEEKDAYS) -> date:
    """The last day on which missing money is not yet overdue: the expected date and the grace."""
    return expected_date(rule, anchor_day, calendar) + timedelta(days=rule.grace)


def reserve_date(rule: SettlementRule, anchor_day: date, calendar: BankCalendar = WEEKDAYS) -> date:
    """The day what was held back of an anchor day's money should be there; that of the rest where nothing is.

    >>> reserve_date(SettlementRule("A", bank_days=0, reserve=Decimal("0.05"), reserve_days=8), date(2026, 10, 1))
    datetime.date(2026, 10, 9)
    """
    if not rule.reserve:
        return expected_date(rule, anchor_day, calendar)
    released = _batch_day(rule, anchor_day) + timedelta(days=rule.reserve_days)
    return add_business_days(next_batch_day(released, rule.batch), rule.bank_days, calendar)


def rules_by_number(rules: Rules, shops: Iterable[str]) -> list[tuple[SettlementRule, date]]:
    """Settlement rules of the shops with the day on which each ends (exclusive); the index is the rule number.

    A shop without a rule, or before its first one, follows its platform's (`platforms.default_rule`).
    """
    given: dict[str, list[SettlementRule]] = {shop: [] for shop in sorted(set(shops))}
    for rule in sorted(rules.settlement_rules, key=lambda rule: rule.valid_from):
        given.setdefault(rule.shop, []).append(rule)
    platforms = {shop.name: shop.platform for shop in rules.shops}
    numbered: list[tuple[SettlementRule, date]] = []
    for shop in sorted(given):
        versions = given[shop]
        if not versions or versions[0].valid_from > BEGINNING:
            versions = [default_rule(shop, platforms.get(shop, "")), *versions]
        ends = [rule.valid_from for rule in versions[1:]] + [ENDLESS]
        numbered.extend(zip(versions, ends, strict=True))
    return numbered


def rule_on(rules: Rules, shop: str, day: date) -> SettlementRule:
    """The settlement rule of a shop that holds on a day."""
    versions = [rule for rule, end in rules_by_number(rules, (shop,)) if rule.shop == shop and day < end]
    return versions[0]


def rule_calendar(rules: Rules, shops: Iterable[str]) -> pa.Table:
    """Which rule version holds for an order. Grain: one row per rule version; per shop the spans never overlap.

    An order follows the version with valid_from <= day < valid_to, its day being the day it was paid (unpaid: its
    business date). `anchor` names the time the days count from (`ANCHORS`).
    """
    rows = [
        {"rule_no": no, "shop": rule.shop, "valid_from": rule.valid_from, "valid_to": end, "anchor": rule.anchor,
         "reserve": rule.reserve.quantize(RATE_UNIT)}
        for no, (rule, end) in enumerate(rules_by_number(rules, shops))
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, schema=RULE_SCHEMA)


def due_calendar(rules: Rules, shops: Iterable[str], first: date, last: date) -> pa.Table:
    """What is due when of every anchor day from `first` to `last`, by the bank days of the shop's currency. Key:
    rule_no, anchor_date."""
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    currencies = {shop.name: shop.currency for shop in rules.shops}
    columns: dict[str, list[object]] = {name: [] for name in DUE_SCHEMA.names}
    for no, (rule, _end) in enumerate(rules_by_number(rules, shops)):
        calendar = calendar_of(rules, currencies.get(rule.shop, ""))
        expected = [expected_date(rule, day, calendar) for day in days]
        released = [reserve_date(rule, day, calendar) for day in days] if rule.reserve else expected
        grace = timedelta(days=rule.grace)
        columns["rule_no"].extend([no] * len(days))
        columns["anchor_date"].extend(days)
        columns["expected_date"].extend(expected)
        columns["due_date"].extend(day + grace for day in expected)
        columns["reserve_date"].extend(released)
        columns["reserve_due"].extend(day + grace for day in released)
    return pa.table(columns, schema=DUE_SCHEMA)
