"""Analysis: what the program found, and pictures of sales and collection."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from huikuan.pipeline.analysis import explore
from huikuan.records.errors import UserError
from huikuan.server.accounts.permissions import book_view
from huikuan.server.analysis import services, shown_exploration, shown_findings
from huikuan.server.collection import queries
from huikuan.server.collection.views import nothing_yet
from huikuan.server.core.shortcuts import book_url, done, toast
from huikuan.server.workbench.overview import is_stale

LISTED = 15


@require_GET
@book_view("view_money")
def page(request: HttpRequest) -> HttpResponse:
    """Findings on top, then funnel, cohorts, the largest, rates."""
    book, scope = request.book, request.scope  # type: ignore[attr-defined]
    found = queries.published(book, scope)
    if found is None:
        return nothing_yet(request, "analysis:list")
    told = services.found_of(book, found)
    standing, aside = services.listed(book, told) if told else ([], [])
    job = None if told else services.working(book, found, again=not request.headers.get("HX-Request"))
    currencies = queries.currencies_of(found)
    asked = request.GET.get("currency", "")
    currency = asked if asked in currencies else book.currency if book.currency in currencies else ""
    currency = currency or (currencies[0] if currencies else "")
    chosen = shown_exploration.chosen(request, found, currency)
    explored = explore(found, chosen.wanted, scope.date_from, queries.last_day(found, scope), LISTED)
    context: dict[str, Any] = {
        "as_of": found.manifest.as_of, "year": found.manifest.as_of.year, "stale": is_stale(book, found),
        "told": told, "job": job,
        "findings": [shown_findings.shown(request, each, found.manifest.as_of) for each in standing],
        "aside": [shown_findings.shown(request, each, found.manifest.as_of) for each in aside],
        "currencies": currencies, "currency": currency, "chosen": chosen,
        "explored": shown_exploration.shown(request, explored, chosen, found.manifest.as_of),
    }  # fmt: skip
    return render(request, "analysis/list.html", context)


@require_http_methods(["GET", "POST"])
@book_view("match")
def dismiss(request: HttpRequest) -> HttpResponse:
    """Put a finding aside, with a reason."""
    request.nav_page = "analysis:list"  # type: ignore[attr-defined]
    book = request.book  # type: ignore[attr-defined]
    key = request.POST.get("key", "") or request.GET.get("key", "")
    found = queries.published(book, request.scope)  # type: ignore[attr-defined]
    if found is None:
        raise UserError("finding.gone")
    finding = services.find(book, found, key)
    context: dict[str, Any] = {"finding": finding, "sentence": shown_findings.sentence(finding)}
    if request.method == "POST":
        try:
            services.dismiss(book, finding, request.POST.get("reason", ""), by=request, user=request.user)
        except UserError as error:
            return render(request, "analysis/dismiss.html", context | {"fault": str(error)}, status=422)
        toast(request, _("Put aside."))
        return done(request, book_url(request, "analysis:list"))
    return render(request, "analysis/dismiss.html", context)


@require_POST
@book_view("match")
def restore(request: HttpRequest) -> HttpResponse:
    """Show a finding again."""
    services.restore(request.book, request.POST.get("key", ""), by=request)  # type: ignore[attr-defined]
    toast(request, _("Shown again."))
    return done(request, book_url(request, "analysis:list"))
