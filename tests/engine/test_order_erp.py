"""order-erp: orders split, joined, doubled and forgotten between a platform and the merchant's own order system.

A run compiles much, whatever its size: so all cases lie in one book, each with orders of its own, and one run tells
what was found of each.
"""

from __future__ import annotations

import itertools
import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from huikuan.recons.order_erp import ORDER_ERP
from huikuan.records.decisions import Decisions, ManualMatch, Member
from huikuan.records.rules import Rules
from tests.engine.build import Row, day, erp, groups, order, rows, run

SUB = "693016274558959900"
Told = list[tuple[str, str, str]]


def at(number: int, hour: int = 4) -> datetime:
    return datetime.fromisoformat(f"2026-10-{number:02d}T{hour:02d}:00:00")


def sold(order_no: str, paid: str | int, line_no: str = "1", **fields: Any) -> Row:
    return order(order_no, paid, line_no, **{"qty": 1, "shipped_at": at(6), **fields})


UNSENT = {"shipped_at": None, "status": "paid"}
EARLY = {"refunded": 100, "status": "refunded", "refunded_at": at(5), "shipped_at": None}
LATE = {"refunded": 100, "status": "refunded", "refunded_at": at(9)}
GONE = {"status": "cancelled"}


def counting(shop: str, amount: str) -> list[Row]:
    """A shop whose order system holds orders of 100 and a freight of 8, to which the platform adds 3, as so much."""
    parts = {"shop": shop, "shipping_fee": 8, "platform_borne": 3}
    return [row for n in range(3) for row in (sold(f"{shop}{n}", 108, **parts), erp(f"{shop}{n}", amount, shop=shop))]


def told_by(document: str, shop: str, *days: int) -> list[Row]:
    """Orders of a shop that both sides hold on these days, the order system's told by one document."""
    shared = [(f"{shop}{n}", {"shop": shop, "business_date": day(n)}) for n in days]
    return [sold(no, 1, **fields) for no, fields in shared] + [
        erp(no, 1, document_id=document, **fields) for no, fields in shared
    ]


def abroad(shop: str, paid: str, held: str) -> list[Row]:
    """A shop's orders in dollars; the order system's amounts, of which its export names no currency, read as CNY."""
    return [
        row
        for n in range(3)
        for row in (sold(f"{shop}{n}", paid, shop=shop, currency="USD"), erp(f"{shop}{n}", held, shop=shop))
    ]


# What each case holds, and its open items: class, amount, cause.
CASES: dict[str, tuple[Sequence[Row], Told]] = {
    "amounts in the currency of the shop's orders": (abroad("USA", "19.99", "19.99"), []),
    "amounts converted": (
        abroad("USB", "10.00", "71.20"),
        [("missing_right", "10.00", "c-D4")] * 3 + [("unexpected_settlement", "71.20", "c-D4")] * 3,
    ),
    "lines cut otherwise": ([sold("A", 60, "1"), sold("A", 40, "2"), erp("A", 100, qty=2)], []),
    "split over warehouses, with a gift and a replacement": (
        [sold("B", 100, qty=2), erp("B", "33.33", erp_order_no="B1"), erp("B", "66.67", erp_order_no="B2"),
         erp("B", 0, erp_order_no="B2", line_no="gift"), erp("B", 50, erp_order_no="B3", order_type="补发订单")], [],
    ),
    "joined, one left out": (
        [sold("C", 10), sold("C2", 5), erp("C,C2", 10, merged=True)], [("quantity_short", "5.00", "c-G1")]
    ),
    "named by sub-orders": (
        [sold("D", 60, SUB + "1"), sold("D", 40, SUB + "2"), sold("D2", 7),
         erp(SUB + "1", 60), erp(f"{SUB}2,D2", 47, qty=2, merged=True)], [],
    ),
    "a short line number is no sub-order": (
        [sold("E", 60, "17"), erp("E", 60), erp("17", 5)], [("missing_left", "5.00", "c-D1")]
    ),
    "held twice": (
        [sold("F", 100), erp("F", 100, erp_order_no="F1"), erp("F", 100, erp_order_no="F2")],
        [("duplicate", "-100.00", "c-P3")],
    ),
    "two equal halves": (
        [sold("G", 100, qty=2), erp("G", 50, erp_order_no="G1"), erp("G", 50, erp_order_no="G2")], []
    ),
    "cancelled and made again": ([sold("H", 100), erp("H", 100), erp("H", 100, **GONE)], []),
    "cancelled, the platform knows nothing": ([erp("I", 9, **GONE)], [("not_operating", "0.00", "c-D1")]),
    "unpaid": ([sold("J", 0, status="unpaid")], []),
    "cancelled on both sides": ([sold("K", 0, **GONE), erp("K", 10, **GONE)], []),
    "paid for and sent, absent": ([sold("L", 100)], [("missing_right", "100.00", "c-D1")]),
    "paid for, absent": ([sold("M", 100, **UNSENT)], [("missing_right", "100.00", "c-G3")]),
    "sent, cancelled there": ([sold("N", 100), erp("N", 100, **GONE)], [("missing_right", "100.00", "c-D2")]),
    "unsent, cancelled there": (
        [sold("O", 100, **UNSENT), erp("O", 100, **GONE)], [("missing_right", "100.00", "c-G3")]
    ),
    "refunded before shipping, live": (
        [sold("P", 100, **EARLY), erp("P", 100)], [("unexpected_settlement", "-100.00", "c-R1")]
    ),
    "refunded before shipping, cancelled": ([sold("Q", 100, **EARLY), erp("Q", 100, **GONE)], []),
    "refunded before shipping, absent": ([sold("R", 100, **EARLY)], []),
    "refunded after shipping, live": ([sold("S", 100, **LATE), erp("S", 100)], []),
    "refunded after shipping, cancelled": ([sold("T", 100, **LATE), erp("T", 100, **GONE)], []),
    "refunded after shipping, absent": ([sold("U", 100, **LATE)], [("missing_right", "100.00", "c-D1")]),
    "joined, one refunded before shipping": (
        [sold("V", 60), sold("V2", 40, **{**EARLY, "refunded": 40}), erp("V,V2", 100, qty=2, merged=True)],
        [("unexpected_settlement", "-40.00", "c-R1")],
    ),
    "never paid, yet sent": (
        [sold("W", 0, **GONE), erp("W", 10)], [("unexpected_settlement", "-10.00", "c-G1")]
    ),
    "fewer pieces, same money": ([sold("X", 100, qty=3), erp("X", 100, qty=2)], [("quantity_short", "0.00", "c-G1")]),
    "more pieces, same money": ([sold("Y", 100), erp("Y", 100, qty=2)], [("quantity_over", "0.00", "c-G1")]),
    "fewer pieces": ([sold("Z", 100, qty=2), erp("Z", 50)], [("quantity_short", "50.00", "c-G1")]),
    "more pieces": ([sold("AA", 100), erp("AA", 150, qty=2)], [("quantity_over", "-50.00", "c-G1")]),
    "less money": ([sold("AB", 100), erp("AB", 90)], [("short", "10.00", "unknown")]),
    "bundles counted as their parts": (
        [row for n in "123" for row in (sold("AC" + n, 10, shop="sets"), erp("AC" + n, 10, qty=3, shop="sets"))],
        [],
    ),
    "items both sides know": (
        [row for code in ("red", "blue") for row in (sold(code, 9, sku=code), erp(code, 9, sku=code))], []
    ),
    "another item": ([sold("AD", 10, sku="red"), erp("AD", 10, sku="blue")], [("wrong_item", "0.00", "c-G1")]),
    "another, cheaper item": ([sold("AE", 10, sku="red"), erp("AE", 8, sku="blue")], [("wrong_item", "2.00", "c-G1")]),
    "an item by the platform's own code": ([sold("AF", 10, sku="12345"), erp("AF", 10, sku="blue")], []),
    "counts goods alone": (counting("goods", "100"), []),
    "counts freight": (counting("freight", "108"), []),
    "counts the platform's share": (counting("share", "103"), []),
    "counts both": (counting("both", "111"), []),
    "freight counted once": (
        [sold("AG", 108, shipping_fee=8, shop="goods"), erp("AG", 108, shop="goods")], [("over", "-8.00", "c-F5")]
    ),
    "less a refund": ([sold("AH", 100, refunded=20, refunded_at=at(9)), erp("AH", 80)], [("short", "20.00", "c-R5")]),
    "with the shop's discount": ([sold("AI", 100, merchant_discount=5), erp("AI", 105)], [("over", "-5.00", "c-F5")]),
    "a cent": ([sold("AJ", 100), erp("AJ", "99.99")], [("short", "0.01", "c-D3")]),
    "no platform number": ([erp(None, 5)], [("key_missing", "5.00", "c-D1")]),
    "made by hand": ([erp(None, 6, order_type="线下订单")], [("not_operating", "6.00", "c-D1")]),
    "a replacement without number": ([erp(None, 0, order_type="补发订单")], [("not_operating", "0.00", "c-G1")]),
    "unknown to the platform": ([erp("AK", 50)], [("missing_left", "50.00", "c-D1")]),
    "in another shop": (
        [sold("AL", 50, shop="goods"), erp("AL", 50)],
        [("other_shop", "50.00", "c-D1"), ("other_shop", "50.00", "c-D1")],
    ),
    "of August, the order system begins in October": (
        [sold("AM", 5, business_date=date(2026, 8, 3), document_id="august")], [("other_period", "5.00", "c-T4")]
    ),
    "of the last day of September": (
        [erp("AN", 5, business_date=date(2026, 9, 30), document_id="september")], [("other_period", "5.00", "c-T2")]
    ),
    "exports with days between": (
        [*told_by("a", "gap", 1, 5), *told_by("b", "gap", 20, 28), sold("AO", 9, shop="gap", business_date=day(12))],
        [("other_period", "9.00", "c-T4")],
    ),
    "exports with a weekend between": (
        [*told_by("a", "week", 1, 9), *told_by("b", "week", 13, 28), sold("AP", 9, shop="week", business_date=day(12))],
        [("missing_right", "9.00", "c-D1")],
    ),
    "before the book's start": (
        [sold("AQ", 5, business_date=date(2026, 7, 4), document_id="july")], [("other_period", "5.00", "c-T4")]
    ),
    "a shop without an order system": ([sold("AR", 100, shop="T")], []),
    "a shop called otherwise there": (
        [sold("AS", 1, shop="own"), sold("AT", 2, shop="own"), erp("AS", 1, shop="天猫-own"),
         erp("AT", 2, shop="天猫-own"), erp("AU", 9, shop="天猫-own")], [("missing_left", "9.00", "c-D1")],
    ),
    "another currency": (
        [sold("AV", 100), erp("AV", 100, currency="USD")],
        [("missing_right", "100.00", "c-D4"), ("unexpected_settlement", "100.00", "c-D4")],
    ),
    "entered yesterday": (
        [sold("AW", 100, business_date=day(30), paid_at=at(30))], [("not_due", "100.00", "c-T1")]
    ),
    "a layout without amounts": (
        [*(row for no in ("AX", "BB") for row in (sold(no, 10, shop="silent"), erp(no, None, shop="silent"))),
         sold("AY", 100, shop="silent", **EARLY), erp("AY", None, shop="silent"),
         sold("AZ", 10, qty=3, shop="silent"), erp("AZ", None, qty=2, shop="silent"),
         sold("BA", 10, shop="silent"), erp("BA", None, shop="silent", **GONE)],
        [("missing_right", "10.00", "c-D2"), ("quantity_short", "0.00", "c-G1"),
         ("unexpected_settlement", "0.00", "c-R1")],
    ),
    "edges": ([row for n in (1, 30) for row in (sold(f"day{n}", 1, business_date=day(n)),
                                                erp(f"day{n}", 1, business_date=day(n)))], []),
}  # fmt: skip
# Orders joined with the next one each: the chain is longer than any single round hands on.
CHAIN = [f"chain{n:02d}" for n in range(12)]
CHAINED = [sold(name, "10.01") for name in CHAIN] + [
    erp(f"{one},{other}", "10.01" if n else "20.02", qty=1 if n else 2, merged=True)
    for n, (one, other) in enumerate(itertools.pairwise(CHAIN))
]
WHOLE = [*(row for records, _ in CASES.values() for row in records), *CHAINED]
RULES = Rules(start=date(2026, 8, 1))


@pytest.fixture(scope="module")
def outcome() -> Any:
    return run(ORDER_ERP, WHOLE, RULES)


@pytest.fixture(scope="module")
def opened(outcome: Any) -> dict[str, list[Row]]:
    """The open items by the order or record they name."""
    found = defaultdict(list)
    for row in rows(outcome.open):
        found[row["order_no"] or row["record_key"]].append(row)
    return found


def names(records: Sequence[Row]) -> Iterator[str]:
    yield from sorted({row["order_no"] or row["record_key"] for row in records})


@pytest.mark.parametrize("case", CASES)
def test_what_is_open(case: str, opened: dict[str, list[Row]]) -> None:
    records, wanted = CASES[case]
    found = [row for name in names(records) for row in opened.get(name, ())]
    assert sorted((row["class"], f"{row['amount']:.2f}", row["cause"]) for row in found) == wanted


def test_nothing_else_is_open(opened: dict[str, list[Row]]) -> None:
    assert set(opened) <= {name for records, _ in CASES.values() for name in names(records)}


def test_groups_hold_what_was_split_and_joined(outcome: Any) -> None:
    wanted = [
        CASES["split over warehouses, with a gift and a replacement"][0],
        CASES["named by sub-orders"][0],
        CHAINED,
    ]
    found = groups(outcome)
    for records in wanted:
        sides = [
            sorted(row["record_key"] for row in records if row["_kind"] == kind) for kind in ("order_line", "erp_order")
        ]
        assert ("key", "matched", *sides) in found


def test_a_finding_is_told_beside_its_group_in_words_and_figures(outcome: Any, opened: dict[str, list[Row]]) -> None:
    (item,), (other,) = opened["X"], opened["AD"]
    assert (item["needs_work"], item["record_key"]) == (True, "")
    assert item["group_id"] in {row["group_id"] for row in rows(outcome.links)}
    assert json.loads(item["cause_evidence"]) == {"code": "erp_pieces", "ordered": "3.00000", "held": "2.00000"}
    assert json.loads(other["cause_evidence"]) == {"code": "erp_item", "wanted": "red", "instead": "blue"}


def test_a_duplicate_is_told_at_the_later(opened: dict[str, list[Row]]) -> None:
    assert opened["F"][0]["source_row"] == CASES["held twice"][0][2]["source_row"]


def test_another_period_is_no_work(opened: dict[str, list[Row]]) -> None:
    assert not any(row["needs_work"] for found in opened.values() for row in found if row["class"] == "other_period")


def test_totals_are_conserved(outcome: Any) -> None:
    statement = rows(outcome.statement)
    assert {row["side"] for row in statement} == {"left", "right"}
    for row in statement:
        assert row["total"] == row["matched"] + row["difference"] + row["open"]


def test_the_past_is_told_as_it_was() -> None:
    """On the 8th the refund of the 9th is not made, and on the 31st yesterday's order is overdue."""
    line = sold("A", 100, **{**EARLY, "refunded_at": at(9)})
    late = sold("B", 5, business_date=day(6), paid_at=at(6))
    given = [line, erp("A", 100), late, erp("C", 1, business_date=day(7)), sold("C", 1, business_date=day(7))]
    found = {row["order_no"]: row["class"] for row in rows(run(ORDER_ERP, given, as_of=day(7)).open)}
    assert found == {"B": "not_due"}
    found = {row["order_no"]: row["class"] for row in rows(run(ORDER_ERP, given).open)}
    assert found == {"A": "unexpected_settlement", "B": "missing_right"}


def test_a_book_without_an_order_system_has_nothing_to_say() -> None:
    outcome = run(ORDER_ERP, [sold("A", 100)])
    assert (rows(outcome.links), rows(outcome.open), rows(outcome.statement)) == ([], [], [])


def test_a_match_whose_order_system_file_was_undone_is_shown_in_conflict() -> None:
    one = sold("A", 100)
    match = ManualMatch("m", "order-erp", (Member("left", one["record_key"], Decimal(100), Decimal(100)),))
    outcome = run(ORDER_ERP, [one], decisions=Decisions(matches=(match,)))
    assert [json.loads(row["evidence"])["code"] for row in rows(outcome.links)] == ["conflict"]
