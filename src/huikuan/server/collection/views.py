"""The collection list: what is outstanding by shop and age, and every order behind it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from huikuan.pipeline.results.results import Results
from huikuan.pipeline.runs.reconciling import Asked
from huikuan.server.accounts.permissions import book_view
from huikuan.server.collection import home, queries, shown
from huikuan.server.collection.filters import Wanted
from huikuan.server.core.lists import listing
from huikuan.server.core.navigation import label_of
from huikuan.server.core.paging import page_params
from huikuan.server.core.shortcuts import book_url, done
from huikuan.server.exports import services as exports
from huikuan.server.followup import holding
from huikuan.server.jobs.models import Job
from huikuan.server.workbench.overview import is_stale
from huikuan.server.workbench.services import start_reconcile


@require_GET
@book_view("view_money")
def order_list(request: HttpRequest) -> HttpResponse:
    """Orders by filter with their totals; the matrix above them."""
    found = queries.published(request.book, request.scope)  # type: ignore[attr-defined]
    if found is None:
        return nothing_yet(request, "collection:list")
    form, wanted = queries.asked(request.book, found, request.GET)  # type: ignore[attr-defined]
    by = "status" if request.GET.get("by") == "status" else ""
    matrices = queries.status_matrices(found) if by else queries.age_matrices(found)
    context: dict[str, Any] = {
        "form": form, "found": found, "as_of": found.manifest.as_of, "by": by,
        "matrices": [shown.shown_matrix(request, matrix, by) for matrix in matrices],
        "stale": is_stale(request.book, found),  # type: ignore[attr-defined]
    }  # fmt: skip
    if wanted is None:
        return render(request, "collection/list.html", context, status=422)
    return render(request, "collection/list.html", context | _list(request, found, wanted))


def _list(request: HttpRequest, found: Results, wanted: Wanted) -> dict[str, Any]:
    after, number, size = page_params(request)
    if after is not None and len(after) != 2:
        after = None
    summed = queries.summary(found, wanted)
    totals = queries.by_currency(summed, wanted.status)
    chips = queries.chips(summed)
    page = queries.page(found, wanted, after, number, size, sum(row["orders"] for row in totals))
    held = holding.holders(request.book, page.rows)  # type: ignore[attr-defined]
    for row in page.rows:
        row["key"] = queries.key_text(row)
        row["held"] = held.get((row["shop"], row["order_no"], row["currency"]))
    return {
        "wanted": wanted,
        "chips": chips,
        "every": sum(count for _, count in chips),
        "totals": totals,
        "page": page,
        "filter": [(name, value) for name in shown.FILTER_NAMES if (value := request.GET.get(name, ""))],
        "sort": wanted.sort,
        "year": found.manifest.as_of.year,
        "many": len(totals) > 1,
        "shops": queries.shops_of(found),
        "currencies": queries.currencies_of(found),
        "removable": shown.removable(request, wanted),
        "kept": shown.kept(request, ("q",)),
        "kept_panel": shown.kept(request, shown.IN_PANEL),
        "export_menu": exports.menu(request, "collection"),
        "lost": _lost(found, wanted, totals),
        "listing": listing(request, "collection", columns_of(wanted)),
    }


def columns_of(wanted: Wanted) -> list[tuple[str, Any]]:
    """The columns of the list: name and label."""
    figure = wanted.figure.title if wanted.figure else _("Outstanding")
    return [
        ("order_no", _("Order number")), ("shop", _("Shop")), ("business_date", _("Ordered")),
        ("receivable", _("Receivable")), ("collected", _("Collected")), ("figure", figure), ("due_date", _("Due on")),
        ("overdue_days", _("Days overdue")), ("status", _("Status")), ("task", _("Follow-up")),
    ]  # fmt: skip


def _lost(found: Results, wanted: Wanted, totals: list[dict[str, Any]]) -> dict[str, Any] | None:
    """For what was received: how much of it reached the bank, and what payouts lost on the way."""
    if wanted.figure is None or wanted.figure.name != "received" or len(totals) != 1 or not wanted.last:
        return None
    if wanted.status or wanted.age is not None or not wanted.plain or wanted.typed.first:
        return None
    lost = home.lost_of(found, wanted.first or wanted.last, wanted.last, totals[0]["currency"], wanted.shop)
    return {"lost": lost, "bank": totals[0]["figure"] - lost} if lost else None


def nothing_yet(request: HttpRequest, page: str) -> HttpResponse:
    """A page of the left bar for which there are no results on this day: what to do about it."""
    job = Job.objects.filter(book=request.book, kind="reconcile").first()  # type: ignore[attr-defined]
    context: dict[str, Any] = {
        "job": job if job and (job.active or job.state == "failed") else None,
        "page_name": page,
        "page_title": label_of(page),
    }
    context["empty_book"] = not (request.scope.historical or request.book.documents.exists())  # type: ignore[attr-defined]
    return render(request, "collection/nothing.html", context)


@require_POST
@book_view("match")
def run(request: HttpRequest) -> HttpResponse:
    """Reconcile as of the day of the address, in the background; back to the page it was asked from."""
    scope = request.scope  # type: ignore[attr-defined]
    as_of: date | None = scope.as_of if scope.historical else None
    start_reconcile(request.book, request, replace(Asked(), as_of=as_of))  # type: ignore[attr-defined]
    pages = ("core:home", "collection:list", "reports:list", "analysis:list", "analysis:forecast")
    asked = request.POST.get("page", "")
    return done(request, book_url(request, asked if asked in pages else pages[0]))
