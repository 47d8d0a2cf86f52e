"""What is remembered of a million orders and their movements: plain columns of integers, a few bytes per fact.

`OrderTable` has one row per order, `FlowTable` one row per movement that belongs to an order. From these two the
truth is written at the end, and what each order has brought to the bank is worked out.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
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
    month: array[int] = field(default_factory=lambda: array("b"))  # of the order report that counts, position in a Span
    row: array[int] = field(default_factory=_ints)
    item: array[int] = field(default_factory=lambda: array("b"))  # the first of the goods, position in GOODS
    mark: array[int] = field(default_factory=lambda: array("b"))  # what is wrong with it, see `marks`
    total: array[int] = field(default_factory=_ints)  # paid by the buyer; 0 while unpaid
    borne: dict[int, int] = field(default_factory=dict)  # paid by the platform for the buyer; of a few orders
    commission: dict[int, int] = field(default_factory=dict)  # of a contract newer than the first; ten-thousandths
    refunded: array[int] = field(default_factory=_ints)
    state: array[int] = field(default_factory=lambda: array("b"))  # position in tmall.STATES
    received: array[int] = field(default_factory=_ints)  # moment, 0 if not known at the end
    paid: array[int] = field(default_factory=_ints)  # moment
    gross: array[int] = field(default_factory=_ints)  # settled: sales and refunds
    fees: array[int] = field(default_factory=_ints)  # charged, positive
    collected: array[int] = field(default_factory=_ints)  # reached the bank
    came: dict[int, int] = field(default_factory=dict)  # day number of money that came late
    freight: array[int] = field(default_factory=_ints)  # what the courier charged for its parcels
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
    """The money of one wallet as a sequence of days: the opening balance, then day by day what was taken (refunds,
    fees) before what came in, in the order of its coming. A payout takes the oldest money.

    `owner`, `amount`: what each order brought on a day, net; negative where the day only took from it. `days`: per
    day its number, the place of its first piece, the money below its receipts and at its end, both cumulative.
    `payouts`: day, cents, whether they reached the bank; without those that came back.
    """

    opening: int
    owner: array[int] = field(default_factory=_ints)
    amount: array[int] = field(default_factory=_ints)
    days: list[tuple[int, int, int, int]] = field(default_factory=list)
    payouts: list[tuple[int, int, bool]] = field(default_factory=list)

    def end_day(self, day: int, net: dict[int, int]) -> None:
        """Close a day: `net` is what it moved, by order in the order of coming; NONE for all else."""
        below = self.days[-1][3] if self.days else self.opening
        other = net.get(NONE, 0)
        taken = sum(cents for owner, cents in net.items() if owner != NONE and cents < 0) + min(other, 0)
        self.days.append((day, len(self.owner), below + taken, below + sum(net.values())))
        for owner, cents in net.items():
            if owner != NONE:
                self.owner.append(owner)
                self.amount.append(cents)

    def taken(self) -> Iterator[tuple[int, int]]:
        """(owner, cents that reached the bank): first in, first out. A payout that never arrived takes its share too.

        A payout reaches up to the last day, not after its own, whose receipts begin below all that is paid out so far.
        """
        numbers = [day[0] for day in self.days]
        start = reached = paid_out = 0
        is_first = True
        for day, cents, arrived in self.payouts:
            paid_out += cents
            stop = max(bisect_right(numbers, day) - 1, start)
            while stop > start and self.days[stop][2] > paid_out:
                stop -= 1
            for n in range(start, stop + 1) if arrived else ():
                low = reached if n == start and not is_first else None
                yield from self._shares(n, low, paid_out if n == stop else None)
            start, reached, is_first = stop, paid_out, False

    def _shares(self, number: int, low: int | None, high: int | None) -> Iterator[tuple[int, int]]:
        """What a payout takes of a day between two cumulative amounts (None: from or to its edge)."""
        _, first, position, _ = self.days[number]
        last = self.days[number + 1][1] if number + 1 < len(self.days) else len(self.owner)
        for n in range(first, last):
            amount = self.amount[n]
            if amount < 0:
                if low is None:
                    yield self.owner[n], amount
                continue
            top = amount if high is None else min(max(high - position, 0), amount)
            bottom = 0 if low is None else min(max(low - position, 0), amount)
            if top != bottom:
                yield self.owner[n], top - bottom
            position += amount
