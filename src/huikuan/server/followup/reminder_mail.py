"""The daily reminder by e-mail: each person's tasks that are due, late, or whose promise was broken.

It goes out at the clock of the automatic reports, to people of the book who may follow up, have an address and have not
asked to be left alone. A moment that was missed is caught up on the same day; a day that has passed is not, as the next
reminder tells the same. What it says is read when it is sent.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from huikuan.pipeline.results.results import Results
from huikuan.records.errors import UserError
from huikuan.server.accounts.access import require
from huikuan.server.accounts.models import User
from huikuan.server.audit.services import record
from huikuan.server.books.models import Book
from huikuan.server.core import numbers
from huikuan.server.delivery import mail, sending
from huikuan.server.delivery.due import due_moments
from huikuan.server.delivery.faults import SendError
from huikuan.server.delivery.making import ACTOR
from huikuan.server.delivery.message import Message, as_text
from huikuan.server.delivery.models import local_day
from huikuan.server.followup import changes
from huikuan.server.followup.models import LIVE_STATES, ReminderMail, ReminderOptOut, ReminderSetting, Task
from huikuan.server.followup.queries import people_of
from huikuan.server.followup.reminders import Reminder, due_reminders
from huikuan.server.followup.shown import ShownTask
from huikuan.server.jobs.models import Job
from huikuan.server.jobs.services import start
from huikuan.server.workbench.services import results

JOB = "followup-remind"
KEPT = timedelta(days=90)  # how long it is known who was reminded
TOLD = 20  # tasks of each section


# Setting up ----------------------------------------------------------------------------------------------------------
def setting_of(book: Book) -> ReminderSetting:
    """The setting of a book, made where it has none: off in a book that stands still (the demonstration)."""
    return ReminderSetting.objects.get_or_create(book=book, defaults={"on": book.fixed_today is None})[0]


@transaction.atomic
def save_setting(setting: ReminderSetting, by: Any, now: datetime) -> None:
    """Save whether and when reminders go out; from now on, what lies before is not caught up."""
    require(setting.book, by, "rules")
    before = ReminderSetting.objects.get(pk=setting.pk)
    setting.planned_until = now
    setting.save()
    was, told = ({"on": each.on, "at": f"{each.at:%H:%M}"} for each in (before, setting))
    record(by, "followup.reminders", setting, book=setting.book, before=was, after=told)


@transaction.atomic
def want(book: Book, user: User, by: Any, wanted: bool) -> None:
    """Somebody's own wish to be reminded by e-mail of a book's tasks, or not."""
    require(book, by, "cases")
    own = ReminderOptOut.objects.filter(book=book, user=user)
    if own.exists() != wanted:
        return
    if wanted:
        own.delete()
    else:
        ReminderOptOut.objects.create(book=book, user=user)
    record(by, "followup.reminded", f"user:{user.pk}", book=book, after={"on": wanted})


def told_people(book: Book) -> list[User]:
    """Who gets reminders: people who may follow up, with an address, who have not asked to be left alone."""
    silent = set(ReminderOptOut.objects.filter(book=book).values_list("user", flat=True))
    return [user for user in people_of(book) if user.email and user.pk not in silent]


# What is due ---------------------------------------------------------------------------------------------------------
def plan(now: datetime, book: Book | None = None) -> list[ReminderMail]:
    """Make a mail for each person who has something due, once a day and book. Nothing without a mail server."""
    if mail.mail_server() is None:
        return []
    live = Task.objects.filter(book=OuterRef("pk"), state__in=LIVE_STATES)
    books = Book.objects.filter(Exists(live))
    made: list[ReminderMail] = []
    known = {each.book_id: each for each in ReminderSetting.objects.select_related("book")}
    for each in books.filter(pk=book.pk) if book else books:
        setting = known.get(each.pk) or setting_of(each)
        if setting.on and due_moments(setting, each.zone, setting.planned_until, now):
            made += _plan(setting.pk, now)
    return made


@transaction.atomic
def _plan(pk: int, now: datetime) -> list[ReminderMail]:
    setting = ReminderSetting.objects.select_for_update(of=("self",)).select_related("book").get(pk=pk)
    book = setting.book
    moments = due_moments(setting, book.zone, setting.planned_until, now)
    ReminderSetting.objects.filter(pk=pk).update(planned_until=now)
    ReminderMail.objects.filter(book=book, due_at__lt=now - KEPT).delete()
    if not moments or book.local(moments[0]).date() != book.local(now).date():
        return []
    day, people = book.local(now).date(), {user.pk for user in told_people(book)}
    mails = [
        ReminderMail(book=book, user=each.person, day=day, due_at=moments[0], next_try_at=now)
        for each in due_reminders(book, local_day(book, now))
        if each.person and each.person.pk in people
    ]
    ReminderMail.objects.bulk_create(mails, ignore_conflicts=True)
    return list(ReminderMail.objects.filter(book=book, day=day))


def pending(now: datetime, book: Book | None = None) -> QuerySet[ReminderMail]:
    """Mails to be sent by now."""
    rows = ReminderMail.objects.filter(state="waiting", next_try_at__lte=now).select_related("book", "user")
    return rows.filter(book=book) if book else rows


def tick(now: datetime) -> None:
    """What the clock of the worker does: plan, and start a job for each book with something to send and no job."""
    _prepare(now)
    active = set(Job.objects.filter(kind=JOB, state__in=("waiting", "running")).values_list("book", flat=True))
    for book in Book.objects.filter(pk__in=pending(now).order_by().values("book")).exclude(pk__in=active):
        start(book, JOB, title=gettext_noop("Reminders of follow-up"))


def work_off(now: datetime, book: Book | None = None) -> Iterator[dict[str, Any]]:
    """Plan and send what is due now, of all books or one; rows of `huikuan deliver`."""
    _prepare(now, book)
    for each in list(pending(now, book)):
        send(each, now)
        yield {
            "book": each.book.name, "name": str(_("Reminders of follow-up")), "due": each.book.local(each.due_at),
            "late": False, "state": each.state, "to": each.user.email, "sent": each.sent_at, "fault": each.fault,
        }  # fmt: skip


def _prepare(now: datetime, book: Book | None = None) -> None:
    sending.fail_lost(now, ReminderMail)
    plan(now, book)


def send(row: ReminderMail, now: datetime) -> bool:
    """Send one reminder, if no other worker has claimed it; whether this call tried."""
    tried = sending.attempt(row, lambda: _send(row, now))
    if tried and row.state == "sent":
        after = {"to": row.user.email, "tasks": row.tasks}
        record(ACTOR, "followup.reminder", f"user:{row.user_id}", book=row.book, after=after)
    return tried


def _send(row: ReminderMail, now: datetime) -> bool:
    book = row.book
    if row.day != book.local(now).date() or row.user not in told_people(book):
        return False
    server = mail.mail_server()
    if server is None:
        raise SendError("mail.none")
    told = message_for(book, row.user, local_day(book, now))
    if told is None:
        return False
    domain = server.sender.partition("@")[2] or "huikuan.invalid"
    mail.send_mail(
        server, row.user.email, told.message.subject, as_text(told.message), (),
        f"<huikuan.reminder.{row.pk}@{domain}>",
    )  # fmt: skip
    ReminderMail.objects.filter(pk=row.pk).update(tasks=told.tasks)
    row.tasks = told.tasks
    return True


# What it says --------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Told:
    """A reminder as a message, and of how many tasks it tells."""

    message: Message
    tasks: int


def message_for(book: Book, user: User, today: date, language: str = "") -> Told | None:
    """A person's reminder of a day in their language (`language` for another); None where nothing is due."""
    reminders = due_reminders(book, today)
    own = next((each for each in reminders if each.person == user), None)
    if own is None:
        return None
    nobodys = sum(len(each.tasks) for each in reminders if each.person is None)
    with translation.override(language or user.language or settings.LANGUAGE_CODE):
        return Told(_message(book, own, _found(book), nobodys), len(own.tasks))


def _found(book: Book) -> Results | None:
    try:
        return results(book)
    except UserError:  # nothing was reconciled yet, or not with what is known now: told without money
        return None


def _message(book: Book, own: Reminder, found: Results | None, nobodys: int) -> Message:
    stands = changes.standings(book, found) if found else {}
    tasks = [ShownTask(task, stands.get(task.pk), own.today) for task in own.tasks]
    broken = [each for each in tasks if each.promise_late]
    cleared = [each for each in tasks if each.cleared]
    rest = [each for each in tasks if not each.promise_late and not each.cleared]
    late = [each for each in rest if each.task in own.late]
    today = [each for each in rest if each.task not in own.late]
    sections = (
        (_("Promises not kept"), broken), (_("Overdue"), late), (_("Due today"), today),
        (_("Nothing missing any more: close them?"), cleared),
    )  # fmt: skip
    count = ngettext("%(count)s follow-up is due", "%(count)s follow-ups are due", len(tasks))
    notes = _more(sections)
    if nobodys:
        more = ngettext(
            "%(count)s task that is due has no owner yet.", "%(count)s tasks that are due have no owner yet.", nobodys
        )
        notes.append(more % {"count": f"{nobodys:,}"})
    where = mail.address()
    if where:
        quiet = f"{where}{reverse('followup:reminders', args=[book.slug])}"
        notes.append(_("To get no such e-mails: %(link)s") % {"link": quiet})
    return Message(
        f"{count % {'count': f'{len(tasks):,}'}} · {book.name}", book.name, ((_("Day"), numbers.day(own.today)),),
        tuple((title, "", tuple(_line(each) for each in rows[:TOLD])) for title, rows in sections if rows),
        tuple(notes), f"{where}{reverse('followup:list', args=[book.slug])}?show=mine" if where else "",
        _("Open your tasks"),
    )  # fmt: skip


def _more(sections: Sequence[tuple[str, list[ShownTask]]]) -> list[str]:
    """That a long section does not list all."""
    return [
        _("%(title)s: %(count)s more than listed.") % {"title": title, "count": f"{len(rows) - TOLD:,}"}
        for title, rows in sections
        if len(rows) > TOLD
    ]


def _line(each: ShownTask) -> tuple[str, str]:
    """A task, and what of it is missing since when."""
    task = each.task
    parts = [
        _("%(money)s missing") % {"money": f"{money.currency} {numbers.money_exact(money.left)}"}
        for money in (each.standing.money if each.standing else ())
    ]
    days = ((_("to be done by %(day)s"), task.due_on), (_("promised for %(day)s"), task.promised_on),
            (_("to be reminded of %(day)s"), task.remind_on))  # fmt: skip
    parts += [words % {"day": numbers.day(day)} for words, day in days if day]
    return task.shown_name, " · ".join(parts)
