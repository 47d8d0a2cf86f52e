"""Forced matches that wait for a second person: the list, approving, declining."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from huikuan.records.errors import UserError
from huikuan.records.kind import record_key_parts
from huikuan.server.accounts.permissions import book_view
from huikuan.server.core import numbers
from huikuan.server.core.shortcuts import book_url, done, toast
from huikuan.server.workbench import approvals, queries, services
from huikuan.server.workbench.models import WaitingMatch
from huikuan.server.workbench.words import title_of


@dataclass(frozen=True)
class Waiting:
    """A waiting match as the list shows it."""

    match: WaitingMatch
    title: Any
    who: str
    left: list[tuple[str, str]]
    right: list[tuple[str, str]]
    is_own: bool


@require_GET
@book_view("view_money")
def waiting(request: HttpRequest) -> HttpResponse:
    """What waits, the oldest first."""
    return _page(request)


def _page(request: HttpRequest, fault: str = "") -> HttpResponse:
    request.nav_page = "workbench:workbench"  # type: ignore[attr-defined]
    rows = [
        Waiting(
            each,
            title_of(each.reconciliation).title,
            queries.shown_name(each),
            _names(each, "left"),
            _names(each, "right"),
            approvals.is_own(each, request),
        )
        for each in approvals.waiting_of(request.book)  # type: ignore[attr-defined]
    ]
    return render(request, "workbench/approvals.html", {"rows": rows, "fault": fault}, status=422 if fault else 200)


def _names(match: WaitingMatch, side: str) -> list[tuple[str, str]]:
    """Record key and what it is called, of each record of a side: its number, or its day, and its amount."""
    found = [each for each in match.members if each["side"] == side]
    return [(each["record_key"], f"{_number(each)} · {numbers.money(Decimal(each['amount']))}") for each in found]


def _number(member: dict[str, Any]) -> str:
    """The order's or the movement's number; of a movement without one the day, with which its identity begins."""
    parts = record_key_parts(member["record_key"])[1]
    return str(member["order_no"] or parts[min(1, len(parts) - 1)].partition("|")[0])


@require_POST
@book_view("force")
def approve(request: HttpRequest, group_id: str) -> HttpResponse:
    """Approve one."""
    try:
        approvals.approve(request.book, request, group_id)  # type: ignore[attr-defined]
    except UserError as error:
        return _page(request, str(error))
    services.refresh(request.book, request)  # type: ignore[attr-defined]
    toast(request, _("Approved. The records are matched."))
    return done(request, book_url(request, "workbench:approvals"))


@require_POST
@book_view("force")
def decline(request: HttpRequest, group_id: str) -> HttpResponse:
    """Decline one, with a reason."""
    try:
        approvals.decline(request.book, request, group_id, request.POST.get("reason", ""))  # type: ignore[attr-defined]
    except UserError as error:
        return _page(request, str(error))
    toast(request, _("Declined. The records are open again."))
    return done(request, book_url(request, "workbench:approvals"))
