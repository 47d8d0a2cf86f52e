"""order-settlement: what an order should bring as of a day, what came, and what each difference is called."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from huikuan.engine.model import LINKS, OPEN
from huikuan.recons.order_settlement import ORDER_SETTLEMENT
from huikuan.records.rules import Account, Rules, SettlementRule
from tests.engine.build import classes, day, groups, money, order, rows, run, settled

RULES = Rules(settlement_rules=(SettlementRule("S", days=7),))


def at(number: int, hour: int = 4, minute: int = 0) -> datetime:
    """A moment of October in UTC, as the lake keeps it."""
    return datetime.fromisoformat(f"2026-10-{number:02d}T{hour:02d}:{minute:02d}:00")


def found(*records: dict[str, Any], rules: Rules = RULES, **settings: Any) -> dict[str, str]:
    return classes(run(ORDER_SETTLEMENT, records, rules, **settings))


def test_lines_refunds_and_fees_of_an_order_are_one_group() -> None:
    lines = [order("A", 60, "1"), order("A", 40, "2", refunded=10, platform_borne=5)]
    came = [settled("A", 100), settled("A", 5, "subsidy"), settled("A", -10, "refund"), settled("A", -3, "commission")]
    ((one, status, left, right),) = groups(run(ORDER_SETTLEMENT, lines + came, RULES))
    assert (one, status, len(left), len(right)) == ("key", "matched", 2, 4)


def test_outputs_have_exactly_the_columns_and_types_of_the_contract() -> None:
    outcome = run(ORDER_SETTLEMENT, [order("A", 60), settled("A", 50), settled("B", 1)], RULES)
    for table, columns in ((outcome.links, LINKS), (outcome.open, OPEN)):
        told = {name: str(kind).replace("!", "") for name, kind in table.schema().items()}
        assert told == columns


def test_unpaid_and_cancelled_orders_owe_nothing() -> None:
    records = [
        order("A", 60, status="unpaid"),
        order("B", 60, status="cancelled"),
        order("C", 70, status="cancelled"),
        settled("C", 70),
    ]
    assert found(*records) == {"residual C": "unexpected_settlement"}


def test_an_order_known_by_its_header_only_has_no_lines() -> None:
    header = order("A", 0, line_no="") | {"paid": None}
    came = settled("A", 60)
    assert found(header, came) == {came["record_key"]: "missing_left"}


def test_not_due_before_the_grace_has_passed_and_missing_after() -> None:
    # received on the 14th + 7 days = 21st (Wednesday), + 2 bank days = 23rd, + 3 days of grace = 26th
    line = order("A", 60, received_at=at(14))
    assert found(line, as_of=day(26)) == {line["record_key"]: "not_due"}
    assert found(line, as_of=day(27)) == {line["record_key"]: "missing_right"}


def test_an_order_not_yet_received_is_not_due() -> None:
    line = order("A", 60, shipped_at=at(1))
    assert found(line) == {line["record_key"]: "not_due"}


def test_an_order_of_which_only_a_fee_came_waits_like_one_without() -> None:
    records = [
        order("A", 60, received_at=at(29)),
        settled("A", -1, "freight_insurance"),
        order("B", 60, received_at=at(1)),
        settled("B", -1, "freight_insurance"),
    ]
    assert found(*records) == {"residual A": "not_due", "residual B": "missing_right"}


def test_short_and_over() -> None:
    records = [order("A", 60), settled("A", 59), order("B", 60), settled("B", 61)]
    assert found(*records) == {"residual A": "short", "residual B": "over"}


def test_a_settlement_booked_twice_is_a_duplicate() -> None:
    first, second = settled("A", 60), settled("A", 60, business_date=day(12))
    (row,) = rows(run(ORDER_SETTLEMENT, [order("A", 60), first, second], RULES).open)
    assert (row["class"], row["amount"], row["source_row"]) == ("duplicate", money(-60), second["source_row"])


def test_a_fee_charged_twice_at_one_moment_is_a_duplicate_of_its_own() -> None:
    fees = [settled("A", -3, "commission", occurred_at=at(10), item="x", flow_no=flow) for flow in ("F1", "F2")]
    other = settled("A", -3, "commission", occurred_at=at(10), item="y", flow_no="F3")
    outcome = run(ORDER_SETTLEMENT, [order("A", 60), settled("A", 60), *fees, other], RULES)
    (row,) = rows(outcome.open)
    assert (row["class"], row["side"], row["amount"]) == ("duplicate", "right", money(-3))
    assert (row["record_key"], row["source_row"]) == ("", fees[1]["source_row"])
    assert {link["group_id"] for link in rows(outcome.links)} == {row["group_id"]}


def test_equal_fees_of_two_lines_are_no_duplicates() -> None:
    fees = [settled("A", -3, "commission", occurred_at=at(10), flow_no=flow) for flow in ("F1", "F2")]
    assert found(order("A", 30, "1"), order("A", 30, "2"), settled("A", 60), *fees) == {}


def test_equal_lines_of_an_order_are_no_duplicates() -> None:
    records = [order("A", 50, "1"), order("A", 50, "2", refunded=50), settled("A", 50), settled("A", 50)]
    assert found(*records) == {"residual A": "refund_missing"}


def test_refunds_missing_and_twice() -> None:
    missing = [order("A", 60, refunded=20), settled("A", 60)]
    twice = [order("B", 60, refunded=20), settled("B", 60), settled("B", -20, "refund"), settled("B", -20, "refund")]
    outcome = run(ORDER_SETTLEMENT, missing + twice, RULES)
    assert {(r["order_no"], r["class"], r["amount"]) for r in rows(outcome.open)} == {
        ("A", "refund_missing", money(-20)),
        ("B", "refund_twice", money(20)),
    }


def test_parts_of_a_difference_add_up_to_it() -> None:
    records = [order("A", 60, refunded=20), settled("A", 60), settled("A", 3, "subsidy")]
    outcome = run(ORDER_SETTLEMENT, records, RULES)
    parts = {row["class"]: row["amount"] for row in rows(outcome.open)}
    assert parts == {"refund_missing": money(-20), "over": money(-3)}
    assert {row["residual"] for row in rows(outcome.links)} == {sum(parts.values(), Decimal(0))}


def test_keys_missing_damaged_and_not_needed() -> None:
    missing, damaged = settled(None, 5), settled(None, 6, key_state="damaged")
    none = settled(None, -7, "marketing", key_state="none")
    assert found(missing, damaged, none) == {
        missing["record_key"]: "key_missing",
        damaged["record_key"]: "key_damaged",
        none["record_key"]: "not_operating",
    }


def test_an_order_number_that_a_person_filled_in_is_a_key() -> None:
    records = [order("A", 5), settled("A", 5, key_state="missing"), order("B", 6), settled("B", 6, key_state="damaged")]
    assert found(*records) == {}


def test_a_key_known_in_another_shop_only_is_called_so() -> None:
    line, came = order("A", 60, shop="T"), settled("A", 60, shop="S")
    assert found(line, came) == {line["record_key"]: "other_shop", came["record_key"]: "other_shop"}


def test_a_number_that_two_shops_have_is_matched_within_each() -> None:
    records = [order("A", 60), order("A", 70, shop="T"), settled("A", 60), settled("A", 70, shop="T")]
    outcome = run(ORDER_SETTLEMENT, records, RULES)
    assert rows(outcome.open) == []
    assert len(groups(outcome)) == 2


def test_currencies_of_one_order_are_never_added() -> None:
    line, came = order("A", 60), settled("A", 60, currency="USD")
    outcome = run(ORDER_SETTLEMENT, [line, came], RULES)
    assert groups(outcome) == []
    assert {(row["side"], row["currency"], row["total"]) for row in rows(outcome.statement)} == {
        ("left", "CNY", Decimal(60)),
        ("right", "USD", Decimal(60)),
    }


def test_movements_before_the_start_are_of_another_period() -> None:
    early, late = settled("Z", 5, business_date=day(1)), settled("Y", 5, business_date=day(3))
    rules = Rules(settlement_rules=RULES.settlement_rules, start=day(2))
    assert found(early, late, rules=rules) == {early["record_key"]: "other_period", late["record_key"]: "missing_left"}


def test_a_line_without_shop_takes_its_orders() -> None:
    rules = Rules(accounts=(Account("W", "wallet", shops=("S", "T")),), settlement_rules=RULES.settlement_rules)
    orders = [order("A", 60, shop="S"), order("B", 70, shop="T"), order("B", 70, shop="U"), order("C", 5, shop="U")]
    came = [settled("A", 60, shop=None), settled("B", 70, shop=""), settled("C", 5, shop=None)]
    outcome = run(ORDER_SETTLEMENT, orders + came, rules)
    assert [left for _pass, _status, left, right in groups(outcome) if right] == [
        [orders[0]["record_key"]], [orders[1]["record_key"]], [orders[3]["record_key"]]
    ]  # fmt: skip


def test_as_of_an_earlier_day_what_came_later_does_not_exist() -> None:
    records = [
        order("A", 60, received_at=at(10), refunded=20, refunded_at=at(20)),
        settled("A", 60, business_date=day(18)),
        settled("A", -20, "refund", business_date=day(20)),
    ]
    assert found(*records, as_of=day(19)) == {}
    assert found(*records, as_of=day(31)) == {}
    assert found(*records, as_of=day(17)) == {records[0]["record_key"]: "not_due"}
    # 16:30 UTC on the 19th is the 20th in Shanghai: of the later day
    later = order("B", 60, received_at=at(19, 16, 30), paid_at=at(19, 15, 30))
    assert found(later, as_of=day(19)) == {later["record_key"]: "not_due"}


def test_an_order_paid_after_the_day_owes_nothing_yet() -> None:
    line = order("A", 60, paid_at=at(20, 1), business_date=day(19), received_at=at(21))
    assert rows(run(ORDER_SETTLEMENT, [line], RULES, as_of=day(19)).statement)[0]["total"] == 0


def test_corroborating_lines_and_payouts_are_on_no_side() -> None:
    records = [order("A", 60), settled("A", 60), settled(None, -60, "payout", key_state="none")]
    outcome = run(ORDER_SETTLEMENT, records, RULES)
    assert [row["total"] for row in rows(outcome.statement)] == [Decimal(60), Decimal(60)]


def test_tolerance_holds_exactly_at_its_edge() -> None:
    records = [order("A", "60.01"), settled("A", 60), order("B", "60.02"), settled("B", 60)]
    outcome = run(ORDER_SETTLEMENT, records, RULES, tolerance=Decimal("0.01"))
    assert [
        (status, residual) for status, residual in sorted({(r["status"], r["residual"]) for r in rows(outcome.links)})
    ] == [
        ("difference", money("0.02")),
        ("matched", money("0.01")),
    ]
    assert classes(outcome) == {"residual B": "short"}


def test_repeated_runs_and_new_keys_leave_identities_alone() -> None:
    records = [order("A", 60), settled("A", 50), order("B", 7, received_at=at(1))]
    first = rows(run(ORDER_SETTLEMENT, records, RULES).open)
    second = rows(
        run(ORDER_SETTLEMENT, [*records, order("C", 9), settled("C", 9)], RULES, as_of=date(2026, 11, 5)).open
    )
    assert {row["item_id"] for row in first} == {row["item_id"] for row in second}


def test_what_came_after_its_due_date_is_late() -> None:
    # due on the 26th (see above); fees and refunds that come later make nothing late
    records = [
        order("A", 60, received_at=at(14)), settled("A", 60, business_date=day(27)),
        order("B", 60, received_at=at(14)), settled("B", 60, business_date=day(26)),
        order("C", 60, received_at=at(14), refunded=10), settled("C", 60), settled("C", -3, "commission", flow_no="C3"),
        settled("C", -10, "refund", business_date=day(30)), settled("C", -1, "marketing", business_date=day(30)),
        order("D", 60, received_at=at(14)), settled("D", 61, business_date=day(28)),
        order("E", 60), settled("E", 60, business_date=day(30)),
    ]  # fmt: skip
    outcome = run(ORDER_SETTLEMENT, records, RULES)
    told = {(row["order_no"], row["status"], row["class"]) for row in rows(outcome.links)}
    assert told == {
        ("A", "matched", "late"), ("B", "matched", ""), ("C", "matched", ""), ("D", "difference", "over"),
        ("E", "matched", ""),
    }  # fmt: skip
    assert {row["evidence"] for row in rows(outcome.links) if row["order_no"] == "A"} == {'{"code": "key"}'}
    assert [row["groups"] for row in rows(outcome.statement)] == [5, 5]


def test_within_the_tolerance_it_may_be_late_as_well() -> None:
    records = [order("A", 60, received_at=at(14)), settled("A", "59.99", business_date=day(27))]
    outcome = run(ORDER_SETTLEMENT, records, RULES, tolerance=Decimal("0.01"))
    assert {row["class"] for row in rows(outcome.links)} == {"late"}


@pytest.mark.parametrize(
    ("lines", "sales", "fees", "copies"),
    [
        (1, [60], [-3, -3], 1),  # another time of the day is no other fee
        (2, [60], [-3, -3], 1),  # of an order settled in one sum
        (2, [30, 30], [-3, -3], 0),  # settled in parts, each with its fee
        (1, [60], [-3, 3, -3], 0),  # given back and charged anew
        (1, [60], [-3, -2], 0),
    ],
)
def test_a_fee_charged_again_later(lines: int, sales: list[int], fees: list[int], copies: int) -> None:
    orders = [order("A", 60 // lines, line_no=str(n)) for n in range(lines)]
    moments = [at(10, 4 + n) for n in range(len(fees))]
    taken = [settled("A", fee, "commission", occurred_at=moment) for fee, moment in zip(fees, moments, strict=True)]
    outcome = run(ORDER_SETTLEMENT, [*orders, *(settled("A", sale) for sale in sales), *taken])
    assert [row["class"] for row in rows(outcome.open)] == ["duplicate"] * copies


def test_what_cannot_have_come_before_the_start_is_not_of_another_period() -> None:
    rules = Rules(settlement_rules=(SettlementRule("S", days=0), SettlementRule("T", days=7)), start=day(8))
    early, kept = {"business_date": day(5)}, {"business_date": day(5), "received_at": at(9)}
    records = [
        order("A", 60, **early), order("B", 60, **kept), order("C", 60, refunded=5, **early), settled("C", 60),
        order("D", 60, **early), settled("D", 59), order("E", 60, **kept), settled("E", 59),
        order("F", 60, shop="T", business_date=day(5), received_at=at(6)),  # is settled a week after that
    ]  # fmt: skip
    found = {row["order_no"]: row["class"] for row in rows(run(ORDER_SETTLEMENT, records, rules).open)}
    wanted = {"A": "other_period", "B": "missing_right", "C": "refund_missing", "D": "other_period", "E": "short"}
    assert found == {**wanted, "F": "missing_right"}
