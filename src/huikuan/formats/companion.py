"""Sheets beside a document that tell its money again: read as control totals of it (`spec.Companion`)."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from huikuan.formats.controls import mismatches
from huikuan.formats.reading import RawTable, ReadContext, Reading, TableSource
from huikuan.formats.recognise import recognise
from huikuan.formats.spec import Companion
from huikuan.formats.typed import build_typed
from huikuan.records.document import Control

if TYPE_CHECKING:
    import duckdb

_numbers = itertools.count(1)


def with_companions(
    con: duckdb.DuckDBPyConnection,
    reading: Reading,
    companions: Sequence[Companion],
    sources: Sequence[TableSource],
    context: ReadContext,
) -> tuple[Reading, list[TableSource]]:
    """The document with the control totals of the sheets that are its companions, and the sheets that are not.

    A refused document has no records to compare: its companions are only left out."""
    others: list[TableSource] = []
    controls: list[Control] = []
    for source in sources:
        known = [(each, found) for each in companions if (found := recognise(source, (each.sheet,)))]
        if not known:
            others.append(source)
        elif reading.tables:
            companion, found = known[0]
            controls += _controls(con, companion, source.load(con, found.layout), reading, context)
    problems = tuple(mismatches(controls, reading.sheet))
    status = "flagged" if problems and reading.status == "imported" else reading.status
    return (
        replace(
            reading,
            controls=reading.controls + tuple(controls),
            problems=reading.problems + problems,
            problems_total=reading.problems_total + len(problems),
            status=status,
        ),
        others,
    )


def _controls(
    con: duckdb.DuckDBPyConnection, companion: Companion, raw: RawTable, reading: Reading, context: ReadContext
) -> list[Control]:
    name = f"companion_{next(_numbers)}"
    declared = replace(companion.sheet, totals=tuple(replace(total, in_rows=True) for total in companion.totals))
    typed = build_typed(con, declared, raw, context, name)
    if typed.missing:
        return []
    rows = f"{name} WHERE faults = 0 AND NOT ignored AND NOT dropped AND NOT footer"
    controls = []
    for total in companion.totals:
        stated = con.execute(f"SELECT coalesce({total.stated}, 0)::DECIMAL(38,5) FROM {rows}").fetchone() or (0,)
        computed = con.execute(
            f"SELECT coalesce({total.computed}, 0)::DECIMAL(38,5) FROM {reading.tables[companion.kind]}"
        ).fetchone() or (0,)
        controls.append(Control(total.name, Decimal(stated[0]), Decimal(computed[0])))
    con.execute(f"DROP TABLE {name}")
    raw.drop(con)
    return controls
