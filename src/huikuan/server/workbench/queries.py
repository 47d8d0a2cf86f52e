"""Reading of decisions for pages; results themselves are read through `services.results`."""

from __future__ import annotations

from typing import Any

from huikuan.server.books.models import Book
from huikuan.server.workbench.models import Correction, Exclusion, ManualRecord, Match, Note


def notes_of(book: Book, subjects: list[str]) -> list[Note]:
    """Remarks on these things, the oldest first."""
    return list(Note.objects.filter(book=book, subject__in=subjects))


def match_of(book: Book, group_id: str) -> Match | None:
    """The manual match of a group, with its members; None for an automatic group."""
    return Match.objects.filter(book=book, group_id=group_id).prefetch_related("members").first()


def recent_matches(book: Book, reconciliation: str = "", limit: int = 100) -> list[Match]:
    """The latest matches people made, those taken back included."""
    found = Match.objects.filter(book=book).prefetch_related("members")
    if reconciliation:
        found = found.filter(reconciliation=reconciliation)
    return list(found.order_by("-created_at")[:limit])


def decisions_on(book: Book, record_keys: list[str]) -> dict[str, list[Any]]:
    """What people have decided about records beside matches: corrections, exclusions, records by hand."""
    wanted = {"book": book, "record_key__in": record_keys}
    return {
        "corrections": list(Correction.objects.filter(**wanted).order_by("created_at")),
        "exclusions": list(Exclusion.objects.filter(**wanted).order_by("created_at")),
        "records": list(ManualRecord.objects.filter(**wanted).order_by("created_at")),
    }
