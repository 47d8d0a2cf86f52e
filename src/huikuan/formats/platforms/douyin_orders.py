"""Douyin (抖店) 订单 export: one row per sub-order.

From documentation (third parties' code). UTF-8 with a byte order mark, every value quoted with a tab in front
(`"\\t6917…"`), `-` for none. The receiver's name, phone and street (`##cipher`, `$$cipher`) are not declared and never
enter.

`order_no` is the main order, `line_no` the sub-order; the bills name both. 订单应付金额 is what the buyer owes after
all discounts, freight included; what the platform and the influencer bear of the discounts (…实际承担优惠金额) is
settled to the shop on top, so both are `platform_borne`. Refunds have no amount here: a closed or wholly refunded
sub-order gave back what was paid; of any other it is not told (the after-sales export and the bill tell it).
"""

from __future__ import annotations

from huikuan.formats.platforms.order_parcels import parcel_emit
from huikuan.formats.spec import (
    About,
    Amount,
    Choice,
    Emit,
    Expression,
    Format,
    Identifier,
    Moment,
    Text,
)
from huikuan.records.messages import gettext_noop

_STATES = {
    "待支付": "unpaid", "待付款": "unpaid", "未支付": "unpaid",
    "待确认": "paid", "已支付": "paid", "待发货": "paid", "备货中": "paid", "部分发货": "paid", "已部分发货": "paid",
    "已发货": "shipped", "待收货": "shipped",
    "已收货": "received", "已签收": "received", "已完成": "received", "交易成功": "received",
    "已关闭": "closed", "已取消": "closed", "交易关闭": "closed", "关闭": "closed",
}  # fmt: skip

DOUYIN_ORDERS = Format(
    id="douyin.orders",
    about=About(
        title=gettext_noop("Douyin shop orders (抖店订单)"),
        where=gettext_noop("fxg.jinritemai.com → 订单 → 订单管理 → 导出, as CSV or Excel"),
        verified="documentation",
        note=gettext_noop("Amounts of partial refunds are not told here; import the after-sales export too."),
    ),
    needs=(("主订单编号",), ("子订单编号",), ("订单提交时间",), ("订单应付金额",), ("订单状态",)),
    columns=(
        Identifier("order_no", ("主订单编号",), filled=True),
        Identifier("sub_no", ("子订单编号",), filled=True),
        Text("title", ("选购商品",)),
        Amount("qty", ("商品数量",)),
        Identifier("item_id", ("商品ID",)),
        Identifier("own_code", ("商家编码", "货号")),
        Amount("price", ("商品单价",)),
        Amount("due", ("订单应付金额",), filled=True),
        Amount("postage", ("运费",)),
        Amount("by_platform", ("平台优惠",)),
        Amount("by_merchant", ("商家优惠",)),
        Amount("borne_platform", ("平台实际承担优惠金额",)),
        Amount("borne_merchant", ("商家实际承担优惠金额",)),
        Amount("borne_influencer", ("达人实际承担优惠金额",)),
        Moment("created", ("订单提交时间",), filled=True),
        Moment("paid_at", ("支付完成时间",)),
        Moment("shipped", ("发货时间",)),
        Moment("finished", ("订单完成时间",)),
        Choice("state", ("订单状态",), _STATES, otherwise="other"),
        Text("aftersale", ("售后状态",)),
        Text("province_cell", ("省",)),
        Text("city_cell", ("市",)),
        Identifier("parcel", ("快递单号",)),
        Text("parcel_cell", ("快递信息",)),
        Text("courier_cell", ("快递公司",)),
    ),
    values=(
        Expression("closed", "coalesce(state = 'closed', FALSE)", "bool"),
        Expression("given_back", "regexp_matches(coalesce(aftersale, ''), '退款成功|已全额退款')", "bool"),
        # Layouts without 支付完成时间 tell it by the state alone.
        Expression(
            "unpaid",
            "paid_at_date IS NULL AND (coalesce(state = 'unpaid', FALSE) OR "
            "(closed AND NOT given_back AND shipped_date IS NULL))",
            "bool",
        ),
        Expression("paid", "CASE WHEN unpaid THEN 0 ELSE due END", "money"),
        Expression(
            "refunded",
            "CASE WHEN unpaid THEN 0 WHEN closed OR contains(coalesce(aftersale, ''), '已全额退款') THEN paid END",
            "money",
        ),
        Expression(
            "status",
            "CASE WHEN unpaid AND closed THEN 'cancelled' WHEN unpaid THEN 'unpaid' "
            "WHEN refunded > 0 AND refunded >= paid THEN 'refunded' "
            "WHEN state IN ('paid', 'shipped', 'received', 'closed') THEN state ELSE 'paid' END",
            "text",
        ),
        Expression(
            "borne",
            "CASE WHEN borne_platform IS NULL AND borne_influencer IS NULL THEN NULL "
            "WHEN status IN ('cancelled', 'unpaid', 'closed', 'refunded') THEN 0 "
            "ELSE coalesce(borne_platform, 0) + coalesce(borne_influencer, 0) END",
            "money",
        ),
        Expression("sku", "coalesce(own_code, item_id)", "text"),
        Expression(
            "province", "CASE WHEN regexp_full_match(province_cell, '\\p{Han}{2,12}') THEN province_cell END", "text"
        ),
        Expression("city", "CASE WHEN regexp_full_match(city_cell, '\\p{Han}{2,15}') THEN city_cell END", "text"),
        Expression(
            "tracking", "coalesce(parcel, nullif(regexp_extract(parcel_cell, '[A-Za-z0-9]{8,30}'), ''))", "text"
        ),
        Expression(
            "courier",
            "coalesce(nullif(courier_cell, '-'), nullif(regexp_extract(parcel_cell, '\\p{Han}{2,12}'), ''))",
            "text",
        ),
    ),
    emits=(
        Emit(
            "order_line",
            {
                "order_no": "order_no",
                "line_no": "sub_no",
                "status": "status",
                "sku": "sku",
                "title": "title",
                "qty": "qty",
                "list_amount": "price * qty",
                "merchant_discount": "coalesce(borne_merchant, by_merchant)",
                "platform_discount": "coalesce(borne_platform, by_platform)",
                "shipping_fee": "postage",
                "paid": "paid",
                "platform_borne": "borne",
                "refunded": "refunded",
                "created_at": "created",
                "paid_at": "paid_at",
                "shipped_at": "shipped",
                "received_at": "CASE WHEN state = 'received' THEN finished END",
                "closed_at": "finished",
                "province": "province",
                "city": "city",
            },
            "created",
        ),
        parcel_emit("created", courier="courier"),
    ),
    currency="CNY",
)
