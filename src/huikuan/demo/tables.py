"""What is remembered of a million orders and their movements: plain columns of integers, a few bytes per fact.

`OrderTable` has one row per order, `FlowTable` one row per movement that belongs to an order. From these two the
truth is written at the end, and what each order has brought to the bank is worked out.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field

NONE = -1


def _ints() -> array[int]:
    return array("q")


@dataclass
class OrderTable:
    """Orders by index. Amounts in cents as of the end; `row` is the line in the order report that counts."""

    no: array[int] = field(default_factory=_ints)
    shop: array[int] = field(default_factory=lambda: array("b"))
    row: array[int] = field(default_factory=_ints)
    item: array[int] = field(default_factory=lambda: array("b"))  # the first of the goods, position in GOODS
    mark: array[int] = field(default_factory=lambda: array("b"))
    total: array[int] = field(default_factory=_ints)  # paid by the buyer; 0 while unpaid
    refunded: array[int] = field(default_factory=_ints)
    state: array[int] = field(default_factory=lambda: array("b"))  # position in tmall.STATES
    received: array[int] = field(default_factory=_ints)  # moment, 0 if not known at the end
    paid: array[int] = field(default_factory=_ints)  # moment
    gross: array[int] = field(default_factory=_ints)  # settled: sales and refunds
    fees: array[int] = field(default_factory=_ints)  # charged, positive
    collected: array[int] = field(default_factory=_ints)  # reached the bank
    first: array[int] = field(default_factory=_ints)  # its latest movement in the FlowTable, else NONE

    def __len__(self) -> int:
        return len(self.no)


@dataclass
class FlowTable:
    """Movements of orders. `doc` numbers the document, `row` is its physical line; `next` chains those of an order."""

    doc: array[int] = field(default_factory=lambda: array("h"))
    row: array[int] = field(default_factory=_ints)
    next: array[int] = field(default_factory=_ints)

    def add(self, orders: OrderTable, index: int, doc: int, row: int) -> None:
        """Remember that a movement of order `index` stands on that line."""
        self.next.append(orders.first[index])
        self.doc.append(doc)
        self.row.append(row)
        orders.first[index] = len(self.doc) - 1

    def of(self, orders: OrderTable, index: int) -> list[tuple[int, int]]:
        """(document number, line) of the movements of an order, in the order of their booking."""
        found: list[tuple[int, int]] = []
        at = orders.first[index]
        while at != NONE:
            found.append((self.doc[at], self.row[at]))
            at = self.next[at]
        found.reverse()
        return found


@dataclass
class MoneyQueue:
    """The money in a wallet, oldest first: order index (NONE: not of an order) and cents, and what was paid out of it.

    `payouts` holds (amount, arrived at the bank) in the order of paying.
    """

    owner: array[int] = field(default_factory=_ints)
    amount: array[int] = field(default_factory=_ints)
    payouts: list[tuple[int, bool]] = field(default_factory=list)

    def put(self, owner: int, amount: int) -> None:
        """Money of an order comes in behind all that is there."""
        self.owner.append(owner)
        self.amount.append(amount)

    def taken(self) -> Iterator[tuple[int, int]]:
        """(owner, cents that reached the bank): first in, first out; a payout that never arrived takes its share."""
        at = 0
        left = self.amount[0] if len(self.amount) else 0
        for payout, arrived in self.payouts:
            need = payout
            while need > 0 and at < len(self.amount):
                part = min(left, need)
                if part > 0 and arrived:
                    yield self.owner[at], part
                need -= max(part, 0)
                left -= max(part, 0)
                if left <= 0:
                    at += 1
                    left = self.amount[at] if at < len(self.amount) else 0
