"""The last step of a collection: where each order's money is, and the status in one word (DESIGN section 6)."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa

from huikuan.recons.held_back import has_minimum, least_dues, with_opening
from huikuan.records.due_dates import RESERVE_ROUNDING as ROUNDING
from huikuan.records.kind import MONEY, record_key_parts

if TYPE_CHECKING:
    from huikuan.insight.collection.collecting import CollectionInputs, Setting

RECONCILIATION = "order-settlement"
# A difference accepted for this reason will still come; it closes nothing.
STILL_COMES = "timing"
LEAST_SCHEMA = pa.schema([("m_shop", pa.string()), ("m_currency", pa.string()), ("least", MONEY)])
DECIDED_SCHEMA = pa.schema(
    [("shop", pa.string()), ("order_no", pa.string()), ("reason", pa.string()), ("disputed", pa.bool_())]
)

# `open` is what is left between what the order should bring and what was settled, both before fees. Too much
# (negative) is never overdue: it is what the platform will still take back. `held` is what of it is held back by the
# shop's rule (`recons.held_back`): in reserve until its release, or whole while the shop is due less than its minimum.
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
), reserved AS (
    SELECT *, CASE WHEN open > 0 AND gross <> 0 AND reserve_share > 0 AND coalesce(reserve_due >= $as_of, true)
        THEN CASE WHEN open <= most + $rounding THEN open ELSE most END ELSE 0 END AS reserve
    FROM (SELECT *, round((paid + platform_borne - refunded) * reserve_share, 2) AS most FROM amounts)
), small AS (
    SELECT r.shop, r.currency FROM reserved r JOIN c_minimum m
      ON m.m_shop = r.shop AND m.m_currency IN (r.currency, '') AND r.open > 0 AND r.gross = 0 AND r.due_date < $as_of
    GROUP BY r.shop, r.currency
    HAVING sum(r.open) FILTER (m.m_currency = '') < arg_max(m.least, m.m_currency)
), placed AS (
    SELECT *, CASE WHEN open = 0 THEN 'none' WHEN reason IS NOT NULL THEN 'written_off'
        WHEN is_disputed THEN 'disputed' WHEN abs(open) <= $tolerance AND gross <> 0 THEN 'written_off'
        WHEN open > reserve AND due_date < $as_of AND NOT (gross = 0 AND (shop, currency) IN (FROM small))
        THEN 'overdue' ELSE 'not_due' END AS place
    FROM reserved
)
SELECT shop, order_no, currency,
    CASE WHEN reason = 'write_off' THEN 'written_off'
        WHEN is_disputed THEN 'disputed'
        WHEN cancelled THEN 'cancelled'
        WHEN dead THEN 'unpaid'
        WHEN refunded > 0 AND refunded >= paid THEN 'refunded'
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
    (CASE place WHEN 'not_due' THEN open WHEN 'overdue' THEN reserve ELSE 0 END)::DECIMAL(18,5) AS not_due,
    (CASE WHEN place IN ('not_due', 'overdue') THEN reserve ELSE 0 END)::DECIMAL(18,5) AS reserve,
    (CASE WHEN place = 'overdue' THEN open - reserve ELSE 0 END)::DECIMAL(18,5) AS overdue,
    (CASE WHEN place = 'disputed' THEN open ELSE 0 END)::DECIMAL(18,5) AS disputed,
    (CASE WHEN place = 'written_off' THEN open ELSE 0 END)::DECIMAL(18,5) AS written_off,
    CASE WHEN place = 'not_due' AND reserve > 0 THEN reserve_date ELSE expected_date END AS expected_date,
    CASE WHEN place = 'not_due' AND reserve > 0 THEN reserve_due ELSE due_date END AS due_date,
    CASE WHEN place = 'overdue' THEN $as_of - due_date END::BIGINT AS overdue_days,
    settled_on, collected_on
FROM placed ORDER BY oid, currency
"""


def build(con: duckdb.DuckDBPyConnection, inputs: CollectionInputs, setting: Setting, name: str) -> None:
    """Create the collection from c_order, c_settled, c_share and the decisions."""
    con.register("c_decided", _decided(setting))
    con.register("c_minimum", _minimums(con, inputs, setting))
    values = {"as_of": setting.as_of, "tolerance": tolerance_of(setting), "rounding": ROUNDING}
    con.execute(STATUS_SQL.format(name=name), values)
    con.unregister("c_decided")
    con.unregister("c_minimum")


def _minimums(con: duckdb.DuckDBPyConnection, inputs: CollectionInputs, setting: Setting) -> pa.Table:
    """How much must be due to a shop before it is paid (`held_back.least_dues`)."""
    if not has_minimum(setting.rules):
        return pa.Table.from_pylist([], schema=LEAST_SCHEMA)
    shops = [shop for (shop,) in con.execute("SELECT DISTINCT shop FROM c_order WHERE shop <> ''").fetchall()]
    query = f"""SELECT account, currency, sum(amount) FROM {inputs.wallet_line}
        WHERE business_date IS NULL OR business_date <= $as_of GROUP BY ALL"""
    moved = con.execute(query, {"as_of": setting.as_of}).fetchall() if inputs.wallet_line else []
    balances = with_opening({(account, currency): amount for account, currency, amount in moved}, setting.rules)
    rows = least_dues(setting.rules, shops, setting.as_of, balances)
    return pa.Table.from_pylist(rows, schema=LEAST_SCHEMA)


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
