"""Specimens of Xiaohongshu's (小红书) exports: a shop in June 2026."""

from __future__ import annotations

from decimal import Decimal

from huikuan.demo.specimens.blocks import numbers, table
from huikuan.demo.specimens.specimen import Specimen
from huikuan.demo.specimens.writing import csv_bytes, xlsx_bytes

_SHOP, _ACCOUNT = "小红书 Demo", "小红书 Demo 店铺余额"

# 1: costs written negative. 2: its refund. 3: costs written positive, an unsigned refund below it.
_SETTLED = table(
    """
订单号|售后单号|下单时间|结算时间|交易类型|结算账户|动账金额|计佣基数|商品实付/实退|运费实付/实退|平台优惠补贴
|平台运费补贴|跨境税代缴|商品税金|运费税金|佣金|支付渠道费|分销佣金|代运营服务商佣金|代开发服务商佣金
|花呗分期手续费|国补订单毛保金额|备注
P800347296683184211||2026-06-01 10:00:00|2026-06-15 02:00:00|结算入账|店铺余额|95.30|100|90.00|6.00|10.00
|0|0|0|0|-5.00|-0.70|-5.00|0|0|0|0|
P800347296683184211|R001|2026-06-01 10:00:00|2026-06-18 02:00:00|退款|店铺余额|-84.30|-90|-90.00|0|0
|0|0|0|0|5.00|0.70|0|0|0|0|0|
P800347296683184322||2026-06-02 10:00:00|2026-06-16 02:00:00|结算入账|微信|46.90|50|50.00|0|0
|0|0|0|0|2.50|0.30|0|0|0|0.30|0|
P800347296683184322|R002|2026-06-02 10:00:00|2026-06-19 02:00:00|退款|微信|20.00|-20|-20.00|0|0
|0|0|0|0|0|0|0|0|0|0|0|
"""
)
_SERVICES = table(
    """
业务款项|订单号|业务单据号|结算时间|结算账户|交易类型|动账金额|备注
小额打款|P800347296683184322|XE001|2026-06-20 10:00:00|店铺余额|支出|3.00|补差价
运费险|P800347296683184211|BX001|2026-06-20 11:00:00|店铺余额|支出|-0.45|-
违规扣款|-|WG001|2026-06-20 12:00:00|店铺余额|扣款|50.00|发货超时
平台赔付|P800347296683184211|PF001|2026-06-21 12:00:00|店铺余额|收入|8.00|物流破损
"""
)
_FLOWS = table(
    """
创建时间|交易类型描述|收入（元）|支出（元）|账户余额（元）|业务单号|备注
2026-06-15 02:00:00|结算入账|95.30||595.30|P800347296683184211|-
2026-06-18 02:00:00|退款||84.30|511.00|R001|订单P800347296683184211退款
2026-06-20 10:00:00|小额打款||3.00|508.00|XE001|P800347296683184322
2026-06-22 09:30:00|提现||500.00|8.00|TX001|-
2026-06-22 18:00:00|提现失败退回|500.00||508.00|TX001|-
"""
)
_PARCELS = table(
    """
订单号|商家编码|商品名称|SKU件数|快递单号|快递公司
P800347296683184211|PK02-S2|手柄|1|SF1399900000211|顺丰速运
P800347296683184322|PK02-S2|手柄|2|SF1399900000322|顺丰速运
P800347296683184322|PK03|底座|1|SF1399900000322|顺丰速运
P800347296683184433|PK03|底座|1||
"""
)


def _sums(kind: str, inward: str, outward: str) -> dict[str, Decimal]:
    return {f"{kind}.in": Decimal(inward), f"{kind}.out": Decimal(outward)}


XIAOHONGSHU = (
    # in: 106 + 5.70 + 50; out: 10.70 + 90 + 3.10 + 20
    Specimen(
        "小红书商品结算明细.xlsx",
        "xiaohongshu.settlement",
        xlsx_bytes({"商品结算明细": numbers(_SETTLED, 6, 8, 15)}),
        rows=4,
        totals=_sums("settlement_line", "161.70", "123.80"),
        account=_ACCOUNT,
    ),
    Specimen(
        "小红书其他服务款.csv",
        "xiaohongshu.services",
        csv_bytes(_SERVICES, before="\ufeff"),
        rows=4,
        totals=_sums("settlement_line", "8.00", "53.45"),
        account=_ACCOUNT,
    ),
    Specimen(
        "小红书动账明细.csv",
        "xiaohongshu.ledger",
        csv_bytes(_FLOWS, "gb18030"),
        rows=5,
        totals=_sums("wallet_line", "595.30", "587.30") | _sums("settlement_line", "95.30", "87.30"),
        account=_ACCOUNT,
    ),
    Specimen(
        "小红书包裹详情.xlsx",
        "xiaohongshu.parcels",
        xlsx_bytes({"包裹详情": numbers(_PARCELS, 3)}),
        rows=4,
        ignored=1,
        shop=_SHOP,
    ),
)
