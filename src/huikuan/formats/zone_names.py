"""What a time zone's name that two zones share means: an account that writes CST in winter writes CDT in summer if it
is in Chicago, and never if it is in Shanghai. Where the file does not show it, its rows are refused: nobody can tell.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from huikuan.formats.reading import RawTable
from huikuan.formats.spec import Column, Format, Moment
from huikuan.formats.stored import stored
from huikuan.records.dates import ZONE_BESIDE

if TYPE_CHECKING:
    import duckdb


def settle_zone_names(con: duckdb.DuckDBPyConnection, declared: Format, raw: RawTable) -> tuple[Format, RawTable]:
    """The format with what shared names mean in the file, where a column of its own holds the zones."""
    columns: list[Column] = []
    for column in declared.columns:
        place = raw.place(column.zone) if isinstance(column, Moment) and column.zone else None
        if not isinstance(column, Moment) or place is None:
            columns.append(column)
            continue
        raw = stored(con, raw)
        found = con.execute(f"SELECT DISTINCT upper(trim(c{place}, ' \t')) FROM {raw.table}").fetchall()
        names = {str(row[0]) for row in found}
        shared = tuple((name, offset) for (beside, name), offset in ZONE_BESIDE.items() if {beside, name} <= names)
        columns.append(replace(column, shared_zones=shared))
    return replace(declared, columns=tuple(columns)), raw
