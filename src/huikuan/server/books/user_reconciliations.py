"""The book's own reconciliations: which hold, saving a new version, ending one, and their history."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from huikuan.records.errors import UserError
from huikuan.records.messages import gettext_noop, register
from huikuan.records.user_reconciliation import UserReconciliation
from huikuan.records.user_reconciliation_file import read, to_plain
from huikuan.server.accounts.access import actor_name
from huikuan.server.audit.services import record
from huikuan.server.books import models
from huikuan.server.books.models import Book
from huikuan.server.books.words import RECONCILIATIONS

register(
    {
        "own.stored": gettext_noop("The reconciliation %(name)s as it was saved cannot be used any more: %(faults)s"),
        "own.name_used": gettext_noop("%(where)s is %(found)s, which there is already; choose another."),
        "own.none": gettext_noop("There is no reconciliation “%(name)s” of your own."),
    }
)


def latest(book: Book) -> list[models.UserReconciliation]:
    """The latest version of each that has not ended, by name. One query."""
    rows = {row.name: row for row in models.UserReconciliation.objects.filter(book=book)}
    return [row for row in rows.values() if not row.ended]


def declared(book: Book) -> tuple[UserReconciliation, ...]:
    """Those that hold, as plain values, by name. UserError `own.stored` where one cannot be read any more."""
    return tuple(_value(row) for row in latest(book))


def _value(row: models.UserReconciliation) -> UserReconciliation:
    own, faults = read(row.definition)
    if own is None:
        raise UserError("own.stored", name=row.name, faults=" ".join(fault.text for fault in faults))
    return own


def titles(book: Book) -> list[tuple[str, Any]]:
    """Every reconciliation of the book with what it is called: the built-in ones, then its own."""
    return [*RECONCILIATIONS, *((row.name, row.definition["title"]) for row in latest(book))]


def find(book: Book, name: str) -> UserReconciliation:
    """The one of that name that holds. UserError `own.none`."""
    for row in latest(book):
        if row.name == name:
            return _value(row)
    raise UserError("own.none", name=name)


def versions(book: Book, name: str) -> list[models.UserReconciliation]:
    """All versions of one, latest first; empty for a name that never was."""
    return list(models.UserReconciliation.objects.filter(book=book, name=name).order_by("-version"))


@transaction.atomic
def save(book: Book, own: UserReconciliation, *, by: Any = None) -> models.UserReconciliation:
    """A new version; where nothing changed, the one that holds."""
    definition = to_plain(own)
    last = _last(book, own.name)
    if last is not None and not last.ended and last.definition == definition:
        return last
    saved = _add(book, own.name, last, definition, by)
    before = last.definition if last is not None and not last.ended else {}
    record(by, "rules.change", f"user_reconciliation:{own.name}", book=book, before=before, after=definition)
    return saved


@transaction.atomic
def end(book: Book, name: str, *, by: Any = None) -> None:
    """No run makes it any more. UserError `own.none` where none of that name holds."""
    last = _last(book, name)
    if last is None or last.ended:
        raise UserError("own.none", name=name)
    _add(book, name, last, last.definition, by, ended=True)
    record(by, "rules.delete", f"user_reconciliation:{name}", book=book, before=last.definition)


def _last(book: Book, name: str) -> models.UserReconciliation | None:
    Book.objects.select_for_update().get(pk=book.pk)  # whoever saves waits for us: versions are numbered
    return models.UserReconciliation.objects.filter(book=book, name=name).order_by("-version").first()


def _add(
    book: Book, name: str, last: models.UserReconciliation | None, definition: dict[str, Any], by: Any,
    *, ended: bool = False,
) -> models.UserReconciliation:  # fmt: skip
    return models.UserReconciliation.objects.create(
        book=book,
        name=name,
        version=(last.version if last else 0) + 1,
        definition=definition,
        ended=ended,
        by=actor_name(by) if by else "",
    )
