"""Files on their way in, the mappings people saved, and a cache of the lake's documents."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from huikuan.server.core import statuses
from huikuan.server.workbench.models import Decision


class Upload(models.Model):
    """A file a person handed in. Grain: one file of one dropping. `rows` are its import rows once it has been read
    (DESIGN section 7, Rows); the bytes lie in HOME/uploads/ID until the import is over."""

    STATES = [
        ("waiting", _("Waiting")),
        ("importing", _("Importing")),
        ("done", _("Done")),
        ("failed", _("Failed")),
    ]
    book = models.ForeignKey("books.Book", on_delete=models.CASCADE, related_name="uploads")
    batch = models.CharField(max_length=32, blank=True, db_index=True)  # files dropped together
    name = models.CharField(max_length=255)
    size_bytes = models.PositiveBigIntegerField(default=0)
    options = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=STATES, default="waiting")
    rows = models.JSONField(default=list)
    job = models.ForeignKey("jobs.Job", null=True, on_delete=models.SET_NULL, related_name="uploads")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [models.Index(fields=["book", "-created_at"], name="uploads_of_book")]

    @property
    def worst_status(self) -> str:
        """refused before flagged before unchanged before imported; blank while nothing is known."""
        told = {row["status"] for row in self.rows}
        return next((s for s in ("refused", "held", "flagged", "imported", "unchanged", "left") if s in told), "")


class SavedMapping(models.Model):
    """A column mapping a person made for files with a certain header; used by itself when the header comes again."""

    book = models.ForeignKey("books.Book", on_delete=models.CASCADE, related_name="mappings")
    name = models.CharField(max_length=100)
    spec = models.JSONField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["book", "name"], name="mapping_name_in_book")]
        ordering = ["name"]


class QuietDays(Decision):
    """Days of a shop or account on which there was no business, as a person said: no file is missing of them.

    Grain: one saying. `stream` is the key of `pipeline.documents.coverage.Coverage`; both days are included.
    """

    stream = models.CharField(max_length=12)
    first = models.DateField()
    last = models.DateField()

    class Meta:
        indexes = [models.Index(fields=["book", "live"], name="quiet_days_of_book")]
        ordering = ["first", "pk"]


class DocumentRow(models.Model):
    """A document of the lake as lists show it: a cache, rebuilt from the lake by `services.refresh`."""

    book = models.ForeignKey("books.Book", on_delete=models.CASCADE, related_name="documents")
    document_id = models.CharField(max_length=64)
    file_name = models.CharField(max_length=500)
    sha256 = models.CharField(max_length=64)
    format = models.CharField(max_length=60)
    kinds = models.JSONField(default=list)
    shop = models.CharField(max_length=200, blank=True)
    account = models.CharField(max_length=200, blank=True)
    status = models.CharField(max_length=10)
    period_from = models.DateField(null=True)
    period_to = models.DateField(null=True)
    rows = models.PositiveBigIntegerField()
    accepted = models.PositiveBigIntegerField()
    rejected = models.PositiveBigIntegerField()
    ignored = models.PositiveBigIntegerField()
    new = models.PositiveBigIntegerField()
    updated = models.PositiveBigIntegerField()
    duplicate = models.PositiveBigIntegerField()
    totals = models.JSONField(default=dict)
    controls = models.JSONField(default=list)
    problems = models.JSONField(default=list)
    imported_at = models.DateTimeField()
    imported_by = models.CharField(max_length=150, blank=True)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.CharField(max_length=150, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["book", "document_id"], name="document_in_book")]
        ordering = ["-imported_at", "-id"]

    @property
    def shown_importer(self) -> str:
        """Who imported it, in the active language where it was no person."""
        return str(statuses.word_of("actor", self.imported_by))
