"""Forced matches that wait for a second person: kept aside, approved or declined, never by who forced them.

A waiting match is no decision of the engine's: nothing counts it, runs and imports leave it alone. Its records cannot
be matched otherwise meanwhile. Approving makes the match, as of the person who forced it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from huikuan.records.errors import UserError
from huikuan.records.messages import gettext_noop, register
from huikuan.server.accounts.access import actor_name, require
from huikuan.server.audit.services import record
from huikuan.server.books.models import Book
from huikuan.server.workbench.models import Match, WaitingMatch

register(
    {
        "match.waits": gettext_noop(
            "%(record_key)s is in a forced match that waits for a second person. Let it be approved or declined first."
        ),
        "approve.unknown": gettext_noop("No forced match %(group_id)s waits for a second person."),
        "approve.own": gettext_noop("You forced this match yourself. Another person has to approve it."),
        "approve.changed": gettext_noop(
            "%(record_key)s has changed since: %(before)s → %(now)s. Decline the match and make it anew."
        ),
        "approve.reason": gettext_noop("Say why you decline."),
    }
)


def needs_second(book: Book, difference: Decimal) -> bool:
    """Whether a forced match with this difference waits for a second person."""
    return book.approval_from is not None and abs(difference) >= book.approval_from


def refuse_waiting(book: Book, name: str, keys: Sequence[str]) -> None:
    """UserError where one of these records is in a match that waits."""
    waiting = {key for each in waiting_of(book, name) for side in ("left", "right") for key in each.keys(side)}
    for key in keys:
        if key in waiting:
            raise UserError("match.waits", record_key=key)


def waiting_of(book: Book, name: str = "") -> list[WaitingMatch]:
    """What waits for a second person (in a reconciliation), the oldest first."""
    found = WaitingMatch.objects.filter(book=book, live=True).select_related("created_by").order_by("pk")
    return list(found.filter(reconciliation=name) if name else found)


def waiting_with(book: Book, name: str, record_key: str) -> WaitingMatch | None:
    """The match that waits with this record; None if there is none."""
    found = waiting_of(book, name) if record_key else []
    return next((each for each in found if record_key in (*each.keys("left"), *each.keys("right"))), None)


def wait(
    actor: Any, told: Mapping[str, Any], members: Sequence[Mapping[str, Any]], instead_of: str = ""
) -> WaitingMatch:
    """Keep a forced match aside until a second person has looked."""
    plain = [{name: f"{v:f}" if isinstance(v, Decimal) else v for name, v in each.items()} for each in members]
    made: WaitingMatch = WaitingMatch.objects.create(**told, members=plain, instead_of=instead_of)
    after = {"reconciliation": made.reconciliation, "left": made.keys("left"), "right": made.keys("right"),
             "difference": made.difference, "reason": made.reason}  # fmt: skip
    record(actor, "match.wait", f"match:{made.group_id}", book=made.book, after=after)
    return made


@transaction.atomic
def approve(book: Book, actor: Any, group_id: str) -> Match:
    """Approve another's forced match: from now on it is one. UserError: none such, one's own, or a record has changed,
    gone, or been taken since; it goes on waiting then."""
    from huikuan.server.workbench import services

    waiting = _asked(book, actor, group_id)
    if is_own(waiting, actor):
        raise UserError("approve.own")
    if Match.objects.filter(book=book, group_id=waiting.instead_of, live=True).exists():
        services.unmatch(book, actor, waiting.instead_of)
    members = [each | {name: Decimal(each[name]) for name in ("amount", "fact_amount")} for each in waiting.members]
    services.check_shares(book, waiting.reconciliation, members)
    told = {name: getattr(waiting, name) for name in (
        "book", "group_id", "reconciliation", "difference_reason", "reason", "difference", "currency", "actor",
        "created_by",
    )}  # fmt: skip
    author = services.author_of(actor)
    second = {"approved_actor": author["actor"], "approved_by": author["created_by"], "approved_at": timezone.now()}
    made = services.store(told | second | {"forced": True}, members)
    _answered(waiting, actor, "approved")
    after = {"reconciliation": made.reconciliation, "forced_by": made.actor, "difference": made.difference}
    record(actor, "match.approve", f"match:{group_id}", book=book, after=after)
    return made


@transaction.atomic
def decline(book: Book, actor: Any, group_id: str, reason: str) -> WaitingMatch:
    """Decline a forced match that waits, with a reason; who forced it may take it back so. Its records are free."""
    waiting = _asked(book, actor, group_id)
    if not reason.strip():
        raise UserError("approve.reason")
    _answered(waiting, actor, "declined", reason.strip())
    after = {"reconciliation": waiting.reconciliation, "forced_by": waiting.actor, "reason": reason.strip()}
    record(actor, "match.decline", f"match:{group_id}", book=book, after=after)
    return waiting


def _asked(book: Book, actor: Any, group_id: str) -> WaitingMatch:
    """The waiting match, the book's decisions locked."""
    require(book, actor, "force")
    Book.objects.select_for_update().get(pk=book.pk)
    waiting = WaitingMatch.objects.filter(book=book, group_id=group_id, live=True).first()
    if waiting is None:
        raise UserError("approve.unknown", group_id=group_id)
    return waiting


def is_own(waiting: WaitingMatch, actor: Any) -> bool:
    """Whether this person forced it."""
    user = getattr(actor, "user", actor)
    if waiting.created_by_id is not None:
        return bool(waiting.created_by_id == getattr(user, "pk", None))
    return waiting.actor == actor_name(actor)


def _answered(waiting: WaitingMatch, actor: Any, outcome: str, answer: str = "") -> None:
    waiting.live, waiting.outcome, waiting.answer = False, outcome, answer
    waiting.undone_actor, waiting.undone_at = actor_name(actor), timezone.now()
    waiting.save(update_fields=["live", "outcome", "answer", "undone_actor", "undone_at"])
