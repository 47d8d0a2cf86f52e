"""Closing and reopening a period, and the periods of a book. Web, command line and jobs call these."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from huikuan.pipeline.periods import closed as closed_on_disk
from huikuan.pipeline.periods import closing, late
from huikuan.pipeline.periods.closed import Closed, Period, closed_periods, period_of
from huikuan.pipeline.periods.closing import Deed
from huikuan.pipeline.periods.closing_checks import Check, checks_of, is_closed, months
from huikuan.pipeline.periods.figures import Figures, closed_figures, figures_by_month
from huikuan.pipeline.plain import hash_of
from huikuan.pipeline.runs.reconciling import Progress
from huikuan.records.decisions import Decisions
from huikuan.records.errors import UserError
from huikuan.records.messages import gettext_noop, register
from huikuan.server.accounts.access import actor_name, require
from huikuan.server.audit.services import record
from huikuan.server.books.models import Book
from huikuan.server.books.services import rules_of
from huikuan.server.documents.coverage import coverage_of
from huikuan.server.documents.library import library_book
from huikuan.server.jobs.models import Job
from huikuan.server.jobs.services import start
from huikuan.server.periods.models import Closing
from huikuan.server.workbench import approvals
from huikuan.server.workbench.decided import decisions_of
from huikuan.server.workbench.services import results

register(
    {
        "close.open_points": gettext_noop(
            "%(period)s is not closed yet. To be looked at: %(points)s. Settle it, or accept it with a reason "
            "(--accept-open --reason)."
        ),
        "close.reason": gettext_noop("Say why: a reason is needed."),
    }
)

JOB = "close"
KEPT = 64  # answers about closed periods, while no document comes or goes and nothing is decided


@dataclass(frozen=True)
class PeriodRow:
    """A period of a book: a month, or a week or day that was closed by itself. `state`: closed, open, or running (not
    ended). `late`: what came after it had been closed (`pipeline.periods.late.late_sums`)."""

    period: Period
    state: str
    figures: list[Figures]
    closed: Closed | None = None
    late: tuple[dict[str, Any], ...] = ()


def checks(book: Book, name: str) -> list[Check]:
    """What is to be looked at before a period is closed. UserError: it cannot be closed now."""
    period = period_of(name)
    library, rules, decisions = library_book(book), rules_of(book), decisions_of(book)
    closing.check_closable(library, period)
    closing.check_current(library, period, rules, decisions)
    return checks_of(results(book), period, coverage_of(book, book.today()), len(approvals.waiting_of(book)))


def accepted_points(book: Book, actor: Any, name: str, accept_open: bool, reason: str) -> list[Check]:
    """What is to be looked at and accepted by whoever closes. UserError: the period cannot be closed now, the actor may
    not, or something is not accepted or has no reason."""
    require(book, actor, "close")
    points = [each for each in checks(book, name) if not each.ok]
    if points and not accept_open:
        raise UserError("close.open_points", period=name, points="; ".join(each.text for each in points))
    if points and not reason.strip():
        raise UserError("close.reason")
    return points


def start_close(book: Book, actor: Any, name: str, *, accept_open: bool, reason: str) -> Job:
    """Close a period in the background, once all is accepted. Errors as of `accepted_points`."""
    accepted_points(book, actor, name, accept_open, reason)
    params = {"period": name, "accept_open": accept_open, "reason": reason, "by": actor_name(actor)}
    title = gettext_noop("Closing of %(period)s")
    with transaction.atomic():
        return start(book, JOB, params, title=title, title_params={"period": name}, by=actor)


def closing_job(book: Book, name: str) -> Job | None:
    """The job that closes a period or waits to; None where none does."""
    jobs = Job.objects.filter(book=book, kind=JOB, state__in=("waiting", "running"))
    return next((job for job in jobs if job.params.get("period") == name), None)


def close(
    book: Book,
    actor: Any,
    name: str,
    *,
    accept_open: bool = False,
    reason: str = "",
    progress: Progress | None = None,
) -> Closed:
    """Close a period. Errors as of `accepted_points`; UserError `close.changed` where the book changed meanwhile."""
    points = accepted_points(book, actor, name, accept_open, reason)
    deed = Deed(actor_name(actor), timezone.now(), reason.strip(), tuple(asdict(each) for each in points))
    rules, decisions = rules_of(book), decisions_of(book)

    @transaction.atomic
    def commit(made: Closed) -> None:
        Book.objects.select_for_update().get(pk=book.pk)
        known = (made.manifest["rules"], made.manifest["decisions"])
        if known != (hash_of(rules_of(book)), hash_of(decisions_of(book))):
            raise UserError("close.changed", period=name)
        Closing.objects.create(
            book=book, period=name, content_hash=made.content_hash, reason=deed.reason, actor=deed.by,
            created_by=_user(actor), closed_at=deed.at,
        )  # fmt: skip
        after = {"hash": made.content_hash, "reason": deed.reason, "accepted": {c.code: c.count for c in points}}
        record(actor, "period.close", f"period:{name}", book=book, after=after)

    return closing.close(library_book(book), period_of(name), rules, decisions, deed, commit, progress)


def reopen(book: Book, actor: Any, name: str, reason: str) -> Closed:
    """Open a closed period again; its frozen copy is kept aside. UserError: it is not closed, or no reason is given."""
    require(book, actor, "reopen")
    closed_on_disk.find_closed(library_book(book), name)
    if not reason.strip():
        raise UserError("close.reason")
    deed = Deed(actor_name(actor), timezone.now(), reason.strip())

    @transaction.atomic
    def commit(found: Closed) -> None:
        Book.objects.select_for_update().get(pk=book.pk)
        Closing.objects.filter(book=book, period=name, live=True).update(
            live=False, reopened_actor=deed.by, reopened_by=_user(actor), reopened_at=deed.at,
            reopened_reason=deed.reason,
        )  # fmt: skip
        before, after = {"hash": found.content_hash}, {"reason": deed.reason}
        record(actor, "period.reopen", f"period:{name}", book=book, before=before, after=after)

    return closing.reopen(library_book(book), name, deed, commit)


def _user(actor: Any) -> Any:
    user = getattr(actor, "user", actor)
    return user if getattr(user, "pk", None) else None


def periods_of(book: Book) -> list[PeriodRow]:
    """The months that have data, with the weeks and days closed by themselves; the latest first."""
    closed = closed_periods(library_book(book))
    figures = _figures(book)
    found = [_closed_row(book, each) for each in closed]
    named = {each.name for each in closed}
    today = book.today()
    first = min((period_of(month).first for month in figures), default=book.start)
    if first is not None:
        begun = max(first, book.start or first)
        found += [
            PeriodRow(month, _state(book, month, closed), figures.get(month.name, []))
            for month in months(begun, today)
            if month.name not in named
        ]
    return sorted(found, key=lambda row: (row.period.last, row.period.first), reverse=True)


def _closed_row(book: Book, each: Closed) -> PeriodRow:
    came = late.late_sums(late_of(book, each))
    return PeriodRow(each, "closed", closed_figures(each), each, tuple(came))


def late_of(book: Book, closed: Closed) -> list[dict[str, Any]]:
    """What came late to a closed period (`pipeline.periods.late.late_records`)."""
    return list(_asked(book, closed, late.late_records))


def control_of(book: Book, closed: Closed) -> list[late.Control]:
    """closed + late + changed = now, by kind and currency."""
    return list(_asked(book, closed, late.control))


_answers: OrderedDict[tuple[Any, ...], tuple[Decisions, Any]] = OrderedDict()


def _asked(book: Book, closed: Closed, ask: Callable[[Any, Decisions, Closed], Any]) -> Any:
    """The answer to a question about a closed period, asked again only when something has changed."""
    library, decisions = library_book(book), decisions_of(book)
    others = tuple(each.content_hash for each in closed_periods(library))
    key = (book.pk, ask.__name__, closed.content_hash, library.lake.versions(), others)
    kept = _answers.get(key)
    if kept is None or kept[0] is not decisions:
        kept = _answers[key] = (decisions, ask(library, decisions, closed))
        while len(_answers) > KEPT:
            _answers.popitem(last=False)
    return kept[1]


def _state(book: Book, month: Period, closed: list[Closed]) -> str:
    if is_closed(month, closed):
        return "closed"
    return "open" if has_ended(book, month) else "running"


def has_ended(book: Book, period: Period) -> bool:
    """Whether a period's last day is over; a book whose day stands still is at the end of it."""
    return book.today() > period.last or (book.fixed_today is not None and book.today() == period.last)


def _figures(book: Book) -> dict[str, list[Figures]]:
    """The months by the current results; none before the first run."""
    try:
        return figures_by_month(results(book))
    except UserError:
        return {}


def faults(book: Book) -> list[tuple[str, list[str]]]:
    """Each period that is or should be closed, with what is wrong with its frozen copy."""
    library = library_book(book)
    closed = {each.name: each for each in closed_periods(library)}
    known = dict(Closing.objects.filter(book=book, live=True).values_list("period", "content_hash"))
    found = []
    for name in sorted(closed.keys() | known.keys()):
        wrong = ["the frozen copy is gone"] if name not in closed else closed_on_disk.faults_of(closed[name])
        if name in closed and known.get(name) != closed[name].content_hash:
            wrong.append("not the copy that was closed")
        found.append((name, wrong))
    return found
