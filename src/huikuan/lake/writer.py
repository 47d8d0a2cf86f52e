"""The book's one writer: compare, append, commit, undo, compact. Made by `Lake.writer()`, which holds the lock."""

from __future__ import annotations

import dataclasses
import itertools
import shutil
import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from huikuan.lake import compaction, comparing, current, delta
from huikuan.lake import documents as documents_table
from huikuan.lake.changes import Changes, changes_of
from huikuan.lake.comparing import Compared, Comparison
from huikuan.lake.frozen import ClosedSpan, Kept, keep_closed
from huikuan.lake.winning import typed_columns
from huikuan.records.document import Document
from huikuan.records.errors import InvariantError, UserError
from huikuan.records.kind import Kind
from huikuan.records.kinds import KINDS
from huikuan.records.sql import sql_text

if TYPE_CHECKING:
    from huikuan.lake.lake import Lake


class Writer:
    """Writes one book. The caller's order per document: compare each kind, append each kind, commit."""

    def __init__(self, lake: Lake) -> None:
        self._lake = lake
        self._compared: dict[tuple[str, str], Compared] = {}  # (document, kind)
        self._appended: dict[tuple[str, str], int] = {}  # (document, kind) -> rows
        self._remove_orphans()

    def compare(
        self,
        con: duckdb.DuckDBPyConnection,
        kind: str,
        table: str,
        document: Document | None = None,
        *,
        keys_proved: bool = False,
    ) -> Comparison:
        """Counts (new, updated, duplicate) of the readings in a relation of `con` against the current records.

        The result's attribute `unchanged` tells whether all is known already, by content (rule 17).
        `document`: what the winning rule asks of it (document_id, exported_at, sha256, order_grain); without it the
        readings rank by the times on their rows. InvariantError where two readings share a record key or one has none;
        `keys_proved`: that none is shared has been proved over these very rows.
        """
        document = document or _unknown_document()
        state = self._lake.state(KINDS[kind])
        compared = comparing.compare(con, state, table, document, self._lake.version(), keys_proved=keys_proved)
        self._compared[document.document_id, kind] = compared
        return compared.counts

    def changes(self, con: duckdb.DuckDBPyConnection, kind: str, table: str, document: Document) -> Changes:
        """What the readings in a relation of `con` change in the known records of their kind, field by field."""
        return changes_of(con, self._lake.state(KINDS[kind]), table, document)

    def keep_closed(
        self, con: duckdb.DuckDBPyConnection, kind: str, table: str, document: Document, spans: Sequence[ClosedSpan]
    ) -> Kept:
        """The readings in a relation of `con` without those that would change records of closed periods."""
        return keep_closed(con, self._lake.state(KINDS[kind]), table, document, spans)

    def append(self, kind: str, reader: pa.RecordBatchReader) -> int:
        """Write readings (all fields, document_id included) from a stream; rows written. Not visible before commit.

        A stream holds the readings of one document.
        """
        con = self._lake.connect()
        try:
            first = next((batch for batch in reader if batch.num_rows), None)
            if first is None:
                return 0
            document_id = first.column("document_id")[0].as_py()
            rest = pa.RecordBatchReader.from_batches(reader.schema, _chained(first, reader, document_id))
            con.register("huikuan_stream", rest)
            return self.append_query(con, kind, "SELECT * FROM huikuan_stream", document_id)
        finally:
            con.close()

    def append_query(
        self,
        con: duckdb.DuckDBPyConnection,
        kind: str,
        query: str,
        document_id: str,
        constants: Mapping[str, str] | None = None,
    ) -> int:
        """Write the readings which a query of `con` gives (document_id not needed); rows written.

        The fast way for bulk: DuckDB writes the files itself. Not visible before commit. `constants`: text columns
        known to hold one word in all rows; duckdb.ConversionException where another is found.
        """
        documents_table.check_document_id(document_id)
        if document_id in {document.document_id for document in self._lake.documents(undone=True)}:
            raise InvariantError("lake.document_id_used", document=document_id)
        record_kind = KINDS[kind]
        folder = current.readings_folder(self._lake.folder, record_kind)
        delta.ensure_table(folder, record_kind.arrow_schema(), partition_by=["document_id"])
        columns = [column for column in typed_columns(record_kind) if not column.endswith('"document_id"')]
        columns = [_as_one_word(column, constants or {}) for column in columns]
        files = delta.write_parquet(
            con, f"SELECT {', '.join(columns)} FROM ({query})", folder / f"document_id={document_id}"
        )
        delta.commit_files(folder, files, {"document_id": document_id})
        rows: int = sum(file["rows"] for file in files)
        self._appended[document_id, kind] = self._appended.get((document_id, kind), 0) + rows
        return rows

    def commit(self, document: Document) -> None:
        """The commit point: from here on the document's readings count. `imported_at` defaults to now."""
        documents_table.check_document_id(document.document_id)
        if document.document_id in {known.document_id for known in self._lake.documents(undone=True)}:
            raise InvariantError("lake.document_id_used", document=document.document_id)
        for document_id, kind in list(self._appended):
            if document_id == document.document_id:
                self._save_overlap(KINDS[kind], document_id)
                del self._appended[document_id, kind]
        self._compared.clear()
        document = dataclasses.replace(document, imported_at=document.imported_at or datetime.now(UTC))
        folder = self._lake.folder / "documents"
        documents_table.append_row(folder, documents_table.DOCUMENTS_SCHEMA, documents_table.document_row(document))

    def undo(self, document_id: str, by: str, at: datetime | None = None) -> None:
        """Take a document out again. UserError where it is unknown or already undone."""
        known = {document.document_id: document for document in self._lake.documents(undone=True)}
        if document_id not in known:
            raise UserError("lake.document_unknown", document=document_id)
        if known[document_id].undone_at is not None:
            raise UserError("lake.document_undone", document=document_id)
        row = {
            "document_id": document_id,
            "undone_by": by,
            "undone_at": documents_table.utc_naive(at or datetime.now(UTC)),
        }
        documents_table.append_row(self._lake.folder / "tombstones", documents_table.TOMBSTONES_SCHEMA, row)

    def compact(self, grace_s: float = 86_400) -> None:
        """Fold what was added and undone into the base; never changes what is read.

        Files that no reader of the last `grace_s` seconds can hold are removed.
        """
        for kind in KINDS.values():
            con = self._lake.connect()
            try:
                compaction.compact_kind(con, self._lake.state(kind), grace_s)
            finally:
                con.close()
        for name, schema in documents_table.SMALL_TABLES.items():
            table = self._lake.folder / name
            if len(delta.list_files(self._lake.folder, table)) > documents_table.SMALL_FILES_MAX:
                documents_table.gather_rows(table, schema)

    def _save_overlap(self, kind: Kind, document_id: str) -> None:
        """Note which groups the appended readings share with standing documents."""
        compared = self._compared.get((document_id, kind.name))
        rows = self._appended[document_id, kind.name]
        folder = current.current_folder(self._lake.folder, kind)
        if compared and sum(compared.counts) == rows and compared.version == self._lake.version():
            current.save_overlap(folder, document_id, compared.overlap)
            return
        con = self._lake.connect()
        try:
            current.save_overlap(folder, document_id, self._overlap(con, kind, document_id))
        finally:
            con.close()

    def _overlap(self, con: duckdb.DuckDBPyConnection, kind: Kind, document_id: str) -> pa.Table | None:
        """The groups of appended readings that standing documents tell too, from the files."""
        state = self._lake.state(kind)
        files = delta.list_files(self._lake.folder, current.readings_folder(self._lake.folder, kind))
        own = [file for file in files if file.document_id == document_id]
        con.execute(f"CREATE TEMP VIEW own_readings AS {current.scan(state, own)}")
        comparing.check_keys(con, state, "own_readings")
        known = comparing.possible_files(con, state, "own_readings")
        if not known:
            return None
        return con.execute(comparing.overlap_sql(state, known, "own_readings")).fetch_arrow_table()

    def _remove_orphans(self) -> None:
        """Remove what a writer that died left behind: readings whose document was never committed."""
        known = {document.document_id for document in self._lake.documents(undone=True)}
        for kind in KINDS.values():
            folder = current.readings_folder(self._lake.folder, kind)
            files = delta.list_files(self._lake.folder, folder)
            prefix = folder.relative_to(self._lake.folder).as_posix() + "/"
            for document_id in sorted({file.document_id for file in files} - known):
                orphans = [file.path.removeprefix(prefix) for file in files if file.document_id == document_id]
                delta.commit_files(folder, [], {"document_id": document_id}, removed=orphans)
            for path in folder.glob("document_id=*"):
                if path.name.removeprefix("document_id=") not in known:
                    shutil.rmtree(path, ignore_errors=True)
                else:
                    _remove_scratch(path)


def _as_one_word(column: str, constants: Mapping[str, str]) -> str:
    """An item of the select list, its text of a type that has only the word it holds in all rows: DuckDB writes such a
    column in a ninth of the time; whoever reads the file sees text, with its bounds."""
    name = next((each for each in constants if column.endswith(f'"{each}"')), "")
    return f'CAST("{name}" AS ENUM({sql_text(constants[name])})) AS "{name}"' if name else column


def _remove_scratch(folder: Path) -> None:
    for path in folder.glob("tmp-*"):
        shutil.rmtree(path, ignore_errors=True)


def _unknown_document() -> Document:
    """A document of which nothing is known but its readings."""
    return Document(
        document_id=f"new-{uuid.uuid4().hex}", file_name="", sha256="", size_bytes=0, format="", kinds=(), shop="",
        account="", status="imported", period_from=None, period_to=None, period_stated=False, exported_at=None,
        rows=0, accepted=0, rejected=0, ignored=0,
    )  # fmt: skip


def _chained(first: pa.RecordBatch, rest: pa.RecordBatchReader, document_id: str) -> Iterator[pa.RecordBatch]:
    """The batches of a stream, each of which must belong to one document."""
    for batch in itertools.chain([first], rest):
        if batch.num_rows and not pc.all(pc.equal(batch.column("document_id"), document_id)).as_py():
            raise InvariantError("lake.stream_mixed", document=document_id)
        yield batch
