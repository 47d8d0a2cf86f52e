"""The column mapping page's work: from the form's fields to a mapping, from a mapping to what its records look like."""

from __future__ import annotations

from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from huikuan.formats.mapping import Mapping, check_mapping, required_fields
from huikuan.formats.mapping_guess import (
    DATE_FORMATS,
    Guess,
    Reason,
    TablePreview,
    check_file,
    preview_file,
)
from huikuan.formats.mapping_words import TARGETS
from huikuan.formats.reading import ReadContext, Reading
from huikuan.pipeline.compute import connect, quoted
from huikuan.pipeline.importing import problem_row
from huikuan.records.errors import UserError
from huikuan.server.books.models import Book
from huikuan.server.documents.library import library_book
from huikuan.server.documents.models import Upload
from huikuan.server.documents.queries import SHOWN_FIELDS
from huikuan.server.documents.services import upload_path

ROWS_SHOWN = 8
RECORDS_SHOWN = 5
LIVE_LIMIT_BYTES = 5_000_000


@dataclass(frozen=True)
class MappingColumn:
    """One column of the person's file: what it is called, some cells, and which field it is taken for."""

    number: int
    header: str
    target: str
    reason: str
    sure: bool


@dataclass(frozen=True)
class Checked:
    """What reading all rows with the mapping gives: counts, problems, first records of its kind."""

    rows: int = 0
    accepted: int = 0
    rejected: int = 0
    refused: bool = False
    problems: list[dict[str, Any]] = field(default_factory=list)
    totals: dict[str, Decimal] = field(default_factory=dict)
    fields: tuple[str, ...] = ()
    records: list[dict[str, Any]] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether every row was read and it is known whose they are."""
        return bool(self.accepted) and not self.rejected and not self.refused


def tables_of(upload: Upload) -> list[TablePreview]:
    """The tables of an uploaded file, each with its first rows. UserError for a file that cannot be opened."""
    return preview_file(upload_path(upload), upload.name, str(upload.options.get("password", "")))


def below(table: TablePreview, header_row: int | None) -> TablePreview:
    """The table from the row on that the person says is the header; unchanged if there is no such row."""
    rows = tuple(row for row in table.rows if header_row is None or row[0] >= header_row)
    return replace(table, rows=rows) if rows else table


def mapping_of(guess: Guess, table: TablePreview, given: AnyMapping[str, str]) -> Mapping:
    """The guess with what the person chose: `col-N` a field for column N, and the rules of reading."""
    header = header_of(guess, table)
    chosen = {field: header[number] for number in range(len(header)) if (field := given.get(f"col-{number}", ""))}
    layout = given.get("date_format", "")
    return replace(
        guess.mapping,
        name=given.get("name", "").strip(),
        columns=chosen,
        sign=given.get("sign", guess.mapping.sign),
        unit=given.get("unit", guess.mapping.unit),
        decimal_comma=given.get("decimal", ".") == ",",
        date_formats=(layout,) if layout in DATE_FORMATS else guess.mapping.date_formats,
        shop=given.get("shop", "").strip(),
        account=given.get("account", "").strip(),
        currency=given.get("currency", "").strip().upper(),
    )


def header_of(guess: Guess, table: TablePreview) -> tuple[str, ...]:
    """The cells of the header row."""
    return next((cells for row, cells in table.rows if row == guess.header_row), ())


def columns_of(guess: Guess, table: TablePreview, mapping: Mapping) -> list[MappingColumn]:
    """The file's columns with the field each is taken for, and why."""
    reasons: dict[str, Reason] = {reason.part: reason for reason in guess.reasons}
    taken = {header: name for name, header in mapping.columns.items()}
    columns = []
    for number, header in enumerate(header_of(guess, table)):
        target = taken.get(header, "")
        reason = reasons.get(target) if guess.mapping.columns.get(target) == header else None
        columns.append(
            MappingColumn(number, header, target, reason.text if reason else "", reason is None or reason.sure)
        )
    return columns


def faults_of(mapping: Mapping) -> list[str]:
    """What is still missing before the mapping can read anything, in words."""
    missing = [name for name in required_fields(mapping) if name not in mapping.columns]
    if missing:
        return [
            str(UserError("mapping.column_missing", name=mapping.name or "–", field=name, kind=mapping.kind))
            for name in missing
        ]
    try:
        check_mapping(mapping)
    except UserError as error:
        return [str(error)]
    return []


def checked(book: Book, upload: Upload, mapping: Mapping) -> Checked:
    """Read all rows of the file with the mapping; nothing is stored."""
    library = library_book(book)
    context = ReadContext(
        currency=mapping.currency or book.currency, timezone=book.timezone, hash_key=library.hash_key,
        shop=mapping.shop, account=mapping.account, password=str(upload.options.get("password", "")),
        accept_partial=True,
    )  # fmt: skip
    con = connect()
    try:
        named = replace(mapping, name=mapping.name or "preview")
        readings = check_file(upload_path(upload), upload.name, named, context, con)
        read = [reading for reading in readings if reading.rows]
        first = next((reading for reading in read if reading.tables), None)
        return Checked(
            rows=sum(reading.rows for reading in readings),
            accepted=sum(reading.accepted for reading in readings),
            rejected=sum(reading.rejected for reading in readings),
            refused=any(reading.status == "refused" for reading in readings),
            problems=[problem_row(problem) for reading in readings for problem in reading.problems][:20],
            totals=dict(first.totals) if first else {},
            fields=SHOWN_FIELDS[mapping.kind],
            records=_records(con, first, mapping.kind) if first else [],
        )
    finally:
        con.close()


def _records(con: Any, reading: Reading, kind: str) -> list[dict[str, Any]]:
    names = SHOWN_FIELDS[kind]
    found = con.execute(
        f"SELECT {', '.join(names)} FROM {quoted(reading.tables[kind])} ORDER BY source_row LIMIT {RECORDS_SHOWN}"
    ).fetchall()
    return [dict(zip(names, row, strict=True)) for row in found]


def field_names(kind: str) -> list[str]:
    """The fields a column may be mapped to."""
    return [target.name for target in TARGETS[kind]]
