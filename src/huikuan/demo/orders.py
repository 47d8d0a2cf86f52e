"""How an order comes about and what becomes of it: drawn once, from the seed, at the moment it is placed.

An order knows its whole future; whoever shows it at some moment blanks what has not happened by then.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from random import Random

from huikuan.demo import marks as k
from huikuan.demo.catalogue import GOODS, HOURS, PLACES, WEEKDAYS, cumulative
from huikuan.demo.course import COMMISSION_RATE, Course
from huikuan.demo.marks import Level, Marks, is_alipay, unexpected_at
from huikuan.demo.seller import (
    BASE,
    DATES,
    DAY,
    END,
    FIRST_ALIPAY_ORDERS,
    LAST_DAY,
    ONE_MONTH,
    SHOPS,
    Shop,
    Span,
    happening,
)

Draw = Callable[[], float]

HOUR_SUMS = cumulative(HOURS)
PLACE_SUMS = cumulative(tuple(place[3] for place in PLACES))

RECALLED = (0, 1, 2, 8)  # goods that were called back: refunded on one day, whose net is negative by that
RECALL_DAY = (date(2026, 10, 21) - BASE).days
RECALL_SHOP = 1
FEES_MAY_COME = (LAST_DAY - 4) * DAY  # fees of a refund from then on may still be given back
TWIN_EVERY = 60  # so many orders of the last shop, then one bears a number of the first shop


@dataclass(slots=True)
class Order:
    """One order. Moments are 0 where the thing never happens; amounts are cents."""

    index: int
    shop: int
    no: int
    created: int
    items: tuple[tuple[int, int], ...]  # (position in GOODS, pieces)
    goods: int
    freight: int
    discount: int
    total: int  # what the buyer is to pay
    paid: int
    shipped: int
    received: int
    closed: int
    refund: int
    refunded: int  # moment of the refund
    place: int
    buyer: int  # a number the invented name, phone and nick are made of
    mark: int = k.CLEAN
    wallet: int = 0  # the number of the wallet its money goes to
    borne: int = 0  # paid by the platform for the buyer, as the order report tells it
    refund2: int = 0  # a second refund
    refunded2: int = 0
    commission: int = COMMISSION_RATE  # of its shop's contract, in ten-thousandths
    wait: int = 0  # seconds from the receipt until its money comes

    def refund_by(self, at: int) -> int:
        """Cents given back to the buyer before the moment `at`, by what the order report says."""
        first = self.refund if self.refunded and self.refunded < at else 0
        return first + (self.refund2 if self.refunded2 and self.refunded2 < at else 0)

    @property
    def refunded_before_receipt(self) -> bool:
        """Whether the refund came out of the escrow, before the seller was paid."""
        return bool(self.refunded) and (not self.received or self.refunded < self.received)


def day_counts(shop: Shop, orders: int, span: Span = ONE_MONTH) -> list[tuple[int, int]]:
    """How many of a shop's orders are placed on each day: (day, count), adding up to `orders`."""
    course = Course(span)
    days = range(shop.first_day - span.earlier, LAST_DAY + 1)
    weights = [WEEKDAYS[DATES[day].weekday()] * (96 + day * 7 % 9) * course.sales(day) for day in days]
    total = sum(weights)
    counts: list[tuple[int, int]] = []
    passed = given = 0
    for day, weight in zip(days, weights, strict=True):
        passed += weight
        upto = orders * passed // total
        counts.append((day, upto - given))
        given = upto
    return counts


def shop_orders(orders: int) -> list[int]:
    """The number of orders of each shop, adding up to `orders`."""
    numbers = [orders * shop.share // 100 for shop in SHOPS]
    numbers[0] += orders - sum(numbers)
    return numbers


class OrderSource:
    """Draws the orders of one shop, day by day, in the order of their placing."""

    def __init__(
        self, shop: int, rng: Random, marks: Marks, level: Level, numbers: list[int], span: Span = ONE_MONTH
    ) -> None:
        """`numbers`: of each shop, the number of its latest order; shared by the sources."""
        self._span, self._course = span, Course(span)
        self._goods_sums = self._course.goods_sums()
        self._shop = shop
        self._rng = rng
        self._marks = marks
        self._level = level
        self._numbers = numbers
        self._drawn = 0
        self._counter = shop * 300_000_000

    def day(self, day: int, count: int, index: int) -> Iterator[Order]:
        """The orders of a day; `index` is the running number of the first."""
        random = self._rng.random
        times = sorted(happening(day * DAY + self._second_of_day(random)) for _ in range(count))
        for created in times:
            yield self._draw(index, created)
            index += 1

    def before_start(self, count: int, index: int) -> Iterator[Order]:
        """Orders received and settled before the book's start: no counterpart is to be found."""
        start = (self._span.book_start - BASE).days * DAY
        begin, end = DAY * (1 - self._span.earlier) + 36_000, start - 80_000
        for n in range(count):
            order = self._draw(index + n, begin + n * (end - begin) // count)
            order.paid = happening(order.created + 60)
            order.shipped = happening(order.paid + 30_000)
            order.received = happening(start - 40_000 + n % 1_000)
            order.closed = order.received
            order.refund = order.refunded = 0
            if self._level.hard and n % 3 == 1:  # settled in one month, refunded in the next
                self._refund(order, order.total * (1 + n % 4) // 5, (self._span.ledger_day + n * 5 % 20) * DAY + 45_000)
            order.mark = k.BEFORE_START
            yield order

    @staticmethod
    def _second_of_day(random: Draw) -> int:
        hour = bisect(HOUR_SUMS, int(random() * HOUR_SUMS[-1]))
        return hour * 3_600 + int(random() * 3_600)

    def _draw(self, index: int, created: int) -> Order:
        rng = self._rng.random
        self._counter += 1 + int(rng() * 80)
        buyer = int(rng() * 1_000_000)
        no = (SHOPS[self._shop].order_prefix * 10**9 + self._counter) * 10**6 + buyer
        no = self._of_another_shop(no)
        items, goods = self._basket(rng)
        freight = 1_000 if goods < 3_500 and rng() < 0.5 else 0
        discount = 2_000 if goods >= 19_900 else 1_000 if goods >= 9_900 and rng() < 0.6 else 0
        total = goods + freight - discount
        place = bisect(PLACE_SUMS, int(rng() * PLACE_SUMS[-1]))
        order = Order(
            index, self._shop, no, created, items, goods, freight, discount, total, 0, 0, 0, 0, 0, 0, place, buyer,
            wallet=self._level.wallet(self._shop, buyer), commission=self._course.commission(self._shop, created),
        )  # fmt: skip
        if rng() < 0.10:
            self._cancel(order, rng())
        else:
            self._pay(order, rng)
        return order

    def _of_another_shop(self, no: int) -> int:
        """The number an order bears: now and then one of the last shop bears a number of the first."""
        self._drawn += 1
        other = self._numbers[0]
        if self._level.hard and self._shop == len(SHOPS) - 1 and self._drawn % TWIN_EVERY == 0 and other:
            self._numbers[0] = 0  # never twice the same
            return other
        self._numbers[self._shop] = no
        return no

    def _basket(self, random: Draw) -> tuple[tuple[tuple[int, int], ...], int]:
        draw = random()
        lines = 1 if draw < 0.74 else 2 if draw < 0.94 else 3
        items = []
        goods = 0
        for _ in range(lines):
            which = bisect(self._goods_sums, int(random() * self._goods_sums[-1]))
            pieces = 1 if random() < 0.85 else 2
            items.append((which, pieces))
            goods += GOODS[which][1] * pieces
        return tuple(items), goods

    def _cancel(self, order: Order, draw: float) -> None:
        order.closed = happening(order.created + (DAY if draw < 0.5 else 600 + int(draw * 40_000)))
        order.mark = self._marks.for_cancelled(order.shop, unexpected_at(order.created, self._span))

    def _pay(self, order: Order, random: Draw) -> None:
        draw = random()
        order.paid = happening(order.created + 3 + int(random() * (300 if draw < 0.93 else 12 * 3_600)))
        order.shipped = happening(order.paid + 3 * 3_600 + int(random() * 36 * 3_600))
        order.received = happening(order.paid + 6 * DAY + int(random() * 7 * DAY))
        order.closed = order.received
        fate = self._course.fate(order.items[0][0], order.created, random())
        if self._is_recalled(order):
            self._refund(order, order.total, RECALL_DAY * DAY + 30_000 + int(fate * 50_000))
            order.received = 0 if order.received > order.refunded else order.received
            order.closed = order.received or order.refunded
            return
        if fate < 0.040:
            self._refund(order, order.total, order.paid + 900 + int(random() * 9_000))
            order.shipped = order.received = 0
            order.closed = order.refunded
        elif fate < 0.062:
            self._refund(order, order.total, order.shipped + DAY + int(random() * 3 * DAY))
            order.received = 0
            order.closed = order.refunded
        elif fate < 0.078:
            part = order.total * (1 + int(random() * 3)) // 10
            self._refund(order, part, order.shipped + 7_200 + int(random() * 2 * DAY))
        elif fate < 0.100:
            part = order.total if fate < 0.090 else order.total * (1 + int(random() * 4)) // 10
            self._refund(order, part, order.received + 3_600 + int(random() * 6 * DAY))
        self._mark(order)

    def _is_recalled(self, order: Order) -> bool:
        """Whether the order's goods are called back, bought since late September: their refunds make a day's net
        negative."""
        if not self._level.hard or order.shop != RECALL_SHOP or order.items[0][0] not in RECALLED:
            return False
        if order.created < FIRST_ALIPAY_ORDERS * DAY:
            return False
        return order.shipped < RECALL_DAY * DAY - DAY and order.received < (RECALL_DAY - 1) * DAY

    @staticmethod
    def _refund(order: Order, amount: int, at: int) -> None:
        order.refund, order.refunded = amount, happening(at)

    def _mark(self, order: Order) -> None:
        alipay = is_alipay(order.wallet)
        money_at = order.received if alipay else order.paid
        if order.refunded or not money_at:
            return
        wait = self._course.wait(order.shop, order.received) if alipay else 0
        money_at += wait
        mark = self._marks.for_paid(order.shop, money_at, alipay)
        if mark in k.NEEDS_REFUND:
            at = order.received + 7_200 + order.buyer % 40_000
            if at + 2 * DAY >= END or (mark == k.FEE_KEPT and at >= FEES_MAY_COME):
                return
            if mark == k.REFUNDS:
                self._refund(order, order.total // 5, at)
                order.refund2, order.refunded2 = (
                    order.total // (5 if order.buyer % 2 else 4),
                    happening(at + DAY + 3_000),
                )
            elif mark != k.REFUND_FAILED:
                self._refund(order, order.total // 2, at)
        order.mark = mark
        order.wait = 0 if mark in k.NEEDS_REFUND else wait  # a refund is booked after its sale
        if mark in k.SUBSIDIES:
            order.borne = k.SUBSIDY_CENTS
