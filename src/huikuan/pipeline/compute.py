"""DuckDB connections of this process: always in memory, with threads, memory and temporary folder set explicitly.

`HUIKUAN_THREADS` and `HUIKUAN_MEMORY` (such as `4GB`) override the defaults, `HUIKUAN_TEMP` where queries spill.
"""

from __future__ import annotations

import os

import duckdb

from huikuan.pipeline.spill import spill_folder
from huikuan.records.sql import sql_name, sql_text

DEFAULT_MEMORY = "4GB"
READING_MEMORY = "500MB"


def threads() -> int:
    """How many threads a query may use: `HUIKUAN_THREADS`, else the machine's processors, at most 8."""
    told = os.environ.get("HUIKUAN_THREADS", "")
    return int(told) if told.isdigit() and int(told) else min(os.cpu_count() or 2, 8)


def reading_memory() -> str:
    """What reading a file may hold in memory, however many rows it has; the rest is spilled. Enough for a million rows
    to stay in memory; for five million it costs a quarter more time."""
    return os.environ.get("HUIKUAN_MEMORY") or READING_MEMORY


def connect(memory: str | None = None) -> duckdb.DuckDBPyConnection:
    """A new in-memory database with the limits of this process, times in UTC."""
    con = duckdb.connect(
        ":memory:",
        config={
            "threads": str(threads()),
            "memory_limit": memory or os.environ.get("HUIKUAN_MEMORY") or DEFAULT_MEMORY,
            "temp_directory": str(spill_folder()),
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
        },
    )
    con.execute("SET TimeZone = 'UTC'")
    con.execute("SET preserve_insertion_order = false")
    con.execute("SET enable_progress_bar = false")  # it would write into the standard output, among the results
    return con


quoted = sql_name


def literal(value: object) -> str:
    """An SQL text literal: for the places that take no bound value, such as a file name of COPY."""
    return sql_text(str(value))
