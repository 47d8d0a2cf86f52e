"""Tmall and Taobao 订单报表: one row per order. One declaration reads the reduced layout (checked against a real
file of 28,010 rows) and the classic and newer full ones (known from third parties' code): they name the same
columns.

Where the layout has 退款金额, 买家实际支付金额 is net of refunds (true on every paid row of the real file), so what
was paid is their sum; where the sum is more than 总金额 and 买家实付金额 is not, that was paid at first, before the
refund. Without that column a closed order that was paid has been refunded down to 买家实际支付金额; partial refunds
of other orders are then not told. An order without a time of payment is unpaid: it paid 0.
千牛 lets its user leave columns out: without 订单创建时间 nothing dates an order that was never paid, so it is ignored.

The classic layout names what the platform pays for the buyer: 天猫卡券抵扣 and 集分宝抵扣 (coupons and points of the
platform's own). Their sum is `platform_borne`: the merchant receives it on top of what the buyer paid. It is 0 where
the order is unpaid, closed or wholly refunded, and not told where the layout has neither column (from documentation).
"""

from __future__ import annotations

from huikuan.formats.spec import (
    About,
    Amount,
    Choice,
    Emit,
    Expression,
    Format,
    Identifier,
    Moment,
    Person,
    Reject,
    Text,
)
from huikuan.records.messages import gettext_noop

_STATES = {
    "等待买家付款": "unpaid",
    "买家未付款": "unpaid",
    "买家已付款,等待卖家发货": "paid",
    "买家已付款，等待卖家发货": "paid",
    "卖家部分发货": "paid",
    "卖家已发货,等待买家确认": "shipped",
    "卖家已发货，等待买家确认": "shipped",
    "交易成功": "received",
    "交易关闭": "closed",
    "付款以后用户退款成功，交易自动关闭": "closed",
    "付款以前，卖家或买家主动关闭交易": "closed",
}
ORDER_STATE = Choice("state", ("订单状态",), _STATES, otherwise="other")

TMALL_ORDERS = Format(
    id="tmall.orders",
    about=About(
        title=gettext_noop("Tmall / Taobao order report (订单报表)"),
        where=gettext_noop("千牛 → 交易 → 已卖出的宝贝 → 批量导出 → 订单报表, as CSV, Excel or ZIP"),
        verified="real file",
        note=gettext_noop(
            "Checked for the reduced layout; the classic and the newer full layout follow documentation."
        ),
    ),
    needs=(
        ("订单编号",),
        ("买家实际支付金额", "买家实付金额"),
        ("订单付款时间",),
    ),
    lacks=(("子订单编号",),),  # 宝贝明细; the classic layout has a 主订单编号 too, as its last column
    file_name="ExportOrderList|order_report|订单报表",
    exported_in_name=r"ExportOrderList(20\d{10}(?:\d{2})?)(?!\d)",
    columns=(
        Identifier("order_no", ("订单编号",), filled=True),
        Amount("stated_total", ("总金额",)),
        Amount("payable", ("买家应付货款",)),
        Amount("net", ("买家实际支付金额", "买家实付金额"), filled=True),
        Text("address", ("收货地址",)),
        Moment("created", ("订单创建时间",)),
        Moment("paid_at", ("订单付款时间",)),
        Moment("received", ("确认收货时间",)),
        Moment("shipped", ("发货时间",)),
        Amount("refund", ("退款金额",)),
        Amount("coupon", ("天猫卡券抵扣",)),
        Amount("points", ("集分宝抵扣",)),
        ORDER_STATE,
        Person("buyer", ("买家会员名",)),
        Text("title", ("宝贝标题", "商品标题")),
        Amount("qty", ("宝贝总数量",)),
        Amount("postage", ("买家应付邮费",)),
        Identifier("payment_no", ("支付单号",)),
        Text("shop_name", ("店铺名称",)),
    ),
    values=(
        # 千牛 lets its user leave columns out.
        Expression(
            "total", "coalesce(stated_total, payable + coalesce(postage, 0), net + coalesce(refund, 0))", "money"
        ),
        Expression("ordered", "coalesce(created, paid_at)", "time"),
        Expression("ordered_date", "coalesce(created_date, paid_at_date)", "date"),
        Expression("unpaid", "paid_at_date IS NULL", "bool"),
        Expression("closed", "coalesce(state = 'closed', FALSE)", "bool"),
        Expression("never_paid", "unpaid AND (closed OR coalesce(state = 'unpaid', FALSE))", "bool"),
        Expression(
            "paid",
            "CASE WHEN unpaid THEN 0 WHEN net <= total AND net + refund > total THEN net "
            "WHEN refund IS NOT NULL THEN net + refund WHEN closed THEN total ELSE net END",
            "money",
        ),
        Expression(
            "refunded",
            "CASE WHEN unpaid THEN 0 WHEN refund IS NOT NULL THEN refund WHEN closed THEN total - net END",
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
            "CASE WHEN coupon IS NULL AND points IS NULL THEN NULL "
            "WHEN status IN ('cancelled', 'unpaid', 'closed', 'refunded') THEN 0 "
            "ELSE coalesce(coupon, 0) + coalesce(points, 0) END",
            "money",
        ),
        # Province and city stay, street and house never: only short first words of the address are taken.
        Expression("word1", "split_part(address, ' ', 1)", "text"),
        Expression("word2", "split_part(address, ' ', 2)", "text"),
        Expression("province", "CASE WHEN length(word1) BETWEEN 2 AND 8 THEN word1 END", "text"),
        Expression(
            "city",
            "CASE WHEN province IS NOT NULL AND regexp_full_match(word2, '.{1,12}(市|州|盟|区|县)') THEN word2 END",
            "text",
        ),
    ),
    rejects=(
        Reject("cell.empty", "ordered_date IS NULL AND NOT never_paid", "订单创建时间"),
        Reject(
            "cell.empty",
            "closed AND NOT unpaid AND refund IS NULL AND stated_total IS NULL AND payable IS NULL",
            "总金额",
        ),
    ),
    ignored="never_paid AND ordered_date IS NULL",
    emits=(
        Emit(
            kind="order_line",
            moment="ordered",
            fields={
                "order_no": "order_no",
                "line_no": "'1'",
                "status": "status",
                "title": "title",
                "qty": "qty",
                "list_amount": "total",
                "shipping_fee": "postage",
                "paid": "paid",
                "platform_borne": "borne",
                "refunded": "refunded",
                "created_at": "created",
                "paid_at": "paid_at",
                "shipped_at": "shipped",
                "received_at": "received",
                "payment_no": "payment_no",
                "province": "province",
                "city": "city",
                "buyer_hash": "buyer_hash",
                "buyer_mask": "buyer_mask",
            },
        ),
    ),
    shop_value="shop_name",
    currency="CNY",
)
