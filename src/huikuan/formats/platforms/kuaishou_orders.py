"""Kuaishou (快手小店) orders: one row per order, which holds one product. From documentation (third parties' code).

实付款 is what the buyer paid, 快递费 included. 平台补贴 and 主播补贴 are settled to the shop on top. The receiver's
name, phone and street are not declared. Refunds have no amount here: a closed order that was paid gave all of it back;
of any other it is not told, whatever its 售后状态 (the bill tells it).
"""

from __future__ import annotations

from huikuan.formats.platforms.order_parcels import parcel_emit
from huikuan.formats.spec import About, Amount, Choice, Emit, Expression, Format, Identifier, Moment, Text
from huikuan.records.messages import gettext_noop

_STATES = {
    "待付款": "unpaid", "待支付": "unpaid", "未支付": "unpaid",
    "已支付": "paid", "已付款": "paid", "待发货": "paid", "部分发货": "paid",
    "已发货": "shipped", "待收货": "shipped",
    "已收货": "received", "已签收": "received", "确认收货": "received", "已确认收货": "received",
    "交易成功": "received",
    "已完成": "received", "订单成功": "received", "交易完成": "received",
    "交易关闭": "closed", "已关闭": "closed", "订单关闭": "closed", "已取消": "closed",
    "交易失败": "closed", "订单失败": "closed",
}  # fmt: skip

KUAISHOU_ORDERS = Format(
    id="kuaishou.orders",
    about=About(
        title=gettext_noop("Kuaishou shop orders (快手小店订单)"),
        where=gettext_noop("s.kwaixiaodian.com → 订单 → 订单查询 → 导出, as Excel or CSV"),
        verified="documentation",
        note=gettext_noop("Amounts of partial refunds are not told here."),
    ),
    needs=(
        ("订单号",),
        ("订单创建时间",),
        ("订单状态",),
        ("实付款", "实付款（元）"),
        ("快递费", "快递费（元）", "成交数量", "主播补贴"),
    ),
    lacks=(("实际结算时间",),),
    columns=(
        Identifier("order_no", ("订单号",), filled=True),
        Moment("created", ("订单创建时间",), filled=True),
        Moment("paid_at", ("订单支付时间",)),
        Moment("shipped", ("发货时间",)),
        Choice("state", ("订单状态",), _STATES, otherwise="other"),
        Amount("due", ("实付款", "实付款（元）"), filled=True),
        Amount("postage", ("快递费", "快递费（元）")),
        Amount("by_shop", ("店铺优惠", "店铺优惠（元）")),
        Amount("by_platform", ("平台补贴", "平台补贴（元）")),
        Amount("by_influencer", ("主播补贴", "达人补贴", "主播补贴（元）")),
        Amount("qty", ("成交数量",)),
        Text("aftersale", ("售后状态",)),
        Text("title", ("商品名称",)),
        Identifier("item_id", ("商品ID",)),
        Identifier("own_code", ("SKU编码",)),
        Amount("price", ("商品单价", "商品单价（元）")),
        Text("province_cell", ("收货地址-省",)),
        Text("city_cell", ("收货地址-市",)),
        Text("courier", ("快递公司",)),
        Identifier("tracking", ("快递单号",)),
    ),
    values=(
        Expression("closed", "coalesce(state = 'closed', FALSE)", "bool"),
        Expression("given_back", "contains(coalesce(aftersale, ''), '退款成功')", "bool"),
        Expression(
            "unpaid",
            "paid_at_date IS NULL AND (coalesce(state = 'unpaid', FALSE) OR "
            "(closed AND NOT given_back AND shipped_date IS NULL))",
            "bool",
        ),
        Expression("paid", "CASE WHEN unpaid THEN 0 ELSE due END", "money"),
        Expression("refunded", "CASE WHEN unpaid THEN 0 WHEN closed THEN paid END", "money"),
        Expression(
            "status",
            "CASE WHEN unpaid AND closed THEN 'cancelled' WHEN unpaid THEN 'unpaid' "
            "WHEN refunded > 0 AND refunded >= paid THEN 'refunded' "
            "WHEN state IN ('paid', 'shipped', 'received', 'closed') THEN state ELSE 'paid' END",
            "text",
        ),
        Expression(
            "borne",
            "CASE WHEN by_platform IS NULL AND by_influencer IS NULL THEN NULL "
            "WHEN status IN ('cancelled', 'unpaid', 'closed', 'refunded') THEN 0 "
            "ELSE coalesce(by_platform, 0) + coalesce(by_influencer, 0) END",
            "money",
        ),
        Expression("sku", "coalesce(own_code, item_id)", "text"),
        Expression(
            "province", "CASE WHEN regexp_full_match(province_cell, '\\p{Han}{2,12}') THEN province_cell END", "text"
        ),
        Expression("city", "CASE WHEN regexp_full_match(city_cell, '\\p{Han}{2,15}') THEN city_cell END", "text"),
    ),
    emits=(
        Emit(
            "order_line",
            {
                "order_no": "order_no",
                "status": "status",
                "sku": "sku",
                "title": "title",
                "qty": "qty",
                "list_amount": "price * qty",
                "merchant_discount": "by_shop",
                "platform_discount": "by_platform",
                "shipping_fee": "postage",
                "paid": "paid",
                "platform_borne": "borne",
                "refunded": "refunded",
                "created_at": "created",
                "paid_at": "paid_at",
                "shipped_at": "shipped",
                "province": "province",
                "city": "city",
            },
            "created",
        ),
        parcel_emit("created"),
    ),
    currency="CNY",
)
