"""Rows of lists as files and shared lists."""

from __future__ import annotations

from typing import Any

from tests.server.rows import MONEY, RULES, Row


def exported(company: Any) -> tuple[Any, ...]:
    """A finished export of a list of the company's book; made anew where a test has rolled it back."""
    from huikuan.server.exports.services import JOB, file_of
    from huikuan.server.jobs.models import Job

    job, _made = Job.objects.get_or_create(
        book=company.book,
        kind=JOB,
        defaults={"title": "Export", "params": {"kind": "csv"}, "state": "done", "result": {"name": "list.csv"}},
    )
    file_of(job).parent.mkdir(parents=True, exist_ok=True)
    file_of(job).write_text("order_no\n", encoding="utf-8")
    return (job.pk,)


def shared(company: Any) -> tuple[Any, ...]:
    """A share of the company's book."""
    from datetime import timedelta

    from huikuan.server.exports.models import Share, clock_day

    values = {"kind": "csv", "language": "en", "expires_on": clock_day(company.book) + timedelta(days=1)}
    share, _made = Share.objects.get_or_create(
        book=company.book, list_name="collection", token_hash=str(company.book.pk), defaults=values
    )
    return (share.pk,)


def named(_company: Any) -> tuple[Any, ...]:
    """A list's name."""
    return ("collection",)


ROWS = [
    Row("exports:export", MONEY, args=named),
    Row("exports:download", MONEY, args=exported),
    Row("exports:shares", RULES),
    Row("exports:share", RULES, args=named),
    Row("exports:share", RULES, "post", args=named),
    Row("exports:end_share", RULES, "post", args=shared),
]
