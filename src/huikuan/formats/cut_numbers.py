"""Identifiers that a spreadsheet program has cut, where no single cell shows it.

Excel keeps 15 digits of a number. Saved as text from a column shown without exponent, an order number of 19 digits is
`2701855562034100000`: an ordinary number by itself, and maybe that of another order. But a whole column of which every
digit beyond the 15th is a zero was never written by a platform.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from huikuan.formats.reading import RawTable
from huikuan.formats.spec import Format, Identifier
from huikuan.records.errors import Problem
from huikuan.records.messages import gettext_noop, register

if TYPE_CHECKING:
    import duckdb

EXCEL_DIGITS = 15
ZEROS_BY_CHANCE = 5  # so many zeros in a row of places may be chance: one file in 100,000

register(
    {
        "identifier.column_cut": gettext_noop(
            "Column “%(column)s”: every number has only zeros after its first 15 digits, such as %(value)s. A "
            "spreadsheet program has cut them. Download the file again and import it without opening it in Excel."
        ),
    }
)


def cut_numbers(con: duckdb.DuckDBPyConnection, declared: Format, typed: str, raw: RawTable) -> list[Problem]:
    """A refusal for each column of identifiers that was cut."""
    placed = {row[0] for row in con.execute(f"DESCRIBE {typed}").fetchall()}
    problems = []
    for column in declared.columns:
        if not isinstance(column, Identifier) or column.name not in placed:
            continue
        index = raw.place(column.headers, column.occurrence)
        value = None if index is None else _cut_value(con, typed, column.name)
        if index is not None and value:
            params = {"value": value}
            name = raw.header[index].strip()
            problems.append(Problem("identifier.column_cut", raw.sheet, column=name, params=params, severity="refuse"))
    return problems


def _cut_value(con: duckdb.DuckDBPyConnection, typed: str, name: str) -> str:
    """A number of the column that was cut, if all of them were; else ""."""
    long = f"faults = 0 AND length({name}) > {EXCEL_DIGITS}"
    # Nearly every honest column is told by its first rows.
    if con.execute(f"SELECT 1 FROM {typed} WHERE {long} AND NOT ends_with({name}, '0') LIMIT 1").fetchone():
        return ""
    found = con.execute(
        f"SELECT min(number), sum(length(number) - {EXCEL_DIGITS}), bool_and(regexp_full_match(number, "
        f"'[0-9]{{{EXCEL_DIGITS}}}0+')) FROM (SELECT DISTINCT {name} AS number FROM {typed} WHERE {long})"
    ).fetchone()
    value, zeros, cut = found or (None, None, None)
    return str(value) if cut and zeros is not None and zeros > ZEROS_BY_CHANCE else ""
