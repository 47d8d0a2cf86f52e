"""Bank lines told before the statement, of which no reference says which line of the statement they are.

A report within the day (camt.052) and a notification (camt.054) may tell a booked entry without the bank's reference.
Its key begins with `INTERIM`: day, value date, amount and business reference, and a number among equal ones, so that
reports that overlap tell it once. Such a line counts until a statement of the account covers its day, which tells all
movements of that day itself; it counts again when that statement is undone.
"""

from __future__ import annotations

import duckdb
import pyarrow as pa

from huikuan.records.bank_line import INTERIM
from huikuan.records.document import Document

REPORTS = ("camt.052", "camt.054")  # documents that hold such lines, and are no statements
WHOLE_DAYS = ("camt.053", "mt940")  # statements that tell whole days even where they state no period


def leave_out_covered(con: duckdb.DuckDBPyConnection, lines: str, documents: list[Document], name: str) -> None:
    """Create the view `name`: the rows of relation `lines` (current bank lines) without those that a statement covers.
    Helper table `NAME__covered`: account, first, last day of each statement."""
    covered = f"{name}__covered"
    spans = [span for span in map(_span, documents) if span]
    con.execute(f"CREATE OR REPLACE TABLE {covered} (account VARCHAR, first DATE, last DATE)")
    told = pa.table({field: [span[at] for span in spans] for at, field in enumerate(("account", "first", "last"))})
    if spans:
        con.register(f"{name}__told", told)
        con.execute(f"INSERT INTO {covered} SELECT * FROM {name}__told")
        con.unregister(f"{name}__told")
    con.execute(
        f"CREATE OR REPLACE VIEW {name} AS SELECT * FROM {lines} l WHERE NOT (starts_with(l.ref, '{INTERIM}|') AND "
        f"EXISTS (FROM {covered} c WHERE c.account = l.account AND l.business_date BETWEEN c.first AND c.last))"
    )


def has_reports(documents: list[Document]) -> bool:
    """Whether any document may hold such lines."""
    return any(document.format in REPORTS for document in documents)


def _span(document: Document) -> tuple[str, object, object] | None:
    """Account and days that a statement tells whole; None for another document."""
    first, last = document.period_from, document.period_to
    if document.format in REPORTS or "bank_line" not in document.kinds or not (first and last):
        return None
    if document.format in WHOLE_DAYS or document.period_stated:
        return document.account, first, last
    return None
