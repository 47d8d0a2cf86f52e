"""Accuracy on labelled truth: a demo is written, imported and reconciled, then measured against its truth.

    python -m benchmarks.accuracy [--orders 20000] [--months 1] [--seeds 1..3] [--hard] [--examples 3] [--json]

Prints, per reconciliation: precision and recall of links per pass (unit: a right row in its left rows' group), and of
every class and cause of open items, in count and money; the share of `unknown`; money in false links beyond what their
residual shows; whether the statement adds up. Rows that only an unidentifiable link explains count neither way. Exit 1
where a goal of `GOALS` is missed.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from huikuan.demo import generate
from huikuan.demo.guide import demo_rules
from huikuan.demo.marks import HARD, NORMAL
from huikuan.demo.seller import AS_OF, Span
from huikuan.pipeline.book import Book
from huikuan.pipeline.documents.importing import ImportOptions, import_file
from huikuan.pipeline.results.results import Results
from huikuan.pipeline.runs.reconciling import run
from huikuan.records.decisions import Decisions
from tests.truth_check import TOLD_OF, Names, Place, Told, excused, place_of, told_of, true_groups

GOALS = {"links.precision": 0.9999, "links.recall": 0.995, "classes": 0.98, "causes": 0.98, "unknown": 0.02}


@dataclass
class Score:
    """How much was found, how much of it is true, and how much is true at all; in count and money."""

    found: int = 0
    right: int = 0
    true: int = 0
    told: int = 0  # of what is true, how much was found
    money: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))

    def add_found(self, is_right: bool, amount: Decimal) -> None:
        """Something the engine says."""
        self.found += 1
        self.right += is_right
        self.money["found"] += abs(amount)
        self.money["right"] += abs(amount) if is_right else 0

    def add_true(self, is_told: bool, amount: Decimal) -> None:
        """Something the truth says."""
        self.true += 1
        self.told += is_told
        self.money["true"] += abs(amount)
        self.money["told"] += abs(amount) if is_told else 0

    @property
    def precision(self) -> float:
        """Share of what was found that is true; 1 where nothing was found."""
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        """Share of what is true that was found; 1 where nothing is true."""
        return self.told / self.true if self.true else 1.0

    def plain(self) -> dict[str, Any]:
        """For printing."""
        return {
            "found": self.found, "true": self.true, "precision": self.precision, "recall": self.recall,
            "precision_money": _share(self.money["right"], self.money["found"]),
            "recall_money": _share(self.money["told"], self.money["true"]),
        }  # fmt: skip


def _share(part: Decimal, whole: Decimal) -> float:
    return float(part / whole) if whole else 1.0


@dataclass
class Measured:
    """What was measured of one reconciliation."""

    links: Score = field(default_factory=Score)
    passes: dict[str, Score] = field(default_factory=lambda: defaultdict(Score))
    link_classes: dict[str, Score] = field(default_factory=lambda: defaultdict(Score))
    classes: dict[str, Score] = field(default_factory=lambda: defaultdict(Score))
    causes: dict[str, Score] = field(default_factory=lambda: defaultdict(Score))
    open_rows: int = 0
    unknown: int = 0
    false_money: Decimal = Decimal(0)  # wrongly linked, beyond the residual shown
    examples: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))


class Measure:
    """Compares one reconciliation of a book's results with the truth."""

    def __init__(self, results: Results, truth: dict[str, Any], name: str, names: Names) -> None:
        self._results, self._name, self._names = results, name, names
        self._links = [link for link in truth["links"] if link["reconciliation"] == name]
        self._open = [row for row in truth["open"] if row["reconciliation"] == name]
        self._cluster = true_groups(self._links, names)
        self._sides: dict[str, dict[str, list[tuple[Place, Decimal]]]] = defaultdict(lambda: defaultdict(list))
        self._about: dict[str, tuple[str, str, Decimal]] = {}
        self._amount: dict[Place, Decimal] = defaultdict(Decimal)
        self.measured = Measured()

    def run(self) -> Measured:
        """Everything."""
        self._read_links()
        if self._links:  # the groups of `balance` are accounts, no links of records
            self._measure_links()
        self._measure_open()
        return self.measured

    def _read_links(self) -> None:
        columns = ("group_id", "side", "document", "source_row", "amount", "pass", "class", "residual")
        for row in self._results.stream(self._name, "links", columns, "group_id"):
            place = self._names.of(place_of(row))
            self._sides[row["group_id"]][row["side"]].append((place, row["amount"]))
            self._about[row["group_id"]] = (row["pass"], row["class"] or "", row["residual"])
            self._amount[place] += row["amount"]

    def _measure_links(self) -> None:
        m = self.measured
        groups_of: dict[Place, set[str]] = defaultdict(set)
        for group_id, sides in self._sides.items():
            for rows in sides.values():
                for place, _ in rows:
                    groups_of[place].add(group_id)
            if len(sides) < 2:
                continue
            pass_name, _, residual = self._about[group_id]
            mine = {self._cluster.get(place, -1) for place, _ in sides["left"]}
            wrong = Decimal(0)
            for place, amount in sides["right"]:
                is_right = mine == {self._cluster.get(place, -2)}
                m.links.add_found(is_right, amount)
                m.passes[pass_name].add_found(is_right, amount)
                wrong += 0 if is_right else abs(amount)
            if wrong:
                m.false_money += max(wrong - abs(residual), Decimal(0))
                self._example("false links", f"{pass_name} {sorted(map(str, sides['left'] + sides['right']))}")
        for link in self._links:
            if not link["identifiable"]:
                continue
            left = [self._names.of(place_of(row)) for row in link["left"]]
            for row in link["right"]:
                place = self._names.of(place_of(row))
                met = set.intersection(*(groups_of[p] for p in (*left, place)))
                m.links.add_true(bool(met), self._amount[place])
                if not met:
                    self._example("links missed", f"{left} {place}")
            self._class_of_link(link, left, groups_of)

    def _class_of_link(self, link: dict[str, Any], left: list[Place], groups_of: dict[Place, set[str]]) -> None:
        """`late` stands in no list of open items: it is measured at the links."""
        right = [self._names.of(place_of(row)) for row in link["right"]]
        met = set.intersection(*(groups_of[place] for place in (*left, *right)))
        told = self._about[min(met)][1] if met else ""
        if told == "late" or link["class"] == "late":
            amount = sum((self._amount[place] for place in left), Decimal(0))
            score = self.measured.classes["late"]
            if told == "late":
                score.add_found(link["class"] == "late", amount)
            if link["class"] == "late":
                score.add_true(told == "late", amount)

    def _measure_open(self) -> None:
        m = self.measured
        skip = excused(self._links, self._sides, self._cluster, self._names)
        items = told_of(self._results, self._name, self._names, self._sides)
        by_class: dict[tuple[Any, ...], list[Told]] = defaultdict(list)
        by_cause: dict[tuple[Any, ...], list[Told]] = defaultdict(list)
        for item in items:
            m.open_rows += 1
            m.unknown += "unknown" in (item.code, item.cause) and item.needs_work
            for place in item.places:
                by_class[place, item.residual, item.amount, item.code].append(item)
                by_cause[place, item.residual, item.amount, item.cause].append(item)
        said_class: set[int] = set()
        said_cause: set[int] = set()
        labelled = {(self._names.of(place_of(row)), row["class"]) for row in self._open}
        for row in self._open:
            place = self._names.of(place_of(row))
            if not row.get("residual") and (place, row["side"]) in skip:
                continue
            amount = Decimal(row["amount"])
            key = (place, bool(row.get("residual")), amount)
            met = _take(by_class[*key, row["class"]], said_class)
            m.classes[row["class"]].add_true(met, amount)
            m.causes[row["cause"]].add_true(_take(by_cause[*key, row["cause"]], said_cause), amount)
            if not met:
                self._example(f"{row['class']} missed", str(key))
        for item in items:
            if not item.residual and any((place, item.side) in skip for place in item.places):
                continue
            if item.number not in said_class and any((place, item.code) in labelled for place in item.places):
                continue  # a row that became several records is labelled once
            m.classes[item.code].add_found(item.number in said_class, item.amount)
            m.causes[item.cause].add_found(item.number in said_cause, item.amount)
            if item.number not in said_class:
                self._example(f"{item.code} wrong", f"{item.places} {item.residual} {item.amount}")

    def _example(self, kind: str, text: str) -> None:
        if len(self.measured.examples[kind]) < 5:
            self.measured.examples[kind].append(text)


def _take(items: list[Told], taken: set[int]) -> bool:
    """Mark one that is not taken yet; whether there is one."""
    for item in items:
        if item.number not in taken:
            taken.add(item.number)
            return True
    return False


def load(
    folder: Path, orders: int, seed: int, hard: bool, months: int = 1
) -> tuple[Results, dict[str, Any], dict[str, float]]:
    """A demo made, imported and reconciled with the library alone; its results, its truth, the seconds of each step."""
    started = time.process_time()
    truth = generate(folder / "files", orders, seed, hard, months=months)
    made = time.process_time()
    book = Book(
        folder / "book", "Demo", hash_key=b"k" * 32, installation_key=b"i" * 32, start=truth.start, fixed_today=AS_OF
    )
    book.create()
    rules = demo_rules(HARD if hard else NORMAL, Span(months))
    for name, file in {file.file: file for file in truth.files}.items():
        options = ImportOptions(shop=file.shop, account=file.account)
        imported = import_file(book, folder / "files" / name, options, rules, name=name)
        refused = [row for row in imported.rows if row.status == "refused"]
        if refused:
            raise SystemExit(f"{name} is refused: {refused[0].problems[:3]}")
    imported_at = time.process_time()
    run(book, rules, Decisions())
    seconds = {
        "generate": made - started,
        "import": imported_at - made,
        "reconcile": time.process_time() - imported_at,
    }
    return Results.of(book), json.loads(truth.path.read_text(encoding="utf-8")), seconds


def measure(results: Results, truth: dict[str, Any]) -> dict[str, Measured]:
    """Every reconciliation of the run that the truth speaks of."""
    names = Names(truth["same"])
    return {name: Measure(results, truth, name, names).run() for name in results.manifest.names if name in TOLD_OF}


def unbalanced(results: Results) -> list[str]:
    """Statement rows whose total is not matched + difference + open."""
    return [
        f"{row['name']} {row['side']} {row['currency']}"
        for row in results.statement()
        if row["total"] != row["matched"] + row["difference"] + row["open"]
    ]


def missed_goals(measured: dict[str, Measured]) -> Iterator[str]:
    """What stays below a goal, in words."""
    for name, m in measured.items():
        if m.links.precision < GOALS["links.precision"]:
            yield f"{name}: precision of links {m.links.precision:.4%}"
        if m.links.recall < GOALS["links.recall"]:
            yield f"{name}: recall of links {m.links.recall:.4%}"
        for kind, scores in (("classes", m.classes), ("causes", m.causes)):
            for code, score in sorted(scores.items()):
                for what, value in (("precision", score.precision), ("recall", score.recall)):
                    if value < GOALS[kind]:
                        yield f"{name}: {what} of {code or 'no cause'} {value:.2%} ({score.found}/{score.true})"
    share = sum(m.unknown for m in measured.values()) / max(sum(m.open_rows for m in measured.values()), 1)
    if share > GOALS["unknown"]:
        yield f"unknown {share:.2%}"


def _lines(title: str, scores: Iterable[tuple[str, Score]]) -> Iterator[str]:
    yield f"  {title:<24}{'found':>9}{'true':>9}{'precision':>11}{'recall':>11}{'prec. CNY':>11}{'rec. CNY':>11}"
    for code, score in scores:
        p = score.plain()
        yield (
            f"  {code or '(blank)':<24}{p['found']:>9}{p['true']:>9}{p['precision']:>11.4%}{p['recall']:>11.4%}"
            f"{p['precision_money']:>11.4%}{p['recall_money']:>11.4%}"
        )


def report(measured: dict[str, Measured], examples: int) -> Iterator[str]:
    """The tables that are printed."""
    for name, m in measured.items():
        yield f"{name}: {m.open_rows} open rows, unknown {m.unknown}, money in false links {m.false_money:.2f}"
        yield from _lines("links", [("all", m.links)])
        yield from _lines("pass (precision only)", sorted(m.passes.items()))
        yield from _lines("class", sorted(m.classes.items()))
        yield from _lines("cause", sorted(m.causes.items()))
        for kind, texts in sorted(m.examples.items()) if examples else ():
            yield f"  {kind}:"
            yield from (f"    {text[:400]}" for text in texts[:examples])


def plain(measured: dict[str, Measured]) -> dict[str, Any]:
    """The same as plain data."""
    return {
        name: {
            "links": m.links.plain(),
            "passes": {code: score.plain() for code, score in sorted(m.passes.items())},
            "classes": {code: score.plain() for code, score in sorted(m.classes.items())},
            "causes": {code: score.plain() for code, score in sorted(m.causes.items())},
            "open_rows": m.open_rows, "unknown": m.unknown, "false_money": f"{m.false_money:.2f}",
        }
        for name, m in measured.items()
    }  # fmt: skip


def seeds_of(text: str) -> list[int]:
    first, _, last = text.partition("..")
    return list(range(int(first), int(last or first) + 1))


def main(arguments: list[str]) -> int:
    """Measure each seed in a folder of its own; 1 where a goal is missed."""
    parser = argparse.ArgumentParser(prog="benchmarks.accuracy", description="Accuracy on labelled truth.")
    parser.add_argument("--orders", type=int, default=20_000)
    parser.add_argument("--months", type=int, default=1)
    parser.add_argument("--seeds", type=seeds_of, default=[1], metavar="N or N..M")
    parser.add_argument("--hard", action="store_true")
    parser.add_argument("--examples", type=int, default=0)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args(arguments)
    failed = 0
    for seed in asked.seeds:
        with tempfile.TemporaryDirectory(prefix="huikuan-accuracy-") as folder:
            results, truth, seconds = load(Path(folder), asked.orders, seed, asked.hard, asked.months)
            measured = measure(results, truth)
            missed = [*missed_goals(measured), *(f"does not add up: {row}" for row in unbalanced(results))]
        failed += bool(missed)
        head = {"orders": asked.orders, "months": asked.months, "seed": seed, "hard": asked.hard}
        head["seconds"] = {step: round(value, 1) for step, value in seconds.items()}
        if asked.json:
            print(json.dumps({**head, **plain(measured), "missed": missed}, indent=1))
            continue
        print(json.dumps(head))
        print("\n".join((*report(measured, asked.examples), *(f"below the goal: {text}" for text in missed))))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
