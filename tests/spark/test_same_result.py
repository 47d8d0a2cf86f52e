"""A run on Spark publishes, file by file and row by row, what a run on DuckDB does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from huikuan.pipeline.compute import literal
from huikuan.pipeline.runs.reconciling import Asked, run
from tests.spark.conftest import Decided

# PySpark leaves the sockets through which it hands rows over to the garbage collector.
pytestmark = [pytest.mark.spark, pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")]


def rows_of(path: Path) -> pa.Table:
    """A file's rows by all their columns: it is sorted by what it is looked up by, which need not tell rows apart."""
    return duckdb.sql(f"SELECT * FROM read_parquet({literal(path)}) ORDER BY ALL").arrow().read_all()


def test_a_run_on_spark_publishes_what_duckdb_finds(decided: Decided, new_spark: Callable[[str], Any]) -> None:
    session = new_spark("local[2]")
    try:
        book = decided.demo.book
        manifest = run(book, decided.demo.rules, decided.decisions, Asked(backend="spark"))
    finally:
        session.stop()
    assert manifest.versions["pyspark"] == session.version
    assert manifest.rows == decided.manifest.rows
    folder = book.results_folder / manifest.run
    names = sorted(path.name for path in decided.folder.glob("*.parquet"))
    assert sorted(path.name for path in folder.glob("*.parquet")) == names
    for name in names:
        expected = rows_of(decided.folder / name)
        assert expected.num_rows or "links" not in name, f"{name}: nothing to compare"
        assert rows_of(folder / name).equals(expected), name
