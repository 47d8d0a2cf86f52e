"""Compares published results with the demo's truth: every labelled link and class found, and nothing that is not true.

Records are told apart by (document, source row). A record that two documents tell is shown as the better document's
(rule 2), so both sides are first brought to one name by the truth's `same` list.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

Place = tuple[str, int]


@dataclass
class Verdict:
    """What is wrong, by kind; empty lists are what is wanted. `counts` says how much was compared."""

    counts: Counter[str] = field(default_factory=Counter)
    links_missing: list[str] = field(default_factory=list)
    false_links: list[str] = field(default_factory=list)
    classes_wrong: list[str] = field(default_factory=list)
    open_unlabelled: list[str] = field(default_factory=list)
    collection_wrong: list[str] = field(default_factory=list)

    def faults(self) -> dict[str, int]:
        """How many of each; only kinds that have any."""
        lists = {name: getattr(self, name) for name in FAULTS}
        return {name: len(found) for name, found in lists.items() if found}


FAULTS = ("links_missing", "false_links", "classes_wrong", "open_unlabelled", "collection_wrong")


class _Names:
    """One name for each record, whichever document tells it."""

    def __init__(self, same: list[dict[str, Any]]) -> None:
        self._shown = {_place(row): _place(row["same_as"]) for row in same}

    def of(self, place: Place) -> Place:
        seen = {place}
        while place in self._shown and self._shown[place] not in seen:
            place = self._shown[place]
            seen.add(place)
        return place


def _place(row: dict[str, Any]) -> Place:
    return row["document"], row["source_row"]


def check_against_truth(results: Any, truth_file: Path) -> Verdict:
    """Compare a book's `pipeline.results.Results` with `truth.json`, for the reconciliations that the run has."""
    truth = json.loads(truth_file.read_text(encoding="utf-8"))
    names = _Names(truth["same"])
    verdict = Verdict()
    for name in results.manifest.names:
        if name == "settlement-wallet":
            _check_wallets(results, verdict)
            continue
        if name != "balance":  # its groups are accounts, not links of records
            _check_links(results, truth, name, names, verdict)
        _check_open(results, truth, name, names, verdict)
    _check_collection(results, truth, verdict)
    return verdict


def _check_links(results: Any, truth: dict[str, Any], name: str, names: _Names, verdict: Verdict) -> None:
    groups: dict[str, set[Place]] = defaultdict(set)
    sides: dict[str, set[str]] = defaultdict(set)
    of_place: dict[Place, set[str]] = defaultdict(set)
    for row in results.stream(name, "links", ("group_id", "side", "document", "source_row"), "group_id"):
        place = names.of(_place(row))
        groups[row["group_id"]].add(place)
        sides[row["group_id"]].add(row["side"])
        of_place[place].add(row["group_id"])
    linked: dict[Place, int] = {}
    for number, link in enumerate(truth["links"]):
        if link["reconciliation"] != name:
            continue
        places = [names.of(_place(row)) for row in (*link["left"], *link["right"])]
        for place in places:
            linked.setdefault(place, number)
        if not link["identifiable"]:
            continue
        verdict.counts[f"{name} links"] += 1
        if not set.intersection(*(of_place.get(place, set()) for place in places)):
            verdict.links_missing.append(f"{name} {link['class'] or 'agrees'} {places}")
    for group_id, places in groups.items():
        if len(sides[group_id]) < 2:
            continue
        if len({linked.get(place, -1) for place in places}) > 1 or not any(place in linked for place in places):
            verdict.false_links.append(f"{name} {sorted(places)}")


def _check_wallets(results: Any, verdict: Verdict) -> None:
    """Each bill of the demo tells the wallet's line in the row of the settlement, but WeChat's, whose trades and funds
    are two bills: all agrees, a row with itself, and nothing is open."""
    name = "settlement-wallet"
    sides: dict[str, dict[str, set[Place]]] = defaultdict(lambda: {"left": set(), "right": set()})
    for row in results.stream(name, "links", ("group_id", "side", "document", "source_row", "status"), "group_id"):
        sides[row["group_id"]][row["side"]].add(_place(row))
        if row["status"] != "matched":
            verdict.classes_wrong.append(f"{name} {row}")
    for places in sides.values():
        verdict.counts[f"{name} groups"] += 1
        documents = {side: {document for document, _ in found} for side, found in places.items()}
        if places["left"] != places["right"] and documents["left"] & documents["right"]:
            verdict.false_links.append(f"{name} {places}")
    for row in results.stream(name, "open", ("record_key", "class", "amount"), "item_id"):
        verdict.open_unlabelled.append(f"{name} {row}")


def _check_open(results: Any, truth: dict[str, Any], name: str, names: _Names, verdict: Verdict) -> None:
    """A group's residual is told at its order's row or at the row that is too much; a row that became several records
    is labelled once."""
    lefts: dict[str, set[Place]] = defaultdict(set)
    for row in results.stream(name, "links", ("group_id", "side", "document", "source_row"), "group_id"):
        if row["side"] == "left":
            lefts[row["group_id"]].add(names.of(_place(row)))
    found: dict[tuple[Place, bool, str, Decimal], list[str]] = defaultdict(list)
    items: dict[str, list[tuple[Place, bool, str, Decimal]]] = {}
    columns = ("item_id", "document", "source_row", "record_key", "group_id", "side", "class", "amount")
    for row in results.stream(name, "open", columns, "item_id"):
        residual = not row["record_key"] and row["side"] == "left"  # a fee in a link is told at its own row
        places = {names.of(_place(row)), *(lefts.get(row["group_id"], ()) if residual else ())}
        keys = [(place, residual, row["class"], row["amount"]) for place in sorted(places)]
        items[row["item_id"]] = keys
        for key in keys:
            found[key].append(row["item_id"])
    labelled: set[tuple[Place, str]] = set()
    for row in truth["open"]:
        if row["reconciliation"] != name:
            continue
        verdict.counts[f"{name} open"] += 1
        place = names.of(_place(row))
        labelled.add((place, row["class"]))
        key = (place, bool(row.get("residual")), row["class"], Decimal(row["amount"]))
        told = next((item for item in found.get(key, ()) if item in items), None)
        if told is None:
            verdict.classes_wrong.append(f"{name} {key}")
        else:
            del items[told]
    for keys in items.values():
        if not any((place, code) in labelled for place, _, code, _ in keys):
            verdict.open_unlabelled.append(f"{name} {keys}")


def _check_collection(results: Any, truth: dict[str, Any], verdict: Verdict) -> None:
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
        differ = [name for name in columns if _plain(row[name]) != _plain(wanted.get(name))]
        if differ:
            verdict.collection_wrong.append(
                f"{wanted['order_no']}: "
                + ", ".join(f"{n} {_plain(row[n])} for {_plain(wanted.get(n))}" for n in differ)
            )


def _plain(value: Any) -> str:
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    return "" if value is None else str(value)
