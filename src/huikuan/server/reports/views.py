"""Built-in reports: the list, each on screen, each as a file."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from huikuan.export.files import write_report
from huikuan.export.printed import Printed
from huikuan.insight.report_collection import PERIODS
from huikuan.insight.reports import REPORTS
from huikuan.insight.tables import ReportTable
from huikuan.records.errors import UserError
from huikuan.records.messages import translated
from huikuan.server.accounts.permissions import book_view
from huikuan.server.audit.services import record
from huikuan.server.collection import queries
from huikuan.server.collection.views import nothing_yet
from huikuan.server.core.shortcuts import book_url, file_answer
from huikuan.server.reporting import report_of
from huikuan.server.reports import shown

FILES = (("xlsx", "Excel", "file-spreadsheet"), ("pdf", "PDF", "file-type-pdf"), ("csv", "CSV", "file-description"))
TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
    "csv": "text/csv; charset=utf-8",
}
ICONS = {
    "collection-summary": "coins",
    "bank-reconciliation": "building-bank",
    "fee_audit": "receipt-2",
    "write_offs": "equal-not",
}


@require_GET
@book_view("view_money")
def report_list(request: HttpRequest) -> HttpResponse:
    """The reports there are."""
    book = request.book  # type: ignore[attr-defined]
    lines = [
        {
            "name": each.name, "title": translated(each.title), "note": translated(each.description),
            "icon": ICONS.get(each.name, "report-money"),
            "periods": [(code, translated(word)) for code, word in PERIODS.items()]
            if any(p.name == "by" for p in each.parameters) else [],
            "of_account": (of_account := any(p.name == "account" for p in each.parameters)),
            "accounts": shown.accounts_of(book) if of_account else [],
        }
        for each in REPORTS.values()
    ]  # fmt: skip
    return render(request, "reports/list.html", {"reports": lines})


@require_GET
@book_view("view_money")
def report(request: HttpRequest, name: str) -> HttpResponse:
    """One report on screen. What cannot be made of the parameters is said in place, with 422."""
    found = queries.published(request.book, request.scope)  # type: ignore[attr-defined]
    chosen = REPORTS.get(name)
    if chosen is None:
        raise Http404
    request.nav_page = "reports:list"  # type: ignore[attr-defined]
    if found is None:
        return nothing_yet(request, "reports:list")
    params = shown.params_of(request, chosen, found)
    context: dict[str, Any] = {
        "name": name, "title": translated(chosen.title), "note": translated(chosen.description),
        "fields": shown.fields_of(request.book, chosen, params, queries.shops_of(found)),  # type: ignore[attr-defined]
        "as_of": found.manifest.as_of,
    }  # fmt: skip
    missing = [each.name for each in chosen.parameters if each.required and not params[each.name]]
    if missing:
        return render(request, "reports/report.html", context | {"missing": missing})
    try:
        table = _build(request, name, params)
    except UserError as error:
        return render(request, "reports/report.html", context | {"fault": str(error)}, status=422)
    context |= {
        "table": table,
        "tables": [shown.table_of(request, chosen, section, params) for section in table.sections],
        "files": [(word, icon, book_url(request, "reports:download", name, query=params | {"format": kind}))
                  for kind, word, icon in FILES],
    }  # fmt: skip
    return render(request, "reports/report.html", context)


def _build(request: HttpRequest, name: str, params: Mapping[str, str]) -> ReportTable:
    scope = request.scope  # type: ignore[attr-defined]
    told = {key: value for key, value in params.items() if value}
    return report_of(request.book, name, told, scope.as_of if scope.historical else None, get_language() or "en")  # type: ignore[attr-defined]


@require_GET
@book_view("export")
def download(request: HttpRequest, name: str) -> HttpResponse | FileResponse:
    """A report as a file. UserError (422) for a wrong parameter or format, or before the first run."""
    chosen = REPORTS.get(name)
    if chosen is None:
        raise Http404
    book, kind = request.book, request.GET.get("format", "xlsx")  # type: ignore[attr-defined]
    if kind not in TYPES:
        raise UserError("export.format", format=kind[:10], known=", ".join(TYPES))
    found = queries.published(book, request.scope)  # type: ignore[attr-defined]
    params = shown.params_of(request, chosen, found)
    table = _build(request, name, params)
    printed = Printed(
        getattr(request.user, "shown_name", "") or request.user.get_username(), book.local(datetime.now(UTC))
    )
    file_name = f"{table.title}-{book.name}-{(table.as_of or book.today()).isoformat()}.{kind}"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"report.{kind}"
        write_report(table, kind, path, printed)
        response = file_answer(path, file_name, TYPES[kind])
    record(request, "report.export", book, after={"report": name, "format": kind, **params})
    return response
