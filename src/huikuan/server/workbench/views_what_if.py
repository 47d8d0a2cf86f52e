"""What would change: a rules file tried out, the comparison a job has made, its file."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from huikuan.export.details import DETAILS
from huikuan.export.files import DETAIL_FORMATS, write_detail
from huikuan.export.printed import Printed
from huikuan.insight.words import CHANGES, PARTS, changed_value
from huikuan.pipeline.compute import connect
from huikuan.pipeline.proposals import what_if as pipeline
from huikuan.pipeline.runs.reconciling import Asked
from huikuan.records.errors import UserError
from huikuan.server.accounts.access import actor_name
from huikuan.server.accounts.permissions import book_view
from huikuan.server.books.rule_changes import RULE_KINDS
from huikuan.server.books.user_reconciliations import titles
from huikuan.server.core.paging import Page, encode, page_params
from huikuan.server.core.shortcuts import book_url, done, file_answer
from huikuan.server.documents.library import library_book
from huikuan.server.jobs.models import Job
from huikuan.server.workbench import what_if

MAX_FILE_BYTES = 1_000_000
RECENT = 10


def _day(label: Any) -> forms.DateField:
    return forms.DateField(
        label=label, required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


class PeriodForm(forms.Form):
    """The part of the book that is compared: blank, the whole as of today."""

    date_from = _day(gettext_lazy("From"))
    date_to = _day(gettext_lazy("To"))
    as_of = _day(gettext_lazy("As of"))

    def clean(self) -> dict[str, Any]:
        """A period that begins before it ends."""
        told: dict[str, Any] = super().clean() or {}
        first, last = told.get("date_from"), told.get("date_to")
        if first and last and first > last:
            self.add_error("date_to", _("The period ends before it begins."))
        return told

    def asked(self) -> Asked:
        """As a run is asked."""
        told = self.cleaned_data
        return Asked((), told["as_of"], told["date_from"], told["date_to"])


class FileForm(PeriodForm):
    """A rules file to try, and on what."""

    file = forms.FileField(label=gettext_lazy("Rules file (TOML)"))
    name = forms.ChoiceField(label=gettext_lazy("Reconciliation"), required=False)
    field_order = ("file", "name", "date_from", "date_to", "as_of")

    def __init__(self, *args: Any, names: list[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].choices = [("", _("All")), *names]  # type: ignore[attr-defined]

    def clean_file(self) -> str:
        """Its text."""
        try:
            return str(self.cleaned_data["file"].read(MAX_FILE_BYTES).decode("utf-8-sig"))
        except UnicodeDecodeError as error:
            raise forms.ValidationError(_("The file is not UTF-8 text.")) from error


@require_http_methods(["GET", "POST"])
@book_view("rules")
def start(request: HttpRequest) -> HttpResponse:
    """Try a rules file; the last comparisons."""
    book = request.book  # type: ignore[attr-defined]
    form = FileForm(request.POST or None, request.FILES or None, names=titles(book))
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            names = [told["name"]] if told["name"] else []
            job = what_if.start_compare(book, request, {"toml": told["file"]}, names, form.asked())
        except UserError as error:
            form.add_error("file", str(error))
        else:
            return done(request, book_url(request, "workbench:what_if_result", job.pk))
    jobs = Job.objects.filter(book=book, kind=what_if.JOB).select_related("created_by")[:RECENT]
    context = {"form": form, "jobs": jobs}
    return render(request, "workbench/what_if.html", context, status=422 if form.errors else 200)


@dataclass(frozen=True)
class Line:
    """One change as the page shows it."""

    raw: dict[str, Any]
    title: Any

    @property
    def before(self) -> str:
        """What it is, in words."""
        return changed_value(self.raw["before"])

    @property
    def after(self) -> str:
        """What it would be, in words."""
        return changed_value(self.raw["after"])


@require_http_methods(["GET", "POST"])
@book_view("rules")
def result(request: HttpRequest, pk: Any) -> HttpResponse:
    """A comparison: being made, or what it found. Posted to: the same change on another period."""
    book, job = request.book, _job(request, pk)  # type: ignore[attr-defined]
    form = PeriodForm(request.POST or None, initial={name: job.params[name] for name in PeriodForm.base_fields})
    if request.method == "POST" and form.is_valid():
        again = what_if.start_compare(book, request, job.params["change"], job.params["names"], form.asked())
        return done(request, book_url(request, "workbench:what_if_result", again.pk))
    context: dict[str, Any] = {"job": job, "form": form, "changed": _changed_words(job)}
    if job.state == "done":
        context |= _found(request, job)
    return render(request, "workbench/what_if_result.html", context, status=422 if form.errors else 200)


def _found(request: HttpRequest, job: Job) -> dict[str, Any]:
    """The counts and one page of the changes; `gone` where the comparison has been cleared away."""
    try:
        found = pipeline.opened(library_book(job.book), job.result["folder"])
    except UserError as error:
        return {"gone": str(error)}
    part, change = request.GET.get("part", ""), request.GET.get("change", "")
    part, change = (part if part in PARTS else ""), (change if change in CHANGES else "")
    after, number, size = page_params(request)
    offset = int(after[0]) if after and str(after[0]).isdecimal() else 0
    rows = pipeline.rows_of(found, part, change, size + 1, offset)
    names = dict(titles(job.book))
    lines = [Line(row, names.get(row["reconciliation"], row["reconciliation"])) for row in rows[:size]]
    page = Page(lines, number, size, None, encode([offset + size]) if len(rows) > size else "")
    counted = [(names.get(each.reconciliation, each.reconciliation), each) for each in found.counted]
    return {"found": found, "page": page, "counted": counted, "part": part, "change": change}


def _changed_words(job: Job) -> str:
    """What was changed, for the head of the page."""
    change = job.params["change"]
    if "definition" in change:
        return str(change["definition"].get("title", ""))
    if "toml" in change:
        return _("A rules file")
    return str(RULE_KINDS[change["rule"]].title)


@require_GET
@book_view("rules")
def export(request: HttpRequest, pk: Any) -> HttpResponseBase:
    """All changes as Excel or CSV."""
    job, kind = _job(request, pk), request.GET.get("format", "xlsx")
    if job.state != "done" or kind not in DETAIL_FORMATS:
        raise Http404
    found = pipeline.opened(library_book(job.book), job.result["folder"])
    facts = [(_("Company"), job.book.name), (_("Changed"), _changed_words(job))]
    printed = Printed(actor_name(request), job.book.local(datetime.now(UTC)))
    con = connect()
    try:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"changes.{kind}"
            write_detail(con, DETAILS["changes"], found.changes, {}, kind, path, facts, printed)
            return file_answer(path, f"{_('What would change')}-{job.book.today()}.{kind}")
    finally:
        con.close()


def _job(request: HttpRequest, pk: Any) -> Job:
    jobs = Job.objects.select_related("book")
    return get_object_or_404(jobs, pk=pk, book=request.book, kind=what_if.JOB)  # type: ignore[attr-defined]
