"""The pages of follow-up: what is due and what is missing, the missing orders of a filter, one task with its files."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy
from django.views.decorators.http import require_GET

from huikuan.pipeline.results.results import Results
from huikuan.server.accounts.permissions import book_view
from huikuan.server.books.models import Book
from huikuan.server.collection import queries as collection
from huikuan.server.core.paging import keyset_page, page_params
from huikuan.server.followup import attachments, changes, missing, queries, reminders, shown
from huikuan.server.followup.filters import NAMES, Wanted, filter_of
from huikuan.server.followup.models import LIVE_STATES, Attachment, Task
from huikuan.server.followup.shown import ShownTask
from huikuan.server.workbench.overview import is_stale
from huikuan.server.workbench.queries import notes_of

SHOWN_ORDERS = 100
TABS: dict[str, Any] = {
    "live": pgettext_lazy("tasks", "All open"), "mine": pgettext_lazy("tasks", "Mine"),
    "due": gettext_lazy("Due today or late"), "promised": pgettext_lazy("tasks", "Promised"),
    "cleared": gettext_lazy("Nothing missing any more"), "ended": pgettext_lazy("tasks", "Ended"),
}  # fmt: skip


@require_GET
@book_view("view_money")
def task_list(request: HttpRequest) -> HttpResponse:
    """Tasks, those that are due first; below, what is late and short by shop and cause."""
    book = request.book  # type: ignore[attr-defined]
    found = collection.published(book, request.scope)  # type: ignore[attr-defined]
    context: dict[str, Any] = {"found": found, "as_of": found.manifest.as_of if found else None}
    if found is not None:
        with queries.with_held(book, found) as cursor:
            held = queries.held_by_group(cursor, found)
        context |= {
            "currencies": shown.currencies(request, missing.groups(found), held), "stale": is_stale(book, found),
        }  # fmt: skip
    return render(request, "followup/list.html", context | _tasks(request, found))


def _tasks(request: HttpRequest, found: Results | None) -> dict[str, Any]:
    book, today = request.book, request.scope.today  # type: ignore[attr-defined]
    tab, words = tab_of(request.GET)
    stands = changes.standings(book, found) if found else {}
    cleared = Q(pk__in=[key for key, standing in stands.items() if standing.cleared])
    fit = {name: cleared if name == "cleared" else queries.shown_by(name, request.user, today) for name in TABS}
    told = queries.tasks_of(book, "all").filter(queries.found_by(book, words))
    page = keyset_page(request, told.filter(fit[tab]), ("-number",))
    if tab == "ended" and found:
        stands = changes.standings(book, found, live_only=False)
    counts = told.order_by().aggregate(**{name: Count("pk", filter=where) for name, where in fit.items()})
    return {
        "tab": tab, "page": page, "any": any(counts.values()) or bool(words), "words": words,
        "tabs": [(name, TABS[name], counts[name]) for name in TABS if counts[name] or name in (tab, "live")],
        "tasks": [ShownTask(task, stands.get(task.pk), today) for task in page.rows],
        "cleared": counts["cleared"], "today": today, "filter": [("show", tab), ("q", words)],
        "kept": _kept(request, ("q",)),
        "bulk": (
            ("assign", _("Hand over"), "users"), ("due", _("Set the day"), "calendar"),
            ("promise", _("Note a promise"), "message"), ("done", pgettext("tasks", "Close"), "check"),
            ("given_up", _("Give up"), "ban"),
        ),
    }  # fmt: skip


def tab_of(data: Any, prefix: str = "") -> tuple[str, str]:
    """Which of the tasks are looked at, and the words they are searched by."""
    tab = data.get(f"{prefix}show", "live")
    return tab if tab in TABS else "live", " ".join(data.get(f"{prefix}q", "")[:100].split())


def fitting(book: Book, tab: str, words: str, user: Any, today: date, found: Results | None) -> QuerySet[Task]:
    """The tasks of a list: of a tab (`user`: whose are `mine`), found by words."""
    rows = queries.tasks_of(book, "all").filter(queries.found_by(book, words))
    if tab != "cleared":
        return rows.filter(queries.shown_by(tab, user, today))
    stands = changes.standings(book, found) if found else {}
    return rows.filter(pk__in=[key for key, standing in stands.items() if standing.cleared])


def numbers_of(request: HttpRequest, tab: str, words: str) -> list[int]:
    """The numbers of all tasks of a list that are not ended."""
    book, today = request.book, request.scope.today  # type: ignore[attr-defined]
    found = collection.published(book, request.scope) if tab == "cleared" else None  # type: ignore[attr-defined]
    rows = fitting(book, tab, words, request.user, today, found).filter(state__in=LIVE_STATES)
    return list(rows.order_by("number").values_list("number", flat=True))


@require_GET
@book_view("view_money")
def missing_list(request: HttpRequest) -> HttpResponse:
    """The missing orders of a filter with their totals, to be selected."""
    request.nav_page = "followup:list"  # type: ignore[attr-defined]
    found = collection.published(request.book, request.scope)  # type: ignore[attr-defined]
    if found is None:
        from huikuan.server.collection.views import nothing_yet

        return nothing_yet(request, "followup:list")
    form, wanted = filter_of(request.GET, found.manifest.as_of)
    context: dict[str, Any] = {"form": form, "found": found, "as_of": found.manifest.as_of}
    if wanted is None:
        return render(request, "followup/missing.html", context, status=422)
    return render(request, "followup/missing.html", context | _missing(request, found, wanted))


def _missing(request: HttpRequest, found: Results, wanted: Wanted) -> dict[str, Any]:
    after, number, size = page_params(request)
    with queries.with_held(request.book, found) as cursor:  # type: ignore[attr-defined]
        summed = queries.summary(cursor, found, wanted)
        totals = queries.by_currency(summed, wanted.kind)
        page = queries.page(cursor, found, wanted, after, number, size, sum(row["orders"] for row in totals))
    for row in page.rows:
        row["key"] = collection.key_text(row)
    counts: dict[str, int] = {}
    for row in summed:
        counts[row["kind"]] = counts.get(row["kind"], 0) + row["orders"]
    return {
        "wanted": wanted, "page": page, "totals": totals, "many": len(totals) > 1, "sort": wanted.sort,
        "chips": [(kind, counts[kind]) for kind in missing.KINDS if kind in counts], "every": sum(counts.values()),
        "removable": shown.removable(request, wanted), "shops": missing.shops_of(found),
        "causes": missing.causes_of(found), "filter": [(n, v) for n in NAMES if (v := request.GET.get(n, ""))],
        "kept": _kept(request, ("q",)),
        "kept_panel": _kept(request, ("shop", "cause", "task", "claimed", "first", "last")),
        "year": found.manifest.as_of.year, "latest": queries.latest_due(found), "of": "missing",
        "held_by": int(wanted.task) if wanted.task.isdecimal() else None,
    }  # fmt: skip


def _kept(request: HttpRequest, names: tuple[str, ...]) -> list[tuple[str, str]]:
    """What the address says, as hidden fields of a form that asks for the rest itself."""
    left_out = {*names, "after", "page"}
    return [(name, str(value)) for name, value in request.GET.items() if name not in left_out and value]


@require_GET
@book_view("view_money")
def task(request: HttpRequest, number: int) -> HttpResponse:
    """One task."""
    return show_task(request, task_of(request, number))


def task_of(request: HttpRequest, number: int) -> Task:
    """A task of the request's book by its number; 404 for none."""
    return get_object_or_404(Task.objects.select_related("book", "owner"), book=request.book, number=number)  # type: ignore[attr-defined]


def show_task(request: HttpRequest, shown_task: Task, fault: str = "") -> HttpResponse:
    """The page (or drawer) of a task; with a fault above its forms."""
    request.nav_page = "followup:list"  # type: ignore[attr-defined]
    book = request.book  # type: ignore[attr-defined]
    found = collection.published(book, request.scope)  # type: ignore[attr-defined]
    orders = changes.orders_of(found, shown_task) if found else []
    stands = changes.standings(book, found, live_only=shown_task.live) if found else {}
    changed = [(row, shown.what_changed(row)) for row in orders if row["changed"]]
    for row in orders[:SHOWN_ORDERS]:
        row["key"] = collection.key_text(row)
    context = {
        "shown": ShownTask(shown_task, stands.get(shown_task.pk), request.scope.today), "task": shown_task,  # type: ignore[attr-defined]
        "orders": orders[:SHOWN_ORDERS], "more": max(0, len(orders) - SHOWN_ORDERS), "held": len(orders),
        "changed": changed[:SHOWN_ORDERS], "changed_more": max(0, len(changed) - SHOWN_ORDERS),
        "notes": notes_of(book, [shown_task.subject]), "fault": fault, "found": found,
        "files": shown_task.attachments.filter(removed_at=None), "accept": attachments.ACCEPT,
        "history": shown.history(queries.history_of(shown_task)[:50]), "today": request.scope.today,  # type: ignore[attr-defined]
        "waits_since": reminders.day_of(shown_task),
        "can_drop": bool(orders) and shown_task.live and request.membership.may("cases"),  # type: ignore[attr-defined]
    }  # fmt: skip
    return render(request, "followup/task.html", context, status=422 if fault else 200)


@require_GET
@book_view("view_money")
def attachment(request: HttpRequest, number: int, pk: int) -> HttpResponse:
    """A file of a task, to be saved; 404 once it was taken off."""
    kept = get_object_or_404(Attachment, pk=pk, task=task_of(request, number), removed_at=None)
    headers = {
        "Content-Disposition": content_disposition_header(True, kept.name) or "attachment",
        "X-Content-Type-Options": "nosniff",
    }
    if not attachments.store_of(request.book).has(kept.sha256):  # type: ignore[attr-defined]
        raise Http404
    return HttpResponse(attachments.content_of(kept), content_type=attachments.type_of(kept), headers=headers)
