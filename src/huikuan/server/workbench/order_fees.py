"""Fees charged for one order beside what the shop's rates say."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from huikuan.records.codes import FEE_TYPES
from huikuan.records.fee_rates import fee_of, rate_of
from huikuan.records.rules import Rules
from huikuan.server.workbench.order_gathered import Gathered
from huikuan.server.workbench.order_hops import first_day

ZERO = Decimal(0)


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
        categories = {row["category"] or "" for row in gathered.lines}
        rate = rate_of(rules.fee_rates, gathered.shop, code, day, categories)
        base = paid if rate and rate.base == "paid" else gross
        expected = fee_of(rate, base, gathered.settled[0].get("currency", "")) if rate else None
        fees.append(Fee(code, base, rate.rate if rate else None, expected, charged[code]))
    return fees


def fee_sums(fees: list[Fee]) -> dict[str, Decimal | None]:
    """Sums of what was charged; of what should be, and the difference, only where a rate is known."""
    known = [fee for fee in fees if fee.expected is not None]
    return {
        "actual": sum((fee.actual for fee in fees), ZERO),
        "expected": sum((fee.expected or ZERO for fee in known), ZERO) if known else None,
        "apart": sum((fee.apart or ZERO for fee in known), ZERO) if known else None,
    }
