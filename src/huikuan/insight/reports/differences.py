"""Settlement against orders 订单结算差异表: what orders should bring, what was settled for them, and what lies between.

    should bring - settled before fees = the differences by kind

Left of order-settlement: an order's paid + borne by the platform - refunded; right: the gross components settled for
it.
What lies between is the residuals of matches and the orders nothing was settled for. What was settled without an
order is no part of it and stands apart. An order belongs to the day it was placed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from huikuan.insight.collection.settled import IS_GROSS
from huikuan.insight.reports.base import FROM, SHOP, TO, Parameter, Report, ReportSource, finished, period_fact
from huikuan.insight.reports.listing import LARGEST, least_listed, list_rows
from huikuan.insight.reports.tables import Column, Control, Equation, ReportTable, Row, Section
from huikuan.insight.semantic.cube import THING, THINGS, things_sql
from huikuan.insight.words import word_of
from huikuan.records.messages import gettext_noop as _
from huikuan.records.messages import translated

ZERO = Decimal(0)
NAME = "order-settlement"
TABLE, DAYS, RESTS, REST_DAYS = "r_should", "r_should_days", "r_rest", "r_rest_days"
GROSS = IS_GROSS.replace("type", "s.type").replace("amount", "l.allocated")
TABLE_SQL = f"""
CREATE OR REPLACE TEMP TABLE {TABLE} AS
WITH groups AS (
    SELECT group_id, min(scope) AS shop, min(order_no) AS order_no, min(date) AS day, min(currency) AS currency,
        sum(allocated) AS should FROM {{links}} WHERE side = 'left' GROUP BY group_id
), settled AS (
    SELECT l.group_id, coalesce(sum(l.allocated) FILTER ({GROSS}), 0) AS settled
    FROM {{links}} l JOIN {{settlement_line}} s ON s.record_key = l.record_key
    WHERE l.side = 'right' GROUP BY l.group_id
)
SELECT g.*, coalesce(s.settled, 0) AS settled FROM groups g LEFT JOIN settled s USING (group_id)
UNION ALL BY NAME SELECT '' AS group_id, scope AS shop, order_no, date AS day, currency, amount AS should, 0 AS settled,
    record_key FROM {{opened}} WHERE side = 'left' AND coalesce(record_key, '') <> ''
"""
# The same by day. Orders that stand in one match only are counted (THINGS), others have a row for each (THING).
DAYS_SQL = f"""
CREATE OR REPLACE TEMP TABLE {DAYS} AS
WITH row AS (
    SELECT shop, order_no, currency, day, should, settled,
        count(*) OVER (PARTITION BY shop, currency, order_no) = 1 AS single FROM {TABLE}
)
SELECT shop, currency, day, CASE WHEN NOT single THEN order_no END AS {THING},
    CASE WHEN single THEN count(*) ELSE 1 END AS {THINGS}, sum(should)::DECIMAL(38,5) AS should,
    sum(settled)::DECIMAL(38,5) AS settled
FROM row GROUP BY shop, currency, day, single, CASE WHEN NOT single THEN order_no END
"""
# What lies between, one row per kind and match or order.
RESTS_SQL = f"""
CREATE OR REPLACE TEMP TABLE {RESTS} AS
WITH left_open AS (
    SELECT item_id, group_id, coalesce(record_key, '') AS record_key, amount, class, cause, needs_work, due_date,
        age_days
    FROM {{opened}} WHERE side = 'left'
), should AS (SELECT shop, order_no, day, currency, should, settled, group_id, record_key FROM {TABLE})
SELECT * EXCLUDE (group_id, record_key) FROM (
    SELECT t.*, o.* EXCLUDE (group_id, record_key) FROM should t JOIN left_open o ON o.record_key = t.record_key
    WHERE t.group_id = ''
    UNION ALL SELECT t.*, o.* EXCLUDE (group_id, record_key) FROM should t JOIN left_open o ON o.group_id = t.group_id
    WHERE t.group_id <> '' AND o.record_key = ''
)
"""
# The same by day. An order that stands in one row of its kind is counted (THINGS), others have a row for each (THING).
REST_DAYS_SQL = f"""
CREATE OR REPLACE TEMP TABLE {REST_DAYS} AS
WITH row AS (
    SELECT shop, order_no, currency, day, class, cause, needs_work, amount,
        count(*) OVER (PARTITION BY shop, order_no, currency, class, cause, needs_work) = 1 AS single FROM {RESTS}
)
SELECT shop, currency, day, class, cause, needs_work, CASE WHEN NOT single THEN concat(shop, chr(31), order_no) END
    AS {THING}, CASE WHEN single THEN count(*) ELSE 1 END AS {THINGS}, count(*)::BIGINT AS rows,
    sum(amount)::DECIMAL(38,5) AS amount, coalesce(sum(amount) FILTER (amount > 0), 0)::DECIMAL(38,5) AS less
FROM row GROUP BY shop, currency, day, class, cause, needs_work, single,
    CASE WHEN NOT single THEN concat(shop, chr(31), order_no) END
"""
INSIDE = """currency = $currency AND ($from::DATE IS NULL OR day >= $from) AND ($to::DATE IS NULL OR day <= $to)
  AND ($shop = '' OR shop = $shop)"""
SHOPS_SQL = f"""
SELECT shop, {things_sql()} AS orders, sum(should)::DECIMAL(38,5) AS should,
    sum(settled)::DECIMAL(38,5) AS settled FROM {DAYS} WHERE {INSIDE} GROUP BY shop ORDER BY shop
"""
CLASSES_SQL = f"""
SELECT class, cause, needs_work, {things_sql()} AS orders, sum(amount)::DECIMAL(38,5) AS amount
FROM {REST_DAYS} WHERE {INSIDE} GROUP BY ALL ORDER BY needs_work DESC, abs(sum(amount)) DESC, class, cause
"""
LISTED = f"{INSIDE} AND needs_work AND ($class = '' OR class = $class)"
LIST_SQL = f"""
SELECT * FROM {RESTS} WHERE {LISTED} AND {LARGEST}
ORDER BY abs(amount) DESC, order_no, class
"""
WHOLE_SQL = f"""
SELECT sum(rows)::BIGINT AS rows, sum(amount)::DECIMAL(38,5) AS amount FROM {REST_DAYS} WHERE {LISTED}
"""
BY_SHOP_SQL = f"""
SELECT shop, coalesce(sum(amount) FILTER (NOT needs_work), 0)::DECIMAL(38,5) AS idle,
    coalesce(sum(amount) FILTER (needs_work AND class = 'missing_right'), 0)::DECIMAL(38,5) AS missing,
    coalesce(sum(less) FILTER (needs_work AND class <> 'missing_right'), 0)::DECIMAL(38,5) AS less,
    coalesce(sum(amount - less) FILTER (needs_work AND class <> 'missing_right'), 0)::DECIMAL(38,5) AS more
FROM {REST_DAYS} WHERE {INSIDE} GROUP BY shop
"""
ALONE_SQL = """
SELECT class, cause, needs_work, count(*) AS lines, sum(amount)::DECIMAL(38,5) AS amount FROM {opened}
WHERE side = 'right' AND coalesce(record_key, '') <> '' AND currency = $currency
  AND ($from::DATE IS NULL OR date >= $from) AND ($to::DATE IS NULL OR date <= $to)
  AND ($shop = '' OR scope = $shop)
GROUP BY ALL ORDER BY abs(sum(amount)) DESC, class, cause
"""


def make(source: ReportSource, params: Mapping[str, Any]) -> ReportTable:
    """Per currency: by shop, by kind and cause, what was settled without an order, then order by order."""
    prepare(source)
    sections, equations, controls = [], [], []
    for row in source.rows(f"SELECT DISTINCT currency FROM {DAYS} ORDER BY 1"):
        currency = row["currency"]
        values = {**params, "currency": currency}
        shops, classes = _shops(source, values, currency), _classes(source, values, currency)
        if not shops.rows:
            continue
        alone = _alone(source, values, currency)
        listed = _list(source, values, currency)
        sections += [shops, classes, *([alone] if alone.rows else []), *([listed] if listed.rows else [])]
        totals = shops.totals() or ()
        should, settled, difference = (totals[shops.index(key)] for key in ("should", "settled", "difference"))
        terms = (("", SHOULD, should), ("−", SETTLED_WORD, settled), ("=", DIFFERENCE, difference))
        told = tuple((sign, translated(title), amount) for sign, title, amount in terms)
        equations.append(Equation(translated(_("Orders and settlement")), told, currency))
        between = (classes.totals() or ())[classes.index("amount")]
        label, agrees = translated(_("Should bring less settled")), translated(_("differences by kind"))
        controls.append(Control(label, difference, agrees, between, currency))
        controls += _statement_control(source, currency)
    return finished(
        REPORT, source, (period_fact(params),), sections, notes=NOTES, controls=controls, equations=equations
    )


def prepare(source: ReportSource) -> None:
    """Make, or keep, what the report reads: DAYS, RESTS and REST_DAYS."""
    if not (source.order_links and source.order_open):
        return
    names = {"links": source.order_links, "opened": source.order_open, "settlement_line": source.settlement_line}

    def made(query: str) -> Callable[[], None]:
        def make() -> None:
            source.keep_made(TABLE, TABLE_SQL.format(**names), hold=False)
            source.con.execute(query)

        return make

    source.keep(DAYS, made(DAYS_SQL), "day")
    source.keep(RESTS, made(RESTS_SQL.format(**names)), "day")
    source.keep_made(REST_DAYS, REST_DAYS_SQL, "day")


def _statement_control(source: ReportSource, currency: str) -> list[Control]:
    """What all orders should bring, of any day, beside the run's own statement."""
    told = [r["total"] for r in source.statements if (r["name"], r["side"], r["currency"]) == (NAME, "left", currency)]
    query = f"SELECT coalesce(sum(should), 0)::DECIMAL(38,5) AS amount FROM {DAYS} WHERE currency = $currency"
    found = source.rows(query, {"currency": currency})[0]["amount"]
    label, agrees = translated(_("Should bring, all days")), translated(_("the statement's orders in all"))
    return [Control(label, found, agrees, told[0], currency)] if told else []


def _shops(source: ReportSource, values: Mapping[str, Any], currency: str) -> Section:
    columns = (
        Column("shop", translated(_("Shop"))),
        Column("orders", translated(_("Orders")), "count", total=True),
        Column("should", translated(SHOULD), "money", total=True, definition=translated(SHOULD_IS)),
        Column("settled", translated(SETTLED_WORD), "money", total=True, definition=translated(SETTLED_IS)),
        Column("difference", translated(DIFFERENCE), "money", total=True, definition=translated(DIFFERENCE_IS)),
        Column("idle", translated(_("Needs no work")), "money", total=True, definition=translated(IDLE)),
        Column("missing", translated(_("Not settled")), "money", total=True, definition=translated(MISSING)),
        Column("less", translated(_("Too little")), "money", total=True),
        Column("more", translated(_("Too much")), "money", total=True),
    )
    parts = {row["shop"]: row for row in source.rows(BY_SHOP_SQL, values)}
    rows = []
    for row in source.rows(SHOPS_SQL, values):
        own = parts.get(row["shop"], {})
        split = [own.get(key, ZERO) for key in ("idle", "missing", "less", "more")]
        figures = (row["orders"], row["should"], row["settled"], row["should"] - row["settled"], *split)
        rows.append(Row((row["shop"], *figures), drill={"shop": row["shop"] or ""}))
    return Section(
        translated(_("By shop")),
        columns,
        tuple(rows),
        translated(_("Total")),
        currency,
        target="settlement-differences",
    )


def _classes(source: ReportSource, values: Mapping[str, Any], currency: str) -> Section:
    columns = (
        Column("class", translated(_("Kind"))),
        Column("cause", translated(_("Cause"))),
        Column("work", translated(_("Needs work"))),
        Column("orders", translated(_("Orders")), "count", drill={}),
        Column("amount", translated(_("Amount")), "money", total=True, definition=translated(AMOUNT)),
    )
    yes = translated(_("yes"))
    rows = tuple(
        Row((word_of("class", row["class"]), word_of("cause", row["cause"] or ""), yes if row["needs_work"] else "",
             row["orders"], row["amount"]),
            drill={"class": row["class"], "cause": row["cause"] or "", "side": "left"})
        for row in source.rows(CLASSES_SQL, values)
    )  # fmt: skip
    title = translated(_("By kind and cause"))
    return Section(title, columns, rows, translated(_("Total")), currency, target=f"open/{NAME}")


def _alone(source: ReportSource, values: Mapping[str, Any], currency: str) -> Section:
    columns = (
        Column("class", translated(_("Kind"))),
        Column("cause", translated(_("Cause"))),
        Column("work", translated(_("Needs work"))),
        Column("lines", translated(_("Settlement lines")), "count", total=True, drill={}),
        Column("amount", translated(_("Amount")), "money", total=True),
    )
    yes = translated(_("yes"))
    rows = tuple(
        Row((word_of("class", row["class"]), word_of("cause", row["cause"] or ""), yes if row["needs_work"] else "",
             row["lines"], row["amount"]),
            drill={"class": row["class"], "cause": row["cause"] or "", "side": "right"})
        for row in source.rows(ALONE_SQL.format(opened=source.order_open), values)
    )  # fmt: skip
    title = translated(_("Settled without an order"))
    return Section(title, columns, rows, translated(_("Total")), currency, target=f"open/{NAME}")


def _list(source: ReportSource, values: Mapping[str, Any], currency: str) -> Section:
    columns = (
        Column("order_no", translated(_("Order"))),
        Column("shop", translated(_("Shop"))),
        Column("day", translated(_("Date")), "date"),
        Column("should", translated(SHOULD), "money"),
        Column("settled", translated(SETTLED_WORD), "money"),
        Column("amount", translated(DIFFERENCE), "money", total=True),
        Column("class", translated(_("Kind"))),
        Column("cause", translated(_("Cause"))),
        Column("due", translated(_("Due on")), "date"),
        Column("age", translated(_("Age (days)")), "count"),
    )
    asked = {**values, "least": least_listed(source, RESTS, LISTED, values)}
    rows = list_rows(source, LIST_SQL, asked, columns, _line, lambda: source.rows(WHOLE_SQL, values)[0])
    return Section(translated(_("Orders that need work")), columns, rows, translated(_("Total")), currency)


def _line(row: Mapping[str, Any]) -> Row:
    return Row((
        row["order_no"], row["shop"], row["day"], row["should"], row["settled"], row["amount"],
        word_of("class", row["class"]), word_of("cause", row["cause"] or ""), row["due_date"], row["age_days"],
    ))  # fmt: skip


SHOULD, SETTLED_WORD, DIFFERENCE = _("Should bring"), _("Settled before fees"), _("Difference in amount")
SHOULD_IS = _("Paid and borne by the platform, less refunds.")
SETTLED_IS = _("Sales, subsidies and freight settled for these orders, less refunds; fees are no part of it.")
DIFFERENCE_IS = _("Should bring less settled: above zero, too little was settled.")
IDLE = _("Not due yet, or another period's.")
MISSING = _("Past its due date, and nothing was settled.")
AMOUNT = _("Above zero: too little was settled; below zero: too much.")
NOTES = (
    _("Should bring − settled before fees = needs no work + not settled + too little + too much."),
    _("Matches and their differences are those of the last reconciliation."),
)
REPORT = Report(
    "settlement-differences",
    _("Settlement against orders"),
    _("What orders should bring, what was settled for them, and what lies between, by kind and cause."),
    (FROM, TO, SHOP, Parameter("class", _("Kind"), hidden=True)),
    make,
    needs=("order_links", "order_open", "settlement_line"),
    group="reconciliation",
)
