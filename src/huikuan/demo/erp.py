"""The seller's own order system: an export of its orders in 聚水潭's layout, and what differs from the platform's.

What happens to an order here follows from its place among the orders of its shop; nothing is drawn, so that all other
files are the same with and without it. The export begins with the book and was made in the evening of the last day.
"""

from __future__ import annotations

from array import array
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from huikuan.demo.catalogue import COURIER, GOODS
from huikuan.demo.couriers import CourierBill, parcel_no
from huikuan.demo.files import Lines
from huikuan.demo.orders import Order
from huikuan.demo.seller import BASE, DAY, END, LAST_DAY, SHOPS, Span, moment, money
from huikuan.demo.truth import ORDER_ERP, FileTruth, Labels, Place, link_row, open_row
from huikuan.demo.writers import tmall

NAME = "聚水潭_订单_20261101.csv"
HEADER = (
    "内部订单号,线上订单号,店铺名称,下单时间,应付金额,已付金额,状态,订单类型,平台站点,线上子订单编号,原始线上订单号,商品编码,商品名称,"
    "数量,商品单价,商品金额,快递公司,快递单号,发货时间"
)
EXPORTED = END - 4 * 3_600  # orders paid later are not in it yet
EDGE_DAYS = 2
STATES = {
    tmall.UNPAID: "待付款", tmall.PAID: "待发货", tmall.SHIPPED: "已发货", tmall.DONE: "已发货", tmall.CLOSED: "已发货",
    tmall.CANCELLED: "已取消",
}  # fmt: skip

# What is done otherwise with a shop's order, by its place among each EVERY sent ones; one that does not fit is kept for
# the next that does. The first five agree all the same.
EVERY = 400
(
    JOINED, SPLIT, GIFT, REPLACED, MADE_AGAIN, ABSENT, TWICE, CANCELLED, FEWER, MORE, ITEM_LEFT_OUT, WITH_FREIGHT, CENT,
) = range(13)  # fmt: skip
PLAN = {
    11: ABSENT, 23: JOINED, 37: TWICE, 41: SPLIT, 53: CANCELLED, 67: GIFT, 79: FEWER, 83: REPLACED, 97: MORE,
    113: ITEM_LEFT_OUT, 127: MADE_AGAIN, 139: WITH_FREIGHT, 151: CENT, 167: JOINED, 181: JOINED, 193: SPLIT,
    211: ABSENT, 223: TWICE,
    241: JOINED, 257: SPLIT, 271: GIFT, 283: REPLACED, 307: CANCELLED, 331: ABSENT, 353: JOINED,
}  # fmt: skip
STILL_HELD_EVERY = 12  # of the orders refunded before shipping, one is still live here
BY_HAND_EVERY, UNKNOWN_EVERY = 170, 310  # of all orders of a shop, one is followed by an order of nobody

Items = list[tuple[int, int, int]]  # position in GOODS, pieces, cents
NO_PARCEL = ("", 0)


@dataclass
class _Shop:
    """What has come of a shop so far."""

    orders: int = 0
    sent: int = 0
    refunded: int = 0
    wanted: deque[int] = field(default_factory=deque)
    waiting: Order | None = None  # for the next order, to be sent with it
    first: int = LAST_DAY + 1  # days of its rows
    last: int = -1


@dataclass
class ErpExport:
    """The export while it is written, and what the truth must know of it: per order its first row and how many."""

    folder: Path
    labels: Labels
    place: Callable[[int], Place]  # of an order in its report
    courier: CourierBill
    freight: array[int]  # by order index: what the courier charged for it
    span: Span
    shops: list[_Shop] = field(default_factory=lambda: [_Shop() for _ in SHOPS])
    begin: array[int] = field(default_factory=lambda: array("q"))
    count: array[int] = field(default_factory=lambda: array("b"))
    partner: dict[int, int] = field(default_factory=dict)  # the later of two joined orders -> the earlier
    absent: list[tuple[int, int, int, int, bool]] = field(default_factory=list)  # index, shop, day paid, cents, is sent
    differing: dict[int, tuple[str, str, int]] = field(default_factory=dict)  # index -> class, cause, cents
    alone: list[tuple[int, str, int]] = field(default_factory=list)  # row, class, cents
    early: list[tuple[int, int]] = field(default_factory=list)  # orders before the book: index, cents

    def __post_init__(self) -> None:
        self._first = (self.span.book_start - BASE).days * DAY  # the first moment the export holds
        self.lines = Lines(self.folder, NAME, "utf-8-sig")
        self.lines.line(HEADER + "\r\n")
        self._number = 800_000

    def add(self, order: Order) -> None:
        """An order, in the order of their indexes."""
        shop = self.shops[order.shop]
        shop.orders += 1
        self.begin.append(0)
        self.count.append(0)
        state = tmall.state_at(order, END)
        if order.created < self._first:
            if owed(order, state):
                self.early.append((order.index, owed(order, state)))
        elif state in (tmall.UNPAID, tmall.CANCELLED):
            if order.index % 2:
                self._write(order, items_of(order), STATES[state])
        elif order.paid >= EXPORTED:
            if owed(order, state):
                self.absent.append((order.index, order.shop, order.paid // DAY, owed(order, state), False))
        elif state == tmall.CLOSED and not order.shipped:
            self._refunded_unsent(order, shop)
        else:
            self._live(order, shop, state)
        self._of_nobody(order, shop)

    def _refunded_unsent(self, order: Order, shop: _Shop) -> None:
        shop.refunded += 1
        if shop.refunded % STILL_HELD_EVERY:
            self._write(order, items_of(order), "已取消")
            return
        self._write(order, items_of(order), "待发货")
        self._differs(order, "unexpected_settlement", "c-R1", -goods_of(order))

    def _live(self, order: Order, shop: _Shop, state: int) -> None:
        """An order that is to be here; what is done otherwise happens to those sent and kept."""
        if state in (tmall.SHIPPED, tmall.DONE) and not order.refunded and order.paid < (LAST_DAY - 2) * DAY:
            shop.sent += 1
            if shop.sent % EVERY in PLAN:
                shop.wanted.append(PLAN[shop.sent % EVERY])
            if shop.waiting:
                self._join(shop.waiting, order)
                shop.waiting = None
                return
            if shop.wanted and _fits(shop.wanted[0], order):
                self._otherwise(shop.wanted.popleft(), order, shop)
                return
        self._write(order, items_of(order), STATES[state])

    def _otherwise(self, what: int, order: Order, shop: _Shop) -> None:
        items, goods, shown = items_of(order), goods_of(order), STATES[tmall.SHIPPED]
        which, pieces, cents = items[0]
        if what == JOINED:
            shop.waiting = order
        elif what == SPLIT:
            self._write(order, items[:1], shown)
            self._write(order, items[1:], shown)
        elif what == GIFT:
            self._write(order, [*items, (0, 1, 0)], shown)
        elif what == REPLACED:
            self._write(order, items, shown)
            self._write(order, [(which, 1, 0)], shown, kind="补发订单", suffix="-1")
        elif what == MADE_AGAIN:
            self._write(order, items, "已取消")
            self._write(order, items, shown)
        elif what == ABSENT:
            self.absent.append((order.index, order.shop, order.paid // DAY, goods, True))
            self._carried(order, items)
        elif what == TWICE:
            self._write(order, items, shown)
            self._write(order, items, shown)
            self._differs(order, "duplicate", "c-P3", -goods)
        elif what == CANCELLED:
            self._write(order, items, "已取消")
            self._differs(order, "missing_right", "c-D2", goods)
            self._carried(order, items)
        elif what in (FEWER, MORE):
            self._write(order, [(which, pieces + (1 if what == MORE else -1), cents), *items[1:]], shown)
            self._differs(order, "quantity_over" if what == MORE else "quantity_short", "c-G1", 0)
        elif what == ITEM_LEFT_OUT:
            self._write(order, items[1:], shown)
            self._differs(order, "quantity_short", "c-G1", cents)
        elif what == WITH_FREIGHT:
            self._write(order, [(which, pieces, cents + order.freight), *items[1:]], shown)
            self._differs(order, "over", "c-F5", -order.freight)
        else:
            self._write(order, [(which, pieces, cents - 1), *items[1:]], shown)
            self._differs(order, "short", "c-D3", 1)

    def _join(self, one: Order, other: Order) -> None:
        """Two orders sent as one: each line names both."""
        names = f'"{one.no},{other.no}"'
        self._write(one, [*items_of(one), *items_of(other)], STATES[tmall.SHIPPED], names=names)
        shared = self.freight[one.index] // 2
        self.freight[one.index] -= shared
        self.freight[other.index] += shared
        self.partner[other.index] = one.index

    def _of_nobody(self, order: Order, shop: _Shop) -> None:
        """Now and then an order entered by hand, or one whose platform order no file has."""
        for every, kind, class_, names in (
            (BY_HAND_EVERY, "线下订单", "not_operating", ""),
            (UNKNOWN_EVERY, "普通订单", "missing_left", f"{order.no + 5 * 10**17}"),
        ):
            if shop.orders % every == 0 and order.created >= self._first:
                items = items_of(order)
                at = order.shipped or order.created + DAY
                parcel = (self._further_parcel(), at) if at < END else NO_PARCEL
                if at < END:
                    self.courier.add(*parcel, order.place, goods_in(items))
                first = self._rows(order, items, "已发货", kind, names, parcel)
                self.alone += [(first + n, class_, cents) for n, (_, _, cents) in enumerate(items)]

    def _differs(self, order: Order, class_: str, cause: str, cents: int) -> None:
        self.differing[order.index] = (class_, cause, cents)

    def _write(
        self, order: Order, items: Items, state: str, kind: str = "普通订单", suffix: str = "", names: str = ""
    ) -> None:
        parcel = NO_PARCEL
        if state == STATES[tmall.SHIPPED]:
            parcel = self._further_parcel() if self.freight[order.index] else parcel_no(order), order.shipped
            self.freight[order.index] += self.courier.add(*parcel, order.place, goods_in(items))
        first = self._rows(order, items, state, kind, names or f"{order.no}{suffix}", parcel)
        if not self.count[order.index]:
            self.begin[order.index] = first
        self.count[order.index] += len(items)
        day, shop = order.created // DAY, self.shops[order.shop]
        shop.first, shop.last = min(shop.first, day), max(shop.last, day)

    def _carried(self, order: Order, items: Items) -> None:
        """A parcel that was sent and that this system does not know."""
        self.courier.add(parcel_no(order), order.shipped, order.place, goods_in(items))

    def _further_parcel(self) -> str:
        """The number of a parcel of the order that is written next, where it is no order's first."""
        return f"76{self._number + 1:012d}"

    def _rows(self, order: Order, items: Items, state: str, kind: str, names: str, parcel: tuple[str, int]) -> int:
        """Write the lines of an order of its own, sent in a parcel (number, moment); the first one's line number."""
        self._number += 1
        total = money(sum(cents for _, _, cents in items))
        paid = total if state != "待付款" else "0.00"
        shop = SHOPS[order.shop].name
        head = f"{self._number},{names},{shop},{moment(order.created)},{total},{paid},{state},{kind},天猫"
        original = "" if names.startswith('"') else names
        sent = f"{COURIER},{parcel[0]},{moment(parcel[1])}" if parcel[0] else ",,"
        first = self.lines.count + 1
        for which, pieces, cents in items:
            title, price = GOODS[which][:2]
            sku = f"HY-{which:03d}" if cents else "GIFT-01"
            self.lines.line(f'{head},,{original},{sku},"{title}",{pieces},{money(price)},{money(cents)},{sent}\r\n')
        return first

    def close(self) -> None:
        """End the file."""
        for shop in self.shops:
            if shop.waiting:
                self._write(shop.waiting, items_of(shop.waiting), STATES[tmall.SHIPPED])
        self.lines.close()
        self.labels.files.append(FileTruth(NAME, NAME, "jushuitan.orders", "", "", self.lines.count - 1))

    def links(self) -> Iterator[dict[str, Any]]:
        """Orders and the rows that hold them."""
        followers = {one: other for other, one in self.partner.items()}
        for index, count in enumerate(self.count):
            if count:
                orders = [index, *([followers[index]] if index in followers else [])]
                rows = [(NAME, self.begin[index] + n) for n in range(count)]
                class_, _, cents = self.differing.get(index, ("", "", 0))
                yield link_row(ORDER_ERP, [self.place(each) for each in orders], rows, class_ if cents else "", True)

    def open_rows(self) -> Iterator[dict[str, Any]]:
        """What is on one side alone, what differs within a link, and pieces that differ though the money agrees."""
        for index, cents in self.early:
            yield open_row(ORDER_ERP, "left", self.place(index), "other_period", cents)
        for index, shop, day, cents, is_sent in self.absent:
            class_, cause = self._of_absent(shop, day, is_sent)
            yield open_row(ORDER_ERP, "left", self.place(index), class_, cents, cause=cause)
        for index, (class_, cause, cents) in self.differing.items():
            more = {"residual": True} if cents else {}
            yield open_row(
                ORDER_ERP, "left" if cents else "right", self.place(index), class_, cents, cause=cause, **more
            )
        for row, class_, cents in self.alone:
            yield open_row(ORDER_ERP, "right", (NAME, row), class_, cents, cause="c-D1")

    def _of_absent(self, shop: int, day: int, is_sent: bool) -> tuple[str, str]:
        """Class and cause of an order that is not here: by the days that the shop's rows cover, then by its own."""
        first, last = self.shops[shop].first, self.shops[shop].last
        if not first <= day <= last:
            return "other_period", "c-T2" if first - EDGE_DAYS <= day <= last + EDGE_DAYS else "c-T4"
        if day >= LAST_DAY - 1:
            return "not_due", "c-T1"
        return "missing_right", "c-D1" if is_sent else "c-G3"


def _fits(what: int, order: Order) -> bool:
    """Whether it can happen to an order."""
    needed = {
        SPLIT: len(order.items) > 1, ITEM_LEFT_OUT: len(order.items) > 1, FEWER: order.items[0][1] > 1,
        WITH_FREIGHT: order.freight > 0,
    }  # fmt: skip
    return needed.get(what, True)


def goods_in(items: Items) -> list[tuple[int, int]]:
    """Items without their money: position in GOODS, pieces."""
    return [(which, pieces) for which, pieces, _cents in items]


def goods_of(order: Order) -> int:
    """What the order's goods bring, in cents: freight is none of them."""
    return order.total - order.freight


def owed(order: Order, state: int) -> int:
    """What this system should hold of an order on the last day."""
    is_paid = tmall.UNPAID < state < tmall.CANCELLED
    gone = state == tmall.CLOSED and not order.shipped
    return goods_of(order) if is_paid and not gone else 0


def items_of(order: Order) -> Items:
    """The order's items with what each brings: the discount is shared by their prices, the last takes the rest."""
    prices = [GOODS[which][1] * pieces for which, pieces in order.items]
    left = goods_of(order)
    items: Items = []
    for number, ((which, pieces), price) in enumerate(zip(order.items, prices, strict=True), start=1):
        cents = left if number == len(prices) else goods_of(order) * price // order.goods
        items.append((which, pieces, cents))
        left -= cents
    return items
