"""Which days the documents of a book cover: all shops and accounts at a glance, one of them day by day."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.dateparse import parse_date
from django.utils.translation import gettext, gettext_noop
from django.views.decorators.http import require_GET, require_POST

from huikuan.pipeline.documents.coverage import Coverage
from huikuan.server.accounts.permissions import book_view
from huikuan.server.core.shortcuts import book_url, done, toast
from huikuan.server.documents import coverage_shown as shown
from huikuan.server.documents import queries, quiet
from huikuan.server.documents.coverage import coverage_of
from huikuan.server.documents.models import DocumentRow, QuietDays

ALERTS_SHOWN = 30
OVERLAPS_SHOWN = 30
RHYTHM_WORDS = {
    "daily": gettext_noop("daily"), "weekly": gettext_noop("weekly"), "fortnightly": gettext_noop("every two weeks"),
    "monthly": gettext_noop("monthly"), "quarterly": gettext_noop("quarterly"), "": gettext_noop("irregular"),
}  # fmt: skip


def _year(request: HttpRequest, years: Sequence[int], streams: Sequence[Coverage]) -> int:
    """The year asked for, else the latest that has days covered."""
    asked = request.GET.get("year", "")
    if asked.isdecimal() and int(asked) in years:
        return int(asked)
    return max((stream.last.year for stream in streams if stream.last), default=years[0])


@require_GET
@book_view("view_money")
def coverage(request: HttpRequest) -> HttpResponse:
    """A strip of a year's months per shop and account; above, what is missing and what to do."""
    streams = coverage_of(request.book, request.scope.as_of)  # type: ignore[attr-defined]
    years = shown.years_of(streams, request.scope.as_of)  # type: ignore[attr-defined]
    year = _year(request, years, streams)
    alerts = shown.alerts(streams, request.scope.as_of)
    context = {
        "strips": [shown.strip_of(stream, year) for stream in streams],
        "year": year, "years": years[:12], "alerts": alerts[:ALERTS_SHOWN], "more": max(0, len(alerts) - ALERTS_SHOWN),
        "titles": queries.format_titles(), "legend": [(state, shown.state_name(state)) for state in shown.STATES],
        "months": range(1, 13),
    }  # fmt: skip
    return render(request, "documents/coverage.html", context)


@require_GET
@book_view("view_money")
def stream(request: HttpRequest, key: str) -> HttpResponse:
    """One shop or account: its days, what is missing, what is told more than once."""
    found, today = _stream(request, key), request.scope.as_of  # type: ignore[attr-defined]
    years = shown.years_of([found], today)
    year = _year(request, years, [found])
    overlaps = shown.joined_overlaps(found)
    ids = {each for span in overlaps[:OVERLAPS_SHOWN] for each in span.documents}
    rows = {row.document_id: row for row in DocumentRow.objects.filter(book=request.book, document_id__in=ids)}  # type: ignore[attr-defined]
    context = {
        "stream": found, "year": year, "years": years[:12], "calendar": shown.calendar_of(found, year),
        "alerts": shown.alerts([found], today), "hints": shown.hints(found, today),
        "quiet": quiet.quiet_of(request.book, found),  # type: ignore[attr-defined]
        "overlaps": [(span, [rows[each] for each in span.documents if each in rows])
                     for span in overlaps[:OVERLAPS_SHOWN]],
        "more": max(0, len(overlaps) - OVERLAPS_SHOWN), "files": len(found.documents) + len(found.undated),
        "titles": queries.format_titles(), "legend": [(state, shown.state_name(state)) for state in shown.STATES],
        "rhythm": gettext(RHYTHM_WORDS[found.rhythm]),
        "next": shown.expected_text(found.expected) if found.expected else "",
    }  # fmt: skip
    return render(request, "documents/stream.html", context)


def _stream(request: HttpRequest, key: str) -> Coverage:
    found = quiet.stream_of(request.book, key, request.scope.as_of)  # type: ignore[attr-defined]
    if found is None:
        raise Http404
    return found


@require_POST
@book_view("match")
def say_quiet(request: HttpRequest, key: str) -> HttpResponse:
    """Mark days as days without business."""
    first, last = (parse_date(request.POST.get(name, "")) for name in ("first", "last"))
    if first and last:
        quiet.say_quiet(request.book, request, _stream(request, key), first, last)  # type: ignore[attr-defined]
        toast(request, gettext("Marked: no business on these days."))
    return done(request, book_url(request, "documents:stream", key))


@require_POST
@book_view("match")
def undo_quiet(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    """Take the mark of some days back."""
    said = get_object_or_404(QuietDays, book=request.book, stream=key, pk=pk)  # type: ignore[attr-defined]
    quiet.take_back(request.book, request, said.pk)  # type: ignore[attr-defined]
    toast(request, gettext("The days are asked for again."))
    return done(request, book_url(request, "documents:stream", key))
