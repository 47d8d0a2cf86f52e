"""The facts of a book as the engine is given them: current records, with what people have said laid over.

Corrections change a field while reading and are never written into the lake; a record entered by hand stands beside
those that documents tell, under the document id `manual`. A correction whose fact has changed since keeps holding
and is reported as a conflict, for a person to look at again; so is a record entered by hand that a document tells too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import duckdb
import pyarrow as pa

from huikuan.engine.model import Facts
from huikuan.lake.lake import Lake
from huikuan.pipeline.book import Book
from huikuan.pipeline.compute import connect, literal, quoted
from huikuan.pipeline.documents.bill_items import classified_sql
from huikuan.pipeline.documents.proofs import mismatches
from huikuan.pipeline.plain import plain
from huikuan.pipeline.runs import untold_refunds
from huikuan.records.decisions import Correction, Decisions, ManualRecord
from huikuan.records.kind import DUCKDB_TYPES, Kind, record_key, record_key_parts
from huikuan.records.kinds import KINDS

MANUAL_DOCUMENT = "manual"
ORDERS = "order_line"
# By which fields a record of a document is taken to be the one that was entered by hand under another key.
SAME_BY = {
    "order_line": ("shop", "order_no", "paid"),
    "settlement_line": ("account", "order_no", "type", "amount", "business_date"),
    "wallet_line": ("account", "amount", "business_date"),
    "bank_line": ("account", "amount", "business_date"),
    "erp_order": ("shop", "order_no", "sku", "amount"),
}
FINDINGS = "document_finding"  # no kind: what documents say about themselves
FINDING_SCHEMA = pa.schema(
    [("document_id", pa.string()), ("source_row", pa.int64()), ("identity", pa.string()), ("account", pa.string()),
     ("date", pa.date32()), ("amount", pa.decimal128(18, 5)), ("closing", pa.bool_()), ("currency", pa.string()),
     ("class", pa.string())]
)  # fmt: skip


def document_names(lake: Lake) -> dict[str, str]:
    """The file name of each standing document by its id. What people entered by hand is told by `manual`, so that lists
    and exports mark it."""
    return {document.document_id: document.file_name for document in lake.documents()} | {
        MANUAL_DOCUMENT: MANUAL_DOCUMENT
    }


@dataclass(frozen=True)
class Conflict:
    """A decision about a record that no longer fits the facts.

    `sort` correction: the field is neither `before` nor `after` any more but `now` (None: the record is gone); the
    correction holds. `sort` record: what was entered by hand is told by a document too. `now` is the record key that
    the document tells: the same one (what was entered holds), or another of the same movement (both count).
    """

    record_key: str
    field: str
    before: str
    after: str
    now: str | None
    sort: str = "correction"


@dataclass(frozen=True)
class Loaded:
    """The facts, registered in `con` as views named like their kinds, and the decisions in conflict."""

    facts: Facts
    conflicts: tuple[Conflict, ...]


def load(
    con: duckdb.DuckDBPyConnection, lake: Lake, decisions: Decisions, as_of: date, timezone: str = "Asia/Shanghai"
) -> Loaded:
    """Register every kind's current records in `con` with decisions laid over, and hand them over as Ibis tables. Of
    orders that cannot tell what was refunded of them up to a day it is laid over (`untold_refunds`)."""
    from huikuan.engine.duckdb_backend import DuckDBBackend

    conflicts: list[Conflict] = []
    for kind in KINDS.values():
        conflicts += register_kind(con, lake, kind, decisions)
    lay_refunds_over(con, lake, decisions, as_of, timezone)
    backend = DuckDBBackend.from_connection(con)
    tables: dict[str, Any] = {name: backend.table(name) for name in KINDS}
    if _register_findings(con, lake, decisions):
        tables[FINDINGS] = backend.table(FINDINGS)
    return Loaded(Facts(backend, tables, timezone), tuple(conflicts))


def lay_refunds_over(
    con: duckdb.DuckDBPyConnection, lake: Lake, decisions: Decisions, as_of: date, timezone: str
) -> None:
    """Lay refunds (`untold_refunds`) over the view `order_line` of all kinds' views."""
    con.execute(f"ALTER VIEW {ORDERS} RENAME TO {ORDERS}_exported")
    given = untold_refunds.Given(lake.documents(), decisions.corrections, as_of, timezone)
    query = untold_refunds.laid_sql(con, f"{ORDERS}_exported", "settlement_line", given)
    con.execute(f"CREATE VIEW {ORDERS} AS {query}")


def finding_key(record_key: str) -> str:
    """What an exclusion names that settles whether documents tell a record once or twice."""
    return f"document:{record_key}"


def _register_findings(con: duckdb.DuckDBPyConnection, lake: Lake, decisions: Decisions) -> bool:
    """Make the table of what documents themselves leave in doubt, if anything: totals that disagree, and lines of
    accounts of which nobody can say whether two documents tell one movement or two, unless a person has."""
    documents = lake.documents()
    kinds = {document.document_id: document.kinds for document in documents}
    rows = []
    for each in mismatches(documents):
        query = " UNION ALL ".join(
            f"SELECT currency FROM {quoted(kind)} WHERE document_id = $document" for kind in kinds[each.document_id]
        )
        told = con.execute(f"SELECT min(currency) FROM ({query})", {"document": each.document_id}).fetchone()
        rows.append({**asdict(each), "currency": (told[0] if told else None) or "", "class": "total_mismatch"})
    con.register(f"{FINDINGS}_rows", pa.Table.from_pylist(rows, FINDING_SCHEMA))
    con.execute(f"CREATE OR REPLACE TABLE {FINDINGS} AS SELECT * FROM {FINDINGS}_rows")
    con.unregister(f"{FINDINGS}_rows")
    for kind in ("wallet_line", "bank_line"):
        lake.register_possible_duplicates(con, kind, f"{kind}_doubtful")
        con.execute(
            f"INSERT INTO {FINDINGS} BY NAME SELECT k.document_id, k.source_row, k.record_key AS identity, k.account, "
            f"k.business_date AS date, k.amount, false AS closing, k.currency, 'possible_duplicate' AS class "
            f"FROM {kind}_doubtful d JOIN {kind} k USING (record_key)"
        )
    settled = [each.record_key for each in decisions.exclusions if each.record_key.startswith(finding_key(""))]
    con.execute(f"DELETE FROM {FINDINGS} WHERE list_contains(?::VARCHAR[], 'document:' || identity)", [settled])
    found = con.execute(f"SELECT count(*) FROM {FINDINGS}").fetchone()
    return bool(found and found[0])


def register_kind(con: duckdb.DuckDBPyConnection, lake: Lake, kind: Kind, decisions: Decisions) -> tuple[Conflict, ...]:
    """Make the view `kind.name` in `con`: one row per record_key, the kind's columns (settlement lines also
    `corroborating`). Returns the corrections and records entered by hand of this kind that are in conflict."""
    base = f"{kind.name}_told"
    if kind.name == "settlement_line":
        lake.register_settlement(con, base)
    else:
        lake.register_current(con, kind.name, base)
    corrections = [c for c in decisions.corrections if _of_kind(c.record_key, kind)]
    manual = [m for m in decisions.manual_records if m.kind == kind.name]
    source = _with_manual(con, kind, base, manual)
    conflicts = _conflicts(con, kind, source, corrections) + _told_too(con, kind, base, manual)
    classified = classified_sql(con, lake, kind.name, source, decisions.bill_items)
    body = _corrected(con, kind, f"({classified})", corrections)
    con.execute(f"CREATE OR REPLACE VIEW {quoted(kind.name)} AS {body}")
    return conflicts


def _of_kind(record_key: str, kind: Kind) -> bool:
    return record_key_parts(record_key)[0] == kind.name


def _with_manual(con: duckdb.DuckDBPyConnection, kind: Kind, base: str, records: Iterable[ManualRecord]) -> str:
    """The view of told records, with those entered by hand beside them."""
    rows = [
        {
            "record_key": r.record_key,
            **{k: v or None for k, v in r.values.items()},
        }
        for r in records
    ]
    if not rows:
        return base
    name = f"{kind.name}_by_hand"
    fields = list(kind.all_fields)
    table = pa.table({f.name: pa.array([row.get(f.name) for row in rows], pa.string()) for f in fields})
    con.register(f"{name}_text", table)
    casts = []
    for f in fields:
        if f.name == "document_id":
            casts.append(f"{literal(MANUAL_DOCUMENT)} AS document_id")
        else:
            casts.append(f"CAST({quoted(f.name)} AS {DUCKDB_TYPES[f.type]}) AS {quoted(f.name)}")
    extra = ", false AS corroborating" if kind.name == "settlement_line" else ""
    con.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT {', '.join(casts)}{extra} FROM {name}_text")
    con.unregister(f"{name}_text")
    both = f"{kind.name}_all"
    con.execute(
        f"CREATE OR REPLACE VIEW {both} AS SELECT * FROM {base} "
        f"WHERE record_key NOT IN (SELECT record_key FROM {name}) "
        f"UNION ALL BY NAME SELECT * FROM {name}"
    )
    return both


def _correction_table(con: duckdb.DuckDBPyConnection, kind: Kind, corrections: list[Correction]) -> str:
    """One row per corrected record: `FIELD` the new text, `FIELD_before`, `FIELD_set` for each corrected field."""
    fields = sorted({c.field for c in corrections})
    by_record: dict[str, dict[str, Correction]] = {}
    for c in corrections:
        by_record.setdefault(c.record_key, {})[c.field] = c
    columns: dict[str, pa.Array] = {"record_key": pa.array(list(by_record), pa.string())}
    for name in fields:
        told = [of.get(name) for of in by_record.values()]
        columns[f"{name}_set"] = pa.array([c is not None for c in told])
        columns[f"{name}_after"] = pa.array([(c.after or None) if c else None for c in told], pa.string())
        columns[f"{name}_before"] = pa.array([(c.before or None) if c else None for c in told], pa.string())
    name = f"{kind.name}_corrections"
    con.register(f"{name}_arrow", pa.table(columns))
    con.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM {name}_arrow")
    con.unregister(f"{name}_arrow")
    return name


def _corrected(con: duckdb.DuckDBPyConnection, kind: Kind, source: str, corrections: list[Correction]) -> str:
    """The SELECT that lays the corrections over `source`."""
    if not corrections:
        return f"SELECT * FROM {source}"
    table = _correction_table(con, kind, corrections)
    types = {f.name: DUCKDB_TYPES[f.type] for f in kind.all_fields}
    changed = ", ".join(
        f"CASE WHEN c.{quoted(f + '_set')} THEN CAST(c.{quoted(f + '_after')} AS {types[f]}) "
        f"ELSE t.{quoted(f)} END AS {quoted(f)}"
        for f in sorted({c.field for c in corrections})
    )
    return f"SELECT t.* REPLACE ({changed}) FROM {source} t LEFT JOIN {table} c ON c.record_key = t.record_key"


def _conflicts(
    con: duckdb.DuckDBPyConnection, kind: Kind, source: str, corrections: list[Correction]
) -> tuple[Conflict, ...]:
    """Corrections whose fact is neither what it was nor what it was corrected to."""
    types = {f.name: DUCKDB_TYPES[f.type] for f in kind.all_fields}
    found: list[Conflict] = []
    for name in sorted({c.field for c in corrections}):
        of_field = [c for c in corrections if c.field == name]
        rows = con.execute(
            f"SELECT record_key, CAST({quoted(name)} AS VARCHAR), CAST(CAST(w.before AS {types[name]}) AS VARCHAR), "
            f"CAST(CAST(w.after AS {types[name]}) AS VARCHAR) "
            "FROM (SELECT unnest(?::VARCHAR[]) AS wanted, unnest(?::VARCHAR[]) AS before, "
            "unnest(?::VARCHAR[]) AS after) w "
            f"LEFT JOIN {source} t ON t.record_key = w.wanted",
            [
                [c.record_key for c in of_field],
                [c.before or None for c in of_field],
                [c.after or None for c in of_field],
            ],
        ).fetchall()
        current = {key: (now, before, after) for key, now, before, after in rows if key is not None}
        for c in of_field:
            now, before, after = current.get(c.record_key, (None, "", ""))
            if c.record_key not in current or now not in (before, after):
                found.append(Conflict(c.record_key, c.field, c.before, c.after, now))
    return tuple(found)


def _told_too(
    con: duckdb.DuckDBPyConnection, kind: Kind, base: str, records: Iterable[ManualRecord]
) -> tuple[Conflict, ...]:
    """Records entered by hand (the table `_with_manual` made) that a document tells too, by their key, else by
    SAME_BY; of several the first by key."""
    if not list(records):
        return ()
    by_hand = f"{kind.name}_by_hand"
    query = f"SELECT m.record_key, t.record_key AS told FROM {by_hand} m JOIN {base} t USING (record_key)"
    if kind.name in SAME_BY:
        fields = ("currency", *SAME_BY[kind.name])
        alike = " AND ".join(f"t.{quoted(name)} IS NOT DISTINCT FROM m.{quoted(name)}" for name in fields)
        query += (
            f" UNION ALL SELECT m.record_key, t.record_key FROM {by_hand} m JOIN {base} t ON {alike} "
            f"WHERE t.record_key NOT IN (SELECT record_key FROM {by_hand})"
        )
    rows = con.execute(
        "SELECT record_key, coalesce(min(told) FILTER (told = record_key), min(told)) "
        f"FROM ({query}) GROUP BY record_key ORDER BY record_key"
    ).fetchall()
    return tuple(Conflict(key, "", "", "", told, "record") for key, told in rows)


def told_record(book: Book, record_key: str, decisions: Decisions) -> dict[str, Any] | None:
    """A record as its documents (or the person who entered it) tell it, without corrections; None if there is none."""
    kind = KINDS.get(record_key_parts(record_key)[0])
    if kind is None:
        return None
    con = connect()
    try:
        register_kind(con, book.lake, kind, Decisions(manual_records=decisions.manual_records))
        con.execute(f"SELECT * FROM {quoted(kind.name)} WHERE record_key = ?", [record_key])
        names = [column[0] for column in con.description or ()]
        row = con.fetchone()
    finally:
        con.close()
    return dict(zip(names, row, strict=True)) if row else None


def as_text(value: Any) -> str:
    """A field's value as decisions keep it: plain text, blank for none."""
    if value is None:
        return ""
    return format(value, "f") if isinstance(value, Decimal) else str(plain(value))


def readable(field_type: str, value: str) -> bool:
    """Whether plain text is a value of a field type (blank always is: it means none)."""
    if value == "":
        return True
    try:
        if field_type in ("money", "rate", "quantity"):
            places = 6 if field_type == "rate" else 5
            number = Decimal(value)
            return number.is_finite() and abs(number) < Decimal(10) ** 13 and round(number, places) == number
        if field_type == "int":
            return str(int(value)) == value
        if field_type == "date":
            date.fromisoformat(value)
        elif field_type == "time":
            datetime.fromisoformat(value)
        elif field_type == "bool":
            return value in ("true", "false")
    except (ValueError, InvalidOperation):
        return False
    return True


def key_of(kind: Kind, values: Mapping[str, str]) -> str:
    """The record key of a record entered by hand; parts that are not told are blank, running numbers 0."""
    numbers = {f.name for f in kind.fields if f.type == "int"}
    return record_key(kind.name, *(values.get(name) or ("0" if name in numbers else "") for name in kind.key))
