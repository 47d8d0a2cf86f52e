"""A late bill: settlement lines that came or went, computed anew by the orders they name.

A bill may be read into more than its orders: a wallet books what it settles, a payout takes the money, another bill
tells the same movement. Where the changed lines touch any of that, the whole is computed (`require_apart`):

- they are of an account that `settlement-wallet` compares, before or after;
- one of them is a payout, transfer or deposit, which `payout-bank` may read;
- bills of different rank tell their account and type, so that each may make the other's lines corroborating;
- what they settle lies in an account that pays out (`collection`): first in, first out takes it from there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from huikuan.engine.duckdb_backend import DuckDBBackend
from huikuan.engine.model import Facts
from huikuan.insight.collection.settled import quoted
from huikuan.pipeline.incremental.closure import (
    KEYS,
    ORDERS,
    RECORDS,
    Change,
    Refused,
    has_records,
    lines_among,
    other_facts_sql,
)
from huikuan.pipeline.runs.run_tables import FACTS_ORDER, RESTS
from huikuan.recons.order_entries import MONEY_MOVES
from huikuan.recons.settlement_entries import Scopes, find_scopes

if TYPE_CHECKING:
    from huikuan.pipeline.incremental.run import Given

KIND = "settlement_line"
WAS, NOW = "k_settlement_lines_was", "k_settlement_lines"  # tables: the lines computed anew
OURS = f"record_key IN (SELECT record_key FROM {KEYS})"


def take_lines(given: Given, change: Change) -> None:
    """Make WAS and NOW: the lines of the orders, and those of RECORDS that name none."""
    con = given.con
    given.take_of_base(WAS, f"facts_{KIND}")
    if has_records(con):
        con.execute(f"INSERT INTO {WAS} BY NAME {other_facts_sql(_of_no_order(given))}")
    if KIND in change.kinds:
        told = lines_among(con, KIND, KEYS, "record_key")
        con.execute(f"CREATE TABLE {NOW} AS SELECT * FROM {WAS} WHERE NOT {OURS} UNION ALL BY NAME {told}")
        require_apart(given, change)
    else:
        con.execute(f"CREATE VIEW {NOW} AS FROM {WAS}")


def _of_no_order(given: Given) -> str:
    """The base's lines that name no order; of a base without a table of them the lake's, which are the same unless
    bills have changed."""
    return f"({given.old.sql(RESTS[KIND])})" if given.old.holds(RESTS[KIND]) else KIND


def all_lines(given: Given, kind: str) -> str:
    """The query of all lines of a kind as the base has them. Refused where it does not hold those of no order."""
    if not given.old.holds(RESTS[kind]):
        raise Refused("the last run was made by an older version")
    return f"SELECT * FROM ({given.old.sql(f'facts_{kind}')}) UNION ALL BY NAME {given.old.sql(RESTS[kind])}"


def require_apart(given: Given, change: Change) -> None:
    """Refused where more than the orders that the changed lines name hangs on them."""
    con = given.con
    con.execute(
        f"CREATE TABLE k_changed AS SELECT * FROM {WAS} WHERE {OURS} UNION ALL BY NAME SELECT * FROM {NOW} WHERE {OURS}"
    )
    if con.execute(f"SELECT 1 FROM k_changed WHERE type IN ({quoted(MONEY_MOVES)}) LIMIT 1").fetchone():
        raise Refused("what platforms paid out has changed")
    accounts = {row[0] for row in con.execute("SELECT DISTINCT coalesce(account, '') FROM k_changed").fetchall()}
    accounts |= {document.account for document in change.documents if KIND in document.kinds} - {""}
    before, now = f"({all_lines(given, KIND)})", KIND
    ranks = " UNION ALL BY NAME ".join(
        f"SELECT account, type, coalesce(source_rank, 0) AS rank FROM {lines} "
        f"WHERE list_contains($accounts::VARCHAR[], account)"
        for lines in (before, now)
    )
    contested = f"SELECT 1 FROM ({ranks}) GROUP BY account, type HAVING min(rank) <> max(rank) LIMIT 1"
    if con.execute(contested, {"accounts": sorted(accounts)}).fetchone():
        raise Refused("another bill may tell the same movements")
    scopes = [_scopes(given, lines) for lines in (before, now)]
    if scopes[0] != scopes[1] or accounts & set(scopes[0].of):
        raise Refused("settlement-wallet depends on what has changed")


def _scopes(given: Given, lines: str) -> Scopes:
    """What settlement-wallet compares, with these settlement lines (a relation) and the wallets as they are."""
    con = given.con
    con.execute(f"CREATE OR REPLACE VIEW k_all_settled AS SELECT * FROM {lines}")
    con.execute(f"CREATE OR REPLACE VIEW k_all_moved AS {all_lines(given, 'wallet_line')}")
    backend = DuckDBBackend.from_connection(con)
    tables = {KIND: backend.table("k_all_settled"), "wallet_line": backend.table("k_all_moved")}
    return find_scopes(Facts(backend, tables, given.book.timezone), given.rules, given.as_of)


def write_lines(given: Given) -> None:
    """The run's settlement lines, of orders and of none."""
    named = f"SELECT * FROM {NOW} WHERE coalesce(order_no, '') <> ''"
    given.change(f"facts_{KIND}", f"SELECT order_no FROM {ORDERS}", named, FACTS_ORDER)
    gone = f"SELECT record_key FROM {RECORDS} UNION SELECT record_key FROM {KEYS}"
    given.change(RESTS[KIND], gone, f"SELECT * FROM {NOW} WHERE coalesce(order_no, '') = ''", "record_key")


def paying_accounts(given: Given) -> set[str]:
    """Accounts whose money is paid out, as the base tells it: of the others no payout takes anything."""
    found = given.con.execute(
        f"SELECT account FROM ({all_lines(given, 'wallet_line')}) WHERE movement IN ('payout', 'payout_returned') "
        f"UNION SELECT account FROM ({all_lines(given, KIND)}) WHERE type = 'payout'"
    ).fetchall()
    return {row[0] for row in found}
