"""Reading books."""

from __future__ import annotations

from typing import Any

from huikuan.server.books.models import Book


def books_of(user: Any) -> list[Book]:
    """The books a user may enter, by name: those he has a role in; all for a superuser."""
    if user.is_superuser:
        return list(Book.objects.all())
    return list(Book.objects.filter(memberships__user=user))
