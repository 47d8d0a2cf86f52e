"""What the analysis pages ask the published results, worked out once per run and kept for a while; findings put aside.

A dismissed finding stays so until its size is `findings.WORSE` times what it was.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.cache import caches
from django.db import transaction

from huikuan import __version__
from huikuan.insight.findings.search import WORSE, Finding, Found
from huikuan.pipeline.analysis import CashForecast, cash_forecasts, findings_of
from huikuan.pipeline.plain import hash_of
from huikuan.pipeline.results.opened import opened_run
from huikuan.pipeline.results.results import Results
from huikuan.pipeline.runs.published import Manifest
from huikuan.records.errors import UserError
from huikuan.records.messages import gettext_noop, register
from huikuan.server.analysis.models import DismissedFinding
from huikuan.server.audit.services import record
from huikuan.server.books.models import Book
from huikuan.server.books.services import rules_of
from huikuan.server.documents.library import library_book
from huikuan.server.followup.claimed import claimed_of
from huikuan.server.jobs.models import Job
from huikuan.server.jobs.services import start
from huikuan.server.workbench.decided import decisions_of

register(
    {
        "finding.gone": gettext_noop("This finding is gone: the results have changed. Look at the new ones."),
        "finding.reason": gettext_noop("Say why it is put aside, in at most 300 characters."),
    }
)
LONGEST_REASON = 300
JOB = "analyse"
LARGE = 50_000  # orders; of more, forecast and findings are worked out in the background


def forecasts_of(found: Results) -> list[CashForecast] | None:
    """The cash forecast of each currency; None where it has to be worked out first (`working`)."""
    told: list[CashForecast] | None = caches["kept"].get(_forecast_key(found))
    return work_out_forecasts(found) if told is None and not is_large(found.manifest) else told


def work_out_forecasts(found: Results) -> list[CashForecast]:
    """Work the forecast out and keep it with the run."""
    told = cash_forecasts(found)
    caches["kept"].set(_forecast_key(found), told)
    return told


def _forecast_key(found: Results) -> str:
    return f"forecast:{__version__}:{found.book.folder.name}:{found.run.folder.name}"


def is_large(manifest: Manifest) -> bool:
    """Whether a run has so many orders that a page does not wait for what is worked out of them."""
    return manifest.rows.get("collection", {}).get("rows", 0) > LARGE


def results_of_run(book: Book, run: str) -> Results | None:
    """A run by its name, with the decisions made since; None where it is gone."""
    library = library_book(book)
    folder = library.results_folder / run
    return Results(library, opened_run(folder), decisions_of(book)) if folder.is_dir() else None


def after_run(book: Book, manifest: Manifest) -> None:
    """After a whole run of a large book: have forecast and findings worked out. After an incremental one they wait
    until somebody asks."""
    if is_large(manifest) and not manifest.base:
        _start(book, manifest.run)


def working(book: Book, found: Results, *, again: bool) -> Job:
    """The job that works out forecast and findings of a run; one is started where none is at it. One that failed is
    told, and started anew where it is asked for `again`."""
    run = found.run.folder.name
    last = Job.objects.filter(book=book, kind=JOB, params__run=run).first()
    if last is not None and (last.active or (last.state == "failed" and not again)):
        return last
    return _start(book, run)


def _start(book: Book, run: str) -> Job:
    with transaction.atomic():
        return start(book, JOB, {"run": run}, title=gettext_noop("Forecast and findings"))


@dataclass(frozen=True)
class Listed:
    """A finding with its dismissal. `back`: it was put aside and is told again, as it has grown clearly worse."""

    finding: Finding
    dismissed: DismissedFinding | None = None
    back: bool = False


def found_of(book: Book, results: Results) -> Found | None:
    """All findings of a run; None where they have to be worked out first (`working`). Of a large book they are those of
    the run: decisions and claims made since show in the next one."""
    told: Found | None = caches["kept"].get(_findings_key(book, results))
    return work_out_findings(book, results) if told is None and not is_large(results.manifest) else told


def work_out_findings(book: Book, results: Results) -> Found:
    """Work the findings out and keep them with the run."""
    told = findings_of(results, rules_of(book), decisions_of(book), claimed_of(book))
    caches["kept"].set(_findings_key(book, results), told)
    return told


def _findings_key(book: Book, results: Results) -> str:
    decided = None if is_large(results.manifest) else (decisions_of(book), claimed_of(book))
    made_of = (rules_of(book), decided)
    return f"findings:{__version__}:{results.book.folder.name}:{results.run.folder.name}:{hash_of(made_of)}"


def listed(book: Book, found: Found) -> tuple[list[Listed], list[Listed]]:
    """The findings that stand, and those put aside."""
    aside = {row.key: row for row in DismissedFinding.objects.filter(book=book).select_related("by")}
    standing, dismissed = [], []
    for finding in found.findings:
        row = aside.get(finding.key[:500])
        worse = row is not None and finding.size >= row.size * WORSE
        if row is None or worse:
            standing.append(Listed(finding, row, worse))
        else:
            dismissed.append(Listed(finding, row))
    return standing, dismissed


def find(book: Book, results: Results, key: str) -> Finding:
    """The finding of a key. UserError `finding.gone`."""
    told = found_of(book, results)
    for each in told.findings if told else ():
        if each.key == key:
            return each
    raise UserError("finding.gone")


@transaction.atomic
def dismiss(book: Book, finding: Finding, reason: str, *, by: Any, user: Any = None) -> DismissedFinding:
    """Put a finding aside with a reason. UserError `finding.reason`."""
    said = reason.strip()
    if not said or len(said) > LONGEST_REASON:
        raise UserError("finding.reason")
    row, _made = DismissedFinding.objects.update_or_create(
        book=book, key=finding.key[:500], defaults={"size": finding.size, "reason": said, "by": user}
    )
    told = {"finding": finding.key, "size": finding.size, "money": finding.money, "reason": said}
    record(by, "finding.dismiss", book, book=book, after=told)
    return row


@transaction.atomic
def restore(book: Book, key: str, *, by: Any) -> None:
    """Show a dismissed finding again. UserError `finding.gone` where it was not put aside."""
    row = DismissedFinding.objects.filter(book=book, key=key[:500]).first()
    if row is None:
        raise UserError("finding.gone")
    record(by, "finding.restore", book, book=book, before={"finding": row.key, "reason": row.reason})
    row.delete()
