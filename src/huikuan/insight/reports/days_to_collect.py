"""Days to collect 回款天数: how long orders took from sale to bank, as a distribution and not only as a mean.

Grain: an order collected whole (status `collected`) whose last money reached the bank in the period. Quartiles are
days that orders really took (no interpolation): the least number of days within which that share of the orders came.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import Any

from huikuan.insight.day_tables.by_day import start_sql, table
from huikuan.insight.reports.base import FROM, SHOP, TO, Parameter, Report, ReportSource, finished, period_fact
from huikuan.insight.reports.comparison import COMPARE, compared_fact, span_before
from huikuan.insight.reports.listing import first_listed, list_rows
from huikuan.insight.reports.tables import Chart, Column, Control, ReportTable, Row, Section, Series, ratio_of
from huikuan.records.messages import gettext_noop as _
from huikuan.records.messages import translated

DETAIL = "collected-orders"
STARTS = {
    "ordered": _("the day of the order"),
    "paid": _("the day of payment"),
    "shipped": _("the day of shipping"),
    "settled": _("the last settlement"),
    "expected": _("the expected date"),
}
START = Parameter("start", _("Days count from"), default="paid", choices=tuple(STARTS), words=STARTS)
ROWS_SQL = """
(SELECT shop, order_no, currency, start, collected_on, collected, (collected_on - start)::BIGINT AS days
FROM (SELECT *, {start} AS start FROM {collection})
WHERE status = 'collected' AND collected <> 0 AND collected_on IS NOT NULL AND start IS NOT NULL
  AND ($shop = '' OR shop = $shop))
"""
INSIDE = "($first::DATE IS NULL OR collected_on >= $first) AND ($last::DATE IS NULL OR collected_on <= $last)"
# The same orders added up by day and days.
DAYS_SQL = "(SELECT * FROM {days} WHERE start = '{start}' AND ($shop = '' OR shop = $shop))"
FIGURES_SQL = """
WITH lasted AS (
    SELECT {shop} AS shop, days, sum(orders) AS orders, sum(collected) AS collected
    FROM {rows} WHERE currency = $currency AND {inside} GROUP BY ALL
), counted AS (
    SELECT *, sum(orders) OVER (PARTITION BY shop ORDER BY days) AS until, sum(orders) OVER (PARTITION BY shop) AS whole
    FROM lasted
)
SELECT shop, sum(orders)::BIGINT AS orders, sum(collected)::DECIMAL(38,5) AS collected, min(days) AS least,
    min(days) FILTER (until * 100 >= whole * 25) AS quarter, min(days) FILTER (until * 100 >= whole * 50) AS median,
    min(days) FILTER (until * 100 >= whole * 75) AS upper, min(days) FILTER (until * 100 >= whole * 90) AS ninety,
    max(days) AS most
FROM counted GROUP BY shop ORDER BY orders DESC, shop
"""
FIGURES = ("orders", "collected", "least", "quarter", "median", "upper", "ninety", "most")
ASKED = "($days_from::BIGINT IS NULL OR days >= $days_from) AND ($days_to::BIGINT IS NULL OR days <= $days_to)"
# How many orders took so many days tells which are listed.
COUNTS_SQL = f"""
SELECT days, sum(orders)::BIGINT AS rows, sum(collected)::DECIMAL(38,5) AS collected FROM {{rows}}
WHERE currency = $currency AND {{inside}} AND {ASKED} GROUP BY days ORDER BY days DESC
"""
LIST_SQL = f"""
SELECT * FROM {{rows}} WHERE currency = $currency AND {{inside}} AND {ASKED}
  AND ($least::BIGINT IS NULL OR days >= $least) ORDER BY days DESC, order_no
"""
SPREAD_SQL = """
SELECT days, sum(orders)::BIGINT AS orders, sum(collected)::DECIMAL(38,5) AS collected FROM {rows}
WHERE currency = $currency AND {inside} GROUP BY ALL ORDER BY days
"""
CONTROL_SQL = """
SELECT count(*) AS orders, coalesce(sum(collected), 0)::DECIMAL(38,5) AS collected FROM {collection}
WHERE status = 'collected' AND collected <> 0 AND currency = $currency AND ($shop = '' OR shop = $shop) AND {inside}
  AND {start} IS NOT NULL
"""
BINS = 20  # at most, in the histogram


def make(source: ReportSource, params: Mapping[str, Any]) -> ReportTable:
    """Per currency: quartiles by shop, then the spread in days."""
    rows = DAYS_SQL.format(days=table(source, "collected_days"), start=params["start"])
    before, start = span_before(params), start_sql(params["start"], source.timezone)
    sections, controls, charts = [], [], []
    for currency, values in _asked(source, rows, params):
        spread = source.rows(SPREAD_SQL.format(rows=rows, inside=INSIDE), values)
        if not spread:
            continue
        section = _spread(spread, currency, params)
        sections += [_shops(source, rows, values, before, currency), section]
        charts.append(_chart(section))
        query = CONTROL_SQL.format(collection=source.collection, inside=INSIDE, start=start)
        told, totals = source.rows(query, values)[0], section.totals() or ()
        for key, agrees in (("orders", AGREE_ORDERS), ("collected", AGREE_MONEY)):
            place = section.index(key)
            label, unit = section.columns[place].title, currency if key == "collected" else ""
            controls.append(Control(label, totals[place], translated(agrees), told[key], unit))
    return finished(REPORT, source, _facts(params, before), sections, notes=NOTES, controls=controls, charts=charts)


def make_list(source: ReportSource, params: Mapping[str, Any]) -> ReportTable:
    """The orders behind the spread, the slowest first."""
    rows, sections = _rows(source, params["start"]), []
    days = DAYS_SQL.format(days=table(source, "collected_days"), start=params["start"])
    columns = (
        Column("order_no", translated(_("Order"))),
        Column("shop", translated(_("Shop"))),
        Column("start", translated(STARTS[params["start"]]), "date"),
        Column("collected_on", translated(_("In the bank")), "date"),
        Column("days", translated(_("Days")), "count"),
        Column("collected", translated(_("Collected")), "money", total=True),
    )

    def line(row: Mapping[str, Any]) -> Row:
        return Row(tuple(row[each.key] for each in columns))

    for currency, values in _asked(source, days, params):
        counts = source.rows(COUNTS_SQL.format(rows=days, inside=INSIDE), values)
        whole = {name: sum(row[name] for row in counts) for name in ("rows", "collected")}
        query = LIST_SQL.format(rows=rows, inside=INSIDE)
        asked = {**values, "least": first_listed(counts, "days")}
        lines = list_rows(source, query, asked, columns, line, partial(dict, whole))
        sections += [Section(translated(_("Orders")), columns, lines, translated(_("Total")), currency)]
    return finished(ORDERS, source, _facts(params, None), [section for section in sections if section.rows])


def _facts(params: Mapping[str, Any], before: tuple[date, date] | None) -> tuple[tuple[str, str], ...]:
    start = (translated(START.title), translated(STARTS[params["start"]]))
    return (period_fact(params), *compared_fact(before), start)


def _asked(source: ReportSource, rows: str, params: Mapping[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """The currencies there are, each with the values of its queries."""
    values = {**params, "first": params["from"], "last": params["to"]}
    known = [row["currency"] for row in source.rows(f"SELECT DISTINCT currency FROM {rows} ORDER BY 1", values)]
    return [(each, values | {"currency": each}) for each in known if params.get("currency") in ("", None, each)]


def _rows(source: ReportSource, start: str) -> str:
    return ROWS_SQL.format(start=start_sql(start, source.timezone), collection=source.collection)


def _shops(
    source: ReportSource, rows: str, values: Mapping[str, Any], before: tuple[date, date] | None, currency: str
) -> Section:
    """Shops and, last, all of them together: quartiles don't add up."""
    now = _figures(source, rows, values)
    then = _figures(source, rows, {**values, "first": before[0], "last": before[1]}) if before else {}
    columns = [
        Column("shop", translated(_("Shop"))),
        Column("orders", translated(_("Orders")), "count", definition=translated(COUNTED), drill={}),
        Column("collected", translated(_("Collected")), "money", drill={}),
        Column("least", translated(_("Least")), "count"),
        Column("quarter", translated(_("A quarter within")), "count"),
        Column("median", translated(_("Half within")), "count", definition=translated(MEDIAN)),
        Column("upper", translated(_("Three quarters within")), "count"),
        Column("ninety", translated(_("Nine tenths within")), "count"),
        Column("most", translated(_("Most")), "count"),
    ]
    if before:
        columns += [
            Column("orders_before", translated(_("Orders before")), "count"),
            Column("median_before", translated(_("Half within, before")), "count"),
            Column("median_change", translated(_("Change (days)")), "count"),
        ]
    lines = []
    for shop, row in now.items():
        figures = [row[name] for name in FIGURES]
        if before:
            other = then.get(shop, {})
            median = other.get("median")
            figures += [other.get("orders", 0), median, None if median is None else row["median"] - median]
        name = translated(_("All shops")) if shop is None else shop
        lines.append(Row((name, *figures), "total" if shop is None else "", {} if shop is None else {"shop": shop}))
    drill = {"currency": currency}
    return Section(translated(_("By shop")), tuple(columns), tuple(lines), "", currency, target=DETAIL, drill=drill)


def _figures(source: ReportSource, rows: str, values: Mapping[str, Any]) -> dict[str | None, dict[str, Any]]:
    """The figures by shop, and of all shops under None."""
    query = FIGURES_SQL.format(rows=rows, inside=INSIDE, shop="shop")
    found: dict[str | None, dict[str, Any]] = {row["shop"] or "": row for row in source.rows(query, values)}
    whole = source.rows(FIGURES_SQL.format(rows=rows, inside=INSIDE, shop="NULL"), values)
    return {**found, None: whole[0]} if whole else found


def _spread(spread: list[dict[str, Any]], currency: str, params: Mapping[str, Any]) -> Section:
    """The histogram as a table: groups of equal width, as many days each as keep them at most `BINS`."""
    least, most = spread[0]["days"], spread[-1]["days"]
    width = (most - least) // BINS + 1
    first = least // width * width
    columns = (
        Column("days", translated(_("Days"))),
        Column("orders", translated(_("Orders")), "count", total=True, drill={}),
        Column("share", translated(_("Share")), "rate"),
        Column("until", translated(_("Up to here")), "rate", definition=translated(UNTIL)),
        Column("collected", translated(_("Collected")), "money", total=True, drill={}),
    )
    whole, until, lines = sum(row["orders"] for row in spread), 0, []
    for start in range(first, most + 1, width):
        inside = [row for row in spread if start <= row["days"] < start + width]
        orders = sum(row["orders"] for row in inside)
        until += orders
        name = str(start) if width == 1 else f"{start}–{start + width - 1}"
        money = sum((row["collected"] for row in inside), spread[0]["collected"] * 0)
        drill = {"days_from": str(start), "days_to": str(start + width - 1)} if start >= 0 else {}
        values = (name, orders, ratio_of(orders, whole), ratio_of(until, whole), money)
        lines.append(Row(values, drill=drill))
    return Section(
        translated(_("Spread")), columns, tuple(lines), translated(_("Total")), currency, target=DETAIL,
        drill={"currency": currency, "shop": params["shop"]},
    )  # fmt: skip


def _chart(section: Section) -> Chart:
    names, orders = (tuple(row.values[n] for row in section.rows) for n in (0, section.index("orders")))
    drills = tuple({**section.drill, **row.drill} for row in section.rows)
    series = (Series(translated(_("Orders")), orders),)
    unit = translated(_("orders by days"))
    return Chart(translated(_("Days to collect")), "bars", names, series, "count", unit, target=DETAIL, drills=drills)


COUNTED = _("Orders collected whole whose last money reached the bank in the period.")
MEDIAN = _("The median: half of the orders came within so many days.")
UNTIL = _("Share of the orders that came within so many days.")
AGREE_ORDERS = _("orders collected in the period, in the collection")
AGREE_MONEY = _("collected of these orders, in the collection")
NOTES = (
    _("Quartiles are days that orders really took. An order whose first day is not known has no place here."),
)  # fmt: skip
REPORT = Report(
    "days-to-collect",
    _("Days to collect"),
    _("How long orders take from sale to bank, by shop and as a spread."),
    (FROM, TO, START, SHOP, COMPARE),
    make,
    needs=("collection",),
    group="collection",
)
ORDERS = Report(
    DETAIL,
    _("Collected orders"),
    _("Orders collected whole in the period, the slowest first."),
    (
        FROM, TO, START, SHOP, Parameter("days_from", _("Days from"), "count"), Parameter("days_to", _("to"), "count"),
        Parameter("currency", _("Currency"), hidden=True),
    ),
    make_list,
    needs=("collection",),
    group="collection",
    detail=True,
)  # fmt: skip
