"""From two csv files to stored, explained results, as a user types it: 1,000,000 orders, 1,000,000 settlement lines.

    python benchmarks/whole_command.py [--rows 1000000] [--rounds 3] [--folder DIR] [--only NAME]

Ours is `huikuan import` of either file and `huikuan reconcile`, three cold processes on 2 threads: files recognised, read,
checked, kept; all reconciliations, causes, fees, suggestions, the collection of orders, everything stored. Beside it what
stands in its place elsewhere (`whole_command_peers.py`), in an environment of its own that is made here from the package
index: scripts in Polars and pandas (read, sum by order, compare, store), datacompy on the same sums, and Splink's
deterministic link for the matching alone. They name no cause, prove nothing and keep no original.
"""

# ruff: noqa: E501 (SQL)
from __future__ import annotations

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb

HERE = Path(__file__).parent
PEERS = ("polars", "pandas", "datacompy", "splink")
PACKAGES = ("polars", "pandas", "datacompy", "splink", "pyarrow")
AS_OF = "2026-02-28"
LIMIT_S = 10
# Every twentieth line is the commission of the order before; one in a thousand is a yuan short, one names no known order.
ORDERS = """
SELECT (4000000000000000000 + i)::VARCHAR AS "订单编号", '旗舰店' AS "店铺名称", '商品' || i % 500 AS "宝贝标题", 1 AS "宝贝总数量",
    price AS "总金额", price AS "买家实际支付金额", 0.00::DECIMAL(10, 2) AS "退款金额", '交易成功' AS "订单状态",
    strftime(moment, '%Y-%m-%d %H:%M:%S') AS "订单创建时间", strftime(moment, '%Y-%m-%d %H:%M:%S') AS "订单付款时间",
    strftime(moment + INTERVAL 1 DAY, '%Y-%m-%d %H:%M:%S') AS "发货时间", strftime(moment + INTERVAL 4 DAY, '%Y-%m-%d %H:%M:%S') AS "确认收货时间"
FROM (SELECT i, (i * 7919 % 50000 / 100 + 10)::DECIMAL(10, 2) AS price, TIMESTAMP '2026-01-01' + to_seconds(i * 2592000 // {n}) AS moment FROM range({n}) r(i))
"""
LINES = """
SELECT '202601' AS "账期", CASE WHEN fee THEN '支出' ELSE '收入' END AS "资金方向", CASE WHEN fee THEN '服务费' ELSE '货款' END AS "账单大类",
    CASE WHEN fee THEN '佣金' ELSE '交易收款' END AS "业务大类", CASE WHEN fee THEN '天猫佣金' ELSE '交易收款' END AS "业务小类",
    CASE WHEN i % 1000 = 11 THEN 5000000000000000000 + i WHEN fee THEN 4000000000000000000 + i - 1 ELSE 4000000000000000000 + i END::VARCHAR AS "交易主单号",
    'F' || (20260100000000 + i) AS "支付流水号", CASE WHEN fee THEN (-price / 20)::DECIMAL(10, 2) WHEN i % 1000 = 3 THEN price - 1 ELSE price END AS "金额",
    strftime(TIMESTAMP '2026-01-06' + to_seconds(i * 2592000 // {n}), '%Y-%m-%d %H:%M:%S') AS "时间"
FROM (SELECT i, i % 20 = 7 AS fee, (CASE WHEN i % 20 = 7 THEN i - 1 ELSE i END * 7919 % 50000 / 100 + 10)::DECIMAL(10, 2) AS price FROM range({n}) r(i))
"""
FILES = {"ExportOrderList202603010000.csv": ORDERS, "收支账单-收入明细.csv": LINES}


def make(folder: Path, rows: int) -> list[Path]:
    """The two csv files, where they are not there yet."""
    paths = [folder / name for name in FILES]
    con = duckdb.connect()
    for path, query in zip(paths, FILES.values(), strict=True):
        if not path.exists():
            con.execute(f"COPY ({query.format(n=rows)}) TO '{path}' (FORMAT csv, HEADER)")
    return paths


def peers_python(folder: Path) -> Path:
    """The Python of the peers' own environment, made where it is missing."""
    python = folder / "peers" / ("Scripts" if os.name == "nt" else "bin") / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder / "peers")], check=True)
        install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PACKAGES]
        subprocess.run(install, check=True, env=os.environ | {"PYTHONPATH": ""})
    return python


def our_commands(paths: list[Path], home: Path) -> list[list[str]]:
    """What a user types, into an empty home."""
    shutil.rmtree(home, ignore_errors=True)
    program = [sys.executable, "-m", "huikuan.cli"]
    subprocess.run(
        [*program, "init", "--home", str(home), "--start", "2026-01-01"], check=True, stdout=subprocess.DEVNULL
    )
    at = ["--home", str(home), "--json"]
    return [
        [*program, "import", str(paths[0]), "--shop", "旗舰店", *at],
        [*program, "import", str(paths[1]), "--shop", "旗舰店", "--account", "货款", *at],
        [*program, "reconcile", "--as-of", AS_OF, *at],
    ]


def timed(command: list[str], output: Path, **environment: str) -> tuple[float, float]:
    """Seconds on the clock and of processor of one process; its standard output is kept."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    with output.open("w") as out:
        done = subprocess.run(
            command, stdout=out, stderr=subprocess.PIPE, text=True, check=False, env=os.environ | environment
        )
    seconds, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}\n{done.stderr[-2000:]}")
    return seconds, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def rounds_of(name: str, rounds: int, folder: Path, paths: list[Path]) -> list[list[tuple[float, float]]]:
    """Each round's steps: seconds, processor seconds."""
    told = []
    for _ in range(rounds):
        if name == "ours":
            commands, environment = our_commands(paths, folder / "home"), {"HUIKUAN_THREADS": "2"}
        else:
            peer = [str(peers_python(folder)), str(HERE / "whole_command_peers.py"), name, *map(str, paths)]
            commands, environment = [[*peer, str(folder)]], {"POLARS_MAX_THREADS": "2", "PYTHONPATH": ""}
        told.append([timed(command, folder / f"{name}.out", **environment) for command in commands])
    return told


def main() -> int:
    """Measure all; 1 where ours takes longer than its limit."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--only", choices=["ours", *PEERS])
    given = parser.parse_args()
    folder = given.folder or Path(tempfile.mkdtemp(prefix="whole_command_"))
    folder.mkdir(parents=True, exist_ok=True)
    paths, kept = make(folder, given.rows), True
    for name in ("ours", *PEERS):
        if given.only not in (None, name):
            continue
        told = rounds_of(name, given.rounds, folder, paths)
        seconds, processor = (statistics.median(sum(step[n] for step in each) for each in told) for n in (0, 1))
        steps = ", ".join(f"{step[1]:.1f}" for step in told[-1])
        print(f"{name:<10}{seconds:7.2f} s, {processor:7.2f} processor s (by step: {steps})", flush=True)
        kept = kept and (name != "ours" or seconds <= LIMIT_S)
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
