"""The collection of a run as tables to query: the orders, and the small tables beside them (insight.collection.cube).

A run writes the small tables as files. For a run that has none they are made once per process, in memory.
"""

from __future__ import annotations

import threading
from typing import Any

from huikuan.insight.collection.cube import cubes_sql, rows_sql
from huikuan.pipeline.results.results import Results
from huikuan.records.sql import dict_rows

_lock = threading.Lock()


def table(results: Results, name: str) -> str:
    """The name of `cube`, `receipts` or `earlier` of a run, for queries on its connection."""
    if results.run.holds("", name):
        return results.run.table("", name)
    share = results.run.table("", "share")
    known = {row["column_name"] for row in results.run.query(f"DESCRIBE {share}")}
    query = cubes_sql(numbered(results), share, "payout_key" if "payout_key" in known else "payout")[name]
    cursor = results.run.cursor()
    with _lock:
        try:
            cursor.execute(f"CREATE TABLE IF NOT EXISTS made_{name} AS {query}")
        finally:
            cursor.close()
    return f"made_{name}"


def orders(results: Results) -> str:
    """The orders with what pages add to them and their number in the file, as a query in brackets."""
    return f"({rows_sql(numbered(results))})"


def numbered(results: Results) -> str:
    """The collection's file with `file_row_number`, which is also its order by order number and shop."""
    return results.run.files.numbered_sql("collection")


def rows(results: Results, sql: str, values: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    """The rows of a query with $names bound to `values`; values that the query does not name are left out."""
    cursor = results.run.cursor()
    try:
        cursor.execute(sql, bound(sql, values or {}))
        return dict_rows(cursor)
    finally:
        cursor.close()


def kept(results: Results, sql: str, values: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    """Like `rows`, worked out once per run and values: a run's tables never change."""
    return results.run.kept(sql, bound(sql, values or {}))  # type: ignore[arg-type]


def bound(sql: str, values: dict[str, Any]) -> dict[str, Any]:
    """Those of the values that a query names."""
    return {name: value for name, value in values.items() if f"${name}" in sql}
