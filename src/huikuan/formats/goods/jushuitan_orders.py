"""聚水潭 order export: one row per line of an order of the merchant's own (内部订单).

Source: third parties' importers and tests that run on real exports (header of 24 columns, read 2026-11). Traps:
- An older header calls the system's own number 订单号, beside 线上订单号.
- `线上子订单编号` is the exact name; `线上子订单号` is another system's. It is blank on gifts, and one number stands on
  several lines where a bundle was taken apart: the item and a number within it name a line.
- 成本价 may be blank or hold an item's code: then no cost is told. A weighted average is rounded to five decimals.
- 状态 writes `取消` or `已取消`; an order that was merged into another or split (被合并, 被拆分) counts as cancelled,
  the order made of it is exported too.
- A merged order has several 线上订单号, joined by commas; 原始线上订单号 tells which one a line belongs to. Where it
  does not, all stand in `order_no` and `merged` is true.
"""

from huikuan.formats.goods.erp_columns import LINE_NO, numbered_lines, order_emits, platform_orders_sql
from huikuan.formats.spec import (
    About,
    Amount,
    Choice,
    Expression,
    Flag,
    Format,
    Identifier,
    Moment,
    Text,
)
from huikuan.records.messages import gettext_noop

STATES = {
    "待付款": "unpaid",
    "已付款待审核": "paid",
    "已客审待财审": "paid",
    "待发货": "paid",
    "发货中": "paid",
    "等待外部发货": "paid",
    "异常": "paid",
    "等待订单合并": "paid",
    "已发货": "shipped",
    "已签收": "received",
    "已完成": "received",
    "交易成功": "received",
    "取消": "cancelled",
    "已取消": "cancelled",
    "作废": "cancelled",
    "被合并": "cancelled",
    "被拆分": "cancelled",
}


def _cost(value: str) -> str:
    """SQL: a cost written as a number; an item's code (the line's own, or eight digits and more) is none."""
    number = "'[0-9]{1,7}([.][0-9]+)?'"
    return f"CASE WHEN regexp_full_match({value}, {number}) AND {value} IS DISTINCT FROM sku THEN {value} END"


JUSHUITAN_ORDERS = Format(
    id="jushuitan.orders",
    about=About(
        gettext_noop("Jushuitan orders (聚水潭 订单)"),
        gettext_noop("聚水潭 → 订单 → 导出 (with order lines), as Excel or CSV"),
        "documentation",
        gettext_noop("Orders as the order system keeps them, and the parcels they were sent in."),
    ),
    needs=(("内部订单号", "订单号"), ("线上订单号", "原始线上订单号"), ("商品编码",)),
    lacks=(
        ("售后单号",),
        ("出库单号", "出仓单编号"),
        ("单据类型", "进出仓类型", "出入库类型", "进出仓单号", "出入库单号"),
    ),
    columns=(
        Identifier("erp_order_no", ("内部订单号", "订单号"), filled=True),
        Identifier("online", ("线上订单号",)),
        Identifier("original", ("原始线上订单号",)),
        Identifier("tracking_no", ("快递单号", "物流单号")),
        Text("courier", ("快递公司", "物流公司")),
        Text("order_type", ("订单类型",)),
        Choice("state", ("状态", "订单状态"), STATES, otherwise="other"),
        Text("shop_name", ("店铺名称", "店铺")),
        Identifier("sku", ("商品编码",)),
        Text("title", ("商品名称", "线上商品名")),
        Amount("qty", ("数量", "销售数量"), filled=True),
        Amount("goods", ("商品金额", "销售金额")),
        Text("unit_cost", ("成本价",)),
        Text("line_cost", ("总成本",)),
        Moment("created", ("下单时间", "订单日期")),
        Moment("paid_at", ("付款时间", "付款日期", "支付时间")),
        Moment("shipped_at", ("发货时间", "发货日期")),
        Text("province", ("省份", "省")),
        Text("city", ("城市", "市")),
        Amount("weight", ("实际重量", "订单重量")),
        Text("remark", ("卖家备注", "备注"), scrub=True),
    ),
    values=(
        LINE_NO,
        Expression("named", platform_orders_sql("coalesce(original, online)"), "text"),
        Expression("status", "CASE WHEN state <> 'other' THEN state END", "text"),
        Expression("unit", f"TRY_CAST({_cost('unit_cost')} AS DECIMAL(18,5))", "money"),
        Expression("whole", f"TRY_CAST({_cost('line_cost')} AS DECIMAL(18,5))", "money"),
        Expression("cost_of_line", "coalesce(whole, unit * qty)", "money"),
    ),
    flags=(
        Flag("key_damaged", "named IS NULL AND (original_damaged OR online_damaged)", "线上订单号"),
        Flag("key_damaged", "tracking_no_damaged", "快递单号"),
    ),
    emits=order_emits(amount="goods", cost="cost_of_line"),
    settled=(numbered_lines("named", "qty", "goods"),),
    shop_value="shop_name",
    currency="CNY",
)
