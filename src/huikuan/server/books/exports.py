"""The rules of a book as a file for reading; `books.toml` writes the one that is imported again."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext_noop

from huikuan.server.books import toml
from huikuan.server.books.models import Book
from huikuan.server.exports.lists import Table, table


@table(
    "rules", (), gettext_noop("Rules"),
    (
        ("section", gettext_noop("Section"), "text"), ("number", gettext_noop("No."), "count"),
        ("field", gettext_noop("Field"), "text"), ("value", gettext_noop("Value"), "text"),
    ),
)  # fmt: skip
def rules(book: Book, _asked: Mapping[str, str]) -> Table:
    """Every field of every rule, as the rules file names it."""
    return Table(_fields(tomllib.loads(toml.export_text(book))))


def _fields(sections: Mapping[str, Any]) -> Iterator[tuple[str, int, str, str]]:
    for section, entries in sections.items():
        for number, entry in enumerate(entries if isinstance(entries, list) else [entries], 1):
            for field, value in entry.items() if isinstance(entry, dict) else [("", entry)]:
                yield section, number, field, str(value)
