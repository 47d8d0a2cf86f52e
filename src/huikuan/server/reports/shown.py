"""A report's parameters as a form, its tables as the page draws them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from huikuan.insight.reports.base import PERIODS, Parameter, Report, unit_text
from huikuan.insight.reports.tables import Column, Row, Section
from huikuan.records.messages import translated
from huikuan.server.books.models import Account, Book
from huikuan.server.collection.queries import last_day
from huikuan.server.core.shortcuts import book_url
from huikuan.server.reports.drill import address_of

LINES_MAX = 500  # of a section on screen; the files have all
# Parameters that hold a day of the period unless the address says otherwise.
PERIOD_DAYS = ("from", "to")
NO_DAY = "-"  # in an address: the period is open at this end


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
class Preset:
    """A period to choose with one click."""

    word: str
    url: str
    chosen: bool


@dataclass(frozen=True)
class Line:
    """One row of a table: cells (type, value, address), and its look."""

    cells: Sequence[tuple[str, Any, str]]
    style: str


@dataclass(frozen=True)
class Table:
    """A section ready to draw. `heads`: title, whether it holds figures, what they are."""

    title: str
    unit: str
    heads: list[tuple[str, bool, str]]
    lines: list[Line]
    totals: Line | None
    zero_shown: bool
    narrow: bool
    further: int  # lines that only the files have


def params_of(request: HttpRequest, report: Report, found: Any) -> dict[str, str]:
    """The report's parameters: the address's, else the period's days; as plain text."""
    scope = request.scope  # type: ignore[attr-defined]
    days = {"from": min(scope.date_from, last_day(found, scope)), "to": last_day(found, scope)} if found else {}
    told = {}
    for parameter in report.parameters:
        own = parameter.name in days and not parameter.whole
        default = days[parameter.name].isoformat() if own else parameter.default
        value = request.GET.get(parameter.name, default).strip()[:100]
        told[parameter.name] = "" if value == NO_DAY and parameter.name in PERIOD_DAYS else value
    return told


def presets_of(request: HttpRequest, report: Report, params: Mapping[str, str], found: Any) -> list[Preset]:
    """Periods to choose with one click, for a report that has one."""
    if not any(parameter.name == "from" for parameter in report.parameters):
        return []
    last = found.manifest.as_of
    month, quarter = last.replace(day=1), last.replace(month=(last.month - 1) // 3 * 3 + 1, day=1)
    before, week = month - timedelta(days=1), last - timedelta(days=last.weekday())
    spans = (
        (_("This week"), week, last),
        (_("Last week"), week - timedelta(days=7), week - timedelta(days=1)),
        (_("This month"), month, last),
        (_("Last month"), before.replace(day=1), before),
        (_("This quarter"), quarter, last),
        (_("This year"), last.replace(month=1, day=1), last),
        (_("All"), None, last),
    )
    made: list[Preset] = []
    for word, first, end in spans:
        days = {"from": first.isoformat() if first else NO_DAY, "to": end.isoformat()}
        same = (params["from"] or NO_DAY, params["to"]) == (days["from"], days["to"])
        chosen = same and not any(preset.chosen for preset in made)
        address = book_url(request, "reports:report", report.name, query={**params, **days})
        made.append(Preset(word, address, chosen))
    return made


def fields_of(book: Book, report: Report, params: Mapping[str, str], shops: list[str]) -> list[Field]:
    """The form of a report. The as-of day stands in the top bar and is no field."""
    left_out = ("as_of", "currency")
    shown = [each for each in report.parameters if each.name not in left_out and not each.hidden]
    return [_field(book, each, params, shops) for each in shown]


def kept_of(report: Report, params: Mapping[str, str]) -> list[tuple[str, str]]:
    """What a figure asked for that has no field; the form keeps it."""
    return [(each.name, params[each.name]) for each in report.parameters if each.hidden and params[each.name]]


def _field(book: Book, parameter: Parameter, params: Mapping[str, str], shops: list[str]) -> Field:
    options: list[tuple[str, str]] = []
    if parameter.name == "account":
        first = _("Choose an account") if parameter.required else _("All accounts")
        accounts = [a for a in accounts_of(book) if parameter.required or a.kind == "wallet"]
        options = [("", first)] + [(a.name, f"{a.name} · {dict(Account.KINDS)[a.kind]}") for a in accounts]
    elif parameter.name == "shop":
        options = [("", _("All shops"))] + [(shop, shop) for shop in shops]
    elif parameter.words and not parameter.choices:  # others may be typed into the address
        value = params.get(parameter.name, "")
        known = {code: translated(word) for code, word in parameter.words.items()}
        own = {} if not value or value in known else {value: value}
        options = [("", _("All")), *known.items(), *own.items()]
    elif parameter.choices:
        words = {**PERIODS, **parameter.words}
        options = [(choice, translated(words[choice]) if choice in words else choice) for choice in parameter.choices]
    label, value = translated(parameter.title), params.get(parameter.name, "")
    return Field(
        parameter.name,
        label,
        value,
        {"count": "number"}.get(parameter.type, parameter.type),
        parameter.required,
        options,
    )


def accounts_of(book: Book) -> list[Account]:
    """Accounts that have a balance: banks first."""
    return list(Account.objects.filter(book=book, kind__in=("bank", "wallet")).order_by("kind", "name"))


def table_of(request: HttpRequest, section: Section, params: Mapping[str, str]) -> Table:
    """A section with the addresses of what its rows are made of."""
    heads = [(c.title, c.type in ("money", "count", "rate"), c.definition) for c in section.columns]
    lines = [_line(request, section, row, params) for row in section.rows[:LINES_MAX]]
    totals = section.totals()
    last = Line(_total_cells(request, section, totals, params), "total") if totals else None
    return Table(
        section.title, unit_text(section.currency) if section.currency else "", heads, lines, last,
        section.zero_shown, len(section.columns) == 2,
        max(len(section.rows) - LINES_MAX, 0),
    )  # fmt: skip


def _total_cells(
    request: HttpRequest, section: Section, totals: tuple[Any, ...], params: Mapping[str, str]
) -> Sequence[tuple[str, Any, str]]:
    """The totals row; its label stands in the first column, whatever that holds."""
    return [
        (column.type if number else "text", value, _cell_url(request, section, Row(()), column, params))
        for number, (column, value) in enumerate(zip(section.columns, totals, strict=True))
    ]


def _line(request: HttpRequest, section: Section, row: Row, params: Mapping[str, str]) -> Line:
    cells = []
    for number, (column, value) in enumerate(zip(section.columns, row.values, strict=True)):
        if column.key == "order_no":
            address = address_of(request, "order", {"order_no": value}, params) if not row.style else ""
        elif number == 0:
            address = address_of(request, row.target or section.target, {**section.drill, **row.drill}, params)
            address = address if row.drill else ""
        else:
            address = _cell_url(request, section, row, column, params) if value else ""
        cells.append((column.type, value, address))
    return Line(cells, row.style)


def _cell_url(request: HttpRequest, section: Section, row: Row, column: Column, params: Mapping[str, str]) -> str:
    """What a figure opens: what its column, its row and its section ask for together."""
    if column.drill is None:
        return ""
    asked = {**section.drill, **row.drill, **column.drill}
    return address_of(request, column.target or row.target or section.target, asked, params)
