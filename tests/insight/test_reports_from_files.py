"""The demo's reports beside its files and its truth, read with the standard library alone, to the cent.

The other tests of reports start from the records that were imported; here nothing of what is tried is between the files
and the figures: order reports, wallets' bills, bank statements, the order system's export and the courier's bill.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal as D
from pathlib import Path
from typing import Any

import pytest

from huikuan.demo.guide import demo_rules
from huikuan.insight.reports.base import ReportSource
from huikuan.insight.reports.registry import build_report
from huikuan.pipeline.analysis import findings_of
from huikuan.pipeline.results.results import Results
from huikuan.records.decisions import Decisions
from tests.demo import reading
from tests.demo_book import demo_book, make_demo
from tests.shared import made_once

from .demo_source import demo_source

AS_OF = date(2026, 10, 31)
ALIPAY_PAYOUT, WECHAT_PAYOUT = ("提现", "提现退票"), ("提现",)
GROSS = ("交易收款", "交易退款", "在线支付", "退款（交易退款）")
BASE, NOW = ("2026-10-01", "2026-10-15"), ("2026-10-16", "2026-10-31")
ZERO = D(0)
BULKY = "可折叠收纳箱 66L"  # light and charged by its volume


class Files:
    """The demo's files as plain rows, and its truth."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.truth: dict[str, Any] = json.loads((folder / "truth.json").read_text("utf-8"))
        self.orders = [row for document in self.of("tmall.orders")[:3] for row in reading.orders(folder, document)]
        self.collection = {(row["shop"], row["order_no"]): row for row in self.truth["collection"]}

    def of(self, kind: str) -> list[str]:
        """Documents of a format, in the order of their writing."""
        return [file["document"] for file in self.truth["files"] if file["format"] == kind]

    def account(self, document: str) -> str:
        found: str = next(file["account"] for file in self.truth["files"] if file["document"] == document)
        return found

    def paid(self) -> list[reading.Row]:
        """Orders that were paid, one row each."""
        return [row for row in self.orders if row["订单付款时间"]]

    def ledger(self) -> dict[str, tuple[str, reading.Row, D]]:
        """Alipay's lines by flow number: account, row, signed amount; of overlapping downloads each counts once."""
        found = {}
        for document in self.of("alipay.ledger"):
            for row in reading.ledger(self.folder, document):
                amount = row.money("收入金额（+元）") + row.money("支出金额（-元）")
                found[row["账务流水号"]] = (self.account(document), row, amount)
        return found

    def funds(self) -> list[tuple[str, reading.Row, D]]:
        """WeChat Pay's moves of money: account, row, signed amount."""
        (document,) = self.of("wechatpay.funds")
        rows, _summary = reading.ticked(self.folder, document)
        sign = {"收入": 1, "支出": -1}
        return [(self.account(document), r, r.money("收支金额(元)") * sign[r["收支类型"]]) for r in rows]

    def wallet_moves(self) -> dict[str, list[D]]:
        """Signed amounts by wallet."""
        moves: dict[str, list[D]] = defaultdict(list)
        for account, _row, amount in (*self.ledger().values(), *self.funds()):
            moves[account].append(amount)
        return moves


@pytest.fixture(scope="module")
def files() -> Files:
    return Files(made_once("bench", make_demo) / "files")


@pytest.fixture(scope="module")
def source() -> Iterator[ReportSource]:
    with demo_source() as made:
        yield made


def rows_of(report: Any, title: str) -> list[dict[str, Any]]:
    section = next(each for each in report.sections if each.title == title)
    return [dict(zip((c.key for c in section.columns), row.values, strict=True)) for row in section.rows]


def total(report: Any, title: str, key: str) -> Any:
    section = next(each for each in report.sections if each.title == title)
    return section.totals()[section.index(key)]


def money(row: dict[str, Any], name: str) -> D:
    return D(row[name] or 0)


def test_collection_summary(source: ReportSource, files: Files) -> None:
    keys = ("receivable", "collected", "overdue")
    expected: dict[str, list[Any]] = defaultdict(lambda: [0, ZERO, ZERO, ZERO])
    statuses: Counter[str] = Counter()
    for row in files.truth["collection"]:
        line = expected[row["shop"]]
        line[0] += 1
        for place, name in enumerate(keys, 1):
            line[place] += money(row, name)
        statuses[row["status"]] += 1
    report = build_report("collection-summary", source)
    found = {row["shop"]: [row[key] for key in ("orders", *keys)] for row in rows_of(report, "By shop")}
    assert found == dict(expected)
    assert sorted(row["orders"] for row in rows_of(report, "By status")) == sorted(statuses.values())


def test_overdue_orders_and_their_age(source: ReportSource, files: Files) -> None:
    late = {row["order_no"]: row for row in files.truth["collection"] if money(row, "overdue")}
    report = build_report("overdue", source, {"basis": "due"})
    listed = report.sections[1]
    found = {row.values[0]: (row.values[-1], row.values[listed.index("days")]) for row in listed.rows}
    assert found == {
        no: (money(row, "overdue"), (AS_OF - date.fromisoformat(row["due_date"])).days) for no, row in late.items()
    }
    ages: dict[str, D] = defaultdict(D)
    for row in late.values():
        days = (AS_OF - date.fromisoformat(row["due_date"])).days
        ages["past_1" if days <= 5 else "past_6" if days <= 12 else "past_13"] += money(row, "overdue")
    (section,) = build_report("receivables-ageing", source, {"basis": "due", "buckets": "5,12"}).sections
    totals = section.totals()
    assert {key: totals[section.index(key)] for key in ages} == ages and len(found) > 5


def test_refunds(source: ReportSource, files: Files) -> None:
    expected: dict[str, list[Any]] = defaultdict(lambda: [ZERO, set(), ZERO])
    for row in files.paid():
        line = expected[row["店铺名称"]]
        line[0] += row.money("总金额") + row.money("天猫卡券抵扣")
        line[2] += row.money("退款金额")
        if row.money("退款金额"):
            line[1].add(row["订单编号"])
    report = build_report("refunds", source, {"by": "month"})
    assert {row["shop"]: (row["sold"], row["orders"], row["refunded"]) for row in rows_of(report, "By shop")} == {
        shop: (sold, len(orders), back) for shop, (sold, orders, back) in expected.items()
    }


def freight(files: Files) -> dict[str, D]:
    """By order number: what the courier's bill charges for the parcels in which the order system says it was sent."""
    (bill,), (export,) = files.of("express.bill"), files.of("jushuitan.orders")
    charged = {row["运单号"].strip(): row.money("总金额") for row in reading.table(files.folder, bill, 1)}
    parcels: dict[str, set[str]] = defaultdict(set)
    for row in reading.table(files.folder, export, 1):
        if row["快递单号"]:
            parcels[row["快递单号"]].update(name.split("-")[0] for name in row["线上订单号"].split(",") if name)
    found: dict[str, D] = defaultdict(D)
    known = {row["order_no"] for row in files.truth["collection"]}
    for number, orders in parcels.items():
        for order in orders & known:  # of two orders sent as one, each bears half
            found[order] += charged[number] / len(orders & known)
    return found


def test_net_income_by_order_and_product(source: ReportSource, files: Files) -> None:
    carried = freight(files)
    expected: dict[str, tuple[D, D, D | None, D]] = {}
    products: dict[tuple[str, str], D] = defaultdict(D)
    for row in files.paid():
        truth = files.collection[row["店铺名称"], row["订单编号"]]
        net = row.money("总金额") + (0 if truth["status"] == "refunded" else row.money("天猫卡券抵扣"))
        net -= row.money("退款金额")
        fees, freight_told = net - money(truth, "receivable"), carried.get(row["订单编号"])
        assert (freight_told or ZERO) == money(truth, "freight")
        income = net - fees - (freight_told or ZERO)
        expected[row["订单编号"]] = (net, fees, freight_told, income)
        products[row["店铺名称"], row["宝贝标题"]] += income
    report = build_report("net-income", source)
    listed = rows_of(report, "By order, least income first")
    found = {row["order_no"]: tuple(row[key] for key in ("net", "fees", "freight", "income")) for row in listed}
    assert {no: each for no, each in found.items() if no in expected} == expected
    by_product = {(r["shop"], r["product"]): r["income"] for r in rows_of(report, "By product, least income first")}
    assert {key: by_product[key] for key in products} == products
    (bill,) = files.of("express.bill")
    every = sum(row.money("总金额") for row in reading.table(files.folder, bill, 1))
    loose = total(report, "Couriers' charges without an order", "amount")
    assert total(report, "By shop", "freight") + loose == every and loose > 0
    for row in rows_of(report, "By product, least income first"):
        assert row["mark"] == ("Loss" if row["income"] < 0 else "")
    assert sum(income for (_shop, product), income in products.items() if product == BULKY) < 0


def test_finding_of_a_product_that_loses_money(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of however few orders: what freight and fees took beyond what it brought."""
    monkeypatch.setattr("huikuan.insight.findings.counted.LEAST_ORDERS", 1)
    results = Results.of(demo_book(files.folder.parent / "book"), Decisions())
    found = {each.shop: each for each in findings_of(results, demo_rules(), Decisions()).findings
             if (each.kind, each.subject) == ("losing_product", BULKY)}  # fmt: skip
    carried, loss, orders = freight(files), dict[str, D](), Counter[str]()
    for row in files.paid():
        if row["宝贝标题"] == BULKY:
            receivable = money(files.collection[row["店铺名称"], row["订单编号"]], "receivable")
            loss[row["店铺名称"]] = loss.get(row["店铺名称"], ZERO) + carried.get(row["订单编号"], ZERO) - receivable
            orders[row["店铺名称"]] += 1
    assert {shop: (each.money, each.facts["orders"]) for shop, each in found.items()} == {
        shop: (amount, orders[shop]) for shop, amount in loss.items() if amount > 0
    }
    assert found


def test_sales_comparison(source: ReportSource, files: Files) -> None:
    sold: dict[tuple[str, str], list[D]] = defaultdict(lambda: [ZERO] * 4)
    for row in files.paid():
        for side, (first, last) in enumerate((BASE, NOW)):
            if first <= row["订单创建时间"][:10] <= last:
                sums = sold[row["店铺名称"], row["宝贝标题"]]
                sums[side] += D(row["宝贝总数量"])
                refunded = files.collection[row["店铺名称"], row["订单编号"]]["status"] == "refunded"
                sums[2 + side] += row.money("总金额") + (0 if refunded else row.money("天猫卡券抵扣"))
    days = {"base_from": BASE[0], "base_to": BASE[1], "from": NOW[0], "to": NOW[1]}
    report = build_report("sales-comparison", source, days)
    columns = ("quantity_base", "quantity", "sales_base", "sales")
    found = {(row["shop"], row["product"]): [row[key] for key in columns]
             for row in rows_of(report, "Products sold on both sides")}  # fmt: skip
    assert found == {key: sums for key, sums in sold.items() if sums[0] and sums[1]}
    assert total(report, "New products", "sales") == sum(s[3] for s in sold.values() if not s[0])
    assert total(report, "Products no longer sold", "sales_base") == sum(s[2] for s in sold.values() if not s[1])


def test_payouts(source: ReportSource, files: Files) -> None:
    asked: dict[str, D] = defaultdict(D)
    for account, row, amount in files.ledger().values():
        asked[account] -= amount if row["业务类型"] in ALIPAY_PAYOUT else 0
    for account, row, amount in files.funds():
        asked[account] -= amount if row["业务类型"] in WECHAT_PAYOUT else 0
    wallets, _listed = build_report("payouts", source).sections
    assert {row.values[0]: row.values[wallets.index("asked")] for row in wallets.rows} == dict(asked)


def test_wallet_roll_forward(source: ReportSource, files: Files) -> None:
    """From the balance that the rules open with, by what came and went, to the balance on each bill's last line."""
    opening = demo_rules().opening_balances
    report = build_report("wallet-roll-forward", source, {"from": "2026-10-01", "to": "2026-10-31"})
    summary = report.sections[0]
    assert {row.values[0]: row.values[1:5] for row in summary.rows} == {
        account: (
            opening[account], sum(a for a in amounts if a > 0), -sum(a for a in amounts if a < 0),
            opening[account] + sum(amounts),
        )
        for account, amounts in files.wallet_moves().items()
    }  # fmt: skip
    document = files.of("alipay.ledger")[-1]
    closing = {row.values[0]: row.values[4] for row in summary.rows}[files.account(document)]
    assert closing == reading.ledger(files.folder, document)[-1].money("账户余额（元）")


def test_platform_fees(source: ReportSource, files: Files) -> None:
    """All that wallets took but payouts and what moves an order's own money."""
    taken = ZERO
    for _account, row, amount in files.ledger().values():
        told = row["备注"] + row.cells.get("业务描述", "")
        own = row["业务类型"] in (*GROSS, *ALIPAY_PAYOUT, "转账") or "平台补贴" in told
        taken -= ZERO if own else amount
    trades, _summary = reading.ticked(files.folder, files.of("wechatpay.trades")[0])
    taken += sum((row.money("手续费") for row in trades), ZERO)
    cross, *_rest = build_report("platform-fees", source, {"from": "2026-10-01", "to": "2026-10-31"}).sections
    assert cross.totals()[cross.index("fees")] == taken > 0


@pytest.mark.parametrize("kind", ["icbc.statement", "ccb.statement", "camt.053"])
def test_bank_reconciliation(source: ReportSource, files: Files, kind: str) -> None:
    """The bank's side begins with the balance that its statement ends with."""
    (document,) = files.of(kind)
    if kind == "icbc.statement":
        balance = reading.icbc(files.folder, document)[-1].money("余额")
    elif kind == "ccb.statement":
        balance = reading.ccb(files.folder, document)[0].money("余额")
    else:
        balance = reading.camt(files.folder, document)[0]["CLBD"]
    report = build_report("bank-reconciliation", source, {"account": files.account(document)})
    assert report.sections[0].rows[0].values[3] == balance


def test_exceptions_and_differences(source: ReportSource, files: Files) -> None:
    """What is open by reconciliation, kind and side, and what lies between orders and their settlement."""
    opened: dict[tuple[str, str], list[Any]] = defaultdict(lambda: [0, ZERO])
    (trades,) = files.of("wechatpay.trades")
    fees = {row.line: row.money("手续费") for row in reading.ticked(files.folder, trades)[0]}
    for row in files.truth["open"]:
        fee = fees.get(row["source_row"], ZERO) if row["document"] == trades else ZERO  # beside the sale in its row
        opened[row["reconciliation"], row["side"]][0] += 1 + bool(fee)
        opened[row["reconciliation"], row["side"]][1] += money(row, "amount") - fee
    report = build_report("exceptions", source)
    classes = next(each for each in report.sections if each.title == "By kind and cause")
    found: dict[tuple[str, str], list[Any]] = defaultdict(lambda: [0, ZERO])
    for line in classes.rows:
        key = (line.target.partition("/")[2], line.drill["side"])
        found[key][0] += line.values[classes.index("items")]
        found[key][1] += line.values[classes.index("amount")]
    assert found == opened
    differences = build_report("settlement-differences", source)
    assert total(differences, "By shop", "difference") == opened["order-settlement", "left"][1] != 0


def test_vouchers_move_each_account_as_its_statement_does(source: ReportSource, files: Files) -> None:
    """What is booked on wallets and banks in October is what their files moved."""
    moved = {account: sum(amounts) for account, amounts in files.wallet_moves().items()}
    for file in files.truth["files"]:
        if file["format"] in ("icbc.statement", "ccb.statement", "camt.053"):
            moved[file["account"]] = D(file["totals"]["in"]) - D(file["totals"]["out"])
    report = build_report("vouchers", source, {"from": "2026-10-01", "to": "2026-10-31"})
    accounts = {row["account"].rpartition("-")[2]: row["balance"] for row in rows_of(report, "By account")}
    assert {account: accounts[account] for account in moved} == moved
