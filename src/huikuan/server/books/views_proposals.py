"""Settings: the rules that the book's own history suggests; one is taken over or dismissed after a question."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from huikuan.records.errors import UserError
from huikuan.server.accounts.permissions import book_view
from huikuan.server.books import proposal_words as words
from huikuan.server.books.proposals import Proposed, dismiss, find, proposals_of, take_over
from huikuan.server.core.shortcuts import book_url, done, toast

ACTS = {"take": take_over, "dismiss": dismiss}


@require_GET
@book_view("view_money")
def proposals(request: HttpRequest) -> HttpResponse:
    """What the published results suggest, with the evidence; nothing before the first run."""
    try:
        listed = proposals_of(request.book)  # type: ignore[attr-defined]
    except UserError as error:
        if not error.code.startswith("results.none"):
            raise
        listed = None
    shown = [_shown(number, each) for number, each in enumerate(listed or ())]
    context = {
        "found": listed is not None,
        "open": [each for each in shown if each["state"] == "new"],
        "dismissed": [each for each in shown if each["state"] == "dismissed"],
        "same": [each for each in shown if each["state"] == "same"],
        "none": [each for each in shown if each["state"] == "none"],
        "taken": request.GET.get("taken") == "1",
    }
    return render(request, "books/proposals.html", context)


def _shown(number: int, each: Proposed) -> dict[str, Any]:
    told = each.told
    rule = getattr(told, "rate" if each.is_fee else "rule")
    return {
        "state": each.state, "digest": each.digest, "title": words.title(told), "proposed": words.rule_words(rule),
        "since": words.since(rule), "holds": words.rule_words(told.current), "evidence": words.evidence(told),
        "chart": words.chart(told) if each.state in ("new", "dismissed") else None, "chart_id": f"history-{number}",
        "is_fee": each.is_fee,
    }  # fmt: skip


@require_http_methods(["GET", "POST"])
@book_view("rules")
def proposal(request: HttpRequest, act: str, digest: str) -> HttpResponse:
    """The question whether to take a proposal over or to dismiss it, and the answer."""
    if act not in ACTS:
        raise Http404
    book = request.book  # type: ignore[attr-defined]
    address = book_url(request, "books:proposals")
    try:
        each = ACTS[act](book, digest, by=request) if request.method == "POST" else find(book, digest)
    except UserError as error:
        toast(request, str(error))
        return done(request, address)
    if request.method == "POST":
        taken = act == "take"
        toast(request, _("Taken over. Reconcile to see it in the results.") if taken else _("Dismissed."))
        return done(request, f"{address}?taken=1" if taken else address)
    return render(request, "books/proposal_ask.html", {"act": act, "each": _shown(0, each)})
