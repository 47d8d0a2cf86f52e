"""Writes files as platforms and banks give them, and notes at each record where it is told."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from benchmarks.other_world.model import CUT, NOUGHT, START, BankLine, Move, Order, Told

MONTHS = (
    (date(2026, 1, 1), date(2026, 1, 31)),
    (date(2026, 2, 1), date(2026, 2, 28)),
    (date(2026, 3, 1), date(2026, 3, 31)),
)


def text(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}" if moment else ""


def write(path: Path, lines: Iterable[str], encoding: str = "utf-8", end: str = "\r\n") -> None:
    path.write_bytes("".join(line + end for line in lines).encode(encoding))


def told(record: Told, path: Path, row: int) -> None:
    record.places.append((path.name, row))


def within(moment: datetime, first: date, last: date) -> bool:
    return first <= moment.date() <= last


# Orders ---------------------------------------------------------------------------------------------------------------

TAOBAO = (
    "订单编号,支付单号,支付详情,买家应付货款,买家应付邮费,总金额,买家实付金额,订单状态,订单创建时间,订单付款时间,发货时间,"
    "确认收货时间,商品标题,退款金额,是否主动赔付,确认收货打款金额"
)


def taobao_orders(path: Path, orders: Sequence[Order]) -> None:
    """订单报表 of 千牛: one row per order; 买家实付金额 is what is left after 退款金额."""
    rows = [TAOBAO]
    for o in orders:
        if not o.paid_at:
            state = "交易关闭" if o.closed else "等待买家付款"
        elif o.refunded and o.refunded >= o.paid:
            state = "交易关闭"
        elif o.received:
            state = "交易成功"
        else:
            state = "卖家已发货，等待买家确认" if o.shipped else "买家已付款，等待卖家发货"
        left = o.paid - o.refunded
        rows.append(
            f'="{o.no}","2026{o.no[-12:]}\t",,{o.total},0.00,{o.total},{left},{state},{text(o.created)},{text(o.paid_at)},'
            f'{text(o.shipped)},{text(o.received)},"棉T恤,短袖",{o.refunded},否,{left if o.received else "0.00"}'
        )
        told(o, path, len(rows))
    write(path, rows, "gb18030")


SUB_ORDERS = (
    "子订单编号,主订单编号,标题,商品价格,购买数量,商家编码,订单状态,买家应付货款,买家实付金额,退款状态,退款金额,"
    "订单创建时间,订单付款时间,发货时间,确认收货时间,物流单号"
)


def taobao_suborders(path: Path, orders: Sequence[Order]) -> None:
    """宝贝明细: one row per sub-order; a refund is taken from the lines in turn."""
    rows = [SUB_ORDERS]
    for o in orders:
        left = o.refunded
        for sub, sku, qty, amount in o.lines:
            part = min(left, amount)
            left -= part
            if not o.paid_at:
                state = "交易关闭" if o.closed else "等待买家付款"
            elif part and part == amount:
                state = "交易关闭"
            else:
                state = (
                    "交易成功"
                    if o.received
                    else "卖家已发货，等待买家确认"
                    if o.shipped
                    else "买家已付款，等待卖家发货"
                )
            number = o.no if len(o.lines) == 1 else sub
            paid = (amount - part) if o.paid_at else "0.00"
            rows.append(
                f'"{number}\t","{o.no}\t",袜子,{amount},{qty},{sku},{state},{amount},{paid},'
                f"{'退款成功' if part else '没有申请退款'},{part},"
                f"{text(o.created)},{text(o.paid_at)},{text(o.shipped)},{text(o.received)},"
            )
            o.told_line(number, (amount - part if o.paid_at else NOUGHT), (path.name, len(rows)))
    write(path, rows, "gb18030")


# Wallets --------------------------------------------------------------------------------------------------------------

ALIPAY = (
    "账务流水号,业务流水号,商户订单号,商品名称,发生时间,对方账号,收入金额（+元）,支出金额（-元）,账户余额（元）,交易渠道,业务类型,备注,"
    "业务描述,业务基础订单号"
)
ALIPAY_WORDS = {
    "sale": ("在线支付", "0010001|交易收款-交易收款"),
    "subsidy": ("其它", "0010027T|交易收款-邮费补贴"),
    "refund": ("退款（交易退款）", "0020001|交易退款-余额退款"),
    "refund_failed": ("其它", "0020001|交易退款-余额退款"),
    "commission": ("收费", "0030003|软件服务费-类目软件服务费（原天猫佣金）"),
    "penalty": ("其它", "0070002|其他支出-交易赔付（保证金扣款）"),
    "payout": ("提现", ""),
    "payout_back": ("其它", ""),
    "deposit": ("转账", "008000200001|保证金-天猫-缴存"),
    "deposit_back": ("转账", "008000200002|保证金-天猫-解冻"),
    "ad": ("其它", "万相台"),
    "insurance": ("其它", "0050005|保险支出-卖家版运费险"),
    "topup": ("充值", ""),
}
ALIPAY_REMARKS = {"payout": "提现", "payout_back": "提现退票", "refund_failed": "退款失败退票", "topup": "充值"}


def alipay_ledger(
    path: Path, moves: Sequence[Move], account: str, first: date, last: date, words: bool = True, newest: bool = False
) -> None:
    """账务明细 of some days, in GBK, with `#` lines around it; without `words` the layout before 业务描述."""
    head = ALIPAY if words else ALIPAY.rsplit(",", 2)[0]
    rows = [
        "#支付宝账务明细查询", f"#账号：[{account}0156]",
        f"#起始日期：[{first:%Y年%m月%d日} 00:00:00]   终止日期：[{last + timedelta(days=1):%Y年%m月%d日} 00:00:00]",
        "#-----------------------------------------账务明细列表----------------------------------------", head,
    ]  # fmt: skip
    mine = [move for move in moves if within(move.at, first, last)]
    for move in reversed(mine) if newest else mine:
        kind, described = ALIPAY_WORDS[move.kind]
        base, out, remark = _where(move)
        remark = ALIPAY_REMARKS.get(move.kind, remark)
        if move.kind == "refund_failed":
            remark = f"{remark} 订单号：{move.number}"
        money = f"{move.amount},0.00" if move.amount > 0 else f"0.00,{move.amount}"
        row = (
            f"{move.flow}\t,{move.flow[:-4]}\t,{out}\t,商品,{text(move.at)},abc***@163.com,{money},{move.balance},,{kind},"
            f"{remark}"
        )
        rows.append(row + f",{described},{base}" if words else row)
        told(move, path, len(rows))
    into = [move.amount for move in mine if move.amount > 0]
    out_of = [move.amount for move in mine if move.amount < 0]
    rows += [
        "#-----------------------------------------账务明细列表结束------------------------------------",
        f"#支出合计：{len(out_of)}笔，共{sum(out_of, NOUGHT)}元", f"#收入合计：{len(into)}笔，共{sum(into, NOUGHT)}元",
        f"#导出时间：[{last + timedelta(days=1):%Y年%m月%d日} 09:12:33]",
    ]  # fmt: skip
    write(path, rows, "gb18030")


def _where(move: Move) -> tuple[str, str, str]:
    """业务基础订单号, 商户订单号, 备注 of a movement: where its order's number stands."""
    if move.where == "nowhere" or not move.number:
        return "", "", ""
    if move.where == "damaged":
        return "", f"T200P{move.number[0]}.{move.number[1:6]}E+18", ""
    if move.where == "remark":
        return "", "", f"订单号：{move.number}"
    if move.where == "prefix":
        return "", f"T200P{move.number}", ""
    return move.number, f"T200P{move.number}", ""


WECHAT_ORDERS = (
    "订单号,订单下单时间,订单发货时间,订单确认收货时间,订单状态,支付时间,交易单号,订单实际支付金额,订单实际收款金额,订单运费,"
    "商品名称,商品编码(平台),SKU编码(自定义),商品价格(单件),商品实际价格(总共),商品数量,商品平台券优惠,商品已退款金额"
)


def wechat_orders(path: Path, orders: Sequence[Order]) -> None:
    """微信小店 orders: a row per item, the order's amounts on each; what the platform bears is in 订单实际收款金额."""
    rows = [WECHAT_ORDERS]
    for o in orders:
        left = o.refunded
        if not o.paid_at:
            state = "已取消" if o.closed else "待付款"
        elif o.refunded and o.refunded >= o.paid:
            state = "已取消"
        else:
            state = "已完成" if o.received else "待收货" if o.shipped else "待发货"
        due = o.paid or o.total
        for n, (_, sku, qty, amount) in enumerate(o.lines):
            part = min(left, amount)
            left -= part
            rows.append(
                f"{o.no}\t,{text(o.created)},{text(o.shipped)},{text(o.received)},{state},{text(o.paid_at)},"
                f"{'4200' + o.no if o.paid_at else ''}\t,{due},{due + o.borne if o.paid_at else '0.00'},"
                f"0.00,水杯,{sku}P,{sku},{amount},{amount},{qty},0.00,{part}"
            )
            o.told_line(str(n), amount - part if o.paid_at else NOUGHT, (path.name, len(rows)))
    write(path, rows, "utf-8-sig")


TRADES = (
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,"
    "代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注"
)


def together(moves: Sequence[Move]) -> list[list[Move]]:
    """Movements that one row tells: a payment or refund with the fee of it, and what the platform adds."""
    rows: dict[tuple[object, ...], list[Move]] = {}
    for move in moves:
        what = id(move.order) if move.order else id(move)
        rows.setdefault((what, move.at, move.flow.split("-")[0] if move.kind in ("payout",) else ""), []).append(move)
    return list(rows.values())


def wechat_trades(path: Path, moves: Sequence[Move], merchant: str, first: date, last: date) -> None:
    """交易账单 of some days: backticks before all values, totals at the end."""
    rows, sums = [TRADES], [NOUGHT] * 4
    mine = [move for move in moves if move.order and within(move.at, first, last)]
    for some in together(mine):
        main = next((move for move in some if move.kind in ("sale", "refund")), None)
        if main is None:
            continue  # a fee of its own: told by the fund bill alone
        fee = -sum((move.amount for move in some if move.kind == "payment_fee"), NOUGHT)
        number = _written(main)
        sale = main.kind == "sale"
        paid, back = (main.amount, NOUGHT) if sale else (NOUGHT, -main.amount)
        refund = (
            ("0", "0", "0.00", "0.00", "", "")
            if sale
            else (f"50{main.flow}", f"R{main.flow}", back, "0.00", "ORIGINAL", "SUCCESS")
        )
        values = (
            text(main.at), "wxd1", merchant, "0", "", trade_of(main), number, "oAb", "JSAPI",
            "SUCCESS" if sale else "REFUND", "OTHERS", "CNY", paid, "0.00", *refund,
            "水杯,大号", "", f"{fee:.5f}", "0.60%", paid, back,
            "",
        )  # fmt: skip
        rows.append(",".join(f"`{value}" for value in values))
        sums = [a + b for a, b in zip(sums, (NOUGHT + 1, paid, back, fee), strict=True)]
        for move in some:
            told(move, path, len(rows))
    rows.append("总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额")
    count, paid, back, fee = sums
    rows.append(f"`{count},`{paid},`{back},`0.00,`{fee:.5f},`{paid},`{back}")
    write(path, rows)


def trade_of(move: Move) -> str:
    """The payment's number at WeChat: a second payment of an order has another."""
    return f"{'43' if move.again else '42'}00{move.order.no if move.order else ''}"


def _written(move: Move) -> str:
    return {"nowhere": "", "damaged": f"{move.number[0]}.{move.number[1:6]}E+18"}.get(move.where, move.number)


FUNDS = (
    "记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额(元),账户结余(元),"
    "资金变更提交申请人,备注,业务凭证号"
)
FUND_WORDS = {
    "sale": ("交易", "交易"), "refund": ("退款", "退款"), "payment_fee": ("扣除交易手续费", "扣除交易手续费"),
    "payout": ("提现", "提现"), "payout_back": ("提现", "提现失败退回"),
    "refund_failed": ("退款", "退款失败退回"), "penalty": ("赔付", "商家赔付"),
}  # fmt: skip


def wechat_funds(path: Path, moves: Sequence[Move], merchant: str, first: date, last: date, balance: Decimal) -> None:
    """资金账单 of some days, by when the balance changed: a refund is booked net of the fee that comes back."""
    rows: list[str] = [FUNDS]
    into, out_of = [NOUGHT], [NOUGHT]
    booked = sorted(moves, key=lambda move: move.booked or move.at)
    for some in together(booked):
        main = next((move for move in some if move.kind == "refund"), None)
        for parts in [some] if main else [[move] for move in some]:
            amount = sum((move.amount for move in parts), NOUGHT)
            one = main or parts[0]
            balance += amount
            if not within(one.booked or one.at, first, last):
                continue
            name, kind = FUND_WORDS[one.kind]
            trade = "" if not one.order else f"50{one.flow}" if one.kind == "refund" else trade_of(one)
            side = "收入" if amount > 0 else "支出"
            (into if amount > 0 else out_of).append(abs(amount))
            remark = f"退款总金额{-one.amount}元;含手续费{amount - one.amount}元" if main else ""
            values = (
                text(one.booked or one.at), trade or one.flow, f"{one.flow}", name, kind, side, abs(amount), balance,
                f"{merchant}API", remark, _written(one) if one.order else "",
            )  # fmt: skip
            rows.append(",".join(f"`{value}" for value in values))
            for move in parts:
                move.in_wallet.append((path.name, len(rows)))
                if not move.places:
                    told(move, path, len(rows))
    rows.append("资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额")
    rows.append(f"`{len(rows) - 2},`{len(into) - 1},`{sum(into)},`{len(out_of) - 1},`{sum(out_of)}")
    write(path, rows, "utf-8-sig")


# Banks ----------------------------------------------------------------------------------------------------------------


def memo_of(line: BankLine) -> str:
    flow = line.payout.moves[0].flow if line.payout else ""
    return line.memo.replace("{flow}", flow)


def icbc(path: Path, lines: Sequence[BankLine], account: str) -> None:
    """Corporate csv, second layout, oldest first."""
    rows = ["[HISTORYDETAIL]", "本方账号,对方账号,交易时间,借贷标志,对方单位,对方行号,用途,摘要,附言,发生额,余额,币种"]
    for line in lines:
        side = "贷" if line.amount > 0 else "借"
        rows.append(
            f"{account}\t,,{text(line.at)},{side},{line.party},,,{memo_of(line)},,{abs(line.amount)},{line.balance},人民币"
        )
        told(line, path, len(rows))
    write(path, rows, "gb18030")


def boc(path: Path, lines: Sequence[BankLine], account: str) -> None:
    """Corporate csv with eight lines before the table, newest first."""
    rows = [
        "企业网银交易明细,", f"查询账号[Inquirer account number],{account}", "币种,人民币",
        "起始日期,20260101", "终止日期,20260331",
        "总笔数,", "",
        "交易类型,业务类型,付款人开户行号,付款人账号,付款人名称,收款人账号,收款人名称,交易日期,交易时间,交易货币,"
        "交易金额,交易后余额,摘要,用途,交易附言",
    ]  # fmt: skip
    own = f"{account},杭州另一世界电子商务有限公司"
    for line in reversed(lines):
        kind, who = ("来账", f",{line.party},{own}") if line.amount > 0 else ("往账", f"{own},,{line.party}")
        rows.append(
            f"{kind},转账,,{who},{line.at:%Y%m%d},{line.at:%H:%M:%S},CNY,{line.amount},{line.balance},,,{memo_of(line)}"
        )
        told(line, path, len(rows))
    write(path, rows, "utf-8-sig")


def mt940(path: Path, lines: Sequence[BankLine], account: str, before: Decimal) -> None:
    """One statement for the whole time; `:86:` holds payer and memo."""
    words = {
        "代发工资": "SALARY",
        "房租": "RENT",
        "结息": "CREDIT INTEREST",
        "账户管理费": "BANK CHARGES",
        "往来款 内部转账": "OWN TRANSFER",
    }
    rows = [
        ":20:OTHERWORLD",
        f":25:{account}",
        ":28C:1/1",
        f":60F:C{START - timedelta(days=1):%y%m%d}CNY{_comma(before)}",
    ]
    for n, line in enumerate(lines, 1):
        side = "C" if line.amount > 0 else "D"
        about = _ascii(memo_of(line))[:16] or "NONREF"
        rows.append(f":61:{line.at:%y%m%d%m%d}{side}{_comma(abs(line.amount))}NTRF{about}//{n:010}")
        told(line, path, n)
        rows.append(f":86:{_ascii(line.party)} {_ascii(words.get(line.memo, memo_of(line)))}".rstrip())
    rows += [f":62F:C{CUT:%y%m%d}CNY{_comma(lines[-1].balance)}", "-"]
    write(path, rows)


def _comma(amount: Decimal) -> str:
    return f"{amount:.2f}".replace(".", ",")


def _ascii(words: str) -> str:
    return re.sub(r"[^\x20-\x7e]+", " ", words).strip()


def camt(path: Path, lines: Sequence[BankLine], account: str, before: Decimal) -> None:
    """camt.053 version 2, one line of text per entry's element group."""

    def balance(code: str, amount: Decimal, day: date) -> str:
        return (
            f'<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy="CNY">{amount:.2f}</Amt>'
            f"<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>"
        )

    rows = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt>',
        f"<GrpHdr><MsgId>OW1</MsgId><CreDtTm>{CUT + timedelta(days=1)}T06:00:00</CreDtTm></GrpHdr>",
        f"<Stmt><Id>1</Id><CreDtTm>{CUT + timedelta(days=1)}T06:00:00</CreDtTm>"
        f"<FrToDt><FrDtTm>{START}T00:00:00</FrDtTm><ToDtTm>{CUT}T23:59:59</ToDtTm></FrToDt>"
        f"<Acct><Id><Othr><Id>{account}</Id></Othr></Id><Ccy>CNY</Ccy></Acct>",
        balance("OPBD", before, START) + balance("CLBD", lines[-1].balance, CUT),
    ]
    for n, line in enumerate(lines, 1):
        side, role = ("CRDT", "Dbtr") if line.amount > 0 else ("DBIT", "Cdtr")
        rows.append(
            f'<Ntry><Amt Ccy="CNY">{abs(line.amount):.2f}</Amt><CdtDbtInd>{side}</CdtDbtInd><Sts>BOOK</Sts>'
            f"<BookgDt><Dt>{line.at.date()}</Dt></BookgDt><ValDt><Dt>{line.at.date()}</Dt></ValDt><AcctSvcrRef>OW{n:08}</AcctSvcrRef>"
            f"<NtryDtls><TxDtls><RltdPties><{role}><Nm>{line.party or 'BANK'}</Nm></{role}></RltdPties>"
            f"<RmtInf><Ustrd>{memo_of(line)}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"
        )
        told(line, path, n)
    rows.append("</Stmt></BkToCstmrStmt></Document>")
    write(path, rows)
