"""聚水潭 inventory export (商品库存): how many pieces of each item a warehouse holds.

Source: third parties' code that loads real exports into tables of the same column names (read 2026-11). The file states
no day of its own: a column 统计日期 (added by those who collect such files) or the date in the file's name tells it;
without either a row cannot be dated and is rejected. 主仓实际库存数 is what lies there, 订单占有数 of it is promised to
orders; 可用数 and what is on its way are no pieces that can be counted, and are not read.
"""

from huikuan.formats.spec import About, Amount, Day, Emit, Expression, Format, Identifier, Reject, Text
from huikuan.records.messages import gettext_noop, register

register(
    {
        "count.no_date": gettext_noop(
            "%(place)s: the file does not say on which day was counted. Add a column 统计日期, or put the date into "
            "the file's name (商品库存_20260131.xlsx), and import it again."
        ),
    }
)
_QTY = ("主仓实际库存数", "主仓实际库存", "实际库存数", "实际库存", "库存数", "库存数量", "库存")

JUSHUITAN_STOCK = Format(
    id="jushuitan.stock",
    about=About(
        gettext_noop("Jushuitan inventory (聚水潭 商品库存)"),
        gettext_noop("聚水潭 → 库存 → 商品库存 → 导出; the date stands in the file's name"),
        "documentation",
        gettext_noop("Pieces of each item in the main warehouse, and how many are promised to orders."),
    ),
    needs=(("商品编码",), _QTY),
    lacks=(("内部订单号",), ("售后单号",), ("线上订单号",), ("出入库类型", "单据类型"), ("订单编号",)),
    exported_in_name=r"(20\d{2}-\d{2}-\d{2}|20\d{6}(?:\d{4}(?:\d{2})?)?)(?!\d)",
    columns=(
        Identifier("sku", ("商品编码",), filled=True),
        Text("title", ("商品名称",)),
        Amount("qty", _QTY, filled=True),
        Amount("reserved", ("订单占有数", "订单占有")),
        Text("warehouse", ("仓库", "仓库名称", "分仓")),
        Amount("unit_cost", ("成本价",)),
        Day("counted", ("统计日期", "库存日期", "盘点日期")),
    ),
    values=(Expression("count_day", "coalesce(counted_date, named_date)", "date"),),
    rejects=(Reject("count.no_date", "count_day IS NULL", "统计日期"),),
    emits=(
        Emit(
            kind="stock_count",
            fields={
                "warehouse": "warehouse",
                "sku": "sku",
                "count_date": "count_day",
                "business_date": "count_day",
                "title": "title",
                "qty": "qty",
                "reserved": "reserved",
                "cost": "unit_cost",
            },
        ),
    ),
    currency="CNY",
)
