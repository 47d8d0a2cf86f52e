"""Files of Pinduoduo, Douyin, JD, Kuaishou, Xiaohongshu, of order systems and Chinese banks, as FORMATS describes them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

import xlsxwriter

from benchmarks.other_world.files import memo_of, text, told, within, write
from benchmarks.other_world.model import NOUGHT, BankLine, ErpLine, Move, Order

ROW = list[Move]


def together(moves: Sequence[Move]) -> list[ROW]:
    """Movements that one row tells: those of one order (or sub-order) at one moment."""
    rows: dict[tuple[object, ...], ROW] = {}
    for move in moves:
        rows.setdefault((id(move.order) if move.order else id(move), move.at, move.sub), []).append(move)
    return list(rows.values())


def of(some: ROW, *kinds: str) -> Decimal:
    return sum((move.amount for move in some if move.kind in kinds), NOUGHT)


def number_of(move: Move) -> str:
    """The order's number as the bill's own column has it."""
    if move.where == "damaged":
        return f"{move.number[0]}.{move.number[1:6]}E+18"
    return move.number if move.where == "field" else ""


def state_of(o: Order, unpaid: str, cancelled: str, to_ship: str, shipped: str, done: str) -> str:
    """The order's state in a platform's words; wholly refunded before receipt is cancelled."""
    if not o.paid_at:
        return cancelled if o.closed else unpaid
    if o.refunded >= o.paid and not o.received:
        return cancelled
    return done if o.received else shipped if o.shipped else to_ship


def parts_of(o: Order) -> list[tuple[str, str, int, Decimal, Decimal]]:
    """Its lines, each with what of the refund is its own: taken from the lines in turn."""
    left, found = o.refunded, []
    for sub, sku, qty, amount in o.lines:
        part = min(left, amount)
        left -= part
        found.append((sub, sku, qty, amount, part))
    return found


def outcome(row: Move) -> str:
    return "入账" if row.amount >= 0 else "出账"


# Pinduoduo ------------------------------------------------------------------------------------------------------------

PDD_ORDERS = (
    "商品,订单号,订单状态,商品总价(元),邮费(元),店铺优惠折扣(元),平台优惠折扣(元),多多支付立减金额(元),用户实付金额(元),商家实收金额(元),"
    "商品数量(件),支付时间,拼单成功时间,订单成交时间,发货时间,确认收货时间,商品id,商品规格,样式ID,商家编码-规格维度,商家编码-商品维度,"
    "商家备注,售后状态,退款金额(元),快递单号,快递公司"
)


def pdd_orders(path: Path, orders: Sequence[Order]) -> None:
    """One row per order; what the platform bears is in 商家实收金额."""
    rows = [PDD_ORDERS]
    for o in orders:
        state = state_of(o, "待支付", "已取消", "待发货", "已发货，待收货", "已收货")
        if o.refunded >= o.paid > 0:
            state = "已收货，退款成功" if o.received else "已发货，退款成功" if o.shipped else "未发货，退款成功"
        _, sku, qty, amount = o.lines[0]
        after_sale = "退款成功" if o.refunded else "无售后或售后取消"
        rows.append(
            f"毛巾,{o.no}\t,{state},{amount + o.borne},0.00,0.00,{o.borne},0.00,{amount},{amount + o.borne},{qty},"
            f"{text(o.paid_at)}\t,{text(o.paid_at)}\t,{text(o.created)}\t,{text(o.shipped)}\t,{text(o.received)}\t,"
            f"9{sku[3:]},红,8{sku[3:]},{sku},,,{after_sale},{o.refunded},,"
        )
        told(o, path, len(rows))
    write(path, rows, "utf-8-sig")


PDD_WORDS = {
    "sale": ("交易收入", "0010002|交易收入-订单收入"), "subsidy": ("优惠券结算", "0010005|交易收入-优惠券结算"),
    "refund": ("退款", "0020002|交易退款-订单退款"), "refund_failed": ("退款", "0020002|交易退款-订单退款"),
    "service_fee": ("技术服务费", "0030002|技术服务费-基础技术服务费"),
    "penalty": ("扣款", "0040002|售后费用-售后补偿消费者"), "compensation": ("其他", "0040001|售后费用-小额打款"),
    "affiliate_commission": ("其他", "0060001|营销费用-多多进宝"), "late_penalty": ("扣款", "0040004|售后费用-延迟发货"),
    "service": ("其他", "0110001|交易付款-服务消费"), "deposit": ("转账", "0070001|转账-店铺保证金"),
    "deposit_back": ("转账", "0070001|转账-店铺保证金"), "ad": ("转账", "0070004|转账-广告账户"),
    "payout": ("提现", "0080001|提现-提现申请"), "payout_back": ("提现", "0080001|提现-提现申请"),
}  # fmt: skip
PDD_REMARKS = {"payout_back": "提现退票", "refund_failed": "退款失败退票", "late_penalty": "延迟发货扣款"}


def pdd_bills(path: Path, moves: Sequence[Move], first: date, last: date) -> None:
    """货款账单: five lines before the table, no balance, no flow number."""
    rows = [
        "拼多多店铺账务明细查询", "", f"起始时间：{first} 00:00:00  终止时间：{last} 23:59:59",
        "----------交易记录明细列表---------", "商户订单号,发生时间,收入金额（+元）,支出金额（-元）,账务类型,备注,业务描述",
    ]  # fmt: skip
    for move in moves:
        if within(move.at, first, last):
            kind, words = PDD_WORDS[move.kind]
            if move.kind == "subsidy" and move.amount < 0:
                kind, words = "优惠券结算", "0020005|交易退款-优惠券结算"
            money = f"{move.amount},0.00" if move.amount >= 0 else f"0.00,{move.amount}"
            number = f"{move.number[:9]}" if move.where == "damaged" else number_of(move)
            remark = PDD_REMARKS.get(move.kind, "") + (move.says if move.where == "remark" else "")
            rows.append(f"{number}\t,{text(move.at)},{money},{kind},{remark},{words}")
            told(move, path, len(rows))
    write(path, rows, "gb18030")


# Douyin ---------------------------------------------------------------------------------------------------------------

DOUYIN_ORDERS = (
    "主订单编号,子订单编号,选购商品,商品规格,商品数量,商品ID,商家编码,商品单价,订单应付金额,运费,优惠总金额,平台优惠,商家优惠,达人优惠,"
    "商家改价,支付优惠,红包抵扣,支付方式,手续费,订单提交时间,订单完成时间,支付完成时间,订单状态,达人ID,售后状态,取消原因,发货时间,"
    "平台实际承担优惠金额,商家实际承担优惠金额,达人实际承担优惠金额,快递信息"
)


def tabbed(*values: object) -> str:
    return ",".join(f'"\t{value}"' for value in values)


def douyin_orders(path: Path, orders: Sequence[Order]) -> None:
    """A row per sub-order, every value behind a tab; `-` is nothing."""
    rows = [DOUYIN_ORDERS]
    for o in orders:
        state = state_of(o, "待支付", "已关闭", "待发货", "已发货", "已完成")
        borne = o.borne
        for sub, sku, qty, amount, part in parts_of(o):
            after_sale = "已全额退款" if part and part == amount else "退款成功" if part else "-"
            rows.append(tabbed(
                o.no, sub, "面霜", "50g", qty, f"35{sku[3:]}", sku, f"{(amount + borne) / qty:.2f}", amount, "0.00", borne, borne,
                "0.00", "0.00", "0.00", "0.00", "0.00", "支付宝" if o.paid_at else "-", "0.00", text(o.created),
                text(o.received) or "-", text(o.paid_at) or "-", state, "-", after_sale, "-", text(o.shipped) or "-",
                borne, "0.00", "0.00", "-",
            ))  # fmt: skip
            o.told_line(sub, amount + borne - part if o.paid_at else NOUGHT, (path.name, len(rows)))
            borne = NOUGHT
    write(path, rows, "utf-8-sig")


def douyin_aftersales(path: Path, orders: Sequence[Order]) -> None:
    """售后: how much was refunded of each sub-order."""
    rows = ["售后单号,订单号,商品单号,商品名称,售后类型,售后状态,售后申请时间,退商品金额（元）"]
    for o in orders:
        for n, (sub, _, _, _, part) in enumerate(parts_of(o)):
            if part and not o.silent:
                kind = "退货退款" if o.received else "仅退款"
                rows.append(tabbed(f"14{o.no[2:]}{n}", o.no, sub, "面霜", kind, "退款成功", text(o.refunded_at), part))
    write(path, rows, "utf-8-sig")


DOUYIN_LEDGER = (
    "动账时间,动账流水号,动账方向,动账金额,动账账户,动账场景,计费类型,子订单号,订单号,售后编号,下单时间,商品ID,商品名称,订单类型,订单实付应结,"
    "运费实付,实际平台补贴_运费,实际平台补贴,其他平台补贴,以旧换新抵扣,实际达人补贴,实际抖音支付补贴,实际抖音月付营销补贴,银行补贴,订单退款,"
    "平台服务费,佣金,服务商佣金,渠道分成,招商服务费,站外推广费,其他分成,是否免佣,免佣金额,商户主体名称,备注"
)
DOUYIN_SCENES = {
    "refund": "退款-结算后退款-退用户", "penalty": "消费者赔付", "compensation": "小额打款", "freight_insurance": "权益保险",
    "deposit": "货款充值保证金", "ad": "货款直投千川", "payout": "提现", "payout_back": "提现退票",
}  # fmt: skip


def douyin_ledger(path: Path, moves: Sequence[Move], first: date, last: date) -> None:
    """资金账单: one row per movement of the account, with its components; amounts without sign."""
    rows = [DOUYIN_LEDGER]
    for some in together([move for move in moves if within(move.at, first, last)]):
        one = next((move for move in some if move.kind in DOUYIN_SCENES), some[0])
        net = sum((move.amount for move in some), NOUGHT)
        scene = DOUYIN_SCENES.get(one.kind, "货款结算入账")
        if one.kind == "subsidy" and one.amount < 0:
            scene = "平台补贴扣回"
        number = number_of(one)
        sub = one.sub or (number if one.order and len(one.order.lines) == 1 else "")
        rows.append(",".join(str(value) for value in (
            text(one.at), f"'{one.flow}", "入账" if net >= 0 else "出账", abs(net), "聚合账户", scene, "货款", f"'{sub}",
            f"'{number}", "", text(one.order.created) if one.order else "", "", "面霜", "普通订单", of(some, "sale"),
            "0.00", "0.00", of(some, "subsidy"), "0.00", "0.00", "0.00", "0.00", "0.00", "0.00", of(some, "refund"),
            of(some, "commission"), of(some, "influencer_commission"), "0.00", "0.00", "0.00", "0.00",
            of(some, "affiliate_commission"), "否", "0.00", "主体", "",
        )))  # fmt: skip
        for move in some:
            told(move, path, len(rows))
    write(path, rows, "utf-8-sig")


# JD -------------------------------------------------------------------------------------------------------------------

JD_ORDERS = "订单号,商品ID,商品名称,订购数量,支付方式,下单时间,京东价,订单金额,结算金额,商家应收,应付金额,订单状态,付款确认时间,出库时间,订单完成时间,商家SKUID"


def jd_orders(path: Path, orders: Sequence[Order]) -> None:
    """One row per sku; the order's amounts stand on each."""
    rows = [JD_ORDERS]
    for o in orders:
        state = state_of(o, "等待付款", "已取消", "等待出库", "等待确认收货", "完成")
        for n, (_, sku, qty, amount, part) in enumerate(parts_of(o)):
            rows.append(
                f"{o.no}\t,1000{sku[3:]},台灯,{qty},在线支付,{text(o.created)},{amount},{o.total},{o.total},{o.total},{o.total},"
                f"{state},{text(o.paid_at)},{text(o.shipped)},{text(o.received)},{sku}"
            )
            o.told_line(f"{n}", amount - part if o.paid_at else NOUGHT, (path.name, len(rows)))
    write(path, rows, "gb18030")


JD_SETTLEMENT = (
    "订单编号,父单号,订单状态,订单下单时间,订单完成时间,售后服务单号,售后退款时间,商品编号,商品名称,商品数量,扣点类型,佣金比例,费用名称,"
    "应结金额,币种,收支方向,结算状态,预计结算时间,账单生成时间,到账时间,商户订单号,资金动账备注,费用项含义,备注"
)
JD_FEES = {
    "sale": "货款", "refund": "货款", "commission": "佣金", "penalty": "综合违约金", "freight_insurance": "运费保险服务费",
    "affiliate_commission": "广告联合活动降扣佣金",
}  # fmt: skip


def jd_settlement(path: Path, moves: Sequence[Move], first: date, last: date) -> None:
    """结算明细, first layout: one row per order and fee, `--` is nothing; and rows that are not settled yet."""
    rows = [JD_SETTLEMENT]
    for move in moves:
        if move.order and within(move.at, first, last):
            side = "支出" if move.amount < 0 else "收入"
            rows.append(
                f"{number_of(move)}\t,--,完成,{text(move.order.created)},{text(move.order.received)},--,--,1000,台灯,1,"
                f"正常,5%,{JD_FEES[move.kind]},{move.amount},人民币,{side},已结算,{text(move.at)},{text(move.at)},"
                f"{text(move.at)},{move.batch},{move.at:%Y年}{move.at.month}月{move.at.day}日商家结算款,--,--"
            )
            told(move, path, len(rows))
    write(path, rows, "gb18030")


def jd_wallet(path: Path, moves: Sequence[Move], first: date, last: date) -> None:
    """京东钱包资金明细: the batches in, the payouts out."""
    words = {"batch": "商家结算款", "payout": "提现", "payout_back": "提现退票", "ad": "京准通充值"}
    rows = ["账户代码,商户号,日期,商户订单号,收入金额(元),支出金额(元),账户余额(元),交易备注"]
    for move in moves:
        if not move.order and within(move.at, first, last):
            money = f"{move.amount},0.00" if move.amount >= 0 else f"0.00,{-move.amount}"
            rows.append(
                f"A1,110002,{text(move.at)},{move.batch or move.flow}\t,{money},{move.balance},{words[move.kind]}"
            )
            told(move, path, len(rows))
    write(path, rows, "gb18030")


# Kuaishou -------------------------------------------------------------------------------------------------------------

KUAISHOU_ORDERS = (
    "订单号,订单创建时间,订单支付时间,订单状态,实付款,快递费,店铺优惠,平台补贴,主播补贴,成交数量,售后状态,商品名称,商品ID,商品规格,SKU编码,"
    "商品单价,渠道,发货时间,快递公司,快递单号"
)


def kuaishou_orders(path: Path, orders: Sequence[Order]) -> None:
    """One row per order."""
    rows = [KUAISHOU_ORDERS]
    for o in orders:
        state = state_of(o, "待付款", "交易关闭", "待发货", "已发货", "交易成功")
        _, sku, qty, amount = o.lines[0]
        rows.append(
            f"{o.no}\t,{text(o.created)},{text(o.paid_at)},{state},¥{amount},0,0,{o.borne},0,{qty},"
            f"{'退款成功' if o.refunded and not o.silent else ''},拖鞋,77,白,{sku},{(amount + o.borne) / qty:.2f},直播,{text(o.shipped)},,"
        )
        told(o, path, len(rows))
    write(path, rows, "utf-8-sig")


KUAISHOU = (
    "商家ID,订单号,商品ID,商品名称,商品数量,订单创建时间,订单实付(元),政府补贴,支付营销补贴,平台补贴,商家补贴(元),达人补贴,合计收入(元),"
    "订单退款(元),支付营销回退（元）,技术服务费(元),预售增收技术服务费（元）,达人ID,达人佣金(元),团长佣金(元),快赚客佣金(元),服务商佣金(元),"
    "其他收费,其他收费明细,合计支出(元),实际结算金额(元),实际结算时间,结算规则,资金渠道,账户名称,结算商户号,备注"
)


def kuaishou_settlement(path: Path, moves: Sequence[Move], first: date, last: date) -> None:
    """结算明细: a row per order and settlement; deductions are positive."""
    rows = [KUAISHOU]
    for some in together([move for move in moves if move.order and within(move.at, first, last)]):
        one = some[0]
        assert one.order
        income, net = of(some, "sale", "subsidy"), sum((move.amount for move in some), NOUGHT)
        rows.append(
            f"88,{number_of(one)}\t,77,拖鞋,1,{text(one.order.created)},{of(some, 'sale')},0,0,{of(some, 'subsidy')},0,0,{income},"
            f"{-of(some, 'refund')},0,{-of(some, 'commission')},0,,{-of(some, 'influencer_commission')},0,0,0,0,,"
            f"{income - net},{net},{text(one.at)},确认收货,微信,账户,1,"
        )
        for move in some:
            told(move, path, len(rows))
    write(path, rows, "utf-8-sig")


def kuaishou_ledger(path: Path, moves: Sequence[Move], first: date, last: date, balance: Decimal) -> None:
    """动账明细: what each settlement brought, net; payouts and deposits."""
    words = {"payout": "提现", "payout_back": "提现退回", "deposit": "保证金充值"}
    rows = ["账务流水号,关联业务单号,入账时间,账务方向,发生额（元）,期末余额（元）,业务类型,描述,备注"]
    for some in together(moves):
        one, net = some[0], sum((move.amount for move in some), NOUGHT)
        balance += net
        if net and within(one.at, first, last):
            kind = words.get(one.kind, "订单退款" if one.kind == "refund" else "订单结算")
            about = (number_of(one) or one.number) if one.order else one.flow
            rows.append(
                f"{one.flow}\t,{about}\t,{text(one.at)},{'收入' if net > 0 else '支出'},{abs(net)},{balance},{kind},{kind},"
            )
            for move in some:
                move.in_wallet.append((path.name, len(rows)))
                if not move.order:
                    told(move, path, len(rows))
    write(path, rows, "utf-8-sig")


# Xiaohongshu ----------------------------------------------------------------------------------------------------------

RED_ORDERS = (
    "订单号,订单状态,售后状态,订单创建时间,支付时间,订单发货时间,订单完成时间,商品名称,SKU件数,商家编码,规格ID,商品总价（元）,"
    "用户应付金额（元）,商家应收金额（元）（支付金额）,平台优惠（元）,店铺优惠（元）"
)


def xiaohongshu_orders(path: Path, orders: Sequence[Order]) -> None:
    """A row per item."""
    rows = [RED_ORDERS]
    for o in orders:
        state, borne = state_of(o, "待支付", "已取消", "待发货", "已发货", "已完成"), o.borne
        for n, (_, sku, qty, amount, part) in enumerate(parts_of(o)):
            rows.append(
                f"{o.no},{state},{'售后完成' if part and not o.silent else '无售后'},{text(o.created)},{text(o.paid_at)},{text(o.shipped)},"
                f"{text(o.received)},口红,{qty},{sku},6{sku[3:]},{amount + borne},{amount},{amount + borne},{borne},0.00"
            )
            o.told_line(f"{n}", amount + borne - part if o.paid_at else NOUGHT, (path.name, len(rows)))
            borne = NOUGHT
    write(path, rows, "utf-8-sig")


RED = (
    "订单号,售后单号,下单时间,结算时间,交易类型,结算账户,动账金额,计佣基数,商品实付/实退,运费实付/实退,平台优惠补贴,平台运费补贴,跨境税代缴,"
    "商品税金,运费税金,佣金,支付渠道费,分销佣金,代运营服务商佣金,代开发服务商佣金,花呗分期手续费,国补订单毛保金额,备注"
)
SERVICES = ("penalty", "freight_insurance")


def xiaohongshu_settlement(path: Path, moves: Sequence[Move], first: date, last: date) -> None:
    """商品结算明细."""
    rows = [RED]
    mine = [move for move in moves if move.order and move.kind not in SERVICES and within(move.at, first, last)]
    for some in together(mine):
        one, net = some[0], sum((move.amount for move in some), NOUGHT)
        assert one.order
        back = any(move.kind == "refund" for move in some)
        rows.append(
            f"{number_of(one)},{'R' + one.flow if back else ''},{text(one.order.created)},{text(one.at)},"
            f"{'退款' if back else '结算入账'},店铺余额,{net},{of(some, 'sale')},{of(some, 'sale', 'refund')},0.00,"
            f"{of(some, 'subsidy')},0.00,0.00,0.00,0.00,{of(some, 'commission')},0.00,0.00,0.00,0.00,0.00,0.00,"
        )
        for move in some:
            told(move, path, len(rows))
    write(path, rows, "utf-8-sig")


def xiaohongshu_services(path: Path, moves: Sequence[Move], first: date, last: date) -> None:
    """其他服务款: what is charged beside the goods."""
    names = {"penalty": "违规扣款", "freight_insurance": "运费险"}
    rows = ["业务款项,订单号,业务单据号,结算时间,结算账户,交易类型,动账金额,备注"]
    for move in moves:
        if move.order and move.kind in SERVICES and within(move.at, first, last):
            rows.append(
                f"{names[move.kind]},{number_of(move)},S{move.flow},{text(move.at)},店铺余额,扣款,{move.amount},"
            )
            told(move, path, len(rows))
    write(path, rows, "utf-8-sig")


def xiaohongshu_ledger(path: Path, moves: Sequence[Move], first: date, last: date, balance: Decimal) -> None:
    """店铺余额动账明细."""
    words = {
        "payout": "提现",
        "payout_back": "提现退回",
        "ad": "聚光充值",
        "penalty": "违规扣款",
        "freight_insurance": "运费险",
    }
    rows = ["创建时间,交易类型描述,收入（元）,支出（元）,账户余额（元）,业务单号,备注"]
    for some in together(moves):
        one, net = some[0], sum((move.amount for move in some), NOUGHT)
        balance += net
        if net and within(one.at, first, last):
            kind = words.get(one.kind, "退款" if one.kind == "refund" else "订单结算")
            money = f"{net},0.00" if net > 0 else f"0.00,{-net}"
            rows.append(f"{text(one.at)},{kind},{money},{balance},{one.number if one.order else one.flow},")
            for move in some:
                move.in_wallet.append((path.name, len(rows)))
                if not move.order:
                    told(move, path, len(rows))
    write(path, rows, "utf-8-sig")


# Order systems --------------------------------------------------------------------------------------------------------


def jushuitan(path: Path, lines: Sequence[ErpLine]) -> None:
    """聚水潭: 内部订单号; several 线上订单号 where orders were merged."""
    rows = [
        "内部订单号,线上订单号,线上子订单编号,原始线上订单号,快递单号,订单类型,状态,店铺名称,商品编码,数量,商品金额,成本价,总成本,下单时间,付款时间"
    ]
    for line in lines:
        paid = line.orders[0].paid_at if line.orders else line.created
        online = f'"{line.online}"'
        rows.append(
            f"{line.number},{online},,{online},,普通订单,{line.status},{line.shop},{line.sku},{line.qty},{line.amount},5.00,"
            f"{5 * line.qty}.00,{text(line.created)},{text(paid)}"
        )
        told(line, path, len(rows))
    write(path, rows, "gb18030")


def wangdiantong(path: Path, lines: Sequence[ErpLine]) -> None:
    """旺店通: JY numbers; the platform's order number may bear a suffix."""
    rows = [
        "订单编号,店铺,子单原始单号,订单状态,订单退款状态,交易时间,付款时间,发货时间,收件人,买家实付,应收金额,货品名称,商家编码,实发数量,分摊后总价"
    ]
    for n, line in enumerate(lines):
        paid = line.orders[0].paid_at if line.orders else line.created
        shipped = line.orders[0].shipped if line.orders else line.created
        suffix = ("", "-1", "A")[n % 3] if line.online and not line.online.startswith("#") else ""
        rows.append(
            f"JY{line.number},{line.shop},{line.online}{suffix},{line.status},,{text(line.created)},{text(paid)},{text(shipped)},"
            f"**,{line.amount},{line.amount},货,{line.sku},{line.qty},{line.amount}"
        )
        told(line, path, len(rows))
    write(path, rows, "utf-8-sig")


# Banks ----------------------------------------------------------------------------------------------------------------


def ccb(path: Path, lines: Sequence[BankLine], account: str) -> None:
    """Corporate layout, header in the first row, as Excel with cells of text."""
    rows = [
        "账号,账户名称,交易时间,借方发生额（支取）,贷方发生额（收入）,余额,币种,对方户名,对方账号,对方开户机构,记账日期,摘要,备注,"
        "账户明细编号-交易流水号,企业流水号,凭证种类,凭证号"
    ]
    for n, line in enumerate(lines):
        money = ("0.00", line.amount) if line.amount > 0 else (-line.amount, "0.00")
        rows.append(
            f"{account},第三世界,{line.at:%Y%m%d %H:%M:%S},{money[0]},{money[1]},{line.balance},人民币元,{line.party},,,"
            f"{line.at:%Y%m%d},{memo_of(line)},,{n + 1}-{line.at:%Y%m%d}{n:05},,,"
        )
        told(line, path, len(rows))
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Sheet1")
        for n, row in enumerate(rows):
            sheet.write_row(n, 0, row.split(","))


def cmb(path: Path, lines: Sequence[BankLine], account: str) -> None:
    """Corporate layout with four lines before the table, newest first."""
    rows = [
        "招商银行账户交易查询", f"账号：{account}", "币种：人民币", "",
        "账号,账号名称,币种,交易日,交易时间,起息日,交易类型,借方金额,贷方金额,余额,摘要,流水号,收(付)方名称,收(付)方账号",
    ]  # fmt: skip
    for n, line in enumerate(reversed(lines)):
        money = f",{line.amount}" if line.amount > 0 else f"{-line.amount},"
        rows.append(
            f"{account}\t,第三世界,人民币,{line.at:%Y%m%d},{line.at:%H:%M:%S},{line.at:%Y%m%d},汇款,{money},{line.balance},"
            f"{memo_of(line)},C{len(lines) - n:09},{line.party},"
        )
        told(line, path, len(rows))
    write(path, rows, "gb18030")


def icbc_card(path: Path, lines: Sequence[BankLine], account: str) -> None:
    """Personal debit card, second layout: padded cells, newest first, totals last; no time of day."""
    rows = [
        "明细查询文件下载", "", f'卡号: {account[:4]}****{account[-4:]},"卡别名: "', "", '子账户序号: 00000,子账户类别: 活期,"子账户别名: "', "",
        "交易日期,摘要,交易详情,交易场所,交易国家或地区简称,钞/汇,交易金额(收入),交易金额(支出),交易币种,记账金额(收入),记账金额(支出),记账币种,余额,对方户名,对方账户",
    ]  # fmt: skip

    def pad(value: object) -> str:
        return f'"{value}      \t"'

    for line in reversed(lines):
        money = (f"{line.amount:,.2f}", "") if line.amount > 0 else ("", f"{-line.amount:,.2f}")
        rows.append(
            f"{line.at:%Y-%m-%d}     \t,{pad(memo_of(line))},{pad('')},{pad('')},{pad('CHN')},钞        \t,{pad('-')},{pad('-')},"
            f"{pad('-')},{pad(money[0])},{pad(money[1])},人民币         \t,{pad(f'{line.balance:,.2f}')},{pad(line.party)},{pad('')},"
        )
        told(line, path, len(rows))
    into = sum((line.amount for line in lines if line.amount > 0), NOUGHT)
    out = -sum((line.amount for line in lines if line.amount < 0), NOUGHT)
    rows += [" ", f"人民币合计,,,,,,,,,{pad(f'{into:,.2f}')},{pad(f'{out:,.2f}')},,,,,"]
    write(path, rows, "gb18030")
