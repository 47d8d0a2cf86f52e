"""Reading for the pages: the list of missing orders by keyset with its totals, which task holds which order, tasks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import duckdb
import pyarrow as pa
from django.db.models import Exists, OuterRef, Q, QuerySet

from huikuan.pipeline.results.results import Results
from huikuan.records.sql import dict_rows
from huikuan.server.accounts.models import User
from huikuan.server.audit.models import Entry
from huikuan.server.books.models import Book
from huikuan.server.collection.cubes import bound, kept
from huikuan.server.core.paging import Page, encode
from huikuan.server.followup import missing
from huikuan.server.followup.filters import ANY, SORTS, Wanted
from huikuan.server.followup.models import LIVE_STATES, ClaimedOrder, Task, TaskOrder

KEY = ("shop", "order_no", "currency")
HELD = pa.schema([(name, pa.string()) for name in KEY] + [("task", pa.int64())])
SUMS = ("missing", "overdue", "disputed", "overcharged", "expected", "settled")
CODE = re.compile(r"(?:[Ff]-?)?(\d{1,9})")
CLAIMED = pa.schema([(name, pa.string()) for name in KEY] + [("claimed_on", pa.date32())])
HELD_JOIN = "LEFT JOIN held h ON h.shop = m.shop AND h.order_no = m.order_no AND h.currency = m.currency"
CLAIMED_JOIN = "LEFT JOIN claimed l ON l.shop = m.shop AND l.order_no = m.order_no AND l.currency = m.currency"


@contextmanager
def with_held(book: Book, found: Results) -> Iterator[duckdb.DuckDBPyConnection]:
    """A cursor of the run on which `held` says which live task (its number) has which order, `claimed` on which day an
    order was claimed last."""
    held = TaskOrder.objects.filter(book=book, live=True).order_by().values_list(*KEY, "task__number")
    claimed = ClaimedOrder.objects.filter(book=book).order_by().values_list(*KEY, "claimed_on")
    cursor = found.run.cursor()
    try:
        cursor.register("held", _table(held, HELD))
        cursor.register("claimed", _table(claimed, CLAIMED))
        yield cursor
    finally:
        cursor.close()


def _table(rows: Iterable[tuple[Any, ...]], schema: pa.Schema) -> pa.Table:
    columns = list(zip(*rows, strict=True)) or [()] * len(schema)
    arrays = [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)


def asked(cursor: duckdb.DuckDBPyConnection, sql: str, values: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows of a query with those $names that it has."""
    cursor.execute(sql, bound(sql, values))
    return dict_rows(cursor)


def source_sql(found: Results, wanted: Wanted, columns: str, *, kind: bool = True) -> tuple[str, dict[str, Any]]:
    """The missing orders `m` of a filter, as a query on a cursor of `with_held`."""
    where, values = wanted.where(kind=kind)
    return f"SELECT {columns} FROM {missing.table(found)} m {HELD_JOIN} {CLAIMED_JOIN} WHERE {where}", values


def summary(cursor: duckdb.DuckDBPyConnection, found: Results, wanted: Wanted) -> list[dict[str, Any]]:
    """Totals of a filter by kind and currency, whatever kind it names."""
    sums = ", ".join(f"sum(m.{name})::DECIMAL(38,5) AS {name}" for name in SUMS)
    sql, values = source_sql(found, wanted, f"m.kind, m.currency, count(*) AS orders, {sums}", kind=False)
    return asked(cursor, f"{sql} GROUP BY ALL ORDER BY ALL", values)


def by_currency(totals: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    """The totals row of each currency, of one kind or of all."""
    found: dict[str, dict[str, Any]] = {}
    for row in totals:
        if not kind or row["kind"] == kind:
            line = found.setdefault(
                row["currency"], {"currency": row["currency"]} | dict.fromkeys(("orders", *SUMS), 0)
            )
            for name in ("orders", *SUMS):
                line[name] += row[name]
    return [found[currency] for currency in sorted(found)]


def page(
    cursor: duckdb.DuckDBPyConnection, found: Results, wanted: Wanted, after: list[Any] | None, number: int, size: int,
    total: int,
) -> Page:  # fmt: skip
    """One page of missing orders, each with the number of the live task that holds it and the day it was claimed last
    (or None)."""
    name = wanted.sort.lstrip("-")
    columns = ", ".join(f"m.{column.strip()}" for column in missing.COLUMNS.split(","))
    sql, values = source_sql(found, wanted, f"{columns}, h.task AS task, l.claimed_on, m.{name} AS sort_value")
    way, sign = ("DESC", "<") if wanted.sort.startswith("-") else ("ASC", ">")
    if after and len(after) == 2:
        cast = f"TRY_CAST($after_value AS {SORTS[name]})"
        sql += f" AND (m.{name} {sign} {cast} OR (m.{name} = {cast} AND m.row > $after_row))"
        values |= {"after_value": str(after[0]), "after_row": after[1] if isinstance(after[1], int) else -1}
    got = asked(cursor, f"{sql} ORDER BY sort_value {way} NULLS LAST, row LIMIT {size + 1}", values)
    shown = got[:size]
    following = encode([shown[-1]["sort_value"], shown[-1]["row"]]) if len(got) > size else ""
    return Page(shown, number, size, total, following)


def held_by_group(cursor: duckdb.DuckDBPyConnection, found: Results) -> dict[tuple[str, str, str], int]:
    """How many missing orders are in a live task, by currency, shop and cause."""
    sql, _values = source_sql(found, Wanted(task=ANY), "m.currency, m.shop, m.cause, count(*) AS orders")
    sql = f"{sql} GROUP BY ALL"
    return {(row["currency"], row["shop"], row["cause"]): row["orders"] for row in asked(cursor, sql, {})}


# Tasks ---------------------------------------------------------------------------------------------------------------
def tasks_of(book: Book, shown: str = "live", user: Any = None, today: date | None = None) -> QuerySet[Task]:
    """Tasks of a book: `live`, `mine`, `due` (today or before), `promised`, `ended`, `all`."""
    rows = Task.objects.filter(book=book).select_related("owner")
    return rows if shown == "all" else rows.filter(shown_by(shown, user, today))


def shown_by(shown: str, user: Any = None, today: date | None = None) -> Q:
    """The condition of a list of tasks."""
    live = Q(state__in=LIVE_STATES)
    if shown == "ended":
        return ~live
    if shown == "mine":
        return live & Q(owner=getattr(user, "pk", None))
    if shown == "promised":
        return Q(state="promised")
    return live & due_by(today) if shown == "due" and today else live


def found_by(book: Book, words: str) -> Q:
    """The condition that a task has each of some words: its number (F-12, 12), a part of its title, of how it ended, of
    its owner's name, or of the number or shop of one of its orders."""
    wanted = Q()
    for word in words.split():
        held = TaskOrder.objects.filter(task=OuterRef("pk"), book=book)
        orders = held.filter(Q(order_no__icontains=word) | Q(shop__icontains=word))
        one = Q(title__icontains=word) | Q(closing__icontains=word) | Q(Exists(orders))
        one |= Q(owner__username__icontains=word) | Q(owner__display_name__icontains=word)
        number = CODE.fullmatch(word)
        wanted &= one | Q(number=int(number[1])) if number else one
    return wanted


def due_by(day: date) -> Q:
    """The condition that a task asks for attention by a day: due, promised or to be reminded of."""
    return Q(due_on__lte=day) | Q(promised_on__lte=day) | Q(remind_on__lte=day)


def people_of(book: Book) -> list[User]:
    """Who may be given a task: the book's members who may follow up."""
    from huikuan.server.accounts.permissions import PERMISSIONS

    roles = PERMISSIONS["cases"]
    return list(User.objects.filter(memberships__book=book, memberships__role__in=roles, is_active=True).order_by("pk"))


def history_of(task: Task) -> QuerySet[Entry]:
    """What was done to a task, the latest first, by the audit log."""
    return Entry.objects.filter(book=task.book_id, object=task.subject).select_related("user").order_by("-id")


def latest_due(found: Results) -> date | None:
    """The latest day from which money is late: what fell due on it is late since the day after."""
    (row,) = kept(found, f"SELECT max(due_on) AS day FROM {missing.table(found)} WHERE kind IN ('late', 'short')")
    return row["day"]  # type: ignore[no-any-return]
