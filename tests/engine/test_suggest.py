"""Pass 6: what is suggested, why, how decisions move it, and that nothing is scanned pairwise."""

from __future__ import annotations

import json
import time
from typing import Any

import numpy as np

from huikuan.engine import Outcome
from huikuan.engine.pass6_suggest import WEIGHTS, newton
from huikuan.recons.order_settlement import ORDER_SETTLEMENT
from huikuan.recons.payout_bank import PAYOUT_BANK
from huikuan.records.decisions import Decisions, ManualMatch, Member, NotThese
from tests.engine.build import banked, day, groups, money, order, rows, run, settled
from tests.engine.test_payout_bank import payout


def suggested(outcome: Outcome, record_key: str) -> dict[str, Any]:
    """What is suggested for a record: keys, likely, why; empty where nothing is."""
    (row,) = [row for row in rows(outcome.open) if row["record_key"] == record_key]
    return json.loads(row["suggestion"]) if row["suggestion"] else {}


def codes(found: dict[str, Any]) -> list[str]:
    return [reason["code"] for reason in found["why"][0]]


def test_a_settlement_without_order_is_suggested_by_its_payment_number() -> None:
    mine = order("4726000001554075297", 59, payment_no="2026092522001000001554075297")
    lines = [settled(None, 59, trade_no="2026092522001000001554075297"), settled(None, -1, "commission")]
    fee = settled(None, -2, "commission", trade_no="2026092522001000001554075297")
    outcome = run(ORDER_SETTLEMENT, [order("4726000001930881529", 59), mine, *lines, fee])
    assert groups(outcome) == []
    found = suggested(outcome, lines[0]["record_key"])
    assert found["keys"][0] == mine["record_key"]
    assert codes(found) == ["suggest.number", "suggest.amount", "suggest.days", "suggest.rivals"]
    assert suggested(outcome, mine["record_key"])["keys"][0] in (lines[0]["record_key"], fee["record_key"])
    assert suggested(outcome, fee["record_key"])["keys"][0] == mine["record_key"]
    assert suggested(outcome, lines[1]["record_key"]) == {}


def test_a_mistyped_order_number_is_suggested_with_its_edits() -> None:
    mine = [order("2026092522001300000137102765", 40), order("2026092522001300000137102765", 19, line_no="2")]
    line = settled("2026092522001300000137102756", 59)
    outcome = run(ORDER_SETTLEMENT, [*mine, order("2026092522001399999999999999", 59), line])
    found = suggested(outcome, line["record_key"])
    assert found["keys"][0] == min(row["record_key"] for row in mine)
    assert found["why"][0][:2] == [{"code": "suggest.near_number", "edits": 2}, {"code": "suggest.amount"}]
    assert {suggested(outcome, row["record_key"])["keys"][0] for row in mine} == {line["record_key"]}


def test_a_receipt_less_a_fee_is_suggested() -> None:
    line = banked("98.50", business_date=day(11))
    found = suggested(run(PAYOUT_BANK, [payout(100, 10, "A"), payout(250, 10, "B"), line]), line["record_key"])
    assert found["keys"] == ["payout:W/A"]
    assert found["why"][0][0] == {"code": "suggest.near_amount", "difference": "1.5"}


def test_at_most_three_are_suggested_and_never_what_was_taken_apart() -> None:
    line = banked(100, business_date=day(14))
    payouts = [payout(100, 10 + n, f"P{n}") for n in range(5)]
    outcome = run(PAYOUT_BANK, [*payouts, line])
    assert len(suggested(outcome, line["record_key"])["keys"]) == 3
    apart = Decisions(not_these=(NotThese("payout-bank", ("payout:W/P4", line["record_key"])),))
    assert "payout:W/P4" in suggested(outcome, line["record_key"])["keys"]
    again = run(PAYOUT_BANK, [*payouts, line], decisions=apart)
    assert "payout:W/P4" not in suggested(again, line["record_key"])["keys"]


def test_decisions_move_how_likely_others_are() -> None:
    less = [(payout(100 + n, 10, f"A{n}"), banked(f"{98 + n}.00", business_date=day(11))) for n in range(0, 60, 10)]
    given = [row for pair in less for row in pair]
    asked = less[-1][1]["record_key"]
    before = float(suggested(run(PAYOUT_BANK, given), asked)["likely"][0])
    matches = tuple(
        ManualMatch(f"m{n}", "payout-bank", (
            Member("left", f"payout:W/A{n * 10}", money(100 + n * 10), money(100 + n * 10)),
            Member("right", line["record_key"], line["amount"], line["amount"]),
        ))
        for n, (_, line) in enumerate(less[:-1])
    )  # fmt: skip
    after = suggested(run(PAYOUT_BANK, given, decisions=Decisions(matches=matches)), asked)
    assert float(after["likely"][0]) > before


def test_newton_finds_the_weights_that_made_the_truth() -> None:
    random = np.random.default_rng(1)
    x = np.column_stack([np.ones(20_000), random.normal(size=20_000)])
    y = (random.random(20_000) < 1 / (1 + np.exp(-(x @ np.array([-1.0, 2.0]))))).astype(float)
    assert np.allclose(newton(x, y, np.zeros(2)), [-1, 2], atol=0.1)
    assert np.allclose(newton(x[:0], y[:0], np.array(list(WEIGHTS.values())[:2])), list(WEIGHTS.values())[:2])


def test_equal_amounts_in_great_numbers_are_not_scanned_pairwise() -> None:
    payouts = [payout(100, 1 + n % 28, f"P{n}") for n in range(3000)]
    lines = [banked(100, business_date=day(1 + n % 28)) for n in range(2000)]
    started = time.process_time()
    outcome = run(PAYOUT_BANK, [*payouts, *lines])
    assert len(rows(outcome.open)) == 5000
    assert time.process_time() - started < 20
