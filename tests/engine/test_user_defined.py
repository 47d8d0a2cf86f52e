"""Reconciliations that users declare: what is compiled of them, pass by pass, pair by pair; and every fault at once."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from typing import Any

import pytest
import tomli_w

from huikuan.recons.user_defined import definition_of
from huikuan.records.rules import Rules
from huikuan.records.user_reconciliation import UserReconciliation
from huikuan.records.user_reconciliation_file import read, to_plain
from tests.engine.build import (
    AS_OF,
    banked,
    classes,
    day,
    erp,
    facts,
    groups,
    money,
    moved,
    order,
    record,
    rows,
    run,
    settled,
)

LEDGER: dict[str, Any] = {
    "kind": "ledger_line",
    "plus": "debit",
    "minus": "credit",
    "key": ["payout_id"],
    "where": [{"field": "account_code", "test": "starts_with", "value": "1002"}],
}
BANK: dict[str, Any] = {"kind": "bank_line", "plus": "amount", "key": ["reference"]}


def declare(left: dict[str, Any] = LEDGER, right: dict[str, Any] = BANK, **more: Any) -> UserReconciliation:
    own, faults = read({"name": "ledger-bank", "title": "Ledger ↔ bank", "left": left, "right": right, **more})
    assert own is not None, [fault.text for fault in faults]
    return own


def posted(voucher: str, debit: str = "0", credit: str = "0", **fields: Any) -> dict[str, Any]:
    told = {"voucher_no": voucher, "line_no": "1", "account_code": "1002.01", "business_date": day(10), **fields}
    return record("ledger_line", told | {"debit": debit, "credit": credit})


def test_records_meet_by_their_key_however_it_is_written_and_are_summed() -> None:
    found = run(
        definition_of(declare()),
        [
            posted("a", "60", payout_id="p-1 "),
            posted("b", "50", "10", payout_id="P-1"),
            posted("c", "9", account_code="6001", payout_id="P-1"),
            banked("100", ref="x", reference=" P-1"),
        ],
    )
    assert groups(found) == [("key", "matched", ["ledger_line:a/1", "ledger_line:b/1"], ["bank_line:B/x/"])]
    assert rows(found.open) == []


def test_a_difference_within_the_tolerance_is_matched_and_one_beyond_it_is_not() -> None:
    records = [
        posted("a", "100", payout_id="P"), banked("99.95", ref="x", reference="P"),
        posted("b", "100", payout_id="Q"), banked("99.94", ref="y", reference="Q"),
    ]  # fmt: skip
    found = run(definition_of(declare(tolerance="0.05")), records)
    assert [(each[1], each[2]) for each in groups(found)] == [
        ("difference", ["ledger_line:b/1"]),
        ("matched", ["ledger_line:a/1"]),
    ]
    assert [(row["class"], row["amount"]) for row in rows(found.open)] == [("short", money("0.06"))]


def test_what_waits_is_no_work_until_its_days_have_passed() -> None:
    records = [posted("new", "1", payout_id="N", business_date=day(29)), posted("old", "2", payout_id="O")]
    found = run(definition_of(declare(waiting_days=3)), [*records, banked("3", ref="x")])
    assert classes(found) == {
        "ledger_line:new/1": "not_due",
        "ledger_line:old/1": "missing_right",
        "bank_line:B/x/": "key_missing",
    }
    assert {row["record_key"]: row["needs_work"] for row in rows(found.open)}["ledger_line:new/1"] is False
    called = declare(called={"overdue": "payout_missing"}, no_work=["payout_missing"])
    found = run(definition_of(called), records)
    assert classes(found)["ledger_line:old/1"] == "payout_missing"
    assert not any(row["needs_work"] for row in rows(found.open))


def test_a_small_book_held_in_memory_is_reconciled_as_well() -> None:
    orders = {"kind": "order_line", "plus": "paid", "key": ["order_no"]}
    own = declare(orders, {"kind": "erp_order", "plus": "amount", "key": ["order_no"]})
    found = run(definition_of(own), [order("O1", "20"), erp("O1", "20")], small=True)
    assert [each[1] for each in groups(found)] == ["matched"]


def test_a_key_is_found_in_a_text() -> None:
    own = declare(
        {"kind": "wallet_line", "minus": "amount", "key": ["payout_id"], "where": [_is("movement", "payout")]},
        {"kind": "bank_line", "plus": "amount", "texts": ["text", "counterparty"]},
        passes={"reference": "applies"},
    )
    records = [
        moved("-100", "payout", payout_id="PAY20261001", flow_no="f"),
        moved("-5", flow_no="no payout"),
        banked("98", ref="x", text="transfer PAY20261001 thanks"),
    ]
    found = run(definition_of(own), records)
    assert groups(found) == [("reference", "difference", ["wallet_line:W/f//"], ["bank_line:B/x/"])]


def _is(field: str, value: str) -> dict[str, str]:
    return {"field": field, "test": "is", "value": value}


@pytest.mark.parametrize(("came", "taken"), [(13, True), (14, False)])
def test_equal_amounts_meet_within_the_window_and_only_there(came: int, taken: bool) -> None:
    own = declare(LEDGER | {"key": []}, BANK | {"key": []}, passes={"amount": "applies"}, window_days=3)
    found = run(definition_of(own), [posted("a", "70"), banked("70", ref="x", business_date=day(came))])
    assert [each[0] for each in groups(found)] == (["amount"] if taken else [])


def test_an_amount_that_only_suggests_is_not_applied() -> None:
    own = declare(passes={"key": "applies", "amount": "suggests"})
    found = run(definition_of(own), [posted("a", "70"), banked("70", ref="x")])
    assert groups(found) == []
    assert all("bank_line:B/x/" in r["suggestion"] for r in rows(found.open) if r["side"] == "left")


def test_several_on_one_side_add_up_to_a_line() -> None:
    own = declare(LEDGER | {"key": []}, BANK | {"key": []}, passes={"batch": "applies", "subset": "applies"})
    records = [posted("a", "30"), posted("b", "41"), posted("far", "7.77", business_date=day(3))]
    found = run(definition_of(own), [*records, banked("71", ref="x", business_date=day(10))])
    assert [(each[0], each[2]) for each in groups(found)] == [("batch", ["ledger_line:a/1", "ledger_line:b/1"])]
    few = run(definition_of(declare(own_side(), own_right(), passes={"subset": "applies"})), [
        *records, posted("noise", "5"), banked("71", ref="x", business_date=day(10)),
    ])  # fmt: skip
    assert [(each[0], each[2]) for each in groups(few)] == [("subset", ["ledger_line:a/1", "ledger_line:b/1"])]


def own_side() -> dict[str, Any]:
    return LEDGER | {"key": []}


def own_right() -> dict[str, Any]:
    return BANK | {"key": []}


def test_a_grouping_compares_the_sums_of_a_month_within_each_account() -> None:
    own = declare(
        {"kind": "settlement_line", "plus": "amount", "scope": "account"},
        {"kind": "wallet_line", "plus": "amount", "scope": "account"},
        grouping="month",
    )
    records = [
        settled("1", "10", business_date=day(1)),
        settled("2", "20", business_date=day(30)),
        moved("30", business_date=day(15), flow_no="f"),
        moved("30", business_date=day(15), flow_no="other", account="V"),
    ]
    found = run(definition_of(own), records)
    assert [(each[0], each[1], len(each[2]), each[3]) for each in groups(found)] == [
        ("key", "matched", 2, ["wallet_line:W/f//"])
    ]
    assert classes(found) == {"wallet_line:V/other//": "missing_left"}


def test_pieces_are_compared_as_pieces() -> None:
    own = declare(
        {"kind": "stock_count", "plus": "qty", "key": ["warehouse", "sku"]},
        {"kind": "stock_move", "plus": "qty", "key": ["warehouse", "sku"]},
    )
    stock = {"warehouse": "H", "sku": "红-L", "currency": None}
    found = run(
        definition_of(own),
        [
            record("stock_count", {**stock, "count_date": day(31), "qty": Decimal(5), "business_date": day(31)}),
            record(
                "stock_move", {**stock, "move_no": "m1", "line_no": "1", "qty": Decimal(8), "business_date": day(1)}
            ),
            record(
                "stock_move", {**stock, "move_no": "m2", "line_no": "1", "qty": Decimal(-2), "business_date": day(2)}
            ),
        ],
    )
    assert [each[1] for each in groups(found)] == ["difference"]
    assert [(row["class"], row["amount"], row["currency"]) for row in rows(found.open)] == [("over", money("-1"), "-")]


def test_kinds_without_amounts_are_counted() -> None:
    own = declare(
        {"kind": "courier_charge", "key": ["tracking_no"], "where": [_is("direction", "forward")]},
        {"kind": "tracking_event", "key": ["tracking_no"], "where": [_is("code", "delivered")]},
    )
    charge = {"account": "C", "invoice_no": "i", "charge": "freight", "direction": "forward", "business_date": day(5)}
    records = [
        record("courier_charge", {**charge, "tracking_no": "SF1", "amount": "8"}),
        record("courier_charge", {**charge, "tracking_no": "SF2", "amount": "9"}),
        record(
            "tracking_event", {"tracking_no": "sf1", "event_time": "1", "code": "delivered", "business_date": day(6)}
        ),
        record("tracking_event", {"tracking_no": "SF2", "event_time": "1", "code": "lost", "business_date": day(6)}),
    ]
    found = run(definition_of(own), records)
    assert len(groups(found)) == 1
    assert [row["record_key"].split("/")[2] for row in rows(found.open)] == ["SF2"]


def test_of_one_kind_a_record_stands_on_one_side_only() -> None:
    own = declare(
        {"kind": "bank_line", "plus": "amount", "where": [_is("account", "B")]},
        {"kind": "bank_line", "minus": "amount"},
        passes={"amount": "applies"},
    )
    found = run(
        definition_of(own), [banked("50", ref="in"), banked("-50", ref="out", account="C"), banked("-7", ref="z")]
    )
    assert groups(found) == [("amount", "matched", ["bank_line:B/in/"], ["bank_line:C/out/"])]
    assert [row["side"] for row in rows(found.open)] == ["left"]


def test_what_lies_before_the_books_start_or_after_the_day_is_no_work() -> None:
    records = [
        posted("early", "1", payout_id="E", business_date=day(1)),
        posted("late", "2", payout_id="L", business_date=day(30)),
    ]
    found = run(definition_of(declare()), records, Rules(start=day(5)), as_of=day(20))
    assert classes(found) == {"ledger_line:early/1": "other_period"}


def test_conditions_hold_as_they_say() -> None:
    def left(**condition: Any) -> list[str]:
        side = {"kind": "bank_line", "plus": "amount", "where": [condition]}
        own = declare(side, {"kind": "wallet_line", "plus": "amount"}, passes={"amount": "applies"})
        entries = definition_of(own).prepare(told, Rules(), AS_OF).left
        return sorted(row["record_key"].split("/")[1] for row in rows(entries))

    lines = [
        banked("10", ref="a", text="rent", value_date=day(1)),
        banked("-20", ref="b", text="Rent", value_date=day(2)),
        banked("30", ref="c"),
    ]
    told = facts(*lines)
    assert left(field="text", test="is", value="rent") == ["a"]
    assert left(field="text", test="is_not", value="rent") == ["b", "c"]
    assert left(field="text", test="in", value=["rent", "Rent"]) == ["a", "b"]
    assert left(field="text", test="not_in", value=["rent"]) == ["b", "c"]
    assert left(field="text", test="contains", value="ent") == ["a", "b"]
    assert left(field="text", test="blank") == ["c"]
    assert left(field="text", test="not_blank") == ["a", "b"]
    assert left(field="amount", test="at_least", value="10") == ["a", "c"]
    assert left(field="amount", test="at_most", value="-20") == ["b"]
    assert left(field="value_date", test="at_least", value="2026-10-02") == ["b"]


def test_the_file_gives_the_same_again() -> None:
    own = declare(
        LEDGER | {"where": [{"field": "account_code", "test": "in", "value": ["1002", "1012"]}], "texts": ["text"]},
        passes={"key": "applies", "amount": "suggests"},
        tolerance="0.05",
        called={"overdue": "payout_missing"},
        no_work=["missing_left"],
    )
    text = tomli_w.dumps({"user_reconciliation": [to_plain(own)]})
    assert read(tomllib.loads(text)["user_reconciliation"][0]) == (own, [])


def told_faults(**values: Any) -> dict[str, str]:
    own, found = read({"name": "ledger-bank", "title": "T", "left": LEDGER, "right": BANK} | values)
    assert own is None
    return {fault.where: fault.code for fault in found}


def test_all_faults_are_told_at_once_each_at_its_key() -> None:
    wrong = {
        "name": "balance",
        "tolerance": "-1",
        "window_days": 400,
        "speed": 1,
        "passes": {"key": "yes"},
        "left": {"kind": "ledger_line", "key": ["nothing"], "where": [{"field": "debit", "test": "contains"}]},
        "right": {"kind": "bank"},
    }
    assert told_faults(**wrong) == {
        "name": "own.name_taken",
        "tolerance": "own.amount",
        "window_days": "own.days",
        "speed": "own.unknown_key",
        "passes.key": "own.choice",
        "left.key.1": "own.choice",
        "left.where.1.test": "own.choice",
        "left.where.1.value": "own.no_value",
        "right.kind": "own.choice",
    }


@pytest.mark.parametrize(
    ("values", "where", "code"),
    [
        ({"name": "ledger"}, "name", "own.name"),
        ({"title": " "}, "title", "own.missing"),
        ({"left": LEDGER | {"key": []}}, "left.key", "own.key_needed"),
        ({"left": LEDGER | {"key": ["payout_id", "order_no"]}}, "right.key", "own.keys_differ"),
        ({"right": {"kind": "bank_line", "key": ["reference"]}}, "right.plus", "own.amounts_differ"),
        ({"right": {"kind": "stock_move", "key": ["order_no"], "plus": "qty"}}, "right.plus", "own.units_differ"),
        ({"right": BANK | {"scope": "account"}}, "left.scope", "own.scopes_differ"),
        ({"right": BANK | {"key": ["counterparty"]}}, "right.key.1", "own.choice"),
        ({"passes": {"reference": "applies"}}, "right.texts", "own.reference_needed"),
        ({"passes": {"amount": "suggests"}}, "passes", "own.nothing_applies"),
        ({"left": {"kind": "bank_line", "key": ["ref"], "plus": "amount"}}, "left.where", "own.same_side"),
        ({"left": LEDGER | {"where": [_is("debit", "ten")]}}, "left.where.1.value", "own.number"),
        ({"left": LEDGER | {"where": "x"}}, "left.where", "own.not_of_kind"),
        ({"right": None}, "right", "own.missing"),
    ],
)  # fmt: skip
def test_a_fault_names_its_key(values: dict[str, Any], where: str, code: str) -> None:
    assert told_faults(**values) == {where: code}
