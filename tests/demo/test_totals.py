"""Control totals and running balances: to the cent in every file, but for the one break that is labelled."""

from __future__ import annotations

import re
from decimal import Decimal

from huikuan.demo.guide import demo_rules
from tests.demo import reading
from tests.demo.conftest import Made

INCOME, OUTGO, BALANCE = "收入金额（+元）", "支出金额（-元）", "账户余额（元）"


def amounts(total: dict[str, str]) -> tuple[Decimal, Decimal]:
    return Decimal(total["in"]), Decimal(total["out"])


def in_and_out(signed: list[Decimal]) -> tuple[Decimal, Decimal]:
    nothing = Decimal(0)
    return sum((a for a in signed if a > 0), nothing), -sum((a for a in signed if a < 0), nothing)


def breaks(opening: Decimal, moves: list[tuple[int, Decimal, Decimal]]) -> list[tuple[int, Decimal]]:
    """Lines (line, amount, balance), oldest first, at which the balance is not the one before plus the amount."""
    found = []
    before = opening
    for line, amount, balance in moves:
        if before + amount != balance:
            found.append((line, balance - before - amount))
        before = balance
    return found


def test_alipay_footers_summaries_and_running_balances(demo: Made) -> None:
    closing: dict[str, Decimal] = {}
    for document in demo.documents("alipay.ledger"):
        rows = reading.ledger(demo.folder, document)
        signed = [row.money(INCOME) + row.money(OUTGO) for row in rows]
        money_in, money_out = in_and_out(signed)
        footer = "\n".join(reading.lines(demo.folder, document)[-4:])
        found = re.search(r"#支出合计：(\d+)笔，共-([\d.]+)元\n#收入合计：(\d+)笔，共([\d.]+)元", footer)
        assert found
        assert (Decimal(found[2]), Decimal(found[4])) == (money_out, money_in)
        assert int(found[1]) == sum(a < 0 for a in signed)
        assert int(found[1]) + int(found[3]) == len(rows) == demo.file(document)["rows"]
        assert amounts(demo.file(document)["totals"]) == (money_in, money_out)
        summary = reading.lines(demo.folder, document.removesuffix(".csv") + "(汇总).csv")
        assert summary[1].endswith(f",{money_in - money_out}")
        account = demo.file(document)["account"]
        opening = closing.get(account, demo_rules().opening_balances[account])
        moves = [(row.line, a, row.money(BALANCE)) for row, a in zip(rows, signed, strict=True)]
        if account in closing:  # the second download begins two days before the first one ends
            opening = moves[0][2] - moves[0][1]
        assert breaks(opening, moves) == []
        assert min(balance for _, _, balance in moves) >= 0
        closing[account] = moves[-1][2]


def test_overlapping_downloads_tell_the_same_rows(demo: Made) -> None:
    first, second, _ = demo.documents("alipay.ledger")
    old = {row["账务流水号"]: row.cells for row in reading.ledger(demo.folder, first)}
    new = {row["账务流水号"]: row.cells for row in reading.ledger(demo.folder, second)}
    both = old.keys() & new.keys()
    assert {old[flow]["发生时间"][:10] for flow in both} == {"2026-10-15", "2026-10-16"}
    assert all(old[flow] == new[flow] for flow in both)


def test_wechat_summaries_and_running_balance(demo: Made) -> None:
    trades, summary = reading.ticked(demo.folder, demo.documents("wechatpay.trades")[0])

    def total(column: str) -> Decimal:
        return sum((row.money(column) for row in trades), Decimal(0))

    assert int(summary["总交易单数"]) == len(trades)
    vouchers = [row for row in trades if row.money("代金券金额")]
    assert vouchers
    assert all(row.money("订单金额") == row.money("应结订单金额") + row.money("代金券金额") for row in vouchers)
    for stated, column in (
        ("应结订单总金额", "应结订单金额"),
        ("退款总金额", "退款金额"),
        ("手续费总金额", "手续费"),
        ("订单总金额", "订单金额"),
        ("申请退款总金额", "申请退款金额"),
        ("充值券退款总金额", "充值券退款金额"),
    ):
        assert Decimal(summary[stated]) == total(column)
    funds, moved = reading.ticked(demo.folder, demo.documents("wechatpay.funds")[0])
    signed = [row.money("收支金额(元)") * (1 if row["收支类型"] == "收入" else -1) for row in funds]
    assert (Decimal(moved["收入金额"]), Decimal(moved["支出金额"])) == in_and_out(signed)
    assert int(moved["资金流水总笔数"]) == len(funds) == int(moved["收入笔数"]) + int(moved["支出笔数"])
    moves = [(row.line, a, row.money("账户结余(元)")) for row, a in zip(funds, signed, strict=True)]
    account = demo.file(demo.documents("wechatpay.funds")[0])["account"]
    assert breaks(demo_rules().opening_balances[account], moves) == []
    assert min(balance for _, _, balance in moves) >= 0


def test_wechat_trades_and_funds_move_the_same_money(demo: Made) -> None:
    trades = [
        trade
        for trade in reading.ticked(demo.folder, demo.documents("wechatpay.trades")[0])[0]
        if trade["交易时间"] < "2026-10-31 23:30:00"  # later ones are booked the day after
    ]
    funds, _ = reading.ticked(demo.folder, demo.documents("wechatpay.funds")[0])
    net = sum((t.money("应结订单金额") - t.money("退款金额") - t.money("手续费") for t in trades), Decimal(0))
    moved = [f.money("收支金额(元)") * (1 if f["收支类型"] == "收入" else -1) for f in funds if f["业务类型"] != "提现"]
    assert sum(moved, Decimal(0)) == net


def test_icbc_breaks_exactly_where_the_truth_says(demo: Made) -> None:
    document = demo.documents("icbc.statement")[0]
    rows = reading.icbc(demo.folder, document)
    account = rows[0]["本方账号"]
    signed = [row.money("贷方发生额") - row.money("借方发生额") for row in rows]
    assert [row["借/贷"] for row in rows] == ["贷" if a > 0 else "借" for a in signed]
    moves = [(row.line, a, row.money("余额")) for row, a in zip(rows, signed, strict=True)]
    labelled = [row for row in demo.truth["open"] if row["class"] == "balance_break"]
    assert [(row["document"], row["source_row"], Decimal(row["amount"])) for row in labelled] == [
        (document, line, -amount) for line, amount in breaks(demo_rules().opening_balances[account], moves)
    ]
    assert len(labelled) == 1
    assert amounts(demo.file(document)["totals"]) == in_and_out(signed)


def test_ccb_balances_newest_first(demo: Made) -> None:
    document = demo.documents("ccb.statement")[0]
    rows = reading.ccb(demo.folder, document)[::-1]
    signed = [row.money("贷方发生额（收入）") - row.money("借方发生额（支取）") for row in rows]
    moves = [(row.line, a, row.money("余额")) for row, a in zip(rows, signed, strict=True)]
    assert breaks(demo_rules().opening_balances[rows[0]["账号"]], moves) == []
    assert amounts(demo.file(document)["totals"]) == in_and_out(signed)


def test_camt_opening_and_entries_give_the_closing_balance(demo: Made) -> None:
    document = demo.documents("camt.053")[0]
    balances, entries = reading.camt(demo.folder, document)
    account = demo.file(document)["account"]
    assert balances["OPBD"] == demo_rules().opening_balances[account]
    assert balances["OPBD"] + sum((amount for _, amount, _ in entries), Decimal(0)) == balances["CLBD"]


def test_order_totals_are_those_of_the_rows(demo: Made) -> None:
    for document in demo.documents("tmall.orders"):
        rows = reading.orders(demo.folder, document)
        paid_rows = [row for row in rows if row["订单付款时间"]]
        for row in paid_rows:
            assert row.money("总金额") == row.money("买家实际支付金额") + row.money("退款金额")
        for row in rows:
            assert row.money("总金额") == row.money("买家应付货款") + row.money("买家应付邮费")
            assert row["订单付款时间"] or row.money("买家实际支付金额") == 0
        totals = demo.file(document)["totals"]
        assert Decimal(totals["paid"]) == sum((row.money("总金额") for row in paid_rows), Decimal(0))
        assert Decimal(totals["refunded"]) == sum((row.money("退款金额") for row in rows), Decimal(0))
        assert demo.file(document)["rows"] == len(rows)
