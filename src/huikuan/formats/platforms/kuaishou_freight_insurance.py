"""Kuaishou (快手小店) 运费险: the fee of each order. From documentation (third parties' code).

The shop pays 商家承担服务费用, written positive; the platform bears the rest. A charge number may cover several
orders, so it and the order are the key. The ledger tells the same money and is complete: these lines corroborate it
(rank 5) and count for days of which no ledger was imported.
"""

from __future__ import annotations

from huikuan.formats.order_keys import key_state_sql
from huikuan.formats.spec import About, Amount, Emit, Flag, Format, Identifier, Moment
from huikuan.records.messages import gettext_noop

KUAISHOU_FREIGHT_INSURANCE = Format(
    id="kuaishou.freight_insurance",
    about=About(
        title=gettext_noop("Kuaishou shop freight insurance (快手小店运费险)"),
        where=gettext_noop("s.kwaixiaodian.com → 服务 → 退货补运费 → 收费明细 → 导出, as Excel or CSV"),
        verified="documentation",
    ),
    needs=(
        ("订单编号", "订单号"),
        ("商家承担服务费用（元）", "商家承担服务费用"),
        ("收费编号",),
    ),
    columns=(
        Identifier("order_no", ("订单编号", "订单号")),
        Identifier("charge_no", ("收费编号",), filled=True),
        Amount("fee", ("商家承担服务费用（元）", "商家承担服务费用"), filled=True),
        Moment("charged", ("生效时间",), filled=True),
    ),
    flags=(Flag("key_damaged", "order_no_damaged", "订单编号"),),
    emits=(
        Emit(
            "settlement_line",
            {
                "flow_no": "concat_ws('|', charge_no, order_no)",
                "component": "'freight_insurance'",
                "order_no": "order_no",
                "key_state": key_state_sql(damaged="order_no_damaged"),
                "type": "'freight_insurance'",
                "item": "'运费险'",
                "amount": "-fee",
                "batch": "charge_no",
            },
            "charged",
            "fee <> 0",
        ),
    ),
    currency="CNY",
    rank=5,
)
