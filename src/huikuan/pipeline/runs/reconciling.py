"""The lake + decisions → engine → published results.

A run computes every reconciliation of the book and the collection of its orders, writes them as Parquet into a folder
of its own, and publishes that folder by switching one pointer. Nothing is carried from run to run. A run as of another
day, or over a part of the period, is published beside the current one, named by its arguments.
"""

from __future__ import annotations

import gc
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from importlib.metadata import version
from pathlib import Path
from typing import Any

import duckdb

from huikuan import __version__, engine, recons
from huikuan.engine.model import AUDIT, OPEN, STATEMENT, STORED_LINKS, Definition, Facts, Outcome
from huikuan.insight.collection.collecting import CollectionInputs, build_collection
from huikuan.insight.collection.cube import cubes_sql
from huikuan.insight.collection.movements import sales_sql
from huikuan.insight.day_tables import by_day as day_tables
from huikuan.insight.day_tables.line_cube import line_cubes_sql
from huikuan.insight.day_tables.sold_lines import product_days_sql
from huikuan.lake.lake import Lake
from huikuan.pipeline.book import Book
from huikuan.pipeline.compute import connect, literal, quoted
from huikuan.pipeline.incremental import run as incremental
from huikuan.pipeline.incremental.closure import NAME
from huikuan.pipeline.plain import hash_of, plain
from huikuan.pipeline.results.overlay import decided
from huikuan.pipeline.runs import facts as facts_of_book
from huikuan.pipeline.runs import published as runs
from huikuan.pipeline.runs import spans
from huikuan.pipeline.runs.groups import GROUPS_ORDER, GROUPS_SQL, PASSES_SQL
from huikuan.pipeline.runs.published import Manifest
from huikuan.pipeline.runs.run_tables import (
    FACTS_ORDER,
    ORDER_FACTS,
    ORDER_ROW_GROUP,
    RESTS,
    SORTED,
    columns,
    count_rows,
    parameters,
    rest_sql,
    statement_sql,
    write,
)
from huikuan.pipeline.runs.said import SAID, said_sql
from huikuan.records.decisions import Decisions
from huikuan.records.errors import UserError
from huikuan.records.messages import gettext_noop, register
from huikuan.records.rules import ReconciliationRule, Rules

register(
    {
        "reconcile.name_unknown": gettext_noop("There is no reconciliation “%(name)s”. There are: %(names)s."),
        "reconcile.period_upside_down": gettext_noop("The period begins (%(first)s) after it ends (%(last)s)."),
    }
)

# progress(stage, done, total): the stage is a reconciliation's name, `collection` or `publish`.
Progress = Callable[[str, float, float], None]
SMALL_ROWS = 200_000  # a book of so few rows is held in memory: what counts is how much is compiled
ONE_THREAD_ROWS = 122_880  # a row group of DuckDB, which one thread reads: a second one would only wait, and spin
WORK = "work"  # within a run's folder while it is made


@dataclass(frozen=True)
class Asked:
    """What a run is asked for. `tolerance` overrides the rules' for this run only; `backend` matches the records, with
    the same result: `duckdb`, or `spark` on the cluster `spark_master` (blank: this machine). `full`: the whole is
    computed, even where only what has changed would do."""

    names: tuple[str, ...] = ()
    as_of: date | None = None
    date_from: date | None = None
    date_to: date | None = None
    tolerance: Decimal | None = None
    backend: str = "duckdb"
    spark_master: str = ""
    full: bool = False

    @property
    def may_rest(self) -> bool:
        """Whether the run may take what has not changed from the last one for the same arguments."""
        plain_run = self.tolerance is None and self.date_from is None and self.date_to is None
        return plain_run and self.backend == "duckdb" and not self.full


def names_asked(names: Sequence[str], rules: Rules) -> tuple[str, ...]:
    """The reconciliations asked for, all of the book if none is named. UserError for a name that is none."""
    known = tuple(recons.definitions(rules))
    for name in names:
        if name not in known:
            raise UserError("reconcile.name_unknown", name=name, names=", ".join(known))
    return tuple(names) or known


def run(
    book: Book, rules: Rules, decisions: Decisions, asked: Asked | None = None, progress: Progress | None = None
) -> Manifest:
    """Reconcile the book and publish what is found. Returns the manifest of the run.

    Errors: UserError for an unknown name or a period upside down; InvariantError when figures do not add up: nothing
    is published then, the last run stands.
    """
    asked = asked or Asked()
    names_asked(asked.names, rules)
    if asked.date_from and asked.date_to and asked.date_from > asked.date_to:
        raise UserError("reconcile.period_upside_down", first=asked.date_from, last=asked.date_to)
    book.create()
    asked = replace(asked, as_of=asked.as_of or book.today())
    now = datetime.now(UTC)
    book.lake.tidy()
    folder = runs.new_run_folder(book, now)
    told = progress or (lambda stage, done, total: None)
    try:
        manifest = _rested(book, rules, decisions, asked, folder, now, told) or _compute(
            book, rules, decisions, asked, folder, now, told
        )
        (folder / runs.MANIFEST).write_text(manifest.to_json(), encoding="utf-8")
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    runs.publish(book, runs.arguments(book, asked.as_of, asked.date_from, asked.date_to), folder)
    runs.remove_old(book, now)
    return manifest


def _rested(
    book: Book, rules: Rules, decisions: Decisions, asked: Asked, folder: Path, now: datetime, told: Progress
) -> Manifest | None:
    """Only what has changed since the last whole run; None where that may not be, or is not enough."""
    as_of = asked.as_of or book.today()
    base = incremental.base_of(book, runs.arguments(book, as_of)) if asked.may_rest else None
    if base is None:
        return None
    started = time.monotonic()
    stages = (NAME, "collection", "publish")
    with _without_collector():
        made = incremental.attempt(
            book,
            rules,
            decisions,
            as_of,
            base,
            folder,
            now,
            lambda stage: told(stage, stages.index(stage), len(stages)),
        )
    return made and replace(made, seconds=round(time.monotonic() - started, 3))


@contextmanager
def _without_collector() -> Iterator[None]:
    """The many small objects of expressions live until the end: looking at them finds nothing."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _packages(asked: Asked) -> tuple[str, ...]:
    """The packages on whose versions a run's result may depend."""
    return ("duckdb", "ibis-framework", "deltalake", *(("pyspark",) if asked.backend == "spark" else ()))


@dataclass(frozen=True)
class _Written:
    """What writing a run's files told: rows per file, the tolerances used, corrections in conflict."""

    rows: dict[str, dict[str, int]]
    tolerances: dict[str, Decimal]
    conflicts: tuple[Any, ...]


def _compute(
    book: Book, rules: Rules, decisions: Decisions, asked: Asked, folder: Path, now: datetime, told: Progress
) -> Manifest:
    """All files of a run, written into `folder`."""
    assert asked.as_of is not None  # noqa: S101 - set by `run`
    started = time.monotonic()
    facts_version = book.lake.version()
    rules = with_tolerance(rules, names_asked(asked.names, rules), asked.tolerance)
    con = connect()
    count = sum(document.accepted for document in book.lake.documents())
    small = count <= SMALL_ROWS
    if count <= ONE_THREAD_ROWS:
        con.execute("SET threads = 1")
    with _without_collector() if small else nullcontext():
        written = _write_all(con, book, rules, decisions, asked, folder, told, small)
    # Ibis drops its cached tables when their expressions go: before the connection does.
    gc.collect()
    con.close()
    shutil.rmtree(folder / WORK, ignore_errors=True)
    return Manifest(
        run=folder.name, created_at=now, as_of=asked.as_of, date_from=asked.date_from, date_to=asked.date_to,
        names=tuple(recons.definitions(rules)), facts=facts_version, rules=hash_of(rules), decisions=hash_of(decisions),
        versions={"huikuan": __version__} | {name: version(name) for name in _packages(asked)},
        tolerances=written.tolerances, rows=written.rows, decided=decided(decisions),
        conflicts=tuple(plain(each) for each in written.conflicts), declared=runs.declared(rules),
        seconds=round(time.monotonic() - started, 3),
    )  # fmt: skip


def _write_all(
    con: duckdb.DuckDBPyConnection,
    book: Book,
    rules: Rules,
    decisions: Decisions,
    asked: Asked,
    folder: Path,
    told: Progress,
    small: bool,
) -> _Written:
    """Reconcile each definition, then the collection; nothing of Ibis outlives this call."""
    as_of = asked.as_of or book.today()
    loaded = facts_of_book.load(con, book.lake, decisions, as_of, book.timezone)
    _write_documents(con, book.lake, folder)
    rows: dict[str, dict[str, int]] = {}
    tolerances: dict[str, Decimal] = {}
    definitions = recons.definitions(rules)
    steps = len(definitions) + 2
    with _matching_facts(con, loaded.facts, asked, folder) as facts:
        for done, (name, definition) in enumerate(definitions.items()):
            told(name, done, steps)
            tolerance, window = parameters(rules, definition, as_of)
            tolerances[name] = tolerance
            work = _work_folder(folder, name)
            outcome = reconcile_one(definition, facts, rules, decisions, as_of, tolerance, window, work, small=small)
            rows[name] = _write_outcome(con, name, outcome, asked, folder)
    told("collection", steps - 2, steps)
    count = _write_collection(con, folder, rules, as_of, decisions, book.timezone)
    told("publish", steps - 1, steps)
    for kind, chosen in ORDER_FACTS.items():
        path = folder / f"facts_{kind}.parquet"
        write(con, f"SELECT * FROM {kind} WHERE {chosen}", path, FACTS_ORDER, ORDER_ROW_GROUP)
    for kind, part in RESTS.items():
        write(con, rest_sql(kind), folder / f"{part}.parquet", "record_key")
    write(con, spans.spans_sql("order_line", as_of), folder / f"{spans.PART}.parquet", "shop")
    for part, query in line_cubes_sql(f"read_parquet({literal(folder / 'facts_order_line.parquet')})").items():
        write(con, query, folder / f"{part}.parquet", "ALL")
    return _Written({**rows, "collection": {"rows": count}}, tolerances, loaded.conflicts)


@contextmanager
def _matching_facts(con: duckdb.DuckDBPyConnection, facts: Facts, asked: Asked, folder: Path) -> Iterator[Facts]:
    """The facts on the backend asked for."""
    if asked.backend == "duckdb":
        yield facts
        return
    from huikuan.pipeline.runs import spark

    with spark.spark_backend(asked.spark_master or spark.DEFAULT_MASTER, _work_folder(folder, "spark")) as backend:
        yield spark.spark_facts(con, facts, backend)


def reconcile_one(
    definition: Definition,
    facts: Facts,
    rules: Rules,
    decisions: Decisions,
    as_of: date,
    tolerance: Decimal,
    window_days: int,
    folder: Path | None = None,
    *,
    small: bool = False,
) -> Outcome:
    """One reconciliation: a pure function of what it is given. `folder` takes the engine's own files; `small` see
    `engine.reconcile`."""
    sides = definition.prepare(facts, rules, as_of)
    return engine.reconcile(
        facts.backend, definition, sides, decisions, as_of, tolerance, window_days, folder, small=small, ordered=True
    )


def _work_folder(folder: Path, name: str) -> Path:
    made = folder / WORK / name
    made.mkdir(parents=True)
    return made


def with_tolerance(rules: Rules, names: Sequence[str], tolerance: Decimal | None) -> Rules:
    """The rules, the tolerance of these reconciliations replaced."""
    if tolerance is None:
        return rules
    others = tuple(r for r in rules.reconciliations if r.name not in names)
    windows = {r.name: r.window_days for r in rules.reconciliations}
    defined = recons.definitions(rules)
    own = tuple(
        ReconciliationRule(name, tolerance=tolerance, window_days=windows.get(name, defined[name].window_days))
        for name in names
    )
    return replace(rules, reconciliations=others + own)


def _read(written: Path) -> str:
    """The query of what the engine wrote: one file, or a folder of Spark's."""
    return f"SELECT * FROM read_parquet({literal(written / '*.parquet' if written.is_dir() else written)})"


def _write_outcome(
    con: duckdb.DuckDBPyConnection, name: str, outcome: Outcome, asked: Asked, folder: Path
) -> dict[str, int]:
    """`NAME.links.parquet`, `NAME.open.parquet`, `NAME.statement.parquet`: of the whole, or of the days asked for."""
    prefix = name.replace("-", "_")
    whole = not (asked.date_from or asked.date_to)
    file, target = outcome.files["links"], folder / f"{name}.links.parquet"
    if whole and file.is_file():
        file = file.replace(target)  # as sorted as it has to be
    con.execute(f"CREATE OR REPLACE TEMP VIEW {prefix}_links AS {_read(file)}")
    con.execute(f"CREATE OR REPLACE TEMP VIEW {prefix}_open AS {_read(outcome.files['open'])}")
    links, opened = f"SELECT * FROM {prefix}_links", f"SELECT * FROM {prefix}_open"
    con.register(f"{prefix}_statement", outcome.statement.to_pyarrow())
    statement = f"SELECT * FROM {prefix}_statement"
    if not whole:
        links, opened = within(con, prefix, asked)
        statement = statement_sql(name, links, opened)
    count = {
        "links": count_rows(con, target)
        if file == target
        else write(con, f"SELECT {columns(STORED_LINKS)} FROM ({links})", target, SORTED["links"]),
        "open": write(con, f"SELECT {columns(OPEN)} FROM ({opened})", folder / f"{name}.open.parquet", SORTED["open"]),
    }
    write(
        con, f"SELECT {columns(STATEMENT)} FROM ({statement})", folder / f"{name}.statement.parquet", "side, currency"
    )
    con.unregister(f"{prefix}_statement")
    if outcome.audit is not None:
        _write_audit(con, name, outcome.audit.to_pyarrow(), asked, folder)
    write(con, _read(outcome.files["seen"]), folder / f"{name}.seen.parquet", "record_key, side")
    _write_groups(con, name, folder)
    _write_said(con, name, folder)
    return count


def _write_audit(con: duckdb.DuckDBPyConnection, name: str, figures: Any, asked: Asked, folder: Path) -> None:
    """`NAME.audit.parquet`: what an audit held the records against, of the whole or of the days asked for."""
    low, high = asked.date_from or date.min, asked.date_to or date.max
    con.register("audit_figures", figures)
    query = f"SELECT {columns(AUDIT)} FROM audit_figures WHERE day BETWEEN DATE '{low}' AND DATE '{high}'"
    write(con, query, folder / f"{name}.audit.parquet", "currency, scope, type, day, category, valid_from")
    con.unregister("audit_figures")


def _write_groups(con: duckdb.DuckDBPyConnection, name: str, folder: Path) -> None:
    """`NAME.groups.parquet`, `NAME.passes.parquet`, from the links as written."""
    links, groups = (f"read_parquet({literal(folder / f'{name}.{part}.parquet')})" for part in ("links", "groups"))
    write(con, f"SELECT * FROM ({GROUPS_SQL.format(links=links)})", folder / f"{name}.groups.parquet", GROUPS_ORDER)
    write(con, f"SELECT * FROM ({PASSES_SQL.format(groups=groups)})", folder / f"{name}.passes.parquet", "ALL")


def _write_said(con: duckdb.DuckDBPyConnection, name: str, folder: Path) -> None:
    """`NAME.said.parquet`: what the open records say (`pipeline.runs.said`)."""
    opened = f"read_parquet({literal(folder / f'{name}.open.parquet')})"
    asked = f"SELECT DISTINCT split_part(record_key, ':', 1) FROM {opened}"
    kinds = {row[0] for row in con.execute(asked).fetchall()}
    query = said_sql(opened, {kind: kind for kind in SAID if kind in kinds})
    write(con, f"SELECT * FROM ({query})", folder / f"{name}.said.parquet", "record_key")


def within(con: duckdb.DuckDBPyConnection, prefix: str, asked: Asked) -> tuple[str, str]:
    """Links and open items of the days asked for: a group's day is its left record's, the right's where it has no left
    (rule 11); passes have seen everything, so a group is never cut."""
    low = asked.date_from or date(1, 1, 1)
    high = asked.date_to or date(9999, 12, 31)
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE {prefix}_days AS SELECT group_id, "
        f"coalesce(min(date) FILTER (side = 'left'), min(date)) AS day FROM {prefix}_links GROUP BY group_id"
    )
    inside = f"SELECT group_id FROM {prefix}_days WHERE day BETWEEN DATE '{low}' AND DATE '{high}'"
    links = f"SELECT * FROM {prefix}_links WHERE group_id IN ({inside})"
    opened = (
        f"SELECT * FROM {prefix}_open WHERE CASE WHEN coalesce(group_id, '') <> '' AND coalesce(record_key, '') = '' "
        f"THEN group_id IN ({inside}) ELSE date BETWEEN DATE '{low}' AND DATE '{high}' END"
    )
    return links, opened


def _write_collection(
    con: duckdb.DuckDBPyConnection, folder: Path, rules: Rules, as_of: date, decisions: Decisions, timezone: str
) -> int:
    """`collection.parquet`, one row per order, `share.parquet`, which payouts took the order's money, and the small
    tables that pages read instead (`insight.collection.cube`)."""
    made = {name: f"{name.replace('-', '_')}_links" for name in recons.RECONCILIATIONS}
    inputs = CollectionInputs(order_links=made.get("order-settlement", ""), payout_links=made.get("payout-bank", ""))
    name = build_collection(con, inputs, rules, as_of, decisions, timezone)
    write(con, f"SELECT * FROM {name}_share", folder / "share.parquet", "order_no, shop, payout")
    amounts = [r[0] for r in con.execute(f"DESCRIBE {name}").fetchall() if str(r[1]).startswith("DECIMAL")]
    sums = ", ".join(f"sum({quoted(column)}) AS {quoted(column)}" for column in amounts)
    totals = f"SELECT shop, currency, status, count(*) AS orders, {sums} FROM {name} GROUP BY shop, currency, status"
    write(con, totals, folder / "collection_totals.parquet", "shop, currency, status")
    count = write(con, f"SELECT * FROM {name}", folder / "collection.parquet", SORTED["collection"])
    numbered = f"read_parquet({literal(folder / 'collection.parquet')}, file_row_number = true)"
    for part, query in cubes_sql(numbered, f"read_parquet({literal(folder / 'share.parquet')})").items():
        write(con, query, folder / f"{part}.parquet", "ALL")
    _write_days(con, folder, name, as_of, timezone)
    return count


def _write_days(con: duckdb.DuckDBPyConnection, folder: Path, name: str, as_of: date, timezone: str) -> None:
    """The tables by day beside a collection (`insight.day_tables.by_day`)."""
    tables = {
        "outstanding": day_tables.outstanding_sql(name),
        "collected_days": day_tables.collected_days_sql(name, timezone),
        "sold_days": day_tables.sold_days_sql(sales_sql("order_line", as_of, timezone)),
        "settled_days": f"SELECT * FROM {name}_settled",
        "product_days": product_days_sql("order_line", name, as_of, timezone),
    }
    for part, query in tables.items():
        write(con, f"FROM ({query})", folder / f"{part}.parquet", SORTED.get(part, "ALL"))


def _write_documents(con: duckdb.DuckDBPyConnection, lake: Lake, folder: Path) -> None:
    """`documents.parquet`: the names of the documents the run has read."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    named = facts_of_book.document_names(lake)
    table = pa.table({"document_id": pa.array(named, pa.string()), "document": pa.array(named.values(), pa.string())})
    pq.write_table(table, folder / "documents.parquet")
