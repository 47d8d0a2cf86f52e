"""A report as a file: what kinds there are, and the answer of a page that gives one."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.http import FileResponse, HttpRequest

from huikuan.export.files import ending_of, write_report
from huikuan.export.vouchers import LAYOUTS
from huikuan.insight.reports.tables import ReportTable
from huikuan.records.errors import UserError
from huikuan.server.audit.services import record
from huikuan.server.core.files import CONTENT_TYPES, FILES, printed_by
from huikuan.server.core.shortcuts import file_answer

VOUCHERS = "vouchers"  # the report that has the layouts of accounting programs


def answer_as_file(request: HttpRequest, table: ReportTable, kind: str, told: Mapping[str, Any]) -> FileResponse:
    """A report as a file, noted in the audit log with what was `told` of it. UserError for an unknown kind."""
    known = [each for each, _word, _icon in FILES] + (list(LAYOUTS) if table.name == VOUCHERS else [])
    if kind not in known:
        raise UserError("export.format", format=kind[:12], known=", ".join(known))
    book = request.book  # type: ignore[attr-defined]
    ending = ending_of(kind)
    file_name = f"{table.title}-{book.name}-{(table.as_of or book.today()).isoformat()}.{ending}"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"report.{ending}"
        write_report(table, kind, path, printed_by(request))
        response = file_answer(path, file_name, CONTENT_TYPES[ending])
    record(request, "report.export", book, after={"report": table.name, "format": kind, **told})
    return response
