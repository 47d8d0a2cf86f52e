"""Rows that a reader has as Python values → columns of text cells, and a DuckDB table of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pyarrow as pa

if TYPE_CHECKING:
    import duckdb

BATCH_ROWS = 50_000
Row = tuple[int, Sequence[str]]  # where it stands in the file, its cells


def cells_table(rows: Sequence[Row], columns: int | None = None) -> pa.Table:
    """The columns `c0 ..` of text and `source_row`; cells a row lacks are ''. `columns`: how many, else as many as the
    longest row has."""
    width = max((len(cells) for _, cells in rows), default=0) if columns is None else columns
    names = [*(f"c{at}" for at in range(width)), "source_row"]
    arrays = [pa.array([c[at] if at < len(c) else "" for _, c in rows], pa.string()) for at in range(width)]
    return pa.table([*arrays, pa.array([row for row, _ in rows], pa.int64())], names)


def create_rows(con: duckdb.DuckDBPyConnection, table: str, *, columns: int) -> None:
    """Create the empty DuckDB table `table`: `c0 ..` text, `source_row`."""
    names = "".join(f"c{at} VARCHAR, " for at in range(columns))
    con.execute(f"CREATE OR REPLACE TABLE {table} ({names}source_row BIGINT)")


def append_rows(con: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Row], *, columns: int) -> None:
    """Add rows to a table made by `create_rows`, behind those it has."""
    for start in range(0, len(rows), BATCH_ROWS):
        con.register("huikuan_batch", cells_table(rows[start : start + BATCH_ROWS], columns))
        con.execute(f"INSERT INTO {table} SELECT * FROM huikuan_batch")
        con.unregister("huikuan_batch")
