"""How our Excel files look: fonts, number formats, column widths, page set-up. Shared by reports and lists."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import xlsxwriter

from huikuan.export.printed import MINUS, Printed, shown_money
from huikuan.insight.reports.tables import Column
from huikuan.records.messages import gettext_noop as _
from huikuan.records.messages import translated

FONT = "Microsoft YaHei"
LANDSCAPE_ABOVE = 7  # columns
MARGIN_INCHES = 15 / 25.4
PAPER_A4 = 9
WIDTHS = {"text": 14, "money": 15, "count": 9, "rate": 9, "date": 11}
WIDTH_MAX = 48
TEXT_MAX = 32_767  # characters of a cell; a file with more is repaired by Excel, or refused by a writer
NAME_MAX = 31  # characters of a sheet's name as Excel counts them, in UTF-16
NAMED_MAX = 80  # characters of who prints: a foot holds 255 in all
MONEY_LIST = f'#,##0.00;{MINUS}#,##0.00;"–"'
MONEY_STATEMENT = f"#,##0.00;{MINUS}#,##0.00;0.00"
RESERVED = "history"  # a name that Excel keeps for itself
NUMBER_FORMATS = {
    "count": f'#,##0;{MINUS}#,##0;"–"',
    "rate": f"0.00%;{MINUS}0.00%;0.00%",
    "date": "yyyy-mm-dd",
    "text": "@",
}
EDGES: dict[str, dict[str, Any]] = {
    "total": {"bold": True, "top": 1, "bottom": 6},
    "subtotal": {"bold": True, "top": 1},
    "heading": {"bold": True},
}


class Styles:
    """The formats of one workbook, made once each."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self.book = book
        self.made: dict[tuple[str, str, bool], Any] = {}
        base = {"font_name": FONT}
        self.title = book.add_format({**base, "bold": True, "font_size": 14})
        self.company = book.add_format({**base, "font_size": 10})
        self.fact = book.add_format({**base, "font_size": 9, "font_color": "#505B69"})
        self.section = book.add_format({**base, "bold": True, "font_size": 11})
        self.note = book.add_format({**base, "font_size": 9, "font_color": "#505B69"})
        header = {**base, "bold": True, "font_size": 9, "bg_color": "#F1F3F5", "bottom": 1, "valign": "vcenter"}
        self.header_left = book.add_format({**header, "text_wrap": True})
        self.header_right = book.add_format({**header, "text_wrap": True, "align": "right"})

    def header(self, column: Column) -> Any:
        """Headers are aligned as their columns: numbers right."""
        return self.header_right if column.type in ("money", "count", "rate") else self.header_left

    def cell(self, column: Column, style: str = "", zero_shown: bool = False) -> Any:
        """The format of a cell by its column's type and its row's style."""
        key = (column.type, style, zero_shown)
        if key not in self.made:
            values: dict[str, Any] = {
                "font_name": FONT,
                "font_size": 9,
                "num_format": number_format(column, zero_shown),
            }
            values |= EDGES.get(style, {})
            if column.type == "date":
                values["align"] = "left"
            self.made[key] = self.book.add_format(values)
        return self.made[key]


def number_format(column: Column, zero_shown: bool = False) -> str:
    """Excel's number format of a column: lists show a dash for zero, statements 0.00."""
    money = MONEY_STATEMENT if zero_shown else MONEY_LIST
    return money if column.type == "money" else NUMBER_FORMATS[column.type]


def write_cell(sheet: Any, row: int, column: int, value: Any, form: Any) -> None:
    """One value by its own type; text never becomes a formula, a number or a link."""
    if value is None or value == "":
        sheet.write_blank(row, column, None, form)
    elif isinstance(value, (Decimal, int)):
        sheet.write_number(row, column, value, form)
    elif isinstance(value, date):
        sheet.write_datetime(row, column, value, form)
    else:
        sheet.write_string(row, column, str(value)[:TEXT_MAX], form)


def text_width(text: str) -> int:
    """Width in characters; Chinese ones take two.

    >>> text_width("店铺A")
    5
    """
    return len(text) if text.isascii() else sum(2 if ord(sign) > 0x2E7F else 1 for sign in text)


def column_width(column: Column, values: list[Any]) -> float:
    """Wide enough for the header and the widest of some values, within reason."""
    widest = max(WIDTHS[column.type], text_width(column.title) + 3)
    for value in values:
        if isinstance(value, Decimal):
            shown = shown_money(value) if column.type == "money" else ""
        else:
            shown = "" if value is None or isinstance(value, date) else str(value)
        widest = max(widest, text_width(shown) + 2)
    return min(widest, WIDTH_MAX)


def set_page(sheet: Any, columns: int, header_rows: tuple[int, int] | None, printed: Printed) -> None:
    """A4, landscape above seven columns, one page wide, header repeated, foot with who, when and page."""
    sheet.set_paper(PAPER_A4)
    if columns > LANDSCAPE_ABOVE:
        sheet.set_landscape()
    sheet.set_margins(MARGIN_INCHES, MARGIN_INCHES, MARGIN_INCHES, MARGIN_INCHES)
    sheet.fit_to_pages(1, 0)
    if header_rows:
        sheet.repeat_rows(*header_rows)
    sheet.set_footer(footer_text(printed))


def footer_text(printed: Printed) -> str:
    """The foot of a printed page in Excel's codes: who, when, page x / y."""
    by = printed.by[:NAMED_MAX].replace("&", "&&")
    printed_by = translated(_("Printed by")) + " " + by if by else ""
    return f"&L&8{printed_by} {printed.time_text}&R&8&P / &N"


def sheet_name(title: str, taken: set[str]) -> str:
    """A title as a sheet's name: without forbidden signs, at most 31 characters, each once.

    >>> taken = set()
    >>> [sheet_name(title, taken) for title in ("'Fees' [1/2]", "History", "history 2", "")]
    ["Fees'  1 2", 'History 2', 'history 2 2', '1']
    """
    clean = "".join(" " if sign in "[]:*?/\\" or not sign.isprintable() else sign for sign in title)
    name, number = _cut(clean, NAME_MAX), 1
    while name.lower() in (*taken, RESERVED):
        number += 1
        name = _cut(clean, NAME_MAX - len(f" {number}")) + f" {number}"
    taken.add(name.lower())
    return name


def _cut(text: str, most: int) -> str:
    """The beginning of a name, which may neither begin nor end with an apostrophe."""
    kept = text.strip(" '")
    while len(kept.encode("utf-16-le")) > 2 * most:
        kept = kept[:-1]
    return kept.strip(" '") or "1"
