"""What has become of the orders of tasks since they were handed over: from the published run, by their names.

An order has `arrived` when nothing of it is missing any more; it is `gone` when the run does not know it. A task of
which nothing is missing any more is proposed for closing; nothing closes by itself.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pyarrow as pa
from django.db.models import Max

from huikuan.pipeline.results.results import Results
from huikuan.records.sql import dict_rows
from huikuan.server.books.models import Book
from huikuan.server.collection.cubes import orders
from huikuan.server.followup import missing
from huikuan.server.followup.models import Task, TaskOrder

ZERO = Decimal(0)
THEN = pa.schema(
    [("task", pa.int64())]
    + [(name, pa.string()) for name in ("shop", "order_no", "currency", "status", "kind", "cause")]
    + [(name, pa.decimal128(18, 5)) for name in ("missing", "expected", "settled")]
    + [("due_on", pa.date32())]
)
COLUMNS = ("task_id", *THEN.names[1:])
# One row per order of a task: as it was (`_then`) and as it is (`_now`).
NOW_SQL = """
SELECT t.task, t.shop, t.order_no, t.currency, c.row IS NULL AS gone,
    t.missing AS missing_then, coalesce(m.missing, 0)::DECIMAL(18,5) AS missing_now,
    t.status AS status_then, c.status AS status_now, t.cause AS cause_then, coalesce(m.cause, '') AS cause_now,
    t.kind AS kind_then, coalesce(m.kind, '') AS kind_now, coalesce(m.days, 0) AS days,
    t.expected AS expected_then, coalesce(m.expected, c.receivable) AS expected_now,
    t.settled AS settled_then, c.settled AS settled_now, t.due_on AS due_then, m.due_on AS due_now
FROM before t LEFT JOIN (SELECT file_row_number AS row, shop, order_no, currency, status, receivable, settled
        FROM {orders} SEMI JOIN before USING (shop, order_no, currency)) c USING (shop, order_no, currency)
    LEFT JOIN {missing} m ON m.row = c.row
"""
CHANGED = (
    "gone OR missing_now <> missing_then OR status_now <> status_then OR settled_now <> settled_then "
    "OR expected_now <> expected_then OR (missing_now > 0 AND cause_now <> cause_then)"
)
SUMS_SQL = """
SELECT task, currency, count(*) AS orders, sum(missing_then) AS was, sum(missing_now) AS left_over,
    count(*) FILTER (gone) AS gone, count(*) FILTER (missing_now = 0 AND NOT gone) AS arrived,
    count(*) FILTER ({changed}) AS changed, max(days) AS days
FROM ({now}) GROUP BY task, currency ORDER BY task, currency
"""
KEPT = 8
_kept: OrderedDict[tuple[Any, ...], dict[int, Standing]] = OrderedDict()
_lock = threading.Lock()


@dataclass(frozen=True)
class Money:
    """A task's money of one currency: missing when handed over and now, with its orders."""

    currency: str
    orders: int
    was: Decimal
    left: Decimal

    @property
    def arrived(self) -> Decimal:
        """What is missing no more."""
        return self.was - self.left


@dataclass(frozen=True)
class Standing:
    """How a task stands: money by currency; orders in all, arrived, gone, changed; the most days one is late."""

    money: tuple[Money, ...] = ()
    arrived: int = 0
    gone: int = 0
    changed: int = 0
    days: int = 0
    orders: int = field(default=0)

    @property
    def cleared(self) -> bool:
        """Whether nothing is missing any more, so that closing is proposed. What is not known any more is no money."""
        return self.orders > 0 and self.arrived == self.orders

    @property
    def percent(self) -> int:
        """Orders arrived, in whole per cent."""
        return self.arrived * 100 // self.orders if self.orders else 0


def standings(book: Book, found: Results, live_only: bool = True) -> dict[int, Standing]:
    """How each task of a book stands, by its key. Worked out once per run and state of the tasks."""
    last = Task.objects.filter(book=book).aggregate(last=Max("changed_at"))["last"]
    key = (book.pk, str(found.run.folder), missing.table(found), last, live_only)
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
            return _kept[key]
    told = TaskOrder.objects.filter(book=book)
    made = _standings(found, told.filter(live=True) if live_only else told)
    with _lock:
        _kept[key] = made
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    return made


def _standings(found: Results, told: Any) -> dict[int, Standing]:
    now = NOW_SQL.format(orders=orders(found), missing=missing.table(found))
    rows = _asked(found, told, SUMS_SQL.format(now=now, changed=CHANGED))
    made: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        made.setdefault(row["task"], []).append(row)
    return {task: _standing(parts) for task, parts in made.items()}


def _standing(parts: Sequence[dict[str, Any]]) -> Standing:
    money = tuple(Money(row["currency"], row["orders"], row["was"], row["left_over"]) for row in parts)
    total = {name: sum(row[name] for row in parts) for name in ("orders", "arrived", "gone", "changed")}
    return Standing(money, days=max(row["days"] for row in parts), **total)


def orders_of(found: Results, task: Task, *, changed: bool = False, limit: int = 0) -> list[dict[str, Any]]:
    """The orders of a task as they were and are, the most missing first; only those that changed if asked."""
    now = NOW_SQL.format(orders=orders(found), missing=missing.table(found))
    where = f"WHERE {CHANGED}" if changed else ""
    most = f"LIMIT {int(limit)}" if limit else ""
    order = "missing_now DESC, missing_then DESC, shop, order_no"
    sql = f"SELECT *, ({CHANGED}) AS changed FROM ({now}) {where} ORDER BY {order} {most}"
    return _asked(found, held_by(task), sql)


def held_by(task: Task) -> Any:
    """A task's orders: of a live one those it still has, of an ended one those it had."""
    told = TaskOrder.objects.filter(task=task)
    return told.filter(live=True) if task.live else told


def _asked(found: Results, told: Any, sql: str) -> list[dict[str, Any]]:
    columns = list(zip(*told.order_by().values_list(*COLUMNS), strict=True)) or [()] * len(THEN)
    arrays = [pa.array(column, part.type) for column, part in zip(columns, THEN, strict=True)]
    cursor = found.run.cursor()
    try:
        cursor.register("before", pa.Table.from_arrays(arrays, schema=THEN))
        cursor.execute(sql)
        return dict_rows(cursor)
    finally:
        cursor.close()
