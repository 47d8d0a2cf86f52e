"""聚水潭 after-sales export (售后单): one row per item of a claim, with or without goods coming back.

Source: third parties' importers and tests that run on real exports: the first ten columns (read 2026-11); the others
are read where they stand. 状态 is the order system's own (待确认, 已确认, 已取消), 线上状态 the platform's, 货物状态
says where the goods are. The latest of what they say is the status.
"""

from huikuan.formats.goods.erp_columns import platform_orders_sql
from huikuan.formats.spec import About, Amount, Emit, Expression, Flag, Format, Identifier, Moment, Text
from huikuan.records.messages import gettext_noop

JUSHUITAN_AFTERSALES = Format(
    id="jushuitan.aftersales",
    about=About(
        gettext_noop("Jushuitan after-sales (聚水潭 售后单)"),
        gettext_noop("聚水潭 → 售后 → 售后单 → 导出, as Excel or CSV"),
        "documentation",
        gettext_noop("Claims and returned items: how many pieces were sent back and how many came in."),
    ),
    needs=(("售后单号",), ("内部订单号",), ("货物状态", "线上状态"), ("商品编码",)),
    columns=(
        Identifier("return_no", ("售后单号",), filled=True),
        Identifier("erp_order_no", ("内部订单号",)),
        Identifier("online", ("线上订单号",)),
        Identifier("original", ("原始线上订单号",)),
        Text("shop_name", ("店铺名称", "店铺")),
        Text("state", ("状态", "售后状态")),
        Text("online_state", ("线上状态",)),
        Text("goods_state", ("货物状态",)),
        Text("sort", ("售后类型",)),
        Text("reason", ("问题类型", "售后原因", "退款原因")),
        Text("condition", ("商品状态", "质检结果")),
        Identifier("sku", ("商品编码",)),
        Amount("claimed", ("申请数量", "数量", "退货数量"), filled=True),
        Amount("received", ("实退数量", "入仓数量", "入库数量")),
        Amount("refund", ("退款金额", "实退金额", "退货金额", "卖家应退金额")),
        Identifier("tracking_no", ("退货快递单号", "退回快递单号", "快递单号")),
        Text("courier", ("退货快递公司", "快递公司")),
        Moment("requested", ("申请时间", "登记时间", "售后时间", "创建时间")),
        Moment("received_at", ("入仓时间", "入库时间", "收货时间")),
        Moment("refunded_at", ("退款时间",)),
        Text("remark", ("备注",), scrub=True),
    ),
    values=(
        Expression("named", platform_orders_sql("coalesce(original, online)"), "text"),
        Expression(
            "status",
            "CASE WHEN state IN ('已取消', '取消', '作废') OR online_state IN ('退款关闭', '退款取消') THEN 'closed' "
            "WHEN online_state = '退款成功' THEN 'refunded' WHEN goods_state = '卖家已收到退货' THEN 'received' "
            "WHEN goods_state = '买家已退货' THEN 'in_transit' ELSE 'requested' END",
            "text",
        ),
        Expression(
            "back",
            "CASE WHEN goods_state IN ('买家已退货', '卖家已收到退货') THEN TRUE "
            "WHEN goods_state = '买家未收到货' OR sort LIKE '%仅退款%' THEN FALSE END",
            "bool",
        ),
    ),
    flags=(
        Flag("key_damaged", "named IS NULL AND (original_damaged OR online_damaged)", "线上订单号"),
        Flag("key_damaged", "tracking_no_damaged", "退货快递单号"),
    ),
    emits=(
        Emit(
            kind="return_line",
            moment="requested",
            fields={
                "return_no": "return_no",
                "sku": "sku",
                "order_no": "named",
                "tracking_no": "tracking_no",
                "courier": "courier",
                "goods_back": "back",
                "qty_claimed": "claimed",
                "qty_received": "received",
                "condition": "condition",
                "status": "status",
                "reason": "reason",
                "refund_amount": "abs(refund)",
                "requested_at": "requested",
                "received_at": "received_at",
                "refunded_at": "refunded_at",
                "text": "remark",
            },
        ),
    ),
    shop_value="shop_name",
    currency="CNY",
)
