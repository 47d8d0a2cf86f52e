"""Closing a period: a frozen copy of what its last day's run found, published by one rename. See `closed`.

What is frozen is the book *as of the period's last day* (DESIGN rule 1), with all that is known when it is closed. A
record belongs to the period of its business date. One that came after its own period had been closed is *late*: it is
frozen, marked, in the first period that is closed after it came.
"""

from __future__ import annotations

import json
import secrets
import shutil
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from huikuan import __version__
from huikuan.lake import current
from huikuan.lake.lake import Lake
from huikuan.pipeline.book import Book
from huikuan.pipeline.compute import connect, literal, quoted
from huikuan.pipeline.periods.closed import (
    HASH,
    KEYS,
    MANIFEST,
    RECORDS,
    REOPENED,
    Closed,
    Period,
    closed_periods,
    find_closed,
    hash_of_file,
    hash_of_manifest,
    records_of,
    statement_of,
    work_of,
)
from huikuan.pipeline.periods.late import late_keys, record_sql, register_closed
from huikuan.pipeline.plain import hash_of, plain
from huikuan.pipeline.runs import facts as facts_of_book
from huikuan.pipeline.runs import published as runs
from huikuan.pipeline.runs import reconciling
from huikuan.pipeline.runs.published import Manifest
from huikuan.pipeline.runs.reconciling import Asked, Progress
from huikuan.pipeline.runs.run_tables import SORTED, count_rows, write
from huikuan.records.decisions import Decisions
from huikuan.records.errors import UserError
from huikuan.records.kinds import KINDS
from huikuan.records.messages import gettext_noop, register
from huikuan.records.rules import Rules
from huikuan.records.sql import dict_rows

register(
    {
        "close.not_ended": gettext_noop("%(period)s has not ended: its last day is %(last)s, today is %(today)s."),
        "close.before_start": gettext_noop("%(period)s lies before the book's start on %(start)s."),
        "close.closed": gettext_noop("%(period)s is closed already: it was closed as %(closed)s on %(day)s."),
        "close.stale": gettext_noop(
            "The results are not up to date: files, rules or decisions have changed since the last run, or it is as of "
            "an earlier day. Run `huikuan reconcile` first."
        ),
        "close.changed": gettext_noop(
            "The book has changed while %(period)s was being closed. Nothing was closed; try again."
        ),
        "close.inside": gettext_noop("%(period)s lies in %(closed)s, which is closed. Reopen %(closed)s first."),
    }
)

ARTEFACTS = ("rules.json", "decisions.json")


@dataclass(frozen=True)
class Deed:
    """Who closes or reopens, when, and why. `accepted`: what was told before and acknowledged, by code."""

    by: str
    at: datetime
    reason: str = ""
    accepted: tuple[Mapping[str, Any], ...] = ()


def check_closable(book: Book, period: Period) -> None:
    """UserError where a period cannot be closed at all: not ended, before the book's start, closed already."""
    today = book.today()
    # A book that is looked at as of one day for ever has that day behind it.
    if period.last > today or (period.last == today and book.fixed_today is None):
        raise UserError("close.not_ended", period=period.name, last=period.last, today=today)
    if book.start is not None and period.last < book.start:
        raise UserError("close.before_start", period=period.name, start=book.start)
    within = next((each for each in closed_periods(book) if each.holds(period)), None)
    if within is not None:
        raise UserError("close.closed", period=period.name, closed=within.name, day=within.closed_at.date())


def is_current(book: Book, manifest: Manifest, rules: Rules, decisions: Decisions) -> bool:
    """Whether a run has seen all documents, rules and decisions that there are."""
    known = (manifest.facts, manifest.rules, manifest.decisions)
    return known == (book.lake.version(), hash_of(rules), hash_of(decisions))


def check_current(book: Book, period: Period, rules: Rules, decisions: Decisions) -> None:
    """UserError `close.stale` where the current run is not as of the period's last day or later, with all that is
    known."""
    folder = runs.find_run(book, runs.Arguments())
    manifest = runs.read_manifest(folder) if folder else None
    if manifest is None or manifest.as_of < period.last or not is_current(book, manifest, rules, decisions):
        raise UserError("close.stale")


def run_of(book: Book, period: Period, rules: Rules, decisions: Decisions, progress: Progress | None = None) -> Path:
    """The folder of a run as of the period's last day with all that is known; computed where there is none."""
    asked = runs.arguments(book, period.last)
    folder = runs.find_run(book, asked)
    if folder is None or not is_current(book, runs.read_manifest(folder), rules, decisions):
        reconciling.run(book, rules, decisions, Asked(as_of=period.last), progress)
        folder = runs.get_run(book, asked)
    return folder


def close(
    book: Book,
    period: Period,
    rules: Rules,
    decisions: Decisions,
    deed: Deed,
    commit: Callable[[Closed], None],
    progress: Progress | None = None,
) -> Closed:
    """Freeze a period. `commit` is called with the copy written and before it stands, while nothing can be imported;
    where it raises, nothing is closed.

    Errors: UserError (`check_closable`, or the book changed meanwhile), OperatorError while another process writes.
    """
    check_closable(book, period)
    folder = run_of(book, period, rules, decisions, progress)
    with book.lake.writer("close"):
        check_closable(book, period)
        if not is_current(book, runs.read_manifest(folder), rules, decisions):
            raise UserError("close.changed", period=period.name)
        scratch = book.closed_folder / REOPENED / f"tmp-{secrets.token_hex(6)}"
        scratch.mkdir(parents=True)
        try:
            made = _freeze(book, period, folder, rules, decisions, deed, scratch)
            target = book.closed_folder / period.name
            scratch.rename(target)
            try:
                commit(made)
            except BaseException:
                target.rename(scratch)
                raise
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
    return find_closed(book, period.name)


def reopen(book: Book, name: str, deed: Deed, commit: Callable[[Closed], None]) -> Closed:
    """Open a period again; its copy is kept aside, with who reopened it and why. UserError: it is not closed, or lies
    in another that is."""
    with book.lake.writer("reopen"):
        found = find_closed(book, name)
        around = next((each for each in closed_periods(book) if each.holds(found) and each.name != name), None)
        if around is not None:
            raise UserError("close.inside", period=name, closed=around.name)
        aside = book.closed_folder / REOPENED / f"{name}_{deed.at.astimezone(UTC):%Y%m%dT%H%M%S%f}"
        aside.parent.mkdir(exist_ok=True)
        found.folder.rename(aside)
        try:
            commit(found)
        except BaseException:
            aside.rename(found.folder)
            raise
        told = {"by": deed.by, "at": deed.at, "reason": deed.reason}
        (aside / "reopened.json").write_text(_json(told), encoding="utf-8")
    return found


# The frozen copy ------------------------------------------------------------------------------------------------------
def _freeze(
    book: Book, period: Period, run_folder: Path, rules: Rules, decisions: Decisions, deed: Deed, folder: Path
) -> Closed:
    """Write the copy into `folder`."""
    run = runs.read_manifest(run_folder)
    files = runs.files_of(run_folder, run)
    with closing(connect()) as con:
        for kind in KINDS.values():
            facts_of_book.register_kind(con, book.lake, kind, decisions)
        outside = [each for each in closed_periods(book) if not period.holds(each)]
        register_closed(con, outside, period.first)
        write(con, _records_sql(con, period), folder / f"{RECORDS}.parquet", "kind, record_key")
        facts = _told(folder, RECORDS)
        keys = [f"SELECT record_key, '' AS reconciliation, false AS settled, true AS frozen FROM {facts}"]
        for name in run.names:
            links, opened = files.sql(f"{name}.links"), files.sql(f"{name}.open")
            links, opened = (_with_own(con, part, name, period) for part in (links, opened))
            groups = f"SELECT group_id FROM ({links}) WHERE own"
            write(
                con, f"SELECT * FROM ({links}) WHERE group_id IN ({groups})", folder / f"{name}.links.parquet",
                f"{SORTED['links']}, link_id",
            )  # fmt: skip
            write(con, f"SELECT * FROM ({opened}) WHERE own", folder / f"{name}.open.parquet", SORTED["open"])
            keys.append(_keys_sql(folder, name))
        write(con, " UNION ALL ".join(keys), folder / f"{KEYS}.parquet", "record_key, reconciliation, settled")
        write(
            con, f"SELECT * FROM ({files.sql('collection')}) WHERE {_in(period)}", folder / "collection.parquet",
            SORTED["collection"],
        )  # fmt: skip
        used = _documents_used(con, book.lake, period)
        (folder / "rules.json").write_text(_json(rules), encoding="utf-8")
        (folder / "decisions.json").write_text(_json(decisions), encoding="utf-8")
        manifest = _manifest(book, period, run, deed) | {
            "collection": _collection_totals(con, folder),
            "documents": [
                {"document": each.document_id, "file": each.file_name, "sha256": each.sha256, "format": each.format,
                 "used": each.document_id in used}
                for each in book.lake.documents()
            ],
            "files": {path.name: _file(con, path) for path in sorted(folder.iterdir())},
        }  # fmt: skip
        made = Closed(period.name, period.first, period.last, folder, manifest)
        manifest |= {"statement": statement_of(con, made), "records": records_of(con, made.path(RECORDS))}
        manifest |= {"work": work_of(con, made)}
    manifest = plain(manifest)
    manifest[HASH] = hash_of_manifest(manifest)
    (folder / MANIFEST).write_text(_json(manifest), encoding="utf-8")
    return Closed(period.name, period.first, period.last, folder, manifest)


def _keys_sql(folder: Path, name: str) -> str:
    """What is looked up of a reconciliation: `settled` are the records of which nothing was left open or differed,
    `frozen` those of the period."""
    opened = f"SELECT record_key, own FROM {_told(folder, f'{name}.open')} WHERE coalesce(record_key, '') <> ''"
    return (
        f"SELECT record_key, {literal(name)}, bool_and(settled), bool_or(own) FROM ("
        f"SELECT record_key, status <> 'difference' AS settled, own FROM {_told(folder, f'{name}.links')} "
        f"UNION ALL SELECT record_key, false, own FROM ({opened})) GROUP BY record_key"
    )


def _manifest(book: Book, period: Period, run: Manifest, deed: Deed) -> dict[str, Any]:
    """What the manifest tells of how the copy came about."""
    return {
        "period": period.name, "first": period.first, "last": period.last, "book": book.name,
        "closed_at": deed.at, "closed_by": deed.by, "reason": deed.reason, "accepted": list(deed.accepted),
        "as_of": run.as_of, "facts": run.facts, "rules": run.rules, "decisions": run.decisions,
        "tolerances": dict(run.tolerances), "names": list(run.names), "declared": dict(run.declared),
        "versions": dict(run.versions) | {"huikuan": __version__}, "timezone": book.timezone,
    }  # fmt: skip


def _file(con: duckdb.DuckDBPyConnection, path: Path) -> dict[str, Any]:
    rows = {"rows": count_rows(con, path)} if path.suffix == ".parquet" else {}
    return {"sha256": hash_of_file(path), "bytes": path.stat().st_size, **rows}


def _json(value: Any) -> str:
    return json.dumps(plain(value), ensure_ascii=False, indent=1, sort_keys=True)


def _told(folder: Path, part: str) -> str:
    return f"read_parquet({literal(folder / f'{part}.parquet')})"


def _in(period: Period, day: str = "business_date") -> str:
    return f"{day} BETWEEN DATE '{period.first}' AND DATE '{period.last}'"


def _with_own(con: duckdb.DuckDBPyConnection, query: str, name: str, period: Period) -> str:
    """Rows of links or open items with `late` and `own`: whether they belong to the period, late ones included."""
    late = late_keys(con, f"({query})", "date", name)
    marked = f"SELECT *, coalesce(record_key IN (SELECT record_key FROM {late}), false) AS late FROM ({query})"
    return f"SELECT *, late OR coalesce({_in(period, 'date')}, false) AS own FROM ({marked})"


def _records_sql(con: duckdb.DuckDBPyConnection, period: Period) -> str:
    """The records of the period: its own, and those that came late to one closed before."""
    parts = []
    for kind in KINDS.values():
        late = f"record_key IN (SELECT record_key FROM {late_keys(con, quoted(kind.name), 'business_date', '')})"
        parts.append(f"{record_sql(kind)}, {late} AS late FROM {quoted(kind.name)} WHERE {_in(period)} OR {late}")
    return " UNION ALL ".join(parts)


def _collection_totals(con: duckdb.DuckDBPyConnection, folder: Path) -> list[dict[str, Any]]:
    """The orders of the period by shop, currency and status: how many, and the sum of every amount."""
    told = _told(folder, "collection")
    columns = con.execute(f"DESCRIBE SELECT * FROM {told}").fetchall()
    amounts = [row[0] for row in columns if str(row[1]).startswith("DECIMAL")]
    sums = ", ".join(f"sum({quoted(name)}) AS {quoted(name)}" for name in amounts)
    con.execute(f"SELECT shop, currency, status, count(*) AS orders, {sums} FROM {told} GROUP BY ALL ORDER BY ALL")
    return dict_rows(con)


def _documents_used(con: duckdb.DuckDBPyConnection, lake: Lake, period: Period) -> set[str]:
    """The documents that tell anything of the period's records."""
    used: set[str] = set()
    for kind in KINDS.values():
        state = lake.state(kind)
        groups = ", ".join(current.groups_of(kind))
        own = f"SELECT {groups} FROM {quoted(kind.name)} WHERE {_in(period)}"
        told = current.scan(state, state.readings, ["document_id", *current.groups_of(kind)])
        found = con.execute(f"SELECT DISTINCT document_id FROM ({told}) SEMI JOIN ({own}) USING ({groups})").fetchall()
        used |= {row[0] for row in found}
    return used
