"""Looking up one order in a run's Parquet files, which are sorted by order number.

A query of DuckDB looks at the bounds of all row groups and all columns before it reads a few rows. Here the row
group is found by halving, and only that one is read. A file without the order costs about as much as one with it.
"""

from __future__ import annotations

import bisect
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

    def among(self, order_nos: Sequence[str], columns: Sequence[str] | None = None) -> pa.Table:
        """The rows of some orders, in the file's order, with these columns (none named: all). Only the row groups that
        may hold one of them are read."""
        orders = sorted(set(order_nos))
        with pq.ParquetFile(self._path, metadata=self._metadata) as file:
            begins = zip(orders, self._all_begin_before(file, orders), strict=True)
            numbers = sorted({number for each, begin in begins for number in self._groups(file, each, begin)})
            read = None if columns is None else list(dict.fromkeys([KEY, *columns]))
            found = file.read_row_groups(numbers, columns=read)
        rows = found.filter(pc.is_in(found[KEY], value_set=pa.array(orders, pa.string())))
        return rows if columns is None else rows.select(list(columns))

    def rows_before(self, order_nos: Sequence[str]) -> list[int]:
        """How many rows of the file stand before each of some order numbers, which are sorted themselves."""
        sizes = [self._metadata.row_group(number).num_rows for number in range(self._metadata.num_row_groups)]
        starts = list(itertools.accumulate(sizes, initial=0))
        found: list[int] = []
        last, keys = -1, []
        with pq.ParquetFile(self._path, metadata=self._metadata) as file:
            for order_no, number in zip(order_nos, self._all_begin_before(file, order_nos), strict=True):
                if number not in (last, -1):
                    told = file.read_row_group(number, columns=[KEY], use_threads=False)[KEY]
                    last, keys = number, told.drop_null().to_pylist()
                inside = bisect.bisect_left(keys, order_no) if number >= 0 else 0
                found.append(starts[max(number, 0)] + inside)
        return found

    def _groups(self, file: pq.ParquetFile, order_no: str, begin: int | None = None) -> Iterator[int]:
        """The row groups that may hold the order: from the last that begins before it to the last that begins at it."""
        begin = self._begins_before(file, order_no) if begin is None else begin
        for number in range(max(begin, 0), self._metadata.num_row_groups):
            first = self._first(file, number)
            if first is None or first > order_no:
                return
            yield number

    def _all_begin_before(self, file: pq.ParquetFile, order_nos: Sequence[str]) -> Iterator[int]:
        """`_begins_before` of sorted order numbers: mostly the same as of the one before."""
        number = -1
        for order_no in order_nos:
            if number + 1 < self._metadata.num_row_groups:
                following = self._first(file, number + 1)
                if following is not None and following < order_no:
                    number = self._begins_before(file, order_no)
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
