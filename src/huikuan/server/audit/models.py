"""The audit log: append-only, each entry carrying the hash of the one before it."""

from __future__ import annotations

from typing import Any, NoReturn

from django.conf import settings
from django.db import models


class Entry(models.Model):
    """Who did what when, from where, before and after. Grain: one deed. Never changed, never deleted.

    `book` blank: a deed of the installation (login, a new user). `object` names the thing as `kind:id`, `label` as it
    was called then. `hash` = SHA-256 over the previous entry's hash and this entry's content.
    """

    at = models.DateTimeField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    actor = models.CharField(max_length=150)  # the user's name then, or `system`, `command line`
    address = models.CharField(max_length=45, blank=True)
    book = models.ForeignKey("books.Book", null=True, on_delete=models.PROTECT, related_name="+")
    action = models.CharField(max_length=60, db_index=True)
    object = models.CharField(max_length=200, blank=True)
    label = models.CharField(max_length=200, blank=True)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["book", "-id"], name="audit_book")]

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write a new entry; an existing one cannot be saved again."""
        if self.pk is not None:
            raise TypeError("an audit entry never changes")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refused."""
        raise TypeError("an audit entry is never deleted")
