"""The orders of a book that claim files asked for, as reports and findings are told them."""

from __future__ import annotations

from huikuan.insight.collection.claim import Claimed
from huikuan.server.books.models import Book
from huikuan.server.followup.models import ClaimedOrder


def claimed_of(book: Book) -> tuple[Claimed, ...]:
    """Each order that was claimed, with the day of the last claim."""
    rows = ClaimedOrder.objects.filter(book=book).values_list("shop", "order_no", "currency", "claimed_on")
    return tuple(Claimed(*row) for row in rows)
