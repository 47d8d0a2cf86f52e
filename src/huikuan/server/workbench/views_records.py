"""Records and remarks: correct a field, enter a missing record, notes."""

from __future__ import annotations

import json
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from huikuan.records.errors import UserError
from huikuan.records.kinds import KINDS
from huikuan.server.accounts.permissions import book_view
from huikuan.server.core.shortcuts import book_url, done, toast
from huikuan.server.workbench import queries, records, services

TAKEN_BACK = ("correction", "record")
SUBJECTS = ("item", "group", "record", "order")


def _finished(request: HttpRequest, sentence: str) -> HttpResponse:
    """Close the dialog, tell the page; without a dialog go back to the reconciliations."""
    toast(request, sentence)
    if request.htmx:  # type: ignore[attr-defined]
        return HttpResponse("", headers={"HX-Trigger": json.dumps({"bench:changed": {}, "layers:close": True})})
    return done(request, book_url(request, "workbench:overview"))


@require_http_methods(["GET", "POST"])
@book_view("match")
def notes(request: HttpRequest) -> HttpResponse:
    """Remarks on a thing (`subject`), and writing one."""
    subject = (request.POST or request.GET).get("subject", "")[:500]
    if subject.partition(":")[0] not in SUBJECTS:
        return render(request, "workbench/note.html", {"subject": "", "fault": _("Select a row first.")}, status=422)
    context = {"subject": subject, "notes": queries.notes_of(request.book, [subject])}  # type: ignore[attr-defined]
    if request.method == "POST":
        try:
            services.note(request.book, request, subject, request.POST.get("text", ""))  # type: ignore[attr-defined]
        except UserError as error:
            return render(request, "workbench/note.html", context | {"fault": str(error)}, status=422)
        return _finished(request, _("Note saved."))
    return render(request, "workbench/note.html", context)


@require_http_methods(["GET", "POST"])
@book_view("match")
def correct(request: HttpRequest, record_key: str) -> HttpResponse:
    """Say what a field of a record really is: reason, before and after; the fact itself stays as it was told."""
    told = records.record_of(request.book, record_key)  # type: ignore[attr-defined]
    if told is None:
        raise UserError("correct.no_record", record_key=record_key)
    context: dict[str, Any] = {
        "record_key": record_key,
        "record": told,
        "decided": queries.decisions_on(request.book, [record_key]),
    }  # type: ignore[attr-defined]
    if request.method == "POST":
        given = {name: request.POST.get(name, "").strip() for name in ("field", "value", "reason")}
        try:
            services.correct(
                request.book,
                request,
                record_key,
                given["field"],
                records.typed(told, given["field"], given["value"]),
                given["reason"],
            )  # type: ignore[attr-defined]
        except UserError as error:
            return render(request, "workbench/correct.html", context | given | {"fault": str(error)}, status=422)
        services.refresh(request.book, request)  # type: ignore[attr-defined]
        return _finished(request, _("Corrected. The next reconciliation computes with it."))
    return render(request, "workbench/correct.html", context | {"field": request.GET.get("field", "")})


@require_http_methods(["GET", "POST"])
@book_view("match")
def enter(request: HttpRequest, kind: str) -> HttpResponse:
    """Enter a record that no file tells."""
    if kind not in KINDS:
        raise Http404
    form = records.RecordForm(request.book, kind, request.POST or None)  # type: ignore[attr-defined]
    status = 200
    if request.method == "POST":
        if form.is_valid():
            try:
                services.add_record(request.book, request, kind, form.values(), form.cleaned_data["reason"])  # type: ignore[attr-defined]
            except UserError as error:
                form.add_error(None, str(error))
            else:
                services.refresh(request.book, request)  # type: ignore[attr-defined]
                return _finished(request, _("Entered. The next reconciliation computes with it."))
        status = 422
    return render(
        request, "workbench/enter.html", {"form": form, "kind": kind, "kinds": records.ENTERED}, status=status
    )


@require_POST
@book_view("match")
def take_back(request: HttpRequest, sort: str, pk: int) -> HttpResponse:
    """Take a correction or a record entered by hand back; from the next reconciliation on the files alone count."""
    if sort not in TAKEN_BACK:
        raise Http404
    services.take_back(request.book, request, sort, pk)  # type: ignore[attr-defined]
    services.refresh(request.book, request)  # type: ignore[attr-defined]
    return _finished(request, _("Taken back. It shows after the next reconciliation."))
