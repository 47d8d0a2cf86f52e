"""旺店通 order detail: one row per item line of an order of the merchant's own (订单编号 JY…).

Source: third parties' importers and tests that run on real exports (read 2026-11); cells may be written `="…"`. Traps:
- 子单原始单号 is the platform's order number with a suffix of the order system (-1, A): taken off.
- 买家实付 and 应收金额 are the order's and stand on each of its lines; 分摊后总价 is the line's own amount.
- 实发数量 is what was sent, 下单数量 what was ordered.
- Recipients' names, phones and addresses are not read; province and city of 收货地区 are.
"""

from huikuan.formats.goods.erp_columns import LINE_NO, numbered_lines, order_emits, platform_orders_sql
from huikuan.formats.spec import About, Amount, Choice, Expression, Flag, Format, Identifier, Moment, Text
from huikuan.records.messages import gettext_noop

STATES = {
    "待付款": "unpaid",
    "等待付款": "unpaid",
    "待审核": "paid",
    "预订单": "paid",
    "待财审": "paid",
    "待客审": "paid",
    "待发货": "paid",
    "已审核": "paid",
    "部分发货": "paid",
    "已发货": "shipped",
    "已签收": "received",
    "已完成": "received",
    "已取消": "cancelled",
    "取消": "cancelled",
}

WANGDIANTONG_ORDERS = Format(
    id="wangdiantong.orders",
    about=About(
        gettext_noop("Wangdiantong orders (旺店通 订单明细)"),
        gettext_noop("旺店通 → 订单 → 订单管理 → 导出 (order lines), as Excel or CSV"),
        "documentation",
        gettext_noop("Orders as the order system keeps them, and the parcels they were sent in."),
    ),
    needs=(("订单编号",), ("子单原始单号", "原始单号"), ("货品名称", "商家编码"), ("实发数量", "下单数量", "货品数量")),
    lacks=(("内部订单号",), ("出库单编号",)),
    columns=(
        Identifier("erp_order_no", ("订单编号",), filled=True),
        Identifier("origin_no", ("子单原始单号",)),
        Identifier("origins", ("原始单号",)),
        Text("shop_name", ("店铺", "店铺名称")),
        Choice("state", ("订单状态",), STATES, otherwise="other"),
        Text("order_type", ("订单类型", "订单类别")),
        Moment("created", ("交易时间", "下单时间")),
        Moment("paid_at", ("付款时间",)),
        Moment("shipped_at", ("发货时间",)),
        Identifier("sku", ("商家编码", "货品编号")),
        Text("title", ("货品名称",)),
        Amount("sent", ("实发数量", "货品数量")),
        Amount("ordered", ("下单数量",)),
        Amount("share", ("分摊后总价", "货品成交总价")),
        Amount("cost", ("货品总成本", "总成本")),
        Identifier("tracking_no", ("物流单号",)),
        Text("courier", ("物流公司",)),
        Amount("weight", ("实际重量", "预估重量")),
        Text("area", ("收货地区",)),
        Text("remark", ("客服备注",), scrub=True),
    ),
    values=(
        LINE_NO,
        Expression("named", platform_orders_sql("coalesce(origin_no, origins)"), "text"),
        Expression("status", "CASE WHEN state <> 'other' THEN state END", "text"),
        Expression("qty", "coalesce(sent, ordered)", "quantity"),
        Expression("province", "nullif(split_part(area, ' ', 1), '')", "text"),
        Expression("city", "nullif(split_part(area, ' ', 2), '')", "text"),
    ),
    flags=(
        Flag("key_damaged", "named IS NULL AND (origin_no_damaged OR origins_damaged)", "子单原始单号"),
        Flag("key_damaged", "tracking_no_damaged", "物流单号"),
    ),
    emits=order_emits(amount="share", cost="cost"),
    settled=(numbered_lines("origin_no", "qty", "share"),),
    shop_value="shop_name",
    currency="CNY",
)
