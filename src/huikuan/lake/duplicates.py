"""Records of sources without row numbers that may be one movement or two (DESIGN section 5).

Where the key is identity columns (joined by `|`) and n, the same key told by several documents is one movement if each
of them covers its day: the greatest count holds. A document covers the days of its stated period; one that states none
covers the days between its first and its last (on those two it may hold only a part). Else a person is asked.
A running balance is part of the identity and settles it.
"""

from __future__ import annotations

import duckdb
import pyarrow as pa

from huikuan.lake import current
from huikuan.lake.current import KindState


def possible_duplicates_sql(con: duckdb.DuckDBPyConnection, state: KindState, ranges: str) -> str:
    """A query of one row per doubtful record_key: currency, amount, business_date, documents (count).

    Registers relation `ranges`. Kinds without n in their key have none.
    """
    names = {field.name for field in state.kind.all_fields}
    if "n" not in state.kind.key:
        nothing = current.scan(state, [], ["record_key", "currency", "business_date"])
        return f"SELECT *, CAST(NULL AS DECIMAL(18,5)) AS amount, CAST(0 AS BIGINT) AS documents FROM ({nothing})"
    con.register(ranges, _ranges(state))
    balance = "balance" if "balance" in names else "CAST(NULL AS DECIMAL(18,5))"
    columns = [
        "record_key",
        "document_id",
        "currency",
        "business_date",
        "amount",
        state.kind.key[1],
        f"{balance} AS balance",
    ]
    return f"""
        SELECT record_key, any_value(currency) AS currency, min(business_date) AS business_date,
               min(amount) AS amount, count(*) AS documents
        FROM ({current.scan(state, state.readings, columns)}) r JOIN {ranges} USING (document_id)
        WHERE contains({state.kind.key[1]}, '|') AND balance IS NULL
        GROUP BY record_key
        HAVING count(*) > 1 AND NOT bool_and(coalesce(business_date BETWEEN covers_from AND covers_to, false))"""


def _ranges(state: KindState) -> pa.Table:
    """The days that each standing document covers whole; blank where it covers none."""
    inner = "CASE WHEN stated THEN period_from ELSE period_from + 1 END"
    told = pa.table(
        {
            "document_id": pa.array([d.document_id for d in state.documents], pa.string()),
            "period_from": pa.array([d.period_from for d in state.documents], pa.date32()),
            "period_to": pa.array([d.period_to for d in state.documents], pa.date32()),
            "stated": pa.array([d.period_stated for d in state.documents], pa.bool_()),
        }
    )
    query = f"""
        SELECT document_id, {inner} AS covers_from, CASE WHEN stated THEN period_to ELSE period_to - 1 END AS covers_to
        FROM told"""
    con = duckdb.connect(":memory:")
    try:
        con.register("told", told)
        return con.execute(query).fetch_arrow_table()
    finally:
        con.close()
