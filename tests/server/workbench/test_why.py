"""Why two records are together or not: the page and the command say the same, for pairs together, apart and unknown."""

from __future__ import annotations

from typing import Any

from django.test import Client

from huikuan.server.books.models import Book
from huikuan.server.workbench import services
from huikuan.server.workbench.why import why
from tests.server.workbench.test_deciding import BENCH, HTMX, NAME, apart_pair
from tests.server.workbench.test_reading import equal_pair, text


def codes(demo: Book, left: str, right: str) -> dict[str, str]:
    _answer, steps = why(demo, services.results(demo), NAME, right, left)
    return {step.verdict.stage: step.verdict.reason.code for step in steps}


def test_an_open_pair_is_told_what_stands_in_the_way(clerk: Client, demo: Book, found: Any) -> None:
    left, right = apart_pair(found)
    keys = {"left": left["record_key"], "right": right["record_key"]}
    shown = text(clerk.get(f"{BENCH}why/", keys, **HTMX))
    answer, steps = why(demo, found, NAME, keys["left"], keys["right"])
    assert answer.first is not None and answer.first.stage == "key"
    (first,) = [step.sentence for step in steps if step.is_first]
    assert first in shown and "What would have to be otherwise first" in shown
    assert {step.verdict.outcome for step in steps if step.verdict.stage in ("amount", "subset")} == {"off"}


def test_a_matched_pair_is_told_by_which_pass(clerk: Client, demo: Book, found: Any) -> None:
    rows = found.links(NAME, limit=500).rows
    group = next(
        rows
        for row in rows
        if row["status"] == "matched" and len(rows := found.group(NAME, row["group_id"])) > 1
        and {each["side"] for each in rows} == {"left", "right"}
    )  # fmt: skip
    keys = {side: next(row["record_key"] for row in group if row["side"] == side) for side in ("left", "right")}
    assert codes(demo, keys["left"], keys["right"])["key"] == "why.matched"
    shown = text(clerk.get(f"{BENCH}why/", keys, **HTMX))
    assert "Both sides name the same number, and the amounts agree." in shown


def test_what_people_decided_is_told_with_who_and_why(clerk: Client, demo: Book, found: Any) -> None:
    left, right = equal_pair(found)
    services.exclude(demo, "Zhou", left["record_key"], "private sale", NAME)
    keys = {"left": left["record_key"], "right": right["record_key"]}
    shown = text(clerk.get(f"{BENCH}why/", keys, **HTMX))
    assert "The left record is excluded." in shown and "Zhou" in shown and "private sale" in shown


def test_a_match_by_hand_shows_at_once(demo: Book, found: Any) -> None:
    left, right = equal_pair(found)
    services.match(demo, "Zhou", NAME, [left["record_key"]], [right["record_key"]])
    told = codes(demo, left["record_key"], right["record_key"])
    assert (told["decision"], told["key"]) == ("why.matched", "why.done")


def test_unknown_keys_and_pairs_of_one_side_get_one_sentence(clerk: Client, found: Any) -> None:
    left, right = equal_pair(found)
    missing = clerk.get(f"{BENCH}why/", {"left": "order_line:nobody/1/1", "right": right["record_key"]}, **HTMX)
    assert missing.status_code == 422 and "There is no record order_line:nobody/1/1" in text(missing)
    twice = clerk.get(f"{BENCH}why/", {"left": left["record_key"], "right": left["record_key"]}, **HTMX)
    assert twice.status_code == 422 and "on the same side" in text(twice)
