"""How specimens are written: delimited text in an encoding, and workbooks that are the same bytes each time."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime

import xlsxwriter

Cell = str | int | float
WRITTEN = datetime(2026, 1, 1)  # noqa: DTZ001 - a workbook's own time has no zone


def text_file(lines: Sequence[str], encoding: str = "utf-8", end: str = "\r\n") -> bytes:
    """Lines as a file."""
    return "".join(line + end for line in lines).encode(encoding)


def workbook(rows: Sequence[Sequence[Cell]], sheet: str = "Sheet1") -> bytes:
    """Rows as a workbook of one sheet; numbers as numbers."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    book.set_properties({"created": WRITTEN})
    page = book.add_worksheet(sheet)
    for row, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            page.write(row, column, cell)
    book.close()
    return buffer.getvalue()
