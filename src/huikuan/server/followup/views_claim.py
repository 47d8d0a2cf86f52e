"""Taking the claim of selected orders, or of a task, away; a large one is made in the background."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import get_language
from django.views.decorators.http import require_GET, require_POST

from huikuan.records.errors import UserError
from huikuan.records.messages import gettext_noop
from huikuan.server.accounts.access import actor_name
from huikuan.server.accounts.permissions import book_view
from huikuan.server.core.shortcuts import book_url, done
from huikuan.server.exports.services import job_file
from huikuan.server.followup import claims
from huikuan.server.followup.chosen import as_of_of, chosen_of, read
from huikuan.server.followup.views import task_of
from huikuan.server.jobs.services import start
from huikuan.server.workbench.services import results

AT_ONCE = 5_000  # orders that are written while the person waits
JOB = "followup-claim"


@require_POST
@book_view("export")
def claim(request: HttpRequest) -> HttpResponseBase:
    """The claim of the selected orders, or of the task `task`, as Excel or as a letter."""
    book, day = request.book, as_of_of(request.scope)  # type: ignore[attr-defined]
    kind, number = request.POST.get("format", "xlsx"), request.POST.get("task", "")
    if kind not in claims.KINDS:
        raise UserError("followup.key")
    task = task_of(request, int(number)) if number.isdecimal() and len(number) < 10 else None
    chosen = claims.of_task(task) if task else chosen_of(request.POST)
    found = results(book, day)
    if task and not chosen.keys:
        raise UserError("followup.nothing_to_claim")
    picked = read(book, found, chosen, free=False)
    if len(picked.rows) <= AT_ONCE or kind == "pdf":
        return claims.answer(book, found, picked, kind, request, task)
    params = {
        "chosen": chosen.plain, "kind": kind, "by": actor_name(request), "language": get_language() or "en",
        "task": task.number if task else None, "as_of": day.isoformat() if day else None,
    }  # fmt: skip
    job = start(book, JOB, params, title=gettext_noop("Claim file"), by=request)
    return done(request, book_url(request, "jobs:detail", job.pk))


@require_GET
@book_view("export")
def download(request: HttpRequest, pk: Any) -> HttpResponseBase:
    """The file a job has made; 404 for another book's job, or once the file is gone."""
    return job_file(request, pk, JOB)
