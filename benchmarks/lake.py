"""How fast the lake is: `python benchmarks/lake.py [ROWS] [BASE_ROWS]` (1,000,000 and 10,000,000 by default).

Prints one line a step: what, seconds. Everything lies in a temporary folder, removed at the end.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from huikuan.lake.lake import Lake
from huikuan.records.document import Document
from huikuan.records.kind import DUCKDB_TYPES
from huikuan.records.kinds import KINDS


def timed(what: str, step: Callable[[], Any]) -> Any:
    start = time.perf_counter()
    result = step()
    print(f"{what:<58} {time.perf_counter() - start:7.2f} s", flush=True)
    return result


def document(document_id: str, kind: str, exported: int) -> Document:
    return Document(
        document_id=document_id, file_name=document_id, sha256=document_id, size_bytes=0, format="bench.lines",
        kinds=(kind,), shop="S", account="W", status="imported", period_from=None, period_to=None, period_stated=False,
        exported_at=datetime(2026, 1, exported, tzinfo=UTC), rows=0, accepted=0, rejected=0, ignored=0,
    )  # fmt: skip


def create(con: duckdb.DuckDBPyConnection, kind: str, table: str, first: int, rows: int) -> None:
    """Readings with flow numbers `first` and up, as long as the platforms' own."""
    values = {
        "record_key": "'wallet_line:W/' || (2026010122001400000000 + i * 37) || '//0'",
        "source_row": "i", "currency": "'CNY'", "source_sheet": "''", "account": "'W'", "component": "''", "n": "0",
        "occurred_at": "TIMESTAMP '2026-01-01' + INTERVAL (i) SECOND",
        "business_date": "CAST(TIMESTAMP '2026-01-01' + INTERVAL (i) SECOND AS DATE)",
        "text": "'memo ' || (i % 1000)", "flow_no": "CAST(2026010122001400000000 + i * 37 AS VARCHAR)",
        "amount": "CAST((i * 7919) % 100000 AS DECIMAL(18,5)) * 0.01", "balance": "i * 3", "seq": "i",
        "order_no": "'T' || (i * 13)", "trade_no": "'B' || (i * 17)", "item": "'交易'",
    }  # fmt: skip
    if kind == "order_line":
        values |= {
            "record_key": "'order_line:S/T' || (3000000000000000000 + i * 13) || '/1'", "shop": "'S'",
            "order_no": "'T' || (3000000000000000000 + i * 13)", "line_no": "'1'", "status": "'paid'",
            "paid": "CAST(i % 1000 AS DECIMAL(18,5))", "paid_at": "TIMESTAMP '2026-01-01' + INTERVAL (i) SECOND",
        }  # fmt: skip
    columns = ", ".join(
        f"CAST({values.get(f.name, 'NULL')} AS {DUCKDB_TYPES[f.type]}) AS {f.name}" for f in KINDS[kind].all_fields
    )
    con.execute(f"CREATE OR REPLACE TABLE {table} AS SELECT {columns} FROM range({first}, {first + rows}) r(i)")


def load(lake: Lake, con: duckdb.DuckDBPyConnection, kind: str, name: str, exported: int) -> None:
    told = document(name, kind, exported)
    with lake.writer() as writer:
        counts = timed(f"  compare {name}", lambda: writer.compare(con, kind, "readings", told))
        timed("  append", lambda: writer.append_query(con, kind, "SELECT * FROM readings", name))
        timed("  commit", lambda: writer.commit(told))
    print(f"  new, updated, duplicate: {tuple(counts)}")


def read(lake: Lake, con: duckdb.DuckDBPyConnection, kind: str, amount: str) -> None:
    timed("  register", lambda: lake.register_current(con, kind, "records"))
    query = f"SELECT count(*), sum({amount}), count(DISTINCT business_date) FROM records"
    print("  ", timed("  aggregate", lambda: con.execute(query).fetchall()))


def main(rows: int, base_rows: int) -> None:
    con = duckdb.connect(":memory:")
    con.execute("SET threads = 2")
    with tempfile.TemporaryDirectory() as folder:
        lake = Lake(Path(folder))
        for kind, amount in (("wallet_line", "amount"), ("order_line", "paid")):
            print(f"{kind}: {rows:,} rows into an empty lake")
            create(con, kind, "readings", 0, rows)
            load(lake, con, kind, f"first-{kind}", 1)
            read(lake, con, kind, amount)
            print(f"{kind}: again, half of them overlapping")
            create(con, kind, "readings", rows // 2, rows)
            load(lake, con, kind, f"second-{kind}", 2)
            read(lake, con, kind, amount)
            with lake.writer() as writer:
                timed("compact", writer.compact)
            read(lake, con, kind, amount)
        print(f"wallet_line: base of {base_rows:,} rows")
        for part in range(base_rows // 1_000_000):
            create(con, "wallet_line", "readings", 10_000_000 * 2 + part * 1_000_000, 1_000_000)
            told = document(f"base-{part}", "wallet_line", 3)
            with lake.writer() as writer:
                writer.compare(con, "wallet_line", "readings", told)
                writer.append_query(con, "wallet_line", "SELECT * FROM readings", told.document_id)
                writer.commit(told)
        con.execute("DROP TABLE readings")
        with lake.writer() as writer:
            timed("compact", writer.compact)
        read(lake, con, "wallet_line", "amount")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MiB")


if __name__ == "__main__":
    main(*[int(argument) for argument in sys.argv[1:]] or [1_000_000, 10_000_000])
