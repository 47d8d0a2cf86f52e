"""Everything about one order: its records with file and row, what they belong to, what is open, where the money went.

Records are read from the facts that the run has seen (written beside its results, sorted by order number, so that a
look-up reads one row group), with later corrections laid over by the next run.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from huikuan.pipeline.results.results import Results
from huikuan.pipeline.results.sorted_file import in_order

KINDS_OF_ORDERS = ("order_line", "settlement_line", "wallet_line")
PAYOUTS = "payout-bank"


@dataclass(frozen=True)
class OrderDetail:
    """One order. Rows carry `document` (file name) and `source_row`; links and open items are by reconciliation.

    `payouts`: what each payout took of the order (columns of the collection's shares). `bank`: the links of those
    payouts, both sides, so the bank lines are among them.
    """

    order_no: str
    records: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    links: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    open: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    collection: list[dict[str, Any]] = field(default_factory=list)
    payouts: list[dict[str, Any]] = field(default_factory=list)
    bank: list[dict[str, Any]] = field(default_factory=list)


def order_detail(results: Results, order_no: str, shop: str = "") -> OrderDetail | None:
    """All that is known of an order number (of a shop, where several have it); None when nothing is."""
    records = {kind: _records(results, kind, order_no, shop) for kind in KINDS_OF_ORDERS}
    names = [name for name in results.manifest.names if name not in (PAYOUTS, "balance")]
    links = {name: results.links_of_order(name, order_no) for name in names}
    opened = {name: results.open_of_order(name, order_no) for name in names}
    if not any(records.values()) and not any(links.values()) and not any(opened.values()):
        return None
    shares = _shares(results, order_no, shop)
    collection = [row for row in results.collection_of_order(order_no) if not shop or row["shop"] == shop]
    return OrderDetail(order_no, records, links, opened, collection, shares, _bank(results, shares))


def _records(results: Results, kind: str, order_no: str, shop: str) -> list[dict[str, Any]]:
    """The order's current records of a kind as the run has seen them, in time."""
    rows = results.facts_of_order(kind, order_no)
    if shop and kind != "wallet_line":
        rows = [row for row in rows if row["shop"] in (None, shop, "")]
    return in_order(rows, ("business_date", "occurred_at", "record_key"))


def _shares(results: Results, order_no: str, shop: str) -> list[dict[str, Any]]:
    return [row for row in results.shares_of_order(order_no) if not shop or row["shop"] == shop]


def _bank(results: Results, shares: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The payout-bank links of the groups that hold these payouts."""
    keys = sorted({str(row["payout_key"]) for row in shares if row.get("payout_key")})
    if not keys or PAYOUTS not in results.manifest.names:
        return []
    source = results.source(PAYOUTS, "links")
    return results.run.query(
        f"SELECT * FROM {source} WHERE group_id IN (SELECT group_id FROM {source} "
        f"WHERE list_contains(?::VARCHAR[], record_key)) ORDER BY date, side, record_key",
        [keys],
    )
