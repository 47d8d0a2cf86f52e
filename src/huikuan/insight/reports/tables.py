"""A report as plain data: what Excel, PDF, CSV, JSON and the screen are made of. Already in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from huikuan.records.messages import gettext_noop as _
from huikuan.records.messages import translated

ColumnType = Literal["text", "money", "count", "rate", "date"]
RowStyle = Literal["", "heading", "subtotal", "total"]
ZERO = Decimal(0)
SENTENCE = _("%(label)s: %(found)s = %(agrees_with)s: %(expected)s %(currency)s")
RATE_STEP = Decimal("0.000001")


def ratio_of(part: Decimal | int | None, whole: Decimal | int | None) -> Decimal | None:
    """part / whole to six places, half even; None where there is no whole.

    >>> ratio_of(Decimal("6.24"), Decimal(100))
    Decimal('0.062400')
    """
    if not whole or part is None:
        return None
    return (Decimal(part) / Decimal(whole)).quantize(RATE_STEP)


@dataclass(frozen=True)
class Column:
    """One column. `total`: its rows are added up. `ratio`: part and whole columns of a rate, so that totals have
    their own rate. Money has its section's unit. `definition`: what its figures are, in one sentence. `drill`: what its
    figures ask for beside their row's `drill`; None: its figures open nothing. `target`: what they open, where that is
    not their row's."""

    key: str
    title: str
    type: ColumnType = "text"
    total: bool = False
    ratio: tuple[str, str] | None = None
    definition: str = ""
    drill: Mapping[str, str] | None = None
    target: str = ""


@dataclass(frozen=True)
class Row:
    """Values in the order of the columns: str, int, Decimal, date or None (blank). `drill`: dimension values.
    `adds`: (index of a row of the section, sign) of the rows that this row's money adds up. `target`: what the row
    opens, where that is not its section's."""

    values: tuple[Any, ...]
    style: RowStyle = ""
    drill: dict[str, str] = field(default_factory=dict)
    adds: tuple[tuple[int, int], ...] = ()
    target: str = ""


@dataclass(frozen=True)
class Section:
    """One table of a report. `total_label` non-blank: a totals row stands below the rows.

    `detail`: a list of records (filters and a frozen header make sense), not a statement. `currency` is the unit of
    its money columns: one only, sums never cross currencies. `target`: what its figures open, by their row's and
    column's `drill` on top of the section's: `collection`, `open/RECONCILIATION`, `records/SUBJECT` (of the
    semantic layer, by its dimensions and the measure `m`), `source`, or a report's name.
    """

    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    total_label: str = ""
    currency: str = ""
    detail: bool = True
    zero_shown: bool = False  # statements show 0.00, lists a dash
    target: str = ""
    drill: Mapping[str, str] = field(default_factory=dict)
    whole: Mapping[str, Any] = field(default_factory=dict)  # totals of columns that don't add up, such as rates

    def index(self, key: str) -> int:
        """Position of a column."""
        return [column.key for column in self.columns].index(key)

    def totals(self) -> tuple[Any, ...] | None:
        """The totals row: sums of ordinary rows, rates of the sums, the label first. None without a label."""
        if not self.total_label:
            return None
        values: list[Any] = [None] * len(self.columns)
        for position, column in enumerate(self.columns):
            if column.total:
                zero: Any = 0 if column.type == "count" else ZERO
                values[position] = sum((row.values[position] or zero for row in self.ordinary()), zero)
        for position, column in enumerate(self.columns):
            if column.ratio:
                part, whole = (values[self.index(key)] for key in column.ratio)
                values[position] = ratio_of(part, whole)
            elif column.key in self.whole:
                values[position] = self.whole[column.key]
        values[0] = self.total_label
        return tuple(values)

    def ordinary(self) -> Sequence[Row]:
        """Rows that count in totals: no headings, subtotals or totals."""
        return [row for row in self.rows if not row.style]


@dataclass(frozen=True)
class Series:
    """One run of figures of a chart, a figure per category. `colour`: a colour token such as `--overdue`, else the
    palette's."""

    name: str
    values: tuple[Decimal | int | None, ...]
    colour: str = ""


@dataclass(frozen=True)
class Chart:
    """A picture of a report's figures. `stacked`: parts of a whole, one horizontal bar a category. `bars`: figures by
    day or a spread, side by side. `lines`: over months. `unit` says what the figures are; `summary` the picture in one
    sentence; `drills` (a category each) with `target` what its marks open."""

    title: str
    kind: Literal["stacked", "bars", "lines"]
    categories: tuple[str, ...]
    series: tuple[Series, ...]
    type: ColumnType = "money"
    unit: str = ""
    summary: str = ""
    target: str = ""
    drills: tuple[Mapping[str, str], ...] = ()


@dataclass(frozen=True)
class Equation:
    """A roll-forward in one line: (sign, label, amount) one after another; the last term is what the others make."""

    title: str
    terms: tuple[tuple[str, str, Decimal], ...]
    currency: str = ""


@dataclass(frozen=True)
class Control:
    """A control total: what the report makes, and what it has to agree with, in words and as reckoned elsewhere."""

    label: str
    found: Decimal | int
    agrees_with: str
    expected: Decimal | int
    currency: str = ""

    def sentence(self) -> str:
        """As it is printed."""
        told = {
            "label": self.label, "found": _plain(self.found), "agrees_with": self.agrees_with,
            "expected": _plain(self.expected), "currency": self.currency,
        }  # fmt: skip
        return (translated(SENTENCE) % told).strip()


def _plain(value: Decimal | int) -> str:
    return f"{value:,.2f}" if isinstance(value, Decimal) else f"{value:,}"


@dataclass(frozen=True)
class ReportTable:
    """A finished report. `facts`: label and value pairs of the head (company, period, as-of, unit, account ...).
    `controls` hold: a report of which one does not is not made (`reports.base.finished`). `intro`: sentences above the
    tables, for a letter."""

    name: str
    title: str
    company: str
    facts: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]
    notes: tuple[str, ...] = ()
    signature: tuple[str, ...] = ()
    as_of: date | None = None
    language: str = "en"
    controls: tuple[Control, ...] = ()
    charts: tuple[Chart, ...] = ()
    equations: tuple[Equation, ...] = ()
    intro: tuple[str, ...] = ()

    @property
    def definitions(self) -> tuple[tuple[str, str], ...]:
        """What each column's figures are: (title, definition), each once."""
        told = {c.title: c.definition for section in self.sections for c in section.columns if c.definition}
        return tuple(told.items())

    @property
    def printed_notes(self) -> tuple[str, ...]:
        """Everything that stands below the tables of a file: control totals, definitions, notes."""
        defined = (f"{title}: {definition}" for title, definition in self.definitions)
        return (*(control.sentence() for control in self.controls), *self.notes, *defined)

    @property
    def columns_max(self) -> int:
        """The widest section; above seven columns a page is laid out landscape."""
        return max((len(section.columns) for section in self.sections), default=0)
