"""Closing in the background."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from huikuan.records.messages import gettext_noop
from huikuan.server.jobs.services import JobContext, handler
from huikuan.server.periods import services


@handler(services.JOB)
def close(context: JobContext, period: str, accept_open: bool, reason: str, by: str) -> dict[str, Any]:
    """Close a period."""

    def told(stage: str, done: float, total: float) -> None:
        context.progress(int(done * 100), int(total * 100), gettext_noop("Reconciling: %(name)s"), name=stage)

    actor = context.job.created_by or by
    made = services.close(context.book, actor, period, accept_open=accept_open, reason=reason, progress=told)
    context.show_result_at(reverse("periods:period", args=[context.book.slug, period]))
    return {"period": period, "hash": made.content_hash}
