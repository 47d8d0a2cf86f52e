"""The page of a bank line or payout."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from huikuan.server.accounts.permissions import book_view
from huikuan.server.workbench.inside import inside_page
from huikuan.server.workbench.overview import published


@require_GET
@book_view("view_money")
def inside(request: HttpRequest, record_key: str) -> HttpResponse:
    """Every order inside a bank line or payout, with totals that add up to it."""
    request.nav_page = "collection:list"  # type: ignore[attr-defined]
    if published(request.book, request.scope) is None:  # type: ignore[attr-defined]
        return render(request, "workbench/inside_none.html")
    told = inside_page(request, record_key)
    if told is None:
        raise Http404
    return render(request, "workbench/inside.html", told)
