"""A list about to be exported: its columns in the reader's language, its query with codes put into words, its sums."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import duckdb

from huikuan.export.details import Detail
from huikuan.export.printed import shown_money
from huikuan.insight.reports.tables import Column
from huikuan.records.messages import translated

BATCH_ROWS = 5_000
CURRENCY = "currency"
WORDS = "words_of_"  # names of the bound values that hold them


@dataclass(frozen=True)
class Listing:
    """`query` gives `columns` by their keys, in words, in order, with `values` bound to its $names; `count` rows.

    `sums`: per currency (blank: the list has none) the exact sum of each column that is `added` up. Of several
    currencies no column is marked as added up: their sums are told apart. `printed`: keys of the columns that a page
    has room for.
    """

    title: str
    columns: tuple[Column, ...]
    added: tuple[str, ...]
    printed: tuple[str, ...]
    query: str
    values: dict[str, Any]
    count: int
    sums: Mapping[str, Mapping[str, Decimal]]

    @property
    def keys(self) -> list[str]:
        """The columns' keys, in their order."""
        return [column.key for column in self.columns]

    def rows(self, con: duckdb.DuckDBPyConnection) -> Iterator[Sequence[Any]]:
        """The rows as they come, in little memory."""
        cursor = con.cursor().execute(self.query, self.values)
        while batch := cursor.fetchmany(BATCH_ROWS):
            yield from batch

    def sums_told(self) -> list[tuple[str, str]]:
        """The sums for the head, where they cannot stand below: label and value."""
        if len(self.sums) < 2:
            return []
        titles = {column.key: column.title for column in self.columns}
        return [
            (titles[key], f"{shown_money(amount)} {currency}")
            for currency, sums in sorted(self.sums.items())
            for key, amount in sums.items()
        ]


def listing(con: duckdb.DuckDBPyConnection, detail: Detail, query: str, values: Mapping[str, Any]) -> Listing:
    """What is needed to write the rows of `query` as the list `detail` in the active language."""
    columns = detail.shown()
    added = tuple(column.key for column in columns if column.total)
    count, sums = _sums(con, columns, query, dict(values))
    if len(sums) > 1:
        columns = tuple(replace(column, total=False) for column in columns)
    bound = dict(values)
    fields = ", ".join(
        _worded(con, column.key, detail.words[column.key], query, bound)
        if column.key in detail.words
        else _masked(column.key)
        if column.key in detail.masked
        else f'"{column.key}"'
        for column in columns
    )
    printed = detail.printed or tuple(column.key for column in columns)
    query = f"SELECT {fields} FROM ({query})"
    return Listing(translated(detail.title), columns, added, printed, query, bound, count, sums)


def _sums(
    con: duckdb.DuckDBPyConnection, columns: Sequence[Column], query: str, values: dict[str, Any]
) -> tuple[int, dict[str, dict[str, Decimal]]]:
    """Number of rows, and the sums by currency."""
    added = [column.key for column in columns if column.total]
    currency = CURRENCY if any(column.key == CURRENCY for column in columns) else "''"
    summed = "".join(f', coalesce(sum("{key}"), 0)' for key in added)
    asked = f"SELECT coalesce({currency}, ''), count(*){summed} FROM ({query}) GROUP BY 1"
    found = con.execute(asked, values).fetchall()
    return sum(row[1] for row in found), {row[0]: dict(zip(added, row[2:], strict=True)) for row in found}


def _masked(key: str) -> str:
    """A text with its middle hidden; a short one is hidden whole."""
    text = f'"{key}"::VARCHAR'
    return f"CASE WHEN length({text}) > 8 THEN left({text}, 4) || '…' || right({text}, 2) ELSE '…' END AS \"{key}\""


def _worded(
    con: duckdb.DuckDBPyConnection, key: str, say: Callable[[str], str], query: str, bound: dict[str, Any]
) -> str:
    """A column of codes as words: each code that occurs is put into words once. Adds to `bound`."""
    values = {name: value for name, value in bound.items() if not name.startswith(WORDS)}
    found = con.execute(f'SELECT DISTINCT "{key}" FROM ({query}) WHERE "{key}" <> \'\'', values).fetchall()
    codes = [code for (code,) in found]
    bound |= {f"{WORDS}{key}_codes": codes, f"{WORDS}{key}_words": [say(code) for code in codes]}
    known = f"map(${WORDS}{key}_codes::VARCHAR[], ${WORDS}{key}_words::VARCHAR[])"
    return f'coalesce({known}["{key}"], "{key}") AS "{key}"'
