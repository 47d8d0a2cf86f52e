"""A book's reports, as the web and the command line ask for them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from huikuan.insight.reports.registry import REPORTS
from huikuan.insight.reports.tables import ReportTable
from huikuan.pipeline.reporting import report
from huikuan.server.books.models import Book
from huikuan.server.books.services import rules_of
from huikuan.server.followup.claimed import claimed_of
from huikuan.server.reports import saved
from huikuan.server.workbench.services import decisions_of, results

WITH_CLAIMED = ("fee_audit",)  # reports that tell which orders were claimed


def report_of(
    book: Book, name: str, params: Mapping[str, str], as_of: date | None = None, language: str = "en"
) -> ReportTable:
    """Build a report, built-in or saved, over the results published for a day. UserError before the first run, or for a
    wrong parameter."""
    decisions, rules = decisions_of(book), rules_of(book)
    found = results(book, as_of)
    kept = None if name in REPORTS else saved.find_saved(book, name)
    if kept is not None:
        return saved.make(kept, found, params, rules, language)
    claimed = claimed_of(book) if name in WITH_CLAIMED else ()
    return report(found, name, params, rules, decisions, language, claimed)
