"""What a document would change in known records, field by field, and what it no longer tells; nothing is written.

`comparing` counts; this shows. It is asked for where a count says that known records change, so that a person may look
before the document takes effect.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import duckdb

from huikuan.lake import current
from huikuan.lake.comparing import (
    candidate_sql,
    create_before_and_after,
    create_overlap,
    differ_sql,
    drop_helpers,
    possible_files,
    touched_readings,
)
from huikuan.lake.current import KindState
from huikuan.lake.winning import ORDER_KIND, value_columns
from huikuan.records.document import Document

EXAMPLES = 50


@dataclass(frozen=True)
class FieldChange:
    """How many known records change in one field; `filled` of them said nothing there before."""

    field: str
    records: int
    filled: int


@dataclass(frozen=True)
class ChangedRecord:
    """A known record that changes: `fields` are (field, before, after), plain values. `source_row` in the document."""

    record_key: str
    source_row: int | None
    fields: tuple[tuple[str, Any, Any], ...]


@dataclass(frozen=True)
class GoneRecord:
    """A record that was told before and is not told any more, though it lies within what the document covers."""

    record_key: str
    document_id: str
    source_row: int | None
    size: Decimal | None


@dataclass(frozen=True)
class Changes:
    """What a document changes in the known records of one kind. `gone_size` is the sum of what the gone ones bring;
    `replaced` tells whether gone records stop to count (lines of an order), or stay as their own document tells them.
    """

    kind: str
    records: int = 0
    fields: tuple[FieldChange, ...] = ()
    examples: tuple[ChangedRecord, ...] = ()
    gone: int = 0
    gone_size: Decimal = Decimal(0)
    gone_examples: tuple[GoneRecord, ...] = field(default_factory=tuple)
    replaced: bool = False

    def __bool__(self) -> bool:
        return bool(self.records or self.gone)


def changes_of(con: duckdb.DuckDBPyConnection, state: KindState, table: str, document: Document) -> Changes:
    """The changes a relation of readings would bring to the current records of its kind."""
    prefix = f"huikuan_{uuid.uuid4().hex}"
    candidate = f"{prefix}_candidate"
    con.execute(f"CREATE TEMP TABLE {candidate} AS {candidate_sql(con, state, table, document.document_id)}")
    try:
        files = possible_files(con, state, candidate)
        found = Changes(state.kind.name)
        if files and create_overlap(con, state, files, candidate, f"{prefix}_touched"):
            with touched_readings(con, state, prefix, document):
                before, after = create_before_and_after(con, state, prefix, document.document_id)
            found = _changes(con, state, before, after)
        return found if state.kind.name == ORDER_KIND else _with_gone(found, con, state, document, candidate)
    finally:
        drop_helpers(con, prefix)
        con.execute(f"DROP TABLE {candidate}")


def _changes(con: duckdb.DuckDBPyConnection, state: KindState, before: str, after: str) -> Changes:
    columns = value_columns(state.kind)
    differ = differ_sql(state, "b", "a")
    both = f"{before} b JOIN {after} a USING (record_key) WHERE {differ}"
    counts = ", ".join(
        f'count(*) FILTER (b."{c}" IS DISTINCT FROM a."{c}"), count(*) FILTER (b."{c}" IS NULL AND a."{c}" IS NOT NULL)'
        for c in columns
    )
    row = con.execute(f"SELECT count(*), {counts} FROM {both}").fetchall()[0]
    fields = tuple(
        FieldChange(name, row[1 + 2 * place], row[2 + 2 * place])
        for place, name in enumerate(columns)
        if row[1 + 2 * place]
    )
    gone = f"{before} b ANTI JOIN {after} a USING (record_key)"
    count, size, examples = _gone(con, state, gone)
    return Changes(
        state.kind.name,
        row[0],
        tuple(sorted(fields, key=lambda each: (-each.records, each.field))),
        _examples(con, columns, both),
        count,
        size,
        examples,
        replaced=count > 0,
    )


def _examples(con: duckdb.DuckDBPyConnection, columns: Sequence[str], both: str) -> tuple[ChangedRecord, ...]:
    pairs = ", ".join(f'b."{c}", a."{c}"' for c in columns)
    rows = con.execute(
        f"SELECT record_key, a.source_row, {pairs} FROM {both} ORDER BY a.source_row, record_key LIMIT {EXAMPLES}"
    ).fetchall()
    return tuple(
        ChangedRecord(
            row[0],
            row[1],
            tuple(
                (name, row[2 + 2 * place], row[3 + 2 * place])
                for place, name in enumerate(columns)
                if row[2 + 2 * place] != row[3 + 2 * place]
            ),
        )
        for row in rows
    )


def _gone(
    con: duckdb.DuckDBPyConnection, state: KindState, relation: str
) -> tuple[int, Decimal, tuple[GoneRecord, ...]]:
    size = state.kind.money or "NULL"
    found = con.execute(f"SELECT count(*), coalesce(sum({size}), 0) FROM {relation}").fetchall()[0]
    rows = con.execute(
        f"SELECT record_key, document_id, source_row, {size} FROM {relation} ORDER BY source_row, record_key "
        f"LIMIT {EXAMPLES}"
    ).fetchall()
    return found[0], Decimal(found[1]), tuple(GoneRecord(*row) for row in rows)


def _with_gone(
    found: Changes, con: duckdb.DuckDBPyConnection, state: KindState, document: Document, candidate: str
) -> Changes:
    """Movements: what earlier documents of the same source tell of the days this one states, and it does not."""
    if not (document.period_stated and document.period_from and document.period_to):
        return found
    sisters = {each.document_id for each in state.documents if each.source == document.source}
    files = [file for file in state.readings if file.document_id in sisters]
    if not files:
        return found
    days = f"business_date BETWEEN DATE '{document.period_from}' AND DATE '{document.period_to}'"
    known = f"SELECT * FROM ({current.scan(state, files)}) WHERE {days}"
    # A record told by several sisters is gone once.
    relation = (
        f"(SELECT * FROM ({known}) ANTI JOIN {candidate} USING (record_key) "
        f"QUALIFY row_number() OVER (PARTITION BY record_key ORDER BY document_id) = 1)"
    )
    count, size, examples = _gone(con, state, relation)
    return Changes(found.kind, found.records, found.fields, found.examples, count, size, examples, replaced=False)
