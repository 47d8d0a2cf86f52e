"""The page of one order."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from huikuan.server.accounts.permissions import book_view
from huikuan.server.workbench import orders


@require_GET
@book_view("view_money")
def order(request: HttpRequest, order_no: str) -> HttpResponse:
    """Everything about one order: where its money is, hop by hop, down to file and row."""
    request.nav_page = "collection:list"  # type: ignore[attr-defined]
    told = orders.order_page(request, order_no, request.GET.get("shop", ""))
    if told is None:
        return render(request, "workbench/order_unknown.html", {"order_no": order_no}, status=200)
    return render(request, "workbench/order.html", told)
