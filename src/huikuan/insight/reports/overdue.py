"""Lists of orders that still bring money: the overdue list 逾期清单, and the rows behind the ageing of receivables.

One row per order and place of its money, the oldest first. The list's total is reckoned a second time over all rows
that are asked for, listed or not.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from huikuan.insight.collection.measures import status_title
from huikuan.insight.collection.receivable_rows import BASIS, PLACE_WORDS, PLACES, condition, rows_sql
from huikuan.insight.day_tables.by_day import table
from huikuan.insight.reports.base import FROM_ANY, SHOP, TO_ANY, Parameter, Report, ReportSource, finished, period_fact
from huikuan.insight.reports.listing import list_rows
from huikuan.insight.reports.tables import Column, Control, ReportTable, Row, Section
from huikuan.records.codes import COLLECTION_STATUSES
from huikuan.records.messages import gettext_noop as _
from huikuan.records.messages import translated

TABLE = "r_place"  # the rows that are asked for
BY_SHOP_SQL = f"""
SELECT currency, shop, count(DISTINCT order_no) AS orders, max(days) AS oldest, sum(amount)::DECIMAL(38,5) AS amount
FROM {TABLE} GROUP BY ALL ORDER BY currency, amount DESC, shop
"""
LIST_SQL = f"""
SELECT * FROM {TABLE} WHERE currency = $currency ORDER BY days DESC NULLS LAST, amount DESC, order_no, place
"""
CONTROL_SQL = """
SELECT currency, sum(overdue)::DECIMAL(38,5) AS amount FROM {collection} WHERE {where} GROUP BY currency
"""


def make_overdue(source: ReportSource, params: Mapping[str, Any]) -> ReportTable:
    """What is past its date, by shop and order by order."""
    return _make(OVERDUE, source, {**params, "place": "past"})


def make_rows(source: ReportSource, params: Mapping[str, Any]) -> ReportTable:
    """Any part of what the orders still bring."""
    return _make(ROWS, source, params)


def _make(report: Report, source: ReportSource, params: Mapping[str, Any]) -> ReportTable:
    params = {**params, **({} if params["shop"] else _shops(source, params))}
    where, values = _where(params)
    rows = rows_sql(source, params["basis"], params["place"])
    source.con.execute(f"CREATE OR REPLACE TEMP TABLE {TABLE} AS SELECT * FROM {rows} WHERE {where}", values)
    by_shop = source.rows(BY_SHOP_SQL)
    sections, controls = [], []
    for currency in sorted({row["currency"] for row in by_shop}):
        own = [row for row in by_shop if row["currency"] == currency]
        drill = {"currency": currency, "basis": params["basis"]}
        listed = _list(source, currency)
        shops = _shops_section(own, currency, drill, report.name)
        sections += [shops, listed]
        whole, lines = (section.totals() or () for section in (shops, listed))
        label, agrees = translated(_("Total of the list")), translated(_("total by shop"))
        controls.append(Control(label, lines[listed.index("amount")], agrees, whole[shops.index("amount")], currency))
        controls += _overdue_control(report, source, params, whole[shops.index("amount")], currency)
    facts = (period_fact(params), (translated(_("Age counts from")), translated(BASIS.words[params["basis"]])))
    return finished(report, source, facts, sections, notes=(PLACE_NOTE,), controls=controls)


def _shops(source: ReportSource, params: Mapping[str, Any]) -> dict[str, Any]:
    """The shops of a platform, where one is asked for."""
    if not params.get("platform"):
        return {}
    known = [row["shop"] for row in source.rows(f"SELECT DISTINCT shop FROM {table(source, 'cube')}")]
    return {"shops": [shop for shop in known if source.platform_of(shop or "") == params["platform"]]}


def _where(params: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    where, values = condition(params)
    if "shops" in params:
        return f"{where} AND list_contains($shops::VARCHAR[], shop)", values | {"shops": params["shops"]}
    return where, values


def _overdue_control(
    report: Report, source: ReportSource, params: Mapping[str, Any], found: Any, currency: str
) -> list[Control]:
    """By the due date the list is what the collection calls overdue."""
    if report is not OVERDUE or params["basis"] != "due" or params["days_from"] or params["days_to"]:
        return []
    where, values = _where({key: params.get(key) for key in ("shop", "from", "to")} | {"currency": currency})
    told = source.rows(CONTROL_SQL.format(collection=table(source, "cube"), where=where), values)
    expected = told[0]["amount"] if told else found * 0
    return [
        Control(translated(_("Past in all")), found, translated(_("overdue in the collection")), expected, currency)
    ]


def _shops_section(found: list[dict[str, Any]], currency: str, drill: dict[str, str], target: str) -> Section:
    columns = (
        Column("shop", translated(_("Shop"))),
        Column("orders", translated(_("Orders")), "count", total=True, drill={}),
        Column("oldest", translated(_("Oldest (days)")), "count"),
        Column("amount", translated(_("Amount")), "money", total=True, drill={}),
    )
    rows = tuple(
        Row((row["shop"], row["orders"], row["oldest"], row["amount"]), drill={"shop": row["shop"] or ""})
        for row in found
    )
    title = translated(_("By shop"))
    return Section(title, columns, rows, translated(_("Total")), currency, target=target, drill=drill)


def _list(source: ReportSource, currency: str) -> Section:
    columns = (
        Column("order_no", translated(_("Order"))),
        Column("shop", translated(_("Shop"))),
        Column("status", translated(_("Status"))),
        Column("place", translated(_("Where it is"))),
        Column("date", translated(_("Ordered")), "date"),
        Column("expected", translated(_("Expected")), "date", definition=translated(EXPECTED)),
        Column("due", translated(_("Due on")), "date", definition=translated(DUE)),
        Column("days", translated(_("Days past")), "count"),
        Column("receivable", translated(_("Receivable of the order")), "money"),
        Column("amount", translated(_("Amount")), "money", total=True, definition=translated(AMOUNT)),
    )
    lines = list_rows(source, LIST_SQL, {"currency": currency}, columns, _line)
    return Section(translated(_("Orders")), columns, lines, translated(_("Total")), currency)


def _line(row: Mapping[str, Any]) -> Row:
    place = translated(PLACE_WORDS[row["place"]])
    dates = (row["business_date"], row["expected_date"], row["due_date"])
    return Row((
        row["order_no"], row["shop"], status_title(row["status"]), place, *dates, row["days"], row["receivable"],
        row["amount"],
    ))  # fmt: skip


EXPECTED = _("The day on which the shop's settlement rule lets the money be expected.")
DUE = _("The expected date and the rule's days of grace.")
AMOUNT = _("What of the order's money is at this place.")
PLACE_NOTE = _("An order whose money is in two places has two rows.")
DAYS = (
    Parameter("days_from", _("Days past from"), "count"),
    Parameter("days_to", _("to"), "count"),
)
OVERDUE = Report(
    "overdue",
    _("Overdue list"),
    _("Orders whose money is past its date, the oldest first, by shop."),
    (FROM_ANY, TO_ANY, BASIS, *DAYS, SHOP, Parameter("currency", _("Currency"), hidden=True)),
    make_overdue,
    needs=("collection",),
    group="collection",
)
ROWS = Report(
    "receivables",
    _("Receivables by order"),
    _("What each order still brings, and where its money is."),
    (
        Parameter("place", _("Where it is"), choices=("", *PLACES), words={"": _("all")} | PLACE_WORDS),
        Parameter("status", _("Status"), choices=("", *COLLECTION_STATUSES), hidden=True),
        FROM_ANY, TO_ANY, BASIS, *DAYS, SHOP,
        Parameter("platform", _("Platform"), hidden=True), Parameter("currency", _("Currency"), hidden=True),
    ),
    make_rows,
    needs=("collection",),
    group="collection",
    detail=True,
)  # fmt: skip
