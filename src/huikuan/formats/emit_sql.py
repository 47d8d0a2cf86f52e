"""Typed values → readings: one view per record kind with all its fields, keys and running numbers.

A key that stands twice in a document is not thrown away: where the kind has `n` it is counted, from 0 in the order of
the file; a line without a number of its own gets the running number within its order or voucher, from 1; any other
repetition is a reject that names both lines.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from huikuan.formats.controls import Direction, file_direction
from huikuan.formats.faults import shown
from huikuan.formats.reading import PROBLEMS_LISTED, RawTable, ReadContext
from huikuan.formats.spec import Emit, Format
from huikuan.formats.typed import Typed
from huikuan.records.errors import Problem
from huikuan.records.kind import DUCKDB_TYPES, Field, Kind
from huikuan.records.kinds import KINDS
from huikuan.records.sql import sql_text

if TYPE_CHECKING:
    import duckdb

_RUNNING = "running_number"
_PLAIN_TEXT = re.compile(r"'([^']*)'")


@dataclass
class Emitted:
    """The views by kind; `problems` and `faults` tell of repeated keys, `unique` holds keys proved to be
    unique over all rows. `constants`: by kind, the text columns that hold one word in all records, and the word."""

    tables: dict[str, str] = field(default_factory=dict)
    constants: dict[str, dict[str, str]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    faults: int = 0
    direction: Direction = field(default_factory=Direction)
    unique: set[tuple[str, ...]] = field(default_factory=set)


@dataclass(frozen=True)
class _Scope:
    """What all records of the document share."""

    declared: Format
    typed: str
    sheet: str
    account: str
    shop: str
    currency: str
    newest_first: bool
    last_row: int
    placed: frozenset[str]  # columns of the typed table


def emit_views(
    con: duckdb.DuckDBPyConnection,
    declared: Format,
    typed: Typed,
    raw: RawTable,
    context: ReadContext,
    account: str,
    shop: str,
    currency: str,
) -> Emitted:
    """Make the views `TYPED_KIND`. Repeated keys of kinds without `n` become faults in the typed table."""
    moment = next((emit.moment for emit in declared.emits if emit.moment), "")
    placed = frozenset(row[0] for row in con.execute(f"DESCRIBE {typed.table}").fetchall())
    time = f"{moment}_date" if moment and moment not in placed else moment
    direction = file_direction(con, typed.table, declared.balance, time)
    money = currency or declared.currency or context.currency
    last = con.execute(f"SELECT coalesce(max(source_row), 0) + 1 FROM {typed.table}").fetchone()
    last_row = last[0] if last else 1
    scope = _Scope(declared, typed.table, raw.sheet, account, shop, money, direction.newest_first, last_row, placed)
    result = Emitted(direction=direction)
    for name in declared.kinds:
        kind = KINDS[name]
        emits = [emit for emit in declared.emits if emit.kind == name]
        numbers = _numbers(con, kind, emits, scope, result)
        view = f"{typed.table}_{name}"
        selects = [_select(kind, emit, place, scope, numbers) for place, emit in enumerate(emits)]
        con.execute(f"CREATE VIEW {view} AS {' UNION ALL '.join(selects)}")
        result.tables[name] = view
        result.constants[name] = _constants(kind, emits, scope)
    return result


def _rows(emit: Emit) -> str:
    return f"faults = 0 AND NOT ignored AND ({emit.where or 'TRUE'})"


def _field_sql(each: Field, emit: Emit, scope: _Scope) -> str:
    """SQL of one field, before its cast; NULL where the source does not tell it."""
    if each.name in emit.fields:
        return emit.fields[each.name]
    if each.name == "account":
        return sql_text(scope.account)
    if each.name == "shop":
        given = sql_text(scope.shop) if scope.shop else "NULL"
        return f"coalesce({scope.declared.shop_value}, {given})" if scope.declared.shop_value else given
    if each.name == "source_rank":
        return str(scope.declared.rank)
    if each.name == "seq":
        return f"{scope.last_row} - source_row" if scope.newest_first else "source_row"
    return "NULL"


def _common_sql(each: Field, emit: Emit, scope: _Scope) -> str:
    """SQL of one of the columns that every kind has."""
    given = sql_text(scope.currency)
    money = f"coalesce({scope.declared.currency_value}, {given})" if scope.declared.currency_value else given
    known = {
        "source_row": "source_row",
        "source_sheet": sql_text(scope.sheet),
        "currency": money,
        "business_date": f"{emit.moment}_date" if emit.moment else "NULL",
        "occurred_at": emit.moment if emit.moment in scope.placed else "NULL",  # a Day tells no time
    }
    return emit.fields.get(each.name) or known.get(each.name, "NULL")


def _key_part(name: str, sql: str) -> str:
    """SQL of one part of the record key: null is blank, `/` is escaped."""
    literal = _PLAIN_TEXT.fullmatch(sql)
    if literal:
        return sql_text(literal.group(1).replace("/", "%2F"))
    if name == "n":
        return f"CAST({sql} AS VARCHAR)"
    text = f"CAST({sql} AS VARCHAR)"
    return f"CASE WHEN contains({text}, '/') THEN replace({text}, '/', '%2F') ELSE {text} END"


def _join_parts(parts: list[str]) -> str:
    """Concatenate SQL texts, null as blank, neighbouring literals put together."""
    joined: list[str] = []
    for part in parts:
        literal = _PLAIN_TEXT.fullmatch(part)
        if literal and joined and _PLAIN_TEXT.fullmatch(joined[-1]):
            joined[-1] = f"'{joined[-1][1:-1]}{literal.group(1)}'"
        else:
            joined.append(part)
    return f"concat({', '.join(joined)})"


def _record_key(kind: Kind, emit: Emit, scope: _Scope, number: str) -> str:
    parts = [sql_text(f"{kind.name}:")]
    for index, name in enumerate(kind.key):
        found = next(each for each in kind.fields if each.name == name)
        sql = number if name == _number_field(kind, emit) else _field_sql(found, emit, scope)
        parts += ([sql_text("/")] if index else []) + [_key_part(name, sql)]
    return _join_parts(parts)


def _number_field(kind: Kind, emit: Emit) -> str:
    """The field that is a running number given here; "" if there is none."""
    if "n" in kind.key and "n" not in emit.fields:
        return "n"
    return "line_no" if "line_no" in kind.key and "line_no" not in emit.fields else ""


def _numbers(con: duckdb.DuckDBPyConnection, kind: Kind, emits: list[Emit], scope: _Scope, result: Emitted) -> str:
    """The table of running numbers (place, source_row, number) where keys repeat; "" where none does."""
    parts_of = [_parts(kind, emit, scope) for emit in emits]
    if len(emits) == 1 and parts_of[0] in result.unique:
        return ""
    hashed = " UNION ALL ".join(
        f"SELECT hash({', '.join(parts)}) AS key FROM {scope.typed} WHERE {_rows(emit)}"
        for emit, parts in zip(emits, parts_of, strict=True)
    )
    found = con.execute(f"SELECT count(*), count(DISTINCT key) FROM ({hashed})").fetchone()
    if found is None or found[0] == found[1]:
        if len(emits) == 1 and not emits[0].where:
            result.unique.add(parts_of[0])
        return ""
    keys = " UNION ALL ".join(
        f"SELECT source_row, {place} AS place, {_record_key(kind, emit, scope, sql_text(''))} AS key "
        f"FROM {scope.typed} WHERE {_rows(emit)}"
        for place, emit in enumerate(emits)
    )
    table = f"{scope.typed}_{kind.name}_n"
    con.execute(
        f"CREATE TABLE {table} AS SELECT place, source_row, key, "
        f"row_number() OVER (PARTITION BY key ORDER BY source_row, place) AS number, "
        f"min(source_row) OVER (PARTITION BY key) AS first_row FROM ({keys}) "
        f"QUALIFY count(*) OVER (PARTITION BY key) > 1"
    )
    if all(_number_field(kind, emit) for emit in emits):
        return table
    _reject_repeated(con, kind, emits, scope, table, result)
    return ""


def _parts(kind: Kind, emit: Emit, scope: _Scope) -> tuple[str, ...]:
    """SQL of the key's parts without the running number, null as blank."""
    found = {each.name: each for each in kind.fields}
    parts = [_field_sql(found[name], emit, scope) for name in kind.key if name != _number_field(kind, emit)]
    return tuple(part if _PLAIN_TEXT.fullmatch(part) else f"coalesce(CAST({part} AS VARCHAR), '')" for part in parts)


def _reject_repeated(
    con: duckdb.DuckDBPyConnection, kind: Kind, emits: list[Emit], scope: _Scope, table: str, result: Emitted
) -> None:
    """Set the later rows of a repeated key aside: bit 62 of the mask."""
    repeated = f"SELECT source_row FROM {table} WHERE number > 1"
    rows = con.execute(f"SELECT source_row, key, first_row FROM {table} WHERE number > 1 ORDER BY 1").fetchall()
    con.execute(f"UPDATE {scope.typed} SET faults = faults | {1 << 62} WHERE source_row IN ({repeated})")
    result.faults += len(rows)
    headers = {column.name: column.headers[0] for column in scope.declared.columns}
    places = [place for place, name in enumerate(kind.key) if emits[0].fields.get(name) in headers]
    column = headers[emits[0].fields[kind.key[places[-1]]]] if places else kind.key[-1]
    for row, key, first in rows[:PROBLEMS_LISTED]:
        parts = key.partition(":")[2].split("/")
        value = "/".join(parts[place].replace("%2F", "/") for place in places) or key
        params = {"value": shown(value), "first": first}
        result.problems.append(Problem("key.repeated", scope.sheet, row, column, params))


def _select(kind: Kind, emit: Emit, place: int, scope: _Scope, numbers: str) -> str:
    field_of_number = _number_field(kind, emit)
    number = {"n": "0", "line_no": "'1'", "": ""}[field_of_number]
    source = scope.typed
    if numbers:
        # The format may have a value of its own that is called number.
        source = f"(SELECT t.*, k.number AS {_RUNNING} FROM {scope.typed} t "
        source += f"LEFT JOIN {numbers} k ON k.source_row = t.source_row "
        source += f"AND k.place = {place})"
        number = f"coalesce({_RUNNING}, 1)"
        number = f"{number} - 1" if field_of_number == "n" else f"CAST({number} AS VARCHAR)"
    columns = []
    for each in kind.all_fields:
        if each.name == "document_id":
            continue
        if each.name == "record_key":
            sql = _record_key(kind, emit, scope, number)
        elif each.name == field_of_number:
            sql = number
        else:
            sql = _value_sql(kind, each, emit, scope)
        columns.append(f"CAST({sql} AS {DUCKDB_TYPES[each.type]}) AS {each.name}")
    return f"SELECT {', '.join(columns)} FROM {source} WHERE {_rows(emit)}"


def _value_sql(kind: Kind, each: Field, emit: Emit, scope: _Scope) -> str:
    """SQL of a field that is neither the record key nor a running number, before its cast."""
    return _field_sql(each, emit, scope) if each in kind.fields else _common_sql(each, emit, scope)


def _constants(kind: Kind, emits: list[Emit], scope: _Scope) -> dict[str, str]:
    """The text columns for which every emit of a kind has the same literal, and that text."""
    found: dict[str, str] = {}
    for each in kind.all_fields:
        told = {_value_sql(kind, each, emit, scope) for emit in emits}
        literal = _PLAIN_TEXT.fullmatch(told.pop()) if len(told) == 1 else None
        if each.type == "text" and literal:
            found[each.name] = literal.group(1)
    return found
