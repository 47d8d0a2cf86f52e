"""A published run, opened for reading: one in-memory DuckDB per run, shared by all threads of the process.

Small tables (open items, whatever has few rows) are held in memory, large ones stay Parquet: they are sorted by order
number, so that a look-up reads one row group. The decisions made since the run are laid over as small tables of their
own.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from pathlib import Path
from typing import Any

import duckdb

from huikuan.pipeline.compute import connect, quoted
from huikuan.pipeline.plain import hash_of
from huikuan.pipeline.results import overlaid
from huikuan.pipeline.results.overlay import Delta, delta
from huikuan.pipeline.results.sorted_file import SortedFile
from huikuan.pipeline.runs.groups import GROUPS_SQL
from huikuan.pipeline.runs.published import Manifest, files_of, read_manifest
from huikuan.pipeline.runs.run_files import ChangedSortedFile, with_link_id
from huikuan.records.decisions import Decisions
from huikuan.records.sql import dict_rows

RUNS_KEPT = 4
ANSWERS_KEPT = 300
SMALL = ("open", "statement", "passes", "collection_totals")
IN_MEMORY_ROWS = 400_000
FEW_ROWS = 20_000  # of any part of a reconciliation
_opened: OrderedDict[Path, OpenedRun] = OrderedDict()
_lock = threading.Lock()


def opened_run(folder: Path) -> OpenedRun:
    """The run of a folder, opened once per process."""
    with _lock:
        run = _opened.get(folder)
        if run is None:
            run = _opened[folder] = OpenedRun(folder)
            while len(_opened) > RUNS_KEPT:
                _opened.popitem(last=False)
        _opened.move_to_end(folder)
        return run


class OpenedRun:
    """Tables and views over one run's files. Thread-safe: each query runs on a cursor of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.manifest: Manifest = read_manifest(folder)
        self.files = files_of(folder, self.manifest)
        self._con = connect("2GB")
        self._con.execute("SET parquet_metadata_cache = true")  # a run's files never change
        self._lock = threading.RLock()
        self._views: set[str] = set()
        self._sorted: dict[str, SortedFile | ChangedSortedFile] = {}
        self.prepared: set[str] = set()  # tables that readers have made beside those of the files
        self._since: dict[str, tuple[Decisions, Delta, str]] = {}
        self._overlays: set[str] = set()  # few and small: the next run begins anew
        self._answers: OrderedDict[str, list[dict[str, Any]]] = OrderedDict()
        self._table("documents", "documents", memory=True)

    def query(self, sql: str, params: list[Any] | dict[str, Any] | None = None) -> list[dict[str, Any]]:
        """The rows of a query, as dictionaries."""
        cursor = self._con.cursor()
        try:
            cursor.execute(sql, params or [])
            return dict_rows(cursor)
        finally:
            cursor.close()

    def kept(self, sql: str, params: list[Any] | dict[str, Any]) -> list[dict[str, Any]]:
        """Like `query`, worked out once: the tables of a run never change."""
        key = hash_of((sql, params))
        with self._lock:
            if key in self._answers:
                self._answers.move_to_end(key)
                return [dict(row) for row in self._answers[key]]
        rows = self.query(sql, params)
        with self._lock:
            self._answers[key] = rows
            while len(self._answers) > ANSWERS_KEPT:
                self._answers.popitem(last=False)
        return [dict(row) for row in rows]

    def documents(self) -> dict[str, str]:
        """File names by document id."""
        return {row["document_id"]: row["document"] for row in self.kept("SELECT * FROM documents", [])}

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """A cursor for streaming a large result; the caller closes it."""
        return self._con.cursor()

    def table(self, name: str, part: str) -> str:
        """The table of a reconciliation's `links`, `open` or `statement`, or of the `collection`, as published."""
        view = _view(name, part)
        with self._lock:
            if view not in self._views:
                rows = self.manifest.rows.get(name, {}).get(part)
                few = rows is not None and rows <= FEW_ROWS
                self._table(view, _part(name, part), memory=few or (part in SMALL and (rows or 0) <= IN_MEMORY_ROWS))
                self._views.add(view)
        return view

    def _table(self, view: str, part: str, *, memory: bool) -> None:
        what = "TABLE" if memory else "VIEW"
        self._con.execute(f"CREATE OR REPLACE {what} {quoted(view)} AS {self._rows(part)}")

    def holds(self, name: str, part: str) -> bool:
        """Whether the run has such a file; one made by an older version may lack it."""
        return self.files.holds(_part(name, part))

    def of_order(self, name: str, part: str, order_no: str, decisions: Decisions | None = None) -> list[dict[str, Any]]:
        """The rows of an order in a file that is sorted by order number: `links` of a reconciliation with the
        decisions made since laid over, or without a name `collection`, `share`, `facts_...`."""
        rows = self.sorted_file(name, part).rows(order_no)
        rows = [with_link_id(row) for row in rows] if part == "links" else rows
        laid = self.overlay(name, decisions) if name else ""
        if not laid:
            return rows
        gone = {row["group_id"] for row in self.kept(f"SELECT group_id FROM {laid}_groups", [])}
        made = self.query(f"SELECT {overlaid.LINK_NAMES} FROM {laid}_made WHERE order_no = ?", [order_no])
        return [row for row in rows if row["group_id"] not in gone] + made

    def sorted_file(self, name: str, part: str) -> SortedFile | ChangedSortedFile:
        """A file sorted by order number, for look-ups."""
        told = _part(name, part)
        with self._lock:
            if told not in self._sorted:
                self._sorted[told] = self.files.sorted_file(told)
            return self._sorted[told]

    def groups(self, name: str, decisions: Decisions | None) -> str:
        """The table of a reconciliation's groups (`pipeline.runs.groups`) with the decisions made since laid over."""
        if not self.holds(name, "groups"):
            return f"({GROUPS_SQL.format(links=self.now(name, 'links', decisions))})"
        groups, laid = self.table(name, "groups"), self.overlay(name, decisions)
        return overlaid.groups_sql(groups, laid) if laid else groups

    def now(self, name: str, part: str, decisions: Decisions | None) -> str:
        """The table `links` or `open` of a reconciliation with the decisions made since laid over."""
        laid = self.overlay(name, decisions)
        return f"{laid}_{part}" if laid else self.table(name, part)

    def counted(self, name: str, decisions: Decisions | None) -> str:
        """Like `now` for what is open, for queries that need few rows or columns of it: not loaded for them alone."""
        if self.overlay(name, decisions) or _view(name, "open") in self._views:
            return self.now(name, "open", decisions)
        return f"({self._rows(_part(name, 'open'))})"

    def overlay(self, name: str, decisions: Decisions | None) -> str:
        """What the names of the tables of the decisions made since begin with (`overlaid`); blank where none
        were made."""
        since, identity = self._told_since(name, decisions)
        if since.empty:
            return ""
        prefix = f"{_view(name, 'since')}_{identity[:12]}"
        with self._lock:
            if prefix not in self._overlays:
                overlaid.lay_over(self, name, since, prefix)
                self._overlays.add(prefix)
        return prefix

    def _rows(self, part: str) -> str:
        """SQL of a table's rows. What is open has no causes' evidence in a run of an older version."""
        rows = self.files.sql(part)
        if not part.endswith(".open"):
            return rows
        return f"{rows} UNION ALL BY NAME SELECT '' AS cause_evidence WHERE false"

    def since(self, name: str, decisions: Decisions | None) -> Delta:
        """What has been decided about a reconciliation since the run."""
        return self._told_since(name, decisions)[0]

    def _told_since(self, name: str, decisions: Decisions | None) -> tuple[Delta, str]:
        """What has been decided since the run, and its identity. Worked out once per reconciliation for one and the
        same object of decisions."""
        if decisions is None:
            return Delta(), ""
        known = self._since.get(name)
        if known is None or known[0] is not decisions:
            since = delta(self.manifest, decisions, name)
            known = self._since[name] = (decisions, since, hash_of(since))
        return known[1], known[2]


def _part(name: str, part: str) -> str:
    """What the table is called among the run's files."""
    return f"{name}.{part}" if name else part


def _view(name: str, part: str) -> str:
    return f"{name}_{part}".replace("-", "_") if name else part
