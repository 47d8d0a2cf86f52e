"""Bill items that no table knows: listed with their money, classified once by a person, applied to history.

A class is a decision about a platform's wording (`source` is the part of a format's id before the point). It is laid
over the facts while reading, like a correction: what was imported before and what comes later are both read by it.
Where the class is a movement of the wallet itself (payout, transfer, deposit), the wallet's line is one too.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import duckdb
import pyarrow as pa

from huikuan.lake.lake import Lake
from huikuan.records.decisions import BillItem

UNKNOWN = "unclassified"
# A settlement type that is a movement of the wallet: what its wallet line is then.
MOVEMENTS = {"payout": "payout", "transfer": "transfer", "deposit": "deposit"}
CLASSIFIED_KINDS = ("settlement_line", "wallet_line")


@dataclass(frozen=True)
class ItemSum:
    """The lines of one wording. Grain: source, item and currency. `orders`: how many orders the lines name."""

    source: str
    item: str
    currency: str
    lines: int
    money_in: Decimal
    money_out: Decimal
    orders: int
    first: date | None
    last: date | None
    example: str  # a record key


@dataclass(frozen=True)
class MonthEffect:
    """What classifying an item moves in one month of one shop (blank: none told) and currency."""

    shop: str
    month: date
    currency: str
    lines: int
    amount: Decimal


def classified_sql(
    con: duckdb.DuckDBPyConnection, lake: Lake, kind: str, source: str, items: Iterable[BillItem]
) -> str:
    """The rows of relation `source` (records of a kind) with people's classes laid over. Makes helper tables."""
    items = tuple(items)
    if not items or kind not in CLASSIFIED_KINDS:
        return f"SELECT * FROM {source}"
    classes, documents = f"{kind}_item_classes", f"{kind}_sources"
    _register(con, classes, {"source": [i.source for i in items], "item": [i.item for i in items],
                             "class": [i.type for i in items]})  # fmt: skip
    register_sources(con, lake, documents)
    joined = (
        f"FROM {source} t LEFT JOIN {documents} d USING (document_id) "
        f"LEFT JOIN {classes} b ON b.source = d.source AND b.item = t.item"
    )
    if kind == "settlement_line":
        changed = f"CASE WHEN t.type = '{UNKNOWN}' THEN coalesce(b.class, t.type) ELSE t.type END AS type"
    else:
        words = " ".join(f"WHEN '{name}' THEN '{movement}'" for name, movement in MOVEMENTS.items())
        movement = f"coalesce(t.movement, CASE b.class {words} END)"
        changed = (
            f"{movement} AS movement, "
            f"CASE WHEN t.movement IS NULL AND b.class = 'payout' THEN coalesce(t.payout_id, t.flow_no) "
            f"ELSE t.payout_id END AS payout_id"
        )
    return f"SELECT t.* REPLACE ({changed}) {joined}"


def register_sources(con: duckdb.DuckDBPyConnection, lake: Lake, name: str) -> None:
    """Make table `name`: document_id, source."""
    told = lake.documents()
    ids, sources = [d.document_id for d in told], [d.format.partition(".")[0] for d in told]
    _register(con, name, {"document_id": ids, "source": sources})


def _register(con: duckdb.DuckDBPyConnection, name: str, columns: dict[str, list[str]]) -> None:
    table = pa.table({column: pa.array(values, pa.string()) for column, values in columns.items()})
    con.register(f"{name}_arrow", table)
    con.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM {name}_arrow")
    con.unregister(f"{name}_arrow")


def unknown_items(con: duckdb.DuckDBPyConnection, lake: Lake) -> list[ItemSum]:
    """Every wording that is not classified yet, the most money first. `con` has the views of the facts."""
    register_sources(con, lake, "item_sources")
    rows = con.execute(
        f"""
        SELECT coalesce(d.source, ''), coalesce(item, ''), currency, count(*),
               coalesce(sum(amount) FILTER (amount > 0), 0), -coalesce(sum(amount) FILTER (amount < 0), 0),
               count(DISTINCT order_no), min(business_date), max(business_date), min(record_key)
        FROM settlement_line LEFT JOIN item_sources d USING (document_id)
        WHERE type = '{UNKNOWN}' AND NOT corroborating
        GROUP BY 1, 2, 3 ORDER BY sum(abs(amount)) DESC, 1, 2, 3"""
    ).fetchall()
    return [ItemSum(*row) for row in rows]


def effect_of(con: duckdb.DuckDBPyConnection, lake: Lake, source: str, item: str) -> list[MonthEffect]:
    """What classifying a wording moves, by shop, month and currency, oldest first."""
    register_sources(con, lake, "item_sources")
    rows = con.execute(
        f"""
        SELECT coalesce(shop, ''), CAST(date_trunc('month', business_date) AS DATE), currency, count(*), sum(amount)
        FROM settlement_line LEFT JOIN item_sources d USING (document_id)
        WHERE type = '{UNKNOWN}' AND NOT corroborating AND coalesce(d.source, '') = ? AND coalesce(item, '') = ?
        GROUP BY 1, 2, 3 ORDER BY 2, 1, 3""",
        [source, item],
    ).fetchall()
    return [MonthEffect(*row) for row in rows]
