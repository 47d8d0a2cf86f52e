"""Reports on screen and as files, and that they agree with the collection list."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from python_calamine import CalamineWorkbook

from huikuan.server.audit.models import Entry
from huikuan.server.books.models import Book
from tests.server.collection.conftest import english
from tests.server.collection.made import ORDERS, publish

D = Decimal


@pytest.fixture
def book(world: Any) -> Book:
    publish(world.ours.book)
    return world.ours.book


@pytest.fixture
def auditor(world: Any, book: Book) -> Client:
    return english(world.client("auditor"))


def address(book: Book, rest: str = "") -> str:
    return f"/b/{book.slug}/reports/{rest}"


def body(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


def test_every_report_is_on_the_list(auditor: Client, book: Book) -> None:
    page = auditor.get(address(book)).content.decode()
    for name in ("collection-summary", "bank-reconciliation"):
        assert address(book, f"{name}/") in page


@pytest.mark.parametrize("by", ["day", "week", "month"])
def test_the_summary_agrees_with_the_list(auditor: Client, book: Book, by: str) -> None:
    page = auditor.get(address(book, f"collection-summary/?by={by}&from=2026-09-01&to=2026-10-31"))
    assert page.status_code == 200
    table = page.context["tables"][0]
    listed = auditor.get(f"/b/{book.slug}/collection/?first=2026-09-01&last=2026-10-31").context["totals"][0]
    heads = [head for head, *_rest in table.heads]
    totals = dict(zip(heads, [value for _kind, value, _url in table.totals.cells], strict=True))
    assert (totals["Orders"], totals["Receivable"], totals["Collected"], totals["Overdue"]) == (
        listed["orders"], listed["receivable"], listed["collected"], listed["overdue"],
    )  # fmt: skip


def test_every_row_opens_its_orders(auditor: Client, book: Book) -> None:
    page = auditor.get(address(book, "collection-summary/?by=week&from=2026-10-01&to=2026-10-31"))
    seen = 0
    for table in page.context["tables"][:3]:
        number = [head for head, *_rest in table.heads].index("Orders")
        for line in table.lines:
            listed = auditor.get(line.cells[0][2])
            assert listed.status_code == 200
            assert sum(row["orders"] for row in listed.context["totals"]) == line.cells[number][1], line
            seen += 1
    assert seen > 10


def test_the_period_of_the_page_is_the_reports(auditor: Client, book: Book) -> None:
    page = auditor.get(address(book, "collection-summary/?period=2026-09"))
    values = {field.name: field.value for field in page.context["fields"]}
    assert (values["from"], values["to"]) == ("2026-09-01", "2026-09-30")


@pytest.mark.parametrize("kind", ["xlsx", "csv", "pdf"])
def test_files_hold_what_the_page_shows(auditor: Client, book: Book, kind: str) -> None:
    page = auditor.get(address(book, "collection-summary/?from=2026-09-01&to=2026-10-31&by=month"))
    link = next(url for word, _icon, url in page.context["files"] if word.lower() in (kind, "excel") and kind in url)
    answer = auditor.get(link)
    assert answer.status_code == 200
    content = body(answer)
    receivable = page.context["tables"][0].totals.cells[4][1]
    assert receivable == sum((o.row()["receivable"] for o in ORDERS if o.day), D(0))
    if kind == "xlsx":
        rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
        header = next(row for row in rows if "Receivable" in row)
        shops = [row for row in rows if row[0] in ("Shop A", "Shop B")]
        assert sum(D(str(row[header.index("Receivable")])) for row in shops) == receivable
    elif kind == "csv":
        assert any(f"{receivable:.2f}" in row for row in csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    else:
        assert content.startswith(b"%PDF")
    assert Entry.objects.filter(book=book, action="report.export").count() == 1


@pytest.mark.parametrize(
    "query", ["collection-summary/?by=year", "collection-summary/?from=yesterday", "bank-reconciliation/?account=None"]
)
def test_what_cannot_be_made_is_said(auditor: Client, book: Book, query: str) -> None:
    page = auditor.get(address(book, query))
    assert page.status_code == 422
    assert 'role="alert"' in page.content.decode()
    assert auditor.get(address(book, query.replace("/?", "/file/?"))).status_code == 422


def test_a_report_that_needs_an_account_asks_for_it(auditor: Client, book: Book) -> None:
    page = auditor.get(address(book, "bank-reconciliation/"))
    assert page.status_code == 200
    assert "Choose an account above." in page.content.decode()


def test_an_unknown_report_or_file_is_refused(auditor: Client, book: Book) -> None:
    assert auditor.get(address(book, "profit/")).status_code == 404
    assert auditor.get(address(book, "profit/file/")).status_code == 404
    assert auditor.get(address(book, "collection-summary/file/?format=docx")).status_code == 422


def test_before_the_first_run_the_next_step_is_shown(world: Any) -> None:
    page = english(world.client("owner")).get(address(world.ours.book, "collection-summary/"))
    assert page.status_code == 200
    assert "Import files" in page.content.decode()


def test_the_warehouse_and_others_stay_out(world: Any, book: Book) -> None:
    assert world.client("warehouse").get(address(book, "collection-summary/")).status_code == 403
    assert world.client("outsider").get(address(book, "collection-summary/")).status_code == 404
    assert english(world.client("owner")).post(address(book, "collection-summary/")).status_code == 405
