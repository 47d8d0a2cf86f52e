"""Compares published results with the demo's truth: every labelled link and class found, and nothing that is not true.

Records are told apart by (document, source row). A record that two documents tell is shown as the better document's
(rule 2), so both sides are first brought to one name by the truth's `same` list.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

Place = tuple[str, int]
TOLD_OF = (
    "order-settlement",
    "settlement-wallet",
    "payout-bank",
    "balance",
    "order-erp",
)  # what a demo's truth speaks of


@dataclass
class Verdict:
    """What is wrong, by kind; empty lists are what is wanted. `counts` says how much was compared."""

    counts: Counter[str] = field(default_factory=Counter)
    links_missing: list[str] = field(default_factory=list)
    false_links: list[str] = field(default_factory=list)
    classes_wrong: list[str] = field(default_factory=list)
    causes_wrong: list[str] = field(default_factory=list)
    open_unlabelled: list[str] = field(default_factory=list)
    collection_wrong: list[str] = field(default_factory=list)

    def faults(self) -> dict[str, int]:
        """How many of each; only kinds that have any."""
        lists = {name: getattr(self, name) for name in FAULTS}
        return {name: len(found) for name, found in lists.items() if found}


FAULTS = ("links_missing", "false_links", "classes_wrong", "causes_wrong", "open_unlabelled", "collection_wrong")


class Names:
    """One name for each record, whichever document tells it."""

    def __init__(self, same: list[dict[str, Any]]) -> None:
        self._shown = {place_of(row): place_of(row["same_as"]) for row in same}

    def of(self, place: Place) -> Place:
        """The one name of a place."""
        seen = {place}
        while place in self._shown and self._shown[place] not in seen:
            place = self._shown[place]
            seen.add(place)
        return place


def place_of(row: dict[str, Any]) -> Place:
    """Where a row stands."""
    return row["document"], row["source_row"]


def true_groups(links: list[dict[str, Any]], names: Names) -> dict[Place, int]:
    """A number for each set of places that belong together: links that share a place are one."""
    found: dict[Place, int] = {}
    members: dict[int, list[Place]] = {}
    for number, link in enumerate(links):
        places = {names.of(place_of(row)) for row in (*link["left"], *link["right"])}
        for other in {found[place] for place in places if place in found}:
            places.update(members.pop(other))
        members[number] = list(places)
        found.update(dict.fromkeys(places, number))
    return found


def excused(
    links: list[dict[str, Any]], groups: Mapping[str, Mapping[str, list[Any]]], true: Mapping[Place, int], names: Names
) -> set[tuple[Place, str]]:
    """(place, side) of records that only unidentifiable links explain and that were linked all the same, and rightly:
    the truth calls them open, yet it is no fault that they are not."""
    doubtful = {
        (names.of(place_of(row)), side)
        for link in links
        if not link["identifiable"]
        for side in ("left", "right")
        for row in link[side]
    }
    found: set[tuple[Place, str]] = set()
    for sides in groups.values():
        rows = {(place, side) for side, of_side in sides.items() for place, _ in of_side}
        if len(sides) > 1 and rows & doubtful and len({true.get(place, -1) for place, _ in rows}) == 1:
            found |= rows & doubtful
    return found


@dataclass(frozen=True)
class Told:
    """One open item as the results tell it: `places` are those it may be labelled at, `number` tells it apart."""

    number: int
    places: tuple[Place, ...]
    residual: bool
    code: str
    cause: str
    amount: Decimal
    side: str
    needs_work: bool


def told_of(results: Any, name: str, names: Names, groups: Mapping[str, Mapping[str, list[Any]]]) -> list[Told]:
    """The open items of a reconciliation. A residual may be labelled at its row or at the left rows of its group."""
    found = []
    columns = (
        "item_id", "document", "source_row", "record_key", "group_id", "side", "class", "cause", "amount", "needs_work",
    )  # fmt: skip
    for number, row in enumerate(results.stream(name, "open", columns, "item_id")):
        residual = not row["record_key"] and row["side"] == "left"
        lefts = groups[row["group_id"]].get("left", ()) if residual and row["group_id"] in groups else ()
        places = {names.of(place_of(row)), *(place for place, _ in lefts)}
        found.append(
            Told(
                number, tuple(sorted(places)), residual, row["class"], row["cause"] or "", row["amount"], row["side"],
                bool(row["needs_work"]),
            )
        )  # fmt: skip
    return found


def check_against_truth(results: Any, truth_file: Path) -> Verdict:
    """Compare a book's `Results` with `truth.json`, for the reconciliations that both speak of."""
    truth = json.loads(truth_file.read_text(encoding="utf-8"))
    names = Names(truth["same"])
    verdict = Verdict()
    found_more = False  # payouts at the bank that the truth does not count as found
    for name in results.manifest.names:
        if name == "settlement-wallet":
            _check_wallets(results, names, verdict)  # its links are not listed one by one
        if name not in TOLD_OF:
            continue
        links = [link for link in truth["links"] if link["reconciliation"] == name]
        labels = [row for row in truth["open"] if row["reconciliation"] == name]
        groups = _groups(results, name, names)
        true = true_groups(links, names)
        if links:  # the groups of `balance` are accounts, not links of records
            _check_links(links, name, names, groups, true, verdict)
        skipped = excused(links, groups, true, names)
        _check_open(labels, told_of(results, name, names, groups), name, names, skipped, verdict)
        found_more = found_more or (bool(skipped) and name == "payout-bank")
    _check_collection(results, truth, verdict, found_more)
    return verdict


Groups = Mapping[str, Mapping[str, list[tuple[Place, Decimal]]]]


def _groups(results: Any, name: str, names: Names) -> Groups:
    """By group and side: (place, amount) of its rows."""
    groups: dict[str, dict[str, list[tuple[Place, Decimal]]]] = defaultdict(lambda: defaultdict(list))
    columns = ("group_id", "side", "document", "source_row", "amount")
    for row in results.stream(name, "links", columns, "group_id"):
        groups[row["group_id"]][row["side"]].append((names.of(place_of(row)), row["amount"]))
    return groups


def _check_links(
    links: list[dict[str, Any]],
    name: str,
    names: Names,
    groups: Groups,
    true: Mapping[Place, int],
    verdict: Verdict,
) -> None:
    of_place: dict[Place, set[str]] = defaultdict(set)
    for group_id, sides in groups.items():
        places = {place for rows in sides.values() for place, _ in rows}
        for place in places:
            of_place[place].add(group_id)
        if len(sides) > 1 and len({true.get(place, -1) for place in places} | {-1}) != 2:
            verdict.false_links.append(f"{name} {sorted(places)}")
    for link in links:
        if not link["identifiable"]:
            continue
        places = [names.of(place_of(row)) for row in (*link["left"], *link["right"])]
        verdict.counts[f"{name} links"] += 1
        if not set.intersection(*(of_place.get(place, set()) for place in places)):
            verdict.links_missing.append(f"{name} {link['class'] or 'agrees'} {places}")


def _check_wallets(results: Any, names: Names, verdict: Verdict) -> None:
    """Each bill of the demo tells the wallet's line in the row of the settlement, but WeChat's, whose trades and funds
    are two bills: a row is linked with itself. What is open, and what differs, is labelled."""
    name = "settlement-wallet"
    sides: dict[str, dict[str, set[Place]]] = defaultdict(lambda: {"left": set(), "right": set()})
    for row in results.stream(name, "links", ("group_id", "side", "document", "source_row"), "group_id"):
        sides[row["group_id"]][row["side"]].add(names.of(place_of(row)))
    for places in sides.values():
        verdict.counts[f"{name} groups"] += 1
        documents = {side: {document for document, _ in found} for side, found in places.items()}
        if places["left"] != places["right"] and documents["left"] & documents["right"]:
            verdict.false_links.append(f"{name} {places}")


def _check_open(
    labels: list[dict[str, Any]],
    items: list[Told],
    name: str,
    names: Names,
    skipped: set[tuple[Place, str]],
    verdict: Verdict,
) -> None:
    """A group's residual is told at its order's row or at the row that is too much; a row that became several records
    is labelled once."""
    found: dict[tuple[Place, bool, str, Decimal], list[Told]] = defaultdict(list)
    for item in items:
        for place in item.places:
            found[place, item.residual, item.code, item.amount].append(item)
    labelled: set[tuple[Place, str]] = set()
    used: set[int] = set()
    for row in labels:
        verdict.counts[f"{name} open"] += 1
        place = names.of(place_of(row))
        labelled.add((place, row["class"]))
        if not row.get("residual") and (place, row["side"]) in skipped:
            continue
        key = (place, bool(row.get("residual")), row["class"], Decimal(row["amount"]))
        told = next((item for item in found.get(key, ()) if item.number not in used), None)
        if told is None:
            verdict.classes_wrong.append(f"{name} {key}")
            continue
        used.add(told.number)
        if row["cause"] != told.cause:
            verdict.causes_wrong.append(f"{name} {key}: {told.cause} for {row['cause']}")
    for item in items:
        if item.number not in used and not any((place, item.code) in labelled for place in item.places):
            verdict.open_unlabelled.append(f"{name} {item.code} {item.amount} {item.places}")


def _check_collection(results: Any, truth: dict[str, Any], verdict: Verdict, found_more: bool) -> None:
    """The truth counts as collected what identifiable payouts brought: where more were found, it cannot tell it."""
    columns = (
        "order_no",
        "shop",
        "currency",
        "status",
        "receivable",
        "settled",
        "collected",
        "refunded",
        "overdue",
        "due_date",
    )
    found = {(row["shop"], row["order_no"]): row for row in results.stream_collection(columns)}
    for wanted in truth["collection"]:
        verdict.counts["collection"] += 1
        row = found.get((wanted["shop"], wanted["order_no"]))
        if row is None:
            verdict.collection_wrong.append(f"{wanted} is not there")
            continue
        compared = [name for name in columns if not (found_more and name in ("status", "collected"))]
        differ = [name for name in compared if _plain(row[name]) != _plain(wanted.get(name))]
        if differ:
            verdict.collection_wrong.append(
                f"{wanted['order_no']}: "
                + ", ".join(f"{n} {_plain(row[n])} for {_plain(wanted.get(n))}" for n in differ)
            )


def _plain(value: Any) -> str:
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    return "" if value is None else str(value)
