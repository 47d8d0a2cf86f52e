"""balance: chains of running balances, what breaks them, and what cannot be proved."""

from __future__ import annotations

import random
from decimal import Decimal
from typing import Any

from huikuan.recons.balance import BALANCE
from huikuan.records.rules import Rules
from tests.engine.build import banked, day, money, rows, run


def chain(amounts: list[int], opening: int = 1000, account: str = "B", **fields: Any) -> list[dict[str, Any]]:
    """Lines of an account, two a day, with their running balance."""
    lines, balance = [], opening
    for number, amount in enumerate(amounts):
        balance += amount
        lines.append(
            banked(amount, balance=balance, seq=number, account=account, business_date=day(1 + number // 2), **fields)
        )
    return lines


def found(lines: list[dict[str, Any]], rules: Rules | None = None) -> list[tuple[str, int, Decimal]]:
    outcome = run(BALANCE, lines, rules)
    return sorted((row["class"], row["source_row"], row["amount"]) for row in rows(outcome.open))


def test_a_complete_account_agrees() -> None:
    lines = chain([5, -3, 7, 7, -20])
    outcome = run(BALANCE, lines)
    assert rows(outcome.open) == []
    (left, right) = rows(outcome.statement)
    assert (left["total"], right["total"]) == (Decimal(996), Decimal(996))


def test_the_order_of_lines_and_documents_does_not_matter() -> None:
    lines = chain([5, -3, 7, 7, -20, 1, 1, 1])
    random.Random(1).shuffle(lines)
    for line in lines:
        line["document_id"] = f"doc{line['source_row'] % 3}"
    assert found(lines) == []


def test_a_missing_line_is_named_at_the_line_after_it() -> None:
    lines = chain([5, -3, 7, 8, -20])
    after = lines[3]["source_row"]
    assert found(lines[:2] + lines[3:]) == [("balance_break", after, money(-7))]


def test_a_doubled_line_is_a_possible_duplicate() -> None:
    lines = chain([5, -3, 7, 8, -20])
    twin = dict(lines[2], record_key="bank_line:B/twin/0", source_row=999_999_999, document_id="other")
    ((class_, row, amount),) = found([*lines, twin])
    assert (class_, amount) == ("possible_duplicate", money(7))
    assert row in (lines[2]["source_row"], twin["source_row"])


def test_a_gap_is_found_where_the_balance_ends_as_it_began() -> None:
    lines = chain([100, -60, -40], opening=0)
    assert found([lines[0], lines[2]]) == [("balance_break", lines[2]["source_row"], money(60))]


def test_two_gaps_are_two_rows() -> None:
    lines = chain([1, 2, 3, 4, 5, 6, 7])
    kept = [lines[n] for n in (0, 1, 3, 4, 6)]
    assert found(kept) == [
        ("balance_break", lines[3]["source_row"], money(-3)),
        ("balance_break", lines[6]["source_row"], money(-6)),
    ]


def test_balances_absent_from_some_lines_are_no_break() -> None:
    lines = chain([5, -3, 7, 8, -20, 2])
    for number in (0, 2, 3):
        lines[number]["balance"] = None
    assert found(lines) == []


def test_an_account_without_balances_is_unproved_and_no_work() -> None:
    lines = [dict(line, balance=None) for line in chain([5, -3, 7])]
    (row,) = rows(run(BALANCE, lines).open)
    assert (row["class"], row["needs_work"], row["amount"]) == ("unknown", False, money(9))


def test_the_opening_balance_of_the_rules_is_held_against_the_first_line() -> None:
    lines = chain([5, -3, 7])
    assert found(lines, Rules(opening_balances={"B": Decimal(1000)})) == []
    wrong = found(lines, Rules(opening_balances={"B": Decimal(990)}))
    assert wrong == [("balance_break", lines[0]["source_row"], money(-10))]


def test_accounts_and_currencies_are_proved_apart() -> None:
    good, broken = chain([5, 6, 7], account="A"), chain([5, 6, 7], account="C")
    foreign = chain([50, 60], account="C", currency="USD")
    assert found([*good, broken[0], broken[2], *foreign]) == [("balance_break", broken[2]["source_row"], money(-6))]
