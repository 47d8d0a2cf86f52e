"""Delimited text → raw tables, as fast as DuckDB reads CSV and with the file's own line numbers.

1. The encoding: byte order mark, else strict UTF-8, else GB18030 (never GB2312: rare characters fail), or what else
   the bytes look like.
2. The first 40 lines are split every way a format may ask for; recognition picks a header row.
3. `load` gives a stream of the rows below the header (`text_rows`): nothing is read before it is wanted.
"""

from __future__ import annotations

import codecs
import csv
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from huikuan.formats.readers.mixed import encoding_of_bytes, is_unmarked_utf16, refuse_mixed
from huikuan.formats.readers.text_parts import BLOCK_BYTES
from huikuan.formats.readers.text_rows import EXTRA_COLUMNS, TextRows
from huikuan.formats.reading import Head, Layout, Line, RawTable
from huikuan.records.errors import UserError
from huikuan.records.messages import gettext_noop, register

if TYPE_CHECKING:
    import duckdb

HEAD_ROWS = 40
HEAD_LINE_MAX = 1 << 16  # no header is longer
DELIMITERS = (",", "\t", ";", "|")

register(
    {
        "file.encoding": gettext_noop(
            "Line %(row)s of %(file)s cannot be read as %(encoding)s: the file is damaged or mixes encodings "
            "(UTF-8 and GBK). Export it again, or save it as UTF-8 in the program that wrote it."
        ),
        "file.no_text": gettext_noop("%(file)s holds no text. Export it again and import the new file."),
        "file.row_unreadable": gettext_noop(
            "The row that begins on line %(row)s cannot be split into cells: a quote is probably missing, or the row "
            "is longer than 4 MB. Mend that line, or export the file again."
        ),
        "file.binary": gettext_noop(
            "%(file)s is not a text file (byte 0 on line %(row)s). Expected CSV, Excel, XML, MT940, zip or gz: "
            "download the file again, or export it in one of these."
        ),
    }
)


@dataclass(frozen=True)
class DelimitedFile:
    """An opened text file: its encoding is known, its first rows are split, nothing is loaded. A `TableSource`."""

    path: Path
    member: str
    encoding: str
    heads: tuple[Head, ...]
    head_lines: tuple[str, ...]
    sheet: str = ""

    def load(self, con: duckdb.DuckDBPyConnection, layout: Layout) -> RawTable:
        """The rows below the header row, to be read into tables of `con` as they are wanted."""
        layout = self._as_written(layout)
        header = list(layout.header)
        if not header:
            header = _split_line(self.head_lines[layout.header_row - 1], layout.delimiter, layout.quote)
        preamble = tuple(
            _preamble_line(row, text, layout)
            for row, text in enumerate(self.head_lines[: max(layout.header_row - 1, 0)], 1)
            if text.strip()
        )
        rows = TextRows(self.path, self.member, self.encoding, len(header), layout)
        return RawTable(
            table=rows.table,
            header=tuple(header),
            header_row=layout.header_row,
            preamble=preamble,
            member=self.member,
            encoding=self.encoding,
            extra_columns=EXTRA_COLUMNS,
            stream=rows,
        )

    def _as_written(self, layout: Layout) -> Layout:
        """The layout that the rows really have: a prefix before each cell, and no quotes, as the platform writes it; or
        ordinary cells, quoted where need be, as a spreadsheet program saves it."""
        if not layout.prefix:
            return layout
        below = next((line for line in self.head_lines[layout.header_row :] if line.strip()), "")
        if layout.delimiter == "," and below.startswith(layout.prefix):
            return replace(layout, quote="")
        return replace(layout, prefix="", mark=layout.prefix if layout.prefix in below else "")


def open_delimited(path: Path, member: str) -> DelimitedFile:
    """Open a text file. Raises UserError: empty, no text file, undecodable beginning."""
    with path.open("rb") as file:
        start = file.read(1 << 20)
    encoding = _encoding(path, member, start)
    text = _decode_start(start, encoding)
    if not text.strip():
        raise UserError("file.no_text", file=member)
    if "\x00" in text:
        raise UserError("file.binary", file=member, row=text[: text.index("\x00")].count("\n") + 1)
    first = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")[:HEAD_ROWS]
    lines = tuple(line[:HEAD_LINE_MAX] for line in first)
    heads = tuple(_head(lines, delimiter) for delimiter in DELIMITERS if any(delimiter in line for line in lines))
    single = () if heads else (_head(lines, ","),)
    return DelimitedFile(path, member, encoding, heads + single, lines)


def _head(lines: tuple[str, ...], delimiter: str) -> Head:
    rows = tuple((row, tuple(_split_line(line, delimiter, '"'))) for row, line in enumerate(lines, 1) if line.strip())
    return Head(rows, delimiter)


def _preamble_line(row: int, text: str, layout: Layout) -> Line:
    """A line above the header. What it states is looked for between commas, whatever else divides its cells."""
    cells = tuple(_split_line(text, layout.delimiter, layout.quote))
    return Line(row, text if layout.delimiter == "," else ",".join(cells).rstrip(","), cells)


def _split_line(line: str, delimiter: str, quote: str) -> list[str]:
    if not quote:
        return line.split(delimiter)
    try:
        return next(csv.reader([line], delimiter=delimiter, quotechar=quote), [])
    except csv.Error:
        return line.split(delimiter)


# ---------------------------------------------------------------- encoding
def _encoding(path: Path, member: str, start: bytes) -> str:
    """BOM, else strict UTF-8 over the whole file, else what its bytes look like."""
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if start.startswith(mark):
            return name
    if is_unmarked_utf16(start):
        return "utf-16"
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        try:
            while block := file.read(BLOCK_BYTES):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            refuse_mixed(member, start)
            return encoding_of_bytes(start)
    return "utf-8"


def _decode_start(start: bytes, encoding: str) -> str:
    """The beginning as text; what cannot be decoded is shown as such (`load` refuses it with its line)."""
    cut = start[: start.rfind(b"\n") + 1] if len(start) == 1 << 20 and b"\n" in start else start
    return cut.decode(encoding, errors="replace")
