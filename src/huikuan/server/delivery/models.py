"""Automatic reports: schedules, where they go, what was made, what was sent to whom; and the mail server.

Addresses of webhooks and passwords are kept encrypted by the installation's key (`keys.wrap`).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from huikuan.server.core.files import CHOICES
from huikuan.server.delivery.due import EVERY, PERIODS


class MailServer(models.Model):
    """The mail server of the installation, where the environment names none. One row, key 1."""

    SECURITIES = [("tls", "TLS"), ("starttls", "STARTTLS"), ("none", _("None (own network only)"))]
    host = models.CharField(_("Server"), max_length=200)
    port = models.PositiveIntegerField(_("Port"), default=465)
    security = models.CharField(_("Encryption"), max_length=8, choices=SECURITIES, default="tls")
    user = models.CharField(_("User name"), max_length=200, blank=True)
    wrapped_password = models.TextField(blank=True)
    sender = models.EmailField(_("Sender's address"))
    address = models.URLField(_("Address of this installation"), blank=True)


class ArchiveSetting(models.Model):
    """How long a book keeps the files and messages of automatic reports, in days; 0: for ever. A book without one keeps
    them `archive.KEEP_DAYS`."""

    book = models.OneToOneField("books.Book", on_delete=models.CASCADE, related_name="+")
    keep_days = models.PositiveIntegerField(_("Days that reports are kept"), validators=[MaxValueValidator(36_500)])


class Channel(models.Model):
    """A webhook reports may go to: a robot of a group, or a program that takes JSON. Key: book, name.

    `hint` is what of the address may be shown: its host and its last characters.
    """

    KINDS = [
        ("wecom", _("WeCom group robot")),
        ("dingtalk", _("DingTalk robot")),
        ("feishu", _("Feishu (Lark) robot")),
        ("json", _("Other program (JSON)")),
    ]
    book = models.ForeignKey("books.Book", on_delete=models.CASCADE, related_name="channels")
    name = models.CharField(_("Name"), max_length=80)
    kind = models.CharField(_("Kind"), max_length=10, choices=KINDS)
    wrapped_url = models.TextField()
    wrapped_secret = models.TextField(blank=True)
    hint = models.CharField(max_length=120)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["book", "name"], name="channel_name_in_book")]
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Schedule(models.Model):
    """A report that is sent regularly. Key: book, name.

    It is due at `at` in the book's time zone: every day, on `weekday` (1 Monday to 7), or on `month_day` (the last day
    of a shorter month). `params` are the report's own parameters; its days come from `period`, relative to the day it
    is due. `planned_until`: every due moment up to then has its issue; set to the present when the times change.
    """

    book = models.ForeignKey("books.Book", on_delete=models.CASCADE, related_name="schedules")
    name = models.CharField(_("Name"), max_length=100)
    report = models.CharField(_("Report"), max_length=80)
    params = models.JSONField(default=dict)
    period = models.CharField(_("Period of the report"), max_length=20, choices=list(PERIODS.items()))
    every = models.CharField(_("Repeats"), max_length=8, choices=list(EVERY.items()), default="daily")
    weekday = models.PositiveSmallIntegerField(_("Weekday"), default=1)
    month_day = models.PositiveSmallIntegerField(_("Day of the month"), default=1)
    at = models.TimeField(_("Time"))
    formats = models.JSONField(_("Files"), default=list)
    language = models.CharField(_("Language"), max_length=10, choices=settings.LANGUAGES)
    emails = models.JSONField(_("E-mail addresses"), default=list)
    channels = models.ManyToManyField(Channel, related_name="schedules", blank=True)
    paused = models.BooleanField(default=False)
    planned_until = models.DateTimeField(default=timezone.now)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["book", "name"], name="schedule_name_in_book")]
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Issue(models.Model):
    """One issue of a report: made once, kept in the archive. Grain: one due moment of a schedule, or one by hand.

    Two workers cannot make two of one due moment: `one_issue_per_due_moment`. `reason`: due, by_hand, trial (sent to
    nobody). States: waiting → making → made, or failed; missed: too many were, so it was not made; `claim` names the
    worker that makes it. `message` is what is sent (`message.Message` as plain data), `facts` the identity of the facts
    and `data_hash` the hash of all figures of the report. `older`: the run was older than the book's data.
    `expired_at`: since when its message and files are gone.
    """

    STATES = [
        ("waiting", _("Waiting")),
        ("making", _("Being made")),
        ("made", _("Made")),
        ("failed", _("Failed")),
        ("missed", _("Skipped")),
    ]
    REASONS = [("due", _("By schedule")), ("by_hand", _("By hand")), ("trial", _("Trial, not sent"))]
    book = models.ForeignKey("books.Book", on_delete=models.CASCADE, related_name="issues")
    schedule = models.ForeignKey(Schedule, null=True, on_delete=models.SET_NULL, related_name="issues")
    name = models.CharField(max_length=100)
    report = models.CharField(max_length=80)
    reason = models.CharField(max_length=8, choices=REASONS, default="due")
    due_at = models.DateTimeField()
    late = models.BooleanField(default=False)
    state = models.CharField(max_length=8, choices=STATES, default="waiting")
    attempts = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(default=timezone.now)
    claim = models.CharField(max_length=32, blank=True)
    claimed_at = models.DateTimeField(null=True)
    date_from = models.DateField(null=True)
    date_to = models.DateField(null=True)
    run = models.CharField(max_length=60, blank=True)
    as_of = models.DateField(null=True)
    older = models.BooleanField(default=False)
    facts = models.CharField(max_length=64, blank=True)
    data_hash = models.CharField(max_length=64, blank=True)
    message = models.JSONField(default=dict)
    made_at = models.DateTimeField(null=True)
    error_code = models.CharField(max_length=80, blank=True)
    error_params = models.JSONField(default=dict)
    dismissed = models.BooleanField(default=False)
    expired_at = models.DateTimeField(null=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["-due_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["schedule", "due_at"], condition=models.Q(reason="due"), name="one_issue_per_due_moment"
            )
        ]
        indexes = [models.Index(fields=["state", "next_try_at"], name="issue_to_make")]

    @property
    def fault(self) -> str:
        """Why it was not made, in the active language; blank if it was."""
        return _fault(self)


class IssueFile(models.Model):
    """A file of an issue, kept encrypted by its content (`files.store_of`). Key: issue, format."""

    issue = models.ForeignKey(Issue, on_delete=models.CASCADE, related_name="files")
    format = models.CharField(max_length=4, choices=CHOICES)
    name = models.CharField(max_length=240)
    sha256 = models.CharField(max_length=64)
    size_bytes = models.PositiveBigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["issue", "format"], name="issue_file_once")]
        ordering = ["id"]


class Outgoing(models.Model):
    """Something on its way to one recipient. `sending.attempt` sends it.

    States: waiting → sending → sent; failed: given up; stopped: not wanted any more. `sending` is claimed by one worker
    and never sent again by another: whether it had arrived is not known when that worker is lost.
    """

    STATES = [
        ("waiting", _("Waiting")),
        ("sending", _("Being sent")),
        ("sent", pgettext_lazy("report", "Sent")),
        ("failed", _("Failed")),
        ("stopped", _("Stopped")),
    ]
    state = models.CharField(max_length=8, choices=STATES, default="waiting")
    attempts = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(default=timezone.now)
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    error_code = models.CharField(max_length=80, blank=True)
    error_params = models.JSONField(default=dict)

    class Meta:
        abstract = True

    @property
    def fault(self) -> str:
        """Why the last try failed, in the active language; blank if none did."""
        return _fault(self)


class Sending(Outgoing):
    """An issue on its way to one recipient. Key: issue, kind, target.

    `target` is an e-mail address, or a channel's key. It is stopped where its schedule was paused or removed.
    """

    issue = models.ForeignKey(Issue, on_delete=models.CASCADE, related_name="sendings")
    kind = models.CharField(max_length=10)
    target = models.CharField(max_length=254)
    channel = models.ForeignKey(Channel, null=True, on_delete=models.SET_NULL, related_name="+")
    shown = models.CharField(max_length=254)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["issue", "kind", "target"], name="one_sending_per_recipient")]
        indexes = [models.Index(fields=["state", "next_try_at"], name="sending_due")]
        ordering = ["id"]

    @property
    def kind_name(self) -> Any:
        """E-mail, or the kind of robot."""
        return dict(Channel.KINDS).get(self.kind, _("E-mail"))


def _fault(row: Any) -> str:
    from huikuan.records.messages import text_of

    return text_of(row.error_code, row.error_params) if row.error_code else ""


def local_day(book: Any, moment: datetime) -> Any:
    """The day a moment has in a book: in its time zone, or the day the book is fixed at."""
    return book.fixed_today or book.local(moment).date()
