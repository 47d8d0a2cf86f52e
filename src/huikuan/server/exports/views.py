"""Taking a list away as a file, and sharing it by a link."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from huikuan.records.errors import UserError
from huikuan.server.accounts.permissions import book_view
from huikuan.server.core.files import CHOICES
from huikuan.server.core.shortcuts import book_url, done, toast
from huikuan.server.exports import services, shares
from huikuan.server.exports.forms import ShareForm
from huikuan.server.exports.lists import list_named
from huikuan.server.exports.models import Share


def _names(request: HttpRequest) -> bool:
    return bool(request.membership.may("view_counterparty"))  # type: ignore[attr-defined]


@require_GET
@book_view("export")
def export(request: HttpRequest, name: str) -> HttpResponseBase:
    """The file at once; a long list is made in the background, the job's page leads to the file."""
    wanted = list_named(name)
    if not request.membership.may(wanted.permission):  # type: ignore[attr-defined]
        raise PermissionDenied(wanted.permission)
    kind = request.GET.get("format", "xlsx")
    if kind not in dict(CHOICES):
        raise UserError("export.format", format=kind[:10], known=", ".join(dict(CHOICES)))
    asked, names = services.asked_of(request, wanted), _names(request)
    with services.opened(request.book, wanted, asked, names=names) as found:  # type: ignore[attr-defined]
        if not found.long:
            return services.answer(request, wanted, asked, kind, found)
    job = services.start_export(request, wanted, asked, kind, names=names)
    return done(request, book_url(request, "jobs:detail", job.pk))


@require_GET
@book_view("export")
def download(request: HttpRequest, pk: Any) -> HttpResponseBase:
    """The file a job has made; 404 for another book's job, or once the file is gone."""
    return services.job_file(request, pk, services.JOB)


@require_GET
@book_view("rules")
def share_list(request: HttpRequest) -> HttpResponse:
    """What is shared with whom, until when, and how often it was fetched."""
    found = Share.objects.filter(book=request.book).select_related("created_by")  # type: ignore[attr-defined]
    lines = [{"share": share, "title": _(list_named(share.list_name).title), "live": share.live} for share in found]
    return render(request, "exports/shares.html", {"lines": lines})


@require_http_methods(["GET", "POST"])
@book_view("rules")
def share(request: HttpRequest, name: str) -> HttpResponse:
    """Share a list with the filter of the address. The answer shows the link, once."""
    wanted = list_named(name)
    if not wanted.shareable:
        raise Http404
    request.nav_page = "exports:shares"  # type: ignore[attr-defined]
    asked = services.asked_of(request, wanted)
    form = ShareForm(
        request.POST or None,
        book=request.book,
        detail=wanted.detail,
        language=get_language() or "en",  # type: ignore[attr-defined]
    )
    context = {"form": form, "list_title": _(wanted.title), "title": _("Share the list")}
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        _share, token = shares.create(
            request, wanted, asked, told["recipient"], told["columns"], told["masked"], told["kind"], told["language"],
            told["expires_on"],
        )  # fmt: skip
        link = request.build_absolute_uri(reverse("share", args=[token]))
        return render(request, "exports/shared.html", context | {"share": _share, "link": link})
    return render(request, "exports/share.html", context, status=422 if form.is_bound else 200)


@require_POST
@book_view("rules")
def end_share(request: HttpRequest, pk: int) -> HttpResponse:
    """End a share: its link opens no more."""
    shares.end(request, get_object_or_404(Share, pk=pk, book=request.book, ended_at=None))  # type: ignore[attr-defined]
    toast(request, _("The link opens no more."))
    return done(request, book_url(request, "exports:shares"))


@never_cache
@require_http_methods(["GET", "POST"])
def open_share(request: HttpRequest, token: str) -> HttpResponseBase:
    """What the recipient of a link sees: what it is and until when; the file when they ask for it. The page waits
    (`?wait=1`) for a long one, which a job makes. Anybody who has the link; a link that is wrong, ended or past its day
    is 404."""
    found = shares.opened(token)
    if found is None:
        raise Http404
    job = shares.job_of(found) if request.GET.get("wait") else None
    if request.method == "POST" and job is not None and job.state == "done":
        return shares.made_file(found, job)
    if request.method == "POST":
        file = shares.file_of(found)
        if file is not None:
            return file
        shares.start_file(found)
        return HttpResponseRedirect(f"{request.path}?wait=1")
    context = {"share": found, "list_title": _(list_named(found.list_name).title), "job": job}
    return render(request, "exports/open.html", context)
