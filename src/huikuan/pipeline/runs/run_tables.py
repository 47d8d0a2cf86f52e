"""What a whole run and an incremental one share: how a table is written, sorted for reading, and the parameters."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb

from huikuan.engine.model import LINKS_ORDER, Definition
from huikuan.pipeline.compute import literal, quoted
from huikuan.records.rules import Rules

ROW_GROUP = 20_480
ORDER_ROW_GROUP = 4_096  # of files that are only looked up by order number (pipeline.results.sorted_file)
SORTED = {
    "links": ", ".join(LINKS_ORDER),
    "open": "needs_work DESC, date, order_no, class, item_id",
    "collection": "order_no, shop",
    "outstanding": "order_no, shop",
    "product_days": "business_date, shop, product, title",
}
# The records of orders as the run has seen them: what the order page reads.
ORDER_FACTS = dict.fromkeys(("order_line", "settlement_line", "wallet_line", "shipment_line"), "order_no <> ''")
# Lines of no order by kind, and the file they stand in: with those of orders they are all that the run has seen of the
# kind (pipeline.asking).
RESTS = {"order_line": "order_rest", "settlement_line": "settlement_rest", "wallet_line": "wallet_rest"}
FACTS_ORDER = "order_no"


def write(con: duckdb.DuckDBPyConnection, query: str, path: Path, order: str, row_group: int = ROW_GROUP) -> int:
    """Write a query's rows, sorted for reading. Returns how many."""
    con.execute(
        f"COPY ({query} ORDER BY {order}) TO {literal(path)} "
        f"(FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE {row_group})"
    )
    return count_rows(con, path)


def rest_sql(kind: str) -> str:
    """The query of the lines of a kind that name no order."""
    return f"SELECT * FROM {kind} WHERE coalesce(order_no, '') = ''"


def count_rows(con: duckdb.DuckDBPyConnection, path: Path) -> int:
    """How many rows a Parquet file has."""
    found = con.execute(f"SELECT count(*) FROM read_parquet({literal(path)})").fetchone()
    return int(found[0]) if found else 0


def columns(schema: Mapping[str, str]) -> str:
    """The select list of a schema's columns."""
    return ", ".join(quoted(column) for column in schema)


def parameters(rules: Rules, definition: Definition, as_of: date) -> tuple[Decimal, int]:
    """Tolerance and window of a reconciliation on a day: the latest rule that holds, else the definition's own."""
    holding = [r for r in rules.reconciliations if r.name == definition.name and r.valid_from <= as_of]
    if not holding:
        return definition.tolerance, definition.window_days
    latest = max(holding, key=lambda r: r.valid_from)
    return latest.tolerance, latest.window_days


def statement_sql(name: str, links: str, opened: str) -> str:
    """The statement of a part: total = matched + difference + open, per side and currency."""
    return f"""
        WITH linked AS (SELECT side, currency, sum(allocated) FILTER (status IN ('matched', 'manual')) AS matched,
            sum(allocated) FILTER (status IN ('difference', 'forced')) AS difference,
            count(DISTINCT group_id) AS groups, count(*) AS links FROM ({links}) GROUP BY ALL),
        waiting AS (SELECT side, currency, sum(amount) AS open FROM ({opened})
            WHERE coalesce(record_key, '') <> '' GROUP BY ALL),
        keys AS (SELECT side, currency FROM linked UNION SELECT side, currency FROM waiting)
        SELECT {literal(name)} AS name, side, currency,
            coalesce(matched, 0) + coalesce(difference, 0) + coalesce(open, 0) AS total,
            coalesce(matched, 0) AS matched, coalesce(difference, 0) AS difference, coalesce(open, 0) AS open,
            coalesce(groups, 0) AS groups, coalesce(links, 0) AS links
        FROM keys LEFT JOIN linked USING (side, currency) LEFT JOIN waiting USING (side, currency)"""
