"""The obvious twin of the engine: what the key and amount passes should find, in plain Python over small ledgers.

Slow and simple on purpose: dictionaries, and every pair looked at. Entries have the columns of ENTRY.
Results are sets of groups (pass, status, left record keys, right record keys, residual), open record keys with their
class, residuals by their members and class, and the causes of both (`causes`).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from itertools import combinations
from typing import Any

from tests.oracle import causes

Entry = dict[str, Any]
Group = tuple[str, str, frozenset[str], frozenset[str], Decimal]
Found = tuple[set[Group], dict[str, str], dict[tuple[str, ...], Decimal], dict[tuple[str, ...], str]]


def key_pass(
    left: Sequence[Entry], right: Sequence[Entry], tolerance: Decimal, as_of: date, orders: Sequence[Entry]
) -> Found:
    """Groups by scope, key and currency, classes of what is open, parts of residuals by (members, class), causes by
    (record key) or (members, class)."""
    sides = {"left": left, "right": right}
    grouped: dict[tuple[str, str, str], dict[str, list[Entry]]] = defaultdict(lambda: {"left": [], "right": []})
    for side, entries in sides.items():
        for entry in entries:
            if entry["key"] is not None:
                grouped[entry["scope"], entry["key"], entry["currency"]][side].append(entry)
    groups: set[Group] = set()
    open_left = [entry for entry in left if entry["key"] is None]
    open_right = [entry for entry in right if entry["key"] is None]
    residuals: dict[tuple[str, ...], Decimal] = {}
    why: dict[tuple[str, ...], str] = {}
    for members in grouped.values():
        lefts, rights = members["left"], members["right"]
        residual = total(lefts) - total(rights)
        nothing_owed = bool(lefts) and not rights and residual == 0
        if not (lefts and rights) and not nothing_owed:
            open_left += lefts
            open_right += rights
            continue
        status = "matched" if abs(residual) <= tolerance else "difference"
        groups.add(("key", status, keys_of(lefts), keys_of(rights), residual))
        if status == "difference":
            members_key = tuple(sorted(keys_of(lefts) | keys_of(rights)))
            class_ = residual_class(lefts, rights, residual, as_of)
            residuals[(*members_key, class_)] = residual
            why[(*members_key, class_)] = causes.of_residual(class_, residual, lefts, rights, orders)
    called = classes(open_left, open_right, as_of, left)
    for side, entries, facing in (("left", open_left, open_right), ("right", open_right, open_left)):
        for entry in entries:
            key = entry["record_key"]
            why[(key,)] = causes.of_record(entry, side, called[key], facing, left)
    return groups, called, residuals, why


def total(entries: Sequence[Entry]) -> Decimal:
    return sum((entry["compared"] for entry in entries), Decimal(0))


def keys_of(entries: Sequence[Entry]) -> frozenset[str]:
    return frozenset(entry["record_key"] for entry in entries)


def residual_class(lefts: Sequence[Entry], rights: Sequence[Entry], residual: Decimal, as_of: date) -> str:
    if residual < 0:
        return "over"
    if any(entry["compared"] for entry in rights):
        return "short"
    dues = [entry["due_date"] for entry in lefts if entry["due_date"] is not None]
    return "missing_right" if dues and max(dues) < as_of else "not_due"


def held_back(
    owed: Decimal, came: Decimal, share: Decimal, due: date | None, release: date | None, as_of: date
) -> dict[str, Decimal]:
    """What is open of an order by class (amounts that are not 0), where its shop's rule holds a share back."""
    rest = owed - came
    if not came:
        return {"missing_right" if due and due < as_of else "not_due": rest}
    most = (owed * share).quantize(Decimal("0.01"), ROUND_HALF_UP)
    held = Decimal(0)
    if share and rest > 0 and (release is None or release >= as_of):
        held = rest if rest <= most + Decimal("0.05") else most
    parts = {"not_due": held, "short" if rest > 0 else "over": rest - held}
    return {name: amount for name, amount in parts.items() if amount}


def classes(left: Sequence[Entry], right: Sequence[Entry], as_of: date, all_left: Sequence[Entry]) -> dict[str, str]:
    """The class of each open entry by record key."""
    found = {}
    for entry in left:
        found[entry["record_key"]] = open_class(entry, right) or (
            "missing_right" if entry["due_date"] is not None and entry["due_date"] < as_of else "not_due"
        )
    for entry in right:
        name = (entry["scope"], entry["key"])
        known = entry["key"] is not None and any((other["scope"], other["key"]) == name for other in all_left)
        hint = open_class(entry, [] if known else left)
        found[entry["record_key"]] = hint or ("unexpected_settlement" if known else "missing_left")
    return found


def open_class(entry: Entry, others: Sequence[Entry]) -> str | None:
    if entry["hint"] is not None:
        return str(entry["hint"])
    same = [other["scope"] for other in others if entry["key"] is not None and other["key"] == entry["key"]]
    return "other_shop" if same and entry["scope"] not in same else None


def amount_pass(left: Sequence[Entry], right: Sequence[Entry], days: int, lead: int) -> set[Group]:
    """Connected sets of entries that may meet, taken where one account meets one with as many items."""
    usable_left = [entry for entry in left if entry["compared"] and entry["hint"] is None]
    usable_right = [entry for entry in right if entry["compared"] and entry["hint"] is None]
    partners: dict[str, set[str]] = defaultdict(set)
    for one in usable_left:
        for other in usable_right:
            if may_meet(one, other, days, lead):
                partners[one["record_key"]].add(other["record_key"])
                partners[other["record_key"]].add(one["record_key"])
    by_key = {entry["record_key"]: entry for entry in [*usable_left, *usable_right]}
    left_keys = {entry["record_key"] for entry in usable_left}
    groups: set[Group] = set()
    seen: set[str] = set()
    for start in sorted(partners):
        if start in seen:
            continue
        island = reach(start, partners)
        seen |= island
        lefts, rights = island & left_keys, island - left_keys
        single = all(len({by_key[key]["scope"] for key in side}) == 1 for side in (lefts, rights))
        if single and len(lefts) == len(rights):
            groups.add(("amount", "matched", frozenset(lefts), frozenset(rights), Decimal(0)))
    return groups


def subset_pass(left: Sequence[Entry], right: Sequence[Entry], days: int, lead: int) -> set[tuple[str, frozenset[str]]]:
    """An entry and those of the other side that are together its amount: every combination looked at, taken where one
    alone fits, no account has more than twenty candidates, and no record is in two. Coincidence is not judged: use
    amounts so large that it plays no part."""
    found: list[tuple[str, frozenset[str]]] = []
    for side, entries, others in (("right", right, left), ("left", left, right)):
        for of in entries:
            accounts: dict[str, list[Entry]] = defaultdict(list)
            for other in others:
                pair = (other, of) if side == "right" else (of, other)
                same_way = (other["compared"] > 0) == (of["compared"] > 0)
                if same_way and abs(other["compared"]) <= abs(of["compared"]) and near(*pair, days, lead):
                    accounts[other["scope"]].append(other)
            if any(len(each) > 20 for each in accounts.values()):
                continue
            fits = [
                some
                for each in accounts.values()
                for size in range(1, len(each) + 1)
                for some in combinations(each, size)
                if total(some) == of["compared"]
            ]
            if len(fits) == 1 and len(fits[0]) > 1:
                found.append((of["record_key"], keys_of(fits[0])))
    used = Counter(key for of_key, parts in found for key in (of_key, *parts))
    return {each for each in found if all(used[key] == 1 for key in (each[0], *each[1]))}


def near(one: Entry, other: Entry, days: int, lead: int) -> bool:
    """Whether a left and a right entry may meet but for their amounts."""
    return may_meet({**one, "compared": 0}, {**other, "compared": 0}, days, lead)


def may_meet(one: Entry, other: Entry, days: int, lead: int) -> bool:
    apart = (other["date"] - one["date"]).days
    allowed = all(
        here["target"] == "*" or f"|{there['scope']}|" in here["target"] for here, there in ((one, other), (other, one))
    )
    same = (one["currency"], one["compared"]) == (other["currency"], other["compared"])
    return same and allowed and -lead <= apart <= days


def reach(start: str, partners: dict[str, set[str]]) -> set[str]:
    found, waiting = {start}, [start]
    while waiting:
        for key in partners[waiting.pop()] - found:
            found.add(key)
            waiting.append(key)
    return found


# ------------------------------------------------------------------------------------------------- settlement-wallet
# Records as dictionaries with the columns of their kinds; one account, one shop, every line of one currency.
NUMBERS_MET = (
    ("flow_no", "flow_no"), ("flow_no", "trade_no"), ("flow_no", "flow_no"), ("batch", "flow_no"),
    ("trade_no", "trade_no"), ("trade_no", "flow_no"), ("order_no", "order_no"),
)  # fmt: skip


def settlement_wallet(
    settled: Sequence[Entry], moved: Sequence[Entry]
) -> set[tuple[frozenset[str], frozenset[str], Decimal]]:
    """What meets by a number: groups of both sides as (left keys, right keys, left - right); each line by the first
    number in the list that some line of the other side has as well."""
    settled = [line for line in settled if line["type"] not in ("payout", "transfer", "deposit")]
    moved = [line for line in moved if not line["movement"]]
    both = {line["document_id"] for line in settled} & {line["document_id"] for line in moved}
    met: dict[str, tuple[list[Entry], list[Entry]]] = defaultdict(lambda: ([], []))
    for side, lines, others in ((0, settled, moved), (1, moved, settled)):
        for line in lines:
            met[number_met(line, others, side, both)][side].append(line)
    return {
        (
            frozenset(line["record_key"] for line in left),
            frozenset(line["record_key"] for line in right),
            taken(left, right),
        )
        for left, right in met.values()
        if left and right
    }


def number_met(line: Entry, others: Sequence[Entry], side: int, both: set[str]) -> str:
    for place, pair in enumerate(NUMBERS_MET):
        number = line.get(pair[side])
        for other in others:
            own = place or (line if side == 0 else other)["document_id"] in both
            if number and own and other.get(pair[1 - side]) == number:
                return str(number)
    return str(line["flow_no"])


def taken(left: Sequence[Entry], right: Sequence[Entry]) -> Decimal:
    return sum((line["amount"] for line in left), Decimal(0)) - sum((line["amount"] for line in right), Decimal(0))


# --------------------------------------------------------------------------------------------------------- order-erp
# Records as dictionaries with the columns of their kinds; every order was bought for its goods alone, and sent.
SENDS_NOTHING = ("unpaid", "cancelled")


def order_erp(bought: Sequence[Entry], held: Sequence[Entry]) -> set[tuple[frozenset[str], frozenset[str], Decimal]]:
    """What meets by platform orders joined through any line: (left keys, right keys, left - right), of groups with
    records on both sides."""
    own = {line["order_no"] for line in bought}
    subs = {line["line_no"]: line["order_no"] for line in bought if len(line["line_no"]) >= 10}
    partners: dict[str, set[str]] = defaultdict(set)
    named: dict[str, list[str]] = {}
    for line in held:
        numbers = [
            number if number in own else subs.get(number, number)
            for number in (line["order_no"] or "").split(",")
            if number
        ]
        named[line["record_key"]] = numbers
        for number in numbers:
            partners[number] |= set(numbers)
    found = set()
    for numbers in {frozenset(reach(line["order_no"], partners)) for line in bought}:
        lefts = [line for line in bought if line["order_no"] in numbers]
        rights = [line for line in held if numbers & set(named[line["record_key"]])]
        if rights:
            counted = sum((line["amount"] for line in rights if line["status"] not in SENDS_NOTHING), Decimal(0))
            paid = sum((line["paid"] for line in lefts), Decimal(0))
            found.add((keys_of(lefts), keys_of(rights), paid - counted))
    return found
