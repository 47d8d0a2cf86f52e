"""The orders of a collection as of a day: amounts, times, expected and due date.

As of the day, later times are blank, later refunds not made and orders of later days absent (DESIGN rule 1).
Nobody owes anything for lines that are unpaid or cancelled (rule 10), nor for an order known by its header only.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import duckdb

from huikuan.recons.local_time import end_of_day, offsets
from huikuan.records.due_dates import due_calendar, rule_calendar

if TYPE_CHECKING:
    from huikuan.insight.collection.collecting import CollectionInputs, Setting

NO_ORDERS = """CREATE OR REPLACE TEMP TABLE c_order (oid BIGINT, shop VARCHAR, order_no VARCHAR, currency VARCHAR,
    order_status VARCHAR, business_date DATE, paid_at TIMESTAMP, shipped_at TIMESTAMP, received_at TIMESTAMP,
    closed_at TIMESTAMP, paid DECIMAL(18,5), platform_borne DECIMAL(18,5), refunded DECIMAL(18,5),
    dead BOOLEAN, cancelled BOOLEAN, shipped BOOLEAN, expected_date DATE, due_date DATE,
    reserve_share DECIMAL(10,6), reserve_date DATE, reserve_due DATE)"""
# The furthest state of an order's lines; a line that came to nothing says less than one that goes on.
STATES = "['cancelled', 'unpaid', 'refunded', 'paid', 'shipped', 'received', 'closed']"

# The lines of the orders as of a day, with further columns (`more`). `refunded_on` is when a refund was made, null
# where it is not told; nobody owes anything for a line that is `dead`.
LIVE_SQL = """
WITH line AS (
    SELECT shop, order_no, currency, status, business_date, {more}
        CASE WHEN paid_at < {end} THEN paid_at END AS paid_at,
        CASE WHEN shipped_at < {end} THEN shipped_at END AS shipped_at,
        CASE WHEN received_at < {end} THEN received_at END AS received_at,
        CASE WHEN closed_at < {end} THEN closed_at END AS closed_at,
        coalesce(paid, 0) AS paid, coalesce(platform_borne, 0) AS platform_borne,
        coalesce(refunded_at, CASE WHEN status IN ('refunded', 'cancelled') THEN closed_at END) AS refunded_on,
        CASE WHEN refunded_on >= {end} THEN 0 ELSE coalesce(refunded, 0) END AS refunded,
        status = 'cancelled' AND (closed_at IS NULL OR closed_at < {end}) AS cancelled,
        status = 'unpaid' OR coalesce(paid_at >= {end}, false) OR coalesce(line_no, '') = '' AS unpaid,
        shipped_at < {end} OR (shipped_at IS NULL AND status IN ('shipped', 'received', 'closed')) AS shipped
    FROM {order_line}
    WHERE (business_date IS NULL OR business_date <= {as_of})
      AND (coalesce(paid_at, created_at) IS NULL OR least(paid_at, created_at) < {end})
), live AS (
    SELECT *, unpaid OR (cancelled AND NOT (paid > 0 AND refunded >= paid)) AS dead FROM line
)
"""
LINES_SQL = """
CREATE OR REPLACE TEMP TABLE c_order_sum AS {live}
SELECT shop, order_no, currency,
    {states}[max(list_position({states}, status))] AS order_status,
    min(business_date) AS business_date, min(paid_at) AS paid_at, max(shipped_at) AS shipped_at,
    max(received_at) AS received_at, max(closed_at) AS closed_at,
    coalesce(sum(paid) FILTER (NOT dead), 0)::DECIMAL(18,5) AS paid,
    coalesce(sum(platform_borne) FILTER (NOT dead AND NOT cancelled), 0)::DECIMAL(18,5) AS platform_borne,
    coalesce(sum(refunded) FILTER (NOT dead), 0)::DECIMAL(18,5) AS refunded,
    bool_and(dead) AS dead, bool_or(cancelled) AND bool_and(dead) AS cancelled,
    coalesce(bool_or(shipped), false) AS shipped
FROM live GROUP BY shop, order_no, currency
"""

DUE_SQL = """
CREATE OR REPLACE TEMP TABLE c_order AS
WITH ruled AS (
    SELECT o.*, r.rule_no, r.reserve AS reserve_share,
        CASE r.anchor WHEN 'paid' THEN {paid} WHEN 'shipped' THEN {shipped}
        WHEN 'received' THEN {received} WHEN 'closed' THEN {closed} END AS anchor_date
    FROM c_order_sum o LEFT JOIN c_rule r
      ON r.shop = o.shop AND r.valid_from <= {day} AND r.valid_to > {day}
)
SELECT row_number() OVER (ORDER BY r.shop, r.order_no, r.currency) AS oid,
    r.* EXCLUDE (rule_no, anchor_date), d.expected_date, d.due_date, d.reserve_date, d.reserve_due
FROM ruled r LEFT JOIN c_due d ON d.rule_no = r.rule_no AND d.anchor_date = r.anchor_date
"""


# An order with amounts in several currencies has one oid.
SAME_ORDER_SQL = """
UPDATE c_order SET oid = same.oid FROM (
    SELECT shop, order_no, min(oid) AS oid FROM c_order
    WHERE (SELECT count(DISTINCT currency) FROM c_order) > 1 GROUP BY shop, order_no HAVING count(*) > 1
) same WHERE same.shop = c_order.shop AND same.order_no = c_order.order_no
"""


def live_sql(order_line: str, as_of: date, timezone: str, more: str = "") -> str:
    """LIVE_SQL for a day: the beginning of a query, that has `live`."""
    end = f"TIMESTAMP '{end_of_day(as_of, timezone)}'"
    return LIVE_SQL.format(order_line=order_line, more=more, as_of=f"DATE '{as_of}'", end=end)


def local_day(moment: str, timezone: str) -> str:
    """The day of a UTC time in the zone, as SQL: by the zone's offsets, which is many times faster than by its name."""
    found = offsets(timezone)
    days = [f"({moment} + INTERVAL ({minutes}) MINUTE)::DATE" for _start, minutes in found]
    cases = [f"WHEN {moment} >= TIMESTAMP '{found[n][0]}' THEN {days[n]}" for n in range(len(found) - 1, 0, -1)]
    return f"CASE {' '.join(cases)} ELSE {days[0]} END" if cases else days[0]


def build(con: duckdb.DuckDBPyConnection, inputs: CollectionInputs, setting: Setting) -> None:
    """Create c_order. Key: oid, currency; oid numbers the orders (shop, order_no) in their order."""
    if not inputs.order_line:
        con.execute(NO_ORDERS)
        return
    live = live_sql(inputs.order_line, setting.as_of, setting.timezone)
    con.execute(LINES_SQL.format(live=live, states=STATES))
    _register_calendars(con, setting)
    local = {name: local_day(f"o.{name}_at", setting.timezone) for name in ("paid", "shipped", "received", "closed")}
    con.execute(DUE_SQL.format(day=f"coalesce({local['paid']}, o.business_date)", **local))
    con.execute(SAME_ORDER_SQL)
    con.unregister("c_rule")
    con.unregister("c_due")
    con.execute("DROP TABLE c_order_sum")


def _register_calendars(con: duckdb.DuckDBPyConnection, setting: Setting) -> None:
    shops = [row[0] for row in con.execute("SELECT DISTINCT shop FROM c_order_sum ORDER BY 1").fetchall()]
    times = "paid_at, shipped_at, received_at, closed_at"
    span = con.execute(f"SELECT min(least({times})), max(greatest({times})) FROM c_order_sum").fetchone()
    first, last = (moment.date() if moment else setting.as_of for moment in span or (None, None))
    day = timedelta(days=1)  # the book's zone may be a day off UTC
    con.register("c_rule", rule_calendar(setting.rules, shops))
    con.register("c_due", due_calendar(setting.rules, shops, first - day, last + day))
