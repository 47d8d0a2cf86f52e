"""What becomes of an order: each story says what happens, and what a bookkeeper should find at the end.

A story is a function of a `Teller`. It may add movements, and labels (class, cause, amount) of the order's residual
(`order.labels`) or of its fees (`order.findings`). Movements after the cut are never told by any file.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from benchmarks.other_world.model import CUT, FIRST, NOUGHT, START, Label, Move, Order, after, in_book

CENT = Decimal("0.01")


@dataclass(frozen=True)
class Style:
    """How a platform settles: `escrow` pays what is left after refunds, once the buyer has the goods."""

    platform: str
    wallets: tuple[str, ...]
    escrow: bool
    wait: float  # days from the anchor to the settlement
    rate: Decimal
    fee: str = "commission"
    number: Callable[[random.Random, datetime, int], str] = field(default=lambda rng, at, n: str(n))
    borne: bool = False  # the platform pays part of some orders
    fee_back: bool = True
    never: tuple[Callable[[Teller], None], ...] = ()  # stories the platform's bills cannot tell
    more: tuple[Callable[[Teller], None], ...] = ()  # stories only its bills can tell
    other_wallet: str = ""  # of another shop of the owner
    currency: str = "CNY"


@dataclass
class Teller:
    """One order being told."""

    rng: random.Random
    style: Style
    order: Order
    wallet: str

    def move(self, kind: str, amount: Decimal, at: datetime, **more: object) -> Move:
        """A movement of this order."""
        move = Move(wallet=self.wallet, at=at, kind=kind, amount=amount, order=self.order, number=self.order.no, **more)  # type: ignore[arg-type]
        self.order.moves.append(move)
        return move

    def fee_of(self, amount: Decimal) -> Decimal:
        return -(amount * self.style.rate).quantize(CENT, ROUND_HALF_UP)

    @property
    def anchor(self) -> datetime:
        """When the settlement's clock starts."""
        moment = self.order.received if self.style.escrow else self.order.paid_at
        assert moment
        return moment

    def settle(self, amount: Decimal | None = None) -> datetime:
        """The usual settlement: the sale (and what the platform bears) and the fee of it."""
        at = after(self.anchor, self.style.wait)
        gross = self.order.paid if amount is None else amount
        self.move("sale", gross, at)
        if self.order.borne:
            self.move("subsidy", self.order.borne, at)
        self.move(self.style.fee, self.fee_of(gross + self.order.borne), at)
        return at

    def give_back(self, amount: Decimal, at: datetime, fee: bool = True) -> None:
        """A refund that moves money, and the fee of it coming back."""
        self.move("refund", -amount, at)
        if fee and self.style.fee_back:
            self.move(self.style.fee, -self.fee_of(amount), at)

    def part(self) -> Decimal:
        """A part of what was paid."""
        share = Decimal(self.rng.choice((10, 20, 25, 30, 50))) / 100
        return (self.order.paid * share).quantize(CENT, ROUND_HALF_UP)

    def later(self, at: datetime, low: float, high: float) -> datetime:
        return after(at, self.rng.uniform(low, high))


def plain(t: Teller) -> None:
    t.settle()


def never_paid(t: Teller) -> None:
    t.order.paid_at = t.order.shipped = t.order.received = None
    if t.rng.random() < 0.5:
        t.order.closed = after(t.order.created, 1)


def refund_before_shipping(t: Teller) -> None:
    o = t.order
    o.shipped = o.received = None
    o.refunded, o.refunded_at = o.paid, t.later(o.created, 0.3, 2)
    o.closed = o.refunded_at
    if not t.style.escrow:
        t.settle()
        o.borne, subsidies = NOUGHT, o.borne
        assert not subsidies
        t.give_back(o.paid, o.refunded_at)


def refund_before_receipt(t: Teller) -> None:
    o = t.order
    assert o.shipped
    o.refunded, o.refunded_at = o.paid, t.later(o.shipped, 1, 3)
    o.received, o.closed = None, o.refunded_at
    if not t.style.escrow:
        t.settle()
        t.give_back(o.paid, o.refunded_at)


def part_before_receipt(t: Teller) -> None:
    o = t.order
    assert o.shipped
    o.refunded, o.refunded_at = t.part(), t.later(o.shipped, 0.2, 1)
    if t.style.escrow:
        t.settle(o.paid - o.refunded)
    else:
        t.settle()
        t.give_back(o.refunded, o.refunded_at)


def part_after(t: Teller) -> None:
    at = t.later(t.settle(), 1, 4)
    t.order.refunded, t.order.refunded_at = t.part(), at
    t.give_back(t.order.refunded, at)


def whole_after(t: Teller) -> None:
    at = t.later(t.settle(), 1, 4)
    t.order.refunded, t.order.refunded_at = t.order.paid, at
    t.give_back(t.order.paid, at)


def several_refunds(t: Teller) -> None:
    at = t.settle()
    for _ in range(t.rng.choice((2, 3))):
        at = t.later(at, 0.5, 2)
        amount = (t.order.paid * Decimal("0.2")).quantize(CENT)
        t.order.refunded += amount
        t.order.refunded_at = at
        t.give_back(amount, at)


def refund_twice(t: Teller) -> None:
    at = t.later(t.settle(), 0.5, 2)
    amount = t.part() if t.rng.random() < 0.5 else t.order.paid
    t.order.refunded, t.order.refunded_at = amount, at
    t.give_back(amount, at)
    t.move("refund", -amount, t.later(at, 0.1, 2))
    t.order.labels.append(Label("refund_twice", "c-P3", amount))


def refund_not_moved(t: Teller) -> None:
    at = t.later(t.settle(), 0.5, 2)
    t.order.refunded, t.order.refunded_at = t.part(), at
    t.order.labels.append(Label("refund_missing", "c-R2", -t.order.refunded))


def refund_failed(t: Teller) -> None:
    at = t.later(t.settle(), 0.5, 2)
    amount = t.part()
    t.order.refunded, t.order.refunded_at = amount, at
    t.move("refund", -amount, at)
    t.move("refund_failed", amount, t.later(at, 0.5, 2))
    t.order.labels.append(Label("refund_missing", "c-R6", -amount))


def refund_failed_then_made(t: Teller) -> None:
    at = t.later(t.settle(), 0.5, 1)
    amount = t.part()
    t.order.refunded, t.order.refunded_at = amount, at
    t.move("refund", -amount, at)
    at = t.later(at, 0.5, 1)
    t.move("refund_failed", amount, at)
    t.give_back(amount, t.later(at, 0.5, 1))


def fee_kept(t: Teller) -> None:
    at = t.later(t.settle(), 1, 3)
    amount = t.order.paid
    t.order.refunded, t.order.refunded_at = amount, at
    t.give_back(amount, at, fee=False)
    if t.style.fee_back:
        fee = t.fee_of(amount + t.order.borne)
        if fee:
            t.order.findings.append(Label("fee_not_returned", "c-F3", fee))


def fee_twice(t: Teller) -> None:
    at = t.settle()
    fee = t.fee_of(t.order.paid + t.order.borne)
    t.move(t.style.fee, fee, t.later(at, 0, 0.2))
    t.order.findings.append(Label("duplicate", "c-P3", fee))


def fee_too_high(t: Teller) -> None:
    t.settle()
    fee = t.order.moves[-1]
    more = (fee.amount * Decimal("0.6")).quantize(CENT)
    fee.amount += more
    if more:
        t.order.findings.append(Label("fee_rate", "c-F2", more))


def sale_twice(t: Teller) -> None:
    at = t.settle()
    t.move("sale", t.order.paid, t.later(at, 0.1, 1), again=True)
    t.order.labels.append(Label("duplicate", "c-P3", -t.order.paid))


def in_parts(t: Teller) -> None:
    at = after(t.anchor, t.style.wait)
    first = t.part()
    for amount, moment in ((first, at), (t.order.paid - first, t.later(at, 1, 5))):
        t.move("sale", amount, moment)
        t.move(t.style.fee, t.fee_of(amount), moment)
    if t.order.borne:
        t.move("subsidy", t.order.borne, at)
        t.move(t.style.fee, t.fee_of(t.order.borne), at)


def rounding(t: Teller) -> None:
    off = t.rng.choice((CENT, -CENT))
    at = after(t.anchor, t.style.wait)
    t.move("sale", t.order.paid + off, at)
    if t.order.borne:
        t.move("subsidy", t.order.borne, at)
    t.move(t.style.fee, t.fee_of(t.order.paid + t.order.borne), at)
    t.order.labels.append(Label("over" if off > 0 else "short", "c-D3", -off))


def overdue(t: Teller) -> None:
    """Nothing is settled, long past due."""
    o = t.order
    o.labels.append(Label("missing_right", "c-O1", o.expected))


def no_number(t: Teller) -> None:
    t.settle()
    sale = next(move for move in t.order.moves if move.kind == "sale")
    t.order.moves = [sale]  # a bill that lost the number lost it on all rows of the movement: only the sale is told
    sale.where = t.rng.choice(("nowhere", "damaged"))
    sale.label = Label("key_missing" if sale.where == "nowhere" else "key_damaged", "c-D1", sale.amount)
    t.order.labels.append(Label("missing_right", "c-O1", t.order.expected))


def stranger(t: Teller) -> None:
    """Settled, but the order is in no export."""
    t.settle()
    for move in t.order.moves:
        move.label = Label("missing_left", "c-D1", move.amount)
    t.order.story = "stranger"


def paid_for_nothing(t: Teller) -> None:
    """A settlement of an order that was never paid."""
    t.settle()
    t.order.labels.append(Label("unexpected_settlement", "unknown", -t.order.paid - t.order.borne))
    t.order.paid_at = t.order.shipped = t.order.received = None


def penalty(t: Teller) -> None:
    t.move("penalty", -Decimal(t.rng.choice((3, 5, 10))), t.later(t.settle(), 0.5, 2))


def clawed_back(t: Teller) -> None:
    """A subsidy that is taken back though the order stands."""
    t.order.borne = t.order.borne or Decimal("5.00")
    at = t.settle()
    t.move("subsidy", -t.order.borne, t.later(at, 1, 4))
    t.order.labels.append(Label("short", "c-S2", t.order.borne))


def no_subsidy(t: Teller) -> None:
    """The platform owes its part of the order."""
    t.order.borne = t.order.borne or Decimal("5.00")
    at = after(t.anchor, t.style.wait)
    t.move("sale", t.order.paid, at)
    t.move(t.style.fee, t.fee_of(t.order.paid + t.order.borne), at)
    t.order.labels.append(Label("short", "c-S1", t.order.borne))


ODD = (
    refund_before_shipping, refund_before_shipping, refund_before_receipt, refund_before_receipt, part_before_receipt,
    part_after, part_after, whole_after, whole_after, several_refunds, refund_twice, refund_not_moved, refund_failed,
    refund_failed_then_made, fee_kept, fee_twice, fee_too_high, sale_twice, in_parts, rounding, overdue, no_number,
    stranger, paid_for_nothing, penalty,
)  # fmt: skip
SUBSIDY = (clawed_back, no_subsidy)
NEAR_THE_CUT = (plain, plain, plain, never_paid, refund_before_shipping)


def order_of(rng: random.Random, style: Style, shop: str, n: int, prices: list[Decimal]) -> Order:
    """An order as it is placed, with the times of an undisturbed sale."""
    days = (CUT - FIRST).days
    created = datetime.combine(FIRST, datetime.min.time()) + timedelta(seconds=rng.randrange(days * 86_400 + 86_399))
    no = style.number(rng, created, n)
    many = rng.choices((1, 2, 3), (8, 2, 1))[0]
    lines = [
        (f"{int(no) + k + 1 if no.isdigit() else no}", f"SKU{rng.randrange(60):03}", 1, rng.choice(prices))
        for k in range(many)
    ]
    paid = after(created, rng.uniform(0.0005, 0.02))
    shipped = after(paid, rng.uniform(0.2, 2))
    order = Order(shop=shop, no=no, created=created, lines=lines, paid_at=paid, shipped=shipped)
    order.received = after(shipped, rng.choice((2.1, 3.3, 4.7, 6, 8, 10)) + rng.random())
    if style.borne and rng.random() < 0.2:
        order.borne = Decimal(rng.choice((3, 5, 8)))
    return order


def tell(rng: random.Random, style: Style, order: Order, oddness: float) -> None:
    """Choose and tell the story of an order; what the cut and the book's start make of it is said here."""
    teller = Teller(rng, style, order, rng.choice(style.wallets))
    settled = after(teller.anchor, style.wait)
    late = settled + timedelta(days=12)
    if late.date() > CUT:
        story = rng.choice(NEAR_THE_CUT) if rng.random() < oddness else plain
    elif settled.date() < START:
        story = plain
    else:
        odd = [story for story in (*ODD, *(SUBSIDY if style.borne else ()), *style.more) if story not in style.never]
        story = rng.choice(odd) if rng.random() < oddness else plain
        if rng.random() < 0.04:
            story = never_paid
    if story in (
        refund_before_shipping,
        refund_before_receipt,
        whole_after,
        fee_kept,
        in_parts,
        stranger,
        refund_twice,
        *(style.more if style.borne else ()),
    ):
        order.borne = NOUGHT  # a subsidy of a refunded order is another tale
    order.story = story.__name__
    story(teller)
    _cut(order, settled)


def _cut(order: Order, settled: datetime) -> None:
    """Forget what lies behind the cut; name what the book's edges leave open."""
    for name in ("paid_at", "shipped", "received", "closed", "refunded_at"):
        moment = getattr(order, name)
        if moment and moment.date() > CUT:
            setattr(order, name, None)
            if name == "refunded_at":
                order.refunded = NOUGHT
                order.closed = None
    order.moves = [move for move in order.moves if in_book(move.at)]
    if order.labels or order.story in ("never_paid", "stranger"):
        return
    if settled.date() < START and order.expected:
        order.labels.append(Label("other_period", "c-T4", order.expected))
    elif not any(move.kind in GROSS_SALE for move in order.moves) and order.expected:
        order.labels.append(Label("not_due", "c-T1", order.expected))


GROSS_SALE = ("sale",)
