"""A cluster of two workers, one of which dies at work: the result is the same."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from huikuan import recons
from huikuan.pipeline.compute import connect, literal
from huikuan.pipeline.runs import facts, spark
from huikuan.pipeline.runs.reconciling import reconcile_one
from huikuan.pipeline.runs.run_tables import parameters
from tests.spark.cluster import Worker, cluster, kill, wait_for_executors
from tests.spark.conftest import Decided

# PySpark leaves the sockets through which it hands rows over to the garbage collector.
pytestmark = [pytest.mark.spark, pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")]
NAME = "settlement-wallet"
KILLED_BEFORE = 5  # the fifth table that is kept


def test_a_worker_that_dies_takes_no_result_with_it(
    decided: Decided, new_spark: Callable[[str], Any], tmp_path: Path
) -> None:
    with cluster(2, tmp_path) as (master, workers):
        session = new_spark(master)
        try:
            wait_for_executors(session, 2)
            killed = _reconcile(decided, session, workers[0], tmp_path)
            assert killed, "the worker was to die during the run"
            wait_for_executors(session, 1)
        finally:
            session.stop()
    con = connect()
    for part in ("links", "open"):
        ours = f"FROM read_parquet({literal(tmp_path / NAME / f'{part}.parquet' / '*.parquet')})"
        theirs = f"FROM read_parquet({literal(decided.folder / f'{NAME}.{part}.parquet')})"
        count = con.execute(f"SELECT count(*) {ours}").fetchall()
        assert count == con.execute(f"SELECT count(*) {theirs}").fetchall()
        assert con.execute(f"({ours}) EXCEPT ALL ({theirs})").fetchall() == []


def _reconcile(decided: Decided, session: Any, worker: Worker, folder: Path) -> bool:
    """Reconcile on the session, the worker killed on the way. Whether it was."""
    book, rules, definition = decided.demo.book, decided.demo.rules, recons.RECONCILIATIONS[NAME]
    con = connect()
    loaded = facts.load(con, book.lake, decided.decisions, book.today(), book.timezone)
    (folder / "scratch").mkdir()
    (folder / NAME).mkdir()
    with spark.spark_backend(session.sparkContext.master, folder / "scratch") as backend:
        store, stored = backend.store, []

        def store_and_kill(expression: Any) -> Any:
            stored.append(expression)
            if len(stored) == KILLED_BEFORE:
                kill(worker)
            return store(expression)

        backend.store = store_and_kill
        tolerance, window = parameters(rules, definition, book.today())
        given = spark.spark_facts(con, loaded.facts, backend)
        reconcile_one(
            definition, given, rules, decided.decisions, book.today(), tolerance, window, folder / NAME, small=True
        )
    return len(stored) > KILLED_BEFORE
