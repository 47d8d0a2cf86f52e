"""Rows of the collection list."""

from __future__ import annotations

from typing import Any

from tests.server.rows import MATCH, MONEY, Row


def exported(company: Any) -> tuple[Any, ...]:
    """A finished export of the list of the company's book; made anew where a test has rolled it back."""
    from huikuan.server.collection.services import JOB, file_of
    from huikuan.server.jobs.models import Job

    job, _made = Job.objects.get_or_create(
        book=company.book,
        kind=JOB,
        defaults={"title": "Export", "params": {"kind": "csv"}, "state": "done", "result": {"name": "list.csv"}},
    )
    file_of(job).parent.mkdir(parents=True, exist_ok=True)
    file_of(job).write_text("order_no\n", encoding="utf-8")
    return (job.pk,)


ROWS = [
    Row("collection:list", MONEY),
    Row("collection:run", MATCH, "post"),
    Row("collection:export", MONEY),
    Row("collection:download", MONEY, args=exported),
]
