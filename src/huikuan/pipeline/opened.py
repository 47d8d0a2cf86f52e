"""A published run, opened for reading: one in-memory DuckDB per run, shared by all threads of the process.

Small tables (open items) are held in memory, large ones stay Parquet: they are sorted by order number, so that a
look-up reads one row group. The decisions made since the run are laid over as small tables of their own.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from huikuan.engine.evidence import AGAIN
from huikuan.engine.model import LINKS, OPEN
from huikuan.pipeline.compute import connect, literal, quoted
from huikuan.pipeline.groups import GROUPS_SQL
from huikuan.pipeline.overlay import Delta, delta
from huikuan.pipeline.plain import hash_of
from huikuan.pipeline.runs import Manifest, read_manifest
from huikuan.pipeline.sorted_file import SortedFile
from huikuan.recons import RECONCILIATIONS
from huikuan.records.codes import NO_WORK_CLASSES
from huikuan.records.decisions import Decisions, ManualMatch

RUNS_KEPT = 4
OVERLAYS_KEPT = 12
ANSWERS_KEPT = 300
SMALL = ("open", "statement", "passes", "collection_totals")
IN_MEMORY_ROWS = 400_000
_opened: OrderedDict[Path, OpenedRun] = OrderedDict()
_lock = threading.Lock()

MEMBER = pa.schema(
    [("group_id", pa.string()), ("side", pa.string()), ("record_key", pa.string()), ("allocated", pa.decimal128(18, 5)),
     ("status", pa.string()), ("residual", pa.decimal128(18, 5)), ("reason", pa.string()), ("class", pa.string())]
)  # fmt: skip


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
        self._con = connect("2GB")
        self._con.execute("SET parquet_metadata_cache = true")  # a run's files never change
        self._lock = threading.RLock()
        self._views: set[str] = set()
        self._sorted: dict[Path, SortedFile] = {}
        self.prepared: set[str] = set()  # tables that readers have made beside those of the files
        self._since: dict[str, tuple[Decisions, Delta, str]] = {}
        self._overlays: OrderedDict[tuple[str, str], tuple[str, str]] = OrderedDict()
        self._answers: OrderedDict[str, list[dict[str, Any]]] = OrderedDict()
        self._table("documents", folder / "documents.parquet", memory=True)

    def query(self, sql: str, params: list[Any] | None = None) -> list[dict[str, Any]]:
        """The rows of a query, as dictionaries."""
        cursor = self._con.cursor()
        try:
            cursor.execute(sql, params or [])
            names = [column[0] for column in cursor.description or ()]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        finally:
            cursor.close()

    def kept(self, sql: str, params: list[Any]) -> list[dict[str, Any]]:
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
        view = f"{name}_{part}".replace("-", "_") if name else part
        with self._lock:
            if view not in self._views:
                path = self.folder / (f"{name}.{part}.parquet" if name else f"{part}.parquet")
                rows = self.manifest.rows.get(name, {}).get(part, 0)
                self._table(
                    view,
                    path,
                    memory=part in SMALL and rows <= IN_MEMORY_ROWS,
                )
                self._views.add(view)
        return view

    def _table(self, view: str, path: Path, *, memory: bool) -> None:
        what = "TABLE" if memory else "VIEW"
        self._con.execute(f"CREATE OR REPLACE {what} {quoted(view)} AS SELECT * FROM read_parquet({literal(path)})")

    def holds(self, name: str, part: str) -> bool:
        """Whether the run has such a file; one made by an older version may lack it."""
        return (self.folder / f"{name}.{part}.parquet").exists()

    def of_order(self, name: str, part: str, order_no: str, decisions: Decisions | None = None) -> list[dict[str, Any]]:
        """The rows of an order in a file that is sorted by order number: `links` of a reconciliation with the
        decisions made since laid over, or without a name `collection`, `share`, `facts_...`."""
        path = self.folder / (f"{name}.{part}.parquet" if name else f"{part}.parquet")
        with self._lock:
            if path not in self._sorted:
                self._sorted[path] = SortedFile(path)
        rows = self._sorted[path].rows(order_no)
        if not name:
            return rows
        links, _opened, since = self.now(name, decisions)
        if since.empty:
            return rows
        changed = links.removesuffix("_links")
        gone = {row["group_id"] for row in self.kept(f"SELECT group_id FROM {changed}_groups", [])}
        made = self.query(f"SELECT {_names(LINKS)} FROM {changed}_made WHERE order_no = ?", [order_no])
        return [row for row in rows if row["group_id"] not in gone] + made

    def groups(self, name: str, decisions: Decisions | None) -> str:
        """The table of a reconciliation's groups (`pipeline.groups`) with the decisions made since laid over."""
        links, _opened, since = self.now(name, decisions)
        if since.empty and self.holds(name, "groups"):
            return self.table(name, "groups")
        if since.empty or not self.holds(name, "groups"):
            return f"({GROUPS_SQL.format(links=links)})"
        changed = links.removesuffix("_links")
        return (
            f"(FROM {self.table(name, 'groups')} WHERE group_id NOT IN (SELECT group_id FROM {changed}_groups) "
            f"UNION ALL BY NAME {GROUPS_SQL.format(links=f'{changed}_made')})"
        )

    def now(self, name: str, decisions: Decisions | None) -> tuple[str, str, Delta]:
        """Names of the `links` and `open` tables of a reconciliation with the decisions made since laid over."""
        links, opened = self.table(name, "links"), self.table(name, "open")
        since, identity = self._told_since(name, decisions)
        if since.empty:
            return links, opened, since
        key = (name, identity)
        with self._lock:
            if key not in self._overlays:
                self._overlays[key] = _lay_over(self, name, links, opened, since, f"since_{key[1][:12]}")
                if len(self._overlays) > OVERLAYS_KEPT:
                    self._overlays.popitem(last=False)
            return (*self._overlays[key], since)

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


def _lay_over(run: OpenedRun, name: str, links: str, opened: str, since: Delta, prefix: str) -> tuple[str, str]:
    """Make the overlay's tables and the two views that join them to the published ones."""
    prefix = f"{links.removesuffix('_links')}_{prefix}"
    con = run.cursor()
    con.execute(
        f"CREATE OR REPLACE TABLE {prefix}_touched AS SELECT unnest(?::VARCHAR[]) AS record_key", [list(since.touched)]
    )
    con.execute(
        f"CREATE OR REPLACE TABLE {prefix}_groups AS SELECT DISTINCT group_id FROM {links} WHERE record_key IN "
        f"(SELECT record_key FROM {prefix}_touched) UNION SELECT unnest(?::VARCHAR[])",
        [list(since.unmatched)],
    )
    con.execute(
        f"CREATE OR REPLACE TABLE {prefix}_loose AS "
        f"SELECT * FROM {links} WHERE group_id IN (SELECT group_id FROM {prefix}_groups)"
    )
    _bases(con, opened, prefix)
    _new_links(con, since, prefix)
    _new_open(run, con, name, since, prefix)
    con.execute(
        f"CREATE OR REPLACE VIEW {prefix}_links AS SELECT {_names(LINKS)} FROM {links} "
        f"WHERE group_id NOT IN (SELECT group_id FROM {prefix}_groups) "
        f"UNION ALL SELECT {_names(LINKS)} FROM {prefix}_made"
    )
    con.execute(
        f"CREATE OR REPLACE VIEW {prefix}_open AS SELECT {_names(OPEN)} FROM {opened} "
        f"WHERE coalesce(record_key, '') NOT IN (SELECT record_key FROM {prefix}_touched) "
        f"AND coalesce(group_id, '') NOT IN (SELECT group_id FROM {prefix}_groups) "
        f"UNION ALL SELECT {_names(OPEN)} FROM {prefix}_left"
    )
    return f"{prefix}_links", f"{prefix}_open"


def _names(schema: dict[str, str]) -> str:
    return ", ".join(quoted(name) for name in schema)


KNOWN = ("class", "needs_work", "due_date", "age_days", "cause", "suggestion", "evidence")  # only of what was open


def _bases(con: duckdb.DuckDBPyConnection, opened: str, prefix: str) -> None:
    """`PREFIX_base`: what is known of each record that is loose now, one row per side and record. What was open keeps
    the class the run gave it; what comes from a dissolved group has none yet."""
    columns = "side, scope, record_key, document_id, source_row, order_no, date, currency, amount"
    known = ", ".join(quoted(name) for name in KNOWN)
    con.execute(
        f"CREATE OR REPLACE TABLE {prefix}_base AS "
        f"SELECT DISTINCT ON (side, record_key) {columns}, item_id, {known} FROM ("
        f"SELECT {columns}, item_id, {known} FROM {opened} "
        f"WHERE record_key IN (SELECT record_key FROM {prefix}_touched) "
        f"UNION ALL BY NAME SELECT {columns} FROM {prefix}_loose) "
        f"ORDER BY side, record_key, item_id NULLS LAST"
    )


def _members(match: ManualMatch) -> list[dict[str, Any]]:
    """The members of a new match, with what is left of it: left - right."""
    signed = [m.amount if m.side == "left" else -m.amount for m in match.members]
    residual = sum(signed[1:], signed[0]) if signed else None
    status = "forced" if match.forced else "difference" if residual else "manual"
    name = "" if not residual else ("short" if residual > 0 else "over")
    return [
        {"group_id": match.group_id, "side": m.side, "record_key": m.record_key, "allocated": m.amount,
         "status": status, "residual": residual, "reason": match.reason, "class": name}
        for m in match.members
    ]  # fmt: skip


def _new_links(con: duckdb.DuckDBPyConnection, since: Delta, prefix: str) -> None:
    """`PREFIX_made`: the link rows of matches made since the run."""
    rows = [row for match in since.matches for row in _members(match)]
    con.register(f"{prefix}_arrow", pa.Table.from_pylist(rows, MEMBER))
    con.execute(f"CREATE OR REPLACE TABLE {prefix}_member AS SELECT * FROM {prefix}_arrow")
    con.unregister(f"{prefix}_arrow")
    con.execute(
        f"""CREATE OR REPLACE TABLE {prefix}_made AS
        SELECT md5(m.group_id || '|' || m.side || '|' || m.record_key) AS link_id, m.group_id, m.side, b.scope,
            m.record_key, b.document_id, b.source_row, b.order_no, b.date, b.currency, b.amount, m.allocated,
            'decision' AS pass, m.status, m.class, m.residual, m.reason, '{{"code": "decision"}}' AS evidence
        FROM {prefix}_member m LEFT JOIN {prefix}_base b ON b.record_key = m.record_key AND b.side = m.side"""
    )


def _loose(run: OpenedRun, name: str, prefix: str) -> str:
    """SQL of `PREFIX_base` with `loose_class` and `loose_due`: what a record set loose from a group is called until the
    next run has matched it anew. An order waits for its due date, what was settled for it has its order, a payout is on
    its way until the usual bank days have passed."""
    definition = RECONCILIATIONS.get(name)
    base, as_of = f"{prefix}_base", run.manifest.as_of
    if definition is None or definition.part_per_record:
        return f"(SELECT *, 'unknown' AS loose_class, NULL::DATE AS loose_due FROM {base})"
    classes = definition.classes
    right = f"'{classes.nothing_owed}'"
    dues = f"SELECT b.record_key, {_bank_due('b.date')} AS due FROM {base} b WHERE b.side = 'left'"
    if definition.across:
        right = f"CASE WHEN amount < 0 THEN '{classes.unknown_out}' ELSE '{classes.unknown_in}' END"
    else:
        dues = (
            f"SELECT DISTINCT b.record_key, c.due_date AS due FROM {base} b JOIN {run.table('', 'collection')} c "
            "ON c.order_no = b.order_no AND c.shop = b.scope AND c.currency = b.currency WHERE b.side = 'left'"
        )
    return (
        f"(SELECT b.*, due AS loose_due, CASE WHEN side = 'right' THEN {right} WHEN due < DATE '{as_of}' "
        f"THEN '{classes.overdue}' ELSE '{classes.waiting}' END AS loose_class FROM {base} b "
        f"LEFT JOIN ({dues}) d ON d.record_key = b.record_key AND b.side = 'left')"
    )


def _bank_due(day: str) -> str:
    """SQL for a day and the default bank days after it (two business days)."""
    return f"({day} + CASE isodow({day}) WHEN 4 THEN 4 WHEN 5 THEN 4 WHEN 6 THEN 3 ELSE 2 END)::DATE"


def _new_open(run: OpenedRun, con: duckdb.DuckDBPyConnection, name: str, since: Delta, prefix: str) -> None:
    """`PREFIX_left`: what is open because of the decisions: records let go, what a split or a match leaves over."""
    con.register(f"{prefix}_excluded", pa.table({"record_key": pa.array(list(since.excluded), pa.string())}))
    idle = ", ".join(f"'{code}'" for code in NO_WORK_CLASSES)
    rest = (
        f"coalesce(class, loose_class) AS class, coalesce(needs_work, loose_class NOT IN ({idle})) AS needs_work, "
        "CASE WHEN class IS NULL THEN loose_due ELSE due_date END AS due_date, "
        f"coalesce(age_days, DATE '{run.manifest.as_of}' - date) AS age_days, coalesce(cause, '') AS cause, "
        f"coalesce(suggestion, '') AS suggestion, coalesce(evidence, '{AGAIN}') AS evidence"
    )
    con.execute(
        f"""CREATE OR REPLACE TABLE {prefix}_left AS
        WITH taken AS (SELECT side, record_key, sum(allocated) AS allocated FROM {prefix}_member GROUP BY ALL)
        SELECT coalesce(item_id, md5('loose|' || record_key)) AS item_id, '' AS group_id, record_key, side, scope,
            document_id, source_row, order_no, date, currency,
            CAST(amount - coalesce(allocated, 0) AS DECIMAL(18,5)) AS amount, {rest}
        FROM {_loose(run, name, prefix)} LEFT JOIN taken USING (side, record_key)
        WHERE record_key NOT IN (SELECT record_key FROM {prefix}_excluded) AND amount <> coalesce(allocated, 0)
        UNION ALL
        SELECT md5('rest|' || group_id), group_id, '', 'left', min(scope), NULL, NULL, min(order_no), min(date),
            min(currency), min(residual), min(class), true, NULL, NULL, '', '', ''
        FROM {prefix}_made WHERE residual <> 0 GROUP BY group_id"""
    )
    con.unregister(f"{prefix}_excluded")
