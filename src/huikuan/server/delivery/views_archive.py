"""The archive: every issue of every report, its files, and what became of it."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from huikuan.server.accounts.permissions import book_view
from huikuan.server.audit.services import record
from huikuan.server.core.files import attachment
from huikuan.server.core.paging import keyset_page
from huikuan.server.core.shortcuts import book_url, done, toast
from huikuan.server.delivery import archive as kept
from huikuan.server.delivery import queries, services
from huikuan.server.delivery.files import open_file
from huikuan.server.delivery.forms import KeepForm
from huikuan.server.delivery.message import Message
from huikuan.server.delivery.models import Issue, Schedule
from huikuan.server.jobs.models import Job

STATES = ("failed", "late", "missed")


@require_GET
@book_view("view_money")
def archive(request: HttpRequest) -> HttpResponse:
    """Issues, newest first, filtered by state and schedule."""
    book = request.book  # type: ignore[attr-defined]
    state, wanted = request.GET.get("state", ""), request.GET.get("schedule", "")
    state = state if state in STATES else ""
    chosen = Schedule.objects.filter(book=book, pk=int(wanted)).first() if wanted.isdecimal() else None
    member = request.membership  # type: ignore[attr-defined]
    rows = queries.archive(book, member, state, chosen.pk if chosen else None)
    page = keyset_page(request, rows, ["-due_at", "-id"])
    counts = [(each, queries.archive(book, member, each).count()) for each in STATES]
    drawn = [(each, queries.badge_of(each)) for each in page.rows]
    context = {
        "page": page, "rows": drawn, "counts": dict(counts), "chosen": chosen, "state": state,
        "keep_days": kept.keep_days(book),
    }  # fmt: skip
    return render(request, "delivery/archive.html", context)


@require_GET
@book_view("view_money")
def issue(request: HttpRequest, pk: int) -> HttpResponse:
    """One issue: the message as it was sent, the files, each recipient with the outcome."""
    request.nav_page = "delivery:list"  # type: ignore[attr-defined]
    found = get_object_or_404(queries.archive(request.book, request.membership), pk=pk)  # type: ignore[attr-defined]
    job = Job.objects.filter(book=found.book, kind=services.JOB, params__issue=found.pk).first()
    context = {
        "issue": found, "badge": queries.badge_of(found), "job": job if job and job.active else None,
        "files": list(found.files.all()),
        "message": Message.from_plain(found.message) if found.message else None,
        "sendings": [(each, queries.SENDING_LOOKS[each.state]) for each in found.sendings.all()],
        "failure": queries.look_of(found)[1] in ("failed", "partly"),
    }  # fmt: skip
    return render(request, "delivery/issue.html", context)


@require_GET
@book_view("export")
def file(request: HttpRequest, pk: int, kind: str) -> StreamingHttpResponse:
    """A file of an issue, the very bytes that were sent."""
    found = _found(request, pk)
    made = found.files.filter(format=kind).first()
    if made is None:
        raise Http404
    record(request, "delivery.file", found, after={"format": kind, "sha256": made.sha256})
    return attachment(lambda: open_file(found.book, made), made.name, kind, made.size_bytes)


@require_POST
@book_view("rules")
def again(request: HttpRequest, pk: int) -> HttpResponse:
    """Send once more what did not arrive."""
    services.send_again(_found(request, pk), request)
    return done(request, book_url(request, "delivery:issue", pk))


@require_POST
@book_view("rules")
def dismiss(request: HttpRequest, pk: int) -> HttpResponse:
    """Note a failure, so that it is no work any more."""
    services.dismiss(_found(request, pk), request)
    toast(request, _("Noted."))
    return done(request, book_url(request, "delivery:issue", pk))


@require_http_methods(["GET", "POST"])
@book_view("rules")
def keep(request: HttpRequest) -> HttpResponse:
    """How long the files and messages of the archive are kept."""
    book = request.book  # type: ignore[attr-defined]
    request.nav_page = "delivery:list"  # type: ignore[attr-defined]
    form = KeepForm(request.POST or None, initial={"keep_days": kept.keep_days(book)})
    if request.method == "POST" and form.is_valid():
        kept.save_keep(book, form.cleaned_data["keep_days"], request)
        toast(request, _("Saved."))
        return done(request, book_url(request, "delivery:archive"))
    context = {"form": form, "title": _("How long reports are kept")}
    return render(request, "books/form.html", context, status=422 if form.errors else 200)


def _found(request: HttpRequest, pk: int) -> Issue:
    seen = Issue.objects.filter(queries.seen_by(request.membership), book=request.book)  # type: ignore[attr-defined]
    return get_object_or_404(seen, pk=pk)
