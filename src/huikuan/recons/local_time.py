"""Days of the book's time zone, as expressions that mean the same on every backend."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import ibis

FIRST_YEAR, LAST_YEAR = 2000, 2050


def end_of_day(day: date, timezone: str) -> datetime:
    """The first moment after a day of the time zone, as UTC without zone.

    >>> end_of_day(date(2026, 10, 31), "Asia/Shanghai")
    datetime.datetime(2026, 10, 31, 16, 0)
    """
    midnight = datetime.combine(day + timedelta(days=1), datetime.min.time(), ZoneInfo(timezone))
    return midnight.astimezone(UTC).replace(tzinfo=None)


@cache
def offsets(timezone: str) -> tuple[tuple[datetime, int], ...]:
    """UTC moments from which on an offset (minutes east of UTC) holds; the first one holds before too.

    >>> offsets("Asia/Shanghai")
    ((datetime.datetime(2000, 1, 1, 0, 0), 480),)
    """
    zone = ZoneInfo(timezone)
    found: list[tuple[datetime, int]] = []
    moment = datetime(FIRST_YEAR, 1, 1, tzinfo=UTC)
    while moment.year < LAST_YEAR:
        minutes = _minutes(moment, zone)
        if not found or found[-1][1] != minutes:
            start = _first_hour(moment - timedelta(days=1), zone, minutes) if found else moment
            found.append((start.replace(tzinfo=None), minutes))
        moment += timedelta(days=1)
    return tuple(found)


def _minutes(moment: datetime, zone: ZoneInfo) -> int:
    offset = moment.astimezone(zone).utcoffset() or timedelta()
    return int(offset.total_seconds()) // 60


def _first_hour(moment: datetime, zone: ZoneInfo, minutes: int) -> datetime:
    while _minutes(moment, zone) != minutes:
        moment += timedelta(minutes=15)
    return moment


def local_date(moment: Any, timezone: str) -> Any:
    """The day of a UTC moment in the time zone; null for null."""
    found = offsets(timezone)
    shifted = [(moment + ibis.interval(minutes=minutes)).cast("date") for _start, minutes in found]
    if len(found) == 1:
        return shifted[0]
    cases = [(moment >= ibis.literal(found[n][0]), shifted[n]) for n in range(len(found) - 1, 0, -1)]
    return ibis.cases(*cases, else_=shifted[0])
