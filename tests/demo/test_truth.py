"""The truth is true: every labelled row is that row, and every row of money has exactly one label."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from decimal import Decimal
from typing import Any

import pytest

from tests.demo import reading
from tests.demo.conftest import ORDERS, Made

Place = tuple[str, int]
GROSS_ITEMS = ("交易收款", "交易退款", "在线支付", "退款（交易退款）")


def place(row: dict[str, Any]) -> Place:
    return row["document"], row["source_row"]


@pytest.fixture(scope="module")
def order_rows(demo: Made) -> dict[Place, reading.Row]:
    found = {}
    for document in demo.documents("tmall.orders"):
        found.update({(document, row.line): row for row in reading.orders(demo.folder, document)})
    return found


@pytest.fixture(scope="module")
def money_rows(demo: Made) -> dict[Place, tuple[str, Decimal, bool]]:
    """Rows that settle orders: (order number as written, signed amount, is gross), of the downloads that count."""
    found: dict[Place, tuple[str, Decimal, bool]] = {}
    seen: dict[str, Place] = {}
    for document in demo.documents("alipay.ledger"):
        for row in reading.ledger(demo.folder, document):
            if row["业务类型"] in ("提现", "提现退票", "转账"):
                continue
            here = (document, row.line)
            found.pop(seen.get(row["账务流水号"], here), None)  # the newer download is the one that counts
            seen[row["账务流水号"]] = here
            amount = row.money("收入金额（+元）") + row.money("支出金额（-元）")
            in_text = re.search(r"\d{19}", row["备注"])
            name = row["商户订单号"].removeprefix("T200P") or (in_text[0] if in_text else "")
            gross = row["业务类型"] in GROSS_ITEMS or "平台补贴" in row["备注"] + row.cells.get("业务描述", "")
            found[here] = (name, amount, gross)
    document = demo.documents("wechatpay.trades")[0]
    for row in reading.ticked(demo.folder, document)[0]:
        amount = row.money("应结订单金额") - row.money("退款金额")
        found[document, row.line] = (row["商户订单号"], amount, True)
    return found


def links_of(demo: Made, name: str) -> list[dict[str, Any]]:
    return [link for link in demo.truth["links"] if link["reconciliation"] == name]


def open_of(demo: Made, name: str, side: str) -> list[dict[str, Any]]:
    return [row for row in demo.truth["open"] if row["reconciliation"] == name and row["side"] == side]


def expected(row: reading.Row) -> Decimal:
    return row.money("买家实际支付金额") + row.money("天猫卡券抵扣") if row["订单付款时间"] else Decimal(0)


def test_linked_rows_name_the_order_and_add_up_as_told(demo: Made, order_rows: Any, money_rows: Any) -> None:
    for link in links_of(demo, "order-settlement"):
        (left,) = (order_rows[place(row)] for row in link["left"])
        right = [money_rows[place(row)] for row in link["right"]]
        names = {name for name, _, _ in right}
        if not link["identifiable"]:
            assert names in ({""}, {"4.72610E+18"}, {"4.73810E+18"})
            continue
        assert names == {left["订单编号"]}
        settled = sum((amount for _, amount, is_gross in right if is_gross), Decimal(0))
        assert (expected(left) == settled) == (link["class"] in ("", "late")), link


def test_every_settling_row_is_linked_or_open(demo: Made, money_rows: Any) -> None:
    linked = Counter(place(row) for link in links_of(demo, "order-settlement") for row in link["right"])
    alone = Counter(place(row) for row in open_of(demo, "order-settlement", "right") if row["class"] == "missing_left")
    assert set((linked + alone).values()) == {1}
    assert set(linked + alone) == set(money_rows)


def test_every_order_owing_something_is_linked_or_open(demo: Made, order_rows: Any) -> None:
    linked = {place(row) for link in links_of(demo, "order-settlement") if link["identifiable"] for row in link["left"]}
    alone = [row for row in open_of(demo, "order-settlement", "left") if not row.get("residual")]
    for row in alone:
        assert Decimal(row["amount"]) == expected(order_rows[place(row)]) > 0
    counting = {key for key in order_rows if key[0] in demo.documents("tmall.orders")[:3]}
    owing = {key for key in counting if expected(order_rows[key])}
    assert owing <= linked | {place(row) for row in alone}
    assert not linked & {place(row) for row in alone}


def test_residuals_are_left_minus_right(demo: Made, order_rows: Any, money_rows: Any) -> None:
    residual: dict[Place, Decimal] = defaultdict(Decimal)
    for row in open_of(demo, "order-settlement", "left"):
        if row.get("residual"):
            residual[place(row)] += Decimal(row["amount"])
    for link in links_of(demo, "order-settlement"):
        if not link["identifiable"]:
            continue
        left = sum((expected(order_rows[place(row)]) for row in link["left"]), Decimal(0))
        right = [money_rows[place(row)] for row in link["right"]]
        settled = sum((amount for _, amount, is_gross in right if is_gross), Decimal(0))
        told = sum((residual[place(row)] for row in (*link["left"], *link["right"])), Decimal(0))
        assert left - settled == told


def test_open_classes_fit_their_rows(demo: Made, order_rows: Any, money_rows: Any) -> None:
    known = {row["订单编号"] for row in order_rows.values()}
    for row in open_of(demo, "order-settlement", "right"):
        name, amount, _ = money_rows[place(row)]
        if row["class"] in ("fee_rate", "fee_not_returned"):
            assert name in known
            assert amount <= Decimal(row["amount"]) < 0
            continue
        assert Decimal(row["amount"]) == amount
        fits = {
            "missing_left": name.isdigit() and name not in known,
            "key_missing": name == "",
            "key_damaged": "E+" in name,
            "duplicate": name in known,
        }
        assert fits[row["class"]]
    for row in open_of(demo, "order-settlement", "left"):
        order = order_rows.get(place(row))
        anchor = "订单付款时间" if order and order["店铺名称"].endswith("工厂店") else "确认收货时间"
        if row["class"] == "not_due" and order:
            assert order[anchor] == "" or order[anchor] >= "2026-10-23"
        if row["class"] == "missing_right" and order:
            assert "" < order[anchor] < "2026-10-21"
        if row["class"] == "other_period" and order:
            assert order["订单付款时间"] < demo.truth["start"]


def test_every_class_of_the_reconciliations_occurs(demo: Made) -> None:
    seen = {row["class"] for row in demo.truth["open"]}
    assert seen == {
        "not_due", "missing_right", "short", "over", "missing_left", "unexpected_settlement", "refund_missing",
        "refund_twice", "duplicate", "key_missing", "key_damaged", "other_period", "payout_in_transit",
        "payout_missing", "payout_returned", "unidentified_receipt", "unidentified_payment", "own_transfer",
        "not_operating", "balance_break", "fee_rate", "fee_not_returned", "quantity_short", "quantity_over",
    }  # fmt: skip
    assert {row["cause"] for row in demo.truth["open"]} > {
        "c-T1", "c-O1", "c-P1", "c-P3", "c-P4", "c-S1", "c-S2", "c-R2", "c-R6", "c-D1", "c-D3", "c-D5", "c-W1", "c-W2",
    }  # fmt: skip
    assert demo.result.open == Counter(row["class"] for row in demo.truth["open"])
    assert demo.result.links == Counter(row["class"] for row in demo.truth["links"])


def payouts(demo: Made) -> dict[Place, tuple[str, Decimal, str]]:
    """(kind, cents out positive, number) of the withdrawals and their returns, of the downloads that count."""
    found: dict[Place, tuple[str, Decimal, str]] = {}
    newest: dict[str, Place] = {}
    for document in demo.documents("alipay.ledger"):
        for row in reading.ledger(demo.folder, document):
            if row["业务类型"] in ("提现", "提现退票"):
                here = (document, row.line)
                found.pop(newest.get(row["账务流水号"], here), None)
                newest[row["账务流水号"]] = here
                amount = -row.money("收入金额（+元）") - row.money("支出金额（-元）")
                found[here] = (row["业务类型"], amount, row["账务流水号"])
    document = demo.documents("wechatpay.funds")[0]
    for row in reading.ticked(demo.folder, document)[0]:
        if row["业务类型"] == "提现":
            found[document, row.line] = ("提现", row.money("收支金额(元)"), row["资金流水单号"])
    return found


def bank_rows(demo: Made) -> dict[Place, tuple[Decimal, str]]:
    """(signed amount, memo) of every bank line."""
    found: dict[Place, tuple[Decimal, str]] = {}
    for row in reading.icbc(demo.folder, icbc := demo.documents("icbc.statement")[0]):
        found[icbc, row.line] = (row.money("贷方发生额") - row.money("借方发生额"), row["用途"])
    for row in reading.ccb(demo.folder, ccb := demo.documents("ccb.statement")[0]):
        amount = row.money("贷方发生额（收入）") - row.money("借方发生额（支取）")
        found[ccb, row.line] = (amount, row["备注"])
    for ordinal, amount, memo in reading.camt(demo.folder, camt := demo.documents("camt.053")[0])[1]:
        found[camt, ordinal] = (amount, memo)
    return found


def test_every_payout_and_every_bank_line_has_one_label(demo: Made) -> None:
    links = links_of(demo, "payout-bank")
    left = [place(row) for link in links for row in link["left"]]
    left += [place(row) for row in open_of(demo, "payout-bank", "left") if not row.get("residual")]
    assert sorted(left) == sorted(payouts(demo))
    right = [place(row) for link in links for row in link["right"]]
    right += [place(row) for row in open_of(demo, "payout-bank", "right")]
    assert sorted(right) == sorted(bank_rows(demo))


def test_payout_links_agree_but_for_the_fee(demo: Made) -> None:
    out, bank = payouts(demo), bank_rows(demo)
    by_reference = merged = with_fee = 0
    for link in links_of(demo, "payout-bank"):
        rows = [out[place(row)] for row in link["left"]]
        ((received, memo),) = (bank[place(row)] for row in link["right"])
        sent = sum((amount for _, amount, _ in rows), Decimal(0))
        fee = sent - received
        assert (fee == 0) == (link["class"] in ("", "late"))
        assert Decimal(0) <= fee <= Decimal(15)
        merged += len(rows) > 1
        by_reference += any(number in memo for _, _, number in rows)
        with_fee += fee > 0
    assert (merged, with_fee) == (3, 2)
    assert by_reference > 5


def test_what_reaches_the_bank_by_amount_alone_is_unmistakable(demo: Made) -> None:
    amounts = Counter(amount for _, amount, _ in payouts(demo).values() if amount > 0)
    returned = {-amount for kind, amount, _ in payouts(demo).values() if kind == "提现退票"}
    assert all(count == 1 for amount, count in amounts.items() if amount not in returned)
    others = {amount for amount, _ in bank_rows(demo).values()}
    lost = [
        row for row in open_of(demo, "payout-bank", "left") if row["class"] in ("payout_missing", "payout_in_transit")
    ]
    assert lost
    assert all(Decimal(row["amount"]) not in others for row in lost)


def test_own_transfers_come_in_pairs(demo: Made) -> None:
    amounts = [Decimal(row["amount"]) for row in demo.truth["open"] if row["class"] == "own_transfer"]
    assert sorted(amounts) == sorted(-amount for amount in amounts)


def test_rows_called_the_same_are_the_same_record(demo: Made, order_rows: Any) -> None:
    ledger = {
        (document, row.line): row.cells
        for document in demo.documents("alipay.ledger")
        for row in reading.ledger(demo.folder, document)
    }
    for row in demo.truth["same"]:
        here, shown = place(row), place(row["same_as"])
        if here in order_rows:
            assert order_rows[here]["订单编号"] == order_rows[shown]["订单编号"]
        else:
            assert ledger[here] == ledger[shown]
    early = demo.documents("tmall.orders")[3]
    assert sum(row["document"] == early for row in demo.truth["same"]) == demo.file(early)["rows"]


def test_a_later_report_tells_newer_states(demo: Made, order_rows: Any) -> None:
    changed = Counter(
        (order_rows[place(row)]["订单状态"], order_rows[place(row["same_as"])]["订单状态"])
        for row in demo.truth["same"]
        if place(row) in order_rows
    )
    assert changed["卖家已发货，等待买家确认", "交易成功"] > 100
    assert changed["买家已付款，等待卖家发货", "交易成功"] > 10
    assert not any(old == "交易成功" and new != "交易成功" for old, new in changed)


def test_collection_has_each_order_once_and_holds_the_identity(demo: Made, order_rows: Any) -> None:
    rows = demo.truth["collection"]
    assert len({row["order_no"] for row in rows}) == len(rows) == ORDERS
    by_number = {
        order_rows[key]["订单编号"]: order_rows[key]
        for key in order_rows
        if key[0] in demo.documents("tmall.orders")[:3]
    }
    for row in rows:
        order = by_number[row["order_no"]]
        assert Decimal(row["refunded"]) == order.money("退款金额")
        assert Decimal(0) <= Decimal(row["overdue"]) <= expected(order)
        if row["status"] in ("unpaid", "cancelled"):
            assert order["订单付款时间"] == ""
        if row["status"] == "collected":
            assert Decimal(row["collected"]) >= min(Decimal(row["settled"]), Decimal(row["receivable"]))
    assert {row["status"] for row in rows} == {
        "cancelled", "unpaid", "refunded", "collected", "overdue", "not_shipped", "partly_collected", "settled",
        "awaiting",
    }  # fmt: skip


def test_no_more_is_collected_than_the_payouts_brought(demo: Made) -> None:
    collected = sum((Decimal(row["collected"]) for row in demo.truth["collection"]), Decimal(0))
    out = payouts(demo)
    arrived = sum((out[place(row)][1] for link in links_of(demo, "payout-bank") for row in link["left"]), Decimal(0))
    assert 0 < collected < arrived
