"""Order lines added up for questions about sales (`insight.semantic.sales`): two small tables that a run writes.

`line_cube`: the lines' sums. `order_days`: how many different orders there are on each day, which days cannot be added
up from lines.
"""

from __future__ import annotations

from huikuan.insight.semantic.cube import THING, THINGS

CUBE_COLUMNS = ("business_date", "shop", "status", "category")
DAY_COLUMNS = ("business_date", "shop")
SUMS = (
    "paid", "platform_borne", "refunded", "list_amount", "merchant_discount", "platform_discount", "shipping_fee",
)  # fmt: skip
# Of each table the columns that add up, the first how many lines or orders there are.
LINE_FIGURES = {"line_cube": ("number", "qty", *SUMS), "order_days": (THINGS,)}


def line_cube_sql(order_line: str) -> str:
    """Key: currency, CUBE_COLUMNS. `number` of lines, `qty` and `SUMS` added up, nothing told as 0."""
    sums = ", ".join(f"coalesce(sum({name}), 0)::DECIMAL(38,5) AS {name}" for name in (*SUMS, "qty"))
    return f"SELECT currency, {', '.join(CUBE_COLUMNS)}, count(*) AS number, {sums} FROM {order_line} GROUP BY ALL"


def order_days_sql(order_line: str) -> str:
    """Key: currency, DAY_COLUMNS, THING. Orders whose lines are all of one currency and day are counted (THINGS); one
    of several has a line of its own for each of them (THING)."""
    days = "coalesce(business_date, DATE '0001-01-01')"
    return f"""
WITH whole AS (
    SELECT shop, order_no, min(currency) AS currency, min(business_date) AS business_date,
        min(currency) = max(currency) AND min({days}) = max({days}) AS single FROM {order_line} GROUP BY shop, order_no
)
SELECT currency, business_date, shop, count(*) AS {THINGS}, NULL::VARCHAR AS {THING} FROM whole WHERE single
GROUP BY ALL
UNION ALL SELECT DISTINCT l.currency, l.business_date, l.shop, 1, concat(l.shop, chr(31), l.order_no)
FROM {order_line} l
    JOIN whole w ON w.shop = l.shop AND w.order_no = l.order_no WHERE NOT coalesce(w.single, false)"""


def lines_cubes_sql(order_line: str) -> dict[str, str]:
    """The tables by name, each as a query."""
    return {"line_cube": line_cube_sql(order_line), "order_days": order_days_sql(order_line)}
