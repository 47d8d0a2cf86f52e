"""Rows of automatic reports."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Any

from tests.server.rows import MONEY, RULES, Row


def schedule(company: Any) -> tuple[int]:
    """A schedule of the book, with an issue in its archive."""
    from huikuan.server.delivery.models import Issue, Schedule

    values = {"report": "collection-summary", "period": "yesterday", "at": time(9), "language": "en"}
    found, _new = Schedule.objects.get_or_create(
        book=company.book, name="Daily", defaults=values | {"emails": ["a@example.com"], "paused": True}
    )
    named = {"book": company.book, "schedule": found, "due_at": datetime(2026, 10, 1, tzinfo=UTC)}
    Issue.objects.get_or_create(**named, defaults={"name": "Daily", "report": found.report, "state": "failed"})
    return (found.pk,)


def issue(company: Any) -> tuple[int]:
    """That issue."""
    from huikuan.server.delivery.models import Issue

    return (Issue.objects.filter(schedule=schedule(company)[0]).values_list("pk", flat=True)[0],)


def issue_file(company: Any) -> tuple[int, str]:
    """Its file, as the archive keeps it."""
    from pathlib import Path
    from tempfile import TemporaryDirectory

    from huikuan.server.delivery.files import store_of
    from huikuan.server.delivery.models import IssueFile

    pk = issue(company)[0]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a.csv"
        path.write_text(company.book.slug, encoding="utf-8")
        kept = {"name": "a.csv", "sha256": store_of(company.book).store(path), "size_bytes": path.stat().st_size}
    IssueFile.objects.get_or_create(issue_id=pk, format="csv", defaults=kept)
    return pk, "csv"


def channel(company: Any) -> tuple[int]:
    """A webhook of the book."""
    from huikuan.server.delivery.models import Channel

    values = {"kind": "wecom", "hint": "qyapi.weixin.qq.com/…0000"}
    return (Channel.objects.get_or_create(book=company.book, name="Group", defaults=values)[0].pk,)


ROWS = [
    Row("delivery:list", MONEY),
    Row("delivery:archive", MONEY),
    Row("delivery:issue", MONEY, args=issue),
    Row("delivery:keep", RULES),
    Row("delivery:keep", RULES, "post"),
    Row("delivery:file", MONEY, args=issue_file),
    Row("delivery:channels", MONEY),
    *[
        Row(name, RULES, method, args)
        for method in ("get", "post")
        for name, args in (
            ("delivery:new", lambda _company: ()),
            ("delivery:edit", schedule),
            ("delivery:remove", schedule),
            ("delivery:send", schedule),
            ("delivery:channel_new", lambda _company: ()),
            ("delivery:channel", channel),
        )
    ],
    Row("delivery:pause", RULES, "post", schedule),
    Row("delivery:try", RULES, "post", schedule),
    Row("delivery:again", RULES, "post", issue),
    Row("delivery:dismiss", RULES, "post", issue),
    Row("delivery:channel_remove", RULES, "post", channel),
    Row("delivery:channel_try", RULES, "post", channel),
    Row("delivery:mail", "", "get"),  # administrators of the installation only
    Row("delivery:mail", "", "post"),
    Row("delivery:mail_try", "", "post"),
]
