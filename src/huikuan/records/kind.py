"""What a record kind is: its fields, their types, its natural key. One file per kind lies beside this.

A *reading* is a record as one document tells it. Every reading has the columns of `COMMON`, then its kind's
own fields. `record_key` is the identity: `kind:` and the natural key's parts joined by `/`.
Money is DECIMAL(18,5), signed as the kind says; rates are DECIMAL(10,6); times are UTC, dates the book's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pyarrow as pa

FieldType = Literal["text", "money", "rate", "quantity", "date", "time", "int", "bool"]

MONEY = pa.decimal128(18, 5)
RATE = pa.decimal128(10, 6)
ARROW_TYPES: dict[str, pa.DataType] = {
    "text": pa.string(),
    "money": MONEY,
    "rate": RATE,
    "quantity": MONEY,
    "date": pa.date32(),
    "time": pa.timestamp("us"),
    "int": pa.int64(),
    "bool": pa.bool_(),
}
DUCKDB_TYPES: dict[str, str] = {
    "text": "VARCHAR",
    "money": "DECIMAL(18,5)",
    "rate": "DECIMAL(10,6)",
    "quantity": "DECIMAL(18,5)",
    "date": "DATE",
    "time": "TIMESTAMP",
    "int": "BIGINT",
    "bool": "BOOLEAN",
}


@dataclass(frozen=True)
class Field:
    """One column of a kind. `meaning` is one sentence for people; blank (null) means not told."""

    name: str
    type: FieldType
    meaning: str


@dataclass(frozen=True)
class Kind:
    """A record kind. `key` names the fields of the natural key, in the order of the record key's parts."""

    name: str
    title: str
    key: tuple[str, ...]
    fields: tuple[Field, ...]

    @property
    def all_fields(self) -> tuple[Field, ...]:
        """The common columns, then the kind's own."""
        return COMMON + self.fields

    @property
    def owner(self) -> str:
        """Which field says whose records these are: shop or account, by the natural key; "" for nobody's."""
        return next((name for name in ("shop", "account") if name in self.key), "")

    @property
    def money(self) -> str:
        """The field that says what a record brings: amount, else paid; "" where none does."""
        names = {f.name for f in self.fields}
        return next((name for name in ("amount", "paid") if name in names), "")

    def arrow_schema(self) -> pa.Schema:
        """The schema of a reading in the lake."""
        return pa.schema([pa.field(f.name, ARROW_TYPES[f.type]) for f in self.all_fields])


COMMON: tuple[Field, ...] = (
    Field("record_key", "text", "identity across documents: kind, natural key"),
    Field("document_id", "text", "the document that tells this"),
    Field("source_sheet", "text", "sheet or zip member; blank for a plain file"),
    Field("source_row", "int", "first physical line of the row in its file or sheet, from 1; ordinal in XML and MT940"),
    Field("currency", "text", "ISO 4217 code of every amount of the record"),
    Field("occurred_at", "time", "when it happened, UTC; blank where the source has only a date"),
    Field("business_date", "date", "the day it belongs to, in the book's time zone"),
    Field("text", "text", "free text as written, phone numbers scrubbed"),
)


def record_key(kind: str, *parts: object) -> str:
    """The record key of natural key parts.

    >>> record_key("order_line", "Shop A", "12/3", 1)
    'order_line:Shop A/12%2F3/1'
    """
    return f"{kind}:" + "/".join(str(part).replace("/", "%2F") for part in parts)


def record_key_parts(key: str) -> tuple[str, list[str]]:
    """Kind and natural key parts of a record key.

    >>> record_key_parts('order_line:Shop A/12%2F3/1')
    ('order_line', ['Shop A', '12/3', '1'])
    """
    kind, _, rest = key.partition(":")
    return kind, [part.replace("%2F", "/") for part in rest.split("/")]
