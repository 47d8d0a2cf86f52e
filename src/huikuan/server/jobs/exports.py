"""The background work of a book as a file."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_noop

from huikuan.server.books.models import Book
from huikuan.server.core import numbers
from huikuan.server.core.statuses import word_of
from huikuan.server.exports.lists import Table, table
from huikuan.server.jobs.models import Job


@table(
    "jobs", (), gettext_noop("Jobs"),
    (
        ("job", gettext_noop("Job"), "text"), ("state", gettext_noop("State"), "text"),
        ("stage", gettext_noop("Progress"), "text"), ("by", gettext_noop("Started by"), "text"),
        ("asked", gettext_noop("Asked"), "text"), ("finished", gettext_noop("Finished"), "text"),
    ),
)  # fmt: skip
def jobs(book: Book, _asked: Mapping[str, str]) -> Table:
    """All jobs, the newest first."""
    rows = Job.objects.filter(book=book).select_related("created_by").iterator(chunk_size=2_000)
    return Table(
        (
            row.shown_title, str(word_of("job", row.state)), row.fault or row.shown_stage,
            row.created_by.shown_name if row.created_by else "", numbers.moment(book.local(row.created_at)),
            numbers.moment(book.local(row.finished_at)) if row.finished_at else "",
        )
        for row in rows
    )  # fmt: skip
