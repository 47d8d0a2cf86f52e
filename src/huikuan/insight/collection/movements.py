"""The dated movements of the receivable: what was sold, refunded, charged, collected and written off, and when.

They are told from the records (order lines, settlement lines through the links of order-settlement, what payouts took)
and add up, order by order, to the collection of the run's day: `controls` holds their totals against it. So the state
of the receivable at any day is the movements up to it. An order cancelled since brings nothing at any day.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from huikuan.insight.collection.orders import live_sql, local_day
from huikuan.insight.collection.settled import IS_FEE, IS_GROSS, account_owners
from huikuan.insight.collection.status import RECONCILIATION, STILL_COMES
from huikuan.insight.reports.base import ReportSource
from huikuan.insight.reports.tables import Control
from huikuan.records.kind import record_key_parts
from huikuan.records.messages import gettext_noop as _
from huikuan.records.messages import translated
from huikuan.records.rules import BEGINNING

ZERO = Decimal(0)
# Kind -> its sign in the receivable.
SIGNS = {"sold": 1, "refunded": -1, "fees": -1, "collected": -1, "written_off": -1}
KIND_WORDS = {
    "sold": _("Sold"),
    "refunded": _("Refunded"),
    "fees": _("Fees"),
    "collected": _("Collected"),
    "written_off": _("Written off"),
}
DEFINITIONS = {
    "sold": _("Paid by buyers and borne by platforms, on the day of payment."),
    "refunded": _("Given back to buyers, on the day of the refund; where no day is told, on that of the payment."),
    "fees": _("Charged by platforms for known orders, on the day of the settlement line."),
    "collected": _("Settled and found in the bank, on the day the bank had it."),
    "written_off": _(
        "Closed by a person, on the day of the decision, or within the tolerance, on the day of settlement."
    ),
}
LINE_TABLE, MOVEMENT_TABLE = "r_line", "r_movement"
WRITTEN_OFF = "r_written_off"
TOLD_TABLE = "r_movement_told"  # the movements that records tell: all but what was written off
NO_LINKS = (
    "(SELECT '' AS group_id, '' AS side, '' AS scope, '' AS order_no, '' AS record_key, 0 AS allocated WHERE false)"
)

# Settlement lines that count, each with the shop and the order it was matched with; `known`: with an order of ours.
LINE_SQL = f"""
CREATE OR REPLACE TEMP TABLE {LINE_TABLE} AS
WITH known AS (
    SELECT l.group_id, min(l.scope) AS shop, min(l.order_no) AS order_no FROM {{links}} l
    JOIN (SELECT DISTINCT shop, order_no FROM {{collection}}) c ON c.shop = l.scope AND c.order_no = l.order_no
    WHERE l.side = 'left' GROUP BY l.group_id
), counted AS (
    SELECT * FROM {{settlement_line}}
    WHERE NOT coalesce(corroborating, false) AND (business_date IS NULL OR business_date <= $as_of)
), linked AS (
    SELECT s.record_key, k.shop, coalesce(nullif(s.order_no, ''), k.order_no) AS order_no, s.account, s.currency,
        s.type, s.item, s.business_date, l.allocated AS amount, true AS known
    FROM {{links}} l JOIN known k USING (group_id) JOIN counted s ON s.record_key = l.record_key
    WHERE l.side = 'right'
), others AS (
    SELECT s.record_key, coalesce(nullif(s.shop, ''), a.shop, '') AS shop, coalesce(s.order_no, '') AS order_no,
        s.account, s.currency, s.type, s.item, s.business_date, s.amount - coalesce(t.amount, 0) AS amount,
        false AS known
    FROM counted s LEFT JOIN (SELECT record_key, sum(amount) AS amount FROM linked GROUP BY ALL) t USING (record_key)
    LEFT JOIN r_account a USING (account)
    WHERE s.amount <> coalesce(t.amount, 0)
)
SELECT *, coalesce(business_date, DATE '{BEGINNING}') AS day, {IS_GROSS} AS is_gross, {IS_FEE} AS is_fee
FROM (FROM linked UNION ALL BY NAME FROM others)
"""
SALE_SQL = f"""
{{live}}, dated AS (
    SELECT l.*, greatest(coalesce(l.business_date, DATE '{BEGINNING}'),
        coalesce({{paid_day}}, l.business_date, DATE '{BEGINNING}')) AS day
    FROM live l WHERE NOT dead AND {{known}}
)
SELECT shop, order_no, currency, day, 'sold' AS kind, shipped, shipped_at, NULL::TIMESTAMP AS moment,
    paid + CASE WHEN cancelled THEN 0 ELSE platform_borne END AS amount FROM dated
UNION ALL SELECT shop, order_no, currency, greatest(coalesce({{refund_day}}, day), day), 'refunded', shipped,
    shipped_at, refunded_on, refunded FROM dated
"""
OTHER_SQL = f"""
SELECT shop, order_no, currency, day, 'fees' AS kind, -sum(amount) AS amount FROM {LINE_TABLE}
WHERE known AND is_fee GROUP BY ALL
UNION ALL SELECT shop, order_no, currency, coalesce(bank_date, DATE '{BEGINNING}'), 'collected', sum(amount)
FROM {{share}} WHERE matched GROUP BY ALL
"""
WRITTEN_OFF_SQL = f"""
SELECT c.shop, c.order_no, c.currency, coalesce(d.day, c.settled_on, c.business_date, DATE '{BEGINNING}') AS day,
    'written_off' AS kind, c.written_off AS amount
FROM {{collection}} c LEFT JOIN r_decided d ON d.shop = c.shop AND d.order_no = c.order_no WHERE c.written_off <> 0
"""


def build_lines(source: ReportSource) -> str:
    """Make the table of settlement lines that count; its name. Columns: record_key, shop, order_no, account, currency,
    type, item, day, amount, known, is_gross, is_fee."""

    def make() -> None:
        source.con.register("r_account", account_owners(source.rules))
        source.con.execute(query, {"as_of": source.as_of})
        source.con.unregister("r_account")

    query = LINE_SQL.format(
        links=source.order_links or NO_LINKS, collection=source.collection, settlement_line=source.settlement_line
    )
    source.keep(LINE_TABLE, make, "day, type")
    return LINE_TABLE


def sales_sql(order_line: str, as_of: date, timezone: str, collection: str = "") -> str:
    """What was sold and refunded, line by line, as a query: shop, order_no, currency, day, kind, amount, whether
    and when it was shipped, and the moment of a refund. `collection`: of its orders alone; blank where the lines are
    those it was made of."""
    known = f"(shop, order_no, currency) IN (SELECT (shop, order_no, currency) FROM {collection})"
    return SALE_SQL.format(
        live=live_sql(order_line, as_of, timezone), known=known if collection else "true",
        paid_day=local_day("l.paid_at", timezone), refund_day=local_day("refunded_on", timezone),
    )  # fmt: skip


def sales_of(source: ReportSource) -> str:
    """`sales_sql` of a report's source."""
    return sales_sql(source.order_line, source.as_of, source.timezone, source.collection)


def build_movements(source: ReportSource) -> str:
    """Make the table of all movements; its name. Key: shop, order_no, currency, day, kind; amounts not 0."""

    def make() -> None:
        build_lines(source)
        others = OTHER_SQL.format(share=source.collection_share)
        source.con.execute(
            f"""CREATE OR REPLACE TEMP TABLE {TOLD_TABLE} AS
            SELECT shop, order_no, currency, day, kind, sum(amount)::DECIMAL(18,5) AS amount
            FROM (SELECT shop, order_no, currency, day, kind, amount FROM ({sales_of(source)}) UNION ALL {others})
            GROUP BY ALL HAVING sum(amount) <> 0"""
        )

    source.keep(TOLD_TABLE, make, "day, kind")
    build_written_off(source)
    source.con.execute(
        f"CREATE OR REPLACE TEMP VIEW {MOVEMENT_TABLE} AS FROM {TOLD_TABLE} UNION ALL BY NAME FROM {WRITTEN_OFF}"
    )
    return MOVEMENT_TABLE


def build_written_off(source: ReportSource) -> None:
    """Make WRITTEN_OFF: the movements of orders that were closed without money."""
    with decided(source):
        written_off = WRITTEN_OFF_SQL.format(collection=source.collection)
        source.con.execute(f"CREATE OR REPLACE TEMP TABLE {WRITTEN_OFF} AS {written_off}")


@contextmanager
def decided(source: ReportSource) -> Iterator[None]:
    """The table `r_decided` that WRITTEN_OFF_SQL reads, until the end of the block."""
    source.con.register("r_decided", _decided(source))
    try:
        yield
    finally:
        source.con.unregister("r_decided")


def _schema(*names: str) -> pa.Schema:
    return pa.schema([(name, pa.string()) for name in names])


def _decided(source: ReportSource) -> pa.Table:
    """On which day people closed what is open of an order. Key: shop, order_no."""
    zone, days = ZoneInfo(source.timezone), dict[tuple[str, str], date]()
    for match in source.matches:
        if match.reconciliation != RECONCILIATION or match.difference_reason in ("", STILL_COMES) or not match.at:
            continue
        for member in match.members:
            kind, parts = record_key_parts(member.record_key)
            if kind == "order_line" and len(parts) >= 2:
                days[parts[0], parts[1]] = match.at.astimezone(zone).date()
    rows = [{"shop": shop, "order_no": order_no, "day": day} for (shop, order_no), day in days.items()]
    return pa.Table.from_pylist(rows, _schema("shop", "order_no").append(pa.field("day", pa.date32())))


def controls(source: ReportSource, movements: str, collection: str, currency: str, shop: str = "") -> list[Control]:
    """The movements (a table) of all days beside the collection (or its cube), kind by kind, and what they leave beside
    what is outstanding."""
    where = "currency = $currency AND ($shop = '' OR shop = $shop)"
    values = {"currency": currency, "shop": shop}
    sums = {
        row["kind"]: row["amount"]
        for row in source.rows(
            f"SELECT kind, sum(amount)::DECIMAL(38,5) AS amount FROM {movements} WHERE {where} GROUP BY kind",
            values,
        )
    }
    told = source.rows(
        f"""SELECT coalesce(sum(paid + platform_borne), 0)::DECIMAL(38,5) AS sold,
            coalesce(sum(refunded), 0)::DECIMAL(38,5) AS refunded, coalesce(sum(fees), 0)::DECIMAL(38,5) AS fees,
            coalesce(sum(collected), 0)::DECIMAL(38,5) AS collected,
            coalesce(sum(written_off), 0)::DECIMAL(38,5) AS written_off FROM {collection} WHERE {where}""",
        values,
    )[0]
    agrees = translated(_("the collection's"))
    made = []
    for kind in SIGNS:
        label = translated(_("%(kind)s, all days")) % {"kind": translated(KIND_WORDS[kind])}
        made.append(Control(label, sums.get(kind, ZERO), agrees, told[kind], currency))
    left = sum((sign * sums.get(kind, ZERO) for kind, sign in SIGNS.items()), ZERO)
    outstanding = told["sold"] - told["refunded"] - told["fees"] - told["collected"] - told["written_off"]
    label = translated(_("Receivable as of the day, by movements"))
    return [*made, Control(label, left, translated(_("outstanding in the collection")), outstanding, currency)]


def asked(params: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """The condition of a list of movements: shop, kind, currency, days."""
    told = {
        "shop": "shop = $shop", "kind": "kind = $kind", "currency": "currency = $currency", "from": "day >= $from",
        "to": "day <= $to",
    }  # fmt: skip
    chosen = {name: sql for name, sql in told.items() if params.get(name) not in (None, "")}
    return " AND ".join(["true", *chosen.values()]), {name: params[name] for name in chosen}
