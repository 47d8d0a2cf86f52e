"""What moves in a wallet because of an order: the sale, its fees, its refunds, and what goes wrong with them.

A movement is a tuple, since a million of them are made and sorted:
    (moment, running number, item, cents signed, order index, order number, key state, order's payment moment)
"""

from __future__ import annotations

from huikuan.demo import marks as k
from huikuan.demo.marks import is_alipay, late_days, unexpected_at
from huikuan.demo.orders import Order
from huikuan.demo.seller import DAY, END, ONE_MONTH, Span, share

Movement = tuple[int, int, int, int, int, int, int, int]

SALE, COMMISSION, POINTS, INSTALMENT, AFFILIATE, INSURANCE, REFUND, COMMISSION_BACK = range(8)
SUBSIDY, SUBSIDY_BACK, PENALTY, REFUND_RETURNED = range(8, 12)
PAYOUT, PAYOUT_BACK, DEPOSIT, DEPOSIT_BACK, ADVERTISING, PAYMENT_FEE = range(12, 18)
GROSS = (SALE, REFUND, SUBSIDY, SUBSIDY_BACK, REFUND_RETURNED)

KEY_OK, KEY_BLANK, KEY_BROKEN, KEY_IN_TEXT = range(4)
KEY_OF_MARK = {k.KEY_MISSING: KEY_BLANK, k.KEY_DAMAGED: KEY_BROKEN, k.KEY_IN_TEXT: KEY_IN_TEXT}
TELLS_ORDER = (KEY_OK, KEY_IN_TEXT)

# Rates in ten-thousandths.
ABOVE_CONTRACT = 100  # by so much a commission is too high
POINTS_RATE = 50
INSTALMENT_RATE = 100
AFFILIATE_RATE = 500
PAYMENT_RATE = 60
SHORT_OF = 500  # cents that a partial settlement leaves out
OVER_BY = 300
REFUND_FREIGHT = 1_000
PENALTY_CENTS = 500
SPLIT_DAYS = 3
CHANGED_BY = {k.SHORT: -SHORT_OF, k.OVER: OVER_BY, k.ROUNDED: -1}


def fees_of(order: Order, amount: int) -> list[tuple[int, int]]:
    """(item, cents charged) for a sale of `amount` at the shop of the order."""
    rate = order.commission + (ABOVE_CONTRACT if order.mark == k.FEE_HIGH else 0)
    fees = [(COMMISSION, share(amount, rate)), (POINTS, share(amount, POINTS_RATE))]
    kind = order.buyer % 20
    if kind < 3:
        fees.append((INSTALMENT, share(amount, INSTALMENT_RATE)))
    elif kind < 5:
        fees.append((AFFILIATE, share(amount, AFFILIATE_RATE)))
    if kind % 4 == 1:
        fees.append((INSURANCE, 60 + order.buyer % 7 * 10))
    return [(item, cents) for item, cents in fees if cents]


def alipay_movements(order: Order, span: Span) -> list[tuple[int, int, int, int]]:
    """(moment, item, cents, key state) of an order paid through Alipay: money comes at the receipt or some days
    after."""
    if order.mark == k.UNEXPECTED:
        at = unexpected_at(order.created, span)
        return [(at, SALE, order.total, KEY_OK), (at, COMMISSION, -share(order.total, order.commission), KEY_OK)]
    if order.mark == k.BEFORE_START:
        return _refunds(order, COMMISSION_BACK, order.commission) if order.refunded else []
    if not order.received or order.mark == k.MISSING:
        return []
    at = order.received + order.wait + (late_days(order.buyer) * DAY if order.mark == k.LATE else 0)
    key = KEY_OF_MARK.get(order.mark, KEY_OK)
    sale = _settled_sale(order)
    found = _sales(order, at, sale, key)
    found += [(at, item, -cents, key) for item, cents in fees_of(order, sale)]
    if order.mark == k.DUPLICATE_FEE:
        found.append((at, POINTS, -share(sale, POINTS_RATE), key))
    if order.mark == k.PENALTY:
        found.append((at + DAY // 3, PENALTY, -PENALTY_CENTS, key))
    if order.refunded and not order.refunded_before_receipt and order.mark != k.REFUND_MISSING:
        found += _refunds(order, COMMISSION_BACK, order.commission)
    if order.mark == k.REFUND_FAILED:
        gone = at + 7_200
        found += [(gone, REFUND, -(order.total // 2), KEY_OK), (gone + DAY, REFUND_RETURNED, order.total // 2, KEY_OK)]
    return found


def _sales(order: Order, at: int, sale: int, key: int) -> list[tuple[int, int, int, int]]:
    """The sale as one line or more, and what the platform adds to it."""
    if order.mark in (k.SPLIT, k.PART_SETTLED):
        first = sale * 3 // 5
        parts = [(at, SALE, first, key), (at + SPLIT_DAYS * DAY, SALE, sale - first, key)]
        return parts if order.mark == k.SPLIT else parts[:1]
    found = [(at, SALE, sale, KEY_BLANK if order.mark == k.SALE_KEYLESS else key)]
    if order.mark == k.DUPLICATE_SALE:
        found *= 2
    if order.mark in (k.SUBSIDY, k.SUBSIDY_EXTRA, k.SUBSIDY_BACK):
        found.append((at, SUBSIDY, k.SUBSIDY_CENTS, key))
    if order.mark == k.SUBSIDY_BACK:
        found.append((at + DAY, SUBSIDY_BACK, -k.SUBSIDY_CENTS, key))
    return found


def _settled_sale(order: Order) -> int:
    amount = order.total - (order.refund if order.refunded_before_receipt else 0)
    return amount + CHANGED_BY.get(order.mark, 0)


def _refunds(order: Order, fee_item: int, rate: int) -> list[tuple[int, int, int, int]]:
    """A refund and the fee that is given back with it; booked twice (the second time less the freight) if so marked."""
    at = order.refunded
    found = [(at, REFUND, -order.refund, KEY_OK)]
    if order.refunded2:
        found.append((order.refunded2, REFUND, -order.refund2, KEY_OK))
    if order.mark == k.FEE_KEPT:
        return found
    found += [(moment, fee_item, back, KEY_OK) for moment, _, cents, _ in list(found) if (back := share(-cents, rate))]
    if order.mark == k.REFUND_TWICE:
        found.append((at + DAY // 2, REFUND, -max(order.refund - REFUND_FREIGHT, order.refund // 2), KEY_OK))
    if order.mark == k.REFUND_FAILED_TOLD:
        found.append((at + DAY, REFUND_RETURNED, order.refund, KEY_OK))
    return found


def wechat_movements(order: Order, span: Span) -> list[tuple[int, int, int, int]]:
    """(moment, item, cents, key state) of an order paid through WeChat Pay: money comes at once, less its fee."""
    if order.mark == k.UNEXPECTED:
        return _wechat_sale(unexpected_at(order.created, span), order.total, KEY_OK)
    if not order.paid or order.mark == k.MISSING:
        return []
    key = KEY_OF_MARK.get(order.mark, KEY_OK)
    found = _wechat_sale(order.paid, order.total + CHANGED_BY.get(order.mark, 0), key)
    if order.mark == k.DUPLICATE_SALE:
        found *= 2
    if order.refunded and order.mark != k.REFUND_MISSING:
        found += _refunds(order, PAYMENT_FEE, PAYMENT_RATE)
    return found


def _wechat_sale(at: int, amount: int, key: int) -> list[tuple[int, int, int, int]]:
    return [(at, SALE, amount, key), (at, PAYMENT_FEE, -share(amount, PAYMENT_RATE), key)]


def movements_of(order: Order, span: Span = ONE_MONTH) -> list[tuple[int, int, int, int]]:
    """All movements of an order up to the as-of day."""
    found = alipay_movements(order, span) if is_alipay(order.wallet) else wechat_movements(order, span)
    return [movement for movement in found if movement[0] < END]
