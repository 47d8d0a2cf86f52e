"""Reading jobs."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from huikuan.server.jobs.models import Job


def job_of_top_bar(book: Any, user: Any) -> Job | None:
    """The job the top bar shows: the latest that waits or runs or failed unread, else the latest done."""
    jobs = Job.objects.filter(book=book)
    pressing = jobs.filter(
        Q(state__in=("waiting", "running")) | Q(state="failed", read=False, created_by=user.pk)
    ).first()
    return pressing or jobs.filter(state="done").first()


def jobs_of(book: Any, count: int = 100) -> list[Job]:
    """The book's latest jobs, newest first."""
    return list(Job.objects.filter(book=book).select_related("created_by")[:count])
