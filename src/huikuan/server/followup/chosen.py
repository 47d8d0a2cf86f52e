"""Orders somebody has selected in a list: single ones by their names, or all of the list's filter.

What is selected is read from the published run when it is used, so the figures handed to a task are the run's. A job
is given the same plain data and reads again.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa

from huikuan.pipeline.results.results import Results
from huikuan.records.errors import UserError
from huikuan.records.messages import gettext_noop, register
from huikuan.server.books.models import Book
from huikuan.server.collection import filters as collection_filters
from huikuan.server.collection import queries as collection_queries
from huikuan.server.collection.cubes import orders
from huikuan.server.followup import filters, missing, queries

register(
    {
        "followup.nothing_chosen": gettext_noop("Select an order first."),
        "followup.filter": gettext_noop("The filter of the list cannot be understood. Go back to it and select again."),
        "followup.key": gettext_noop("The selection cannot be read. Go back to the list and select again."),
    }
)
LISTS = ("missing", "collection")
KEYS = pa.schema([(name, pa.string()) for name in queries.KEY])
KEYS_MOST = 5_000  # single orders of one selection; more are selected by a filter


@dataclass(frozen=True)
class Chosen:
    """`keys`: shop, order number, currency of single orders; without any, all of the filter `asked` of a list."""

    of: str
    keys: tuple[tuple[str, str, str], ...] = ()
    asked: tuple[tuple[str, str], ...] = ()

    @property
    def plain(self) -> dict[str, Any]:
        """As a job's parameters keep it."""
        return {"of": self.of, "keys": [list(key) for key in self.keys], "asked": dict(self.asked)}

    @classmethod
    def of_plain(cls, told: dict[str, Any]) -> Chosen:
        """From a job's parameters."""
        keys = tuple((key[0], key[1], key[2]) for key in told["keys"])
        return cls(told["of"], keys, tuple(sorted(told["asked"].items())))


def chosen_of(data: Any) -> Chosen:
    """The selection a form posts: `of`, `key` (JSON list of shop, order number, currency) repeated, or `every` with the
    filter as `f_NAME`. UserError when nothing is selected or it cannot be read."""
    of = data.get("of", "missing")
    if of not in LISTS:
        raise UserError("followup.key")
    if data.get("every"):
        names = filters.NAMES if of == "missing" else collection_filters.FilterForm.base_fields
        told = {name: value for name in names if name != "sort" and (value := data.get(f"f_{name}", ""))}
        return Chosen(of, (), tuple(sorted(told.items())))
    keys = tuple(dict.fromkeys(_key(text) for text in data.getlist("key")))
    if not keys:
        raise UserError("followup.nothing_chosen")
    if len(keys) > KEYS_MOST:
        raise UserError("followup.key")
    return Chosen(of, keys)


def _key(text: str) -> tuple[str, str, str]:
    try:
        shop, order_no, currency = json.loads(text)
    except (ValueError, TypeError) as error:
        raise UserError("followup.key") from error
    if not all(isinstance(part, str) for part in (shop, order_no, currency)):
        raise UserError("followup.key")
    return shop, order_no, currency


def orders_sql(book: Book, found: Results, chosen: Chosen) -> tuple[str, dict[str, Any]]:
    """The numbers `row` of the selected orders in the collection's file, as a query on a cursor of `queries.with_held`
    on which `keys` is registered (`read`)."""
    if chosen.keys:
        return (
            f"SELECT c.file_row_number AS row FROM {orders(found)} c "
            "JOIN keys k ON k.shop = c.shop AND k.order_no = c.order_no AND k.currency = c.currency"
        ), {}
    if chosen.of == "missing":
        _form, wanted = filters.filter_of(dict(chosen.asked), found.manifest.as_of)
        if wanted is None:
            raise UserError("followup.filter")
        return queries.source_sql(found, wanted, "m.row AS row")
    _form, told = collection_queries.asked(book, found, dict(chosen.asked))
    if told is None:
        raise UserError("followup.filter")
    where, values = told.where()
    return f"SELECT c.file_row_number AS row FROM {collection_queries.source_sql(found, told)} WHERE {where}", values


@dataclass(frozen=True)
class Picked:
    """What was selected. `rows`: orders with missing money that no live task has (columns of `missing`); `held`: how
    many a live task has already; `nothing`: of how many nothing is missing."""

    rows: list[dict[str, Any]]
    held: int
    nothing: int

    @property
    def count(self) -> int:
        """All selected orders."""
        return len(self.rows) + self.held + self.nothing


def read(book: Book, found: Results, chosen: Chosen, *, free: bool = True) -> Picked:
    """The selected orders as the run knows them. `free` false: those of live tasks too are in `rows`."""
    sql, values = orders_sql(book, found, chosen)
    columns = ", ".join(f"m.{column.strip()}" for column in missing.COLUMNS.split(",") if column.strip() != "row")
    with queries.with_held(book, found) as cursor:
        columns_of = list(zip(*chosen.keys, strict=True)) or [(), (), ()]
        cursor.register("keys", pa.Table.from_arrays([pa.array(c, pa.string()) for c in columns_of], schema=KEYS))
        got = queries.asked(
            cursor,
            f"SELECT w.row AS row, {columns}, h.task AS task FROM ({sql}) w "
            f"LEFT JOIN {missing.table(found)} m ON m.row = w.row {queries.HELD_JOIN} ORDER BY w.row",
            values,
        )
    late = [row for row in got if row["missing"] is not None]
    held = [row for row in late if row["task"] is not None] if free else []
    rows = [row for row in late if not free or row["task"] is None]
    return Picked(rows, len(held), len(got) - len(late))


def sums(rows: list[dict[str, Any]]) -> list[tuple[str, int, Any]]:
    """Currency, orders and missing money of some rows."""
    found: dict[str, tuple[int, Any]] = {}
    for row in rows:
        count, money = found.get(row["currency"], (0, 0))
        found[row["currency"]] = (count + 1, money + row["missing"])
    return [(currency, *found[currency]) for currency in sorted(found)]


def as_of_of(scope: Any) -> date | None:
    """The day whose results a request looks at; None for today's."""
    return scope.as_of if scope.historical else None
