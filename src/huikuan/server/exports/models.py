"""Lists shared with people who have no account."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import models
from django.utils import timezone

from huikuan.server.books.models import Book


def clock_day(book: Book) -> date:
    """The day by the clock in the book's time zone, in a book that is looked at as of another day too."""
    return book.local(timezone.now()).date()


class Share(models.Model):
    """A list that a recipient may fetch by a secret link until a day. `columns`, `masked`: keys of the columns they
    get, and of those whose texts are shown in part; `asked`: the filter. Of the link only a hash is kept."""

    book = models.ForeignKey(Book, on_delete=models.CASCADE, related_name="+")
    list_name = models.CharField(max_length=40)
    recipient = models.CharField(max_length=100)
    columns = models.JSONField(default=list)
    masked = models.JSONField(default=list)
    asked = models.JSONField(default=dict)
    kind = models.CharField(max_length=4)
    language = models.CharField(max_length=10)
    token_hash = models.CharField(max_length=64, unique=True)
    expires_on = models.DateField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    used = models.PositiveIntegerField(default=0)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-created_at",)

    @property
    def name(self) -> str:
        """What the audit log calls it."""
        return self.recipient

    @property
    def live(self) -> bool:
        """Whether the link still opens."""
        return self.ended_at is None and self.expires_on >= clock_day(self.book)

    def end(self) -> None:
        """Let the link open no more."""
        self.ended_at = timezone.now()
        self.save(update_fields=["ended_at"])

    def count_use(self) -> None:
        """Remember that the list was fetched."""
        Share.objects.filter(pk=self.pk).update(used=models.F("used") + 1, used_at=timezone.now())
