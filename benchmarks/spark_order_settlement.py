"""Order settlement on Spark at scale: a standalone cluster on this machine, workers of one core each.

    .venv-spark/bin/python -m benchmarks.spark_order_settlement [--orders 1000000] [--workers 2] [--folder DIR]

The files are those of `order_settlement.py`. Prints clock seconds, the processor seconds of the workers' tasks and
what they shuffled and spilled, read from Spark's event log.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks.order_settlement import AS_OF, make

DEFAULTS = """\
spark.driver.memory 1g
spark.executor.memory 1g
spark.executor.cores 1
spark.eventLog.enabled true
spark.eventLog.compress false
spark.eventLog.dir file://{log}
"""


def reconcile_on(master: str, folder: Path) -> None:
    """From Parquet to links and open items, proved."""
    from huikuan.engine import Facts, reconcile
    from huikuan.pipeline.runs.spark import new_session, spark_backend
    from huikuan.recons.order_settlement import ORDER_SETTLEMENT
    from huikuan.records.decisions import Decisions
    from huikuan.records.rules import Rules, SettlementRule

    as_of: date = AS_OF
    session = new_session(master)
    with spark_backend(master, folder / "scratch") as backend:
        tables = {kind: backend.read_parquet(folder / f"{kind}.parquet") for kind in ("order_line", "settlement_line")}
        rules = Rules(settlement_rules=tuple(SettlementRule(f"shop{n}", days=7) for n in range(3)))
        sides = ORDER_SETTLEMENT.prepare(Facts(backend, tables), rules, as_of)
        outcome = reconcile(backend, ORDER_SETTLEMENT, sides, Decisions(), as_of, folder=folder / "spark")
        print([{name: str(value) for name, value in row.items()} for row in outcome.statement.to_pyarrow().to_pylist()])
    session.stop()


def told_by(log: Path) -> dict[str, Any]:
    """Sums over all tasks of an event log; bytes in MB."""
    sums = dict.fromkeys(("tasks", "cpu_s", "gc_s", "read_mb", "shuffle_mb", "spill_mb"), 0.0)
    for path in log.rglob("events_*"):
        for line in path.open(encoding="utf-8"):
            event = json.loads(line)
            metrics = event.get("Task Metrics") if event["Event"] == "SparkListenerTaskEnd" else None
            if metrics:
                sums["tasks"] += 1
                sums["cpu_s"] += metrics["Executor CPU Time"] / 1e9
                sums["gc_s"] += metrics["JVM GC Time"] / 1e3
                sums["read_mb"] += metrics["Input Metrics"]["Bytes Read"] / 1e6
                sums["shuffle_mb"] += metrics["Shuffle Write Metrics"]["Shuffle Bytes Written"] / 1e6
                sums["spill_mb"] += metrics["Disk Bytes Spilled"] / 1e6
    return {name: round(value, 1) for name, value in sums.items()}


def main() -> None:
    """Make the files where they are missing, start the cluster, run once."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--orders", type=int, default=1_000_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--folder", type=Path)
    given = parser.parse_args()
    folder = (given.folder or Path(tempfile.mkdtemp(prefix="spark_order_settlement_"))).absolute()
    for name in ("scratch", "spark", "conf", "log", "cluster"):
        shutil.rmtree(folder / name, ignore_errors=True)
        (folder / name).mkdir(parents=True)
    if not (folder / "order_line.parquet").exists():
        make(folder, given.orders)
    (folder / "conf" / "spark-defaults.conf").write_text(DEFAULTS.format(log=folder / "log"), encoding="utf-8")
    os.environ["SPARK_CONF_DIR"] = str(folder / "conf")
    from tests.spark.cluster import cluster

    with cluster(given.workers, folder / "cluster", "1200m") as (master, _workers):
        began = time.perf_counter()
        reconcile_on(master, folder)
        seconds = round(time.perf_counter() - began, 1)
    print({"orders": given.orders, "workers": given.workers, "seconds": seconds, **told_by(folder / "log")})


if __name__ == "__main__":
    main()
