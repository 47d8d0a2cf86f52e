"""Refunds that an order's own export cannot tell, taken from the documents that do.

Many platforms export orders without the amount of a refund (JD, Kuaishou, Xiaohongshu, Douyin, 1688), or the export is
older than the refund. Such an order does not bring what its buyer paid: what was given back stands in the after-sales
export, else in the settlement bill, which names it a refund. It is laid over the order lines while they are read, as a
correction is, so that every reconciliation and every report reckons with the same order. Which orders:

- *not told* (a line's `refunded` is null): what the after-sales export says was refunded; where it says nothing of the
  order, what the bill refunds, less what the order's other lines tell.
- *told 0 too early*: of an order that tells no refund, in a document exported before the bill's, that refund.
- *told 0 against two others*: of an order that tells no refund, what after-sales export and bill both know of.

Whatever else the bill refunds is a difference, with a cause of its own (`recons.order_causes`). Of an order that is
given back whole the platform bears nothing either, unless the bill leaves its part untouched.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date

import duckdb
import pyarrow as pa

from huikuan.formats.allocation import allocated_sql
from huikuan.recons.local_time import end_of_day, offsets
from huikuan.recons.order_entries import SUB_ORDER_DIGITS
from huikuan.records.decisions import Correction
from huikuan.records.document import Document

BY_BILL, BY_AFTERSALES = "bill", "aftersales"
SUBSIDY = "subsidy"  # beside them: what the platform took back of its part
LAID = "untold_refunds"  # table: what is laid over; key record_key
# What is laid over of an order line, and the column that keeps what its export tells.
OWN = {"refunded": "own_refunded", "refunded_at": "own_refunded_at", "platform_borne": "own_borne"}
TYPES = {"refunded": "DECIMAL(18,5)", "refunded_at": "TIMESTAMP", "platform_borne": "DECIMAL(18,5)"}
BY = "refund_told_by"  # column of order lines: BY_BILL or BY_AFTERSALES where a refund is laid over, else null
EXPORTS = pa.schema([("document_id", pa.string()), ("exported_at", pa.timestamp("us"))])
SAID = pa.schema([("record_key", pa.string())])


@dataclass(frozen=True)
class Given:
    """What is known beside the records: the documents (when they were exported), what people corrected, the day up to
    which refunds count, the book's time zone."""

    documents: Iterable[Document]
    corrections: Iterable[Correction]
    as_of: date
    timezone: str


# Refunds by the number they name, positive, and subsidies taken back. A bill's that is there again at the same moment
# counts once: it is a refund made twice.
BILLED_SQL = f"""
SELECT CASE type WHEN 'refund' THEN '{BY_BILL}' ELSE '{SUBSIDY}' END AS told_by, coalesce(shop, '') AS shop,
    order_no AS number, currency, -amount AS amount, coalesce(occurred_at, {{noon}}) AS made_at
FROM (
    SELECT *, row_number() OVER (
        PARTITION BY account, shop, order_no, currency, type, amount, occurred_at, sku, item ORDER BY record_key
    ) AS time FROM {{settled}}
    WHERE (type = 'refund' OR type = 'subsidy' AND amount < 0) AND coalesce(order_no, '') <> ''
        AND NOT coalesce(corroborating, false) AND (business_date IS NULL OR business_date <= {{as_of}})
) WHERE time = 1 OR occurred_at IS NULL
"""
RETURNED_SQL = f"""
SELECT '{BY_AFTERSALES}' AS told_by, coalesce(shop, '') AS shop, order_no AS number, currency, refund_amount AS amount,
    coalesce(refunded_at, {{noon}}) AS made_at
FROM {{returned}}
WHERE status = 'refunded' AND refund_amount > 0 AND coalesce(order_no, '') <> ''
    AND (refunded_at IS NULL OR refunded_at < {{end}}) AND (business_date IS NULL OR business_date <= {{as_of}})
"""
# The lines of orders that a refund names, by the order's or, where no order bears it, a sub-order's number.
LINES_SQL = f"""
SELECT record_key, shop, order_no, line_no, currency, paid, coalesce(platform_borne, 0) AS borne, refunded, exported_at
FROM {{lines}} LEFT JOIN untold_exports USING (document_id)
WHERE (order_no IN (SELECT number FROM untold_told)
    OR length(line_no) >= {SUB_ORDER_DIGITS} AND line_no IN (SELECT number FROM untold_told))
    AND paid > 0 AND coalesce(line_no, '') <> '' AND status NOT IN ('unpaid', 'cancelled')
    AND (business_date IS NULL OR business_date <= {{as_of}})
    AND NOT (shop, order_no) IN (SELECT (shop, order_no) FROM {{lines}} SEMI JOIN untold_said USING (record_key))
"""
# Refunds by the order they are of: one of the refund's shop, else the only one that has the number. A shop without
# orders is called otherwise by an order system: that is no shop.
OF_ORDERS_SQL = """
WITH named AS (
    SELECT DISTINCT order_no AS number, shop, order_no FROM untold_lines
    UNION
    SELECT DISTINCT line_no, shop, order_no FROM untold_lines
    WHERE line_no NOT IN (SELECT order_no FROM untold_lines)
), met AS (
    SELECT t.*, n.shop AS of_shop, n.order_no,
        t.shop = n.shop AS own, count(*) OVER (PARTITION BY t.rowid) AS found
    FROM (SELECT rowid, * FROM untold_told) t JOIN named n USING (number)
    WHERE t.shop = n.shop OR t.shop = '' OR t.shop NOT IN (SELECT shop FROM untold_lines)
)
SELECT told_by, of_shop AS shop, order_no, currency, amount, made_at, own FROM met WHERE own OR found = 1
"""
SUMS_SQL = f"""
WITH orders AS (
    SELECT shop, order_no, currency, bool_or(refunded IS NULL) AS untold, coalesce(sum(refunded), 0) AS told,
        max(exported_at) AS exported_at
    FROM untold_lines GROUP BY ALL
), sums AS (
    SELECT o.*, coalesce(sum(r.amount) FILTER (r.told_by = '{BY_BILL}'), 0) AS billed,
        coalesce(sum(r.amount) FILTER (r.told_by = '{BY_BILL}' AND r.made_at > o.exported_at), 0) AS later,
        coalesce(sum(r.amount) FILTER (r.told_by = '{BY_AFTERSALES}' AND r.own),
            sum(r.amount) FILTER (r.told_by = '{BY_AFTERSALES}')) AS returned,
        bool_or(r.told_by = '{SUBSIDY}') AS subsidy_back, max(r.made_at) AS made_at
    FROM orders o JOIN untold_of_orders r USING (shop, order_no, currency) GROUP BY ALL
), chosen AS (
    SELECT *, CASE WHEN untold THEN coalesce(returned, billed) - told WHEN told <> 0 THEN 0
        ELSE greatest(later, least(billed, coalesce(returned, 0))) END AS amount
    FROM sums
)
SELECT shop, order_no, currency, untold, amount, billed - told AS billed, subsidy_back, made_at,
    CASE WHEN returned >= amount THEN '{BY_AFTERSALES}' ELSE '{BY_BILL}' END AS told_by
FROM chosen WHERE amount > 0
"""
# Put on the lines that do not tell it: on the only one that brings just that, else on each its share, to the cent.
# `unborne`: the platform bears nothing of the line any more.
ON_LINES_SQL = f"""
WITH met AS (
    SELECT l.*, s.amount, s.billed, s.subsidy_back, s.made_at, s.told_by, l.paid + l.borne AS brings,
        row_number() OVER (ORDER BY l.record_key) AS source_row,
        sum(l.paid) OVER of_order AS all_paid, sum(l.paid + l.borne) OVER of_order AS all_brings,
        count(*) FILTER (l.paid + l.borne = s.amount) OVER of_order = 1 AS one_of_it
    FROM untold_lines l JOIN untold_sums s USING (shop, order_no, currency)
    WHERE l.refunded IS NULL OR NOT s.untold
    WINDOW of_order AS (PARTITION BY l.shop, l.order_no, l.currency)
), placed AS (
    SELECT *, amount >= least(all_paid, all_brings) AS all_of_it,
        {allocated_sql("amount", "shop, order_no, currency", "brings")} AS share FROM met
)
SELECT record_key, made_at AS refunded_at, told_by AS {BY},
    (CASE WHEN all_of_it OR one_of_it AND brings = amount THEN paid WHEN one_of_it THEN 0 ELSE share END)::DECIMAL(18,5)
        AS refunded,
    CASE WHEN all_of_it THEN subsidy_back OR billed > all_paid OR billed >= all_brings
        ELSE one_of_it AND brings = amount END AS unborne
FROM placed
"""


def laid_sql(con: duckdb.DuckDBPyConnection, lines: str, settled: str, given: Given) -> str:
    """The query of the order lines `lines` (a view or table of `con`) with refunds laid over that `settled` (settlement
    lines) and the view `return_line` tell: the same rows, the columns of OWN and BY beside. It reads the table LAID,
    which is made in `con`."""
    _find(con, lines, settled, given)
    found = con.execute(f"SELECT 1 FROM {LAID} LIMIT 1").fetchone()
    if found is None:
        own = ", ".join(f"NULL::{TYPES[name]} AS {kept}" for name, kept in OWN.items())
        return f"SELECT *, {own}, NULL::VARCHAR AS {BY} FROM {lines}"
    own = ", ".join(f"CASE WHEN u.{BY} IS NOT NULL THEN l.{name} END AS {kept}" for name, kept in OWN.items())
    return f"""SELECT l.* REPLACE (
            CASE WHEN u.{BY} IS NULL THEN l.refunded ELSE u.refunded END AS refunded,
            CASE WHEN u.{BY} IS NULL THEN l.refunded_at ELSE u.refunded_at END AS refunded_at,
            CASE WHEN u.unborne THEN 0 ELSE l.platform_borne END AS platform_borne
        ), {own}, u.{BY} FROM {lines} l LEFT JOIN {LAID} u USING (record_key)"""


def exported_sql(laid: str) -> str:
    """The query of order lines as their exports tell them, of lines with refunds laid over."""
    back = ", ".join(f"CASE WHEN {BY} IS NULL THEN {name} ELSE {kept} END AS {name}" for name, kept in OWN.items())
    return f"SELECT * EXCLUDE ({', '.join(OWN.values())}, {BY}) REPLACE ({back}) FROM {laid}"


def _find(con: duckdb.DuckDBPyConnection, lines: str, settled: str, given: Given) -> None:
    """Make the table LAID: what is laid over. Key: record_key."""
    minutes = offsets(given.timezone)[0][1]
    days = {
        "as_of": f"DATE '{given.as_of}'",
        "end": f"TIMESTAMP '{end_of_day(given.as_of, given.timezone)}'",
        "noon": f"CAST(business_date AS TIMESTAMP) + INTERVAL ({12 * 60 - minutes}) MINUTE",
    }
    steps = {
        "told": f"{BILLED_SQL} UNION ALL {RETURNED_SQL}".format(settled=settled, returned="return_line", **days),
        "lines": LINES_SQL.format(lines=lines, **days),
        "of_orders": OF_ORDERS_SQL,
        "sums": SUMS_SQL,
    }
    exports = [
        {"document_id": each.document_id, "exported_at": each.exported_at.astimezone(UTC).replace(tzinfo=None)}
        for each in given.documents
        if each.exported_at
    ]
    said = [{"record_key": each.record_key} for each in given.corrections if each.field == "refunded"]
    con.register("untold_exports", pa.Table.from_pylist(exports, EXPORTS))
    con.register("untold_said", pa.Table.from_pylist(said, SAID))
    for name, query in steps.items():
        con.execute(f"CREATE OR REPLACE TABLE untold_{name} AS {query}")
    con.execute(f"CREATE OR REPLACE TABLE {LAID} AS {ON_LINES_SQL}")
    for name in steps:
        con.execute(f"DROP TABLE untold_{name}")
    con.unregister("untold_exports")
    con.unregister("untold_said")
