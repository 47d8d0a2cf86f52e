"""Reading schedules and the archive."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from huikuan.server.books.models import Book
from huikuan.server.delivery.due import next_due
from huikuan.server.delivery.models import Issue, Schedule, Sending
from huikuan.server.reports.models import PREFIX, SavedReport
from huikuan.server.reports.saved import seen_by as seen_reports

RECENT = timedelta(days=30)
FAILURES_SHOWN = 100


def failed_sending() -> Exists:
    """Whether an issue has a recipient whom it did not reach."""
    return Exists(Sending.objects.filter(issue=OuterRef("pk"), state="failed"))


def seen_by(membership: Any) -> Q:
    """The condition on issues, or schedules, that a member may see them: as the report itself. What was made of a saved
    report that is gone is seen by who manages the book's users."""
    every = set(SavedReport.objects.filter(book=membership.book).values_list("pk", flat=True))
    seen = Q(report__in=[each.name for each in seen_reports(membership)])
    if membership.may("manage_users"):
        seen |= ~Q(report__in=[f"{PREFIX}{pk}" for pk in every])
    return ~Q(report__startswith=PREFIX) | seen


def failing(book: Book, membership: Any = None) -> QuerySet[Issue]:
    """Issues of the last 30 days that were not made, or did not reach somebody, and that nobody has noted; those that a
    member may see where one is given."""
    recent = Issue.objects.filter(book=book, dismissed=False, due_at__gte=timezone.now() - RECENT)
    failed = recent.filter(Q(state="failed") | failed_sending())
    return failed.filter(seen_by(membership)) if membership else failed


def failures(request: HttpRequest) -> list[Issue]:
    """The first hundred failures that a person may see; mostly there is none, which is one query. Asked once per
    request."""
    kept: list[Issue] | None = getattr(request, "failed_issues", None)
    if kept is None:
        book = request.book  # type: ignore[attr-defined]
        kept = list(failing(book)[:FAILURES_SHOWN])
        if any(each.report.startswith(PREFIX) for each in kept) or len(kept) == FAILURES_SHOWN:
            kept = list(failing(book, request.membership)[:FAILURES_SHOWN])  # type: ignore[attr-defined]
        request.failed_issues = kept  # type: ignore[attr-defined]
    return kept


def pending(now: datetime, book: Book | None = None) -> QuerySet[Issue]:
    """Issues to be made or sent by now, newest first."""
    due = Exists(Sending.objects.filter(issue=OuterRef("pk"), state="waiting", next_try_at__lte=now))
    rows = Issue.objects.filter(Q(state="waiting", next_try_at__lte=now) | Q(due, state="made"))
    return (rows.filter(book=book) if book else rows).order_by("-due_at", "-id")


def archive(book: Book, membership: Any, state: str = "", schedule: int | None = None) -> QuerySet[Issue]:
    """The archive of a book as a member sees it. `state`: failed, late, missed, or blank for all."""
    counted = {
        f"{name}_count": Count("sendings", filter=Q(sendings__state=name))
        for name in ("sent", "waiting", "sending", "failed", "stopped")
    }
    counted["retry_count"] = Count("sendings", filter=Q(sendings__state="waiting", sendings__attempts__gt=0))
    rows = Issue.objects.filter(seen_by(membership), book=book).annotate(**counted).prefetch_related("files")
    if schedule:
        rows = rows.filter(schedule_id=schedule)
    if state == "failed":
        return rows.filter(Q(state="failed") | failed_sending())
    if state == "late":
        return rows.filter(late=True)
    return rows.filter(state="missed") if state == "missed" else rows


WORDS: dict[str, Any] = {
    "failed": _("Failed"),
    "missed": _("Skipped"),
    "retry": _("Tried again later"),
    "waiting": _("Waiting"),
    "making": _("Being made"),
    "trial": _("Trial"),
    "partly": _("Not to all"),
    "sending": _("Being sent"),
    "stopped": _("Stopped"),
    "sent": pgettext_lazy("report", "Sent"),
}
SENDING_LOOKS = {
    "waiting": "in_transit", "sending": "in_transit", "sent": "matched", "failed": "overdue", "stopped": "not_due",
}  # fmt: skip


def badge_of(issue: Any) -> tuple[str, Any]:
    """Look and word of the whole of an issue of `archive`."""
    look, code = look_of(issue)
    return look, WORDS[code]


def look_of(issue: Any) -> tuple[str, str]:  # noqa: PLR0911 - one case per state
    """Look and code of the whole of an issue of `archive`."""
    if issue.state in ("failed", "missed"):
        return ("overdue", "failed") if issue.state == "failed" else ("not_due", "missed")
    if issue.state in ("waiting", "making"):
        return ("difference", "retry") if issue.error_code else ("in_transit", issue.state)
    if issue.reason == "trial":
        return "closed", "trial"
    if issue.failed_count:
        return ("difference", "partly") if issue.sent_count else ("overdue", "failed")
    if issue.retry_count:
        return "difference", "retry"
    if issue.waiting_count or issue.sending_count:
        return "in_transit", "sending"
    return ("not_due", "stopped") if issue.stopped_count and not issue.sent_count else ("matched", "sent")


def schedules_of(book: Book, membership: Any) -> list[dict[str, Any]]:
    """The schedules with when each is due next and how its last issue went, if the member may see it (`seen`)."""
    latest = Issue.objects.filter(schedule=OuterRef("pk")).exclude(reason="trial").values("pk")[:1]
    rows = list(Schedule.objects.filter(book=book).annotate(latest=Subquery(latest)).prefetch_related("channels"))
    last = {
        each.pk: each for each in archive(book, membership).filter(pk__in=[row.latest for row in rows if row.latest])
    }  # type: ignore[attr-defined]
    now = timezone.now()
    seen = set(Schedule.objects.filter(seen_by(membership), book=book).values_list("pk", flat=True))
    return [
        {
            "schedule": each,
            "seen": each.pk in seen,
            "next": None if each.paused else next_due(each, book.zone, now),
            "last": last.get(each.latest),
        }  # type: ignore[attr-defined]
        for each in rows
    ]
