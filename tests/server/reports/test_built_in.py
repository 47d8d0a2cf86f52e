"""Every built-in report on the shared demo: its page, what its figures open, its files; and the empty book."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from huikuan.demo.guide import demo_rules
from huikuan.demo.seller import AS_OF, BOOK_START
from huikuan.insight.reports.registry import REPORTS
from huikuan.server.books.models import Book
from tests.demo_book import make_demo
from tests.server.collection.conftest import english
from tests.shared import made_once

OWN = (
    "receivables-ageing", "overdue", "days-to-collect", "payouts", "wallet-roll-forward", "receivables-roll-forward",
    "platform-fees", "refunds", "settlement-differences", "exceptions", "reconciliation-report", "receivables",
    "collected-orders", "wallet-lines", "receivable-movements", "fee-lines", "refunded-orders",
)  # fmt: skip


@pytest.fixture
def book(world: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Book]:
    book = world.ours.book
    book.fixed_today, book.start, book.data_until = AS_OF, BOOK_START, AS_OF
    book.save()
    shutil.rmtree(book.folder, ignore_errors=True)
    shutil.copytree(made_once("bench", make_demo) / "book", book.folder)
    monkeypatch.setattr("huikuan.server.reporting.rules_of", lambda _book: demo_rules())
    return book


@pytest.fixture
def auditor(world: Any, book: Book) -> Client:
    return english(world.client("auditor"))


def links_of(tables: Any) -> Iterator[tuple[str, str, Any]]:
    """Address, type and value of every figure that opens something."""
    for table in tables:
        for line in [*table.lines, *([table.totals] if table.totals else [])]:
            for kind, value, address in line.cells:
                if address:
                    yield address, kind, value


def test_every_page_shows_its_figures_and_they_open_pages(auditor: Client, book: Book) -> None:
    opened: dict[str, str] = {}
    for name in OWN:
        page = auditor.get(f"/b/{book.slug}/reports/{name}/?from=2026-10-12&to=2026-10-31&compare=previous")
        assert page.status_code == 200, name
        assert page.context["tables"], name
        assert REPORTS[name].detail or "circle-check" in page.content.decode(), name
        for address, _kind, _value in links_of(page.context["tables"]):
            page_of = address.partition("?")[0].split("/")[3]
            if page_of != "reports":  # those are asked for above
                opened.setdefault(page_of, address)
    for address in opened.values():
        assert auditor.get(address).status_code == 200, address
    assert set(opened) == {"orders", "source", "collection", "workbench"}


def test_what_a_figure_opens_has_its_total(auditor: Client, book: Book) -> None:
    page = auditor.get(f"/b/{book.slug}/reports/receivables-ageing/")
    total = page.context["tables"][0].totals
    (late,) = [cell for cell in total.cells if "place=past" in cell[2] and "days_from" not in cell[2]]
    listed = auditor.get(late[2]).context["tables"]
    assert listed[1].totals.cells[-1][1] == late[1] > 0


@pytest.mark.parametrize(
    ("name", "section", "opens"),
    [("collection-summary", 0, "records"), ("fee_audit", 0, "records"), ("sales-comparison", 2, "sold-lines")],
)
def test_every_figure_of_a_row_opens_what_adds_up_to_it(
    auditor: Client, book: Book, name: str, section: int, opens: str
) -> None:
    page = auditor.get(f"/b/{book.slug}/reports/{name}/?from=-&to=2026-10-31")
    line = page.context["tables"][section].lines[0]
    asked = [cell for cell in line.cells[1:] if f"/reports/{opens}/" in cell[2] and cell[1]]
    assert asked
    for _kind, value, address in asked:
        found = auditor.get(address).context
        if opens == "records":
            assert value in [total[1] for total in found["totals"]], address
        else:
            assert value in [cell[1] for cell in found["tables"][0].totals.cells], address
            assert any("/source/" in cell[2] for cell in found["tables"][0].lines[0].cells)


def test_a_balance_opens_nothing_and_a_movement_its_lines(auditor: Client, book: Book) -> None:
    statement = auditor.get(f"/b/{book.slug}/reports/wallet-roll-forward/?from=2026-10-12").context["tables"][1]
    opened = {line.style: {cell[2] for cell in line.cells} for line in statement.lines}
    assert opened["subtotal"] == opened["total"] == {""}
    assert all("account=" in line.cells[1][2] for line in statement.lines if not line.style)


def test_a_period_is_chosen_with_one_click_and_may_be_left_open(auditor: Client, book: Book) -> None:
    page = auditor.get(f"/b/{book.slug}/reports/platform-fees/")
    chosen = [preset.word for preset in page.context["presets"] if preset.chosen]
    assert chosen == ["This month"]
    whole = next(preset for preset in page.context["presets"] if preset.word == "All")
    answer = auditor.get(whole.url)
    assert {f.name: f.value for f in answer.context["fields"]}["from"] == ""
    assert "from=-" in answer.context["files"][0][2]


@pytest.mark.parametrize("query", ["days_from=x", "basis=never", "from=2026-10-31&to=2026-10-01"])
def test_what_cannot_be_made_is_said(auditor: Client, book: Book, query: str) -> None:
    page = auditor.get(f"/b/{book.slug}/reports/overdue/?{query}")
    assert page.status_code == 422
    assert 'role="alert"' in page.content.decode()


def test_a_file_has_control_totals_and_definitions(auditor: Client, book: Book) -> None:
    answer = auditor.get(f"/b/{book.slug}/reports/receivables-ageing/file/?format=csv")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert "Ageing total: " in text and " = receivable total of the collection: " in text
    assert "In wallets: Settled and still in the platform account." in text


def test_a_report_that_does_not_balance_is_refused_and_says_why(
    auditor: Client, book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huikuan.insight.reports.ageing.ZERO", Decimal("0.01"))
    page = auditor.get(f"/b/{book.slug}/reports/receivables-ageing/")
    assert page.status_code == 422
    assert "does not balance and is not shown" in page.content.decode()
    monkeypatch.setattr("huikuan.pipeline.reporting._is_stale", lambda _results, _decisions: True)
    page = auditor.get(f"/b/{book.slug}/reports/receivables-ageing/")
    assert page.status_code == 422
    assert "Reconcile, then ask again." in page.content.decode()


def test_an_empty_book_says_what_to_do(world: Any) -> None:
    owner = english(world.client("owner"))
    for name in OWN:
        assert "Import files" in owner.get(f"/b/{world.ours.book.slug}/reports/{name}/").content.decode(), name
