"""Who follows up which order, for lists of orders of other apps: by a filter, by row.

A filter's values: `none` (in no task), `any` (in a task), `nobody` (in a task that nobody owns), `ofN` (in one of the
user N's).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pyarrow as pa
from django.utils.translation import gettext as _

from huikuan.pipeline.results.results import Results
from huikuan.server.accounts.models import User
from huikuan.server.books.models import Book
from huikuan.server.collection.cubes import orders
from huikuan.server.followup.models import TaskOrder
from huikuan.server.followup.queries import KEY, people_of

KEYS = pa.schema([(name, pa.string()) for name in KEY])


def choices(book: Book) -> list[tuple[str, str]]:
    """The values of a filter that make sense in a book, in words."""
    plain = [(value, words(value)) for value in ("none", "any", "nobody")]
    return plain + [(f"of{user.pk}", user.shown_name) for user in people_of(book)]


def words(value: str) -> str:
    """A filter's value in words."""
    known = {"none": _("In no task"), "any": _("In a task"), "nobody": _("In a task of nobody")}
    if value in known:
        return known[value]
    user = User.objects.filter(pk=int(value[2:])).first()
    return _("Followed up by %(name)s") % {"name": user.shown_name if user else "–"}


def numbers(book: Book, found: Results, value: str) -> str:
    """The numbers of the orders in live tasks that a filter means (`none`: those of `any`, to be left out), as rows of
    the collection's file, with commas between them."""
    told = TaskOrder.objects.filter(book=book, live=True).order_by()
    if value == "nobody":
        told = told.filter(task__owner=None)
    elif value.startswith("of"):
        told = told.filter(task__owner=int(value[2:]))
    columns = list(zip(*told.values_list(*KEY), strict=True)) or [(), (), ()]
    cursor = found.run.cursor()
    try:
        cursor.register("keys", pa.Table.from_arrays([pa.array(c, pa.string()) for c in columns], schema=KEYS))
        rows = cursor.execute(
            f"SELECT file_row_number FROM {orders(found)} SEMI JOIN keys USING (shop, order_no, currency)"
        ).fetchall()
    finally:
        cursor.close()
    return ",".join(str(row) for (row,) in rows)


def holders(book: Book, rows: Iterable[dict[str, Any]]) -> dict[tuple[str, str, str], TaskOrder]:
    """The live task (with its owner) of each order of a page, by shop, order number and currency."""
    names = {row["order_no"] for row in rows}
    told = TaskOrder.objects.filter(book=book, live=True, order_no__in=names) if names else TaskOrder.objects.none()
    return {(each.shop, each.order_no, each.currency): each for each in told.select_related("task__owner")}


def tasks_of_order(book: Book, shop: str, order_no: str) -> list[TaskOrder]:
    """The tasks that an order is or was in, the live one first."""
    told = TaskOrder.objects.filter(book=book, shop=shop, order_no=order_no).select_related("task__owner")
    return list(told.order_by("-live", "-task__number"))
