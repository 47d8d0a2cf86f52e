"""Bill items no table knows, for the page that classifies them: their money, a proposal, what a class would move."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from huikuan.formats.classify import propose
from huikuan.pipeline.documents import bill_items
from huikuan.pipeline.documents.bill_items import ItemSum, MonthEffect
from huikuan.records.codes import FEE_TYPES, GROSS_TYPES, SETTLEMENT_TYPES
from huikuan.server.books.models import Book
from huikuan.server.core import statuses
from huikuan.server.documents.library import library_book
from huikuan.server.workbench import order_facts, services
from huikuan.server.workbench.models import ItemClass

REST = "rest"  # `formats.components`: what a row's own total holds beyond its columns
# What a person may choose, in the order of the page.
CHOICES = tuple(name for name in SETTLEMENT_TYPES if name != bill_items.UNKNOWN)


@dataclass(frozen=True)
class UnknownItem:
    """A wording waiting for its class. `proposal`: what another platform's table would say of it; blank if nothing."""

    sum: ItemSum
    platform: str
    proposal: str

    @property
    def words(self) -> str:
        """The wording; in words of ours where the bill has none: what a row's total holds beyond its columns."""
        if self.sum.item == REST:
            return _("beyond the columns that are known")
        return self.sum.item or _("(blank)")


@dataclass(frozen=True)
class Family:
    """Classes that act alike, for a form: a heading, what they do, (code, word)."""

    title: str
    effect: str
    choices: list[tuple[str, Any]]


BOOKS_KEPT = 16
_kept: OrderedDict[int, tuple[str, list[ItemSum]]] = OrderedDict()
_lock = threading.Lock()


def unknown(book: Book) -> list[UnknownItem]:
    """Every wording that is not classified yet, the most money first."""
    return [UnknownItem(each, platform_of(each.source), propose(each.item)) for each in sums(book)]


def sums(book: Book) -> list[ItemSum]:
    """The money of every wording that is not classified yet, added up once for the facts as they are now."""
    decisions = services.decisions_of(book)
    told = order_facts.identity(book, decisions)
    with _lock:
        kept = _kept.get(book.pk)
        if kept is not None and kept[0] == told:
            return kept[1]
    cursor = order_facts.cursor_of(book, decisions)
    try:
        found = bill_items.unknown_items(cursor, library_book(book).lake)
    finally:
        cursor.close()
    with _lock:
        _kept[book.pk] = (told, found)
        while len(_kept) > BOOKS_KEPT:
            _kept.popitem(last=False)
    return found


def effect(book: Book, source: str, item: str) -> list[MonthEffect]:
    """What classifying a wording moves, by shop and month."""
    cursor = order_facts.cursor_of(book, services.decisions_of(book))
    try:
        return bill_items.effect_of(cursor, library_book(book).lake, source, item)
    finally:
        cursor.close()


def classified(book: Book) -> Iterable[ItemClass]:
    """The classes people have given, the latest first."""
    return ItemClass.objects.filter(book=book, live=True).order_by("-created_at", "-pk")


def families() -> list[Family]:
    """The classes to choose from, by what they do."""
    fees = [name for name in CHOICES if name in FEE_TYPES]
    moves = [name for name in CHOICES if name in bill_items.MOVEMENTS]
    return [
        Family(
            _("Money of orders"), _("Counts as what the platform pays for an order, and is compared with it."),
            _words(GROSS_TYPES),
        ),
        Family(_("Fees and other charges"), _("Counts as a fee: no part of what an order owes."), _words(fees)),
        Family(
            _("Movements of the account"), _("Moves money in or out of the account and belongs to no order."),
            _words(moves),
        ),
    ]  # fmt: skip


def _words(codes: Iterable[str]) -> list[tuple[str, Any]]:
    return [(code, statuses.word_of("type", code)) for code in codes]


def platform_of(source: str) -> str:
    """How a platform is called."""
    return str(statuses.word_of("platform", source))
