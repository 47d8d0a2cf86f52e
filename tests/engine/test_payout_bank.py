"""payout-bank: each pass, what is in transit, what came back, and whose money a receipt is."""

from __future__ import annotations

import json
from typing import Any

import pytest

from huikuan.recons.payout_bank import PAYOUT_BANK
from huikuan.records.rules import Account, Rules
from tests.engine.build import banked, classes, day, groups, moved, rows, run


def payout(amount: int | str, number: int, payout_id: str, **fields: Any) -> dict[str, Any]:
    return moved(f"-{amount}", "payout", payout_id=payout_id, business_date=day(number), **fields)


def test_payout_named_as_the_banks_reference_is_matched_by_key() -> None:
    line = banked(100, reference="P1", business_date=day(20))
    outcome = run(PAYOUT_BANK, [payout(100, 10, "P1"), line])
    assert groups(outcome) == [("key", "matched", ["payout:W/P1"], [line["record_key"]])]


def test_payout_named_in_the_memo_is_matched_though_a_fee_is_missing() -> None:
    line = banked(98, text="支付宝提现2026101000123到账")
    outcome = run(PAYOUT_BANK, [payout(100, 10, "2026101000123"), line])
    assert groups(outcome) == [("reference", "difference", ["payout:W/2026101000123"], [line["record_key"]])]
    (residual,) = rows(outcome.open)
    assert (residual["class"], str(residual["amount"]), residual["record_key"]) == ("short", "2.00000", "")


def test_only_candidates_of_each_other_are_matched_by_amount() -> None:
    line = banked("123.45", business_date=day(12))
    outcome = run(PAYOUT_BANK, [payout("123.45", 10, "A"), line])
    assert groups(outcome) == [("amount", "matched", ["payout:W/A"], [line["record_key"]])]


def test_ambiguous_amounts_stay_open_with_suggestions() -> None:
    line = banked(100, business_date=day(12))
    outcome = run(PAYOUT_BANK, [payout(100, 10, "A"), payout(100, 11, "B"), line])
    assert groups(outcome) == []
    (receipt,) = [row for row in rows(outcome.open) if row["side"] == "right"]
    assert json.loads(receipt["suggestion"])["keys"] == ["payout:W/B", "payout:W/A"]


def test_the_window_counts_its_last_day_and_no_more() -> None:
    inside = run(PAYOUT_BANK, [payout(100, 10, "A"), banked(100, business_date=day(15))])
    outside = run(PAYOUT_BANK, [payout(100, 10, "A"), banked(100, business_date=day(16))])
    assert (len(groups(inside)), len(groups(outside))) == (1, 0)


def test_money_goes_only_where_the_wallet_pays_into() -> None:
    rules = Rules(accounts=(Account("W", "wallet", pays_into=("B",)), Account("V", "wallet", pays_into=("C",))))
    one, other = banked(100, account="B"), banked(100, account="C")
    outcome = run(PAYOUT_BANK, [payout(100, 10, "A"), payout(100, 10, "A", account="V"), one, other], rules)
    assert groups(outcome) == [
        ("amount", "matched", ["payout:V/A"], [other["record_key"]]),
        ("amount", "matched", ["payout:W/A"], [one["record_key"]]),
    ]


def test_currencies_never_meet() -> None:
    outcome = run(PAYOUT_BANK, [payout(100, 10, "P1"), banked(100, currency="USD", reference="P1")])
    assert groups(outcome) == []


def test_two_payouts_of_a_day_arriving_as_one_line_are_a_batch() -> None:
    line = banked(300)
    outcome = run(PAYOUT_BANK, [payout(100, 10, "A"), payout(200, 10, "B"), payout(77, 12, "C"), line])
    assert groups(outcome) == [("batch", "matched", ["payout:W/A", "payout:W/B"], [line["record_key"]])]


def test_a_day_is_doubtful_where_another_run_adds_up_to_the_same() -> None:
    """Yesterday's 100 and the first of today's, or both of today's?"""
    given = [payout(100, 9, "X"), payout(200, 10, "A"), payout(100, 10, "B"), banked(300)]
    assert groups(run(PAYOUT_BANK, given)) == []


def test_a_run_of_payouts_over_several_days_is_a_batch() -> None:
    line = banked(300, business_date=day(12))
    given = [payout(50, 9, "X"), payout(100, 10, "A"), payout(200, 11, "B"), payout(77, 12, "C"), line]
    assert groups(run(PAYOUT_BANK, given)) == [("batch", "matched", ["payout:W/A", "payout:W/B"], [line["record_key"]])]


def test_thirteen_equal_amounts_in_five_days_match_as_one_group() -> None:
    payouts = [payout(500, 10 + n % 5, f"P{n}") for n in range(13)]
    lines = [banked(500, business_date=day(11 + n % 5)) for n in range(13)]
    ((one, status, left, right),) = groups(run(PAYOUT_BANK, payouts + lines))
    assert (one, status, len(left), len(right)) == ("amount", "matched", 13, 13)


def test_twelve_receipts_for_thirteen_equal_payouts_are_not_guessed() -> None:
    payouts = [payout(500, 10 + n % 5, f"P{n}") for n in range(13)]
    lines = [banked(500, business_date=day(11 + n % 5)) for n in range(12)]
    outcome = run(PAYOUT_BANK, payouts + lines)
    assert groups(outcome) == []
    assert len(rows(outcome.open)) == 25


def test_a_payout_is_in_transit_until_its_bank_days_have_passed() -> None:
    given = [payout(100, 29, "A"), payout(200, 28, "B")]  # due Monday 2 November, Friday 30 October
    assert classes(run(PAYOUT_BANK, given)) == {"payout:W/A": "payout_in_transit", "payout:W/B": "payout_missing"}


def test_a_returned_payout_and_its_return_are_open_as_returned() -> None:
    back = moved(100, "payout_returned", business_date=day(12))
    again = banked(100, business_date=day(15))
    outcome = run(PAYOUT_BANK, [payout(100, 10, "A"), back, payout(100, 13, "B"), again])
    assert classes(outcome) == {"payout:W/A": "payout_returned", back["record_key"]: "payout_returned"}
    assert groups(outcome) == [("amount", "matched", ["payout:W/B"], [again["record_key"]])]


def test_bank_lines_nobody_paid_out_are_named() -> None:
    lines = {
        "not_operating": banked(-5000, text="10月工资"),
        "unidentified_receipt": banked(77, text="货款"),
        "unidentified_payment": banked(-78, text="货款"),
    }
    moves = [banked(-900, account="B"), banked(900, account="C", business_date=day(12))]
    found = classes(run(PAYOUT_BANK, [*lines.values(), *moves]))
    assert found == {row["record_key"]: name for name, row in lines.items()} | {
        row["record_key"]: "own_transfer" for row in moves
    }


def test_a_settlement_batch_paid_to_a_bank_is_a_payout() -> None:
    from tests.engine.build import settled

    batch = settled(None, -250, "payout", account="amazon", batch="17", key_state="none")
    line = banked(250)
    assert groups(run(PAYOUT_BANK, [batch, line])) == [
        ("amount", "matched", ["payout:amazon/17"], [line["record_key"]])
    ]


def test_a_batch_named_by_its_day_is_not_named_by_texts_of_that_day() -> None:
    from tests.engine.build import settled

    batch = settled(None, -250, "payout", account="shopify", batch="2026-01-10", key_state="none")
    lines = [banked(250, text="2026-01-10 A"), banked(9900, text="2026-01-10 B")]
    outcome = run(PAYOUT_BANK, [batch, *lines])
    assert groups(outcome) == [("amount", "matched", ["payout:shopify/2026-01-10"], [lines[0]["record_key"]])]


def test_totals_are_conserved() -> None:
    given = [payout(100, 10, "A"), payout(55, 29, "B"), banked(100), banked(-3, text="手续费"), banked(9)]
    for row in rows(run(PAYOUT_BANK, given).statement):
        assert row["total"] == row["matched"] + row["difference"] + row["open"]


def test_a_payout_that_arrives_after_its_bank_days_is_late() -> None:
    # paid out on Friday the 9th; Saturday the 10th is a working day in China, so two business days end on the 12th
    records = [payout(100, 9, "P1"), banked(100, business_date=day(13)), payout(200, 9, "P2")]
    outcome = run(PAYOUT_BANK, [*records, banked(200, business_date=day(12))])
    assert {(str(row["amount"]), row["class"]) for row in rows(outcome.links)} == {
        ("100.00000", "late"),
        ("200.00000", ""),
    }


def named_payouts(number: int) -> list[dict[str, Any]]:
    """So many payouts whose bank lines name them, all paid by one counterparty."""
    found = []
    for n in range(number):
        found += [
            payout(1_000 + n, 5, f"2026100500{n}"),
            banked(1_000 + n, text=f"payout 2026100500{n}", counterparty="Platform Ltd", business_date=day(6)),
        ]
    return found


def amount_groups(outcome: Any) -> list[Any]:
    return [group for group in groups(outcome) if group[0] == "amount"]


def test_a_strangers_equal_amount_is_no_payout_once_the_wallets_payers_are_known() -> None:
    stranger = banked(100, counterparty="Stranger", business_date=day(12))
    outcome = run(PAYOUT_BANK, [*named_payouts(3), payout(100, 10, "A"), stranger])
    assert amount_groups(outcome) == []
    assert classes(outcome)[stranger["record_key"]] == "unidentified_receipt"


def test_the_known_payers_line_is_taken_though_a_strangers_amount_is_equal() -> None:
    stranger = banked(100, counterparty="Stranger", business_date=day(12))
    paid = banked(100, counterparty="Platform Ltd", business_date=day(12))
    outcome = run(PAYOUT_BANK, [*named_payouts(3), payout(100, 10, "A"), stranger, paid])
    assert amount_groups(outcome) == [("amount", "matched", ["payout:W/A"], [paid["record_key"]])]


def test_a_line_that_names_nobody_and_a_wallet_whose_payers_are_hardly_known_meet_by_amount() -> None:
    nobody = banked(100, counterparty=" ", business_date=day(12))
    assert len(amount_groups(run(PAYOUT_BANK, [*named_payouts(3), payout(100, 10, "A"), nobody]))) == 1
    stranger = banked(100, counterparty="Stranger", business_date=day(12))
    assert len(amount_groups(run(PAYOUT_BANK, [*named_payouts(2), payout(100, 10, "A"), stranger]))) == 1
    other = payout(100, 10, "A", account="V")
    assert len(amount_groups(run(PAYOUT_BANK, [*named_payouts(3), other, stranger]))) == 1


@pytest.mark.parametrize(("speaking", "silent", "linked"), [(20, 0, False), (20, 1, True)])
def test_a_line_without_any_word_is_no_payout_where_nearly_all_others_speak(
    speaking: int, silent: int, linked: bool
) -> None:
    """By amount alone a silent stranger's sum would be a payout's: seen where the lost payout's wallet is told of."""
    told = [
        record
        for n in range(speaking + silent)
        for record in (
            moved(-(1_000 + n), "payout", payout_id=f"202610050{n:04}", business_date=day(5)),
            banked(1_000 + n, text=f"payout 202610050{n:04}" if n < speaking else None, business_date=day(6)),
        )
    ]
    lost, stranger = moved(-77, "payout", payout_id="LOST"), banked(77)
    found = run(PAYOUT_BANK, [*told, lost, stranger])
    assert (stranger["record_key"] not in classes(found)) == linked
    assert len(groups(found)) == speaking + (silent + 1) * linked


def test_known_payers_hinder_no_transfer_between_own_accounts() -> None:
    gone, came = banked("-70", account="B", business_date=day(12)), banked(70, account="C", business_date=day(12))
    for line in (gone, came):
        line["counterparty"] = "Ourselves"
    outcome = run(PAYOUT_BANK, [*named_payouts(3), payout(100, 10, "A"), gone, came])
    assert {classes(outcome)[line["record_key"]] for line in (gone, came)} == {"own_transfer"}


def test_who_pays_again_and_again_by_amount_is_a_payer_too() -> None:
    """Nothing is named: three payouts of one counterparty tell the payer, so that a stranger's sum stays open."""

    def paid(first: int, name: str, number: int = 3) -> list[dict[str, Any]]:
        sums = range(first, first + number)
        lines = [banked(sum_, counterparty=name, business_date=day(6)) for sum_ in sums]
        return [*(payout(sum_, 5, f"P{sum_}") for sum_ in sums), *lines]

    stranger = banked(100, counterparty="Stranger", business_date=day(12))
    waiting = payout(100, 10, "A")
    assert len(amount_groups(run(PAYOUT_BANK, [*paid(1_000, "Platform"), waiting, stranger]))) == 3
    assert len(amount_groups(run(PAYOUT_BANK, [*paid(1_000, "Platform", 1), waiting, stranger]))) == 2
    renamed = [*named_payouts(3), *paid(2_000, "Platform, formerly Platform Ltd")]
    assert len(amount_groups(run(PAYOUT_BANK, [*renamed, waiting, stranger]))) == 3
