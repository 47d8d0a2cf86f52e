"""Background work: one issue of an automatic report."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from huikuan.records.messages import gettext_noop
from huikuan.server.delivery import services
from huikuan.server.delivery.models import Issue
from huikuan.server.jobs.services import JobContext, handler


@handler(services.JOB)
def deliver(context: JobContext, issue: int) -> dict[str, Any]:
    """Make and send an issue. A failure stands in the archive and on the home page, the job itself is done."""

    def told(stage: str, done: float, total: float) -> None:
        context.progress(int(done * 100), int(total * 100), gettext_noop("Reconciling: %(name)s"), name=stage)

    row = Issue.objects.select_related("book", "schedule").get(pk=issue, book=context.book)
    services.work(row, told)
    row.refresh_from_db()
    context.show_result_at(reverse("delivery:issue", args=[context.book.slug, row.pk]))
    return {"state": row.state, "sent": row.sendings.filter(state="sent").count()}
