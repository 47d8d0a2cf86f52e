"""CSV: UTF-8 with a byte order mark, so that Excel opens Chinese rightly; money plain, dates ISO 8601.

Text that a spreadsheet would run as a formula gets an apostrophe in front. What a list is (its title, book, day,
filters, who took it when) stands above it in lines that begin with `#`, each one cell: a program leaves them out, as it
does the head of an Alipay bill.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from huikuan.export.printed import Printed, plain
from huikuan.insight.reports.tables import Column, ReportTable

ONE_CELL = str.maketrans({",": ";", '"': "'"})  # what would end a cell, or begin a quoted one
# Full-width signs too: some spreadsheets take them for the others.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def safe(text: str) -> str:
    """Text as a cell that no spreadsheet takes for a formula.

    >>> safe("=1+1"), safe("2026-10")
    ("'=1+1", '2026-10')
    """
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def head_of(title: str, facts: Iterable[tuple[str, str]], printed: Printed | None) -> list[str]:
    """What stands above a list, line by line: its title, what is told of it, who took it when; nothing of a list of
    which nothing is told."""
    told = [*facts, *(printed.told() if printed else ())]
    return [title, *(f"{label}: {value}" for label, value in told)] if told else []


def _commented(head: Iterable[str]) -> Iterator[str]:
    return (f"# {' '.join(line.translate(ONE_CELL).split())}\r\n" for line in head)


def _cell(value: Any, column: Column) -> Any:
    text = plain(value, column.type)
    if column.type == "text" and isinstance(text, str):
        return safe(text)
    return "" if text is None else text


def write(report: ReportTable, path: Path, printed: Printed) -> None:
    """A report: its head as `label,value` lines, then each section with its title, header, rows and totals."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([safe(report.title)])
        writer.writerow([safe(report.company)])
        writer.writerows([safe(label), safe(value)] for label, value in (*report.facts, *printed.told()))
        for section in report.sections:
            writer.writerow([])
            if section.title:
                writer.writerow([safe(section.title), section.currency])
            writer.writerow([safe(column.title) for column in section.columns])
            totals = section.totals()
            lines = [row.values for row in section.rows] + ([totals] if totals else [])
            for values in lines:
                writer.writerow([_cell(value, column) for value, column in zip(values, section.columns, strict=True)])
        for note in report.printed_notes:
            writer.writerow([safe(note)])


def write_rows(columns: Sequence[Column], rows: Iterable[Sequence[Any]], path: Path, head: Sequence[str] = ()) -> int:
    """A list of any length: what is told of it, one header of column titles, one line a row. Returns the number of
    rows."""
    count = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        file.writelines(_commented(head))
        writer.writerow([column.title for column in columns])
        for row in rows:
            writer.writerow([_cell(value, column) for value, column in zip(row, columns, strict=True)])
            count += 1
    return count


class _Echo:
    """A file for the csv module that hands each line on."""

    def write(self, line: str) -> str:
        """The line itself."""
        return line


def text_lines(titles: Sequence[str], rows: Iterable[Sequence[Any]], head: Sequence[str]) -> Iterator[str]:
    """A list whose cells are all text, line by line as it is asked for: `head` (`head_of`), the titles, the rows."""
    writer = csv.writer(_Echo())
    yield "\ufeff"
    yield from _commented(head)
    yield writer.writerow(titles)
    for row in rows:
        yield writer.writerow(["" if value is None else safe(str(value)) for value in row])
