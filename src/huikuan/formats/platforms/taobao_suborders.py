"""Taobao and Tmall 宝贝明细: one row per sub-order, that is per item line of an order. Known from third parties'
code.

买家实付金额 is the line's own. As in the order report it is what is left after 退款金额 — unless both together are
more than 买家应付货款, which a buyer cannot have paid: then it is what was paid at first. A refund counts once it
succeeded (退款状态 退款成功, or a layout without 退款状态). An order without a time of payment is unpaid: it paid 0.

Taobao settles by main order; the lines of `tmall.orders` and these are two readings of the same order.
"""

from __future__ import annotations

from huikuan.formats.platforms.tmall_orders import ORDER_STATE
from huikuan.formats.spec import About, Amount, Emit, Expression, Format, Identifier, Moment, Reject, Text
from huikuan.records.messages import gettext_noop

TAOBAO_SUBORDERS = Format(
    id="taobao.suborders",
    about=About(
        title=gettext_noop("Taobao / Tmall list of items sold (宝贝明细)"),
        where=gettext_noop("千牛 → 交易 → 已卖出的宝贝 → 批量导出 → 宝贝报表 (销售明细), as CSV, Excel or ZIP"),
        verified="documentation",
        note=gettext_noop("One line per sub-order; amounts are the line's own."),
    ),
    needs=(
        ("子订单编号",),
        ("主订单编号",),
        ("买家实付金额", "买家实际支付金额"),
        ("订单付款时间",),
    ),
    file_name="ExportItem|宝贝明细|宝贝报表|销售明细",
    exported_in_name=r"ExportItem[a-z]*List(20\d{10}(?:\d{2})?)(?!\d)",
    columns=(
        Identifier("line_no", ("子订单编号",), filled=True),
        Identifier("order_no", ("主订单编号",), filled=True),
        Text("title", ("商品标题", "宝贝标题", "标题")),
        Amount("price", ("商品价格", "价格")),
        Amount("qty", ("购买数量", "数量")),
        Text("merchant_code", ("商家编码", "外部系统编号")),
        Identifier("item_no", ("商品ID", "宝贝ID")),
        Amount("payable", ("买家应付货款",)),
        Amount("net", ("买家实付金额", "买家实际支付金额"), filled=True),
        Amount("refund", ("退款金额",)),
        Text("refund_state", ("退款状态",)),
        ORDER_STATE,
        Moment("created", ("订单创建时间",)),
        Moment("paid_at", ("订单付款时间",)),
        Moment("shipped", ("发货时间",)),
        Moment("received", ("确认收货时间",)),
        Identifier("payment_no", ("支付单号",)),
        Text("shop_name", ("店铺名称",)),
    ),
    values=(
        Expression("happened", "coalesce(created, paid_at)", "time"),
        Expression("happened_date", "coalesce(created_date, paid_at_date)", "date"),
        Expression("unpaid", "paid_at_date IS NULL", "bool"),
        Expression("closed", "coalesce(state = 'closed', FALSE)", "bool"),
        Expression(
            "given_back",
            "CASE WHEN refund_state IS NULL OR contains(refund_state, '成功') THEN refund "
            "WHEN refund IS NOT NULL THEN 0 END",
            "money",
        ),
        Expression(
            "paid",
            "CASE WHEN unpaid THEN 0 WHEN given_back IS NULL THEN net "
            "WHEN net <= payable AND net + given_back > payable THEN net ELSE net + given_back END",
            "money",
        ),
        Expression("refunded", "CASE WHEN unpaid THEN 0 ELSE given_back END", "money"),
        Expression(
            "status",
            "CASE WHEN unpaid AND closed THEN 'cancelled' WHEN unpaid THEN 'unpaid' "
            "WHEN refunded > 0 AND refunded >= paid THEN 'refunded' "
            "WHEN state IN ('paid', 'shipped', 'received', 'closed') THEN state ELSE 'paid' END",
            "text",
        ),
    ),
    rejects=(Reject("cell.empty", "happened_date IS NULL", "订单创建时间"),),
    emits=(
        Emit(
            kind="order_line",
            moment="happened",
            fields={
                "order_no": "order_no",
                "line_no": "line_no",
                "status": "status",
                "sku": "coalesce(merchant_code, item_no)",
                "title": "title",
                "qty": "qty",
                "list_amount": "TRY_CAST(price * coalesce(TRY_CAST(qty AS DECIMAL(12,3)), 1) AS DECIMAL(18,5))",
                "paid": "paid",
                "refunded": "refunded",
                "created_at": "created",
                "paid_at": "paid_at",
                "shipped_at": "shipped",
                "received_at": "received",
                "payment_no": "payment_no",
            },
        ),
    ),
    shop_value="shop_name",
    currency="CNY",
)
