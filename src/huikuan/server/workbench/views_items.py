"""Bill items no table knows: the list with their money, classifying one with a preview, taking a class back."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from huikuan.records.errors import UserError
from huikuan.server.accounts.permissions import book_view
from huikuan.server.core.shortcuts import book_url, done, toast
from huikuan.server.workbench import bill_items, services


@require_GET
@book_view("view_money")
def items(request: HttpRequest) -> HttpResponse:
    """What no table knows, the most money first; below, what people have classified."""
    book = request.book  # type: ignore[attr-defined]
    context = {"unknown": bill_items.unknown(book), "classified": bill_items.classified(book)}
    return render(request, "workbench/items.html", context)


@require_http_methods(["GET", "POST"])
@book_view("match")
def classify(request: HttpRequest) -> HttpResponse:
    """GET: choose a class, with what it moves. POST: apply it to history and to all that comes."""
    told = request.POST or request.GET
    source, item, chosen = (told.get(name, "") for name in ("source", "item", "type"))
    book = request.book  # type: ignore[attr-defined]
    fault = ""
    if request.method == "POST":
        try:
            services.classify_item(book, request, source, item, chosen)
        except UserError as error:
            fault = str(error)
        else:
            services.refresh(book, request)
            toast(request, _("Classified. It holds for what was imported and for what comes."))
            return done(request, book_url(request, "workbench:items"))
    effects = bill_items.effect(book, source, item)
    if not effects and not fault:
        raise UserError("item.known", item=item)
    context = {
        "source": source, "item": item, "chosen": chosen or bill_items.propose(item), "fault": fault,
        "platform": bill_items.platform_of(source), "families": bill_items.families(), "effects": effects,
        "lines": sum(each.lines for each in effects),
    }  # fmt: skip
    return render(request, "workbench/item_class.html", context, status=422 if fault else 200)


@require_POST
@book_view("match")
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a class back: the lines are unknown again."""
    services.take_back(request.book, request, "item", pk)  # type: ignore[attr-defined]
    services.refresh(request.book, request)  # type: ignore[attr-defined]
    toast(request, _("Taken back. It shows after the next reconciliation."))
    return done(request, book_url(request, "workbench:items"))
