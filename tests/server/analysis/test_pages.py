"""The analysis pages: what they show, and findings put aside and told again."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from huikuan.insight.findings.search import Finding, Found
from huikuan.pipeline.analysis import orders_of_group
from huikuan.server.analysis import services
from huikuan.server.analysis.models import DismissedFinding
from huikuan.server.audit.models import Entry
from huikuan.server.books.models import Book
from huikuan.server.jobs.models import Job
from huikuan.server.jobs.services import load_handlers
from huikuan.server.workbench import services as workbench
from huikuan.server.workbench.services import results
from tests.server.collection.conftest import english
from tests.server.collection.made import publish

D = Decimal
MADE = Finding("fee_rate", "Shop A", "Shop A", "CNY", D("120.50"), D("0.01"), D("0.06"), D("0.05"), 0.001,
               tuple((f"2026-0{n}-01", D("0.05")) for n in range(1, 10)), {"compared": 9})  # fmt: skip


@pytest.fixture
def book(world: Any, monkeypatch: pytest.MonkeyPatch) -> Book:
    publish(world.ours.book)
    monkeypatch.setattr(services, "findings_of", lambda *_: Found((MADE,), 12, 20))
    return world.ours.book


@pytest.fixture
def clerk(world: Any, book: Book) -> Client:
    return english(world.client("clerk"))


def test_a_finding_is_one_sentence_with_money_and_a_link(clerk: Client, book: Book) -> None:
    page = clerk.get(f"/b/{book.slug}/analysis/")
    assert page.status_code == 200
    shown = page.context["findings"][0]
    assert (
        "fees took 6.00% of the last 4 weeks" in shown.sentence
        and "usually 5.00%" in shown.sentence
        and "CNY 120.50" in shown.sentence
    )
    assert clerk.get(shown.link).status_code == 200
    steps = page.context["explored"].steps
    assert steps[0].orders >= steps[-1].orders > 0


def test_of_a_large_book_they_are_worked_out_in_the_background(
    clerk: Client, book: Book, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    monkeypatch.setattr(services, "LARGE", -1)
    pages = [f"/b/{book.slug}/{name}/" for name in ("analysis", "forecast")]
    with django_capture_on_commit_callbacks(execute=False) as waiting:
        first, second = (clerk.get(page) for page in pages)
    assert first.context["job"].active and first.context["findings"] == []
    assert first.context["job"] == second.context["job"] and "shown" not in second.context
    assert b"worked out once after each run" in first.content and b"worked out once after each run" in second.content
    for start in waiting:
        start()
    assert Job.objects.get(kind=services.JOB).state == "done"
    assert [each.finding for each in services.listed(book, services.found_of(book, results(book)))[0]] == [MADE]
    assert len(clerk.get(pages[0]).context["findings"]) == 1
    assert clerk.get(pages[1]).context["shown"].adds_up
    assert Job.objects.filter(kind=services.JOB).count() == 1


def test_after_a_whole_run_of_a_large_book_they_are_begun(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    manifest = results(book).manifest
    load_handlers()
    for rows, base, begun in ((services.LARGE, "", 0), (services.LARGE + 1, "another", 0), (services.LARGE + 1, "", 1)):
        for follow in workbench.AFTER_RUN:
            follow(book, replace(manifest, rows={"collection": {"rows": rows}}, base=base))
        assert Job.objects.filter(kind=services.JOB).count() == begun


def test_what_is_chosen_is_carried_to_the_report_builder(clerk: Client, book: Book) -> None:
    address = f"/b/{book.slug}/analysis/"
    every = clerk.get(address).context
    one = clerk.get(address, {"shop": "Shop A", "platform": "none", "category": "none"}).context
    assert (one["chosen"].shop, one["chosen"].platform, one["chosen"].category) == ("Shop A", "", "")
    assert 0 < one["explored"].steps[0].orders < every["explored"].steps[0].orders
    built = clerk.get(one["chosen"].builder)
    assert built.context["conditions"] == [("shop", "Shop = Shop A")]
    for row in one["explored"].cohorts:
        assert clerk.get(row.url).context["totals"][0]["figure"] == row.cohort.receivable
    for platform in every["chosen"].platforms:
        of_it = clerk.get(address, {"platform": platform}).context
        assert set(of_it["chosen"].wanted.shops) == set(of_it["chosen"].shops)
        assert not any(row.url for row in of_it["explored"].cohorts)


def test_put_aside_with_a_reason_until_clearly_worse(clerk: Client, book: Book, monkeypatch: Any) -> None:
    address = f"/b/{book.slug}/analysis/"
    assert clerk.post(address + "dismiss/", {"key": MADE.key, "reason": " "}).status_code == 422
    clerk.post(address + "dismiss/", {"key": MADE.key, "reason": "New contract"})
    assert Entry.objects.filter(action="finding.dismiss", after__reason="New contract").count() == 1
    page = clerk.get(address)
    assert page.context["findings"] == [] and len(page.context["aside"]) == 1 and b"New contract" in page.content
    row = DismissedFinding.objects.get()
    for size, back in ((D("0.0149"), False), (D("0.015"), True)):
        standing, _aside = services.listed(book, Found((replace(MADE, size=size),), 12, 20))
        assert [each.back for each in standing] == [True] * back
    clerk.post(address + "restore/", {"key": row.key})
    assert len(clerk.get(address).context["findings"]) == 1
    assert Entry.objects.filter(action="finding.restore").count() == 1


def test_the_forecast_adds_up_to_the_collection_list(clerk: Client, book: Book) -> None:
    page = clerk.get(f"/b/{book.slug}/forecast/")
    shown = page.context["shown"]
    listed = clerk.get(shown.outstanding_url).context["totals"][0]
    transit = clerk.get(f"/b/{book.slug}/collection/?figure=in_transit").context["totals"][0]
    # The run made by hand has money in transit of which no payout is told.
    assert shown.outstanding == listed["outstanding"] - transit["figure"] and shown.adds_up
    assert shown.check.verdict == "short"
    parts = clerk.get(shown.rows[0].url)
    assert parts.status_code == 200 and parts.context["total"] == shown.rows[0].known
    for each in shown.forecast.known:
        group = each.group
        orders = orders_of_group(results(book), group.shop, group.currency, group.state, group.since, 200)
        assert len(orders) == group.orders and sum(order.amount for order in orders) == group.amount
    assert clerk.get(f"/b/{book.slug}/forecast/day/?day=2020-01-01").status_code == 404
