"""What a document would change: counts of new, updated and duplicate records, exact, before anything is written."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import NamedTuple

import duckdb
import pyarrow as pa

from huikuan.lake import current
from huikuan.lake.current import KindState
from huikuan.lake.delta import DataFile
from huikuan.lake.winning import ORDER_KIND, group_columns, typed_columns, value_columns
from huikuan.records.document import Document
from huikuan.records.errors import InvariantError


class Counts(NamedTuple):
    """Counts of a document's records of one kind; they add up to its rows."""

    new: int
    updated: int
    duplicate: int


class Comparison(Counts):
    """A document's records of one kind against the current ones.

    `new`: not known before and shown now. `updated`: known, and what is shown changes. `duplicate`: known, and
    nothing shown changes (an older snapshot of an order counts here). `unchanged` (rule 17): every record was told
    before with these very values, and nothing shown changes; true where there are no rows.
    """

    unchanged: bool = False


@dataclass(frozen=True)
class Compared:
    """A comparison with what the commit wants to know of it."""

    counts: Comparison
    overlap: pa.Table | None  # the groups that earlier documents tell too; None: none
    version: str  # of the lake at that moment


def compare(con: duckdb.DuckDBPyConnection, state: KindState, table: str, document: Document, version: str) -> Compared:
    """Compare a relation of readings (columns of the kind, document_id not needed) with the current records.

    InvariantError `lake.columns_differ`, `lake.key_blank` or `lake.key_twice` where the relation is no set of readings.
    """
    prefix = f"huikuan_{uuid.uuid4().hex}"
    candidate = f"{prefix}_candidate"
    con.execute(f"CREATE TEMP VIEW {candidate} AS {candidate_sql(con, state, table, document.document_id)}")
    try:
        rows = check_keys(con, state, candidate)
        low, high = current.key_bounds(con, state.kind, candidate)
        files = [file for file in state.readings if low is not None and file.may_hold(low, high)]
        touched = f"{prefix}_touched"
        if not files or not _create_overlap(con, state, files, candidate, touched):
            return Compared(_comparison(rows, 0, 0, unchanged=rows == 0), None, version)
        try:
            counts = _compare_touched(con, state, prefix, document, rows)
            return Compared(counts, con.execute(f"SELECT * FROM {touched}").fetch_arrow_table(), version)
        finally:
            for name in ("touched", "before", "after"):
                con.execute(f"DROP TABLE IF EXISTS {prefix}_{name}")
    finally:
        con.execute(f"DROP VIEW {candidate}")


def candidate_sql(con: duckdb.DuckDBPyConnection, state: KindState, table: str, document_id: str) -> str:
    """A relation as readings of a document, in the types of the record kind."""
    told = {row[0] for row in con.execute(f"DESCRIBE SELECT * FROM {table}").fetchall()}
    missing = [f.name for f in state.kind.all_fields if f.name not in told and f.name != "document_id"]
    if missing:
        raise InvariantError("lake.columns_differ", kind=state.kind.name, missing=", ".join(missing))
    columns = [
        f"'{document_id}' AS document_id" if column.endswith('"document_id"') else column
        for column in typed_columns(state.kind)
    ]
    return f"SELECT {', '.join(columns)} FROM {table}"


def check_keys(con: duckdb.DuckDBPyConnection, state: KindState, relation: str) -> int:
    """The number of rows, each of which must have a record key of its own: a second one would be lost in silence."""
    blank = " OR ".join(f'"{c}" IS NULL' for c in {"record_key", *group_columns(state.kind)})
    rows, keys, blanks = con.execute(
        f"SELECT count(*), count(DISTINCT record_key), count(*) FILTER ({blank}) FROM {relation}"
    ).fetchall()[0]
    if blanks:
        raise InvariantError("lake.key_blank", kind=state.kind.name, count=blanks)
    if rows != keys:
        query = f"SELECT record_key FROM {relation} GROUP BY 1 HAVING count(*) > 1 ORDER BY 1 LIMIT 1"
        example = con.execute(query).fetchall()[0][0]
        raise InvariantError("lake.key_twice", kind=state.kind.name, key=example, count=rows - keys)
    return int(rows)


def overlap_sql(state: KindState, files: list[DataFile], relation: str) -> str:
    """The groups of a relation that files of other documents tell too, each once."""
    groups = ", ".join(current.groups_of(state.kind))
    known = current.scan(state, files, current.groups_of(state.kind))
    return f"SELECT DISTINCT {groups} FROM {relation} SEMI JOIN ({known}) known USING ({groups})"


def _create_overlap(
    con: duckdb.DuckDBPyConnection, state: KindState, files: list[DataFile], candidate: str, into: str
) -> bool:
    con.execute(f"CREATE TEMP TABLE {into} AS {overlap_sql(state, files, candidate)}")
    return bool(con.execute(f"SELECT count(*) FROM {into}").fetchall()[0][0])


def _compare_touched(
    con: duckdb.DuckDBPyConnection, state: KindState, prefix: str, document: Document, rows: int
) -> Comparison:
    candidate, touched = f"{prefix}_candidate", f"{prefix}_touched"
    before, after = f"{prefix}_before", f"{prefix}_after"
    current.create_winners(con, state, touched, before)
    current.create_winners(con, state, touched, after, (candidate, document))
    new, updated, duplicate = con.execute(_counts_sql(state, candidate, touched, before, after)).fetchall()[0]
    outside = rows - new - updated - duplicate
    unchanged = duplicate == rows and _all_told_before(con, state, candidate)
    return _comparison(new + outside, updated, duplicate, unchanged)


def _comparison(new: int, updated: int, duplicate: int, unchanged: bool) -> Comparison:
    comparison = Comparison(new, updated, duplicate)
    comparison.unchanged = unchanged
    return comparison


def _counts_sql(state: KindState, candidate: str, touched: str, before: str, after: str) -> str:
    groups = current.groups_of(state.kind)
    using = ", ".join(groups)
    differ = " OR ".join(f'b."{c}" IS DISTINCT FROM a."{c}"' for c in value_columns(state.kind))
    # A record not shown itself (a header beside lines, a line which the winner lacks) counts as its order does.
    order_changes = f"""
        SELECT {", ".join(f"coalesce(b.{g}, a.{g}) AS {g}" for g in groups)},
               bool_or(b.record_key IS NULL OR a.record_key IS NULL OR {differ}) AS changed
        FROM {before} b FULL JOIN {after} a USING (record_key) GROUP BY ALL"""
    if state.kind.name != ORDER_KIND:
        order_changes = f"SELECT {using}, false AS changed FROM {touched}"
    return f"""
        SELECT count(*) FILTER (verdict = 'new'), count(*) FILTER (verdict = 'updated'),
               count(*) FILTER (verdict = 'duplicate')
        FROM (
            SELECT CASE WHEN a.record_key IS NULL THEN CASE WHEN o.changed THEN 'updated' ELSE 'duplicate' END
                        WHEN b.record_key IS NULL THEN 'new'
                        WHEN {differ} THEN 'updated' ELSE 'duplicate' END AS verdict
            FROM {candidate} c JOIN ({order_changes}) o USING ({using})
            LEFT JOIN {before} b ON b.record_key = c.record_key
            LEFT JOIN {after} a ON a.record_key = c.record_key
        )"""


def _all_told_before(con: duckdb.DuckDBPyConnection, state: KindState, candidate: str) -> bool:
    """Whether each record of the candidate stands in some document with the same values."""
    low, high = current.key_bounds(con, state.kind, candidate)
    files = [file for file in state.readings if file.may_hold(low, high)]
    columns = ["record_key", *value_columns(state.kind)]
    same = " AND ".join(f'k."{c}" IS NOT DISTINCT FROM c."{c}"' for c in columns[1:])
    query = f"""
        SELECT count(*) FROM {candidate} c ANTI JOIN ({current.scan(state, files, typed_columns(state.kind))}) k
        ON k.record_key = c.record_key AND {same}"""
    return not con.execute(query).fetchall()[0][0]
