"""Setting up automatic reports, and doing what is due: planning issues, making them, sending them.

The worker's clock calls `tick`, which starts a job per issue; `huikuan deliver` calls `work_off`. Both may run at the
same time, in any number: what is planned is unique in the database, what is done is claimed there first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from huikuan.records.errors import UserError
from huikuan.records.messages import gettext_noop, register
from huikuan.server import keys
from huikuan.server.accounts.access import require
from huikuan.server.audit.services import record
from huikuan.server.books.models import Book
from huikuan.server.delivery import archive, mail, making, sending
from huikuan.server.delivery.due import due_moments
from huikuan.server.delivery.faults import SendError
from huikuan.server.delivery.message import Message
from huikuan.server.delivery.models import Channel, Issue, MailServer, Schedule, Sending
from huikuan.server.delivery.outbound import checked_url
from huikuan.server.delivery.queries import pending
from huikuan.server.jobs.models import Job
from huikuan.server.jobs.services import start

register(
    {
        "delivery.no_recipient": gettext_noop("“%(name)s” has no recipient. Add an e-mail address or a webhook."),
        "delivery.channel_used": gettext_noop("“%(name)s” is used by: %(schedules)s. Take it out there first."),
        "delivery.nothing_failed": gettext_noop("There is nothing here to send again."),
    }
)
JOB = "delivery"
NAME_SHOWN = 24  # of a report in the top bar
# How many missed issues of a schedule are caught up after the program was off: the newest ones.
CATCH_UP = 3
# An issue planned so much after its moment is late, and says so.
LATE_AFTER = timedelta(minutes=30)
Values = Mapping[str, Any]


# Schedules -----------------------------------------------------------------------------------------------------------
@transaction.atomic
def save_schedule(schedule: Schedule, channels: Sequence[Channel], by: Any, before: Values | None = None) -> Schedule:
    """Save a new or changed schedule. It is due from now on: what lies before is not caught up."""
    require(schedule.book, by, "rules")
    new = schedule.pk is None
    schedule.planned_until = timezone.now()
    if new:
        user = getattr(by, "user", by)
        schedule.created_by = user if getattr(user, "pk", None) else None
    schedule.save()
    schedule.channels.set(channels)
    action = "delivery.create" if new else "delivery.change"
    record(by, action, schedule, book=schedule.book, before=before, after=told(schedule))
    return schedule


def told(schedule: Schedule) -> dict[str, Any]:
    """A schedule as the audit log keeps it."""
    names = ("name", "report", "params", "period", "every", "weekday", "month_day", "formats", "language", "emails")
    values = {name: getattr(schedule, name) for name in names}
    channels = [each.name for each in schedule.channels.all()] if schedule.pk else []
    return values | {"at": f"{schedule.at:%H:%M}" if schedule.at else "", "channels": channels}


@transaction.atomic
def pause(schedule: Schedule, by: Any) -> bool:
    """Pause a schedule, or resume a paused one; whether it is paused now. What still waits is not sent; what falls due
    meanwhile is not caught up."""
    require(schedule.book, by, "rules")
    schedule.paused = not schedule.paused
    schedule.planned_until = timezone.now()
    schedule.save(update_fields=["paused", "planned_until"])
    if schedule.paused:
        _stop(schedule)
    record(by, "delivery.pause" if schedule.paused else "delivery.resume", schedule, book=schedule.book)
    return schedule.paused


@transaction.atomic
def remove(schedule: Schedule, by: Any) -> None:
    """Remove a schedule. Its archive stays."""
    require(schedule.book, by, "rules")
    _stop(schedule)
    record(by, "delivery.remove", schedule, book=schedule.book, before=told(schedule))
    schedule.delete()


def _stop(schedule: Schedule) -> None:
    Issue.objects.filter(schedule=schedule, state="waiting").update(state="missed")
    Sending.objects.filter(issue__schedule=schedule, state="waiting").update(state="stopped")


@transaction.atomic
def issue_now(schedule: Schedule, by: Any, trial: bool = False) -> Issue:
    """Have an issue made and sent now, beside the schedule; a trial is sent to nobody."""
    require(schedule.book, by, "rules")
    if not trial and not schedule.emails and not schedule.channels.exists():
        raise UserError("delivery.no_recipient", name=schedule.name)
    issue = _issue(schedule, timezone.now(), reason="trial" if trial else "by_hand")
    user = getattr(by, "user", by)
    issue.created_by = user if getattr(user, "pk", None) else None
    issue.save()
    if not trial:
        record(by, "delivery.by_hand", schedule, book=schedule.book, after={"to": recipients(schedule)})
    start_job(issue, by)
    return issue


def recipients(schedule: Schedule) -> list[str]:
    """To whom a schedule goes, as shown."""
    return [*schedule.emails, *(each.name for each in schedule.channels.all())]


@transaction.atomic
def send_again(issue: Issue, by: Any) -> None:
    """Try once more what was given up. UserError where nothing was."""
    require(issue.book, by, "rules")
    now = timezone.now()
    count = Sending.objects.filter(issue=issue, state="failed").update(state="waiting", next_try_at=now, attempts=0)
    count += (
        Issue.objects.filter(pk=issue.pk, state="failed")
        .exclude(schedule=None)
        .update(state="waiting", next_try_at=now, attempts=0)
    )
    if not count:
        raise UserError("delivery.nothing_failed")
    Issue.objects.filter(pk=issue.pk).update(dismissed=False)
    record(by, "delivery.again", issue, book=issue.book)
    start_job(issue, by)


def dismiss(issue: Issue, by: Any) -> None:
    """Note a failure: it is no work any more."""
    require(issue.book, by, "rules")
    Issue.objects.filter(pk=issue.pk).update(dismissed=True)
    record(by, "delivery.dismiss", issue, book=issue.book)


# Webhooks and the mail server ----------------------------------------------------------------------------------------
@transaction.atomic
def save_channel(channel: Channel, by: Any, url: str = "", secret: str | None = None) -> Channel:
    """Save a webhook. `url` blank and `secret` None: as they were. UserError for an address that is not allowed."""
    require(channel.book, by, "rules")
    new = channel.pk is None
    if url:
        parts = checked_url(url)
        channel.wrapped_url = keys.wrap(settings.INSTALLATION_KEY, url.encode())
        channel.hint = f"{parts.hostname}/…{url[-4:]}"
    if secret is not None:
        channel.wrapped_secret = keys.wrap(settings.INSTALLATION_KEY, secret.encode()) if secret else ""
    channel.save()
    after = {"kind": channel.kind, "address": channel.hint, "signed": bool(channel.wrapped_secret)}
    record(by, "channel.create" if new else "channel.change", channel, book=channel.book, after=after)
    return channel


@transaction.atomic
def remove_channel(channel: Channel, by: Any) -> None:
    """Remove a webhook that no schedule uses."""
    require(channel.book, by, "rules")
    used = [each.name for each in channel.schedules.all()]
    if used:
        raise UserError("delivery.channel_used", name=channel.name, schedules=", ".join(used))
    record(by, "channel.remove", channel, book=channel.book, before={"kind": channel.kind, "address": channel.hint})
    channel.delete()


def test_message(company: str) -> Message:
    """What a trial sends, in the active language."""
    return Message(_("Huikuan: trial"), company, (), notes=(_("Automatic reports will arrive here."),))


def try_channel(channel: Channel, by: Any) -> SendError | None:
    """Send a trial to a webhook; the fault, or None where it was taken."""
    require(channel.book, by, "rules")
    fault = None
    try:
        sending.post_to(channel, test_message(channel.book.name))
    except SendError as error:
        fault = error
    record(by, "channel.test", channel, book=channel.book, after={"fault": str(fault or "")})
    return fault


def save_mail_server(row: MailServer, by: Any, password: str | None = None) -> MailServer:
    """Save the mail server. `password` None: as it was. The caller has checked that this is an administrator."""
    row.pk = 1
    if password is not None:
        row.wrapped_password = keys.wrap(settings.INSTALLATION_KEY, password.encode()) if password else ""
    with transaction.atomic():
        row.save()
        record(by, "mail.change", f"mail:{row.host}", after={
            "host": row.host, "port": row.port, "security": row.security, "user": row.user, "sender": row.sender,
            "address": row.address,
        })  # fmt: skip
    return row


def try_mail(to: str, by: Any) -> SendError | None:
    """Send a trial by mail; the fault, or None where the server took it. The caller has checked the right."""
    server = mail.mail_server()
    if server is None:
        return SendError("mail.none")
    message = test_message("")
    fault = None
    try:
        mail.send_mail(server, to, message.subject, message.notes[0])
    except SendError as error:
        fault = error
    record(by, "mail.test", f"mail:{server.host}", after={"to": to, "fault": str(fault or "")})
    return fault


# What is due ---------------------------------------------------------------------------------------------------------
def plan(now: datetime, book: Book | None = None) -> list[Issue]:
    """Make an issue for every due moment since the last time, once; of many missed ones only the newest are to be
    made, the others are kept as left out."""
    made: list[Issue] = []
    rows = Schedule.objects.filter(paused=False, planned_until__lt=now).select_related("book")
    for schedule in rows.filter(book=book) if book else rows:
        if due_moments(schedule, schedule.book.zone, schedule.planned_until, now):
            made += _plan(schedule.pk, now)
    return made


@transaction.atomic
def _plan(pk: int, now: datetime) -> list[Issue]:
    schedule = Schedule.objects.select_for_update().filter(pk=pk, paused=False).first()
    if schedule is None:
        return []
    moments = due_moments(schedule, schedule.book.zone, schedule.planned_until, now)
    issues = [_issue(schedule, moment) for moment in moments]
    for number, issue in enumerate(issues):
        issue.late, issue.next_try_at = now - issue.due_at > LATE_AFTER, now
        issue.state = "waiting" if number < CATCH_UP else "missed"
    Issue.objects.bulk_create(issues, ignore_conflicts=True)
    Schedule.objects.filter(pk=pk).update(planned_until=now)
    return list(Issue.objects.filter(schedule=schedule, reason="due", due_at__in=moments))


def _issue(schedule: Schedule, due_at: datetime, reason: str = "due") -> Issue:
    return Issue(
        book=schedule.book, schedule=schedule, name=schedule.name, report=schedule.report, reason=reason, due_at=due_at
    )  # fmt: skip


def work(issue: Issue, told_progress: making.Progress | None = None) -> None:
    """Make an issue if it waits, then send what waits of it. Does nothing that another worker has claimed."""
    making.make(issue, told_progress)
    for each in Sending.objects.filter(issue=issue, issue__state="made", state="waiting").select_related(
        "issue__book", "issue__schedule", "channel"
    ):
        sending.send(each)


def work_off(now: datetime, book: Book | None = None) -> Iterator[Issue]:
    """Do all that is due now, newest first, one issue after the other."""
    _recover(now)
    plan(now, book)
    for issue in list(pending(now, book).select_related("book", "schedule")):
        work(issue)
        issue.refresh_from_db()
        yield issue


def tick(now: datetime) -> list[Job]:
    """What the clock of the worker does: plan, and start a job for every issue that waits and has none."""
    _recover(now)
    plan(now)
    waiting = list(pending(now).select_related("book"))
    active = set(Job.objects.filter(kind=JOB, state__in=("waiting", "running")).values_list("params__issue", flat=True))
    return [start_job(issue) for issue in waiting if issue.pk not in active]


def _recover(now: datetime) -> None:
    making.free_lost(now)
    sending.fail_lost(now)
    archive.expire(now)


def start_job(issue: Issue, by: Any = None) -> Job:
    """Have the worker do an issue."""
    title = gettext_noop("Automatic report: %(name)s")
    name = issue.name if len(issue.name) <= NAME_SHOWN else f"{issue.name[: NAME_SHOWN - 1]}…"
    with transaction.atomic():
        return start(issue.book, JOB, {"issue": issue.pk}, title=title, title_params={"name": name}, by=by)
