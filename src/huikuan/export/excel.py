"""Excel files: a report with real number formats and formulas, and lists of any length written as they come."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import chain, islice
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell

from huikuan.export.excel_chart import chart_sheet
from huikuan.export.excel_style import Styles, column_width, set_page, sheet_name, write_cell
from huikuan.export.printed import Printed
from huikuan.insight.reports.base import unit_text
from huikuan.insight.reports.tables import Column, ReportTable, Row, Section
from huikuan.records.messages import gettext_noop as _
from huikuan.records.messages import translated

ROWS_PER_SHEET = 1_000_000
SAMPLE_ROWS = 500  # looked at for the column widths
SPANS_MAX = 250  # Excel takes so many parts of a sum, and a formula so many letters
SUM_VISIBLE = 109  # SUBTOTAL's sum that leaves out filtered rows
OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def write(report: ReportTable, path: Path, printed: Printed | None = None) -> None:
    """A report: each list on its own sheet (frozen header, filter), statements together on one, native charts last."""
    printed = printed or Printed()
    book = xlsxwriter.Workbook(str(path), OPTIONS)
    book.set_properties({"title": report.title, "company": report.company, "author": printed.by})
    styles, taken = Styles(book), set[str]()
    for section in (section for section in report.sections if section.detail):
        name = f"{section.title} {section.currency}" if len(_currencies(report)) > 1 else section.title
        sheet = book.add_worksheet(sheet_name(name, taken))
        _list_sheet(sheet, styles, report, section, printed)
    statements = [section for section in report.sections if not section.detail]
    if statements or not report.sections:
        sheet = book.add_worksheet(sheet_name(report.title, taken))
        _statement_sheet(sheet, styles, report, statements, printed)
    charts = [chart for chart in report.charts if chart.categories and chart.series]
    if charts:
        chart_sheet(book, book.add_worksheet(sheet_name(translated(_("Charts")), taken)), styles, charts)
    book.close()


def _currencies(report: ReportTable) -> set[str]:
    return {section.currency for section in report.sections}


def _head(sheet: Any, styles: Styles, report: ReportTable, title: str, currency: str) -> int:
    """Company, title, facts; returns the first free row, one left blank."""
    sheet.write_string(0, 0, report.company, styles.company)
    sheet.write_string(1, 0, f"{report.title} · {title}" if title else report.title, styles.title)
    unit = translated(_("Unit"))
    facts = [(label, unit_text(currency) if label == unit and currency else value) for label, value in report.facts]
    sheet.write_string(2, 0, "    ".join(f"{label}: {value}" for label, value in facts), styles.fact)
    return 4


def _list_sheet(sheet: Any, styles: Styles, report: ReportTable, section: Section, printed: Printed) -> None:
    header = _head(sheet, styles, report, section.title, section.currency)
    _widths(sheet, [section])
    end = _section(sheet, styles, section, header)
    last = max(header, header + len(section.rows))
    sheet.autofilter(header, 0, last, len(section.columns) - 1)
    sheet.freeze_panes(header + 1, 1)
    set_page(sheet, len(section.columns), (header, header), printed)
    _foot(sheet, styles, report, end + 1)


def _statement_sheet(
    sheet: Any, styles: Styles, report: ReportTable, sections: Sequence[Section], printed: Printed
) -> None:
    row = _head(sheet, styles, report, "", "")
    for sentence in report.intro:
        sheet.write_string(row, 0, sentence, styles.company)
        row += 1
    row += 1 if report.intro else 0
    _widths(sheet, sections)
    for section in sections:
        if section.title:
            sheet.write_string(row, 0, section.title, styles.section)
            row += 1
        row = _section(sheet, styles, section, row) + 1
    set_page(sheet, report.columns_max, None, printed)
    sheet.hide_gridlines(2)
    _foot(sheet, styles, report, row)


def _widths(sheet: Any, sections: Sequence[Section]) -> None:
    for position in range(max((len(section.columns) for section in sections), default=0)):
        wanted = [
            column_width(section.columns[position], [row.values[position] for row in section.rows[:SAMPLE_ROWS]])
            for section in sections
            if position < len(section.columns)
        ]
        sheet.set_column(position, position, max(wanted))


def _section(sheet: Any, styles: Styles, section: Section, header: int) -> int:
    """Header, rows and totals from row `header` on; returns the next free row."""
    for position, column in enumerate(section.columns):
        sheet.write_string(header, position, column.title, styles.header(column))
    first = header + 1
    for offset, row in enumerate(section.rows):
        _row(sheet, styles, section, row, first, offset)
    end = first + len(section.rows)
    totals = section.totals()
    if totals:
        _totals(sheet, styles, section, totals, first, end, _ordinary_spans(section))
        end += 1
    return end


def _row(sheet: Any, styles: Styles, section: Section, row: Row, first: int, offset: int) -> None:
    for position, (column, value) in enumerate(zip(section.columns, row.values, strict=True)):
        form = styles.cell(column, row.style, section.zero_shown)
        if row.adds and column.type == "money" and value is not None:
            cells = ((sign, xl_rowcol_to_cell(first + index, position)) for index, sign in row.adds)
            terms = (f"{'+' if sign > 0 else '-'}{cell}" for sign, cell in cells)
            sheet.write_formula(first + offset, position, "=" + "".join(terms).lstrip("+"), form, value)
        else:
            write_cell(sheet, first + offset, position, value, form)


def _ordinary_spans(section: Section) -> list[tuple[int, int]]:
    """The first and last of each run of ordinary rows: what a total adds up, subtotals between them left out."""
    spans: list[tuple[int, int]] = []
    for number, row in enumerate(section.rows):
        if row.style:
            continue
        if spans and spans[-1][1] == number - 1:
            spans[-1] = (spans[-1][0], number)
        else:
            spans.append((number, number))
    return spans


def _totals(
    sheet: Any, styles: Styles, section: Section, totals: Sequence[Any], first: int, end: int,
    spans: Sequence[tuple[int, int]],
) -> None:  # fmt: skip
    """The totals row: sums of the `spans` of rows below row `first`, live where a formula can hold them."""
    for position, (column, value) in enumerate(zip(section.columns, totals, strict=True)):
        form = styles.cell(column if position else Column("", ""), "total", section.zero_shown)
        if column.total and 0 < len(spans) <= SPANS_MAX:
            cells = ",".join(
                f"{xl_rowcol_to_cell(first + top, position)}:{xl_rowcol_to_cell(first + bottom, position)}"
                for top, bottom in spans
            )
            formula = f"=SUBTOTAL({SUM_VISIBLE},{cells})" if section.detail else f"=SUM({cells})"
            sheet.write_formula(end, position, formula, form, value)
        elif column.ratio:
            part, whole = (xl_rowcol_to_cell(end, section.index(key)) for key in column.ratio)
            formula = f'=IF({whole}=0,"",{part}/{whole})'
            sheet.write_formula(end, position, formula, form, "" if value is None else value)
        else:
            write_cell(sheet, end, position, value, form)


def _foot(sheet: Any, styles: Styles, report: ReportTable, row: int) -> None:
    for note in report.printed_notes:
        sheet.write_string(row, 0, note, styles.note)
        row += 1
    if report.signature:
        lines = (f"{label}: __________" for label in report.signature)
        sheet.write_string(row + 1, 0, "        ".join(lines), styles.company)


def write_rows(
    title: str,
    facts: Sequence[tuple[str, str]],
    columns: Sequence[Column],
    rows: Iterable[Sequence[Any]],
    path: Path,
    printed: Printed | None = None,
) -> int:
    """A list of any length in little memory: rows go to the file as they come, to further sheets above a million.
    Returns the number of rows. Totals stand below each sheet's rows."""
    printed = printed or Printed()
    book = xlsxwriter.Workbook(str(path), {**OPTIONS, "constant_memory": True})
    styles, taken, count = Styles(book), set[str](), 0
    stream = iter(rows)
    while True:
        sample = list(islice(stream, SAMPLE_ROWS))
        if not sample and count:
            break
        sheet = book.add_worksheet(sheet_name(title, taken))
        part = chain(sample, islice(stream, ROWS_PER_SHEET - len(sample)))
        written = _stream_sheet(sheet, styles, (title, facts, columns), sample, part, printed)
        count += written
        if written < ROWS_PER_SHEET:
            break
    book.close()
    return count


def _stream_sheet(
    sheet: Any,
    styles: Styles,
    head: tuple[str, Sequence[tuple[str, str]], Sequence[Column]],
    sample: list[Sequence[Any]],
    rows: Iterable[Sequence[Any]],
    printed: Printed,
) -> int:
    title, facts, columns = head
    for position, column in enumerate(columns):
        sheet.set_column(position, position, column_width(column, [row[position] for row in sample]))
    sheet.write_string(0, 0, title, styles.title)
    sheet.write_string(1, 0, "    ".join(f"{label}: {value}" for label, value in facts), styles.fact)
    header, row = 2, 2
    for position, column in enumerate(columns):
        sheet.write_string(header, position, column.title, styles.header(column))
    sheet.freeze_panes(header + 1, 1)
    forms = [styles.cell(column) for column in columns]
    sums: list[Any] = [Decimal(0) if column.total else None for column in columns]
    for values in rows:
        row += 1
        for position, value in enumerate(values):
            write_cell(sheet, row, position, value, forms[position])
            if sums[position] is not None and value is not None:
                sums[position] += value
    if any(column.total for column in columns):
        totals = [translated(_("Total")), *sums[1:]]
        spans = [(0, row - header - 1)] if row > header else []
        _totals(sheet, styles, Section(title, tuple(columns), ()), totals, header + 1, row + 1, spans)
    sheet.autofilter(header, 0, max(row, header), len(columns) - 1)
    set_page(sheet, len(columns), (header, header), printed)
    return row - header
