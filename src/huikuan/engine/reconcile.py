"""The engine's one entry: sides and decisions in, links, open items and statement out, proved.

Pure: the same input gives the same output, in any input order; nothing is carried from run to run. Passes run strong
before weak, each on what the ones before left over.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import ibis

from huikuan.engine import causes, classify, conservation
from huikuan.engine import evidence as because
from huikuan.engine.lines import (
    GROUP,
    LINE,
    ZERO,
    as_links,
    assigned_lines,
    compared_by_side,
    judged,
    link_rows,
    named_links,
    on_side,
    union_all,
    without,
)
from huikuan.engine.model import (
    AUDIT,
    ENTRY,
    LINKS_ORDER,
    NOTED,
    OPEN,
    SEEN,
    STATEMENT,
    STORED_LINKS,
    Audit,
    Audited,
    Definition,
    Outcome,
    Sides,
)
from huikuan.engine.pass0_decisions import Decided, blocked_pairs, decide, set_apart
from huikuan.engine.pass1_key import KeyMatch, match_by_key
from huikuan.engine.pass2_reference import key_edges, reference_edges, take_stars
from huikuan.engine.pass3_amount import Window, match_by_amount, worth_trying
from huikuan.engine.pass4_batch import match_days, match_runs
from huikuan.engine.pass5_subset import match_subsets
from huikuan.engine.pass6_suggest import suggest
from huikuan.engine.workspace import Workspace, conform, typed_table
from huikuan.records.decisions import Decisions


@dataclass
class _Run:
    """One run's state: what is still open on either side, and what has been matched so far."""

    work: Workspace
    definition: Definition
    sides: Sides
    tolerance: Decimal
    window: Window
    blocked: Any
    left: Any
    right: Any
    lines: list[Any] = field(default_factory=list)  # held, with groups beside
    groups: list[Any] = field(default_factory=list)
    bulk: KeyMatch | None = None
    suggesting: bool = True


def reconcile(
    backend: Any,
    definition: Definition,
    sides: Sides,
    decisions: Decisions,
    as_of: date,
    tolerance: Decimal | None = None,
    window_days: int | None = None,
    folder: Path | None = None,
    *,
    small: bool = False,
    suggesting: bool = True,
    ordered: bool = False,
) -> Outcome:
    """Match two sides of entries and prove the result.

    Args:
        tolerance, window_days: instead of the definition's own.
        small: the sides fit into memory: computed once instead of streamed anew by every query.
        suggesting: whether what stays open is suggested to each other, where the definition does so; else it is left
            to the caller, who knows more open entries than these sides have.
        ordered: by DuckDB the links are written in LINKS_ORDER, as results are looked up; else as they come.
        folder: where `links.parquet`, `open.parquet`, `seen.parquet` are written; None keeps all in memory (small
            books, tests).

    Raises:
        InvariantError: the result does not account for every record and every cent. Nothing may be published.
    """
    work = Workspace(backend, folder, small=small)
    if sides.nothing and not decisions.about(definition.name).matches:
        return _nothing(work)
    window = Window(definition.window_days if window_days is None else window_days, definition.lead_days)
    limit = definition.tolerance if tolerance is None else tolerance
    try:
        left, right = (work.once(conform(side, ENTRY)) for side in (sides.left, sides.right))
        given = Sides(left, right, sides.extra)
        decided = decide(work, definition.name, left, right, decisions)
        blocked = blocked_pairs(definition.name, decisions)
        run = _Run(work, definition, given, limit, window, blocked, decided.left, decided.right, suggesting=suggesting)
        audit = definition.auditing(given, as_of) if definition.auditing else None
        _match(run, audit)
        return _outcome(run, decided, decisions, as_of, ordered=ordered)
    finally:
        work.close()


def _nothing(work: Workspace) -> Outcome:
    """What is found where there is nothing to reconcile and nobody matched anything."""
    links, links_file = work.rows("links", typed_table([], STORED_LINKS))
    open_, open_file = work.rows("open", typed_table([], OPEN))
    seen, seen_file = work.rows("seen", typed_table([], SEEN))
    files = _files(links=links_file, open=open_file, seen=seen_file)
    return Outcome(named_links(links), open_, typed_table([], STATEMENT), None, files, seen)


def _files(**paths: Path | None) -> dict[str, Path]:
    """The files written; none where all is kept in memory."""
    return {name: path for name, path in paths.items() if path is not None}


def _match(run: _Run, audit: Audit | None) -> None:
    passes, name = run.definition.passes, run.definition.name
    if passes.key == "applies" and not run.definition.across:
        _key_pass(run, audit)
    else:
        run.left, run.right = run.work.keep(run.left), run.work.keep(run.right)
    if passes.key == "applies" and run.definition.across:
        _take(run, take_stars(run.work, name, "key", key_edges(run.left, run.right, run.blocked), because.ACCOUNT_KEY))
    if passes.reference == "applies" and _both_open(run):
        edges = reference_edges(run.left, run.right, run.blocked)
        _take(run, take_stars(run.work, name, "reference", edges, because.REFERENCE))
    if run.definition.narrow and _both_open(run):
        linked = union_all(*run.lines) if run.lines else None
        run.right = run.definition.narrow(run.work, run.left, run.right, linked, run.sides)
    if passes.amount == "applies" and _both_open(run) and worth_trying(run.left, run.right):
        _take(run, match_by_amount(run.work, name, run.left, run.right, run.window, run.blocked))
    if passes.batch == "applies" and _both_open(run):
        days = match_days(run.work, name, run.left, run.right, run.window, run.blocked, runs=passes.runs)
        _take(run, days)
    if passes.batch == "applies" and passes.runs and _both_open(run):
        _take(run, match_runs(run.work, name, run.left, run.right, run.window, run.blocked))
    if passes.subset == "applies" and _both_open(run):
        _take(run, match_subsets(run.work, name, run.left, run.right, run.window, run.blocked))


def _both_open(run: _Run) -> bool:
    """Whether anything is left on either side; the tables are kept, so that asking costs nothing."""
    return not (run.work.empty(run.left) or run.work.empty(run.right))


def _key_pass(run: _Run, audit: Audit | None) -> None:
    free, apart = set_apart(run.right, run.blocked)
    definition = run.definition

    def dates(table: Any) -> Any:
        whole = definition.whole_dates(table, run.sides) if definition.whole_dates else None
        if whole is not None:
            return whole
        return definition.dates(table, run.sides) if definition.dates else table

    run.bulk = match_by_key(run.work, definition.name, run.left, free, run.tolerance, dates, audit)
    run.left = run.bulk.left
    run.right = run.bulk.right if apart is None else run.work.keep(union_all(run.bulk.right, apart))
    if not run.work.empty(run.bulk.groups):
        run.lines.append(run.bulk.lines)
        run.groups.append(run.bulk.groups)


def _take(run: _Run, assignment: Any) -> None:
    """Move what a pass assigned, if anything, from the open entries to the lines."""
    if assignment is None or run.work.empty(assignment):
        return
    lines = run.work.keep(assigned_lines(run.left, run.right, assignment))
    run.lines.append(lines)
    run.groups.append(run.work.keep(judged(compared_by_side(lines), run.tolerance)))
    run.left = run.work.keep(without(run.left, "left", assignment))
    run.right = run.work.keep(without(run.right, "right", assignment))


def _outcome(run: _Run, decided: Decided, decisions: Decisions, as_of: date, *, ordered: bool) -> Outcome:
    work, definition = run.work, run.definition
    left, right = run.left, run.right
    lines = union_all(*run.lines) if run.lines else None
    whole = definition.whole_dates(lines, run.sides) if definition.whole_dates and lines is not None else None
    seen, seen_file = work.rows("seen", _seen(left, right, lines))
    if definition.dates:
        left = definition.dates(left, run.sides)
        lines = None if lines is None else work.keep(conform(definition.dates(lines, run.sides), LINE))
    groups = union_all(*(conform(part, GROUP) for part in run.groups)) if run.groups else None
    if definition.waiting:
        left, lines = definition.waiting(work, left, lines, groups, run.sides)
    if definition.finish:
        left, right = definition.finish(work, left, right, run.sides)
    if definition.dates or definition.finish:
        left, right = work.keep(conform(left, ENTRY)), work.keep(conform(right, ENTRY))
    hints = _suggestions(run, left, right, decisions)
    open_parts = [classify.open_records(definition, left, right, hints, as_of, run.sides)]
    link_parts = [] if decided.links is None else [decided.links]
    if decided.residuals is not None:
        open_parts.append(classify.decided_residuals(definition, decided.residuals, decided.links, as_of))
    if lines is not None:
        parts = classify.residual_parts(work, definition, groups, lines, run.sides, as_of)
        classes = [classify.late_groups(groups, lines if whole is None else whole)]
        if parts is not None:
            conservation.prove_residuals(definition.name, groups, parts)
            open_parts.append(classify.residual_rows(definition, parts, lines, as_of))
            classes.append(classify.first_classes(parts))
        link_parts.append(link_rows(lines, groups, union_all(*classes)))
    audited = run.bulk.audited if run.bulk else None
    noted = _noted(run, audited, right, decided)
    if noted is not None:
        open_parts.append(classify.noted_rows(definition, noted, as_of))
    if run.bulk is not None:
        agreeing = run.bulk.agreeing
        link_parts.append(as_links(agreeing, ZERO, ibis.literal("matched"), ibis.literal("")))
    empty = typed_table([], STORED_LINKS)
    links, links_file = work.rows(
        "links", union_all(*link_parts) if link_parts else empty, LINKS_ORDER if ordered else ()
    )
    named = causes.named(work, definition, union_all(*open_parts), lines, (left, right), run.sides)
    open_, open_file = work.rows("open", named)
    proved = conservation.prove(definition.name, run.sides, links, open_)
    if audited is not None:
        conservation.prove_audit(definition.name, audited.figures, open_)
    statement = conservation.statement(definition.name, proved, _group_counts(run, decided))
    files = _files(links=links_file, open=open_file, seen=seen_file)
    figures = None if audited is None else typed_table(audited.figures.to_pyarrow().to_pylist(), AUDIT)
    return Outcome(named_links(links), open_, statement, figures, files, seen)


def _seen(left: Any, right: Any, lines: Any) -> Any:
    """Entries as the passes saw them: what is open, and what was linked but for the bulk that agreed by its number."""
    parts = [conform(on_side(entries, side), SEEN) for side, entries in (("left", left), ("right", right))]
    return union_all(*parts, *([] if lines is None else [conform(lines, SEEN)]))


def _noted(run: _Run, audited: Audited | None, right: Any, decided: Decided) -> Any:
    """Findings about records that are linked by their key, not by a person; None where there are none."""
    noted = run.definition.noted(run.sides) if run.definition.noted else None
    if noted is not None:
        noted = conform(noted.anti_join(right, "record_key"), NOTED)
        if decided.links is not None:
            noted = noted.anti_join(decided.links, "record_key")
        if audited is not None and audited.cleared is not None:
            noted = noted.anti_join(audited.cleared, "record_key")
    parts = [part for part in (noted, audited and audited.findings) if part is not None]
    return union_all(*parts) if parts else None


def _suggestions(run: _Run, left: Any, right: Any, decisions: Decisions) -> Any:
    """The likeliest counterparts of what is still open on both sides."""
    definition = run.definition
    if definition.passes.suggest == "off" or not run.suggesting or run.work.empty(left) or run.work.empty(right):
        return typed_table([], classify.SUGGESTION)
    return suggest(definition, left, right, run.window, run.sides, decisions)


def _group_counts(run: _Run, decided: Decided) -> dict[tuple[str, str], int]:
    """Groups by side and currency."""
    counts = dict(run.bulk.agreeing_groups) if run.bulk else {}
    tables = [*run.lines, *([] if decided.links is None else [decided.links])]
    for table in tables:
        grouped = table.group_by("side", "currency").agg(groups=table.group_id.nunique())
        for row in grouped.to_pyarrow().to_pylist():
            key = (row["side"], row["currency"] or "")
            counts[key] = counts.get(key, 0) + row["groups"]
    return counts
