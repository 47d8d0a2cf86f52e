"""How a user likes to see the lists of a book."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class ListView(models.Model):
    """A list as one user wants it in one book. Grain: one per user, book, list and name.

    `name` blank: the columns hidden while no saved view is open. Else a saved view: `query` is the part of the address
    that filters and sorts, `hidden` the columns left out.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    book = models.ForeignKey("books.Book", on_delete=models.CASCADE, related_name="+")
    page = models.CharField(max_length=40)
    name = models.CharField(max_length=60, blank=True)
    query = models.CharField(max_length=1000, blank=True)
    hidden = models.JSONField(default=list)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["user", "book", "page", "name"], name="list_view_once")]
