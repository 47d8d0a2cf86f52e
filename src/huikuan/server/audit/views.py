"""The audit log: list with filter, one entry with before and after, export, state of the chain."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from huikuan.server.accounts.permissions import book_view
from huikuan.server.audit import queries
from huikuan.server.audit.actions import ACTIONS
from huikuan.server.audit.models import Entry
from huikuan.server.audit.services import verify
from huikuan.server.core.files import csv_answer
from huikuan.server.core.paging import keyset_page


@require_GET
@book_view("view_audit")
def log(request: HttpRequest) -> HttpResponse:
    """Entries of the book, newest first; `?verify=1` proves the whole chain."""
    text, action = request.GET.get("q", "").strip(), request.GET.get("action", "")
    rows = queries.entries_of(request.book, text, action)  # type: ignore[attr-defined]
    context: dict[str, Any] = {"page": keyset_page(request, rows, ["-id"]), "text": text, "actions": ACTIONS}
    context["occurring"] = queries.actions_of(request.book)  # type: ignore[attr-defined]
    if request.GET.get("verify"):
        context |= {"verified": True, "broken": verify()}
    return render(request, "audit/list.html", context)


@require_GET
@book_view("view_audit")
def entry(request: HttpRequest, pk: int) -> HttpResponse:
    """One entry, before and after side by side."""
    found: Entry = get_object_or_404(queries.entries_of(request.book), pk=pk)  # type: ignore[attr-defined]
    names = sorted({*found.before, *found.after})
    values = [(name, found.before.get(name, ""), found.after.get(name, "")) for name in names]
    return render(
        request,
        "audit/entry.html",
        {"entry": found, "values": values, "action": ACTIONS.get(found.action, found.action)},
    )


@require_GET
@book_view("view_audit")
def export(request: HttpRequest) -> HttpResponseBase:
    """The whole log of the book as CSV (UTF-8 with mark), oldest first, hashes included."""
    fields = ("id", "at", "actor", "address", "action", "object", "label", "before", "after", "previous_hash", "hash")
    entries = queries.entries_of(request.book).order_by("id")  # type: ignore[attr-defined]
    rows = ([_plain(getattr(row, field)) for field in fields] for row in entries.iterator(chunk_size=1000))
    facts = [(_("Filter"), _("Whole log with hashes")), (_("Rows"), f"{entries.count():,}")]
    return csv_answer(request, f"audit-{request.book.slug}.csv", _("Audit log"), facts, fields, rows)  # type: ignore[attr-defined]


def _plain(value: Any) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
