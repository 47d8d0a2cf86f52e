"""Reading the audit log."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from huikuan.server.accounts.models import Membership
from huikuan.server.audit.models import Entry


def entries_of(book: Any, text: str = "", action: str = "") -> QuerySet[Entry]:
    """The entries of a book, and those of its members' logins, that contain a text and have an action."""
    members = Membership.objects.filter(book=book).values("user_id")
    rows = Entry.objects.filter(Q(book=book) | Q(book=None, user_id__in=members))
    if action:
        rows = rows.filter(action=action)
    if text:
        rows = rows.filter(Q(actor__icontains=text) | Q(label__icontains=text) | Q(object__icontains=text))
    return rows


def actions_of(book: Any) -> list[str]:
    """The actions that occur in a book's log."""
    return sorted(Entry.objects.filter(book=book).order_by().values_list("action", flat=True).distinct())
