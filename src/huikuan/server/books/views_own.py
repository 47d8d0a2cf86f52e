"""Settings: the reconciliations of one's own, each with a live preview of what it would match."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from huikuan.insight.words import because
from huikuan.pipeline.proposals.preview import preview
from huikuan.pipeline.runs.reconciling import Asked
from huikuan.records.errors import UserError
from huikuan.records.user_reconciliation import UserReconciliation
from huikuan.records.user_reconciliation_file import Fault, read, to_plain
from huikuan.server.accounts.permissions import book_view
from huikuan.server.books import user_reconciliations
from huikuan.server.books.own_form import Shown, blank, plain_of
from huikuan.server.books.own_words import fault_words
from huikuan.server.books.services import rules_of
from huikuan.server.core.shortcuts import book_url, done, toast
from huikuan.server.documents.library import library_book
from huikuan.server.workbench import services, what_if
from huikuan.server.workbench.decided import decisions_of


@require_http_methods(["GET", "POST"])
@book_view("rules")
def own(request: HttpRequest, name: str = "") -> HttpResponse:
    """A new one, or one there is: its form, the preview beside it, saving, and what saving would change."""
    book = request.book  # type: ignore[attr-defined]
    try:
        told = to_plain(user_reconciliations.find(book, name)) if name else blank()
    except UserError as error:
        raise Http404 from error
    if request.method == "POST":
        return _posted(request, name)
    return _page(request, name, told, [])


def _posted(request: HttpRequest, name: str) -> HttpResponse:
    told = plain_of(request.POST)
    if name:
        told["name"] = name
    do = request.POST.get("do", "")
    if do == "refresh":
        return render(request, "books/_own_form.html", {"form": Shown(told), "name": name})
    if do == "preview":
        return _preview(request, *read(told | {"name": told["name"] or "own", "title": told["title"] or "-"}))
    made, faults = read(told)
    if not name and told["name"] in dict(user_reconciliations.titles(request.book)):  # type: ignore[attr-defined]
        made, faults = None, [*faults, Fault("name", "own.name_used", {"found": told["name"]})]
    if made is None:
        return _page(request, name, told, faults)
    if do == "what_if":
        change = {"definition": to_plain(made)}
        job = what_if.start_compare(request.book, request, change, [made.name], Asked())  # type: ignore[attr-defined]
        return done(request, book_url(request, "workbench:what_if_result", job.pk))
    user_reconciliations.save(request.book, made, by=request)  # type: ignore[attr-defined]
    return _changed(request, _("Saved. It is reconciled in the background now."))


def _changed(request: HttpRequest, sentence: str) -> HttpResponse:
    """The answer after a change: the results are computed again where there are some."""
    services.refresh(request.book, request)  # type: ignore[attr-defined]
    toast(request, sentence)
    return done(request, book_url(request, "books:rules"))


def _page(request: HttpRequest, name: str, told: dict[str, Any], faults: list[Fault]) -> HttpResponse:
    book = request.book  # type: ignore[attr-defined]
    first, last = _period(request)
    context = {"form": Shown(told, faults), "name": name, "first": first, "last": last}
    context["versions"] = user_reconciliations.versions(book, name) if name else []
    return render(request, "books/own.html", context, status=422 if faults else 200)


def _period(request: HttpRequest) -> tuple[date, date]:
    """The month that a preview begins with: the last that documents reach."""
    book = request.book  # type: ignore[attr-defined]
    last = min(book.data_until or book.today(), book.today())
    return last.replace(day=1), last


def _preview(request: HttpRequest, made: UserReconciliation | None, faults: list[Fault]) -> HttpResponse:
    """The fragment beside the form: what would match, or what is still wrong (which stands at its field when saved). It
    needs no name yet."""
    context: dict[str, Any] = {"faults": [fault_words(fault) for fault in faults]}
    if made is not None:
        book = request.book  # type: ignore[attr-defined]
        try:
            first, last = (date.fromisoformat(request.POST.get(part, "")) for part in ("preview_from", "preview_to"))
        except ValueError:
            first, last = _period(request)
        try:
            found = preview(library_book(book), made, decisions_of(book), rules_of(book), first, last)
        except UserError as error:
            context["faults"] = [str(error)]
        else:
            context |= {"found": found, "examples": _examples(found), "own": made}
    return render(request, "books/_own_preview.html", context)


def _examples(found: Any) -> list[tuple[str, str, list[dict[str, Any]]]]:
    """Title, shape and rows of each list of examples."""
    for row in (*found.open_left, *found.open_right):
        row["why"] = because(row["cause_evidence"])
    return [
        (_("Would match"), "groups", found.matched),
        (_("Would differ"), "groups", found.differing),
        (_("Would stay open on the left"), "open", found.open_left),
        (_("Would stay open on the right"), "open", found.open_right),
    ]


@require_POST
@book_view("rules")
def end(request: HttpRequest, name: str) -> HttpResponse:
    """No run makes it any more; its versions stay."""
    try:
        user_reconciliations.end(request.book, name, by=request)  # type: ignore[attr-defined]
    except UserError as error:
        raise Http404 from error
    return _changed(request, _("Ended. Its history stays."))
