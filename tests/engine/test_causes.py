"""Why something is open: the cause of each kind of item, at the edges of its rule, with its evidence."""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from huikuan.engine import Outcome
from huikuan.insight.words import CAUSES as CAUSE_WORDS
from huikuan.insight.words import because
from huikuan.recons.balance import BALANCE
from huikuan.recons.order_settlement import ORDER_SETTLEMENT
from huikuan.recons.payout_bank import PAYOUT_BANK
from huikuan.recons.settlement_wallet import SETTLEMENT_WALLET
from huikuan.records.codes import CAUSES, DIFFERENCE_REASONS, UNKNOWN_CAUSE
from huikuan.records.rules import Account, Rules, SettlementRule
from tests.engine.build import banked, day, erp, money, moved, order, record, rows, run, settled

RULES = Rules(
    accounts=(Account("W", "wallet", shops=("S",)),), settlement_rules=(SettlementRule("S", days=7),), start=day(2)
)
SHIPPED, REFUNDED = datetime(2026, 10, 6, 4), datetime(2026, 10, 8, 4)


def at(number: int) -> datetime:
    return datetime(2026, 10, number, 4)


def told(outcome: Outcome) -> dict[str, str]:
    """Cause by order number, or by record key where there is none."""
    return {row["order_no"] or row["record_key"]: row["cause"] for row in rows(outcome.open)}


def causes(*records: dict[str, Any], **settings: Any) -> dict[str, str]:
    return told(run(ORDER_SETTLEMENT, records, RULES, **settings))


def sentences(*records: dict[str, Any]) -> list[str]:
    return sorted(because(row["cause_evidence"]) for row in rows(run(ORDER_SETTLEMENT, records, RULES).open))


def test_every_cause_has_a_word() -> None:
    assert set(CAUSE_WORDS) == {*CAUSES, *DIFFERENCE_REASONS}


def test_not_due_overdue_and_of_another_period() -> None:
    records = [
        order("A", 60, received_at=at(14)), order("B", 60), order("C", 60, received_at=at(7)),
        order("D", 60, business_date=day(1)),
    ]  # fmt: skip
    # A is due on the 26th, C on the 19th (a week, two bank days over a weekend, three of grace)
    assert causes(*records, as_of=day(26)) == {"A": "c-T1", "B": "c-T1", "C": "c-O1", "D": "c-T4"}
    (evidence,) = (row["cause_evidence"] for row in rows(run(ORDER_SETTLEMENT, records[:1], RULES, day(26)).open))
    assert json.loads(evidence) == {"code": "cause_not_due", "due": "2026-10-26"}


def test_an_order_of_which_only_a_fee_came_has_the_cause_of_one_without() -> None:
    records = [order("A", 60, received_at=at(1)), settled("A", -1, "freight_insurance")]
    assert causes(*records) == {"A": "c-O1"}


def test_rounding_holds_up_to_five_hundredths_and_no_more() -> None:
    records = [order("A", "60.05"), settled("A", 60), order("B", "60.06"), settled("B", 60)]
    over = [order("C", 60), settled("C", "60.05"), order("D", 60), settled("D", "60.06")]
    assert causes(*records, *over) == {"A": "c-D3", "B": "c-P1", "C": "c-D3", "D": UNKNOWN_CAUSE}


def test_a_part_that_came_is_settled_in_part() -> None:
    records = [order("A", 100), settled("A", 95), order("B", 100), settled("B", -5, "subsidy"), settled("B", 1)]
    outcome = run(ORDER_SETTLEMENT, records, RULES)
    assert told(outcome) == {"A": "c-P1", "B": UNKNOWN_CAUSE}
    assert {because(row["cause_evidence"]) for row in rows(outcome.open)} == {
        "Of 100.00, 95.00 was settled so far.",
        "Nothing that was imported explains it.",
    }


@pytest.mark.parametrize(
    ("shipped", "refunded", "cause"),
    [
        (SHIPPED, REFUNDED, "c-R2"),
        (SHIPPED, SHIPPED, "c-R2"),
        (REFUNDED, SHIPPED, "c-R1"),
        (None, REFUNDED, "c-R1"),
        (SHIPPED, None, "c-R2"),
    ],
)
def test_a_refund_missing_in_the_bill_is_before_or_after_shipping(shipped: Any, refunded: Any, cause: str) -> None:
    other = order("Z", 1, shipped_at=SHIPPED)
    line = order("A", 60, refunded=20, shipped_at=shipped, refunded_at=refunded)
    assert causes(line, settled("A", 60), other, settled("Z", 1)) == {"A": cause}


def test_a_file_that_tells_no_shipping_does_not_say_that_nothing_was_shipped() -> None:
    assert causes(order("A", 60, refunded=20, refunded_at=REFUNDED), settled("A", 60)) == {"A": UNKNOWN_CAUSE}


def test_a_refund_that_only_the_bill_tells() -> None:
    part = [order("A", 60, shipped_at=SHIPPED), settled("A", 60), settled("A", -20, "refund")]
    whole = [order("B", 60, shipped_at=SHIPPED), settled("B", 60), settled("B", -60, "refund")]
    unsent = [order("C", 60), settled("C", 60), settled("C", -60, "refund")]
    assert causes(*part, *whole, *unsent) == {"A": "c-R5", "B": "c-R2", "C": "c-R1"}


def test_goods_back_without_a_refund_and_a_refund_without_goods() -> None:
    """What the return lines tell goes before the shipping: c-R4, c-R3; an order system may call the shop otherwise."""

    def refunded(number: str) -> list[Any]:
        return [order(number, 60, refunded=20, shipped_at=SHIPPED, refunded_at=REFUNDED), settled(number, 60)]

    def claim(number: str, **fields: Any) -> Any:
        told = {
            "shop": "S",
            "return_no": f"R{number}",
            "sku": "x",
            "order_no": number,
            "business_date": day(8),
            **fields,
        }
        return record("return_line", told)

    old, new = datetime(2026, 10, 8), datetime(2026, 10, 20)
    whole = [order("W", 60, shipped_at=SHIPPED), settled("W", 60), settled("W", -60, "refund")]
    records = [
        *refunded("A"), claim("A", goods_back=True, qty_received=Decimal(1)),
        *refunded("B"), claim("B", goods_back=False, shop="called otherwise"),
        *refunded("C"), claim("C", goods_back=True, requested_at=old),  # nothing sent for three weeks
        *refunded("D"), claim("D", goods_back=True, requested_at=new),
        *refunded("E"), claim("E", goods_back=True, requested_at=old, tracking_no="SF1"),
        *refunded("F"), claim("F", goods_back=True, received_at=datetime(2026, 11, 2)),  # after the day
        *refunded("G"), claim("G", goods_back=False, status="closed"),
        *whole, claim("W", goods_back=False),
    ]  # fmt: skip
    assert causes(*records) == {
        "A": "c-R4", "B": "c-R3", "C": "c-R3", "D": "c-R2", "E": "c-R2", "F": "c-R2", "G": "c-R2", "W": "c-R3",
    }  # fmt: skip


def test_a_bill_that_names_sub_orders_or_the_order_systems_numbers() -> None:
    """A sub-order's number is its order's: they meet, to the cent. The order system's number is told as what it is."""
    lines = [order("3100200300400500601", "10.01", f"310020030040050060{n}") for n in (2, 3)]
    bill = [settled("3100200300400500602", "10.01"), settled("3100200300400500603", "10.00")]
    own = [order("A", 60), erp("A", 60, erp_order_no="801001"), settled("801001", 60)]
    outcome = run(ORDER_SETTLEMENT, [*lines, *bill, *own], RULES)
    assert told(outcome) == {"3100200300400500601": "c-D3", "A": "c-T1", "801001": "c-D2"}
    linked = {row["record_key"]: row["residual"] for row in rows(outcome.links)}
    assert linked == dict.fromkeys((each["record_key"] for each in [*lines, *bill]), money("0.01"))


def test_a_refund_that_failed_comes_back() -> None:
    records = [order("A", 60), settled("A", 60), settled("A", 20, "refund", item="退款失败退票")]
    assert causes(*records) == {"A": "c-R6"}


def test_a_subsidy_that_the_order_does_not_count() -> None:
    line = [order("A", 60), settled("A", 60), settled("A", 5, "subsidy")]
    inside = [order("B", 60, platform_discount=5), settled("B", 65)]
    beside = [order("C", 60, platform_discount=5), settled("C", 64)]
    due = [order("D", 60, platform_borne=5, platform_discount=5), settled("D", 60)]
    assert causes(*line, *inside, *beside, *due) == {"A": "c-S1", "B": "c-S1", "C": UNKNOWN_CAUSE, "D": "c-S1"}
    assert sentences(*inside) == [
        "The platform's discount on this order is exactly 5.00, and the order does not count it."
    ]


def test_a_subsidy_taken_back() -> None:
    records = [order("A", 60), settled("A", 60), settled("A", -5, "subsidy", item="平台补贴扣回")]
    assert causes(*records) == {"A": "c-S2"}


def test_what_is_booked_twice() -> None:
    sale = [order("A", 60), settled("A", 60), settled("A", 60)]
    refund = [order("B", 60, refunded=20), settled("B", 60), settled("B", -20, "refund"), settled("B", -20, "refund")]
    fees = [settled("C", -3, "commission", occurred_at=at(10), item="x", flow_no=flow) for flow in ("F1", "F2")]
    assert causes(*sale, *refund, order("C", 60), settled("C", 60), *fees) == {"A": "c-P3", "B": "c-P3", "C": "c-P3"}


def test_numbers_missing_damaged_and_unknown() -> None:
    missing, damaged = settled(None, 5), settled(None, 6, key_state="damaged")
    found = causes(missing, damaged, settled("X", 7, business_date=day(5)), order("A", 1), settled("A", 1))
    assert found == {missing["record_key"]: "c-D1", damaged["record_key"]: "c-D1", "X": "c-D1"}


def test_a_line_up_to_two_days_beyond_the_orders_known_is_where_the_days_are_cut() -> None:
    known = [order(f"K{n}", 1, business_date=day(n)) for n in (8, 20)] + [settled("K8", 1), settled("K20", 1)]
    days = {5: "c-D1", 6: "c-T2", 7: "c-T2", 8: "c-D1", 20: "c-D1", 21: "c-T2", 22: "c-T2", 23: "c-D1"}
    lines = [settled(f"L{n}", 5, business_date=day(n)) for n in days]
    assert causes(*known, *lines) == {f"L{n}": cause for n, cause in days.items()}


def test_lines_without_an_order_by_their_words_and_kind() -> None:
    kinds = {
        "penalty": "c-F4", "compensation": "c-F4", "marketing": "c-F5", "freight_insurance": "c-F5",
        "service_fee": "c-F1", "tax": UNKNOWN_CAUSE, "adjustment": UNKNOWN_CAUSE,
    }  # fmt: skip
    words = {
        "结算重复扣款调账": "c-P3", "平台补贴扣回": "c-S2", "小额打款-补差价": "c-R5", "退款失败退票": "c-R6",
        "保证金退款": "c-P5",
    }  # fmt: skip
    lines = {type_: settled(None, -7, type_, key_state="none") for type_ in kinds}
    worded = {item: settled(None, 7, "adjustment", key_state="none", item=item) for item in words}
    subsidies = [settled(None, amount, "subsidy", key_state="none") for amount in (3, -3)]
    found = causes(*lines.values(), *worded.values(), *subsidies)
    assert {name: found[line["record_key"]] for name, line in lines.items()} == kinds
    assert {name: found[line["record_key"]] for name, line in worded.items()} == words
    assert [found[line["record_key"]] for line in subsidies] == ["c-S1", "c-S2"]


def test_the_same_number_in_another_currency() -> None:
    records = [order("A", 60), settled("A", "8.20", currency="USD"), order("B", 5, received_at=at(1))]
    outcome = run(ORDER_SETTLEMENT, records, RULES)
    found = {(row["order_no"], row["side"]): row["cause"] for row in rows(outcome.open)}
    assert found == {("A", "left"): "c-D4", ("A", "right"): "c-D4", ("B", "left"): "c-O1"}
    assert "The other side has this number in USD: 8.20." in sentences(*records)


def test_the_banks_own_words() -> None:
    memos = dict.fromkeys(("账户管理费", "结息", "bank fee october"), "c-W1")
    memos |= {"保证金退回": "c-P5", "代发工资": UNKNOWN_CAUSE}
    lines = {memo: banked(-9, text=memo, counterparty="Somebody Ltd") for memo in memos}
    outcome = run(PAYOUT_BANK, list(lines.values()))
    found = {row["record_key"]: row for row in rows(outcome.open)}
    assert {memo: found[line["record_key"]]["cause"] for memo, line in lines.items()} == memos
    evidence = found[lines["bank fee october"]["record_key"]]["cause_evidence"]
    assert because(evidence) == "The bank's text says “bank fee”."
    assert not any("Somebody" in row["cause_evidence"] for row in found.values())


def test_payouts_on_their_way_returned_and_missing() -> None:
    records = [
        moved(-50, "payout", payout_id="T", business_date=day(30)), moved(-60, "payout", payout_id="M"),
        moved(-70, "payout", payout_id="R"), moved(70, "payout_returned", payout_id="R", business_date=day(12)),
        banked(80, text="往来"), banked(-90, text="货款"),
    ]  # fmt: skip
    outcome = run(PAYOUT_BANK, records)
    assert sorted((row["class"], row["cause"]) for row in rows(outcome.open)) == [
        ("payout_in_transit", "c-T3"), ("payout_missing", "c-O1"), ("payout_returned", "c-P4"),
        ("payout_returned", "c-P4"), ("unidentified_payment", UNKNOWN_CAUSE), ("unidentified_receipt", "c-W2"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("paid", "came", "cause"),
    [
        (100, 50, "c-W1"),
        (100, "49.99", UNKNOWN_CAUSE),
        (10_000, 9_900, "c-W1"),
        (10_000, "9899.99", UNKNOWN_CAUSE),
        (100, "99.95", "c-D3"),
        (100, 101, UNKNOWN_CAUSE),
    ],
)
def test_a_payout_that_arrived_less_a_fee(paid: Any, came: Any, cause: str) -> None:
    payout = moved(-money(paid), "payout", payout_id="2026101000123")
    (row,) = rows(run(PAYOUT_BANK, [payout, banked(came, text="提现2026101000123")]).open)
    assert row["cause"] == cause


def test_a_balance_that_jumps_is_an_incomplete_file() -> None:
    records = [moved(10, balance=110, seq=1), moved(10, balance=130, seq=2)]
    (row,) = [row for row in rows(run(BALANCE, records).open) if not row["record_key"]]
    assert (row["class"], row["cause"]) == ("balance_break", "c-D5")
    assert because(row["cause_evidence"]) == "Before this line the balance jumps by -10.00."


def test_a_wallet_books_up_to_two_days_later() -> None:
    records = [
        settled("A", 60, flow_no="1", business_date=day(29)), settled("B", 60, flow_no="2", business_date=day(28)),
        settled("C", 5, flow_no="3"), moved(5, flow_no="3"), settled("D", 9, flow_no="5", document_id="both"),
        moved(9, flow_no="5", document_id="both"), moved(7, flow_no="4", item="保证金退款", document_id="both"),
    ]  # fmt: skip
    found = {row["order_no"]: (row["class"], row["cause"]) for row in rows(run(SETTLEMENT_WALLET, records, RULES).open)}
    assert found == {"A": ("not_due", "c-T2"), "B": ("not_due", "c-T1"), None: ("not_operating", "c-P5")}


def test_a_difference_with_a_wallet_is_one_movement_of_it_or_too_young() -> None:
    def trade(number: str, *wallet: dict[str, Any], late: int = 0, **fields: Any) -> list[dict[str, Any]]:
        fields = {"trade_no": number, **fields}
        bill = [settled(number, 60, document_id="bill", flow_no=number, trade_no=number)]
        bill += [settled(number, late, "refund", document_id="bill", flow_no=f"{number}r", **fields)] if late else []
        return [*bill, moved(60, document_id="funds", trade_no=number, item="交易"), *wallet]

    def also(number: str, amount: int, item: str) -> dict[str, Any]:
        return moved(amount, document_id="funds", trade_no=number, item=item)

    records = [
        *trade("1", also("1", 9, "退款失败退回")), *trade("2", also("2", -5, "商家赔付")),
        *trade("3", also("3", -1, "其它")),
        *trade("4", late=-20, business_date=day(30)), *trade("5", late=-20, business_date=day(20)),
        *trade("6", also("6", 60, "交易")),
    ]  # fmt: skip
    found = {row["order_no"]: row["cause"] for row in rows(run(SETTLEMENT_WALLET, records, RULES).open)}
    assert found == {"1": "c-R6", "2": "c-F4", "3": UNKNOWN_CAUSE, "4": "c-T2", "5": UNKNOWN_CAUSE, "6": "c-P3"}


def test_a_refund_that_came_back_is_told_by_its_sign() -> None:
    records = [order("A", 60, refunded=20), settled("A", 60), settled("A", -20, "refund"), settled("A", 20, "refund")]
    assert causes(*records) == {"A": "c-R6"}


def test_what_a_bank_charges_may_be_several() -> None:
    (row,) = rows(run(PAYOUT_BANK, [banked(-12, text="BANK CHARGES")], RULES).open)
    assert (row["class"], row["cause"]) == ("not_operating", "c-W1")
