"""Period and as-of date: the two choices which, with the book, hold for every page and stand in its address.

`?period=2026-10&as_of=2026-10-31`. A period is a year `2026`, a quarter `2026-Q4`, a month `2026-10`, a week `2026-W44`
or a day `2026-10-31`. What is not in the address is the default: the month of the book's latest data, and today.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.utils import dateformat
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from huikuan.insight.periods import named_span

PERIOD = re.compile(r"(?P<year>\d{4})(?:-(?:Q(?P<quarter>[1-4])|W(?P<week>\d\d)|(?P<month>\d\d)(?:-(?P<day>\d\d))?))?")


@dataclass(frozen=True)
class Scope:
    """The period (both days inclusive) and the as-of date of a request, and how an address says them."""

    period: str
    date_from: date
    date_to: date
    as_of: date
    today: date
    chosen_period: bool
    chosen_as_of: bool

    @property
    def historical(self) -> bool:
        """Whether the page is seen as of a day other than today."""
        return self.as_of != self.today

    @property
    def params(self) -> dict[str, str]:
        """What the address must carry to keep this scope; defaults are left out."""
        params = {"period": self.period} if self.chosen_period else {}
        return params | ({"as_of": self.as_of.isoformat()} if self.chosen_as_of else {})

    @property
    def query(self) -> str:
        """`params` as a query string with its question mark; blank for the defaults."""
        return f"?{urlencode(self.params)}" if self.params else ""

    @property
    def label(self) -> str:
        """The period in words: 2026年10月, Oct 2026."""
        return period_label(self.period)


def parse_period(text: str) -> tuple[date, date] | None:
    """First and last day of a period; None if the text is none.

    >>> parse_period("2026-02")
    (datetime.date(2026, 2, 1), datetime.date(2026, 2, 28))
    """
    match = PERIOD.fullmatch(text)
    if match is None or match["week"] or match["month"]:
        return named_span(text)
    quarter, months = (int(match["quarter"]), 3) if match["quarter"] else (1, 12)
    try:
        first = date(int(match["year"]), 3 * quarter - 2, 1)
        return first, _plus_months(first, months) - timedelta(days=1)
    except ValueError:
        return None


def _plus_months(first: date, months: int) -> date:
    count = first.year * 12 + first.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)


def period_label(text: str) -> str:
    """A period in words of the active language; a text that is no period is returned as it is."""
    match, days = PERIOD.fullmatch(text), parse_period(text)
    if match is None or days is None:
        return text
    parts = match.groupdict()
    if parts["day"]:
        return text
    if parts["quarter"]:
        return _("Quarter %(quarter)s of %(year)s") % parts
    if parts["week"]:
        return _("Week %(week)s of %(year)s") % {"year": parts["year"], "week": int(parts["week"])}
    if parts["month"]:
        return dateformat.format(days[0], pgettext("format of a month, as Django's filter date reads it", "M Y"))
    return _("Year %(year)s") % parts


def scope_of(request: HttpRequest, book: Any) -> Scope:
    """The scope a request asks for; what its address says wrongly is taken as not said."""
    today = book.today()
    wanted = request.GET.get("period", "")
    days = parse_period(wanted)
    period = wanted if days else default_period(book)
    first, last = days or parse_period(period) or (today, today)
    try:
        as_of, chosen = date.fromisoformat(request.GET.get("as_of", "")), True
    except ValueError:
        as_of, chosen = today, False
    return Scope(period, first, last, as_of, today, chosen_period=days is not None, chosen_as_of=chosen)


def default_period(book: Any) -> str:
    """The month of the book's latest data, or this month."""
    latest = min(book.data_until or book.today(), book.today())
    return f"{latest:%Y-%m}"


def recent_periods(scope: Scope, book: Any, count: int = 12) -> list[tuple[str, str]]:
    """The months to choose from, latest first: (period, label), from the latest data back."""
    latest, earliest = date.fromisoformat(f"{default_period(book)}-01"), book.start
    months = [_plus_months(latest, -back) for back in range(count)]
    kept = [month for month in months if not earliest or month >= earliest.replace(day=1)]
    return [(f"{month:%Y-%m}", period_label(f"{month:%Y-%m}")) for month in kept or months[:1]]


LAST_BOOK = "last_book"


def enter_last_book(request: HttpRequest) -> None:
    """For pages outside any book: show the frame of the book last used, so that the way back is there."""
    from huikuan.server.accounts.permissions import role_in
    from huikuan.server.books.queries import books_of

    books = books_of(request.user)
    last = request.session.get(LAST_BOOK)
    chosen = next((book for book in books if book.pk == last), books[0] if books else None)
    membership = role_in(request.user, chosen.slug) if chosen else None
    if membership is not None:
        request.book, request.membership = membership.book, membership  # type: ignore[attr-defined]
        request.scope = scope_of(request, membership.book)  # type: ignore[attr-defined]
