"""Reports that users have put together themselves."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models

PREFIX = "saved-"  # of the name by which a saved report is asked for


class SavedReport(models.Model):
    """A question of the semantic layer under a title. Grain: one per book and title.

    `question` is what `insight.semantic.question.question_of` reads; `chart` one of `picture.CHARTS` or blank.
    `all_days`: of all days, else of the period it is asked for. `shared_with`: the roles that see it beside its owner.
    `updated_at` is its version: who saves another than the one they opened is told so.
    """

    book = models.ForeignKey("books.Book", on_delete=models.CASCADE, related_name="saved_reports")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    title = models.CharField(max_length=80)
    description = models.CharField(max_length=200, blank=True)
    question = models.JSONField(default=dict)
    chart = models.CharField(max_length=10, blank=True)
    all_days = models.BooleanField(default=False)
    shared_with = models.JSONField(default=list)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["title"]
        constraints = [models.UniqueConstraint(fields=["book", "title"], name="one_report_per_book_and_title")]

    @property
    def name(self) -> str:
        """What it is asked for by, like a built-in report's name."""
        return f"{PREFIX}{self.pk}"

    @property
    def shown_name(self) -> str:
        """For the audit log."""
        return self.title

    @property
    def version(self) -> str:
        """Changes whenever it is saved."""
        return self.updated_at.isoformat() if self.updated_at else ""

    def seen_by(self, membership: Any) -> bool:
        """Whether a member of the book sees it: its owner, and the roles it is shared with."""
        return membership.user == self.owner or membership.role in self.shared_with

    def changed_by(self, membership: Any) -> bool:
        """Whether a member may change or delete it: its owner, and who manages the book's users."""
        return membership.user == self.owner or (self.seen_by(membership) and membership.may("manage_users"))
