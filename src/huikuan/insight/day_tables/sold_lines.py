"""Order lines as reports of sales and income count them: what was sold, by product, on the day of its order.

The lines are those of the collection (`collection.orders.LIVE_SQL`), so their sums are its `paid`,
`platform_borne` and `refunded`, order by order.
"""

from __future__ import annotations

from datetime import date

from huikuan.insight.collection.orders import live_sql

# What a line sold: its item number, else the name it was sold by.
PRODUCT = "coalesce(nullif(l.sku, ''), nullif(l.title, ''), '')"

SOLD_SQL = f"""
{{live}}
SELECT l.shop, l.order_no, l.currency, {PRODUCT} AS product, l.sku, l.title, l.line_no,{{more}}
    coalesce(l.qty, 0) AS quantity,
    l.paid + CASE WHEN l.cancelled THEN 0 ELSE l.platform_borne END AS sales, l.refunded
FROM live l{{orders}} WHERE NOT l.dead
"""
ORDERS = " JOIN {collection} c ON c.shop = l.shop AND c.order_no = l.order_no AND c.currency = l.currency"


# `lines` were sold, of the `number` that count; a line that was only given back was not.
PRODUCT_DAYS_SQL = """
SELECT shop, currency, business_date, product, title, count(*)::BIGINT AS number,
    count(*) FILTER (sales <> 0 OR quantity <> 0)::BIGINT AS lines, sum(quantity)::DECIMAL(38,5) AS quantity,
    sum(sales)::DECIMAL(38,5) AS sales, sum(refunded)::DECIMAL(38,5) AS refunded
FROM ({sold}) GROUP BY ALL
"""
PRODUCT_NUMBERS, PRODUCT_SUMS = ("number", "lines"), ("quantity", "sales", "refunded")


def sold_lines(order_line: str, collection: str, as_of: date, timezone: str, *, keys: bool = False) -> str:
    """A query: one row per order line that counts. `sales` is what buyers and the platform paid for it,
    before refunds; `product` is blank where neither number nor name is told. `keys`: with its `record_key`."""
    more = " l.record_key, c.business_date," if keys else " c.business_date,"
    live = live_sql(order_line, as_of, timezone, "sku, title, qty, line_no," + (" record_key," if keys else ""))
    return SOLD_SQL.format(live=live, orders=ORDERS.format(collection=collection), more=more)


def lines_sold(order_line: str, as_of: date, timezone: str) -> str:
    """The same without the day, for who joins the lines with orders of the collection."""
    return SOLD_SQL.format(live=live_sql(order_line, as_of, timezone, "sku, title, qty, line_no,"), orders="", more="")


def product_days_sql(order_line: str, collection: str, as_of: date, timezone: str) -> str:
    """The sold lines added up. Key: shop, currency, business_date (of the order), product, title. Figures: `number` of
    lines, `lines` that were sold, quantity, sales, refunded."""
    return PRODUCT_DAYS_SQL.format(sold=sold_lines(order_line, collection, as_of, timezone))
