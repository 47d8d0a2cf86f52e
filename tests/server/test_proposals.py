"""Proposed rules on the settings pages and the command line: shown with their evidence, taken over, dismissed."""

from __future__ import annotations

import tomllib
from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.test import Client

from huikuan.insight.learning.fee_history import FeeProposal
from huikuan.insight.learning.settlement_lags import Effect, Lag, SettlementProposal
from huikuan.pipeline.proposals.proposing import Proposals
from huikuan.records.errors import UserError
from huikuan.records.rules import FeeRate, SettlementRule
from huikuan.server.audit.models import Entry
from huikuan.server.books import models, proposals, toml
from tests.server.world import World

FROM = date(2026, 6, 1)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch, world: World) -> World:
    """A book whose history suggests a settlement rule and a fee rate, and is too short for another fee."""
    shop = world.ours.shop.name
    rule = SettlementRule(shop, FROM, anchor="shipped", days=9, batch="weekly:4")
    lag = Lag("shipped", 300, 0, 7, 8, 9, 10, 12)
    late = Effect(2, (("CNY", Decimal("80.5")),))
    settlement = SettlementProposal(
        shop, SettlementRule(shop), rule, 300, lag, ((7, 100), (9, 200)), late=3, overdue_less=late
    )
    rate = FeeRate(shop, "service_fee", Decimal("0.006"), FROM)
    fees = (
        FeeProposal(shop, "service_fee", "*", 100, None, rate, rate.rate, 98, Decimal(-4)),
        FeeProposal(shop, "penalty", "*", 3, best=Decimal("0.1")),
    )
    found = Proposals((settlement,), fees)
    monkeypatch.setattr(proposals, "results", lambda book: SimpleNamespace())
    monkeypatch.setattr(proposals, "_told", lambda book, results: found)
    return world


def english(world: World, role: str) -> Client:
    client = world.client(role)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def test_proposals_are_shown_with_their_evidence(told: World) -> None:
    text = english(told, "auditor").get("/b/ours/settings/rules/proposals").content.decode()
    for words in (
        "Shipping + 9 days, Thursdays", "2 open orders (80.50 CNY) would no longer be overdue.",
        "0.60% of Settled gross",
        "98 of 100 orders (98.00%)", "4.00 less", "Orders charged this fee: 3; 30 are needed", 'data-chart="history-',
    ):  # fmt: skip
        assert words in text
    assert "Take it over" not in text


def test_a_proposal_is_taken_over_after_a_question(told: World) -> None:
    client = english(told, "accountant")
    each = next(each for each in proposals.proposals_of(told.ours.book) if not each.is_fee)
    address = f"/b/ours/settings/rules/proposals/take/{each.digest}"
    assert "It becomes a rule of this book" in client.get(address).content.decode()
    assert not models.SettlementRule.objects.filter(shop=told.ours.shop, valid_from=FROM).exists()
    response = client.post(address, follow=True)
    assert "Reconcile" in response.content.decode()
    saved = models.SettlementRule.objects.get(shop=told.ours.shop, valid_from=FROM)
    assert (saved.anchor, saved.days, saved.batch, saved.grace) == ("shipped", 9, "weekly:4", 3)
    assert Entry.objects.filter(action="rules.import", book=told.ours.book).exists()


def test_a_dismissed_proposal_is_put_aside_and_logged_once(told: World) -> None:
    client = english(told, "owner")
    each = next(each for each in proposals.proposals_of(told.ours.book) if each.is_fee)
    address = f"/b/ours/settings/rules/proposals/dismiss/{each.digest}"
    for _again in range(2):
        client.post(address)
    states = {found.digest: found.state for found in proposals.proposals_of(told.ours.book) if found.digest}
    assert states[each.digest] == "dismissed" and "new" in states.values()
    assert Entry.objects.filter(action="rules.dismiss").count() == 1
    assert not models.FeeRate.objects.filter(type="service_fee").exists()


def test_new_proposals_are_a_rules_file(told: World) -> None:
    entries = tomllib.loads(proposals.as_text(proposals.proposals_of(told.ours.book)))
    assert entries["fee_rate"][0] | {"rate": "0.006", "from": FROM} == entries["fee_rate"][0]
    assert entries["settlement_rule"][0]["batch"] == "weekly:4"


def test_a_proposal_that_is_gone_and_a_book_without_results(told: World, monkeypatch: pytest.MonkeyPatch) -> None:
    response = english(told, "owner").post(f"/b/ours/settings/rules/proposals/take/{'0' * 32}", follow=True)
    assert response.status_code == 200 and "This proposal is gone" in response.content.decode()
    assert english(told, "owner").get(f"/b/ours/settings/rules/proposals/eat/{'0' * 32}").status_code == 404
    monkeypatch.undo()
    empty = english(told, "owner").get("/b/ours/settings/rules/proposals")
    assert "Nothing has been reconciled yet" in empty.content.decode()


def test_bank_days_of_one_s_own_are_kept_and_exported(world: World) -> None:
    client = english(world, "accountant")
    given = {"country": "CN", "day": "2027-02-10", "working": "on", "name": "调休"}
    client.post("/b/ours/settings/rules/holiday/new", given)
    client.post("/b/ours/settings/rules/holiday/new", given | {"working": ""})
    saved = models.Holiday.objects.get(book=world.ours.book)
    assert (saved.country, saved.day, saved.working) == ("CN", date(2027, 2, 10), False)
    text = client.get("/b/ours/settings/rules/export").content.decode()
    assert tomllib.loads(text)["holiday"] == [
        {"country": "CN", "date": date(2027, 2, 10), "working": False, "name": "调休"}
    ]
    page = client.get("/b/ours/settings/rules").content.decode()
    assert "2027-02-10" in page or "02-10" in page


def test_a_rule_that_cannot_be_is_refused_by_file_and_form(world: World) -> None:
    shop = world.ours.shop
    entry = {"shop": shop.name, "reserve": "5", "batch": "weekly:9", "minimum": "-1"}
    with pytest.raises(UserError) as raised:
        toml.import_sections(world.ours.book, {"settlement_rule": [entry]})
    assert all(name in str(raised.value) for name in ("reserve:", "batch:", "minimum:"))
    given = {"shop": shop.pk, "valid_from": "2027-01-01", "anchor": "paid", "days": 1, "batch": "none", "bank_days": 2}
    given |= {"reserve": "1", "reserve_days": 8, "minimum": 0, "grace": 3}
    response = english(world, "owner").post("/b/ours/settings/rules/settlement/new", given)
    assert response.status_code == 422 and "less than 1, like 0.05" in response.content.decode()
