"""The fee audit and its plain twin find the same in generated books, each shop with a rate card of its own."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from huikuan.recons.order_settlement import ORDER_SETTLEMENT
from huikuan.records.fee_rates import ALWAYS_CHARGED
from huikuan.records.rules import FeeRate, Rules, SettlementRule
from tests.engine.build import AS_OF, day, order, rows, run, settled
from tests.oracle import fees

TYPES = ("commission", "marketing")
CATEGORIES = ("", "books", "toys")


def rate_card(chance: random.Random) -> list[FeeRate]:
    found = []
    for type_ in TYPES:
        for category in ("*", *chance.sample(["books", "toys"], chance.choice([0, 0, 1, 2]))):
            for first in sorted(chance.sample([1, 5, 8], chance.choice([1, 1, 2]))):
                found.append(
                    FeeRate(
                        "", type_, Decimal(chance.choice(["0", "0.05", "0.023", "0.006"])), day(first), category,
                        chance.choice(["gross", "gross", "paid"]), Decimal(chance.choice(["0", "0", "1.5"])),
                        chance.random() < 0.7, Decimal(chance.choice(["0", "0.01", "0.5"])),
                    )
                )  # fmt: skip
    return found


def world(chance: random.Random) -> list[dict[str, Any]]:
    """A few orders with one or two lines, mostly charged about 5 %, now and then something odd."""
    found = []
    for number in range(60):
        no = f"O{number}"
        lines = [
            order(
                no, chance.choice([10, 29, 100]), str(n), category=chance.choice(CATEGORIES),
                platform_borne=chance.choice([0, 0, 7]), refunded=chance.choice([0, 0, 0, 4, 10]),
                business_date=day(chance.choice([1, 4, 5, 9])), received_at=datetime(2026, 10, 1),
            )
            for n in range(chance.choice([1, 1, 2]))
        ]  # fmt: skip
        came = day(chance.choice([10, 12, 28]))
        gross = sum(row["paid"] + row["platform_borne"] for row in lines)
        refunds = sum(row["refunded"] for row in lines) if chance.random() < 0.8 else Decimal(0)
        net_before = chance.random() < 0.2
        sale = gross - (refunds if net_before else 0) + chance.choice([0, 0, 0, 0, 3, -3])
        found += [*lines, settled(no, str(sale), business_date=came)]
        if refunds and not net_before:
            found.append(settled(no, str(-refunds), "refund", business_date=came))
        for type_ in TYPES:
            rate = chance.choice(["0.05", "0.05", "0.023", "0.006", "0.1"])
            charge = (sale * Decimal(rate)).quantize(Decimal("0.01"))
            for _ in range(chance.choice([0, 1, 1, 1, 1, 2])):
                moment = chance.choice([None, datetime(2026, 10, 10)])
                found.append(settled(no, str(-charge), type_, occurred_at=moment, item="x", business_date=came))
            if chance.random() < 0.4:
                back = (refunds * Decimal(rate)).quantize(Decimal("0.01"))
                found.append(settled(no, str(back), type_, business_date=came))
    return found


@pytest.mark.parametrize("seed", [1, 2])
def test_fee_audit_equals_the_oracle(seed: int) -> None:
    chance = random.Random(seed)
    worlds = {f"shop{n}": (rate_card(chance), world(chance)) for n in range(12)}
    records = [
        row | {"shop": shop, "record_key": f"{shop} {row['record_key']}"}
        for shop, (_, own) in worlds.items()
        for row in own
    ]
    chance.shuffle(records)
    rules = Rules(
        fee_rates=tuple(replace(rate, shop=shop) for shop, (card, _) in worlds.items() for rate in card),
        settlement_rules=tuple(SettlementRule(shop, days=1) for shop in worlds),
    )
    outcome = run(ORDER_SETTLEMENT, records, rules)
    found: dict[str, fees.Findings] = {shop: {} for shop in worlds}
    for row in rows(outcome.open):
        told = json.loads(row["evidence"] or "{}")
        if row["class"] in ("fee_rate", "fee_not_returned"):
            found[row["scope"]][row["order_no"], told["type"], row["class"]] = row["amount"]
    for shop, (card, _) in worlds.items():
        own = [row for row in records if row["shop"] == shop]
        orders, lines = ([row for row in own if row["_kind"] == kind] for kind in ("order_line", "settlement_line"))
        wanted = fees.findings(orders, lines, card, copied(orders, lines), AS_OF, 3)
        assert found[shop] == wanted, shop
    assert sum(map(len, found.values())) > 300


def copied(orders: list[dict[str, Any]], lines: list[dict[str, Any]]) -> set[str]:
    """Fee lines of one order under another flow number, more often than the order was settled in parts (of one moment:
    or has lines), not counting those that were given back. Of the fees that every order pays at any time, of the others
    at one moment."""
    seen: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for row in lines:
        once = row["type"] in ALWAYS_CHARGED and Decimal(row["amount"]) < 0
        if row["type"] in TYPES and (once or row.get("occurred_at")):
            key = (row["order_no"], row["type"], row["amount"], None if once else row["occurred_at"], row.get("item"))
            seen.setdefault(key, []).append(row)
    later = set()
    for (no, type_, amount, _, _), same in seen.items():
        own = [row for row in lines if row["order_no"] == no]
        parts = sum(row["type"] == "sale" and Decimal(row["amount"]) > 0 for row in own) or 1
        count = sum(row["order_no"] == no for row in orders)
        back = sum(row["type"] == type_ and Decimal(row["amount"]) == -Decimal(amount) > 0 for row in own)
        same.sort(key=lambda row: (_when(row), row["flow_no"], row["record_key"]))
        moments = [_when(row) for row in same]
        for place, row in enumerate(same):
            allowed = max(parts, count, 1) if moments.count(_when(row)) > 1 else parts
            if len({each["flow_no"] for each in same}) > 1 and place >= allowed + back:
                later.add(row["record_key"])
    return later


def _when(row: dict[str, Any]) -> datetime:
    return row.get("occurred_at") or datetime.combine(row["business_date"], datetime.min.time())
