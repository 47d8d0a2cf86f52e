"""Reading pages of the workbench: overview, the two panes, one item, matched groups."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_POST

from huikuan.insight.words import CAUSES
from huikuan.pipeline.plain import plain_decimal
from huikuan.pipeline.results.results import Results
from huikuan.pipeline.runs.reconciling import Asked
from huikuan.recons import RECONCILIATIONS
from huikuan.records.errors import UserError
from huikuan.server.accounts.permissions import book_view
from huikuan.server.core.lists import listing
from huikuan.server.core.paging import SIZES
from huikuan.server.core.shortcuts import book_url, done
from huikuan.server.exports import services as exports
from huikuan.server.workbench import approvals, filters, groups, panes, queries, services, suggestions
from huikuan.server.workbench.causes import counted_causes
from huikuan.server.workbench.inside import has_inside
from huikuan.server.workbench.overview import is_stale, overview, published, work_by_name
from huikuan.server.workbench.records import entered_kind
from huikuan.server.workbench.rows import Row
from huikuan.server.workbench.why import page as why_page
from huikuan.server.workbench.words import NO_RECORDS, Title, names_of, title_of, why_open


@require_GET
@book_view("view_money")
def overview_page(request: HttpRequest) -> HttpResponse:
    """Per reconciliation the conservation equation, the rate, the work to do."""
    context = {"overview": overview(request.book, request.scope)}  # type: ignore[attr-defined]
    if request.htmx and request.GET.get("part") == "table":  # type: ignore[attr-defined]
        return render(request, "workbench/_overview.html", context)
    return render(request, "workbench/overview.html", context)


@require_POST
@book_view("match")
def run(request: HttpRequest) -> HttpResponse:
    """Reconcile everything in the background, as of the day and for the period of the address."""
    scope = request.scope  # type: ignore[attr-defined]
    dates = (scope.date_from, scope.date_to) if scope.chosen_period and request.GET.get("part") else (None, None)
    asked = Asked((), scope.as_of if scope.historical else None, *dates)
    services.start_reconcile(request.book, request, asked)  # type: ignore[attr-defined]
    back = request.POST.get("next", "")
    own = f"/b/{request.book.slug}/"  # type: ignore[attr-defined]
    return done(request, back if back.startswith(own) else book_url(request, "workbench:overview"))


@require_GET
@book_view("view_money")
def workbench(request: HttpRequest) -> HttpResponse:
    """Go to the reconciliation last worked on, else the one with most work."""
    found = published_for_bench(request)
    name = str(request.session.get("bench", ""))
    if name not in names_of(found.manifest if found else None):
        work = work_by_name(found) if found else {}
        name = max(work, key=lambda each: work[each][0]) if work else next(iter(RECONCILIATIONS))
    return redirect(book_url(request, "workbench:bench", name))


def published_for_bench(request: HttpRequest) -> Results | None:
    """The results the workbench works on: of the whole book, as of the request's day. A chosen period cuts off what is
    later, it does not hide what was carried into it."""
    scope = request.scope  # type: ignore[attr-defined]
    return published(request.book, replace(scope, chosen_period=False))  # type: ignore[attr-defined]


def _found(request: HttpRequest, name: str) -> Results:
    found = published_for_bench(request)
    if name not in names_of(found.manifest if found else None):
        raise Http404
    if found is None or name not in found.manifest.names:
        raise UserError("results.none")
    return found


def wanted_of(request: HttpRequest, side: str, given: Mapping[str, str], prefix: str = "") -> panes.Wanted:
    """What an address asks of a pane. Nonsense is taken as not said."""
    scope = request.scope  # type: ignore[attr-defined]

    def told(key: str) -> str:
        return given.get(f"{prefix}{key}", "")

    sort, size, number = told("sort"), told("size"), told("page")
    return panes.Wanted(
        side=side,
        show=given.get("show", "") if given.get("show", "") in panes.SHOWS else "work",
        typed=filters.read(told("q")[:200], scope.date_to if scope.chosen_period else scope.as_of),
        classes=tuple(code for code in told("class").split(",") if code),
        cause=given.get("cause", "") if given.get("cause", "") in CAUSES else "",
        sort=sort if sort.lstrip("-") in panes.SORTS else "-date",
        after=told("after"),
        number=int(number) if number.isdecimal() else 1,
        size=int(size) if size.isdecimal() and int(size) in SIZES else SIZES[0],
        near=_near(given),
        until=scope.date_to if scope.chosen_period else None,
        names=request.membership.may("view_counterparty"),  # type: ignore[attr-defined]
    )


def _near(given: Mapping[str, str]) -> panes.Near | None:
    try:
        amount = Decimal(given.get("near", ""))
    except InvalidOperation:
        return None
    if not amount.is_finite():
        return None
    try:
        day = date.fromisoformat(given.get("near_date", ""))
    except ValueError:
        day = None
    orders = tuple(each for each in given.get("near_order", "").split(",") if each)
    return panes.Near(amount, given.get("near_currency", ""), day, orders)


def _published_of(request: HttpRequest, name: str) -> tuple[Results | None, dict[str, Any]]:
    """The published results, None where they lack this reconciliation, and the context of its pages. 404: no such."""
    found = published_for_bench(request)
    if name not in names_of(found.manifest if found else None):
        raise Http404
    request.nav_page = "workbench:workbench"  # type: ignore[attr-defined]
    context = bench_context(request, found, name)
    return (found if found is not None and name in found.manifest.names else None), context


@require_GET
@book_view("view_money")
def bench(request: HttpRequest, name: str) -> HttpResponse:
    """The workbench of one reconciliation."""
    found, context = _published_of(request, name)
    if request.session.get("bench") != name:
        request.session["bench"] = name
    if found is not None:
        book, given = request.book, request.GET.dict()  # type: ignore[attr-defined]
        context["panes"] = [
            _pane_context(request, found, name, side, wanted_of(request, side, given, side[0]))
            for side in ("left", "right")
        ]
        context |= suggestions.offered(book, found, name, wanted_of(request, "", given))
        context["conflicts"] = len(groups.conflicts(book, found, name))
        context["waiting"] = len(approvals.waiting_of(book, name))
        context["export_menu"] = exports.menu(request, "open", name=name)
    return render(request, "workbench/bench.html", context)


def bench_context(request: HttpRequest, found: Results | None, name: str) -> dict[str, Any]:
    """What the head of every page of a reconciliation shows."""
    book = request.book  # type: ignore[attr-defined]
    work = work_by_name(found) if found else {}
    manifest = found.manifest if found else None
    return {
        "name": name,
        "words": title_of(name, manifest),
        "found": found,
        "stale": bool(found and is_stale(book, found)),
        "no_records": NO_RECORDS.get(name, "") if found and not found.statement(name) else "",
        "names": [(each, title_of(each, manifest), work.get(each, (0, False))[0]) for each in names_of(manifest)],
        "show": request.GET.get("show", "") or "work",
        "counts": panes.counts(found, name) if found and name in found.manifest.names else {},
        "matched_groups": groups.count(found, name) if found and name in found.manifest.names else 0,
        "tolerance": plain_decimal(services.tolerance_of(found, name)) if found else "0.00",
        "can_decide": request.membership.may("match") and not request.scope.historical,  # type: ignore[attr-defined]
    }


def _pane_context(request: HttpRequest, found: Results, name: str, side: str, wanted: panes.Wanted) -> dict[str, Any]:
    shown = panes.pane(request.book, found, name, wanted)  # type: ignore[attr-defined]
    return {"pane": shown, "side": side, "label": title_of(name, found.manifest).side(side), "wanted": wanted,
            "entered": entered_kind(name, side, found.manifest)}  # fmt: skip


@require_GET
@book_view("view_money")
def pane_part(request: HttpRequest, name: str, side: str) -> HttpResponse:
    """One pane's rows, as a fragment for the page's script."""
    if side not in ("left", "right"):
        raise Http404
    found = _found(request, name)
    context = _pane_context(request, found, name, side, wanted_of(request, side, request.GET.dict()))
    return render(request, "workbench/_pane.html", bench_context_of_rows(request, name) | context)


def bench_context_of_rows(request: HttpRequest, name: str) -> dict[str, Any]:
    """What the rows of a pane need of the page's context."""
    may = request.membership.may("match") and not request.scope.historical  # type: ignore[attr-defined]
    return {"name": name, "can_decide": may}


@require_GET
@book_view("view_money")
def pane_keys(request: HttpRequest, name: str, side: str) -> HttpResponse:
    """Everything of a pane's filter that can be selected, as JSON."""
    if side not in ("left", "right"):
        raise Http404
    found = _found(request, name)
    rows = panes.keys_of(request.book, found, name, wanted_of(request, side, request.GET.dict()))  # type: ignore[attr-defined]
    return JsonResponse({"rows": [selectable(row) for row in rows], "most": panes.SELECT_AT_MOST})


def selectable(row: Row) -> dict[str, str]:
    """A row as the page's script keeps it in the selection."""
    return {
        "side": row.side,
        "key": row.key,
        "item": row.item_id,
        "amount": plain_decimal(row.amount),
        "currency": row.currency,
        "date": row.day.isoformat() if row.day else "",
        "order": row.order_no,
        "label": row.short,
    }


@require_GET
@book_view("view_money")
def suggestions_part(request: HttpRequest, name: str) -> HttpResponse:
    """The suggestions pane, as a fragment."""
    found = _found(request, name)
    context = bench_context_of_rows(request, name)
    offered = suggestions.offered(request.book, found, name, wanted_of(request, "", request.GET.dict()))  # type: ignore[attr-defined]
    return render(request, "workbench/_suggestions.html", context | offered)


@require_GET
@book_view("view_money")
def item_part(request: HttpRequest, name: str, item_id: str) -> HttpResponse:
    """The focused row: where it comes from and why it was not matched."""
    found = _found(request, name)
    row = panes.item(request.book, found, name, item_id, request.membership.may("view_counterparty"))  # type: ignore[attr-defined]
    if row is None:
        return render(request, "workbench/_gone.html", {"sentence": _("This row is open no more.")})
    subjects = [f"item:{item_id}", f"record:{row.key}"] if row.key else [f"item:{item_id}", f"group:{row.group_id}"]
    context = bench_context_of_rows(request, name) | {
        "row": row,
        "why": why_open(name, row.raw, found.manifest),
        "holds_orders": has_inside(row.key),
        "waits": approvals.waiting_with(request.book, name, row.key),  # type: ignore[attr-defined]
        "notes": queries.notes_of(request.book, subjects),  # type: ignore[attr-defined]
    }
    return render(request, "workbench/_item.html", context)


def matched_columns(words: Title) -> list[tuple[str, Any]]:
    """The columns of the list of matches: name and label."""
    return [
        ("day", _("Date")), ("what", pgettext("row", "What")), ("scope", _("Shop or account")), ("state", _("State")),
        ("why", _("Why matched")), ("left", words.left), ("right", words.right), ("left_over", _("Left over")),
    ]  # fmt: skip


@require_GET
@book_view("view_money")
def matched(request: HttpRequest, name: str) -> HttpResponse:
    """The matched groups of a reconciliation, each with why."""
    found, context = _published_of(request, name)
    if found is not None:
        scope = request.scope  # type: ignore[attr-defined]
        context |= groups.page(request, found, name, scope.date_to if scope.chosen_period else None)
        context["export_menu"] = exports.menu(request, "links", name=name)
        context["listing"] = listing(request, "matched", matched_columns(context["words"]), fixed=2)
    return render(request, "workbench/matched.html", context)


@require_GET
@book_view("view_money")
def causes(request: HttpRequest, name: str) -> HttpResponse:
    """Why the open items of a reconciliation are open, counted, each cause with the way to its rows."""
    found, context = _published_of(request, name)
    if found is not None:
        context["tables"] = counted_causes(found, name)
    return render(request, "workbench/causes.html", context)


@require_GET
@book_view("view_money")
def group(request: HttpRequest, name: str, group_id: str) -> HttpResponse:
    """One matched group: both sides, why, notes, taking it apart."""
    request.nav_page = "workbench:workbench"  # type: ignore[attr-defined]
    found = _found(request, name)
    told = groups.group(request.book, found, name, group_id, request.GET.get("order_no", ""))  # type: ignore[attr-defined]
    if told is None:
        raise Http404
    return render(
        request,
        "workbench/group.html",
        bench_context_of_rows(request, name) | {"words": title_of(name, found.manifest)} | told,
    )


@require_GET
@book_view("view_money")
def why(request: HttpRequest, name: str) -> HttpResponse:
    """What each pass found of two records, the `left` and the `right` of the address."""
    request.nav_page = "workbench:workbench"  # type: ignore[attr-defined]
    found, keys = _found(request, name), [request.GET.get(side, "") for side in ("left", "right")]
    told = why_page(request.book, found, name, *keys)  # type: ignore[attr-defined]
    return render(request, "workbench/why.html", bench_context_of_rows(request, name) | told)
