"""What came after its period had been closed, and the proof that closed total + late = total now.

A record is *late* where its business date lies in a closed period and the frozen copy does not hold it. Only documents
that were not there when the period was closed can tell one, so that only their records are looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import duckdb
import pyarrow as pa

from huikuan.pipeline.book import Book
from huikuan.pipeline.compute import connect, literal, quoted
from huikuan.pipeline.periods.closed import KEYS, RECORDS, Closed, closed_periods, files_sql
from huikuan.pipeline.runs import facts
from huikuan.records.decisions import Decisions
from huikuan.records.errors import InvariantError
from huikuan.records.kind import Kind
from huikuan.records.kinds import KINDS
from huikuan.records.messages import gettext_noop, register
from huikuan.records.sql import dict_rows

register(
    {
        "late.not_conserved": gettext_noop(
            "%(period)s: %(kind)s in %(currency)s do not add up: closed, late and changed come to %(told)s, there is "
            "%(now)s."
        )
    }
)


@dataclass(frozen=True)
class Control:
    """A closed period against what is known now. Grain: kind and currency; of records that count.

    closed + late + changed = now. `changed`: what records frozen in the period bring more now than then; nothing may
    change them, so that it is 0 but where a period was reopened and closed records were told otherwise since.
    """

    kind: str
    currency: str
    closed_count: int
    closed: Decimal
    late_count: int
    late: Decimal
    changed_count: int
    changed: Decimal
    now_count: int
    now: Decimal


def record_sql(kind: Kind) -> str:
    """The beginning of a query of a kind's records as they are frozen; `counts`: whether it is totalled."""
    money = f"CAST({quoted(kind.money)} AS DECIMAL(18,5))" if kind.money else "CAST(NULL AS DECIMAL(18,5))"
    counts = "NOT corroborating" if kind.name == "settlement_line" else "true"
    return (
        f"SELECT {literal(kind.name)} AS kind, record_key, business_date, currency, {money} AS amount, "
        f"{counts} AS counts, document_id, source_row"
    )


def register_closed(con: duckdb.DuckDBPyConnection, closed: Sequence[Closed], until: date = date.max) -> None:
    """Make what `late_keys` asks: the keys frozen in these periods, their days before `until`, and the documents that
    were known when they were closed."""
    frozen = f"SELECT record_key, reconciliation FROM read_parquet({files_sql(closed, KEYS)}) WHERE frozen"
    nothing = "SELECT '' AS record_key, '' AS reconciliation WHERE false"
    con.execute(f"CREATE OR REPLACE TEMP VIEW frozen_keys AS {frozen if closed else nothing}")
    days = [{"period": each.name, "first": each.first, "last": each.last} for each in closed if each.first < until]
    _table(con, "closed_days", days, [("period", pa.string()), ("first", pa.date32()), ("last", pa.date32())])
    known = [
        {"period": each.name, "document_id": told["document"]} for each in closed for told in each.manifest["documents"]
    ]
    _table(con, "known_documents", known, [("period", pa.string()), ("document_id", pa.string())])
    con.execute(f"UPDATE closed_days SET last = least(last, DATE '{until}' - INTERVAL 1 DAY)")


def _table(con: duckdb.DuckDBPyConnection, name: str, rows: list[dict[str, Any]], columns: list[Any]) -> None:
    con.register("made_rows", pa.Table.from_pylist(rows, pa.schema(columns)))
    con.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM made_rows")
    con.unregister("made_rows")


def late_keys(con: duckdb.DuckDBPyConnection, source: str, day: str, reconciliation: str) -> str:
    """The table of the late records of a relation (record_key, document_id and its `day`); `reconciliation`: as
    `keys.parquet` names it, blank for records as such. `register_closed` was called before."""
    count = con.execute("SELECT count(*) FROM duckdb_tables() WHERE table_name LIKE 'late_keys_%'").fetchall()[0][0]
    name = f"late_keys_{count}"
    came = (
        f"SELECT DISTINCT t.record_key FROM {source} t JOIN closed_days c ON t.{day} BETWEEN c.first AND c.last "
        f"LEFT JOIN known_documents k ON k.period = c.period AND k.document_id = t.document_id "
        f"WHERE k.document_id IS NULL AND coalesce(t.record_key, '') <> ''"
    )
    con.execute(
        f"CREATE TEMP TABLE {name} AS WITH came AS MATERIALIZED ({came}) SELECT record_key FROM came "
        f"WHERE record_key NOT IN (SELECT record_key FROM frozen_keys WHERE reconciliation = {literal(reconciliation)} "
        f"AND record_key IN (SELECT record_key FROM came))"
    )
    return name


def late_records(book: Book, decisions: Decisions, closed: Closed) -> list[dict[str, Any]]:
    """The records that came late to a closed period, oldest first: kind, record_key, business_date, currency, amount,
    counts, document_id, source_row, and `landed`: the closed period that took it up, blank while none has."""
    known = {told["document"] for told in closed.manifest["documents"]}
    newer = [document for document in book.lake.documents() if document.document_id not in known]
    kinds = sorted({kind for document in newer for kind in document.kinds})
    if not kinds:
        return []
    others = [each for each in closed_periods(book) if not closed.holds(each)]
    with closing(connect()) as con:
        register_closed(con, [closed])
        parts = [_late_sql(con, book, KINDS[kind], decisions) for kind in kinds]
        landed = (
            f"SELECT record_key, parse_filename(parse_dirpath(filename)) AS period "
            f"FROM read_parquet({files_sql(others, RECORDS)}, filename = true) WHERE late"
            if others
            else "SELECT '' AS record_key, '' AS period WHERE false"
        )
        con.execute(
            f"SELECT t.*, coalesce(l.period, '') AS landed FROM ({' UNION ALL '.join(parts)}) t "
            f"LEFT JOIN ({landed}) l USING (record_key) ORDER BY business_date, kind, record_key"
        )
        return dict_rows(con)


def _late_sql(con: duckdb.DuckDBPyConnection, book: Book, kind: Kind, decisions: Decisions) -> str:
    facts.register_kind(con, book.lake, kind, decisions)
    late = late_keys(con, quoted(kind.name), "business_date", "")
    return f"{record_sql(kind)} FROM {quoted(kind.name)} WHERE record_key IN (SELECT record_key FROM {late})"


def late_sums(records: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Late records that count, by kind and currency: `count`, `amount`."""
    sums: dict[tuple[str, str], list[Any]] = {}
    for row in records:
        if row["counts"]:
            found = sums.setdefault((row["kind"], row["currency"]), [0, Decimal(0)])
            found[0], found[1] = found[0] + 1, found[1] + (row["amount"] or 0)
    return [{"kind": k, "currency": c, "count": n, "amount": a} for (k, c), (n, a) in sorted(sums.items())]


def control(book: Book, decisions: Decisions, closed: Closed) -> list[Control]:
    """The proof of a closed period: closed + late + changed = now. InvariantError `late.not_conserved`."""
    days = f"business_date BETWEEN DATE '{closed.first}' AND DATE '{closed.last}'"
    with closing(connect()) as con:
        for kind in KINDS.values():
            facts.register_kind(con, book.lake, kind, decisions)
        now = " UNION ALL ".join(f"{record_sql(kind)} FROM {quoted(kind.name)} WHERE {days}" for kind in KINDS.values())
        con.execute(f"CREATE TEMP TABLE known_now AS SELECT * FROM ({now}) WHERE counts")
        con.execute(
            f"CREATE TEMP TABLE known_then AS SELECT * FROM read_parquet({literal(closed.path(RECORDS))}) "
            f"WHERE counts AND NOT late"
        )
        con.execute(_CONTROL)
        rows = [Control(**row) for row in dict_rows(con)]
    for row in rows:
        told = row.closed + row.late + row.changed
        if told != row.now:
            raise InvariantError(
                "late.not_conserved", period=closed.name, kind=row.kind, currency=row.currency, told=told, now=row.now
            )
    return rows


# Each sum is taken from its own rows; that they meet is what is proved.
_CONTROL = """
WITH part AS (
    SELECT kind, currency, count(*) AS closed_count, sum(amount) AS closed, 0 AS late_count, 0 AS late,
        0 AS changed_count, 0 AS changed, 0 AS now_count, 0 AS now FROM known_then GROUP BY ALL
    UNION ALL BY NAME
    SELECT kind, currency, count(*) AS late_count, sum(amount) AS late FROM known_now
    WHERE record_key NOT IN (SELECT record_key FROM known_then) GROUP BY ALL
    UNION ALL BY NAME
    SELECT t.kind, t.currency, count(*) AS changed_count, -sum(t.amount) AS changed
    FROM known_then t LEFT JOIN known_now n USING (record_key)
    WHERE n.record_key IS NULL OR n.amount IS DISTINCT FROM t.amount OR n.currency IS DISTINCT FROM t.currency
    GROUP BY ALL
    UNION ALL BY NAME
    SELECT n.kind, n.currency, sum(n.amount) AS changed
    FROM known_now n JOIN known_then t USING (record_key)
    WHERE n.amount IS DISTINCT FROM t.amount OR n.currency IS DISTINCT FROM t.currency GROUP BY ALL
    UNION ALL BY NAME
    SELECT kind, currency, count(*) AS now_count, sum(amount) AS now FROM known_now GROUP BY ALL
)
SELECT kind, currency, coalesce(sum(closed_count), 0)::BIGINT AS closed_count,
    coalesce(sum(closed), 0)::DECIMAL(38,5) AS closed, coalesce(sum(late_count), 0)::BIGINT AS late_count,
    coalesce(sum(late), 0)::DECIMAL(38,5) AS late, coalesce(sum(changed_count), 0)::BIGINT AS changed_count,
    coalesce(sum(changed), 0)::DECIMAL(38,5) AS changed, coalesce(sum(now_count), 0)::BIGINT AS now_count,
    coalesce(sum(now), 0)::DECIMAL(38,5) AS now
FROM part GROUP BY kind, currency ORDER BY kind, currency"""
