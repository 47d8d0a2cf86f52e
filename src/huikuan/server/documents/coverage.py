"""The coverage of a book's documents, kept while no document comes or goes."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from huikuan.lake.lake import Lake
from huikuan.pipeline.documents.coverage import Coverage, Span, coverage
from huikuan.server.books.models import Book
from huikuan.server.documents.library import library_book
from huikuan.server.documents.models import QuietDays

KEPT = 32  # books and days; one of 2,000 documents takes some megabytes


def coverage_of(book: Book, today: date) -> list[Coverage]:
    """The streams of a book's standing documents as of a day."""
    lake = library_book(book).lake
    if not lake.documents():
        return []
    quiet = QuietDays.objects.filter(book=book, live=True).values_list("stream", "first", "last")
    return list(_coverage(lake.folder, lake.versions(), today, frozenset(quiet)))


@functools.lru_cache(maxsize=KEPT)
def _coverage(
    folder: Path, _versions: object, today: date, quiet: Iterable[tuple[str, date, date]]
) -> tuple[Coverage, ...]:
    spans: dict[str, list[Span]] = {}
    for key, first, last in quiet:
        spans.setdefault(key, []).append(Span(first, last))
    return tuple(coverage(Lake(folder).documents(), today, spans))
