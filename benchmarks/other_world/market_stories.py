"""What else can become of an order on platforms that settle an order in several components; see `stories`."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from benchmarks.other_world.model import NOUGHT, Label, after
from benchmarks.other_world.stories import CENT, Teller

FREE_WORDS = (
    "补付款项，对应交易 {no} 已核实",
    "{no}",
    "商家申诉成功（{no}）返还货款",
    "客服备注:单{no}/确认收货后结算",
    "订单编号 {no}，财务手工处理",
)


def influencer(t: Teller) -> None:
    """Somebody who sold it takes a share."""
    at = t.settle()
    t.move("influencer_commission", -(t.order.paid * Decimal("0.1")).quantize(CENT), at)


def small_payment(t: Teller) -> None:
    """小额打款: money to the buyer that is no refund of the order."""
    t.move("compensation", -Decimal(t.rng.choice((2, 5, 8))), t.later(t.settle(), 0.5, 3))


def sum_zero(t: Teller) -> None:
    """Settled and given back whole within a second: nothing is left, nothing is open."""
    at = t.settle()
    t.order.refunded, t.order.refunded_at = t.order.paid, at
    t.give_back(t.order.paid, at + timedelta(seconds=1))


def nought_line(t: Teller) -> None:
    """A bill may say that a fee was nothing."""
    at = t.settle()
    t.move("affiliate_commission", NOUGHT, at + timedelta(seconds=1))


def over_months(t: Teller) -> None:
    """Half now, half weeks later: often in another month."""
    at = after(t.anchor, t.style.wait)
    half = (t.order.paid / 2).quantize(CENT)
    for amount, moment in ((half, at), (t.order.paid - half, after(at, 11.5))):
        t.move("sale", amount, moment)
        t.move(t.style.fee, t.fee_of(amount), moment)


def insured(t: Teller) -> None:
    """The order's freight insurance, in a row of its own."""
    t.move("freight_insurance", -Decimal("0.16"), t.later(t.settle(), 0.01, 0.5))


def many_lines(t: Teller) -> None:
    """28 sub-orders, settled one by one over some days."""
    o = t.order
    base = int(o.no)
    o.lines = [(f"{base + n}", f"SKU{n:03}", 1 + n % 3, Decimal(5 + n * n % 23) + Decimal("0.90")) for n in range(28)]
    at = after(t.anchor, t.style.wait)
    for n, (sub, _, _, amount) in enumerate(o.lines):
        moment = at + timedelta(hours=6 * (n % 5), minutes=n)
        t.move("sale", amount, moment, sub=sub)
        t.move(t.style.fee, t.fee_of(amount), moment, sub=sub)


def free_words(t: Teller) -> None:
    """The order's number stands only in what somebody wrote."""
    t.settle()
    for move in t.order.moves:
        move.where = "remark"
        move.says = t.rng.choice(FREE_WORDS).format(no=t.order.no)


def another_shops(t: Teller) -> None:
    """Settled in the account of another shop of the same owner."""
    t.settle()
    for move in t.order.moves:
        move.wallet = t.style.other_wallet
        move.label = Label("other_shop", "", move.amount)
    t.order.labels.append(Label("other_shop", "", t.order.expected))


def refund_untold(t: Teller) -> None:
    """A part is given back, of which the platform's export of orders says nothing at all: the bill tells it."""
    at = t.later(t.settle(), 1, 4)
    t.order.refunded, t.order.refunded_at, t.order.silent = t.part(), at, True
    t.give_back(t.order.refunded, at)
