"""Which readings of a document would change what a closed period is made of: these are left out of it.

A movement of money is what it was. An order, a parcel, a return goes on after its period is closed: its state, its
times and refunds are told by later documents. What stays as it was are its item, pieces, amounts and day
(FROZEN_FIELDS), where they were told; an order that was unpaid may be paid later. An order is left out whole, as a
snapshot is the whole order.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import duckdb
import pyarrow as pa

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
from huikuan.lake.winning import ORDER_KIND, group_columns
from huikuan.records.document import Document
from huikuan.records.sql import sql_name

# Of kinds that go on, what may not change; of all others nothing may.
FROZEN_FIELDS: dict[str, tuple[str, ...]] = {
    ORDER_KIND: (
        "currency", "business_date", "sku", "qty", "list_amount", "merchant_discount", "platform_discount",
        "shipping_fee", "paid", "platform_borne",
    ),
    "erp_order": ("currency", "business_date", "sku", "qty", "amount"),
    "shipment_line": ("business_date", "sku", "qty"),
    "return_line": ("business_date", "sku"),
}  # fmt: skip


@dataclass(frozen=True)
class ClosedSpan:
    """The days of a closed period; `ended` is the first UTC moment after them."""

    name: str
    first: date
    last: date
    ended: datetime


@dataclass(frozen=True)
class Kept:
    """What of one kind concerns closed periods. `left_out`: readings that would change or remove frozen records;
    `late`: new records of closed days. `periods`: the periods concerned, by name. `relation`: the readings that stay.
    """

    kind: str
    relation: str
    left_out: int = 0
    late: int = 0
    periods: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.left_out or self.late)


def keep_closed(
    con: duckdb.DuckDBPyConnection, state: KindState, table: str, document: Document, spans: Sequence[ClosedSpan]
) -> Kept:
    """The readings of a relation without those that would change closed records. Makes a table in the
    database of `con`, which its cursors see too, where some are left out."""
    prefix = f"huikuan_{uuid.uuid4().hex}"
    candidate, days, left = f"{prefix}_candidate", f"{prefix}_days", f"{prefix}_left"
    rows = [{"name": s.name, "first": s.first, "last": s.last, "ended": s.ended} for s in spans]
    schema = pa.schema(
        [("name", pa.string()), ("first", pa.date32()), ("last", pa.date32()), ("ended", pa.timestamp("us"))]
    )
    con.register(days, pa.Table.from_pylist(rows, schema))
    con.execute(f"CREATE TEMP VIEW {candidate} AS {candidate_sql(con, state, table, document.document_id)}")
    groups = ", ".join(map(sql_name, group_columns(state.kind)))
    try:
        files = possible_files(con, state, candidate)
        known = "SELECT NULL::VARCHAR AS record_key WHERE false"
        con.execute(f"CREATE TEMP TABLE {left} AS SELECT {groups}, '' AS name FROM {candidate} WHERE false")
        if files and create_overlap(con, state, files, candidate, f"{prefix}_touched"):
            with touched_readings(con, state, prefix, document):
                before, after = create_before_and_after(con, state, prefix, document.document_id)
            con.execute(f"INSERT INTO {left} {_changed_groups(state, before, after, days)}")
            known = f"SELECT record_key FROM {before}"
        stays = f"SELECT * FROM {candidate} ANTI JOIN {left} USING ({groups})"
        came = (
            f"SELECT record_key, d.name FROM ({stays}) c JOIN {days} d ON c.business_date BETWEEN d.first AND d.last "
            f"WHERE record_key NOT IN ({known})"
        )
        told = f"SELECT record_key, name FROM {candidate} JOIN {left} USING ({groups})"
        left_out, late = (
            con.execute(f"SELECT count(DISTINCT record_key) FROM ({query})").fetchall()[0][0] for query in (told, came)
        )
        names = con.execute(f"SELECT DISTINCT name FROM ({told} UNION ALL {came}) ORDER BY 1").fetchall()
        relation = table
        if left_out:
            relation = f"{prefix}_stays"
            con.execute(f"CREATE TABLE {relation} AS SELECT t.* FROM {table} t ANTI JOIN {left} USING ({groups})")
        return Kept(state.kind.name, relation, left_out, late, tuple(row[0] for row in names))
    finally:
        drop_helpers(con, prefix)
        con.execute(f"DROP TABLE IF EXISTS {left}")
        con.execute(f"DROP VIEW {candidate}")
        con.unregister(days)


def _changed_groups(state: KindState, before: str, after: str, days: str) -> str:
    """The groups of closed days of which a record would change, come or go, each with the names of its periods."""
    columns = group_columns(state.kind)
    groups = ", ".join(map(sql_name, columns))
    shut = (
        f"SELECT {', '.join(f'b.{sql_name(c)}' for c in columns)}, d.name, max(d.ended) AS ended FROM {before} b "
        f"JOIN {days} d ON b.business_date BETWEEN d.first AND d.last GROUP BY ALL"
    )
    both = ", ".join(f"coalesce(b.{sql_name(c)}, a.{sql_name(c)}) AS {sql_name(c)}" for c in columns)
    ended = f"(SELECT {groups}, max(ended) AS ended FROM shut GROUP BY ALL)"
    change = f"b.record_key IS NULL OR a.record_key IS NULL OR {_differ(state)}"
    return (
        f"WITH shut AS ({shut}), pair AS (SELECT {both}, ({change}) AS changes, "
        f"{_paid_at(state)} AS paid_later FROM {before} b FULL JOIN {after} a USING (record_key)) "
        f"SELECT {', '.join(f's.{sql_name(c)}' for c in columns)}, s.name FROM shut s JOIN {ended} e USING ({groups}) "
        f"JOIN pair USING ({groups}) GROUP BY ALL "
        f"HAVING bool_or(changes AND NOT coalesce(paid_later >= e.ended, false))"
    )


def _differ(state: KindState) -> str:
    fixed = FROZEN_FIELDS.get(state.kind.name)
    if fixed is None:
        return differ_sql(state, "b", "a")
    return " OR ".join(
        f"(b.{sql_name(c)} IS NOT NULL AND b.{sql_name(c)} IS DISTINCT FROM a.{sql_name(c)})" for c in fixed
    )


def _paid_at(state: KindState) -> str:
    """When an order that was unpaid is told to be paid."""
    return "CASE WHEN b.status = 'unpaid' THEN a.paid_at END" if state.kind.name == ORDER_KIND else "NULL::TIMESTAMP"
