"""One movement told by two bills counts once (DESIGN section 7, rule 3).

Each settlement line carries its format's rank as a source of its type. Per account, type and day the highest-ranked
format whose stated period covers the day counts; lines of lower rank are *corroborating*: compared, never totalled.
A document that states no period covers the days on which it tells a line of that account and type.

A ledger that tells net what a bill tells in components may call it otherwise or book it a day off: a line of lower rank
is corroborating too where a bill's components of its order at one moment add up to it, that day or the next to it.
"""

from __future__ import annotations

import duckdb
import pyarrow as pa

from huikuan.records.document import Document

_COVERS = pa.schema(
    [
        pa.field("document_id", pa.string()),
        pa.field("format", pa.string()),
        pa.field("account", pa.string()),
        pa.field("period_from", pa.date32()),
        pa.field("period_to", pa.date32()),
        pa.field("stated", pa.bool_()),
    ]
)


def mark_corroborating(con: duckdb.DuckDBPyConnection, lines: str, documents: list[Document], name: str) -> None:
    """Create the view `name`: the rows of relation `lines` (current settlement lines) and `corroborating` BOOLEAN."""
    ranks, best, net = f"{name}__ranks", f"{name}__best", f"{name}__net"
    con.execute(
        f"CREATE OR REPLACE TABLE {ranks} AS SELECT account, type, source_rank, document_id FROM {lines} GROUP BY ALL"
    )
    con.execute(f"CREATE OR REPLACE TABLE {best} (account VARCHAR, type VARCHAR, day DATE, source_rank BIGINT)")
    if _contested(con, ranks):
        _fill_best(con, lines, documents, ranks, best)
    con.execute(f"CREATE OR REPLACE TABLE {net} AS {_net_sql(lines, ranks, best)}")
    con.execute(f"""
        CREATE OR REPLACE VIEW {name} AS
        SELECT l.*, {_COVERED} OR n.record_key IS NOT NULL AS corroborating
        FROM {lines} l LEFT JOIN {best} b {_SAME_DAY} LEFT JOIN {net} n ON n.record_key = l.record_key""")


_COVERED = "coalesce(b.source_rank > coalesce(l.source_rank, 0), false)"
_SAME_DAY = "ON b.account = l.account AND b.type = l.type AND b.day = l.business_date"


def _net_sql(lines: str, ranks: str, best: str) -> str:
    """`record_key` of the lines that type and day left, though the components of a bill add up to them: the n-th of an
    order and amount is the bill's n-th, and not a day apart."""
    return f"""
        WITH topmost AS (
            SELECT account, max(coalesce(source_rank, 0)) AS top FROM {ranks}
            GROUP BY account HAVING count(DISTINCT coalesce(source_rank, 0)) > 1
        ),
        orders AS (
            SELECT DISTINCT l.account, l.order_no FROM {lines} l JOIN topmost t ON t.account = l.account
            LEFT JOIN {best} b {_SAME_DAY}
            WHERE coalesce(l.source_rank, 0) < t.top AND l.order_no <> '' AND NOT {_COVERED}
        ),
        told AS (
            SELECT l.*, coalesce(l.source_rank, 0) = t.top AS is_bill
            FROM {lines} l JOIN topmost t ON t.account = l.account
            SEMI JOIN orders o ON o.account = l.account AND o.order_no = l.order_no
        ),
        numbered AS (
            SELECT is_bill, account, order_no, min(record_key) AS record_key, min(business_date) AS day,
                   sum(amount) AS amount,
                   row_number() OVER (
                       PARTITION BY is_bill, account, order_no, sum(amount) ORDER BY min(business_date), min(record_key)
                   ) AS n
            FROM told GROUP BY is_bill, account, order_no, flow_no, CASE WHEN is_bill THEN '' ELSE record_key END
        )
        SELECT low.record_key FROM numbered low JOIN numbered bill USING (account, order_no, amount, n)
        WHERE NOT low.is_bill AND bill.is_bill AND abs(date_diff('day', low.day, bill.day)) <= 1"""


def _contested(con: duckdb.DuckDBPyConnection, ranks: str) -> bool:
    """Whether lines of one account and type come from formats of different rank."""
    query = f"""
        SELECT count(*) FROM (
            SELECT account, type FROM {ranks} GROUP BY ALL HAVING count(DISTINCT coalesce(source_rank, 0)) > 1
        )"""
    return bool(con.execute(query).fetchall()[0][0])


def _fill_best(con: duckdb.DuckDBPyConnection, lines: str, documents: list[Document], ranks: str, best: str) -> None:
    """One row per account, type and covered day: the highest rank that covers it."""
    told = pa.Table.from_pylist(
        [
            {
                "document_id": d.document_id,
                "format": d.format,
                "account": d.account,
                "period_from": d.period_from,
                "period_to": d.period_to,
                "stated": bool(d.period_stated and d.period_from and d.period_to),
            }
            for d in documents
            if d.undone_at is None and "settlement_line" in d.kinds
        ],
        schema=_COVERS,
    )
    relation = f"{best}__documents"
    con.register(relation, told)
    try:
        con.execute(f"INSERT INTO {best} {_best_sql(lines, ranks, relation)}")
    finally:
        con.unregister(relation)


def _best_sql(lines: str, ranks: str, documents: str) -> str:
    return f"""
        WITH contested AS (
            SELECT account, type FROM {ranks} GROUP BY ALL HAVING count(DISTINCT coalesce(source_rank, 0)) > 1
        ),
        format_rank AS (
            SELECT d.format, r.type, max(r.source_rank) AS source_rank
            FROM {ranks} r JOIN {documents} d USING (document_id) GROUP BY ALL
        ),
        told_account AS (
            SELECT document_id, account FROM {documents} WHERE account <> ''
            UNION SELECT document_id, account FROM {ranks}
        ),
        stated AS (
            SELECT c.account, c.type, f.source_rank,
                   unnest(range(d.period_from, d.period_to + INTERVAL 1 DAY, INTERVAL 1 DAY)) AS day
            FROM {documents} d JOIN told_account a USING (document_id)
            JOIN contested c ON c.account = a.account
            JOIN format_rank f ON f.format = d.format AND f.type = c.type
            WHERE d.stated
        ),
        unstated AS (
            SELECT l.account, l.type, l.source_rank, l.business_date AS day
            FROM {lines} l JOIN {documents} d USING (document_id)
            JOIN contested c ON c.account = l.account AND c.type = l.type
            WHERE NOT d.stated
        )
        SELECT account, type, CAST(day AS DATE) AS day, max(source_rank)
        FROM (FROM stated UNION ALL BY NAME FROM unstated)
        WHERE source_rank IS NOT NULL AND day IS NOT NULL GROUP BY ALL"""
