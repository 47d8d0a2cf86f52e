"""Where the questions of a book are asked: its published run, and what its people keep in the database."""

from __future__ import annotations

from huikuan.insight.semantic.answer import Source
from huikuan.pipeline.asking import source_of
from huikuan.pipeline.results.results import Results
from huikuan.records.rules import Rules
from huikuan.server.books.models import Book
from huikuan.server.followup.asked import with_followup


def source_for(book: Book, found: Results, rules: Rules) -> Source:
    """The source of a book's questions. Everybody who sees money sees follow-up (`accounts.permissions`), so that the
    builder's own permission guards all of it."""
    return with_followup(source_of(found, rules), book, found)
