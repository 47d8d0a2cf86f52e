"""Reserve and minimum: the engine, the collection and the plain twin say the same of many small orders."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from huikuan.insight.collection.collecting import collection
from huikuan.recons.order_settlement import ORDER_SETTLEMENT
from huikuan.records.due_dates import due_date, reserve_date
from huikuan.records.rules import Account, Rules, SettlementRule, Shop
from tests.engine.build import AS_OF, facts, moved, order, rows, run, settled
from tests.oracle import oracle

RULE = SettlementRule(
    "S", days=3, batch="weekly:3", bank_days=1, grace=1, reserve=Decimal("0.05"), reserve_days=10, minimum=Decimal(40)
)
RESERVE_RULES = Rules(settlement_rules=(RULE,))


def made(number: int, chance: random.Random) -> tuple[dict[str, Any], list[dict[str, Any]], date | None]:
    """An order, what came for it, and the day it was received."""
    owed = Decimal(chance.randint(500, 9_999)).scaleb(-2)
    day = date(2026, 9, 20) + timedelta(days=chance.randint(0, 40))
    received = day if chance.random() < 0.9 else None
    line = order(f"N{number}", str(owed), received_at=received and datetime.combine(day, datetime.min.time()))
    share = chance.choice(["0", "0", "0.05", "0.05", "0.04", "0.2"])
    came = (owed * (1 - Decimal(share))).quantize(Decimal("0.01"))
    lines = [settled(f"N{number}", str(came))] if chance.random() < 0.8 else []
    return line, lines, received


def test_what_is_held_back_is_no_work_until_its_release() -> None:
    chance = random.Random(7)
    ledger = [made(number, chance) for number in range(150)]
    records = [record for line, lines, _day in ledger for record in (line, *lines)]
    outcome = run(ORDER_SETTLEMENT, records, RESERVE_RULES)
    found: dict[str, dict[str, Decimal]] = {}
    for row in rows(outcome.open):
        found.setdefault(row["order_no"], {})[row["class"]] = row["amount"]
    told = collection(facts(*records), None, None, RESERVE_RULES, AS_OF)
    collected = {row["order_no"]: row for row in rows(told)}
    for line, lines, day in ledger:
        came = sum((row["amount"] for row in lines), Decimal(0))
        due = due_date(RULE, day) if day else None
        release = reserve_date(RULE, day) + timedelta(days=RULE.grace) if day else None
        expected = oracle.held_back(line["paid"], came, RULE.reserve, due, release, AS_OF)
        assert found.get(line["order_no"], {}) == expected, line
        row = collected[line["order_no"]]
        assert row["reserve"] == (expected.get("not_due", Decimal(0)) if came else 0)
        late = due is not None and due < AS_OF
        overdue = sum(amount for name, amount in expected.items() if name in ("missing_right", "short"))
        assert row["overdue"] == (overdue if late else 0), line
    assert {name for parts in found.values() for name in parts} == {"not_due", "missing_right", "short"}
    assert all(row["cause"] == "c-T1" for row in rows(outcome.open) if row["class"] == "not_due")


def test_a_released_reserve_is_late_only_after_its_own_day() -> None:
    # received on the 1st + 3 → Wednesday the 7th + 1 bank day + 1 of grace; released on the 17th → Wednesday the 21st
    received = datetime(2026, 10, 1, 4)
    first = {"business_date": date(2026, 10, 8)}
    records = []
    for name, day in (("A", 23), ("B", 24)):
        records += [
            order(name, 100, received_at=received),
            settled(name, 95, **first),
            settled(name, 5, business_date=date(2026, 10, day)),
        ]
    outcome = run(ORDER_SETTLEMENT, records, RESERVE_RULES)
    assert {(row["order_no"], row["class"]) for row in rows(outcome.links)} == {("A", ""), ("B", "late")}


@pytest.mark.parametrize(
    ("paid", "balance", "overdue"),
    [("39.99", "0", False), ("40", "0", True), ("30", "9.99", False), ("30", "10", True)],
)
def test_money_under_the_least_payout_is_not_overdue(paid: str, balance: str, overdue: bool) -> None:
    accounts = (Account("W", "wallet", "CNY", ("S",)),)
    rules = Rules((Shop("S", currency="CNY"),), accounts, (SettlementRule("S", minimum=Decimal(40)),))
    received = {"received_at": datetime(2026, 10, 1, 4)}
    records = [
        order("A", str(Decimal(paid) - 20), **received),
        order("B", 20, **received),
        settled("B", -1, "commission"),  # only a fee came: nothing was settled
        order("C", 70),  # not received: nothing of it is due
        moved(balance),
    ]
    outcome = run(ORDER_SETTLEMENT, records, rules)
    classes = {row["order_no"]: (row["class"], row["due_date"] is None) for row in rows(outcome.open)}
    late = ("missing_right", False) if overdue else ("not_due", True)
    assert classes == {"A": late, "B": late, "C": ("not_due", True)}
    told = {row["order_no"]: row["overdue"] > 0 for row in rows(collection(facts(*records), None, None, rules, AS_OF))}
    assert told == {"A": overdue, "B": overdue, "C": False}
