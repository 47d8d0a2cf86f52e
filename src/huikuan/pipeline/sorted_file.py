"""Looking up one order in a run's Parquet files, which are sorted by order number.

A query of DuckDB looks at the bounds of all row groups and all columns before it reads a few rows. Here the row
group is found by halving, and only that one is read. A file without the order costs about as much as one with it.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

KEY = "order_no"


class SortedFile:
    """A Parquet file sorted by order number, blank ones (NULL) last, by the bytes of their UTF-8. It never changes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._metadata = pq.read_metadata(path)
        self._firsts: dict[int, str | None] = {}

    @property
    def schema(self) -> pa.Schema:
        """The file's columns."""
        return self._metadata.schema.to_arrow_schema()

    def rows(self, order_no: str) -> list[dict[str, Any]]:
        """The rows of an order, in the file's order."""
        return [row for table in self.tables(order_no) for row in table.to_pylist()]

    def tables(self, order_no: str, column: str = "", among: pa.Array | None = None) -> list[pa.Table]:
        """The rows of an order as tables; of these, where a column is given, those whose value is `among` some."""
        with pq.ParquetFile(self._path, metadata=self._metadata) as file:
            found = [self._table(file, number, order_no) for number in self._groups(file, order_no)]
        if among is not None:
            found = [table.filter(pc.is_in(table[column], value_set=among)) for table in found if table is not None]
        return [table for table in found if table is not None and table.num_rows]

    def rows_before(self, order_nos: Sequence[str]) -> list[int]:
        """How many rows of the file stand before each of some order numbers, which are sorted themselves."""
        sizes = [self._metadata.row_group(number).num_rows for number in range(self._metadata.num_row_groups)]
        starts = list(itertools.accumulate(sizes, initial=0))
        found: list[int] = []
        last, keys = -1, pa.chunked_array([], pa.string())
        with pq.ParquetFile(self._path, metadata=self._metadata) as file:
            for order_no in order_nos:
                number = self._begins_before(file, order_no)
                if number not in (last, -1):
                    last, keys = number, file.read_row_group(number, columns=[KEY], use_threads=False)[KEY]
                inside = (pc.sum(pc.less(keys, order_no)).as_py() or 0) if number >= 0 else 0
                found.append(starts[max(number, 0)] + inside)
        return found

    def _groups(self, file: pq.ParquetFile, order_no: str) -> Iterator[int]:
        """The row groups that may hold the order: from the last that begins before it to the last that begins at it."""
        for number in range(max(self._begins_before(file, order_no), 0), self._metadata.num_row_groups):
            first = self._first(file, number)
            if first is None or first > order_no:
                return
            yield number

    def _begins_before(self, file: pq.ParquetFile, order_no: str) -> int:
        """The last row group that begins before the order; -1 where none does."""
        low, high = 0, self._metadata.num_row_groups
        while low < high:
            middle = (low + high) // 2
            first = self._first(file, middle)
            if first is not None and first < order_no:
                low = middle + 1
            else:
                high = middle
        return low - 1

    def _first(self, file: pq.ParquetFile, number: int) -> str | None:
        """The order number that a row group begins with."""
        if number not in self._firsts:
            self._firsts[number] = file.read_row_group(number, columns=[KEY], use_threads=False)[KEY][0].as_py()
        return self._firsts[number]

    def _table(self, file: pq.ParquetFile, number: int, order_no: str) -> pa.Table | None:
        keys = file.read_row_group(number, columns=[KEY], use_threads=False)[KEY]
        places = pc.indices_nonzero(pc.equal(keys, order_no))
        return file.read_row_group(number, use_threads=False).take(places) if len(places) else None


def in_order(rows: list[dict[str, Any]], columns: Sequence[str]) -> list[dict[str, Any]]:
    """Rows sorted by columns as DuckDB sorts them: what is blank (None) last."""
    return sorted(rows, key=lambda row: [(row[column] is None, row[column]) for column in columns])
