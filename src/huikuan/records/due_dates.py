"""When an order's money is expected, and from which day on it is overdue: one arithmetic for everybody.

    expected = anchor day + days → next batch day → + bank days (business days)
    due      = expected + grace (natural days); overdue from the day after `due`

The source is the settlement-cycle model of platforms (anchor, T+N, batch, bank days). Calendars are the same on
every backend because they are computed here and handed over as two small tables to be joined by equality:
`rule_calendar` says which rule version an order of a shop follows, `due_calendar` gives the dates of an anchor day.
"""

from __future__ import annotations

import calendar
from collections.abc import Collection, Iterable
from datetime import date, timedelta

import pyarrow as pa

from huikuan.records.rules import BEGINNING, Rules, SettlementRule

ANCHORS = {"paid": "paid_at", "shipped": "shipped_at", "received": "received_at", "closed": "closed_at"}
ENDLESS = date(9999, 12, 31)
ONE_DAY = timedelta(days=1)
SATURDAY = 5

RULE_SCHEMA = pa.schema(
    [("rule_no", pa.int32()), ("shop", pa.string()), ("valid_from", pa.date32()),
     ("valid_to", pa.date32()), ("anchor", pa.string())]
)  # fmt: skip
DUE_SCHEMA = pa.schema(
    [("rule_no", pa.int32()), ("anchor_date", pa.date32()), ("expected_date", pa.date32()), ("due_date", pa.date32())]
)


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
    return date(year, month, min(number, calendar.monthrange(year, month)[1]))


def add_business_days(day: date, days: int, holidays: Collection[date] = ()) -> date:
    """`days` business days after `day` (Monday to Friday, without the given holidays); 0 leaves any day as it is.

    >>> add_business_days(date(2026, 10, 30), 2)
    datetime.date(2026, 11, 3)
    """
    while days > 0:
        day += ONE_DAY
        if day.weekday() < SATURDAY and day not in holidays:
            days -= 1
    return day


def expected_date(rule: SettlementRule, anchor_day: date, holidays: Collection[date] = ()) -> date:
    """The day the money of an anchor day should be there.

    >>> expected_date(SettlementRule("A", days=7, bank_days=2), date(2026, 10, 1))
    datetime.date(2026, 10, 12)
    """
    batch_day = next_batch_day(anchor_day + timedelta(days=rule.days), rule.batch)
    return add_business_days(batch_day, rule.bank_days, holidays)


def due_date(rule: SettlementRule, anchor_day: date, holidays: Collection[date] = ()) -> date:
    """The last day on which missing money is not yet overdue: the expected date and the grace."""
    return expected_date(rule, anchor_day, holidays) + timedelta(days=rule.grace)


def rules_by_number(rules: Rules, shops: Iterable[str]) -> list[tuple[SettlementRule, date]]:
    """Settlement rules of the shops with the day on which each ends (exclusive); the index is the rule number.

    A shop without a rule, or before its first one, follows the default rule (receipt, 2 bank days, 3 days of grace).
    """
    given: dict[str, list[SettlementRule]] = {shop: [] for shop in sorted(set(shops))}
    for rule in sorted(rules.settlement_rules, key=lambda rule: rule.valid_from):
        given.setdefault(rule.shop, []).append(rule)
    numbered: list[tuple[SettlementRule, date]] = []
    for shop in sorted(given):
        versions = given[shop]
        if not versions or versions[0].valid_from > BEGINNING:
            versions = [SettlementRule(shop), *versions]
        ends = [rule.valid_from for rule in versions[1:]] + [ENDLESS]
        numbered.extend(zip(versions, ends, strict=True))
    return numbered


def rule_calendar(rules: Rules, shops: Iterable[str]) -> pa.Table:
    """Which rule version holds for an order. Grain: one row per rule version; per shop the spans never overlap.

    An order follows the version with valid_from <= day < valid_to, its day being the day it was paid (unpaid: its
    business date). `anchor` names the time the days count from (`ANCHORS`).
    """
    rows = [
        {"rule_no": no, "shop": rule.shop, "valid_from": rule.valid_from, "valid_to": end, "anchor": rule.anchor}
        for no, (rule, end) in enumerate(rules_by_number(rules, shops))
    ]
    return pa.Table.from_pylist(rows, schema=RULE_SCHEMA)


def due_calendar(
    rules: Rules, shops: Iterable[str], first: date, last: date, holidays: Collection[date] = ()
) -> pa.Table:
    """Expected and due date of every anchor day from `first` to `last`. Key: rule_no, anchor_date."""
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    columns: dict[str, list[object]] = {name: [] for name in DUE_SCHEMA.names}
    for no, (rule, _end) in enumerate(rules_by_number(rules, shops)):
        expected = [expected_date(rule, day, holidays) for day in days]
        grace = timedelta(days=rule.grace)
        columns["rule_no"].extend([no] * len(days))
        columns["anchor_date"].extend(days)
        columns["expected_date"].extend(expected)
        columns["due_date"].extend(day + grace for day in expected)
    return pa.table(columns, schema=DUE_SCHEMA)
