"""Pivots over 10,000,000 order lines: `python benchmarks/pivot.py [--lines 10000000] [--rounds 3] [--file FILE]`.

Writes order lines and their cubes as a run publishes them (Parquet sorted by order number, the same columns, row
groups and compression), then asks questions of the semantic layer as the report builder does, cells, totals and proof,
on a connection like that of an opened run. Beside each: the plain DuckDB query of the same cells, without totals or
proof. Prints medians by the clock and in processor seconds.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from huikuan.insight.day_tables.line_cube import line_cubes_sql
from huikuan.insight.semantic.answer import FILE_CELLS, Source, ask
from huikuan.insight.semantic.question import question_of
from huikuan.pipeline.compute import connect, literal
from huikuan.pipeline.runs.run_tables import FACTS_ORDER, ORDER_ROW_GROUP, write
from huikuan.records.kind import DUCKDB_TYPES
from huikuan.records.kinds import KINDS
from huikuan.records.sql import dict_rows

LIMIT = 1.0
SHOPS = 12
MADE = {
    "record_key": "'order_line:Shop ' || (i // 3 % 12) || '/' || (i // 3) || '/' || (i % 3)",
    "document_id": "'document-' || (i // 100000)",
    "source_row": "i % 100000 + 2",
    "currency": "'CNY'",
    "business_date": "DATE '2024-01-01' + (i * 1000 // {lines})::INTEGER + (i // 3 * 7919 % 95)::INTEGER",
    "shop": "'Shop ' || (i // 3 % 12)",
    "order_no": "(4726000000000000000 + i // 3 * 7)::VARCHAR",
    "line_no": "(i % 3)::VARCHAR",
    "status": "['received', 'shipped', 'refunded', 'received', 'received'][i * 31 % 5 + 1]",
    "sku": "'SKU-' || (i * 7919 % 4999)",
    "title": "'Product number ' || (i * 7919 % 4999)",
    "category": "'Category ' || (i * 7919 % 4999 % 40)",
    "province": "'Province ' || (i * 104729 % 31)",
    "qty": "1 + i % 3",
    "paid": "(i * 104729 % 50000 + 990) / 100.0",
    "platform_borne": "CASE WHEN i % 20 = 0 THEN 5 ELSE 0 END",
    "refunded": "CASE WHEN i * 31 % 5 = 2 THEN (i * 104729 % 50000 + 990) / 100.0 ELSE 0 END",
}
NET = "sum(paid + platform_borne - refunded)"
QUESTIONS: dict[str, tuple[dict[str, Any], str]] = {
    "month x shop": (
        {"rows": ["month"], "columns": ["shop"], "measures": ["net_sales"]},
        f"SELECT strftime(business_date, '%Y-%m'), shop, {NET} FROM t GROUP BY ALL",
    ),
    "platform x quarter, a year before": (
        {"rows": ["platform"], "columns": ["quarter"], "measures": ["net_sales", "refund_rate"], "comparison": "year",
         "from": "2026-01-01", "to": "2026-06-30"},
        f"SELECT shop, quarter(business_date), year(business_date), {NET}, sum(refunded), sum(paid) FROM t "
        "WHERE business_date BETWEEN '2026-01-01' AND '2026-06-30' "
        "OR business_date BETWEEN '2025-01-01' AND '2025-06-30' "
        "GROUP BY ALL",
    ),
    "first 50 products": (
        {"rows": ["product"], "measures": ["net_sales", "pieces", "refund_rate"], "sort": "-net_sales", "top": 50},
        f"SELECT title, {NET} AS net, sum(qty), sum(refunded), sum(paid) FROM t GROUP BY ALL "
        "ORDER BY net DESC LIMIT 50",
    ),
    "category x status of one shop": (
        {"rows": ["category"], "columns": ["status"], "measures": ["net_sales", "lines"],
         "filters": [{"dimension": "shop", "how": "is", "values": ["Shop 3"]}]},
        f"SELECT category, status, {NET}, count(*) FROM t WHERE shop = 'Shop 3' GROUP BY ALL",
    ),
    "orders by month": (
        {"rows": ["month"], "measures": ["orders"]},
        "SELECT strftime(business_date, '%Y-%m'), count(DISTINCT (shop, order_no)) FROM t GROUP BY ALL",
    ),
}  # fmt: skip


def make(path: Path, lines: int) -> None:
    """Write the order lines."""
    con = connect("3GB")
    fields = KINDS["order_line"].all_fields
    columns = ", ".join(
        f"({MADE[f.name].format(lines=lines) if f.name in MADE else 'NULL'})::{DUCKDB_TYPES[f.type]} AS {f.name}"
        for f in fields
    )
    write(con, f"SELECT {columns} FROM range({lines}) r(i)", path, FACTS_ORDER, ORDER_ROW_GROUP)
    con.close()


def add_up(path: Path) -> dict[str, str]:
    """Write the cubes of the order lines; each as a query, by name."""
    con, cubes = connect("3GB"), {}
    for name, query in line_cubes_sql(f"read_parquet({literal(path)})").items():
        target = path.with_name(f"{name}.parquet")
        seconds = timed(lambda query=query, target=target: write(con, query, target, "ALL"), 0)  # type: ignore[misc]
        print(f"{name} written in {seconds[0]:.2f} s ({seconds[1]:.2f} of processor)")
        cubes[name] = f"SELECT * FROM read_parquet({literal(target)})"
    con.close()
    return cubes


def timed(work: Callable[[], Any], rounds: int) -> tuple[float, float]:
    """Medians by the clock and of processor; the first round, which reads the file's metadata, does not count."""
    told = []
    for _ in range(rounds + 1):
        begin, before = time.perf_counter(), _used()
        work()
        told.append((time.perf_counter() - begin, _used() - before))
    clock, processor = zip(*told[1:] or told, strict=True)
    return statistics.median(clock), statistics.median(processor)


def _used() -> float:
    told = resource.getrusage(resource.RUSAGE_SELF)
    return told.ru_utime + told.ru_stime


def main() -> int:
    """Measure; 0 when every pivot is under the limit."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])  # type: ignore[union-attr]
    parser.add_argument("--lines", type=int, default=10_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--file", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = asked.file or Path(folder) / "facts_order_line.parquet"
        if not path.exists():
            make(path, asked.lines)
        con = connect("2GB")
        con.execute("SET parquet_metadata_cache = true")
        con.execute(f"CREATE VIEW t AS SELECT * FROM read_parquet({literal(path)})")
        platforms = {f"Shop {number}": f"platform-{number % 5}" for number in range(SHOPS)}
        tables = {"order_lines": f"SELECT * FROM read_parquet({literal(path)})"} | add_up(path)
        tables["collection"] = "SELECT 'CNY' AS currency, 0::DECIMAL(18,5) AS paid LIMIT 0"

        def query(sql: str, values: dict[str, Any]) -> list[dict[str, Any]]:
            return dict_rows(con.cursor().execute(sql, values))

        source = Source(query, tables, platforms, date(2026, 12, 31), current=False)
        late = 0
        for name, (plain, sql) in QUESTIONS.items():
            question = question_of({"subject": "order_lines", **plain})
            ours = timed(lambda question=question: ask(source, question, FILE_CELLS), asked.rounds)  # type: ignore[misc]
            rival = timed(lambda sql=sql: con.cursor().execute(sql).fetchall(), asked.rounds)  # type: ignore[misc]
            late += ours[0] > LIMIT
            print(
                f"{name:<36}{ours[0]:6.2f} s {ours[1]:6.2f} s of processor, plain query "
                f"{rival[0]:6.2f} s {rival[1]:6.2f} s of processor", flush=True,
            )  # fmt: skip
        con.close()
    return 1 if late else 0


if __name__ == "__main__":
    sys.exit(main())
