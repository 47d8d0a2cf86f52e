"""The fee audit: what a shop's rates make of its orders, and what was charged. Each case is a shop of its own."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from huikuan.recons.order_settlement import ORDER_SETTLEMENT
from huikuan.records.rules import FeeRate, Rules, SettlementRule
from tests.engine.build import day, money, order, rows, run, settled

FIVE = FeeRate("", "commission", Decimal("0.05"))
AT = datetime(2026, 10, 10, 4)
Finding = tuple[str, str, Decimal]


def fee(order_no: str, amount: str | int, type_: str = "commission", **fields: Any) -> dict[str, Any]:
    return settled(order_no, amount, type_, **fields)


def settled_whole(amount: int = 100, charged: str | int = -5, **fields: Any) -> list[dict[str, Any]]:
    return [order("A", amount, **fields), settled("A", amount), fee("A", charged)]


def refunded(part: int, *fees: dict[str, Any], on: int = 12) -> list[dict[str, Any]]:
    """An order of 100 with 5 of commission, of which a part was refunded on a later day."""
    came = settled("A", -part, "refund", business_date=day(on))
    return [order("A", 100, refunded=part), settled("A", 100), fee("A", -5), came, *fees]


CATEGORIES = (FIVE, replace(FIVE, category="books", rate=Decimal("0.02")))
TWO_VERSIONS = (FIVE, replace(FIVE, rate=Decimal("0.06"), valid_from=day(6)))
PAYMENT = FeeRate("", "payment_fee", Decimal("0.006"))

# name → (rates, records, findings as (class, type, amount as on the settlement's side))
CASES: dict[str, tuple[tuple[FeeRate, ...], list[dict[str, Any]], list[Finding]]] = {}


def case(name: str, rates: tuple[FeeRate, ...], records: list[dict[str, Any]], *found: tuple[str, str, str]) -> None:
    CASES[name] = (rates, records, [(class_, type_, money(amount)) for class_, type_, amount in found])


def within(tolerance: str) -> tuple[FeeRate, ...]:
    return (replace(FIVE, tolerance=Decimal(tolerance)),)


case("as agreed", (FIVE,), settled_whole())
case("no rate card", (), settled_whole(charged=-50))
case("too much", (FIVE,), settled_whole(charged="-6.20"), ("fee_rate", "commission", "-1.20"))
case("too little", (FIVE,), settled_whole(charged=-4), ("fee_rate", "commission", "1"))
case("not at all", (FIVE,), settled_whole()[:2], ("fee_rate", "commission", "5"))
case("tolerance met", within("0.05"), settled_whole(charged="-5.05"))
case("tolerance passed", within("0.05"), settled_whole(charged="-5.06"), ("fee_rate", "commission", "-0.06"))
TEN_CENTS = [order("A", "0.50"), *(settled("A", "0.10", flow_no=f"s{n}") for n in range(5))]
BY_PARTS = [fee("A", "-0.01", flow_no=f"s{n}") for n in range(5)]  # 0.005 each, rounded up five times
case("rounded in each part", (FIVE,), [*TEN_CENTS, *BY_PARTS])
case("more than rounding", (FIVE,), [*TEN_CENTS, *BY_PARTS[1:], fee("A", "-0.04")], ("fee_rate", "commission", "-0.05"))
case("rounded half up", (FIVE,), [order("A", "29.90"), settled("A", "29.90"), fee("A", "-1.50")])
case("minimum", (replace(FIVE, minimum=Decimal(8)),), settled_whole(charged=-8))
case("minimum of nothing", (replace(FIVE, minimum=Decimal(8)),), refunded(100, fee("A", 5)))
case("rate of 0", (replace(FIVE, rate=Decimal(0)),), settled_whole(), ("fee_rate", "commission", "-5"))
case("type without a rate", (PAYMENT,), [*settled_whole(), fee("A", "-0.60", "payment_fee")])
case("fee that applies to some", (replace(FIVE, type="marketing"),), [order("A", 100), settled("A", 100)])
case("version before", TWO_VERSIONS, settled_whole(charged=-5, business_date=day(5)))
case("version after", TWO_VERSIONS, settled_whole(charged=-6, business_date=day(6)))
case("before the first version", (replace(FIVE, valid_from=day(6)),), settled_whole(charged=-9))
case("own category", CATEGORIES, settled_whole(charged=-2, category="books"))
case("other category", CATEGORIES, settled_whole(charged=-2, category="toys"), ("fee_rate", "commission", "3"))
case(
    "two categories", CATEGORIES,
    [order("A", 60, "1", category="books"), order("A", 40, "2"), settled("A", 100), fee("A", "-3.20")],
)  # fmt: skip
case(
    "two categories, too much", CATEGORIES,
    [order("A", 60, "1", category="books"), order("A", 40, "2"), settled("A", 100), fee("A", -5)],
    ("fee_rate", "commission", "-1.80"),
)  # fmt: skip
case(
    "two categories, one without a rate", CATEGORIES[1:],
    [order("A", 60, "1", category="books"), order("A", 40, "2"), settled("A", 100), fee("A", -5)],
)  # fmt: skip
case("refund, fee back", (FIVE,), refunded(40, fee("A", 2)))
case("refund, fee back later", (FIVE,), refunded(40, fee("A", 2, business_date=day(20))))
case("refund, fee kept", (FIVE,), refunded(40), ("fee_not_returned", "commission", "-2"))
case("whole refund, fee kept", (FIVE,), refunded(100), ("fee_not_returned", "commission", "-5"))
case("refund, half of the fee back", (FIVE,), refunded(40, fee("A", 1)), ("fee_not_returned", "commission", "-1"))
case("refund, fee stays by contract", (replace(FIVE, returned_on_refund=False),), refunded(40))
case("refund, fee back for nothing", (replace(FIVE, returned_on_refund=False),), refunded(40, fee("A", 2)),
     ("fee_rate", "commission", "2"))  # fmt: skip
case(
    "refund, fee kept and too high", (FIVE,), [*refunded(40), fee("A", -1)],
    ("fee_not_returned", "commission", "-2"), ("fee_rate", "commission", "-1"),
)  # fmt: skip
case("refund before settling", (FIVE,), [order("A", 100, refunded=40), settled("A", 60), fee("A", -3)])
case(
    "fee charged twice", (FIVE,),
    [order("A", 100), settled("A", 100)] + [fee("A", -5, occurred_at=AT, item="x") for _ in range(2)],
    ("duplicate", "commission", "-5"),
)  # fmt: skip
case(
    "fee in two equal halves", (FIVE,),
    [order("A", 100), settled("A", 100)] + [fee("A", "-2.50", occurred_at=AT, item="x") for _ in range(2)],
)  # fmt: skip
case(
    "too much, and twice", (FIVE,),
    [order("A", 100), settled("A", 100)] + [fee("A", -6, occurred_at=AT, item="x") for _ in range(2)],
    ("duplicate", "commission", "-6"), ("fee_rate", "commission", "-1"),
)  # fmt: skip
case("base paid", (replace(FIVE, base="paid"),), [
    order("A", 80, platform_borne=20), settled("A", 80), settled("A", 20, "subsidy"), fee("A", -4)])  # fmt: skip
case("base gross", (FIVE,), [
    order("A", 80, platform_borne=20), settled("A", 80), settled("A", 20, "subsidy"), fee("A", -5)])  # fmt: skip
case("not settled yet", (FIVE,), [order("A", 100, paid_at=AT), settled("A", 60), fee("A", -1)])
case("short, fee of what came", (FIVE,), [order("A", 100, received_at=datetime(2026, 10, 1)), settled("A", 60),
     fee("A", -3)], ("short", "", "40"))  # fmt: skip
case("short, fee of neither", (FIVE,), [order("A", 100, received_at=datetime(2026, 10, 1)), settled("A", 60),
     fee("A", -9)], ("short", "", "40"), ("fee_rate", "commission", "-4"))  # fmt: skip
case("sale booked twice, fee once", (FIVE,), [order("A", 100), settled("A", 100), settled("A", 100), fee("A", -5)],
     ("duplicate", "", "-100"))  # fmt: skip
case("yen", (FIVE,), [
    order("A", 130, currency="JPY"), settled("A", 130, currency="JPY"), fee("A", -7, currency="JPY")])  # fmt: skip


def findings(as_of: date, cases: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """The open rows of each case, all cases in one book."""
    records = [
        record | {"shop": name, "record_key": f"{name} {record['record_key']}"}
        for name, (_, of_case, _) in cases.items()
        for record in of_case
    ]
    rates = tuple(replace(rate, shop=name) for name, (of_case, _, _) in cases.items() for rate in of_case)
    cycles = tuple(SettlementRule(name, days=7) for name in cases)
    outcome = run(ORDER_SETTLEMENT, records, Rules(fee_rates=rates, settlement_rules=cycles), as_of)
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows(outcome.open):
        found[row["scope"]].append(row | {"told": json.loads(row["evidence"] or "{}")})
    found["audit"] = rows(outcome.audit)
    return found


@pytest.fixture(scope="module")
def judged() -> dict[str, list[dict[str, Any]]]:
    return findings(date(2026, 10, 31), CASES)


@pytest.mark.parametrize("name", CASES)
def test_findings(judged: dict[str, list[dict[str, Any]]], name: str) -> None:
    waits = [("short", "", money(40))] if name == "not settled yet" else []  # the money itself, due or not
    found = [(row["class"], row["told"].get("type", ""), row["amount"]) for row in judged[name]]
    found = [("short", *rest) if class_ == "not_due" else (class_, *rest) for class_, *rest in found]
    assert sorted(found) == sorted(waits or CASES[name][2])


def test_a_finding_stands_beside_its_group_at_the_line_that_took_the_fee(
    judged: dict[str, list[dict[str, Any]]],
) -> None:
    (row,) = judged["too much"]
    charged = CASES["too much"][1][2]
    assert (row["side"], row["record_key"], row["source_row"]) == ("right", "", charged["source_row"])
    assert row["group_id"] and row["needs_work"] and row["order_no"] == "A"
    told = row["told"]
    assert (told["code"], told["rate"], told["base"], told["expected"], told["charged"], told["difference"]) == (
        "fee_rate", "0.050000", "100.00000", "5.00000", "6.20000", "1.20000",
    )  # fmt: skip


def test_figures_add_up_to_the_findings(judged: dict[str, list[dict[str, Any]]]) -> None:
    for name, (rates, _, _) in CASES.items():
        figures = [row for row in judged["audit"] if row["scope"] == name]
        for row in figures:
            assert row["charged"] == row["expected"] + row["copied"] + row["found"] + row["within"]
        told = sum(row["amount"] for row in judged[name] if row["class"].startswith("fee_"))
        assert sum(row["found"] for row in figures) == -told
        assert not figures or rates


def test_what_is_missing_waits_for_the_days_of_grace() -> None:
    """A fee of the month's end may come after its sale, or back after its refund; too much is so at once."""
    late = {"business_date": day(28)}
    kept = {
        name: (rates, [record | late if record["_kind"] == "settlement_line" else record for record in records], found)
        for name, (rates, records, found) in CASES.items()
        if name in ("too much", "too little", "not at all", "refund, fee kept")
    }
    early, after = findings(day(31), kept), findings(date(2026, 11, 1), kept)
    assert [name for name in kept if early[name]] == ["too much"]
    assert [name for name in kept if after[name]] == list(kept)
