"""The home page's line about closing: the oldest month that has ended and is not closed, and what stands in its way."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from huikuan.pipeline.periods.closed import closed_periods
from huikuan.pipeline.periods.closing_checks import is_closed, months
from huikuan.records.errors import UserError
from huikuan.server.core.scope import period_label
from huikuan.server.core.shortcuts import book_url
from huikuan.server.core.todo import Todo
from huikuan.server.documents.coverage import coverage_of
from huikuan.server.documents.library import library_book
from huikuan.server.periods import services


def todos(request: HttpRequest) -> list[Todo]:
    """The line, shown to who may close; none for a day of the past, and where results are not up to date."""
    book, scope = request.book, request.scope  # type: ignore[attr-defined]
    if not request.membership.may("close") or scope.historical:  # type: ignore[attr-defined]
        return []
    name = _oldest(book)
    try:
        points = [each for each in services.checks(book, name) if not each.ok] if name else None
    except UserError:
        return []
    if points is None:
        return []
    title = _("%(period)s can be closed") if not points else _("%(period)s has ended and is not closed")
    note = ngettext("%(n)s point to look at first", "%(n)s points to look at first", len(points)) % {"n": len(points)}
    return [
        Todo("lock", "open" if points else "matched", title % {"period": period_label(name)},
             book_url(request, "periods:period", name), note if points else _("Nothing is left to look at."), last=True)
    ]  # fmt: skip


def _oldest(book: services.Book) -> str:
    """The oldest month that has ended, has data and is not closed; blank for none."""
    told = [stream.first for stream in coverage_of(book, book.today()) if stream.first]
    first = max(filter(None, (book.start, min(told, default=None))), default=None) if told else None
    closed = closed_periods(library_book(book))
    ended = [each for each in months(first, book.today()) if services.has_ended(book, each)] if first else []
    return next((each.name for each in ended if not is_closed(each, closed)), "")
