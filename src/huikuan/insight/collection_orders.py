"""The orders of a collection as of a day: amounts, times, expected and due date.

As of the day, later times are blank, later refunds not made and orders of later days absent (DESIGN rule 1).
Nobody owes anything for lines that are unpaid or cancelled (rule 10), nor for an order known by its header only.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import duckdb

from huikuan.records.due_dates import due_calendar, rule_calendar

if TYPE_CHECKING:
    from huikuan.insight.collection import CollectionInputs, Setting

UTC = ZoneInfo("UTC")
NO_ORDERS = """CREATE OR REPLACE TEMP TABLE c_order (shop VARCHAR, order_no VARCHAR, currency VARCHAR,
    order_status VARCHAR, business_date DATE, paid_at TIMESTAMP, shipped_at TIMESTAMP, received_at TIMESTAMP,
    closed_at TIMESTAMP, paid DECIMAL(18,5), platform_borne DECIMAL(18,5), refunded DECIMAL(18,5),
    dead BOOLEAN, cancelled BOOLEAN, shipped BOOLEAN, expected_date DATE, due_date DATE)"""
# The furthest state of an order's lines; a line that came to nothing says less than one that goes on.
STATES = "['cancelled', 'unpaid', 'refunded', 'paid', 'shipped', 'received', 'closed']"

LINES_SQL = """
CREATE OR REPLACE TEMP TABLE c_order_sum AS
WITH line AS (
    SELECT shop, order_no, currency, status, business_date,
        CASE WHEN paid_at < $end THEN paid_at END AS paid_at,
        CASE WHEN shipped_at < $end THEN shipped_at END AS shipped_at,
        CASE WHEN received_at < $end THEN received_at END AS received_at,
        CASE WHEN closed_at < $end THEN closed_at END AS closed_at,
        coalesce(paid, 0) AS paid, coalesce(platform_borne, 0) AS platform_borne,
        CASE WHEN coalesce(refunded_at, CASE WHEN status IN ('refunded', 'cancelled') THEN closed_at END) >= $end
            THEN 0 ELSE coalesce(refunded, 0) END AS refunded,
        status = 'cancelled' AND (closed_at IS NULL OR closed_at < $end) AS cancelled,
        status = 'unpaid' OR coalesce(paid_at >= $end, false) OR coalesce(line_no, '') = '' AS unpaid,
        shipped_at < $end OR (shipped_at IS NULL AND status IN ('shipped', 'received', 'closed')) AS shipped
    FROM {order_line}
    WHERE (business_date IS NULL OR business_date <= $as_of)
      AND (coalesce(paid_at, created_at) IS NULL OR least(paid_at, created_at) < $end)
), live AS (
    SELECT *, unpaid OR (cancelled AND NOT (paid > 0 AND refunded >= paid)) AS dead FROM line
)
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
    SELECT o.*, r.rule_no, CASE r.anchor WHEN 'paid' THEN {paid} WHEN 'shipped' THEN {shipped}
        WHEN 'received' THEN {received} WHEN 'closed' THEN {closed} END AS anchor_date
    FROM c_order_sum o LEFT JOIN c_rule r
      ON r.shop = o.shop AND r.valid_from <= {day} AND r.valid_to > {day}
)
SELECT r.* EXCLUDE (rule_no, anchor_date), d.expected_date, d.due_date
FROM ruled r LEFT JOIN c_due d ON d.rule_no = r.rule_no AND d.anchor_date = r.anchor_date
"""


def end_of_day(as_of: date, timezone: str) -> datetime:
    """The first moment after the day in the given zone, as naive UTC."""
    midnight = datetime.combine(as_of + timedelta(days=1), datetime.min.time(), ZoneInfo(timezone))
    return midnight.astimezone(UTC).replace(tzinfo=None)


def build(con: duckdb.DuckDBPyConnection, inputs: CollectionInputs, setting: Setting) -> None:
    """Create c_order. Key: shop, order_no, currency."""
    if not inputs.order_line:
        con.execute(NO_ORDERS)
        return
    values = {"end": end_of_day(setting.as_of, setting.timezone), "as_of": setting.as_of}
    con.execute(LINES_SQL.format(order_line=inputs.order_line, states=STATES), values)
    _register_calendars(con, setting)
    zone = setting.timezone.replace("'", "''")
    local = {
        name: f"((o.{name}_at AT TIME ZONE 'UTC') AT TIME ZONE '{zone}')::DATE"
        for name in ("paid", "shipped", "received", "closed")
    }
    con.execute(DUE_SQL.format(day=f"coalesce({local['paid']}, o.business_date)", **local))
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
