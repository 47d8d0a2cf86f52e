"""JD: the settlement bill in its four layouts, the wallet, orders, waybills and returns. All data invented."""

from __future__ import annotations

from decimal import Decimal

from huikuan.demo.specimens.specimen import Specimen
from huikuan.demo.specimens.writing import Cell, csv_bytes, names, xlsx_bytes

_ONE, _TWO, _THREE = "3553498017440001", "3553498017440002", "3553498017440003"
_BATCH, _NEXT = "202609200000011332601610021", "202609210000011332601610034"

# ---------------------------------------------------------------- settlement: 账单明细, with a state
_BILL = names(
    "订单编号,父单号,订单状态,订单下单时间,订单完成时间,售后服务单号,售后退款时间,商品编号,商品名称,"
    "商品数量,扣点类型,佣金比例,费用名称,应结金额,币种,收支方向,结算状态,预计结算时间,账单生成时间,"
    "到账时间,商户订单号,资金动账备注,费用项含义,备注,留用时间,费用说明"
)


def _bill(
    order: str,
    fee: str,
    amount: str,
    state: str = "已结算",
    batch: str = _BATCH,
    service: str = "--",
    arrived: str = "",
) -> list[str]:
    """A row of 账单明细. Rows not settled yet have neither a time of arrival nor a batch."""
    settled = state == "已结算"
    return [
        order, "--", "已完成", "2026-09-06 15:43:37", "2026-09-18 21:47:02", service, "--", "10170858471951",
        "手持小横幅", "1", "基础扣点", "0.05", fee, amount, "CNY", "支出" if amount.startswith("-") else "收入", state,
        "2026-09-20 17:11:38", "20260919", (arrived or "2026-09-20 12:08:53") if settled else "--",
        batch if settled else "--", "2026年9月19日商家结算款" if settled else "--", "--", "--", "--", "--",
    ]  # fmt: skip


_BILL_ROWS = [
    _bill(_ONE, "货款", "36.80"),
    _bill(_ONE, "佣金", "-1.84"),
    _bill(_ONE, "交易服务费", "-0.22"),
    _bill(_ONE, "代收配送费", "6.00"),
    _bill(_TWO, "货款", "1,240.00"),
    _bill(_TWO, "佣金", "-62.00"),
    _bill(_TWO, "平台券价保补贴(佣金)", "3.10"),
    _bill(_TWO, "货款", "-240.00", service="3185685896", batch=_NEXT, arrived="2026-09-21 11:02:10"),
    _bill("--", "综合违约金", "-5.00", batch=_NEXT, arrived="2026-09-21 11:02:10"),
    _bill(_THREE, "货款", "88.00", state="待结算"),
    _bill(_THREE, "佣金", "-4.40", state="待结算"),
]

# ---------------------------------------------------------------- settlement: 费用明细, without a state
_FEES = names(
    "订单编号,父单号,订单状态,下单时间,订单完成时间,商品编号,商品名称,商品单价,商品数量,结算时间,"
    "商户订单号,资金动账备注,费用名称,费用分类,金额,结算单类型,结算单号,结算主体"
)


def _fee(order: str, fee: str, amount: str, settled: str = "2026-09-20 12:41:09", batch: str = _BATCH) -> list[str]:
    return [
        f"{order}\t", "", "已完成", "2026-09-06 15:43:37", "2026-09-18 21:47:02", "10170858471951", "手持小横幅",
        "36.80", "1", settled, batch, "2026年9月19日商家结算款" if settled else "", fee,
        "支出" if amount.startswith("-") else "收入", amount, "订单结算单", "JS20260919001", "某某商贸有限公司",
    ]  # fmt: skip


_FEE_ROWS = [
    _fee(_ONE, "货款", "36.80"),
    _fee(_ONE, "佣金", "-1.84"),
    _fee(_ONE, "广告联合活动降扣佣金", "-0.37"),
    _fee(_ONE, "运费保险服务费", "-0.86"),
    _fee(_ONE, "运费保险服务费", "-0.86"),
    _fee(_TWO, "货款", "99.00", settled="", batch=""),
    _fee(_THREE, "货款", "-13.80", batch=""),
]

# ---------------------------------------------------------------- settlement: the workbook of two sheets
_BOTH = names(
    "商家ID,公司ID,公司名称,钱包账户,订单编号,业务单据编号,父单号,订单状态,下单时间,完成时间,商品编号,"
    "商品名称,商品单价,商品数量,预计结算时间,结算时间"
)
_SUMMARY = [*_BOTH, *["结算金额合计", "收入金额合计", "支出金额合计", "商户订单号", "资金动账备注"]]
_DETAIL = [
    *_BOTH,
    *[
        "用户支付金额",
        "平台扣费基数",
        "费率",
        "费用名称",
        "费用分类",
        "金额",
        "对账公式",
        "结算主体",
        "商户订单号",
        "资金动账备注",
        "结算单类型",
        "结算单号",
        "条款规则",
        "费用备注",
        "商户承担金额",
        "平台承担金额",
        "政府承担金额",
    ],
]


def _both(order: str, sku: str) -> list[Cell]:
    return [
        "123456284", "554000430", "某某商贸有限公司", "189000000001", order, order, "", "已完成", "2026-08-06 15:43:37",
        "2026-09-19 21:47:02", sku, "手持小横幅", 3.84, 1, "2026-09-20 00:00:00", "2026-09-20 12:41:09",
    ]  # fmt: skip


def _detail(order: str, sku: str, fee: str, amount: float) -> list[Cell]:
    side = "收入" if amount > 0 else "支出"
    return [
        *_both(order, sku), 3.84, 3.84, "0.05", fee, side, amount, "", "某某商贸有限公司", _BATCH,
        "2026年9月19日商家结算款", "订单结算单", "JS20260919001", "", "", 0, 0, 0,
    ]  # fmt: skip


def _groups(names: list[str]) -> list[Cell]:
    return ["商家信息", "", "", "", "单据基础信息", *[""] * 10, "结算信息", *[""] * (len(names) - 16)]


_WORKBOOK = xlsx_bytes(
    {
        "交易汇总": [
            _groups(_SUMMARY),
            _SUMMARY,
            [*_both(_ONE, "100000003736"), 3.51, 3.84, -0.33, _BATCH, "2026年9月19日商家结算款"],
            [*_both(_TWO, "100000003737"), 27.6, 29.9, -2.3, _BATCH, "2026年9月19日商家结算款"],
        ],
        "费用明细": [
            _groups(_DETAIL),
            _DETAIL,
            _detail(_ONE, "100000003736", "货款", 3.84),
            _detail(_ONE, "100000003736", "佣金", -0.31),
            _detail(_ONE, "100000003736", "交易服务费", -0.02),
            _detail(_TWO, "100000003737", "货款", 29.9),
            _detail(_TWO, "100000003737", "佣金", -2.1),
            _detail(_TWO, "100000003737", "随单送的京豆", -0.2),
        ],
    }
)

# ---------------------------------------------------------------- settlement: the wallet's day bill
_DAY = names(
    "订单编号,单据编号,单据类型,商品编号,商户订单号,商品名称,结算状态,费用发生时间,费用计费时间,"
    "费用结算时间,费用项,金额,币种,商家应收/应付,钱包结算备注,店铺号,京东门店编号,品牌门店编号,门店名称,"
    "备注,收支方向,商品数量,对账日期"
)


def _day(order: str, fee: str, amount: str) -> list[str]:
    out = amount.startswith("-")
    return [
        f'="{order}"', f'="{order}"', "订单", '="10170858471951"', f'="{_BATCH}"', "手持小横幅", "已结算",
        "2026-09-06 15:43:37", "2026-09-18 21:47:02", "2026-09-20 02:10:44", fee, amount, "CNY",
        "应付" if out else "应收", "2026年9月19日商家结算款", "123456", "", "", "", "", "支出" if out else "收入", "1",
        "20260920",
    ]  # fmt: skip


_DAY_ROWS = [_day(_ONE, "货款", "36.80"), _day(_ONE, "佣金", "-1.84"), _day(_TWO, "价保扣款", "-4.00")]

# ---------------------------------------------------------------- the wallet
_WALLET = names("商户号,账户代码,账户名称,日期,商户订单号,账户余额(元),收入金额(元),支出金额(元),交易备注,账单日期")


def _wallet(time: str, number: str, balance: str, income: str, outgo: str, remark: str, day: str) -> list[str]:
    return ["110123456002", "189000000001", "货款账户", time, number, balance, income, outgo, remark, day]


_WALLET_ROWS = [
    _wallet("2026-09-20 12:08:53", _BATCH, "2221.84", "1221.84", "--", "2026年9月19日商家结算款", "20260919"),
    _wallet("2026-09-21 11:02:10", _NEXT, "1976.84", "--", "245.00", "2026年9月20日商家结算款", "20260920"),
    _wallet("2026-09-21 15:20:00", "W202609210001", "976.84", "--", "1000.00", "提现", ""),
    _wallet(
        "2026-09-22 09:30:00", "Z202609220007", "946.84", "--", "30.00",
        "售后服务单号3185685896，对应订单号3553498017440002退款", "",
    ),
    _wallet("2026-09-23 10:00:00", "W202609210001", "1946.84", "1000.00", "--", "提现失败退回", ""),
]  # fmt: skip

# ---------------------------------------------------------------- orders
_ORDERS = names(
    "订单号,商品ID,商品名称,订购数量,支付方式,下单时间,京东价,订单金额,结算金额,商家应收,余额支付,"
    "应付金额,订单状态,订单类型,下单帐号,客户姓名,客户地址,联系电话,商家备注,运费金额,付款确认时间,"
    "商家SKUID,订单完成时间,订单来源"
)


def _order(
    order: str,
    item: str,
    qty: str,
    price: str,
    total: str,
    receivable: str,
    payable: str,
    state: str,
    paid: bool = True,
) -> list[str]:
    return [
        order, item, "手持小横幅", qty, "在线支付", "2026-09-06 15:43:37", price, total, payable, receivable, "0.00",
        payable, state, "SOP", "buyer_one", "张三", "江西南昌市青山湖区某路1号", "138****7111", "", "0.00",
        "2026-09-06 15:44:01" if paid else "", f"SKU-{item[-2:]}", "2026-09-18 21:47:02" if state == "完成" else "",
        "移动端",
    ]  # fmt: skip


_ORDER_ROWS = [
    _order(_ONE, "10170858471951", "1", "36.80", "36.80", "36.80", "34.80", "完成"),
    # One order of two items: its amounts stand on both rows.
    _order(_TWO, "10170858471951", "2", "200.00", "1000.00", "950.00", "900.00", "等待确认收货"),
    _order(_TWO, "10170858471952", "3", "200.00", "1000.00", "950.00", "900.00", "等待确认收货"),
    _order(_THREE, "10170858471953", "1", "88.00", "88.00", "88.00", "88.00", "等待付款", paid=False),
    _order("3553498017440004", "10170858471953", "1", "88.00", "88.00", "88.00", "88.00", "(删除)等待出库"),
    _order("3553498017440005", "10170858471953", "1", "88.00", "88.00", "88.00", "88.00", "已取消", paid=False),
]

# ---------------------------------------------------------------- waybills and returns
_WAYBILLS = names(
    "订单号,运单号,平台订单号,换单单号,状态,付费方式,是否超区,代收货款,下单人,下单账号,寄件人,寄件人手机,"
    "寄件人地址,收件人,收件人手机,收件人地址,包裹数量,备注,下单时间,业务类型,物品名,预估总价,"
    "下单重量(kg),是否拒收,状态更新时间,托寄物商品数量,月结账号"
)


def _waybill(number: str, order: Cell, state: str, weight: float, pieces: int) -> list[Cell]:
    return [
        "b38513fb9b2040f5b30cb10ea0df9cc1", number, order, "", state, "寄付月结", "否", 0, "某店", "shop", "某人",
        "0512-80000000", "某地址", "徐*", "1****8129", "上海浦东新区*****", 1, "A3*1", "2026-09-07 11:25:51",
        "京东标快", "纺织品", 13, weight, "否", "2026-09-07 18:26:22", pieces, "021K11364",
    ]  # fmt: skip


_RETURNS = names(
    "创建时间,ECLP退货单号,单据状态,退货申请来源,关联客户订单号,事业部编码,入库库房,库房上架时间,"
    "销售平台订单号,isv出库单号,原运单号,逆向运单号,sku数量,应入库sku总件数,实际入库sku总件数,"
    "退货上架时间,收货要求,承运商名称,寄件人,寄件人手机号,销售平台,单据类型"
)


def _return(number: str, state: str, order: str, back: str, counted: str, shelved: str) -> list[str]:
    return [
        "2026-09-22 04:53:39", number, state, "青龙", "ESL0000000031", "EBU0000000497", "某库房", shelved, order, order,
        "JDVB65415110347", back, "1", "2", counted, shelved, "按实物等级入库", "京东快递", "", "", "京东商城", "B2C",
    ]  # fmt: skip


def _money(**totals: str) -> dict[str, Decimal]:
    return {name.replace("__", "."): Decimal(amount) for name, amount in totals.items()}


JD: tuple[Specimen, ...] = (
    Specimen(
        "京东账单明细_20260921.csv",
        "jd.settlement",
        csv_bytes([_BILL, *_BILL_ROWS], "gb18030"),
        rows=11,
        ignored=2,
        totals=_money(settlement_line__in="1285.90", settlement_line__out="309.06"),
        account="JD wallet",
        layout="账单明细",
    ),
    Specimen(
        "京东费用明细.csv",
        "jd.settlement",
        csv_bytes([_FEES, *_FEE_ROWS], "utf-8-sig"),
        rows=7,
        ignored=1,
        totals=_money(settlement_line__in="36.80", settlement_line__out="17.73"),
        account="JD wallet",
        layout="费用明细",
    ),
    Specimen(
        "已结算明细.xlsx",
        "jd.settlement",
        _WORKBOOK,
        rows=6,
        totals=_money(settlement_line__in="33.74", settlement_line__out="2.63"),
        layout="交易汇总 + 费用明细",
    ),
    Specimen(
        "钱包结算_20260920.csv",
        "jd.settlement",
        csv_bytes([_DAY, *_DAY_ROWS], "gb18030"),
        rows=3,
        totals=_money(settlement_line__in="36.80", settlement_line__out="5.84"),
        account="JD wallet",
        layout="day bill",
    ),
    Specimen(
        "京东钱包资金明细.csv",
        "jd.wallet",
        csv_bytes([_WALLET, *_WALLET_ROWS], "gb18030"),
        rows=5,
        totals=_money(wallet_line__in="2221.84", wallet_line__out="1275.00"),
    ),
    Specimen(
        "京东订单_20260921.csv",
        "jd.orders",
        csv_bytes([_ORDERS, *_ORDER_ROWS], "gb18030"),
        rows=6,
        totals=_money(order_line__paid="1022.80"),
        shop="JD shop",
    ),
    Specimen(
        "运单管理.xlsx",
        "jd.logistics",
        xlsx_bytes(
            {
                "运单": [
                    _WAYBILLS,
                    _waybill("JDVB65415110347", 3553498017440001, "妥投", 1, 1),
                    _waybill("JDVB65415110348", 3553498017440002, "运输中", 2.35, 5),
                    _waybill("JDVB65415110349", "3553498017440003", "已取消", 1, 1),
                ]
            }
        ),
        rows=3,
        shop="JD shop",
    ),
    Specimen(
        "京慧退货订单报表.csv",
        "jd.returns",
        csv_bytes(
            [
                _RETURNS,
                _return("ESR0000000885", "已完成", _TWO, "JDVB65415110171", "1", "2026-09-24 16:50:05"),
                _return("ESR0000000886", "初始", _ONE, "JDVB65415110172", "0", ""),
                _return("ESR0000000887", "已取消", _THREE, "", "", ""),
            ],
            "gb18030",
        ),
        rows=3,
        shop="JD shop",
    ),
)
