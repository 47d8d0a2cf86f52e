"""What was settled for each order: settlement lines attributed to orders through the links of order-settlement.

The links are the authority: a line that a person took off an order is not counted for it, one that was matched by
hand counts for the order it was matched with. Corroborating lines are never totalled. A line without a business date
exists as of any day.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa

from huikuan.records.codes import FEE_TYPES, GROSS_TYPES
from huikuan.records.kind import MONEY
from huikuan.records.rules import BEGINNING, Rules

if TYPE_CHECKING:
    from huikuan.insight.collection.collecting import CollectionInputs, Setting

ZERO = Decimal(0)
COLUMNS = "oid, currency, account, business_date, batch, flow_no, occurred_at, gross, fee, refund"
EMPTY = """CREATE OR REPLACE TEMP TABLE c_settled (
    oid BIGINT, currency VARCHAR, account VARCHAR, business_date DATE, batch VARCHAR,
    flow_no VARCHAR, occurred_at TIMESTAMP, gross DECIMAL(18,5), fee DECIMAL(18,5), refund DECIMAL(18,5))"""
SPLIT_SCHEMA = pa.schema([("record_key", pa.string()), ("oid", pa.int64()), ("part", MONEY)])


def quoted(words: Iterable[str]) -> str:
    """Words of our own as an SQL list."""
    return ", ".join(f"'{word}'" for word in words)


# Freight that is paid to the shop is income, freight charged to it is a fee.
IS_GROSS = (
    f"(type IN ({quoted(name for name in GROSS_TYPES if name != 'freight')}) OR (type = 'freight' AND amount > 0))"
)
IS_FEE = f"(type IN ({quoted(FEE_TYPES)}) OR (type = 'freight' AND amount <= 0))"

# Grain of c_part: a settlement line's part that is an order's. `shop`: that of the bill.
EMPTY_PARTS = """CREATE OR REPLACE TEMP TABLE c_part (
    oid BIGINT, currency VARCHAR, account VARCHAR, business_date DATE, batch VARCHAR, flow_no VARCHAR,
    occurred_at TIMESTAMP, type VARCHAR, shop VARCHAR, is_gross BOOLEAN, is_fee BOOLEAN, amount DECIMAL(18,5))"""
PARTS_SQL = f"""
INSERT INTO c_part SELECT oid, currency, account, business_date, batch, flow_no, occurred_at, type, shop,
    {IS_GROSS}, {IS_FEE}, amount FROM ({{attributed}})
"""
# Grain of c_settled: one order, currency, account, day and batch. `refund` is the part of `gross` that was given back.
SETTLED_SQL = f"""
INSERT INTO c_settled ({COLUMNS})
SELECT oid, currency, account, business_date, batch, min(flow_no), min(occurred_at),
    coalesce(sum(amount) FILTER (is_gross), 0)::DECIMAL(18,5),
    coalesce(sum(amount) FILTER (is_fee), 0)::DECIMAL(18,5),
    coalesce(sum(amount) FILTER (type = 'refund'), 0)::DECIMAL(18,5)
FROM c_part WHERE is_gross OR is_fee GROUP BY oid, currency, account, business_date, batch
"""
# What was settled by day: `known` of orders, by their shop; the rest is all that counts less those parts, by the shop
# of the bill, else that of an account of one shop alone (c_owner). As `movements.LINE_SQL` tells it line by line.
DAYS_SQL = f"""
WITH part AS (
    SELECT o.shop AS order_shop, coalesce(nullif(p.shop, ''), a.shop, '') AS own_shop, p.account, p.currency, p.type,
        p.business_date, p.is_gross, p.is_fee, sum(p.amount) AS amount
    FROM c_part p JOIN (SELECT DISTINCT oid, shop FROM c_order) o USING (oid) LEFT JOIN c_owner a USING (account)
    GROUP BY ALL
), line AS (
    SELECT coalesce(nullif(s.shop, ''), a.shop, '') AS shop, account, currency, type, business_date, false AS known,
        {IS_GROSS} AS is_gross, {IS_FEE} AS is_fee, sum(amount) AS amount
    FROM {{lines}} s LEFT JOIN c_owner a USING (account) GROUP BY ALL
)
SELECT shop, account, currency, type, coalesce(business_date, DATE '{BEGINNING}') AS day, known, is_gross, is_fee,
    sum(amount)::DECIMAL(38,5) AS amount
FROM (
    FROM line
    UNION ALL BY NAME SELECT own_shop AS shop, -amount AS amount, false AS known,
        * EXCLUDE (own_shop, order_shop, amount) FROM part
    UNION ALL BY NAME SELECT order_shop AS shop, true AS known, * EXCLUDE (own_shop, order_shop) FROM part
) GROUP BY ALL HAVING sum(amount) <> 0
"""

LINE = "s.currency, s.account, s.business_date, nullif(s.batch, '') AS batch, s.flow_no, s.occurred_at, s.type, s.shop"

# A group of one order: all its lines are that order's.
LINKED_SQL = f"""
SELECT o.oid, l.allocated AS amount, {LINE}
FROM {{links}} l JOIN c_group o ON o.group_id = l.group_id
JOIN {{lines}} s ON s.record_key = l.record_key
WHERE l.side = 'right' AND o.orders = 1
"""

SPLIT_SQL = f"""
SELECT p.oid, p.part AS amount, {LINE} FROM c_split p JOIN {{lines}} s ON s.record_key = p.record_key
"""

# Without links: the order that the line names, of its shop or, where the shop is not told, the only one.
NAMED_SQL = f"""
SELECT o.oid, s.amount, {LINE} FROM {{lines}} s JOIN (
    SELECT DISTINCT oid, shop, order_no, count(DISTINCT shop) OVER (PARTITION BY order_no) AS shops FROM c_order
) o ON o.order_no = s.order_no AND (o.shop = s.shop OR (coalesce(s.shop, '') = '' AND o.shops = 1))
"""


def build(con: duckdb.DuckDBPyConnection, inputs: CollectionInputs, setting: Setting) -> None:
    """Create c_settled, and the rows of c_order for currencies in which an order was only settled."""
    con.execute(EMPTY)
    con.execute(EMPTY_PARTS)
    if inputs.settlement_line:
        attribute(con, inputs, setting.as_of, PARTS_SQL)
        con.execute(SETTLED_SQL)
    con.execute(
        """INSERT INTO c_order BY NAME
        SELECT DISTINCT ON (s.oid, s.currency)
            o.* REPLACE (s.currency AS currency, 0 AS paid, 0 AS platform_borne, 0 AS refunded)
        FROM (SELECT oid, currency FROM c_settled s ANTI JOIN c_order o USING (oid, currency)) s
        JOIN c_order o ON o.oid = s.oid
        ORDER BY o.currency"""
    )


def build_days(con: duckdb.DuckDBPyConnection, inputs: CollectionInputs, setting: Setting, name: str) -> None:
    """Create the temporary table `name` of what was settled by day (`day_tables`), after `build`. Key: shop, account,
    currency, type, day, known, is_gross, is_fee."""
    counting_lines(con, inputs.settlement_line, setting.as_of)
    con.register("c_owner", account_owners(setting.rules))
    con.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {DAYS_SQL.format(lines='c_line')}")
    con.unregister("c_owner")
    con.execute("DROP VIEW c_line")


def account_owners(rules: Rules) -> pa.Table:
    """The shop of each account that is one shop's alone: account, shop."""
    rows = [{"account": each.name, "shop": each.shops[0]} for each in rules.accounts if len(each.shops) == 1]
    return pa.Table.from_pylist(rows, pa.schema([("account", pa.string()), ("shop", pa.string())]))


def attribute(con: duckdb.DuckDBPyConnection, inputs: CollectionInputs, as_of: date, insert: str) -> None:
    """Run `insert` with `attributed`: the settlement lines of the orders of c_order, each with its `oid` and its part.
    It may run more than once; each line, or part of one, is in one of the runs."""
    counting_lines(con, inputs.settlement_line, as_of)
    if inputs.order_links:
        _attribute_by_links(con, inputs.order_links, insert)
    else:
        con.execute(insert.format(attributed=NAMED_SQL.format(lines="c_line")))
    con.execute("DROP VIEW c_line")


def counting_lines(con: duckdb.DuckDBPyConnection, settlement_line: str, as_of: date) -> None:
    """Make the view c_line: settlement lines up to a day that are totalled."""
    described = con.execute(f"DESCRIBE {settlement_line}").fetchall()
    told_better = "coalesce(corroborating, false)" if "corroborating" in {row[0] for row in described} else "false"
    con.execute(
        f"""CREATE OR REPLACE TEMP VIEW c_line AS SELECT * FROM {settlement_line}
        WHERE NOT {told_better}
          AND (business_date IS NULL OR business_date <= DATE '{as_of.isoformat()}')"""
    )


def _attribute_by_links(con: duckdb.DuckDBPyConnection, links: str, insert: str) -> None:
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE c_group AS
        SELECT l.group_id, min(o.oid) AS oid, CASE WHEN min(o.oid) = max(o.oid) THEN 1 ELSE 2 END AS orders
        FROM {links} l JOIN c_order o ON o.shop = l.scope AND o.order_no = l.order_no
        WHERE l.side = 'left' GROUP BY l.group_id"""
    )
    con.execute(insert.format(attributed=LINKED_SQL.format(links=links, lines="c_line")))
    parts = _split_groups(con, links)
    if parts:
        con.register("c_split", pa.Table.from_pylist(parts, schema=SPLIT_SCHEMA))
        con.execute(insert.format(attributed=SPLIT_SQL.format(lines="c_line")))
        con.unregister("c_split")
    con.execute("DROP TABLE c_group")


def _split_groups(con: duckdb.DuckDBPyConnection, links: str) -> list[dict[str, Any]]:
    """Groups of several orders (made by hand, so few): which part of each line belongs to which order."""
    groups = "SELECT group_id FROM c_group WHERE orders > 1"
    if not con.execute(f"{groups} LIMIT 1").fetchone():
        return []
    owed = con.execute(
        f"""SELECT DISTINCT l.group_id, o.oid, o.order_no, o.paid + o.platform_borne - o.refunded
        FROM {links} l JOIN c_order o ON o.shop = l.scope AND o.order_no = l.order_no AND o.currency = l.currency
        WHERE l.side = 'left' AND l.group_id IN ({groups}) ORDER BY ALL"""
    ).fetchall()
    lines = con.execute(
        f"""SELECT l.group_id, l.record_key, s.order_no, l.allocated, {IS_GROSS.replace("amount", "l.amount")}
        FROM {links} l JOIN c_line s ON s.record_key = l.record_key
        WHERE l.side = 'right' AND l.group_id IN ({groups}) ORDER BY l.group_id, s.business_date, l.record_key"""
    ).fetchall()
    parts: list[dict[str, Any]] = []
    for group in sorted({row[0] for row in owed}):
        orders = {(oid, order_no): amount for g, oid, order_no, amount in owed if g == group}
        parts.extend(split_lines(orders, [row[1:] for row in lines if row[0] == group]))
    return parts


def split_lines(owed: dict[tuple[int, str], Decimal], lines: Sequence[tuple[Any, ...]]) -> list[dict[str, Any]]:
    """Share lines (record_key, order_no, amount, is_gross) among orders: a line that names one of them is its own;
    the others fill the orders in turn up to what each is owed, the last takes what is left. Sums are kept."""
    left = dict(owed)
    parts: list[dict[str, Any]] = []

    def give(order: tuple[int, str], key: str, amount: Decimal, is_gross: bool) -> None:
        parts.append({"record_key": key, "oid": order[0], "part": amount})
        if is_gross:
            left[order] -= amount

    own = {order_no: (oid, order_no) for oid, order_no in owed}
    for key, order_no, amount, is_gross in lines:
        if order_no in own:
            give(own[order_no], key, amount, is_gross)
    for key, order_no, amount, is_gross in lines:
        if order_no in own:
            continue
        rest = amount
        for order in list(left) if is_gross and amount > ZERO else []:
            share = min(rest, max(left[order], ZERO))
            if share:
                give(order, key, share, is_gross)
                rest -= share
        if rest:
            give(list(left)[-1], key, rest, is_gross)
    return parts
