"""Tables that reports make of a run's links and records, kept beside the run: the next report reads them.

They lie in `results/kept/RUN/` and hold as long as what they are made of: the run, the book's facts as the run has read
them, the rules, the program. What is made of anything else (decisions made since) is not kept. Where an incremental run
leaves as they were all tables that one is made of, what was kept of its base holds.
"""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path

import duckdb

from huikuan import __version__
from huikuan.pipeline.compute import literal, quoted
from huikuan.pipeline.plain import hash_of
from huikuan.pipeline.results.overlay import decided
from huikuan.pipeline.results.results import Results
from huikuan.pipeline.runs.run_tables import RESTS
from huikuan.records.decisions import Decisions
from huikuan.records.rules import Rules

FOLDER = "kept"
ROW_GROUP = 61_440


def holds_facts(results: Results, decisions: Decisions) -> bool:
    """Whether the book's facts, and what people have corrected in them, are still those that the run has read."""
    manifest = results.manifest
    same = decided(decisions)["facts"] == manifest.decided.get("facts")
    return same and results.book.lake.version() == manifest.facts


def mark_of(rules: Rules) -> str:
    """What in the name of a kept table tells rules and program."""
    return hash_of((__version__, rules))[:12]


class Kept:
    """The kept tables of a run, for one connection."""

    def __init__(self, con: duckdb.DuckDBPyConnection, results: Results, rules: Rules, decisions: Decisions) -> None:
        self._con = con
        self._results = results
        self._holds = holds_facts(results, decisions)
        self._mark = mark_of(rules)
        self._there: set[str] = set()

    def keep(
        self, table: str, make: Callable[[], None], order: str = "", hold: bool = True, of: Sequence[str] = ()
    ) -> None:
        """Have `table` in the connection: as it was kept, else as `make` makes it there, which is kept then, sorted by
        `order`. Without `hold` it is made anew. `of`: see `reports.base.Keep`."""
        if table in self._there:
            return
        path = self._folder(of) / f"{table}.{self._mark}.parquet"
        kept = hold and self._holds
        if kept and path.exists():
            self._con.execute(f"CREATE OR REPLACE TEMP VIEW {quoted(table)} AS FROM read_parquet({literal(path)})")
        else:
            make()
            if kept:
                self._write(table, path, order)
        self._there.add(table)

    def _folder(self, of: Sequence[str]) -> Path:
        """Of the run, or of its base where that has all tables."""
        files = self._results.run.files
        parts = [part for each in of for part in _parts(each)]
        run = files.base if files.base and parts and not any(map(files.own, parts)) else files.folder
        return self._results.book.results_folder / FOLDER / run.name

    def _write(self, table: str, path: Path, order: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        _remove_old(path.parent.parent)
        scratch = path.with_name(f"{uuid.uuid4().hex}.part")
        by = f" ORDER BY {order}" if order else ""
        self._con.execute(
            f"COPY (FROM {quoted(table)}{by}) TO {literal(scratch)} "
            f"(FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE {ROW_GROUP})"
        )
        scratch.replace(path)


def _parts(name: str) -> tuple[str, ...]:
    """The files of a kind's records, or of a reconciliation."""
    return (f"facts_{name}", RESTS[name]) if name in RESTS else (f"{name}.links", f"{name}.open")


def _remove_old(folder: Path) -> None:
    """Remove what is kept of runs that are there no more."""
    for kept in folder.iterdir():
        if not (folder.parent / kept.name).exists():
            shutil.rmtree(kept, ignore_errors=True)
