"""Spans of days: which period another is compared with, and the days, weeks and months of a span."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

ONE_DAY = timedelta(days=1)
STEPS = ("day", "week", "month")
_NAME = re.compile(r"(\d{4})-(?:W(\d\d)|(\d\d)(?:-(\d\d))?)")


def month_end(day: date) -> date:
    """The last day of a day's month."""
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - ONE_DAY


def compared_span(first: date, last: date, compare: str) -> tuple[date, date]:
    """The span that a span is compared with. `year`: the same days a year earlier; `previous`: as many whole months
    just before where the span is whole months, else as many days just before.

    >>> compared_span(date(2026, 10, 1), date(2026, 10, 31), "previous")
    (datetime.date(2026, 9, 1), datetime.date(2026, 9, 30))
    >>> compared_span(date(2026, 10, 5), date(2026, 10, 11), "previous")
    (datetime.date(2026, 9, 28), datetime.date(2026, 10, 4))
    >>> compared_span(date(2028, 2, 1), date(2028, 2, 29), "year")
    (datetime.date(2027, 2, 1), datetime.date(2027, 2, 28))
    """
    whole = first.day == 1 and last == month_end(last)
    if compare == "year":
        end = _a_year_before(last)
        return _a_year_before(first), month_end(end) if whole else end
    if not whole:
        return first - (last - first) - ONE_DAY, first - ONE_DAY
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    count = first.year * 12 + first.month - 1 - months
    return date(count // 12, count % 12 + 1, 1), first - ONE_DAY


def _a_year_before(day: date) -> date:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:  # 29 February
        return day.replace(year=day.year - 1, day=28)


def span_of(day: date, step: str) -> tuple[date, date]:
    """First and last day of the day, ISO week or month that a day lies in."""
    if step == "month":
        return day.replace(day=1), month_end(day)
    if step == "week":
        monday = day - timedelta(days=day.weekday())
        return monday, monday + timedelta(days=6)
    return day, day


def spans(first: date, last: date, step: str) -> Iterator[tuple[date, date]]:
    """The days, weeks or months from `first` to `last`, cut off at both."""
    start = first
    while start <= last:
        end = min(span_of(start, step)[1], last)
        yield start, end
        start = end + ONE_DAY


def span_name(day: date, step: str) -> str:
    """What a period is called: 2026-10-31, 2026-W44, 2026-10."""
    if step == "month":
        return f"{day:%Y-%m}"
    return f"{day:%G-W%V}" if step == "week" else day.isoformat()


def named_span(name: str) -> tuple[date, date] | None:
    """First and last day of what `span_name` calls so; None for a text that names no month, week or day.

    >>> named_span("2026-W05")
    (datetime.date(2026, 1, 26), datetime.date(2026, 2, 1))
    """
    found = _NAME.fullmatch(name)
    if found is None:
        return None
    year, week, month, day = found.groups()
    try:
        if week:
            return span_of(date.fromisocalendar(int(year), int(week), 1), "week")
        return span_of(date(int(year), int(month), int(day or 1)), "day" if day else "month")
    except (ValueError, OverflowError):  # no such day, or the calendar ends in it
        return None


def span_sql(day: str, step: str) -> str:
    """The same as SQL over a date."""
    return {"day": f"strftime({day}, '%Y-%m-%d')", "week": f"strftime({day}, '%G-W%V')"}.get(
        step, f"strftime({day}, '%Y-%m')"
    )
