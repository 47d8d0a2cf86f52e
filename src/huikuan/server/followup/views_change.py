"""Changing what is followed up: orders handed to tasks, tasks changed, ended, noted, files attached."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from huikuan.records.errors import UserError
from huikuan.records.messages import gettext_noop
from huikuan.server.accounts.access import actor_name
from huikuan.server.accounts.permissions import book_view
from huikuan.server.core.shortcuts import book_url, done, toast
from huikuan.server.followup import attachments, services
from huikuan.server.followup.chosen import Chosen, chosen_of, read, sums
from huikuan.server.followup.forms import EditForm, EndForm, HandForm, ManyForm
from huikuan.server.followup.models import Attachment, Task
from huikuan.server.followup.services import Handing
from huikuan.server.followup.views import numbers_of, show_task, tab_of, task_of
from huikuan.server.jobs.services import start
from huikuan.server.workbench.services import note as write_note
from huikuan.server.workbench.services import results

AT_ONCE = 1_000  # orders or tasks that are changed while the person waits


def _today_only(request: HttpRequest) -> None:
    if request.scope.historical:  # type: ignore[attr-defined]
        raise UserError("bench.historical")


@require_POST
@book_view("cases")
def hand(request: HttpRequest) -> HttpResponse:
    """The dialog for selected orders; with `go` they are handed over, many in the background."""
    _today_only(request)
    book = request.book  # type: ignore[attr-defined]
    chosen, found = chosen_of(request.POST), results(book)
    form = HandForm(request.POST if request.POST.get("go") else None, book=book, initial={"owner": request.user.pk})
    fault = ""
    if form.is_bound and form.is_valid():
        handing = form.handing()
        try:
            picked = read(book, found, chosen)
            if picked.count > AT_ONCE:
                return _hand_later(request, chosen, handing)
            handed = services.hand(book, request, found, chosen, handing)
        except UserError as error:
            fault = str(error)
        else:
            toast(request, handed.sentence)
            if len(handed.tasks) == 1:
                return done(request, book_url(request, "followup:task", handed.tasks[0].number))
            return done(request, book_url(request, "followup:list"))
    picked = read(book, found, chosen)
    context = {
        "form": form,
        "fault": fault,
        "picked": picked,
        "sums": sums(picked.rows),
        "posted": _posted(request, "key"),
    }
    return render(request, "followup/hand.html", context, status=422 if fault or form.errors else 200)


def _posted(request: HttpRequest, key: str) -> list[tuple[str, str]]:
    """The selection (single ones by `key`), to be posted again with the answer."""
    names = [name for name in request.POST if name in ("of", "every", key) or name.startswith("f_")]
    return [(name, str(value)) for name in names for value in request.POST.getlist(name)]


def _hand_later(request: HttpRequest, chosen: Chosen, handing: Handing) -> HttpResponse:
    book = request.book  # type: ignore[attr-defined]
    services.member(book, handing.owner)
    params = {
        "chosen": chosen.plain, "handing": vars(handing), "by": actor_name(request), "language": get_language() or "en",
    }  # fmt: skip
    job = start(book, "followup-hand", params, title=gettext_noop("Orders handed to follow-up"), by=request)
    return done(request, book_url(request, "jobs:detail", job.pk))


@require_POST
@book_view("cases")
def many(request: HttpRequest) -> HttpResponse:
    """The dialog for selected tasks; with `go` the thing is done with them, with very many in the background."""
    book = request.book  # type: ignore[attr-defined]
    numbers = sorted({int(text) for text in request.POST.getlist("task") if text.isdecimal() and len(text) < 10})
    if request.POST.get("every"):
        numbers = numbers_of(request, *tab_of(request.POST, "f_"))
    if not numbers:
        raise UserError("followup.nothing_chosen")
    form = ManyForm(request.POST, book=book)
    valid = form.is_valid()
    if "do" in form.errors:
        raise UserError("followup.key")
    fault = ""
    if request.POST.get("go") and valid:
        try:
            return _many(request, numbers, form)
        except UserError as error:
            fault = str(error)
    do = form.cleaned_data["do"]
    context = {
        "form": form, "field": form[ManyForm.FIELDS[do]], "do": do, "count": len(numbers), "fault": fault,
        "posted": _posted(request, "task"),
    }  # fmt: skip
    return render(request, "followup/many.html", context, status=422 if fault else 200)


def _many(request: HttpRequest, numbers: list[int], form: ManyForm) -> HttpResponse:
    book, do = request.book, form.cleaned_data["do"]  # type: ignore[attr-defined]
    if len(numbers) > AT_ONCE:
        params = {"numbers": numbers, "do": do, "values": form.values(), "by": actor_name(request)}
        job = start(book, "followup-many", params, title=gettext_noop("Follow-up tasks changed"), by=request)
        return done(request, book_url(request, "jobs:detail", job.pk))
    changed, ended = services.many(book, request, numbers, do, form.values())
    told = ngettext("%(count)s task changed.", "%(count)s tasks changed.", changed) % {"count": f"{changed:,}"}
    if ended:
        left = ngettext("%(count)s had ended already.", "%(count)s had ended already.", ended)
        told = f"{told} {left % {'count': f'{ended:,}'}}"
    toast(request, told)
    return done(request, book_url(request, "followup:list"))


@require_http_methods(["GET", "POST"])
@book_view("cases")
def edit(request: HttpRequest, number: int) -> HttpResponse:
    """The fields of a task, or one part of them: its owner, its days, the promise."""
    task = task_of(request, number)
    part = request.GET.get("part", "all")
    part = part if part in EditForm.PARTS else "all"
    currencies = list(task.orders.order_by().values_list("currency", flat=True).distinct())
    form = EditForm(request.POST if request.method == "POST" else None, task=task, part=part, currencies=currencies)
    fault = ""
    if form.is_bound and form.is_valid():
        values = form.values()
        if part in ("promise", "all") and "promised_currency" not in values:
            values["promised_currency"] = currencies[0] if currencies else task.book.currency
        try:
            services.edit(task, request, **values)
        except UserError as error:
            fault = str(error)
        else:
            return _to_task(request, task, _("Saved."))
    titles = {"owner": _("Hand over"), "promise": _("What the platform promised"), "days": _("Days")}
    context = {"form": form, "fault": fault, "task": task, "title": titles.get(part, task.code)}
    return render(request, "followup/edit.html", context, status=422 if fault or form.errors else 200)


def _to_task(request: HttpRequest, task: Task, told: str = "") -> HttpResponse:
    """After a change: the task again, in the drawer where it stood there."""
    if request.htmx and request.htmx.target == "drawer":  # type: ignore[attr-defined]
        return show_task(request, task_of(request, task.number))
    if told:
        toast(request, told)
    return done(request, book_url(request, "followup:task", task.number))


@require_http_methods(["GET", "POST"])
@book_view("cases")
def end(request: HttpRequest, number: int) -> HttpResponse:
    """End a task: done, or given up with a reason."""
    task = task_of(request, number)
    form = EndForm(request.POST if request.method == "POST" else None, initial={"state": "done"})
    fault = ""
    if form.is_bound and form.is_valid():
        try:
            services.end(task, request, form.cleaned_data["state"], form.cleaned_data["closing"])
        except UserError as error:
            fault = str(error)
        else:
            toast(request, _("%(task)s has ended.") % {"task": task.code}, book_url(request, "followup:reopen", number))
            return done(request, book_url(request, "followup:list"))
    context = {"form": form, "fault": fault, "task": task, "title": _("End %(task)s") % {"task": task.code}}
    return render(request, "followup/edit.html", context, status=422 if fault or form.errors else 200)


@require_POST
@book_view("cases")
def reopen(request: HttpRequest, number: int) -> HttpResponse:
    """Chase an ended task again."""
    task = task_of(request, number)
    left = services.reopen(task, request)
    told = _("%(task)s is open again.") % {"task": task.code}
    if left:
        more = ngettext(
            "%(count)s of its orders is in another task by now.", "%(count)s of its orders are in other tasks by now.",
            left,
        )  # fmt: skip
        told = f"{told} {more % {'count': f'{left:,}'}}"
    return _to_task(request, task, told)


@require_POST
@book_view("cases")
def drop(request: HttpRequest, number: int) -> HttpResponse:
    """Take selected orders out of a task: single ones, or those of a list's filter that it has."""
    task = task_of(request, number)
    try:
        count = services.drop(task, request, _keys(request, chosen_of(request.POST)))
    except UserError as error:
        return show_task(request, task, str(error))
    told = ngettext("%(count)s order taken out.", "%(count)s orders taken out.", count) % {"count": f"{count:,}"}
    return _to_task(request, task, told)


def _keys(request: HttpRequest, chosen: Chosen) -> tuple[tuple[str, str, str], ...]:
    """The names of selected orders, of a filter those of today's run."""
    if chosen.keys:
        return chosen.keys
    _today_only(request)
    book = request.book  # type: ignore[attr-defined]
    rows = read(book, results(book), chosen, free=False).rows
    return tuple((row["shop"], row["order_no"], row["currency"]) for row in rows)


@require_POST
@book_view("cases")
def note(request: HttpRequest, number: int) -> HttpResponse:
    """Write a note on a task."""
    task = task_of(request, number)
    try:
        write_note(task.book, request, task.subject, request.POST.get("text", "")[:5000])
    except UserError as error:
        return show_task(request, task, str(error))
    return _to_task(request, task)


@require_POST
@book_view("cases")
def attach(request: HttpRequest, number: int) -> HttpResponse:
    """Attach a file to a task."""
    task = task_of(request, number)
    try:
        attachments.attach(task, request, request.FILES.get("file"))
    except UserError as error:
        return show_task(request, task, str(error))
    return _to_task(request, task)


@require_POST
@book_view("cases")
def detach(request: HttpRequest, number: int, pk: int) -> HttpResponse:
    """Take a file off a task."""
    task = task_of(request, number)
    attachments.detach(get_object_or_404(Attachment, pk=pk, task=task), request)
    return _to_task(request, task)
