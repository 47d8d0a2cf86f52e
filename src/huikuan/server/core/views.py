"""Start, search, as-of date, help, error pages, health."""

from __future__ import annotations

import logging
from datetime import timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET

from huikuan.server.accounts.permissions import book_view
from huikuan.server.books.queries import books_of
from huikuan.server.core import search as searching
from huikuan.server.core.middleware import error_number
from huikuan.server.core.scope import LAST_BOOK

log = logging.getLogger("huikuan.server")


@require_GET
def start(request: HttpRequest) -> HttpResponse:
    """Go to the book last used, else the first; say so where there is none."""
    books = books_of(request.user)
    if not books:
        return render(request, "core/no_book.html")
    last = request.session.get(LAST_BOOK)
    chosen = next((book for book in books if book.pk == last), books[0])
    return redirect("core:home", chosen.slug)


@require_GET
@book_view("open_book")
def search(request: HttpRequest) -> HttpResponse:
    """What the search box finds. A single hit is gone to at once."""
    text = request.GET.get("q", "").strip()[:100]
    hits = searching.find(request, text)
    if len(hits) == 1:
        return redirect(hits[0].url)
    return render(request, "core/search.html", {"search_text": text, "hits": hits})


@require_GET
@book_view("open_book")
def as_of(request: HttpRequest) -> HttpResponse:
    """Choose the as-of date; leads back to the page one came from."""
    back = urlsplit(request.GET.get("back", ""))
    path = (
        back.path
        if back.path.startswith(f"/b/{request.book.slug}/") and not back.netloc
        else f"/b/{request.book.slug}/"
    )  # type: ignore[attr-defined]
    kept = [(name, value) for name, value in parse_qsl(back.query) if name not in ("as_of", "after", "page")]
    today_url = f"{path}?{urlencode(kept)}" if kept else path
    return render(request, "core/as_of.html", {"back_path": path, "kept": kept, "today_url": today_url})


@require_GET
@book_view("open_book")
def more(request: HttpRequest) -> HttpResponse:
    """All pages as a list, for the phone."""
    return render(request, "core/more.html")


@require_GET
@book_view("open_book")
def help_page(request: HttpRequest) -> HttpResponse:
    """What the program does and what its colours mean."""
    looks = [
        ("matched", _("Matched"), _("Agrees; nothing to do.")),
        ("difference", _("Difference"), _("Linked, but an amount is left over; or a file that was flagged.")),
        ("open", pgettext("status", "Open"), _("Nothing found yet; needs a person.")),
        ("not_due", _("Not due"), _("Inside its cycle, or not the business of this period.")),
        ("in_transit", _("In transit"), _("Left one place, expected at the next.")),
        ("overdue", _("Overdue"), _("Past its date, or refused: act.")),
        ("forced", _("Forced"), _("Closed by a person against the figures.")),
        ("closed", pgettext("period", "Closed"), _("The period is frozen.")),
    ]
    return render(request, "core/help.html", {"looks": looks})


@require_GET
def health(request: HttpRequest) -> HttpResponse:
    """For monitors: database answers, no job has lost its worker. 200 or 503, as JSON; tells nothing about data."""
    from huikuan.server.jobs.models import Job
    from huikuan.server.jobs.services import LOST_AFTER

    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    waiting_too_long = Job.objects.filter(
        state="waiting", created_at__lt=timezone.now() - timedelta(minutes=10)
    ).exists()
    lost = Job.objects.filter(state="running", heartbeat_at__lt=timezone.now() - LOST_AFTER).exists()
    worker = "stopped" if waiting_too_long or lost else "ok"
    return JsonResponse({"database": "ok", "worker": worker}, status=200 if worker == "ok" else 503)


def _error(request: HttpRequest, status: int, sentence: str, number: str = "", again: bool = False) -> HttpResponse:
    fragment = bool(request.headers.get("HX-Request"))
    template = "core/_fault.html" if fragment else "core/error.html"
    context = {"sentence": sentence, "number": number, "status": status, "again": again}
    return render(request, template, context, status=status)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403: one's own book, without the right."""
    return _error(request, 403, _("Your role does not allow this. Ask the book's owner to change it."))


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: a form without a valid token, mostly one that was open too long."""
    return _error(
        request, 403, _("This form was open too long. Load the page again and send it once more."), again=True
    )


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: nothing here, or another's."""
    return _error(request, 404, _("There is nothing here, or it belongs to a book you have no role in."))


def failed(request: HttpRequest) -> HttpResponse:
    """500: a fault of ours, with the number under which the log has it."""
    number = error_number()
    log.error("%s %s %s", number, request.method, request.path, exc_info=True)
    sentence = _("This did not work because of a fault in the program. What you entered before is safe.")
    return _error(request, 500, sentence, number, again=request.method == "GET")
