"""Handing in files, what became of them, the documents of a book, undoing one."""

from __future__ import annotations

import secrets
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from huikuan.pipeline.periods.closed import place_of
from huikuan.records.kind import record_key_parts
from huikuan.server.accounts.permissions import book_view
from huikuan.server.core import numbers
from huikuan.server.core.files import csv_answer
from huikuan.server.core.lists import listing
from huikuan.server.core.numbers import reference
from huikuan.server.core.paging import keyset_page
from huikuan.server.core.shortcuts import book_url, done, toast
from huikuan.server.documents import queries, services, told_twice
from huikuan.server.documents.batches import Batch, Entry, batch_of
from huikuan.server.documents.coverage import coverage_of
from huikuan.server.documents.forms import AnswerForm, known_names, named_in, owners
from huikuan.server.documents.library import library_book
from huikuan.server.documents.models import DocumentRow, Upload
from huikuan.server.documents.origins import origin_of
from huikuan.server.documents.problems import control_name, control_value, lines_of, sentence, total_name


@require_http_methods(["GET", "POST"])
@book_view("import")
def import_page(request: HttpRequest) -> HttpResponse:
    """The drop zone and what the last batch has come to. POST without script: keep the files and start."""
    if request.method == "POST":
        batch = secrets.token_hex(8)
        uploads = _received(request, batch)
        if not uploads:
            return render(request, "documents/import.html", _page(request, None, _("No file was chosen.")), status=422)
        services.start_import(request.book, request, uploads)  # type: ignore[attr-defined]
        return done(request, book_url(request, "documents:import", query={"batch": batch}))
    found = _batch(request, request.GET.get("batch", ""))
    if request.htmx and request.GET.get("part") == "batch":  # type: ignore[attr-defined]
        return render(request, "documents/_batch.html", _page(request, found))
    return render(request, "documents/import.html", _page(request, found))


def _batch(request: HttpRequest, name: str) -> Batch | None:
    return batch_of(request.book, name, request.membership.may("view_counterparty"))  # type: ignore[attr-defined]


def _page(request: HttpRequest, batch: Batch | None, fault: str = "") -> dict[str, Any]:
    names = known_names(request.book)  # type: ignore[attr-defined]
    return {
        "batch": batch, "fault": fault, "names": names, "titles": queries.format_titles(),
        "asked": _asked(batch, names) if batch else {},
    }  # fmt: skip


def _asked(batch: Batch, names: dict[str, list[str]]) -> dict[str, list[tuple[Entry, str]]]:
    """By question (shop, account): each file that leaves it open, and the known name that its own name holds."""
    return {
        question: [(entry, named_in(entry.upload.name, names[f"{question}s"])) for entry in entries]
        for question, entries in batch.asked.items()
    }


@require_GET
@book_view("view_money")
def formats(request: HttpRequest) -> HttpResponse:
    """Which files can be read, and where to download them."""
    return render(request, "documents/formats.html", {"formats": queries.format_groups()})


def _received(request: HttpRequest, batch: str) -> list[Upload]:
    files = [(each.name or "file", each.chunks()) for each in request.FILES.getlist("files")]
    return services.receive(request.book, request, files, batch=batch)  # type: ignore[attr-defined]


@require_POST
@book_view("import")
def upload(request: HttpRequest) -> HttpResponse:
    """Keep the files of one request of the page's script; `start` begins once all have come."""
    batch = request.POST.get("batch", "")
    if not (batch.isalnum() and len(batch) <= 32) or not request.FILES:
        return JsonResponse({"error": _("No file was chosen.")}, status=422)
    return JsonResponse({"uploads": [each.pk for each in _received(request, batch)]})


@require_POST
@book_view("import")
def start(request: HttpRequest) -> HttpResponse:
    """Start reading what a batch has brought so far."""
    waiting = Upload.objects.filter(book=request.book, batch=request.POST.get("batch", ""), job=None)  # type: ignore[attr-defined]
    services.start_import(request.book, request, list(waiting))  # type: ignore[attr-defined]
    return done(request, book_url(request, "documents:import", query={"batch": request.POST.get("batch", "")}))


@require_POST
@book_view("import")
def answer(request: HttpRequest, batch: str) -> HttpResponse:
    """Import refused files of a batch again with what the person answered: those named by `upload`."""
    form = AnswerForm(request.POST)
    asked = {"book": request.book, "batch": batch, "pk__in": _numbers(request.POST.getlist("upload"))}  # type: ignore[attr-defined]
    uploads = Upload.objects.filter(**asked).order_by("pk")
    owned = [
        ({question: name}, files)
        for question in ("shop", "account")
        for name, files in owners(request.POST, question, uploads).items()
    ]
    for answers, files in owned:
        services.start_import(request.book, request, files, answers)  # type: ignore[attr-defined]
    if owned:
        return done(request, book_url(request, "documents:import", query={"batch": batch}))
    if not form.is_valid() or not form.says_something() or not uploads:
        found = _batch(request, batch)
        return render(request, "documents/import.html", _page(request, found, _("Nothing was filled in.")), status=422)
    services.start_import(request.book, request, list(uploads), form.answers())  # type: ignore[attr-defined]
    return done(request, book_url(request, "documents:import", query={"batch": batch}))


@require_POST
@book_view("import")
def decide_changes(request: HttpRequest, batch: str) -> HttpResponse:
    """Take the changes of held files of a batch over, or leave the known records as they are."""
    uploads = Upload.objects.filter(book=request.book, batch=batch, pk__in=_numbers(request.POST.getlist("upload")))  # type: ignore[attr-defined]
    if request.POST.get("take") == "yes":
        services.start_import(request.book, request, list(uploads), {"take_changes": True})  # type: ignore[attr-defined]
    else:
        count = services.leave_held(request.book, request, uploads)  # type: ignore[attr-defined]
        toast(request, ngettext("%(n)s file was left out.", "%(n)s files were left out.", count) % {"n": count})
    return done(request, book_url(request, "documents:import", query={"batch": batch}))


def _numbers(texts: list[str]) -> list[int]:
    return [int(text) for text in texts if text.isdecimal()]


@require_GET
@book_view("import")
def problems(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The problems of an upload as CSV, with the reason of each row."""
    found = get_object_or_404(Upload, book=request.book, pk=pk)  # type: ignore[attr-defined]
    rows = [
        (row["file"], told["sheet"], told["row"], told["column"], told["code"], sentence(told))
        for row in found.rows
        for told in row.get("problems", [])
    ]
    titles = [_("File"), _("Sheet"), _("Row"), _("Column"), _("Code"), _("Reason")]
    handed_in = numbers.moment(request.book.local(found.created_at))  # type: ignore[attr-defined]
    facts = [(_("File"), found.name), (pgettext("when", "Imported"), handed_in), (_("Problems"), f"{len(rows):,}")]
    return csv_answer(request, f"problems-{pk}.csv", _("Problems of an import"), facts, titles, rows)


def document_columns() -> list[tuple[str, str]]:
    """The columns of the list of documents: name and label."""
    return [
        ("file", _("File")), ("read_as", _("Read as · shop or account")), ("period", _("Period")), ("rows", _("Rows")),
        ("new", _("New")), ("known", _("Known")), ("imported", pgettext("when", "Imported")), ("result", _("Result")),
    ]  # fmt: skip


@require_GET
@book_view("view_money")
def document_list(request: HttpRequest) -> HttpResponse:
    """Documents of the book, newest first, by words and status; undone ones on demand."""
    text, status = request.GET.get("q", "").strip(), request.GET.get("status", "")
    asked = request.GET.get("stream", ""), request.GET.get("day", "")
    rows = queries.listed(request.book, text, status, *asked, request.scope.as_of)  # type: ignore[attr-defined]
    streams = coverage_of(request.book, request.scope.as_of)  # type: ignore[attr-defined]
    chosen = next((each for each in streams if each.key == asked[0]), None)
    day = _day(asked[1])
    context = {
        "page": keyset_page(request, rows, ["-imported_at", "-id"]),
        "stream": chosen,
        "day": day,
        "alerts": sum(each.alerts for each in streams),
        "text": text,
        "counts": queries.counts(request.book),  # type: ignore[attr-defined]
        "titles": queries.format_titles(),
        "listing": listing(request, "documents", document_columns()),
    }
    return render(request, "documents/list.html", context)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _document(request: HttpRequest, document_id: str) -> DocumentRow:
    found: DocumentRow = get_object_or_404(DocumentRow, book=request.book, document_id=document_id)  # type: ignore[attr-defined]
    return found


@require_GET
@book_view("view_money")
def document(request: HttpRequest, document_id: str) -> HttpResponse:
    """One document: its figures, controls, problems, and its first records."""
    found = _document(request, document_id)
    healers = services.healers_of(request.book, document_id) if found.status == "flagged" else {}  # type: ignore[attr-defined]
    context = {
        "document": found,
        "healer": queries.documents(request.book).filter(document_id=healers.get(document_id, "")).first(),  # type: ignore[attr-defined]
        "title_of_format": queries.format_titles().get(found.format, found.format),
        "file_faults": [sentence(problem) for problem in found.problems if problem.get("row") is None],
        "faults": lines_of(problem for problem in found.problems if problem.get("row") is not None),
        "totals": [(kind, total_name(name), amount) for kind, name, amount in _totals(found)],
        "controls": [shown_control(control) for control in found.controls],
        "shared": [] if found.undone_at else told_twice.shared(request.book, document_id),  # type: ignore[attr-defined]
        "twice": [] if found.undone_at else told_twice.booked_twice(request.book, document_id),  # type: ignore[attr-defined]
        "doubtful": [] if found.undone_at else told_twice.doubtful(request.book, document_id, found.kinds),  # type: ignore[attr-defined]
        "samples": queries.first_records(request.book, found, request.membership.may("view_counterparty")),  # type: ignore[attr-defined]
    }
    return render(request, "documents/document.html", context)


def shown_control(control: dict[str, Any]) -> dict[str, Any]:
    """A control total in words."""
    name = control["name"]
    values = {key: control_value(name, control[key]) for key in ("stated", "computed")}
    return control | values | {"name": control_name(name)}


def _totals(found: DocumentRow) -> list[tuple[str, str, str]]:
    """The document's totals as (kind of record, name, amount)."""
    return [(name.partition(".")[0], name, amount) for name, amount in found.totals.items()]


@require_http_methods(["GET", "POST"])
@book_view("import")
def undo(request: HttpRequest, document_id: str) -> HttpResponse:
    """GET: what undoing would do, in figures. POST: take the document out again."""
    found = _document(request, document_id)
    if found.undone_at is not None:
        raise Http404
    if request.method == "POST":
        services.undo(request.book, request, document_id)  # type: ignore[attr-defined]
        toast(request, _("%(file)s was taken out again.") % {"file": found.file_name})
        return done(request, book_url(request, "documents:list"))
    return render(request, "documents/undo.html", {"document": found})


@require_POST
@book_view("match")
def decide(request: HttpRequest, document_id: str) -> HttpResponse:
    """Say whether a line that two files tell is one movement or two."""
    _document(request, document_id)
    movements = 2 if request.POST.get("movements") == "2" else 1
    told_twice.decide(request.book, request, document_id, request.POST.get("record_key", ""), movements)  # type: ignore[attr-defined]
    toast(request, _("Saved. It counts from the next reconciliation on."))
    return done(request, book_url(request, "documents:document", document_id))


@require_GET
@book_view("view_money")
def source(request: HttpRequest, record_key: str) -> HttpResponse:
    """Where a record comes from: every reading of it, with file, sheet and row."""
    book, names = request.book, request.membership.may("view_counterparty")  # type: ignore[attr-defined]
    readings = [told for key in queries.records_of(book, record_key) for told in queries.history(book, key, names)]
    if not readings:
        raise Http404
    for reading in readings:
        found, row, sheet = reading["document"], reading["source_row"], reading.get("source_sheet") or ""
        kept = [value for value in reading.values() if isinstance(value, str) and value]
        reading["origin"] = (
            origin_of(request.book, found, sheet, row, kept, reading.get("hidden", ())) if found and row else None
        )  # type: ignore[attr-defined]
    kind, parts = record_key_parts(record_key)
    day = next((reading["business_date"] for reading in reversed(readings) if reading["standing"]), None)
    place, period = place_of(library_book(book), record_key, day)
    context = {"kind": kind, "record_name": " / ".join(filter(None, map(reference, parts))), "readings": readings,
               "place": place, "period": period}  # fmt: skip
    return render(request, "documents/source.html", context)
