"""A book's reports, as the web and the command line ask for them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from huikuan.insight.tables import ReportTable
from huikuan.pipeline.reporting import report
from huikuan.server.books.models import Book
from huikuan.server.books.services import rules_of
from huikuan.server.workbench.services import decisions_of, results


def report_of(
    book: Book, name: str, params: Mapping[str, str], as_of: date | None = None, language: str = "en"
) -> ReportTable:
    """Build a report over the results published for a day. UserError before the first run, or for a wrong parameter."""
    decisions = decisions_of(book)
    return report(results(book, as_of), name, params, rules_of(book), decisions, language)
