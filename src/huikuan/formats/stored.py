"""A raw table as a table: for documents whose rows must be looked at together before they are read."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from huikuan.formats.reading import RawTable

if TYPE_CHECKING:
    import duckdb


def stored(con: duckdb.DuckDBPyConnection, raw: RawTable) -> RawTable:
    """The raw table, its rows in a table of `con` instead of a stream."""
    if raw.stream is None:
        return raw
    cells = ", ".join(f"{cell} VARCHAR" for cell in raw.cell_names)
    con.execute(f"CREATE TABLE {raw.table} ({cells}, source_row BIGINT)")
    names = ", ".join(raw.cell_names)
    if not raw.stream.insert(con, raw.table, lambda rows: f"SELECT {names}, source_row FROM {rows}", lambda _: None):
        con.execute(f"DROP TABLE {raw.table}")
        raw.stream.store(con, raw.table)
    raw.stream.close()
    return replace(raw, stream=None)
