"""Deciding: match, undo a match, keep apart, exclude, correct, enter a record, note; and running reconciliations.

Every service checks the actor's right, locks the book's decisions, writes the audit log, and never touches the facts.
What was settled in a period when it was closed stays (`pipeline.periods.closed`).
Web, command line and jobs call these. What was decided shows at once in `queries.results`, the next run computes it.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from huikuan.pipeline.documents.bill_items import UNKNOWN
from huikuan.pipeline.periods import closed
from huikuan.pipeline.results.results import Results
from huikuan.pipeline.runs import facts, reconciling
from huikuan.pipeline.runs.published import Arguments, Manifest, find_run
from huikuan.pipeline.runs.reconciling import Asked
from huikuan.records.codes import DIFFERENCE_REASONS, SETTLEMENT_TYPES
from huikuan.records.errors import UserError
from huikuan.records.kinds import KINDS
from huikuan.records.messages import gettext_noop, register
from huikuan.server.accounts.access import actor_name, require, role_of
from huikuan.server.accounts.permissions import allowed
from huikuan.server.audit.services import record
from huikuan.server.books.models import Book
from huikuan.server.books.services import rules_of
from huikuan.server.documents.library import library_book
from huikuan.server.jobs.models import Job
from huikuan.server.jobs.services import enqueue, start
from huikuan.server.workbench import approvals
from huikuan.server.workbench.decided import decisions_of
from huikuan.server.workbench.models import (
    Apart,
    Correction,
    Decision,
    Dispute,
    Exclusion,
    ItemClass,
    ManualRecord,
    Match,
    MatchMember,
    Note,
    SuggestionRefused,
    WaitingMatch,
)

register(
    {
        "item.known": gettext_noop(
            "No line is waiting for a class of “%(item)s”. Look at the list of bill items again."
        ),
        "item.type_unknown": gettext_noop("“%(type)s” is no class of bill items. Choose one of: %(types)s."),
        "match.nothing": gettext_noop("Choose at least two records to match."),
        "match.unknown_record": gettext_noop("There is no record %(record_key)s in %(name)s."),
        "match.taken": gettext_noop("%(record_key)s has been matched by another already. Look at the list again."),
        "match.too_much": gettext_noop("%(record_key)s has %(left)s left; %(amount)s is more than that."),
        "match.currency": gettext_noop(
            "Records in different currencies (%(currencies)s) cannot be matched without a rate."
        ),
        "match.difference": gettext_noop("The two sides differ by %(difference)s. Give the reason of the difference."),
        "match.reason_unknown": gettext_noop("“%(reason)s” is no reason of a difference. There are: %(reasons)s."),
        "match.limit": gettext_noop(
            "A difference of %(difference)s is above your limit of %(limit)s. Ask an accountant to force the match."
        ),
        "match.amount": gettext_noop("An amount for the whole match needs exactly one record on each side."),
        "match.group_unknown": gettext_noop("There is no match %(group_id)s."),
        "decision.undone": gettext_noop("That decision has been taken back already."),
        "decision.reason_needed": gettext_noop("Say why: a reason is needed."),
        "decision.there": gettext_noop("%(record_key)s is decided so already."),
        "correct.field_unknown": gettext_noop("%(kind)s has no field “%(field)s”. There are: %(fields)s."),
        "correct.field_fixed": gettext_noop("“%(field)s” says which record it is and cannot be corrected."),
        "correct.value": gettext_noop("“%(value)s” is no %(type)s for the field “%(field)s”."),
        "correct.no_record": gettext_noop("There is no record %(record_key)s."),
        "correct.kind_unknown": gettext_noop("There is no record kind “%(kind)s”. There are: %(kinds)s."),
        "note.empty": gettext_noop("The note is empty."),
        "bench.historical": gettext_noop("This is the view of an earlier day. Go back to today to decide."),
        "bench.nothing_selected": gettext_noop("Select a row first."),
        "bench.nothing_to_undo": gettext_noop("You have no match here that could be undone."),
    }
)

ZERO = Decimal(0)
REFRESH_DELAY_S = 10.0
# What apps do after a run in the background has published: called with the book and the run's manifest. Theirs is
# added in their `tasks.py`.
AFTER_RUN: list[Callable[[Book, Manifest], Any]] = []


def reconcile(
    book: Book, actor: Any, asked: Asked | None = None, progress: reconciling.Progress | None = None
) -> Manifest:
    """Run the book's reconciliations and publish the results. Errors: see `pipeline.runs.reconciling.run`."""
    require(book, actor, "match")
    manifest = reconciling.run(library_book(book), rules_of(book), decisions_of(book), asked, progress)
    after = {"run": manifest.run, "as_of": manifest.as_of, "from": manifest.date_from, "to": manifest.date_to}
    record(actor, "reconcile.run", f"run:{manifest.run}", book=book, after=after)
    return manifest


def start_reconcile(book: Book, actor: Any, asked: Asked | None = None) -> Job:
    """Run in the background, now; a run of the same arguments that still waits is not doubled."""
    require(book, actor, "match")
    days = _days(asked or Asked())
    waiting = _waiting_run(book, days)
    if waiting is not None:
        transaction.on_commit(lambda: enqueue(waiting))
        return waiting
    return _start_run(book, actor, days)


def refresh(book: Book, actor: Any) -> Job | None:
    """After a decision: have the current results computed again in the background. A short delay gathers decisions
    that follow each other; at most one such run waits. None where nothing has been reconciled yet."""
    if find_run(library_book(book), Arguments()) is None:
        return None
    days = _days(Asked())
    return _waiting_run(book, days) or _start_run(book, actor, days, REFRESH_DELAY_S)


def _days(asked: Asked) -> dict[str, str | None]:
    told = {"as_of": asked.as_of, "date_from": asked.date_from, "date_to": asked.date_to}
    return {name: day.isoformat() if day else None for name, day in told.items()}


def _waiting_run(book: Book, days: Mapping[str, str | None]) -> Job | None:
    waiting = Job.objects.filter(book=book, kind="reconcile", state="waiting")
    return next((job for job in waiting if all(job.params.get(name) == day for name, day in days.items())), None)


def _start_run(book: Book, actor: Any, days: Mapping[str, str | None], delay_s: float = 0) -> Job:
    params = {**days, "by": actor_name(actor)}
    with transaction.atomic():
        return start(book, "reconcile", params, title=gettext_noop("Reconciliation"), by=actor, delay_s=delay_s)


def results(
    book: Book, as_of: date | None = None, date_from: date | None = None, date_to: date | None = None
) -> Results:
    """The published results with the decisions made since laid over. UserError `results.none` before the first run."""
    # Whether there is a run is asked first: a book without one costs no query for its decisions.
    found = Results.of(library_book(book), None, as_of, date_from, date_to)
    return Results(found.book, found.run, decisions_of(book))


def _locked(book: Book) -> Book:
    """The book's row, locked: whoever decides in this book waits for us until our transaction ends."""
    return Book.objects.select_for_update().get(pk=book.pk)


def author_of(actor: Any) -> dict[str, Any]:
    """Who makes a decision, as its fields."""
    user = getattr(actor, "user", actor)
    return {"actor": actor_name(actor), "created_by": user if getattr(user, "pk", None) else None}


# Matching ------------------------------------------------------------------------------------------------------------
@transaction.atomic
def match(
    book: Book,
    actor: Any,
    name: str,
    left: Sequence[str],
    right: Sequence[str],
    *,
    amount: Decimal | None = None,
    amounts: Mapping[str, Decimal] | None = None,
    difference_reason: str = "",
    reason: str = "",
    force: bool = False,
    instead_of: str = "",
) -> Match | WaitingMatch:
    """Say that records belong together. `left` and `right` are record keys; `amounts` gives a record's share (signed as
    on its side) where not all that is left of it is meant, `amount` the share of both of a pair. A difference within
    the reconciliation's tolerance that is given no reason is rounding. `instead_of`: the group of a match of a person
    which this one replaces. A forced match for which the book asks a second person waits (`approvals`).

    Errors (UserError): an unknown or taken record, two currencies, a difference without its reason, a difference above
    the role's limit.
    """
    role = require(book, actor, "force" if force else "match")
    if len(set(left)) + len(set(right)) < 2:
        raise UserError("match.nothing")
    if difference_reason and difference_reason not in DIFFERENCE_REASONS:
        raise UserError("match.reason_unknown", reason=difference_reason, reasons=", ".join(DIFFERENCE_REASONS))
    locked, before = _locked(book), transaction.savepoint()
    if instead_of and Match.objects.filter(book=book, group_id=instead_of, live=True).exists():
        unmatch(book, actor, instead_of)
    limit = None if allowed(role, "force") else locked.clerk_limit
    bases = _bases(book, name, left, right)
    closed.refuse_settled(library_book(book), name, [key for _, key in bases])
    approvals.refuse_waiting(book, name, [key for _, key in bases])
    shares = _shares(book, name, bases, amount, dict(amounts or {}))
    currencies = sorted({base["currency"] for base in bases.values()})
    if len(currencies) > 1:
        raise UserError("match.currency", currencies=", ".join(currencies))
    difference = sum((share if side == "left" else -share for (side, _), share in shares.items()), ZERO)
    if difference and not difference_reason and abs(difference) <= tolerance_of(results(book), name):
        difference_reason = "rounding"
    if difference and not difference_reason:
        raise UserError("match.difference", difference=_shown(difference))
    if limit is not None and abs(difference) > limit:
        raise UserError("match.limit", difference=_shown(difference), limit=_shown(limit))
    members = [
        {"side": side, "record_key": key, "amount": share, "fact_amount": bases[side, key]["amount"],
         "order_no": bases[side, key]["order_no"] or ""}
        for (side, key), share in shares.items()
    ]  # fmt: skip
    told = {
        "book": book, "group_id": uuid.uuid4().hex, "reconciliation": name, "difference_reason": difference_reason,
        "reason": reason, "difference": difference, "currency": currencies[0], **author_of(actor),
    }  # fmt: skip
    if force and approvals.needs_second(locked, difference):
        transaction.savepoint_rollback(before)  # what it replaces stands until it is approved
        return approvals.wait(actor, told, members, instead_of)
    made = store(told | {"forced": force}, members)
    after = {
        "reconciliation": name,
        "left": list(left),
        "right": list(right),
        "difference": difference,
        "reason": reason,
    }
    record(actor, "match.force" if force else "match.make", f"match:{made.group_id}", book=book, after=after)
    return made


def check_shares(book: Book, name: str, members: Sequence[Mapping[str, Any]]) -> None:
    """UserError where members of a match that was to be made can no longer be what they were said to be."""
    closed.refuse_settled(library_book(book), name, [each["record_key"] for each in members])
    sides = {side: [each["record_key"] for each in members if each["side"] == side] for side in ("left", "right")}
    bases = _bases(book, name, sides["left"], sides["right"])
    for each in members:
        now = bases[each["side"], each["record_key"]]["amount"]
        if now != each["fact_amount"]:
            figures = {"before": _shown(each["fact_amount"]), "now": _shown(now)}
            raise UserError("approve.changed", record_key=each["record_key"], **figures)
    _shares(book, name, bases, None, {each["record_key"]: each["amount"] for each in members})


def store(told: Mapping[str, Any], members: Sequence[Mapping[str, Any]]) -> Match:
    """Write a match and its members."""
    made: Match = Match.objects.create(**told)
    MatchMember.objects.bulk_create(
        MatchMember(match=made, book=made.book, reconciliation=made.reconciliation, **each) for each in members
    )
    return made


def tolerance_of(found: Results, name: str) -> Decimal:
    """The tolerance that a reconciliation was run with."""
    return Decimal(found.manifest.tolerances.get(name, ZERO))


def _shown(value: Decimal) -> str:
    return f"{value:,.2f}"


def _bases(book: Book, name: str, left: Sequence[str], right: Sequence[str]) -> dict[tuple[str, str], dict[str, Any]]:
    """What the results know of each record: amount, currency, order number."""
    found = results(book).records(name, [*left, *right])
    bases = {(row["side"], row["record_key"]): row for row in found}
    wanted = [("left", key) for key in left] + [("right", key) for key in right]
    for side, key in wanted:
        if (side, key) not in bases:
            raise UserError("match.unknown_record", record_key=key, name=name)
    return {pair: bases[pair] for pair in dict.fromkeys(wanted)}


def _shares(
    book: Book,
    name: str,
    bases: Mapping[tuple[str, str], Mapping[str, Any]],
    amount: Decimal | None,
    amounts: Mapping[str, Decimal],
) -> dict[tuple[str, str], Decimal]:
    """How much of each record the match takes: what is told, else all that no other match has taken."""
    if amount is not None and sorted(side for side, _ in bases) != ["left", "right"]:
        raise UserError("match.amount")
    taken = {
        (row["side"], row["record_key"]): row["given"]
        for row in MatchMember.objects.filter(
            book=book, reconciliation=name, live=True, record_key__in=[key for _, key in bases]
        )
        .values("side", "record_key")
        .annotate(given=Sum("amount"))
    }
    shares = {}
    for (side, key), base in bases.items():
        rest = base["amount"] - taken.get((side, key), ZERO)
        if not rest and base["amount"]:
            raise UserError("match.taken", record_key=key)
        share = amounts.get(key, amount if amount is not None else rest)
        if abs(share) > abs(rest) or share * rest < 0:
            raise UserError("match.too_much", record_key=key, left=_shown(rest), amount=_shown(share))
        shares[side, key] = share
    return shares


@transaction.atomic
def unmatch(book: Book, actor: Any, group_id: str, reason: str = "") -> Match | Apart:
    """Undo one link only: a match of a person is taken back, an automatic one taken apart for good."""
    require(book, actor, "match")
    _locked(book)
    made = Match.objects.filter(book=book, group_id=group_id).first()
    if made is None:
        return take_apart(book, actor, group_id, reason)
    if not made.live:
        raise UserError("decision.undone")
    closed.refuse_settled(library_book(book), made.reconciliation, [each.record_key for each in made.members.all()])
    end(made, actor)
    MatchMember.objects.filter(match=made).update(live=False)
    record(
        actor,
        "match.undo",
        f"match:{group_id}",
        book=book,
        before={"reconciliation": made.reconciliation},
        after={"reason": reason},
    )
    return made


def end(decision: Decision, actor: Any) -> None:
    """A decision is in force no longer."""
    decision.live = False
    decision.undone_actor = actor_name(actor)
    decision.undone_at = timezone.now()
    decision.save(update_fields=["live", "undone_actor", "undone_at"])


@transaction.atomic
def take_apart(book: Book, actor: Any, group_id: str, reason: str = "", name: str = "", order_no: str = "") -> Apart:
    """Take an automatic group apart: its records are not put together again. The name and order number, where known,
    make finding the group fast."""
    require(book, actor, "match")
    _locked(book)
    found = results(book)
    for each in (name,) if name else found.manifest.names:
        rows = found.group(each, group_id, order_no)
        if rows:
            keys = sorted({row["record_key"] for row in rows})
            closed.refuse_settled(library_book(book), each, keys)
            apart = Apart.objects.create(
                book=book, reconciliation=each, record_keys=keys, reason=reason, **author_of(actor)
            )
            record(
                actor,
                "match.apart",
                f"group:{group_id}",
                book=book,
                after={"reconciliation": each, "records": keys, "reason": reason},
            )
            return apart
    raise UserError("match.group_unknown", group_id=group_id)


def exclude(book: Book, actor: Any, record_key: str, reason: str, name: str = "") -> Exclusion:
    """Let a record take no part in a reconciliation (blank: in any)."""
    return exclude_all(book, actor, [record_key], reason, name)[0]


@transaction.atomic
def exclude_all(book: Book, actor: Any, record_keys: Sequence[str], reason: str, name: str = "") -> list[Exclusion]:
    """Exclude several records with one reason, all or none."""
    require(book, actor, "match")
    _reasoned(reason)
    _locked(book)
    keys = list(dict.fromkeys(record_keys))
    closed.refuse_records(library_book(book), keys)
    found = results(book)
    names = (name,) if name else found.manifest.names
    known = {row["record_key"] for each in names for row in found.records(each, keys)}
    return [_exclude(book, actor, key, reason, name, known) for key in keys]


def _exclude(book: Book, actor: Any, record_key: str, reason: str, name: str, known: set[str]) -> Exclusion:
    if Exclusion.objects.filter(book=book, record_key=record_key, reconciliation=name, live=True).exists():
        raise UserError("decision.there", record_key=record_key)
    if record_key not in known:
        raise UserError("correct.no_record", record_key=record_key)
    made = Exclusion.objects.create(
        book=book, record_key=record_key, reconciliation=name, reason=reason, **author_of(actor)
    )
    record(actor, "record.exclude", f"record:{record_key}", book=book, after={"reconciliation": name, "reason": reason})
    return made


@transaction.atomic
def refuse_suggestion(book: Book, actor: Any, name: str, item_id: str) -> SuggestionRefused:
    """Say that what is suggested for an open item is wrong. It is not offered again; nothing else changes."""
    require(book, actor, "match")
    _locked(book)
    if results(book).item(name, item_id) is None:
        raise UserError("decision.undone")
    there = SuggestionRefused.objects.filter(book=book, reconciliation=name, item_id=item_id, live=True).first()
    if there is not None:
        return there
    made = SuggestionRefused.objects.create(book=book, reconciliation=name, item_id=item_id, **author_of(actor))
    record(actor, "suggestion.reject", f"item:{item_id}", book=book, after={"reconciliation": name})
    return made


def unmatch_in(book: Book, actor: Any, name: str, group_id: str, reason: str = "", order_no: str = "") -> Match | Apart:
    """Undo one link only, the reconciliation known: a person's match is taken back, an automatic one taken apart."""
    if Match.objects.filter(book=book, group_id=group_id).exists():
        return unmatch(book, actor, group_id, reason)
    return take_apart(book, actor, group_id, reason, name, order_no)


def _reasoned(reason: str) -> None:
    if not reason.strip():
        raise UserError("decision.reason_needed")


# Facts as people say they are ----------------------------------------------------------------------------------------
@transaction.atomic
def correct(book: Book, actor: Any, record_key: str, field: str, value: str, reason: str) -> Correction:
    """Say what a field of a record really is. Laid over the fact from the next run on, never written into it."""
    require(book, actor, "match")
    _reasoned(reason)
    _locked(book)
    kind = KINDS.get(record_key.partition(":")[0])
    if kind is None:
        raise UserError("correct.no_record", record_key=record_key)
    _check_value(kind.name, field, value)
    library = library_book(book)
    closed.refuse_records(library, [record_key])
    if field == "business_date":
        _open_day(book, value)
    told = facts.told_record(library, record_key, decisions_of(book))
    if told is None:
        raise UserError("correct.no_record", record_key=record_key)
    earlier = Correction.objects.filter(book=book, record_key=record_key, field=field, live=True).first()
    if earlier is not None:
        end(earlier, actor)
    before = facts.as_text(told[field])
    made = Correction.objects.create(
        book=book, record_key=record_key, field=field, before=before, after=value, reason=reason, **author_of(actor)
    )
    record(
        actor,
        "record.correct",
        f"record:{record_key}",
        book=book,
        before={field: before},
        after={field: value, "reason": reason},
    )
    return made


def _open_day(book: Book, day: str) -> None:
    """UserError where a day, as plain text, lies in a closed period."""
    closed.refuse_day(library_book(book), date.fromisoformat(day) if day else None)


def _check_value(kind_name: str, field: str, value: str) -> None:
    kind = KINDS[kind_name]
    types = {f.name: f.type for f in kind.all_fields}
    if field not in types:
        raise UserError(
            "correct.field_unknown", kind=kind_name, field=field, fields=", ".join(f.name for f in kind.fields)
        )
    if field in (*kind.key, "record_key", "document_id", "source_sheet", "source_row"):
        raise UserError("correct.field_fixed", field=field)
    if not facts.readable(types[field], value):
        raise UserError("correct.value", value=value[:60], type=types[field], field=field)


@transaction.atomic
def add_record(book: Book, actor: Any, kind_name: str, values: Mapping[str, str], reason: str) -> ManualRecord:
    """Enter a missing record by hand: its kind's fields as plain text. It counts from the next run on."""
    require(book, actor, "match")
    _reasoned(reason)
    _locked(book)
    if kind_name not in KINDS:
        raise UserError("correct.kind_unknown", kind=kind_name, kinds=", ".join(KINDS))
    kind = KINDS[kind_name]
    told = {"currency": book.currency, **{name: value for name, value in values.items() if value != ""}}
    types = {f.name: f.type for f in kind.all_fields}
    for name, value in told.items():
        if name not in types:
            raise UserError(
                "correct.field_unknown", kind=kind_name, field=name, fields=", ".join(f.name for f in kind.fields)
            )
        if not facts.readable(types[name], value):
            raise UserError("correct.value", value=value[:60], type=types[name], field=name)
    _open_day(book, told.get("business_date", ""))
    key = facts.key_of(kind, told)
    if ManualRecord.objects.filter(book=book, record_key=key, live=True).exists():
        raise UserError("decision.there", record_key=key)
    made = ManualRecord.objects.create(
        book=book, kind=kind_name, record_key=key, values=dict(told), reason=reason, **author_of(actor)
    )
    record(actor, "record.add", f"record:{key}", book=book, after={**told, "reason": reason})
    return made


@transaction.atomic
def classify_item(book: Book, actor: Any, source: str, item: str, type_name: str) -> ItemClass:
    """Say what a platform's wording of a bill item is: for all that was imported and all that comes, from the next run
    on. An earlier class of it is taken back."""
    require(book, actor, "match")
    _locked(book)
    if type_name not in SETTLEMENT_TYPES or type_name == UNKNOWN:
        known = ", ".join(each for each in SETTLEMENT_TYPES if each != UNKNOWN)
        raise UserError("item.type_unknown", type=type_name, types=known)
    earlier = ItemClass.objects.filter(book=book, source=source, item=item, live=True).first()
    if earlier is not None:
        end(earlier, actor)
    made = ItemClass.objects.create(book=book, source=source, item=item, type=type_name, **author_of(actor))
    before = {"type": earlier.type} if earlier else {}
    record(actor, "item.classify", f"item:{source}/{item}", book=book, before=before, after={"type": type_name})
    return made


@transaction.atomic
def dispute(book: Book, actor: Any, shop: str, order_no: str, reason: str) -> Dispute:
    """Say that an order's money is in dispute."""
    require(book, actor, "match")
    _locked(book)
    if Dispute.objects.filter(book=book, shop=shop, order_no=order_no, live=True).exists():
        raise UserError("decision.there", record_key=order_no)
    made = Dispute.objects.create(book=book, shop=shop, order_no=order_no, reason=reason, **author_of(actor))
    record(actor, "order.dispute", f"order:{shop}/{order_no}", book=book, after={"reason": reason})
    return made


UNDOABLE: dict[str, type[Decision]] = {
    "apart": Apart, "exclusion": Exclusion, "correction": Correction, "record": ManualRecord, "dispute": Dispute,
    "item": ItemClass,
    "suggestion": SuggestionRefused,
}  # fmt: skip


@transaction.atomic
def take_back(book: Book, actor: Any, sort: str, number: int) -> Decision:
    """Take back a decision that is no match: `sort` is a key of UNDOABLE."""
    require(book, actor, "match")
    _locked(book)
    found = UNDOABLE[sort]._default_manager.filter(book=book, pk=number).first()
    if found is None or not found.live:
        raise UserError("decision.undone")
    if isinstance(found, (Exclusion, Correction, ManualRecord)):
        closed.refuse_records(library_book(book), [found.record_key])
    end(found, actor)
    record(actor, f"{sort}.undo", f"{sort}:{number}", book=book)
    return found


def note(book: Book, actor: Any, subject: str, text: str) -> Note:
    """Write a remark on something: `subject` such as `item:ID`, `group:ID`, `record:KEY`, `order:SHOP/NO`."""
    require(book, actor, "match")
    if not text.strip():
        raise UserError("note.empty")
    made = Note.objects.create(book=book, subject=subject, text=text.strip(), **author_of(actor))
    record(actor, "note.add", subject, book=book, after={"text": made.text})
    return made


__all__ = [
    "add_record",
    "classify_item",
    "correct",
    "decisions_of",
    "dispute",
    "exclude",
    "exclude_all",
    "match",
    "note",
    "reconcile",
    "refresh",
    "refuse_suggestion",
    "results",
    "role_of",
    "start_reconcile",
    "take_apart",
    "take_back",
    "unmatch",
    "unmatch_in",
]
