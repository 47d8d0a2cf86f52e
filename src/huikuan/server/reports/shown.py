"""A report's parameters as a form, its tables as the page draws them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from huikuan.insight.report_base import Parameter, Report, unit_text
from huikuan.insight.report_collection import PERIODS
from huikuan.insight.tables import Row, Section
from huikuan.records.messages import translated
from huikuan.server.books.models import Account, Book
from huikuan.server.collection.queries import last_day
from huikuan.server.core.scope import parse_period
from huikuan.server.core.shortcuts import book_url

LINES_MAX = 500  # of a section on screen; the files have all
# Parameters that hold a day of the period unless the address says otherwise.
PERIOD_DAYS = ("from", "to")


@dataclass(frozen=True)
class Field:
    """One parameter of the form: `options` (value, word) for a choice, else an input of `type`."""

    name: str
    label: str
    value: str
    type: str
    required: bool
    options: list[tuple[str, str]]


@dataclass(frozen=True)
class Line:
    """One row of a table: cells (type, value, address), and its look."""

    cells: Sequence[tuple[str, Any, str]]
    style: str


@dataclass(frozen=True)
class Table:
    """A section ready to draw. `heads`: title and whether it holds figures."""

    title: str
    unit: str
    heads: list[tuple[str, bool]]
    lines: list[Line]
    totals: Line | None
    zero_shown: bool
    further: int  # lines that only the files have


def params_of(request: HttpRequest, report: Report, found: Any) -> dict[str, str]:
    """The report's parameters: the address's, else the period's days; as plain text."""
    scope = request.scope  # type: ignore[attr-defined]
    days = {"from": min(scope.date_from, last_day(found, scope)), "to": last_day(found, scope)} if found else {}
    told = {}
    for parameter in report.parameters:
        default = days[parameter.name].isoformat() if parameter.name in days else parameter.default
        told[parameter.name] = request.GET.get(parameter.name, default).strip()[:100]
    return told


def fields_of(book: Book, report: Report, params: Mapping[str, str], shops: list[str]) -> list[Field]:
    """The form of a report. The as-of day stands in the top bar and is no field."""
    return [_field(book, each, params, shops) for each in report.parameters if each.name not in ("as_of", "currency")]


def _field(book: Book, parameter: Parameter, params: Mapping[str, str], shops: list[str]) -> Field:
    options: list[tuple[str, str]] = []
    if parameter.name == "account":
        options = [("", _("Choose an account"))] + [
            (a.name, f"{a.name} · {dict(Account.KINDS)[a.kind]}") for a in accounts_of(book)
        ]
    elif parameter.name == "shop":
        options = [("", _("All shops"))] + [(shop, shop) for shop in shops]
    elif parameter.choices:
        options = [
            (choice, translated(PERIODS[choice]) if choice in PERIODS else choice) for choice in parameter.choices
        ]
    label, value = translated(parameter.title), params.get(parameter.name, "")
    return Field(parameter.name, label, value, parameter.type, parameter.required, options)


def accounts_of(book: Book) -> list[Account]:
    """Accounts that have a balance: banks first."""
    return list(Account.objects.filter(book=book, kind__in=("bank", "wallet")).order_by("kind", "name"))


def table_of(request: HttpRequest, report: Report, section: Section, params: Mapping[str, str]) -> Table:
    """A section with the addresses of what its rows are made of."""
    heads = [(column.title, column.type in ("money", "count", "rate")) for column in section.columns]
    lines = [_line(request, report, section, row, params) for row in section.rows[:LINES_MAX]]
    totals = section.totals()
    last = Line(_total_cells(section, totals), "total") if totals else None
    return Table(
        section.title, unit_text(section.currency) if section.currency else "", heads, lines, last, section.zero_shown,
        max(len(section.rows) - LINES_MAX, 0),
    )  # fmt: skip


def _total_cells(section: Section, totals: tuple[Any, ...]) -> Sequence[tuple[str, Any, str]]:
    """The totals row; its label stands in the first column, whatever that holds."""
    return [
        (column.type if number else "text", value, "")
        for number, (column, value) in enumerate(zip(section.columns, totals, strict=True))
    ]


def _line(request: HttpRequest, report: Report, section: Section, row: Row, params: Mapping[str, str]) -> Line:
    address = drill_url(request, row.drill, params) if report.name == "collection-summary" else ""
    if section.columns[0].key == "order_no":
        address = book_url(request, "workbench:order", row.values[0])
    cells = [
        (column.type, value, address if number == 0 else "")
        for number, (column, value) in enumerate(zip(section.columns, row.values, strict=True))
    ]
    return Line(cells, row.style)


def drill_url(request: HttpRequest, drill: Mapping[str, str], params: Mapping[str, str]) -> str:
    """The orders behind a row of the collection summary: the same totals on the list."""
    query = {"currency": drill.get("currency", ""), "shop": drill.get("shop") or params.get("shop", "")}
    query |= {"status": drill.get("status", ""), "first": params.get("from", ""), "last": params.get("to", "")}
    for period in ("day", "week", "month"):
        days = parse_period(drill.get(period, "")) if drill.get(period) else None
        if days:
            first, last = (day.isoformat() for day in days)
            query["first"], query["last"] = max(first, query["first"]), min(last, query["last"] or last)
    if "shop" in drill and not drill["shop"]:
        return ""
    return book_url(request, "collection:list", query=query)
