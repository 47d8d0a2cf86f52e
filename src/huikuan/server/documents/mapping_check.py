"""Reading a file with a mapping that is not saved yet: what its records look like, and whether all rows can be read.

Nothing is stored. A small file is read whole at each change; of a large text file the head is read at once, all rows
by a job (`tasks.check_mapping`).
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from huikuan.formats.mapping import Mapping
from huikuan.formats.mapping_guess import check_file
from huikuan.formats.readers.container import nature_of
from huikuan.formats.reading import ReadContext, Reading
from huikuan.pipeline.compute import connect, quoted
from huikuan.pipeline.documents.importing import problem_row
from huikuan.records.kinds import KINDS
from huikuan.server.books.models import Book
from huikuan.server.documents.library import library_book
from huikuan.server.documents.models import Upload
from huikuan.server.documents.problems import ProblemLine, lines_of, sentence, total_name
from huikuan.server.documents.queries import SHOWN_FIELDS
from huikuan.server.documents.services import upload_path

if TYPE_CHECKING:
    from collections.abc import Iterator

RECORDS_SHOWN = 5
PROBLEMS_SHOWN = 20
WHOLE_BYTES = 400_000  # up to this size all rows are read at each change
UNNAMED = "?"  # stands for a shop or account not named yet, so that the rows can be read all the same


@dataclass(frozen=True)
class Checked:
    """What reading with the mapping gives. `whole`: all rows were read, not only the head. `needs`: shop or account,
    which has to be named before the import; `problems` as import rows have them."""

    rows: int = 0
    accepted: int = 0
    rejected: int = 0
    refused: bool = False
    whole: bool = True
    needs: str = ""
    problems: list[dict[str, Any]] = field(default_factory=list)
    totals: dict[str, Decimal] = field(default_factory=dict)
    fields: tuple[str, ...] = ()
    types: dict[str, str] = field(default_factory=dict)
    records: list[dict[str, Any]] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether every row was read and it is known whose they are."""
        return self.readable and not self.needs

    @property
    def readable(self) -> bool:
        """Whether every row was read."""
        return bool(self.accepted) and not self.rejected and not self.refused

    @property
    def named_totals(self) -> list[tuple[str, Decimal]]:
        """The totals, each with its name in words."""
        return [(total_name(name), amount) for name, amount in self.totals.items()]

    @property
    def shown(self) -> list[tuple[str, str]]:
        """The fields shown, each with the type of its values."""
        return [(name, self.types.get(name, "text")) for name in self.fields]

    @property
    def row_faults(self) -> list[ProblemLine]:
        """Faults of single rows."""
        return lines_of(problem for problem in self.problems if problem.get("row") is not None)

    @property
    def file_faults(self) -> list[str]:
        """What is said of the file as a whole. Of a head, totals say nothing."""
        said = [p for p in self.problems if p.get("row") is None and (self.whole or p.get("severity") == "refuse")]
        return [sentence(problem) for problem in said]


def is_small(upload: Upload) -> bool:
    """Whether all rows may be read at each change."""
    return int(upload.size_bytes) <= WHOLE_BYTES


def can_sample(upload: Upload) -> bool:
    """Whether the head of the file can be read alone: only of plain text."""
    return bool(nature_of(upload_path(upload), upload.name) == "text")


def checked(
    book: Book, upload: Upload, mapping: Mapping, *, whole: bool, told: Callable[[float], None] | None = None
) -> Checked:
    """Read the file with the mapping: all of it, or the head of a large text file."""
    needs = needed_owner(mapping)
    library = library_book(book)
    context = ReadContext(
        currency=mapping.currency or book.currency, timezone=book.timezone, hash_key=library.hash_key,
        shop=_owner(mapping, "shop"), account=_owner(mapping, "account"),
        password=str(upload.options.get("password", "")), accept_partial=True, on_progress=told,
    )  # fmt: skip
    con = connect()
    try:
        with _part(upload, whole) as path:
            readings = check_file(path, upload.name, replace(mapping, name=mapping.name or upload.name), context, con)
        read = [reading for reading in readings if reading.rows]
        first = next((reading for reading in read if reading.tables), None)
        records = _records(con, first, mapping.kind) if first else []
        return Checked(
            rows=sum(reading.rows for reading in readings),
            accepted=sum(reading.accepted for reading in readings),
            rejected=sum(reading.rejected for reading in readings),
            refused=any(reading.status == "refused" for reading in readings),
            whole=whole or is_small(upload),
            needs=needs,
            problems=[problem_row(problem) for reading in readings for problem in reading.problems][:PROBLEMS_SHOWN],
            totals=dict(first.totals) if first else {},
            fields=_filled(mapping, records),
            types={each.name: each.type for each in KINDS[mapping.kind].all_fields},
            records=records,
        )
    finally:
        con.close()


def needed_owner(mapping: Mapping) -> str:
    """`shop` or `account`, where the kind needs it and neither a column nor the person says it; else blank."""
    for name in ("shop", "account"):
        if name in KINDS[mapping.kind].key and not getattr(mapping, name) and name not in mapping.fields:
            return name
    return ""


def _owner(mapping: Mapping, name: str) -> str:
    given = str(getattr(mapping, name))
    return given or ("" if name in mapping.fields else UNNAMED)


@contextmanager
def _part(upload: Upload, whole: bool) -> Iterator[Path]:
    """The upload's file, or a copy of its first lines."""
    path = upload_path(upload)
    if whole or is_small(upload) or not can_sample(upload):
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="huikuan-", ignore_cleanup_errors=True) as folder:
        head = Path(folder) / "head"
        with path.open("rb") as file:
            start = file.read(WHOLE_BYTES)
        head.write_bytes(start[: start.rfind(b"\n") + 1] or start)
        yield head


def _filled(mapping: Mapping, records: list[dict[str, Any]]) -> tuple[str, ...]:
    """The fields worth showing: filled in some record, and no number made up where the file has none."""
    made_up = {name for name in ("ref", "flow_no") if name not in mapping.fields}
    if any(isinstance(value, datetime) for record in records for value in record.values()):
        made_up.add("business_date")  # the time tells it already
    return tuple(
        name
        for name in _names(mapping.kind)
        if name not in made_up and any(record[name] not in (None, "") for record in records)
    )


def _names(kind: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*SHOWN_FIELDS[kind], "business_date")))


def _records(con: Any, reading: Reading, kind: str) -> list[dict[str, Any]]:
    names = _names(kind)
    found = con.execute(
        f"SELECT {', '.join(names)} FROM {quoted(reading.tables[kind])} ORDER BY source_row LIMIT {RECORDS_SHOWN}"
    ).fetchall()
    return [dict(zip(names, row, strict=True)) for row in found]
