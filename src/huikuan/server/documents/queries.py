"""Reading of documents and uploads for pages."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, QuerySet

from huikuan.server.books.models import Book
from huikuan.server.documents.models import DocumentRow, Upload


def documents(book: Book, *, undone: bool = False, text: str = "", status: str = "") -> QuerySet[DocumentRow]:
    """Documents of a book, the newest first."""
    found = DocumentRow.objects.filter(book=book)
    if not undone:
        found = found.filter(undone_at__isnull=True)
    if text:
        found = found.filter(file_name__icontains=text)
    return found.filter(status=status) if status else found


def recent_uploads(book: Book, limit: int = 50) -> list[Upload]:
    """The latest uploads, the newest first."""
    return list(Upload.objects.filter(book=book).select_related("job")[:limit])


def counts(book: Book) -> dict[str, Any]:
    """How many standing documents have which status."""
    found = documents(book).values("status").annotate(count=Count("id"))
    return {row["status"]: row["count"] for row in found}
