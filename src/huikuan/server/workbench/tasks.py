"""Background reconciliation."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.urls import reverse

from huikuan.pipeline.runs.reconciling import Asked
from huikuan.records.messages import gettext_noop
from huikuan.server.jobs.services import JobContext, handler
from huikuan.server.workbench import services, what_if


@handler("reconcile")
def reconcile(
    context: JobContext, as_of: str | None, date_from: str | None, date_to: str | None, by: str
) -> dict[str, Any]:
    """Run all reconciliations and publish."""

    def day(text: str | None) -> date | None:
        return date.fromisoformat(text) if text else None

    def told(stage: str, done: float, total: float) -> None:
        context.progress(int(done * 100), int(total * 100), gettext_noop("Reconciling: %(name)s"), name=stage)

    asked = Asked((), day(as_of), day(date_from), day(date_to))
    manifest = services.reconcile(context.book, context.job.created_by or by, asked, told)
    for follow in services.AFTER_RUN:
        follow(context.book, manifest)
    return {"run": manifest.run, "as_of": manifest.as_of, "rows": {k: dict(v) for k, v in manifest.rows.items()}}


@handler(what_if.JOB)
def compare(
    context: JobContext,
    change: dict[str, Any],
    names: list[str],
    as_of: str | None,
    date_from: str | None,
    date_to: str | None,
) -> dict[str, Any]:
    """Compare the results with those of changed rules; nothing is published."""
    days = [date.fromisoformat(day) if day else None for day in (as_of, date_from, date_to)]

    def told(stage: str, done: float, total: float) -> None:
        context.progress(int(done * 100), int(total * 100), gettext_noop("Comparing: %(name)s"), name=stage)

    found = what_if.compare(context.book, change, names, Asked((), *days), told)
    context.show_result_at(reverse("workbench:what_if_result", args=[context.book.slug, context.job.pk]))
    return {"folder": found.folder.name, "rows": sum(each.rows for each in found.counted)}
