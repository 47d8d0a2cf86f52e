"""Voucher rules by their page: begun from a default, checked in sentences, tried on the vouchers of a period, saved."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from huikuan.records.voucher_rules import DEFAULTS, TYPES
from huikuan.server.audit.models import Entry
from huikuan.server.books.models import Book, VoucherRule
from huikuan.server.reporting import report_of
from tests.server.collection.conftest import english
from tests.server.reports.test_built_in import book  # noqa: F401 - a fixture

D = Decimal
SALE = {
    "event": "sale", "valid_from": "2026-10-15", "debit": "1122 应收账款", "credit": "6001 主营业务收入",
    "summary": "{shop} 销售", "tax_rate": "0.13", "tax_account": "222101 销项税额",
}  # fmt: skip


@pytest.fixture
def accountant(world: Any) -> Client:
    return english(world.client("accountant"))


def balances(book: Book, **params: str) -> dict[str, Decimal]:  # noqa: F811
    """Debit less credit of each account by its code, as the report of October has it."""
    table = report_of(book, "vouchers", {"from": "2026-10-01", "to": "2026-10-31"} | params)
    (section,) = (each for each in table.sections if each.columns[0].key == "code")
    found: dict[str, Decimal] = {}
    for code, _name, _debit, _credit, balance in (row.values for row in section.rows):
        found[code] = found.get(code, D(0)) + balance
    return found


@pytest.mark.engine
def test_the_preview_is_what_the_report_says_once_it_is_saved(
    accountant: Client,
    book: Book,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.undo()  # the rules of the database
    address = reverse("books:voucher_new", args=[book.slug])
    before = balances(book)
    asked = SALE | {"preview_from": "2026-10-01", "preview_to": "2026-10-31", "do": "preview"}
    answer = accountant.post(address, asked)
    found = answer.context["found"]
    assert not VoucherRule.objects.exists() and 0 < found.changed < found.vouchers
    changed = {each.code: each for each in found.accounts}
    assert set(changed) == {"6001", "222101"}
    assert changed["222101"].then == -changed["6001"].change < 0
    assert changed["6001"].now < 0 and "would be booked differently" in answer.content.decode()
    # Entries that go and come: of each voucher as much in debit as before.
    gone, come = ([line for is_gone, line in found.lines if is_gone is wanted] for wanted in (True, False))
    assert {line[0] for line in gone} == {line[0] for line in come} and "222101" in {line[3] for line in come}

    assert accountant.post(address, SALE).status_code == 302
    after = balances(book)
    assert {code: after[code] - before.get(code, D(0)) for code in after if after[code] != before.get(code, D(0))} == {
        code: each.change for code, each in changed.items()
    }
    # A version that changes nothing says so.
    rule = VoucherRule.objects.get()
    same = accountant.post(reverse("books:voucher", args=[book.slug, rule.pk]), asked).content.decode()
    assert "stay as they are" in same


def test_a_default_begins_a_rule_and_a_later_day_another_version(world: Any, accountant: Client) -> None:
    slug = world.ours.book.slug
    new = reverse("books:voucher_new", args=[slug])
    listed = accountant.get(reverse("books:rules", args=[slug])).content.decode()
    assert f"{new}?event=fee&amp;shop=%2A&amp;account=%2A&amp;platform=%2A&amp;type=commission" in listed
    page = accountant.get(new, {"event": "fee", "type": "commission"})
    assert page.context["form"].initial["debit"] == "660102 销售费用-平台佣金"
    fee = SALE | {"event": "fee", "type": "commission", "tax_rate": "0", "shop": "Shop A", "debit": "6601  Commission"}
    assert accountant.post(new, fee).status_code == 302
    assert accountant.post(new, fee | {"valid_from": "2026-11-01", "debit": "6602 Commission"}).status_code == 302
    first, later = VoucherRule.objects.order_by("valid_from")
    assert (first.debit, first.shop, first.account, first.contains) == ("6601 Commission", "Shop A", "*", "")
    own = accountant.get(reverse("books:voucher", args=[slug, later.pk])).content.decode()
    assert "Other versions" in own and reverse("books:voucher", args=[slug, first.pk]) in own
    again = {"event": "fee", "type": "commission", "shop": "Shop A"}
    assert accountant.get(new, again).context["form"].initial["debit"] == "6602 Commission"
    assert accountant.post(new, fee | {"debit": "6603 Commission"}).status_code == 302  # the same day: replaced
    assert set(VoucherRule.objects.values_list("debit", flat=True)) == {"6603 Commission", "6602 Commission"}
    logged = Entry.objects.filter(action="rules.change", object__startswith="voucherrule:")
    assert logged.count() == 3 and logged.first().after["credit"] == fee["credit"]
    gone = reverse("books:rule_delete", args=[slug, "voucher", later.pk])
    assert accountant.post(gone).status_code == 302 and VoucherRule.objects.count() == 1
    assert english(world.client("clerk")).get(new).status_code == 403


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"credit": SALE["debit"]}, "the same account: nothing would be booked"),
        ({"debit": ""}, "This field is required"),
        ({"summary": "{shops} sold"}, "{shops} is not known here"),
        ({"type": "commission"}, "has no such type"),
        ({"contains": "fee"}, "Only bank lines and transfers have a text"),
        ({"event": "fee"}, "Only sales and refunds have VAT"),
        ({"tax_rate": "13"}, "less than or equal to 1"),
        ({"shop": "Nowhere"}, "not one of the available choices"),
    ],
)
def test_what_cannot_be_is_said_at_its_field_and_in_the_preview(
    world: Any, accountant: Client, wrong: dict[str, str], sentence: str
) -> None:
    address = reverse("books:voucher_new", args=[world.ours.book.slug])
    refused = accountant.post(address, SALE | wrong)
    assert refused.status_code == 422 and sentence in refused.content.decode()
    assert sentence in accountant.post(address, SALE | wrong | {"do": "preview"}).content.decode()
    assert not VoucherRule.objects.exists()


def test_every_default_is_a_rule_that_the_form_would_take(world: Any) -> None:
    for rule in DEFAULTS:
        assert rule.type == "*" or rule.type in TYPES[rule.event]
        own = VoucherRule(book=world.ours.book, **{name: getattr(rule, name) for name in vars(rule)})
        own.full_clean()
