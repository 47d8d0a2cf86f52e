"""How long the archive of automatic reports keeps files and messages, and whether its files are whole.

Kept `KEEP_DAYS` unless a book says otherwise: ten years, what China's 会计档案管理办法 asks of monthly and quarterly
reports. Afterwards an issue stays in the archive without its message and files; the audit log names what was removed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from huikuan.records.errors import OperatorError
from huikuan.server.accounts.access import require
from huikuan.server.audit.services import record
from huikuan.server.books.models import Book
from huikuan.server.delivery.files import store_of
from huikuan.server.delivery.models import ArchiveSetting, Issue, IssueFile

ACTOR = "automatic report"
KEEP_DAYS = 3_653
AT_ONCE = 100  # issues removed at each look of the clock


def keep_days(book: Book) -> int:
    """The days a book keeps them; 0: for ever."""
    own = ArchiveSetting.objects.filter(book=book).first()
    return own.keep_days if own else KEEP_DAYS


@transaction.atomic
def save_keep(book: Book, days: int, by: Any) -> None:
    """Set the days a book keeps them."""
    require(book, by, "rules")
    before = keep_days(book)
    ArchiveSetting.objects.update_or_create(book=book, defaults={"keep_days": days})
    record(by, "delivery.keep", book, book=book, before={"days": before}, after={"days": days})


def expire(now: datetime) -> int:
    """Remove the message and files of issues whose time is over, some at a time; how many issues."""
    own = dict(ArchiveSetting.objects.values_list("book", "keep_days"))
    over = ~Q(book__in=own) & Q(made_at__lt=now - timedelta(days=KEEP_DAYS))
    for book, days in own.items():
        if days:
            over |= Q(book=book, made_at__lt=now - timedelta(days=days))
    old = Issue.objects.filter(over, state="made", expired_at=None).select_related("book").order_by("made_at")
    gone = list(old[:AT_ONCE])
    for issue in gone:
        _expire(issue, now)
    return len(gone)


@transaction.atomic
def _expire(issue: Issue, now: datetime) -> None:
    Book.objects.select_for_update().get(pk=issue.book_id)  # whoever keeps a file in this book waits for us: `hold`
    if Issue.objects.filter(pk=issue.pk, expired_at=None).update(expired_at=now, message={}) != 1:
        return
    files = list(issue.files.all())
    issue.files.all().delete()
    told = [{"name": each.name, "sha256": each.sha256} for each in files]
    record(ACTOR, "delivery.expired", issue, book=issue.book, before={"made": issue.made_at, "files": told})
    kept = set(IssueFile.objects.filter(issue__book=issue.book_id).values_list("sha256", flat=True))
    for each in files:
        if each.sha256 not in kept:
            store_of(issue.book).forget(each.sha256)


def hold(book: Book, files: Sequence[IssueFile]) -> None:
    """Within the transaction that names new files: no content of theirs is removed meanwhile, or was. OperatorError
    where it was: making them again writes it anew."""
    Book.objects.select_for_update().get(pk=book.pk)
    for each in files:
        if not store_of(book).has(each.sha256):
            raise OperatorError("original.missing", sha256=each.sha256)


def broken_files(book: Book) -> tuple[int, list[str]]:
    """How many files the archive of a book holds, and the names of those that are missing or were altered."""
    files, store = IssueFile.objects.filter(issue__book=book).order_by("pk"), store_of(book)
    broken = [each.name for each in files if not store.holds_whole(each.sha256)]
    return len(files), broken
