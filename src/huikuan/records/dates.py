"""Dates and times of sources: one strict way to read them, for Python and SQL.

A date that does not exist (30 February) is no date. Sources write local time without saying so: a zone is always
given. Years outside 1990..2100 are taken for damage (`impossible_sql`).
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo, available_timezones

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
    "JST": "+09:00", "KST": "+09:00", "HKT": "+08:00", "SGT": "+08:00", "PST": "-08:00", "PDT": "-07:00",
    "MST": "-07:00", "MDT": "-06:00", "CDT": "-05:00", "EST": "-05:00", "EDT": "-04:00", "HNP": "-08:00",
    "HAP": "-07:00", "BST": "+01:00", "WET": "+00:00", "WEST": "+01:00", "EET": "+02:00", "EEST": "+03:00",
    "AWST": "+08:00", "AEST": "+10:00", "AEDT": "+11:00", "NZST": "+12:00", "NZDT": "+13:00", "BRT": "-03:00",
    "IDT": "+03:00", "ADT": "-03:00",
}  # fmt: skip
# Two zones share these: Chicago, Shanghai; India, Ireland, Israel; the Atlantic, Arabia; and so on.
SHARED_ZONES = ("CST", "IST", "AST", "ECT", "GST", "SST", "WST")
# Which one is meant where an account's other half of the year stands beside it: (that, shared) → offset of the shared.
ZONE_BESIDE: dict[tuple[str, str], str] = {
    ("CDT", "CST"): "-06:00", ("IDT", "IST"): "+02:00", ("GMT", "IST"): "+01:00", ("ADT", "AST"): "-04:00",
}  # fmt: skip
# Months as exports write them in words: English, German, French, Spanish, Italian, Dutch, Swedish, Portuguese.
MONTH_WORDS: tuple[str, ...] = (
    "jan january januar jänner januari janvier janv enero ene gennaio gen janeiro",
    "feb february februar februari février févr fév fevr febrero febbraio fevereiro fev",
    "mar march märz mär mrz mars maart mrt marzo março",
    "apr april avril avr abril abr aprile",
    "may mai mei maj mayo maggio mag maio",
    "jun june juni juin junio giugno giu junho",
    "jul july juli juil juillet julio luglio lug julho",
    "aug august augustus augusti août aout agosto ago",
    "sep sept september septembre septiembre settembre set setembro",
    "oct october okt oktober octobre octubre ottobre ott outubro out",
    "nov november novembre noviembre novembro",
    "dec december dez dezember déc décembre diciembre dic dicembre dezembro",
)
# The number of a day in a workbook, 1990 to 2100, with its time as the fraction.
SERIAL_DAY, SERIAL_TIME = "(?:3[3-9]|[4-6][0-9]|7[0-2])[0-9]{3}", "[.][0-9]{1,11}"
_AREAS = ("Africa", "America", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")
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
    read = _or_serial(squeezed, f"try_strptime({squeezed}, [{listed}])", formats, SERIAL_TIME)
    slow = f"CASE WHEN regexp_matches({squeezed}, '^[0-9]') THEN {read} END"
    if not any(each in ("%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S") for each in formats):
        return slow
    quick = f"TRY_CAST({cell} AS TIMESTAMP)"
    return f"CASE WHEN regexp_full_match({cell}, {sql_text(_ISO_TIME)}) THEN {quick} ELSE {slow} END"


def day_sql(cell: str, formats: tuple[str, ...]) -> str:
    """SQL: the DATE in a trimmed text cell, null where none of the formats fits or the date cannot be."""
    listed = ", ".join(sql_text(each) for each in formats)
    return f"CAST({_or_serial(cell, f'try_strptime({cell}, [{listed}])', formats, f'(?:{SERIAL_TIME})?')} AS DATE)"


def _or_serial(cell: str, moment: str, formats: tuple[str, ...], fraction: str) -> str:
    """SQL: a TIMESTAMP, or the one that a spreadsheet program's day number means, for columns whose days are written
    with the year first. Nothing else has five digits there; seconds are rounded to whole ones. `fraction`: the regular
    expression of the number's time."""
    if not any(each.startswith("%Y") for each in formats):
        return moment
    days = f"CAST(regexp_extract({cell}, '^[0-9.]{{5,17}}') AS DECIMAL(38,11))"
    serial = f"(TIMESTAMP '1899-12-30' + to_seconds(CAST(round({days} * 86400) AS BIGINT)))"
    return f"CASE WHEN regexp_full_match({cell}, {sql_text(SERIAL_DAY + fraction)}) THEN {serial} ELSE {moment} END"


def offset_text_sql(cell: str) -> str:
    """SQL: a trimmed text cell as ISO with its offset, where it states one in another way. Amazon's marketplaces write
    `28.08.2020 05:33:11 UTC` and `2020/08/28 05:33:11 JST`."""
    day = f"regexp_replace({cell}, '^([0-9]{{2}})[.]([0-9]{{2}})[.]([0-9]{{4}}) ', '\\3-\\2-\\1 ')"
    day = f"regexp_replace({day}, '^([0-9]{{4}})/([0-9]{{2}})/([0-9]{{2}}) ', '\\1-\\2-\\3 ')"
    zones = " ".join(f"WHEN '{zone}' THEN '{offset}'" for zone, offset in ZONE_NAMES.items())
    offset = f"CASE regexp_extract({cell}, '[A-Z]+$') {zones} ELSE regexp_extract({cell}, '[A-Z]+$') END"
    iso = f"(regexp_replace({day}, ' ?[A-Z]+$', '') || {offset})"
    iso = f"regexp_replace({iso}, ' ?([+-][0-9]{{2}}):?([0-9]{{2}})$', '\\1:\\2')"  # Shopify: ` +0530`
    return f"CASE WHEN {cell} = '' OR substr({cell}, 11, 1) = 'T' THEN {cell} ELSE {iso} END"


def worded_parts(name: str, cell: str) -> dict[str, str]:
    """SQL, step by step, of a date with the month in words as ISO text: name → SQL, the last one is `name`.

    Reads `Sep 4, 2026 1:05:07 AM PDT`, `4 sept. 2026 01:05:07 UTC`, `31 July, 2026`, `4 de septiembre de 2026`; what is
    written otherwise stays. Blanks of all kinds become plain ones, hours get two digits, am and pm 24 hours."""
    plain, first, second, time = f"w1_{name}", f"w2_{name}", f"w3_{name}", f"w4_{name}"
    word, month, hour = f"w5_{name}", f"w6_{name}", f"w7_{name}"
    month_first = r"^(\p{L}{3,12})[.]? ([0-9]{1,2})(?:st|nd|rd|th)?[.]?,? ([0-9]{4}),?(.*)$"
    day_first = r"^([0-9]{1,2})[.]?(?: de|-)? ?(\p{L}{3,12})[.]?,?(?: de|-)? ?([0-9]{4}),?(.*)$"
    clock = r"^ ?([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?(?: ?([AaPp])[.]? ?[Mm][.]?)? ?(.*)$"
    listed = " ".join(
        f"WHEN {word} IN ({', '.join(sql_text(each) for each in words.split())}) THEN {number}"
        for number, words in enumerate(MONTH_WORDS, 1)
    )
    rest = f"({first}.wd_rest || {second}.wd_rest)"
    day = (
        f"{first}.wd_year || {second}.wd_year || '-' || lpad({month}::VARCHAR, 2, '0') || '-' || "
        f"lpad({first}.wd_day || {second}.wd_day, 2, '0')"
    )
    zone = f"CASE WHEN {time}.wd_zone <> '' THEN ' ' || {time}.wd_zone ELSE '' END"
    clocked = (
        f"' ' || lpad({hour}::VARCHAR, 2, '0') || ':' || {time}.wd_minute || ':' || "
        f"coalesce(nullif({time}.wd_second, ''), '00') || {zone}"
    )
    number = f"try_cast({time}.wd_hour AS INTEGER)"
    half = f"lower({time}.wd_half)"
    return {
        plain: f"regexp_replace(regexp_replace({trimmed(cell)}, '[\\s\u00a0\u2007\u202f]+', ' ', 'g'), "
        r"'([0-9]{4},?|[0-9]T?) ([0-9]):', '\1 0\2:')",
        first: f"regexp_extract({plain}, {sql_text(month_first)}, ['wd_word', 'wd_day', 'wd_year', 'wd_rest'])",
        second: f"regexp_extract({plain}, {sql_text(day_first)}, ['wd_day', 'wd_word', 'wd_year', 'wd_rest'])",
        word: f"lower({first}.wd_word || {second}.wd_word)",
        month: f"CASE {listed} END",
        time: f"regexp_extract({rest}, {sql_text(clock)}, ['wd_hour', 'wd_minute', 'wd_second', 'wd_half', 'wd_zone'])",
        hour: f"CASE WHEN {half} = '' THEN {number} WHEN {number} BETWEEN 1 AND 12 "
        f"THEN {number} % 12 + CASE {half} WHEN 'p' THEN 12 ELSE 0 END END",
        name: f"CASE WHEN {month} IS NULL THEN {plain} WHEN trim({rest}) = '' THEN {day} ELSE {day} || {clocked} END",
    }


def split_zone_sql(text: str) -> tuple[str, str]:
    """SQL: a time's text without its zone, and the zone: `PDT`, `GMT+2`, `UTC`, `+08:00` or `Europe/Berlin`."""
    zone = r"(?:(?:GMT|UTC)? ?[+-][0-9]{1,2}(?::?[0-9]{2})?|[A-Za-z]{1,5}|[A-Za-z]+/[A-Za-z_/]+)"
    pattern = sql_text(f"^(.*:[0-9]{{2}}(?:[.][0-9]+)?) ?({zone})$")
    found = f"regexp_extract({text}, {pattern}, 1)"
    return f"CASE WHEN {found} = '' THEN {text} ELSE {found} END", f"regexp_extract({text}, {pattern}, 2)"


def zoned_time_sql(local: str, zone: str, shared: tuple[tuple[str, str], ...] = ()) -> str:
    """SQL: local TIMESTAMP and the text of its zone → UTC TIMESTAMP; null where the zone is not told or not known.
    `shared`: what names of SHARED_ZONES mean in this file, with their offsets."""
    known = " ".join(
        f"WHEN {sql_text(name)} THEN {local} - INTERVAL '{_minutes(offset)} minutes'"
        for name, offset in (*ZONE_NAMES.items(), *shared)
    )
    signed = "^(?:GMT|UTC)? ?([+-])([0-9]{1,2})(?::?([0-9]{2}))?$"
    part = [f"regexp_extract({zone}, {sql_text(signed)}, {group})" for group in (1, 2, 3)]
    minutes = f"(CAST({part[1]} AS INTEGER) * 60 + coalesce(TRY_CAST({part[2]} AS INTEGER), 0))"
    shifted = f"to_minutes(CASE {part[0]} WHEN '+' THEN {minutes} ELSE -{minutes} END)"
    named = ", ".join(sql_text(name) for name in sorted(available_timezones()) if name.split("/")[0] in _AREAS)
    return (
        f"CASE WHEN contains({zone}, '/') THEN "
        f"CASE WHEN {zone} IN ({named}) THEN timezone({zone}, {local}) AT TIME ZONE 'UTC' END "
        f"WHEN regexp_full_match({zone}, {sql_text(signed)}) THEN {local} - {shifted} "
        f"ELSE CASE upper({zone}) WHEN 'Z' THEN {local} {known} END END"
    )


def _minutes(offset: str) -> int:
    """Minutes of an offset such as `-07:30`."""
    hours, minutes = offset[1:].split(":")
    return (int(hours) * 60 + int(minutes)) * (-1 if offset[0] == "-" else 1)


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
