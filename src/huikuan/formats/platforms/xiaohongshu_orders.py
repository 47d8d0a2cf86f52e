"""Xiaohongshu (小红书) orders: one row per item of an order. From documentation (third parties' code, 64 columns).

用户应付金额 is what the buyer pays after all discounts, 商家应收金额（支付金额） what the shop gets for it: the
difference is borne by the platform. Both are the row's own: a seller's sum over the rows of an order agrees with the
platform's figure. Refunds have no amount here: a cancelled order that was paid gave all of it back; of any other it is
not told, whatever its 售后状态 (the bill tells it). Receivers' names, phones, streets and identity numbers are not
declared.
"""

from __future__ import annotations

from huikuan.formats.platforms.order_parcels import parcel_emit
from huikuan.formats.spec import About, Amount, Choice, Emit, Expression, Format, Identifier, Moment, Reject, Text
from huikuan.records.messages import gettext_noop

_STATES = {
    "待付款": "unpaid", "待支付": "unpaid", "未支付": "unpaid", "已下单待付款": "unpaid",
    "待配货": "paid", "待发货": "paid", "已支付处理中": "paid", "清关中": "paid", "部分发货": "paid", "已支付": "paid",
    "已发货": "shipped", "待收货": "shipped",
    "已签收": "received", "已收货": "received", "已完成": "received", "交易成功": "received",
    "已取消": "closed", "已关闭": "closed", "交易关闭": "closed", "换货申请中": "received",
}  # fmt: skip

XIAOHONGSHU_ORDERS = Format(
    id="xiaohongshu.orders",
    about=About(
        title=gettext_noop("Xiaohongshu orders (小红书订单)"),
        where=gettext_noop("ark.xiaohongshu.com → 订单 → 订单查询 → 导出, as Excel or CSV"),
        verified="documentation",
        note=gettext_noop("Amounts of partial refunds are not told here."),
    ),
    needs=(
        ("订单号",),
        ("订单状态",),
        ("用户应付金额（元）", "商家应收金额（元）（支付金额）", "商家应收金额（元）"),
        ("SKU件数", "小红书编码", "规格ID"),
        ("订单创建时间", "支付时间"),
    ),
    file_name="小红书|订单",
    columns=(
        Identifier("order_no", ("订单号",), filled=True),
        Choice("state", ("订单状态",), _STATES, otherwise="other"),
        Text("aftersale", ("售后状态",)),
        Text("title", ("商品名称", "SKU名称")),
        Amount("qty", ("SKU件数",)),
        Text("own_code", ("商家编码",)),
        Identifier("spec_id", ("规格ID",)),
        Text("platform_code", ("小红书编码",)),
        Amount("goods", ("商品总价（元）",)),
        Amount("payable", ("用户应付金额（元）",)),
        Amount("receivable", ("商家应收金额（元）（支付金额）", "商家应收金额（元）")),
        Amount("by_platform", ("平台优惠（元）",)),
        Amount("by_shop", ("店铺优惠（元）",)),
        Moment("created", ("订单创建时间",)),
        Moment("paid_at", ("支付时间",)),
        Moment("shipped", ("订单发货时间",)),
        Moment("done", ("订单完成时间",)),
        Text("province_cell", ("省",)),
        Text("city_cell", ("市",)),
        Text("courier", ("快递公司",)),
        Identifier("tracking", ("快递单号",)),
        Text("shop_name", ("店铺名称",)),
    ),
    values=(
        Expression("ordered", "coalesce(created, paid_at)", "time"),
        Expression("ordered_date", "coalesce(created_date, paid_at_date)", "date"),
        Expression("closed", "coalesce(state = 'closed', FALSE)", "bool"),
        Expression("given_back", "regexp_matches(coalesce(aftersale, ''), '(售后|退款)(完成|成功)')", "bool"),
        Expression(
            "unpaid",
            "paid_at_date IS NULL AND (coalesce(state = 'unpaid', FALSE) OR "
            "(closed AND NOT given_back AND shipped_date IS NULL))",
            "bool",
        ),
        Expression("due", "coalesce(payable, receivable)", "money"),
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
            "CASE WHEN status IN ('cancelled', 'unpaid', 'closed', 'refunded') THEN 0 "
            "WHEN payable IS NULL THEN NULL ELSE coalesce(receivable - payable, by_platform) END",
            "money",
        ),
        Expression("sku", "coalesce(own_code, spec_id, platform_code)", "text"),
        Expression(
            "province", "CASE WHEN regexp_full_match(province_cell, '\\p{Han}{2,12}') THEN province_cell END", "text"
        ),
        Expression("city", "CASE WHEN regexp_full_match(city_cell, '\\p{Han}{2,15}') THEN city_cell END", "text"),
    ),
    rejects=(
        Reject("cell.empty", "ordered_date IS NULL", "订单创建时间"),
        Reject("cell.empty", "payable IS NULL AND receivable IS NULL", "用户应付金额（元）"),
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
                "list_amount": "goods",
                "merchant_discount": "by_shop",
                "platform_discount": "by_platform",
                "paid": "paid",
                "platform_borne": "borne",
                "refunded": "refunded",
                "created_at": "created",
                "paid_at": "paid_at",
                "shipped_at": "shipped",
                "received_at": "CASE WHEN state = 'received' THEN done END",
                "closed_at": "done",
                "province": "province",
                "city": "city",
            },
            "ordered",
        ),
        parcel_emit("ordered", sku="coalesce(sku, '')"),
    ),
    shop_value="shop_name",
    currency="CNY",
)
