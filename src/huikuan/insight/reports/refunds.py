"""Refunds 退款: how many orders and how much money went back, by shop and period, before and after shipping.

A refund belongs to the day it was made (where no day is told, to that of the payment), a sale to the day of payment.
refund rate = refunded / sold, of the same period. What was refunded on all days is held against the collection.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from huikuan.insight.collection.movements import sales_of
from huikuan.insight.day_tables.by_day import STAGE_SQL, table
from huikuan.insight.periods import span_sql
from huikuan.insight.reports.base import FROM, PERIODS, SHOP, TO, Parameter, Report, ReportSource, finished, period_fact
from huikuan.insight.reports.comparison import COMPARE, compared_columns, compared_fact, compared_values, span_before
from huikuan.insight.reports.listing import conditions, lists_by_currency
from huikuan.insight.reports.tables import Chart, Column, Control, ReportTable, Row, Section, Series, ratio_of
from huikuan.insight.semantic.cube import things_sql
from huikuan.records.messages import gettext_noop as _
from huikuan.records.messages import translated

ZERO = Decimal(0)
DETAIL = "refunded-orders"
TABLE = "r_sale"
STAGES = {"before": _("Before shipping"), "after": _("After shipping")}
# One row per order and day.
TABLE_SQL = f"""
CREATE OR REPLACE TEMP TABLE {TABLE} AS
SELECT shop, order_no, currency, day, kind, sum(amount)::DECIMAL(18,5) AS amount, {STAGE_SQL} AS stage
FROM ({{sales}}) WHERE amount <> 0 AND kind = 'refunded' GROUP BY shop, order_no, currency, day, kind
"""
INSIDE = """currency = $currency AND ($first::DATE IS NULL OR day >= $first) AND ($last::DATE IS NULL OR day <= $last)
  AND ($shop = '' OR shop = $shop)"""
FIGURES_SQL = f"""
SELECT {{by}} AS name, {things_sql("kind = 'sold'")} AS sold_orders,
    coalesce(sum(amount) FILTER (kind = 'sold'), 0)::DECIMAL(38,5) AS sold,
    {things_sql("kind = 'refunded'")} AS orders,
    coalesce(sum(amount) FILTER (kind = 'refunded'), 0)::DECIMAL(38,5) AS refunded,
    coalesce(sum(amount) FILTER (stage = 'before'), 0)::DECIMAL(38,5) AS before,
    coalesce(sum(amount) FILTER (stage = 'after'), 0)::DECIMAL(38,5) AS after
FROM {{table}} WHERE {INSIDE} GROUP BY ALL ORDER BY name
"""
FIGURES = ("sold_orders", "sold", "orders", "refunded", "before", "after")
COMPARED = ("sold", "orders", "refunded", "rate")
BRIEF = ("sold", "orders")  # without their change
CONTROL_SQL = """
SELECT coalesce(sum(amount) FILTER (kind = 'refunded'), 0)::DECIMAL(38,5) AS refunded,
    coalesce(sum(amount) FILTER (kind = 'sold'), 0)::DECIMAL(38,5) AS sold,
    (SELECT coalesce(sum(refunded), 0)::DECIMAL(38,5) FROM {collection}
        WHERE currency = $currency AND ($shop = '' OR shop = $shop)) AS told,
    (SELECT coalesce(sum(paid + platform_borne), 0)::DECIMAL(38,5) FROM {collection}
        WHERE currency = $currency AND ($shop = '' OR shop = $shop)) AS told_sold
FROM {table} WHERE currency = $currency AND ($shop = '' OR shop = $shop)
"""


def make(source: ReportSource, params: Mapping[str, Any]) -> ReportTable:
    """Per currency: by shop beside the period before, then by day, week or month."""
    days, cube = table(source, "sold_days"), table(source, "cube")
    before = span_before(params)
    sections, controls, charts = [], [], []
    for row in source.rows(f"SELECT DISTINCT currency FROM {days} ORDER BY 1"):
        currency = row["currency"]
        values = {**params, "currency": currency, "first": params["from"], "last": params["to"]}
        shops = _table(source, days, "shop", _("By shop"), values, before, currency)
        if not shops.rows:
            continue
        periods = _table(source, days, params["by"], PERIODS[params["by"]], values, None, currency)
        sections += [shops, periods]
        charts.append(_chart(periods))
        totals, others = shops.totals() or (), periods.totals() or ()
        refunded = others[periods.index("refunded")]
        label = translated(_("Refunded"))
        controls.append(
            Control(label, totals[shops.index("refunded")], translated(_("total by period")), refunded, currency)
        )
        parts = others[periods.index("before")] + others[periods.index("after")]
        controls.append(Control(label, refunded, translated(_("before and after shipping")), parts, currency))
        told = source.rows(CONTROL_SQL.format(table=days, collection=cube), values)[0]
        agrees = translated(_("the collection's"))
        for title, found, expected in (
            (_("Refunded, all days"), told["refunded"], told["told"]),
            (_("Sold, all days"), told["sold"], told["told_sold"]),
        ):  # fmt: skip
            controls.append(Control(translated(title), found, agrees, expected, currency))
    facts = (period_fact(params), *compared_fact(before))
    return finished(REPORT, source, facts, sections, notes=NOTES, controls=controls, charts=charts)


def _columns() -> list[Column]:
    return [
        Column("sold_orders", translated(_("Orders sold")), "count", total=True),
        Column("sold", translated(_("Sold")), "money", total=True, definition=translated(SOLD)),
        Column("orders", translated(_("Orders refunded")), "count", total=True, drill={}),
        Column("order_rate", translated(_("Refunded orders per order sold")), "rate", ratio=("orders", "sold_orders")),
        Column("refunded", translated(_("Refunded")), "money", total=True, definition=translated(REFUNDED), drill={}),
        Column("rate", translated(_("Refund rate")), "rate", ratio=("refunded", "sold"), definition=translated(RATE)),
        Column("before", translated(STAGES["before"]), "money", total=True, drill={"stage": "before"},
               definition=translated(BEFORE)),
        Column("after", translated(STAGES["after"]), "money", total=True, drill={"stage": "after"},
               definition=translated(AFTER)),
    ]  # fmt: skip


def _table(
    source: ReportSource, days: str, by: str, title: str, values: Mapping[str, Any], before: tuple[date, date] | None,
    currency: str,
) -> Section:  # fmt: skip
    sql = FIGURES_SQL.format(by=span_sql("day", by) if by in PERIODS else by, table=days)
    now = {row["name"] or "": row for row in source.rows(sql, values)}
    then = {}
    if before:
        told = source.rows(sql, {**values, "first": before[0], "last": before[1]})
        then = {row["name"] or "": row for row in told}
    base = _columns()
    chosen = [column for column in base if column.key in COMPARED] if before else base
    columns = compared_columns(chosen, BRIEF) if before else base
    rows = []
    for name in sorted({*now, *then}):
        figures, others = (_line(each.get(name), chosen) for each in (now, then))
        shown = compared_values(chosen, figures, others, BRIEF) if before else figures
        rows.append(Row((name or translated(_("No shop")), *shown), drill={by: name} if name else {}))
    head = Column(by, translated(_("Shop") if by == "shop" else _("Period")))
    return Section(
        translated(title), (head, *columns), tuple(rows), translated(_("Total")), currency, target=DETAIL,
        drill={"currency": currency},
    )  # fmt: skip


def _line(row: Mapping[str, Any] | None, columns: list[Column]) -> list[Any]:
    """A row's figures, its rates included; zeros where the period has nothing."""
    told: dict[str, Any] = {name: row[name] if row else 0 for name in FIGURES}
    for name in ("sold", "refunded", "before", "after"):
        told[name] = Decimal(told[name])
    return [
        ratio_of(told[column.ratio[0]], told[column.ratio[1]]) if column.ratio else told[column.key]
        for column in columns
    ]


def _chart(periods: Section) -> Chart:
    names = tuple(str(row.values[0]) for row in periods.rows)
    series = tuple(
        Series(translated(STAGES[key]), tuple(row.values[periods.index(key)] for row in periods.rows)) for key in STAGES
    )
    drills = tuple({**periods.drill, **row.drill} for row in periods.rows)
    return Chart(translated(_("Refunds")), "bars", names, series, unit=periods.currency, target=DETAIL, drills=drills)


def make_list(source: ReportSource, params: Mapping[str, Any]) -> ReportTable:
    """The refunds behind a figure, order by order, the latest first."""
    source.con.execute(TABLE_SQL.format(sales=sales_of(source)))
    told = {
        "shop": "shop = $shop", "stage": "stage = $stage", "currency": "currency = $currency", "from": "day >= $from",
        "to": "day <= $to",
    }  # fmt: skip
    where = conditions(told, params)
    columns = (
        Column("order_no", translated(_("Order"))),
        Column("shop", translated(_("Shop"))),
        Column("day", translated(_("Refunded on")), "date"),
        Column("stage", translated(_("When"))),
        Column("amount", translated(_("Refunded")), "money", total=True),
    )

    def line(row: Mapping[str, Any]) -> Row:
        return Row((row["order_no"], row["shop"], row["day"], translated(STAGES[row["stage"]]), row["amount"]))

    order = "day DESC, amount DESC, order_no"
    sections = lists_by_currency(source, _("Refunds"), TABLE, where, order, params, columns, line)
    return finished(ORDERS, source, (period_fact(params),), sections)


SOLD = _("Paid by buyers and borne by platforms, on the day of payment.")
REFUNDED = _("Given back to buyers, on the day of the refund; where no day is told, on that of the payment.")
RATE = _("Refunded of what was sold in the same period; the refunds may be of earlier sales.")
BEFORE = _("Refunds of orders of which no shipping was told by then.")
AFTER = _("Refunds of orders that had been shipped by then.")
NOTES = (_("An order that is refunded in two periods counts as refunded in both."),)
REPORT = Report(
    "refunds",
    _("Refunds"),
    _("How many orders and how much money went back, before and after shipping, by shop and period."),
    (FROM, TO, Parameter("by", _("Period"), default="day", choices=tuple(PERIODS), words=PERIODS), SHOP, COMPARE),
    make,
    needs=("order_line", "collection"),
    group="sales",
)
ORDERS = Report(
    DETAIL,
    _("Refunded orders"),
    _("The refunds behind a figure, order by order."),
    (
        FROM, TO, SHOP, Parameter("stage", _("When"), choices=("", *STAGES), words={"": _("all")} | STAGES),
        Parameter("currency", _("Currency"), hidden=True),
    ),
    make_list,
    needs=("order_line", "collection"),
    group="sales",
    detail=True,
)  # fmt: skip
