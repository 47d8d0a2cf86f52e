"""Texts and names put into SQL, for the places that take no bound value: a file name, a compiled expression."""

from __future__ import annotations


def sql_text(text: str) -> str:
    """A text as an SQL literal.

    >>> print(sql_text("it's"))
    'it''s'
    """
    return "'" + text.replace("'", "''") + "'"


def sql_name(name: str) -> str:
    """A name of a table or column, quoted."""
    return '"' + name.replace('"', '""') + '"'
