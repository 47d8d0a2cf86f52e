"""Why sales changed: price, volume and mix effects of products sold on both sides; new and gone products apart.

For a product of a group (a shop), sold on both sides, with quantities q0 and q1, sales r0 and r1 and the mean prices
p = r / q, and with the quantities Q0 and Q1 of all products of the group that were sold on both sides:

    volume = r0 * (Q1 / Q0 - 1)             as much as if the whole group had sold more, at unchanged mix and price
    mix    = (q1 - q0 * Q1 / Q0) * p0       what the product gained or lost of the group's quantity, at unchanged price
    price  = q1 * (p1 - p0)                 what is left: other prices for what was sold

so that volume + mix + price = r1 - r0. Each is rounded to the currency's minor unit; `rounding` is what that leaves, so
that the four together are the change exactly.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, localcontext

ZERO = Decimal(0)
PRECISION = 50


@dataclass(frozen=True)
class Sold:
    """What was sold of one thing on both sides, before refunds. Key: group, name. `lines` of 0: not sold on that side;
    a quantity of 0 or less: nobody told how many."""

    group: str
    name: str
    title: str
    lines_base: int
    quantity_base: Decimal
    sales_base: Decimal
    lines: int
    quantity: Decimal
    sales: Decimal

    @property
    def change(self) -> Decimal:
        """Sales less the base's sales."""
        return self.sales - self.sales_base

    @property
    def state(self) -> str:
        """kept: sold on both sides; new, gone; untold: on both sides, but not how many; none: only given back."""
        if not self.lines_base and not self.lines:
            return "none"
        if not self.lines_base:
            return "new"
        if not self.lines:
            return "gone"
        return "kept" if self.quantity_base > ZERO and self.quantity > ZERO else "untold"


@dataclass(frozen=True)
class Effect:
    """The change of one thing, taken apart. volume + mix + price + rounding + other = change; `other` is the whole
    change of what was not sold on both sides, or not told how often."""

    sold: Sold
    volume: Decimal = ZERO
    mix: Decimal = ZERO
    price: Decimal = ZERO
    rounding: Decimal = ZERO
    other: Decimal = ZERO


def effects(things: Iterable[Sold], decimals: int) -> list[Effect]:
    """The effects of all things, in the order given.

    >>> told = Sold("A", "x", "", 1, Decimal(10), Decimal(100), 1, Decimal(12), Decimal(108))
    >>> effect = effects([told], 2)[0]
    >>> effect.volume, effect.mix, effect.price, effect.rounding
    (Decimal('20.00'), Decimal('0.00'), Decimal('-12.00'), Decimal('0.00'))
    """
    listed = list(things)
    totals: dict[str, tuple[Decimal, Decimal]] = {}
    for each in listed:
        if each.state == "kept":
            base, now = totals.get(each.group, (ZERO, ZERO))
            totals[each.group] = base + each.quantity_base, now + each.quantity
    unit = Decimal(1).scaleb(-decimals)
    return [
        _effect(each, *totals[each.group], unit) if each.state == "kept" else Effect(each, other=each.change)
        for each in listed
    ]


def _effect(sold: Sold, all_base: Decimal, all_now: Decimal, unit: Decimal) -> Effect:
    with localcontext() as context:
        context.prec = PRECISION
        price_base = sold.sales_base / sold.quantity_base
        growth = all_now / all_base
        volume = (sold.sales_base * (growth - 1)).quantize(unit)
        mix = ((sold.quantity - sold.quantity_base * growth) * price_base).quantize(unit)
        price = (sold.sales - sold.quantity * price_base).quantize(unit)
        return Effect(sold, volume, mix, price, sold.change - volume - mix - price)
