"""What is to be looked at before a period is closed: the list that the web page and `huikuan close` show.

Everything is asked of the current results, as they stand today: an item of the period that has been settled since its
last day is no work any more. A check that is not `ok` stops nothing, but has to be acknowledged with a reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from huikuan.insight.periods import month_end, span_name
from huikuan.insight.recon_words import recon_word
from huikuan.pipeline.documents.bill_items import UNKNOWN
from huikuan.pipeline.documents.coverage import Coverage
from huikuan.pipeline.periods.closed import Closed, Period, closed_periods
from huikuan.pipeline.results.results import Results
from huikuan.records.messages import gettext_noop, register, text_of

BALANCE = "balance"
register(
    {
        "close.check.documents": gettext_noop("Shops or accounts with days without a file: %(count)s (%(names)s)"),
        "close.check.items": gettext_noop("Settlement lines without a class: %(count)s"),
        "close.check.balance": gettext_noop("Balances or totals that do not agree: %(count)s"),
        "close.check.work": gettext_noop("Open items that need work: %(count)s (%(names)s)"),
        "close.check.conflicts": gettext_noop("Decisions that no longer fit the files: %(count)s"),
        "close.check.approvals": gettext_noop("Forced matches that wait for a second person: %(count)s"),
        "close.check.earlier": gettext_noop("Earlier months that are not closed: %(count)s (%(names)s)"),
        "close.check.documents.ok": gettext_noop("Every shop and account is covered to the last day"),
        "close.check.items.ok": gettext_noop("Every settlement line has its class"),
        "close.check.balance.ok": gettext_noop("All balances and totals agree"),
        "close.check.work.ok": gettext_noop("Nothing is open that needs work"),
        "close.check.conflicts.ok": gettext_noop("All decisions fit the files"),
        "close.check.approvals.ok": gettext_noop("No forced match waits"),
        "close.check.earlier.ok": gettext_noop("All earlier months are closed"),
    }
)
NAMED = 5  # of a check's names, in its sentence


@dataclass(frozen=True)
class Check:
    """One line of the list. `code`: documents items balance work conflicts approvals earlier. `amounts`: the money it
    is about, by currency, as sizes. `names`: what it counts, or where: (what, how many or which days)."""

    code: str
    count: int = 0
    amounts: dict[str, Decimal] = field(default_factory=dict)
    names: tuple[tuple[str, str], ...] = ()

    @property
    def ok(self) -> bool:
        """Whether there is nothing to look at."""
        return not self.count

    @property
    def text(self) -> str:
        """The line in words, in the active language."""
        told = [f"{recon_word(name)} {figure}".strip() for name, figure in self.names[:NAMED]]
        names = "; ".join([*told, *(["…"] if len(self.names) > NAMED else [])])
        code = f"close.check.{self.code}"
        return text_of(f"{code}.ok" if self.ok else code, {"count": self.count, "names": names})


def checks_of(found: Results, period: Period, streams: Sequence[Coverage], waiting: int) -> list[Check]:
    """The list for a period, in the order of the work. `streams`: the book's coverage; `waiting`: how many forced
    matches wait for a second person."""
    work = [row for name in found.manifest.names for row in _work(found, name, period)]
    balance = [row for row in work if row["name"] == BALANCE]
    others = [row for row in work if row["name"] != BALANCE]
    missing = tuple(_missing(streams, period))
    earlier = open_months(found.book.start, period, streams, closed_periods(found.book))
    return [
        Check("documents", len({name for name, _days in missing}), names=missing),
        _summed("items", _items(found, period)),
        _summed("balance", balance),
        _summed("work", others),
        Check("conflicts", len(found.manifest.conflicts)),
        Check("approvals", waiting),
        Check("earlier", len(earlier), names=tuple((month, "") for month in earlier)),
    ]


def _summed(code: str, rows: Iterable[dict[str, Any]]) -> Check:
    amounts: dict[str, Decimal] = {}
    counts: dict[str, int] = {}
    for row in rows:
        counts[row["name"]] = counts.get(row["name"], 0) + row["count"]
        amounts[row["currency"]] = amounts.get(row["currency"], Decimal(0)) + row["amount"]
    names = tuple((name, str(count)) for name, count in counts.items())
    return Check(code, sum(counts.values()), amounts, names)


def _work(found: Results, name: str, period: Period) -> list[dict[str, Any]]:
    """What is open in a reconciliation and needs work, by currency."""
    opened = found.run.counted(name, found.decisions)
    rows = found.run.kept(
        f"SELECT currency, count(*) AS count, sum(abs(amount)) AS amount FROM {opened} "
        f"WHERE needs_work AND date BETWEEN ? AND ? GROUP BY currency ORDER BY currency",
        [period.first, period.last],
    )
    return [row | {"name": name} for row in rows]


def _items(found: Results, period: Period) -> list[dict[str, Any]]:
    """Settlement lines without a class, by currency."""
    parts = (found.run.files.sql(part) for part in ("facts_settlement_line", "settlement_rest"))
    rows = found.run.kept(
        f"SELECT currency, count(*) AS count, sum(abs(amount)) AS amount FROM ({' UNION ALL BY NAME '.join(parts)}) "
        f"WHERE type = '{UNKNOWN}' AND NOT corroborating AND business_date BETWEEN ? AND ? GROUP BY currency",
        [period.first, period.last],
    )
    return [row | {"name": "items"} for row in rows]


def _missing(streams: Sequence[Coverage], period: Period) -> Iterable[tuple[str, str]]:
    """Days of the period that no document covers: (whose, which days)."""
    for stream in streams:
        for gap in stream.gaps:
            if gap.is_alert and period.meets(gap.first, gap.last):
                yield stream.name, _days(max(gap.first, period.first), min(gap.last, period.last))
        coming = stream.expected
        if coming is not None and coming.state != "stopped" and coming.first <= period.last:
            yield stream.name, _days(max(coming.first, period.first), period.last)


def _days(first: date, last: date) -> str:
    return f"{first:%m-%d}" if first == last else f"{first:%m-%d} – {last:%m-%d}"


def open_months(start: date | None, period: Period, streams: Sequence[Coverage], closed: Sequence[Closed]) -> list[str]:
    """The months before a period that have data and are not closed, the oldest first."""
    told = [stream.first for stream in streams if stream.first is not None]
    first = max(filter(None, (start, min(told, default=None))), default=None)
    return [] if first is None else [
        each.name for each in months(first, period.first - timedelta(days=1)) if not is_closed(each, closed)
    ]  # fmt: skip


def months(first: date, last: date) -> list[Period]:
    """The months that have days from `first` to `last`, the oldest first."""
    found = []
    day = first.replace(day=1)
    while day <= last:
        found.append(Period(span_name(day, "month"), day, month_end(day)))
        day = month_end(day) + timedelta(days=1)
    return found


def is_closed(period: Period, closed: Sequence[Closed]) -> bool:
    """Whether a closed period holds it whole."""
    return any(each.holds(period) for each in closed)
