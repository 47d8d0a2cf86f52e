"""1688 orders: one row per item line; the order's own cells are merged over its lines. Known from third parties'
code.

订单号 may be the name of two columns, the first is the order's. 货品总价, 运费 and 实付款 are the order's: 实付款 is
allocated to its lines by 单价 × 数量, so that they add up to it exactly. What was refunded is told by the bill of
receipts. An order without a time of payment is unpaid: it paid 0.
"""

from __future__ import annotations

from huikuan.formats.allocation import allocated_sql
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
    "等待付款": "unpaid",
    "等待卖家发货": "paid",
    "待发货": "paid",
    "等待买家收货": "shipped",
    "等待买家确认收货": "shipped",
    "已发货": "shipped",
    "待收货": "shipped",
    "已收货": "received",
    "交易成功": "received",
    "交易完成": "received",
    "交易关闭": "closed",
    "交易取消": "closed",
    "已取消": "closed",
    "交易终止": "closed",
    "退款成功": "closed",
}
_WORTH = "TRY_CAST(price * coalesce(TRY_CAST(qty AS DECIMAL(12,3)), 1) AS DECIMAL(18,5))"


def _of_line(amount: str) -> str:
    return f"CASE WHEN {amount} IS NOT NULL THEN {allocated_sql(amount, 'order_no', 'coalesce(worth, qty)')} END"


ALIBABA1688_ORDERS = Format(
    id="1688.orders",
    about=About(
        title=gettext_noop("1688 orders (1688 订单)"),
        where=gettext_noop("1688 卖家工作台 → 交易 → 已卖出的货品 → 导出订单, as Excel or CSV"),
        verified="documentation",
        note=gettext_noop("What is the order's own is allocated to its lines; refunds are in the bill of receipts."),
    ),
    needs=(
        ("订单号", "订单编号"),
        ("货品总价", "货品总价（元）"),
        ("实付款（元）", "实付款"),
        ("订单付款时间",),
    ),
    file_name="1688|订单导出",
    columns=(
        Identifier("order_no", ("订单号", "订单编号"), filled=True),
        Person("buyer", ("买家公司名称", "买家公司名", "买家会员名")),
        Amount("goods", ("货品总价（元）", "货品总价")),
        Amount("postage", ("运费（元）", "运费")),
        Amount("due", ("实付款（元）", "实付款"), filled=True),
        Choice("state", ("订单状态",), _STATES, otherwise="other"),
        Moment("created", ("订单创建时间",)),
        Moment("paid_at", ("订单付款时间",)),
        Text("title", ("货品标题", "商品标题")),
        Amount("price", ("单价（元）", "单价")),
        Amount("qty", ("数量",)),
        Text("own_sku", ("单品货号", "货号")),
        Identifier("offer_no", ("Offer_ID", "Offer ID", "offerId")),
    ),
    merged=("order_no", "buyer", "goods", "postage", "due", "state", "created", "paid_at"),
    values=(
        Expression("ordered", "coalesce(created, paid_at)", "time"),
        Expression("ordered_date", "coalesce(created_date, paid_at_date)", "date"),
        Expression("unpaid", "paid_at_date IS NULL", "bool"),
        Expression("closed", "coalesce(state = 'closed', FALSE)", "bool"),
        Expression("worth", _WORTH, "money"),
        Expression("paid", "CASE WHEN unpaid THEN 0 ELSE due END", "money"),
        Expression(
            "status",
            "CASE WHEN unpaid AND closed THEN 'cancelled' WHEN unpaid THEN 'unpaid' "
            "WHEN state IN ('paid', 'shipped', 'received', 'closed') THEN state ELSE 'paid' END",
            "text",
        ),
    ),
    rejects=(Reject("cell.empty", "ordered_date IS NULL", "订单创建时间"),),
    emits=(
        Emit(
            kind="order_line",
            moment="ordered",
            fields={
                "order_no": "order_no",
                "status": "status",
                "sku": "coalesce(own_sku, offer_no)",
                "title": "title",
                "qty": "qty",
                "list_amount": "worth",
                "shipping_fee": _of_line("postage"),
                "paid": _of_line("paid"),
                "created_at": "created",
                "paid_at": "paid_at",
                "buyer_hash": "buyer_hash",
                "buyer_mask": "buyer_mask",
            },
        ),
    ),
    currency="CNY",
)
