"""The obvious twin of the fee audit: what each order's fees should have been, in plain Python over small ledgers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from huikuan.records.rules import FeeRate

Row = dict[str, Any]
Findings = dict[tuple[str, str, str], Decimal]
ZERO = Decimal(0)
GROSS = ("sale", "subsidy", "refund")
OF_EVERY_ORDER = ("commission", "service_fee", "payment_fee")


def findings(
    orders: Sequence[Row], lines: Sequence[Row], rates: Sequence[FeeRate], copies: set[str], as_of: date, grace: int
) -> Findings:
    """Amounts as on the settlement's side by (order_no, fee type, class). All of one shop and currency, nothing of an
    order still to come. `copies`: record keys of the fee lines called `duplicate`."""
    found: Findings = {}
    for order_no in {row["order_no"] for row in orders}:
        own = [row for row in orders if row["order_no"] == order_no]
        came = [row for row in lines if row["order_no"] == order_no]
        if not came:
            continue
        for type_ in {rate.type for rate in rates}:
            card = [rate for rate in rates if rate.type == type_]
            for class_, amount in fee_findings(own, came, type_, card, copies, as_of, grace).items():
                found[order_no, type_, class_] = amount
    return found


def fee_findings(
    own: Sequence[Row],
    came: Sequence[Row],
    type_: str,
    card: Sequence[FeeRate],
    copies: set[str],
    as_of: date,
    grace: int,
) -> dict[str, Decimal]:
    of_type = [row for row in came if row["type"] == type_]
    day = min(row["business_date"] for row in own)
    rated = [(row, rate_for(card, row["category"] or "", day)) for row in own]
    if any(rate is None for _, rate in rated):
        return {}
    all_charged = -sum((row["amount"] for row in of_type), ZERO)
    if all_charged == 0 and type_ not in OF_EVERY_ORDER:
        return {}
    charged = -sum((row["amount"] for row in of_type if row["record_key"] not in copies), ZERO)
    given_back = sum((row["amount"] for row in of_type if row["amount"] > 0), ZERO)
    refunded = -sum((row["amount"] for row in came if row["type"] == "refund"), ZERO)
    settled = sum((row["amount"] for row in came if row["type"] in GROSS), ZERO)
    owed = sum((brings(row) for row in own), ZERO)
    borne = sum((row["platform_borne"] for row in own), ZERO)
    first = rated[0][1]
    assert first is not None
    if all(rate == first for _, rate in rated):
        less = borne if first.base == "paid" else ZERO
        choices = [one_rate(first, settled - less, refunded), one_rate(first, owed - less, refunded)]
    else:
        if owed != settled or refunded not in (ZERO, sum((row["refunded"] for row in own), ZERO)):
            return {}
        choices = [by_parts(rated, bool(refunded))]
    expected, returnable = choices[0]
    if len(choices) > 1 and owed != settled and abs(all_charged - choices[1][0]) < abs(all_charged - expected):
        expected = choices[1][0]
    tolerance = max(rate.tolerance for _, rate in rated if rate)
    if abs(all_charged - expected) <= tolerance:
        return {}
    fresh = max(row["business_date"] for row in came) + timedelta(days=grace) >= as_of
    if fresh and (all_charged < expected or refunded):
        return {}
    taken = sum(row["amount"] < 0 for row in of_type)
    tolerance += Decimal("0.005") * taken if taken > 1 else ZERO  # each part is rounded
    over = charged - expected
    not_returned = min(max(returnable - given_back, ZERO), max(over, ZERO))
    found = {}
    if not_returned > tolerance:
        found["fee_not_returned"] = -not_returned
        over -= not_returned
    if abs(over) > tolerance:
        found["fee_rate"] = -over
    return found


def brings(row: Row) -> Decimal:
    return Decimal(row["paid"] + row["platform_borne"] - row["refunded"])


def rate_for(card: Sequence[FeeRate], category: str, day: date) -> FeeRate | None:
    for wanted in (category, "*"):
        holding = [rate for rate in card if rate.category == wanted and rate.valid_from <= day]
        if holding:
            return max(holding, key=lambda rate: rate.valid_from)
    return None


def fee(rate: FeeRate, base: Decimal) -> Decimal:
    if base <= 0:
        return ZERO
    return max((base * rate.rate).quantize(Decimal("0.01"), ROUND_HALF_UP), rate.minimum)


def one_rate(rate: FeeRate, after: Decimal, refunded: Decimal) -> tuple[Decimal, Decimal]:
    """The fee, and how much of it a refund gives back."""
    if not rate.returned_on_refund:
        return fee(rate, after + refunded), ZERO
    return fee(rate, after), fee(rate, after + refunded) - fee(rate, after)


def by_parts(rated: Sequence[tuple[Row, FeeRate | None]], refund_came: bool) -> tuple[Decimal, Decimal]:
    parts: dict[FeeRate, list[Row]] = defaultdict(list)
    for row, rate in rated:
        assert rate is not None
        parts[rate].append(row)
    found = []
    for rate, rows in parts.items():
        less = sum((row["platform_borne"] for row in rows), ZERO) if rate.base == "paid" else ZERO
        refunded = sum((row["refunded"] for row in rows), ZERO) if refund_came else ZERO
        found.append(one_rate(rate, sum((brings(row) for row in rows), ZERO) - less, refunded))
    return sum((part for part, _ in found), ZERO), sum((back for _, back in found), ZERO)
