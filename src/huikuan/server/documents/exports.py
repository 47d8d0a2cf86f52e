"""Documents and what days they cover, as files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from huikuan.pipeline.documents.coverage import Coverage
from huikuan.pipeline.documents.coverage_told import alerts_of, expected_text
from huikuan.server.books.models import Book
from huikuan.server.core import numbers
from huikuan.server.core.statuses import word_of
from huikuan.server.documents import queries
from huikuan.server.documents.coverage import coverage_of
from huikuan.server.exports.lists import Table, table


@table(
    "documents", ("q", "status", "stream", "day"), gettext_noop("Documents"),
    (
        ("file", gettext_noop("File"), "text"), ("format", gettext_noop("Read as"), "text"),
        ("shop", gettext_noop("Shop"), "text"), ("account", gettext_noop("Account"), "text"),
        ("first", gettext_noop("From"), "date"), ("last", gettext_noop("To"), "date"),
        ("rows", gettext_noop("Rows"), "count"), ("new", gettext_noop("New"), "count"),
        ("updated", gettext_noop("Updated"), "count"), ("known", gettext_noop("Known"), "count"),
        ("rejected", gettext_noop("Rejected"), "count"), ("result", gettext_noop("Result"), "text"),
        ("imported", gettext_noop("Imported at"), "text"), ("by", gettext_noop("Imported by"), "text"),
        ("sha256", gettext_noop("SHA-256"), "text"),
    ),
    printed=("file", "format", "shop", "account", "first", "last", "rows", "new", "known", "result", "imported"),
)  # fmt: skip
def documents(book: Book, asked: Mapping[str, str]) -> Table:
    """The documents of a filter, the newest first."""
    titles, status = queries.format_titles(), asked.get("status", "")
    day = date.fromisoformat(asked["as_of"]) if "as_of" in asked else book.today()
    rows = queries.listed(book, asked.get("q", "").strip(), status, asked.get("stream", ""), asked.get("day", ""), day)
    told = (
        (
            row.file_name, titles.get(row.format, row.format), row.shop, row.account, row.period_from, row.period_to,
            row.rows, row.new, row.updated, row.duplicate, row.rejected,
            str(word_of("document", "undone" if row.undone_at else row.status)),
            numbers.moment(book.local(row.imported_at)), row.shown_importer, row.sha256,
        )
        for row in rows.iterator(chunk_size=2_000)
    )  # fmt: skip
    filtered = [
        (_("Filter"), asked.get("q", "")), (_("Status"), str(word_of("document", status)) if status else ""),
        (_("Day"), asked.get("day", "")),
    ]  # fmt: skip
    return Table(told, filtered)


@table(
    "coverage", (), gettext_noop("Days covered by documents"),
    (
        ("name", gettext_noop("Shop or account"), "text"), ("kind", gettext_noop("Kind"), "text"),
        ("documents", gettext_noop("Documents"), "count"), ("first", gettext_noop("From"), "date"),
        ("last", gettext_noop("To"), "date"), ("state", gettext_noop("What is missing"), "text"),
        ("next", gettext_noop("Next"), "text"),
    ),
)  # fmt: skip
def coverage(book: Book, asked: Mapping[str, str]) -> Table:
    """A row for each gap and each overdue file of a shop or account; one without where nothing is missing."""
    day = date.fromisoformat(asked["as_of"]) if "as_of" in asked else book.today()
    return Table(row for stream in coverage_of(book, day) for row in _stream(stream))


def _stream(stream: Coverage) -> Iterator[tuple[Any, ...]]:
    first = min((span.first for span in stream.spans), default=None)
    following = expected_text(stream.expected) if stream.expected else ""
    head = (stream.name or _("Several"), str(word_of("kind", stream.kind)), len(stream.documents), first, stream.last)
    for alert in list(alerts_of(stream)) or [""]:
        yield (*head, alert, following)
