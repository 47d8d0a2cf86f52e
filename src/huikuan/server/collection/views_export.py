"""Taking the collection list away: the orders of exactly this filter, as Excel, CSV or PDF."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from huikuan.records.errors import UserError
from huikuan.server.accounts.permissions import book_view
from huikuan.server.collection import queries, services
from huikuan.server.collection.filters import filter_of
from huikuan.server.collection.shown import FILTER_NAMES
from huikuan.server.collection.views import nothing_yet
from huikuan.server.core.shortcuts import book_url, done
from huikuan.server.jobs.models import Job


@require_GET
@book_view("export")
def export(request: HttpRequest) -> HttpResponseBase:
    """The file at once; a long list is made in the background, the job's page leads to the file."""
    book, scope = request.book, request.scope  # type: ignore[attr-defined]
    found = queries.published(book, scope)
    if found is None:
        return nothing_yet(request, "collection:list")
    form, wanted = filter_of(request.GET, found.manifest.as_of)
    kind = request.GET.get("format", "xlsx")
    if wanted is None or kind not in services.FORMATS:
        return render(request, "collection/fault.html", {"form": form}, status=422)
    count = sum(row["orders"] for row in queries.by_currency(queries.summary(found, wanted), wanted.status))
    if kind == "pdf" and count > services.PDF_ROWS:
        raise UserError("export.pdf_long", count=f"{count:,}", most=f"{services.PDF_ROWS:,}")
    if count > services.AT_ONCE:
        job = services.start_export(book, request, _asked(request), kind)
        return done(request, book_url(request, "jobs:detail", job.pk))
    return services.answer(book, found, wanted, kind, request)


def _asked(request: HttpRequest) -> dict[str, str]:
    asked = {name: value for name in (*FILTER_NAMES, "sort") if (value := request.GET.get(name, ""))}
    scope = request.scope  # type: ignore[attr-defined]
    return asked | ({"as_of": scope.as_of.isoformat()} if scope.historical else {})


@require_GET
@book_view("export")
def download(request: HttpRequest, pk: Any) -> HttpResponseBase:
    """The file a job has made; 404 for another book's job, or once the file is gone."""
    job = get_object_or_404(Job, pk=pk, book=request.book, kind=services.JOB, state="done")  # type: ignore[attr-defined]
    path = services.file_of(job)
    if not path.exists():
        raise Http404
    return services.attachment(path, str(job.params.get("kind", "")), str((job.result or {}).get("name", path.name)))
