"""Findings that people have put aside."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models

from huikuan.server.books.models import Book


class DismissedFinding(models.Model):
    """A finding that a person put aside, and why. Key: book, key (`Finding.key`). `size` is how bad it was then, in the
    unit of its kind: it is told again once it is clearly worse."""

    book = models.ForeignKey(Book, on_delete=models.CASCADE, related_name="dismissed_findings")
    key = models.CharField(max_length=500)
    size = models.DecimalField(max_digits=24, decimal_places=6)
    reason = models.CharField(max_length=300)
    by: models.ForeignKey[Any, Any] = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["book", "key"], name="dismissed_finding_in_book")]
