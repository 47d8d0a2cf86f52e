"""What only the whole table can tell: the order of day and month, the sign of amounts that a running balance proves.

Done once the rows are typed and the footer is taken out, before records are made of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from huikuan.formats.controls import take_proved_reading
from huikuan.formats.reading import PROBLEMS_LISTED, RawTable
from huikuan.formats.spec import Format, Reject
from huikuan.records.errors import Problem
from huikuan.records.messages import gettext_noop, register

if TYPE_CHECKING:
    import duckdb

register(
    {
        "bank.sign_inverted": gettext_noop(
            "The running balance proves that this file writes money in as money out, as a ledger does: its amounts "
            "were read with the opposite sign. Compare one of them with the bank's own figure."
        ),
    }
)

UNCLEAR = 1 << 61  # the bit of a row's mask; bit 62 tells of repeated keys


def settle(con: duckdb.DuckDBPyConnection, declared: Format, typed: str, raw: RawTable) -> list[Problem]:
    """Compute the settled values and take the reading that the balance proves. What is to be said: that it is an
    inverted one, or which rows stay unclear."""
    if declared.settled:
        values = ", ".join(f"({each.sql}) AS {each.name}" for each in declared.settled)
        con.execute(f"CREATE OR REPLACE TABLE {typed} AS SELECT * REPLACE ({values}) FROM {typed} ORDER BY source_row")
    balance = declared.balance
    if balance is None or not (balance.readings or balance.unclear):
        return []
    taken = take_proved_reading(con, typed, balance)
    if taken in balance.inverted:
        return [Problem("bank.sign_inverted", sheet=raw.sheet, severity="flag")]
    if taken:
        return []
    return [problem for reject in balance.unclear for problem in _set_aside(con, declared, reject, typed, raw)]


def _set_aside(
    con: duckdb.DuckDBPyConnection, declared: Format, reject: Reject, typed: str, raw: RawTable
) -> list[Problem]:
    asked = f"SELECT source_row, ({reject.sql}) AS unclear FROM {typed} WHERE faults = 0 AND NOT ignored"
    unclear = f"SELECT source_row FROM ({asked}) WHERE unclear"
    rows = [row for (row,) in con.execute(f"{unclear} ORDER BY 1").fetchall()]
    if rows:
        con.execute(f"UPDATE {typed} SET faults = faults | {UNCLEAR} WHERE source_row IN ({unclear})")
    column = _written(declared, reject.column, raw)
    return [Problem(reject.code, sheet=raw.sheet, row=row, column=column) for row in rows[:PROBLEMS_LISTED]]


def _written(declared: Format, column: str, raw: RawTable) -> str:
    """The header as the file writes it of the column that a format calls by its first name."""
    names = next((each.headers for each in declared.columns if each.headers[0] == column), (column,))
    index = raw.place(names)
    return column if index is None else raw.header[index].strip()


def doubts(con: duckdb.DuckDBPyConnection, declared: Format, typed: str, raw: RawTable) -> list[Problem]:
    """What the document as a whole is flagged or refused for."""
    if not declared.doubts:
        return []
    asked = ", ".join(f"coalesce({each.sql}, FALSE)" for each in declared.doubts)
    found = con.execute(f"SELECT {asked} FROM {typed} WHERE faults = 0").fetchone() or ()
    return [
        Problem(each.code, raw.sheet, column=_written(declared, each.column, raw), severity=each.severity)
        for each, holds in zip(declared.doubts, found, strict=True)
        if holds
    ]
