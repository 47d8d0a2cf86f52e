"""The measure itself: a wrong link, a missed one, a wrong class and a wrong cause are each seen, and what only a person
could tell counts neither way."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from benchmarks.accuracy import Measure, Measured, missed_goals
from tests.truth_check import Names

NAME = "order-settlement"
AGREED = [("g1", "left", 1), ("g1", "right", 11), ("g2", "left", 2), ("g2", "right", 12)]


class Said:
    """Results that say what they are told to say."""

    def __init__(self, links: list[tuple[str, str, int]], opened: list[tuple[str, int, str, str, bool]]) -> None:
        self._rows = {
            "links": [
                {"group_id": group, "side": side, **_place(row), "amount": Decimal(5), "pass": "key", "class": "",
                 "residual": Decimal(0)}
                for group, side, row in links
            ],
            "open": [
                {"item_id": str(row), "record_key": "" if residual else f"k{row}", "group_id": "", "side": side,
                 **_place(row), "class": code, "cause": cause, "amount": Decimal(7), "needs_work": True}
                for side, row, code, cause, residual in opened
            ],
        }  # fmt: skip

    def stream(self, _name: str, part: str, _columns: Any, _order: str) -> Iterator[dict[str, Any]]:
        return iter(self._rows[part])


def _place(row: int) -> dict[str, Any]:
    return {"document": "f", "source_row": row}


def true_link(left: int, right: int, identifiable: bool = True) -> dict[str, Any]:
    ends = {"left": [_place(left)], "right": [_place(right)]}
    return {"reconciliation": NAME, **ends, "class": "", "identifiable": identifiable}


def true_open(side: str, row: int, code: str, cause: str) -> dict[str, Any]:
    return {"reconciliation": NAME, "side": side, **_place(row), "class": code, "cause": cause, "amount": "7.00"}


def measured(
    said: Said, links: list[dict[str, Any]], opened: list[dict[str, Any]], same: list[dict[str, Any]] | None = None
) -> Measured:
    return Measure(said, {"links": links, "open": opened}, NAME, Names(same or [])).run()  # type: ignore[arg-type]


def test_all_right() -> None:
    told = measured(
        Said(AGREED, [("right", 13, "missing_left", "c-D1", False)]),
        [true_link(1, 11), true_link(2, 12)],
        [true_open("right", 13, "missing_left", "c-D1")],
    )
    assert (told.links.precision, told.links.recall, told.false_money) == (1, 1, 0)
    assert list(missed_goals({NAME: told})) == []


def test_a_link_of_two_orders_money_is_false_and_two_are_missed() -> None:
    crossed = [("g1", "left", 1), ("g1", "right", 12), ("g2", "left", 2), ("g2", "right", 13)]
    told = measured(Said(crossed, []), [true_link(1, 11), true_link(2, 12)], [])
    assert (told.links.precision, told.links.recall, told.false_money) == (0, 0, 10)


def test_a_wrong_class_and_a_wrong_cause_are_seen() -> None:
    links = [true_link(1, 11), true_link(2, 12)]
    opened = [true_open("right", 13, "missing_left", "c-D1"), true_open("right", 14, "key_missing", "c-D1")]
    said = [("right", 13, "over", "c-D1", False), ("right", 14, "key_missing", "unknown", False)]
    told = measured(Said(AGREED, said), links, opened)
    assert (told.classes["missing_left"].recall, told.classes["over"].precision) == (0, 0)
    assert (told.classes["key_missing"].precision, told.classes["key_missing"].recall) == (1, 1)
    assert (told.causes["c-D1"].recall, told.causes["unknown"].precision, told.unknown) == (0.5, 0, 1)


def test_what_only_a_person_could_tell_counts_neither_way() -> None:
    links = [true_link(1, 11), true_link(2, 12, identifiable=False)]
    opened = [true_open("left", 2, "missing_right", "c-O1"), true_open("right", 12, "key_missing", "c-D1")]
    found = measured(Said(AGREED, []), links, opened)
    left_open = [("left", 2, "missing_right", "c-O1", False), ("right", 12, "key_missing", "c-D1", False)]
    not_found = measured(Said(AGREED[:2], left_open), links, opened)
    for told in (found, not_found):
        assert list(missed_goals({NAME: told})) == []


def test_a_record_that_two_files_tell_is_one() -> None:
    told_again = [{"document": "f", "source_row": 21, "same_as": _place(11)}]
    links = [("g1", "left", 1), ("g1", "right", 21)]
    assert measured(Said(links, []), [true_link(1, 11)], [], told_again).links.recall == 1
