"""Order settlement at scale, beside a plain DuckDB query of the same work.

    python benchmarks/order_settlement.py [--orders 1000000] [--runs 3] [--folder DIR] [--only ours|fees|user|rival]

Makes Parquet files with all columns of the record kinds (3 settlement lines per order on average), then times, each in a cold
process on 2 threads: the engine (sides, passes, classes, links and open items as Parquet, proof) and
`rival_order_settlement.sql`. All have causes and suggestions; `fees` is ours with a rate card for each shop, so that every
order's fees are audited; `user` moreover sorts the links by order as a book's run does, which the rival does not do.
Prints the median of the runs, processor seconds, the peak memory and the ratios. DuckDB may hold `HUIKUAN_MEMORY`
(4GB), the rest is spilled: with 2GB, `--only user --orders 10000000` shows that a large run ends.
"""

# ruff: noqa: E501 (SQL)
from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb

from huikuan.records.kind import DUCKDB_TYPES
from huikuan.records.kinds import KINDS

AS_OF = date(2026, 10, 31)
THREADS = 2
MEMORY = os.environ.get("HUIKUAN_MEMORY") or "4GB"
HERE = Path(__file__).parent
RATIO_MAX = 2.5
CARD = (("commission", "0.05"), ("payment_fee", "0.01"))

ORDERS = """
SELECT 'order_line:shop' || i % 3 || '/' || order_no || '/1' AS record_key, 'doc' || i // 100000 AS document_id, '' AS source_sheet,
    i % 100000 + 2 AS source_row, 'CNY' AS currency, moment AS occurred_at, moment::DATE AS business_date, '' AS text, 'shop' || i % 3 AS shop,
    order_no, '1' AS line_no, CASE WHEN i % 97 = 0 THEN 'cancelled' WHEN i % 10 = 9 THEN 'shipped' ELSE 'received' END AS status,
    'sku' || i % 500 AS sku, 'title ' || i % 500 AS title, 1 AS qty, price AS list_amount, 0 AS merchant_discount,
    0 AS platform_discount, 0 AS shipping_fee, price AS paid, 0 AS platform_borne,
    CASE WHEN i % 40 = 0 THEN price / 2 ELSE 0 END AS refunded, moment AS created_at, moment AS paid_at,
    moment + INTERVAL 1 DAY AS shipped_at, CASE WHEN i % 10 <> 9 THEN moment + INTERVAL 5 DAY END AS received_at, NULL AS closed_at,
    CASE WHEN i % 40 = 0 THEN moment + INTERVAL 6 DAY END AS refunded_at, 'pay' || i AS payment_no, '' AS category,
    'Zhejiang' AS province, 'Hangzhou' AS city, '310000' AS postcode, md5(i::VARCHAR) AS buyer_hash, 'b**' AS buyer_mask
FROM (SELECT i, ((i * 7919) % {n} + 4000000000000000000)::VARCHAR AS order_no, ((i % 300 + 1) * 2)::DECIMAL(18,5) AS price,
    TIMESTAMP '2026-10-01' + INTERVAL (i * 25 // {n}) DAY + INTERVAL (i % 86400) SECOND AS moment FROM range({n}) r(i))
"""
SETTLEMENTS = """
SELECT 'settlement_line:wallet' || i % 3 || '/' || flow || '/' || type || '/0' AS record_key, 'bill' || i // 100000 AS document_id,
    '' AS source_sheet, i % 100000 * 4 + k + 6 AS source_row, 'CNY' AS currency, moment AS occurred_at, moment::DATE AS business_date,
    '' AS text, 'wallet' || i % 3 AS account, flow AS flow_no, type AS component, 0 AS n, 'shop' || i % 3 AS shop,
    CASE WHEN i % 1000 = 7 THEN 'x' || order_no ELSE order_no END AS order_no, 'ok' AS key_state, type,
    type AS item, CASE k WHEN 0 THEN price + CASE WHEN i % 200 = 3 THEN -1 ELSE 0 END
        WHEN 1 THEN CASE WHEN i % 40 = 0 THEN -price / 2 ELSE (-price * 5)::DECIMAL(18,5) / 100 END
        ELSE (-price)::DECIMAL(18,5) / 100 END AS amount,
    '' AS batch, 'trade' || i AS trade_no, '' AS sku, 1 AS source_rank, false AS corroborating
FROM (SELECT i, k, ((i * 7919) % {n} + 4000000000000000000)::VARCHAR AS order_no, ((i % 300 + 1) * 2)::DECIMAL(18,5) AS price,
    '2026' || (i * 4 + k + 10000000000) AS flow,
    CASE k WHEN 0 THEN 'sale' WHEN 1 THEN CASE WHEN i % 40 = 0 THEN 'refund' ELSE 'commission' END WHEN 2 THEN 'payment_fee' ELSE 'service_fee' END AS type,
    TIMESTAMP '2026-10-01' + INTERVAL (i * 25 // {n} + 6) DAY AS moment FROM range({n}) r(i), range(4) s(k) WHERE i % 10 <> 9 AND (k < 3 OR i % 3 = 0))
"""


def connect(folder: Path) -> duckdb.DuckDBPyConnection:
    settings = {"threads": THREADS, "memory_limit": MEMORY, "temp_directory": str(folder / "spill")}
    con = duckdb.connect(config=settings)
    con.execute("SET preserve_insertion_order = false")
    return con


def make(folder: Path, orders: int) -> None:
    """The two Parquet files, in the columns and types of their kinds."""
    con = connect(folder)
    for kind, query in (("order_line", ORDERS), ("settlement_line", SETTLEMENTS)):
        fields = KINDS[kind].all_fields
        columns = ", ".join(f"{f.name}::{DUCKDB_TYPES[f.type]} AS {f.name}" for f in fields)
        extra = ", corroborating" if kind == "settlement_line" else ""
        path = folder / f"{kind}.parquet"
        con.execute(
            f"COPY (SELECT {columns}{extra} FROM ({query.format(n=orders)})) TO '{path}' (FORMAT parquet, COMPRESSION zstd)"
        )


def run_ours(folder: Path, rates: Sequence[tuple[str, str]] = (), *, ordered: bool = False) -> None:
    """From Parquet to links and open items, proved; fees held against rates (type, rate) of every shop."""
    from huikuan.engine import Facts, reconcile
    from huikuan.engine.duckdb_backend import DuckDBBackend
    from huikuan.recons.order_settlement import ORDER_SETTLEMENT
    from huikuan.records.decisions import Decisions
    from huikuan.records.rules import FeeRate, Rules, SettlementRule

    backend = DuckDBBackend.from_connection(connect(folder))
    tables = {kind: backend.read_parquet(folder / f"{kind}.parquet") for kind in ("order_line", "settlement_line")}
    shops = [f"shop{n}" for n in range(3)]
    card = tuple(FeeRate(shop, type_, Decimal(rate)) for shop in shops for type_, rate in rates)
    rules = Rules(settlement_rules=tuple(SettlementRule(shop, days=7) for shop in shops), fee_rates=card)
    sides = ORDER_SETTLEMENT.prepare(Facts(backend, tables), rules, AS_OF)
    result = folder / "ours"
    result.mkdir(exist_ok=True)
    outcome = reconcile(backend, ORDER_SETTLEMENT, sides, Decisions(), AS_OF, folder=result, ordered=ordered)
    for row in outcome.statement.to_pyarrow().to_pylist():
        print({name: str(value) for name, value in row.items()}, file=sys.stderr)


def run_fees(folder: Path) -> None:
    """The same with a rate card."""
    run_ours(folder, CARD)


def run_user(folder: Path) -> None:
    """The same, stored as a book's results are."""
    run_ours(folder, CARD, ordered=True)


def run_rival(folder: Path) -> None:
    text = (HERE / "rival_order_settlement.sql").read_text("utf-8")
    result = folder / "rival"
    result.mkdir(exist_ok=True)
    names = {
        "$orders": folder / "order_line.parquet", "$settlements": folder / "settlement_line.parquet",
        "$links": result / "links.parquet", "$open": result / "open.parquet", "$as_of": AS_OF.isoformat(),
    }  # fmt: skip
    for name, value in names.items():
        text = text.replace(name, str(value))
    con = connect(folder)
    for statement in con.extract_statements(text):
        con.execute(statement)


RUNS = {"ours": run_ours, "fees": run_fees, "user": run_user, "rival": run_rival}


def timed(who: str, folder: Path) -> tuple[float, float, float]:
    """Seconds, processor seconds and peak GiB of one cold process."""
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, __file__, "--child", who, "--folder", str(folder)], check=True, capture_output=True, text=True
    )
    seconds = time.perf_counter() - start
    processor, peak = done.stdout.strip().splitlines()[-1].split()
    return seconds, float(processor), float(peak)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--orders", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--only", choices=list(RUNS))
    parser.add_argument("--child", choices=list(RUNS), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        RUNS[given.child](given.folder)
        used = resource.getrusage(resource.RUSAGE_SELF)
        print(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024 / 1024)
        return
    folder = given.folder or Path(tempfile.mkdtemp(prefix="order_settlement_"))
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "settlement_line.parquet").exists():
        make(folder, given.orders)
    medians: dict[str, tuple[float, float]] = {}
    for who in RUNS:
        if given.only in (None, who):
            figures = [timed(who, folder) for _ in range(given.runs)]
            seconds, processor = (statistics.median(each[n] for each in figures) for n in (0, 1))
            peak = max(memory for _, _, memory in figures)
            medians[who] = seconds, processor
            print(
                f"{who}: median {seconds:.2f} s of {given.runs}, {processor:.2f} processor s, peak {peak:.2f} GiB",
                flush=True,
            )
    for who in [who for who in medians if who != "rival" and "rival" in medians]:
        clock, work = (ours / rival for ours, rival in zip(medians[who], medians["rival"], strict=True))
        print(f"{who}: {clock:.2f} times the rival's time (at most {RATIO_MAX}), {work:.2f} of processor")


if __name__ == "__main__":
    main()
