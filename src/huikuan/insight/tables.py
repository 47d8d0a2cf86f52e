"""A report as plain data: what Excel, PDF, CSV, JSON and the screen are made of. Already in the reader's language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Literal

ColumnType = Literal["text", "money", "count", "rate", "date"]
RowStyle = Literal["", "heading", "subtotal", "total"]
ZERO = Decimal(0)
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
    their own rate. Money has its section's unit."""

    key: str
    title: str
    type: ColumnType = "text"
    total: bool = False
    ratio: tuple[str, str] | None = None


@dataclass(frozen=True)
class Row:
    """Values in the order of the columns: str, int, Decimal, date or None (blank). `drill`: dimension values.
    `adds`: (index of a row of the section, sign) of the rows that this row's money adds up."""

    values: tuple[Any, ...]
    style: RowStyle = ""
    drill: dict[str, str] = field(default_factory=dict)
    adds: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class Section:
    """One table of a report. `total_label` non-blank: a totals row stands below the rows.

    `detail`: a list of records (filters and a frozen header make sense), not a statement. `currency` is the unit of
    its money columns: one only, sums never cross currencies.
    """

    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    total_label: str = ""
    currency: str = ""
    detail: bool = True
    zero_shown: bool = False  # statements show 0.00, lists a dash

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
        values[0] = self.total_label
        return tuple(values)

    def ordinary(self) -> Sequence[Row]:
        """Rows that count in totals: no headings, subtotals or totals."""
        return [row for row in self.rows if not row.style]


@dataclass(frozen=True)
class ReportTable:
    """A finished report. `facts`: label and value pairs of the head (company, period, as-of, unit, account ...)."""

    name: str
    title: str
    company: str
    facts: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]
    notes: tuple[str, ...] = ()
    signature: tuple[str, ...] = ()
    as_of: date | None = None
    language: str = "en"

    @property
    def columns_max(self) -> int:
        """The widest section; above seven columns a page is laid out landscape."""
        return max((len(section.columns) for section in self.sections), default=0)
