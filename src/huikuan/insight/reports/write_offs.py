"""Write-offs: what people wrote off or accepted as a difference, by reason, shop, person and month, and the list.

A row of the list is one match by hand whose sides differ: its difference is left - right of what it took, with the
code of the reason. The sums add up to the decisions' own amounts, which are reckoned a second time as a control total.
A currency is a part of its own; sums never cross currencies.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from huikuan.insight.reports.base import Parameter, Report, ReportSource, period_text, signature, unit_text
from huikuan.insight.reports.tables import Column, ReportTable, Row, Section
from huikuan.insight.words import word_of
from huikuan.records.decisions import ManualMatch
from huikuan.records.errors import InvariantError
from huikuan.records.messages import gettext_noop as _
from huikuan.records.messages import register, translated

ZERO = Decimal(0)
CONTROL = _("Control total: the decisions' own amounts, left less right, make %(total)s as well.")
SIGNED = _("A difference above zero: less came than was expected. Below zero: more came.")

register(
    {"report.write_offs": _("The list of write-offs makes %(found)s, the decisions make %(expected)s.")},
)


@dataclass(frozen=True)
class WriteOff:
    """A match by hand whose sides differ. `difference` is left - right; `day` is when it was decided, in the book's
    zone; `shop` is the shop or account of its first record, blank where the record is gone."""

    group_id: str
    reconciliation: str
    shop: str
    currency: str
    order_no: str
    day: date | None
    person: str
    reason: str
    said: str
    forced: bool
    difference: Decimal


def difference_of(match: ManualMatch) -> Decimal:
    """Left - right of what a match takes."""
    return sum((m.amount if m.side == "left" else -m.amount for m in match.members), ZERO)


def make(source: ReportSource, params: Mapping[str, Any]) -> ReportTable:
    """Per currency: sums by reason, shop, person and month, then the list."""
    chosen = [each for each in source.write_offs if _wanted(each, params)]
    sections: list[Section] = []
    totals = []
    for currency in sorted({each.currency for each in chosen}):
        rows = [each for each in chosen if each.currency == currency]
        total = sum((each.difference for each in rows), ZERO)
        control = _control(source, rows)
        if control != total:
            raise InvariantError("report.write_offs", found=total, expected=control)
        totals.append(f"{control:,.2f} {currency}")
        sections += [_sums(title, label, of, rows, currency) for title, label, of in BY]
        sections.append(_list(rows, currency))
    units = ", ".join(unit_text(currency) for currency in sorted({each.currency for each in chosen}))
    facts = (
        (translated(_("Period")), period_text(params["from"], params["to"])),
        (translated(_("As of")), source.as_of.isoformat()),
        *(((translated(_("Unit")), units),) if units else ()),
    )
    notes = (translated(CONTROL) % {"total": "; ".join(totals)}, translated(SIGNED)) if chosen else ()
    return ReportTable(
        REPORT.name, translated(REPORT.title), source.company, facts, tuple(sections), notes, signature(),
        source.as_of, source.language,
    )  # fmt: skip


def _wanted(each: WriteOff, params: Mapping[str, Any]) -> bool:
    """Whether a write-off is asked for. One without a day belongs to no period."""
    inside = each.day is not None and (params["from"] or date.min) <= each.day <= (params["to"] or date.max)
    dated = inside or not (params["from"] or params["to"])
    told = ((params["shop"], each.shop), (params["reason"], each.reason), (params["person"], each.person))
    return dated and all(not asked or asked == own for asked, own in told)


def _control(source: ReportSource, rows: Sequence[WriteOff]) -> Decimal:
    """What the decisions of these rows come to, by their members."""
    wanted = {each.group_id for each in rows}
    found = [match for match in source.matches if match.group_id in wanted]
    left = sum((m.amount for match in found for m in match.members if m.side == "left"), ZERO)
    return left - sum((m.amount for match in found for m in match.members if m.side == "right"), ZERO)


def _month(each: WriteOff) -> str:
    return each.day.isoformat()[:7] if each.day else ""


BY: tuple[tuple[str, str, Callable[[WriteOff], str]], ...] = (
    (_("By reason"), _("Reason"), lambda each: word_of("cause", each.reason)),
    (_("By shop or account"), _("Shop or account"), lambda each: each.shop),
    (_("By person"), _("Person"), lambda each: each.person),
    (_("By month"), _("Month"), _month),
)


def _sums(title: str, label: str, of: Callable[[WriteOff], str], rows: Sequence[WriteOff], currency: str) -> Section:
    """How many, how much less and more came, and both together, by one thing; most money first."""
    columns = (
        Column("by", translated(label)),
        Column("count", translated(_("Matches")), "count", total=True),
        Column("forced", translated(_("Of these forced")), "count", total=True),
        Column("less", translated(_("Less came")), "money", total=True),
        Column("more", translated(_("More came")), "money", total=True),
        Column("difference", translated(_("Difference")), "money", total=True),
    )
    parts: dict[str, list[WriteOff]] = {}
    for each in rows:
        parts.setdefault(of(each), []).append(each)
    made = [
        Row(
            (
                name,
                len(part),
                sum(each.forced for each in part),
                sum((each.difference for each in part if each.difference > ZERO), ZERO),
                sum((each.difference for each in part if each.difference < ZERO), ZERO),
                sum((each.difference for each in part), ZERO),
            )
        )
        for name, part in sorted(parts.items(), key=lambda item: (-sum(abs(e.difference) for e in item[1]), item[0]))
    ]
    return Section(translated(title), columns, tuple(made), translated(_("Total")), currency)


def _list(rows: Sequence[WriteOff], currency: str) -> Section:
    columns = (
        Column("day", translated(_("Date")), "date"),
        Column("reason", translated(_("Reason"))),
        Column("said", translated(_("Said"))),
        Column("shop", translated(_("Shop or account"))),
        Column("order_no", translated(_("Order"))),
        Column("person", translated(_("Person"))),
        Column("forced", translated(_("Forced"))),
        Column("difference", translated(_("Difference")), "money", total=True),
        Column("reconciliation", translated(_("Reconciliation"))),
        Column("group_id", translated(_("Match"))),
    )
    yes = translated(_("yes"))
    made = [
        Row(
            (each.day, word_of("cause", each.reason), each.said, each.shop, each.order_no, each.person,
             yes if each.forced else "", each.difference, each.reconciliation, each.group_id)
        )
        for each in sorted(rows, key=lambda each: (each.day or date.min, each.group_id))
    ]  # fmt: skip
    return Section(translated(_("The matches")), columns, tuple(made), translated(_("Total")), currency)


REPORT = Report(
    "write_offs",
    _("Write-offs"),
    _("What people wrote off or accepted as a difference, by reason, shop, person and month."),
    (
        Parameter("from", _("From"), "date"), Parameter("to", _("To"), "date"), Parameter("shop", _("Shop")),
        Parameter("reason", _("Reason")), Parameter("person", _("Person")),
    ),
    make,
    group="reconciliation",
)  # fmt: skip
