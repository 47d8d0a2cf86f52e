"""Lists shared by a link: what the recipient gets and when no more."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal as D
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from huikuan.server.audit.models import Entry
from huikuan.server.books.models import Book
from huikuan.server.exports import services, shares
from huikuan.server.exports.models import Share, clock_day
from huikuan.server.jobs.models import Job
from huikuan.server.jobs.services import enqueue
from tests.listed import listed
from tests.server.collection.conftest import english
from tests.server.collection.made import publish


@pytest.fixture
def book(world: Any) -> Book:
    publish(world.ours.book)
    return world.ours.book


def rows_of(answer: Any) -> list[dict[str, str]]:
    return listed(b"".join(answer.streaming_content))


def form(book: Book, **more: Any) -> dict[str, Any]:
    asked = {
        "recipient": "鼎信代账", "kind": "csv", "language": "en", "expires_on": clock_day(book) + timedelta(days=7),
        "columns": ["order_no", "shop", "overdue"], "masked": ["shop"],
    }  # fmt: skip
    return asked | more


def share(world: Any, book: Book, query: str = "?status=overdue", **more: Any) -> str:
    """The path of a new link."""
    page = english(world.client("owner")).post(f"/b/{book.slug}/shares/new/collection/{query}", form(book, **more))
    assert page.status_code == 200
    return re.search(r'value="https?://[^/"]+(/share/[^"]+)"', page.content.decode())[1]  # type: ignore[index]


def test_who_has_the_link_gets_the_chosen_columns_and_nothing_else(world: Any, book: Book) -> None:
    link, stranger = share(world, book), Client()
    page = stranger.get(link)
    assert page.status_code == 200
    assert "鼎信代账" in page.content.decode()
    rows = rows_of(stranger.post(link))
    assert [list(row) for row in rows] == [["Order number", "Shop", "Overdue"]] * 3
    assert {row["Order number"] for row in rows} == {"A4", "A5", "B2"}
    assert {row["Shop"] for row in rows} == {"…"}
    assert sum(D(row["Overdue"]) for row in rows) == D("470")
    made = Share.objects.get()
    assert made.used == 1
    assert link.rsplit("/", 1)[1] not in made.token_hash
    log = Entry.objects.filter(book=book, action__startswith="share.").order_by("id")
    assert [(entry.action, entry.actor) for entry in log] == [
        ("share.create", "owner"), ("share.download", "link: 鼎信代账"),
    ]  # fmt: skip


def test_a_link_opens_no_more_once_ended_or_past_its_day(world: Any, book: Book) -> None:
    link = share(world, book)
    Share.objects.update(expires_on=clock_day(book) - timedelta(days=1))
    assert Client().get(link).status_code == 404
    Share.objects.update(expires_on=clock_day(book), ended_at=None)
    assert Client().get(link).status_code == 200
    owner = english(world.client("owner"))
    owner.post(f"/b/{book.slug}/shares/{Share.objects.get().pk}/end/")
    assert "Ended" in owner.get(f"/b/{book.slug}/shares/").content.decode()
    assert Client().post(link).status_code == 404
    assert Client().get("/share/" + "x" * 43).status_code == 404


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"columns": []}, "at least one column"),
        ({"columns": ["order_no", "nothing"]}, "nothing"),
        ({"masked": ["receivable"]}, "receivable"),
        ({"expires_on": timezone.now().date() + timedelta(days=500)}, "within a year"),
    ],
)
def test_what_cannot_be_shared_is_said_at_its_field(world: Any, book: Book, wrong: dict[str, Any], said: str) -> None:
    page = english(world.client("owner")).post(f"/b/{book.slug}/shares/new/collection/", form(book, **wrong))
    assert page.status_code == 422
    assert said in page.content.decode()
    assert not Share.objects.exists()


def test_a_long_list_is_made_in_the_background_while_the_recipients_page_waits(
    world: Any, book: Book, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    monkeypatch.setattr(services, "AT_ONCE", 2)
    link, stranger = share(world, book), Client(headers={"Accept-Language": "en"})
    for _again in range(2):  # who asks twice does not have it made twice
        asked = stranger.post(link)
        assert (asked.status_code, asked["Location"]) == (302, f"{link}?wait=1")
    job = Job.objects.get(kind=shares.JOB)
    waiting = stranger.get(f"{link}?wait=1").content.decode()
    assert "The file is being made" in waiting and 'http-equiv="refresh"' in waiting and "<form" not in waiting
    with django_capture_on_commit_callbacks(execute=True):
        enqueue(job)
    ready = stranger.get(f"{link}?wait=1").content.decode()
    assert "The file is ready" in ready and "refresh" not in ready and Share.objects.get().used == 0
    rows = rows_of(stranger.post(f"{link}?wait=1"))
    assert {row["Order number"] for row in rows} == {"A4", "A5", "B2"} and {row["Shop"] for row in rows} == {"…"}
    assert Share.objects.get().used == 1
    assert Entry.objects.get(action="share.download").after == {"rows": 3}
    # Its file is the recipient's alone, of no other link; an hour later it is made anew.
    other = share(world, book, recipient="Other")
    assert "The file is ready" not in Client().get(f"{other}?wait=1").content.decode()
    assert world.client("auditor").get(f"/b/{book.slug}/export/file/{job.pk}/").status_code == 404
    Job.objects.filter(pk=job.pk).update(created_at=timezone.now() - timedelta(hours=2))
    assert stranger.post(link).status_code == 302 and Job.objects.filter(kind=shares.JOB).count() == 2
    Job.objects.filter(kind=shares.JOB).update(state="failed")
    assert "could not be made" in stranger.get(f"{link}?wait=1").content.decode()
    assert stranger.post(f"{link}?wait=1").status_code == 302 and Job.objects.filter(kind=shares.JOB).count() == 3


def test_a_list_is_counted_once(world: Any, book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    counted, real = [], services.listing

    def once(*told: Any) -> Any:
        counted.append(told)
        return real(*told)

    monkeypatch.setattr(services, "listing", once)
    answer = world.client("auditor").get(f"/b/{book.slug}/export/collection/?format=csv")
    assert len(rows_of(answer)) > 3 and len(counted) == 1
