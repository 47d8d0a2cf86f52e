"""The lists that can be taken away as files. An app registers each of its lists in its `exports.py`:

    @exportable("open", "open", ("name", "show"), gettext_noop("Open items"))
    def open_items(book, asked, names): ...   # → Source: a query

    @table("jobs", ("state",), gettext_noop("Background work"), (("title", gettext_noop("What"), "text"), ...))
    def jobs(book, asked): ...   # → Table: rows, of lists that stand in no table of a run

`asked` is what the page's address says, restricted to the list's own parameters, plus `as_of` for a day of the past.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import pyarrow as pa
from django.http import Http404
from django.utils.translation import gettext as _

from huikuan.export.details import DETAILS, Detail
from huikuan.insight.reports.tables import ColumnType
from huikuan.pipeline.compute import connect
from huikuan.server.books.models import Book
from huikuan.server.core.modules import load_of_each_app


@dataclass(frozen=True)
class Source:
    """Where a list's rows come from: a query with its values bound to $names, what is told of it in the head of the
    file (label and value), and what the file is called (without its ending). `con` is the caller's to close."""

    con: duckdb.DuckDBPyConnection
    query: str
    values: Mapping[str, Any]
    facts: Sequence[tuple[str, str]]
    stem: str


Opener = Callable[[Book, Mapping[str, str], bool], Source]


@dataclass(frozen=True)
class ListExport:
    """A list by name: its columns (`DETAILS`), the parameters its address has, its title, how it is opened. The opener
    is told whether the names of bank counterparties may be shown; it raises UserError for a filter it cannot read.
    `permission`: what a role must have beside `export`; `shareable`: whether a link may give it away."""

    name: str
    detail: Detail
    params: tuple[str, ...]
    title: str
    open: Opener
    permission: str = "view_money"
    shareable: bool = True


_lists: dict[str, ListExport] = {}


def exportable(name: str, detail: str | Detail, params: tuple[str, ...], title: str) -> Callable[[Opener], Opener]:
    """Register a list by a query. `detail`: its columns, or their name in `DETAILS`."""
    columns = DETAILS[detail] if isinstance(detail, str) else detail

    def decorate(function: Opener) -> Opener:
        _lists[name] = ListExport(name, columns, params, title, function)
        return function

    return decorate


TYPES: dict[ColumnType, pa.DataType] = {
    "text": pa.string(), "date": pa.date32(), "count": pa.int64(), "money": pa.decimal128(38, 5),
    "rate": pa.decimal128(38, 10),
}  # fmt: skip
Titled = tuple[str, str, ColumnType]


@dataclass(frozen=True)
class Table:
    """A list's rows, their cells in the order of its columns, and what was filtered (label and value)."""

    rows: Iterable[Sequence[Any]]
    filtered: Sequence[tuple[str, str]] = ()


Teller = Callable[[Book, Mapping[str, str]], Table]


def table(
    name: str, params: tuple[str, ...], title: str, columns: Sequence[Titled], *, added: Collection[str] = (),
    permission: str = "view_money", printed: tuple[str, ...] = (),
) -> Callable[[Teller], Teller]:  # fmt: skip
    """Register a list of rows. `columns`: key, msgid of the title, type; `added`: money that is added up (by the column
    `currency`); `printed`: those that a page has room for. It cannot be shared by a link."""
    detail = Detail(name, title, tuple((*column, column[0] in added) for column in columns), printed=printed)

    def decorate(function: Teller) -> Teller:
        def opened(book: Book, asked: Mapping[str, str], _names: bool) -> Source:
            told = function(book, asked)
            day = asked.get("as_of") or book.today().isoformat()
            facts = [(_("Company"), book.name), (_("As of"), day)]
            facts += [(label, value) for label, value in told.filtered if value]
            stem = f"{_(title)}-{book.name}-{day}".replace("/", "-")
            return Source(_connected(columns, told.rows), "SELECT * FROM listed", {}, facts, stem)

        _lists[name] = ListExport(name, detail, params, title, opened, permission, shareable=False)
        return function

    return decorate


def _connected(columns: Sequence[Titled], rows: Iterable[Sequence[Any]]) -> duckdb.DuckDBPyConnection:
    cells = list(zip(*rows, strict=True)) or [()] * len(columns)
    schema = pa.schema([(key, TYPES[kind]) for key, _title, kind in columns])
    arrays = [pa.array(cell, field.type) for cell, field in zip(cells, schema, strict=True)]
    return connected(pa.Table.from_arrays(arrays, schema=schema))


def connected(rows: pa.Table) -> duckdb.DuckDBPyConnection:
    """A connection on which the table `listed` has these rows, for its cursors too."""
    con = connect()
    con.register("told", rows)
    con.execute("CREATE TABLE listed AS SELECT * FROM told")
    con.unregister("told")
    return con


def list_named(name: str) -> ListExport:
    """A list by name; Http404 for an unknown one."""
    load_of_each_app("exports")
    if name not in _lists:
        raise Http404
    return _lists[name]


def named_values(clause: str, values: Sequence[Any]) -> tuple[str, dict[str, Any]]:
    """A condition whose values stand for `?`, with $names instead.

    >>> named_values("a = ? AND b < ?", [1, 2])
    ('a = $value0 AND b < $value1', {'value0': 1, 'value1': 2})
    """
    told = {f"value{number}": value for number, value in enumerate(values)}
    names = iter(told)
    return re.sub(r"\?", lambda _match: f"${next(names)}", clause), told
