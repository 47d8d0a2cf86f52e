"""Making an issue: the book's run brought up to date, the report built, its files and its message kept.

Any number of workers may call `make`; one makes it. Nothing is sent here, so an issue whose worker was lost is made
again from the start; one whose job a person cancelled is left out.
"""

from __future__ import annotations

import hashlib
import json
import logging
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from huikuan.export import json as report_json
from huikuan.export.printed import Printed
from huikuan.insight.reports.tables import ReportTable
from huikuan.pipeline.results.results import Results
from huikuan.records.errors import HuikuanError, UserError
from huikuan.records.messages import gettext_noop, register
from huikuan.server.audit.services import plain, record
from huikuan.server.books.models import Book
from huikuan.server.core import numbers
from huikuan.server.delivery import archive, mail
from huikuan.server.delivery.due import days_of
from huikuan.server.delivery.files import write_files
from huikuan.server.delivery.message import Message, main_figures
from huikuan.server.delivery.models import Issue, Schedule, Sending, local_day
from huikuan.server.jobs.services import Cancelled
from huikuan.server.reporting import report_of
from huikuan.server.reports.saved import reports_of
from huikuan.server.workbench import services as workbench
from huikuan.server.workbench.overview import is_stale

register(
    {
        "delivery.unexpected": gettext_noop("An unexpected fault, which the log names. It is tried again."),
        "delivery.gone": gettext_noop("The schedule was removed before this was made."),
    }
)
log = logging.getLogger("huikuan.delivery")
ACTOR = "automatic report"
# Between the tries to make an issue or to send it; after the last it is given up.
BACK_OFF = tuple(timedelta(minutes=minutes) for minutes in (5, 15, 60, 240, 720))
# A worker that was not heard of for so long is lost.
LEASE = timedelta(minutes=10)
Progress = Callable[[str, float, float], None]


def make(issue: Issue, told: Progress | None = None) -> bool:
    """Make an issue that waits, if no other worker has claimed it; whether this call made it."""
    claim, now = uuid.uuid4().hex, timezone.now()
    waiting = Issue.objects.filter(pk=issue.pk, state="waiting", next_try_at__lte=now)
    if waiting.update(state="making", claim=claim, claimed_at=now, attempts=F("attempts") + 1) != 1:
        return False
    issue.refresh_from_db()

    def alive(stage: str, done: float, total: float) -> None:
        Issue.objects.filter(pk=issue.pk, claim=claim).update(claimed_at=timezone.now())
        if told:
            told(stage, done, total)

    try:
        _make(issue, claim, alive)
    except Cancelled:
        Issue.objects.filter(pk=issue.pk, claim=claim, state="making").update(state="missed")
        raise
    except UserError as error:
        _failed(issue, error.code, error.params, again=False)
    except Exception as error:
        log.exception("issue %s was not made", issue.pk)
        known = isinstance(error, HuikuanError)
        code, params = (error.code, error.params) if known else ("delivery.unexpected", {})  # type: ignore[attr-defined]
        _failed(issue, code, params, again=True)
    return True


def _failed(issue: Issue, code: str, params: dict[str, object], again: bool) -> None:
    again = again and issue.attempts <= len(BACK_OFF)
    values: dict[str, object] = {"state": "waiting" if again else "failed"}
    if again:
        values["next_try_at"] = timezone.now() + BACK_OFF[issue.attempts - 1]
    Issue.objects.filter(pk=issue.pk, claim=issue.claim, state="making").update(
        error_code=code, error_params=plain(params), **values
    )


def _make(issue: Issue, claim: str, told: Progress) -> None:
    schedule, book = issue.schedule, issue.book
    if schedule is None:
        raise UserError("delivery.gone")
    found, older = fresh_results(book, told)
    first, last = days_of(schedule.period, local_day(book, issue.due_at))
    issue.date_from, issue.date_to = first, last
    with translation.override(schedule.language):
        params = {key: value for key, value in schedule.params.items() if value}
        table = report_of(
            book, schedule.report, params | _days(book, schedule.report, first, last), None, schedule.language
        )
        printed = Printed(_("Automatic report"), book.local(timezone.now()))
        stem = f"{schedule.name}-{last or found.manifest.as_of}".replace("/", "-").replace("\\", "-")
        files = write_files(book, table, schedule.formats, stem, printed)
        message = message_of(issue, schedule, table, found, older)
    issue.run, issue.as_of, issue.facts = found.manifest.run, found.manifest.as_of, found.manifest.facts
    issue.older, issue.made_at, issue.message = older, timezone.now(), message.plain()
    issue.data_hash, issue.state = hash_of_table(table), "made"
    issue.error_code, issue.error_params = "", {}
    with transaction.atomic():
        if not Issue.objects.select_for_update().filter(pk=issue.pk, claim=claim, state="making").exists():
            return  # taken for lost, and made by another meanwhile
        archive.hold(book, files)
        issue.save()
        for file in files:
            file.issue = issue
            file.save()
        if issue.reason != "trial":
            Sending.objects.bulk_create(_sendings(issue, schedule))
        record(ACTOR, "delivery.made", issue, book=book, after={
            "due": issue.due_at, "from": first, "to": last, "run": issue.run, "hash": issue.data_hash,
        })  # fmt: skip


def fresh_results(book: Book, told: Progress) -> tuple[Results, bool]:
    """The book's results as of today, reconciled now where they are not current; and whether they are older than its
    data all the same, because that did not work. Raises when there are none at all."""
    found = None
    try:
        found = workbench.results(book)
        if found.manifest.as_of == book.today() and not is_stale(book, found):
            return found, False
    except UserError as error:
        if not error.code.startswith("results.none"):
            raise
    try:
        workbench.reconcile(book, ACTOR, progress=told)
        return workbench.results(book), False
    except Cancelled:
        raise
    except Exception:
        if found is None:
            raise
        log.exception("book %s could not be reconciled before a report", book.pk)
        return found, True


def _days(book: Book, report: str, first: object, last: object) -> dict[str, str]:
    """The days as parameters of the report, where it has them."""
    chosen = reports_of(book).get(report)
    known = {parameter.name for parameter in chosen.parameters} if chosen else set()
    told = {"from": first, "to": last}
    return {name: str(day) for name, day in told.items() if day and name in known}


def _sendings(issue: Issue, schedule: Schedule) -> list[Sending]:
    mails = [Sending(issue=issue, kind="email", target=each, shown=each) for each in schedule.emails]
    return mails + [
        Sending(issue=issue, kind=each.kind, target=str(each.pk), channel=each, shown=each.name)
        for each in schedule.channels.all()
    ]


def hash_of_table(table: ReportTable) -> str:
    """The hash of everything a report says, figures as plain decimals; the same data give the same hash."""
    told = json.dumps(report_json.document(table), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()


def message_of(issue: Issue, schedule: Schedule, table: ReportTable, found: Results, older: bool) -> Message:
    """What the recipients read, in the active language."""
    book, manifest = issue.book, found.manifest
    facts = [(_("Period"), _span(issue))] if issue.date_from else []
    facts.append((_("As of"), manifest.as_of.isoformat()))
    notes = []
    if issue.late:
        moment = numbers.moment(book.local(issue.due_at))
        notes.append(_("Late: this was due %(moment)s, when the program was not running.") % {"moment": moment})
    if older:
        made = numbers.moment(book.local(manifest.created_at))
        notes.append(
            _("The figures are those of the reconciliation of %(moment)s; newer data could not be reconciled.")
            % {"moment": made}
        )
    if issue.reason == "by_hand":
        notes.append(_("Sent by hand."))
    where = mail.address()
    link = f"{where}/b/{book.slug}/delivery/archive/{issue.pk}" if where else ""
    subject = f"{schedule.name} {_span(issue)}".strip()
    return Message(
        subject, book.name, tuple(facts), main_figures(table), tuple(notes), link, _("Open the report"),
    )  # fmt: skip


def _span(issue: Issue) -> str:
    if not issue.date_from:
        return ""
    first, last = issue.date_from.isoformat(), str(issue.date_to)
    return first if first == last else f"{first} – {last}"


def free_lost(now: datetime) -> None:
    """Have issues made again whose worker was lost while making them."""
    Issue.objects.filter(state="making", claimed_at__lt=now - LEASE).update(state="waiting", next_try_at=now)
