"""Rows of specimens as blocks of text, so that a row of forty cells can be read and wrapped."""

from __future__ import annotations


def table(text: str) -> list[list[str]]:
    """Rows of cells divided by `|`; a line that begins with `|` goes on with the row above.

    >>> table('''
    ... a|b
    ... |c
    ... d||
    ... ''')
    [['a', 'b', 'c'], ['d', '', '']]
    """
    rows: list[str] = []
    for line in text.strip("\n").split("\n"):
        if line.startswith("|"):
            rows[-1] += line
        else:
            rows.append(line)
    return [row.split("|") for row in rows]


def numbers(rows: list[list[str]], *columns: int) -> list[list[str | float]]:
    """The rows with these columns as numbers where they are, as a workbook holds them."""
    return [
        [float(cell) if at in columns and cell.replace(".", "", 1).isdigit() else cell for at, cell in enumerate(row)]
        for row in rows
    ]
