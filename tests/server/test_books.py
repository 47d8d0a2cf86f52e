"""Books, their rules as plain values, the rules file, keys."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from huikuan.records import rules
from huikuan.records.errors import OperatorError, UserError
from huikuan.server import keys
from huikuan.server.audit.models import Entry
from huikuan.server.books import services, toml, user_reconciliations
from huikuan.server.books.models import Book, FeeRate, SettlementRule
from tests.server.world import World


def test_rules_of_a_book_are_the_librarys_values(world: World) -> None:
    found = services.rules_of(world.ours.book)
    assert found.shops == (rules.Shop("Shop A", "tmall", "CNY"),)
    assert found.accounts == (
        rules.Account("Bank", "bank", "CNY"),
        rules.Account("Wallet", "wallet", "CNY", ("Shop A",), ("Bank",)),
    )
    assert found.settlement_rules == (
        rules.SettlementRule("Shop A", date(2026, 1, 1), "received", 7, "weekly:1", 2, Decimal(0), 0, Decimal(0), 3),
    )
    assert found.fee_rates == (rules.FeeRate("Shop A", "commission", Decimal("0.05")),)
    assert found.reconciliations == (rules.ReconciliationRule("payout-bank", tolerance=Decimal("0.01")),)
    assert found.opening_balances == {"Bank": Decimal("100.00")}
    assert found.start == date(2026, 1, 1)


def test_reading_rules_costs_the_same_however_many_there_are(world: World, django_assert_num_queries: object) -> None:
    for number in range(20):
        services.ensure_account(world.ours.book, f"W{number}", "wallet", shops=(f"S{number}",))
    book = Book.objects.get(pk=world.ours.book.pk)
    with django_assert_num_queries(10):  # type: ignore[operator]
        services.rules_of(book)


def test_the_rules_file_round_trips(world: World) -> None:
    text = toml.export_text(world.ours.book)
    other = services.create_book("Copy", start=world.ours.book.start)
    toml.import_text(other, text)
    assert toml.export_text(other) == text
    blocks = [line for line in text.splitlines() if line.startswith("[")]
    assert len(blocks) >= 3 and all(line.startswith("[[") and line.endswith("]]") for line in blocks), "one a rule"
    assert services.rules_of(other) == services.rules_of(world.ours.book)


OWN = """
[[user_reconciliation]]
name = "ledger-bank"
title = "Ledger ↔ bank"
left = {kind = "ledger_line", plus = "debit", minus = "credit", key = ["payout_id"]}
right = {kind = "bank_line", plus = "amount", key = ["reference"]}
"""


def test_reconciliations_of_ones_own_have_versions_and_end_by_a_version(world: World) -> None:
    book = world.ours.book
    assert toml.import_text(book, OWN, by=world.users["accountant"]) == 1
    toml.import_text(book, OWN)  # the same again is no new version
    toml.import_text(book, OWN.replace("Ledger ↔", "Books ↔"))
    user_reconciliations.end(book, "ledger-bank")
    assert user_reconciliations.declared(book) == services.rules_of(book).user_reconciliations == ()
    told = [(v.version, v.definition["title"], v.ended) for v in user_reconciliations.versions(book, "ledger-bank")]
    assert told == [(3, "Books ↔ bank", True), (2, "Books ↔ bank", False), (1, "Ledger ↔ bank", False)]
    actions = Entry.objects.filter(object="user_reconciliation:ledger-bank").values_list("action", flat=True)
    assert sorted(actions) == ["rules.change", "rules.change", "rules.delete"]
    with pytest.raises(UserError, match="no reconciliation"):
        user_reconciliations.end(book, "ledger-bank")
    toml.import_text(book, OWN)
    assert "ledger-bank" in toml.export_text(book) and len(user_reconciliations.declared(book)) == 1


def test_a_second_version_is_added_and_the_first_kept(world: World) -> None:
    toml.import_text(
        world.ours.book, '[[fee_rate]]\nshop = "Shop A"\ntype = "commission"\nfrom = 2026-06-01\nrate = 0.06\n'
    )
    rates = list(FeeRate.objects.filter(shop=world.ours.shop).values_list("valid_from", "rate"))
    assert rates == [(rules.BEGINNING, Decimal("0.05")), (date(2026, 6, 1), Decimal("0.06"))]


BAD = {
    "[[shop]": "no rules file",
    OWN.replace("debit", "debet"): "left.plus is 'debet'; expected one of: debit, credit",
    OWN + OWN: "ledger-bank is there twice",
    '[[user_reconciliation]]\nname = "balance"\ntitle = 1': "name is balance, the name of a built-in reconciliation",
    '[[shops]]\nname = "x"': "unknown section",
    '[[shop]]\nnaam = "x"': "unknown field naam",
    '[[fee_rate]]\nshop = "Shop A"\ntype = "commission"': "rate is missing",
    '[[fee_rate]]\nshop = "Shop A"\ntype = "commission"\nrate = "abc"': "is no number",
    '[[fee_rate]]\nshop = "Shop A"\ntype = "commission"\nrate = nan': "is no number",
    '[[fee_rate]]\nshop = "Shop A"\ntype = "nonsense"\nrate = 1': "nonsense",
    '[[settlement_rule]]\nshop = "Nowhere"': "there is no shop 'Nowhere'",
    '[[settlement_rule]]\nshop = "Shop A"\nfrom = "2026-02-30"': "is no date",
    '[[account]]\nname = "New"\nkind = "purse"': "purse",
    '[[account]]\nname = "New"\nkind = "wallet"\npays_into = ["Nowhere"]': "there is no 'Nowhere'",
}


@pytest.mark.parametrize("text", BAD, ids=list(BAD.values()))
def test_a_bad_rules_file_changes_nothing_and_says_why(world: World, text: str) -> None:
    before = toml.export_text(world.ours.book)
    with pytest.raises(UserError) as error:
        toml.import_text(world.ours.book, '[[shop]]\nname = "Good"\n' + text)
    assert BAD[text] in str(error.value)
    assert toml.export_text(world.ours.book) == before


def test_a_rules_file_is_imported_on_the_page(world: World) -> None:
    client = world.client("accountant")
    good = SimpleUploadedFile("rules.toml", '[[shop]]\nname = "新店"\n'.encode())
    assert client.post("/b/ours/settings/rules/import", {"file": good}).status_code == 302
    assert world.ours.book.shops.filter(name="新店").exists()
    bad = SimpleUploadedFile("rules.toml", "新店".encode("gbk"))
    assert client.post("/b/ours/settings/rules/import", {"file": bad}).status_code == 422


def test_the_same_name_in_two_books_is_two_shops(world: World) -> None:
    assert services.ensure_shop(world.theirs.book, "Shop A") != services.ensure_shop(world.ours.book, "Shop A")
    assert world.ours.book.shops.count() == 1


def test_a_name_taken_is_a_fault_of_the_field(world: World) -> None:
    services.ensure_shop(world.ours.book, "Shop B")
    response = world.client("owner").post("/b/ours/settings/shops/new", {"name": "Shop B"})
    assert response.status_code == 422 and response.context["form"].errors["name"]


def test_a_form_cannot_link_another_books_objects(world: World) -> None:
    data = {"name": "W2", "kind": "wallet", "shops": [world.theirs.shop.pk]}
    assert world.client("owner").post("/b/ours/settings/accounts/new", data).status_code == 422
    rule = {"shop": world.theirs.shop.pk, "valid_from": "2026-02-01", "anchor": "paid", "days": 1, "batch": "none"}
    assert world.client("owner").post("/b/ours/settings/rules/settlement/new", rule).status_code == 422


def test_a_rule_of_the_same_day_is_replaced(world: World) -> None:
    data = {
        "shop": world.ours.shop.pk, "valid_from": "2026-01-01", "anchor": "paid", "days": 9, "batch": "none",
        "bank_days": 2, "reserve": "0", "reserve_days": 0, "minimum": "0", "grace": 3,
    }  # fmt: skip
    assert world.client("accountant").post("/b/ours/settings/rules/settlement/new", data).status_code == 302
    assert list(SettlementRule.objects.filter(shop=world.ours.shop).values_list("days", flat=True)) == [9]


def test_slugs_are_free_and_readable(db: None) -> None:
    names = ["禾屿家居", "另一家", "Acme Ltd", "Acme GmbH", "Acme-Ltd"]
    assert [services.create_book(name).slug for name in names] == [
        "book",
        "book-2",
        "acme-ltd",
        "acme-gmbh",
        "acme-ltd-2",
    ]


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"name": "ours"}, "book.exists"),
        ({"name": "New", "currency": "RMB!"}, "book.currency"),
        ({"name": "New", "timezone": "Mars/Base"}, "book.timezone"),
        ({"name": "New", "timezone": "../etc/passwd"}, "book.timezone"),
    ],
)
def test_a_book_that_cannot_be(world: World, values: dict[str, str], code: str) -> None:
    with pytest.raises(UserError) as error:
        services.create_book(**values)
    assert error.value.code == code


def test_the_only_book_needs_no_name(db: None) -> None:
    with pytest.raises(UserError, match="no book yet"):
        services.find_book()
    only = services.create_book("Only")
    assert services.find_book() == only == services.find_book("only")
    services.create_book("Second")
    with pytest.raises(UserError, match="several books"):
        services.find_book()


def test_each_book_has_its_own_hash_key_wrapped_by_the_installations(world: World, settings: object) -> None:
    ours, theirs = world.ours.book, world.theirs.book
    assert len(ours.hash_key) == 32 and ours.hash_key != theirs.hash_key
    assert ours.hash_key.hex() not in ours.wrapped_key
    settings.INSTALLATION_KEY = b"another"  # type: ignore[attr-defined]
    with pytest.raises(OperatorError) as error:
        _ = Book.objects.get(pk=ours.pk).hash_key
    assert error.value.code == "keys.wrong"


def test_the_key_file_is_made_once_outside_the_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HUIKUAN_KEY", raising=False)
    home = tmp_path / "data"
    first = keys.installation_key(home)
    assert keys.installation_key(home) == first
    assert (tmp_path / "data.key").stat().st_mode & 0o077 == 0
    assert not home.exists()
