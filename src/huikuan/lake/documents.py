"""The lake tables `documents` (the commit points) and `tombstones` (what was undone), as plain values.

Both are append-only. Times are kept in UTC; a naive time given is taken as UTC, times returned are aware.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import json
import re
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from huikuan.lake import delta
from huikuan.records.document import Control, Document
from huikuan.records.errors import InvariantError

_TEXT = ("document_id", "file_name", "sha256", "format", "shop", "account", "status", "order_grain", "imported_by")
_COUNTS = ("size_bytes", "rows", "accepted", "rejected", "ignored", "new", "updated", "duplicate")
_JSON = ("totals", "controls", "problems", "balances")

DOCUMENTS_SCHEMA = pa.schema(
    [pa.field(name, pa.string()) for name in _TEXT]
    + [pa.field(name, pa.int64()) for name in _COUNTS]
    + [pa.field("kinds", pa.list_(pa.string()))]
    + [pa.field(name, pa.date32()) for name in ("period_from", "period_to")]
    + [pa.field("period_stated", pa.bool_())]
    + [pa.field(name, pa.timestamp("us")) for name in ("exported_at", "imported_at")]
    + [pa.field(name, pa.string()) for name in _JSON]
)
TOMBSTONES_SCHEMA = pa.schema(
    [
        pa.field("document_id", pa.string()),
        pa.field("undone_by", pa.string()),
        pa.field("undone_at", pa.timestamp("us")),
    ]
)
SMALL_TABLES = {"documents": DOCUMENTS_SCHEMA, "tombstones": TOMBSTONES_SCHEMA}
SMALL_FILES_MAX = 50  # one-row files, before they are gathered
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


def check_document_id(document_id: str) -> str:
    """The id, if it may be one: it names a folder on every operating system. Else InvariantError."""
    if not _ID.fullmatch(document_id):
        raise InvariantError("lake.document_id_invalid", document=document_id)
    return document_id


def utc_naive(moment: datetime | None) -> datetime | None:
    """A moment as the lake keeps it: UTC without a zone."""
    if moment is None or moment.tzinfo is None:
        return moment
    return moment.astimezone(UTC).replace(tzinfo=None)


def _utc_aware(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.replace(tzinfo=UTC)


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"not JSON: {value!r}")


def document_row(document: Document) -> dict[str, Any]:
    """A document as a row of the lake table `documents`."""
    row = {name: getattr(document, name) for name in DOCUMENTS_SCHEMA.names}
    row["kinds"] = list(document.kinds)
    row["exported_at"] = utc_naive(document.exported_at)
    row["imported_at"] = utc_naive(document.imported_at)
    row["totals"] = json.dumps({name: str(amount) for name, amount in document.totals.items()}, ensure_ascii=False)
    controls = [{"name": c.name, "stated": str(c.stated), "computed": str(c.computed)} for c in document.controls]
    row["controls"] = json.dumps(controls, ensure_ascii=False)
    balances = {currency: [str(end) for end in ends] for currency, ends in document.balances.items()}
    row["balances"] = json.dumps(balances)
    row["problems"] = json.dumps(list(document.problems), ensure_ascii=False, default=_plain)
    return row


def _document(row: dict[str, Any], tombstones: dict[str, dict[str, Any]]) -> Document:
    undone = tombstones.get(row["document_id"], {})
    values = row | {
        "kinds": tuple(row["kinds"]),
        "exported_at": _utc_aware(row["exported_at"]),
        "imported_at": _utc_aware(row["imported_at"]),
        "totals": {name: Decimal(amount) for name, amount in json.loads(row["totals"]).items()},
        "controls": tuple(
            Control(told["name"], Decimal(told["stated"]), Decimal(told["computed"]))
            for told in json.loads(row["controls"])
        ),
        "problems": tuple(json.loads(row["problems"])),
        # None: written before balances were kept
        "balances": {
            currency: (Decimal(opening), Decimal(closing))
            for currency, (opening, closing) in json.loads(row["balances"] or "{}").items()
        },
        "undone_at": _utc_aware(undone.get("undone_at")),
        "undone_by": undone.get("undone_by", ""),
    }
    known = {field.name for field in dataclasses.fields(Document)}
    return Document(**{name: value for name, value in values.items() if name in known})


def append_row(folder: Path, schema: pa.Schema, row: dict[str, Any]) -> None:
    """Append one row to a small table: one Delta commit."""
    delta.ensure_table(folder, schema)
    delta.commit_files(folder, [delta.write_rows(folder, pa.Table.from_pylist([row], schema=schema))])


@functools.lru_cache(maxsize=8192)
def _file_rows(path: str) -> list[dict[str, Any]]:
    """The rows of one file; a file never changes and its name never comes again."""
    rows: list[dict[str, Any]] = pq.ParquetFile(path).read().to_pylist()
    return rows


def _rows(folder: Path, schema: pa.Schema) -> list[dict[str, Any]]:
    files = delta.list_files(folder.parent, folder)
    rows = [row for file in files for row in _file_rows(str(folder.parent / file.path))]
    return [{name: row.get(name) for name in schema.names} for row in rows]


def gather_rows(folder: Path, schema: pa.Schema) -> None:
    """Rewrite the one-row files of a small table as one file.

    The old files stay for the readers that have listed them; those of the time before are removed.
    """
    files = delta.list_files(folder.parent, folder)
    listed = {(folder.parent / file.path).name for file in files}
    for path in folder.glob("part-*.parquet"):
        if path.name not in listed:
            with contextlib.suppress(OSError):
                path.unlink()
    rows = pa.Table.from_pylist(_rows(folder, schema), schema=schema)
    delta.commit_files(folder, [delta.write_rows(folder, rows)], removed=sorted(listed))


def table_version(folder: Path) -> tuple[str, int]:
    """What tells one state of a table from another; ("", 0) where there is none yet."""
    newest = delta.newest_commit(folder)
    return ("", 0) if newest is None else (newest.name, newest.stat().st_mtime_ns)


def read_documents(lake_folder: Path) -> list[Document]:
    """All committed documents, undone ones included, in the order of (imported_at, document_id)."""
    tombstones = {row["document_id"]: row for row in _rows(lake_folder / "tombstones", TOMBSTONES_SCHEMA)}
    documents = [_document(row, tombstones) for row in _rows(lake_folder / "documents", DOCUMENTS_SCHEMA)]
    beginning = datetime.min.replace(tzinfo=UTC)
    return sorted(documents, key=lambda document: (document.imported_at or beginning, document.document_id))
