"""Receivables ageing 应收账龄: what the orders still bring, by where it is and how long it is past its date.

One row per shop or platform; the columns of a row add up to its receivable, the rows to the receivable total. That
total is reckoned a second time from the collection (receivable - collected - written off): the control total.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from huikuan.insight.collection.receivable_rows import BASIS, DEFAULT_ENDS, ends_of, group_name, groups_of, rows_sql
from huikuan.insight.day_tables.by_day import table
from huikuan.insight.reports.base import SHOP, Parameter, Report, ReportSource, finished, unit_text
from huikuan.insight.reports.tables import Chart, Column, Control, ReportTable, Row, Section, Series
from huikuan.records.messages import gettext_noop as _
from huikuan.records.messages import translated

ZERO = Decimal(0)
DETAIL = "receivables"
COLOURS = ("#E8B04A", "#DE9A4A", "#D27F45", "#C8553D", "#A93A45", "--overdue")
TOTAL_SQL = """
SELECT currency, sum(receivable - collected - written_off)::DECIMAL(38,5) AS total FROM {collection}
WHERE $shop = '' OR shop = $shop GROUP BY currency
"""
FIGURES_SQL = """
SELECT currency, shop, place, days, sum(amount)::DECIMAL(38,5) AS amount FROM {rows}
WHERE $shop = '' OR shop = $shop GROUP BY ALL
"""


def make(source: ReportSource, params: Mapping[str, Any]) -> ReportTable:
    """One table per currency."""
    ends = ends_of(params["buckets"])
    found = source.rows(FIGURES_SQL.format(rows=rows_sql(source, params["basis"])), params)
    totals = {
        row["currency"]: row["total"] for row in source.rows(TOTAL_SQL.format(collection=table(source, "cube")), params)
    }
    sections, controls, charts = [], [], []
    for currency in sorted({row["currency"] for row in found}):
        own = [row for row in found if row["currency"] == currency]
        section = _section(source, params, ends, currency, own)
        sections.append(section)
        charts += _chart(section, ends)
        label, agrees = translated(_("Ageing total")), translated(_("receivable total of the collection"))
        total = (section.totals() or ())[-1]
        controls.append(Control(label, total, agrees, totals.get(currency, ZERO), currency))
    basis = (translated(_("Age counts from")), translated(BASIS.words[params["basis"]]))
    return finished(REPORT, source, (basis,), sections, notes=NOTES, controls=controls, charts=charts)


def _columns(params: Mapping[str, Any], ends: tuple[int, ...]) -> list[Column]:
    def money(key: str, title: str, definition: str, **drill: str) -> Column:
        return Column(key, title, "money", total=True, definition=definition, drill=drill)

    by = translated(BY.words[params["by"]])
    groups = [
        money(
            f"past_{first}", _days(group_name(first, last)), "", place="past",
            days_from=str(first), days_to="" if last is None else str(last),
        )
        for first, last in groups_of(ends)
    ]  # fmt: skip
    return [
        Column(params["by"], by),
        money("not_due", translated(_("Not due")), translated(NOT_DUE), place="not_due"),
        money("in_wallets", translated(_("In wallets")), translated(IN_WALLETS), place="in_wallets"),
        money("in_transit", translated(_("In transit")), translated(IN_TRANSIT), place="in_transit"),
        *groups,
        money("past", translated(_("Past in all")), translated(PAST), place="past"),
        money("disputed", translated(_("Disputed")), translated(DISPUTED), place="disputed"),
        money("total", translated(_("Receivable")), translated(TOTAL)),
    ]


def _days(name: str) -> str:
    return translated(_("%(days)s days")) % {"days": name}


def _section(
    source: ReportSource, params: Mapping[str, Any], ends: tuple[int, ...], currency: str, found: list[dict[str, Any]]
) -> Section:
    columns = _columns(params, ends)
    of = source.platform_of if params["by"] == "platform" else str
    amounts: dict[str, dict[str, Decimal]] = {}
    for row in found:
        line = amounts.setdefault(of(row["shop"] or ""), {})
        keys = ["total", row["place"], *([_group_key(row["days"], ends)] if row["place"] == "past" else [])]
        for key in keys:
            line[key] = line.get(key, ZERO) + row["amount"]
    lines = [
        Row((name, *(line.get(column.key, ZERO) for column in columns[1:])), drill={params["by"]: name})
        for name, line in sorted(amounts.items(), key=lambda pair: (-pair[1]["total"], pair[0]))
    ]
    shown = [n for n, c in enumerate(columns) if c.key != "disputed" or any(row.values[n] for row in lines)]
    kept = tuple(Row(tuple(row.values[n] for n in shown), drill=row.drill) for row in lines)
    return Section(
        translated(_("Receivables ageing")), tuple(columns[n] for n in shown), kept, translated(_("Total")), currency,
        target=DETAIL, drill={"currency": currency, "basis": params["basis"], "shop": params["shop"]},
    )  # fmt: skip


def _group_key(days: int, ends: tuple[int, ...]) -> str:
    return f"past_{next(first for first, last in groups_of(ends) if last is None or days <= last)}"


def _chart(section: Section, ends: tuple[int, ...]) -> list[Chart]:
    groups = [f"past_{first}" for first, _last in groups_of(ends)]
    colours = {key: COLOURS[min(n * len(COLOURS) // len(groups), len(COLOURS) - 1)] for n, key in enumerate(groups)}
    keys = {"not_due": "--bar-not-due", "in_wallets": "#5BBFB3", "in_transit": "#2F6FB5", **colours}
    series = [
        Series(section.columns[n].title, tuple(row.values[n] for row in section.rows), keys[column.key])
        for n, column in enumerate(section.columns)
        if column.key in keys and any(row.values[n] for row in section.rows)
    ]
    names = tuple(str(row.values[0]) for row in section.rows)
    title = translated(_("Where the receivable is"))
    drills = tuple(row.drill | dict(section.drill) for row in section.rows)
    return [Chart(title, "stacked", names, tuple(series), unit=unit_text(section.currency), target=DETAIL,
                  drills=drills)] if series else []  # fmt: skip


NOT_DUE = _("Not settled and not yet past its date; what a platform will take back counts negative.")
IN_WALLETS = _("Settled and still in the platform account.")
IN_TRANSIT = _("Paid out by the platform, not yet found in the bank.")
PAST = _("Not settled and past its date: the age groups added up.")
DISPUTED = _("Not settled and in dispute.")
TOTAL = _("Receivable less collected and written off: what is still to come.")
NOTES = (
    _("Receivable = not due + in wallets + in transit + the age groups + in dispute."),
    _("The due date is the expected date and the days of grace; what is past it is what the collection calls overdue."),
)
BY = Parameter(
    "by", _("By"), default="shop", choices=("shop", "platform"), words={"shop": _("Shop"), "platform": _("Platform")}
)
REPORT = Report(
    "receivables-ageing",
    _("Receivables ageing"),
    _("What the orders still bring, by where the money is and how long it is past its date."),
    (BY, BASIS, Parameter("buckets", _("Age groups end at (days)"), default=DEFAULT_ENDS), SHOP),
    make,
    needs=("collection",),
    group="collection",
)
