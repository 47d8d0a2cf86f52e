"""When a schedule is due, and which days a relative period means. Plain functions of days and moments.

Doctests show the rules: a month without the day wanted has its last day instead; weeks begin on Monday.
"""

from __future__ import annotations

import calendar
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

EVERY: dict[str, Any] = {"daily": _("Every day"), "weekly": _("Every week"), "monthly": _("Every month")}
PERIODS: dict[str, Any] = {
    "yesterday": _("Yesterday"),
    "last_7_days": _("Last 7 days"),
    "last_week": _("Last week"),
    "this_month": _("This month until yesterday"),
    "last_month": _("Last month"),
    "last_quarter": _("Last quarter"),
    "last_year": _("Last year"),
    "all": _("Everything"),
}
WEEKDAYS: dict[int, Any] = {
    1: _("Monday"), 2: _("Tuesday"), 3: _("Wednesday"), 4: _("Thursday"), 5: _("Friday"), 6: _("Saturday"),
    7: _("Sunday"),
}  # fmt: skip
# How far back a machine that was off looks for what it missed.
LOOK_BACK_DAYS = 366


def days_of(period: str, day: date) -> tuple[date | None, date | None]:
    """First and last day of a period as seen on `day`; (None, None): not limited.

    >>> days_of("last_week", date(2026, 11, 4))
    (datetime.date(2026, 10, 26), datetime.date(2026, 11, 1))
    >>> days_of("this_month", date(2026, 11, 1))
    (datetime.date(2026, 10, 1), datetime.date(2026, 10, 31))
    >>> days_of("last_quarter", date(2026, 2, 10))
    (datetime.date(2025, 10, 1), datetime.date(2025, 12, 31))
    """
    yesterday = day - timedelta(days=1)
    this_monday, this_month = day - timedelta(days=day.weekday()), day.replace(day=1)
    this_quarter = this_month.replace(month=day.month - (day.month - 1) % 3)
    this_year = this_month.replace(month=1)
    starts = {
        "yesterday": (yesterday, day),
        "last_7_days": (day - timedelta(days=7), day),
        "last_week": (this_monday - timedelta(days=7), this_monday),
        "this_month": (yesterday.replace(day=1), day),
        "last_month": (_months_back(this_month, 1), this_month),
        "last_quarter": (_months_back(this_quarter, 3), this_quarter),
        "last_year": (this_year.replace(year=day.year - 1), this_year),
    }
    if period not in starts:
        return None, None
    first, after = starts[period]
    return first, after - timedelta(days=1)


def _months_back(first: date, months: int) -> date:
    count = first.year * 12 + first.month - 1 - months
    return date(count // 12, count % 12 + 1, 1)


def occurs_on(every: str, weekday: int, month_day: int, day: date) -> bool:
    """Whether a schedule is due on a day.

    >>> occurs_on("monthly", 1, 31, date(2026, 2, 28)), occurs_on("weekly", 3, 1, date(2026, 11, 4))
    (True, True)
    """
    if every == "weekly":
        return day.isoweekday() == weekday
    if every == "monthly":
        return day.day == min(month_day, calendar.monthrange(day.year, day.month)[1])
    return True


def due_moment(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The moment of a time of day, in UTC. A time that a change of the clock leaves out is the moment after it.

    >>> due_moment(date(2026, 3, 8), time(2, 30), ZoneInfo("America/New_York")).isoformat()
    '2026-03-08T07:30:00+00:00'
    """
    return datetime.combine(day, at, tzinfo=zone).astimezone(UTC)


def due_moments(schedule: Any, zone: ZoneInfo, after: datetime, until: datetime) -> list[datetime]:
    """Due moments later than `after` and not later than `until`, newest first; none older than a year."""
    day, found = until.astimezone(zone).date(), []
    first = max(after.astimezone(zone).date(), day - timedelta(days=LOOK_BACK_DAYS))
    while day >= first:
        if occurs_on(schedule.every, schedule.weekday, schedule.month_day, day):
            moment = due_moment(day, schedule.at, zone)
            if after < moment <= until:
                found.append(moment)
        day -= timedelta(days=1)
    return found


def next_due(schedule: Any, zone: ZoneInfo, after: datetime) -> datetime:
    """The first due moment later than `after`."""
    day = after.astimezone(zone).date()
    while True:
        if occurs_on(schedule.every, schedule.weekday, schedule.month_day, day):
            moment = due_moment(day, schedule.at, zone)
            if moment > after:
                return moment
        day += timedelta(days=1)
