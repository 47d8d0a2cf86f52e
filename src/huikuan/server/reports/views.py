"""Built-in reports: the list, each on screen, each as a file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from huikuan.export.vouchers import LAYOUTS
from huikuan.insight.reports.base import Report
from huikuan.insight.reports.registry import GROUPS, REPORTS
from huikuan.insight.reports.tables import ReportTable
from huikuan.records.errors import InvariantError, UserError
from huikuan.records.messages import translated
from huikuan.server.accounts.permissions import book_view
from huikuan.server.books.models import Account
from huikuan.server.collection import queries
from huikuan.server.collection.views import nothing_yet
from huikuan.server.core.files import FILES
from huikuan.server.core.shortcuts import book_url
from huikuan.server.reporting import report_of
from huikuan.server.reports import saved, shown
from huikuan.server.reports.charts import chart_of
from huikuan.server.reports.files import VOUCHERS, answer_as_file
from huikuan.server.reports.shown import NO_DAY, PERIOD_DAYS

ICONS = {
    "collection-summary": "coins",
    "bank-reconciliation": "building-bank",
    "fee_audit": "receipt-2",
    "write_offs": "equal-not",
    "receivables-ageing": "hourglass",
    "overdue": "alert-triangle",
    "days-to-collect": "clock-hour-4",
    "payouts": "circle-arrow-right",
    "wallet-roll-forward": "wallet",
    "receivables-roll-forward": "rotate",
    "platform-fees": "receipt-dollar",
    "refunds": "arrow-back-up",
    "settlement-differences": "equal-not",
    "exceptions": "list-details",
    "reconciliation-report": "calendar-check",
    "sales-comparison": "scale",
    "net-income": "report-money",
    "vouchers": "file-description",
}


@require_GET
@book_view("view_money")
def report_list(request: HttpRequest) -> HttpResponse:
    """The reports there are, by group."""
    accounts = shown.accounts_of(request.book)  # type: ignore[attr-defined]
    listed = [each for each in REPORTS.values() if not each.detail]
    groups = [
        {"title": translated(title), "reports": [_entry(each, accounts) for each in listed if each.group == group]}
        for group, title in GROUPS.items()
    ]
    context = {"groups": [group for group in groups if group["reports"]]}
    return render(request, "reports/list.html", context | {"saved": saved.seen_by(request.membership)})  # type: ignore[attr-defined]


def _entry(report: Report, accounts: list[Account]) -> dict[str, Any]:
    of_account = any(parameter.name == "account" and parameter.required for parameter in report.parameters)
    return {
        "name": report.name, "title": translated(report.title), "note": translated(report.description),
        "icon": ICONS.get(report.name, "report-money"), "of_account": of_account,
        "accounts": accounts if of_account else [],
    }  # fmt: skip


@require_GET
@book_view("view_money")
def report(request: HttpRequest, name: str) -> HttpResponse:
    """One report on screen. What cannot be made of the parameters is said in place, with 422."""
    found = queries.published(request.book, request.scope)  # type: ignore[attr-defined]
    chosen = _chosen(request, name)
    request.nav_page = "reports:list"  # type: ignore[attr-defined]
    if found is None:
        return nothing_yet(request, "reports:list")
    params = shown.params_of(request, chosen, found)
    context: dict[str, Any] = {
        "name": name, "title": translated(chosen.title), "note": translated(chosen.description),
        "fields": shown.fields_of(request.book, chosen, params, queries.shops_of(found)),  # type: ignore[attr-defined]
        "kept": shown.kept_of(chosen, params), "presets": shown.presets_of(request, chosen, params, found),
        "as_of": found.manifest.as_of, "saved": _saved(request, name),
    }  # fmt: skip
    missing = [each.name for each in chosen.parameters if each.required and not params[each.name]]
    if missing:
        return render(request, "reports/report.html", context | {"missing": missing})
    try:
        table = _build(request, name, params)
    except (UserError, InvariantError) as error:
        return render(request, "reports/report.html", context | {"fault": str(error)}, status=422)
    context |= {
        "table": table,
        "tables": [shown.table_of(request, section, params) for section in table.sections],
        "charts": [chart_of(request, chart, n, params) for n, chart in enumerate(table.charts, 1)],
        "files": [(word, icon, _file_url(request, name, params, kind)) for kind, word, icon in FILES],
        "programs": [(translated(layout.title), _file_url(request, name, params, kind))
                     for kind, layout in LAYOUTS.items()] if name == VOUCHERS else [],
    }  # fmt: skip
    return render(request, "reports/report.html", context)


def _file_url(request: HttpRequest, name: str, params: Mapping[str, str], kind: str) -> str:
    return book_url(request, "reports:download", name, query=_said(params) | {"format": kind})


def _saved(request: HttpRequest, name: str) -> dict[str, Any] | None:
    """Of a saved report: itself, whether the user may change it, where the builder opens it."""
    kept = None if name in REPORTS else saved.find_saved(request.book, name)  # type: ignore[attr-defined]
    if kept is None:
        return None
    address = book_url(request, "reports:builder", query={"report": kept.pk})
    return {"report": kept, "mine": kept.changed_by(request.membership), "builder": address}  # type: ignore[attr-defined]


def _chosen(request: HttpRequest, name: str) -> Report:
    """A report that the user sees; 404 else."""
    found = saved.reports_of(request.book, request.membership).get(name)  # type: ignore[attr-defined]
    if found is None:
        raise Http404
    return found


def _said(params: Mapping[str, str]) -> dict[str, str]:
    """Parameters for an address: a day that is left open is said to be so."""
    return {name: value or (NO_DAY if name in PERIOD_DAYS else "") for name, value in params.items()}


def _build(request: HttpRequest, name: str, params: Mapping[str, str]) -> ReportTable:
    scope = request.scope  # type: ignore[attr-defined]
    told = {key: value for key, value in params.items() if value}
    return report_of(request.book, name, told, scope.as_of if scope.historical else None, get_language() or "en")  # type: ignore[attr-defined]


@require_GET
@book_view("export")
def download(request: HttpRequest, name: str) -> HttpResponse | FileResponse:
    """A report as a file. UserError (422) for a wrong parameter or format, or before the first run."""
    chosen = _chosen(request, name)
    found = queries.published(request.book, request.scope)  # type: ignore[attr-defined]
    params = shown.params_of(request, chosen, found)
    return answer_as_file(request, _build(request, name, params), request.GET.get("format", "xlsx"), params)
