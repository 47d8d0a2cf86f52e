"""A closed period as a report: its frozen figures, what came late since, the proof, the documents and their hashes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from huikuan.insight.reports.base import signature, unit_text
from huikuan.insight.reports.tables import Column, ReportTable, Row, Section
from huikuan.insight.reports.tables import Control as ReportControl
from huikuan.pipeline.periods.closed import Closed
from huikuan.pipeline.periods.figures import closed_figures
from huikuan.pipeline.periods.late import Control
from huikuan.server.books.models import Book
from huikuan.server.core import statuses
from huikuan.server.core.numbers import moment
from huikuan.server.core.scope import period_label
from huikuan.server.periods import shown

NAME = "closed_period"


def closed_report(
    book: Book, closed: Closed, control: Sequence[Control], late: Sequence[dict[str, Any]]
) -> ReportTable:
    """The report of a closed period, a part for each currency."""
    currencies = sorted({figures.currency for figures in closed_figures(closed)} | {row.currency for row in control})
    sections = [
        section
        for currency in currencies
        for section in _sections(book, closed, control, late, currency)
        if section.rows
    ]
    facts = (
        (_("Period"), f"{closed.first} – {closed.last}"),
        (_("As of"), closed.manifest["as_of"]),
        (pgettext("period", "Closed"), f"{moment(book.local(closed.closed_at))} · {closed.manifest['closed_by']}"),
        (_("Content hash"), closed.content_hash),
        (_("Unit"), ", ".join(unit_text(currency) for currency in currencies)),
        *(((_("Reason"), closed.manifest["reason"]),) if closed.manifest["reason"] else ()),
    )
    notes = tuple(_("Accepted when it was closed: %(text)s") % {"text": text} for text in shown.accepted(closed))
    return ReportTable(
        NAME, _("Closed period %(period)s") % {"period": period_label(closed.name)}, book.name, facts,
        (*sections, _documents(closed)), notes, signature(), date.fromisoformat(closed.manifest["as_of"]),
        get_language() or "en", tuple(_proofs(control)),
    )  # fmt: skip


def _proofs(control: Iterable[Control]) -> Iterable[ReportControl]:
    """closed + late + changed = now, for whatever came late or changed."""
    for row in control:
        if row.late_count or row.changed_count:
            kind = str(statuses.word_of("kind", row.kind))
            told = row.closed + row.late + row.changed
            yield ReportControl(
                _("%(kind)s: closed + late + changed") % {"kind": kind}, told, _("total now"), row.now, row.currency
            )


def _sections(
    book: Book, closed: Closed, control: Sequence[Control], late: Sequence[dict[str, Any]], currency: str
) -> list[Section]:
    return [
        _figures(closed, currency),
        _statement(closed, currency),
        _collection(closed, currency),
        _control(control, currency),
        _late(late, currency),
    ]


def _figures(closed: Closed, currency: str) -> Section:
    rows = [row for each in closed_figures(closed) if each.currency == currency for row in shown.figure_rows(each)]
    columns = (Column("what", _("Figure")), Column("amount", _("Amount"), "money"))
    return Section(_("Figures"), columns, tuple(map(Row, rows)), currency=currency, detail=False, zero_shown=True)


def _statement(closed: Closed, currency: str) -> Section:
    columns = (
        Column("name", _("Reconciliation")), Column("side", pgettext("reconciliation", "Side")),
        Column("late", _("Came late")), Column("total", _("Total"), "money"), Column("matched", _("Matched"), "money"),
        Column("difference", _("With a difference"), "money"),
        Column("open", str(statuses.word_of("link", "open")), "money"),
    )  # fmt: skip
    rows = tuple(
        Row((each.name, each.side, _("Yes") if each.late else "", each.total, each.matched, each.difference, each.open))
        for each in shown.statement(closed)
        if each.currency == currency
    )
    title = pgettext("reconciliation", "Statement")
    return Section(title, columns, rows, currency=currency, detail=False, zero_shown=True)


def _collection(closed: Closed, currency: str) -> Section:
    columns = (
        Column("status", _("Status")), Column("orders", _("Orders"), "count", total=True),
        Column("receivable", _("Receivable"), "money", total=True),
        Column("collected", _("Collected"), "money", total=True), Column("overdue", _("Overdue"), "money", total=True),
    )  # fmt: skip
    rows = tuple(
        Row((
            str(statuses.word_of("collection", row["status"])), row["orders"], row["receivable"], row["collected"],
            row["overdue"],
        ))
        for row in shown.collection(closed)
        if row["currency"] == currency
    )  # fmt: skip
    return Section(_("Orders of the period on its last day"), columns, rows, _("Total"), currency, detail=False)


def _control(control: Sequence[Control], currency: str) -> Section:
    columns = (
        Column("kind", pgettext("kinds", "Records")), Column("closed_count", _("Closed, records"), "count"),
        Column("closed", _("Closed, amount"), "money"), Column("late_count", _("Late, records"), "count"),
        Column("late", _("Late, amount"), "money"), Column("now_count", _("Now, records"), "count"),
        Column("now", _("Now, amount"), "money"),
    )  # fmt: skip
    rows = tuple(
        Row((
            str(statuses.word_of("kind", row.kind)), row.closed_count, row.closed, row.late_count, row.late,
            row.now_count, row.now,
        ))
        for row in control
        if row.currency == currency
    )  # fmt: skip
    return Section(_("Closed + late = now"), columns, rows, currency=currency, detail=False, zero_shown=True)


def _late(late: Sequence[dict[str, Any]], currency: str) -> Section:
    columns = (
        Column("kind", _("Kind")), Column("record_key", _("Record")), Column("date", _("Date"), "date"),
        Column("amount", _("Amount"), "money"), Column("landed", _("Taken up in")),
    )  # fmt: skip
    rows = tuple(
        Row((
            str(statuses.word_of("kind", row["kind"])), row["record_key"], row["business_date"], row["amount"],
            row["landed"],
        ))
        for row in late
        if row["currency"] == currency
    )  # fmt: skip
    return Section(_("Late records"), columns, rows, currency=currency)


def _documents(closed: Closed) -> Section:
    columns = (Column("file", _("File")), Column("format", _("Format")), Column("sha256", _("SHA-256 of its content")))
    rows = tuple(
        Row((each["file"], each["format"], each["sha256"])) for each in closed.manifest["documents"] if each["used"]
    )
    return Section(_("Files"), columns, rows)
