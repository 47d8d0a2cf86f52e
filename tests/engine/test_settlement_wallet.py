"""settlement-wallet: by which number settled money is found in the wallet, what waits, and what is no settlement."""

from __future__ import annotations

from typing import Any

from huikuan.recons.settlement_wallet import SETTLEMENT_WALLET
from huikuan.records.rules import Account, Rules, SettlementRule
from tests.engine.build import Row, classes, day, groups, moved, rows, run, settled

BILL, LEDGER = {"document_id": "bill"}, {"document_id": "ledger"}


def paid(order_no: str | None, amount: str | int, type_: str = "sale", **fields: Any) -> Row:
    return settled(order_no, amount, type_, **{**BILL, **fields})


def booked(amount: str | int, movement: str = "", **fields: Any) -> Row:
    return moved(amount, movement, **{**LEDGER, **fields})


def found(*records: Row, rules: Rules | None = None, **settings: Any) -> list[tuple[str, str, list[str], list[str]]]:
    return groups(run(SETTLEMENT_WALLET, records, rules, **settings))


def keys(*records: Row) -> list[str]:
    return sorted(row["record_key"] for row in records)


def test_a_bill_that_tells_both_kinds_agrees_line_by_line() -> None:
    settlement = [settled("A", 100, flow_no="1"), settled("A", -5, "commission", flow_no="2")]
    wallet = [moved(100, flow_no="1", order_no="A"), moved(-5, flow_no="2", order_no="A")]
    assert found(*settlement, *wallet) == [
        ("key", "matched", keys(settlement[0]), keys(wallet[0])),
        ("key", "matched", keys(settlement[1]), keys(wallet[1])),
    ]


def test_components_of_one_flow_add_up_to_its_movement() -> None:
    settlement = [settled("A", 100, flow_no="1"), settled("A", -5, "commission", flow_no="1")]
    wallet = moved(95, flow_no="1")
    assert found(*settlement, wallet) == [("key", "matched", keys(*settlement), keys(wallet))]


def test_a_wallet_that_books_an_order_net_of_its_fees_agrees_by_the_order() -> None:
    settlement = [paid("A", 100), paid("A", -5, "commission"), paid("A", -30, "refund"), paid("B", 7)]
    wallet = [booked(95, order_no="A"), booked(-30, order_no="A"), booked(7, order_no="B")]
    assert found(*settlement, *wallet) == [
        ("key", "matched", keys(*settlement[:3]), keys(*wallet[:2])),
        ("key", "matched", keys(settlement[3]), keys(wallet[2])),
    ]


def test_a_wallet_that_books_a_batch_agrees_by_the_batch_though_its_lines_name_orders() -> None:
    settlement = [paid("A", 100, batch="J1"), paid("B", 50, batch="J1"), paid("C", 9, batch="J2")]
    wallet = [booked(150, flow_no="J1"), booked(9, flow_no="J2"), booked(-3, flow_no="x", order_no="A")]
    assert found(*settlement, *wallet) == [
        ("key", "matched", keys(*settlement[:2]), keys(wallet[0])),
        ("key", "matched", keys(settlement[2]), keys(wallet[1])),
    ]


def test_a_refund_with_a_number_of_its_own_is_not_put_to_its_payment() -> None:
    """WeChat: the fund bill has the refund's number as trade and the payment's as flow."""
    settlement = [
        paid("A", 100, flow_no="T"), paid("A", -1, "payment_fee", flow_no="T"), paid("A", -40, "refund", flow_no="R"),
    ]  # fmt: skip
    wallet = [
        booked(100, flow_no="T", trade_no="T", order_no="A"), booked(-1, flow_no="T", trade_no="T", component="fee"),
        booked(-40, flow_no="T", trade_no="R", component="refund"),
    ]  # fmt: skip
    assert found(*settlement, *wallet) == [
        ("key", "matched", keys(settlement[2]), keys(wallet[2])),
        ("key", "matched", keys(*settlement[:2]), keys(*wallet[:2])),
    ]


def test_a_ledger_told_again_in_full_by_a_settlement_bill_meets_that_bill() -> None:
    """Kuaishou: the ledger's own settlement lines corroborate; its penalty is told by itself alone."""
    settlement = [paid("A", 100), paid("A", -5, "commission"), settled(None, -3, "penalty", flow_no="9", **LEDGER)]
    wallet = [booked(95, order_no="A", flow_no="8"), booked(-3, flow_no="9")]
    assert found(*settlement, *wallet) == [
        ("key", "matched", keys(settlement[2]), keys(wallet[1])),
        ("key", "matched", keys(*settlement[:2]), keys(wallet[0])),
    ]


def test_one_sum_for_a_day_agrees_where_no_number_is_shared() -> None:
    settlement = [paid("A", 100), paid("B", 50), paid("C", 9, business_date=day(11))]
    wallet = booked(150, business_date=day(11))
    assert found(*settlement, wallet) == [("batch", "matched", keys(*settlement[:2]), keys(wallet))]


def test_single_lines_are_never_matched_by_their_amount() -> None:
    assert found(paid("A", 100), booked(100)) == []


def test_an_order_booked_short_is_linked_with_its_difference() -> None:
    outcome = run(
        SETTLEMENT_WALLET, [paid("A", 100), booked("99.5", order_no="A"), paid("B", 1), booked(2, order_no="B")]
    )
    assert {group[1] for group in groups(outcome)} == {"difference"}
    found = {row["class"]: str(row["amount"]) for row in rows(outcome.open)}
    assert found == {"short": "0.50000", "over": "-1.00000"}


def test_settled_money_waits_for_its_shops_batch_day_and_grace() -> None:
    """Settled on Wednesday the 28th and Monday the 26th; each may take 3 days of grace, weekly to Fridays."""
    rules = Rules(accounts=(Account("W", "wallet", shops=("S",)),))
    records = [paid("A", 1, business_date=day(28)), paid("B", 1, business_date=day(26)), booked(5, order_no="C")]
    first, second, *_ = keys(records[0]) + keys(records[1])
    assert {k: v for k, v in classes(run(SETTLEMENT_WALLET, records, rules)).items() if k in (first, second)} == {
        first: "not_due",
        second: "missing_right",
    }
    weekly = Rules(settlement_rules=(SettlementRule("S", batch="weekly:5", grace=1),))
    told = classes(run(SETTLEMENT_WALLET, records, weekly))
    assert (told[first], told[second]) == ("not_due", "not_due")


def test_money_that_came_after_its_due_date_is_late() -> None:
    outcome = run(
        SETTLEMENT_WALLET, [paid("A", 10, business_date=day(5)), booked(10, order_no="A", business_date=day(20))]
    )
    assert {(row["status"], row["class"]) for row in rows(outcome.links)} == {("matched", "late")}


def test_a_movement_nobody_settled_needs_work_and_one_its_own_bill_calls_no_settlement_does_not() -> None:
    unsettled = booked(77, order_no="X")
    interest = moved(3, flow_no="i", document_id="both")
    given = [
        paid("A", 1),
        booked(1, order_no="A"),
        unsettled,
        interest,
        settled("B", 2, flow_no="b", document_id="both"),
    ]
    outcome = run(SETTLEMENT_WALLET, [*given, moved(2, flow_no="b", document_id="both")])
    assert classes(outcome) == {unsettled["record_key"]: "missing_left", interest["record_key"]: "not_operating"}
    assert {row["class"]: row["needs_work"] for row in rows(outcome.open)} == {
        "missing_left": True,
        "not_operating": False,
    }


def test_payouts_topups_transfers_and_deposits_are_not_compared_at_all() -> None:
    moves = [booked(-9, movement) for movement in ("payout", "payout_returned", "topup", "transfer", "deposit")]
    types = [paid(None, -9, type_) for type_ in ("payout", "transfer", "deposit")]
    outcome = run(SETTLEMENT_WALLET, [paid("A", 1), booked(1, order_no="A"), *moves, *types])
    assert (len(rows(outcome.links)), rows(outcome.open)) == (2, [])


def test_corroborating_lines_never_count() -> None:
    from huikuan.engine import Facts, reconcile
    from huikuan.records.decisions import Decisions
    from tests.engine import build

    told = build.facts(paid("A", 10), paid("A", 10, flow_no="again"), booked(10, order_no="A"))
    lines = told.table("settlement_line")
    tables = {**told.tables, "settlement_line": lines.mutate(corroborating=lines.flow_no == "again")}
    facts = Facts(told.backend, tables)
    sides = SETTLEMENT_WALLET.prepare(facts, Rules(), build.AS_OF)
    outcome = reconcile(told.backend, SETTLEMENT_WALLET, sides, Decisions(), build.AS_OF)
    assert [(status, len(left), len(right)) for _, status, left, right in groups(outcome)] == [("matched", 1, 1)]


def test_a_shop_without_a_wallet_expects_nothing() -> None:
    rules = Rules(accounts=(Account("W", "wallet", shops=("S",)), Account("Z", "wallet", shops=("T",))))
    elsewhere = paid("B", 50, account="Z", shop="T")
    outcome = run(SETTLEMENT_WALLET, [elsewhere, paid("A", 1), booked(1, order_no="A")], rules)
    assert (len(rows(outcome.links)), rows(outcome.open)) == (2, [])


def test_a_settlement_account_paid_straight_to_a_bank_is_not_compared() -> None:
    rules = Rules(accounts=(Account("W", "wallet", shops=("S",)), Account("amazon", "wallet", shops=("S",))))
    amazon = [paid("B", 50, account="amazon"), paid(None, -50, "payout", account="amazon")]
    outcome = run(SETTLEMENT_WALLET, [*amazon, paid("A", 1), booked(1, order_no="A")], rules)
    assert (len(rows(outcome.links)), rows(outcome.open)) == (2, [])


def test_a_bill_imported_under_an_account_of_its_own_is_looked_for_in_the_shops_wallets() -> None:
    """Douyin: one settlement bill of a shop whose money lands in several accounts."""
    rules = Rules(accounts=(Account("W", "wallet", shops=("S",)), Account("V", "wallet", shops=("S",))))
    settlement = [paid("A", 100, account="bill of S"), paid("B", 50, account="bill of S")]
    wallet = [booked(100, order_no="A"), booked(50, order_no="B", account="V")]
    assert found(*settlement, *wallet, rules=rules) == [
        ("key", "matched", keys(settlement[0]), keys(wallet[0])),
        ("key", "matched", keys(settlement[1]), keys(wallet[1])),
    ]


def test_wallets_of_other_shops_never_meet() -> None:
    rules = Rules(accounts=(Account("W", "wallet", shops=("S",)), Account("V", "wallet", shops=("T",))))
    given = [
        paid("A", 100),
        booked(1, order_no="B"),
        paid("C", 3, account="V", shop="T"),
        booked(100, order_no="A", account="V"),
    ]
    assert found(*given, rules=rules) == []


def test_currencies_never_meet() -> None:
    assert found(paid("A", 100), booked(100, order_no="A", currency="USD")) == []


def test_what_is_before_the_books_start_is_no_work() -> None:
    outcome = run(SETTLEMENT_WALLET, [paid("A", 1, business_date=day(1)), booked(2, order_no="B")], Rules(start=day(5)))
    assert sorted(classes(outcome).values()) == ["missing_left", "other_period"]


def test_later_movements_do_not_exist() -> None:
    given = [
        paid("A", 10, business_date=day(5)),
        booked(10, order_no="A", business_date=day(7)),
        booked(1, order_no="B", business_date=day(5)),
    ]
    assert (len(found(*given)), len(found(*given, as_of=day(6)))) == (1, 0)


def test_totals_are_conserved() -> None:
    given = [
        paid("A", 100),
        paid("A", -5, "commission"),
        booked(94, order_no="A"),
        booked(3),
        paid(None, -2, "penalty"),
    ]
    for row in rows(run(SETTLEMENT_WALLET, given).statement):
        assert row["total"] == row["matched"] + row["difference"] + row["open"]
