"""JD order export: one row per SKU of an order (3,726 rows for 2,981 orders at one seller). Known from third parties'
code; no file of ours. There is no parcel number in it: see `jd.logistics`.

商家应收 is what the settlement bill pays as 货款, so `paid` + `platform_borne` is made to equal it: `paid` is what the
buyer pays (余额支付 and 应付金额), the rest is borne by the platform. Where 商家应收 is missing, only `paid` is told.
订单金额, 应付金额, 商家应收 and 运费金额 may be the order's, repeated on each of its rows: they are allocated by
京东价 × 订购数量. They are the line's own where an order has different amounts on its rows, or where 订单金额 is just
that product.

An order is unpaid where its state says so, and cancelled where it was never paid; a cancelled order that was paid has
been refunded. `(删除)等待出库` is a cancelled order. 订单完成时间 is when the buyer received it.
"""

from __future__ import annotations

from huikuan.formats.allocation import line_amount_sql
from huikuan.formats.spec import About, Amount, Emit, Expression, Format, Identifier, Moment, Person, Text
from huikuan.records.messages import gettext_noop

_WEIGHT = "coalesce(price, 0) * coalesce(qty, 1)"
_OWN = "bool_and(coalesce(order_amount = line_worth, FALSE)) OVER (PARTITION BY order_no)"


def _of_line(amount: str) -> str:
    return line_amount_sql(amount, "order_no", "line_worth", _OWN)


JD_ORDERS = Format(
    id="jd.orders",
    about=About(
        title=gettext_noop("JD orders (京东订单)"),
        where=gettext_noop("shop.jd.com → 订单管理 → 订单查询 → 导出订单, as CSV or Excel"),
        verified="documentation",
        note=gettext_noop("Amounts of an order repeated on each of its rows are allocated to the rows."),
    ),
    needs=(
        ("订单号", "订单编号"),
        ("商品ID", "商品编号", "商品SKU"),
        ("订购数量", "商品数量"),
        ("京东价", "商品单价"),
        ("应付金额", "商家应收"),
        ("订单状态",),
        ("下单时间",),
    ),
    lacks=(("费用名称", "费用项"),),
    file_name="京东|jd|order",
    columns=(
        Identifier("order_no", ("订单号", "订单编号"), filled=True),
        Identifier("item_no", ("商品ID", "商品编号", "商品SKU")),
        Identifier("own_sku", ("商家SKUID", "商家SKU", "货号")),
        Text("title", ("商品名称",)),
        Amount("qty", ("订购数量", "商品数量")),
        Moment("created", ("下单时间",), filled=True),
        Moment("paid_at", ("付款确认时间", "付款时间")),
        Moment("shipped", ("出库时间", "发货时间")),
        Moment("done", ("订单完成时间", "完成时间")),
        Amount("price", ("京东价", "商品单价")),
        Amount("order_amount", ("订单金额",)),
        Amount("from_balance", ("余额支付",)),
        Amount("payable", ("应付金额",)),
        Amount("receivable", ("商家应收",)),
        Amount("freight", ("运费金额", "运费")),
        Text("state_text", ("订单状态",)),
        Person("buyer", ("下单帐号", "下单账号")),
    ),
    values=(
        Expression("line_worth", _WEIGHT, "money"),
        Expression(
            "state",
            "CASE WHEN state_text IS NULL THEN 'paid' "
            "WHEN contains(state_text, '删除') OR contains(state_text, '取消') OR contains(state_text, '关闭') THEN "
            "'cancelled' WHEN contains(state_text, '付款') AND NOT contains(state_text, '已付款') THEN 'unpaid' "
            "WHEN contains(state_text, '完成') OR contains(state_text, '已收货') OR contains(state_text, '妥投') THEN "
            "'received' WHEN contains(state_text, '等待出库') OR contains(state_text, '待出库') THEN 'paid' "
            "WHEN contains(state_text, '收货') OR contains(state_text, '已出库') OR contains(state_text, '已发货') "
            "THEN 'shipped' ELSE 'paid' END",
            "text",
        ),
        Expression("unpaid", "state = 'unpaid' OR state = 'cancelled' AND paid_at_date IS NULL", "bool"),
        Expression(
            "buyer_pays",
            "CASE WHEN payable IS NULL THEN receivable ELSE payable + coalesce(from_balance, 0) END",
            "money",
        ),
        Expression("paid", "CASE WHEN unpaid THEN 0 ELSE buyer_pays END", "money"),
        Expression("refunded", "CASE WHEN state = 'cancelled' THEN paid WHEN unpaid THEN 0 END", "money"),
        Expression(
            "borne",
            "CASE WHEN receivable IS NULL THEN NULL WHEN unpaid OR state = 'cancelled' THEN 0 "
            "ELSE receivable - buyer_pays END",
            "money",
        ),
        Expression(
            "status",
            "CASE WHEN state = 'cancelled' AND NOT unpaid THEN 'refunded' ELSE state END",
            "text",
        ),
    ),
    emits=(
        Emit(
            kind="order_line",
            moment="created",
            fields={
                "order_no": "order_no",
                "status": "status",
                "sku": "coalesce(own_sku, item_no)",
                "title": "title",
                "qty": "qty",
                "list_amount": "CASE WHEN price IS NOT NULL THEN line_worth END",
                "shipping_fee": _of_line("freight"),
                "paid": _of_line("paid"),
                "platform_borne": _of_line("borne"),
                "refunded": _of_line("refunded"),
                "created_at": "created",
                "paid_at": "paid_at",
                "shipped_at": "shipped",
                "received_at": "CASE WHEN status = 'received' THEN done END",
                "closed_at": "done",
                "buyer_hash": "buyer_hash",
                "buyer_mask": "buyer_mask",
            },
        ),
    ),
    currency="CNY",
)
