"""Everything that has been decided in a book, as plain values.

Pages ask for it each time, and a book gathers thousands of decisions. So it is read again only when the database says
that something was decided or taken back: decisions are only ever added or taken back, never changed.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from django.db import connection

from huikuan.records import decisions as plain
from huikuan.server.books.models import Book
from huikuan.server.workbench.models import (
    Apart,
    Correction,
    Dispute,
    Exclusion,
    ItemClass,
    ManualRecord,
    Match,
    MatchMember,
)

BOOKS_KEPT = 16
TABLES = (Match, MatchMember, Apart, Exclusion, Correction, ManualRecord, ItemClass, Dispute)
State = tuple[tuple[Any, ...], ...]
_kept: OrderedDict[int, tuple[State, plain.Decisions]] = OrderedDict()
_lock = threading.Lock()


def decisions_of(book: Book) -> plain.Decisions:
    """Everything that has been decided in a book and is in force, in a fixed order. The same object while it holds."""
    state = _state(book)
    with _lock:
        kept = _kept.get(book.pk)
        if kept is not None and kept[0] == state:
            _kept.move_to_end(book.pk)
            return kept[1]
    made = _read(book, {row[0] for row in state if row[1]})
    with _lock:
        _kept[book.pk] = (state, made)
        while len(_kept) > BOOKS_KEPT:
            _kept.popitem(last=False)
    return made


def _state(book: Book) -> State:
    """What tells one set of decisions in force from any other: of each table number, sum of ids, time of the latest.
    Ids only grow and nothing comes back in force, so no two sets of a book's history share the first two; the time
    tells apart what a transaction that failed had numbered."""
    parts = []
    for model in TABLES:
        latest = "max(created_at)" if model is not MatchMember else "NULL"
        parts.append(
            f"SELECT '{model.__name__}', count(*), sum(id), {latest} FROM {model._meta.db_table} "
            "WHERE book_id = %s AND live"
        )
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), [book.pk] * len(parts))
        return tuple(cursor.fetchall())


def _read(book: Book, there: set[str]) -> plain.Decisions:
    """The decisions, read from those tables that have any."""

    def live(model: Any, *order: str) -> Any:
        return model.objects.filter(book=book, live=True).order_by(*order) if model.__name__ in there else ()

    def each(model: Any, make: Callable[[Any], Any], *order: str) -> tuple[Any, ...]:
        return tuple(make(row) for row in live(model, *order))

    members: dict[int, list[plain.Member]] = {}
    for m in live(MatchMember, "match_id", "side", "record_key"):
        members.setdefault(m.match_id, []).append(plain.Member(m.side, m.record_key, m.amount, m.fact_amount))

    def match(m: Match) -> plain.ManualMatch:
        own = tuple(members.get(m.pk, ()))
        return plain.ManualMatch(
            m.group_id, m.reconciliation, own, m.difference_reason, m.reason, m.forced, m.actor, m.created_at
        )

    return plain.Decisions(
        matches=each(Match, match, "group_id"),
        not_these=each(Apart, lambda a: plain.NotThese(a.reconciliation, tuple(a.record_keys)), "pk"),
        exclusions=each(
            Exclusion, lambda e: plain.Exclusion(e.record_key, e.reconciliation, e.reason),
            "record_key", "reconciliation",
        ),
        corrections=each(
            Correction, lambda c: plain.Correction(c.record_key, c.field, c.before, c.after, c.reason),
            "record_key", "field",
        ),
        manual_records=each(
            ManualRecord, lambda r: plain.ManualRecord(r.kind, r.record_key, dict(r.values), r.reason), "record_key"
        ),
        bill_items=each(ItemClass, lambda c: plain.BillItem(c.source, c.item, c.type), "source", "item"),
        disputed_orders=each(Dispute, lambda d: (d.shop, d.order_no), "shop", "order_no"),
    )  # fmt: skip
