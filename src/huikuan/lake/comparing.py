"""What a document would change: counts of new, updated and duplicate records, exact, before anything is written."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple

import duckdb
import pyarrow as pa

from huikuan.lake import current
from huikuan.lake.current import KindState
from huikuan.lake.delta import DataFile
from huikuan.lake.winning import ORDER_KIND, group_columns, ranked_sql, typed_columns, value_columns, winners_sql
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


def compare(
    con: duckdb.DuckDBPyConnection,
    state: KindState,
    table: str,
    document: Document,
    version: str,
    *,
    keys_proved: bool = False,
) -> Compared:
    """Compare a relation of readings (columns of the kind, document_id not needed) with the current records.

    InvariantError `lake.columns_differ`, `lake.key_blank` or `lake.key_twice` where the relation is no set of readings.
    With `keys_proved` the last is not asked again: it costs as much as a tenth of reading the rows.
    """
    prefix = f"huikuan_{uuid.uuid4().hex}"
    candidate = f"{prefix}_candidate"
    con.execute(f"CREATE TEMP VIEW {candidate} AS {candidate_sql(con, state, table, document.document_id)}")
    try:
        rows = check_keys(con, state, candidate, proved=keys_proved)
        files = possible_files(con, state, candidate)
        touched = f"{prefix}_touched"
        if not files or not create_overlap(con, state, files, candidate, touched):
            return Compared(_comparison(rows, 0, 0, unchanged=rows == 0), None, version)
        try:
            counts = _compare_touched(con, state, prefix, document, rows)
            return Compared(counts, con.execute(f"SELECT * FROM {touched}").fetch_arrow_table(), version)
        finally:
            drop_helpers(con, prefix)
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


def check_keys(con: duckdb.DuckDBPyConnection, state: KindState, relation: str, *, proved: bool = False) -> int:
    """The number of rows, each of which must have a record key of its own: a second one would be lost in silence.
    `proved`: it has been proved that each has one, and that none is shared."""
    asked = {"record_key", *group_columns(state.kind)} - ({"record_key"} if proved else set())
    blank = " OR ".join(f'"{column}" IS NULL' for column in sorted(asked)) or "FALSE"
    hashes_sql = "count(*)" if proved else "count(DISTINCT hash(record_key))"
    rows, hashes, blanks = con.execute(
        f"SELECT count(*), {hashes_sql}, count(*) FILTER ({blank}) FROM {relation}"
    ).fetchall()[0]
    if blanks:
        raise InvariantError("lake.key_blank", kind=state.kind.name, count=blanks)
    if rows == hashes:
        return int(rows)  # keys with hashes of their own are keys of their own; counting texts costs ten times as much
    keys = con.execute(f"SELECT count(DISTINCT record_key) FROM {relation}").fetchall()[0][0]
    if rows != keys:
        query = f"SELECT record_key FROM {relation} GROUP BY 1 HAVING count(*) > 1 ORDER BY 1 LIMIT 1"
        example = con.execute(query).fetchall()[0][0]
        raise InvariantError("lake.key_twice", kind=state.kind.name, key=example, count=rows - keys)
    return int(rows)


def possible_files(con: duckdb.DuckDBPyConnection, state: KindState, relation: str) -> list[DataFile]:
    """The files of standing documents that may hold a key of a relation, by the bounds of their keys."""
    if not state.readings:
        return []
    low, high = current.key_bounds(con, state.kind, relation)
    return [file for file in state.readings if low is not None and file.may_hold(low, high)]


def overlap_sql(state: KindState, files: list[DataFile], relation: str) -> str:
    """The groups of a relation that files of other documents tell too, each once."""
    groups = ", ".join(current.groups_of(state.kind))
    known = current.scan(state, files, current.groups_of(state.kind))
    return f"SELECT DISTINCT {groups} FROM {relation} SEMI JOIN ({known}) known USING ({groups})"


def create_overlap(
    con: duckdb.DuckDBPyConnection, state: KindState, files: list[DataFile], candidate: str, into: str
) -> bool:
    """Create table `into` of the groups that files of other documents tell too; whether there are any."""
    con.execute(f"CREATE TEMP TABLE {into} AS {overlap_sql(state, files, candidate)}")
    return bool(con.execute(f"SELECT count(*) FROM {into}").fetchall()[0][0])


@contextmanager
def touched_readings(
    con: duckdb.DuckDBPyConnection, state: KindState, prefix: str, document: Document
) -> Iterator[str]:
    """The table of all readings of the touched groups, the candidate's among them; `PREFIX_ranks` is what the winning
    rule asks of their documents."""
    readings = f"{prefix}_readings"
    current.create_readings(con, state, f"{prefix}_touched", readings, f"{prefix}_candidate")
    con.register(f"{prefix}_ranks", current.document_ranks([*state.documents, document]))
    try:
        yield readings
    finally:
        con.unregister(f"{prefix}_ranks")


def drop_helpers(con: duckdb.DuckDBPyConnection, prefix: str) -> None:
    """Remove the tables named after a prefix."""
    for name in ("touched", "readings", "before", "after"):
        con.execute(f"DROP TABLE IF EXISTS {prefix}_{name}")


def _compare_touched(
    con: duckdb.DuckDBPyConnection, state: KindState, prefix: str, document: Document, rows: int
) -> Comparison:
    with touched_readings(con, state, prefix, document) as readings:
        verdicts = _order_verdicts_sql if state.kind.name == ORDER_KIND else _movement_verdicts_sql
        query = verdicts(con, state, prefix, document.document_id)
        found = dict(con.execute(f"SELECT verdict, count(*) FROM ({query}) GROUP BY ALL").fetchall())
        all_known = found.get("duplicate", 0) == rows and _all_told_before(con, state, readings, document.document_id)
    new, updated, duplicate = (found.get(verdict, 0) for verdict in ("new", "updated", "duplicate"))
    outside = rows - new - updated - duplicate
    return _comparison(new + outside, updated, duplicate, unchanged=all_known)


def _comparison(new: int, updated: int, duplicate: int, unchanged: bool) -> Comparison:
    comparison = Comparison(new, updated, duplicate)
    comparison.unchanged = unchanged
    return comparison


def differ_sql(state: KindState, left: str, right: str) -> str:
    """The condition that two readings do not say the same."""
    return " OR ".join(f'{left}."{c}" IS DISTINCT FROM {right}."{c}"' for c in value_columns(state.kind))


def _movement_verdicts_sql(con: duckdb.DuckDBPyConnection, state: KindState, prefix: str, document_id: str) -> str:
    """One row per touched record of the candidate. It is known; it changes if the candidate's reading is the best."""
    readings, ranks = f"{prefix}_readings", f"{prefix}_ranks"
    return f"""
        WITH best AS (
            SELECT record_key, CASE WHEN arg_min(document_id, place) = '{document_id}'
                THEN arg_min(document_id, place) FILTER (document_id <> '{document_id}') END AS replaced
            FROM ({ranked_sql(readings, ranks)}) GROUP BY record_key
        )
        SELECT CASE WHEN b.record_key IS NOT NULL AND ({differ_sql(state, "b", "c")})
               THEN 'updated' ELSE 'duplicate' END AS verdict
        FROM {readings} c JOIN best USING (record_key)
        LEFT JOIN {readings} b ON b.record_key = best.record_key AND b.document_id = best.replaced
        WHERE c.document_id = '{document_id}'"""


def create_before_and_after(
    con: duckdb.DuckDBPyConnection, state: KindState, prefix: str, document_id: str
) -> tuple[str, str]:
    """Create the tables of what is shown of the touched groups without the candidate's readings and with them."""
    readings, ranks = f"{prefix}_readings", f"{prefix}_ranks"
    before, after = f"{prefix}_before", f"{prefix}_after"
    known = f"(SELECT * FROM {readings} WHERE document_id <> '{document_id}')"
    con.execute(f"CREATE TEMP TABLE {before} AS {winners_sql(state.kind, known, ranks)}")
    con.execute(f"CREATE TEMP TABLE {after} AS {winners_sql(state.kind, readings, ranks)}")
    return before, after


def _order_verdicts_sql(con: duckdb.DuckDBPyConnection, state: KindState, prefix: str, document_id: str) -> str:
    """One row per record of the candidate in a touched order.

    A record not shown itself (a header beside lines, a line which the winner lacks) counts as its order does.
    """
    readings = f"{prefix}_readings"
    before, after = create_before_and_after(con, state, prefix, document_id)
    differ = differ_sql(state, "b", "a")
    return f"""
        WITH record AS (
            SELECT coalesce(b.shop, a.shop) AS shop, coalesce(b.order_no, a.order_no) AS order_no, record_key,
                   CASE WHEN b.shop IS NULL THEN 'new' WHEN a.shop IS NULL THEN 'gone'
                        WHEN {differ} THEN 'updated' ELSE 'duplicate' END AS verdict
            FROM {before} b FULL JOIN {after} a USING (record_key)
        ),
        changed AS (SELECT shop, order_no, bool_or(verdict <> 'duplicate') AS changed FROM record GROUP BY ALL)
        SELECT CASE WHEN record.verdict IN ('new', 'updated', 'duplicate') THEN record.verdict
                    WHEN changed.changed THEN 'updated' ELSE 'duplicate' END AS verdict
        FROM {readings} c JOIN changed USING (shop, order_no) LEFT JOIN record USING (record_key)
        WHERE c.document_id = '{document_id}'"""


def _all_told_before(con: duckdb.DuckDBPyConnection, state: KindState, readings: str, document_id: str) -> bool:
    """Whether each touched record of the candidate stands in some document with the same values."""
    query = f"""
        SELECT (SELECT count(*) FROM {readings} WHERE document_id = '{document_id}') = count(DISTINCT c.record_key)
        FROM {readings} c JOIN {readings} k ON k.record_key = c.record_key
        WHERE c.document_id = '{document_id}' AND k.document_id <> '{document_id}'
          AND NOT ({differ_sql(state, "k", "c")})"""
    return bool(con.execute(query).fetchall()[0][0])
