"""The current records of a kind: base files, what was added since, and what must be decided anew.

`current/KIND/manifest-NNNNNNNN.json` names the *base*: a list of Parquet files whose rows are the current records of
the documents folded in (files of `readings/` serve as they are wherever no document overlaps another, so nothing is
written twice). The highest number counts; a manifest is never changed, so a reader keeps the one it began with.

Reading = base + files of documents added since, minus the *touched* groups, plus their winners computed from the
readings. Touched are the groups that a document added since shares with an earlier one (`overlap/DOCUMENT.parquet`,
written before its commit; `.none` where it shares none) and all groups of a document undone since.

All of this is derived: delete `current/` at will, the next compaction builds it again.
"""

from __future__ import annotations

import json
import os
import uuid
from dataclasses import asdict, dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from huikuan.lake import delta
from huikuan.lake.delta import DataFile
from huikuan.lake.documents import utc_naive
from huikuan.lake.winning import group_columns, typed_columns, winners_sql
from huikuan.records.document import Document
from huikuan.records.kind import DUCKDB_TYPES, Kind


@dataclass(frozen=True)
class Manifest:
    """What the base of a kind is made of."""

    generation: int = 0
    documents: frozenset[str] = frozenset()
    files: tuple[DataFile, ...] = ()


@dataclass(frozen=True)
class KindState:
    """One consistent look at a kind: what its current records are computed from."""

    kind: Kind
    lake_folder: Path
    base: tuple[DataFile, ...]
    folded: frozenset[str]
    readings: tuple[DataFile, ...]  # of all standing documents
    undone: tuple[DataFile, ...]  # of documents folded into the base and undone since
    documents: tuple[Document, ...]  # standing
    evolved: bool

    @property
    def folder(self) -> Path:
        """Where the kind's derived files lie."""
        return current_folder(self.lake_folder, self.kind)

    @property
    def added(self) -> tuple[DataFile, ...]:
        """Readings of the documents added since the base was made."""
        return tuple(file for file in self.readings if file.document_id not in self.folded)

    @property
    def unresolved(self) -> bool:
        """Whether it is not known which groups a document added since shares with others."""
        added = {file.document_id for file in self.added}
        return any(overlap_file(self.folder, document) is None for document in added)

    def share_nothing(self, document_ids: list[str]) -> bool:
        """Whether these documents, all standing, are known to tell no group that an earlier one tells."""
        standing = {document.document_id for document in self.documents}
        known = (overlap_file(self.folder, each) for each in document_ids)
        return standing.issuperset(document_ids) and all(path and path.suffix == ".none" for path in known)


def current_folder(lake_folder: Path, kind: Kind) -> Path:
    """The folder of a kind's derived files."""
    return lake_folder / "current" / kind.name


def readings_folder(lake_folder: Path, kind: Kind) -> Path:
    """The Delta table of a kind's readings."""
    return lake_folder / "readings" / kind.name


def manifest_path(folder: Path, generation: int) -> Path:
    """Where the manifest of a generation lies."""
    return folder / f"manifest-{generation:08d}.json"


def manifest_generations(folder: Path) -> list[int]:
    """Generations whose manifests still lie in a folder, oldest first."""
    return sorted(int(path.stem.removeprefix("manifest-")) for path in folder.glob("manifest-*.json"))


def load_manifest(folder: Path, generation: int) -> Manifest:
    """Read one manifest."""
    told = json.loads(manifest_path(folder, generation).read_text(encoding="utf-8"))
    return Manifest(generation, frozenset(told["documents"]), tuple(DataFile(**file) for file in told["files"]))


def newest_manifest(folder: Path) -> Manifest:
    """The manifest that counts; an empty one where there is none."""
    generations = manifest_generations(folder)
    return load_manifest(folder, generations[-1]) if generations else Manifest()


def save_manifest(folder: Path, manifest: Manifest) -> None:
    """Publish a manifest: complete under its own new name, or not there at all."""
    scratch = folder / f"tmp-{uuid.uuid4().hex}.json"
    told = {"documents": sorted(manifest.documents), "files": [asdict(file) for file in manifest.files]}
    with scratch.open("w", encoding="utf-8") as file:
        json.dump(told, file)
        file.flush()
        os.fsync(file.fileno())
    scratch.replace(manifest_path(folder, manifest.generation))


def overlap_file(folder: Path, document_id: str) -> Path | None:
    """The file that tells which groups a document shares with earlier ones; None if that is not known."""
    for suffix in ("none", "parquet"):
        path = folder / "overlap" / f"{document_id}.{suffix}"
        if path.exists():
            return path
    return None


def save_overlap(folder: Path, document_id: str, groups: pa.Table | None) -> None:
    """Tell which groups a document shares with earlier ones, before it is committed. None or no rows: none."""
    (folder / "overlap").mkdir(parents=True, exist_ok=True)
    scratch = folder / "overlap" / f"tmp-{uuid.uuid4().hex}"
    if groups is None or groups.num_rows == 0:
        scratch.touch()
        scratch.replace(folder / "overlap" / f"{document_id}.none")
    else:
        pq.write_table(groups, scratch, compression="zstd")
        scratch.replace(folder / "overlap" / f"{document_id}.parquet")


def load_state(lake_folder: Path, kind: Kind, manifest: Manifest, documents: list[Document]) -> KindState:
    """A look at a kind. The manifest must have been read before the documents (all, undone ones included)."""
    table = readings_folder(lake_folder, kind)
    standing = tuple(document for document in documents if document.undone_at is None)
    ids = {document.document_id for document in standing}
    files = delta.list_files(lake_folder, table)
    return KindState(
        kind=kind,
        lake_folder=lake_folder,
        base=manifest.files,
        folded=manifest.documents,
        readings=tuple(file for file in files if file.document_id in ids),
        undone=tuple(file for file in files if file.document_id in manifest.documents - ids),
        documents=standing,
        evolved=delta.table_state(table).evolved,
    )


def scan(state: KindState, files: tuple[DataFile, ...] | list[DataFile], columns: list[str] | None = None) -> str:
    """A query over files of either shape, all fields unless told otherwise. No files, no rows."""
    columns = columns or typed_columns(state.kind)
    shapes = ([f for f in files if f.document_id], [f for f in files if not f.document_id])
    no_rows = _nothing(state.kind) if state.evolved else None
    parts = [delta.scan_sql(state.lake_folder, shape, columns, no_rows) for shape in shapes if shape]
    return " UNION ALL ".join(parts) or f"SELECT {', '.join(columns)} FROM ({_nothing(state.kind)})"


def _nothing(kind: Kind) -> str:
    columns = ", ".join(f'CAST(NULL AS {DUCKDB_TYPES[f.type]}) AS "{f.name}"' for f in kind.all_fields)
    return f"SELECT {columns} WHERE false"


def groups_of(kind: Kind) -> list[str]:
    """Select list of the group columns."""
    return [f'"{column}"' for column in group_columns(kind)]


def touched_sql(state: KindState) -> str | None:
    """The groups to be decided anew, maybe more than once each; None where there are none."""
    groups = groups_of(state.kind)
    parts = [scan(state, state.undone, groups)] if state.undone else []
    if state.unresolved:
        columns = ", ".join(groups)
        readings = scan(state, state.readings, [*groups, "document_id"])
        parts.append(f"SELECT {columns} FROM ({readings}) GROUP BY ALL HAVING count(DISTINCT document_id) > 1")
    else:
        added = {file.document_id for file in state.added}
        known = [overlap_file(state.folder, document) for document in sorted(added)]
        files = [delta.quoted(delta.escaped(path)) for path in known if path is not None and path.suffix == ".parquet"]
        if files:
            parts.append(f"SELECT {', '.join(groups)} FROM read_parquet([{', '.join(files)}])")
    return " UNION ALL ".join(parts) or None


def key_bounds(con: duckdb.DuckDBPyConnection, kind: Kind, relation: str) -> tuple[str | None, str | None]:
    """Bounds of the record keys that groups in a relation may have; (None, None) where it is empty."""
    key = "record_key"
    if kind.name == "order_line":
        key = "'order_line:' || replace(shop, '/', '%2F') || '/' || replace(order_no, '/', '%2F') || '/'"
    low, high = con.execute(f"SELECT min({key}), max({key}) FROM {relation}").fetchall()[0]
    return low, None if high is None else high + "\U0010ffff"


def document_ranks(documents: tuple[Document, ...] | list[Document]) -> pa.Table:
    """What the winning rule asks of documents: one row a document."""
    return pa.table(
        {
            "document_id": pa.array([d.document_id for d in documents], pa.string()),
            "exported_at": pa.array([utc_naive(d.exported_at) for d in documents], pa.timestamp("us")),
            "sha256": pa.array([d.sha256 for d in documents], pa.string()),
            "is_header": pa.array([d.order_grain == "header" for d in documents], pa.bool_()),
        }
    )


def create_readings(
    con: duckdb.DuckDBPyConnection, state: KindState, touched: str, into: str, candidate: str | None = None
) -> None:
    """Create table `into`: all standing readings of the groups in relation `touched`, with those of a candidate."""
    low, high = key_bounds(con, state.kind, touched)
    files = [file for file in state.readings if low is not None and file.may_hold(low, high)]
    told = scan(state, files)
    if candidate:
        told += f" UNION ALL SELECT {', '.join(typed_columns(state.kind))} FROM {candidate}"
    using = ", ".join(groups_of(state.kind))
    con.execute(f"CREATE OR REPLACE TABLE {into} AS SELECT * FROM ({told}) SEMI JOIN {touched} USING ({using})")


def create_winners(con: duckdb.DuckDBPyConnection, state: KindState, touched: str, into: str) -> None:
    """Create table `into`: the current records of the groups in relation `touched`."""
    readings, ranks = f"{into}__readings", f"{into}__ranks"
    create_readings(con, state, touched, readings)
    con.register(ranks, document_ranks(state.documents))
    try:
        con.execute(f"CREATE OR REPLACE TABLE {into} AS {winners_sql(state.kind, readings, ranks)}")
    finally:
        con.unregister(ranks)
        con.execute(f"DROP TABLE {readings}")


def create_touched(con: duckdb.DuckDBPyConnection, state: KindState, into: str) -> bool:
    """Create table `into` of the touched groups, each once; False (and no table) where there are none."""
    query = touched_sql(state)
    if query is None:
        return False
    con.execute(f"CREATE OR REPLACE TABLE {into} AS SELECT DISTINCT * FROM ({query})")
    if con.execute(f"SELECT count(*) FROM {into}").fetchall()[0][0]:
        return True
    con.execute(f"DROP TABLE {into}")
    return False


def register(con: duckdb.DuckDBPyConnection, state: KindState, name: str) -> None:
    """Create the view `name` of the current records of a kind: one row per record_key, `Kind.all_fields`.

    Winners of touched groups are computed once, into tables named after the view.
    """
    touched, winners = f"{name}__touched", f"{name}__winners"
    plain = scan(state, [*state.base, *state.added])
    if create_touched(con, state, touched):
        create_winners(con, state, touched, winners)
        using = ", ".join(groups_of(state.kind))
        plain = f"SELECT * FROM ({plain}) ANTI JOIN {touched} USING ({using}) UNION ALL SELECT * FROM {winners}"
    con.execute(f'CREATE OR REPLACE VIEW "{name}" AS {plain}')
