"""Telling the program what the columns of an unknown table are; the mappings a book has saved."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from huikuan.formats.mapping import SIGNS, UNITS, mapping_to_plain
from huikuan.formats.mapping_guess import DATE_FORMATS, guess_mapping
from huikuan.formats.mapping_words import TARGETS
from huikuan.server.accounts.permissions import book_view
from huikuan.server.core.shortcuts import book_url, done, toast
from huikuan.server.documents import mapping_page as page
from huikuan.server.documents import services
from huikuan.server.documents.forms import known_names
from huikuan.server.documents.models import SavedMapping, Upload


@require_http_methods(["GET", "POST"])
@book_view("import")
def map_columns(request: HttpRequest, pk: int) -> HttpResponse:
    """The file's own rows with a guess above each column.

    POST `do=preview` shows the records that come of it, `do=save` saves the mapping and imports the file.
    """
    upload: Upload = get_object_or_404(Upload, book=request.book, pk=pk)  # type: ignore[attr-defined]
    if not services.upload_path(upload).exists():
        raise Http404
    context = _context(request, upload)
    if request.method == "GET":
        return render(request, "documents/mapping.html", context)
    mapping = context["mapping"]
    context["faults"] = page.faults_of(mapping)
    saving = request.POST.get("do") == "save"
    if saving and not mapping.name:
        context["faults"].append(_("Give the mapping a name: it is used by itself when this header comes again."))
    if not context["faults"]:
        context["checked"] = page.checked(request.book, upload, mapping)  # type: ignore[attr-defined]
        if saving and context["checked"].ok:
            return _saved(request, upload, mapping)
    fragment = request.htmx and not saving  # type: ignore[attr-defined]
    template = "documents/_mapping_result.html" if fragment else "documents/mapping.html"
    failed = saving or (context["faults"] and not fragment)
    return render(request, template, context, status=422 if failed else 200)


def _context(request: HttpRequest, upload: Upload) -> dict[str, Any]:
    tables = page.tables_of(upload)
    if not tables:
        raise Http404
    given = request.POST if request.method == "POST" else request.GET
    number = int(number) if (number := given.get("table", "0")).isdecimal() and int(number) < len(tables) else 0
    row = given.get("header_row", "")
    table = page.below(tables[number], int(row) if row.isdecimal() else None)
    kind = given.get("kind", "")
    guess = guess_mapping(table, kind if kind in TARGETS else "", name=given.get("name", ""))
    mapping = page.mapping_of(guess, table, request.POST) if request.method == "POST" else guess.mapping
    rows = [(place, cells) for place, cells in table.rows if place > guess.header_row][: page.ROWS_SHOWN]
    columns = page.columns_of(guess, table, mapping)
    return {
        "upload": upload, "tables": tables, "table_number": number, "guess": guess, "mapping": mapping,
        "columns": columns, "rows": rows, "header_rows": [place for place, _cells in tables[number].rows][:20],
        "kinds": list(TARGETS), "fields": page.field_names(mapping.kind), "signs": SIGNS, "units": UNITS,
        "date_formats": DATE_FORMATS, "names": known_names(request.book), "faults": [],  # type: ignore[attr-defined]
        "live": upload.size_bytes <= page.LIVE_LIMIT_BYTES,
        "doubtful": [column for column in columns if not column.sure],
    }  # fmt: skip


def _saved(request: HttpRequest, upload: Upload, mapping: Any) -> HttpResponse:
    services.save_mapping(request.book, request, mapping.name, mapping_to_plain(mapping))  # type: ignore[attr-defined]
    services.start_import(request.book, request, [upload], {"mapping": mapping.name})  # type: ignore[attr-defined]
    toast(request, _("The mapping is saved; files with this header are read by it from now on."))
    return done(request, book_url(request, "documents:import", query={"batch": upload.batch}))


@require_GET
@book_view("import")
def mappings(request: HttpRequest) -> HttpResponse:
    """The column mappings of the book."""
    found = SavedMapping.objects.filter(book=request.book).select_related("created_by")  # type: ignore[attr-defined]
    return render(request, "documents/mappings.html", {"mappings": found})


@require_POST
@book_view("import")
def delete_mapping(request: HttpRequest, pk: int) -> HttpResponse:
    """Remove a saved mapping; what it has imported stays."""
    found = get_object_or_404(SavedMapping, book=request.book, pk=pk)  # type: ignore[attr-defined]
    services.delete_mapping(request.book, request, found.name)  # type: ignore[attr-defined]
    toast(request, _("The mapping “%(name)s” was removed.") % {"name": found.name})
    return done(request, book_url(request, "documents:mappings"))
