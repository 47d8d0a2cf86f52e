"""Payouts and bank lines at scale: what the passes by amount, batch and subset take, how true it is, and how long.

    python benchmarks/payout_bank.py [--payouts 100000]

50 wallets, each paying into a bank account of its own, over 300 days; payouts and bank lines name nothing in common. Of
every hundred payouts 4 arrive as one line a day (batches), 4 as lines of two that do not stand together, the others by
themselves. Beside it a plain DuckDB query of the bulk of the work: unique equal amounts within the window. Exit 1 over
the limit of 10 s of processor or where a group is not true.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter, defaultdict
from datetime import date

import duckdb

from huikuan.engine import Classes, Definition, Passes, Sides, reconcile
from huikuan.engine.duckdb_backend import DuckDBBackend
from huikuan.engine.model import ENTRY
from huikuan.records.decisions import Decisions

LIMIT = 10.0
AS_OF = date(2026, 12, 31)
DEFINITION = Definition(
    "payout-bank",
    prepare=lambda *_: Sides(None, None),
    passes=Passes(key="off", amount="applies", batch="applies", subset="applies"),
    classes=Classes(elsewhere=""),
    across=True,
    window_days=5,
    lead_days=1,
)
TYPES = {"string": "VARCHAR", "int64": "BIGINT", "date": "DATE", "timestamp(6)": "TIMESTAMP"}
# `truth` is the bank line of a payout. Payouts 0 to 3 of a hundred are a day's batch of four, 4 and 6, 5 and 7 pairs.
PAYOUTS = """
CREATE TABLE payouts AS SELECT i, i // 100 % 50 AS wallet,
    DATE '2026-01-01' + (i // 5000 * 12 + CASE WHEN i % 100 < 4 THEN 11 ELSE i % 100 // 10 END)::INT AS day,
    (100 + (hash(i) % 3000000) / 100.0)::DECIMAL(18,5) AS amount,
    i // 100 || ':' || CASE WHEN i % 100 < 4 THEN 0 WHEN i % 100 IN (4, 6) THEN 4 WHEN i % 100 IN (5, 7) THEN 5
        ELSE i % 100 END AS truth
FROM range({n}) r(i)
"""
LINES = """
CREATE TABLE lines AS SELECT truth, wallet, max(day) + 1 AS day, sum(amount)::DECIMAL(18,5) AS amount
FROM payouts GROUP BY truth, wallet
"""
RIVAL = """
CREATE TABLE found AS SELECT p.i, l.truth FROM payouts p JOIN lines l ON p.wallet = l.wallet AND p.amount = l.amount
    AND l.day BETWEEN p.day - 1 AND p.day + 5
QUALIFY count(*) OVER (PARTITION BY p.i) = 1 AND count(*) OVER (PARTITION BY l.truth) = 1
"""


def entries(table: str, told: dict[str, str]) -> str:
    """SQL of entries of a side."""
    known = {
        "source_row": "0", "currency": "'CNY'", "date": "day", "amount": "amount", "compared": "amount", **told,
    }  # fmt: skip
    columns = [f"({known.get(n, 'NULL')})::{TYPES.get(kind, 'DECIMAL(18,5)')} AS {n}" for n, kind in ENTRY.items()]
    return f"SELECT {', '.join(columns)} FROM {table}"


def main(arguments: list[str]) -> int:
    """Make, run, compare with the truth."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--payouts", type=int, default=100_000)
    given = parser.parse_args(arguments)
    con = duckdb.connect(config={"threads": 2})
    con.execute(PAYOUTS.format(n=given.payouts))
    con.execute(LINES)
    backend = DuckDBBackend.from_connection(con)
    left = {"record_key": "'p' || i", "scope": "'w' || wallet", "target": "'|b' || wallet || '|'"}
    right = {"record_key": "'l' || truth", "scope": "'b' || wallet", "target": "'*'"}
    for name, table, told in (("left_side", "payouts", left), ("right_side", "lines", right)):
        con.execute(f"CREATE TABLE {name} AS {entries(table, told)}")
    sides = Sides(backend.table("left_side"), backend.table("right_side"))
    clock, processor = time.perf_counter(), time.process_time()
    outcome = reconcile(backend, DEFINITION, sides, Decisions(), AS_OF)
    links = outcome.links.select("group_id", "record_key", "side", "pass").to_pyarrow().to_pylist()
    clock, processor = time.perf_counter() - clock, time.process_time() - processor
    rival = time.process_time()
    con.execute(RIVAL)
    rival = time.process_time() - rival
    wrong = report(con, links)
    print(
        f"engine {processor:.1f} s of processor, {clock:.1f} s; plain query of equal amounts {rival:.2f} s of processor"
    )
    return 1 if wrong or processor > LIMIT else 0


def report(con: duckdb.DuckDBPyConnection, links: list[dict[str, str]]) -> int:
    """Print what each pass took; how many groups are not true."""
    truth = {f"p{i}": f"l{line}" for i, line in con.execute("SELECT i, truth FROM payouts").fetchall()}
    groups: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in links:
        groups[row["group_id"]].append(row)
    taken: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    for rows in groups.values():
        lines = {row["record_key"] for row in rows if row["side"] == "right"}
        taken[rows[0]["pass"]] += 1
        wrong[rows[0]["pass"]] += any(truth[r["record_key"]] not in lines for r in rows if r["side"] == "left")
    lines_count = len(set(truth.values()))
    print(f"{len(truth):,} payouts, {lines_count:,} bank lines; {len(links):,} records linked")
    for name, count in sorted(taken.items()):
        print(f"{name:<10}{count:>8,} groups, {wrong[name]} not true")
    return sum(wrong.values())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
