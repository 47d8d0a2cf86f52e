"""Reading of decisions for pages; results themselves are read through `services.results`."""

from __future__ import annotations

from typing import Any

from huikuan.server.books.models import Book
from huikuan.server.core import statuses
from huikuan.server.workbench.models import Correction, Decision, Exclusion, ManualRecord, Match, MatchMember, Note


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


def last_match_of(book: Book, user: Any, reconciliation: str) -> Match | None:
    """The user's latest match in a reconciliation that is in force."""
    return (
        Match.objects.filter(book=book, reconciliation=reconciliation, created_by=user, live=True)
        .order_by("-pk")
        .first()
    )


def taker_of(book: Book, record_key: str) -> Decision | None:
    """The latest decision in force that took a record: a match or an exclusion; None if nobody did."""
    members = MatchMember.objects.filter(book=book, record_key=record_key, live=True).select_related(
        "match__created_by"
    )
    member = members.order_by("-pk").first()
    if member is not None:
        return member.match  # type: ignore[no-any-return]
    found = Exclusion.objects.filter(book=book, record_key=record_key, live=True).select_related("created_by")
    return found.order_by("-pk").first()


def shown_name(decision: Decision) -> str:
    """Who decided, as people call him."""
    user = decision.created_by
    return str(getattr(user, "shown_name", "") or statuses.word_of("actor", decision.actor))
