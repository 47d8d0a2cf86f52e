"""Which rate of a shop's contract holds for an order, and the fee it makes: one arithmetic for everybody.

A version holds from its day until the next one of the same shop, type and category; a category's own rate goes before
the one for all (`*`), and before its first day there is no rate. The engine reads the versions as a small table.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from itertools import zip_longest

from huikuan.records.currency import decimals
from huikuan.records.due_dates import ENDLESS
from huikuan.records.rules import FeeRate

ALL = "*"
# Charged for every order; the other fees only where they apply, so that none is missed where no line of it came.
ALWAYS_CHARGED = ("commission", "service_fee", "payment_fee")


def rate_versions(rates: Iterable[FeeRate]) -> list[tuple[FeeRate, date]]:
    """The rates with the day on which each ends (exclusive), by shop, type, category and day."""
    ordered = sorted(rates, key=lambda rate: (rate.shop, rate.type, rate.category, rate.valid_from))
    found = []
    for rate, after in zip_longest(ordered, ordered[1:]):
        same = after is not None and _subject(after) == _subject(rate)
        found.append((rate, after.valid_from if after is not None and same else ENDLESS))
    return found


def _subject(rate: FeeRate) -> tuple[str, str, str]:
    return rate.shop, rate.type, rate.category


def rate_of(
    rates: Iterable[FeeRate], shop: str, type_: str, day: date | None, categories: Collection[str | None]
) -> FeeRate | None:
    """The rate that holds for an order of a day (None: the latest); None where the contract names none."""
    holding = [
        rate
        for rate, until in rate_versions(rates)
        if (rate.shop, rate.type) == (shop, type_)
        and (until == ENDLESS if day is None else rate.valid_from <= day < until)
        and rate.category in (ALL, *categories)
    ]
    return max(holding, key=lambda rate: rate.category != ALL, default=None)


def fee_of(rate: FeeRate, base: Decimal, currency: str) -> Decimal:
    """The fee on a base: rate x base, rounded half up to the currency's minor unit, at least the minimum.

    >>> fee_of(FeeRate("A", "commission", Decimal("0.05")), Decimal("29.90"), "CNY")
    Decimal('1.50')
    """
    if base <= 0:
        return Decimal(0)
    unit = Decimal(1).scaleb(-decimals(currency))
    return max((base * rate.rate).quantize(unit, ROUND_HALF_UP), rate.minimum)
