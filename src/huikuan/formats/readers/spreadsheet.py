"""Workbooks (xls, xlsx) and web pages with tables, opened as tables of text cells with their physical rows.

How a cell becomes text is told in `readers.workbook`.
"""

from __future__ import annotations

import functools
import itertools
import json
import shutil
import subprocess
import sys
import tempfile
import weakref
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from huikuan.formats.readers import workbook
from huikuan.formats.readers.mixed import encoding_of_bytes
from huikuan.formats.readers.rows import cells_table
from huikuan.formats.reading import Head, Layout, Line, RawTable
from huikuan.records.errors import Problem, UserError
from huikuan.records.messages import gettext_noop, register

if TYPE_CHECKING:
    import duckdb

HEAD_ROWS = 40
HTML_BYTES_MAX = 128 << 20
ATTRIBUTE_MAX = 1_048_576  # rows of a sheet
_numbers = itertools.count(1)

register(
    {
        "file.web_page": gettext_noop(
            "%(file)s is a web page, not a table: its title is “%(found)s”. "
            "The login to the platform has probably expired: log in there, download the file again and import it."
        ),
        "sheet.beside": gettext_noop(
            "From row %(row)s, column %(column)s on, cells stand to the right of the table, under no header "
            "(rows: %(count)s). They were left out. If they matter, give their column a header; "
            "else nothing needs to be done."
        ),
        "file.workbook_no_rows": gettext_noop("%(file)s is a workbook whose sheets are all empty. Export it again."),
    }
)


@dataclass(frozen=True)
class Sheet:
    """One opened sheet, a `TableSource`. `cells` has the columns `c0 ..` (text, from column A on) and `source_row`
    (physical, from 1); blank rows are left out. `member` names the file; `keeper` holds the files `cells` lies in."""

    member: str
    sheet: str
    cells: pa.Table
    keeper: _Scratch | None = None

    @property
    def rows(self) -> tuple[tuple[int, tuple[str, ...]], ...]:
        """All rows: (physical row, cells)."""
        return _rows_of(self.cells)

    @functools.cached_property
    def _first(self) -> tuple[tuple[int, tuple[str, ...]], ...]:
        """The first rows: (physical row, cells)."""
        return _rows_of(self.cells.slice(0, HEAD_ROWS))

    @property
    def heads(self) -> tuple[Head, ...]:
        """The first rows, for recognition; a sheet is split in one way only."""
        return (Head(rows=self._first, sheet=self.sheet),)

    def load(self, con: duckdb.DuckDBPyConnection, layout: Layout) -> RawTable:
        """The rows below the header as a DuckDB view of text cells.

        Columns that are blank from top to bottom before the table are no part of it. Every row has all cells of the
        header: a sheet has no short rows. What stands to the right of the header (pivot tables, formulas of a
        person's own) belongs to no column: it is left out, and said so.
        """
        left = self._blank_columns()
        stated = next((cells for row, cells in self._first if row == layout.header_row), ())[left:]
        header = layout.header[left:] if layout.header_row or layout.continues else layout.header
        header = header or _without_blank_tail(stated)
        above = [(row, cells[left:]) for row, cells in self._first if row < layout.header_row]
        under = sum(row <= layout.header_row for row, _ in self._first)
        body = self.cells.slice(under)
        body = body.select([*(f"c{at}" for at in range(left, self.width)), "source_row"])
        if layout.prefix:
            body = _rejoined(body, replace(layout, mark=layout.prefix), len(header))
        body, beside = _without_beside(body, len(header))
        table = f"sheet_{next(_numbers)}"
        con.register(table, body)
        return RawTable(
            table=table,
            header=header,
            header_row=layout.header_row,
            preamble=tuple(_line(row, cells) for row, cells in above),
            sheet=self.sheet,
            member=self.member,
            problems=(self._beside(left + len(header), beside),) if beside else (),
        )

    @property
    def width(self) -> int:
        """How many columns the sheet has, from column A on."""
        return int(self.cells.num_columns) - 1

    def _blank_columns(self) -> int:
        """How many columns are blank from top to bottom before the first that is not."""
        at = 0
        while at < self.width and not any(cells[at].strip() for _, cells in self._first):
            if _filled(self.cells, (at,)) is not None:
                break
            at += 1
        return at

    def _beside(self, width: int, rows: list[int]) -> Problem:
        params = {"count": len(rows), "column": column_letter(width)}
        return Problem("sheet.beside", sheet=self.sheet, row=rows[0], params=params, severity="flag")


def _rows_of(cells: pa.Table) -> tuple[tuple[int, tuple[str, ...]], ...]:
    """The rows of a table of cells: (physical row, cells)."""
    columns = [column.to_pylist() for column in cells.columns]
    return tuple((row[-1], row[:-1]) for row in zip(*columns, strict=True))


def _filled(cells: pa.Table, columns: Iterable[int]) -> pa.ChunkedArray | None:
    """Which rows have a cell in some of the columns; None if none has."""
    found: pa.ChunkedArray | None = None
    for at in columns:
        filled = pc.not_equal(pc.utf8_trim_whitespace(cells.column(at)), "")
        if pc.any(filled).as_py():
            found = filled if found is None else pc.or_(found, filled)
    return found


def _without_beside(cells: pa.Table, width: int) -> tuple[pa.Table, list[int]]:
    """The table cut (or filled up with blanks) to a width, without rows that are blank there; the physical rows that
    had cells beyond it."""
    beyond = _filled(cells, range(width, cells.num_columns - 1))
    rows = [] if beyond is None else cells["source_row"].filter(beyond).to_pylist()
    if rows:
        within = _filled(cells, range(min(width, cells.num_columns - 1)))
        cells = cells.slice(0, 0) if within is None else cells.filter(within)
    blank = pa.array([""] * cells.num_rows, pa.string())
    columns = [*cells.columns[:-1], *[blank] * (width - cells.num_columns + 1)][:width]
    return pa.table([*columns, cells["source_row"]], [*(f"c{at}" for at in range(width)), "source_row"]), rows


def _rejoined(cells: pa.Table, layout: Layout, width: int) -> pa.Table:
    """The rows of a text file whose texts were cut at commas by the spreadsheet program that saved it."""
    return cells_table([(row, layout.rejoined(found, width)) for row, found in _rows_of(cells)])


def open_sheets(path: Path, member: str, nature: str) -> list[Sheet]:
    """All sheets that hold anything, in the workbook's order (`nature`: xlsx, xls or html).

    Raises UserError: password, damaged, a web page without a table, nothing in it.
    """
    found = _html_sheets(path, member) if nature == "html" else _workbook_sheets(path, member)
    sheets = [sheet for sheet in found if sheet.cells.num_rows]
    if not sheets:
        raise UserError("file.workbook_no_rows", file=member)
    return sheets


def column_letter(at: int) -> str:
    """The letters a spreadsheet gives a column, from 0.

    >>> [column_letter(at) for at in (0, 25, 26, 701, 702)]
    ['A', 'Z', 'AA', 'ZZ', 'AAA']
    """
    letters = ""
    at += 1
    while at:
        at, rest = divmod(at - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


class _Scratch:
    """A folder that is removed with the last thing that holds this."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="huikuan-"))
        weakref.finalize(self, shutil.rmtree, self.folder, ignore_errors=True)


def _workbook_sheets(path: Path, name: str) -> list[Sheet]:
    """The sheets of a workbook, read by a process of its own: see `readers.workbook`."""
    keeper = _Scratch()
    folder = keeper.folder
    command = [sys.executable, "-P", workbook.__file__, str(path.resolve()), str(folder)]
    run = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)  # noqa: S603 - our own
    if run.returncode == workbook.PASSWORD:
        raise UserError("file.workbook_password", file=name)
    if run.returncode != 0:
        raise UserError("file.workbook_broken", file=name)
    told = json.loads((folder / workbook.INDEX).read_text(encoding="utf-8"))
    return [Sheet(name, each["sheet"], _told_cells(folder / each["file"], each), keeper) for each in told]


def _told_cells(path: Path, told: dict[str, dict[str, bool]]) -> pa.Table:
    """The cells that `readers.workbook` wrote, not copied. `days`: columns with dates alone; True: each is midnight.
    `cut`: columns with numbers that may have been cut; True: they are whole."""
    cells = pa.ipc.open_file(pa.memory_map(str(path))).read_all()
    for column, is_whole in told["cut"].items():
        at = cells.schema.get_field_index(column)
        other = f"^[^{workbook.CUT}]*{workbook.CUT}" if is_whole else f"{workbook.CUT}.*$"
        cells = cells.set_column(at, column, pc.replace_substring_regex(cells[column], other, ""))
    for column, is_midnight in told["days"].items():
        at = cells.schema.get_field_index(column)
        shown = pc.replace_substring(cells[column], workbook.DAY, " 00:00:00" if is_midnight else "")
        cells = cells.set_column(at, column, shown)
    return cells


# ---------------------------------------------------------------- web pages
class _TableParser(HTMLParser):
    """Collects the rows of every table of a page, or of Excel's XML of 2003 (`Row`, `Cell`, `ss:Index`).

    A cell spanning columns is followed by blanks."""

    TAGS = {"row": "tr", "cell": "td"}  # noqa: RUF012 - a constant

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: list[list[str]] = []
        self.title = ""
        self._cell: list[str] | None = None
        self._span = 1
        self._in_title = False
        self._above = 0  # rows of the worksheets before, which `ss:Index` does not count

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        tag = self._plain(tag)
        given = dict(attrs)
        if tag == "tr":
            self._end_cell()
            index = self._above + _number(given.get("ss:index"), len(self.rows) - self._above + 1)
            self.rows += [[] for _ in range(max(index - len(self.rows), 1))]
        elif tag in ("td", "th"):
            self._end_cell()
            row = self.rows[-1] if self.rows else []
            row += [""] * (_number(given.get("ss:index"), len(row) + 1) - len(row) - 1)
            merged = _number(given.get("ss:mergeacross"), 0)
            self._cell, self._span = [], _number(given.get("colspan"), 1) + merged
        elif tag == "br" and self._cell is not None:
            self._cell.append("\n")
        elif tag == "title":
            self._in_title = True
        elif tag == "worksheet":
            self._above = len(self.rows)

    def handle_endtag(self, tag: str) -> None:
        if self._plain(tag) in ("td", "th", "tr", "table"):
            self._end_cell()
        elif tag == "title":
            self._in_title = False

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell.append(data)
        elif self._in_title:
            self.title += data

    def _plain(self, tag: str) -> str:
        name = tag.removeprefix("ss:")
        return self.TAGS.get(name, name)

    def _end_cell(self) -> None:
        if self._cell is None:
            return
        if not self.rows:
            self.rows.append([])
        self.rows[-1] += ["".join(self._cell).replace("\xa0", " ").strip(), *[""] * (self._span - 1)]
        self._cell = None


def _number(text: str | None, otherwise: int) -> int:
    """A small number of an attribute; `otherwise` if there is none or it is absurd."""
    return int(text) if text and text.isascii() and text.isdigit() and int(text) <= ATTRIBUTE_MAX else otherwise


def _html_sheets(path: Path, name: str) -> list[Sheet]:
    """All tables of the page as one sheet, each `<tr>` one row."""
    if path.stat().st_size > HTML_BYTES_MAX:
        raise UserError("file.too_large_unpacked", file=name, limit=HTML_BYTES_MAX)
    parser = _TableParser()
    parser.feed(_decode(path.read_bytes()))
    parser.close()
    rows = [(at, tuple(cells)) for at, cells in enumerate(parser.rows, start=1) if any(cells)]
    if len(rows) < 2:
        raise UserError("file.web_page", file=name, found=" ".join(parser.title.split())[:60])
    return [Sheet(name, "", cells_table(rows))]


def _decode(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode(encoding_of_bytes(data), errors="replace")


# ---------------------------------------------------------------- lines
def _without_blank_tail(cells: Sequence[str]) -> tuple[str, ...]:
    end = len(cells)
    while end and not cells[end - 1].strip():
        end -= 1
    return tuple(cells[:end])


def _line(row: int, cells: Sequence[str]) -> Line:
    kept = _without_blank_tail(cells)
    return Line(row, ",".join(kept), kept)
