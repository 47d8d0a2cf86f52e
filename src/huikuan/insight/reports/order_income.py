"""What each order, and each of its lines, brings in the end: net sales less fees by group less freight.

Makes tables on the report's connection, kept with the run (`ReportSource.keep`), all but the lines:

    i_fee    oid, currency, type, amount    fees of an order as the collection counts them, above zero = charged
    i_order  an order of the period and currency: net sales, a column per FEE_GROUPS, freight (null: no courier told it)
    i_line   the same per order line; what is the order's as a whole is allocated by sales, to the cent
    i_day, i_type, i_product    the same added up by the order's day and shop; by fee type, by product too

Freight is what couriers charged for the order's parcels (`courier_charge`), by the order it names, else by its parcel;
a parcel of several orders is shared by pieces, those of a line that names several orders by equal parts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from huikuan.formats.allocation import allocated_sql
from huikuan.insight.collection.collecting import CollectionInputs
from huikuan.insight.collection.settled import IS_FEE, attribute, counting_lines, quoted
from huikuan.insight.day_tables.sold_lines import lines_sold
from huikuan.insight.reports.base import ReportSource
from huikuan.records.messages import gettext_noop as _
from huikuan.records.sql import sql_text

# Fee types as reports put them together; every fee type is in exactly one group.
FEE_GROUPS: dict[str, tuple[str, ...]] = {
    "commission": ("commission", "influencer_commission", "affiliate_commission"),
    "services": ("service_fee", "payment_fee", "installment_fee"),
    "advertising": ("marketing",),
    "insurance": ("freight_insurance",),
    "platform_freight": ("freight",),
    "penalties": ("penalty", "compensation"),
    "other_fees": ("adjustment", "tax", "unclassified"),
}
GROUP_TITLES: dict[str, str] = {
    "commission": _("Commission"),
    "services": _("Platform services"),
    "advertising": _("Advertising"),
    "insurance": _("Insurance"),
    "platform_freight": _("Freight by platform"),
    "penalties": _("Penalties and compensation"),
    "other_fees": _("Other fees"),
}

ORDERS_SQL = """
CREATE OR REPLACE TEMP TABLE c_order AS
SELECT dense_rank() OVER (ORDER BY shop, order_no) AS oid, shop, order_no, currency, business_date, paid,
    platform_borne, refunded, fees FROM {collection}
"""
FEES_SQL = f"""
INSERT INTO i_fee SELECT oid, currency, type, -sum(amount)::DECIMAL(18,5)
FROM ({{attributed}}) WHERE {IS_FEE} GROUP BY oid, currency, type
"""

# Which orders a charge is for: the one it names, where only one shop has that number; else those in its parcel.
CHARGED_SQL = """
CREATE OR REPLACE TEMP TABLE i_charged AS
WITH charge AS (
    SELECT record_key, currency, amount, coalesce(order_no, '') AS order_no, coalesce(shop, '') AS shop,
        coalesce(tracking_no, '') AS tracking_no, account, business_date, item
    FROM {courier_charge} WHERE business_date IS NULL OR business_date <= $as_of
), known AS (
    SELECT DISTINCT oid, shop, order_no, count(DISTINCT shop) OVER (PARTITION BY order_no) AS shops FROM c_order
), named AS (
    SELECT c.record_key, k.oid, 1::DECIMAL(18,5) AS weight FROM charge c JOIN known k ON k.order_no = c.order_no
    AND (k.shop = c.shop OR (c.shop = '' AND k.shops = 1)) WHERE c.order_no <> ''
), sent AS (
    SELECT tracking_no, shop, trim(unnest(string_split(order_no, ','))) AS order_no,
        (qty / len(string_split(order_no, ',')))::DECIMAL(18,5) AS qty
    FROM (SELECT tracking_no, shop, order_no, coalesce(qty, 0) AS qty FROM {shipment_line}
        WHERE coalesce(status, '') <> 'cancelled' AND order_no <> '')
), parcel AS (
    SELECT tracking_no, shop, order_no, sum(qty) AS weight FROM sent GROUP BY ALL
), carried AS (
    SELECT c.record_key, k.oid, p.weight FROM charge c JOIN parcel p ON p.tracking_no = c.tracking_no
    JOIN known k ON k.shop = p.shop AND k.order_no = p.order_no
    WHERE c.tracking_no <> '' AND c.record_key NOT IN (SELECT record_key FROM named)
), shared AS (
    SELECT c.*, t.oid, t.weight, row_number() OVER (PARTITION BY c.record_key ORDER BY t.oid) AS source_row
    FROM charge c LEFT JOIN (FROM named UNION ALL FROM carried) t ON t.record_key = c.record_key
)
SELECT record_key, account, business_date, item, s.currency, o.oid, ({allocated})::DECIMAL(18,5) AS amount
FROM shared s LEFT JOIN (SELECT DISTINCT oid, currency FROM c_order) o ON o.oid = s.oid AND o.currency = s.currency
"""

ORDER_SQL = """
CREATE OR REPLACE TEMP TABLE i_all_order AS
WITH fee AS (
    SELECT oid, currency, {groups} FROM i_fee GROUP BY oid, currency
), freight AS (
    SELECT oid, currency, sum(amount) AS freight FROM i_charged WHERE oid IS NOT NULL GROUP BY oid, currency
)
SELECT o.oid, o.shop, o.order_no, o.currency, o.business_date,
    (o.paid + o.platform_borne)::DECIMAL(18,5) AS sales, o.refunded::DECIMAL(18,5) AS refunded, o.fees, {filled},
    freight, ({income})::DECIMAL(18,5) AS income
FROM c_order o LEFT JOIN fee f ON f.oid = o.oid AND f.currency = o.currency
LEFT JOIN freight r ON r.oid = o.oid AND r.currency = o.currency
WHERE (o.paid <> 0 OR o.platform_borne <> 0 OR o.refunded <> 0 OR o.fees <> 0 OR freight IS NOT NULL)
"""
COSTS = (*FEE_GROUPS, "freight")
INCOME = " - ".join(("sales - o.refunded", *(f"coalesce({name}, 0)" for name in COSTS)))
# What adds up: net sales, fees by group, freight (null where nobody told any).
SUMS = ("net", *COSTS)
_ADDED = ", ".join(
    ("sum(sales - refunded)::DECIMAL(38,5) AS net", *(f"sum({name})::DECIMAL(38,5) AS {name}" for name in COSTS))
)
DAYS_SQL = {
    "day": f"""SELECT shop, currency, business_date, count(*)::BIGINT AS orders,
        count(*) FILTER (income < 0)::BIGINT AS losses, count(freight)::BIGINT AS told, {_ADDED}
        FROM i_all_order GROUP BY ALL""",
    "type": """SELECT o.shop, f.currency, o.business_date, f.type, count(*)::BIGINT AS orders,
        sum(f.amount)::DECIMAL(38,5) AS amount
        FROM i_fee f JOIN i_all_order o ON o.oid = f.oid AND o.currency = f.currency GROUP BY ALL""",
    # An order and currency has one day, so that its products are counted on that day alone.
    "product": f"""SELECT shop, currency, business_date, product, max(title) AS title,
        count(DISTINCT oid)::BIGINT AS orders, sum(quantity)::DECIMAL(38,5) AS quantity, {_ADDED}
        FROM i_all_line GROUP BY shop, currency, business_date, product""",
}

LINE_SQL = """
CREATE OR REPLACE TEMP TABLE i_all_line AS
WITH sold AS ({sold}), every AS (
    SELECT o.oid, o.currency, o.shop, o.business_date, coalesce(s.product, '') AS product, s.title,
        coalesce(s.quantity, 0) AS quantity, coalesce(s.sales, 0) AS own_sales,
        coalesce(s.refunded, 0) AS own_refunded, {costs}, s.line_no, s.sales
    FROM i_all_order o LEFT JOIN sold s ON s.shop = o.shop AND s.order_no = o.order_no AND s.currency = o.currency
), several AS (
    SELECT oid, currency FROM every GROUP BY ALL HAVING count(*) > 1
), line AS (
    SELECT *, row_number() OVER (PARTITION BY oid, currency ORDER BY line_no, product, sales) AS source_row
    FROM every SEMI JOIN several USING (oid, currency)
)
SELECT oid, currency, shop, business_date, product, title, quantity, own_sales AS sales,
    own_refunded AS refunded, {allocated}
FROM line
UNION ALL BY NAME SELECT oid, currency, shop, business_date, product, title, quantity, own_sales AS sales,
    own_refunded AS refunded, {own}
FROM every ANTI JOIN several USING (oid, currency)
"""


def build(source: ReportSource, where: str, values: Mapping[str, Any]) -> None:
    """Make i_order and i_line for the orders that `where` chooses (a condition on `business_date` and `shop`)."""
    keep_days(source)  # while the lines are at hand
    _keep_lines(source)
    for name in ("order", "line"):
        _choose(source, f"i_{name}", f"i_all_{name}", where, values)


def build_days(source: ReportSource, where: str, values: Mapping[str, Any]) -> None:
    """Make i_day, i_type, i_product, i_order for the orders that `where` chooses; i_charged."""
    keep_days(source)
    source.keep("i_charged", lambda: _charge(source))
    _keep_orders(source)
    for name in DAYS_SQL:
        _choose(source, f"i_{name}", f"i_all_{name}", where, values)
    _choose(source, "i_order", "i_all_order", where, values)


def keep_days(source: ReportSource) -> None:
    """Keep the tables by day."""

    def made(name: str) -> Callable[[], None]:
        def make() -> None:
            _keep_lines(source)
            source.con.execute(f"CREATE OR REPLACE TEMP TABLE i_all_{name} AS {DAYS_SQL[name]}")

        return make

    for name in DAYS_SQL:
        source.keep(f"i_all_{name}", made(name), "business_date")


def _choose(source: ReportSource, view: str, table: str, where: str, values: Mapping[str, Any]) -> None:
    # A view takes no bound values.
    chosen = re.sub(r"\$(\w+)", lambda found: f"{sql_text(str(values[found[1]]))}", where)
    source.con.execute(f"CREATE OR REPLACE TEMP VIEW {view} AS FROM {table} WHERE {chosen}")


def _keep_orders(source: ReportSource) -> None:
    source.keep("i_all_order", lambda: _every_order(source), "income")  # lists begin with the least


def _keep_lines(source: ReportSource) -> None:
    _keep_orders(source)
    source.keep("i_all_line", lambda: _every_line(source), hold=False)  # reports read the tables by day


def _orders(source: ReportSource) -> None:
    """Make c_order: all orders of the collection, numbered."""
    source.keep_made("c_order", ORDERS_SQL.format(collection=source.collection), hold=False)


def _fees(source: ReportSource) -> None:
    con = source.con
    _orders(source)
    con.execute("CREATE OR REPLACE TEMP TABLE i_fee (oid BIGINT, currency VARCHAR, type VARCHAR, amount DECIMAL(18,5))")
    if source.settlement_line:
        inputs = CollectionInputs(settlement_line=source.settlement_line, order_links=source.order_links)
        attribute(con, inputs, source.as_of, FEES_SQL)


def _every_order(source: ReportSource) -> None:
    source.keep("i_fee", lambda: _fees(source))
    source.keep("i_charged", lambda: _charge(source))
    _orders(source)
    groups = ", ".join(
        f"coalesce(sum(amount) FILTER (type IN ({quoted(types)})), 0)::DECIMAL(18,5) AS {name}"
        for name, types in FEE_GROUPS.items()
    )
    filled = ", ".join(f"coalesce({name}, 0)::DECIMAL(18,5) AS {name}" for name in FEE_GROUPS)
    source.con.execute(ORDER_SQL.format(groups=groups, filled=filled, income=INCOME))


def _every_line(source: ReportSource) -> None:
    allocated = ", ".join(
        f"({allocated_sql(name, 'oid, currency', 'own_sales')})::DECIMAL(18,5) AS {name}" for name in COSTS
    )
    costs, own = (", ".join(f"{before}{name}" for name in COSTS) for before in ("o.", ""))
    sold = lines_sold(source.order_line, source.as_of, source.timezone)
    source.con.execute(LINE_SQL.format(sold=sold, costs=costs, allocated=allocated, own=own))


def _charge(source: ReportSource) -> None:
    _orders(source)
    if not source.courier_charge:
        source.con.execute(
            """CREATE OR REPLACE TEMP TABLE i_charged (record_key VARCHAR, account VARCHAR, business_date DATE,
            item VARCHAR, currency VARCHAR, oid BIGINT, amount DECIMAL(18,5))"""
        )
        return
    none = "(SELECT '' AS tracking_no, '' AS shop, '' AS order_no, 0 AS qty, '' AS status WHERE false)"
    query = CHARGED_SQL.format(
        courier_charge=source.courier_charge, shipment_line=source.shipment_line or none,
        allocated=allocated_sql("amount", "record_key", "weight"),
    )  # fmt: skip
    source.con.execute(query, {"as_of": source.as_of})


# A line belongs to an order where its group has one; the rest is nobody's order.
LOOSE_SQL = f"""
CREATE OR REPLACE TEMP TABLE i_loose AS
SELECT coalesce(s.shop, '') AS shop, s.account, s.type, s.currency, s.business_date, count(*) AS lines,
    -sum(s.amount) AS amount
FROM c_line s WHERE {IS_FEE} AND {{loose}} GROUP BY ALL
"""


def loose_fees(source: ReportSource, where: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Fees charged for no order that is known: shop, account, type, currency, lines, amount. `where` speaks of the
    lines' `business_date` and `shop`."""
    if not source.settlement_line:
        return []
    source.keep("i_loose", lambda: _loose(source))
    query = f"""SELECT shop, account, type, currency, sum(lines)::BIGINT, sum(amount)::DECIMAL(38,5) FROM i_loose s
        WHERE {where} GROUP BY ALL ORDER BY currency, shop, account, type"""
    return list(source.con.execute(query, dict(values)).fetchall())


def _loose(source: ReportSource) -> None:
    _orders(source)
    counting_lines(source.con, source.settlement_line, source.as_of)
    loose = "NOT EXISTS (FROM c_order o WHERE o.order_no = s.order_no)"
    if source.order_links:
        loose = f"""s.record_key NOT IN (SELECT record_key FROM {source.order_links} WHERE side = 'right'
            AND record_key <> '' AND group_id IN (SELECT group_id FROM {source.order_links} l
                JOIN c_order o ON o.shop = l.scope AND o.order_no = l.order_no WHERE l.side = 'left'))"""
    source.con.execute(LOOSE_SQL.format(loose=loose))
    source.con.execute("DROP VIEW c_line")
