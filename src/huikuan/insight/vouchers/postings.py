"""What is booked: the events of a period, each a signed amount with the record it comes from.

A posting is one order, settlement line, wallet line or bank line. Key: event, record. Columns: event, type, day, shop,
account, currency, text (of bank lines and transfers, which rules look into), amount, record_key, order_no. Every wallet
line and every bank line is in them exactly once, so accounts move as their statements do. Those of orders, settlement
lines and wallet lines are kept with the run added up by kind and day:

    v_order_days_WHEN   orders by their day, the days on which sale and refund are booked (null: not yet)
    v_settled_days, v_wallet_days   columns KEY, amount, number
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa

from huikuan.insight.collection.movements import LINE_TABLE, WRITTEN_OFF, build_lines, build_written_off
from huikuan.insight.collection.orders import local_day
from huikuan.insight.collection.status import STILL_COMES
from huikuan.insight.reports.base import ReportSource
from huikuan.records.codes import WALLET_MOVEMENTS
from huikuan.records.kind import MONEY

PAYOUTS = "payout-bank"
# When a sale is booked -> the states of orders that have gone at least as far.
RECOGNISED = {
    "received": ("received", "closed"),
    "shipped": ("shipped", "received", "closed"),
    "paid": ("paid", "shipped", "received", "closed"),
}
KEY = ("event", "type", "day", "shop", "account", "currency", "text")
_KEY_SQL = (
    "event, coalesce(type, '') AS type, day, coalesce(shop, '') AS shop, account, currency, coalesce(text, '') AS text"
)

# Orders with the days on which their sale and refund are booked.
SOLD_SQL = """
SELECT shop, order_no, currency, business_date, paid, refunded, paid + platform_borne AS sold, sold_on,
    CASE WHEN sold_on IS NOT NULL THEN greatest(coalesce(refunded_on, sold_on), sold_on) END AS refunded_on
FROM (
    SELECT c.shop, c.order_no, c.currency, c.business_date, c.paid, c.platform_borne, c.refunded, r.refunded_on,
        CASE WHEN c.paid <> 0 OR c.platform_borne <> 0 THEN {sold_on} END AS sold_on
    FROM {collection} c LEFT JOIN (
        SELECT shop, order_no, currency, max({refund_day}) AS refunded_on FROM {order_line} l
        WHERE refunded_at IS NOT NULL GROUP BY ALL
    ) r ON r.shop = c.shop AND r.order_no = c.order_no AND r.currency = c.currency
)
"""
# `sales` and `refunds` are how many orders have one; `waiting` how many are paid.
ORDER_DAYS_SQL = """
CREATE OR REPLACE TEMP TABLE {name} AS
SELECT shop, currency, business_date, sold_on, refunded_on, count(*) FILTER (sold <> 0)::BIGINT AS sales,
    sum(sold)::DECIMAL(38,5) AS sold, count(*) FILTER (refunded <> 0)::BIGINT AS refunds,
    sum(refunded)::DECIMAL(38,5) AS refunded, count(*) FILTER (paid > refunded)::BIGINT AS waiting
FROM ({orders}) GROUP BY ALL
"""
BOOKED_SQL = """
SELECT 'sale' AS event, '' AS type, sold_on AS day, shop, '' AS account, currency, '' AS text, sold AS amount{sale}
FROM {orders} UNION ALL SELECT 'refund', '', refunded_on, shop, '', currency, '', refunded{refund} FROM {orders}
"""
CLOSED_SQL = f"""
SELECT 'write_off' AS event, '' AS type, day, shop, '' AS account, currency, '' AS text, amount, '' AS record_key,
    order_no FROM {WRITTEN_OFF}
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
    """The postings of the days of a span, added up by kind and day. Records without a day are in none."""
    days = order_days(source, recognised)
    settled, wallets = _settled_days(source), _wallet_days(source)
    parts = [
        BOOKED_SQL.format(orders=days, sale=", sales AS number", refund=", refunds"),
        f"FROM {settled}",
        f"FROM {wallets}",
        *(f"SELECT *, 1 AS number FROM ({part}) WHERE amount <> 0" for part in _few(source).values()),
    ]
    union = " UNION ALL BY NAME ".join(f"(SELECT {', '.join(KEY)}, amount, number FROM ({part}))" for part in parts)
    found = source.con.execute(
        f"""SELECT {_KEY_SQL}, sum(amount)::DECIMAL(38,5), sum(number)::BIGINT FROM ({union})
        WHERE number <> 0 AND day BETWEEN $first AND $last GROUP BY ALL ORDER BY ALL""",
        {"first": first, "last": min(last, source.as_of)},
    ).fetchall()
    return [Posting(*row) for row in found]


def prepare(source: ReportSource) -> None:
    """Keep what postings are added up from, for sales booked when received."""
    order_days(source, "received")
    _settled_days(source)
    _wallet_days(source)


def order_days(source: ReportSource, recognised: str) -> str:
    """Make the orders by day; the table's name. Key: shop, currency, business_date, sold_on, refunded_on."""
    name = f"v_order_days_{recognised}"
    source.keep_made(name, ORDER_DAYS_SQL.format(name=name, orders=_orders_sql(source, recognised)))
    return name


def _settled_days(source: ReportSource) -> str:
    def make() -> None:
        build_lines(source)
        _add_up(source, "v_settled_days", SETTLED_SQL.format(wallet_line=source.wallet_line))

    source.keep("v_settled_days", make)
    return "v_settled_days"


def _wallet_days(source: ReportSource) -> str:
    query = WALLET_SQL.format(wallet_line=source.wallet_line)
    source.keep("v_wallet_days", lambda: _add_up(source, "v_wallet_days", query), of=("wallet_line",))
    return "v_wallet_days"


def _add_up(source: ReportSource, name: str, postings: str) -> None:
    """Make the table of postings (a query) by KEY, with their amount and number."""
    source.con.execute(
        f"""CREATE OR REPLACE TEMP TABLE {name} AS SELECT {", ".join(KEY)}, sum(amount)::DECIMAL(38,5) AS amount,
            count(*)::BIGINT AS number FROM ({postings}) WHERE amount <> 0 GROUP BY ALL"""
    )


def _few(source: ReportSource) -> dict[str, str]:
    """The postings that no table has added up, as queries: bank lines, and what people wrote off."""
    build_written_off(source)
    source.con.register("v_written_off", _written_off(source))
    opened = source.opens.get(PAYOUTS, "") or source.payout_open or NO_OPEN
    links = source.payout_links or NO_LINKS
    return {
        "bank": BANK_SQL.format(links=links, opened=opened, bank_line=source.bank_line),
        "closed": CLOSED_SQL,
        "written_off": "SELECT * FROM v_written_off",
    }


def _orders_sql(source: ReportSource, recognised: str) -> str:
    """The orders, and when they are booked. One that has gone that far though no time tells when is booked at the last
    time it tells."""

    def day(name: str) -> str:
        return local_day(f"c.{name}_at", source.timezone)

    states = ", ".join(f"'{state}'" for state in RECOGNISED[recognised])
    last = f"coalesce({day('closed')}, {day('shipped')}, {day('paid')}, c.business_date)"
    told = f"coalesce({day(recognised)}, CASE WHEN c.order_status IN ({states}) THEN {last} END)"
    return SOLD_SQL.format(
        collection=source.collection, order_line=source.order_line, sold_on=told,
        refund_day=local_day("l.refunded_at", source.timezone),
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


def records_of(source: ReportSource, postings: Sequence[Posting], recognised: str) -> str:
    """A query: the records of some postings, of the span that `build` was last asked for."""
    names = [(name, pa.date32() if name == "day" else pa.string()) for name in KEY]
    rows = [dict(zip(KEY, each.key, strict=True)) for each in postings]
    source.con.register("v_asked", pa.Table.from_pylist(rows, schema=pa.schema(names)))
    orders = f"({_orders_sql(source, recognised)})"
    record = ", '' AS record_key, order_no"
    many = {
        "orders": (("sale", "refund"), BOOKED_SQL.format(orders=orders, sale=record, refund=", '', order_no")),
        "settled": (("settled", "fee", "bill_payout"), SETTLED_SQL.format(wallet_line=source.wallet_line)),
        "wallet": (("wallet", *WALLET_MOVEMENTS), WALLET_SQL.format(wallet_line=source.wallet_line)),
    }
    events = {each.event for each in postings}
    if events & set(many["settled"][0]):
        build_lines(source)
    parts = [query for of, query in many.values() if events & set(of)] + list(_few(source).values())
    union = " UNION ALL BY NAME ".join(f"(SELECT * FROM ({part}))" for part in parts)
    return (
        f"SELECT p.* FROM (SELECT {_KEY_SQL}, amount::DECIMAL(18,5) AS amount, record_key, order_no FROM ({union}) "
        f"WHERE amount <> 0) p SEMI JOIN v_asked a USING ({', '.join(KEY)})"
    )
