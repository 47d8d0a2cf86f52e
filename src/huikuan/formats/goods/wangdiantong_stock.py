"""旺店通 inventory export (库存): how many pieces of each item a warehouse holds.

Source: words that are in use for these values, quoted from 旺店通's interface documentation (库存查询) by others; no
export was at hand. 库存量 is what lies there, 待发货量 and 锁定量 of it are promised; 可发库存, 可用库存 and what is on
its way are no pieces that can be counted, and are not read.
"""

from huikuan.formats.goods.stock_list import stock_list
from huikuan.formats.spec import About
from huikuan.records.messages import gettext_noop

_QTY = ("库存量", "实际库存", "库存数量", "库存")

WANGDIANTONG_STOCK = stock_list(
    "wangdiantong.stock",
    About(
        gettext_noop("Wangdiantong inventory (旺店通 库存)"),
        gettext_noop("旺店通 → 库存 → 库存管理 → 导出; the date stands in the file's name"),
        "documentation",
        gettext_noop("Pieces of each item in each warehouse, and how many are promised to orders."),
    ),
    needs=(("商家编码",), _QTY, ("货品编号", "货品名称", "仓库", "仓库名称")),
    lacks=(("出库单编号", "出库单号"), ("订单编号",), ("单据类型",), ("商品编码",)),
    sku=("商家编码",),
    title=("货品名称",),
    qty=_QTY,
    reserved=("待发货量", "待发货库存", "占用量", "锁定量"),
)
