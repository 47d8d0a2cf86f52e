"""Long lists as Excel files: Arrow batches straight into a Rust writer, in little memory.

XlsxWriter (`excel.py`) needs a minute for a million rows, this a tenth of it. What it cannot do is to store a formula's
value beside the formula: the totals are worked out by the program that opens the file.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
from rustpy_xlsxwriter import Format, write_worksheets

from huikuan.export.excel_style import (
    FONT,
    LANDSCAPE_ABOVE,
    MARGIN_INCHES,
    PAPER_A4,
    TEXT_MAX,
    column_width,
    footer_text,
    number_format,
    sheet_name,
)
from huikuan.export.listing import Listing
from huikuan.export.printed import Printed
from huikuan.insight.reports.tables import Column
from huikuan.records.messages import gettext_noop as _
from huikuan.records.messages import translated

ROWS_PER_SHEET = 1_000_000
BATCH_ROWS = 50_000
SAMPLE_ROWS = 500  # looked at for the column widths
HEADER_ROW = 2  # below title and facts


def write_query(
    con: duckdb.DuckDBPyConnection,
    listed: Listing,
    facts: Sequence[tuple[str, str]],
    path: Path,
    printed: Printed | None = None,
) -> int:
    """Write a list, in its order; further sheets above a million rows. Returns the number of rows. Money and rates
    become what a cell of Excel holds, a double."""
    batches = _Batches(con, listed)
    taken: set[str] = set()
    sheets = [
        (sheet_name(listed.title, taken), batches.reader(ROWS_PER_SHEET))
        for _first in range(0, max(listed.count, 1), ROWS_PER_SHEET)
    ]
    heading = "    ".join(f"{label}: {value}" for label, value in facts)[:TEXT_MAX]
    names = [name for name, _reader in sheets]
    told = _looks(con, listed, heading, printed)
    looks: dict[str, Any] = {look: dict.fromkeys(names, value) for look, value in told.items()}
    freeze = {"general": {"row": HEADER_ROW + 1, "col": 1}}
    write_worksheets(sheets, str(path), freeze_panes=freeze, **looks)
    return listed.count


class _Batches:
    """The rows of a query as Arrow batches, handed out sheet by sheet."""

    def __init__(self, con: duckdb.DuckDBPyConnection, listed: Listing) -> None:
        fields = ", ".join(_field(column) for column in listed.columns)
        cursor = con.cursor().execute(f"SELECT {fields} FROM ({listed.query})", listed.values)
        source = cursor.fetch_record_batch(BATCH_ROWS)
        titled = zip(listed.columns, source.schema, strict=True)
        self.schema = pa.schema([pa.field(column.title, field.type) for column, field in titled])
        self._source = iter(source)
        self._rest: pa.RecordBatch | None = None

    def reader(self, rows: int) -> pa.RecordBatchReader:
        """The next `rows` rows; readers are read in their order."""
        return pa.RecordBatchReader.from_batches(self.schema, self._take(rows))

    def _take(self, rows: int) -> Iterator[pa.RecordBatch]:
        while rows > 0:
            batch = self._rest if self._rest is not None else next(self._source, None)
            if batch is None:
                return
            part, self._rest = batch[:rows], batch[rows:] if len(batch) > rows else None
            rows -= len(part)
            yield pa.RecordBatch.from_arrays(part.columns, schema=self.schema)


def _field(column: Column) -> str:
    if column.type == "text":
        return f'left("{column.key}"::VARCHAR, {TEXT_MAX}) AS "{column.key}"'
    return f'"{column.key}"::DOUBLE' if column.type in ("money", "rate") else f'"{column.key}"'


def _looks(con: duckdb.DuckDBPyConnection, listed: Listing, heading: str, printed: Printed | None) -> dict[str, Any]:
    """The look of every sheet: as `excel.write_rows` gives it."""
    columns, last = listed.columns, len(listed.columns) - 1
    sample = con.execute(f"SELECT * FROM ({listed.query}) LIMIT {SAMPLE_ROWS}", listed.values).fetchall()
    head = _font(14).set_bold(), _font(9).set_font_color("#505B69")
    return {
        "column_formats": {column.title: _font(9).set_num_format(number_format(column)) for column in columns},
        "column_widths": [column_width(column, [row[at] for row in sample]) for at, column in enumerate(columns)],
        "header_format": _font(9).set_bold().set_background_color("#F1F3F5").set_border_bottom("thin"),
        "header_row": HEADER_ROW,
        "merge_ranges": [(0, 0, 0, last, listed.title, head[0]), (1, 0, 1, last, heading, head[1])],
        "autofilter": True,
        "totals_row": {column.title: "sum" for column in columns if column.total},
        "totals_label": translated(_("Total")),
        "totals_format": _total_format(columns),
        "page_setup": _page(columns, printed or Printed()),
    }


def _font(size: float) -> Any:
    return Format().set_font_name(FONT).set_font_size(size)


def _total_format(columns: Sequence[Column]) -> Any:
    """One for the whole row: that of money, unless something else is added up too."""
    made = _font(9).set_bold().set_border_top("thin").set_border_bottom("double")
    added = [column for column in columns if column.total]
    same = all(column.type == "money" for column in added)
    return made.set_num_format(number_format(added[0])) if added and same else made


def _page(columns: Sequence[Column], printed: Printed) -> dict[str, Any]:
    return {
        "paper_size": PAPER_A4,
        "landscape": len(columns) > LANDSCAPE_ABOVE,
        "margins": dict.fromkeys(("left", "right", "top", "bottom"), MARGIN_INCHES),
        "repeat_rows": (HEADER_ROW, HEADER_ROW),
        "fit_to_pages": (1, 0),
        "footer": footer_text(printed),
    }
