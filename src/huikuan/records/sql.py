"""SQL: texts and names put into it, for the places that take no bound value (a file name, a compiled expression), and
its rows by column name."""

from __future__ import annotations

from typing import Any


def sql_text(text: str) -> str:
    """A text as an SQL literal.

    >>> print(sql_text("it's"))
    'it''s'
    """
    return "'" + text.replace("'", "''") + "'"


def sql_name(name: str) -> str:
    """A name of a table or column, quoted."""
    return '"' + name.replace('"', '""') + '"'


def dict_rows(cursor: Any) -> list[dict[str, Any]]:
    """The rows that a cursor's query gave, by column name."""
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
