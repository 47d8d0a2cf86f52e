"""A workbook's cells as exact text, read in a process of its own.

Reading a workbook that is damaged, or made to do harm, can take all memory or end the process: one stray cell in the
last corner makes the reader reserve room for every cell before it. So `spreadsheet` runs this file as a program, with
a limit to its memory where the system knows one: python workbook.py WORKBOOK FOLDER. It imports nothing of Huikuan.

A workbook stores a number as a binary double. It is written back as the shortest text that gives the same double
(`13.4`, not `13.400000000000000355`); where that needs more than 15 digits, which Excel itself never shows, the
double carries the noise of a computed cell and is written with Excel's 15 digits. Whole numbers have no `.0`. A whole
number too large for a double to hold exactly (from 2^53, some 16 digits) has lost digits for good and is written as
`2.70185556203411E+18`, which every identifier column refuses. So is one of 16 digits with a 0 at the end, because Excel
keeps 15 and writes a 0 for the last: unless most numbers of 16 digits in its column end in another digit. Then a
program wrote the column, not Excel, and every digit of it is there.
Dates are ISO text, error cells are blank. A date alone is midnight in a column whose other cells have a time of day: a
workbook does not store the difference.

The `<dimension>` a workbook states is not believed: rows are where their cells are.
"""

from __future__ import annotations

import datetime as dt
import itertools
import json
import math
import sys
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
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
CHUNK_ROWS = 20_000
INDEX = "sheets.json"
DAY = "\x1f"  # stands behind a date alone
CUT = "\x1e"  # between a whole number of 16 digits as cut and as written, until its column tells which it is


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
        cut = _is_long(value) and whole % 10 == 0
        return _lost_digits(value) if cut or abs(whole) >= EXACT_INTEGER_MAX else str(whole)
    shortest = repr(value)
    digits = shortest.partition("e")[0].replace(".", "").lstrip("-0")
    if len(digits) > EXCEL_DIGITS:
        shortest = format(value, f".{EXCEL_DIGITS}g")
    return _plain(shortest)


def _is_long(value: Any) -> bool:
    """Whether it is a whole number with one digit more than Excel keeps, which a double still holds exactly."""
    return (
        isinstance(value, (int, float)) and 10**EXCEL_DIGITS <= abs(value) < EXACT_INTEGER_MAX and value == int(value)
    )


def _lost_digits(value: float) -> str:
    mantissa, _, exponent = f"{value:.{EXCEL_DIGITS - 1}E}".partition("E")
    return f"{mantissa.rstrip('0').rstrip('.')}E{exponent}"


def _plain(text: str) -> str:
    from decimal import Decimal

    return format(Decimal(text), "f") if "e" in text.lower() else text


def float_texts(values: Sequence[float], closely: Callable[[float], str] = number_text) -> list[str]:
    """`number_text` of many doubles. The shortest text of most (up to 15 digits, no exponent) needs no closer look."""
    return [
        (text[:-2] if text.endswith(".0") else text)
        if len(text) <= EXCEL_DIGITS + 1 and "e" not in text and text != "-0.0"
        else closely(value)
        for text, value in zip(map(repr, values), values, strict=True)
    ]


@dataclass
class Column:
    """What is known of a sheet's column: whether cells of it have a time of day, and whether some are a date alone; how
    many whole numbers of 16 digits end in 0, and in another digit."""

    timed: bool = False
    dates: bool = False
    ending_in_0: int = 0
    ending_else: int = 0

    def texts(self, values: Sequence[Any]) -> Sequence[str]:
        """The cells as text. A date alone is marked by DAY: whether it is midnight shows at the end of the sheet."""
        types = set(map(type, values))
        if types == {str}:
            return values
        if types == {float}:
            return float_texts(values, self.number)
        self.timed = self.timed or dt.datetime in types
        if dt.date in types:
            self.dates = True
            return [cell_text(value) + DAY if type(value) is dt.date else self.text(value) for value in values]
        return [self.text(value) for value in values]

    def text(self, value: Any) -> str:
        """One cell as text."""
        return self.number(value) if type(value) in (int, float) else cell_text(value)

    def number(self, value: float) -> str:
        """A number as text; one that may have been cut is told both ways, with CUT between."""
        if not _is_long(value):
            return number_text(value)
        if int(value) % 10:
            self.ending_else += 1
            return str(int(value))
        self.ending_in_0 += 1
        return f"{_lost_digits(value)}{CUT}{int(value)}"


def write_sheet(sheet: Any, target: Path) -> dict[str, Any] | None:
    """Write a calamine sheet as an Arrow file: columns `c0 ..` of text from column A on, `source_row` (physical, from
    1), blank rows left out. What the parent is to know of it: its file, columns that hold dates alone (True: midnight
    is meant, as other cells of the column have a time of day), columns with numbers that may have been cut (True: they
    were not). None if it holds nothing."""
    if sheet.start is None:
        return None
    import pyarrow as pa

    left = sheet.start[1]
    columns = [Column() for _ in range(sheet.width)]
    names = [f"c{at}" for at in range(left + len(columns))]
    schema = pa.schema([*((name, pa.string()) for name in names), ("source_row", pa.int64())])
    rows, first, written = iter(sheet.iter_rows()), 1, 0
    with pa.OSFile(str(target), "wb") as file, pa.ipc.new_file(file, schema) as writer:
        while chunk := list(itertools.islice(rows, CHUNK_ROWS)):
            cells = [column.texts(values) for column, values in zip(columns, zip(*chunk, strict=True), strict=True)]
            kept = [at for at in range(len(chunk)) if cells[0][at].strip() or any(each[at].strip() for each in cells)]
            if len(kept) < len(chunk):
                cells = [[each[at] for at in kept] for each in cells]
            blanks = [pa.array([""] * len(kept), pa.string())] * left
            arrays = [*blanks, *(pa.array(each, pa.string()) for each in cells)]
            arrays.append(pa.array([first + at for at in kept], pa.int64()))
            writer.write_batch(pa.record_batch(arrays, schema=schema))
            first, written = first + len(chunk), written + len(kept)
    days = {names[left + at]: column.timed for at, column in enumerate(columns) if column.dates}
    cut = {
        names[left + at]: column.ending_else > column.ending_in_0
        for at, column in enumerate(columns)
        if column.ending_in_0
    }
    return {"file": target.name, "days": days, "cut": cut} if written else None


def write_workbook(path: Path, folder: Path) -> list[dict[str, Any]]:
    """Write every sheet that holds anything into a folder; what each is. Raises what calamine raises."""
    import python_calamine

    # By its content: a path would make calamine believe the extension.
    told = []
    with path.open("rb") as file:
        book = python_calamine.CalamineWorkbook.from_filelike(file)
        sheets = [meta.name for meta in book.sheets_metadata if meta.typ == python_calamine.SheetTypeEnum.WorkSheet]
        for number, name in enumerate(sheets):
            found = write_sheet(book.get_sheet_by_name(name), folder / f"{number}.arrow")
            if found:
                told.append({"sheet": name, **found})
    return told


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


def main(source: str, folder: str) -> int:
    """Read a workbook and write its sheets into a folder, with an index; the exit code says what was wrong."""
    import python_calamine

    limit_memory(memory_limit(Path(source)))
    try:
        sheets = write_workbook(Path(source), Path(folder))
    except python_calamine.PasswordError:
        return PASSWORD
    except (python_calamine.CalamineError, OSError, ValueError, MemoryError):
        return BROKEN
    (Path(folder) / INDEX).write_text(json.dumps(sheets), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
