"""The list of jobs, one job's progress (a partial that polls itself every two seconds while it runs), cancelling."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET, require_POST

from huikuan.server.accounts.permissions import book_view
from huikuan.server.audit.services import record
from huikuan.server.core.shortcuts import book_url, done
from huikuan.server.jobs import queries, services
from huikuan.server.jobs.models import Job


@require_GET
@book_view("view_money")
def job_list(request: HttpRequest) -> HttpResponse:
    """All jobs of the book, latest first."""
    services.fail_interrupted()
    jobs = queries.jobs_of(request.book)  # type: ignore[attr-defined]
    template = "jobs/_list.html" if request.GET.get("part") == "list" else "jobs/list.html"
    return render(request, template, {"jobs": jobs, "any_active": any(job.active for job in jobs)})


@require_GET
@book_view("view_money")
def top(request: HttpRequest) -> HttpResponse:
    """The job shown in the top bar."""
    job = queries.job_of_top_bar(request.book, request.user)  # type: ignore[attr-defined]
    return render(request, "jobs/_top_job.html", {"job": job})


@require_GET
@book_view("view_money")
def detail(request: HttpRequest, pk: Any) -> HttpResponse:
    """One job: the polling partial, or the page around it. A page that waits for a job includes `jobs/_job.html`."""
    job = _job(request, pk)
    response = render(request, "jobs/_job.html" if request.headers.get("X-Poll") else "jobs/detail.html", {"job": job})
    if request.headers.get("X-Poll") and not job.active:
        response["HX-Trigger"] = "job:finished"
    return response


@require_POST
@book_view("match")
def cancel(request: HttpRequest, pk: Any) -> HttpResponse:
    """Ask a job to stop."""
    job = _job(request, pk)
    services.cancel(job, by=request)
    record(request, "job.cancel", f"job:{job.pk}")
    return done(request, book_url(request, "jobs:list"))


@require_POST
@book_view("view_money")
def read(request: HttpRequest, pk: Any) -> HttpResponse:
    """A failure was read: the top bar need not show it any more."""
    job = _job(request, pk)
    Job.objects.filter(pk=job.pk, created_by=request.user.pk).update(read=True)
    return done(request, book_url(request, "jobs:list"))


def _job(request: HttpRequest, pk: Any) -> Job:
    return get_object_or_404(Job.objects.select_related("book"), pk=pk, book=request.book)  # type: ignore[attr-defined]
