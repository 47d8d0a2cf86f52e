"""The collection of the orders computed anew, where which payouts took their money is as before.

Which payout took an order's money depends on all money of its wallet from that day on (first in, first out). So it is
left as it was where nothing has changed in what was settled for these orders, or only in accounts that pay nothing out;
else the whole is computed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa

from huikuan.insight.collection import fifo
from huikuan.insight.collection import orders as collection_orders
from huikuan.insight.collection import settled as collection_settled
from huikuan.insight.collection import status as collection_status
from huikuan.insight.collection.collecting import CollectionInputs, Setting, prove_orders
from huikuan.insight.collection.cube import cube_sql, receipts_sql
from huikuan.insight.collection.movements import sales_sql
from huikuan.insight.day_tables.by_day import collected_days_sql, outstanding_sql, sold_days_sql
from huikuan.insight.day_tables.sold_lines import PRODUCT_NUMBERS, PRODUCT_SUMS, product_days_sql
from huikuan.insight.semantic.cube import THINGS
from huikuan.pipeline.incremental import settled as incremental_settled
from huikuan.pipeline.incremental.closure import GONE_LINKS, MADE, ORDERS, Refused
from huikuan.pipeline.results.sorted_file import SortedFile
from huikuan.pipeline.runs.run_files import PLACE, ROOM
from huikuan.pipeline.runs.run_tables import SORTED
from huikuan.records.rules import BEGINNING

if TYPE_CHECKING:
    from huikuan.pipeline.incremental.run import Given

WAS, NOW, SHARES, SHARES_NOW = "k_collected_was", "k_collected", "k_shares", "k_shares_now"
SETTLED = """SELECT DISTINCT o.shop, o.order_no, s.* EXCLUDE (oid) FROM c_settled s
    JOIN (SELECT DISTINCT oid, shop, order_no FROM c_order) o USING (oid)"""
OURS = f"order_no IN (SELECT order_no FROM {ORDERS})"


def take_before(given: Given) -> None:
    """The orders' collection, shares and what was settled for them, as they were."""
    given.take_of_base(WAS, "collection")
    given.take_of_base(SHARES, "share")
    _settle(given, "_was", GONE_LINKS)
    given.con.execute(f"CREATE TABLE k_settled_was AS {SETTLED}")


def write_collection(given: Given) -> int:
    """Collection, totals and the small tables beside it, after `take_before`. Returns how many rows it gains; Refused
    where shares of payouts may change."""
    con = given.con
    setting, inputs = _settle(given, "", MADE)
    changed = con.execute(
        f"SELECT DISTINCT account FROM ((FROM k_settled_was EXCEPT {SETTLED}) UNION ALL ({SETTLED} EXCEPT "
        "FROM k_settled_was))"
    ).fetchall()
    if changed and incremental_settled.paying_accounts(given).intersection(row[0] for row in changed):
        raise Refused("what was settled for orders has changed, and with it which payouts took their money")
    con.execute(fifo.EMPTY_SHARE)
    con.execute(
        f"INSERT INTO c_share BY NAME SELECT o.oid, s.* EXCLUDE (shop, order_no) FROM {SHARES} s "
        f"JOIN (SELECT DISTINCT oid, shop, order_no FROM c_order) o USING (shop, order_no)"
    )
    collection_status.build(con, inputs, setting, NOW)
    prove_orders(con, NOW)
    _write(given)
    counts = con.execute(f"SELECT (SELECT count(*) FROM {NOW}) - (SELECT count(*) FROM {WAS})").fetchall()
    return int(counts[0][0])


def _settle(given: Given, when: str, links: str) -> tuple[Setting, CollectionInputs]:
    """Make c_order, c_settled and the days of what was settled, of the orders as they are (`when`: `_was`, as they
    were)."""
    setting = Setting(given.rules, given.as_of, given.decisions, given.book.timezone)
    inputs = CollectionInputs(f"k_order_lines{when}", f"k_settlement_lines{when}", "", links, "")
    collection_orders.build(given.con, inputs, setting)
    collection_settled.build(given.con, inputs, setting)
    collection_settled.build_days(given.con, inputs, setting, f"k_settled_days{when}")
    return setting, inputs


def _write(given: Given) -> None:
    con, old = given.con, given.old
    placed = _placed(con, SortedFile(old.folder / "collection.parquet"))
    con.register("k_placed", placed)
    more = f"SELECT c.*, p.place AS {PLACE} FROM {NOW} c JOIN k_placed p USING (order_no, shop, currency)"
    given.change("collection", f"SELECT order_no FROM {ORDERS}", more, SORTED["collection"])
    _write_totals(given)
    _write_cube(given)
    _write_receipts(given)
    _write_earlier(given)
    _write_days(given)
    con.unregister("k_placed")


def _placed(con: duckdb.DuckDBPyConnection, base: SortedFile) -> pa.Table:
    """Where each row stands among those of the base (`RunFiles.numbered_sql`)."""
    keys = con.execute(f"SELECT order_no, shop, currency FROM {NOW} ORDER BY order_no, shop, currency").fetchall()
    places = base.rows_before([key[0] for key in keys])
    numbers = [place * ROOM + 1 + n for n, place in enumerate(places)]
    columns = {
        name: pa.array([key[n] for key in keys], pa.string()) for n, name in enumerate(("order_no", "shop", "currency"))
    }
    return pa.table(columns | {"place": pa.array(numbers, pa.int64())})


def _write_totals(given: Given) -> None:
    """`collection_totals`: the base's, less the orders as they were, and the orders as they are."""
    described = given.con.execute(f"DESCRIBE ({given.old.sql('collection_totals')})").fetchall()
    keys = ("shop", "currency", "status")
    figures = [row[0] for row in described if row[0] not in keys]
    parts = ", ".join(
        "{sign}count(*) AS orders" if name == "orders" else f"{{sign}}sum({name}) AS {name}" for name in figures
    )
    changed = " UNION ALL BY NAME ".join(
        f"SELECT shop, currency, status, {parts.format(sign=sign)} FROM {table} GROUP BY ALL"
        for sign, table in (("-", WAS), ("", NOW))
    )
    sums = ", ".join(f"sum({row[0]})::{row[1]} AS {row[0]}" for row in described if row[0] in figures)
    base = given.old.sql("collection_totals")
    given.write_whole(
        "collection_totals",
        f"SELECT shop, currency, status, {sums} FROM ({base} UNION ALL BY NAME {changed}) "
        f"GROUP BY ALL HAVING sum(orders) <> 0",
        "shop, currency, status",
    )


def _write_cube(given: Given) -> None:
    """`cube`: the base's, but for what is of the shops, states and days of orders that differ, which is added up anew.
    The bounds of their days let row groups be passed over."""
    con = given.con
    names = ", ".join(row[0] for row in con.execute(f"DESCRIBE {WAS}").fetchall())
    was, now = (f"SELECT {names} FROM {table}" for table in (WAS, NOW))
    differing = f"(({was} EXCEPT {now}) UNION ALL ({now} EXCEPT {was}))"
    con.execute(
        f"CREATE TEMP TABLE k_places AS SELECT DISTINCT shop, status, "
        f"coalesce(business_date, DATE '{BEGINNING}') AS day FROM {differing}"
    )
    first, last = con.execute("SELECT min(day), max(day) FROM k_places").fetchall()[0]
    within = f"(business_date IS NULL OR business_date BETWEEN DATE '{first}' AND DATE '{last}')" if first else "false"
    place = f"(shop, status, coalesce(business_date, DATE '{BEGINNING}'))"
    places = "(SELECT (shop, status, day) FROM k_places)"
    orders = f"(SELECT * FROM ({given.new.sql('collection')}) WHERE {within} AND {place} IN {places})"
    given.write_whole(
        "cube",
        f"SELECT * FROM ({given.old.sql('cube')}) WHERE {place} NOT IN {places} UNION ALL BY NAME {cube_sql(orders)}",
    )


def _write_receipts(given: Given) -> None:
    """`receipts`: the base's, less those of the orders as they were, and of the orders as they are."""
    was, now = receipts_sql(WAS, SHARES), receipts_sql(NOW, SHARES)
    given.write_added("receipts", was, now, ("orders",), ("amount",))


def _write_days(given: Given) -> None:
    """The tables by day (`insight.day_tables.by_day`) that the base has."""
    zone = given.book.timezone
    if given.old.holds("settled_days"):
        given.write_added("settled_days", "FROM k_settled_days_was", "FROM k_settled_days", ("amount",), ())
    if given.old.holds("outstanding"):
        given.change("outstanding", f"SELECT order_no FROM {ORDERS}", outstanding_sql(NOW), SORTED["outstanding"])
    if given.old.holds("collected_days"):
        was, now = (collected_days_sql(orders, zone) for orders in (WAS, NOW))
        given.write_added("collected_days", was, now, ("orders",), ("collected",))
    if given.old.holds("sold_days"):
        lines = ("k_order_lines_was", "k_order_lines")
        was, now = (sold_days_sql(sales_sql(each, given.as_of, zone)) for each in lines)
        given.write_added("sold_days", was, now, (THINGS,), ("amount",))
    if given.old.holds("product_days"):
        both = (("k_order_lines_was", WAS), ("k_order_lines", NOW))
        was, now = (product_days_sql(lines, orders, given.as_of, zone) for lines, orders in both)
        given.write_added("product_days", was, now, PRODUCT_NUMBERS, PRODUCT_SUMS, SORTED["product_days"])


def _write_earlier(given: Given) -> None:
    """`earlier` by the numbers that the rows have now."""
    ours = f"SELECT file_row_number FROM {given.old.numbered_sql('collection')} WHERE {OURS}"
    given.write_whole(
        "earlier",
        f"SELECT (row + 1) * {ROOM} AS row, bank_date, amount FROM ({given.old.sql('earlier')}) "
        f"WHERE row NOT IN ({ours}) UNION ALL BY NAME "
        f"SELECT p.place AS row, s.bank_date, sum(s.amount)::DECIMAL(38,5) AS amount FROM {SHARES} s "
        f"JOIN {NOW} c ON c.order_no = s.order_no AND c.shop = s.shop AND c.currency = s.currency "
        f"JOIN k_placed p ON p.order_no = c.order_no AND p.shop = c.shop AND p.currency = c.currency "
        f"WHERE s.matched AND s.bank_date <> c.collected_on GROUP BY ALL",
    )
