"""Folding what was added and undone into a new base (see `current`). Background work; never changes what is read.

Only files that hold a touched group are written anew; untouched ones, readings included, are listed as they are.
Small files are gathered into larger ones. Old files stay until no reader can hold them.
"""

from __future__ import annotations

import contextlib
import itertools
import shutil
import time
from collections.abc import Iterable
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from huikuan.lake import current, delta
from huikuan.lake.current import KindState, Manifest
from huikuan.lake.delta import DataFile

SMALL_ROWS = 200_000
SMALL_FILES_MAX = 16
# More than this, decided anew at every look, costs a look more than a fraction of a second.
TOUCHED_MAX = 20_000
ADDED_FILES_MAX = 64


def is_due(state: KindState) -> bool:
    """Whether reading a kind has become slow since its base was made: many groups to decide anew, or many files."""
    if not state.added and not state.undone:
        return False
    if state.unresolved or len(state.added) > ADDED_FILES_MAX:
        return True
    overlaps = {current.overlap_file(state.folder, file.document_id) for file in state.added}
    told = [path for path in overlaps if path is not None and path.suffix == ".parquet"]
    touched = sum(file.rows for file in state.undone) + sum(pq.read_metadata(path).num_rows for path in told)
    return bool(touched > TOUCHED_MAX)


def compact_kind(con: duckdb.DuckDBPyConnection, state: KindState, grace_s: float) -> None:
    """Publish a new base of a kind if there is anything to fold in, and remove what is old."""
    if not current.readings_folder(state.lake_folder, state.kind).exists():
        return
    state.folder.mkdir(parents=True, exist_ok=True)
    standing = frozenset(document.document_id for document in state.documents)
    if standing != state.folded or _small(state.base):
        _publish(con, state, standing)
    _collect_garbage(state, standing, grace_s)


def _small(files: Iterable[DataFile]) -> list[DataFile]:
    small = [file for file in files if file.rows < SMALL_ROWS]
    return small if len(small) > SMALL_FILES_MAX else []


def _publish(con: duckdb.DuckDBPyConnection, state: KindState, standing: frozenset[str]) -> None:
    """Write the files of the new base, then its manifest."""
    sources = [*state.base, *state.added]
    touched = current.create_touched(con, state, "touched")
    if touched:
        current.create_winners(con, state, "touched", "winners")
    dirty = _dirty(con, state, sources) if touched else []
    clean = [file for file in sources if file not in dirty]
    small = _small(clean)
    files = [file for file in clean if file not in small]
    if dirty:
        using = ", ".join(current.groups_of(state.kind))
        kept = f"SELECT * FROM ({current.scan(state, dirty)}) ANTI JOIN touched USING ({using})"
        files += _write(con, state, kept)
    if touched or small:
        parts = (["SELECT * FROM winners"] if touched else []) + ([current.scan(state, small)] if small else [])
        files += _write(con, state, f"SELECT * FROM ({' UNION ALL '.join(parts)}) ORDER BY business_date, record_key")
    generations = current.manifest_generations(state.folder)
    generation = (generations[-1] if generations else 0) + 1
    current.save_manifest(state.folder, Manifest(generation, standing, tuple(files)))


def _dirty(con: duckdb.DuckDBPyConnection, state: KindState, files: list[DataFile]) -> list[DataFile]:
    """The files that hold a row of a touched group."""
    low, high = current.key_bounds(con, state.kind, "touched")
    using = current.groups_of(state.kind)
    dirty = []
    for file in files:
        if file.may_hold(low, high):
            rows = f"({current.scan(state, [file], using)}) SEMI JOIN touched USING ({', '.join(using)})"
            if con.execute(f"SELECT 1 FROM {rows} LIMIT 1").fetchall():
                dirty.append(file)
    return dirty


def _write(con: duckdb.DuckDBPyConnection, state: KindState, query: str) -> list[DataFile]:
    written = delta.write_parquet(con, query, state.folder / "files")
    return [
        DataFile(
            path=file["path"].relative_to(state.lake_folder).as_posix(),
            document_id="",
            rows=file["rows"],
            key_min=file["bounds"].get("record_key", (None, None))[0],
            key_max=file["bounds"].get("record_key", (None, None))[1],
        )
        for file in written
        if file["rows"]
    ]


def _collect_garbage(state: KindState, standing: frozenset[str], grace_s: float) -> None:
    """Remove manifests superseded for longer than the grace, and what no remaining manifest needs."""
    generations = current.manifest_generations(state.folder)
    for old, following in itertools.pairwise(generations):
        if _is_older(current.manifest_path(state.folder, following), grace_s):
            _remove(current.manifest_path(state.folder, old))
    remaining = [current.load_manifest(state.folder, g) for g in current.manifest_generations(state.folder)]
    if generations == [1] and not _is_older(current.manifest_path(state.folder, 1), grace_s):
        remaining.insert(0, Manifest())  # before the first one a look has an empty base
    needed = {file.path for manifest in remaining for file in manifest.files}
    for path in (state.folder / "files").glob("*"):
        if path.relative_to(state.lake_folder).as_posix() not in needed:
            _remove(path)
    for path in (state.folder / "overlap").glob("*"):
        # A document that a look with an older base has added may have been folded in, or undone, since.
        added_to = [path.stem not in manifest.documents for manifest in remaining]
        is_needed = any(added_to[:-1]) or (any(added_to) and path.stem in standing)
        if not is_needed and _is_older(path, grace_s):
            _remove(path)
    for path in state.folder.glob("tmp-*"):
        _remove(path)


def _is_older(path: Path, seconds: float) -> bool:
    return time.time() - path.stat().st_mtime >= seconds


def _remove(path: Path) -> None:
    """Remove a file or folder; one that is open on Windows stays until the next time."""
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
        return
    with contextlib.suppress(OSError):
        path.unlink()
