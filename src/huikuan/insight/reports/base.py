"""What every report shares: its source, its parameters, its entry in the registry."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Protocol

import duckdb

from huikuan.insight import messages  # noqa: F401
from huikuan.insight.collection.claim import Claimed
from huikuan.insight.reports.tables import Chart, Control, Equation, ReportTable, Section
from huikuan.records.decisions import ManualMatch
from huikuan.records.document import Document
from huikuan.records.errors import InvariantError, UserError
from huikuan.records.messages import gettext_noop as _
from huikuan.records.messages import translated
from huikuan.records.rules import Rules
from huikuan.records.sql import dict_rows

if TYPE_CHECKING:
    from huikuan.insight.reports.write_offs import WriteOff

SIGNATURE = (_("Prepared by"), _("Reviewed by"), _("Date"))


class Keep(Protocol):
    """Have a table in the source's connection, which `make` makes where it is not kept (`pipeline.results.kept`)."""

    def __call__(
        self, table: str, make: Callable[[], None], order: str = "", hold: bool = True, of: Sequence[str] = ()
    ) -> None:
        """`order`: how a kept table is sorted; without `hold` it is made anew. `of`: the kinds of records and the
        reconciliations it is made of, where these are all: it outlives a run that leaves them as they were."""


def made(table: str, make: Callable[[], None], order: str = "", hold: bool = True, of: Sequence[str] = ()) -> None:
    """Make a table; nothing is kept."""
    make()


def bound(sql: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Of some values those that a query with $names asks for."""
    return {name: value for name, value in values.items() if re.search(rf"\${name}\b", sql)}


@dataclass(frozen=True)
class ReportSource:
    """Where a report reads: a DuckDB connection and the names of its tables (blank: not there).

    `collection` and `collection_share` as `insight.collection.collecting` makes them; the current records; links and
    open items of payout-bank and order-settlement (columns of the engine's LINKS and OPEN), the latter's audit of fees
    (AUDIT); `order_line`: current records as well. `opens` and `all_links`: what is open in each reconciliation with
    the decisions made since laid over, and its links, by name. `statements`: the statement of each (columns of the
    engine's STATEMENT) with these decisions. `tables`: the small tables of the run by name (`day_tables`,
    `collection.cube`); reports make those that are missing. `keep`: has a table made once for all reports of a run
    (`made`: each time). `overlaid`: the reconciliations of which decisions were made since. `imports`: the standing
    documents; `timezone` the book's. `documents` names documents by id; `write_offs` are the `matches` by hand whose
    sides differ; `claimed` the orders that claim files asked for. `language` is the active language's code (for fonts).
    """

    con: duckdb.DuckDBPyConnection
    company: str
    as_of: date
    rules: Rules = field(default_factory=Rules)
    collection: str = ""
    collection_share: str = ""
    settlement_line: str = ""
    wallet_line: str = ""
    bank_line: str = ""
    courier_charge: str = ""
    shipment_line: str = ""
    order_links: str = ""
    order_open: str = ""
    order_audit: str = ""
    documents: str = ""
    payout_links: str = ""
    payout_open: str = ""
    language: str = "en"
    write_offs: tuple[WriteOff, ...] = ()
    claimed: tuple[Claimed, ...] = ()
    matches: tuple[ManualMatch, ...] = ()
    order_line: str = ""
    opens: Mapping[str, str] = field(default_factory=dict)
    all_links: Mapping[str, str] = field(default_factory=dict)
    statements: tuple[Mapping[str, Any], ...] = ()
    imports: tuple[Document, ...] = ()
    tables: Mapping[str, str] = field(default_factory=dict)
    keep: Keep = made
    overlaid: frozenset[str] = frozenset()
    timezone: str = "Asia/Shanghai"

    def rows(self, sql: str, values: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        """The rows of a query with $names; values that it does not name are left out."""
        return dict_rows(self.con.execute(sql, bound(sql, values or {})))

    def keep_made(self, table: str, query: str, order: str = "", hold: bool = True, of: Sequence[str] = ()) -> None:
        """`keep` of a table that a query creates."""

        def make() -> None:
            self.con.execute(query)

        self.keep(table, make, order, hold, of)

    def platform_of(self, shop: str) -> str:
        """The platform of a shop as the rules tell it; the shop itself where they don't."""
        return next((each.platform for each in self.rules.shops if each.name == shop and each.platform), shop)


@dataclass(frozen=True)
class Parameter:
    """One thing to choose. `choices` empty: free text; `type` date: ISO 8601, count: a whole number. `words`: what the
    choices are called. `hidden`: no field of a form; figures that are opened say it. `whole`: a day that pages leave
    open instead of taking their own period's, for reports of a state."""

    name: str
    title: str
    type: str = "text"
    required: bool = False
    default: str = ""
    choices: tuple[str, ...] = ()
    words: Mapping[str, str] = field(default_factory=dict)
    hidden: bool = False
    whole: bool = False


@dataclass(frozen=True)
class Report:
    """A report by name. `needs`: tables of the source without which it says nothing. `group`: where it stands on the
    list of reports (`reports.GROUPS`); `detail`: the rows behind other reports' figures, not on the list."""

    name: str
    title: str
    description: str
    parameters: tuple[Parameter, ...]
    make: Callable[[ReportSource, Mapping[str, Any]], ReportTable]
    needs: tuple[str, ...] = ()
    group: str = ""
    detail: bool = False

    def build(self, source: ReportSource, params: Mapping[str, str] | None = None) -> ReportTable:
        """The finished report. Raises UserError for a parameter that is missing or wrong."""
        return self.make(source, self.checked(params or {}))

    def checked(self, params: Mapping[str, str]) -> dict[str, Any]:
        """Parameters with defaults, dates as dates; blank stays blank (None for a date)."""
        values: dict[str, Any] = {}
        for parameter in self.parameters:
            text = str(params.get(parameter.name) or parameter.default)
            if parameter.required and not text:
                raise UserError("report.parameter", report=self.name, parameter=parameter.name)
            if parameter.choices and text not in parameter.choices:
                known = ", ".join(parameter.choices)
                raise UserError("report.choice", value=text, parameter=parameter.name, known=known)
            values[parameter.name] = READ.get(parameter.type, _text)(parameter.name, text)
        first, last = values.get("from"), values.get("to")
        if isinstance(first, date) and isinstance(last, date) and first > last:
            raise UserError("report.span", first=first.isoformat(), last=last.isoformat())
        return values


def _date(name: str, text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UserError("report.choice", value=text, parameter=name, known="2026-10-31") from error


def _count(name: str, text: str) -> int | None:
    if text and not (text.isascii() and text.isdecimal() and len(text) < 6):
        raise UserError("report.choice", value=text, parameter=name, known="0, 1, 2 ...")
    return int(text) if text else None


def _text(name: str, text: str) -> str:
    return text


READ: dict[str, Callable[[str, str], Any]] = {"date": _date, "count": _count}
FROM = Parameter("from", _("From"), "date")
TO = Parameter("to", _("To"), "date")
FROM_ANY = Parameter("from", _("From"), "date", whole=True)
TO_ANY = Parameter("to", _("To"), "date", whole=True)
SHOP = Parameter("shop", _("Shop"))
PERIODS = {"day": _("By day"), "week": _("By week"), "month": _("By month")}


def period_text(first: date | None, last: date | None) -> str:
    """A span of days for a head; blank where it is not limited."""
    if not first and not last:
        return translated(_("all"))
    return f"{first or ''} – {last or ''}".strip()


def unit_text(currency: str) -> str:
    """A currency as the unit of a table: its name where the language has a short one, else its code."""
    return translated(_("CNY")) if currency == "CNY" else currency


def finished(
    report: Report,
    source: ReportSource,
    facts: Sequence[tuple[str, str]],
    sections: Sequence[Section],
    *,
    notes: Sequence[str] = (),
    controls: Sequence[Control] = (),
    charts: Sequence[Chart] = (),
    equations: Sequence[Equation] = (),
) -> ReportTable:
    """The report with its head. The as-of day and the units are added to `facts`; `notes` are translated here. Raises
    InvariantError `report.control` where a control total does not hold: such a report is not shown."""
    for control in controls:
        if control.found != control.expected:
            raise InvariantError(
                "report.control", report=translated(report.title), label=control.label, found=control.found,
                agrees_with=control.agrees_with, expected=control.expected,
            )  # fmt: skip
    units = ", ".join(unit_text(unit) for unit in sorted({section.currency for section in sections} - {""}))
    head = (
        *facts,
        (translated(_("As of")), source.as_of.isoformat()),
        *(((translated(_("Unit")), units),) if units else ()),
    )
    return ReportTable(
        report.name, translated(report.title), source.company, head, tuple(sections),
        tuple(translated(note) for note in notes), signature(), source.as_of, source.language,
        tuple(controls), tuple(charts), tuple(equations),
    )  # fmt: skip


def period_fact(params: Mapping[str, Any]) -> tuple[str, str]:
    """The period for the head of a report."""
    return translated(_("Period")), period_text(params["from"], params["to"])


def signature() -> tuple[str, ...]:
    """Who signs, in the active language."""
    return tuple(translated(label) for label in SIGNATURE)
