"""The book of the demonstration: a company of its own, looked at as of the demonstration's last day for ever."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from huikuan.demo.seller import AS_OF, BOOK_START, COMPANY
from huikuan.server.accounts.models import User
from huikuan.server.accounts.services import set_role
from huikuan.server.books.models import Book
from huikuan.server.books.services import create_book
from huikuan.server.books.toml import import_text


@transaction.atomic
def demo_book(rules: str, name: str | None, *, by: Any) -> Book:
    """The demo's book with its rules: the one of that name, made where there is none. Every superuser owns it."""
    wanted = name or COMPANY
    book = Book.objects.filter(name=wanted).first()
    if book is None:
        book = create_book(wanted, start=BOOK_START, by=by)
        book.fixed_today = AS_OF
        book.save(update_fields=["fixed_today"])
    for user in User.objects.filter(is_superuser=True):
        set_role(user, book, "owner", by=by)
    import_text(book, rules, by=by)
    return book
