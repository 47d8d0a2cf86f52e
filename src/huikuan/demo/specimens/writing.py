"""How specimens are written: CSV, Excel and ZIP, the same bytes each time."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import xlsxwriter

MADE = datetime(2026, 1, 1, tzinfo=UTC)
Cell = str | int | float
Rows = Sequence[Sequence[Cell]]


def names(text: str) -> list[str]:
    """The names of a header written as one text, a comma between them."""
    return text.split(",")


def csv_bytes(rows: Rows, encoding: str = "utf-8", *, before: str = "", after: str = "") -> bytes:
    """Rows as CSV with CRLF, cells quoted where they must be; `before` and `after` stand as they are."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return (before + text.getvalue() + after).encode(encoding)


def xlsx_bytes(sheets: Mapping[str, Rows]) -> bytes:
    """A workbook: its sheets by name, rows of texts and numbers; blank texts are left out."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    book.set_properties({"created": MADE.replace(tzinfo=None)})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for at, row in enumerate(rows):
            for column, cell in enumerate(row):
                if isinstance(cell, str):
                    sheet.write_string(at, column, cell)
                else:
                    sheet.write_number(at, column, cell)
    book.close()
    return file.getvalue()


class _GbkInfo(zipfile.ZipInfo):
    """A member whose name is written in GBK, without the flag for UTF-8."""

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:
        return self.filename.encode("gbk"), self.flag_bits & ~0x800


def zip_bytes(members: Mapping[str, bytes]) -> bytes:
    """An archive whose member names are GBK without the flag that says UTF-8, as platforms in China write them."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            info = _GbkInfo(name, (2026, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
    return file.getvalue()
