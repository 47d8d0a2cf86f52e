"""What a receipt of the bank or a payout is made of: its payouts, the orders in them, what belongs to no order.

The other end of an order's way (`pipeline.results.orders`): both read the shares that payouts took of orders (`fifo`),
so what an order's page says of a payout is what the payout's page says of the order.

    received = what orders brought + their refunds + their fees + money of no order + what the bank differs by
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from huikuan.pipeline.results.results import Results

PAYOUTS = "payout-bank"
ZERO = Decimal(0)
SHARES = "SELECT {columns} FROM {share} WHERE payout_key IN (SELECT unnest(?::VARCHAR[])) AND currency = ?"
SUMS = "count(DISTINCT (shop, order_no)) AS orders, sum(amount) AS net, sum(fees) AS fees, sum(refunds) AS refunds"


@dataclass(frozen=True)
class Sums:
    """Where a receipt's money comes from, signed as it counts; `received` is None while nothing has arrived.

    `brought` is what orders brought before refunds and fees, `other` what the payouts hold beside orders (opening
    balance, lines that name no order), `apart` by how much the bank's lines differ from the payouts.
    """

    orders: int
    brought: Decimal
    refunds: Decimal
    fees: Decimal
    other: Decimal
    paid_out: Decimal
    apart: Decimal
    received: Decimal | None

    @property
    def net(self) -> Decimal:
        """What the orders have in it."""
        return self.brought + self.refunds + self.fees

    @property
    def total(self) -> Decimal:
        """What all parts add up to: the receipt, or what was paid out while nothing has arrived."""
        return self.net + self.other + self.apart


@dataclass(frozen=True)
class Inside:
    """A match of payouts with bank lines, or one of them that is open: rows of `links`, of `open` where not matched."""

    currency: str
    receipts: list[dict[str, Any]]
    payouts: list[dict[str, Any]]
    sums: Sums
    group_id: str = ""
    open: dict[str, Any] = field(default_factory=dict)

    @property
    def keys(self) -> list[str]:
        """The payouts' record keys."""
        return sorted(row["record_key"] for row in self.payouts)


def inside(results: Results, record_key: str) -> Inside | None:
    """What a bank line or payout is made of; None where the run knows no such record."""
    links, opened = results.of_record(PAYOUTS, record_key)
    if links:
        rows = results.told(results.group(PAYOUTS, links[0]["group_id"]))
        group_id, first = links[0]["group_id"], {}
    elif opened:
        rows = results.told([opened[0] | {"allocated": opened[0]["amount"]}])
        group_id, first = "", opened[0]
    else:
        return None
    receipts = [row for row in rows if row["side"] == "right"]
    payouts = [row for row in rows if row["side"] == "left"]
    currency = rows[0]["currency"]
    return Inside(currency, receipts, payouts, _sums(results, currency, receipts, payouts), group_id, first)


def _sums(
    results: Results, currency: str, receipts: Sequence[dict[str, Any]], payouts: Sequence[dict[str, Any]]
) -> Sums:
    paid_out = sum((row["allocated"] for row in payouts), ZERO)
    received = sum((row["allocated"] for row in receipts), ZERO) if receipts else None
    keys = sorted(row["record_key"] for row in payouts)
    told = results.run.kept(SHARES.format(columns=SUMS, share=results.run.table("", "share")), [keys, currency])[0]
    net, fees, refunds = (told[name] or ZERO for name in ("net", "fees", "refunds"))
    apart = ZERO if received is None else received - paid_out
    return Sums(told["orders"], net - fees - refunds, refunds, fees, paid_out - net, paid_out, apart, received)


def orders_inside(
    results: Results, found: Inside, after: Sequence[Any] | None = None, limit: int = 50
) -> list[dict[str, Any]]:
    """The orders in it, by order number and shop, after a cursor of these two: shop, order_no, brought, refunds, fees,
    amount (what the receipt has of the order)."""
    columns = (
        "order_no, shop, sum(amount) - sum(fees) - sum(refunds) AS brought, sum(refunds) AS refunds, "
        "sum(fees) AS fees, sum(amount) AS amount"
    )
    asked = SHARES.format(columns=columns, share=results.run.table("", "share"))
    params: list[Any] = [found.keys, found.currency]
    if after and len(after) == 2:
        asked += " AND (order_no, shop) > (?, ?)"
        params += [str(each) for each in after]
    return results.run.query(f"{asked} GROUP BY order_no, shop ORDER BY order_no, shop LIMIT {limit:d}", params)
