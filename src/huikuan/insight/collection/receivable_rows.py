"""The orders that still bring money, each by where the money is and by its age: what ageing and the lists are made of.

    receivable total = in wallets + in transit + not due + past + in dispute
                     = receivable - collected - written off, of all orders

A place is one row per order and place, so an order whose money is in two places has two rows. Age is counted in days:
past the expected date, past the due date (expected date and days of grace; what the collection calls overdue), or
since the order. What is settled, in dispute, or not due by its reserve, has no age.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from huikuan.insight.day_tables.by_day import table
from huikuan.insight.reports.base import Parameter, ReportSource
from huikuan.records.errors import UserError
from huikuan.records.messages import gettext_noop as _
from huikuan.records.messages import register

PLACES = ("not_due", "in_wallets", "in_transit", "past", "disputed")
PLACE_WORDS = {
    "not_due": _("Not due"),
    "in_wallets": _("In wallets"),
    "in_transit": _("In transit"),
    "past": _("Past"),
    "disputed": _("Disputed"),
}
DEFAULT_ENDS = "3,7,15,30,60"
BASIS = Parameter(
    "basis",
    _("Age counts from"),
    default="expected",
    choices=("expected", "due", "ordered"),
    words={"expected": _("the expected date"), "due": _("the due date"), "ordered": _("the day of the order")},
)
register({"report.buckets": _("“%(value)s” are no age groups. Give rising numbers of days, such as 3,7,15,30,60.")})

# Days of age; null where nothing is late. What is settled has no age.
AGE_SQL = {
    "expected": "CASE WHEN reserve > 0 AND overdue = 0 THEN NULL ELSE DATE '{as_of}' - expected_date END",
    "due": "CASE WHEN overdue <> 0 THEN DATE '{as_of}' - due_date END",
    "ordered": "DATE '{as_of}' - business_date",
}
# `past` and `not_due` part what the collection calls overdue and not due anew by the age asked for. What a platform
# will take back (below zero), and what is held in reserve of an overdue order, is never past.
ROWS_SQL = """
WITH aged AS (SELECT *, {age} AS days FROM {outstanding}),
placed AS (
    SELECT *, greatest(not_due + overdue - CASE WHEN overdue <> 0 THEN reserve ELSE 0 END, 0) AS waiting,
        coalesce(days > 0, false) AS late
    FROM aged
)
SELECT shop, order_no, currency, status, business_date, expected_date, due_date, receivable, settled, collected,
    {place} AS place, ({amount})::DECIMAL(18,5) AS amount, CASE WHEN late THEN days END AS days
FROM placed
"""
PLACE_AMOUNTS = {
    "not_due": "not_due + overdue - CASE WHEN late THEN waiting ELSE 0 END",
    "in_wallets": "settled_not_collected - in_transit",
    "in_transit": "in_transit",
    "past": "CASE WHEN late THEN waiting ELSE 0 END",
    "disputed": "disputed",
}


def rows_sql(source: ReportSource, basis: str, only: str = "") -> str:
    """SQL of the rows as a table in brackets: an order's amounts by `place` (not 0), `days` of age where it is past.
    `only`: the rows of one place."""
    age = AGE_SQL[basis].format(as_of=source.as_of.isoformat())
    places = [only] if only else PLACES
    place, amount = (
        f"unnest([{', '.join(each)}])"
        for each in ([f"'{name}'" for name in places], [PLACE_AMOUNTS[name] for name in places])
    )
    query = ROWS_SQL.format(age=age, outstanding=table(source, "outstanding"), place=place, amount=amount)
    return f"(SELECT * REPLACE (CASE WHEN place = 'past' THEN days END AS days) FROM ({query}) WHERE amount <> 0)"


def ends_of(text: str) -> tuple[int, ...]:
    """The last days of the age groups; the group after the last has no end. UserError where they are none.

    >>> ends_of("3, 7,15")
    (3, 7, 15)
    """
    parts = [part.strip() for part in text.replace("，", ",").split(",") if part.strip()]
    if not 1 <= len(parts) <= 12 or not all(part.isascii() and part.isdecimal() and len(part) < 5 for part in parts):
        raise UserError("report.buckets", value=text)
    ends = tuple(int(part) for part in parts)
    if ends[0] < 1 or list(ends) != sorted(set(ends)):
        raise UserError("report.buckets", value=text)
    return ends


def groups_of(ends: tuple[int, ...]) -> list[tuple[int, int | None]]:
    """First and last day of each age group.

    >>> groups_of((3, 7))
    [(1, 3), (4, 7), (8, None)]
    """
    firsts = (1, *(end + 1 for end in ends))
    return list(zip(firsts, (*ends, None), strict=True))


def group_name(first: int, last: int | None) -> str:
    """1–3, 4, 60+."""
    if last is None:
        return f"{first - 1}+"
    return str(first) if first == last else f"{first}–{last}"


def condition(params: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Which rows are asked for: shop, currency, place, status, days of age and the day of the order."""
    told = {
        "shop": "shop = $shop", "currency": "currency = $currency", "place": "place = $place",
        "status": "status = $status", "days_from": "days >= $days_from", "days_to": "days <= $days_to",
        "from": "business_date >= $from", "to": "business_date <= $to",
    }  # fmt: skip
    chosen = {name: sql for name, sql in told.items() if params.get(name) not in (None, "")}
    return " AND ".join(["true", *chosen.values()]), {name: params[name] for name in chosen}
