"""The book of the demonstration: a company of its own, looked at as of the demonstration's last day for ever."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.db import transaction

from huikuan.demo.seller import AS_OF, COMPANY
from huikuan.server.accounts.models import User
from huikuan.server.accounts.services import set_role
from huikuan.server.books.models import Book
from huikuan.server.books.services import create_book
from huikuan.server.books.setup import DEFAULT_NAME
from huikuan.server.books.toml import import_text
from huikuan.server.documents.library import library_book


@transaction.atomic
def demo_book(rules: str, name: str | None, start: date, *, by: Any) -> Book:
    """The book the demo is loaded into, with the demo's rules: the one named, else the only one while it is empty, else
    one of its own, from `start` on. Every superuser owns it; it is looked at as of the demo's last day."""
    book = Book.objects.filter(name=name or COMPANY).first() or _empty_book(name)
    if book is None:
        book = create_book(name or COMPANY, start=start, by=by)
    if book.name == DEFAULT_NAME:
        book.name = COMPANY
    book.fixed_today, book.start = AS_OF, book.start or start
    book.save(update_fields=["name", "fixed_today", "start"])
    for user in User.objects.filter(is_superuser=True):
        set_role(user, book, "owner", by=by)
    import_text(book, rules, by=by)
    return book


def load(truth: Any, name: str | None, *, by: Any, told: Callable[[str, float, float], None]) -> tuple[Book, Any]:
    """Import the rules and files of a made demo into its book and reconcile it; the book, and the run's manifest.

    `told(stage, done, total)`. Done a second time it changes nothing: every file is known then.
    """
    from huikuan.pipeline.documents.importing import ImportOptions
    from huikuan.server.documents.services import import_paths
    from huikuan.server.workbench.services import reconcile

    book = demo_book((truth.folder / "rules.toml").read_text(encoding="utf-8"), name, truth.start, by=by)
    files = {file.file: file for file in truth.files}
    for number, (file_name, file) in enumerate(files.items(), 1):
        told(file_name, number, len(files) + 1)
        options = ImportOptions(shop=file.shop, account=file.account)
        import_paths(book, by, [(truth.folder / file_name, file_name)], options, last=number == len(files))
    return book, reconcile(book, by)


def _empty_book(name: str | None) -> Book | None:
    """The only book, if nothing has been put into it yet and no other was asked for."""
    books = list(Book.objects.all()[:2])
    if name or len(books) != 1:
        return None
    book = books[0]
    return None if book.shops.exists() or book.accounts.exists() or library_book(book).lake.documents() else book
