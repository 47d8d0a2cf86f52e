"""Is 03/04/2026 the third of April or the fourth of March? One file writes it one way: its rows are asked together.

A number beyond twelve decides. Else the order of the rows: exports run by time, and only one reading of their dates
does. What remains open refuses the file, because every date of it would be a guess.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from huikuan.formats.reading import RawTable
from huikuan.formats.spec import DAY_FIRST, MONTH_FIRST, Column, Format, Moment
from huikuan.formats.stored import stored
from huikuan.records.errors import Problem
from huikuan.records.messages import gettext_noop, register

if TYPE_CHECKING:
    import duckdb

register(
    {
        "date.order_unknown": gettext_noop(
            "Column “%(column)s”: nothing in the file tells whether “%(value)s” is written with the day or with the "
            "month first. Export a longer period, which has a day after the 12th, or choose the columns by hand "
            "(column mapping), where the order is stated."
        ),
    }
)
_PARTS = "^([0-9]{1,2})[/-]([0-9]{1,2})[/-]([0-9]{2,4})"


def settle_day_order(con: duckdb.DuckDBPyConnection, declared: Format, raw: RawTable) -> tuple[Format, RawTable]:
    """The format with the date formats that the file has, where the format leaves that to the file."""
    if not any(_open(column) for column in declared.columns):
        return declared, raw
    raw = stored(con, raw)
    columns: list[Column] = []
    for column in declared.columns:
        index = raw.place(column.headers, column.occurrence)
        if not (isinstance(column, Moment) and _open(column)) or index is None:
            columns.append(column)
            continue
        day_first = True if _told(column, raw) else _decided(con, raw.table, f"c{index}")
        if day_first is None:
            example = con.execute(f"SELECT c{index} FROM {raw.table} WHERE {_uneven(index)} LIMIT 1").fetchone()
            params = {"value": example[0] if example else ""}
            problem = Problem(
                "date.order_unknown", raw.sheet, column=raw.header[index].strip(), params=params, severity="refuse"
            )
            raw = replace(raw, problems=(*raw.problems, problem))
        columns.append(_with_order(column, bool(day_first)))
    return replace(declared, columns=tuple(columns)), raw


def _open(column: Column) -> bool:
    return isinstance(column, Moment) and column.day_first == "seen"


def _told(column: Moment, raw: RawTable) -> bool:
    return any(raw.place((name,)) is not None for name in column.day_first_by)


def _with_order(column: Moment, day_first: bool) -> Moment:
    return with_days(column, DAY_FIRST if day_first else MONTH_FIRST)


def with_days(column: Moment, days: tuple[str, ...]) -> Moment:
    """The column with these ways to write a day, before its own."""
    times = tuple(f"{day} {time}" for day in days for time in ("%H:%M:%S", "%I:%M:%S %p", "%H:%M", "%I:%M %p"))
    return replace(column, formats=(*times, *column.formats), date_formats=(*days, *column.date_formats), day_first="")


def _number(index: int | str, part: int) -> str:
    cell = index if isinstance(index, str) else f"c{index}"
    return f"TRY_CAST(regexp_extract(trim({cell}, ' \t'), '{_PARTS}', {part}) AS INTEGER)"


def _uneven(index: int) -> str:
    return f"{_number(index, 1)} <> {_number(index, 2)}"


def _decided(con: duckdb.DuckDBPyConnection, table: str, cell: str) -> bool | None:
    """Whether the day stands first; None if nothing tells. Where both readings agree on every row: False."""
    first, second, year = (_number(cell, part) for part in (1, 2, 3))
    rows = f"(SELECT {first} AS a, {second} AS b, {year} AS y, source_row FROM {table} WHERE {first} IS NOT NULL)"
    found = con.execute(f"SELECT max(a), max(b), count(*) FILTER (a <> b) FROM {rows}").fetchone()
    if found is None or found[0] is None or not found[2]:
        return False
    if (found[0] > 12) != (found[1] > 12):
        return bool(found[0] > 12)
    in_order = {day: _runs(con, rows, day) for day in (True, False)}
    if in_order[True] != in_order[False]:
        return in_order[True]
    return None


def _runs(con: duckdb.DuckDBPyConnection, rows: str, day_first: bool) -> bool:
    """Whether the rows, read this way, run by date: all upwards, or all downwards."""
    month, of_month = ("b", "a") if day_first else ("a", "b")
    found = con.execute(
        f"SELECT coalesce(bool_and(day >= before), TRUE), coalesce(bool_and(day <= before), TRUE) FROM "
        f"(SELECT day, lag(day) OVER (ORDER BY source_row) AS before FROM "
        f"(SELECT y * 10000 + {month} * 100 + {of_month} AS day, source_row FROM {rows}))"
    ).fetchone()
    return bool(found and (found[0] or found[1]))
