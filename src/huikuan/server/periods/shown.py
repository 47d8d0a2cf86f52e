"""Periods as pages and files show them: lines of the list, of the check list, and of a frozen copy."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from huikuan.insight.recon_words import recon_word, side_word
from huikuan.pipeline.periods.closed import Closed
from huikuan.pipeline.periods.closing_checks import Check
from huikuan.pipeline.periods.figures import Figures
from huikuan.pipeline.periods.late import Control
from huikuan.records.kind import record_key_parts
from huikuan.server.core import numbers
from huikuan.server.core.scope import period_label
from huikuan.server.core.shortcuts import book_url
from huikuan.server.core.statuses import word_of
from huikuan.server.periods.services import PeriodRow

LISTED = 200
# Where what a check tells is looked at.
PLACES = {
    "documents": "documents:coverage", "items": "workbench:items", "balance": "workbench:overview",
    "work": "workbench:overview", "conflicts": "workbench:overview", "approvals": "workbench:approvals",
    "earlier": "periods:list",
}  # fmt: skip


@dataclass(frozen=True)
class Line:
    """A period in one currency; `first` of its period's. `late`: how many records came after it had been closed."""

    row: PeriodRow
    label: str
    figures: Figures | None
    first: bool

    @property
    def late(self) -> int:
        """Of all kinds and currencies."""
        return sum(each["count"] for each in self.row.late)


def lines(rows: Iterable[PeriodRow]) -> list[Line]:
    """The lines of periods: one per currency, one without figures where there are none."""
    return [
        Line(row, period_label(row.period.name), figures, place == 0)
        for row in rows
        for place, figures in enumerate(row.figures or [None])
    ]


def checks(request: HttpRequest, found: Sequence[Check]) -> list[dict[str, Any]]:
    """The check list, each line with its money and where it is looked at."""
    return [
        {
            "check": each,
            "money": _money(each.amounts),
            "address": "" if each.ok else book_url(request, PLACES[each.code]),
        }
        for each in found
    ]


def _money(amounts: dict[str, Decimal]) -> str:
    return " · ".join(f"{currency} {numbers.money_exact(amount)}" for currency, amount in sorted(amounts.items()))


@dataclass(frozen=True)
class StatementLine:
    """One side of a reconciliation as it was frozen."""

    name: str
    side: str
    currency: str
    late: bool
    total: Decimal
    matched: Decimal
    difference: Decimal
    open: Decimal


def closed(period: Closed, control: Sequence[Control], late: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """What the page of a closed period shows."""
    moved = sum(row.changed_count for row in control)
    listed = [row | {"name": _name(row["record_key"])} for row in late[:LISTED]]
    return {
        "closed": period, "statement": statement(period), "collection": collection(period), "control": control,
        "late": listed, "late_count": len(late), "changed": moved, "accepted": accepted(period),
        "documents": [each for each in period.manifest["documents"] if each["used"]],
    }  # fmt: skip


def _name(record_key: str) -> str:
    """What people call a record: its own number."""
    kind, parts = record_key_parts(record_key)
    number = numbers.reference(parts[1] if len(parts) > 1 else record_key)
    return number or str(word_of("kind", kind))


def statement(period: Closed) -> list[StatementLine]:
    """The frozen statement; what came late to earlier periods and was taken up stands by itself."""
    figures = ("total", "matched", "difference", "open")
    return [
        StatementLine(
            recon_word(row["name"]), side_word(row["name"], row["side"]), row["currency"], row["late"],
            *(row[name] for name in figures),
        )
        for row in period.statement
    ]  # fmt: skip


def collection(period: Closed) -> list[dict[str, Any]]:
    """The orders of the period by currency and status, on its last day."""
    sums: dict[tuple[str, str], dict[str, Any]] = {}
    figures = ("orders", "receivable", "collected", "overdue")
    for row in period.collection:
        found = sums.setdefault((row["currency"], row["status"]), dict.fromkeys(figures, 0))
        for name in figures:
            found[name] += row[name]
    return [{"currency": currency, "status": status, **told} for (currency, status), told in sorted(sums.items())]


def accepted(period: Closed) -> list[str]:
    """What was open when the period was closed and was accepted, in words."""
    told = period.manifest["accepted"]
    return [Check(each["code"], each["count"], {}, tuple(map(tuple, each["names"]))).text for each in told]


def figure_rows(figures: Figures) -> list[tuple[str, Decimal]]:
    """The figures of a period with their words."""
    return [
        (_("Sold, after refunds"), figures.sold),
        (_("Collected"), figures.collected),
        (_("Open, needs work"), figures.open),
    ]
