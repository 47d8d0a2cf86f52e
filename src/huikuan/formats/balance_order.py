"""Movements of one moment may stand in any order: several platforms and banks write those of one second, or of one day,
otherwise than they were booked. Their balances prove them all the same.

Each movement leads from one balance to the next: from `balance - amount` to `balance`. Those of a moment are complete
if they can be put one behind the other, beginning where the moment before ended. Whether they can needs no trying:
every balance must be left as often as it is reached, but the first and the last, and all must hang together (a trail
over all edges of a graph). A movement that is missing, doubled or has the wrong sign leaves a gap in any order.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import groupby
from typing import Any


@dataclass(frozen=True)
class Movement:
    """A row with a balance. `moment` is None where the row does not tell one."""

    row: int
    moment: Any
    amount: Decimal
    balance: Decimal

    @property
    def before(self) -> Decimal:
        """The balance it began with."""
        return self.balance - self.amount


@dataclass(frozen=True)
class Gap:
    """A row whose balance does not follow: `computed` is what it should have been."""

    row: int
    stated: Decimal
    computed: Decimal


@dataclass
class Followed:
    """A balance followed over all movements: where it began and ended, what moved, and the gaps."""

    opening: Decimal = Decimal(0)
    closing: Decimal = Decimal(0)
    moved: Decimal = Decimal(0)
    count: int = 0
    gaps: list[Gap] = field(default_factory=list)


def follow(movements: Iterable[Movement]) -> Followed:
    """Follow a balance over movements given from the oldest moment to the newest."""
    found = Followed()
    circle: set[Decimal] = set()  # the balances of a first moment that ends where it began, wherever that was
    for _, group in groupby(movements, key=lambda each: each.row if each.moment is None else each.moment):
        together = list(group)
        first = found.closing if found.count else None
        if circle and (begins := (_trail(together, None) or (together[0].before,))[0]) in circle:
            found.opening = found.closing = first = begins
        gaps = _gaps(together, first)
        ends = _trail(together, first) if gaps or first is None else None
        if ends is None:
            found.gaps += gaps
            ends = together[0].before, together[-1].balance
        circle = {each.balance for each in together} if first is None and ends[0] == ends[1] else set()
        found.opening = found.opening if found.count else ends[0]
        found.closing = ends[1]
        found.moved += sum((each.amount for each in together), Decimal(0))
        found.count += len(together)
    return found


def _gaps(together: Sequence[Movement], first: Decimal | None) -> list[Gap]:
    """Where the balance does not follow, in the order as written."""
    before, gaps = together[0].before if first is None else first, []
    for each in together:
        if each.before != before:
            gaps.append(Gap(each.row, each.balance, before + each.amount))
        before = each.balance
    return gaps


def _trail(together: Sequence[Movement], first: Decimal | None) -> tuple[Decimal, Decimal] | None:
    """First and last balance of the movements in some order that has no gap; None if there is none."""
    left: defaultdict[Decimal, int] = defaultdict(int)  # how much more often a balance is left than reached
    for each in together:
        left[each.before] += 1
        left[each.balance] -= 1
    starts = [balance for balance, more in left.items() if more > 0]
    ends = [balance for balance, more in left.items() if more < 0]
    if any(abs(more) > 1 for more in left.values()) or len(starts) > 1:
        return None
    start = starts[0] if starts else (together[0].before if first is None else first)
    if start not in left or (first is not None and start != first) or not _connected(together):
        return None
    return start, ends[0] if ends else start


def _connected(together: Sequence[Movement]) -> bool:
    """Whether every balance can be reached from every other, whichever way."""
    beside: defaultdict[Decimal, set[Decimal]] = defaultdict(set)
    for each in together:
        beside[each.before].add(each.balance)
        beside[each.balance].add(each.before)
    seen: set[Decimal] = set()
    ahead = [together[0].before]
    while ahead:
        balance = ahead.pop()
        if balance not in seen:
            seen.add(balance)
            ahead.extend(beside[balance] - seen)
    return len(seen) == len(beside)
