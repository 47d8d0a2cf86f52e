"""Where the tables of a run lie: in its own folder, in the run it rests on, or there with a few rows changed.

An incremental run (`pipeline.incremental.run`) writes only what it computed anew. Of a large table it writes two small
files: `PART.gone.parquet`, one column of key values whose rows of the base no longer hold, and `PART.more.parquet`, the
rows that hold instead. A table it does not write at all is the base's. A base never rests on another run.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from huikuan.pipeline.compute import literal, quoted
from huikuan.pipeline.results.sorted_file import KEY, SortedFile

# Rows of a changed collection are numbered with room between those of the base, in which new orders find their place.
ROOM = 2**20
PLACE = "place"
LINKS = ".links"  # the parts of links, which are stored without what they are called
LINK_ID = "md5(group_id || record_key)"


def with_link_id(link: Mapping[str, Any]) -> dict[str, Any]:
    """A stored link with what it is called (LINK_ID)."""
    told = link["group_id"] + link["record_key"]
    return {"link_id": hashlib.md5(told.encode(), usedforsecurity=False).hexdigest(), **link}


@dataclass(frozen=True)
class RunFiles:
    """The tables of one run by part (a file's name without `.parquet`). `base`: the folder it rests on, if any."""

    folder: Path
    base: Path | None = None

    def holds(self, part: str) -> bool:
        """Whether the run has such a table; one made by an older version may lack it."""
        return self._whole(part).exists()

    def changed(self, part: str) -> bool:
        """Whether the table is the base's with some rows changed."""
        return self._gone(part).exists()

    def own(self, part: str) -> bool:
        """Whether the run has written the table, or what has changed in it; else it is the base's."""
        return self.base is None or (self.folder / f"{part}.parquet").exists() or self.changed(part)

    def sql(self, part: str) -> str:
        """The query of a table's rows, of links with their `link_id`."""
        rows = self._rows_sql(part)
        return f"SELECT {LINK_ID} AS link_id, * NOT LIKE 'link_id' FROM ({rows})" if part.endswith(LINKS) else rows

    def _rows_sql(self, part: str) -> str:
        whole = f"SELECT * FROM {_scan(self._whole(part))}"
        if not self.changed(part):
            return whole
        key = quoted(pq.read_schema(self._gone(part)).names[0])
        more = f"SELECT * EXCLUDE ({PLACE}) FROM" if self._placed(part) else "FROM"
        return (
            f"{whole} WHERE {key} NOT IN (SELECT {key} FROM {_scan(self._gone(part))}) "
            f"UNION ALL BY NAME {more} {_scan(self._more(part))}"
        )

    def numbered_sql(self, part: str) -> str:
        """The rows with `file_row_number`, by which they are in the order of the table."""
        whole = f"read_parquet({literal(self._whole(part))}, file_row_number = true)"
        if not self.changed(part):
            return whole
        key = quoted(pq.read_schema(self._gone(part)).names[0])
        number = f"* REPLACE ((file_row_number + 1) * {ROOM} AS file_row_number)"
        return (
            f"(SELECT {number} FROM {whole} WHERE {key} NOT IN (SELECT {key} FROM {_scan(self._gone(part))}) "
            f"UNION ALL BY NAME SELECT * EXCLUDE ({PLACE}), {PLACE} AS file_row_number FROM {_scan(self._more(part))})"
        )

    def sorted_file(self, part: str) -> SortedFile | ChangedSortedFile:
        """A table sorted by order number, for look-ups."""
        whole = SortedFile(self._whole(part))
        return ChangedSortedFile(whole, self._gone(part), self._more(part)) if self.changed(part) else whole

    def write_changed(self, part: str, write: Callable[[str, Path], Any], gone: str, more: str) -> None:
        """Write a table as the base's without the rows of some keys (query `gone`, one column) and with others (query
        `more`). `write(query, path)` writes a query's rows."""
        write(gone, self._gone(part))
        write(more, self._more(part))

    def _whole(self, part: str) -> Path:
        own = self.folder / f"{part}.parquet"
        return own if self.base is None or own.exists() else self.base / own.name

    def _gone(self, part: str) -> Path:
        return self.folder / f"{part}.gone.parquet"

    def _more(self, part: str) -> Path:
        return self.folder / f"{part}.more.parquet"

    def _placed(self, part: str) -> bool:
        return PLACE in pq.read_schema(self._more(part)).names


def _scan(path: Path) -> str:
    return f"read_parquet({literal(path)})"


class ChangedSortedFile:
    """A `SortedFile` of which the rows of some groups or orders are replaced by others."""

    def __init__(self, whole: SortedFile, gone: Path, more: Path) -> None:
        self._whole = whole
        told = pq.read_table(gone)
        self._key = told.column_names[0]
        self._gone = told[0].combine_chunks()
        self._more = pq.read_table(more)
        if PLACE in self._more.column_names:
            self._more = self._more.drop_columns([PLACE])

    @property
    def schema(self) -> pa.Schema:
        """The columns of the base's file."""
        return self._whole.schema

    def rows(self, order_no: str) -> list[dict[str, Any]]:
        """The rows of an order."""
        return [row for table in self.tables(order_no) for row in table.to_pylist()]

    def tables(self, order_no: str, column: str = "", among: pa.Array | None = None) -> list[pa.Table]:
        """The rows of an order as tables; of these, where a column is given, those whose value is `among` some."""
        found = [
            table.filter(pc.invert(pc.is_in(table[self._key], value_set=self._gone)))
            for table in self._whole.tables(order_no, column, among)
        ]
        more = self._more.filter(pc.equal(self._more[KEY], order_no))
        if among is not None:
            more = more.filter(pc.is_in(more[column], value_set=among))
        return [table for table in (*found, more) if table.num_rows]
