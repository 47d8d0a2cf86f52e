"""Loading the demo from the first page of an empty book: a book of its own, for administrators only."""

from __future__ import annotations

from typing import Any

import pytest

from huikuan.demo.seller import COMPANY
from huikuan.server.books import tasks
from huikuan.server.books.models import Book
from huikuan.server.documents.models import DocumentRow
from huikuan.server.jobs.models import Job
from huikuan.server.jobs.services import JobContext
from tests.server.world import World


@pytest.mark.engine
@pytest.mark.django_db
def test_the_demo_is_loaded_into_a_book_of_its_own(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "ORDERS", 60)
    monkeypatch.setattr(tasks, "MONTHS", 1)
    admin, book = world.client("admin"), world.ours.book
    assert admin.post("/b/ours/settings/demo").status_code == 302
    job = Job.objects.get(kind="demo", book=book)
    tasks.load_demo(JobContext(job), **job.params)
    job.refresh_from_db()
    made = Book.objects.get(name=COMPANY)
    assert job.result_url == f"/b/{made.slug}/"
    assert DocumentRow.objects.filter(book=made).exists() and not DocumentRow.objects.filter(book=book).exists()
    page: Any = admin.get("/b/ours/")
    assert f'href="/b/{made.slug}/"' in page.content.decode()


@pytest.mark.django_db
def test_who_is_no_administrator_is_not_offered_it(world: World) -> None:
    page = world.client("owner").get("/b/ours/").content.decode()
    assert "/settings/demo" not in page
    assert "/settings/demo" in world.client("admin").get("/b/ours/").content.decode()
