"""The lists that can be taken away as files. An app registers each of its lists in its `exports.py`:

    @exportable("open", "open", ("name", "show"), gettext_noop("Open items"))
    def open_items(book, asked, names): ...   # → Source

`asked` is what the page's address says, restricted to the list's own parameters, plus `as_of` for a day of the past.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
from django.http import Http404

from huikuan.export.details import DETAILS, Detail
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
    is told whether the names of bank counterparties may be shown; it raises UserError for a filter it cannot read."""

    name: str
    detail: Detail
    params: tuple[str, ...]
    title: str
    open: Opener


_lists: dict[str, ListExport] = {}


def exportable(name: str, detail: str, params: tuple[str, ...], title: str) -> Callable[[Opener], Opener]:
    """Register a list."""

    def decorate(function: Opener) -> Opener:
        _lists[name] = ListExport(name, DETAILS[detail], params, title, function)
        return function

    return decorate


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
