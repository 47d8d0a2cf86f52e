"""The first book of an installation with its owner: what `huikuan init` does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction

from huikuan.server.accounts.models import User
from huikuan.server.accounts.services import create_user
from huikuan.server.books.models import Book
from huikuan.server.books.services import create_book

DEFAULT_NAME = "Main"


@dataclass(frozen=True)
class Made:
    """What was made. `one_time_password` is blank where the user existed or a password was given."""

    book: Book
    user: User
    one_time_password: str


@transaction.atomic
def first_book(
    name: str, admin: str, password: str | None, *, currency: str, timezone: str, start: date | None, by: Any
) -> Made:
    """A book owned by `admin`, who is made where there is no such user. UserError when the book exists."""
    user = User.objects.filter(username__iexact=admin).first()
    shown = ""
    if user is None:
        user, shown = create_user(admin, password=password, superuser=True, by=by)
    book = create_book(name, currency=currency, timezone=timezone, start=start, owner=user, by=by)
    return Made(book, user, "" if password else shown)
