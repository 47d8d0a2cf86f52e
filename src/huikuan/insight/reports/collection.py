"""Collection summary 回款汇总: by shop, by status, by day, week or month; one set of tables per currency."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from huikuan.insight.collection.cube import ORDER_CUBE
from huikuan.insight.collection.measures import DIMENSIONS, MEASURES, measure_rows, status_title
from huikuan.insight.day_tables.by_day import table
from huikuan.insight.reports.base import (
    FROM,
    PERIODS,
    SHOP,
    TO,
    Parameter,
    Report,
    ReportSource,
    finished,
    period_fact,
    unit_text,
)
from huikuan.insight.reports.comparison import COMPARE, compared_columns, compared_fact, compared_values, span_before
from huikuan.insight.reports.tables import Chart, Column, Control, ReportTable, Row, Section, Series
from huikuan.records.codes import COLLECTION_STATUSES
from huikuan.records.errors import InvariantError
from huikuan.records.messages import gettext_noop as _
from huikuan.records.messages import translated

PLACES = ("collected", "in_transit", "in_wallets", "not_due", "overdue", "disputed", "written_off")
BY_SHOP = ("orders", "gross", "fees", "receivable", *PLACES)
BY_STATUS = ("orders", "receivable", *PLACES)
BY_PERIOD = ("orders", "gross", "fees", "receivable", *PLACES, "collection_rate")
FEES = ("settled_gross", "fees", "fee_rate")
COMPARED = ("orders", "gross", "receivable", "collected", "overdue")
BRIEF = ("orders", "gross", "overdue")  # compared without their change
# Figures of the list of orders; the others open nothing.
OPENED = ("receivable", "in_transit", "in_wallets", "not_due", "overdue", "disputed", "written_off")
COLOURS = {
    "collected": "#5BBFB3", "in_transit": "#2F6FB5", "in_wallets": "#C9A7DD", "not_due": "--bar-not-due",
    "overdue": "--overdue", "disputed": "#E8B04A", "written_off": "#7A8591",
}  # fmt: skip
# Columns left out where all their figures are zero.
RARE = ("disputed", "written_off")
IDENTITY = _(
    "Receivable = net sales − fees = collected + in transit + in wallets + not due + overdue + disputed + written off."
)
BASIS = _("Orders belong to the day they were placed. Orders not paid or cancelled are nobody's receivable.")


def make(source: ReportSource, params: Mapping[str, Any]) -> ReportTable:
    """One row per shop, status and period, each table with its totals; all tables of a currency have one total."""
    where, values = _filter(params)
    before = span_before(params)
    known = _rows(source, ("receivable",), "currency", where, values)
    sections: list[Section] = []
    charts, controls = [], []
    for row in known:
        currency, inside = row["currency"], {**values, "currency": row["currency"]}
        made = _sections(source, f"{where} AND currency = $currency", inside, currency, params["by"])
        charts.append(_chart(made[0]))
        agrees = translated(_("receivable of these orders in the collection"))
        for section in made[:3]:
            total = (section.totals() or ())[section.index("receivable")]
            controls.append(Control(section.title, total, agrees, row["receivable"], currency))
        if before:
            made.insert(1, _compared(source, params, before, currency))
        sections += made
    facts = (period_fact(params), *compared_fact(before))
    return finished(REPORT, source, facts, sections, notes=(IDENTITY, BASIS), controls=controls, charts=charts)


def _rows(
    source: ReportSource, measures: Sequence[str], dimension: str, where: str, values: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Measures by one thing, from the collection's cube."""
    return measure_rows(source.con, table(source, "cube"), measures, (dimension,), where, values, ORDER_CUBE)


def _compared(source: ReportSource, params: Mapping[str, Any], before: tuple[date, date], currency: str) -> Section:
    """Shops beside the other period, each as known today."""
    columns = [_column(name) for name in COMPARED]
    found = []
    for first, last in ((params["from"], params["to"]), before):
        where, values = _filter({**params, "from": first, "to": last})
        chosen = {**values, "currency": currency}
        rows = _rows(source, COMPARED, "shop", f"{where} AND currency = $currency", chosen)
        found.append({row["shop"] or "": row for row in rows})
    lines = []
    for shop in sorted({*found[0], *found[1]}):
        now, then = ([each.get(shop, {}).get(name, 0) for name in COMPARED] for each in found)
        drill = {"shop": shop, "currency": currency}
        lines.append(Row((shop, *compared_values(columns, now, then, BRIEF)), drill=drill))
    head = Column("shop", translated(DIMENSIONS["shop"].title))
    return Section(
        translated(_("By shop, compared")), (head, *compared_columns(columns, BRIEF)), tuple(lines),
        translated(_("Total")), currency, target="collection", drill={"currency": currency},
    )  # fmt: skip


def _chart(shops: Section) -> Chart:
    """Where each shop's receivable is."""
    keys = [column.key for column in shops.columns]
    series = tuple(
        Series(
            shops.columns[keys.index(place)].title, tuple(row.values[keys.index(place)] for row in shops.rows), colour
        )
        for place, colour in COLOURS.items()
        if place in keys and any(row.values[keys.index(place)] for row in shops.rows)
    )
    names = tuple(str(row.values[0]) for row in shops.rows)
    drills = tuple(row.drill for row in shops.rows)
    title, unit = translated(_("Where the receivable is")), unit_text(shops.currency)
    return Chart(title, "stacked", names, series, unit=unit, target="collection", drills=drills)


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
        rows = _rows(source, measures, dimension, where, values)
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
    columns = (Column(dimension, translated(DIMENSIONS[dimension].title)), *(_column(name) for name in shown))
    lines = []
    for row in rows:
        label = status_title(row[dimension]) if dimension == "status" else row[dimension] or ""
        drill = {dimension: row[dimension] or "", "currency": currency}
        lines.append(Row((label, *(row[name] for name in shown)), drill=drill))
    return Section(
        translated(title), columns, tuple(lines), translated(_("Total")), currency, target="collection",
        drill={"currency": currency},
    )  # fmt: skip


def _column(name: str) -> Column:
    """A measure as a column whose figures open the orders they are made of."""
    measure = MEASURES[name]
    column = replace(measure.column(), definition=translated(measure.definition))
    if name in OPENED or name == "orders":
        return replace(column, drill={} if name == "orders" else {"figure": name})
    return column if measure.ratio else replace(column, drill={"m": name}, target="records/orders")


REPORT = Report(
    "collection-summary",
    _("Collection summary"),
    _("What the orders should bring, what has reached the bank, and where the rest is."),
    (
        FROM,
        TO,
        Parameter("by", _("Period"), default="day", choices=tuple(PERIODS), words=PERIODS),
        SHOP,
        COMPARE,
    ),
    make,
    needs=("collection",),
    group="collection",
)
