"""What every report shares: its source, its parameters, its entry in the registry."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

import duckdb

from huikuan.insight import messages  # noqa: F401
from huikuan.insight.tables import ReportTable
from huikuan.records.decisions import ManualMatch
from huikuan.records.errors import UserError
from huikuan.records.messages import gettext_noop as _
from huikuan.records.messages import translated
from huikuan.records.rules import Rules

if TYPE_CHECKING:
    from huikuan.insight.report_write_offs import WriteOff

SIGNATURE = (_("Prepared by"), _("Reviewed by"), _("Date"))


@dataclass(frozen=True)
class ReportSource:
    """Where a report reads: a DuckDB connection and the names of its tables (blank: not there).

    `collection` and `collection_share` as `insight.collection` makes them; the current records; links and open items
    of payout-bank and order-settlement (columns of the engine's LINKS and OPEN), the latter's audit of fees (AUDIT);
    `documents` names documents by id; `write_offs` are the `matches` by hand whose sides differ. `language` is the
    active language's code (for fonts).
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
    order_links: str = ""
    order_open: str = ""
    order_audit: str = ""
    documents: str = ""
    payout_links: str = ""
    payout_open: str = ""
    language: str = "en"
    write_offs: tuple[WriteOff, ...] = ()
    matches: tuple[ManualMatch, ...] = ()


@dataclass(frozen=True)
class Parameter:
    """One thing to choose. `choices` empty: free text; `type` date: ISO 8601."""

    name: str
    title: str
    type: str = "text"
    required: bool = False
    default: str = ""
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Report:
    """A report by name. `needs`: tables of the source without which it says nothing."""

    name: str
    title: str
    description: str
    parameters: tuple[Parameter, ...]
    make: Callable[[ReportSource, Mapping[str, Any]], ReportTable]
    needs: tuple[str, ...] = ()

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
            values[parameter.name] = _date(parameter.name, text) if parameter.type == "date" else text
        return values


def _date(name: str, text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UserError("report.choice", value=text, parameter=name, known="2026-10-31") from error


def period_text(first: date | None, last: date | None) -> str:
    """A span of days for a head; blank where it is not limited."""
    if not first and not last:
        return translated(_("all"))
    return f"{first or ''} – {last or ''}".strip()


def unit_text(currency: str) -> str:
    """A currency as the unit of a table: its name where the language has a short one, else its code."""
    return translated(_("CNY")) if currency == "CNY" else currency


def signature() -> tuple[str, ...]:
    """Who signs, in the active language."""
    return tuple(translated(label) for label in SIGNATURE)
