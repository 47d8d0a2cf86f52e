"""One door to all formats: a report, or a list of any length, written to a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from huikuan.export import csv, excel, excel_long, json, vouchers
from huikuan.export.details import Detail
from huikuan.export.listing import Listing, listing
from huikuan.export.printed import Printed
from huikuan.insight import messages  # noqa: F401
from huikuan.insight.reports.tables import ReportTable
from huikuan.records.errors import UserError

PLAIN_FORMATS = ("xlsx", "pdf", "csv", "json")
# Those of any report, then those of accounting programs, for vouchers only.
REPORT_FORMATS = (*PLAIN_FORMATS, *vouchers.LAYOUTS)
DETAIL_FORMATS = ("xlsx", "csv", "pdf")
LONG_ROWS = 20_000  # above, an Excel file is written without Python seeing each row


def ending_of(format: str) -> str:
    """How a file of a format of reports ends, without the dot."""
    return vouchers.LAYOUTS[format].ending if format in vouchers.LAYOUTS else format


def write_report(report: ReportTable, format: str, path: Path, printed: Printed | None = None) -> None:
    """Write a report as xlsx, pdf, csv or json, vouchers in a layout of `vouchers.LAYOUTS` too. Raises UserError for
    another format."""
    if format not in REPORT_FORMATS:
        raise UserError("export.format", format=format, known=", ".join(REPORT_FORMATS))
    if format == "xlsx":
        excel.write(report, path, printed)
    elif format == "csv":
        csv.write(report, path, printed or Printed())
    elif format in vouchers.LAYOUTS:
        vouchers.write(report, format, path)
    elif format == "json":
        with path.open("w", encoding="utf-8") as file:
            json.write(report, file)
    else:
        from huikuan.export import pdf  # fonts are only looked for when a PDF is wanted

        pdf.write(report, path, printed)


def write_detail(
    con: duckdb.DuckDBPyConnection,
    detail: Detail,
    query: str,
    values: Mapping[str, Any],
    format: str,
    path: Path,
    facts: Sequence[tuple[str, str]] = (),
    printed: Printed | None = None,
) -> int:
    """Write a list as xlsx, csv or pdf; returns the number of rows.

    `query` selects from anything that has the list's columns (extra ones are left out), filtered and sorted as the
    person sees it; `values` are bound to its $names. Sums stand below where the list has one currency, else in the
    head, each with its currency. Raises UserError for another format, and for a list too long for a PDF.
    """
    return write_listing(con, listing(con, detail, query, values), format, path, facts, printed)


def write_listing(
    con: duckdb.DuckDBPyConnection, listed: Listing, format: str, path: Path,
    facts: Sequence[tuple[str, str]] = (), printed: Printed | None = None,
) -> int:  # fmt: skip
    """As `write_detail`, of a list that was counted and added up already."""
    if format not in DETAIL_FORMATS:
        raise UserError("export.format", format=format, known=", ".join(DETAIL_FORMATS))
    if format == "pdf":
        from huikuan.export import pdf_list  # fonts are only looked for when a PDF is wanted

        return pdf_list.write(con, listed, facts, path, printed)
    told = (*facts, *listed.sums_told())
    if format == "xlsx" and listed.count > LONG_ROWS:
        return excel_long.write_query(con, listed, told, path, printed)
    rows = listed.rows(con)
    if format == "csv":
        return csv.write_rows(listed.columns, rows, path, csv.head_of(listed.title, facts, printed))
    return excel.write_rows(listed.title, told, listed.columns, rows, path, printed)
