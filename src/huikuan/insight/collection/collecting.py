"""Collection 回款: for every order, what it should bring, what has come, and where the rest is.

    receivable = paid + platform_borne - refunded - fees
               = collected + settled_not_collected + not_due + overdue + disputed + written_off

`reserve` is the part of `not_due` that is held back of what was settled, `in_transit` that of `settled_not_collected`.

Pure: current records, links of two reconciliations, rules, decisions and a day in; one table out. It runs as DuckDB
SQL on the connection that holds the inputs. Steps: the orders as of the day (`orders`), what was settled
for them (`settled`), which payouts took it (`fifo`), the status; then the proof.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb

from huikuan.insight import messages  # noqa: F401
from huikuan.insight.collection import fifo
from huikuan.insight.collection import orders as collection_orders
from huikuan.insight.collection import settled as collection_settled
from huikuan.insight.collection import status as collection_status
from huikuan.records.decisions import Decisions
from huikuan.records.errors import InvariantError
from huikuan.records.rules import Rules

DEFAULT_TIMEZONE = "Asia/Shanghai"
# Money columns of a collection, in the order of the identity.
AMOUNTS = (
    "paid", "platform_borne", "refunded", "fees", "receivable", "settled", "collected", "settled_not_collected",
    "in_transit", "not_due", "reserve", "overdue", "disputed", "written_off",
)  # fmt: skip


SHARES_SQL = """
SELECT o.shop, o.order_no, s.* EXCLUDE (oid) FROM c_share s
JOIN (SELECT DISTINCT oid, shop, order_no FROM c_order) o USING (oid) ORDER BY oid, currency, payout_date, payout
"""


@dataclass(frozen=True)
class CollectionInputs:
    """Names of the tables or views in the connection. Blank: there is none.

    `order_line`, `settlement_line`, `wallet_line`: current records (columns of their kinds; settlement lines may
    have `corroborating`). `order_links`, `payout_links`: links of order-settlement and payout-bank (columns of
    `engine.model.LINKS`). Without `order_links` settlement lines belong to the order they name; without
    `payout_links` nothing counts as collected.
    """

    order_line: str = "order_line"
    settlement_line: str = "settlement_line"
    wallet_line: str = "wallet_line"
    order_links: str = ""
    payout_links: str = ""


@dataclass(frozen=True)
class Setting:
    """What all steps are given beside the tables."""

    rules: Rules
    as_of: date
    decisions: Decisions
    timezone: str


def build_collection(
    con: duckdb.DuckDBPyConnection,
    inputs: CollectionInputs,
    rules: Rules,
    as_of: date,
    decisions: Decisions | None = None,
    timezone: str = DEFAULT_TIMEZONE,
    name: str = "collection",
) -> str:
    """Create the temporary table `name`, and beside it `name`_share and `name`_settled; return its name.

    `name`: grain one order and currency; key shop, order_no, currency; sorted by shop, order_no. Columns:
    status, order_status, business_date, times, `AMOUNTS`, expected_date, due_date, overdue_days, settled_on,
    collected_on. `name`_share: grain one order, account and payout: the amount of the order that this payout took
    (matched: with a bank line). `name`_settled: what was settled by day (`settled.build_days`).
    Raises InvariantError when the figures do not add up.
    """
    setting = Setting(rules, as_of, decisions or Decisions(), timezone)
    collection_orders.build(con, inputs, setting)
    collection_settled.build(con, inputs, setting)
    fifo.build(con, inputs, setting)
    collection_status.build(con, inputs, setting, name)
    prove(con, name)
    con.execute(f"CREATE OR REPLACE TEMP TABLE {name}_share AS {SHARES_SQL}")
    if inputs.settlement_line:
        collection_settled.build_days(con, inputs, setting, f"{name}_settled")
    for step in ("c_order", "c_part", "c_settled", "c_share", "c_element"):
        con.execute(f"DROP TABLE IF EXISTS {step}")
    return name


def collection(
    facts: Any,
    order_links: Any,
    payout_links: Any,
    rules: Rules,
    as_of: date,
    decisions: Decisions | None = None,
) -> Any:
    """The same over `engine.model.Facts` on Ibis' DuckDB backend: an Ibis table. Links may be None."""
    backend = facts.backend
    names: dict[str, str] = {}
    given = {kind: facts.table(kind) for kind in ("order_line", "settlement_line", "wallet_line") if facts.has(kind)}
    given |= {"order_links": order_links, "payout_links": payout_links}
    for field, table in given.items():
        if table is not None:
            backend.create_view(f"c_in_{field}", table, overwrite=True)
            names[field] = f"c_in_{field}"
    blank = dict.fromkeys(("order_line", "settlement_line", "wallet_line"), "")
    build_collection(backend.con, CollectionInputs(**{**blank, **names}), rules, as_of, decisions, facts.timezone)
    return backend.table("collection")


def prove(con: duckdb.DuckDBPyConnection, name: str) -> None:
    """Prove the identity per order and in total, that no order is lost or doubled, and that what is settled and
    collected is what the sources hold. Raises InvariantError."""
    prove_orders(con, name)
    shares = "SELECT currency, sum(amount) AS amount FROM c_share WHERE matched GROUP BY ALL"
    _prove_total(con, name, "collected", shares)
    _prove_shares(con)


def prove_orders(con: duckdb.DuckDBPyConnection, name: str) -> None:
    """The part of the proof that holds for some orders alone: all but which payouts took the money."""
    _prove_identity(con, name)
    _prove_rows(con, name)
    _prove_total(con, name, "settled", "SELECT currency, sum(gross + fee) AS amount FROM c_settled GROUP BY ALL")


def _prove_identity(con: duckdb.DuckDBPyConnection, name: str) -> None:
    broken = con.execute(
        f"""SELECT count(*) OVER (), shop, order_no FROM {name}
        WHERE (receivable IS DISTINCT FROM paid + platform_borne - refunded - fees
           OR receivable IS DISTINCT FROM
              collected + settled_not_collected + not_due + overdue + disputed + written_off
           OR settled IS DISTINCT FROM collected + settled_not_collected)
        ORDER BY shop, order_no LIMIT 1"""
    ).fetchone()
    if broken:
        raise InvariantError("collection.identity", orders=broken[0], shop=broken[1], order_no=broken[2])


def _prove_rows(con: duckdb.DuckDBPyConnection, name: str) -> None:
    (found,) = _one(con, f"SELECT count(*) FROM {name}")
    expected, keys = _one(con, "SELECT count(*), count(DISTINCT (oid, currency)) FROM c_order")
    if not found == keys == expected:
        raise InvariantError("collection.rows", found=found, expected=expected)


def _prove_total(con: duckdb.DuckDBPyConnection, name: str, measure: str, source: str) -> None:
    differing = con.execute(
        f"""SELECT currency, coalesce(mine.amount, 0), coalesce(theirs.amount, 0)
        FROM (SELECT currency, sum({measure}) AS amount FROM {name} GROUP BY ALL) mine
        FULL JOIN ({source}) theirs USING (currency)
        WHERE coalesce(mine.amount, 0) <> coalesce(theirs.amount, 0) ORDER BY currency LIMIT 1"""
    ).fetchone()
    if differing:
        currency, found, expected = differing
        raise InvariantError("collection.total", measure=measure, currency=currency, found=found, expected=expected)


def _prove_shares(con: duckdb.DuckDBPyConnection) -> None:
    """No payout takes more of a wallet's orders than they brought, nor gives more than they cost."""
    beyond = con.execute(
        """SELECT currency, s.amount, e.received FROM (
            SELECT account, currency, sum(amount) AS amount FROM c_share GROUP BY ALL
        ) s LEFT JOIN (
            SELECT account, currency, sum(greatest(amount, 0)) AS received, sum(least(amount, 0)) AS taken
            FROM c_element GROUP BY ALL
        ) e USING (account, currency)
        WHERE NOT coalesce(s.amount BETWEEN e.taken AND e.received, false) ORDER BY currency LIMIT 1"""
    ).fetchone()
    if beyond:
        currency, found, expected = beyond
        raise InvariantError("collection.total", measure="shares", currency=currency, found=found, expected=expected)


def _one(con: duckdb.DuckDBPyConnection, query: str) -> tuple[Any, ...]:
    row = con.execute(query).fetchone()
    if row is None:
        raise AssertionError(query)
    return row
