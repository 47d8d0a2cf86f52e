"""Small tables by day beside a collection, which a run writes so that reports need not read all orders and lines.

    outstanding     the orders of the collection of which anything is still to come, as they stand there
    collected_days  orders collected whole, by the day of their last receipt and how long it took
    sold_days       what was sold and refunded, by day (`movements.sales_sql`)
    settled_days    what was settled and charged, by day (`collection.settled`)
    product_days    what was sold of each product, by the day of the order (`sold_lines`)

Their figures are those of the collection and of its movements, added up. Where a run has none of a table, reports make
it themselves (`table`).
"""

from __future__ import annotations

from huikuan.insight.collection.cube import cubes_sql
from huikuan.insight.collection.movements import LINE_TABLE, WRITTEN_OFF_SQL, build_lines, decided, sales_of
from huikuan.insight.collection.orders import local_day
from huikuan.insight.day_tables.sold_lines import product_days_sql
from huikuan.insight.reports.base import ReportSource
from huikuan.insight.semantic.cube import THING, THINGS
from huikuan.records.rules import BEGINNING

OUTSTANDING = """receivable - collected - written_off <> 0 OR settled_not_collected <> 0 OR not_due <> 0
    OR overdue <> 0 OR disputed <> 0"""
# From which day the days to collect are counted -> the column of a collection that tells it, or that of a moment.
STARTS = {
    "ordered": "business_date", "paid": "paid_at", "shipped": "shipped_at", "settled": "settled_on",
    "expected": "expected_date",
}  # fmt: skip
KEY = "shop, currency, day, kind, stage"
# An order's sales, or its refunds, of one day are counted (THINGS); those of several days have a row for each (THING).
# An order that was shipped by the moment of its refund was refunded after shipping.
SOLD_DAYS_SQL = f"""
WITH line AS MATERIALIZED (SELECT * FROM ({{sales}}) WHERE amount <> 0), whole AS (
    SELECT shop, order_no, currency, kind, min(day) AS day, min(day) = max(day) AS single,
        sum(amount) AS amount, {{stage}} AS stage FROM line GROUP BY shop, order_no, currency, kind
)
SELECT {KEY}, count(*)::BIGINT AS {THINGS}, NULL::VARCHAR AS {THING}, sum(amount)::DECIMAL(38,5) AS amount
FROM whole WHERE single GROUP BY ALL
UNION ALL SELECT {KEY}, 1, {THING}, amount::DECIMAL(38,5) FROM (
    SELECT shop, order_no, currency, day, kind, {{stage}} AS stage, concat(shop, chr(31), order_no) AS {THING},
        sum(amount) AS amount
    FROM line SEMI JOIN (FROM whole WHERE NOT single) w USING (shop, order_no, currency, kind)
    GROUP BY shop, order_no, currency, day, kind
)"""
STAGE_SQL = """CASE WHEN kind = 'refunded' THEN
    CASE WHEN bool_or(coalesce(shipped_at <= coalesce(moment, shipped_at), shipped)) THEN 'after' ELSE 'before' END
    END"""
SETTLED_DAYS_SQL = """
SELECT shop, account, currency, type, day, known, is_gross, is_fee, sum(amount)::DECIMAL(38,5) AS amount
FROM {lines} GROUP BY ALL HAVING sum(amount) <> 0
"""

MOVEMENT_DAYS = "r_movement_days"
MOVEMENTS_SQL = f"""
SELECT shop, currency, day, kind, amount FROM {{sold_days}}
UNION ALL SELECT shop, currency, day, 'fees', -amount FROM {{settled_days}} WHERE known AND is_fee
UNION ALL SELECT shop, currency, coalesce(bank_date, DATE '{BEGINNING}'), 'collected', amount FROM {{receipts}}
"""


def outstanding_sql(collection: str) -> str:
    """Key as the collection's."""
    return f"SELECT * FROM {collection} WHERE {OUTSTANDING}"


def start_sql(start: str, timezone: str) -> str:
    """The day of a collection's row from which the days to collect are counted."""
    column = STARTS[start]
    return local_day(column, timezone) if column.endswith("_at") else column


def collected_days_sql(collection: str, timezone: str) -> str:
    """Key: start (of STARTS), shop, currency, collected_on, days. Figures: orders, collected."""
    starts = ", ".join(f"'{start}'" for start in STARTS)
    days = ", ".join(f"(collected_on - {start_sql(start, timezone)})::BIGINT" for start in STARTS)
    return f"""
SELECT start, shop, currency, collected_on, days, count(*)::BIGINT AS orders,
    sum(collected)::DECIMAL(38,5) AS collected
FROM (SELECT shop, currency, collected_on, collected, unnest([{starts}]) AS start, unnest([{days}]) AS days
    FROM {collection} WHERE status = 'collected' AND collected <> 0 AND collected_on IS NOT NULL)
WHERE days IS NOT NULL GROUP BY ALL"""


def sold_days_sql(sales: str) -> str:
    """Key: shop, currency, day, kind (sold, refunded), stage (before or after shipping), THING. Figures: THINGS
    (orders), amount. `sales`: the query of `movements.sales_sql`."""
    return SOLD_DAYS_SQL.format(sales=sales, stage=STAGE_SQL)


def build_movement_days(source: ReportSource) -> str:
    """Make the movements of the receivable (`movements`) by day; the table's name. Key: shop, currency, day, kind."""
    names = {name: table(source, name) for name in ("sold_days", "settled_days", "receipts")}
    with decided(source):
        source.con.execute(
            f"CREATE OR REPLACE TEMP TABLE {MOVEMENT_DAYS} AS {MOVEMENTS_SQL.format(**names)} "
            f"UNION ALL BY NAME {WRITTEN_OFF_SQL.format(collection=source.collection)}"
        )
    return MOVEMENT_DAYS


def table(source: ReportSource, name: str) -> str:
    """The name of a table of this module or of `collection.cube`: the run's, else one that is made here."""
    if name in source.tables:
        return source.tables[name]
    made = f"r_{name}"
    source.con.execute(f"CREATE OR REPLACE TEMP TABLE {made} AS {_query(source, name)}")
    return made


def _query(source: ReportSource, name: str) -> str:
    if name == "outstanding":
        return outstanding_sql(source.collection)
    if name == "collected_days":
        return collected_days_sql(source.collection, source.timezone)
    if name == "sold_days":
        return sold_days_sql(sales_of(source))
    if name == "product_days":
        return product_days_sql(source.order_line, source.collection, source.as_of, source.timezone)
    if name == "settled_days":
        build_lines(source)
        return SETTLED_DAYS_SQL.format(lines=LINE_TABLE)
    return cubes_sql(source.collection, source.collection_share, "payout_key")[name]
