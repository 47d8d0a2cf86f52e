"""Judges a book's results by the command line's JSON alone, record by record, against a world's truth."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

Place = tuple[str, int]
Run = Callable[..., str]  # a command's arguments -> its standard output
NAMES = ("order-settlement", "settlement-wallet", "payout-bank", "balance", "order-erp")


@dataclass
class Verdict:
    """Counts of what was compared, and of each disagreement an example in words."""

    counts: Counter[str] = field(default_factory=Counter)
    wrong: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    false_money: Decimal = Decimal(0)

    def say(self, kind: str, text: str) -> None:
        self.wrong[kind].append(text)


def load(folder: Path, truth: dict[str, Any], run: Run, home: Path, as_of: str, start: str) -> list[dict[str, Any]]:
    """Make the book, import rules and files, reconcile; the rows of the imports."""
    run("init", "--start", start, "--home", str(home))
    run("rules", "import", str(folder / "rules.toml"), "--home", str(home))
    rows: list[dict[str, Any]] = []
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    for file in truth["files"]:
        groups[file["shop"], file["account"]].append(str(folder / "files" / file["file"]))
    for (shop, account), names in groups.items():
        options = [*(["--shop", shop] if shop else []), *(["--account", account] if account else [])]
        rows += json.loads(run("import", *names, *options, "--json", "--home", str(home)))["rows"]
    run("reconcile", "--as-of", as_of, "--home", str(home))
    return rows


def judge(truth: dict[str, Any], run: Run, home: Path, as_of: str) -> Verdict:
    """Compare everything the truth speaks of."""
    verdict = Verdict()

    def rows(*command: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(run(*command, "--as-of", as_of, "--json", "--home", str(home)))["rows"]
        return found

    same = {
        (row["document"], row["source_row"]): (row["same_as"]["document"], row["same_as"]["source_row"])
        for row in truth["same"]
    }

    def place(row: dict[str, Any]) -> Place:
        told = (row["document"], row["source_row"])
        return same.get(told, told)

    for name in NAMES:
        if name == "order-erp" and not any(row["reconciliation"] == name for row in truth["links"]):
            continue
        links, items = rows("links", name), rows("open", name)
        places: dict[str, dict[str, set[Place]]] = defaultdict(lambda: defaultdict(set))
        for link in links:
            places[link["group_id"]][link["side"]].add(place(link))
        true = [link for link in truth["links"] if link["reconciliation"] == name]
        if true:
            _links(verdict, name, links, places, true, place)
        _open(
            verdict, name, items, places, [row for row in truth["open"] if row["reconciliation"] == name], place, true
        )
    _collection(verdict, rows("collection"), truth["collection"])
    return verdict


def _links(
    verdict: Verdict, name: str, links: list[dict[str, Any]], places: Any, true: list[dict[str, Any]], place: Any
) -> None:
    cluster: dict[Place, int] = {}
    for number, link in enumerate(true):
        members = {place(row) for row in (*link["left"], *link["right"])}
        known = {cluster[one] for one in members if one in cluster}
        for one, other in list(cluster.items()) if known else ():
            if other in known:
                cluster[one] = number
        cluster.update(dict.fromkeys(members, number))
    for row in links:
        sides = places[row["group_id"]]
        if row["side"] != "right" or len(sides) < 2 or sides["left"] == sides["right"]:
            continue  # a row that tells both is no statement of ours
        verdict.counts[f"{name} links found"] += 1
        mine = {cluster.get(one, -1) for one in sides["left"]}
        theirs = {cluster.get(one, -2) for one in sides["right"]}  # equal items stay together: DESIGN, pass 3
        if mine != theirs:
            verdict.false_money += max(abs(Decimal(row["amount"])) - abs(Decimal(row["residual"] or 0)), Decimal(0))
            verdict.say(
                f"{name}: false link",
                f"{row['pass']} {row['status']} {sorted(sides['left'])} {place(row)} {row['amount']}",
            )
    of_place: dict[Place, set[str]] = defaultdict(set)
    for group, sides in places.items():
        for members in sides.values():
            for one in members:
                of_place[one].add(group)
    for link in true:
        left = [place(row) for row in link["left"]]
        groups = [of_place[one] for one in left]
        if link.get("batch"):
            groups = [set().union(*groups)]  # a batch is shown as one, at one of its rows
        rows = [*left, *(place(row) for row in link["right"])]
        met = set.intersection(*groups, *(of_place[one] for one in rows[len(left) :]))
        kind = "identifiable" if link["identifiable"] else "unidentifiable"
        verdict.counts[f"{name} {kind} links true"] += 1
        verdict.counts[f"{name} {kind} links met"] += bool(met)
        if link["identifiable"] and not met:
            verdict.say(f"{name}: link missed", str(rows))


def _open(
    verdict: Verdict,
    name: str,
    items: list[dict[str, Any]],
    places: Any,
    labels: list[dict[str, Any]],
    place: Any,
    true: list[dict[str, Any]],
) -> None:
    doubtful = {place(row) for link in true if not link["identifiable"] for row in (*link["left"], *link["right"])}
    linked = {one for sides in places.values() if len(sides) > 1 for members in sides.values() for one in members}
    by_place: dict[tuple[Place, Decimal], list[dict[str, Any]]] = defaultdict(list)
    groups_of: dict[Place, set[Place]] = defaultdict(set)
    for sides in places.values():
        everybody = set().union(*sides.values())
        for one in everybody:
            groups_of[one] |= everybody
    for item in items:
        verdict.counts[f"{name} open"] += 1
        verdict.counts[f"{name} unknown"] += bool(item["needs_work"]) and "unknown" in (item["class"], item["cause"])
        where = {place(item)} if item["record_key"] else {place(item)} | groups_of[place(item)]
        item["where"] = where
        for one in where:
            by_place[one, abs(Decimal(item["amount"]))].append(item)
    used: set[int] = set()
    for label in labels:
        one, amount = place(label), abs(Decimal(label["amount"]))
        if one in doubtful and one in linked:
            continue
        verdict.counts[f"{name} labels"] += 1
        anywhere = {one, *map(place, label.get("batch", ()))}
        found = [item for there in sorted(anywhere) for item in by_place[there, amount] if id(item) not in used]
        found.sort(key=lambda item: (item["class"] != label["class"], item["cause"] != label["cause"]))
        if not found:
            near = [f"{i['class']} {i['amount']}" for i in items if one in i["where"]]
            verdict.say(f"{name}: {label['class']} missing", f"{one} {label['amount']} {label['cause']}; there: {near}")
            continue
        used.add(id(found[0]))
        if found[0]["class"] != label["class"]:
            verdict.say(
                f"{name}: {found[0]['class']} for {label['class']}", f"{one} {label['amount']} {found[0]['cause']}"
            )
        if label["cause"] and found[0]["cause"] != label["cause"]:
            verdict.say(
                f"{name}: cause {found[0]['cause']} for {label['cause']} ({label['class']})", f"{one} {label['amount']}"
            )
    for item in items:
        unproved = name == "balance" and not item["needs_work"]  # an account whose bills tell no balance
        if id(item) not in used and not unproved and not item["where"] & doubtful:
            verdict.say(
                f"{name}: {item['class']} {item['cause']} unlabelled",
                f"{sorted(item['where'])[:4]} {item['side']} {item['amount']} {item['record_key'][:60]}",
            )


def _collection(verdict: Verdict, rows: list[dict[str, Any]], labels: list[dict[str, Any]]) -> None:
    by_order = {(row["shop"], row["order_no"]): row for row in rows}
    for label in labels:
        verdict.counts["collection"] += 1
        row = by_order.get((label["shop"], label["order_no"]))
        if row is None:
            verdict.say("collection: missing", str(label))
            continue
        for key in ("receivable", "refunded"):
            if Decimal(row[key]) != Decimal(label[key]):
                verdict.say(f"collection: {key}", f"{label['order_no']} {row[key]} for {label[key]} ({row['status']})")
        fine = {label["status"]} if label["status"] else {"collected", "partly_collected", "settled"}
        fine |= {"collected"} if label["status"] == "not_shipped" else set()
        if row["status"] not in fine:
            verdict.say(
                f"collection: {row['status']} for {label['status'] or 'settled'}",
                f"{label['order_no']} {label['receivable']}",
            )
