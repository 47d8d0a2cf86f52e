"""Fees charged for one order beside what the shop's rates say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from huikuan.records.codes import FEE_TYPES
from huikuan.records.rules import FeeRate, Rules
from huikuan.server.workbench.order_gathered import Gathered
from huikuan.server.workbench.order_hops import first_day

ZERO = Decimal(0)
CENT = Decimal("0.01")


@dataclass(frozen=True)
class Fee:
    """Charged of a fee type, and what the shop's rate says. `expected` None: no rate entered."""

    type: str
    base: Decimal
    rate: Decimal | None
    expected: Decimal | None
    actual: Decimal

    @property
    def apart(self) -> Decimal | None:
        """Charged above the rate; None without a rate."""
        return None if self.expected is None else self.actual - self.expected

    @property
    def effective(self) -> Decimal | None:
        """What was charged, as a rate of its base."""
        return self.actual / self.base if self.base else None


def fees_of(gathered: Gathered, rules: Rules) -> list[Fee]:
    """Each fee type charged for the order beside what the shop's rate says, as of the order's day."""
    gross = sum((row["amount"] for row in gathered.settled if row["type"] in ("sale", "subsidy", "refund")), ZERO)
    paid = sum((row["paid"] or ZERO for row in gathered.lines), ZERO)
    day = gathered.money.get("business_date") or first_day(gathered.settled)
    charged: dict[str, Decimal] = {}
    for row in gathered.settled:
        if row["type"] in FEE_TYPES:
            charged[row["type"]] = charged.get(row["type"], ZERO) - row["amount"]
    fees = []
    for code in [code for code in FEE_TYPES if code in charged]:
        rate = _rate(rules.fee_rates, gathered.shop, code, day, {row["category"] for row in gathered.lines})
        base = paid if rate and rate.base == "paid" else gross
        expected = None
        if rate is not None:
            expected = max((base * rate.rate).quantize(CENT, ROUND_HALF_UP), rate.minimum) if base > 0 else ZERO
        fees.append(Fee(code, base, rate.rate if rate else None, expected, charged[code]))
    return fees


def _rate(rates: tuple[FeeRate, ...], shop: str, code: str, day: date | None, categories: set[Any]) -> FeeRate | None:
    """The rate that holds: the order's category before all, the latest version."""
    holding = [
        rate
        for rate in rates
        if rate.shop == shop
        and rate.type == code
        and (day is None or rate.valid_from <= day)
        and rate.category in ("*", *categories)
    ]
    return max(holding, key=lambda rate: (rate.category != "*", rate.valid_from), default=None)


def fee_sums(fees: list[Fee]) -> dict[str, Decimal | None]:
    """Sums of what was charged; of what should be, and the difference, only where a rate is known."""
    known = [fee for fee in fees if fee.expected is not None]
    return {
        "actual": sum((fee.actual for fee in fees), ZERO),
        "expected": sum((fee.expected or ZERO for fee in known), ZERO) if known else None,
        "apart": sum((fee.apart or ZERO for fee in known), ZERO) if known else None,
    }
