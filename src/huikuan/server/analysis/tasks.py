"""What is worked out in the background after a run of a large book."""

from __future__ import annotations

from typing import Any

from huikuan.pipeline.reporting import prepare
from huikuan.records.messages import gettext_noop
from huikuan.server.analysis import services
from huikuan.server.books.services import rules_of
from huikuan.server.jobs.services import JobContext, handler
from huikuan.server.workbench.services import AFTER_RUN

AFTER_RUN.append(services.after_run)


@handler(services.JOB)
def analyse(context: JobContext, run: str) -> dict[str, Any]:
    """Forecast, findings, and what reports of accounts and reconciliations read, of one run."""
    book = context.book
    found = services.results_of_run(book, run)
    if found is None:
        return {}  # a later run has replaced it
    context.progress(0, 3, gettext_noop("Cash forecast"))
    services.work_out_forecasts(found)
    context.progress(1, 3, gettext_noop("Findings"))
    told = services.work_out_findings(book, found)
    context.progress(2, 3, gettext_noop("Tables of reports"))
    prepare(found, rules_of(book), found.decisions or services.decisions_of(book))
    return {"run": run, "findings": len(told.findings)}
