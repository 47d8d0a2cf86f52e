"""Background work: thousands of orders handed over at once, many tasks changed."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from django.urls import reverse
from django.utils import timezone, translation

from huikuan.insight.collection.claim import ClaimOrder
from huikuan.records.errors import UserError
from huikuan.records.messages import gettext_noop
from huikuan.server.exports.services import write_job_file
from huikuan.server.followup import claims, reminder_mail, services
from huikuan.server.followup.chosen import Chosen, read
from huikuan.server.followup.models import Task
from huikuan.server.followup.services import Handing
from huikuan.server.jobs.services import JobContext, handler
from huikuan.server.workbench.services import results


@handler("followup-hand")
def hand_over(context: JobContext, chosen: dict[str, Any], handing: dict[str, Any], by: str, language: str) -> Any:
    """Hand selected orders over, all or none; the result leads to the tasks."""
    book, actor = context.book, context.job.created_by or by
    context.progress(0, 2, gettext_noop("Reading the orders"))
    due_on = date.fromisoformat(handing["due_on"]) if handing["due_on"] else None
    with translation.override(language):
        context.progress(1, 2, gettext_noop("Handing them over"))
        handed = services.hand(
            book, actor, results(book), Chosen.of_plain(chosen), Handing(**{**handing, "due_on": due_on})
        )
        told = handed.sentence
    context.progress(2, 2)
    only = handed.tasks[0] if len(handed.tasks) == 1 else None
    context.show_result_at(
        reverse("followup:task", args=[book.slug, only.number]) if only else reverse("followup:list", args=[book.slug])
    )
    return {"orders": handed.orders, "held": handed.held, "nothing": handed.nothing, "told": told}


@handler("followup-many")
def many(context: JobContext, numbers: list[int], do: str, values: dict[str, Any], by: str) -> Any:
    """Do one thing with many tasks, all or none."""
    book, actor = context.book, context.job.created_by or by
    context.progress(0, len(numbers), gettext_noop("Changing the tasks"))
    told = {
        name: date.fromisoformat(value) if value and name.endswith("_on") else value for name, value in values.items()
    }
    changed, ended = services.many(book, actor, numbers, do, told)
    if not changed and not ended:
        raise UserError("followup.nothing_chosen")
    context.progress(len(numbers), len(numbers))
    context.show_result_at(reverse("followup:list", args=[book.slug]))
    return {"changed": changed, "ended": ended}


@handler("followup-claim")
def claim_file(
    context: JobContext, chosen: dict[str, Any], kind: str, by: str, language: str, task: int | None, as_of: str | None
) -> Any:
    """Write a large claim; the result leads to the file."""
    book = context.book
    found = results(book, date.fromisoformat(as_of) if as_of else None)
    of = Task.objects.filter(book=book, number=task).first() if task else None
    claimed: list[ClaimOrder] = []

    def write(path: Path) -> tuple[int, str]:
        picked = read(book, found, Chosen.of_plain(chosen), free=False)
        claimed.extend(claims.write(book, found, picked, kind, path, by, of))
        return len(claimed), claims.file_name(book, found, kind, of)

    count, name = write_job_file(context, language, "followup:download", write)
    claims.told(book, context.job.created_by or by, kind, claimed, of)
    return {"orders": count, "name": name}


@handler(reminder_mail.JOB)
def remind(context: JobContext) -> Any:
    """Send the reminders of a book that wait. A failure stands on the page of reminders, the job itself is done."""
    now = timezone.now()
    rows = list(reminder_mail.pending(now, context.book))
    for number, row in enumerate(rows):
        context.progress(number, len(rows), gettext_noop("Sending reminders"))
        reminder_mail.send(row, now)
    context.show_result_at(reverse("followup:reminders", args=[context.book.slug]))
    return {"sent": sum(row.state == "sent" for row in rows)}
