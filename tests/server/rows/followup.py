"""Rows of the follow-up pages."""

from __future__ import annotations

from typing import Any

from tests.server.rows import MATCH, MONEY, RULES, Row


def task(company: Any) -> tuple[Any, ...]:
    """A task of the company's book; the two books' tasks have different numbers."""
    from huikuan.server.followup.models import Task

    made, _made = Task.objects.get_or_create(
        book=company.book, number=company.book.pk, defaults={"title": "Ask the platform", "actor": "test"}
    )
    return (made.number,)


def file(company: Any) -> tuple[Any, ...]:
    """The task and a file of it."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    from huikuan.server.followup.attachments import attach
    from huikuan.server.followup.models import Task

    (number,) = task(company)
    made = Task.objects.get(book=company.book, number=number)
    found = made.attachments.filter(removed_at=None).first()
    return number, (found or attach(made, "test", SimpleUploadedFile("a.txt", b"said"))).pk


def claim(company: Any) -> tuple[Any, ...]:
    """A claim file that a job has made."""
    from huikuan.server.exports.services import file_of
    from huikuan.server.followup.views_claim import JOB
    from huikuan.server.jobs.models import Job

    job, _made = Job.objects.get_or_create(
        book=company.book, kind=JOB,
        defaults={"title": "Claim", "params": {"kind": "xlsx"}, "state": "done", "result": {"name": "claim.xlsx"}},
    )  # fmt: skip
    file_of(job).parent.mkdir(parents=True, exist_ok=True)
    file_of(job).write_bytes(b"PK")
    return (job.pk,)


ROWS = [
    Row("followup:list", MONEY),
    Row("followup:missing", MONEY),
    Row("followup:hand", MATCH, "post"),
    Row("followup:many", MATCH, "post"),
    Row("followup:claim", MONEY, "post"),
    Row("followup:download", MONEY, args=claim),
    Row("followup:task", MONEY, args=task),
    Row("followup:edit", MATCH, args=task),
    Row("followup:edit", MATCH, "post", task),
    Row("followup:end", MATCH, args=task),
    Row("followup:end", MATCH, "post", task),
    Row("followup:reopen", MATCH, "post", task),
    Row("followup:drop", MATCH, "post", task),
    Row("followup:note", MATCH, "post", task),
    Row("followup:attach", MATCH, "post", task),
    Row("followup:file", MONEY, args=file),
    Row("followup:detach", MATCH, "post", file),
    Row("followup:reminders", MONEY),
    Row("followup:remind_setting", RULES, "post"),
    Row("followup:remind_me", MATCH, "post"),
]
