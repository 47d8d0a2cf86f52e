"""A reconciliation tried out: computed on the book's facts as tables of a connection, and never published.

What a changed rule would do (`proposals.what_if`) and what a new declaration would match (`proposals.preview`) are both
made of this.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import duckdb

from huikuan.engine.model import Definition, Facts, Outcome
from huikuan.pipeline.compute import literal
from huikuan.pipeline.runs.reconciling import Asked, reconcile_one, within
from huikuan.pipeline.runs.run_tables import parameters
from huikuan.records.decisions import Decisions
from huikuan.records.rules import Rules


def try_out(
    con: duckdb.DuckDBPyConnection,
    definition: Definition,
    facts: Facts,
    rules: Rules,
    decisions: Decisions,
    asked: Asked,
    folder: Path,
) -> tuple[Outcome, dict[str, str]]:
    """The outcome, and queries of its `links` and `open` within the days asked for (rule 11). `folder` takes the files
    and must outlive the queries. Errors: as those of a run, whose proofs are made here too."""
    assert asked.as_of is not None  # noqa: S101 - set by both callers
    folder.mkdir(parents=True)
    tolerance, window = parameters(rules, definition, asked.as_of)
    outcome = reconcile_one(definition, facts, rules, decisions, asked.as_of, tolerance, window, folder)
    prefix = f"tried_{definition.name.replace('-', '_')}"
    for part in ("links", "open"):
        con.execute(
            f"CREATE OR REPLACE VIEW {prefix}_{part} AS SELECT * FROM read_parquet({literal(outcome.files[part])})"
        )
    links, opened = within(con, prefix, replace(asked, backend="duckdb"))
    made = {}
    for part, query in (("links", links), ("open", opened)):
        path = folder / f"chosen_{part}.parquet"
        con.execute(f"COPY ({query}) TO {literal(path)} (FORMAT parquet)")
        made[part] = f"SELECT * FROM read_parquet({literal(path)})"
    return outcome, made
