"""Rights of whoever calls a service: a request, a user, or a program of the operator's (`command line`)."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from huikuan.records.errors import UserError
from huikuan.records.messages import gettext_noop, register
from huikuan.server.accounts.models import Membership
from huikuan.server.accounts.permissions import allowed

register({"access.denied": gettext_noop("Your role in this book (%(role)s) may not do this.")})


def role_of(book: Any, actor: Any) -> str:
    """The actor's role in a book; a program acts as owner, a stranger has none (blank)."""
    if isinstance(actor, str):
        return "owner"
    if isinstance(actor, HttpRequest):
        membership = getattr(actor, "membership", None)
        if membership is not None and getattr(actor, "book", None) == book:
            return str(membership.role)
    user = getattr(actor, "user", actor)
    if user is None or not getattr(user, "pk", None):
        return ""
    found = Membership.objects.filter(book=book, user=user).first()
    return found.role if found else ("owner" if user.is_superuser else "")


def require(book: Any, actor: Any, permission: str) -> str:
    """The actor's role, if it has the permission; else UserError `access.denied`."""
    role = role_of(book, actor)
    if not role or not allowed(role, permission):
        raise UserError("access.denied", role=role or "–")
    return role


def actor_name(actor: Any) -> str:
    """The actor's name, as decisions keep it."""
    if isinstance(actor, str):
        return actor
    user = getattr(actor, "user", actor)
    return str(getattr(user, "username", "") or "system")
