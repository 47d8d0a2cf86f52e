"""What a change may touch: the orders whose results are computed anew; all others stand as the last run found them.

A key pass compares within an order number, so that what documents newly tell (or no longer tell) concerns the order
numbers they name. Three things reach beyond one order; the orders they concern are taken along:

- matches and splits by hand: the orders of all their records;
- where a shop's orders begin and end, by which a settlement without order near the edge is explained: such
  settlements; and for each shop the orders that are its first, its last, and one that was shipped, so that the few
  orders looked at tell the same of their shop as all of them;
- what is suggested for open items: it is worked out anew for all that is open (`open_items`).

Whatever else may reach further is refused (`Refused`): then the whole is computed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import duckdb
import pyarrow as pa

from huikuan.lake.lake import Lake
from huikuan.pipeline.compute import literal
from huikuan.pipeline.documents.proofs import mismatches
from huikuan.pipeline.runs.run_files import RunFiles
from huikuan.pipeline.runs.run_tables import ORDER_FACTS
from huikuan.pipeline.runs.spans import Span, as_table, spans_of
from huikuan.recons import definitions
from huikuan.recons.order_entries import SUB_ORDER_DIGITS
from huikuan.records.decisions import Decisions
from huikuan.records.document import Document
from huikuan.records.rules import Rules

NAME = "order-settlement"
KEYS_MAX = 20_000
BY_ORDER = ("order_line", "settlement_line")  # the kinds of its records
LOOKED_AT = ("settlement-wallet", "payout-bank")  # not concerned by some bills (`settled.require_apart`)
AROUND = ("erp_order", "return_line")  # kinds that tell why something of it is open; read whole
ORDERS, RECORDS = "k_orders", "k_records"  # tables: the order numbers, the records without one
TOLD = "k_told"  # table: those of the order numbers of which the lake may tell other order lines than the base
KEYS = "k_keys"  # table: the record keys of which the lake may tell other settlement lines than the base
SPANS = "k_spans"  # table: `pipeline.runs.spans` as they are
BASE_OPEN, BASE_LINKS = "b_open", "b_links"  # views over the base's tables
MADE, FOUND, SEEN_NOW = "k_links", "k_open", "k_seen"  # tables: what is computed anew
LINES = "k_told_lines"  # table: the order lines of TOLD as they are
GONE_GROUPS, GONE_LINKS, GONE_OPEN = "gone_groups", "gone_links", "gone_open"  # tables: what no longer holds


class Refused(Exception):
    """Why the whole has to be computed, in plain words for the log."""


@dataclass(frozen=True)
class Change:
    """Documents that came and went since a run."""

    documents: tuple[Document, ...]

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of records they tell."""
        return frozenset(kind for document in self.documents for kind in document.kinds)


def change_since(lake: Lake, base: set[str], rules: Rules, decisions: Decisions) -> Change:
    """What has come and gone since a run that had read these documents. Refused for a change that more reconciliations
    than the one by orders depend on."""
    everything = {document.document_id: document for document in lake.documents(undone=True)}
    standing = {document.document_id for document in lake.documents()}
    if base - set(everything):
        raise Refused("a document of the last run is no longer known")
    found = Change(tuple(everything[each] for each in sorted(base ^ standing)))
    told = {kind for each in base | standing for kind in everything[each].kinds}
    told |= {record.kind for record in decisions.manual_records}
    for definition in definitions(rules).values():
        concerned = not definition.reads or found.kinds & set(definition.reads)
        empty = definition.needs and definition.needs not in told
        apart = definition.name in LOOKED_AT and found.kinds & set(definition.reads) == {"settlement_line"}
        if definition.name != NAME and concerned and not empty and not apart:
            raise Refused(f"{definition.name} depends on what has changed")
    if "wallet_line" in found.kinds:
        raise Refused("what wallets moved has changed")
    if found.kinds & set(AROUND):
        raise Refused("what explains open items has changed")
    before, now = ([everything[each] for each in sorted(ids)] for ids in (base, standing))
    if mismatches(before) != mismatches(now):
        raise Refused("a document's totals disagree")
    return found


def find_orders(
    con: duckdb.DuckDBPyConnection, lake: Lake, change: Change, decisions: Decisions, files: RunFiles, as_of: date
) -> int:
    """Make the tables ORDERS and RECORDS of what is computed anew; `con` has the views of the facts. Returns how many
    orders. Refused where they are too many, or where a shop's files newly tell when it ships."""
    for view, part in ((BASE_OPEN, "open"), (BASE_LINKS, "links")):
        con.execute(f"CREATE OR REPLACE VIEW {view} AS {files.sql(f'{NAME}.{part}')}")
    con.execute(f"CREATE OR REPLACE TABLE {ORDERS} (order_no VARCHAR)")
    con.execute(f"CREATE OR REPLACE TABLE {RECORDS} (record_key VARCHAR)")
    con.execute(f"CREATE OR REPLACE TABLE {TOLD} (order_no VARCHAR)")
    con.execute(f"CREATE OR REPLACE TABLE {KEYS} (record_key VARCHAR)")
    for kind in sorted(change.kinds & set(ORDER_FACTS)):
        ids = [document.document_id for document in change.documents if kind in document.kinds]
        lake.register_touched(con, kind, ids, f"k_{kind}")
        if kind == "order_line" and _tells_no_order(con, f"k_{kind}"):
            raise Refused("order lines of no order have changed")
        con.execute(f"INSERT INTO {ORDERS} SELECT DISTINCT order_no FROM k_{kind}")
    numbers = [c for c in decisions.corrections if c.field == "order_no"]
    _insert(con, ORDERS, {text for c in numbers for text in (c.before, c.after)})
    _insert(con, TOLD, {text for c in numbers for text in (c.before, c.after) if text})
    if "order_line" in change.kinds:
        con.execute(f"INSERT INTO {TOLD} SELECT DISTINCT order_no FROM k_order_line WHERE order_no <> ''")
    if "settlement_line" in change.kinds:
        _of_bills(con, files, {c.record_key for c in numbers})
    con.execute(f"CREATE OR REPLACE TABLE {LINES} AS {lines_among(con, 'order_line', TOLD, 'order_no')}")
    _of_decisions(con, decisions)
    _of_spans(con, files, as_of)
    con.execute(f"CREATE OR REPLACE TABLE {ORDERS} AS SELECT DISTINCT order_no FROM {ORDERS} WHERE order_no <> ''")
    con.execute(f"CREATE OR REPLACE TABLE {RECORDS} AS SELECT DISTINCT record_key FROM {RECORDS}")
    found = con.execute(f"SELECT count(*) FROM {ORDERS}").fetchall()[0][0]
    if found > KEYS_MAX:
        raise Refused(f"{found} orders have changed")
    return int(found)


def _tells_no_order(con: duckdb.DuckDBPyConnection, table: str) -> bool:
    query = f"SELECT 1 FROM {table} WHERE coalesce(order_no, '') = '' LIMIT 1"
    return con.execute(query).fetchone() is not None


def take_sub_orders(con: duckdb.DuckDBPyConnection, *tables: str) -> None:
    """Add the sub-orders' numbers of order lines (tables) to ORDERS: a bill may name an order by them."""
    for table in tables:
        con.execute(
            f"INSERT INTO {ORDERS} SELECT DISTINCT line_no FROM {table} WHERE length(line_no) >= {SUB_ORDER_DIGITS} "
            f"AND line_no NOT IN (SELECT order_no FROM {ORDERS})"
        )


def _of_decisions(con: duckdb.DuckDBPyConnection, decisions: Decisions) -> None:
    """The orders of what people matched, split or excluded, and of corrected order numbers."""
    own = decisions.about(NAME)
    members = {member.record_key for match in own.matches for member in match.members}
    members |= {key for apart in own.not_these for key in apart.record_keys}
    members |= {each.record_key for each in own.exclusions}
    if members:
        _insert(con, RECORDS, members)
        for view in (BASE_OPEN, BASE_LINKS):
            con.execute(
                f"INSERT INTO {ORDERS} SELECT DISTINCT order_no FROM {view} "
                f"WHERE record_key IN (SELECT record_key FROM {RECORDS})"
            )
        con.execute(
            f"INSERT INTO {ORDERS} SELECT DISTINCT order_no FROM order_line "
            f"WHERE record_key IN (SELECT record_key FROM {RECORDS})"
        )


def _insert(con: duckdb.DuckDBPyConnection, table: str, values: Iterable[str]) -> None:
    con.register("k_values", pa.table({"value": pa.array(sorted(values), pa.string())}))
    con.execute(f"INSERT INTO {table} SELECT value FROM k_values")
    con.unregister("k_values")


def lines_among(con: duckdb.DuckDBPyConnection, kind: str, table: str, column: str) -> str:
    """The query of the records of a kind (a view) whose column stands in a table. The bounds let row groups be passed
    over."""
    low, high = con.execute(f"SELECT min({column}), max({column}) FROM {table}").fetchall()[0]
    bounds = "false" if low is None else f"{column} BETWEEN {literal(low)} AND {literal(high)}"
    return f"SELECT * FROM {kind} WHERE {bounds} AND {column} IN (SELECT {column} FROM {table})"


def _of_bills(con: duckdb.DuckDBPyConnection, files: RunFiles, renumbered: Iterable[str]) -> None:
    """Of changed settlement lines: their keys, those that name no order (or did not, before a person told their
    number), and the orders of the sub-orders that they name."""
    con.execute(f"INSERT INTO {KEYS} SELECT DISTINCT record_key FROM k_settlement_line")
    con.execute(f"INSERT INTO {RECORDS} SELECT record_key FROM k_settlement_line WHERE coalesce(order_no, '') = ''")
    _insert(con, RECORDS, renumbered)
    con.execute(
        f"INSERT INTO {ORDERS} SELECT DISTINCT order_no FROM ({files.sql('facts_order_line')}) "
        f"WHERE length(line_no) >= {SUB_ORDER_DIGITS} AND line_no IN (SELECT order_no FROM {ORDERS})"
    )


def _of_spans(con: duckdb.DuckDBPyConnection, files: RunFiles, as_of: date) -> None:
    """For each shop orders that tell where its orders begin and end and whether it tells shipping, and the settlements
    without order that are explained by it."""
    before, now = spans_of(con, files, as_of, TOLD, LINES)
    if any(span["counted"] and _ships_otherwise(span, now.get(shop, {})) for shop, span in before.items()):
        raise Refused("a shop's files newly tell, or no longer tell, when it ships")
    _insert(con, ORDERS, {witness[-1] for span in now.values() for witness in span.values() if witness})
    con.register("k_spans_now", as_table(now))
    con.execute(f"CREATE OR REPLACE TABLE {SPANS} AS FROM k_spans_now")
    con.unregister("k_spans_now")
    edge = (
        f"{BASE_OPEN} o LEFT JOIN {SPANS} s ON s.shop = o.scope WHERE class = 'missing_left' AND record_key <> '' "
        f"AND (cause = {literal('c-T2')} OR s.first > o.date OR s.last < o.date)"
    )
    con.execute(f"INSERT INTO {ORDERS} SELECT order_no FROM {edge} AND order_no <> ''")
    con.execute(f"INSERT INTO {RECORDS} SELECT record_key FROM {edge} AND coalesce(order_no, '') = ''")


def _ships_otherwise(before: Span, now: Span) -> bool:
    return now.get("counted") is not None and (before["shipped"] is None) != (now["shipped"] is None)


def has_records(con: duckdb.DuckDBPyConnection) -> bool:
    """Whether there are records computed anew beside those of the orders."""
    return con.execute(f"SELECT 1 FROM {RECORDS} LIMIT 1").fetchone() is not None


def other_facts_sql(records: str) -> str:
    """Of the records of a kind (a table, or a query in brackets) those computed anew that are of none of the orders."""
    return (
        f"SELECT * FROM {records} WHERE coalesce(order_no, '') NOT IN (SELECT order_no FROM {ORDERS}) "
        f"AND record_key IN (SELECT record_key FROM {RECORDS})"
    )
