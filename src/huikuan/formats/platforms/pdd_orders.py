"""Pinduoduo orders: one row per order (`YYMMDD-` and 15 digits). Known from third parties' code; no file of ours.

商家实收金额 is what the goods account will get, so `paid` + `platform_borne` equals it: `paid` is 用户实付金额, the
difference is borne by the platform (it should be 平台优惠折扣; which of the discounts it holds no page states, so it is
computed, not trusted). Where 商家实收金额 is missing, the platform's own discounts stand for it.

订单成交时间 may be blank on paid orders (127 of 2,297 at one seller): the day is then the one the order number begins
with, the day the order was made, and the record's `text` says so; no time is told. 售后状态 退款成功 is taken as a
refund of the whole order unless the export has 退款金额: most do not tell how much. The parcel's number is not read as
a shipment: ERP exports tell what was sent.
"""

from __future__ import annotations

from huikuan.formats.spec import About, Amount, Emit, Expression, Format, Identifier, Moment, Reject, Text
from huikuan.records.messages import gettext_noop

PDD_ORDERS = Format(
    id="pdd.orders",
    about=About(
        title=gettext_noop("Pinduoduo orders (拼多多订单)"),
        where=gettext_noop("mms.pinduoduo.com → 发货管理 → 订单查询 → 批量导出, as CSV or Excel"),
        verified="documentation",
        note=gettext_noop("售后状态 退款成功 is taken as a refund of the whole order; the export tells no amount."),
    ),
    needs=(
        ("订单号",),
        ("订单状态",),
        ("用户实付金额(元)", "用户实付金额", "用户实付"),
        ("商家实收金额(元)", "商家实收金额", "商家实收", "平台优惠折扣(元)", "平台优惠折扣"),
        ("商品id", "样式ID"),
        ("售后状态",),
    ),
    file_name="拼多多|pdd|orders_export|订单",
    columns=(
        Identifier("order_no", ("订单号",), filled=True),
        Text("title", ("商品", "商品名称")),
        Text("state", ("订单状态",)),
        Text("after_sale", ("售后状态",)),
        Amount("goods", ("商品总价(元)", "商品总价")),
        Amount("postage", ("邮费(元)", "邮费")),
        Amount("shop_discount", ("店铺优惠折扣(元)", "店铺优惠折扣", "店铺优惠")),
        Amount("platform_discount", ("平台优惠折扣(元)", "平台优惠折扣", "平台优惠")),
        Amount("pay_discount", ("多多支付立减金额(元)", "多多支付立减金额", "支付立减")),
        Amount("buyer_paid", ("用户实付金额(元)", "用户实付金额", "用户实付"), filled=True),
        Amount("received", ("商家实收金额(元)", "商家实收金额", "商家实收")),
        Amount("given_back", ("退款金额(元)", "退款金额")),
        Amount("qty", ("商品数量(件)", "商品数量")),
        Moment("dealt", ("订单成交时间",)),
        Moment("paid_time", ("支付时间",)),
        Moment("grouped", ("拼单成功时间",)),
        Moment("shipped", ("发货时间",)),
        Moment("confirmed", ("确认收货时间",)),
        Identifier("item_no", ("商品id",)),
        Identifier("style_no", ("样式ID",)),
        Text("own_sku", ("商家编码-规格维度",)),
        Text("own_item", ("商家编码-商品维度",)),
        Text("province", ("省", "省份")),
        Text("city", ("市", "城市")),
        Text("shop_name", ("店铺名称",)),
    ),
    values=(
        Expression("happened", "coalesce(dealt, paid_time, grouped)", "time"),
        Expression("told_date", "coalesce(dealt_date, paid_time_date, grouped_date)", "date"),
        Expression(
            "number_date",
            "CASE WHEN regexp_full_match(order_no, '[0-9]{6}-[0-9]{10,20}') THEN "
            "CAST(try_strptime('20' || left(order_no, 6), '%Y%m%d') AS DATE) END",
            "date",
        ),
        Expression("happened_date", "coalesce(told_date, number_date)", "date"),
        Expression("given", "contains(concat(after_sale, state), '退款成功')", "bool"),
        Expression("refunded_whole", "given AND coalesce(nullif(given_back, 0) >= buyer_paid, TRUE)", "bool"),
        Expression(
            "unpaid",
            "contains(coalesce(state, ''), '未支付') OR contains(coalesce(state, ''), '待支付') OR "
            "contains(coalesce(state, ''), '待付款')",
            "bool",
        ),
        Expression("cancelled", "contains(coalesce(state, ''), '取消') AND NOT given", "bool"),
        Expression("paid", "CASE WHEN unpaid OR cancelled THEN 0 ELSE buyer_paid END", "money"),
        Expression(
            "refunded",
            "CASE WHEN unpaid OR cancelled THEN 0 WHEN refunded_whole THEN paid WHEN given THEN given_back ELSE 0 END",
            "money",
        ),
        Expression(
            "borne",
            "CASE WHEN unpaid OR cancelled OR refunded_whole THEN 0 WHEN received IS NOT NULL THEN received - "
            "buyer_paid ELSE coalesce(platform_discount, 0) + coalesce(pay_discount, 0) END",
            "money",
        ),
        Expression(
            "status",
            "CASE WHEN unpaid THEN 'unpaid' WHEN cancelled THEN 'cancelled' WHEN refunded_whole THEN 'refunded' "
            "WHEN contains(coalesce(state, ''), '已收货') OR contains(coalesce(state, ''), '已完成') OR "
            "contains(coalesce(state, ''), '交易成功') OR contains(coalesce(state, ''), '待评价') THEN 'received' "
            "WHEN contains(coalesce(state, ''), '已发货') OR contains(coalesce(state, ''), '待收货') OR "
            "contains(coalesce(state, ''), '签收') THEN 'shipped' ELSE 'paid' END",
            "text",
        ),
    ),
    rejects=(Reject("cell.empty", "happened_date IS NULL", "订单成交时间"),),
    emits=(
        Emit(
            kind="order_line",
            moment="happened",
            fields={
                "order_no": "order_no",
                "line_no": "'1'",
                "status": "status",
                "sku": "coalesce(nullif(own_sku, '-'), nullif(own_item, '-'), style_no, item_no)",
                "title": "title",
                "qty": "qty",
                "list_amount": "goods",
                "merchant_discount": "shop_discount",
                "platform_discount": "coalesce(platform_discount + coalesce(pay_discount, 0), pay_discount)",
                "shipping_fee": "postage",
                "paid": "paid",
                "platform_borne": "borne",
                "refunded": "refunded",
                "paid_at": "CASE WHEN NOT (unpaid OR cancelled) THEN coalesce(paid_time, happened) END",
                "shipped_at": "shipped",
                "received_at": "confirmed",
                "province": "province",
                "city": "city",
                "text": "CASE WHEN told_date IS NULL THEN '订单成交时间 ← 订单号' END",
            },
        ),
    ),
    shop_value="shop_name",
    currency="CNY",
)
