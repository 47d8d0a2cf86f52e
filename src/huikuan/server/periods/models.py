"""Which periods were closed, by whom, and which of them were reopened. What was frozen lies in the book's folder."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q


class Closing(models.Model):
    """A period that was closed; `live` until it is reopened. Rows are never deleted.

    `content_hash` is that of the frozen copy (`pipeline.periods.closed`): a copy made anew does not have it.
    """

    book = models.ForeignKey("books.Book", on_delete=models.CASCADE, related_name="closings")
    period = models.CharField(max_length=10)
    content_hash = models.CharField(max_length=64)
    reason = models.CharField(max_length=500, blank=True)
    live = models.BooleanField(default=True)
    actor = models.CharField(max_length=150)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    closed_at = models.DateTimeField()
    reopened_actor = models.CharField(max_length=150, blank=True)
    reopened_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    reopened_at = models.DateTimeField(null=True)
    reopened_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["book", "period"], condition=Q(live=True), name="one_live_closing")
        ]
