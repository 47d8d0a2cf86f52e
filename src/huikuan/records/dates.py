"""Dates and times of sources: one strict way to read them, for Python and SQL.

A date that does not exist (30 February) is no date. Sources write local time without saying so: a zone is always
given. Years outside 1990..2100 are taken for damage (`impossible_sql`).
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from huikuan.records.money import blank_trim_sql
from huikuan.records.sql import sql_text

YEAR_MIN = 1990
YEAR_MAX = 2100
# Zones without daylight saving since YEAR_MIN + 2: plain arithmetic is exact and much faster than a zone table.
FIXED_HOURS: dict[str, int] = {
    "UTC": 0, "Asia/Shanghai": 8, "Asia/Hong_Kong": 8, "Asia/Taipei": 8, "Asia/Macau": 8, "Asia/Singapore": 8,
    "Asia/Tokyo": 9,
}  # fmt: skip
# What exports write in place of an offset, where it is one and the same everywhere.
ZONE_NAMES: dict[str, str] = {
    "UTC": "+00:00", "GMT": "+00:00", "CET": "+01:00", "CEST": "+02:00", "MEZ": "+01:00", "MESZ": "+02:00",
    "JST": "+09:00", "PST": "-08:00", "PDT": "-07:00",
}  # fmt: skip
# Midnight as 24:00 would belong to the next day, which no source means: it is no time here.
_ISO_TIME = "[0-9]{4}[-/][0-9]{2}[-/][0-9]{2} (?:[01][0-9]|2[0-3]):[0-9]{2}:[0-9]{2}"
_OFFSET = "[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{1,6})? ?([+-][0-9]{2}:?[0-9]{2}|Z|UTC)"


def parse_day(text: str, formats: tuple[str, ...]) -> date | None:
    """The day a text states, by the first format that fits; None if none does or it cannot be.

    >>> parse_day("2026-02-28", ("%Y-%m-%d",)), parse_day("2026-02-30", ("%Y-%m-%d",))
    (datetime.date(2026, 2, 28), None)
    """
    moment = parse_local(text, formats)
    return moment.date() if moment else None


def parse_local(text: str, formats: tuple[str, ...]) -> datetime | None:
    """The local date and time a text states, by the first format that fits; None if none does."""
    cell = " ".join(text.split())
    for layout in formats:
        try:
            moment = datetime.strptime(cell, layout)  # noqa: DTZ007 - local time, the zone is given by the caller
        except ValueError:
            continue
        return moment if YEAR_MIN <= moment.year <= YEAR_MAX else None
    return None


def to_utc(local: datetime, zone: str) -> datetime:
    """A local time of a zone as naive UTC.

    >>> to_utc(datetime(2026, 1, 1, 7, 30), "Asia/Shanghai")
    datetime.datetime(2025, 12, 31, 23, 30)
    """
    return local.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC).replace(tzinfo=None)


def local_time_sql(cell: str, formats: tuple[str, ...]) -> str:
    """SQL: the local TIMESTAMP in a trimmed text cell, null where none of the formats fits or the date cannot be.

    Blanks within are squeezed first where the quick test fails (`2025/12/03  14:06:51`)."""
    squeezed = f"regexp_replace({trimmed(cell)}, '\\s+', ' ', 'g')"
    listed = ", ".join(sql_text(each) for each in formats)
    slow = f"CASE WHEN regexp_matches({squeezed}, '^[0-9]') THEN try_strptime({squeezed}, [{listed}]) END"
    if not any(each in ("%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S") for each in formats):
        return slow
    quick = f"TRY_CAST({cell} AS TIMESTAMP)"
    return f"CASE WHEN regexp_full_match({cell}, {sql_text(_ISO_TIME)}) THEN {quick} ELSE {slow} END"


def day_sql(cell: str, formats: tuple[str, ...]) -> str:
    """SQL: the DATE in a trimmed text cell, null where none of the formats fits or the date cannot be."""
    listed = ", ".join(sql_text(each) for each in formats)
    return f"CAST(try_strptime({cell}, [{listed}]) AS DATE)"


def offset_text_sql(cell: str) -> str:
    """SQL: a trimmed text cell as ISO with its offset, where it states one in another way. Amazon's marketplaces write
    `28.08.2020 05:33:11 UTC` and `2020/08/28 05:33:11 JST`."""
    day = f"regexp_replace({cell}, '^([0-9]{{2}})[.]([0-9]{{2}})[.]([0-9]{{4}}) ', '\\3-\\2-\\1 ')"
    day = f"regexp_replace({day}, '^([0-9]{{4}})/([0-9]{{2}})/([0-9]{{2}}) ', '\\1-\\2-\\3 ')"
    zones = " ".join(f"WHEN '{zone}' THEN '{offset}'" for zone, offset in ZONE_NAMES.items())
    offset = f"CASE regexp_extract({cell}, '[A-Z]+$') {zones} ELSE regexp_extract({cell}, '[A-Z]+$') END"
    iso = f"(regexp_replace({day}, ' ?[A-Z]+$', '') || {offset})"
    return f"CASE WHEN {cell} = '' OR substr({cell}, 11, 1) = 'T' THEN {cell} ELSE {iso} END"


def offset_time_sql(cell: str) -> str:
    """SQL: the UTC TIMESTAMP of an ISO text that carries its offset; null if it carries none."""
    utc = f"TRY_CAST({cell} AS TIMESTAMPTZ) AT TIME ZONE 'UTC'"
    return f"CASE WHEN regexp_full_match({cell}, {sql_text(_OFFSET)}) THEN {utc} END"


def utc_sql(local: str, zone: str) -> str:
    """SQL: local TIMESTAMP of a zone → UTC TIMESTAMP."""
    if zone in FIXED_HOURS:
        return f"({local} - INTERVAL {FIXED_HOURS[zone]} HOUR)"
    return f"(({local} AT TIME ZONE {sql_text(zone)}) AT TIME ZONE 'UTC')"


def date_in_sql(utc: str, zone: str) -> str:
    """SQL: UTC TIMESTAMP → the DATE in a zone."""
    if zone in FIXED_HOURS:
        return f"CAST({utc} + INTERVAL {FIXED_HOURS[zone]} HOUR AS DATE)"
    return f"CAST(({utc} AT TIME ZONE 'UTC') AT TIME ZONE {sql_text(zone)} AS DATE)"


def trimmed(cell: str) -> str:
    """SQL: a cell without the blanks around it."""
    return blank_trim_sql(cell)


def impossible_sql(moment: str) -> str:
    """SQL: whether a TIMESTAMP or DATE lies outside the years that a source can mean."""
    return f"({moment} < DATE '{YEAR_MIN}-01-01' OR {moment} >= DATE '{YEAR_MAX + 1}-01-01')"
