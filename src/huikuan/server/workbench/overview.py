"""The reconciliations overview: per reconciliation the equation of both sides, rate, work to do, state of the run."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from huikuan.pipeline.plain import hash_of
from huikuan.pipeline.results.results import Results
from huikuan.records.codes import BALANCE_CLASSES
from huikuan.records.errors import UserError
from huikuan.server.books.models import Book
from huikuan.server.books.services import rules_of
from huikuan.server.core.scope import Scope
from huikuan.server.documents.library import library_book
from huikuan.server.jobs.models import Job
from huikuan.server.workbench import services
from huikuan.server.workbench.conflicts import Conflict, conflicts_of
from huikuan.server.workbench.words import Title, title_of

ZERO = Decimal(0)


@dataclass(frozen=True)
class SideRow:
    """One side in one currency: `total = matched + difference + rest + work`. `records` counts its records."""

    side: str
    label: Any
    records: int
    total: Decimal
    matched: Decimal
    difference: Decimal
    rest: Decimal
    work: Decimal

    @property
    def adds_up(self) -> bool:
        """The equation holds to the last digit."""
        return self.total == self.matched + self.difference + self.rest + self.work


@dataclass(frozen=True)
class Line:
    """One reconciliation in one currency. `todo` counts open items that need work, `late` whether one is overdue."""

    name: str
    title: Title
    currency: str
    left: SideRow
    right: SideRow
    todo: int
    rest: int

    @property
    def sides(self) -> tuple[SideRow, SideRow]:
        """Left, right."""
        return self.left, self.right

    @property
    def rate(self) -> Decimal | None:
        """(matched + difference) / (total - no work) of the left side; None where there is nothing to match."""
        base = self.left.total - self.left.rest
        return (self.left.matched + self.left.difference) / base if base else None

    @property
    def percent(self) -> int:
        """The rate as a bar's width."""
        return max(0, min(100, int((self.rate or ZERO) * 100)))

    @property
    def proved(self) -> bool:
        """Both sides add up."""
        return self.left.adds_up and self.right.adds_up


@dataclass(frozen=True)
class Overview:
    """What the page shows. `state`: none (never run), current, stale (newer files, rules or corrections)."""

    state: str
    lines: list[Line]
    created_at: datetime | None
    seconds: float
    manual: int
    job: Job | None
    fault: Job | None
    conflicts: list[Conflict] = field(default_factory=list)

    @property
    def currencies(self) -> list[str]:
        """The currencies that occur."""
        return sorted({line.currency for line in self.lines})


def published(book: Book, scope: Scope) -> Results | None:
    """The results of the request's as-of date and period; None when there is no run for them."""
    dates = (scope.date_from, scope.date_to) if scope.chosen_period else (None, None)
    try:
        return services.results(book, scope.as_of if scope.historical else None, *dates)
    except UserError as error:
        if error.code.startswith("results.none"):
            return None
        raise


def overview(book: Book, scope: Scope) -> Overview:
    """Everything the overview shows."""
    job = Job.objects.filter(book=book, kind="reconcile").first()
    found = published(book, scope)
    if found is None:
        return Overview("none", [], None, 0, 0, _active(job), job if job and job.state == "failed" else None)
    manifest = found.manifest
    failed = job is not None and job.state == "failed" and (job.finished_at or job.created_at) > manifest.created_at
    manual = len(found.decisions.matches) if found.decisions else 0
    lines = [line for name in manifest.names for line in lines_of(found, name)]
    state = "stale" if is_stale(book, found) else "current"
    fault = job if failed else None
    return Overview(
        state, lines, manifest.created_at, manifest.seconds, manual, _active(job), fault, conflicts_of(found)
    )


def _active(job: Job | None) -> Job | None:
    return job if job is not None and job.active else None


def is_stale(book: Book, found: Results) -> bool:
    """Files, rules or corrected facts are newer than the run."""
    manifest = found.manifest
    return (
        manifest.facts != library_book(book).lake.version()
        or manifest.rules != hash_of(rules_of(book))
        or found.waiting()
    )


def lines_of(found: Results, name: str) -> list[Line]:
    """The lines of one reconciliation, one per currency."""
    opened = _open_sums(found, name)
    by_currency: dict[str, dict[str, dict[str, Any]]] = {}
    for row in found.statement_now(name):
        by_currency.setdefault(row["currency"], {})[row["side"]] = row
    title = title_of(name, found.manifest)
    lines = []
    for currency in sorted({*by_currency, *(key[0] for key in opened)}):
        sides = {
            side: _side(side, title, by_currency.get(currency, {}).get(side), opened, currency)
            for side in ("left", "right")
        }
        todo = sum(row["items"] for key, row in opened.items() if key[0] == currency and key[2])
        rest = sum(row["items"] for key, row in opened.items() if key[0] == currency and not key[2])
        lines.append(Line(name, title, currency, sides["left"], sides["right"], todo, rest))
    return lines


def _open_sums(found: Results, name: str) -> dict[tuple[str, str, bool], dict[str, Any]]:
    """Open items by currency, side and work: all items, and the records among them with their amount (a residual row
    is part of a linked difference and is not summed again)."""
    rows = found.run.kept(
        f"SELECT currency, side, needs_work, count(*) AS items, "
        f"count(*) FILTER (coalesce(record_key, '') <> '') AS records, "
        f"coalesce(sum(amount) FILTER (coalesce(record_key, '') <> ''), 0) AS amount "
        f"FROM {found.run.counted(name, found.decisions)} GROUP BY ALL",
        [],
    )
    return {(row["currency"], row["side"], bool(row["needs_work"])): row for row in rows}


def _side(
    side: str,
    title: Title,
    row: dict[str, Any] | None,
    opened: dict[tuple[str, str, bool], dict[str, Any]],
    currency: str,
) -> SideRow:
    rest, work = opened.get((currency, side, False)), opened.get((currency, side, True))
    told = row or {"total": ZERO, "matched": ZERO, "difference": ZERO, "links": 0}
    return SideRow(
        side=side,
        label=title.side(side),
        records=int(told["links"]) + sum(part["records"] for part in (rest, work) if part),
        total=told["total"],
        matched=told["matched"],
        difference=told["difference"],
        rest=rest["amount"] if rest else ZERO,
        work=work["amount"] if work else ZERO,
    )


def work_by_name(found: Results) -> dict[str, tuple[int, bool]]:
    """Per reconciliation: how many open items need work, and whether one of them is overdue."""
    late = ("missing_right", "payout_missing", "duplicate", "refund_twice", *BALANCE_CLASSES[:1])
    told = {}
    for name in found.manifest.names:
        rows = found.run.kept(
            f"SELECT count(*) AS items, count(*) FILTER (list_contains(?::VARCHAR[], class)) AS late "
            f"FROM {found.run.counted(name, found.decisions)} WHERE needs_work",
            [list(late)],
        )
        told[name] = (int(rows[0]["items"]), bool(rows[0]["late"]))
    return told
