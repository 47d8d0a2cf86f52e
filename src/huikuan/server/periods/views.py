"""Periods: the months with their figures, one period with its check list or its frozen copy, closing and reopening."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from huikuan.pipeline.periods.closed import Period, closed_periods, find_closed, period_of
from huikuan.records.errors import UserError
from huikuan.server.accounts.permissions import book_view
from huikuan.server.core.files import FILES
from huikuan.server.core.scope import period_label
from huikuan.server.core.shortcuts import book_url, done, toast
from huikuan.server.documents.library import library_book
from huikuan.server.periods import services, shown
from huikuan.server.periods.report import closed_report
from huikuan.server.reports.files import answer_as_file


def _period(name: str) -> Period:
    """The period of an address; Http404 for a name that is none."""
    try:
        return period_of(name)
    except UserError as error:
        raise Http404 from error


def _row(request: HttpRequest, name: str) -> services.PeriodRow:
    """A period of the book with its figures."""
    asked = _period(name)
    rows = services.periods_of(request.book)  # type: ignore[attr-defined]
    found = next((row for row in rows if row.period.name == name), None)
    return found or services.PeriodRow(asked, "open", [])


@require_GET
@book_view("view_money")
def page(request: HttpRequest) -> HttpResponse:
    """The months, and the weeks and days closed by themselves."""
    rows = services.periods_of(request.book)  # type: ignore[attr-defined]
    return render(request, "periods/list.html", {"lines": shown.lines(rows)})


@require_GET
@book_view("view_money")
def period(request: HttpRequest, name: str) -> HttpResponse:
    """A closed period: its frozen figures, what came late, its proof. An open one: what is to be looked at first."""
    request.nav_page = "periods:list"  # type: ignore[attr-defined]
    book = request.book  # type: ignore[attr-defined]
    row = _row(request, name)
    context: dict[str, Any] = {
        "row": row, "label": period_label(name), "job": services.closing_job(book, name),
        "figures": shown.lines([row]),
    }  # fmt: skip
    if row.closed is None:
        return render(request, "periods/open.html", context | _checked(request, name))
    files = [(word, icon, book_url(request, "periods:file", name, kind)) for kind, word, icon in FILES]
    context |= shown.closed(row.closed, services.control_of(book, row.closed), services.late_of(book, row.closed))
    return render(request, "periods/closed.html", context | {"export_menu": {"files": files}})


def _checked(request: HttpRequest, name: str) -> dict[str, Any]:
    """The check list, or why the period cannot be closed now."""
    try:
        found = services.checks(request.book, name)  # type: ignore[attr-defined]
    except UserError as error:
        return {"fault": str(error), "stale": error.code == "close.stale"}
    return {"checks": shown.checks(request, found), "left": sum(not each.ok for each in found)}


@require_http_methods(["GET", "POST"])
@book_view("close")
def close(request: HttpRequest, name: str) -> HttpResponse:
    """GET: what closing freezes, and what has to be accepted. POST: close in the background."""
    request.nav_page = "periods:list"  # type: ignore[attr-defined]
    book = request.book  # type: ignore[attr-defined]
    context: dict[str, Any] = {"period": _period(name), "label": period_label(name)}
    reason, status = request.POST.get("reason", ""), 200
    if request.method == "POST":
        try:
            accept_open = request.POST.get("accept_open") == "on"
            services.start_close(book, request, name, accept_open=accept_open, reason=reason)
        except UserError as error:
            context["fault"], status = str(error), 422
        else:
            toast(request, _("%(period)s is being closed.") % {"period": context["label"]})
            return done(request, book_url(request, "periods:period", name))
    context |= _checked(request, name) | {"reason": reason} | ({"fault": context["fault"]} if status == 422 else {})
    return render(request, "periods/close.html", context, status=status)


@require_http_methods(["GET", "POST"])
@book_view("reopen")
def reopen(request: HttpRequest, name: str) -> HttpResponse:
    """GET: what reopening means. POST: open the period again."""
    request.nav_page = "periods:list"  # type: ignore[attr-defined]
    book = request.book  # type: ignore[attr-defined]
    asked = _period(name)
    if request.method == "GET":
        find_closed(library_book(book), name)
    later = [each for each in closed_periods(library_book(book)) if each.first > asked.last]
    context: dict[str, Any] = {"period": asked, "label": period_label(name), "later": later}
    if request.method == "POST":
        try:
            services.reopen(book, request, name, request.POST.get("reason", ""))
        except UserError as error:
            return render(request, "periods/reopen.html", context | {"fault": str(error)}, status=422)
        toast(request, _("%(period)s is open again.") % {"period": context["label"]})
        return done(request, book_url(request, "periods:period", name))
    return render(request, "periods/reopen.html", context)


@require_GET
@book_view("export")
def file(request: HttpRequest, name: str, kind: str) -> HttpResponse:
    """The frozen figures as a file."""
    book = request.book  # type: ignore[attr-defined]
    _period(name)
    closed = find_closed(library_book(book), name)
    table = closed_report(book, closed, services.control_of(book, closed), services.late_of(book, closed))
    return answer_as_file(request, table, kind, {"period": name, "hash": closed.content_hash})
