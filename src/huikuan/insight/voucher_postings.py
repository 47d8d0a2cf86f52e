"""What is booked: the events of a period, each a signed amount with the record it comes from.

`v_posting` has one row per order, settlement line, wallet line or bank line. Key: event, record. Columns: event, type,
day, shop, account, currency, text (of bank lines and transfers, which rules look into), amount, record_key, order_no.
Every wallet line and every bank line of the period is in it exactly once, so accounts move as their statements do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa

from huikuan.insight.collection_orders import local_day
from huikuan.insight.collection_status import STILL_COMES
from huikuan.insight.movements import LINE_TABLE, MOVEMENT_TABLE, build_lines, build_movements
from huikuan.insight.report_base import ReportSource
from huikuan.records.kind import MONEY

TABLE = "v_posting"
PAYOUTS = "payout-bank"
# When a sale is booked -> the states of orders that have gone at least as far.
RECOGNISED = {
    "received": ("received", "closed"),
    "shipped": ("shipped", "received", "closed"),
    "paid": ("paid", "shipped", "received", "closed"),
}
KEY = ("event", "type", "day", "shop", "account", "currency", "text")

ORDERS_SQL = """
SELECT 'sale' AS event, '' AS type, sold_on AS day, shop, '' AS account, currency, '' AS text,
    paid + platform_borne AS amount, '' AS record_key, order_no FROM v_order
UNION ALL SELECT 'refund', '', greatest(coalesce(refunded_on, sold_on), sold_on), shop, '', currency, '', refunded, '',
    order_no FROM v_order
"""
SOLD_SQL = """
CREATE OR REPLACE TEMP TABLE v_order AS
SELECT c.shop, c.order_no, c.currency, c.paid, c.platform_borne, c.refunded, {sold_on} AS sold_on, r.refunded_on
FROM {collection} c LEFT JOIN (
    SELECT shop, order_no, currency, max({refund_day}) AS refunded_on FROM {order_line} l GROUP BY ALL
) r ON r.shop = c.shop AND r.order_no = c.order_no AND r.currency = c.currency
WHERE (c.paid <> 0 OR c.platform_borne <> 0) AND {state}
"""
CLOSED_SQL = f"""
SELECT 'write_off' AS event, '' AS type, day, shop, '' AS account, currency, '' AS text, amount, '' AS record_key,
    order_no FROM {MOVEMENT_TABLE} WHERE kind = 'written_off'
"""
SETTLED_SQL = f"""
SELECT CASE WHEN is_gross THEN 'settled' WHEN is_fee THEN 'fee' ELSE 'bill_payout' END AS event, type, day, shop,
    account, currency, '' AS text, CASE WHEN is_gross THEN amount ELSE -amount END AS amount, record_key, order_no
FROM {LINE_TABLE} WHERE is_gross OR is_fee OR account NOT IN (SELECT account FROM {{wallet_line}})
"""
WALLET_SQL = """
SELECT CASE coalesce(movement, '') WHEN '' THEN 'wallet' WHEN 'payout_returned' THEN 'payout' ELSE movement END
    AS event, '' AS type, business_date AS day, '' AS shop, account, currency,
    CASE WHEN movement = 'transfer' THEN concat_ws(' ', text, item) ELSE '' END AS text,
    CASE WHEN coalesce(movement, '') = '' THEN amount ELSE -amount END AS amount, record_key,
    coalesce(order_no, '') AS order_no FROM {wallet_line}
"""
BANK_SQL = """
WITH linked AS (
    SELECT record_key, sum(allocated) AS amount FROM {links} WHERE side = 'right' GROUP BY ALL
), class AS (
    SELECT record_key, any_value(class) AS class FROM {opened} WHERE side = 'right' AND record_key <> '' GROUP BY ALL
)
SELECT 'bank_payout' AS event, '' AS type, b.business_date AS day, '' AS shop, b.account, b.currency, '' AS text,
    l.amount, b.record_key, '' AS order_no FROM {bank_line} b JOIN linked l USING (record_key)
UNION ALL SELECT 'bank_other', coalesce(c.class, ''), b.business_date, '', b.account, b.currency,
    concat_ws(' ', b.text, b.counterparty), b.amount - coalesce(l.amount, 0), b.record_key, ''
FROM {bank_line} b LEFT JOIN linked l USING (record_key) LEFT JOIN class c USING (record_key)
UNION ALL SELECT 'payout_short', coalesce(o.cause, ''), o.date, '', o.scope, o.currency, '', o.amount, '', ''
FROM {opened} o WHERE o.side = 'left' AND coalesce(o.record_key, '') = '' AND o.group_id <> ''
"""
NO_LINKS = "(SELECT '' AS record_key, '' AS side, 0::DECIMAL(18,5) AS allocated WHERE false)"
NO_OPEN = """(SELECT '' AS record_key, '' AS side, '' AS class, '' AS cause, '' AS scope, '' AS currency,
    '' AS group_id, NULL::DATE AS date, 0::DECIMAL(18,5) AS amount WHERE false)"""


@dataclass(frozen=True)
class Posting:
    """Postings of one kind and day added up. `number` of records, `amount` signed as `records.voucher_rules` says."""

    event: str
    type: str
    day: date
    shop: str
    account: str
    currency: str
    text: str
    amount: Decimal
    number: int

    @property
    def key(self) -> tuple[Any, ...]:
        """What tells it from others: the columns `KEY`."""
        return tuple(getattr(self, name) for name in KEY)


def build(source: ReportSource, first: date, last: date, recognised: str) -> list[Posting]:
    """Make v_posting for the days of a span; its sums by kind and day. Records without a day are in none."""
    con = source.con
    build_lines(source)
    build_movements(source)
    _orders(source, recognised)
    opened = source.opens.get(PAYOUTS, "") or source.payout_open or NO_OPEN
    tables = {
        "links": source.payout_links or NO_LINKS, "opened": opened, "bank_line": source.bank_line,
        "wallet_line": source.wallet_line,
    }  # fmt: skip
    parts = [
        ORDERS_SQL,
        SETTLED_SQL.format(**tables),
        WALLET_SQL.format(**tables),
        f"FROM ({BANK_SQL.format(**tables)})",
    ]
    con.register("v_written_off", _written_off(source))
    parts.append("SELECT * FROM v_written_off")
    union = " UNION ALL BY NAME ".join(f"(SELECT * FROM ({part}))" for part in parts)
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE {TABLE} AS SELECT event, coalesce(type, '') AS type, day,
            coalesce(shop, '') AS shop, account, currency, coalesce(text, '') AS text, amount::DECIMAL(18,5) AS amount,
            record_key, order_no
        FROM ({union}) WHERE amount <> 0 AND day BETWEEN $first AND $last""",
        {"first": first, "last": min(last, source.as_of)},
    )
    con.unregister("v_written_off")
    found = con.execute(
        f"SELECT {', '.join(KEY)}, sum(amount)::DECIMAL(38,5), count(*) FROM {TABLE} GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    return [Posting(*row) for row in found]


def _orders(source: ReportSource, recognised: str) -> None:
    """Make v_order: the orders whose sale is booked, and when. One that has gone that far though no time tells when is
    booked at the last time it tells."""

    def day(name: str) -> str:
        return local_day(f"c.{name}_at", source.timezone)

    states = ", ".join(f"'{state}'" for state in RECOGNISED[recognised])
    last = f"coalesce({day('closed')}, {day('shipped')}, {day('paid')}, c.business_date)"
    told = f"coalesce({day(recognised)}, CASE WHEN c.order_status IN ({states}) THEN {last} END)"
    source.con.execute(
        SOLD_SQL.format(
            collection=source.collection, order_line=source.order_line, sold_on=told, state=f"{told} IS NOT NULL",
            refund_day=local_day("l.refunded_at", source.timezone),
        )
    )  # fmt: skip


def _written_off(source: ReportSource) -> pa.Table:
    """Differences of payouts that people accepted. Those of orders are movements of the receivable."""
    rows = [
        {
            "event": "write_off", "type": PAYOUTS, "day": each.day, "shop": "", "account": each.shop,
            "currency": each.currency, "text": "", "amount": each.difference, "record_key": "", "order_no": "",
        }
        for each in source.write_offs
        if each.reconciliation == PAYOUTS and each.reason != STILL_COMES
    ]  # fmt: skip
    text = ("event", "type", "shop", "account", "currency", "text", "record_key", "order_no")
    schema = pa.schema([*((name, pa.string()) for name in text), ("day", pa.date32()), ("amount", MONEY)])
    return pa.Table.from_pylist(rows, schema=schema)


def records_of(source: ReportSource, postings: Sequence[Posting]) -> str:
    """A query: the records of some postings. To be asked after `build`."""
    names = [(name, pa.date32() if name == "day" else pa.string()) for name in KEY]
    rows = [dict(zip(KEY, each.key, strict=True)) for each in postings]
    source.con.register("v_asked", pa.Table.from_pylist(rows, schema=pa.schema(names)))
    return f"SELECT p.* FROM {TABLE} p SEMI JOIN v_asked a USING ({', '.join(KEY)})"
