"""JD logistics: the waybill export of 京东物流工作台, one row per parcel. Known from documentation; no file of ours.

平台订单号 is the shop's order; 订单号 is a number of the courier's own. 下单重量(kg) is the weight the merchant told.
The export has no time of pickup: 下单时间, when the waybill was ordered, stands for it. Names, phones and streets are
not read.
"""

from __future__ import annotations

from huikuan.formats.spec import About, Amount, Emit, Expression, Flag, Format, Identifier, Moment, Text
from huikuan.records.messages import gettext_noop

JD_LOGISTICS = Format(
    id="jd.logistics",
    about=About(
        title=gettext_noop("JD logistics waybills (京东物流运单)"),
        where=gettext_noop("wl.jdl.com → 快递服务 → 运单管理 → 导出, as CSV or Excel"),
        verified="documentation",
    ),
    needs=(("运单号",), ("平台订单号",), ("下单时间",), ("下单重量(kg)", "下单重量"), ("业务类型", "付费方式")),
    file_name="运单|waybill",
    columns=(
        Identifier("tracking_no", ("运单号",), filled=True),
        Identifier("order_no", ("平台订单号",)),
        Moment("ordered", ("下单时间",), filled=True),
        Text("state", ("状态", "运单状态")),
        Text("service", ("业务类型",)),
        Amount("weight", ("下单重量(kg)", "下单重量")),
        Amount("pieces", ("托寄物商品数量",)),
    ),
    values=(
        Expression(
            "status",
            "CASE WHEN contains(coalesce(state, ''), '取消') OR contains(coalesce(state, ''), '作废') THEN 'cancelled' "
            "ELSE 'sent' END",
            "text",
        ),
    ),
    flags=(Flag("key_damaged", "order_no_damaged", "平台订单号"),),
    emits=(
        Emit(
            kind="shipment_line",
            moment="ordered",
            fields={
                "tracking_no": "tracking_no",
                "sku": "NULL",
                "order_no": "order_no",
                "qty": "pieces",
                "courier": "coalesce(service, '京东快递')",
                "status": "status",
                "weight": "weight",
                "shipped_at": "CASE WHEN status = 'sent' THEN ordered END",
            },
        ),
    ),
    currency="CNY",
)
