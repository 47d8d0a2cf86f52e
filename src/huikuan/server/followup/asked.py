"""Follow-up tasks as rows that questions of the report builder are asked of (`insight.semantic.followup`).

Grain: one order of a task; key: number, shop, order_no, currency. A task without an order in the currency of its
promise, or without any order, has a row of its own with a blank order. `head`: the row of a task and currency at which
its promise and its days count, that of its largest order. `missing` is the run's, everything else the database's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from functools import cache
from typing import Any

import pyarrow as pa
from django.db.models import Q

from huikuan.insight.semantic.answer import Source
from huikuan.pipeline.results.results import Results
from huikuan.records.sql import dict_rows
from huikuan.server.books.models import Book
from huikuan.server.followup import missing
from huikuan.server.followup.models import LIVE_STATES, Task, TaskOrder

NAME, ROWS = "followup", "followup_rows"
OF_RUN = "{missing of the run}"  # stands for its table, which is made when tasks are asked about
ZERO = Decimal(0)
MONEY = pa.decimal128(18, 5)
SCHEMA = pa.schema(
    [
        ("number", pa.int64()), ("task", pa.string()), ("state", pa.string()), ("live", pa.bool_()),
        ("owner", pa.string()), ("due_on", pa.date32()), ("lateness", pa.string()), ("business_date", pa.date32()),
        ("closed_on", pa.date32()), ("shop", pa.string()), ("order_no", pa.string()), ("currency", pa.string()),
        ("kind", pa.string()), ("cause", pa.string()), ("was", MONEY), ("promised", MONEY), ("head", pa.bool_()),
    ]
)  # fmt: skip


def with_followup(source: Source, book: Book, found: Results) -> Source:
    """A run's source that can be asked about the book's tasks too. They are read once, when they are first asked for,
    and their answers are not kept: tasks change while a run stands."""
    rows = cache(lambda: table(book))
    sql = (
        f"SELECT t.*, coalesce(m.missing, 0)::DECIMAL(18,5) AS missing FROM {ROWS} t LEFT JOIN {OF_RUN} m "
        "ON m.shop = t.shop AND m.order_no = t.order_no AND m.currency = t.currency"
    )

    def query(asked: str, values: dict[str, Any]) -> list[dict[str, Any]]:
        if ROWS not in asked:
            return source.query(asked, values)
        cursor = found.run.cursor()
        try:
            cursor.register(ROWS, rows())
            return dict_rows(cursor.execute(asked.replace(OF_RUN, missing.table(found)), values))
        finally:
            cursor.close()

    def kept(asked: str, values: dict[str, Any]) -> list[dict[str, Any]]:
        return query(asked, values) if ROWS in asked or source.kept is None else source.kept(asked, values)

    return replace(source, query=query, kept=kept, tables={**source.tables, NAME: sql})


def table(book: Book) -> pa.Table:
    """The rows of a book's tasks, columns SCHEMA."""
    held: dict[int, list[TaskOrder]] = {}
    for order in TaskOrder.objects.filter(Q(live=True) | ~Q(task__state__in=LIVE_STATES), book=book).order_by():
        held.setdefault(order.task_id, []).append(order)  # type: ignore[attr-defined]
    tasks = Task.objects.filter(book=book).select_related("owner")
    lines = [line for task in tasks for line in _lines(book, task, held.get(task.pk, []))]
    return pa.Table.from_pylist(lines, schema=SCHEMA)


def _lines(book: Book, task: Task, orders: list[TaskOrder]) -> Iterator[dict[str, Any]]:
    """A task's rows, the largest orders first."""
    today = book.today()
    of_task = {
        "number": task.number, "task": task.shown_name, "state": task.state, "live": task.live,
        "owner": task.owner.shown_name if task.owner else "", "due_on": task.due_on,
        "lateness": _lateness(task, today), "business_date": book.local(task.created_at).date(),
        "closed_on": book.local(task.closed_at).date() if task.closed_at else None,
    }  # fmt: skip
    promised_in = task.promised_currency or book.currency
    promised = {promised_in: task.promised_amount} if task.promised_amount is not None else {}
    seen = set[str]()
    for order in sorted(orders, key=lambda each: (-each.missing, each.shop, each.order_no)):
        yield of_task | {
            "shop": order.shop, "order_no": order.order_no, "currency": order.currency, "kind": order.kind,
            "cause": order.cause, "was": order.missing, "promised": promised.get(order.currency, ZERO),
            "head": order.currency not in seen,
        }  # fmt: skip
        seen.add(order.currency)
    if not seen or promised.keys() - seen:
        blank = dict.fromkeys(("shop", "order_no", "kind", "cause"), "")
        money = {"currency": promised_in, "was": ZERO, "promised": promised.get(promised_in, ZERO)}
        yield of_task | blank | money | {"head": True}


def _lateness(task: Task, today: Any) -> str:
    if not task.live:
        return "ended"
    if task.due_on is None:
        return "unset"
    return "late" if task.due_on < today else "to_come"
