"""Every list that a person sees can be taken away as it is filtered: Excel, CSV and PDF, by who may see it."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from python_calamine import CalamineWorkbook

from huikuan.server.audit.models import Entry
from huikuan.server.books.models import Book
from huikuan.server.followup import services
from huikuan.server.followup.models import Task
from tests.listed import head_of, listed
from tests.server.collection.conftest import english
from tests.server.collection.made import day
from tests.server.followup.test_tasks import Chosen, hand

PAGES = {
    "documents": "documents:list", "coverage": "documents:coverage", "audit": "audit:list", "jobs": "jobs:list",
    "rules": "books:rules", "items": "workbench:items", "approvals": "workbench:approvals",
    "missing": "followup:missing", "tasks": "followup:list",
}  # fmt: skip


@pytest.fixture
def accountant(world: Any, book: Book) -> Client:
    """An accountant of the book, with a task of his and one of nobody's."""
    users = world.users
    hand(book, users["clerk"], Chosen("missing", (("Shop A", "A4", "CNY"),)), owner=users["accountant"].pk)
    hand(book, users["clerk"], Chosen("missing", (("Shop A", "A5", "CNY"), ("Shop B", "B4", "USD"))), due_on=day(30))
    return english(world.client("accountant"))


def content(client: Client, book: Book, name: str, **asked: str) -> bytes:
    answer = client.get(reverse("exports:export", args=[book.slug, name]), asked)
    assert answer.status_code == 200, (name, answer.status_code)
    return b"".join(answer.streaming_content)  # type: ignore[attr-defined]


def rows(client: Client, book: Book, name: str, **asked: str) -> list[dict[str, str]]:
    return listed(content(client, book, name, format="csv", **asked))


@pytest.mark.parametrize("name", PAGES)
def test_each_page_has_the_menu_and_the_files_open(accountant: Client, book: Book, name: str, tmp_path: Path) -> None:
    page = accountant.get(reverse(PAGES[name], args=[book.slug])).content.decode()
    address = reverse("exports:export", args=[book.slug, name])
    assert all(f"{address}?" in page and f"format={kind}" in page for kind in ("xlsx", "csv", "pdf"))
    file = tmp_path / "list.xlsx"
    file.write_bytes(content(accountant, book, name, format="xlsx"))
    cells = {str(cell) for row in CalamineWorkbook.from_path(file).get_sheet_by_index(0).to_python() for cell in row}
    assert any("Ours" in cell for cell in cells)
    with zipfile.ZipFile(file) as parts:
        foot = parts.read("xl/worksheets/sheet1.xml").decode().partition("<oddFooter>")[2]
    assert "accountant" in foot


def test_tasks_are_told_as_the_list_is_filtered(world: Any, accountant: Client, book: Book) -> None:
    told = rows(accountant, book, "tasks")
    assert [(row["Task"], row["Currency"], row["Missing now"]) for row in told] == [
        ("F-2", "CNY", "20.00"), ("F-2", "USD", "70.00"), ("F-1", "CNY", "400.00"),
    ]  # fmt: skip
    assert {row["Task"] for row in rows(accountant, book, "tasks", q="A5")} == {"F-2"}
    page = accountant.get(reverse("followup:list", args=[book.slug]), {"show": "mine"}).content.decode()
    assert f"owner={world.users['accountant'].pk}" in page
    mine = rows(accountant, book, "tasks", show="mine", owner=str(world.users["accountant"].pk))
    assert [row["Task"] for row in mine] == ["F-1"]
    services.end(Task.objects.get(number=1), world.users["clerk"], "given_up", "too old")
    assert [row["Reason"] for row in rows(accountant, book, "tasks", show="ended")] == ["too old"]
    assert content(accountant, book, "tasks", format="pdf").startswith(b"%PDF")


def test_missing_orders_are_those_of_the_page_in_its_order(accountant: Client, book: Book) -> None:
    told = rows(accountant, book, "missing", sort="-missing", currency="CNY")
    assert [(row["Order number"], row["Task"]) for row in told] == [
        ("A4", "F-1"), ("A9", ""), ("A5", "F-2"), ("B2", ""), ("A1", ""),
    ]  # fmt: skip
    assert [row["Order number"] for row in rows(accountant, book, "missing", task="2")] == ["B4", "A5"]
    head = dict(
        line.partition(": ")[::2] for line in head_of(content(accountant, book, "missing", format="csv", q='A, "'))
    )
    assert {"Company": "Ours", "Filter": "A; '", "As of": "2026-10-31"}.items() <= head.items()
    assert head["Printed by"] == "accountant" and "Late and short orders" in head and head["Printed on"]
    refused = accountant.get(reverse("exports:export", args=[book.slug, "missing"]), {"task": "x", "format": "csv"})
    assert refused.status_code == 422


def test_the_audit_log_is_for_whom_it_is_shown_and_no_such_list_is_shared(
    world: Any, accountant: Client, book: Book
) -> None:
    told = rows(accountant, book, "audit", action="followup.create")
    assert len(told) == 2 and {row["What"] for row in told} == {"Follow-up task made"}
    audit = reverse("exports:export", args=[book.slug, "audit"])
    assert english(world.client("clerk")).get(audit, {"format": "csv"}).status_code == 403
    assert accountant.get(reverse("exports:share", args=[book.slug, "audit"])).status_code == 404
    assert Entry.objects.filter(action="list.export", after__list="audit").count() == 1
    section = {row["Section"] for row in rows(accountant, book, "rules")}
    assert {"shop", "account", "settlement_rule", "fee_rate"} <= section
