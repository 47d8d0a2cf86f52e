"""Pass 5, subset: one entry against a few of the other side that together are exactly its amount.

One bank line may be several payouts that do not stand next to each other; one payout may arrive as several bank lines.
The candidates of an entry are the open entries of one account that it may meet, of its currency and direction, within
the window: at most `CANDIDATES_AT_MOST`, so that an entry costs at most twice 2^10 sums, whatever the book holds. What
moves the other way is no candidate: a group that sums to zero adds to no solution.

Taken only if there is one solution (a single equal entry would be another), if coincidence is no likely reason for it,
and if none of its records belongs to another entry's. Plain Python on the driver, whatever the backend: little is left
over by the passes before, and its whole numbers have no limit.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations, islice
from math import comb
from typing import Any

from huikuan.engine import evidence as because
from huikuan.engine.lines import plain_identity
from huikuan.engine.pass2_reference import ASSIGNMENT
from huikuan.engine.pass3_amount import Window, eligible
from huikuan.engine.workspace import Workspace, typed_table
from huikuan.records.currency import decimals

CANDIDATES_AT_MOST = 20
SOLUTIONS_AT_MOST = 3  # of one account; two are enough to doubt, three to suggest
COINCIDENCE_AT_MOST = 0.01  # subsets of no more members than the solution, per sum that the candidates could have
DIGITS = 5  # decimal places of an amount: sums are reckoned in whole numbers of the smallest unit
Apart = frozenset[tuple[str, str]]  # pairs of record keys that a person took apart, both ways round


@dataclass(frozen=True, order=True)
class Item:
    """An open entry. `amount` is positive, in the smallest unit; `way` is 1 or -1. Ordered by amount, then key."""

    amount: int
    key: str
    scope: str
    target: str
    currency: str
    way: int
    day: date


@dataclass(frozen=True)
class Found:
    """Subsets that add up to an entry of `side`, a few of them, out of `among` candidates of its accounts.

    `certain`: there is one, of several items that nobody took apart; no coincidence; and nothing was left untried.
    """

    side: str
    of: Item
    subsets: tuple[tuple[Item, ...], ...]
    among: int
    certain: bool


def match_subsets(work: Workspace, name: str, left: Any, right: Any, window: Window, blocked: Any) -> Any:
    """Assign entries to the only subset of the other side that is their amount. None where there is none."""
    found = find_subsets(items_of(left), items_of(right), window, pairs_apart(blocked))
    certain = [(each, (each.of, *each.subsets[0])) for each in found if each.certain]
    used = Counter(item.key for _, items in certain for item in items)
    taken = [each for each, items in certain if all(used[item.key] == 1 for item in items)]
    rows = [row for each in taken for row in _assigned(name, each)]
    return work.keep(typed_table(rows, ASSIGNMENT)) if rows else None


def _assigned(name: str, found: Found) -> Iterator[dict[str, str]]:
    """Rows of the assignment of one entry and its subset."""
    other = "left" if found.side == "right" else "right"
    told = {
        "group_id": plain_identity(name, "subset", found.of.key),
        "pass": "subset",
        "evidence": because.subset(found.among),
    }
    yield {"side": found.side, "record_key": found.of.key, **told}
    for item in found.subsets[0]:
        yield {"side": other, "record_key": item.key, **told}


def find_subsets(left: Sequence[Item], right: Sequence[Item], window: Window, apart: Apart) -> Iterator[Found]:
    """What adds up to each right item among the left ones, then to each left item among the right ones."""
    of_left, of_right = _Accounts(left), _Accounts(right)
    for item in right:
        yield from _found("right", item, of_left.candidates(item, -window.days, window.lead), apart)
    for item in left:
        yield from _found("left", item, of_right.candidates(item, -window.lead, window.days), apart)


def items_of(entries: Any) -> list[Item]:
    """Entries that may be paired by their amounts, in the order of their keys."""
    table = eligible(entries).select("record_key", "scope", "target", "currency", "compared", "date").to_pyarrow()
    items = []
    for key, scope, target, currency, compared, day in zip(*(c.to_pylist() for c in table.columns), strict=True):
        amount = int(compared.scaleb(DIGITS))
        items.append(Item(abs(amount), key, scope, target, currency, 1 if amount > 0 else -1, day))
    return sorted(items, key=lambda item: item.key)


def pairs_apart(blocked: Any) -> Apart:
    """The pairs of `pass0_decisions.blocked_pairs` as plain values."""
    if blocked is None:
        return frozenset()
    table = blocked.to_pyarrow()
    return frozenset(zip(table["one"].to_pylist(), table["other"].to_pylist(), strict=True))


class _Accounts:
    """Items of one side by currency and direction, account, target and day; those of a day by amount."""

    def __init__(self, items: Sequence[Item]) -> None:
        self._accounts: dict[tuple[str, int], dict[str, dict[str, dict[date, list[Item]]]]] = defaultdict(dict)
        for item in sorted(items):
            targets = self._accounts[item.currency, item.way].setdefault(item.scope, {})
            targets.setdefault(item.target, {}).setdefault(item.day, []).append(item)

    def candidates(self, of: Item, first: int, last: int) -> Iterator[list[Item] | None]:
        """By account that `of` may meet: the items no greater than it, from `first` to `last` days after it. None
        where they are too many. Costs one search in the amounts of each day."""
        span = [of.day + timedelta(days=number) for number in range(first, last + 1)]
        for scope, targets in self._accounts.get((of.currency, of.way), {}).items():
            if not meets(of.target, scope):
                continue
            met = [days for target, days in targets.items() if meets(target, of.scope)]
            near = [days[day] for days in met for day in span if day in days]
            counts = [bisect_right(items, of.amount, key=lambda item: item.amount) for items in near]
            if sum(counts) > CANDIDATES_AT_MOST:
                yield None
            elif any(counts):
                yield sorted(item for items, count in zip(near, counts, strict=True) for item in items[:count])


def meets(target: str, scope: str) -> bool:
    """`pass2_reference.may_meet` of plain values."""
    return target == "*" or f"|{scope}|" in target


def _found(side: str, of: Item, accounts: Iterable[list[Item] | None], apart: Apart) -> Iterator[Found]:
    """What adds up to an item in its accounts' candidates, if anything does."""
    subsets: list[tuple[Item, ...]] = []
    among, certain = 0, True
    for candidates in accounts:
        if candidates is None:
            certain = False
            continue
        items = [item for item in candidates if (of.key, item.key) not in apart]
        found = [tuple(items[place] for place in places) for places in adding_up([i.amount for i in items], of.amount)]
        certain = certain and all(is_telling(items, subset, apart) for subset in found)
        among += len(items)
        subsets += found
    if subsets:
        yield Found(side, of, tuple(subsets), among, certain and len(subsets) == 1)


def is_telling(items: Sequence[Item], subset: Sequence[Item], apart: Apart) -> bool:
    """Whether a subset is more than one item, nobody took two of it apart, and it is no likely coincidence."""
    kept = not any((one.key, other.key) in apart for one, other in combinations(subset, 2))
    tried = sum(comb(len(items), members) for members in range(2, len(subset) + 1))
    sums = sum(item.amount for item in items) // 10 ** (DIGITS - decimals(items[0].currency))
    return len(subset) > 1 and kept and tried <= COINCIDENCE_AT_MOST * sums


def adding_up(amounts: Sequence[int], target: int) -> list[tuple[int, ...]]:
    """The first few subsets of positive amounts that add up to a positive target, as places in rising order.

    Meet in the middle: the sums of either half are listed (the place of a sum in its list is its subset, one bit per
    amount), and each sum of the second half looks up what it lacks among those of the first.
    """
    if sum(amounts) < target:
        return []
    half = len(amounts) // 2
    first: dict[int, list[int]] = defaultdict(list)
    for subset, total in enumerate(_sums(amounts[:half])):
        first[total].append(subset)
    solutions = (
        one | other << half
        for other, total in enumerate(_sums(amounts[half:]))
        for one in first.get(target - total, ())
    )
    few = islice(solutions, SOLUTIONS_AT_MOST)
    return [tuple(place for place in range(len(amounts)) if subset >> place & 1) for subset in few]


def _sums(amounts: Iterable[int]) -> list[int]:
    """The sum of every subset, at the place whose bits are the subset."""
    sums = [0]
    for amount in amounts:
        sums += [total + amount for total in sums]
    return sums
