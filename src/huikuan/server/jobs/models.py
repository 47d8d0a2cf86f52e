"""Background work as users see it: one row per job, with its progress."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Job(models.Model):
    """One piece of background work of a book. Grain: one request for work; running it again makes a new job.

    `title` is a msgid with `title_params`, `stage` likewise; `error_code` and `error_params` say why it failed.
    `result` is what the handler returned (JSON), `result_url` where its outcome is shown.
    """

    STATES = [
        ("waiting", _("Waiting")),
        ("running", _("Running")),
        ("done", _("Done")),
        ("failed", _("Failed")),
        ("cancelled", _("Cancelled")),
    ]
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    book = models.ForeignKey("books.Book", on_delete=models.CASCADE, related_name="jobs")
    kind = models.CharField(max_length=40)
    params = models.JSONField(default=dict)
    title = models.CharField(max_length=200)
    title_params = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=STATES, default="waiting", db_index=True)
    stage = models.CharField(max_length=200, blank=True)
    stage_params = models.JSONField(default=dict)
    done = models.PositiveBigIntegerField(default=0)
    total = models.PositiveBigIntegerField(default=0)
    cancel_requested = models.BooleanField(default=False)
    result = models.JSONField(null=True)
    result_url = models.CharField(max_length=500, blank=True)
    error_code = models.CharField(max_length=80, blank=True)
    error_params = models.JSONField(default=dict)
    error_number = models.CharField(max_length=12, blank=True)
    read = models.BooleanField(default=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    heartbeat_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [models.Index(fields=["book", "state", "-created_at"], name="jobs_of_book")]

    @property
    def active(self) -> bool:
        """Whether it waits or runs."""
        return self.state in ("waiting", "running")

    @property
    def percent(self) -> int:
        """Progress in whole per cent; 0 while the total is not known."""
        return min(100, self.done * 100 // self.total) if self.total else 0

    @property
    def seconds_left(self) -> int | None:
        """Time left, from the pace so far; None while nothing can be said."""
        if self.state != "running" or not self.started_at or not self.total or self.done * 20 < self.total:
            return None
        elapsed = (timezone.now() - self.started_at).total_seconds()
        return int(elapsed * (self.total - self.done) / self.done)

    @property
    def minutes_left(self) -> int:
        """The same in whole minutes; 0 where nothing tells."""
        return round((self.seconds_left or 0) / 60)

    @property
    def shown_title(self) -> str:
        """The title in the active language."""
        from django.utils.translation import gettext

        return gettext(self.title) % _in_words(self.title_params)

    @property
    def shown_stage(self) -> str:
        """What it is doing, or was at when it ended too early, in the active language; blank if it did not say."""
        from django.utils.translation import gettext

        return gettext(self.stage) % _in_words(self.stage_params) if self.stage and self.state != "done" else ""

    @property
    def fault(self) -> str:
        """Why it failed, in the active language; blank if it did not."""
        from huikuan.records.messages import text_of

        return text_of(self.error_code, self.error_params) if self.error_code else ""


def _in_words(told: dict[str, Any]) -> dict[str, Any]:
    """Parameters of a sentence, the names of periods and of a run's steps in the active language."""
    from huikuan.insight.recon_words import step_word
    from huikuan.server.core.scope import period_label

    words = {"period": period_label, "name": step_word}
    return {key: words[key](value) if key in words else value for key, value in told.items()}
