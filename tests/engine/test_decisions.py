"""Pass 0: what people matched, split, excluded or took apart, and how it survives a new run."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from huikuan.engine import conservation, reconcile
from huikuan.recons.order_settlement import ORDER_SETTLEMENT
from huikuan.recons.payout_bank import PAYOUT_BANK
from huikuan.records.decisions import Decisions, Exclusion, ManualMatch, Member, NotThese
from huikuan.records.errors import InvariantError
from huikuan.records.rules import Rules
from tests.engine.build import AS_OF, Row, banked, classes, day, facts, groups, money, moved, order, rows, run, settled

NAME = "order-settlement"


def member(side: str, row: Row, amount: str | int | None = None, fact: str | int | None = None) -> Member:
    whole = row["paid"] if side == "left" else row["amount"]
    return Member(
        side, row["record_key"], whole if amount is None else money(amount), whole if fact is None else money(fact)
    )


def match(*members: Member, **fields: Any) -> Decisions:
    return Decisions(matches=(ManualMatch("G1", NAME, members, **fields),))


def test_a_manual_match_of_any_records_is_shown_and_taken_out() -> None:
    line, came = order("A", 60), settled("X", 60)
    outcome = run(
        ORDER_SETTLEMENT, [line, came], decisions=match(member("left", line), member("right", came), reason="same")
    )
    assert groups(outcome) == [("decision", "manual", [line["record_key"]], [came["record_key"]])]
    assert rows(outcome.open) == []
    assert {row["reason"] for row in rows(outcome.links)} == {"same"}


def test_it_dissolves_the_automatic_group_whose_other_records_are_open() -> None:
    line, own, other = order("A", 60), settled("A", 60), settled("X", 60)
    outcome = run(ORDER_SETTLEMENT, [line, own, other], decisions=match(member("left", line), member("right", other)))
    assert groups(outcome) == [("decision", "manual", [line["record_key"]], [other["record_key"]])]
    assert classes(outcome) == {own["record_key"]: "unexpected_settlement"}  # its order is known


def test_a_split_record_goes_on_with_its_rest() -> None:
    line, part, rest = order("A", 60), settled("X", 20), settled("A", 40)
    decisions = match(member("left", line, 20), member("right", part))
    outcome = run(ORDER_SETTLEMENT, [line, part, rest], decisions=decisions)
    assert [(one, status) for one, status, _left, _right in groups(outcome)] == [
        ("decision", "manual"),
        ("key", "matched"),
    ]
    shares = {(row["pass"], row["allocated"]) for row in rows(outcome.links) if row["side"] == "left"}
    assert shares == {("decision", money(20)), ("key", money(40))}


@pytest.mark.parametrize(
    ("fields", "status", "items"),
    [
        ({"difference_reason": "fee"}, "difference", [("short", False, "fee")]),
        ({}, "difference", [("short", True, "unknown")]),
        ({"difference_reason": "fee", "forced": True}, "forced", []),
    ],
)
def test_a_match_with_a_difference(fields: dict[str, Any], status: str, items: list[Any]) -> None:
    line, came = order("A", 60), settled("A", 58)
    outcome = run(
        ORDER_SETTLEMENT, [line, came], decisions=match(member("left", line), member("right", came), **fields)
    )
    assert {(row["status"], row["class"]) for row in rows(outcome.links)} == {(status, "short")}
    assert [(row["class"], row["needs_work"], row["cause"]) for row in rows(outcome.open)] == items


def test_a_changed_record_is_in_conflict_and_not_dropped() -> None:
    line, came = order("A", 60), settled("A", 60)
    outcome = run(
        ORDER_SETTLEMENT, [line, came], decisions=match(member("left", line, 50, 50), member("right", came, 50, 50))
    )
    told = {(row["side"], row["status"], row["evidence"]) for row in rows(outcome.links) if row["pass"] == "decision"}
    changed = '{"code": "conflict", "why": "changed"}'
    assert told == {("left", "manual", changed), ("right", "manual", changed)}
    assert sum(row["amount"] for row in rows(outcome.statement.select(amount="total"))) == Decimal(120)


def test_a_record_that_is_gone_is_shown_in_conflict() -> None:
    line = order("A", 60)
    gone = Member("right", "settlement_line:W/gone/sale/0", money(60), money(60))
    outcome = run(ORDER_SETTLEMENT, [line], decisions=match(member("left", line), gone))
    shown = {row["record_key"]: (row["amount"], row["evidence"]) for row in rows(outcome.links)}
    assert shown[gone.record_key] == (money(0), '{"code": "conflict", "why": "gone"}')
    assert [(row["class"], row["amount"], row["needs_work"]) for row in rows(outcome.open)] == [
        ("short", money(60), True)
    ]


def test_records_taken_apart_stay_apart() -> None:
    line, came = order("A", 60), settled("A", 60)
    apart = Decisions(not_these=(NotThese(NAME, (line["record_key"], came["record_key"])),))
    outcome = run(ORDER_SETTLEMENT, [line, came], decisions=apart)
    assert groups(outcome) == []
    assert classes(outcome) == {line["record_key"]: "not_due", came["record_key"]: "unexpected_settlement"}


def test_payouts_taken_apart_find_their_other_partner() -> None:
    out = moved(-100, "payout", payout_id="P", business_date=day(10))
    wrong, right = banked(100, business_date=day(11)), banked(100, business_date=day(12))
    apart = Decisions(not_these=(NotThese("payout-bank", ("payout:W/P", wrong["record_key"])),))
    assert groups(run(PAYOUT_BANK, [out, wrong, right])) == []
    assert groups(run(PAYOUT_BANK, [out, wrong, right], decisions=apart)) == [
        ("amount", "matched", ["payout:W/P"], [right["record_key"]])
    ]


def test_an_excluded_record_takes_no_part_and_is_still_counted() -> None:
    line, came = order("A", 60), settled("X", 5)
    decisions = Decisions(exclusions=(Exclusion(came["record_key"], "", "test money"),))
    outcome = run(ORDER_SETTLEMENT, [line, came], decisions=decisions)
    (link,) = rows(outcome.links)
    assert (link["status"], link["pass"], link["reason"]) == ("manual", "decision", "test money")
    assert [row["matched"] for row in rows(outcome.statement) if row["side"] == "right"] == [Decimal(5)]


def test_a_result_that_does_not_add_up_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    told = facts(order("A", 60), settled("A", 60))
    sides = ORDER_SETTLEMENT.prepare(told, Rules(), AS_OF)
    honest = conservation.placed
    monkeypatch.setattr(conservation, "placed", lambda links, open_: honest(links.filter(links.side == "left"), open_))
    with pytest.raises(InvariantError) as refused:
        reconcile(told.backend, ORDER_SETTLEMENT, sides, Decisions(), AS_OF)
    assert (refused.value.code, refused.value.params["side"]) == ("engine.not_conserved", "right")


def test_files_written_hold_the_same_rows(tmp_path: Any) -> None:
    told = facts(order("A", 60), settled("A", 60), settled("B", 1))
    sides = ORDER_SETTLEMENT.prepare(told, Rules(), AS_OF)
    outcome = reconcile(told.backend, ORDER_SETTLEMENT, sides, Decisions(), AS_OF, folder=tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["links.parquet", "open.parquet", "seen.parquet"]
    assert (len(rows(outcome.links)), len(rows(outcome.open))) == (2, 1)
    assert outcome.files["links"] == tmp_path / "links.parquet"
