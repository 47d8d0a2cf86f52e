"""The generator: same seed, same bytes; any size; polite refusals; the money queue by hand."""

from __future__ import annotations

import hashlib
import json
import tomllib
from decimal import Decimal
from pathlib import Path

import pytest

from huikuan.demo import generate
from huikuan.demo.generate import LEAST_ORDERS
from huikuan.demo.guide import demo_rules
from huikuan.demo.orders import day_counts, shop_orders
from huikuan.demo.seller import SHOPS, money, share
from huikuan.demo.tables import NONE, MoneyQueue
from huikuan.records.errors import UserError
from tests.demo import reading


def digests(folder: Path) -> dict[str, str]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_same_seed_same_bytes_and_another_seed_another_month(tmp_path: Path) -> None:
    for name, seed in (("a", 5), ("b", 5), ("c", 6)):
        generate(tmp_path / name, 600, seed)
    first, again, other = (digests(tmp_path / name) for name in ("a", "b", "c"))
    assert first == again
    same = {name for name in first if first[name] == other[name]}
    assert {name for name in same if not name.startswith("layouts/")} == {"rules.toml"}
    assert {name for name in first if name.startswith("layouts/")} <= same, "specimens do not depend on the seed"


@pytest.mark.parametrize("orders", [LEAST_ORDERS, 12, 137, 1_000])
def test_any_number_of_orders(tmp_path: Path, orders: int) -> None:
    result = generate(tmp_path, orders, 3)
    truth = json.loads(result.path.read_text(encoding="utf-8"))
    assert len(truth["collection"]) == result.orders == orders
    assert sum(file["rows"] for file in truth["files"][:3]) == orders
    for file in truth["files"]:
        if file["format"] == "alipay.ledger":
            rows = reading.ledger(tmp_path, file["document"])
            assert min(row.money("账户余额（元）") for row in rows) >= 0


def test_a_demo_without_orders_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="at least one order, 0 were asked for"):
        generate(tmp_path / "x", 0, 1)
    assert not (tmp_path / "x").exists()


def test_progress_ends_with_all_orders(tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    generate(tmp_path, 300, 1, progress=lambda stage, done, total: told.append((stage, done, total)))
    assert told[-1] == ("truth", 300, 300)
    done = [number for stage, number, _ in told if stage == "orders"]
    assert done == sorted(done)
    assert done[-1] == 300


def test_rules_file_names_shops_accounts_and_rules(tmp_path: Path) -> None:
    generate(tmp_path, 100, 1)
    rules = tomllib.loads((tmp_path / "rules.toml").read_text(encoding="utf-8"))
    assert [shop["name"] for shop in rules["shop"]] == [shop.name for shop in SHOPS]
    banks = {account["name"] for account in rules["account"] if account["kind"] == "bank"}
    wallets = [account for account in rules["account"] if account["kind"] == "wallet"]
    assert len(wallets) == len(banks) == 3
    assert all(set(wallet["pays_into"]) < banks for wallet in wallets)
    openings = {account["name"]: Decimal(account["opening_balance"]) for account in rules["account"]}
    assert openings == demo_rules().opening_balances
    assert [(rule["anchor"], rule["days"], rule["bank_days"], rule["grace"]) for rule in rules["settlement_rule"]] == [
        ("received", 0, 2, 3), ("received", 0, 2, 3), ("paid", 1, 2, 3),
    ]  # fmt: skip


@pytest.mark.parametrize("orders", [1, 50, 999, 30_025])
def test_orders_are_shared_out_exactly(orders: int) -> None:
    numbers = shop_orders(orders)
    assert sum(numbers) == orders
    for shop, number in zip(SHOPS, numbers, strict=True):
        assert sum(count for _, count in day_counts(shop, number)) == number


def test_cents() -> None:
    assert (money(0), money(-5), money(123456)) == ("0.00", "-0.05", "1234.56")
    assert share(2_990, 60) == 18  # 17.94
    assert share(250, 100) == 3  # 2.5 is rounded up


def queue(opening: int, days: list[dict[int, int]], payouts: list[tuple[int, int, bool]]) -> dict[int, int]:
    found = MoneyQueue(opening)
    for day, net in enumerate(days):
        found.end_day(day, net)
    found.payouts = payouts
    taken: dict[int, int] = {}
    for owner, cents in found.taken():
        taken[owner] = taken.get(owner, 0) + cents
    return taken


def test_the_opening_balance_goes_first_and_an_order_may_be_taken_in_part() -> None:
    assert queue(100, [{1: 50, 2: 70}], [(0, 100, True)]) == {}
    assert queue(100, [{1: 50, 2: 70}], [(0, 170, True)]) == {1: 50, 2: 20}
    assert queue(100, [{1: 50, 2: 70}], [(0, 120, True), (0, 60, True)]) == {1: 50, 2: 30}


def test_a_payout_that_never_arrived_takes_its_share_too() -> None:
    assert queue(0, [{1: 50, 2: 70, 3: 10}], [(0, 60, False), (0, 65, True)]) == {2: 60, 3: 5}


def test_a_payout_takes_nothing_of_later_days() -> None:
    assert queue(0, [{1: 50}, {2: 70}], [(0, 50, True), (1, 30, True)]) == {1: 50, 2: 30}


def test_refunds_come_before_the_receipts_of_their_day() -> None:
    # Day 1 takes 20 of order 1 back, so order 2's money begins 20 lower: what is left is the newest.
    assert queue(0, [{1: 100}, {1: -20, 2: 70}], [(1, 90, True)]) == {1: 80, 2: 10}
    assert queue(0, [{1: 100}, {NONE: -20, 2: 70}], [(1, 150, True)]) == {1: 100, 2: 70}
