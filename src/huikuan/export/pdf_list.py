"""A list of thousands of rows as a PDF: lines of one height, sums carried forward from page to page.

`pdf` lays out every cell by itself, which costs 0.7 ms a row; here a column of a page is one text, which costs 0.1.
Texts longer than `WIDTH_MAX` are cut, with a sign: the Excel file has them whole. Parts of `PART_PAGES` pages are made
one after the other, so that memory does not grow with the list.
"""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pypdf

from huikuan.export import pdf
from huikuan.export.excel_style import LANDSCAPE_ABOVE, text_width
from huikuan.export.listing import CURRENCY, Listing
from huikuan.export.printed import Printed
from huikuan.insight.reports.base import SIGNATURE
from huikuan.insight.reports.tables import Column, ReportTable
from huikuan.records.errors import UserError
from huikuan.records.messages import gettext_noop as _
from huikuan.records.messages import translated

ROWS_MAX = 100_000
PART_PAGES = 50
WIDTH_MAX = 32  # characters of a column
GUTTER = 2  # characters between two columns
LINE_POINTS = 10.6  # height of a line
LINES = {False: 64, True: 41}  # of a page, header and sums not counted, by landscape
CLOSING_LINES = 6  # what the signatures take on the last page
PAGE_POINTS = {False: 510, True: 756}  # width of a page's body, by landscape
SIGN_EM = 0.56  # width of a digit, as a share of the font's size
SIZE_MAX = 7.5  # points
CUT = "…"
PAGES_TAGGED = 20  # a longer list has no structure for screen readers: it makes the file thirty times as large
TEMPLATE = Path(__file__).with_name("list.typ")


@dataclass(frozen=True)
class _Sheet:
    """One page: titles and cells by column, and the line of sums below (blank: none)."""

    head: list[str]
    columns: list[list[str]]
    foot: list[str]


def write(
    con: duckdb.DuckDBPyConnection,
    listed: Listing,
    facts: Sequence[tuple[str, str]],
    path: Path,
    printed: Printed | None = None,
) -> int:
    """Write a list; each currency begins on a page of its own. Returns the number of rows. Raises UserError above
    `ROWS_MAX` rows, OperatorError without a font."""
    if listed.count > ROWS_MAX:
        raise UserError("pdf.rows", rows=f"{listed.count:,}", most=f"{ROWS_MAX:,}")
    printed = printed or Printed()
    shown = [column for column in listed.columns if column.key in listed.printed]
    landscape = len(shown) > LANDSCAPE_ABOVE
    sheets = list(_sheets(con, listed, shown, LINES[landscape]))
    signature = tuple(translated(word) for word in SIGNATURE)
    report = ReportTable(
        "list", listed.title, printed.company, tuple(facts), (), signature=signature, language=printed.language
    )
    widths = _widths(sheets)
    look = pdf.frame_data(report, printed, landscape=landscape, content=[sheet.columns for sheet in sheets]) | {
        "widths": widths,
        "aligns": ["right" if column.type in pdf.NUMBERS else "left" for column in shown],
        "height": LINE_POINTS,
        "size": min(SIZE_MAX, PAGE_POINTS[landscape] / sum(widths) / SIGN_EM),
        "pages": len(sheets),
    }
    _join(_parts(sheets, look, printed), path)
    return listed.count


def _sheets(con: duckdb.DuckDBPyConnection, listed: Listing, shown: Sequence[Column], lines: int) -> Iterator[_Sheet]:
    """The pages of each currency in turn; the last one leaves room for the signatures."""
    titles = [column.title for column in shown]
    rows_of = _by_currency(con, listed, shown)
    for number, (currency, rows) in enumerate(sorted(rows_of.items()), 1):
        sums = {at: Decimal(0) for at, column in enumerate(shown) if column.key in listed.added}
        room = lines - CLOSING_LINES if number == len(rows_of) else lines
        for first, end in _pages(len(rows), lines, room):
            part = rows[first:end]
            for at in sums:
                sums[at] += sum((row[at] for row in part if row[at] is not None), Decimal(0))
            foot = _foot(sums, shown, currency, whole=end == len(rows)) if sums else []
            columns = [[_text(row[at], column) for row in part] for at, column in enumerate(shown)]
            yield _Sheet(titles, columns, foot)
    if not rows_of:
        yield _Sheet(titles, [[""] for _title in titles], [])


def _by_currency(
    con: duckdb.DuckDBPyConnection, listed: Listing, shown: Sequence[Column]
) -> dict[str, list[list[Any]]]:
    """The shown cells of every row, in order, by currency (blank where the list has none)."""
    places = [listed.keys.index(column.key) for column in shown]
    currency_at = listed.keys.index(CURRENCY) if CURRENCY in listed.keys else None
    found: dict[str, list[list[Any]]] = defaultdict(list)
    for row in listed.rows(con):
        found["" if currency_at is None else str(row[currency_at] or "")].append([row[at] for at in places])
    return found


def _pages(count: int, lines: int, room: int) -> Iterator[tuple[int, int]]:
    """First row and end of each page of `lines` rows; the last page has at most `room`."""
    first = 0
    while count - first > lines:
        yield first, first + lines
        first += lines
    if count - first > room:
        yield first, first + room
        first += room
    yield first, count


def _text(value: Any, column: Column) -> str:
    """A cell in one line; a text that is too long ends with a sign."""
    text = pdf.shown(value, column, pdf.DASH).replace("\n", " ")
    if text_width(text) <= WIDTH_MAX:
        return text
    while text_width(text) > WIDTH_MAX - 1:
        text = text[:-1]
    return text + CUT


def _foot(sums: dict[int, Decimal], shown: Sequence[Column], currency: str, *, whole: bool) -> list[str]:
    """The line below the rows: the sums so far, which the next page goes on from, or of all."""
    label = translated(_("Total")) if whole else translated(_("Carried forward"))
    cells = [pdf.shown(sums[at], column, "0.00") if at in sums else "" for at, column in enumerate(shown)]
    return [f"{label} {currency}".strip(), *cells[1:]]


def _widths(sheets: Sequence[_Sheet]) -> list[int]:
    """Characters of each column: its longest text."""
    longest = [text_width(title) for title in sheets[0].head]
    for sheet in sheets:
        for at, texts in enumerate(sheet.columns):
            longest[at] = max(longest[at], *(text_width(text) for text in (*texts, *sheet.foot[at : at + 1])))
    return [width + GUTTER for width in longest]


def _parts(sheets: Sequence[_Sheet], look: dict[str, Any], printed: Printed) -> Iterator[bytes]:
    """The pages set, `PART_PAGES` at a time."""
    for before in range(0, len(sheets), PART_PAGES):
        part = sheets[before : before + PART_PAGES]
        told = {"before": before, "last": before + PART_PAGES >= len(sheets)}
        lines = [
            {
                "head": [[title] for title in sheet.head],
                "columns": sheet.columns,
                "foot": [[text] for text in sheet.foot],
            }
            for sheet in part
        ]
        yield pdf.compiled(TEMPLATE, look | told | {"sheets": lines}, printed, tagged=len(sheets) <= PAGES_TAGGED)


def _join(parts: Iterator[bytes], path: Path) -> None:
    """One file of all parts."""
    first = next(parts)
    rest = list(parts)
    if not rest:
        path.write_bytes(first)
        return
    with pypdf.PdfWriter() as whole:
        for part in (first, *rest):
            whole.append(io.BytesIO(part))
        whole.write(path)
