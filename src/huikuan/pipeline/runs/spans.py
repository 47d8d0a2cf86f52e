"""Where each shop's orders begin and end: by it a settlement without order near the edge is explained.

A whole run writes it as `spans.parquet`: per shop the orders that prove it. An incremental run tells from these and
from the few order lines that may have changed what it is now; only where the base's own order has changed and none of
the few takes its place are all order lines read.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import duckdb
import pyarrow as pa

from huikuan.pipeline.runs.run_files import RunFiles

PART = "spans"
Witness = tuple[Any, ...] | None  # what is least or greatest, with the order's number as its last; None: no order
Span = Mapping[str, Witness]  # by the names of CHOSEN
# How the order that proves something is chosen among all that do. `any`: also of lines that do not count
# (`recons.order_entries.counted_orders`); `shipped`: one that tells when it was shipped.
CHOSEN = {"any": min, "counted": min, "shipped": min, "first": min, "last": max}
SCHEMA = pa.schema(
    [("shop", pa.string()), ("first", pa.date32()), ("last", pa.date32())]
    + [(f"{name}_order", pa.string()) for name in CHOSEN]
)


def spans_sql(lines: str, as_of: date) -> str:
    """The query of the spans over order lines (a relation). Key: shop."""
    counts = f"line_no <> '' AND (business_date IS NULL OR business_date <= DATE '{as_of}')"
    return f"""
        WITH days AS (SELECT shop AS of_shop, min(business_date) AS first, max(business_date) AS last
            FROM {lines} WHERE {counts} GROUP BY shop)
        SELECT shop, any_value(first) AS first, any_value(last) AS last,
            min(order_no) AS any_order, min(order_no) FILTER ({counts}) AS counted_order,
            min(order_no) FILTER ({counts} AND shipped_at IS NOT NULL) AS shipped_order,
            min(order_no) FILTER ({counts} AND business_date = first) AS first_order,
            max(order_no) FILTER ({counts} AND business_date = last) AS last_order
        FROM {lines} LEFT JOIN days ON shop = of_shop GROUP BY shop"""


def spans_of(
    con: duckdb.DuckDBPyConnection, files: RunFiles, as_of: date, told: str, lines: str
) -> tuple[dict[str, Span], dict[str, Span]]:
    """The spans of the base (`files`), and as they are now, by shop. `con` has the view `order_line`; `told` is a table
    of the order numbers that may have changed, `lines` of their order lines as they are."""
    known = files.holds(PART)
    before = _read(con, files.sql(PART) if known else spans_sql(f"({files.sql('facts_order_line')})", as_of))
    few = _read(con, spans_sql(lines, as_of))
    numbers = {witness[-1] for span in before.values() for witness in span.values() if witness}
    asked = f"SELECT order_no FROM {told} WHERE list_contains(?::VARCHAR[], order_no)"
    changed = {row[0] for row in con.execute(asked, [sorted(numbers)]).fetchall()} | {""}  # of a blank one none tells
    if known and _still_prove(before, few, changed):
        return before, {shop: _together(before.get(shop, {}), few.get(shop, {})) for shop in before.keys() | few.keys()}
    return before, _read(con, spans_sql("order_line", as_of))


def as_table(spans: Mapping[str, Span]) -> pa.Table:
    """Spans as `spans_sql` tells them."""
    rows = [
        {"shop": shop}
        | {day: (span[day] or (None,))[0] for day in ("first", "last")}
        | {f"{name}_order": (span[name] or (None,))[-1] for name in CHOSEN}
        for shop, span in spans.items()
    ]
    return pa.Table.from_pylist(rows, SCHEMA)


def _read(con: duckdb.DuckDBPyConnection, query: str) -> dict[str, Span]:
    found: dict[str, Span] = {}
    for shop, first, last, *orders in con.execute(f"SELECT {', '.join(SCHEMA.names)} FROM ({query})").fetchall():
        told = zip(CHOSEN, ((), (), (), (first,), (last,)), orders, strict=True)
        found[shop] = {name: (*day, order) if order is not None else None for name, day, order in told}
    return found


def _still_prove(before: Mapping[str, Span], few: Mapping[str, Span], changed: set[str]) -> bool:
    """Whether each order that proves something has not changed, or one of the few goes before it: then none of those
    that have not changed does."""
    return all(
        witness is None or witness[-1] not in changed or _first_of(name, witness, of_few) == of_few.get(name)
        for of_few, span in ((few.get(shop, {}), span) for shop, span in before.items())
        for name, witness in span.items()
    )


def _together(one: Span, other: Span) -> Span:
    return {name: _first_of(name, one.get(name), other) for name in CHOSEN}


def _first_of(name: str, witness: Witness, few: Span) -> Witness:
    """The one that goes first: an order, or that of the few."""
    told = [each for each in (witness, few.get(name)) if each is not None]
    return CHOSEN[name](told) if told else None
