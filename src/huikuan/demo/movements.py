"""What moves in a wallet because of an order: the sale, its fees, its refunds, and what goes wrong with them.

A movement is a tuple, since a million of them are made and sorted:
    (moment, running number, item, cents signed, order index, order number, key state, order's payment moment)
"""

from __future__ import annotations

from huikuan.demo import orders as o
from huikuan.demo.orders import Order
from huikuan.demo.seller import DAY, END, share

Movement = tuple[int, int, int, int, int, int, int, int]

SALE, COMMISSION, POINTS, INSTALMENT, AFFILIATE, INSURANCE, REFUND, COMMISSION_BACK = range(8)
PAYOUT, PAYOUT_BACK, DEPOSIT, ADVERTISING, PAYMENT_FEE = range(8, 13)
GROSS = (SALE, REFUND)

KEY_OK, KEY_BLANK, KEY_BROKEN = range(3)
KEY_OF_MARK = {o.KEY_MISSING: KEY_BLANK, o.KEY_DAMAGED: KEY_BROKEN}

# Rates in ten-thousandths.
COMMISSION_RATE = 200
POINTS_RATE = 50
INSTALMENT_RATE = 100
AFFILIATE_RATE = 500
PAYMENT_RATE = 60
SHORT_OF = 500  # cents that a partial settlement leaves out
OVER_BY = 300
REFUND_FREIGHT = 1_000


def fees_of(order: Order, amount: int) -> list[tuple[int, int]]:
    """(item, cents charged) for a sale of `amount` at the shop of the order."""
    fees = [(COMMISSION, share(amount, COMMISSION_RATE)), (POINTS, share(amount, POINTS_RATE))]
    kind = order.buyer % 20
    if kind < 3:
        fees.append((INSTALMENT, share(amount, INSTALMENT_RATE)))
    elif kind < 5:
        fees.append((AFFILIATE, share(amount, AFFILIATE_RATE)))
    if kind % 4 == 1:
        fees.append((INSURANCE, 60 + order.buyer % 7 * 10))
    return [(item, cents) for item, cents in fees if cents]


def alipay_movements(order: Order) -> list[tuple[int, int, int, int]]:
    """(moment, item, cents, key state) of an order paid through Alipay: money comes when receipt is confirmed."""
    if order.mark == o.UNEXPECTED:
        at = o.unexpected_at(order)
        return [(at, SALE, order.total, KEY_OK), (at, COMMISSION, -share(order.total, COMMISSION_RATE), KEY_OK)]
    if not order.received or order.mark in (o.MISSING, o.BEFORE_START):
        return []
    at = order.received
    key = KEY_OF_MARK.get(order.mark, KEY_OK)
    sale = _settled_sale(order)
    found = [(at, SALE, sale, key)]
    if order.mark == o.DUPLICATE_SALE:
        found.append((at, SALE, sale, key))
    found += [(at, item, -cents, key) for item, cents in fees_of(order, sale)]
    if order.mark == o.DUPLICATE_FEE:
        found.append((at, POINTS, -share(sale, POINTS_RATE), key))
    if order.refunded and not order.refunded_before_receipt and order.mark != o.REFUND_MISSING:
        found += _refunds(order, COMMISSION_BACK, COMMISSION_RATE)
    return found


def _settled_sale(order: Order) -> int:
    amount = order.total - (order.refund if order.refunded_before_receipt else 0)
    if order.mark == o.SHORT:
        return amount - SHORT_OF
    return amount + OVER_BY if order.mark == o.OVER else amount


def _refunds(order: Order, fee_item: int, rate: int) -> list[tuple[int, int, int, int]]:
    """A refund and the fee that is given back with it; booked twice (the second time less the freight) if so marked."""
    at = order.refunded
    found = [(at, REFUND, -order.refund, KEY_OK)]
    back = share(order.refund, rate)
    if back:
        found.append((at, fee_item, back, KEY_OK))
    if order.mark == o.REFUND_TWICE:
        found.append((at + DAY // 2, REFUND, -max(order.refund - REFUND_FREIGHT, order.refund // 2), KEY_OK))
    return found


def wechat_movements(order: Order) -> list[tuple[int, int, int, int]]:
    """(moment, item, cents, key state) of an order paid through WeChat Pay: money comes at once, less its fee."""
    if order.mark == o.UNEXPECTED:
        at = o.unexpected_at(order)
        return _wechat_sale(at, order.total, KEY_OK)
    if not order.paid or order.mark == o.MISSING:
        return []
    key = KEY_OF_MARK.get(order.mark, KEY_OK)
    amount = order.total
    if order.mark == o.SHORT:
        amount -= SHORT_OF
    elif order.mark == o.OVER:
        amount += OVER_BY
    found = _wechat_sale(order.paid, amount, key)
    if order.mark == o.DUPLICATE_SALE:
        found += _wechat_sale(order.paid, amount, key)
    if order.refunded and order.mark != o.REFUND_MISSING:
        found += _refunds(order, PAYMENT_FEE, PAYMENT_RATE)
    return found


def _wechat_sale(at: int, amount: int, key: int) -> list[tuple[int, int, int, int]]:
    return [(at, SALE, amount, key), (at, PAYMENT_FEE, -share(amount, PAYMENT_RATE), key)]


def movements_of(order: Order, alipay: bool) -> list[tuple[int, int, int, int]]:
    """All movements of an order up to the as-of day."""
    found = alipay_movements(order) if alipay else wechat_movements(order)
    return [movement for movement in found if movement[0] < END]
