"""One door to all formats: a report, or a list of any length, written to a file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from huikuan.export import csv, excel, json
from huikuan.export.details import DETAILS
from huikuan.export.printed import Printed
from huikuan.insight import messages  # noqa: F401
from huikuan.insight.tables import Column, ReportTable
from huikuan.records.errors import UserError
from huikuan.records.messages import translated

REPORT_FORMATS = ("xlsx", "pdf", "csv", "json")
DETAIL_FORMATS = ("xlsx", "csv")
BATCH_ROWS = 5_000


def write_report(report: ReportTable, format: str, path: Path, printed: Printed | None = None) -> None:
    """Write a report as xlsx, pdf, csv or json. Raises UserError for another format."""
    if format not in REPORT_FORMATS:
        raise UserError("export.format", format=format, known=", ".join(REPORT_FORMATS))
    if format == "xlsx":
        excel.write(report, path, printed)
    elif format == "csv":
        csv.write(report, path)
    elif format == "json":
        with path.open("w", encoding="utf-8") as file:
            json.write(report, file)
    else:
        from huikuan.export import pdf  # fonts are only looked for when a PDF is wanted

        pdf.write(report, path, printed)


def write_detail(
    con: duckdb.DuckDBPyConnection,
    name: str,
    query: str,
    values: Mapping[str, Any],
    format: str,
    path: Path,
    facts: Sequence[tuple[str, str]] = (),
    printed: Printed | None = None,
) -> int:
    """Write a list (`DETAILS`) as xlsx or csv in little memory; returns the number of rows.

    `query` selects from anything that has the list's columns (extra ones are left out), filtered and sorted as the
    person sees it; `values` are bound to its $names. Raises UserError for another format.
    """
    if format not in DETAIL_FORMATS:
        raise UserError("export.format", format=format, known=", ".join(DETAIL_FORMATS))
    detail = DETAILS[name]
    columns = detail.shown()
    fields = ", ".join(f'"{column.key}"' for column in columns)
    cursor = con.cursor().execute(f"SELECT {fields} FROM ({query})", dict(values))
    rows = _words(cursor, columns, detail.words)
    if format == "csv":
        return csv.write_rows(columns, rows, path)
    return excel.write_rows(translated(detail.title), facts, columns, rows, path, printed)


def _words(
    cursor: duckdb.DuckDBPyConnection, columns: Sequence[Column], words: Mapping[str, Callable[[str], str]]
) -> Iterator[Sequence[Any]]:
    """Rows as they come, codes put into words."""
    coded = [(position, words[column.key]) for position, column in enumerate(columns) if column.key in words]
    while batch := cursor.fetchmany(BATCH_ROWS):
        for row in batch:
            shown = list(row)
            for position, say in coded:
                if shown[position]:
                    shown[position] = say(shown[position])
            yield shown
