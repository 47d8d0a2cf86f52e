"""Order lines as reports of sales and income count them: what was sold, by product, on the day of its order.

The lines are those of the collection (`collection_orders.LIVE_SQL`), so their sums are its `paid`,
`platform_borne` and `refunded`, order by order.
"""

from __future__ import annotations

from huikuan.insight.collection_orders import live_sql
from huikuan.insight.report_base import ReportSource

# What a line sold: its item number, else the name it was sold by.
PRODUCT = "coalesce(nullif(l.sku, ''), nullif(l.title, ''), '')"

SOLD_SQL = f"""
{{live}}
SELECT l.shop, l.order_no, l.currency, c.business_date, {PRODUCT} AS product, l.sku, l.title, l.line_no,
    coalesce(l.qty, 0) AS quantity,
    l.paid + CASE WHEN l.cancelled THEN 0 ELSE l.platform_borne END AS sales, l.refunded
FROM live l JOIN {{collection}} c ON c.shop = l.shop AND c.order_no = l.order_no AND c.currency = l.currency
WHERE NOT l.dead
"""


def sold_lines(source: ReportSource) -> str:
    """A query: one row per order line that counts. `sales` is what buyers and the platform paid for it,
    before refunds; `product` is blank where neither number nor name is told."""
    live = live_sql(source.order_line, source.as_of, source.timezone, "sku, title, qty, line_no,")
    return SOLD_SQL.format(live=live, collection=source.collection)
