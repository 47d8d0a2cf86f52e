"""Deciding in the workbench: match, match with a difference, take apart, undo, exclude, reject a suggestion.

Every change answers with the event `bench:changed`, upon which the page loads its panes again, and a toast with undo.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from huikuan.pipeline.runs.published import Manifest
from huikuan.recons import RECONCILIATIONS
from huikuan.records.codes import DIFFERENCE_REASONS
from huikuan.records.errors import UserError
from huikuan.server.accounts.permissions import book_view
from huikuan.server.core import numbers, statuses
from huikuan.server.core.shortcuts import book_url, toast
from huikuan.server.workbench import panes, queries, services
from huikuan.server.workbench.models import Match, WaitingMatch
from huikuan.server.workbench.rows import Row, row_of
from huikuan.server.workbench.words import title_of

ZERO = Decimal(0)
MOST_RECORDS = panes.SELECT_AT_MOST


def changed(
    request: HttpRequest, sentence: str, undo_url: str = "", close: bool = False, refresh: bool = True
) -> HttpResponse:
    """The answer after a change: tell the page to load again, show a toast; `close` closes the dialog it came from.
    `refresh`: the results are computed again in the background."""
    if refresh:
        services.refresh(request.book, request)  # type: ignore[attr-defined]
    toast(request, sentence, undo_url)
    events: dict[str, Any] = {"bench:changed": {}} | ({"layers:close": True} if close else {})
    return HttpResponse("", headers={"HX-Trigger": json.dumps(events)})


def _known(request: HttpRequest, name: str) -> None:
    if name not in RECONCILIATIONS and _manifest(request, name) is None:
        raise Http404


def _manifest(request: HttpRequest, name: str) -> Manifest | None:
    """The current run's manifest, if it has a reconciliation of the book's own of that name."""
    if name in RECONCILIATIONS:
        return None
    manifest = services.results(request.book).manifest  # type: ignore[attr-defined]
    return manifest if name in manifest.declared else None


def _keys(request: HttpRequest, side: str) -> list[str]:
    return list(dict.fromkeys(key for key in request.POST.getlist(side)[:MOST_RECORDS] if key))


def _fault(request: HttpRequest, error: UserError) -> HttpResponse:
    """A refusal in words. What another has taken meanwhile is said by name, and the panes are loaded again."""
    sentence, headers = str(error), {}
    if error.code in ("match.taken", "match.too_much", "match.unknown_record"):
        key = str(error.params.get("record_key", ""))
        sentence = _taken(request, key) or sentence
        headers = {"HX-Trigger": json.dumps({"bench:changed": {"keep": True}})}
    response = render(request, "core/_fault.html", {"sentence": sentence}, status=422)
    for header, value in headers.items():
        response[header] = value
    return response


def _taken(request: HttpRequest, key: str) -> str:
    """Who took a record and when, in words; blank if nobody did."""
    decision = queries.taker_of(request.book, key)  # type: ignore[attr-defined]
    if decision is None:
        return ""
    minutes = max(0, int((timezone.now() - decision.created_at).total_seconds() // 60))
    who = queries.shown_name(decision)
    if minutes == 0:
        return _("%(who)s has just decided on this row. The list is up to date.") % {"who": who}
    told = ngettext(
        "%(who)s decided on this row %(n)s minute ago. The list is up to date.",
        "%(who)s decided on this row %(n)s minutes ago. The list is up to date.",
        minutes,
    )
    return told % {"who": who, "n": minutes}


def _guarded(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Refusals of services as fragments; nothing is decided on an earlier day's results."""

    def guarded(request: HttpRequest, name: str, **kwargs: Any) -> HttpResponse:
        try:
            _known(request, name)
            if request.scope.historical:  # type: ignore[attr-defined]
                raise UserError("bench.historical")
            return view(request, name, **kwargs)
        except UserError as error:
            return _fault(request, error)

    guarded.__name__, guarded.__doc__ = view.__name__, view.__doc__
    return guarded


@require_POST
@book_view("match")
@_guarded
def match(request: HttpRequest, name: str) -> HttpResponse:
    """Match what is selected; both sides must be equal."""
    left, right = _keys(request, "left"), _keys(request, "right")
    made = services.match(request.book, request, name, left, right)  # type: ignore[attr-defined]
    return changed(request, _matched_words(made, len(left), len(right)), _undo_url(request, name, made))


def _undo_url(request: HttpRequest, name: str, made: Match | WaitingMatch) -> str:
    if made.waits:
        return ""
    return book_url(request, "workbench:undo", name, made.group_id)


def _matched_words(made: Match | WaitingMatch, left: int, right: int) -> str:
    figures = {"left": left, "right": right}
    if made.waits:
        return _("%(left)s ↔ %(right)s waits for a second person; until then nothing is matched.") % figures
    if not made.difference:
        return _("Matched %(left)s ↔ %(right)s.") % figures
    reason = statuses.word_of("reason", made.difference_reason)
    figures |= {"amount": numbers.money_exact(abs(made.difference)), "reason": reason}
    return _("Matched %(left)s ↔ %(right)s; %(amount)s booked as %(reason)s.") % figures


@require_POST
@book_view("match")
@_guarded
def difference(request: HttpRequest, name: str) -> HttpResponse:
    """`step=ask`: the dialog with both sums, the kinds of difference, the result. Else: match with the difference."""
    left, right = _keys(request, "left"), _keys(request, "right")
    if request.POST.get("group"):
        left, right = _members(request, name, request.POST["group"])
    context = _difference_context(request, name, left, right)
    if request.POST.get("step") == "ask":
        return render(request, "workbench/difference.html", context)
    reason = request.POST.get("difference_reason", "")
    if context["difference"] and reason not in DIFFERENCE_REASONS:
        context |= {"fault": _("Say what the difference is."), "typed": request.POST.get("reason", "")}
        return render(request, "workbench/difference.html", context, status=422)
    try:
        made = services.match(
            request.book,
            request,
            name,
            left,
            right,
            difference_reason=reason,
            reason=request.POST.get("reason", "").strip(),  # type: ignore[attr-defined]
            force=request.POST.get("force") == "1",
            instead_of=request.POST.get("group", ""),
        )
    except UserError as error:
        context |= {"fault": _taken(request, str(error.params.get("record_key", ""))) or str(error)}
        context |= {
            "chosen": reason,
            "typed": request.POST.get("reason", ""),
            "over_limit": error.code == "match.limit",
        }
        return render(request, "workbench/difference.html", context, status=422)
    return changed(request, _matched_words(made, len(left), len(right)), _undo_url(request, name, made), close=True)


def _members(request: HttpRequest, name: str, group_id: str) -> tuple[list[str], list[str]]:
    """The records of a group, to be matched by a person: an automatic one with a reason, a person's as they are now."""
    found = services.results(request.book)  # type: ignore[attr-defined]
    rows = found.group(name, group_id, request.POST.get("order_no", ""))
    known = {row["record_key"] for row in found.records(name, [row["record_key"] for row in rows])}
    rows = [row for row in rows if row["record_key"] in known]
    if not rows:
        raise UserError("match.group_unknown", group_id=group_id)
    return [r["record_key"] for r in rows if r["side"] == "left"], [
        r["record_key"] for r in rows if r["side"] == "right"
    ]


def _difference_context(request: HttpRequest, name: str, left: list[str], right: list[str]) -> dict[str, Any]:
    """Both sides with sums as the results know them now."""
    if len(left) + len(right) < 2:
        raise UserError("match.nothing")
    found = services.results(request.book)  # type: ignore[attr-defined]
    rows: dict[str, list[Row]] = {"left": [], "right": []}
    wanted = {("left", key) for key in left} | {("right", key) for key in right}
    opened = panes.rows_of_keys(request.book, found, name, [*left, *right], request.membership.may("view_counterparty"))  # type: ignore[attr-defined]
    for record in found.records(name, [*left, *right]):
        if (record["side"], record["record_key"]) in wanted:
            filled = record | {
                "item_id": "",
                "group_id": "",
                "class": "",
                "due_date": None,
                "needs_work": True,
                "document": "",
                "suggestion": "",
                "evidence": "",
            }
            rows[record["side"]].append(opened.get(record["record_key"]) or row_of(name, filled, found))
    sums = {side: sum((row.amount for row in each), ZERO) for side, each in rows.items()}
    apart = sums["left"] - sums["right"]
    return {
        "name": name, "words": title_of(name, found.manifest), "rows": rows,
        "sums": sums, "difference": apart, "absolute": abs(apart),
        "reasons": [(code, statuses.word_of("reason", code), hint) for code, hint in _reason_hints().items()],
        "left": left, "right": right, "group_id": request.POST.get("group", ""),
        "order_no": request.POST.get("order_no", ""), "limit": request.book.clerk_limit,  # type: ignore[attr-defined]
        "may_force": request.membership.may("force"), "chosen": request.POST.get("difference_reason", ""),  # type: ignore[attr-defined]
    }  # fmt: skip


def _reason_hints() -> dict[str, str]:
    """The kinds of difference, each with what it is for."""
    return {
        "fee": _("The bank or platform kept a fee"),
        "rounding": _("Cents lost by rounding"),
        "refund": _("A refund was set off"),
        "freight": _("Freight was set off"),
        "subsidy": _("A subsidy paid separately"),
        "exchange": _("Another exchange rate"),
        "penalty": _("A penalty was deducted"),
        "timing": _("The rest comes later"),
        "write_off": _("It will not come; given up"),
        "other": _("Say what it is below"),
    }


@require_POST
@book_view("match")
@_guarded
def exclude(request: HttpRequest, name: str) -> HttpResponse:
    """`step=ask`: the dialog that asks for the reason. Else: the selected records take no part any more."""
    keys = _keys(request, "left") + _keys(request, "right")
    if not keys:
        raise UserError("bench.nothing_selected")
    reason = request.POST.get("reason", "").strip()
    context = {"name": name, "keys": keys, "typed": reason, "words": title_of(name, _manifest(request, name))}
    if request.POST.get("step") == "ask":
        return render(request, "workbench/exclude.html", context)
    if not reason:
        return render(
            request, "workbench/exclude.html", context | {"fault": _("Say why: a reason is needed.")}, status=422
        )
    made = services.exclude_all(request.book, request, keys, reason, name)  # type: ignore[attr-defined]
    numbers_of = ",".join(str(each.pk) for each in made)
    words = ngettext("%(n)s record excluded.", "%(n)s records excluded.", len(made)) % {"n": len(made)}
    undo_url = book_url(request, "workbench:take_back", name, "exclusion", numbers_of)
    return changed(request, words, undo_url, close=True)


@require_POST
@book_view("match")
@_guarded
def reject(request: HttpRequest, name: str, item_id: str) -> HttpResponse:
    """This suggestion is wrong: do not offer it again."""
    made = services.refuse_suggestion(request.book, request, name, item_id)  # type: ignore[attr-defined]
    return changed(
        request, _("Not suggested again."), book_url(request, "workbench:take_back", name, "suggestion", str(made.pk)),
        refresh=False,
    )  # fmt: skip


@require_POST
@book_view("match")
@_guarded
def undo(request: HttpRequest, name: str, group_id: str) -> HttpResponse:
    """Undo one link only: take a person's match back, take an automatic one apart."""
    reason = request.POST.get("reason", "").strip()
    decided = services.unmatch_in(request.book, request, name, group_id, reason, request.POST.get("order_no", ""))  # type: ignore[attr-defined]
    if isinstance(decided, Match):
        return changed(request, _("The match was taken back."), close=True)
    undo_url = book_url(request, "workbench:take_back", name, "apart", str(decided.pk))
    return changed(request, _("Taken apart; these records will not be put together again."), undo_url, close=True)


@require_POST
@book_view("match")
@_guarded
def undo_last(request: HttpRequest, name: str) -> HttpResponse:
    """Undo the last match of one's own in this reconciliation."""
    last = queries.last_match_of(request.book, request.user, name)  # type: ignore[attr-defined]
    if last is None:
        raise UserError("bench.nothing_to_undo")
    services.unmatch(request.book, request, last.group_id)  # type: ignore[attr-defined]
    return changed(request, _("The match was taken back."))


@require_POST
@book_view("match")
@_guarded
def take_back(request: HttpRequest, name: str, sort: str, numbers: str) -> HttpResponse:
    """Take decisions other than matches back: `numbers` are their keys, separated by commas."""
    keys = [int(each) for each in numbers.split(",")[:MOST_RECORDS] if each.isdecimal()]
    if sort not in services.UNDOABLE or not keys:
        raise Http404
    for key in keys:
        services.take_back(request.book, request, sort, key)  # type: ignore[attr-defined]
    if sort == "suggestion":
        return changed(request, _("Taken back."), refresh=False)
    return changed(request, _("Taken back. It shows after the next reconciliation."))
