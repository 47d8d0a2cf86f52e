"""The pages of periods: list, check list, closing and reopening, the frozen copy on screen and as a file."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.urls import reverse
from python_calamine import CalamineWorkbook

from huikuan.pipeline.periods.closed import Closed, closed_periods
from huikuan.server.books.models import Book
from huikuan.server.documents.library import library_book
from huikuan.server.jobs.models import Job
from huikuan.server.periods.models import Closing
from huikuan.server.workbench.services import results

PAGES = "/b/ours/periods/"
OCTOBER = f"{PAGES}2026-10/"


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def test_a_month_is_closed_on_the_page_with_what_is_open_accepted(
    book: Book, world: Any, django_capture_on_commit_callbacks: Any
) -> None:
    client = world.client("accountant")
    assert "Not closed" in text(client.get(PAGES))
    assert "Sep 2026 has ended and is not closed" in text(client.get("/b/ours/"))
    assert "is not closed" not in text(world.client("clerk").get("/b/ours/")), "a clerk does not close"
    asked = text(client.get(OCTOBER))
    assert "that need work: " in asked and "(Orders and settlement" in asked and f'href="{OCTOBER}close"' in asked
    assert "Earlier months that are not closed: 1 (2026-09)" in text(client.get(f"{OCTOBER}close"))
    refused = client.post(f"{OCTOBER}close", {"reason": "month end"})
    assert refused.status_code == 422 and "is not closed yet" in text(refused)
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(f"{OCTOBER}close", {"reason": "month end", "accept_open": "on"})
    assert answer.status_code == 302 and answer["Location"] == OCTOBER
    assert Job.objects.get(kind="close").state == "done"
    assert Closing.objects.get(book=book, live=True).actor == "accountant"
    (made,) = closed_periods(library_book(book))
    assert {each["code"] for each in made.manifest["accepted"]} >= {"work", "earlier"}
    assert "Reopen…" not in text(client.get(OCTOBER)), "only the owner reopens"
    assert client.get(f"{OCTOBER}reopen").status_code == 403


def test_the_frozen_copy_is_shown_and_given_until_the_owner_reopens(october: Closed, book: Book, world: Any) -> None:
    client = world.client("auditor")
    shown = text(client.get(OCTOBER))
    orders = next(row for row in october.statement if (row["name"], row["side"]) == ("order-settlement", "left"))
    for told in (october.content_hash, f"{orders['total']:,.2f}", f"{orders['open']:,.2f}", "month end", "adds up"):
        assert told in shown
    lines = results(book).links("payout-bank", limit=50).rows
    line = next(row["record_key"] for row in lines if row["record_key"].startswith("bank_line:"))
    source = text(client.get(reverse("documents:source", args=["ours", line])))
    assert "Frozen in the closed period 2026-10." in source
    answer = client.get(f"{OCTOBER}file/xlsx")
    assert answer.status_code == 200
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(answer.streaming_content)))
    cells = [
        cell for name in workbook.sheet_names for row in workbook.get_sheet_by_name(name).to_python() for cell in row
    ]
    assert any(october.content_hash in str(cell) for cell in cells)
    assert pytest.approx(float(orders["total"])) in [cell for cell in cells if isinstance(cell, float)]
    digests = {told["sha256"] for told in october.manifest["documents"]}
    assert digests <= set(cells)

    client = world.client("owner")
    assert client.post(f"{OCTOBER}reopen", {"reason": ""}).status_code == 422
    assert client.post(f"{OCTOBER}reopen", {"reason": "a file is missing"}).status_code == 302
    assert closed_periods(library_book(book)) == []
    assert "Before closing" in text(client.get(OCTOBER))
    assert client.get(f"{OCTOBER}file/xlsx").status_code == 422
    assert client.get(f"{PAGES}2026-13/").status_code == 404
