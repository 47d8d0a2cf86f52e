"""The last step of a collection: where each order's money is, and the status in one word (DESIGN section 6)."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa

from huikuan.records.kind import record_key_parts

if TYPE_CHECKING:
    from huikuan.insight.collection import Setting

RECONCILIATION = "order-settlement"
# A difference accepted for this reason will still come; it closes nothing.
STILL_COMES = "timing"
DECIDED_SCHEMA = pa.schema(
    [("shop", pa.string()), ("order_no", pa.string()), ("reason", pa.string()), ("disputed", pa.bool_())]
)

# `open` is what is left between what the order should bring and what was settled, both before fees. Too much
# (negative) is never overdue: it is what the platform will still take back.
STATUS_SQL = """
CREATE OR REPLACE TEMP TABLE {name} AS
WITH settled AS (
    SELECT oid, currency, sum(gross) AS gross, sum(fee) AS fee, max(business_date) AS settled_on
    FROM c_settled GROUP BY oid, currency
), share AS (
    SELECT oid, currency, coalesce(sum(amount) FILTER (matched), 0) AS collected,
        coalesce(sum(amount) FILTER (NOT matched), 0) AS in_transit, max(bank_date) FILTER (matched) AS collected_on
    FROM c_share GROUP BY oid, currency
), amounts AS (
    SELECT o.*, coalesce(-s.fee, 0) AS fees, coalesce(s.gross + s.fee, 0) AS settled,
        coalesce(c.collected, 0) AS collected, coalesce(c.in_transit, 0) AS in_transit,
        o.paid + o.platform_borne - o.refunded - coalesce(s.gross, 0) AS open, coalesce(s.gross, 0) AS gross,
        s.settled_on, c.collected_on, d.reason, coalesce(d.disputed, false) AS is_disputed
    FROM c_order o
    LEFT JOIN settled s ON s.oid = o.oid AND s.currency = o.currency
    LEFT JOIN share c ON c.oid = o.oid AND c.currency = o.currency
    LEFT JOIN c_decided d ON d.shop = o.shop AND d.order_no = o.order_no
), placed AS (
    SELECT *, CASE WHEN open = 0 THEN 'none' WHEN reason IS NOT NULL THEN 'written_off'
        WHEN is_disputed THEN 'disputed' WHEN abs(open) <= $tolerance AND gross <> 0 THEN 'written_off'
        WHEN open > 0 AND due_date < $as_of THEN 'overdue' ELSE 'not_due' END AS place
    FROM amounts
)
SELECT shop, order_no, currency,
    CASE WHEN reason = 'write_off' THEN 'written_off'
        WHEN is_disputed THEN 'disputed'
        WHEN cancelled THEN 'cancelled'
        WHEN dead THEN 'unpaid'
        WHEN paid > 0 AND refunded >= paid THEN 'refunded'
        WHEN (open <= 0 OR place = 'written_off')
            AND collected >= least(settled, paid + platform_borne - refunded - fees) THEN 'collected'
        WHEN place = 'overdue' THEN 'overdue'
        WHEN NOT shipped THEN 'not_shipped'
        WHEN collected > 0 THEN 'partly_collected'
        WHEN settled <> 0 THEN 'settled'
        ELSE 'awaiting' END AS status,
    order_status, business_date, paid_at, shipped_at, received_at, closed_at,
    paid, platform_borne, refunded, fees::DECIMAL(18,5) AS fees,
    (paid + platform_borne - refunded - fees)::DECIMAL(18,5) AS receivable,
    settled::DECIMAL(18,5) AS settled, collected::DECIMAL(18,5) AS collected,
    (settled - collected)::DECIMAL(18,5) AS settled_not_collected, in_transit::DECIMAL(18,5) AS in_transit,
    (CASE WHEN place = 'not_due' THEN open ELSE 0 END)::DECIMAL(18,5) AS not_due,
    (CASE WHEN place = 'overdue' THEN open ELSE 0 END)::DECIMAL(18,5) AS overdue,
    (CASE WHEN place = 'disputed' THEN open ELSE 0 END)::DECIMAL(18,5) AS disputed,
    (CASE WHEN place = 'written_off' THEN open ELSE 0 END)::DECIMAL(18,5) AS written_off,
    expected_date, due_date, CASE WHEN place = 'overdue' THEN $as_of - due_date END::BIGINT AS overdue_days,
    settled_on, collected_on
FROM placed ORDER BY oid, currency
"""


def build(con: duckdb.DuckDBPyConnection, setting: Setting, name: str) -> None:
    """Create the collection from c_order, c_settled, c_share and the decisions."""
    con.register("c_decided", _decided(setting))
    values = {"as_of": setting.as_of, "tolerance": tolerance_of(setting)}
    con.execute(STATUS_SQL.format(name=name), values)
    con.unregister("c_decided")


def tolerance_of(setting: Setting) -> Decimal:
    """The tolerance of order-settlement that holds on the day; 0 where no rule says otherwise."""
    versions = [
        rule
        for rule in setting.rules.reconciliations
        if rule.name == RECONCILIATION and rule.valid_from <= setting.as_of
    ]
    return max(versions, key=lambda rule: rule.valid_from).tolerance if versions else Decimal(0)


def _decided(setting: Setting) -> pa.Table:
    """What people decided about orders. Key: shop, order_no; `reason` closes what is open, null closes nothing."""
    rows: dict[tuple[str, str], dict[str, Any]] = {}

    def row(shop: str, order_no: str) -> dict[str, Any]:
        blank = {"shop": shop, "order_no": order_no, "reason": None, "disputed": False}
        return rows.setdefault((shop, order_no), blank)

    for match in setting.decisions.matches:
        if match.reconciliation != RECONCILIATION or match.difference_reason in ("", STILL_COMES):
            continue
        for member in match.members:
            kind, parts = record_key_parts(member.record_key)
            if kind == "order_line" and len(parts) >= 2:
                row(parts[0], parts[1])["reason"] = match.difference_reason
    for shop, order_no in setting.decisions.disputed_orders:
        row(shop, order_no)["disputed"] = True
    return pa.Table.from_pylist(list(rows.values()), schema=DECIDED_SCHEMA)
