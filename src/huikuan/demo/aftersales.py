"""The order system's after-sales export, in 聚水潭's layout: one row per claim of an order that was shipped.

Nothing is drawn: what becomes of the goods follows from the order's number, so that all other files are the same with
and without it. The claims whose refund the bill lacks tell why: the goods are back, none are to come, or a parcel is on
its way.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from huikuan.demo import marks as k
from huikuan.demo.files import Lines
from huikuan.demo.orders import Order
from huikuan.demo.seller import BASE, DAY, END, SHOPS, Span, moment, money
from huikuan.demo.truth import FileTruth, Labels

NAME = "聚水潭_售后单_20261101.csv"
HEADER = (
    "售后单号,内部订单号,店铺名称,线上订单号,状态,售后类型,问题类型,线上状态,货物状态,商品编码,申请数量,实退数量,退款金额,"
    "快递单号,申请时间,入仓时间"
)
ON_ITS_WAY, NO_GOODS, GOODS_IN = range(3)
CAUSE_OF_MISSING = {ON_ITS_WAY: "c-R2", NO_GOODS: "c-R3", GOODS_IN: "c-R4"}


def goods_of_claim(order_no: int) -> int:
    """What becomes of the goods of an order whose refund the bill lacks, by its number."""
    return order_no % 3


def cause_of_missing(order_no: int) -> str:
    """The cause of a refund that the bill lacks."""
    return CAUSE_OF_MISSING[goods_of_claim(order_no)]


@dataclass
class AfterSales:
    """The export while it is written."""

    folder: Path
    labels: Labels
    span: Span

    def __post_init__(self) -> None:
        self._first = (self.span.book_start - BASE).days * DAY
        self.lines = Lines(self.folder, NAME, "utf-8-sig")
        self.lines.line(HEADER + "\r\n")

    def add(self, order: Order) -> None:
        """The claim of an order, if there is one to be told."""
        told = order.refunded and order.shipped and order.shipped < order.refunded < END
        if not told or order.created < self._first or order.mark == k.BEFORE_START:
            return
        whole = order.refund == order.total
        goods = goods_of_claim(order.no) if order.mark == k.REFUND_MISSING else GOODS_IN if whole else NO_GOODS
        which, pieces = order.items[0]
        sort = "仅退款" if goods == NO_GOODS else "退货退款"
        state = ("买家已退货", "买家已收到货", "卖家已收到退货")[goods]
        parcel = "" if goods == NO_GOODS else f"SF{order.no % 10**12:012d}"
        came = moment(min(order.refunded + DAY, END - 1)) if goods == GOODS_IN else ""
        number = 700_000 + self.lines.count
        self.lines.line(
            f"{number},,{SHOPS[order.shop].name},{order.no},已确认,{sort},,退款成功,{state},HY-{which:03d},{pieces},"
            f"{pieces if goods == GOODS_IN else 0},{money(order.refund)},{parcel},{moment(order.refunded)},{came}\r\n"
        )

    def close(self) -> None:
        """End the file."""
        self.lines.close()
        self.labels.files.append(FileTruth(NAME, NAME, "jushuitan.aftersales", "", "", self.lines.count - 1))
