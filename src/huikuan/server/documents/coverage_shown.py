"""Coverage as the pages draw it: strips of a year's months, a calendar of one stream's days."""

from __future__ import annotations

import calendar
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_DOWN, Decimal

from django.utils.translation import gettext as _

from huikuan.pipeline.documents.coverage import Coverage, Gap, Span, days_of, quiet_days
from huikuan.pipeline.documents.coverage_told import expected_text, gap_text, span_text
from huikuan.server.core import numbers

DAY = timedelta(days=1)
# What may be said of a day, in the order of the legend.
STATES = ("covered", "twice", "gap", "maybe", "quiet", "late", "expected")


def state_name(state: str) -> str:
    """A state in words."""
    return {
        "covered": _("Covered"), "twice": _("Covered twice"), "gap": _("Gap"), "maybe": _("Perhaps quiet"),
        "quiet": _("No business"), "late": _("Due"), "expected": _("Expected"),
    }[state]  # fmt: skip


@dataclass(frozen=True)
class Run:
    """Days in a row of which the same is to be said."""

    first: date
    last: date
    state: str

    @property
    def title(self) -> str:
        """Days and state, as a tooltip says them."""
        return f"{span_text(self.first, self.last)}: {state_name(self.state)}"


@dataclass(frozen=True)
class Piece:
    """A run's part in a month: where it lies in its strip, in per cent."""

    state: str
    left: Decimal
    width: Decimal
    title: str


@dataclass(frozen=True)
class Month:
    """A month of a strip."""

    first: date
    pieces: tuple[Piece, ...]
    words: str
    alert: bool


@dataclass(frozen=True)
class Strip:
    """A stream's line on the page."""

    stream: Coverage
    months: tuple[Month, ...]
    next: str


@dataclass(frozen=True)
class DayCell:
    """A day of the calendar. `document`: the only one that tells it."""

    day: date
    state: str
    title: str
    document: str
    documents: int


def runs_of(stream: Coverage) -> list[Run]:
    """All that is to be said of a stream's days, in order; later runs lie on top of earlier ones."""
    runs = [Run(span.first, span.last, "twice" if len(span.documents) > 1 else "covered") for span in stream.spans]
    runs += [Run(first, last, "covered") for first, last in _proved_quiet(stream)]
    joined: list[Run] = []
    for run in sorted(runs, key=lambda each: each.first):
        if joined and joined[-1].state == run.state and joined[-1].last + DAY == run.first:
            joined[-1] = Run(joined[-1].first, run.last, run.state)
        else:
            joined.append(run)
    joined += [Run(span.first, span.last, "quiet") for span in quiet_days(stream)]
    joined += [Run(gap.first, gap.last, "gap" if gap.is_alert else "maybe") for gap in stream.gaps]
    if stream.expected and stream.expected.state != "stopped":
        state = "late" if stream.expected.state == "late" else "expected"
        joined.append(Run(stream.expected.first, stream.expected.last, state))
    return joined


def _proved_quiet(stream: Coverage) -> Iterator[tuple[date, date]]:
    """Days without a document of which the balance proves that nothing is missing."""
    gaps = {gap.first for gap in stream.gaps if gap.days}
    for before, after in itertools.pairwise(stream.spans):
        first, last = before.last + DAY, after.first - DAY
        if first <= last and first not in gaps:
            yield first, last


def strip_of(stream: Coverage, year: int) -> Strip:
    """A stream's strip of a year."""
    runs = [run for run in runs_of(stream) if run.first.year <= year <= run.last.year]
    expected = expected_text(stream.expected) if stream.expected else ""
    return Strip(stream, tuple(_month(runs, date(year, month, 1)) for month in range(1, 13)), expected)


def _month(runs: Sequence[Run], first: date) -> Month:
    days = calendar.monthrange(first.year, first.month)[1]
    last = first + timedelta(days=days - 1)
    inside = [
        Run(max(run.first, first), min(run.last, last), run.state)
        for run in runs
        if run.first <= last and first <= run.last
    ]
    pieces = tuple(
        Piece(run.state, _percent(run.first.day - 1, days), _percent((run.last - run.first).days + 1, days), run.title)
        for run in inside
    )
    words = "; ".join(run.title for run in inside) or _("nothing")
    return Month(first, pieces, f"{first:%Y-%m}: {words}", any(run.state in ("gap", "late") for run in inside))


def _percent(part: int, whole: int) -> Decimal:
    return (Decimal(part) * 100 / whole).quantize(Decimal("0.01"), ROUND_DOWN)


@dataclass(frozen=True)
class CalendarMonth:
    """A month of the calendar: its first day, weeks of seven cells (None: a day of another month)."""

    first: date
    weeks: tuple[tuple[DayCell | None, ...], ...]


def calendar_of(stream: Coverage, year: int) -> list[CalendarMonth]:
    """A year's calendar of one stream."""
    told = _told_days(stream, year)
    names = {document.document_id: document.file_name for document in stream.documents}
    months = []
    for month in range(1, 13):
        weeks = [
            tuple(_cell(day, told, names) if day.month == month else None for day in week)
            for week in calendar.Calendar().monthdatescalendar(year, month)
        ]
        months.append(CalendarMonth(date(year, month, 1), tuple(weeks)))
    return months


def _told_days(stream: Coverage, year: int) -> dict[date, tuple[str, tuple[str, ...]]]:
    """State and documents of each day of a year of which something is to be said."""
    told: dict[date, tuple[str, tuple[str, ...]]] = {}
    first_day, last_day = date(year, 1, 1), date(year, 12, 31)
    for run in runs_of(stream):
        for day in _days(max(run.first, first_day), min(run.last, last_day)):
            told[day] = (run.state, ())
    for span in stream.spans:
        for day in _days(max(span.first, first_day), min(span.last, last_day)):
            told[day] = (told[day][0], span.documents)
    return told


def _days(first: date, last: date) -> Iterator[date]:
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


def _cell(day: date, told: dict[date, tuple[str, tuple[str, ...]]], names: dict[str, str]) -> DayCell:
    state, documents = told.get(day, ("", ()))
    title = day.isoformat()
    if state:
        files = ", ".join(names[each] for each in documents[:3]) + (" …" if len(documents) > 3 else "")
        title += f": {state_name(state)}" + (f" · {files}" if files else "")
    return DayCell(day, state, title, documents[0] if len(documents) == 1 else "", len(documents))


@dataclass(frozen=True)
class Alert:
    """One thing somebody should see to. `quiet`: the days of which a person may say that there was no business."""

    stream: Coverage
    text: str
    late: bool = False
    quiet: Span | None = None


def _gap_alert(stream: Coverage, gap: Gap) -> Alert:
    quiet = Span(gap.first, gap.last) if gap.days and not gap.money else None
    return Alert(stream, gap_text(stream, gap, numbers.money_exact), quiet=quiet)


def _expected_alert(stream: Coverage, today: date) -> Alert | None:
    """What has not come; None where nothing is due."""
    expected = stream.expected
    if expected is None or expected.state == "next":
        return None
    last = min(expected.last, today)
    quiet = Span(expected.first, last) if expected.first <= last else None
    return Alert(stream, expected_text(expected), late=expected.state == "late", quiet=quiet)


def alerts(streams: Sequence[Coverage], today: date) -> list[Alert]:
    """What somebody should see to: missing money, missing days, what is late."""
    found: list[tuple[int, Alert]] = []
    for stream in streams:
        for gap in stream.gaps:
            if gap.is_alert:
                found.append((0 if gap.money else 2 if gap.even else 1, _gap_alert(stream, gap)))
        late = _expected_alert(stream, today)
        if late and late.late:
            found.append((3, late))
    return [alert for _rank, alert in sorted(found, key=lambda each: each[0])]


def hints(stream: Coverage, today: date) -> list[Alert]:
    """What may be missing, or may not."""
    told = [_gap_alert(stream, gap) for gap in stream.gaps if not gap.is_alert]
    stopped = _expected_alert(stream, today)
    return [*told, stopped] if stopped and not stopped.late else told


def joined_overlaps(stream: Coverage) -> list[Span]:
    """Days told more than once, with all documents that tell any of them; the latest first."""
    joined: list[Span] = []
    for span in stream.overlaps:
        if joined and joined[-1].last + DAY == span.first:
            both = tuple(dict.fromkeys((*joined[-1].documents, *span.documents)))
            joined[-1] = Span(joined[-1].first, span.last, both)
        else:
            joined.append(span)
    return joined[::-1]


def years_of(streams: Sequence[Coverage], today: date) -> list[int]:
    """The years of which there is something to show, the latest first."""
    days = [day for stream in streams for document in stream.documents for day in days_of(document)]
    return list(range(max([*days, today]).year, min([*days, today]).year - 1, -1))
