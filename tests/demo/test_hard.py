"""The hard demo: all that it promises is in it, and a reconciliation of it finds what its truth says."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from huikuan.demo import Truth, generate
from huikuan.demo.guide import demo_rules
from huikuan.demo.marks import HARD
from huikuan.demo.seller import AS_OF, BOOK_START
from huikuan.pipeline.book import Book
from huikuan.pipeline.documents.importing import ImportOptions, import_file
from huikuan.pipeline.results.results import Results
from huikuan.pipeline.runs.reconciling import run
from huikuan.records.decisions import Decisions
from tests.demo.test_generate import digests
from tests.truth_check import Names, Verdict, check_against_truth, place_of

ORDERS, SEED = 500, 3


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Truth:
    return generate(tmp_path_factory.mktemp("hard"), ORDERS, SEED, hard=True)


@pytest.fixture(scope="module")
def truth(made: Truth) -> dict[str, Any]:
    return dict(json.loads(made.path.read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def verdict(made: Truth, tmp_path_factory: pytest.TempPathFactory) -> Verdict:
    folder = tmp_path_factory.mktemp("book")
    book = Book(folder, "Hard", hash_key=b"k" * 32, installation_key=b"i" * 32, start=BOOK_START, fixed_today=AS_OF)
    book.create()
    rules = demo_rules(HARD)
    for name, file in {file.file: file for file in made.files}.items():
        options = ImportOptions(shop=file.shop, account=file.account)
        imported = import_file(book, made.folder / name, options, rules, name=name)
        assert all(row.status != "refused" for row in imported.rows), imported.rows
    run(book, replace(rules, opening_balances=dict(rules.opening_balances)), Decisions())
    return check_against_truth(Results.of(book), made.path)


def test_every_link_and_class_of_the_truth_is_found_and_nothing_else(verdict: Verdict) -> None:
    assert verdict.counts["order-settlement links"] > 300
    assert verdict.counts["payout-bank links"] > 10
    assert verdict.counts["order-erp links"] > 300
    assert verdict.faults() == {}, {name: getattr(verdict, name)[:5] for name in verdict.faults()}


def test_same_seed_same_bytes(made: Truth, tmp_path: Path) -> None:
    generate(tmp_path, ORDERS, SEED, hard=True)
    assert digests(tmp_path) == digests(made.folder)


def test_bills_are_exported_again_cut_by_day_and_in_another_order(made: Truth, truth: dict[str, Any]) -> None:
    kinds = Counter(file.format for file in made.files)
    assert kinds["alipay.ledger"] > 8
    assert kinds["wechatpay.trades"] > 3
    assert kinds["wechatpay.funds"] > 3
    assert kinds["tmall.orders"] == 9
    turned = defaultdict(list)
    for row in truth["same"]:
        turned[row["document"]].append((row["source_row"], row["same_as"]["source_row"]))
    opposite = [pairs for pairs in turned.values() if len(pairs) > 1 and _falls(sorted(pairs))]
    assert len(opposite) > 12


def _falls(pairs: list[tuple[int, int]]) -> bool:
    return all(later[1] < former[1] for former, later in pairwise(pairs))


def test_what_cannot_be_told_is_open_on_both_sides(truth: dict[str, Any]) -> None:
    names = Names(truth["same"])
    opened = {(names.of(place_of(row)), row["side"]) for row in truth["open"]}
    doubtful = [link for link in truth["links"] if not link["identifiable"] and link["reconciliation"] == "payout-bank"]
    assert doubtful
    for link in doubtful:
        for side in ("left", "right"):
            assert {(names.of(place_of(row)), side) for row in link[side]} <= opened


def test_payouts_are_merged_split_late_equal_and_come_back(truth: dict[str, Any]) -> None:
    links = [link for link in truth["links"] if link["reconciliation"] == "payout-bank"]
    shapes = Counter((len(link["left"]), len(link["right"])) for link in links)
    assert shapes[3, 1] or shapes[4, 1], "one bank line of several payouts"
    assert shapes[1, 2] > 1, "one payout in two bank lines"
    assert shapes[2, 2] or shapes[3, 3], "equal amounts, as many on either side"
    assert {link["class"] for link in links} == {"", "late", "short"}
    assert any(row["class"] == "payout_returned" for row in truth["open"])


def test_an_order_number_occurs_in_two_shops(truth: dict[str, Any]) -> None:
    shops = defaultdict(set)
    for row in truth["collection"]:
        shops[row["order_no"]].add(row["shop"])
    assert sum(len(names) == 2 for names in shops.values()) >= ORDERS // 4 // 60


def test_two_wallets_serve_the_same_two_shops() -> None:
    accounts = {account.name: account.shops for account in demo_rules(HARD).accounts if account.kind == "wallet"}
    assert sorted(len(shops) for shops in accounts.values()) == [1, 2, 2]
