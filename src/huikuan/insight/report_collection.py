"""Collection summary 回款汇总: by shop, by status, by day, week or month; one set of tables per currency."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from huikuan.insight.measures import DIMENSIONS, MEASURES, measure_rows, status_title
from huikuan.insight.report_base import PERIODS, Parameter, Report, ReportSource, period_text, signature, unit_text
from huikuan.insight.tables import Column, ReportTable, Row, Section
from huikuan.records.codes import COLLECTION_STATUSES
from huikuan.records.errors import InvariantError
from huikuan.records.messages import gettext_noop as _
from huikuan.records.messages import translated

PLACES = ("collected", "in_transit", "in_wallets", "not_due", "overdue", "disputed", "written_off")
BY_SHOP = ("orders", "gross", "fees", "receivable", *PLACES)
BY_STATUS = ("orders", "receivable", *PLACES)
BY_PERIOD = ("orders", "gross", "fees", "receivable", *PLACES, "collection_rate")
FEES = ("settled_gross", "fees", "fee_rate")
# Columns left out where all their figures are zero.
RARE = ("disputed", "written_off")
IDENTITY = _(
    "Receivable = net sales − fees = collected + in transit + in wallets + not due + overdue + disputed + written off."
)
BASIS = _("Orders belong to the day they were placed. Orders not paid or cancelled are nobody's receivable.")


def make(source: ReportSource, params: Mapping[str, Any]) -> ReportTable:
    """One row per shop, status and period, each table with its totals; all tables of a currency have one total."""
    where, values = _filter(params)
    known = measure_rows(source.con, source.collection, ("orders",), ("currency",), where, values)
    sections: list[Section] = []
    for currency in [row["currency"] for row in known]:
        inside = {**values, "currency": currency}
        sections += _sections(source, f"{where} AND currency = $currency", inside, currency, params["by"])
    currencies = ", ".join(unit_text(row["currency"]) for row in known)
    facts = (
        (translated(_("Period")), period_text(params["from"], params["to"])),
        (translated(_("As of")), source.as_of.isoformat()),
        (translated(_("Unit")), currencies),
    )
    notes = (translated(IDENTITY), translated(BASIS))
    title = translated(REPORT.title)
    return ReportTable(
        REPORT.name, title, source.company, facts, tuple(sections), notes, signature(), source.as_of, source.language
    )


def _filter(params: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    conditions, values = ["true"], {}
    for name, condition in (
        ("from", "business_date >= $from_date"),
        ("to", "business_date <= $to_date"),
        ("shop", "shop = $shop"),
    ):
        if params[name]:
            conditions.append(condition)
            values[condition.rpartition("$")[2]] = params[name]
    return " AND ".join(conditions), values


def _sections(source: ReportSource, where: str, values: Mapping[str, Any], currency: str, period: str) -> list[Section]:
    tables = (
        (_("By shop"), "shop", BY_SHOP),
        (_("By status"), "status", BY_STATUS),
        (PERIODS[period], period, BY_PERIOD),
        (_("Fees by shop"), "shop", FEES),
    )
    sections = []
    for title, dimension, measures in tables:
        rows = measure_rows(source.con, source.collection, measures, (dimension,), where, values)
        _prove(rows, currency)
        sections.append(_section(title, dimension, measures, rows, currency))
    return sections


def _prove(rows: Sequence[Mapping[str, Any]], currency: str) -> None:
    for row in rows:
        if "receivable" in row and row["receivable"] != sum(row[place] for place in PLACES):
            found = sum(row[place] for place in PLACES)
            raise InvariantError(
                "collection.total", measure="receivable", currency=currency, found=found, expected=row["receivable"]
            )


def _section(title: str, dimension: str, measures: Sequence[str], rows: list[dict[str, Any]], currency: str) -> Section:
    if dimension == "status":
        rows.sort(key=lambda row: COLLECTION_STATUSES.index(row["status"]))
    shown = [name for name in measures if name not in RARE or any(row[name] for row in rows)]
    columns = (Column(dimension, translated(DIMENSIONS[dimension].title)), *(MEASURES[name].column() for name in shown))
    lines = []
    for row in rows:
        label = status_title(row[dimension]) if dimension == "status" else row[dimension] or ""
        drill = {dimension: row[dimension] or "", "currency": currency}
        lines.append(Row((label, *(row[name] for name in shown)), drill=drill))
    return Section(translated(title), columns, tuple(lines), translated(_("Total")), currency, target="collection")


REPORT = Report(
    "collection-summary",
    _("Collection summary"),
    _("What the orders should bring, what has reached the bank, and where the rest is."),
    (
        Parameter("from", _("From"), "date"),
        Parameter("to", _("To"), "date"),
        Parameter("by", _("Period"), default="day", choices=tuple(PERIODS)),
        Parameter("shop", _("Shop")),
    ),
    make,
    needs=("collection",),
    group="collection",
)
