"""Cells merged over several rows: 1688 writes an order once and its lines below each other, with only the first of
them telling what is the order's. Once merged cells are text, the rows below have blanks there.

A row continues the one above it if all its merged cells are blank and another is not; a row that is blank altogether
stands between them and stays blank. A row that lacks the number and tells something else of the order does not
continue anything: it stays as it is, and is rejected for its blank.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from huikuan.formats.reading import RawTable
from huikuan.formats.spec import Format
from huikuan.formats.stored import stored

if TYPE_CHECKING:
    import duckdb

_BLANKS = "' \t\u00a0\u3000'"


def fill_merged(con: duckdb.DuckDBPyConnection, declared: Format, raw: RawTable) -> RawTable:
    """The raw table with the merged cells of `Format.merged` written into each row they cover."""
    columns = {column.name: column for column in declared.columns}
    found = (raw.place(columns[name].headers, columns[name].occurrence) for name in declared.merged)
    cells = [f"c{index}" for index in found if index is not None]
    if not cells:
        return raw
    raw = stored(con, raw)
    blank = " AND ".join(f"coalesce(trim({cell}, {_BLANKS}), '') = ''" for cell in cells)
    others = [cell for cell in raw.cell_names if cell not in cells]
    rest = " OR ".join(f"coalesce(trim({cell}, {_BLANKS}), '') <> ''" for cell in others) or "FALSE"
    filled = ", ".join(
        f"CASE WHEN below THEN first_value({cell}) OVER span ELSE {cell} END AS {cell}" for cell in cells
    )
    con.execute(
        f"CREATE OR REPLACE TABLE {raw.table}_filled AS SELECT * EXCLUDE (span_no, below) REPLACE ({filled}) FROM ("
        f"SELECT *, ({blank}) AND ({rest}) AS below, "
        f"count(*) FILTER (NOT ({blank})) OVER (ORDER BY source_row) AS span_no FROM {raw.table}) "
        f"WINDOW span AS (PARTITION BY span_no ORDER BY source_row)"
    )
    raw.drop(con)
    return replace(raw, table=f"{raw.table}_filled")
