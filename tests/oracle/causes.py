"""The obvious twin of the causes of order-settlement (DOMAIN section 6), item by item in plain Python.

Entries have the columns of ENTRY; an order is a dictionary: shop, order_no, currency, refunded, borne, discount, and
the moments shipped and refund (None: not told).
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

Entry = dict[str, Any]
ROUNDING, EDGE_DAYS = Decimal("0.05"), 2
BY_CLASS = {
    "not_due": "c-T1", "missing_right": "c-O1", "key_missing": "c-D1", "key_damaged": "c-D1", "other_period": "c-T4",
}  # fmt: skip
BY_WORDS = {"补贴扣回": "c-S2", "重复扣款": "c-P3", "小额打款": "c-R5", "退款失败": "c-R6", "保证金": "c-P5"}
BY_TYPE = {
    "deposit": "c-P5", "penalty": "c-F4", "compensation": "c-F4", "marketing": "c-F5", "freight_insurance": "c-F5",
    "freight": "c-F5", "commission": "c-F1", "service_fee": "c-F1", "payment_fee": "c-F1",
}  # fmt: skip


def of_record(entry: Entry, side: str, class_: str, facing: Sequence[Entry], left: Sequence[Entry]) -> str:
    """The cause of an open record. `facing`: what is open on the other side; `left`: all entries of the left side."""
    for other in facing:
        same_number = entry["key"] is not None and (other["scope"], other["key"]) == (entry["scope"], entry["key"])
        if same_number and other["currency"] != entry["currency"]:
            return "c-D4"
    if class_ == "not_operating" and side == "right":
        return of_bill_item(entry)
    if class_ == "missing_left":
        days = [other["date"] for other in left if other["scope"] == entry["scope"]]
        beyond = max((entry["date"] - max(days)).days, (min(days) - entry["date"]).days) if days else 0
        return "c-T2" if 0 < beyond <= EDGE_DAYS else "c-D1"
    return BY_CLASS.get(class_, "unknown")


def of_bill_item(entry: Entry) -> str:
    for words, cause in BY_WORDS.items():
        if words in (entry["reference"] or ""):
            return cause
    if entry["type"] == "subsidy":
        return "c-S2" if entry["amount"] < 0 else "c-S1"
    return BY_TYPE.get(entry["type"], "unknown")


def of_residual(
    class_: str, amount: Decimal, lefts: Sequence[Entry], rights: Sequence[Entry], orders: Sequence[dict[str, Any]]
) -> str:
    """The cause of what a linked group leaves over. `orders`: all that are known."""
    if class_ not in ("short", "over"):
        return BY_CLASS[class_]
    if abs(amount) <= ROUNDING:
        return "c-D3"
    first = lefts[0]
    own = [
        order for order in orders
        if (order["shop"], order["order_no"], order["currency"]) == (first["scope"], first["key"], first["currency"])
    ]  # fmt: skip
    telling = any(order["shipped"] for order in orders if order["shop"] == first["scope"])
    return (
        _refund(class_, amount, lefts, rights, own, telling)
        or _subsidy(class_, amount, rights, own)
        or _part(class_, lefts, rights)
        or "unknown"
    )


def _sum(entries: Sequence[Entry]) -> Decimal:
    return sum((entry["compared"] for entry in entries), Decimal(0))


def _refund(
    class_: str, amount: Decimal, lefts: Sequence[Entry], rights: Sequence[Entry], own: Sequence[Any], telling: bool
) -> str:
    refunds = [entry for entry in rights if entry["type"] == "refund"]
    failed = [entry for entry in refunds if entry["compared"] > 0]
    if class_ == "over" and -amount == _sum(failed):
        return "c-R6"
    billed = -_sum(refunds) - sum((order["refunded"] for order in own), Decimal(0))
    if class_ != "short" or amount != billed:
        return ""
    if any("小额打款" in (entry["reference"] or "") for entry in rights):
        return "c-R5"
    if amount != _sum(lefts):
        return "c-R5"
    if any(order["shipped"] for order in own):
        return "c-R2"
    return "c-R1" if telling and own else ""


def _subsidy(class_: str, amount: Decimal, rights: Sequence[Entry], own: Sequence[Any]) -> str:
    subsidies = [entry["compared"] for entry in rights if entry["type"] == "subsidy"]
    paid = sum((each for each in subsidies if each > 0), Decimal(0))
    back = -sum((each for each in subsidies if each < 0), Decimal(0))
    borne = sum((order["borne"] for order in own), Decimal(0))
    discount = sum((order["discount"] for order in own), Decimal(0))
    if class_ == "over":
        return "c-S1" if -amount in (paid, paid - borne, discount - borne) else ""
    if amount == back:
        return "c-S2"
    return "c-S1" if amount == borne and paid == 0 else ""


def _part(class_: str, lefts: Sequence[Entry], rights: Sequence[Entry]) -> str:
    return "c-P1" if class_ == "short" and 0 < _sum(rights) < _sum(lefts) else ""
