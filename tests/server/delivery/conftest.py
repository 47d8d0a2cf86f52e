"""A book with a small published run, and the servers that reports are sent to."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

import pytest

from huikuan.pipeline.plain import hash_of
from huikuan.pipeline.runs import published as runs
from huikuan.server.books.models import Book
from huikuan.server.books.services import rules_of
from huikuan.server.delivery import services
from huikuan.server.delivery.models import Channel, Schedule
from tests.server.collection.made import publish
from tests.server.delivery.receivers import SECRET, USER, Mailbox, Robots, certificate, mail_server, web_server


def publish_current(book: Book) -> None:
    """Publish the small run as one that nothing is newer than."""
    folder = publish(book)
    manifest = dataclasses.replace(runs.read_manifest(folder), rules=hash_of(rules_of(book)))
    (folder / runs.MANIFEST).write_text(manifest.to_json(), encoding="utf-8")


@pytest.fixture
def book(world: Any) -> Book:
    publish_current(world.ours.book)
    return world.ours.book


@pytest.fixture
def mailbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    """A mail server that asks for STARTTLS and login; the environment names it."""
    file, context = certificate(tmp_path)
    with mail_server(context) as (box, port):
        monkeypatch.setenv("SSL_CERT_FILE", str(file))
        for name, value in {
            "HOST": "127.0.0.1", "PORT": str(port), "SECURITY": "starttls", "USER": USER, "PASSWORD": SECRET,
            "FROM": "huikuan@example.com",
        }.items():  # fmt: skip
            monkeypatch.setenv(f"HUIKUAN_SMTP_{name}", value)
        yield box


@pytest.fixture
def robots(settings: Any) -> Iterator[tuple[Robots, str]]:
    settings.WEBHOOK_HOSTS = ["127.0.0.1"]
    settings.ADDRESS = "https://books.example.com/"
    with web_server() as (found, address):
        yield found, address


def moment(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    """A UTC moment of 2026; 01:00 is 09:00 in the book's zone."""
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


def make_schedule(book: Book, by: Any, channels: list[Channel] | None = None, **values: Any) -> Schedule:
    """The collection of yesterday, daily at 09:00, in English."""
    told = {"name": "Morning", "report": "collection-summary", "period": "this_month", "at": time(9), "language": "en",
            "formats": ["csv"], "emails": ["boss@example.com"]} | values  # fmt: skip
    return services.save_schedule(Schedule(book=book, **told), channels or [], by)


def make_channel(book: Book, by: Any, kind: str, url: str, secret: str = SECRET) -> Channel:
    return services.save_channel(
        Channel(book=book, name=f"{kind} {book.channels.count() + 1}", kind=kind), by, url, secret
    )
