"""What the analysis pages ask the published results, worked out once per run and kept for a while; findings put aside.

A dismissed finding stays so until its size is `findings.WORSE` times what it was.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.db import transaction

from huikuan.insight.findings import WORSE, Finding, Found
from huikuan.pipeline.analysis import CashForecast, cash_forecasts, findings_of
from huikuan.pipeline.plain import hash_of
from huikuan.pipeline.results import Results
from huikuan.records.errors import UserError
from huikuan.records.messages import gettext_noop, register
from huikuan.server.analysis.models import DismissedFinding
from huikuan.server.audit.services import record
from huikuan.server.books.models import Book
from huikuan.server.books.services import rules_of
from huikuan.server.workbench.decided import decisions_of

register(
    {
        "finding.gone": gettext_noop("This finding is gone: the results have changed. Look at the new ones."),
        "finding.reason": gettext_noop("Say why it is put aside, in at most 300 characters."),
    }
)
KEPT_SECONDS = 3_600
LONGEST_REASON = 300


def forecasts_of(found: Results) -> list[CashForecast]:
    """The cash forecast of each currency."""
    key = f"forecast:{found.book.folder.name}:{found.run.folder.name}"
    told: list[CashForecast] | None = cache.get(key)
    if told is None:
        told = cash_forecasts(found)
        cache.set(key, told, KEPT_SECONDS)
    return told


@dataclass(frozen=True)
class Listed:
    """A finding with its dismissal. `back`: it was put aside and is told again, as it has grown clearly worse."""

    finding: Finding
    dismissed: DismissedFinding | None = None
    back: bool = False


def found_of(book: Book, results: Results) -> Found:
    """All findings of a run."""
    rules, decisions = rules_of(book), decisions_of(book)
    key = f"findings:{book.pk}:{results.run.folder.name}:{hash_of((rules, decisions))}"
    told: Found | None = cache.get(key)
    if told is None:
        told = findings_of(results, rules, decisions)
        cache.set(key, told, KEPT_SECONDS)
    return told


def listed(book: Book, found: Found) -> tuple[list[Listed], list[Listed]]:
    """The findings that stand, and those put aside."""
    aside = {row.key: row for row in DismissedFinding.objects.filter(book=book).select_related("by")}
    standing, dismissed = [], []
    for finding in found.findings:
        row = aside.get(finding.key[:500])
        worse = row is not None and finding.size >= row.size * WORSE
        if row is None or worse:
            standing.append(Listed(finding, row, worse))
        else:
            dismissed.append(Listed(finding, row))
    return standing, dismissed


def find(book: Book, results: Results, key: str) -> Finding:
    """The finding of a key. UserError `finding.gone`."""
    for each in found_of(book, results).findings:
        if each.key == key:
            return each
    raise UserError("finding.gone")


@transaction.atomic
def dismiss(book: Book, finding: Finding, reason: str, *, by: Any, user: Any = None) -> DismissedFinding:
    """Put a finding aside with a reason. UserError `finding.reason`."""
    said = reason.strip()
    if not said or len(said) > LONGEST_REASON:
        raise UserError("finding.reason")
    row, _made = DismissedFinding.objects.update_or_create(
        book=book, key=finding.key[:500], defaults={"size": finding.size, "reason": said, "by": user}
    )
    told = {"finding": finding.key, "size": finding.size, "money": finding.money, "reason": said}
    record(by, "finding.dismiss", book, book=book, after=told)
    return row


@transaction.atomic
def restore(book: Book, key: str, *, by: Any) -> None:
    """Show a dismissed finding again. UserError `finding.gone` where it was not put aside."""
    row = DismissedFinding.objects.filter(book=book, key=key[:500]).first()
    if row is None:
        raise UserError("finding.gone")
    record(by, "finding.restore", book, book=book, before={"finding": row.key, "reason": row.reason})
    row.delete()
