"""The report builder: put together, previewed, saved, shared, taken as a file; figures that open their records."""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from huikuan.server.audit.models import Entry
from huikuan.server.books.models import Book
from huikuan.server.reporting import report_of
from huikuan.server.reports.models import SavedReport
from huikuan.server.reports.saved import reports_of
from tests.server.collection.conftest import english
from tests.server.collection.made import publish

D = Decimal
HTMX = {"HX-Request": "true", "HX-Target": "builder"}
QUESTION = {"subject": "orders", "rows": ["shop"], "columns": ["status"], "measures": ["receivable"], "totals": True}


@pytest.fixture
def book(world: Any) -> Book:
    publish(world.ours.book)
    return world.ours.book


@pytest.fixture
def clerk(world: Any, book: Book) -> Client:
    return english(world.client("clerk"))


def state(**more: Any) -> str:
    return json.dumps({"q": QUESTION, "c": "stacked", **more})


def address(book: Book, rest: str = "builder/", **query: Any) -> str:
    return f"/b/{book.slug}/reports/{rest}?{urlencode({'period': '2026', **query}, doseq=True)}"


def body(answer: Any) -> str:
    return b"".join(answer.streaming_content).decode("utf-8-sig")


def test_a_report_is_put_together_by_clicking(clerk: Client, book: Book) -> None:
    page = clerk.get(address(book))
    assert page.status_code == 200
    assert "data-proof" in page.content.decode()
    told = page.context["draft"].state
    for words in ("remove columns status", "add measures collected", "add columns month", "move rows month"):
        step = clerk.get(address(book, state=told, form=1, totals="on", sort="", chart="bars", do=words), headers=HTMX)
        assert step.status_code == 200
        told = step.context["draft"].state
        assert step["HX-Push-Url"].startswith(f"/b/{book.slug}/reports/builder/?")
    question = step.context["answer"].question
    assert (question.rows, question.columns, question.measures) == (
        ("shop", "month"), (), ("receivable", "collected"),
    )  # fmt: skip
    assert step.context["draft"].changed
    assert "<html" not in step.content.decode()


def test_a_condition_is_chosen_from_the_values_there_are(clerk: Client, book: Book) -> None:
    edit = clerk.get(address(book, state=state(), do="edit status"))
    values = [value for value, _word, _ticked in edit.context["editing"]["values"]]
    assert "collected" in values
    done = clerk.get(address(book, state=state(), do="filter status", how="is_not", value=["collected"]))
    statuses = {column for block in done.context["answer"].blocks for (column,) in block.columns}
    assert statuses == set(values) - {"collected"}
    assert clerk.get(address(book, state=state(), do="filter status")).context["conditions"] == []


def test_every_figure_opens_records_with_the_same_total(clerk: Client, book: Book) -> None:
    page = clerk.get(address(book, state=state()))
    opened = 0
    for table in page.context["tables"]:
        for line in [*table.lines, table.totals]:
            for kind, value, url in line.cells:
                if kind == "money" and url and value is not None:
                    listed = clerk.get(url)
                    assert listed.status_code == 200
                    assert [total[1] for total in listed.context["totals"]] == [value]
                    assert sum(row["receivable"] for row in listed.context["page"].rows) == value
                    opened += 1
    assert opened > 8


def test_what_cannot_be_answered_is_said_in_place(clerk: Client, book: Book) -> None:
    for draft, words in (
        ({**QUESTION, "measures": []}, "Choose at least one measure"),
        ({**QUESTION, "rows": ["shop'; DROP TABLE x"]}, "is not known here"),
        ({**QUESTION, "top": 3, "sort": ""}, "what to sort by"),
    ):
        page = clerk.get(address(book, state=json.dumps({"q": draft})))
        assert words in page.context["fault"]
    assert clerk.get(address(book, state="no json")).status_code == 422
    assert clerk.get(address(book, "records/", subject="orders", f="[1]")).status_code == 422
    assert clerk.get(address(book, "records/", subject="orders", sort="1; DROP TABLE x")).status_code == 422
    assert clerk.get(address(book, "builder/file/", state=state(), format="exe")).status_code == 422


def test_saved_shared_opened_exported_changed_deleted(world: Any, clerk: Client, book: Book) -> None:
    told = {"state": state(), "title": "Receivables  by shop", "shared_with": ["accountant"]}
    answer = clerk.post(f"/b/{book.slug}/reports/builder/save/", told)
    kept = SavedReport.objects.get()
    assert answer["Location"] == f"/b/{book.slug}/reports/{kept.name}/"
    assert (kept.title, kept.owner) == ("Receivables by shop", world.users["clerk"])
    again = clerk.post(f"/b/{book.slug}/reports/builder/save/", told)
    assert (again.status_code, SavedReport.objects.count()) == (422, 1)

    page = clerk.get(address(book, f"{kept.name}/"))
    assert page.status_code == 200
    total = page.context["tables"][0].totals.cells[-1][1]
    file = clerk.get(address(book, f"{kept.name}/file/", format="csv"))
    lines = list(csv.reader(io.StringIO(body(file))))
    assert any(cell and cell.replace(",", "").startswith(f"{total:.2f}") for line in lines for cell in line)
    made = report_of(book, kept.name, {"from": "2026-01-01", "to": "2026-12-31"})
    assert made.sections[0].totals()[-1] == total  # type: ignore[index]
    assert kept.name in reports_of(book)

    seen = {role: english(world.client(role)).get(address(book, f"{kept.name}/")).status_code for role in world.users}
    assert seen == {"owner": 404, "accountant": 200, "clerk": 200, "warehouse": 403, "auditor": 404}
    assert kept.title in clerk.get(address(book, "")).content.decode()
    assert kept.title not in english(world.client("auditor")).get(address(book, "")).content.decode()
    accountant = english(world.client("accountant"))
    assert accountant.get(address(book, f"delete/{kept.pk}/")).status_code == 403

    changed = state(r=kept.pk, v=kept.version)
    theirs = accountant.post(f"/b/{book.slug}/reports/builder/save/", {"state": changed, "title": kept.title})
    assert theirs.status_code == 422, "not hers: she saves her own, under another title"
    mine = clerk.post(f"/b/{book.slug}/reports/builder/save/", {"state": changed, "title": "Renamed"})
    assert mine.status_code == 302
    late = clerk.post(f"/b/{book.slug}/reports/builder/save/", {"state": changed, "title": "Late"})
    assert (late.status_code, SavedReport.objects.get().title) == (422, "Renamed")
    assert clerk.post(f"/b/{book.slug}/reports/delete/{kept.pk}/").status_code == 302
    assert not SavedReport.objects.exists()
    actions = list(Entry.objects.filter(action__startswith="report.").order_by("id").values_list("action", flat=True))
    assert actions == ["report.save", "report.export", "report.save", "report.delete"]


def test_another_companys_reports_do_not_exist(world: Any, clerk: Client, book: Book) -> None:
    other = SavedReport.objects.create(book=world.theirs.book, title="Theirs", question=QUESTION, shared_with=["clerk"])
    for rest in (f"{other.name}/", f"{other.name}/file/", f"delete/{other.pk}/"):
        assert clerk.get(address(book, rest)).status_code == 404
    assert clerk.get(address(book, report=other.pk)).status_code == 404
    assert other.name not in reports_of(book)
