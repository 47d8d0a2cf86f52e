"""The list page's parts ready to draw: matrices with titles and addresses, filters that can be removed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from huikuan.insight.collection.cube import AGES
from huikuan.insight.reports.base import unit_text
from huikuan.server.collection.figures import PLACE_TITLES
from huikuan.server.collection.filters import Wanted
from huikuan.server.collection.queries import Matrix
from huikuan.server.core import numbers
from huikuan.server.core.shortcuts import book_url
from huikuan.server.core.statuses import look_of
from huikuan.server.followup import holding

FILTER_NAMES = ("status", "shop", "currency", "q", "amount_from", "amount_to", "first", "last", "age", "figure", "task")
IN_PANEL = ("shop", "currency", "amount_from", "amount_to", "first", "last", "task")
HEATS = 4  # shades of the age matrix


@dataclass(frozen=True)
class Cell:
    """An amount, where it leads, how strongly it is shaded (0 to `HEATS`)."""

    amount: Decimal
    url: str
    heat: int = 0
    look: str = ""


@dataclass(frozen=True)
class Shown:
    """A matrix ready to draw. `columns`: title, whether it is late money."""

    matrix: Matrix
    unit: str
    columns: list[tuple[str, bool]]
    rows: list[tuple[str, list[Cell]]]
    totals: list[Cell]


def age_title(number: int) -> str:
    """An age group in words: 1–3 days, over 60 days."""
    if number > len(AGES):
        return _("over %(days)s days") % {"days": AGES[-1]}
    first = (AGES[number - 2] if number > 1 else 0) + 1
    return _("%(first)s–%(last)s days") % {"first": first, "last": AGES[number - 1]}


def short_age(number: int) -> str:
    """An age group as a column head: 1–3, 60+."""
    return f"{AGES[-1]}+" if number > len(AGES) else f"{(AGES[number - 2] if number > 1 else 0) + 1}–{AGES[number - 1]}"


def _title(column: str, by: str) -> str:
    if by == "status":
        return str(look_of("collection", column)[1])
    if column.startswith("age"):
        number = int(column[3:])
        return _("Overdue %(days)s days") % {"days": short_age(1)} if number == 1 else short_age(number)
    return str(PLACE_TITLES[column])


def _query(column: str, by: str) -> dict[str, Any]:
    if by == "status":
        return {"status": column, "by": "status"}
    return {"figure": "overdue", "age": column[3:]} if column.startswith("age") else {"figure": column}


def shown_matrix(request: HttpRequest, matrix: Matrix, by: str) -> Shown:
    """Cells with their addresses; late money shaded by its size. Places that hold nothing anywhere are left out."""
    kept = [n for n, name in enumerate(matrix.columns) if name != "disputed" or matrix.totals[n] or by == "status"]
    late = [matrix.columns[n].startswith("age") for n in kept]
    most = max(
        (cells[n] for _, cells, _w in matrix.rows for n, hot in zip(kept, late, strict=True) if hot), default=Decimal(0)
    )

    def line(shop: str, cells: Sequence[Decimal], whole: Decimal, overdue: Decimal, heated: bool) -> list[Cell]:
        base = {"shop": shop, "currency": matrix.currency}
        found = [
            Cell(
                cells[n],
                _address(request, base | _query(matrix.columns[n], by)),
                _heat(cells[n], most) if hot and heated else 0,
            )
            for n, hot in zip(kept, late, strict=True)
        ]
        if by != "status":
            found.append(Cell(overdue, _address(request, base | {"figure": "overdue"}), look="late"))
        total = {"by": "status"} if by == "status" else {"figure": "outstanding"}
        return [*found, Cell(whole, _address(request, base | total), look="strong")]

    names = [name for name in matrix.columns if name.startswith("age")]
    rows = [
        (shop, line(shop, cells, whole, sum((cells[matrix.columns.index(n)] for n in names), Decimal(0)), True))
        for shop, cells, whole in matrix.rows
    ]
    columns = [(_title(matrix.columns[n], by), hot) for n, hot in zip(kept, late, strict=True)]
    columns += [(_("Overdue in all"), False)] if by != "status" else []
    columns.append((_("Receivable in all") if by == "status" else _("Outstanding in all"), False))
    totals = line("", matrix.totals, matrix.total, matrix.late, False)
    return Shown(matrix, unit_text(matrix.currency), columns, rows, totals)


def _heat(amount: Decimal, most: Decimal) -> int:
    if amount <= 0 or most <= 0:
        return 0
    return min(HEATS, int(amount * HEATS / most) + 1)


def _address(request: HttpRequest, query: dict[str, Any]) -> str:
    return book_url(request, "collection:list", query=query)


def kept(request: HttpRequest, without: Iterable[str]) -> list[tuple[str, str]]:
    """What the address says, as hidden fields of a form that asks for the rest itself."""
    left_out = {*without, "after", "page"}
    return [(name, str(value)) for name, value in request.GET.items() if name not in left_out and value]


def removable(request: HttpRequest, wanted: Wanted) -> list[tuple[str, str]]:
    """Filters that can be taken away one by one: what each says, the address without it."""
    told: list[tuple[str, tuple[str, ...]]] = []
    if wanted.figure:
        own = ("figure", "sort") if not wanted.figure.days else ("figure", "sort", "first", "last")
        told.append((str(wanted.figure.title), own))
    told += [(value, (name,)) for name, value in (("shop", wanted.shop), ("currency", wanted.currency)) if value]
    if wanted.age is not None:
        told.append(
            (_("Overdue %(days)s") % {"days": age_title(wanted.age)} if wanted.age else _("Not overdue"), ("age",))
        )
    if wanted.first or wanted.last:
        told.append((f"{numbers.day(wanted.first)} – {numbers.day(wanted.last)}", ("first", "last")))
    if wanted.amount_from is not None or wanted.amount_to is not None:
        span = f"{numbers.money(wanted.amount_from)} – {numbers.money(wanted.amount_to)}"
        told.append((_("Receivable %(span)s") % {"span": span}, ("amount_from", "amount_to")))
    if wanted.task:
        told.append((holding.words(wanted.task), ("task",)))
    if request.GET.get("q", "").strip():
        told.append((request.GET["q"].strip(), ("q",)))
    return [(label, _without(request, names)) for label, names in told]


def _without(request: HttpRequest, names: Iterable[str]) -> str:
    params = request.GET.copy()
    for name in (*names, "after", "page"):
        params.pop(name, None)
    return f"?{params.urlencode()}" if params else request.path
