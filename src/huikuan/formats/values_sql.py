"""Columns of a declaration → SQL over text cells: the value, what may be wrong with it, and what goes with it.

Each value is computed once, from the raw cell where a quick test shows that it needs no cleaning."""

from __future__ import annotations

from dataclasses import dataclass, field

from huikuan.formats.faults import Fault, shown
from huikuan.formats.reading import ReadContext
from huikuan.formats.spec import BOOK, OFFSET, Amount, Choice, Column, Day, Identifier, Moment, Person, Text
from huikuan.records.dates import (
    SHARED_ZONES,
    date_in_sql,
    day_sql,
    impossible_sql,
    local_time_sql,
    offset_text_sql,
    offset_time_sql,
    split_zone_sql,
    utc_sql,
    worded_parts,
    zoned_time_sql,
)
from huikuan.records.money import (
    BLANKS,
    NOTHING,
    SQL_TYPE,
    amount_fault_sql,
    amount_sql,
    blank_trim_sql,
    decimal_comma_sql,
    filled_sql,
    no_amount_sql,
    one_of_sql,
    without_side_sql,
    without_unit_sql,
)
from huikuan.records.sql import sql_text

# An identifier's wrappers: tab, blanks, back tick, apostrophe (typographic ones too), ="..."; and marks that cannot be
# seen, which copying from a web page leaves (zero width, byte order, direction of writing).
ID_WRAPPERS = " \t\u00a0\u3000`'\"=\u2018\u2019\u201c\u201d\uff07\u200b\u200e\u200f\ufeff\u202a\u202c\u202d"
# No E, no point, no plus: nothing a spreadsheet could have damaged. No dash and no N at the beginning: neither `--` nor
# `null`, which are no identifiers.
PLAIN_ID = "[0-9A-DF-MO-Za-df-mo-z_][0-9A-DF-Za-df-z_-]*"
# Digits lost in a spreadsheet program, which keeps 15: an exponent, or 16 digits and more written as a number.
EXCEL_DAMAGE = "[0-9]([.][0-9]+)?[Ee][+]?[0-9]+|[0-9]{17,}[.]0|[0-9]{15}0[.]0"
PHONE = "(^|[^0-9])(?:[+]?86[- ]?)?1[3-9][0-9][- ]?[0-9]{4}[- ]?[0-9]{4}($|[^0-9])"
PHONE_DIGITS = "1[3-9][0-9][- ]?[0-9]{4}[- ]?[0-9]{4}"  # in every phone number; found at half the cost of the whole
PHONE_QUICK = "(?:^|[^0-9])(?:[+]?86[- ]?)?1[3-9][0-9][- ]?[0-9]{4}[- ]?[0-9]{4}(?:$|[^0-9])"
# How databases write that there is no date.
NO_DATE = ("0000-00-00", "0000-00-00 00:00:00")
_STRPTIME_SHOWN = {
    "%Y": "2026",
    "%m": "01",
    "%d": "31",
    "%H": "18",
    "%M": "05",
    "%S": "59",
    "%y": "26",
    "%I": "06",
    "%p": "PM",
}


@dataclass
class ColumnSql:
    """SQL of one column. `parsed` are computed from the raw cell `r_NAME`, `derived` from those; both name → SQL."""

    parsed: dict[str, str] = field(default_factory=dict)
    derived: dict[str, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


def column_sql(column: Column, header: str, cell: str, context: ReadContext) -> ColumnSql:
    """The SQL of a column that the file has. `cell` is its name in the raw table, `header` as the file writes it."""
    raw = f"r_{column.name}"
    match column:
        case Text():
            found = _text(column, raw)
        case Identifier():
            found = _identifier(column, raw, header, cell)
        case Amount():
            found = _amount(column, raw, header, cell)
        case Moment():
            found = _moment(column, raw, header, cell, context)
        case Day():
            found = _day(column, raw, header, cell)
        case Choice():
            found = _choice(column, raw, header, cell)
        case Person():
            found = _person(column, raw, context)
    if getattr(column, "filled", False):
        blank = f"coalesce(trim({raw}, {sql_text(BLANKS)}), '') = ''"
        if isinstance(column, Amount):
            blank = no_amount_sql(f"trim({raw}, {sql_text(BLANKS)})")
        if isinstance(column, Moment | Day):
            blank = _no_date_sql(f"trim({raw}, {sql_text(BLANKS)})")
        if isinstance(column, Identifier):
            blank = f"NOT {column.name}_damaged"
        missing = f"CASE WHEN {_value_name(column)} IS NOT NULL THEN FALSE ELSE {blank} END"
        found.faults.append(Fault("cell.empty", missing, header))
    return found


def absent_sql(column: Column) -> dict[str, str]:
    """The values of a column that the file does not have: nulls of the right types."""
    name = column.name
    found = {name: "NULL::VARCHAR"}
    match column:
        case Amount():
            found = {name: f"NULL::{SQL_TYPE}"}
        case Moment():
            found = {name: "NULL::TIMESTAMP", f"{name}_date": "NULL::DATE"}
        case Day():
            found = {f"{name}_date": "NULL::DATE"}
        case Person():
            found = {f"{name}_hash": "NULL::VARCHAR", f"{name}_mask": "NULL::VARCHAR"}
        case Identifier():
            found |= {f"{name}_damaged": "FALSE", f"{name}_usual": "FALSE"}
        case Text(scrub=True):
            found[f"t_{name}"] = "NULL::VARCHAR"
    return found


def _value_name(column: Column) -> str:
    return f"{column.name}_date" if isinstance(column, Day | Moment) else column.name


def scrub_sql(text: str) -> str:
    """SQL: a text with phone numbers struck out. Digits on either side make it another number: it stays. Applied
    twice, because two phone numbers may share the character between them."""
    once = f"regexp_replace({text}, {sql_text(PHONE)}, '\\1***\\2', 'g')"
    twice = f"regexp_replace({once}, {sql_text(PHONE)}, '\\1***\\2', 'g')"
    quick = " AND ".join(f"regexp_matches({text}, {sql_text(each)})" for each in (PHONE_DIGITS, PHONE_QUICK))
    quick = f"length({text}) >= 11 AND {quick}"
    return f"CASE WHEN {quick} THEN {twice} ELSE {text} END"


def _text(column: Text, raw: str) -> ColumnSql:
    clean = filled_sql(raw)
    if column.scrub:
        return ColumnSql({f"t_{column.name}": clean}, {column.name: scrub_sql(f"t_{column.name}")})
    return ColumnSql({column.name: clean})


def _identifier(column: Identifier, raw: str, header: str, cell: str) -> ColumnSql:
    """Plain identifiers, with a tab behind them or not, go the quick way; anything else is unwrapped and looked at."""
    bare = f"t_{column.name}"
    parsed = f"CASE WHEN ends_with({raw}, '\t') THEN substr({raw}, 1, length({raw}) - 1) ELSE {raw} END"
    trimmed = f"trim({bare}, {sql_text(ID_WRAPPERS)})"
    none = one_of_sql(trimmed, (*NOTHING, *column.blank))
    undone = f"CASE WHEN regexp_full_match({trimmed}, '[0-9]+[.]0') THEN left({trimmed}, -2) ELSE {trimmed} END"
    damaged = f"regexp_full_match({trimmed}, '{EXCEL_DAMAGE}')"
    slow = f"CASE WHEN {none} OR {damaged} THEN NULL ELSE {undone} END"
    plain = f"regexp_full_match({bare}, '{PLAIN_ID}')"
    if column.blank:
        plain += f" AND {bare} NOT IN ({', '.join(map(sql_text, column.blank))})"
    derived = {}
    if column.usual:
        usual = f"{column.name}_usual"
        derived[usual] = f"coalesce(regexp_full_match({bare}, {sql_text(column.usual)}), FALSE)"
        plain = f"{usual} OR ({plain})"
    derived[column.name] = f"CASE WHEN {plain} THEN {bare} ELSE {slow} END"
    derived[f"{column.name}_damaged"] = (
        f"CASE WHEN {column.name} IS NOT NULL THEN FALSE ELSE coalesce({damaged}, FALSE) END"
    )
    found = ColumnSql({bare: parsed}, derived)
    if column.filled:
        found.faults.append(Fault("identifier.damaged", f"{column.name}_damaged", header, cell))
    return found


def _amount(column: Amount, raw: str, header: str, cell: str) -> ColumnSql:
    written = without_side_sql(raw) if column.side else raw
    written = without_unit_sql(written) if column.unit else written
    if column.remark:
        behind = sql_text(f"{column.remark}[ \t]*$")
        written = f"regexp_replace({written}, {behind}, '')"
    if column.decimal_comma:
        written = decimal_comma_sql(written, column.decimal_comma == "seen")
    text = raw if written == raw else f"t_{column.name}"
    parsed = {} if written == raw else {text: written}
    value = amount_sql(text)
    if column.minor:
        value = f"CAST(CAST({value} AS DECIMAL(28,5)) * 0.01 AS {SQL_TYPE})"
    wrong = amount_fault_sql(text, column.name)
    return ColumnSql(parsed, {column.name: value}, [Fault("amount.unreadable", wrong, header, cell)])


def _moment(column: Moment, raw: str, header: str, cell: str, context: ReadContext) -> ColumnSql:
    name, bare, local = column.name, f"t_{column.name}", f"l_{column.name}"
    zone = context.timezone if column.tz == BOOK else column.tz
    other = filled_sql(f"{raw}_also") if column.also else ""
    both = ""
    if other:
        whole = f"regexp_matches({raw}_also, '[0-9]{{4}}[-/年]?[0-9]{{2}}.*[0-9]{{2}}:')"
        both = f"CASE WHEN {whole} THEN {other} ELSE concat_ws(' ', {blank_trim_sql(raw)}, {other}) END"
    parsed = {bare: both or f"CASE WHEN length({raw}) = 19 THEN {raw} ELSE {blank_trim_sql(raw)} END"}
    if column.worded:
        whole = both or f"trim({raw}, {sql_text(BLANKS)})"
        parsed = worded_parts(bare, whole)
    if zone == OFFSET and (column.worded or column.zone):
        text, told = (bare, f"trim({raw}_zone, {sql_text(BLANKS)})") if column.zone else split_zone_sql(bare)
        parsed |= {f"z_{name}": told}
        derived = {
            local: local_time_sql(f"({text})", column.formats),
            name: zoned_time_sql(local, f"z_{name}", column.shared_zones),
        }
        derived[f"{name}_date"] = date_in_sql(name, context.timezone)
    elif zone == OFFSET:
        parsed = {bare: offset_text_sql(f"trim({raw}, {sql_text(BLANKS)})")}
        derived = {name: offset_time_sql(bare), f"{name}_date": date_in_sql(name, context.timezone)}
    else:
        derived = {local: local_time_sql(bare, column.formats), name: utc_sql(local, zone)}
        same = zone == context.timezone
        derived[f"{name}_date"] = f"CAST({local} AS DATE)" if same else date_in_sql(name, context.timezone)
    derived[f"{name}_date"] = f"coalesce({derived[f'{name}_date']}, {day_sql(bare, column.date_formats)})"
    written = f"trim({raw}, {sql_text(BLANKS)})"
    blank = _no_date_sql(written)
    if column.undated:
        blank = f"({blank} OR {one_of_sql(f'lower({written})', column.undated)})"
    wrong = f"CASE WHEN {name}_date IS NULL THEN NOT {blank} ELSE {impossible_sql(f'{name}_date')} END"
    expected = "2026-01-31T18:05:59+00:00" if zone == OFFSET else example_date(column.formats[0])
    faults = [Fault("date.unreadable", wrong, header, cell, expected)]
    if f"z_{name}" in parsed:
        names = ", ".join(map(sql_text, SHARED_ZONES))
        shared = f"({name} IS NULL AND {local} IS NOT NULL AND upper(z_{name}) IN ({names}))"
        faults = [
            Fault("date.zone_shared", shared, header, cell),
            Fault("date.unreadable", f"({wrong}) AND NOT {shared}", header, cell, expected),
        ]
    return ColumnSql(parsed, derived, faults)


def _day(column: Day, raw: str, header: str, cell: str) -> ColumnSql:
    bare, name = f"t_{column.name}", f"{column.name}_date"
    blank = _no_date_sql(bare)
    wrong = f"CASE WHEN {name} IS NULL THEN NOT {blank} ELSE {impossible_sql(name)} END"
    fault = Fault("date.unreadable", wrong, header, cell, example_date(column.formats[0]))
    return ColumnSql({bare: blank_trim_sql(raw)}, {name: day_sql(bare, column.formats)}, [fault])


def _no_date_sql(cell: str) -> str:
    """SQL: whether a trimmed cell says that there is no date."""
    return one_of_sql(f"coalesce({cell}, '')", (*NOTHING, *NO_DATE))


def _choice(column: Choice, raw: str, header: str, cell: str) -> ColumnSql:
    bare = f"t_{column.name}"
    words = " ".join(f"WHEN {sql_text(word)} THEN {sql_text(meaning)}" for word, meaning in column.words.items())
    otherwise = "" if column.otherwise is None else f" WHEN '' THEN NULL ELSE {sql_text(column.otherwise)}"
    found = ColumnSql({bare: blank_trim_sql(raw)}, {column.name: f"CASE {bare} {words}{otherwise} END"})
    if column.otherwise is None:
        wrong = f"{column.name} IS NULL AND coalesce({bare}, '') <> ''"
        expected = shown(", ".join(word for word in column.words if word))
        found.faults.append(Fault("choice.unknown", wrong, header, cell, expected))
    return found


def _person(column: Person, raw: str, context: ReadContext) -> ColumnSql:
    bare, clean = f"t_{column.name}", f"f_{column.name}"
    keyed = f"sha256('{_blob(context.hash_key)}'::BLOB || encode({bare}))"
    short, long = f"concat({bare}[1], '**')", f"concat({bare}[1], '***', {bare}[-1])"
    mask = f"CASE WHEN length({bare}) <= 4 THEN {short} WHEN length({bare}) > 4 THEN {long} END"
    # A spreadsheet program writes the number 15881 as 15881.0.
    number = f"ends_with({clean}, '.0') AND regexp_full_match({clean}, '[0-9]+[.]0')"
    parsed = {clean: filled_sql(raw), bare: f"CASE WHEN {number} THEN left({clean}, -2) ELSE {clean} END"}
    return ColumnSql(parsed, {f"{column.name}_hash": keyed, f"{column.name}_mask": mask})


def _blob(data: bytes) -> str:
    return "".join(f"\\x{byte:02X}" for byte in data)


def example_date(layout: str) -> str:
    """A date written as a strptime format asks, for messages."""
    for code, text in _STRPTIME_SHOWN.items():
        layout = layout.replace(code, text)
    return layout
