"""聚水潭 inventory export (商品库存): how many pieces of each item a warehouse holds.

Source: third parties' code that loads real exports into tables of the same column names (read 2026-11). 主仓实际库存数
is what lies there, 订单占有数 of it is promised to orders; 可用数 and what is on its way are no pieces that can be
counted, and are not read.
"""

from huikuan.formats.goods.stock_list import stock_list
from huikuan.formats.spec import About
from huikuan.records.messages import gettext_noop

_QTY = ("主仓实际库存数", "主仓实际库存", "实际库存数", "实际库存", "库存数", "库存数量", "库存")

JUSHUITAN_STOCK = stock_list(
    "jushuitan.stock",
    About(
        gettext_noop("Jushuitan inventory (聚水潭 商品库存)"),
        gettext_noop("聚水潭 → 库存 → 商品库存 → 导出; the date stands in the file's name"),
        "documentation",
        gettext_noop("Pieces of each item in the main warehouse, and how many are promised to orders."),
    ),
    needs=(("商品编码",), _QTY),
    lacks=(("内部订单号",), ("售后单号",), ("线上订单号",), ("出入库类型", "进出仓类型", "单据类型"), ("订单编号",)),
    sku=("商品编码",),
    title=("商品名称",),
    qty=_QTY,
    reserved=("订单占有数", "订单占有"),
)
