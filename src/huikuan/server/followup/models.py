"""Collection follow-up: tasks over late and short orders, what is attached to them, and reminders of them by e-mail.

A task holds its orders by what names them outside of any run (shop, order number, currency), so that it survives every
re-run and re-import; beside them stand the figures they had when they were handed to it. Nothing is deleted.
"""

from __future__ import annotations

from datetime import time
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from huikuan.server.delivery.models import Outgoing

LIVE_STATES = ("open", "promised")
MONEY: dict[str, Any] = {"max_digits": 18, "decimal_places": 5}


class Task(models.Model):
    """One thing to chase. `number` counts from 1 in each book.

    `due_on`: when it is to be done; `remind_on`: an earlier day to be reminded; `promised_on` and `promised_amount`
    (in `promised_currency`): what the platform said it would pay. `closing`: why a person ended it.
    """

    STATES = [
        ("open", _("To chase")),
        ("promised", _("Promised")),
        ("done", _("Done")),
        ("given_up", _("Given up")),
    ]
    book = models.ForeignKey("books.Book", on_delete=models.CASCADE, related_name="+")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=STATES, default="open")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    due_on = models.DateField(null=True)
    remind_on = models.DateField(null=True)
    promised_on = models.DateField(null=True)
    promised_amount = models.DecimalField(null=True, **MONEY)
    promised_currency = models.CharField(max_length=3, blank=True)
    closing = models.CharField(max_length=500, blank=True)
    closed_at = models.DateTimeField(null=True)
    closed_actor = models.CharField(max_length=150, blank=True)
    actor = models.CharField(max_length=150)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    orders: Any
    attachments: Any

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["book", "number"], name="one_task_per_number")]
        indexes = [models.Index(fields=["book", "state", "owner"], name="tasks_of_book")]

    @property
    def live(self) -> bool:
        """Whether it is still chased."""
        return self.state in LIVE_STATES

    @property
    def code(self) -> str:
        """What people call it: F-12."""
        return f"F-{self.number}"

    @property
    def shown_name(self) -> str:
        """Number and title, for the audit log."""
        return f"{self.code} {self.title}"

    @property
    def subject(self) -> str:
        """How notes and the audit log name it."""
        return f"task:{self.pk}"


class TaskOrder(models.Model):
    """An order of a task, with its figures of the run it was handed over from. `live` repeats the task's.

    `missing`: overdue, disputed and overcharged money; `expected` and `settled` as in the collection; `cause` a code of
    records.codes.CAUSES. An order is in one live task at most.
    """

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="orders")
    book = models.ForeignKey("books.Book", on_delete=models.CASCADE, related_name="+")
    shop = models.CharField(max_length=200)
    order_no = models.CharField(max_length=120)
    currency = models.CharField(max_length=3)
    live = models.BooleanField(default=True)
    missing = models.DecimalField(**MONEY)
    expected = models.DecimalField(**MONEY)
    settled = models.DecimalField(**MONEY)
    status = models.CharField(max_length=20)
    kind = models.CharField(max_length=12)
    cause = models.CharField(max_length=20)
    due_on = models.DateField(null=True)

    class Meta:
        ordering = ["shop", "order_no", "currency"]
        constraints = [
            models.UniqueConstraint(fields=["task", "shop", "order_no", "currency"], name="once_per_task"),
            models.UniqueConstraint(
                fields=["book", "shop", "order_no", "currency"], condition=Q(live=True), name="one_live_task_per_order"
            ),
        ]


class ClaimedOrder(models.Model):
    """An order that a claim file asked for: when last, how much was missing then, by whom the file was made."""

    book = models.ForeignKey("books.Book", on_delete=models.CASCADE, related_name="+")
    shop = models.CharField(max_length=200)
    order_no = models.CharField(max_length=120)
    currency = models.CharField(max_length=3)
    missing = models.DecimalField(**MONEY)
    claimed_on = models.DateField()
    actor = models.CharField(max_length=150)

    class Meta:
        ordering = ["shop", "order_no", "currency"]
        constraints = [
            models.UniqueConstraint(fields=["book", "shop", "order_no", "currency"], name="one_claim_per_order")
        ]


class Attachment(models.Model):
    """A file of a task, kept encrypted among the book's originals under its content hash."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="attachments")
    name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    size_bytes = models.PositiveBigIntegerField()
    actor = models.CharField(max_length=150)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    removed_at = models.DateTimeField(null=True)
    removed_actor = models.CharField(max_length=150, blank=True)

    class Meta:
        ordering = ["created_at", "id"]


class ReminderSetting(models.Model):
    """Whether, and when in the book's time zone, a book's people get their daily reminder by e-mail. One per book, made
    by itself with the book's first task. `planned_until`: every due moment up to then was seen to."""

    every, weekday, month_day = "daily", 1, 1  # as `delivery.due` reads a schedule
    book = models.OneToOneField("books.Book", on_delete=models.CASCADE, related_name="+")
    on = models.BooleanField(_("Send reminders by e-mail"), default=True)
    at = models.TimeField(_("Time"), default=time(9))
    planned_until = models.DateTimeField(default=timezone.now)

    @property
    def shown_name(self) -> str:
        """For the audit log."""
        return str(_("Reminders"))


class ReminderOptOut(models.Model):
    """Somebody who wants no reminder of a book's tasks by e-mail."""

    book = models.ForeignKey("books.Book", on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["book", "user"], name="one_reminder_opt_out")]


class ReminderMail(Outgoing):
    """The reminder of one day for one person; a person has one a day at most. `tasks`: how many it told of. It is
    stopped where nothing was left to be told, or its day had passed."""

    book = models.ForeignKey("books.Book", on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    due_at = models.DateTimeField()
    tasks = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-day", "id"]
        constraints = [models.UniqueConstraint(fields=["book", "user", "day"], name="one_reminder_a_day")]
        indexes = [models.Index(fields=["state", "next_try_at"], name="reminder_due")]
