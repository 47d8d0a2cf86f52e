"""A workbook's cells as exact text, read in a process of its own.

Reading a workbook that is damaged, or made to do harm, can take all memory or end the process: one stray cell in the
last corner makes the reader reserve room for every cell before it. So `spreadsheet` runs this file as a program, with
a limit to its memory where the system knows one: python workbook.py WORKBOOK TARGET. It imports nothing of Huikuan.

A workbook stores a number as a binary double. It is written back as the shortest text that gives the same double
(`13.4`, not `13.400000000000000355`); where that needs more than 15 digits, which Excel itself never shows, the
double carries the noise of a computed cell and is written with Excel's 15 digits. Whole numbers have no `.0`. A whole
number too large for a double to hold exactly (from 2^53, some 16 digits), or of 16 digits with a 0 at the end (Excel
keeps 15), has lost digits for good and is written as `2.70185556203411E+18`, which every identifier column refuses.
Dates are ISO text, error cells are blank. A date alone is midnight in a column whose other cells have a time of day: a
workbook does not store the difference.

The `<dimension>` a workbook states is not believed: rows are where their cells are.
"""

from __future__ import annotations

import datetime as dt
import math
import pickle
import sys
import zipfile
from pathlib import Path
from typing import Any

PASSWORD = 3
BROKEN = 4
MEMORY_BYTES_MAX = 6 << 30
# What reading takes at most: this, and so much for each byte of the unpacked workbook (a long text that many cells
# share is a copy in each).
MEMORY_BYTES_FREE = 1 << 30
MEMORY_PER_BYTE = 40
EXACT_INTEGER_MAX = 2**53
EXCEL_DIGITS = 15

Rows = tuple[tuple[int, tuple[str, ...]], ...]


def cell_text(value: Any) -> str:
    """A cell's value as text; see the module's docstring for numbers.

    >>> cell_text(13.4), cell_text(67.0), cell_text(0.1 + 0.2), cell_text(2.701855562034109276e18)
    ('13.4', '67', '0.3', '2.70185556203411E+18')
    """
    if isinstance(value, (str, bool)):
        return str(value)
    if isinstance(value, (int, float)):
        return number_text(value)
    if isinstance(value, dt.datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat()
    if isinstance(value, dt.timedelta):
        minutes, seconds = divmod(round(value.total_seconds()), 60)
        return f"{minutes // 60:02d}:{minutes % 60:02d}:{seconds:02d}"
    return "" if value is None else str(value)


def number_text(value: float) -> str:
    """A double as plain decimal text, without exponent unless digits were lost; `NaN` and `inf` as such."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if value == int(value):
        whole = int(value)
        cut = abs(whole) >= 10**EXCEL_DIGITS and whole % 10 == 0
        return _lost_digits(value) if cut or abs(whole) >= EXACT_INTEGER_MAX else str(whole)
    shortest = repr(value)
    digits = shortest.partition("e")[0].replace(".", "").lstrip("-0")
    if len(digits) > EXCEL_DIGITS:
        shortest = format(value, f".{EXCEL_DIGITS}g")
    return _plain(shortest)


def _lost_digits(value: float) -> str:
    mantissa, _, exponent = f"{value:.{EXCEL_DIGITS - 1}E}".partition("E")
    return f"{mantissa.rstrip('0').rstrip('.')}E{exponent}"


def _plain(text: str) -> str:
    from decimal import Decimal

    return format(Decimal(text), "f") if "e" in text.lower() else text


def sheet_rows(sheet: Any) -> Rows:
    """(physical row from 1, text cells from column A) of a calamine sheet, blank rows left out."""
    if sheet.start is None:
        return ()
    left = ("",) * sheet.start[1]
    rows: list[tuple[int, list[str]]] = []
    timed: set[int] = set()  # columns in which some cell has a time of day
    days: list[tuple[int, int]] = []  # (place in rows, column) of cells that are a date alone
    for row, cells in enumerate(sheet.iter_rows(), start=1):
        texts = [*left, *map(cell_text, cells)]
        if not any(text.strip() for text in texts):
            continue
        for at, cell in enumerate(cells, start=len(left)):
            if isinstance(cell, dt.datetime):
                timed.add(at)
            elif isinstance(cell, dt.date):
                days.append((len(rows), at))
        rows.append((row, texts))
    for place, at in days:
        if at in timed:
            rows[place][1][at] += " 00:00:00"
    return tuple((row, tuple(texts)) for row, texts in rows)


def read_workbook(path: Path) -> list[tuple[str, Rows]]:
    """Name and rows of every sheet. Raises what calamine raises."""
    import python_calamine

    # By its content: a path would make calamine believe the extension.
    with path.open("rb") as file:
        book = python_calamine.CalamineWorkbook.from_filelike(file)
        sheets = [meta.name for meta in book.sheets_metadata if meta.typ == python_calamine.SheetTypeEnum.WorkSheet]
        return [(name, sheet_rows(book.get_sheet_by_name(name))) for name in sheets]


def memory_limit(path: Path) -> int:
    """How much memory an honest workbook of this size may need."""
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(info.file_size for info in archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        size = path.stat().st_size
    return min(MEMORY_BYTES_MAX, MEMORY_BYTES_FREE + MEMORY_PER_BYTE * size)


def limit_memory(limit: int) -> None:
    """Let the system refuse this process more."""
    try:
        import resource
    except ImportError:  # Windows
        return
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main(source: str, target: str) -> int:
    """Read a workbook and write its sheets; the exit code says what was wrong."""
    import python_calamine

    limit_memory(memory_limit(Path(source)))
    try:
        sheets = read_workbook(Path(source))
    except python_calamine.PasswordError:
        return PASSWORD
    except (python_calamine.CalamineError, OSError, ValueError, MemoryError):
        return BROKEN
    with Path(target).open("wb") as file:
        pickle.dump(sheets, file, protocol=pickle.HIGHEST_PROTOCOL)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
