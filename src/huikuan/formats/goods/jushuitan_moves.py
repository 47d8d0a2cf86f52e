"""聚水潭 list of what came into a warehouse and left it (出入库流水, 进出仓流水): one row per item and movement.

Source: words that are in use for these values, quoted from 聚水潭's interface documentation (出入库) by others; no
export was at hand, so every column but those that tell the document is read where it stands. The direction stands in
入库数量 and 出库数量, else in the words of the type (出 leaves, 入 and 进 come in), else in the sign of 数量.
"""

from huikuan.formats.goods.erp_columns import LINE_NO, move_type_sql, numbered_lines, platform_orders_sql
from huikuan.formats.spec import About, Amount, Emit, Expression, Flag, Format, Identifier, Moment, Reject, Text
from huikuan.records.messages import gettext_noop, register

register(
    {
        "move.no_quantity": gettext_noop(
            "%(place)s: the row does not say how many pieces moved. Export the list again with the column 数量, or "
            "with 入库数量 and 出库数量."
        ),
    }
)
_NO = ("进出仓单号", "出入库单号", "单据编号", "单据号", "出仓单号", "io_id")
_TYPE = ("单据类型", "进出仓类型", "出入库类型", "业务类型")
_QTY = ("数量", "进出仓数量", "出入库数量", "变动数量")

JUSHUITAN_MOVES = Format(
    id="jushuitan.moves",
    about=About(
        gettext_noop("Jushuitan stock movements (聚水潭 进出仓流水)"),
        gettext_noop("聚水潭 → 库存 → 商品库存 → 进出仓流水 → 导出, as Excel or CSV"),
        "documentation",
        gettext_noop("Every movement of an item: sales, returns, purchases, transfers, counts."),
    ),
    needs=(("商品编码",), _NO, _TYPE, (*_QTY, "入库数量", "出库数量", "进仓数量", "出仓数量")),
    lacks=(("售后单号",), ("发生金额",)),
    columns=(
        Identifier("move_no", _NO, filled=True),
        Text("item", _TYPE),
        Text("warehouse", ("仓库", "仓库名称", "分仓", "主仓")),
        Text("state", ("状态", "单据状态")),
        Identifier("sku", ("商品编码",), filled=True),
        Text("title", ("商品名称",)),
        Amount("qty", _QTY),
        Amount("qty_in", ("入库数量", "进仓数量")),
        Amount("qty_out", ("出库数量", "出仓数量")),
        Moment("moved_at", ("进出仓时间", "出入库时间", "单据日期", "日期", "时间", "修改时间"), filled=True),
        Identifier("online", ("线上订单号", "线上单号")),
        Identifier("erp_order_no", ("内部订单号", "内部单号")),
        Identifier("tracking_no", ("快递单号", "物流单号")),
    ),
    values=(
        LINE_NO,
        Expression("named", platform_orders_sql("online"), "text"),
        Expression("type", move_type_sql("item"), "text"),
        Expression(
            "moved",
            "CASE WHEN qty_in IS NOT NULL OR qty_out IS NOT NULL THEN coalesce(qty_in, 0) - abs(coalesce(qty_out, 0)) "
            "WHEN contains(item, '出') OR contains(item, '盘亏') THEN -abs(qty) "
            "WHEN contains(item, '入') OR contains(item, '进') OR contains(item, '盘盈') THEN abs(qty) ELSE qty END",
            "quantity",
        ),
    ),
    rejects=(Reject("move.no_quantity", "moved IS NULL", "数量"),),
    flags=(
        Flag("key_damaged", "online_damaged", "线上订单号"),
        Flag("key_damaged", "tracking_no_damaged", "快递单号"),
    ),
    ignored="state IN ('取消', '已取消', '作废', '已作废', '待审核', '未审核', '草拟')",
    emits=(
        Emit(
            kind="stock_move",
            moment="moved_at",
            fields={
                "warehouse": "warehouse",
                "move_no": "move_no",
                "line_no": "line_no",
                "type": "type",
                "item": "item",
                "sku": "sku",
                "title": "title",
                "qty": "moved",
                "order_no": "named",
                "erp_order_no": "erp_order_no",
                "tracking_no": "tracking_no",
            },
        ),
    ),
    settled=(numbered_lines("moved", of="warehouse, move_no"),),
    currency="CNY",
)
