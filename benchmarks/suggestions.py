"""How often a suggestion is true: demos are written, imported and reconciled, then what is suggested for open records
whose true counterpart the truth knows (damaged and missing numbers, receipts that could be several payouts).

    python -m benchmarks.suggestions [--orders 20000] [--seeds 1..3] [--hard]

Prints per reconciliation, for records that have a true counterpart which is open too: how many, for how many something
is suggested, and the share whose first (and whose first three) is the true one. Then the same on every second of them
after the others were matched by a person: held out from what the weights were fitted on.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from benchmarks.accuracy import load, seeds_of
from huikuan.demo.guide import demo_rules
from huikuan.demo.marks import HARD, NORMAL
from huikuan.pipeline.results.results import Results
from huikuan.pipeline.runs.reconciling import run
from huikuan.records.decisions import Decisions, ManualMatch, Member
from tests.truth_check import Names, place_of, true_groups

NAMES = ("order-settlement", "payout-bank")
COLUMNS = ("record_key", "side", "document", "source_row", "amount", "suggestion", "class")


@dataclass(frozen=True)
class Asked:
    """An open right record, those that are truly its counterparts, and what is suggested."""

    key: str
    amount: Decimal
    true: tuple[tuple[str, Decimal], ...]
    suggested: tuple[str, ...]
    cluster: int


def asked_of(results: Results, truth: dict[str, Any], name: str) -> list[Asked]:
    """Open right records with a true counterpart that is open too."""
    names = Names(truth["same"])
    cluster = true_groups([link for link in truth["links"] if link["reconciliation"] == name], names)
    rows = [row for row in results.stream(name, "open", COLUMNS, "record_key") if row["record_key"]]
    lefts: dict[int, list[tuple[str, Decimal]]] = defaultdict(list)
    for row in rows:
        number = cluster.get(names.of(place_of(row)))
        if row["side"] == "left" and number is not None:
            lefts[number].append((row["record_key"], row["amount"]))
    found = []
    for row in rows:
        number = cluster.get(names.of(place_of(row)), -1)
        if row["side"] == "right" and number in lefts:
            keys = json.loads(row["suggestion"])["keys"] if row["suggestion"] else []
            found.append(Asked(row["record_key"], row["amount"], tuple(lefts[number]), tuple(keys), number))
    return found


def matched_by_hand(asked: list[Asked], name: str) -> Iterator[ManualMatch]:
    """What a person who knows the truth matches."""
    sets: dict[int, list[Asked]] = defaultdict(list)
    for each in asked:
        sets[each.cluster].append(each)
    for number, records in sorted(sets.items()):
        members = [Member("right", each.key, each.amount, each.amount) for each in records]
        members += [Member("left", key, amount, amount) for key, amount in records[0].true]
        yield ManualMatch(f"truth{number}", name, tuple(members), difference_reason="other", forced=True)


def count(asked: list[Asked], counts: Counter[str]) -> None:
    """Add what became of them."""
    for each in asked:
        true = {key for key, _ in each.true}
        counts["records"] += 1
        counts["suggested"] += bool(each.suggested)
        counts["first"] += bool(true & set(each.suggested[:1]))
        counts["third"] += bool(true & set(each.suggested))


def line(what: str, counts: Counter[str]) -> str:
    """The figures as text: precision is of those for which something is suggested."""
    told = max(counts["suggested"], 1)
    return (
        f"{what:<40}{counts['records']:>6} records, {counts['suggested']:>6} with a suggestion, "
        f"precision at 1 {counts['first'] / told:.1%}, at 3 {counts['third'] / told:.1%}"
    )


def main(arguments: list[str]) -> int:
    """Measure all seeds together."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--orders", type=int, default=20_000)
    parser.add_argument("--seeds", type=seeds_of, default=[1], metavar="N or N..M")
    parser.add_argument("--hard", action="store_true")
    given = parser.parse_args(arguments)
    totals: dict[str, Counter[str]] = defaultdict(Counter)
    for seed in given.seeds:
        with tempfile.TemporaryDirectory(prefix="huikuan-suggestions-") as folder:
            results, truth, _ = load(Path(folder), given.orders, seed, given.hard)
            asked = {name: asked_of(results, truth, name) for name in NAMES}
            for name, records in asked.items():
                count(records, totals[name])
                count([each for each in records if each.cluster % 2], totals[f"{name}, every second"])
            taught = [m for name in NAMES for m in matched_by_hand([a for a in asked[name] if not a.cluster % 2], name)]
            decisions = Decisions(matches=tuple(taught))
            run(results.book, demo_rules(HARD if given.hard else NORMAL), decisions)
            after = Results.of(results.book, decisions)
            for name in NAMES:
                count(asked_of(after, truth, name), totals[f"{name}, the others decided"])
    for what, counts in sorted(totals.items()):
        print(line(what, counts))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
