"""From a book of the database to the book the library works on."""

from __future__ import annotations

from django.conf import settings

from huikuan.pipeline.book import Book as LibraryBook
from huikuan.server import keys
from huikuan.server.books.models import Book


def library_book(book: Book) -> LibraryBook:
    """The book as the pipeline takes it, with its keys. Its folders exist afterwards."""
    made = LibraryBook(
        folder=book.folder,
        name=book.name,
        currency=book.currency,
        timezone=book.timezone,
        start=book.start,
        hash_key=book.hash_key,
        installation_key=bytes.fromhex(keys.derived(settings.INSTALLATION_KEY, "originals")),
        fixed_today=book.fixed_today,
    )
    made.create()
    return made
