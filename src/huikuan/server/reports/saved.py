"""Saved reports: who sees them, saving, deleting, and how they answer to the interface of built-in ones.

A saved report is asked for by its `name` (`saved-12`), on the command line by its title too. `reports_of(book)` are all
reports of a book by name, built-in ones first; `server.reporting.report_of` makes any of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from huikuan.insight.reports.base import FROM, TO, Report, ReportSource
from huikuan.insight.reports.registry import REPORTS
from huikuan.insight.reports.tables import ReportTable
from huikuan.insight.semantic.answer import FILE_CELLS, ask
from huikuan.insight.semantic.picture import CHARTS
from huikuan.insight.semantic.question import question_of, to_plain
from huikuan.insight.semantic.table import report_table
from huikuan.pipeline.results.results import Results
from huikuan.records.codes import ROLES
from huikuan.records.errors import UserError
from huikuan.records.messages import gettext_noop, register
from huikuan.records.rules import Rules
from huikuan.server.audit.services import record
from huikuan.server.books.models import Book
from huikuan.server.reports.models import PREFIX, SavedReport
from huikuan.server.reports.sources import source_for

register(
    {
        "saved.title": gettext_noop("Give the report a title of at most 80 characters."),
        "saved.taken": gettext_noop("There is a report “%(title)s” already. Choose another title."),
        "saved.changed": gettext_noop(
            "%(who)s has saved this report since you opened it. Save yours under another title, or open it anew."
        ),
        "saved.too_many": gettext_noop("There are %(most)s saved reports already. Delete one first."),
    }
)
REPORTS_MAX = 200


def find_saved(book: Book, name: str) -> SavedReport | None:
    """A saved report by its name or title; None if there is none."""
    mine = SavedReport.objects.filter(book=book)
    number = name.removeprefix(PREFIX)
    if name.startswith(PREFIX) and number.isdecimal():
        return mine.filter(pk=int(number[:18])).first()
    return mine.filter(title=name).first()


def seen_by(membership: Any) -> list[SavedReport]:
    """The saved reports of the book that a member sees, by title."""
    mine = SavedReport.objects.filter(book=membership.book).select_related("owner")
    return [each for each in mine if each.seen_by(membership)]


def reports_of(book: Book, membership: Any = None) -> dict[str, Report]:
    """All reports by name: the built-in ones, then the saved ones (those a member sees, where one is given)."""
    mine = seen_by(membership) if membership else list(SavedReport.objects.filter(book=book))
    return {**REPORTS, **{each.name: as_report(each) for each in mine}}


def as_report(saved: SavedReport) -> Report:
    """A saved report with the parameters it takes. It is made by `report_of`, not by its own `make`."""
    return Report(saved.name, saved.title, saved.description, () if saved.all_days else (FROM, TO), _elsewhere)


def _elsewhere(_source: ReportSource, _params: Mapping[str, Any]) -> ReportTable:
    raise AssertionError("saved reports are made by report_of")


def make(saved: SavedReport, results: Results, params: Mapping[str, str], rules: Rules, language: str) -> ReportTable:
    """A saved report over a published run. UserError for a wrong parameter, or where it cannot be answered."""
    given = as_report(saved).checked(params)
    question = question_of(saved.question).within(given.get("from"), given.get("to"))
    source = source_for(saved.book, results, rules)
    answer = ask(source, question, FILE_CELLS)
    return report_table(answer, source, saved.name, saved.title, results.book.name, saved.chart, language)


def save(
    request: Any, saved: SavedReport, plain: Mapping[str, Any], chart: str, all_days: bool, told: Mapping[str, Any]
) -> SavedReport:
    """Save a question under a title (`told`: title, description, shared_with, version). UserError for what is wrong, or
    where somebody has saved it meanwhile."""
    question = to_plain(question_of(plain))
    title = " ".join(str(told.get("title", "")).split())
    if not title or len(title) > 80:
        raise UserError("saved.title")
    with transaction.atomic():
        before = _locked(saved, str(told.get("version", "")))
        others = SavedReport.objects.filter(book=saved.book).exclude(pk=saved.pk)
        if others.filter(title=title).exists():
            raise UserError("saved.taken", title=title)
        if saved.pk is None and others.count() >= REPORTS_MAX:
            raise UserError("saved.too_many", most=REPORTS_MAX)
        saved.title, saved.description = title, str(told.get("description", "")).strip()[:200]
        saved.shared_with = [role for role in ROLES if role in told.get("shared_with", ())]
        saved.question, saved.chart, saved.all_days = question, chart if chart in CHARTS else "", all_days
        saved.save()
        record(request, "report.save", saved, before=before, after=_told(saved))
    return saved


def delete(request: Any, saved: SavedReport) -> None:
    """Delete a saved report."""
    with transaction.atomic():
        record(request, "report.delete", saved, before=_told(saved))
        saved.delete()


def _locked(saved: SavedReport, version: str) -> dict[str, Any]:
    """What a report was before; UserError if it is no longer the version that was opened."""
    if saved.pk is None:
        return {}
    now = SavedReport.objects.select_for_update().get(pk=saved.pk)
    if now.version != version:
        raise UserError("saved.changed", who=getattr(now.owner, "shown_name", "") or "–")
    return _told(now)


def _told(saved: SavedReport) -> dict[str, Any]:
    return {"title": saved.title, "shared_with": list(saved.shared_with), "question": saved.question}
