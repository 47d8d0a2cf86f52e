"""WeChat shop (微信小店, 视频号) orders: one row per item of an order.

From documentation (third parties' code: 57 columns). The order's amounts stand on each of its rows: they are allocated
to the rows by 商品实际价格(总共), so that these add up to the order exactly. 订单实际支付金额 is what the buyer paid;
what 订单实际收款金额 has above it, or else the item's 商品平台券优惠, is borne by the platform. 商品已退款金额 is the
item's own. The receiver's name, phone and street are not declared.
"""

from __future__ import annotations

from huikuan.formats.allocation import line_amount_sql, repeated_sql
from huikuan.formats.platforms.order_parcels import parcel_emit
from huikuan.formats.spec import About, Amount, Choice, Emit, Expression, Format, Identifier, Moment, Text
from huikuan.records.messages import gettext_noop

_STATES = {
    "待付款": "unpaid", "未付款": "unpaid", "待支付": "unpaid",
    "待发货": "paid", "部分发货": "paid", "已付款": "paid", "礼物待领取": "paid",
    "待收货": "shipped", "已发货": "shipped",
    "已完成": "received", "完成": "received", "交易完成": "received", "交易成功": "received", "已收货": "received",
    "已取消": "closed", "取消": "closed", "订单取消": "closed", "交易关闭": "closed", "已关闭": "closed",
    "全部商品售后之后，订单取消": "closed", "全部商品售后之后,订单取消": "closed",
}  # fmt: skip


def _of_line(amount: str) -> str:
    return line_amount_sql(amount, "order_no", "line_worth")


_ALL_ROWS = "OVER (PARTITION BY order_no)"
_GIVEN_BACK = f"sum(coalesce(refunded, 0)) {_ALL_ROWS}"
_PAID = f"CASE WHEN {repeated_sql('due', 'order_no')} THEN due ELSE sum(due) {_ALL_ROWS} END"

WECHATSHOP_ORDERS = Format(
    id="wechatshop.orders",
    about=About(
        title=gettext_noop("WeChat shop orders (微信小店订单)"),
        where=gettext_noop("store.weixin.qq.com → 订单 → 订单管理 → 导出, as Excel or CSV"),
        verified="documentation",
        note=gettext_noop("Amounts of an order repeated on each of its rows are allocated to the rows."),
    ),
    needs=(("订单号",), ("订单下单时间",), ("订单状态",), ("订单实际支付金额", "订单实际收款金额")),
    columns=(
        Identifier("order_no", ("订单号",), filled=True),
        Moment("created", ("订单下单时间",), filled=True),
        Moment("shipped", ("订单发货时间",)),
        Moment("received", ("订单确认收货时间",)),
        Moment("done", ("订单完成结算时间",)),
        Moment("paid_at", ("支付时间",)),
        Choice("state", ("订单状态",), _STATES, otherwise="other"),
        Text("province_cell", ("省",)),
        Text("city_cell", ("市",)),
        Amount("buyer_paid", ("订单实际支付金额",)),
        Amount("taken", ("订单实际收款金额",)),
        Amount("order_freight", ("订单运费",)),
        Identifier("payment_no", ("交易单号",)),
        Text("courier", ("物流公司",)),
        Identifier("tracking", ("快递单号",)),
        Text("title", ("商品名称",)),
        Identifier("item_id", ("商品编码(平台)",)),
        Identifier("own_item", ("商品编码(自定义)",)),
        Identifier("own_sku", ("SKU编码(自定义)",)),
        Amount("price", ("商品价格(单件)",)),
        Amount("line_price", ("商品实际价格(总共)",)),
        Amount("qty", ("商品数量",)),
        Amount("coupon", ("商品平台券优惠",)),
        Amount("given_back", ("商品已退款金额",)),
    ),
    values=(
        Expression("closed", "coalesce(state = 'closed', FALSE)", "bool"),
        Expression("unpaid", "paid_at_date IS NULL AND (coalesce(state = 'unpaid', FALSE) OR closed)", "bool"),
        Expression("due", "CASE WHEN unpaid THEN 0 ELSE coalesce(buyer_paid, taken) END", "money"),
        Expression("line_worth", "coalesce(line_price, price * qty, qty, 1)", "money"),
        Expression("refunded", "CASE WHEN unpaid THEN 0 ELSE given_back END", "money"),
        Expression(
            "borne",
            "CASE WHEN unpaid OR closed THEN 0 WHEN taken > buyer_paid THEN taken - buyer_paid ELSE 0 END",
            "money",
        ),
        Expression("sku", "coalesce(own_sku, own_item, item_id)", "text"),
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
                "status": "CASE WHEN unpaid AND closed THEN 'cancelled' WHEN unpaid THEN 'unpaid' "
                f"WHEN {_GIVEN_BACK} > 0 AND {_GIVEN_BACK} >= {_PAID} THEN 'refunded' "
                "WHEN state IN ('paid', 'shipped', 'received', 'closed') THEN state ELSE 'paid' END",
                "sku": "sku",
                "title": "title",
                "qty": "qty",
                "list_amount": "price * qty",
                "platform_discount": "coupon",
                "shipping_fee": _of_line("order_freight"),
                "paid": _of_line("due"),
                "platform_borne": "CASE WHEN taken IS NULL OR buyer_paid IS NULL "
                f"THEN CASE WHEN unpaid OR closed THEN 0 ELSE coupon END ELSE {_of_line('borne')} END",
                "refunded": "refunded",
                "created_at": "created",
                "paid_at": "paid_at",
                "shipped_at": "shipped",
                "received_at": "received",
                "closed_at": "done",
                "payment_no": "payment_no",
                "province": "province",
                "city": "city",
            },
            "created",
        ),
        parcel_emit("created"),
    ),
    currency="CNY",
)
