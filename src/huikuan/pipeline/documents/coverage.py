"""Which days the documents of a shop or account cover, which are missing, which are told twice, what is due next.

Documents are put together in *streams*: all bank statements (all wallet ledgers) of an account, whatever their format,
for any of them tells all its lines; of everything else, one format of one shop or account. A document covers the days
of the period it states, else those from its first row to its last.

Between two documents that follow each other stands a gap when the balance does not go on (then the money that is
missing is known), or when days are left out. Where periods are not stated, days without rows may just have been quiet:
a balance that goes on proves that they were; without one, only a gap that is long for the stream is an alert. A person
may say that days were *quiet*, without business: nothing is missing of them then, unless the balance says otherwise.

What is due next follows from the rhythm of the documents before; nothing is expected of a stream without one.
"""

from __future__ import annotations

import calendar
import hashlib
import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from statistics import median_low

from huikuan.records.document import Document
from huikuan.records.kinds import KINDS

DAY = timedelta(days=1)
# Any format tells all lines of such an account; their balances prove it.
PROVED_KINDS = ("bank_line", "wallet_line")
SHOP_KINDS = tuple(kind.name for kind in KINDS.values() if kind.owner == "shop")
# Master data and counts hold for a day, they do not cover days.
TIMELESS_KINDS = ("product", "stock_count")
# Rhythm: days from one document's beginning to the next one's (least, most), days of grace before it is late.
RHYTHMS = {
    "daily": (1, 2, 2),
    "weekly": (5, 9, 3),
    "fortnightly": (12, 17, 3),
    "monthly": (26, 33, 5),
    "quarterly": (85, 95, 10),
}
STOPPED_DAYS = 100  # after which a stream that brought nothing is not asked about any more
LONG_PART = 4  # a gap of at least one such part of a usual document's days is long
EDGE_DAYS = 4  # a month's rows may begin, and end, so many days inside of it


@dataclass(frozen=True)
class Span:
    """Days in a row, both ends included, and the documents that tell all of them."""

    first: date
    last: date
    documents: tuple[str, ...] = ()

    @property
    def days(self) -> int:
        """How many."""
        return (self.last - self.first).days + 1


@dataclass(frozen=True)
class Missing:
    """The money between two documents: where one closes, where the next opens."""

    currency: str
    closing: Decimal
    opening: Decimal

    @property
    def amount(self) -> Decimal:
        """What the missing lines add up to, signed as the account sees it."""
        return self.opening - self.closing


@dataclass(frozen=True)
class Gap:
    """A place between two documents that follow each other. `days` are left out, from `first` to `last`; where it is
    0 these are the last day of the one and the first of the other.

    `level`: `money` the balance does not go on · `days` days are not covered · `maybe` they may have been quiet.
    `even`: the balance goes on all the same.
    """

    first: date
    last: date
    days: int
    level: str
    after: str
    before: str
    money: tuple[Missing, ...] = ()
    even: tuple[Missing, ...] = ()

    @property
    def is_alert(self) -> bool:
        """Whether somebody should do something about it."""
        return self.level != "maybe"


@dataclass(frozen=True)
class Expected:
    """What is to come: the days from `first` to `last`, from the day `due` on. `state`: next · late · stopped."""

    first: date
    last: date
    due: date
    state: str


@dataclass(frozen=True)
class Coverage:
    """One stream: its documents in the order of their periods, and what their days come to. `key` names it."""

    key: str
    shop: str
    account: str
    kind: str
    formats: tuple[str, ...]
    documents: tuple[Document, ...]
    spans: tuple[Span, ...]
    gaps: tuple[Gap, ...] = ()
    rhythm: str = ""
    expected: Expected | None = None
    undated: tuple[str, ...] = field(default=())  # documents without rows or period
    quiet: tuple[Span, ...] = ()  # days without business, as a person said

    @property
    def name(self) -> str:
        """Whose documents they are."""
        return self.account if self.kind not in SHOP_KINDS and self.account else self.shop or self.account

    @property
    def first(self) -> date | None:
        """The first day covered."""
        return self.spans[0].first if self.spans else None

    @property
    def last(self) -> date | None:
        """The last day covered."""
        return self.spans[-1].last if self.spans else None

    @property
    def overlaps(self) -> tuple[Span, ...]:
        """Days that several documents tell."""
        return tuple(span for span in self.spans if len(span.documents) > 1)

    def of_day(self, day: date) -> tuple[str, ...]:
        """The documents that tell a day."""
        return next((span.documents for span in self.spans if span.first <= day <= span.last), ())

    @property
    def alerts(self) -> int:
        """How many gaps and late documents somebody should see to."""
        late = self.expected is not None and self.expected.state == "late"
        return sum(gap.is_alert for gap in self.gaps) + late


def coverage(
    documents: Iterable[Document], today: date, quiet: Mapping[str, Sequence[Span]] | None = None
) -> list[Coverage]:
    """The streams of standing documents as of a day, by name. `quiet`: days without business, by the stream's key."""
    streams: dict[tuple[str, str, str, str], list[Document]] = defaultdict(list)
    for document in documents:
        kind = next((kind for kind in document.kinds if kind not in TIMELESS_KINDS), "")
        if kind:
            streams[_stream(document, kind)].append(document)
    found = [_coverage(key, told, today, quiet or {}) for key, told in streams.items()]
    return sorted(found, key=lambda each: (each.kind in SHOP_KINDS, each.name, each.kind, each.formats))


def _stream(document: Document, kind: str) -> tuple[str, str, str, str]:
    """What tells streams apart: shop, account, kind, format."""
    lead = next((each for each in PROVED_KINDS if each in document.kinds), kind)
    if lead in PROVED_KINDS and document.account:
        return "", document.account, lead, ""
    owner = (document.shop, "") if lead in SHOP_KINDS else ("" if document.account else document.shop, document.account)
    return *owner, lead, document.format


def _coverage(
    parts: tuple[str, str, str, str], documents: Sequence[Document], today: date, quiet: Mapping[str, Sequence[Span]]
) -> Coverage:
    key = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]
    told = sorted(quiet.get(key, ()), key=lambda span: span.first)
    dated = sorted((d for d in documents if d.period_from and d.period_to), key=_order)
    shop, account, kind, _format = parts
    shops = {document.shop for document in documents}
    rhythm = _rhythm(dated)
    return Coverage(
        key=key,
        shop=shop or (shops.pop() if len(shops) == 1 else ""),
        account=account,
        kind=kind,
        formats=tuple(sorted({document.format for document in documents})),
        documents=tuple(dated),
        spans=tuple(_spans(dated)),
        gaps=tuple(gap for gap in _gaps(dated) if gap.money or list(_left_out(gap.first, gap.last, told))),
        rhythm=rhythm,
        expected=_expected(dated, rhythm, today, told),
        undated=tuple(d.document_id for d in documents if not (d.period_from and d.period_to)),
        quiet=tuple(told),
    )


def _order(document: Document) -> tuple[date, date, str]:
    first, last = days_of(document)
    return first, last, document.document_id


def days_of(document: Document) -> tuple[date, date]:
    """The first and last day a dated document tells."""
    first, last = document.period_from, document.period_to
    if first is None or last is None:
        raise ValueError(f"{document.document_id} has no period")
    return min(first, last), max(first, last)


def _spans(documents: Sequence[Document]) -> list[Span]:
    """The covered days, cut wherever a document begins or ends."""
    begins: dict[date, list[str]] = defaultdict(list)
    ends: dict[date, list[str]] = defaultdict(list)
    for document in documents:
        first, last = days_of(document)
        begins[first].append(document.document_id)
        ends[last + DAY].append(document.document_id)
    spans: list[Span] = []
    told: dict[str, None] = {}
    since = date.min
    for day in sorted({*begins, *ends}):
        if told:
            spans.append(Span(since, day - DAY, tuple(told)))
        for gone in ends.get(day, ()):
            del told[gone]
        told |= dict.fromkeys(begins.get(day, ()))
        since = day
    return spans


# Gaps ----------------------------------------------------------------------------------------------------------------
def _gaps(documents: Sequence[Document]) -> list[Gap]:
    """The gaps between documents in the order of their periods."""
    usual = median_low([_length(document) for document in documents]) if documents else 0
    openers: dict[date, list[Document]] = defaultdict(list)
    for document in documents:
        openers[days_of(document)[0]].append(document)
    gaps, reached, enders = [], date.min, list[Document]()
    for first, opening in openers.items():
        if enders and first > reached:
            gap = _gap(enders, opening, (reached, first), usual)
            gaps += [gap] if gap else []
        for document in opening:
            last = days_of(document)[1]
            if last > reached:
                reached, enders = last, []
            if last == reached:
                enders.append(document)
    return gaps


def _length(document: Document) -> int:
    first, last = days_of(document)
    return (last - first).days + 1


def _gap(enders: Sequence[Document], openers: Sequence[Document], ends: tuple[date, date], usual: int) -> Gap | None:
    """What is wrong between documents that end one day and those that begin later; None if nothing."""
    last, first = ends
    days = (first - last).days - 1
    torn, even = _balance(enders, openers)
    stated = any(d.period_stated for d in enders) and any(d.period_stated for d in openers)
    level = "money" if torn else _level(days, usual, stated=stated, proved=bool(even))
    if not level:
        return None
    shown = (last + DAY, first - DAY) if days else (last, first)
    return Gap(*shown, days, level, enders[0].document_id, openers[0].document_id, torn, even)


def _level(days: int, usual: int, *, stated: bool, proved: bool) -> str:
    """How much days without a document mean where no balance breaks; blank: nothing."""
    if not days or (proved and not stated):
        return ""
    return "days" if stated or days * LONG_PART >= usual else "maybe"


def _balance(
    enders: Sequence[Document], openers: Sequence[Document]
) -> tuple[tuple[Missing, ...], tuple[Missing, ...]]:
    """Currencies in which the balance does not go on, and those in which it does. Both empty: nothing is known."""
    torn, even = [], []
    for currency in sorted({currency for document in enders for currency in document.balances}):
        closing = [d.balances[currency][1] for d in enders if currency in d.balances]
        opening = [d.balances[currency][0] for d in openers if currency in d.balances]
        if opening:
            goes_on = next((each for each in closing if each in opening), None)
            if goes_on is None:
                torn.append(Missing(currency, closing[0], opening[0]))
            else:
                even.append(Missing(currency, goes_on, goes_on))
    return tuple(torn), tuple(even)


def _left_out(first: date, last: date, told: Iterable[Span]) -> Iterator[Span]:
    """The days from `first` to `last` that none of the spans, oldest first, holds."""
    for span in told:
        if span.first > last:
            break
        if span.first > first:
            yield Span(first, span.first - DAY)
        first = max(first, span.last + DAY)
    if first <= last:
        yield Span(first, last)


def quiet_days(stream: Coverage) -> list[Span]:
    """The days a person called quiet, without those that a document tells since."""
    return [part for span in stream.quiet for part in _left_out(span.first, span.last, stream.spans)]


# What is due ---------------------------------------------------------------------------------------------------------
def _rhythm(documents: Sequence[Document]) -> str:
    """How often documents came, by most of the steps from one's first day to the next one's; blank: no rhythm."""
    starts = sorted({days_of(document)[0] for document in documents})
    steps = [(later - earlier).days for earlier, later in itertools.pairwise(starts)]
    if not steps:
        return ""
    usual = median_low(steps)
    for name, (least, most, _grace) in RHYTHMS.items():
        if least <= usual <= most and 2 * sum(least <= step <= most for step in steps) > len(steps):
            return name
    return ""


def _expected(documents: Sequence[Document], rhythm: str, today: date, quiet: Sequence[Span]) -> Expected | None:
    """The next document's days; where several are due already, all of them. It follows days that were quiet."""
    if not rhythm:
        return None
    last_day = max(days_of(document)[1] for document in documents)
    stated = any(document.period_stated for document in documents if days_of(document)[1] == last_day)
    for span in quiet:
        if span.first <= last_day + DAY <= span.last:
            last_day, stated = span.last, True
    calendar_months = rhythm == "monthly" and _by_calendar(documents)
    first, last = _next(last_day, rhythm, calendar_months, roughly=not stated)
    due = last + DAY
    until = last
    while (following := _next(until, rhythm, calendar_months)[1]) < today:
        until = following
    if today <= last + timedelta(days=RHYTHMS[rhythm][2]):
        return Expected(first, last, due, "next")
    stopped = (today - due).days > max(STOPPED_DAYS, 3 * RHYTHMS[rhythm][1])
    return Expected(first, until, due, "stopped" if stopped else "late")


def _by_calendar(documents: Sequence[Document]) -> bool:
    """Whether most documents begin with a month."""
    early = sum(days_of(document)[0].day <= EDGE_DAYS for document in documents)
    return 2 * early > len(documents)


def _next(last: date, rhythm: str, calendar_months: bool, *, roughly: bool = False) -> tuple[date, date]:
    """The days that follow a last one. `roughly`: it is that of a last row, a month may end a few days later."""
    first = last + DAY
    if calendar_months:
        rest = calendar.monthrange(last.year, last.month)[1] - last.day
        if rest and (not roughly or rest > EDGE_DAYS):
            return first, last + timedelta(days=rest)  # the rest of a month begun
        first = last + timedelta(days=rest + 1)
        return first, first + timedelta(days=calendar.monthrange(first.year, first.month)[1] - 1)
    if rhythm in ("monthly", "quarterly"):
        return first, months_later(last, 1 if rhythm == "monthly" else 3)
    return first, last + timedelta(days={"daily": 1, "weekly": 7, "fortnightly": 14}[rhythm])


def months_later(day: date, months: int) -> date:
    """The same day some months later; the last of a month stays the last.

    >>> months_later(date(2026, 1, 31), 1), months_later(date(2026, 2, 28), 1), months_later(date(2026, 11, 25), 3)
    (datetime.date(2026, 2, 28), datetime.date(2026, 3, 31), datetime.date(2027, 2, 25))
    """
    count = day.year * 12 + day.month - 1 + months
    year, month = count // 12, count % 12 + 1
    longest = calendar.monthrange(year, month)[1]
    is_last = day.day == calendar.monthrange(day.year, day.month)[1]
    return date(year, month, longest if is_last else min(day.day, longest))
