"""The report builder: the page with its preview, its file, saving and deleting, and the records behind any figure."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from huikuan.insight.reports.tables import ReportTable
from huikuan.insight.semantic.answer import FILE_CELLS, Source, ask
from huikuan.insight.semantic.question import Question, question_of
from huikuan.insight.semantic.records import asked_back, records
from huikuan.insight.semantic.subjects import SUBJECTS
from huikuan.insight.semantic.table import conditions, report_table
from huikuan.records.errors import InvariantError, UserError
from huikuan.records.messages import translated
from huikuan.server.accounts.models import Membership
from huikuan.server.accounts.permissions import book_view
from huikuan.server.books.services import rules_of
from huikuan.server.collection import queries
from huikuan.server.collection.views import nothing_yet
from huikuan.server.core.files import FILES
from huikuan.server.core.paging import SIZES, Page, decode, encode
from huikuan.server.core.shortcuts import book_url, done, toast
from huikuan.server.reports import building, saved, shown, shown_builder
from huikuan.server.reports.charts import chart_of
from huikuan.server.reports.files import answer_as_file
from huikuan.server.reports.models import SavedReport
from huikuan.server.reports.sources import source_for


@require_GET
@book_view("view_money")
def builder(request: HttpRequest) -> HttpResponse:
    """The builder with a preview of what is put together. What cannot be answered is said in the preview's place."""
    found = queries.published(request.book, request.scope)  # type: ignore[attr-defined]
    request.nav_page = "reports:builder"  # type: ignore[attr-defined]
    if found is None:
        return nothing_yet(request, "reports:builder")
    source = source_for(request.book, found, rules_of(request.book))  # type: ignore[attr-defined]
    draft = _draft(request, source)
    context = shown_builder.context_of(request, draft, source) | _preview(request, draft, source)
    fragment = request.htmx and request.htmx.target == "builder"  # type: ignore[attr-defined]
    response = render(request, "reports/_builder.html" if fragment else "reports/builder.html", context)
    if fragment:
        response["HX-Push-Url"] = book_url(request, "reports:builder", query={"state": draft.state})
    return response


def _draft(request: HttpRequest, source: Source) -> building.Draft:
    """The draft of the address, after the button that was pressed; without one a report to begin with."""
    if "state" in request.GET:
        draft = building.read(request.GET["state"])
    elif request.GET.get("report", "").isdecimal():
        return building.of_saved(_saved(request, int(request.GET["report"][:18])))
    else:
        held = [each.name for each in SUBJECTS.values() if source.holds(each)]
        first = building.DEFAULT if building.DEFAULT in held else next(iter(held), building.DEFAULT)
        return building.start(request.GET.get("subject", first))
    if "form" in request.GET:
        building.set_fields(draft, request.GET.dict())  # type: ignore[arg-type]
    if request.GET.get("subject", draft.subject.name) != draft.subject.name:
        return building.start(request.GET["subject"])
    words = request.GET.get("do", "").split(" ", 2)
    pressed = building.Pressed(words, _values(request), request.GET.get("how", "is"))
    return building.press(draft, pressed)


def _values(request: HttpRequest) -> list[str]:
    """The values of a condition: those ticked, or the text typed."""
    if request.GET.get("how") == "contains":
        return [request.GET.get("text", "").strip()]
    return request.GET.getlist("value")


def _question(request: HttpRequest, draft: building.Draft) -> Question:
    """The draft's question, of the page's period unless it is of all days."""
    scope = request.scope  # type: ignore[attr-defined]
    question = question_of(draft.question)
    return question if draft.all_days else question.within(scope.date_from, scope.date_to)


def _preview(request: HttpRequest, draft: building.Draft, source: Source) -> dict[str, Any]:
    try:
        question = _question(request, draft)
        answer = ask(source, question)
    except (UserError, InvariantError) as error:
        return {"fault": str(error)}
    table = _table(request, draft, source, answer)
    return {
        "answer": answer, "table": table, "seconds": f"{answer.seconds:.2f}",
        "tables": [shown.table_of(request, section, {}) for section in table.sections],
        "charts": [chart_of(request, chart, number, {}) for number, chart in enumerate(table.charts, 1)],
        "files": [
            (word, icon, book_url(request, "reports:builder_file", query={"state": draft.state, "format": kind}))
            for kind, word, icon in FILES
        ],
    }  # fmt: skip


def _table(request: HttpRequest, draft: building.Draft, source: Source, answer: Any) -> ReportTable:
    title = shown_builder.title_of(request, draft)
    company = request.book.name  # type: ignore[attr-defined]
    return report_table(answer, source, "custom", title, company, draft.chart, get_language() or "en")


@require_GET
@book_view("export")
def builder_file(request: HttpRequest) -> HttpResponse | FileResponse:
    """What is put together as a file."""
    found = queries.published(request.book, request.scope)  # type: ignore[attr-defined]
    if found is None:
        raise UserError("results.none")
    draft = building.read(request.GET.get("state", ""))
    source = source_for(request.book, found, rules_of(request.book))  # type: ignore[attr-defined]
    table = _table(request, draft, source, ask(source, _question(request, draft), FILE_CELLS))
    return answer_as_file(request, table, request.GET.get("format", "xlsx"), {"question": draft.question})


def _saved(request: HttpRequest, pk: int) -> SavedReport:
    """A saved report that the user sees; 404 else."""
    found = get_object_or_404(SavedReport, pk=pk, book=request.book)  # type: ignore[attr-defined]
    if not found.seen_by(request.membership):  # type: ignore[attr-defined]
        raise Http404
    return found


@require_http_methods(["GET", "POST"])
@book_view("view_money")
def save(request: HttpRequest) -> HttpResponse:
    """The dialog that saves what is put together: anew, or in place of the report it came from."""
    given = request.POST or request.GET
    draft = building.read(given.get("state", ""))
    membership = request.membership  # type: ignore[attr-defined]
    kept = SavedReport.objects.filter(pk=draft.report, book=request.book).first() if draft.report else None  # type: ignore[attr-defined]
    mine = kept if kept is not None and kept.changed_by(membership) else None
    context: dict[str, Any] = {
        "draft": draft, "kept": mine, "roles": Membership.ROLES, "title": kept.title if kept else "",
        "description": kept.description if kept else "", "shared_with": kept.shared_with if kept else [],
    }  # fmt: skip
    if request.method != "POST":
        return render(request, "reports/save.html", context)
    told = {name: request.POST.get(name, "") for name in ("title", "description")}
    told |= {"shared_with": request.POST.getlist("shared_with"), "version": draft.version}  # type: ignore[dict-item]
    anew = mine is None or request.POST.get("do") == "anew"
    target = SavedReport(book=request.book, owner=request.user) if anew or mine is None else mine  # type: ignore[attr-defined,misc]
    try:
        made = saved.save(request, target, draft.question, draft.chart, draft.all_days, told)
    except UserError as error:
        return render(request, "reports/save.html", context | told | {"fault": str(error)}, status=422)
    toast(request, _("Saved: %(name)s") % {"name": made.title})
    return done(request, book_url(request, "reports:report", made.name))


@require_http_methods(["GET", "POST"])
@book_view("view_money")
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask, then delete a saved report."""
    found = _saved(request, pk)
    if not found.changed_by(request.membership):  # type: ignore[attr-defined]
        raise PermissionDenied("report")
    if request.method != "POST":
        return render(request, "reports/delete.html", {"saved": found})
    title = found.title
    saved.delete(request, found)
    toast(request, _("Deleted: %(name)s") % {"name": title})
    return done(request, book_url(request, "reports:list"))


@require_GET
@book_view("view_money")
def record_list(request: HttpRequest) -> HttpResponse:
    """The records behind a figure, with the same total, each with its file and row."""
    found = queries.published(request.book, request.scope)  # type: ignore[attr-defined]
    request.nav_page = "reports:builder"  # type: ignore[attr-defined]
    if found is None:
        return nothing_yet(request, "reports:builder")
    told = {name: value for name, value in request.GET.items() if len(value) <= 3000}
    question = asked_back(told)  # type: ignore[arg-type]
    after = decode(request.GET.get("after", "")) or [0]
    offset = after[0] if isinstance(after[0], int) and after[0] >= 0 else 0
    size = next((size for size in SIZES if str(size) == request.GET.get("size")), SIZES[0])
    source = source_for(request.book, found, rules_of(request.book))  # type: ignore[attr-defined]
    listed = records(source, question, told.get("currency", ""), offset, size, told.get("sort", ""))
    following = encode([offset + size]) if offset + size < listed.count else ""
    page = Page(listed.rows, offset // size + 1, size, listed.count, following)
    measure = listed.subject.measure(question.measures[0])
    context = {
        "page": page, "subject": translated(listed.subject.title), "measure": translated(measure.title),
        "definition": translated(measure.definition), "conditions": list(conditions(question)),
        "totals": shown_builder.record_totals(listed, measure), "question": question,
        "heads": [(each.name, translated(each.title), each.type) for each in listed.subject.records],
        "lines": shown_builder.record_lines(request, listed),
    }  # fmt: skip
    return render(request, "reports/records.html", context)
