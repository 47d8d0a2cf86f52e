"""What a held file would change in known records, in words: for the import page, before a person decides."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from huikuan.records.kind import record_key_parts
from huikuan.records.kinds import KINDS
from huikuan.server.books.models import Book
from huikuan.server.core import numbers, statuses
from huikuan.server.documents.queries import PARTY_FIELDS, in_words

FIRST = 5


@dataclass(frozen=True)
class FieldShown:
    """A field that changes: its word, in how many records, in how many of them it was blank before."""

    word: Any
    records: int
    filled: int


@dataclass(frozen=True)
class ChangeShown:
    """One field of one record. `key` is the record's, `name` what people call it."""

    key: str
    name: str
    row: int | None
    word: Any
    before: Any
    after: Any


@dataclass(frozen=True)
class GoneShown:
    """A record the file no longer tells."""

    key: str
    name: str
    row: int | None
    document: str
    size: str


@dataclass(frozen=True)
class KindChanges:
    """The changes of one kind. `replaced`: what is gone stops to count; else its own document keeps telling it."""

    kind: str
    records: int
    gone: int
    gone_size: str
    replaced: bool
    fields: list[FieldShown]
    changed: list[ChangeShown]
    missing: list[GoneShown]


def changes_in_words(book: Book, row: dict[str, Any], names: bool) -> list[KindChanges]:
    """The changes a held import row tells; other parties' names only if `names`."""
    return [_of_kind(book, told, names) for told in row.get("changes", [])]


def _of_kind(book: Book, told: dict[str, Any], names: bool) -> KindChanges:
    return KindChanges(
        told["kind"],
        told["records"],
        told["gone"],
        numbers.money_exact(Decimal(told["gone_size"])),
        told["replaced"],
        [FieldShown(statuses.word_of("field", f["field"]), f["records"], f["filled"]) for f in told["fields"]],
        list(_changed(book, told, names)),
        [
            GoneShown(
                each["record_key"], _name(each["record_key"], names), each["source_row"], each["document_id"],
                numbers.money_exact(Decimal(each["size"])) if each["size"] is not None else "",
            )
            for each in told["gone_examples"]
        ],
    )  # fmt: skip


def _changed(book: Book, told: dict[str, Any], names: bool) -> Iterator[ChangeShown]:
    types = {f.name: f.type for f in KINDS[told["kind"]].all_fields}
    for record in told["examples"]:
        for name, before, after in record["fields"]:
            if name.endswith("_hash") or (name in PARTY_FIELDS and not names):
                continue
            values = [_shown(book, name, types[name], value) for value in (before, after)]
            yield ChangeShown(
                record["record_key"], _name(record["record_key"], names), record["source_row"],
                statuses.word_of("field", name), *values,
            )  # fmt: skip


def _shown(book: Book, name: str, kind: str, value: Any) -> Any:
    """A kept plain value as people read it; a dash for none."""
    if value in (None, ""):
        return "–"
    try:
        if kind in ("money", "rate", "quantity"):
            return in_words(book, name, Decimal(value))
        if kind == "time":
            return in_words(book, name, datetime.fromisoformat(value))
        if kind == "date":
            return in_words(book, name, date.fromisoformat(value))
    except (InvalidOperation, ValueError):
        return value
    return in_words(book, name, value)


def _name(record_key: str, names: bool) -> str:
    """What people call a record: its own number. A bank line named by what it says is named by its account."""
    parts = record_key_parts(record_key)[1]
    if len(parts) > 1 and "|" in parts[1] and not names:
        return parts[0]
    return numbers.reference(parts[1] if len(parts) > 1 else record_key)
