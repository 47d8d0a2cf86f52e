"""Writing the orders of a filter to a file, at once or as a background job."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.http import FileResponse, StreamingHttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext as _

from huikuan.export.details import DETAILS
from huikuan.export.files import write_detail, write_report
from huikuan.export.printed import Printed
from huikuan.insight.report_base import unit_text
from huikuan.insight.tables import ReportTable, Row, Section
from huikuan.pipeline.results import Results
from huikuan.records.messages import register
from huikuan.server.accounts.access import actor_name
from huikuan.server.audit.services import record
from huikuan.server.books.models import Book
from huikuan.server.collection import queries
from huikuan.server.collection.cubes import rows
from huikuan.server.collection.filters import Wanted
from huikuan.server.core.shortcuts import file_answer
from huikuan.server.core.statuses import look_of
from huikuan.server.jobs.models import Job
from huikuan.server.jobs.services import start

register(
    {
        "export.pdf_long": gettext_noop(
            "This list has %(count)s orders; a PDF may have %(most)s. Narrow the filter, or take Excel or CSV."
        ),
    }
)
FORMATS = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "pdf": "application/pdf",
}
JOB = "collection-export"
AT_ONCE = 20_000  # orders that are written while the person waits
PDF_ROWS = 5_000
BLOCK_BYTES = 2**18
KEPT_SECONDS = 7 * 86_400
PDF_COLUMNS = (
    "order_no", "shop", "status", "business_date", "receivable", "collected", "in_transit", "not_due", "overdue",
    "due_date",
)  # fmt: skip
COLUMNS = ", ".join(key for key, *_ in DETAILS["collection"].columns)


def write(book: Book, found: Results, wanted: Wanted, kind: str, path: Path, by: str) -> int:
    """Write the orders of a filter, in its order; returns how many."""
    sql, values = queries.list_sql(found, wanted, COLUMNS)
    printed = Printed(by, book.local(datetime.now(UTC)))
    if kind == "pdf":
        return _pdf(book, found, wanted, rows(found, sql, values), path, printed)
    cursor = found.run.cursor()
    try:
        return write_detail(cursor, "collection", sql, values, kind, path, facts(book, found, wanted), printed)
    finally:
        cursor.close()


def _pdf(book: Book, found: Results, wanted: Wanted, got: list[dict[str, Any]], path: Path, printed: Printed) -> int:
    detail = DETAILS["collection"]
    columns = tuple(column for column in detail.shown() if column.key in PDF_COLUMNS)
    sections = []
    for currency in sorted({row["currency"] for row in got}):
        lines = tuple(
            Row(tuple(detail.words[c.key](row[c.key]) if c.key in detail.words else row[c.key] for c in columns))
            for row in got
            if row["currency"] == currency
        )
        sections.append(Section("", columns, lines, _("Total"), currency))
    units = ", ".join(unit_text(section.currency) for section in sections)
    table = ReportTable(
        "collection", _("Collection by order"), book.name, (*facts(book, found, wanted), (_("Unit"), units)),
        tuple(sections), as_of=found.manifest.as_of, language=get_language() or "en",
    )  # fmt: skip
    write_report(table, "pdf", path, printed)
    return len(got)


def facts(book: Book, found: Results, wanted: Wanted) -> list[tuple[str, str]]:
    """The head of the file: company, day, what was filtered."""
    told = [(_("Company"), book.name), (_("As of"), found.manifest.as_of.isoformat())]
    if wanted.figure:
        told.append((_("Figure"), str(wanted.figure.title)))
    if wanted.status:
        told.append((_("Status"), str(look_of("collection", wanted.status)[1])))
    if wanted.shop:
        told.append((_("Shop"), wanted.shop))
    if wanted.first or wanted.last:
        told.append((_("Period"), f"{wanted.first or ''} – {wanted.last or ''}"))
    return told


def file_name(book: Book, found: Results, kind: str) -> str:
    """What the file is called when it is saved."""
    return f"{_('Collection')}-{book.name}-{found.manifest.as_of.isoformat()}.{kind}"


def answer(book: Book, found: Results, wanted: Wanted, kind: str, request: Any) -> FileResponse:
    """The file as an answer; the taking away of data is on the audit log."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"list.{kind}"
        count = write(book, found, wanted, kind, path, actor_name(request))
        response = file_answer(path, file_name(book, found, kind), FORMATS[kind])
    record(request, "collection.export", book, book=book, after={"format": kind, "orders": count})
    return response


def attachment(path: Path, kind: str, name: str) -> StreamingHttpResponse:
    """A file of a job as an answer, opened when it is read."""
    headers = {
        "Content-Type": FORMATS.get(kind, "application/octet-stream"),
        "Content-Disposition": content_disposition_header(True, name) or "attachment",
        "Content-Length": str(path.stat().st_size),
    }
    return StreamingHttpResponse(_blocks(path), headers=headers)


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(BLOCK_BYTES):
            yield block


def start_export(book: Book, request: Any, asked: dict[str, str], kind: str) -> Job:
    """Write the list in the background."""
    params = {"asked": asked, "kind": kind, "by": actor_name(request), "language": get_language() or "en"}
    return start(book, JOB, params, title=gettext_noop("Export of the collection list"), by=request)


def file_of(job: Job) -> Path:
    """Where a job's file lies until it is a week old."""
    return Path(job.book.folder) / "exports" / f"{job.pk}.{job.params['kind']}"


def remove_old(folder: Path) -> None:
    """Remove exports that are a week old."""
    for path in folder.glob("*.*"):
        if time.time() - path.stat().st_mtime > KEPT_SECONDS:
            path.unlink(missing_ok=True)
