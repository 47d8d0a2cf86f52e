"""The lake of one book: what happened, append-only, as documents told it (DESIGN section 2).

`Lake(folder)` reads without any lock; `lake.writer()` is the one way to write. Knows no engine and no web.
"""

from __future__ import annotations

import contextlib
import hashlib
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb

from huikuan.lake import compaction, current, delta
from huikuan.lake import documents as documents_table
from huikuan.lake.current import KindState
from huikuan.lake.duplicates import possible_duplicates_sql
from huikuan.lake.interim import has_reports, leave_out_covered
from huikuan.lake.locks import BusyError, writer_lock
from huikuan.lake.settlement import mark_corroborating
from huikuan.lake.winning import ORDER_KIND, typed_columns
from huikuan.lake.writer import Writer
from huikuan.records.document import Document
from huikuan.records.kind import Kind, record_key_parts
from huikuan.records.kinds import KINDS

_Versions = tuple[tuple[str, int], tuple[str, int]]


class Lake:
    """The lake in a folder (`HOME/books/ID/lake`), which need not exist yet.

    `connect` gives the DuckDB connections of the lake's own work (writing, compaction).
    """

    def __init__(self, folder: Path, connect: Callable[[], duckdb.DuckDBPyConnection] | None = None) -> None:
        self.folder = Path(folder)
        self._connect = connect
        self._documents: tuple[_Versions, list[Document]] | None = None

    def connect(self) -> duckdb.DuckDBPyConnection:
        """A new in-memory connection for the lake's own work."""
        if self._connect is not None:
            return self._connect()
        con = duckdb.connect(":memory:")
        con.execute(f"SET temp_directory = {delta.quoted((self.folder / f'tmp-{uuid.uuid4().hex}').as_posix())}")
        return con

    @contextlib.contextmanager
    def writer(self, what: str = "huikuan", timeout_s: float = 30) -> Iterator[Writer]:
        """The book's one writer. BusyError, naming the holder, if it is taken for longer than `timeout_s`."""
        with writer_lock(self.folder, what, timeout_s):
            yield Writer(self)

    def tidy(self) -> bool:
        """Compact, if what was imported or undone since the last time has made reading slow; whether it did.

        Left to the next time while another process writes.
        """
        if not any(compaction.is_due(self.state(kind)) for kind in KINDS.values()):
            return False
        try:
            with self.writer("compaction", timeout_s=0) as writer:
                writer.compact()
        except BusyError:
            return False
        return True

    def documents(self, undone: bool = False) -> list[Document]:
        """The standing documents by time of import; with `undone`, those undone as well."""
        versions = self.versions()
        cached = self._documents
        if cached is None or cached[0] != versions:
            cached = self._documents = (versions, documents_table.read_documents(self.folder))
        return [document for document in cached[1] if undone or document.undone_at is None]

    def versions(self) -> _Versions:
        """What changes whenever a document comes or goes; cheap, as nothing is read."""
        return (
            documents_table.table_version(self.folder / "documents"),
            documents_table.table_version(self.folder / "tombstones"),
        )

    def version(self) -> str:
        """The identity of the facts: a hash of the standing documents. The same documents, the same text."""
        ids = sorted(document.document_id for document in self.documents())
        return hashlib.sha256("\n".join(ids).encode()).hexdigest()

    def state(self, kind: Kind) -> KindState:
        """One consistent look at a kind."""
        # The manifest first: documents committed meanwhile are then "added since", never "undone since".
        manifest = current.newest_manifest(current.current_folder(self.folder, kind))
        return current.load_state(self.folder, kind, manifest, self.documents(undone=True))

    def register_current(self, con: duckdb.DuckDBPyConnection, kind: str, name: str) -> None:
        """Create the DuckDB view `name` of the current records: `Kind.all_fields`, one row per record_key.

        `name` is a plain identifier; helper tables are named after it.
        """
        state, name = self.state(KINDS[kind]), _identifier(name)
        if kind == "bank_line" and has_reports(list(state.documents)):
            current.register(con, state, f"{name}__lines")
            leave_out_covered(con, f"{name}__lines", list(state.documents), name)
        else:
            current.register(con, state, name)

    def register_settlement(self, con: duckdb.DuckDBPyConnection, name: str) -> None:
        """Create the view `name` of current settlement lines with `corroborating` BOOLEAN (rule 3)."""
        lines = f"{_identifier(name)}__lines"
        self.register_current(con, "settlement_line", lines)
        mark_corroborating(con, lines, self.documents(), name)

    def register_possible_duplicates(self, con: duckdb.DuckDBPyConnection, kind: str, name: str) -> None:
        """Create the table `name` of records that may be one movement or two (DESIGN section 5).

        One row per record_key: currency, amount, business_date, documents (how many tell it).
        """
        query = possible_duplicates_sql(con, self.state(KINDS[kind]), f"{_identifier(name)}__documents")
        con.execute(f"CREATE OR REPLACE TABLE {name} AS {query}")
        if kind == "bank_line" and has_reports(self.documents()):
            self.register_current(con, kind, f"{name}__shown")
            con.execute(f"DELETE FROM {name} WHERE record_key NOT IN (SELECT record_key FROM {name}__shown)")

    def register_document(self, con: duckdb.DuckDBPyConnection, kind: str, document_id: str, name: str) -> None:
        """Create the view `name` of one document's readings of a kind, standing or undone; only `con` sees it."""
        state = self.state(KINDS[kind])
        folder = current.readings_folder(self.folder, KINDS[kind])
        files = [file for file in delta.list_files(self.folder, folder) if file.document_id == document_id]
        query = current.scan(state, files, typed_columns(KINDS[kind]))
        con.execute(f"CREATE OR REPLACE TEMP VIEW {_identifier(name)} AS {query}")

    def register_touched(self, con: duckdb.DuckDBPyConnection, kind: str, document_ids: list[str], name: str) -> None:
        """Create the table `name`: all readings, of standing documents and of these, that decide about what these
        documents (standing or undone) tell. Columns: `Kind.all_fields`."""
        state = self.state(KINDS[kind])
        folder = current.readings_folder(self.folder, KINDS[kind])
        files = [file for file in delta.list_files(self.folder, folder) if file.document_id in document_ids]
        own, groups = f"{_identifier(name)}__own", f"{name}__groups"
        con.execute(f"CREATE OR REPLACE TABLE {own} AS {current.scan(state, files)}")
        columns = ", ".join(current.groups_of(state.kind))
        con.execute(f"CREATE OR REPLACE TABLE {groups} AS SELECT DISTINCT {columns} FROM {own}")
        # All lines of an order have its number; other records may be told with another one elsewhere.
        if kind == ORDER_KIND or state.share_nothing(document_ids):
            con.execute(f"CREATE OR REPLACE VIEW {name} AS SELECT * FROM {own}")
        else:
            current.create_readings(con, state, groups, name, own)

    def history(self, con: duckdb.DuckDBPyConnection, record_key: str) -> list[dict[str, Any]]:
        """All readings of one record, oldest import first; undone ones too (`standing` False).

        Each has the kind's fields and document facts: file_name, imported_at, undone_at, standing. Unknown key: empty.
        """
        kind = KINDS.get(record_key_parts(record_key)[0])
        if kind is None:
            return []
        state = self.state(kind)
        documents = {document.document_id: document for document in self.documents(undone=True)}
        files = [
            file
            for file in delta.list_files(self.folder, current.readings_folder(self.folder, kind))
            if file.document_id in documents and file.may_hold(record_key, record_key)
        ]
        columns = [field.name for field in kind.all_fields]
        query = f"SELECT * FROM ({current.scan(state, files, typed_columns(kind))}) WHERE record_key = ?"
        readings = [dict(zip(columns, row, strict=True)) for row in con.execute(query, [record_key]).fetchall()]
        order = {document_id: place for place, document_id in enumerate(documents)}
        readings.sort(key=lambda reading: order[reading["document_id"]])
        return [reading | _document_facts(documents[reading["document_id"]]) for reading in readings]


def _identifier(name: str) -> str:
    if not name.isidentifier():
        raise ValueError(f"not an identifier: {name!r}")
    return name


def _document_facts(document: Document) -> dict[str, Any]:
    return {
        "file_name": document.file_name,
        "imported_at": document.imported_at,
        "undone_at": document.undone_at,
        "standing": document.undone_at is None,
    }
