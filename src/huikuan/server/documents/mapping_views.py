"""Telling the program what the columns of an unknown table are; the mappings a book has saved."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from huikuan.formats.mapping import SIGNS, UNITS, Mapping, mapping_to_plain
from huikuan.formats.mapping_words import MONEY_KINDS, TARGETS
from huikuan.server.accounts.permissions import book_view
from huikuan.server.core.shortcuts import book_url, done, toast
from huikuan.server.core.statuses import word_of
from huikuan.server.documents import mapping_check as check
from huikuan.server.documents import mapping_page as page
from huikuan.server.documents import services
from huikuan.server.documents.forms import known_names
from huikuan.server.documents.models import SavedMapping, Upload
from huikuan.server.documents.problems import lines_of, sentence
from huikuan.server.jobs.models import Job


def _upload(request: HttpRequest, pk: int) -> Upload:
    upload: Upload = get_object_or_404(Upload, book=request.book, pk=pk)  # type: ignore[attr-defined]
    if not services.upload_path(upload).exists():
        raise Http404
    return upload


@require_http_methods(["GET", "POST"])
@book_view("import")
def map_columns(request: HttpRequest, pk: int) -> HttpResponse:
    """The file's own rows with a guess above each column.

    POST `do=change`: another sheet, header row or kind, with what was chosen kept; `do=preview` shows the records that
    come of it; `do=check` reads all rows (of a large file by a job); `do=save` saves the mapping and imports the file.
    """
    upload = _upload(request, pk)
    do = request.POST.get("do", "") if request.method == "POST" else "show"
    context = _context(request, upload, do)
    if do in ("show", "change"):
        return render(request, "documents/mapping.html", context)
    mapping = context["mapping"]
    context["faults"] = _faults(request, mapping, context, saving=do == "save")
    if not context["faults"]:
        if do == "check" and not check.is_small(upload):
            job = services.start_mapping_check(request.book, request, upload, mapping_to_plain(mapping))  # type: ignore[attr-defined]
            return render(request, "documents/_mapping_check.html", {"upload": upload, "job": job})
        if context["live"]:
            context["checked"] = check.checked(request.book, upload, mapping, whole=False)  # type: ignore[attr-defined]
        if do == "save" and (not context["live"] or context["checked"].ok):
            return _saved(request, upload, mapping)
    fragment = request.htmx and do != "save"  # type: ignore[attr-defined]
    template = "documents/_mapping_result.html" if fragment else "documents/mapping.html"
    failed = do == "save" or (context["faults"] and not fragment)
    return render(request, template, context, status=422 if failed else 200)


def _context(request: HttpRequest, upload: Upload, do: str) -> dict[str, Any]:
    tables = page.tables_of(upload)
    if not tables:
        raise Http404
    given = request.POST if request.method == "POST" else request.GET
    place = page.place_of(tables, given)
    if do == "change":
        old = page.place_of(tables, given, "shown_")
        place = page.moved(old, place)
    table, guess = page.guess_at(tables, place, name=page.default_name(request.book, upload))  # type: ignore[attr-defined]
    mapping = guess.mapping
    if do == "change":
        _old_table, old_guess = page.guess_at(tables, old)
        mapping = page.with_chosen(guess, page.chosen_of(old_guess, given))
    elif do != "show":
        mapping = page.mapping_of(guess, given)
    rows = [(number, cells) for number, cells in table.rows if number > guess.header_row][: page.ROWS_SHOWN]
    unsure, rules = page.is_date_unsure(guess), page.rules_of(mapping)
    if unsure:  # the guess is no answer: the person chooses, even what was guessed
        rules["date_format"] = given.get("date_format", "")
    doubtful = unsure and not rules["date_format"]
    columns = page.columns_of(guess, mapping, doubtful)
    small = check.is_small(upload)
    return {
        "upload": upload, "tables": tables, "table_number": place.table, "guess": guess, "mapping": mapping,
        "columns": columns, "rows": rows, "header_rows": [number for number, _cells in tables[place.table].rows][:20],
        "kinds": list(TARGETS), "fields": page.field_names(mapping.kind), "signs": SIGNS, "units": UNITS,
        "date_samples": page.date_samples(), "names": known_names(request.book), "faults": [],  # type: ignore[attr-defined]
        "rules": rules, "has_sign": mapping.kind in MONEY_KINDS,
        "derivable": page.derivable(mapping.kind), "derived_rows": page.derived_rows(mapping),
        "zones": page.zones(request.book, mapping),  # type: ignore[attr-defined]
        "date_doubtful": doubtful, "small": small,
        "live": small or check.can_sample(upload),
        "needs": check.needed_owner(mapping),
        "doubtful": [column for column in columns if column.target and not column.sure],
    }  # fmt: skip


def _faults(request: HttpRequest, mapping: Mapping, context: dict[str, Any], *, saving: bool) -> list[str]:
    faults = page.faults_of(mapping, request.POST, len(context["columns"]))
    if not saving:
        return faults
    if context["date_doubtful"]:
        faults.append(_("Say whether the day or the month stands first: choose how dates are written under “Date”."))
    if context["needs"]:
        owner = word_of("field", context["needs"])
        faults.append(_("Say whose it is: fill in “%(field)s”, or choose its column.") % {"field": owner})
    name_fault = page.name_fault(request.book, mapping)  # type: ignore[attr-defined]
    return [*faults, name_fault] if name_fault else faults


def _saved(request: HttpRequest, upload: Upload, mapping: Mapping) -> HttpResponse:
    services.save_mapping(request.book, request, mapping.name, mapping_to_plain(mapping))  # type: ignore[attr-defined]
    services.start_import(request.book, request, [upload], {"mapping": mapping.name})  # type: ignore[attr-defined]
    toast(request, _("The mapping is saved; files with this header are read by it from now on."))
    return done(request, book_url(request, "documents:import", query={"batch": upload.batch}))


@require_GET
@book_view("import")
def check_state(request: HttpRequest, pk: int, job: UUID) -> HttpResponse:
    """How far the reading of all rows is, or what it found."""
    upload = get_object_or_404(Upload, book=request.book, pk=pk)  # type: ignore[attr-defined]
    found = get_object_or_404(Job, book=request.book, pk=job, kind="mapping.check")  # type: ignore[attr-defined]
    problems = (found.result or {}).get("problems", [])
    context = {
        "upload": upload,
        "job": found,
        "result": found.result,
        "file_faults": [sentence(problem) for problem in problems if problem.get("row") is None],
        "row_faults": lines_of(problem for problem in problems if problem.get("row") is not None),
    }
    return render(request, "documents/_mapping_check.html", context)


@require_GET
@book_view("import")
def mappings(request: HttpRequest) -> HttpResponse:
    """The column mappings of the book."""
    return render(request, "documents/mappings.html", {"mappings": _mappings(request)})


def _mappings(request: HttpRequest) -> Any:
    return SavedMapping.objects.filter(book=request.book).select_related("created_by")  # type: ignore[attr-defined]


@require_GET
@book_view("import")
def export_mapping(request: HttpRequest, pk: int) -> HttpResponse:
    """A saved mapping as a small JSON file, to be read into another book."""
    found = get_object_or_404(SavedMapping, book=request.book, pk=pk)  # type: ignore[attr-defined]
    text = json.dumps(services.mapping_document(found), ensure_ascii=False, indent=2)
    response = HttpResponse(text, content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="mapping-{pk}.json"'
    return response


@require_POST
@book_view("import")
def import_mapping(request: HttpRequest) -> HttpResponse:
    """Save the mapping of such a file; one of the same name and header is replaced."""
    file = request.FILES.get("file")
    fault, saved = services.read_mapping(request.book, request, file.read(services.MAPPING_BYTES_MAX) if file else b"")  # type: ignore[attr-defined]
    if saved is None:
        context = {"mappings": _mappings(request), "fault": fault}
        return render(request, "documents/mappings.html", context, status=422)
    toast(request, _("The mapping “%(name)s” was saved.") % {"name": saved.name})
    return done(request, book_url(request, "documents:mappings"))


@require_POST
@book_view("import")
def delete_mapping(request: HttpRequest, pk: int) -> HttpResponse:
    """Remove a saved mapping; what it has imported stays."""
    found = get_object_or_404(SavedMapping, book=request.book, pk=pk)  # type: ignore[attr-defined]
    services.delete_mapping(request.book, request, found.name)  # type: ignore[attr-defined]
    toast(request, _("The mapping “%(name)s” was removed.") % {"name": found.name})
    return done(request, book_url(request, "documents:mappings"))
