"""Order lines added up for questions about sales (`insight.semantic.sales`): small tables that a run writes.

`line_days`: by day and shop, with the number of different orders, which cannot be added up from lines. `line_cube`: by
some more columns.
"""

from __future__ import annotations

from huikuan.insight.semantic.cube import THING, THINGS, Cube

SUMS = (
    "paid", "platform_borne", "refunded", "list_amount", "merchant_discount", "platform_discount", "shipping_fee",
    "qty",
)  # fmt: skip
LINE_DAYS = Cube("line_days", ("business_date", "shop"), "number", "orders")
LINE_CUBE = Cube("line_cube", ("business_date", "shop", "status", "category"), "number")
# Of each table the columns that add up: how many lines and orders there are, and sums.
LINE_NUMBERS = {"line_days": ("number", THINGS), "line_cube": ("number",)}

# Orders whose lines are all of one currency and day are counted (THINGS); one of several has a row of its own for each
# of them (THING).
ORDERS_SQL = f"""
WITH whole AS (
    SELECT shop, order_no, min(currency) AS currency, min(business_date) AS business_date,
        min(currency) = max(currency) AND min({{day}}) = max({{day}}) AS single
    FROM {{order_line}} GROUP BY shop, order_no
)
SELECT currency, business_date, shop, count(*) AS {THINGS}, NULL::VARCHAR AS {THING} FROM whole WHERE single
GROUP BY ALL
UNION ALL SELECT DISTINCT l.currency, l.business_date, l.shop, 1, concat(l.shop, chr(31), l.order_no)
FROM {{order_line}} l JOIN whole w ON w.shop = l.shop AND w.order_no = l.order_no WHERE NOT coalesce(w.single, false)
"""


def line_cubes_sql(order_line: str) -> dict[str, str]:
    """The tables by name, each as a query. Key: currency and the columns of the cube (of `line_days` also THING).
    Figures: `number` of lines, `SUMS` (0 where nothing is told)."""
    sums = ", ".join(f"coalesce(sum({name}), 0)::DECIMAL(38,5) AS {name}" for name in SUMS)

    def added(cube: Cube) -> str:
        keys = ", ".join(("currency", *cube.columns))
        return f"SELECT {keys}, count(*)::BIGINT AS number, {sums} FROM {order_line} GROUP BY ALL"

    orders = ORDERS_SQL.format(order_line=order_line, day="coalesce(business_date, DATE '0001-01-01')")
    keys = ", ".join(("currency", *LINE_DAYS.columns, THING))
    numbers = ", ".join(f"coalesce(sum({name}), 0)::BIGINT AS {name}" for name in LINE_NUMBERS["line_days"])
    days = f"SELECT {keys}, {numbers}, {sums} FROM (({orders}) UNION ALL BY NAME ({added(LINE_DAYS)})) GROUP BY ALL"
    return {"line_days": days, "line_cube": added(LINE_CUBE)}
