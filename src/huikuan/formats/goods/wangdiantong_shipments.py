"""旺店通 list of what was sent (销售出库明细): one row per item line of an outgoing stock document (出库单编号 CK…).

Source: the names that 旺店通's own interface documentation gives these values (销售出库单查询) and a third party's
table of the same columns (both read 2026-11); no export was at hand, so every column but the four that tell the
document is read where it stands. Traps:
- 订单编号 is the merchant's own order (JY…); 原始单号 and 子单原始单号 are the platform's, with suffixes.
- A document that was called off (已取消, 已作废) sends nothing; one that is only checked (已审核) has not left yet.
- Recipients' names, phones and addresses are not read; province and city of 收货地区 are.
"""

from huikuan.formats.goods.erp_columns import LINE_NO, numbered_lines, platform_orders_sql
from huikuan.formats.spec import About, Amount, Choice, Emit, Expression, Flag, Format, Identifier, Moment, Text
from huikuan.records.messages import gettext_noop

STATES = {
    "已取消": "cancelled",
    "取消": "cancelled",
    "已作废": "cancelled",
    "已发货": "sent",
    "已完成": "sent",
    "部分打款": "sent",
    "异常发货": "sent",
    "已签收": "sent",
}
_QTY = ("货品数量", "实发数量", "出库数量", "数量")

WANGDIANTONG_SHIPMENTS = Format(
    id="wangdiantong.shipments",
    about=About(
        gettext_noop("Wangdiantong shipments (旺店通 销售出库明细)"),
        gettext_noop("旺店通 → 库存 → 出库管理 → 销售出库 → 导出明细, as Excel or CSV"),
        "documentation",
        gettext_noop("Parcels with their items, and the pieces that left the warehouse."),
    ),
    needs=(
        ("出库单编号", "出库单号", "销售出库单号"),
        ("订单编号", "系统订单编号", "系统单号", "源单号"),
        ("商家编码", "货品编号", "货品名称"),
        _QTY,
    ),
    lacks=(("内部订单号",),),
    columns=(
        Identifier("move_no", ("出库单编号", "出库单号", "销售出库单号"), filled=True),
        Identifier("erp_order_no", ("订单编号", "系统订单编号", "系统单号", "源单号")),
        Identifier("origin_no", ("子单原始单号", "原始子单号", "原始子订单号")),
        Identifier("origins", ("原始单号", "原始订单号")),
        Text("shop_name", ("店铺", "店铺名称")),
        Text("warehouse", ("仓库", "仓库名称", "发货仓库")),
        Choice("state", ("出库单状态", "出库状态", "状态", "单据状态"), STATES, otherwise="other"),
        Identifier("sku", ("商家编码", "货品编号")),
        Text("title", ("货品名称",)),
        Amount("qty", _QTY, filled=True),
        Identifier("tracking_no", ("物流单号", "快递单号")),
        Text("courier", ("物流公司", "快递公司")),
        Moment("shipped_at", ("发货时间", "出库时间")),
        Moment("created", ("创建时间", "制单时间", "交易时间", "付款时间")),
        Amount("weight", ("实际重量", "称重重量", "预估重量")),
        Text("area", ("收货地区", "省市县", "省市区")),
    ),
    values=(
        LINE_NO,
        Expression("named", platform_orders_sql("coalesce(origin_no, origins)"), "text"),
        Expression(
            "told",
            "CASE WHEN state = 'cancelled' THEN 'cancelled' "
            "WHEN state = 'sent' OR (state IS NULL AND shipped_at_date IS NOT NULL) THEN 'sent' END",
            "text",
        ),
        Expression("moved", "-abs(qty)", "quantity"),
        Expression("province", "nullif(split_part(area, ' ', 1), '')", "text"),
        Expression("city", "nullif(split_part(area, ' ', 2), '')", "text"),
    ),
    flags=(
        Flag("key_damaged", "named IS NULL AND (origin_no_damaged OR origins_damaged)", "子单原始单号"),
        Flag("key_damaged", "tracking_no_damaged", "物流单号"),
    ),
    emits=(
        Emit(
            kind="shipment_line",
            moment="shipped_at",
            where="tracking_no IS NOT NULL",
            fields={
                "tracking_no": "tracking_no",
                "sku": "sku",
                "order_no": "named",
                "erp_order_no": "erp_order_no",
                "qty": "abs(qty)",
                "courier": "courier",
                "status": "told",
                "weight": "weight",
                "shipped_at": "shipped_at",
                "province": "province",
                "city": "city",
            },
        ),
        Emit(
            kind="stock_move",
            moment="shipped_at",
            where="told = 'sent'",
            fields={
                "warehouse": "warehouse",
                "move_no": "move_no",
                "line_no": "line_no",
                "type": "'sale'",
                "item": "'销售出库'",
                "sku": "sku",
                "title": "title",
                "qty": "moved",
                "order_no": "named",
                "erp_order_no": "erp_order_no",
                "tracking_no": "tracking_no",
            },
        ),
    ),
    settled=(numbered_lines("origin_no", "qty", of="move_no"),),
    shop_value="shop_name",
    currency="CNY",
)
