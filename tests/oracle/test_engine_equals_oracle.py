"""The engine and its plain twin find the same in generated ledgers, in any input order.

One example holds many small ledgers, each in a world of its own (a shop for keys, a currency for amounts), since a run
costs the same for one as for fifty.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from huikuan.engine import Classes, Definition, Outcome, Passes, Sides, reconcile
from huikuan.engine.duckdb_backend import DuckDBBackend
from huikuan.engine.model import ENTRY, MONEY_TYPE
from huikuan.engine.pass3_amount import Window
from huikuan.engine.pass5_subset import match_subsets
from huikuan.engine.workspace import Workspace, typed_table
from huikuan.recons import order_causes
from huikuan.recons.order_erp import ORDER_ERP
from huikuan.recons.settlement_wallet import SETTLEMENT_WALLET
from huikuan.records.decisions import Decisions
from huikuan.records.rules import Rules
from tests.engine.build import AS_OF, day, entries, erp, facts, moved, order, rows, settled
from tests.oracle import oracle

KEYED = Definition(
    "order-settlement",
    prepare=lambda *_: Sides(None, None),
    passes=Passes(key="applies"),
    causes=order_causes.causes,
    cause_facts=order_causes.facts,
)
BY_AMOUNT = Definition(
    "payout-bank",
    prepare=lambda *_: Sides(None, None),
    passes=Passes(key="off", amount="applies"),
    classes=Classes(elsewhere=""),
    window_days=5,
    lead_days=1,
)
SLOWLY = settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
BACKEND = DuckDBBackend().connect(threads=2)

amounts = st.sampled_from(["-5", "-1", "0", "0.01", "0.05", "1", "1", "5", "10"])
item = st.fixed_dictionaries(
    {
        "key": st.sampled_from([None, "A", "A", "B", "C"]),
        "amount": amounts,
        "fee": st.booleans(),
        "type": st.sampled_from(["sale", "sale", "refund", "subsidy", "penalty", "marketing", "commission", "tax"]),
        "words": st.sampled_from([None, None, "小额打款-补差价", "退款失败退票", "平台补贴扣回", "结算重复扣款调账"]),
        "day": st.integers(5, 15),
        "currency": st.sampled_from(["CNY", "CNY", "USD"]),
        "second": st.sampled_from([False, False, True]),
        "due": st.sampled_from([None, -1, 0, 1]),
        "hint": st.sampled_from([None, None, None, "other_period", "not_operating"]),
        "refunded": st.sampled_from(["0", "0", "1"]),
        "borne": st.sampled_from(["0", "0", "1", "5"]),
        "discount": st.sampled_from(["0", "0", "1", "10"]),
        "shipped": st.booleans(),
    }
)
ledger = st.tuples(st.lists(item, max_size=5), st.lists(item, max_size=6))
ledgers = st.lists(ledger, min_size=30, max_size=60)

dated = st.fixed_dictionaries(
    {
        "amount": st.sampled_from(["-5", "0", "5", "5", "7"]),
        "day": st.integers(0, 14),
        "account": st.sampled_from("XXY"),
        "hint": st.just(None),
    }
)
payouts = st.lists(st.tuples(st.lists(dated, max_size=5), st.lists(dated, max_size=5)), min_size=30, max_size=60)


def keyed_entry(world: int, side: str, number: int, told: dict[str, Any]) -> dict[str, Any]:
    amount = Decimal(told["amount"]).quantize(Decimal("0.00001"))
    due = None if told["due"] is None else AS_OF + timedelta(days=told["due"])
    shop = f"shop{world}b" if told["second"] else f"shop{world}"
    key = told["key"] and f"{told['key']}{world}"
    blank = _blank(f"{side}{world}.{number}", shop, told["currency"], amount)
    compared = Decimal(0) if told["fee"] and side == "right" else amount
    return blank | {
        "key": key, "compared": compared, "due_date": due if side == "left" else None,
        "hint": "key_missing" if key is None and told["hint"] != "not_operating" else told["hint"],
        "date": day(told["day"]), "type": told["type"] if side == "right" else "order", "reference": told["words"],
    }  # fmt: skip


def order_of(world: int, told: dict[str, Any]) -> dict[str, Any]:
    """What a left entry's order says beside."""
    entry = keyed_entry(world, "left", 0, told)
    amounts = {name: Decimal(told[name]).quantize(Decimal("0.00001")) for name in ("refunded", "borne", "discount")}
    shipped = datetime(2026, 10, 6, 4) if told["shipped"] else None
    return {
        "shop": entry["scope"], "order_no": entry["key"], "currency": entry["currency"], "shipped": shipped, **amounts
    }  # fmt: skip


def orders_table(orders: list[dict[str, Any]]) -> Any:
    """The orders as order-settlement's causes read them."""
    rows = [
        {
            "shop": each["shop"], "order_no": each["order_no"], "currency": each["currency"],
            "refunded_then": each["refunded"], "platform_borne": each["borne"], "platform_discount": each["discount"],
            "shipped_at": each["shipped"], "received_at": None, "refund_moment": None,
        }
        for each in orders
    ]  # fmt: skip
    moments = dict.fromkeys(("shipped_at", "received_at", "refund_moment"), "timestamp(6)")
    money = dict.fromkeys(("refunded_then", "platform_borne", "platform_discount"), MONEY_TYPE)
    return typed_table(rows, {"shop": "string", "order_no": "string", "currency": "string", **money, **moments})


def dated_entry(world: int, side: str, number: int, told: dict[str, Any]) -> dict[str, Any]:
    amount = Decimal(told["amount"]).quantize(Decimal("0.00001"))
    blank = _blank(f"{side}{world}.{number}", f"{side}{told['account']}", f"C{world}", amount)
    target = "*" if told["account"] == "X" else "|rightY|"
    return blank | {"date": day(1) + timedelta(days=told["day"]), "target": target}


def _blank(record_key: str, scope: str, currency: str, amount: Decimal) -> dict[str, Any]:
    return dict.fromkeys(ENTRY) | {
        "record_key": record_key, "scope": scope, "target": "*", "currency": currency,
        "amount": amount, "compared": amount,
    }  # fmt: skip


def both_sides(worlds: Sequence[Any], build: Any) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    sides: dict[str, list[dict[str, Any]]] = {"left": [], "right": []}
    for world, pair in enumerate(worlds):
        for side, items in zip(("left", "right"), pair, strict=True):
            sides[side] += [build(world, side, number, told) for number, told in enumerate(items)]
    return sides["left"], sides["right"]


def run(
    definition: Definition, left: list[Any], right: list[Any], seed: int, tolerance: str = "0", orders: Any = None
) -> Outcome:
    left, right = left[:], right[:]
    random.Random(seed).shuffle(left)
    random.Random(seed + 1).shuffle(right)
    sides = Sides(entries(left), entries(right), {"orders": orders_table(orders or [])})
    return reconcile(BACKEND, definition, sides, Decisions(), AS_OF, Decimal(tolerance))


def found(outcome: Outcome) -> oracle.Found:
    links: dict[str, dict[str, Any]] = {}
    for row in rows(outcome.links):
        group = links.setdefault(row["group_id"], {"left": set(), "right": set(), **row})
        group[row["side"]].add(row["record_key"])
    groups = {
        (g["pass"], g["status"], frozenset(g["left"]), frozenset(g["right"]), g["residual"]) for g in links.values()
    }
    open_rows = rows(outcome.open)
    records = {row["record_key"]: row["class"] for row in open_rows if row["record_key"]}
    names = {row["item_id"]: _name(row, links) for row in open_rows}
    residuals = {names[row["item_id"]]: row["amount"] for row in open_rows if not row["record_key"]}
    return groups, records, residuals, {names[row["item_id"]]: row["cause"] for row in open_rows}


def _name(row: dict[str, Any], links: dict[str, dict[str, Any]]) -> tuple[str, ...]:
    if row["record_key"]:
        return (row["record_key"],)
    group = links[row["group_id"]]
    return (*sorted(group["left"] | group["right"]), row["class"])


@pytest.mark.slow
@SLOWLY
@given(ledgers, st.sampled_from(["0", "0.01", "1"]), st.integers(0, 1000))
def test_key_pass_equals_the_oracle(worlds: list[Any], tolerance: str, seed: int) -> None:
    left, right = both_sides(worlds, keyed_entry)
    orders = [order_of(world, told) for world, pair in enumerate(worlds) for told in pair[0]]
    outcome = run(KEYED, left, right, seed, tolerance, orders)
    assert found(outcome) == oracle.key_pass(left, right, Decimal(tolerance), AS_OF, orders)


@pytest.mark.slow
@SLOWLY
@given(payouts, st.integers(0, 1000))
def test_amount_pass_equals_the_oracle(worlds: list[Any], seed: int) -> None:
    left, right = both_sides(worlds, dated_entry)
    assert found(run(BY_AMOUNT, left, right, seed))[0] == oracle.amount_pass(left, right, 5, 1)


def test_input_order_changes_nothing_at_all() -> None:
    worlds = [([_told(n, m) for m in range(4)], [_told(n, m + 1) for m in range(5)]) for n in range(12)]
    left, right = both_sides(worlds, keyed_entry)
    first, second = run(KEYED, left, right, 1), run(KEYED, left, right, 7)
    for table in ("links", "open", "statement"):
        one, other = (sorted(map(str, rows(getattr(outcome, table)))) for outcome in (first, second))
        assert one == other


def test_swapping_the_sides_mirrors_the_differences() -> None:
    """Groups with records on both sides, left and right exchanged: the same, residuals with the other sign."""
    made = random.Random(5)
    worlds = [
        ([_told(n, m) for m in range(made.randint(0, 4))], [_told(n, m + 1) for m in range(5)]) for n in range(40)
    ]
    left, right = both_sides(worlds, keyed_entry)
    right = [each | {"compared": each["amount"]} for each in right]
    here, there = (found(run(KEYED, *pair, 3))[0] for pair in ((left, right), (right, left)))
    pairs = {(one, other, residual) for _, _, one, other, residual in here if one and other}
    assert sum(residual != 0 for *_, residual in pairs) > 20
    assert pairs == {(other, one, -residual) for _, _, one, other, residual in there if one and other}


def test_subset_pass_equals_the_oracle() -> None:
    """Each world is a currency. Amounts are large, so that none is taken for a coincidence; some sums have rivals."""
    made, expected, worlds = random.Random(3), set(), 300
    sides: dict[str, list[dict[str, Any]]] = {"left": [], "right": []}
    for world in range(worlds):
        own: dict[str, list[dict[str, Any]]] = {"left": [], "right": []}
        parts = [made.choice([-1, 1, 1, 1, 1]) * made.randint(10**6, 10**9) for _ in range(made.randint(2, 7))]
        sums = [sum(made.sample(parts, made.randint(2, len(parts)))) for _ in range(made.randint(1, 3))]
        whole, other = made.choice([("left", "right"), ("right", "left")])
        for side, amounts_of in ((whole, sums), (other, [*parts, *made.sample(parts, made.randint(0, 1))])):
            for n, amount in enumerate(amounts_of):
                told = {
                    "amount": str(Decimal(amount) / 100),
                    "day": made.randint(4, 8),
                    "account": made.choice("XXXXXXXXXY"),
                }
                own[side].append(dated_entry(world, side, n, told))
        expected |= oracle.subset_pass(own["left"], own["right"], 5, 1)
        for side in ("left", "right"):
            sides[side] += own[side]
    work = Workspace(BACKEND)
    taken = match_subsets(work, "payout-bank", entries(sides["left"]), entries(sides["right"]), Window(5, 1), None)
    groups: dict[str, dict[str, set[str]]] = {}
    for row in rows(taken):
        groups.setdefault(row["group_id"], {"left": set(), "right": set()})[row["side"]].add(row["record_key"])
    work.close()
    sizes = [sorted((frozenset(each["left"]), frozenset(each["right"])), key=len) for each in groups.values()]
    assert len(expected) > 30
    assert {(next(iter(one)), parts) for one, parts in sizes} == expected


def _told(n: int, m: int) -> dict[str, Any]:
    return {
        "key": "ABC"[(n * m) % 3], "amount": str((n + 2 * m) % 7), "fee": m % 4 == 3, "currency": "CNY",
        "second": m == 4, "due": (n + m) % 3 - 1, "hint": None, "type": "sale", "words": None, "day": 10 + m,
    }  # fmt: skip


def test_settlement_wallet_meets_by_the_numbers_the_oracle_finds() -> None:
    """Each world is a currency of its own; its documents are told apart by its number."""
    made = random.Random(7)
    records: list[dict[str, Any]] = []
    expected: set[Any] = set()
    for world in range(120):
        left = [_in_world(settled, world, n, made) for n in range(made.randint(0, 6))]
        right = [_in_world(moved, world, n, made) for n in range(made.randint(0, 6))]
        expected |= oracle.settlement_wallet(left, right)
        records += left + right
    told = facts(*records)
    sides = SETTLEMENT_WALLET.prepare(told, Rules(), AS_OF)
    outcome = reconcile(told.backend, SETTLEMENT_WALLET, sides, Decisions(), AS_OF)
    groups: dict[str, tuple[set[str], set[str], Decimal]] = {}
    for row in rows(outcome.links):
        if row["pass"] == "key":
            group = groups.setdefault(row["group_id"], (set(), set(), row["residual"]))
            group[row["side"] == "right"].add(row["record_key"])
    found = {(frozenset(left), frozenset(right), residual) for left, right, residual in groups.values()}
    assert len(expected) > 100
    assert found == expected


def _in_world(build: Any, world: int, n: int, made: random.Random) -> dict[str, Any]:
    side = "bill" if build is settled else "ledger"
    numbers = {name: made.choice([None, *"12345"]) for name in ("order_no", "trade_no", "batch")}
    fields = {
        "currency": f"C{world}", "document_id": f"{made.choice([side, side, 'both'])}{world}",
        "record_key": f"{side}{world}.{n}", "flow_no": made.choice("1234567"), "trade_no": numbers["trade_no"],
    }  # fmt: skip
    amount = made.choice(["-5", "1", "1", "5", "10"])
    if build is settled:
        return dict(build(numbers["order_no"], amount, batch=numbers["batch"], **fields))
    return dict(build(amount, order_no=numbers["order_no"], **fields))


def test_order_erp_joins_the_orders_that_the_oracle_joins() -> None:
    """Each world is a shop of its own: orders split, joined, named by sub-orders and cancelled at random."""
    made = random.Random(11)
    records: list[dict[str, Any]] = []
    expected: set[Any] = set()
    for world in range(80):
        numbers = [f"{world:04d}{n}" for n in range(made.randint(1, 6))]
        bought = [_bought(world, no, n, made) for no in numbers for n in range(made.randint(1, 2))]
        names = [*numbers, *(line["line_no"] for line in bought if len(line["line_no"]) >= 10), f"{world:04d}X"]
        held = [_held(world, n, names, made) for n in range(made.randint(1, 8))]
        expected |= oracle.order_erp(bought, held)
        records += bought + held
    told = facts(*records)
    outcome = reconcile(told.backend, ORDER_ERP, ORDER_ERP.prepare(told, Rules(), AS_OF), Decisions(), AS_OF)
    groups: dict[str, tuple[set[str], set[str], Decimal]] = {}
    for row in rows(outcome.links):
        group = groups.setdefault(row["group_id"], (set(), set(), row["residual"]))
        group[row["side"] == "right"].add(row["record_key"])
    found = {(frozenset(left), frozenset(right), residual) for left, right, residual in groups.values() if right}
    assert sum(len(left) > 2 and len(right) > 2 for left, right, _ in expected) > 20
    assert found == expected


def _bought(world: int, order_no: str, n: int, made: random.Random) -> dict[str, Any]:
    line_no = made.choice([str(n), f"{order_no}{n:08d}"])
    return order(order_no, made.choice(["1", "2.5", "10"]), line_no, shop=f"S{world}", qty=made.randint(1, 2))


def _held(world: int, n: int, names: list[str], made: random.Random) -> dict[str, Any]:
    chosen = made.sample(names, k=min(len(names), made.choice([1, 1, 1, 2, 3])))
    return erp(
        ",".join(chosen), made.choice(["0", "1", "2.5", "10"]), shop=f"S{world}", qty=made.randint(1, 2),
        merged=len(chosen) > 1, status=made.choice(["shipped", "shipped", "paid", "cancelled"]), line_no=str(n),
    )  # fmt: skip
