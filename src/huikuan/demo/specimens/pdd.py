"""Pinduoduo: the goods account's bill (as CSV and in its ZIP), orders, the advertising account. All data invented."""

from __future__ import annotations

from decimal import Decimal

from huikuan.demo.specimens.specimen import Specimen
from huikuan.demo.specimens.writing import csv_bytes, names, xlsx_bytes, zip_bytes

_ONE, _TWO, _THREE = "260905-662941284700001", "260906-662941284700002", "260907-662941284700003"

_BILL = ["商户订单号", "发生时间", "收入金额（+元）", "支出金额（-元）", "账务类型", "备注", "业务描述"]
_BILL_ROWS = [
    [_ONE, "2026-09-20 23:30:43", "61.80", "0", "交易收入", "-", "0010002|交易收入-订单收入"],
    [_ONE, "2026-09-20 23:30:43", "3.00", "0", "交易收入", "-", "0010005|交易收入-优惠券结算"],
    [_ONE, "2026-09-20 23:30:43", "0", "-0.39", "技术服务费", "基础技术服务费", "0030002|技术服务费-基础技术服务费"],
    [_TWO, "2026-09-21 08:12:05", "1,250.00", "0", "交易收入", "-", "0010002|交易收入-订单收入"],
    [_TWO, "2026-09-21 08:12:05", "0", "-62.50", "营销费用", "-", "0060001|营销费用-多多进宝"],
    [_TWO, "2026-09-22 10:00:00", "0", "-250.00", "交易退款", "-", "0020002|交易退款-订单退款"],
    ["", "2026-09-22 11:00:00", "0", "-500.00", "提现", "-", "0080001|提现-提现申请"],
    ["", "2026-09-22 11:00:00", "0", "-300.00", "提现", "-", "0080001|提现-提现申请"],
    ["", "2026-09-22 12:00:00", "0", "-100.00", "转账", "-", "0070004|转账-广告账户"],
    ["", "2026-09-22 13:00:00", "0", "-3.00", "售后费用", "延迟发货赔付", "0040004|售后费用-延迟发货"],
    ["", "2026-09-22 13:00:00", "0", "-3.00", "售后费用", "延迟发货赔付", "0040004|售后费用-延迟发货"],
    [_THREE, "2026-09-23 09:00:00", "0", "-1.20", "其他支出", "-", "0140099|其他支出-新项目"],
]
_PREAMBLE = (
    "拼多多店铺账务明细查询\r\n\r\n起始时间：2026-09-01 00:00:00  终止时间：2026-09-30 23:59:59\r\n"
    "----------交易记录明细列表---------\r\n"
)
_FOOTER = (
    "#支出合计：9笔，共-1220.09元\r\n#收入合计：3笔，共1314.80元\r\n#总计：12笔，共94.71元\r\n"
    "#导出时间：2026-10-01 09:15:00\r\n"
)

_ORDERS = names(
    "商品,订单号,订单状态,商品总价(元),邮费(元),店铺优惠折扣(元),平台优惠折扣(元),多多支付立减金额(元),"
    "用户实付金额(元),商家实收金额(元),商品数量(件),支付时间,拼单成功时间,订单成交时间,发货时间,"
    "确认收货时间,商品id,商品规格,样式ID,商家编码-规格维度,商家编码-商品维度,商家备注,售后状态,快递单号,"
    "快递公司"
)


def _order(
    number: str, state: str, amounts: str, dealt: str, after_sale: str = "无售后或售后取消", shipped: str = ""
) -> list[str]:
    """`amounts`: 商品总价, 邮费, 店铺优惠, 平台优惠, 多多支付立减, 用户实付, 商家实收."""
    return [
        "手持小横幅", f"{number}\t", state, *amounts.split(), "1", dealt, dealt, f"{dealt}\t", shipped, "",
        "754299529443", "无规格", "1234567890", "SKU-01", "", "", after_sale, "773000000000001" if shipped else "",
        "申通快递" if shipped else "",
    ]  # fmt: skip


_ORDER_ROWS = [
    _order(_ONE, "已收货", "64.80 0 0 3.00 0 61.80 64.80", "2026-09-05 12:00:00", shipped="2026-09-06 09:00:00"),
    _order(
        _TWO, "已发货，待收货", "1250.00 0 0 0 0 1250.00 1250.00", "2026-09-06 13:00:00", shipped="2026-09-07 09:00:00"
    ),
    _order(_THREE, "未发货，退款成功", "17.80 0 0 0 0 17.80 17.80", "2026-09-07 14:00:00", "退款成功"),
    _order("260908-662941284700004", "已收货", "20.00 2.00 1.00 0 0.50 20.50 21.00", ""),
    _order("260909-662941284700005", "待支付", "9.90 0 0 0 0 9.90 9.90", ""),
    _order("260910-662941284700006", "已取消", "9.90 0 0 0 0 9.90 9.90", ""),
]

_ADS = ["时间", "资金类型", "流水类型", "店铺名称", "交易金额", "余额", "交易摘要"]
_AD_ROWS = [
    ["2026-09-22 12:00:01", "现金", "收入", "某某旗舰店", "¥100.00", "¥150.00", "货款账户充值"],
    ["2026-09-22 23:59:59", "现金", "支出", "某某旗舰店", "¥80.25", "¥69.75", "搜索推广扣费"],
    ["2026-09-22 23:59:59", "红包", "支出", "某某旗舰店", "¥5.00", "¥0.00", "搜索推广扣费"],
    ["2026-09-23 23:59:59", "现金", "支出", "某某旗舰店", "¥1,000.50", "¥69.75", "场景推广扣费"],
]

_WALLET = {
    "wallet_line.in": Decimal("1314.80"),
    "wallet_line.out": Decimal("1220.09"),
    "settlement_line.in": Decimal("1314.80"),
    "settlement_line.out": Decimal("314.09"),
}

PDD: tuple[Specimen, ...] = (
    Specimen(
        "货款账单明细.zip",
        "pdd.bills",
        zip_bytes(
            {
                "拼多多账务明细_20260901-20260930.csv": csv_bytes(
                    [_BILL, *_BILL_ROWS], "gb18030", before=_PREAMBLE, after=_FOOTER
                )
            }
        ),
        rows=12,
        totals=_WALLET,
        account="PDD goods account",
        layout="ZIP, GB18030, with a footer",
    ),
    Specimen(
        "pdd-bill.csv",
        "pdd.bills",
        csv_bytes([_BILL, *_BILL_ROWS], "utf-8", before=_PREAMBLE),
        rows=12,
        totals=_WALLET,
        account="PDD goods account",
        layout="UTF-8, no footer",
    ),
    Specimen(
        "orders_export20261001.csv",
        "pdd.orders",
        csv_bytes([_ORDERS, *_ORDER_ROWS], "utf-8-sig"),
        rows=6,
        totals={"order_line.paid": Decimal("1350.10")},
        shop="PDD shop",
    ),
    Specimen(
        "推广财务流水.xlsx",
        "pdd.promotion",
        xlsx_bytes({"流水": [_ADS, *_AD_ROWS]}),
        rows=4,
        totals={"wallet_line.in": Decimal("100.00"), "wallet_line.out": Decimal("1085.75")},
        account="PDD ads",
    ),
)
