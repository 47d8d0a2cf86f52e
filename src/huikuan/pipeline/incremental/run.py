"""A run that computes only what a change touches, and takes everything else from the last whole run.

It equals a whole run row for row, or it is not made: `closure` says what may change and refuses what it cannot bound.
An incremental run always rests on the last *whole* run and computes all that has changed since, so there is never more
than one layer of changes; when these are too many, the whole is computed, which folds them in.

What is proved before it is published: the engine proves the orders computed anew like any others; the records outside
the changed documents must stand there with the same money as before, on the same side (`_prove`). So the totals of the
base, less what was taken out, and what was put in are the totals of all records.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb

from huikuan import __version__, engine
from huikuan.engine.duckdb_backend import DuckDBBackend
from huikuan.engine.model import AUDIT, OPEN, STORED_LINKS, Facts, Outcome, Sides
from huikuan.engine.workspace import Workspace
from huikuan.insight.collection.collecting import AMOUNTS
from huikuan.insight.day_tables.line_cube import LINE_NUMBERS, SUMS, line_cubes_sql
from huikuan.pipeline.book import Book
from huikuan.pipeline.compute import connect, literal
from huikuan.pipeline.incremental import collection as incremental_collection
from huikuan.pipeline.incremental import open_items as incremental_open
from huikuan.pipeline.incremental import settled as incremental_settled
from huikuan.pipeline.incremental.closure import (
    AROUND,
    BASE_LINKS,
    BASE_OPEN,
    BY_ORDER,
    FOUND,
    GONE_GROUPS,
    GONE_LINKS,
    GONE_OPEN,
    KEYS,
    LINES,
    MADE,
    NAME,
    ORDERS,
    RECORDS,
    SEEN_NOW,
    SPANS,
    TOLD,
    Change,
    Refused,
    change_since,
    find_orders,
    has_records,
    take_sub_orders,
)
from huikuan.pipeline.plain import hash_of, plain
from huikuan.pipeline.results.sorted_file import SortedFile
from huikuan.pipeline.runs import facts as facts_of_book
from huikuan.pipeline.runs import published as runs
from huikuan.pipeline.runs import spans, untold_refunds
from huikuan.pipeline.runs.facts import Conflict
from huikuan.pipeline.runs.groups import GROUPS_ORDER, GROUPS_SQL
from huikuan.pipeline.runs.published import Manifest
from huikuan.pipeline.runs.run_files import RunFiles
from huikuan.pipeline.runs.run_tables import (
    FACTS_ORDER,
    ORDER_FACTS,
    ORDER_ROW_GROUP,
    RESTS,
    ROW_GROUP,
    SORTED,
    columns,
    parameters,
    statement_sql,
    write,
)
from huikuan.recons import RECONCILIATIONS, definitions
from huikuan.recons.held_back import has_minimum
from huikuan.records.decisions import Decisions
from huikuan.records.kind import record_key_parts
from huikuan.records.kinds import KINDS
from huikuan.records.rules import Rules

log = logging.getLogger(__name__)
OWN_ORDERS = "k_own_orders"  # table: the order numbers of which k_order_lines has all lines
Told = Callable[[str], None]


@dataclass(frozen=True)
class Given:
    """What the parts of an incremental run are made of. `con` has the views of the facts and of the base."""

    con: duckdb.DuckDBPyConnection
    book: Book
    rules: Rules
    decisions: Decisions
    as_of: date
    base: Manifest
    old: RunFiles  # of the base
    new: RunFiles  # of the run that is made

    def write(self, query: str, path: Path, order: str = "ALL") -> int:
        """Write a query's rows."""
        return write(self.con, query, path, order)

    def write_whole(self, part: str, query: str, order: str = "ALL") -> int:
        """Write a table in place of the base's."""
        return self.write(query, self.new.folder / f"{part}.parquet", order)

    def take_of_base(self, table: str, part: str, names: Sequence[str] | None = None) -> None:
        """Make the table of the base's rows of the orders computed anew, of a part sorted by order number."""
        orders = [row[0] for row in self.con.execute(f"SELECT order_no FROM {ORDERS}").fetchall()]
        self.con.register("k_taken", SortedFile(self.old.folder / f"{part}.parquet").among(orders, names))
        self.con.execute(f"CREATE TABLE {table} AS FROM k_taken")
        self.con.unregister("k_taken")

    def write_added(
        self, part: str, was: str, now: str, numbers: Sequence[str], sums: Sequence[str], order: str = "ALL"
    ) -> None:
        """Write a table of sums in place of the base's: its own, less those of what was (query), and those of what is.
        A line of which all `numbers` are 0 stands for nothing any more."""
        figures = (*numbers, *sums)
        described = {row[0]: row[1] for row in self.con.execute(f"DESCRIBE ({self.old.sql(part)})").fetchall()}
        keys = [name for name in described if name not in figures]
        minus = ", ".join([*keys, *(f"-{name} AS {name}" for name in figures)])
        added = ", ".join(f"sum({name})::{described[name]} AS {name}" for name in figures)
        self.write_whole(
            part,
            f"SELECT {', '.join(keys)}, {added} FROM ({self.old.sql(part)} "
            f"UNION ALL BY NAME SELECT {minus} FROM ({was}) UNION ALL BY NAME FROM ({now})) "
            f"GROUP BY ALL HAVING {' OR '.join(f'sum({name}) <> 0' for name in numbers)}",
            order,
        )

    def change(self, part: str, gone: str, more: str, order: str = "ALL") -> int:
        """Write a table as the base's without the rows of some keys and with others. Returns how many rows it gains."""
        counts = []

        def sorted_rows(query: str, path: Path) -> None:
            key_only = path.name.endswith(".gone.parquet")
            size = ORDER_ROW_GROUP if part.startswith("facts_") else ROW_GROUP
            counts.append(write(self.con, query, path, "ALL" if key_only else order, size))

        self.new.write_changed(part, sorted_rows, gone, more)
        return counts[1]


def base_of(book: Book, asked: runs.Arguments) -> Path | None:
    """The whole run on which one for these arguments may rest; None where there is none."""
    folder = runs.find_run(book, asked)
    if folder is None:
        return None
    base = runs.read_manifest(folder).base
    whole = folder.parent / base if base else folder
    return whole if (whole / runs.MANIFEST).exists() else None


def attempt(
    book: Book, rules: Rules, decisions: Decisions, as_of: date, base: Path, folder: Path, now: datetime, told: Told
) -> Manifest | None:
    """Write the files of an incremental run into `folder`; its manifest, but for what `reconciling` fills in. None
    where the whole has to be computed: nothing is left in `folder` then."""
    try:
        return _attempt(book, rules, decisions, as_of, base, folder, now, told)
    except Refused as reason:
        log.info("the whole is computed: %s", reason)
    for path in folder.iterdir():
        path.unlink()
    return None


def _attempt(
    book: Book, rules: Rules, decisions: Decisions, as_of: date, base: Path, folder: Path, now: datetime, told: Told
) -> Manifest:
    manifest = runs.read_manifest(base)
    old = runs.files_of(base, manifest)
    _require_same(manifest, rules, decisions, as_of, old)
    facts_version = book.lake.version()  # what comes while this runs is for the next one
    con = connect()
    try:
        read = con.execute(f"SELECT document_id FROM ({old.sql('documents')})").fetchall()
        known = {row[0] for row in read} - {facts_of_book.MANUAL_DOCUMENT}
        told_twice = "link_id" in old.sorted_file(f"{NAME}.links").schema.names
        laid_over = untold_refunds.BY in old.sorted_file("facts_order_line").schema.names
        if told_twice or not laid_over or not set(AMOUNTS) <= _columns_of(con, old.sql("collection")):
            raise Refused("the last run was made by an older version")
        change = change_since(book.lake, known, rules, decisions)
        given = Given(con, book, rules, decisions, as_of, manifest, old, RunFiles(folder, base))
        keys, conflicts, rows = _compute(given, change, told)
    finally:
        con.close()
    return replace(
        manifest, run=folder.name, created_at=now, facts=facts_version, decisions=hash_of(decisions),
        base=manifest.run, keys=keys, rows=rows, conflicts=_conflicts(manifest, old, change, conflicts),
    )  # fmt: skip


def _conflicts(base: Manifest, files: RunFiles, change: Change, found: tuple[Conflict, ...]) -> tuple[Any, ...]:
    """Corrections in conflict in the order of the kinds: as the base tells them, but for the kinds looked at."""
    seen = _kinds_read(files, change)
    carried = [each for each in base.conflicts if record_key_parts(each["record_key"])[0] not in seen]
    kinds = list(KINDS)
    return tuple(
        sorted([*carried, *map(plain, found)], key=lambda each: kinds.index(record_key_parts(each["record_key"])[0]))
    )


def _columns_of(con: duckdb.DuckDBPyConnection, query: str) -> set[str]:
    return {str(row[0]) for row in con.execute(f"DESCRIBE ({query})").fetchall()}


def _require_same(manifest: Manifest, rules: Rules, decisions: Decisions, as_of: date, files: RunFiles) -> None:
    """Everything but documents is what it was for the base."""
    if manifest.base or manifest.versions.get("huikuan") != __version__ or "pyspark" in manifest.versions:
        raise Refused("the last run was made otherwise")
    if not files.holds(f"{NAME}.seen"):
        raise Refused("the last run was made by an older version")
    if manifest.as_of != as_of or manifest.names != tuple(definitions(rules)):
        raise Refused("the last run was asked for something else")
    if manifest.rules != hash_of(rules) or manifest.decisions != hash_of(decisions):
        raise Refused("rules or decisions have changed")
    if has_minimum(rules):
        raise Refused("what is due hangs on what all orders of a shop add up to")


def _compute(given: Given, change: Change, told: Told) -> tuple[int, tuple[Conflict, ...], dict[str, Any]]:
    """All files that differ from the base's. Returns how many orders were computed anew, the corrections in conflict of
    the kinds that were looked at, and rows per file."""
    conflicts: list[Conflict] = []
    for kind in sorted(_kinds_read(given.old, change)):
        conflicts += facts_of_book.register_kind(given.con, given.book.lake, KINDS[kind], given.decisions)
    keys = find_orders(given.con, given.book.lake, change, given.decisions, given.old, given.as_of)
    told(NAME)
    _take_facts(given, change)
    _find_gone(given)
    with ThreadPoolExecutor(1) as beside:  # queries beside expressions being made: each keeps one processor busy
        other = replace(given, con=given.con.cursor())
        facts = beside.submit(_write_facts, other, change)
        before = beside.submit(incremental_collection.take_before, other)
        sides = _match(given)
        _prove(given, change)
        collected = beside.submit(incremental_collection.write_collection, other)
        incremental_open.suggest_again(given, sides)
        _write(given)
        told("collection")
        facts.result()
        before.result()
        rows = _counts(given, collected.result())
    told("publish")
    return keys, tuple(conflicts), rows


def _kinds_read(base: RunFiles, change: Change) -> frozenset[str]:
    """The kinds of which the lake is asked: of settlement lines only where the base does not hold all of them."""
    settled = incremental_settled.KIND
    return change.kinds | {kind for kind in (*BY_ORDER, *AROUND) if kind != settled or not base.holds(RESTS[kind])}


def _write_facts(given: Given, change: Change) -> None:
    """The documents, the spans of shops, the records of the orders, and what order lines add up to."""
    con = given.con
    documents = list(facts_of_book.document_names(given.book.lake).items())
    con.execute("CREATE TABLE k_documents (document_id VARCHAR, document VARCHAR)")
    con.executemany("INSERT INTO k_documents VALUES (?, ?)", documents)
    given.write_whole("documents", "SELECT * FROM k_documents")
    given.write_whole(spans.PART, f"SELECT * FROM {SPANS}", "shop")
    if "settlement_line" in change.kinds:
        incremental_settled.write_lines(given)
    for kind in sorted(change.kinds & set(ORDER_FACTS) - {"settlement_line"}):
        source = "k_order_lines" if kind == "order_line" else kind
        chosen = f"SELECT * FROM {source} WHERE order_no IN (SELECT order_no FROM {OWN_ORDERS})"
        given.change(f"facts_{kind}", f"SELECT order_no FROM {OWN_ORDERS}", chosen, FACTS_ORDER)
    if "order_line" in change.kinds:
        _write_line_cubes(given)


def _take_facts(given: Given, change: Change) -> None:
    """The records computed anew, order lines and settlement lines, as they are and as they were."""
    con = given.con
    given.take_of_base("k_order_lines_was", "facts_order_line")
    con.execute(
        f"CREATE TABLE k_exported_lines AS FROM {LINES} UNION ALL BY NAME "
        f"FROM ({untold_refunds.exported_sql('k_order_lines_was')}) "
        f"WHERE order_no NOT IN (SELECT order_no FROM {TOLD})"
    )
    con.execute(f"CREATE TABLE {OWN_ORDERS} AS FROM {ORDERS}")
    take_sub_orders(con, "k_exported_lines", "k_order_lines_was")
    incremental_settled.take_lines(given, change)
    known = untold_refunds.Given(
        given.book.lake.documents(), given.decisions.corrections, given.as_of, given.book.timezone
    )
    laid = untold_refunds.laid_sql(con, "k_exported_lines", "k_settlement_lines", known)
    con.execute(f"CREATE TABLE k_order_lines AS {laid}")
    others = f"WHERE order_no NOT IN (SELECT order_no FROM {TOLD})"
    if con.execute(f"FROM k_order_lines {others} EXCEPT FROM k_order_lines_was {others} LIMIT 1").fetchone():
        raise Refused("bills newly tell what was refunded of an order")


def _write_line_cubes(given: Given) -> None:
    """The order lines added up (`insight.day_tables.line_cube`), where the base has them."""
    was, now = (
        line_cubes_sql(f"(SELECT * FROM {lines} WHERE order_no <> '')")
        for lines in ("k_order_lines_was", "k_order_lines")
    )
    for part, numbers in LINE_NUMBERS.items():
        if given.old.holds(part):
            given.write_added(part, was[part], now[part], numbers, SUMS)


GONE = ("group_id", "side", "scope", "record_key", "order_no", "currency", "amount", "allocated", "pass", "status")


def _find_gone(given: Given) -> None:
    """The groups, links and open items of the base that are computed anew."""
    con, ours = given.con, f"order_no IN (SELECT order_no FROM {ORDERS})"
    given.take_of_base(GONE_LINKS, f"{NAME}.links", GONE)
    in_groups = f"group_id IN (SELECT group_id FROM {GONE_GROUPS})"
    if has_records(con):  # a group of theirs may hold records of other orders
        ours = f"({ours} OR record_key IN (SELECT record_key FROM {RECORDS}))"
        con.execute(f"CREATE TABLE {GONE_GROUPS} AS SELECT DISTINCT group_id FROM {BASE_LINKS} WHERE {ours}")
        con.execute(
            f"CREATE OR REPLACE TABLE {GONE_LINKS} AS SELECT {columns(dict.fromkeys(GONE, ''))} FROM {BASE_LINKS} "
            f"WHERE {in_groups}"
        )
    else:
        con.execute(f"CREATE TABLE {GONE_GROUPS} AS SELECT DISTINCT group_id FROM {GONE_LINKS}")
    con.execute(f"CREATE TABLE {GONE_OPEN} AS SELECT * FROM {BASE_OPEN} WHERE {ours} OR {in_groups}")


def _match(given: Given) -> Sides:
    """Reconcile the orders: tables MADE, FOUND and SEEN_NOW. Where fees are audited, the orders are reconciled as they
    were too, so that the figures can be exchanged. Returns the sides, for what is suggested."""
    con = given.con
    backend = DuckDBBackend.from_connection(con)
    work = Workspace(backend)
    outcome, sides = _reconciled(given, backend, work)
    for view, part in ((MADE, "links"), (FOUND, "open"), (SEEN_NOW, "seen")):
        con.execute(f"CREATE TABLE {view} AS SELECT * FROM read_parquet({literal(outcome.files[part])})")
    audits = [(outcome.audit, "")]
    if given.old.holds(f"{NAME}.audit"):
        before, _sides = _reconciled(given, backend, work, "_was")
        audits.append((before.audit, "-"))
    for path in outcome.files.values():
        path.unlink()
    _write_audit(given, [(audit.to_pyarrow(), sign) for audit, sign in audits if audit is not None])
    return sides


def _reconciled(given: Given, backend: Any, work: Workspace, when: str = "") -> tuple[Outcome, Sides]:
    """The outcome for the orders as they are (`when`: `_was`, as they were), and the sides it was made of, which `work`
    keeps."""
    definition = RECONCILIATIONS[NAME]
    tables = {kind: backend.table(f"k_{kind}s{when}") for kind in BY_ORDER}
    tables |= {kind: backend.table(kind) for kind in AROUND}
    tolerance, window = parameters(given.rules, definition, given.as_of)
    facts = Facts(backend, tables, given.book.timezone)
    sides = definition.prepare(facts, given.rules, given.as_of)
    sides = replace(sides, left=work.keep(sides.left), right=work.keep(sides.right))
    outcome = engine.reconcile(
        backend, definition, sides, given.decisions, given.as_of, tolerance, window, given.new.folder,
        small=True, suggesting=False,
    )  # fmt: skip
    return outcome, sides


def _write_audit(given: Given, changes: list[tuple[Any, str]]) -> None:
    """The audit's figures: the base's, with those of the orders as they are, less those as they were."""
    if not changes:
        return
    part, figures = f"{NAME}.audit", list(AUDIT)[list(AUDIT).index("orders") :]
    keys = columns({name: "" for name in AUDIT if name not in figures})
    parts = [given.old.sql(part)] if given.old.holds(part) else []
    for number, (table, sign) in enumerate(changes):
        given.con.register(f"k_audit{number}", table)
        signed = ", ".join(f"{sign}{name} AS {name}" for name in figures)
        parts.append(f"SELECT {keys}, {signed} FROM k_audit{number}")
    counts = ("orders", "concerned")
    sums = ", ".join(f"sum({name})::{'BIGINT' if name in counts else 'DECIMAL(38,5)'} AS {name}" for name in figures)
    given.write_whole(
        part,
        f"SELECT {keys}, {sums} FROM ({' UNION ALL BY NAME '.join(parts)}) GROUP BY ALL HAVING sum(orders) <> 0",
        "currency, scope, type, day, category, valid_from",
    )


# Records and their money on each side, of links and open items.
_PLACED = """SELECT side, record_key, order_no, sum(amount) AS amount FROM (
    SELECT side, record_key, order_no, allocated AS amount FROM {links}
    UNION ALL SELECT side, record_key, order_no, amount FROM {opened} WHERE record_key <> '') GROUP BY ALL"""


def _prove(given: Given, change: Change) -> None:
    """Records that no changed document is about stand there with the same money as before. Refused else."""
    told = " UNION ALL ".join(
        f"SELECT '{kind}:' AS kind, order_no FROM k_{kind}"
        for kind in sorted(change.kinds & set(ORDER_FACTS) - {"settlement_line"})
    )
    before, after = (
        _PLACED.format(links=links, opened=opened) for links, opened in ((GONE_LINKS, GONE_OPEN), (MADE, FOUND))
    )
    given.con.execute(f"CREATE TABLE k_differing AS ({before} EXCEPT {after}) UNION ALL ({after} EXCEPT {before})")
    odd = given.con.execute(
        f"SELECT record_key FROM k_differing d WHERE NOT EXISTS (SELECT 1 FROM ({told or NOTHING_TOLD}) t "
        "WHERE t.order_no IS NOT DISTINCT FROM d.order_no AND starts_with(d.record_key, t.kind)) "
        f"AND record_key NOT IN (SELECT record_key FROM {KEYS}) ORDER BY record_key LIMIT 1"
    ).fetchone()
    if odd:
        raise Refused(f"{odd[0]} does not stand as before, though no changed document tells its order")


NOTHING_TOLD = "SELECT '' AS kind, '' AS order_no WHERE false"


def _write(given: Given) -> None:
    """Links, groups, what is open, statement and passes of the reconciliation."""
    gone = f"SELECT group_id FROM {GONE_GROUPS}"
    given.change(f"{NAME}.links", gone, f"SELECT {columns(STORED_LINKS)} FROM {MADE}", SORTED["links"])
    groups = f"SELECT * FROM ({GROUPS_SQL.format(links=MADE)})"
    given.change(f"{NAME}.groups", gone, groups, GROUPS_ORDER)
    gone_items = f"SELECT item_id FROM {GONE_OPEN} UNION SELECT item_id FROM {incremental_open.RESAID}"
    more = f"SELECT {columns(OPEN)} FROM {FOUND} UNION ALL SELECT {columns(OPEN)} FROM {incremental_open.RESAID}"
    given.change(f"{NAME}.open", gone_items, more, SORTED["open"])
    incremental_open.write_said(given)
    records = " UNION ".join(
        f"SELECT record_key FROM {table} WHERE record_key <> ''" for table in (GONE_LINKS, GONE_OPEN)
    )
    given.change(f"{NAME}.seen", records, f"SELECT * FROM {SEEN_NOW}", "record_key, side")
    _write_statement(given)
    passes = (
        f"SELECT pass, status, {sign}count(DISTINCT group_id) AS groups, {sign}count(*) AS links "
        f"FROM {table} GROUP BY ALL"
        for sign, table in (("-", GONE_LINKS), ("", MADE))
    )
    given.write_whole(
        f"{NAME}.passes",
        f"SELECT pass, status, sum(groups)::BIGINT AS groups, sum(links)::BIGINT AS links FROM "
        f"({given.old.sql(f'{NAME}.passes')} UNION ALL {' UNION ALL '.join(passes)}) "
        f"GROUP BY pass, status HAVING sum(links) <> 0",
    )


FIGURES = ("total", "matched", "difference", "open", "groups", "links")


def _write_statement(given: Given) -> None:
    """The statement: the base's, less what was taken out, and what was put in."""
    gone, made = (
        statement_sql(NAME, f"SELECT * FROM {links}", f"SELECT * FROM {opened}")
        for links, opened in ((GONE_LINKS, GONE_OPEN), (MADE, FOUND))
    )
    minus = ", ".join(f"-{name} AS {name}" for name in FIGURES)
    sums = ", ".join(
        f"sum({name})::{'BIGINT' if name in ('groups', 'links') else 'DECIMAL(38,5)'} AS {name}" for name in FIGURES
    )
    opened = f"SELECT side, currency FROM ({given.new.sql(f'{NAME}.open')}) WHERE record_key <> ''"
    given.write_whole(
        f"{NAME}.statement",
        f"SELECT * FROM (SELECT name, side, currency, {sums} FROM ({given.old.sql(f'{NAME}.statement')} "
        f"UNION ALL SELECT name, side, currency, {minus} FROM ({gone}) UNION ALL BY NAME FROM ({made})) GROUP BY ALL) "
        f"WHERE links <> 0 OR (side, currency) IN ({opened})",
        "side, currency",
    )


def _counts(given: Given, collected: int) -> dict[str, Any]:
    """Rows per file, as a whole run's manifest tells them. `collected`: how many the collection gains."""
    rows = {name: dict(of) for name, of in given.base.rows.items()}
    rows[NAME]["links"] += _count(given, MADE) - _count(given, GONE_LINKS)
    rows[NAME]["open"] += _count(given, FOUND) - _count(given, GONE_OPEN)
    rows["collection"]["rows"] += collected
    return rows


def _count(given: Given, table: str) -> int:
    return int(given.con.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0])
