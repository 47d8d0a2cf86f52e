"""The faults of a row, and how they become `Problem`s. A fault is one bit of a row's mask, set by SQL; the masks tell
how many there are, and only the rows that are listed are looked at again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from huikuan.formats.reading import PROBLEMS_LISTED, RawTable
from huikuan.records.errors import Problem
from huikuan.records.messages import gettext_noop, register

if TYPE_CHECKING:
    import duckdb

VALUE_SHOWN_MAX = 60
FAULTS_MAX = 56

# References that a spreadsheet has damaged: told, and the document is imported all the same.
DAMAGED = ("key_damaged", "number_damaged")

register(
    {
        "amount.unreadable": gettext_noop(
            "%(place)s, column “%(column)s”: “%(value)s” is not an amount. Expected digits such as 1,234.50 with at "
            "most 5 decimals. Mend the cell, or import the rest and set this row aside."
        ),
        "date.unreadable": gettext_noop(
            "%(place)s, column “%(column)s”: “%(value)s” is not a date that exists. Expected for example "
            "%(expected)s. Mend the cell, or import the rest and set this row aside."
        ),
        "date.zone_shared": gettext_noop(
            "%(place)s, column “%(column)s”: the time zone of “%(value)s” has a name that several zones share (CST is "
            "Chicago's and Shanghai's). Replace the name in the file by the offset that is meant, such as -06:00 or "
            "+08:00, or export a whole year, which shows it by the name of its other half."
        ),
        "identifier.damaged": gettext_noop(
            "%(place)s, column “%(column)s”: “%(value)s” has lost its digits in a spreadsheet program. "
            "Download the file again and import it without opening it in Excel, or import the rest and set this row "
            "aside."
        ),
        "number_damaged": gettext_noop(
            "%(place)s, column “%(column)s”: the number “%(value)s” has lost its digits in a spreadsheet program. The "
            "row is imported without it. Download the file again and import it without opening it in Excel."
        ),
        "key_damaged": gettext_noop(
            "%(place)s, column “%(column)s”: the order number “%(value)s” is damaged. The money is imported, "
            "without its order. Download the file again and import it without opening it in Excel."
        ),
        "cell.empty": gettext_noop(
            "%(place)s, column “%(column)s” is empty, but every row needs it. "
            "Fill the cell, or import the rest and set this row aside."
        ),
        "currency.contradicts": gettext_noop(
            "%(place)s, column “%(column)s”: “%(value)s” is written in another currency than the row names. "
            "Download the file again, or import the rest and set this row aside."
        ),
        "row.sum": gettext_noop(
            "%(place)s, column “%(column)s”: “%(value)s” is not what the amounts of its row come to. "
            "Compare the row with the platform's own page: the file was probably edited, or has a column that is new."
        ),
        "choice.unknown": gettext_noop(
            "%(place)s, column “%(column)s”: “%(value)s” is none of the words known there (%(expected)s). "
            "Mend the cell, or import the rest and set this row aside."
        ),
        "row.too_few_cells": gettext_noop(
            "%(place)s has too few cells: the header names %(expected)s columns. The file was probably cut off or "
            "edited by hand. Download it again, or import the rest and set this row aside."
        ),
        "row.too_many_cells": gettext_noop(
            "%(place)s has more cells than the %(expected)s columns of the header. A comma probably stands in an "
            "unquoted text. Mend the line, or import the rest and set this row aside."
        ),
        "key.repeated": gettext_noop(
            "%(place)s, column “%(column)s”: “%(value)s” stands in this file already, in line %(first)s. "
            "Remove one of the two lines, or import the rest and set this row aside."
        ),
    }
)


@dataclass(frozen=True)
class Fault:
    """What one bit of a mask means. `condition` is SQL; `cell` the raw cell to be shown, "" for none."""

    code: str
    condition: str
    column: str = ""
    cell: str = ""
    expected: str = ""
    severity: str = "reject"


def mask_sql(faults: list[Fault]) -> str:
    """SQL: a BIGINT with one bit for each fault of the row."""
    if len(faults) > FAULTS_MAX:
        raise ValueError(f"{len(faults)} checks; at most {FAULTS_MAX} fit")
    if not faults:
        return "0::BIGINT"
    bits = (f"(CASE WHEN {fault.condition} THEN {1 << bit} ELSE 0 END)::BIGINT" for bit, fault in enumerate(faults))
    return "(" + " | ".join(bits) + ")"


def list_problems(
    con: duckdb.DuckDBPyConnection, typed: str, raw: RawTable, mask: str, faults: list[Fault]
) -> tuple[list[Problem], int]:
    """The first problems in the order of the file, and how many there are in all. Bits beyond `faults` are told
    elsewhere."""
    mask = f"({mask} & {(1 << len(faults)) - 1})"
    counted = con.execute(f"SELECT coalesce(sum(bit_count({mask})), 0) FROM {typed} WHERE {mask} <> 0").fetchone()
    total = int(counted[0]) if counted else 0
    if not total:
        return [], 0
    rows = con.execute(
        f"SELECT source_row, {mask} FROM {typed} WHERE {mask} <> 0 ORDER BY source_row LIMIT {PROBLEMS_LISTED}"
    ).fetchall()
    cells = _cells(con, raw, sorted({fault.cell for fault in faults if fault.cell}), [row for row, _ in rows])
    problems = [
        _problem(fault, row, cells.get((row, fault.cell), ""), raw)
        for row, bits in rows
        for bit, fault in enumerate(faults)
        if bits >> bit & 1
    ]
    return problems[:PROBLEMS_LISTED], total


def _cells(
    con: duckdb.DuckDBPyConnection, raw: RawTable, names: list[str], rows: list[int]
) -> dict[tuple[int, str], str]:
    if not names:
        return {}
    found = con.execute(
        f"SELECT source_row, {', '.join(names)} FROM {raw.relation(con, rows)} "
        f"WHERE source_row IN ({', '.join(map(str, rows))})"
    ).fetchall()
    return {(line[0], name): value or "" for line in found for name, value in zip(names, line[1:], strict=True)}


def _problem(fault: Fault, row: int, value: str, raw: RawTable) -> Problem:
    params: dict[str, object] = {"entry": True} if raw.entries else {}
    if fault.cell:
        params["value"] = shown(value)
    if fault.expected:
        params["expected"] = fault.expected
    return Problem(fault.code, sheet=raw.sheet, row=row, column=fault.column, params=params, severity=fault.severity)


def shown(value: str) -> str:
    """A cell as it may be shown in a message: one line, at most 60 characters."""
    line = " ".join(value.split())
    return line if len(line) <= VALUE_SHOWN_MAX else line[: VALUE_SHOWN_MAX - 1] + "…"
