"""Every built-in report over a big book: `python benchmarks/reports.py [--home HOME] [--orders 1000000] [--only WORD]`.

Makes the book of `big_book.py` where HOME is not there yet, then builds each report as the server does: over all days,
over one month, over another month of one shop. `first`: the process has just opened the run, as after a new one; the
others are the least of `--rounds`. By the clock and in processor seconds. HOME may be one of `copied_book.py`, which
holds 10,000,000 order lines. `--plain`: beside each report over all days the query of `reports.sql` (once), a plain
DuckDB query of the same figures over the run's files.
"""

from __future__ import annotations

import argparse
import re
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
import big_book

LIMIT = 1.0
PERIODS = {
    "all days": {},
    "a month": {"from": "2026-02-01", "to": "2026-02-28"},
    "a month of a shop": {"from": "2026-01-01", "to": "2026-01-31", "shop": "Shop 1"},
}
PLAIN = Path(__file__).with_suffix(".sql")
# What the plain queries call the tables of a run.
PLAIN_TABLES = {
    "collection": ("collection",), "share": ("share",), "order_line": ("facts_order_line", "order_rest"),
    "settlement_line": ("facts_settlement_line", "settlement_rest"),
    "wallet_line": ("facts_wallet_line", "wallet_rest"), "order_links": ("order-settlement.links",),
    "order_open": ("order-settlement.open",), "payout_links": ("payout-bank.links",),
    "payout_open": ("payout-bank.open",),
}  # fmt: skip
OF_LINES = ("wallet-lines", "receivable-movements", "fee-lines")  # a copied book has not what they read
BALANCE = "bank-reconciliation"  # asked of the first bank and the first wallet


def used() -> float:
    """Processor seconds of this process so far."""
    told = resource.getrusage(resource.RUSAGE_SELF)
    return told.ru_utime + told.ru_stime


def timed(work: Callable[[], Any]) -> tuple[float, float]:
    """Seconds by the clock and of processor."""
    begin, before = time.perf_counter(), used()
    work()
    return time.perf_counter() - begin, used() - before


def variants(report: Any, rules: Any) -> list[tuple[str, dict[str, str]]]:
    """What a report is asked, by name: the parameters that it has of each period."""
    names = {parameter.name for parameter in report.parameters}
    made: dict[tuple[tuple[str, str], ...], str] = {}
    kinds = {account.kind: account.name for account in reversed(rules.accounts)}
    for own in [{"account": name} for name in kinds.values()] if report.name == BALANCE else [{}]:
        for word, params in PERIODS.items():
            told = {name: value for name, value in params.items() if name in names} | own
            made.setdefault(tuple(sorted(told.items())), " ".join([word, *own.values()]))
    return [(word, dict(told)) for told, word in made.items()]


def plain_queries() -> dict[str, str]:
    """The plain query of each report that has one, by its name."""
    parts = re.split(r"^-- ([a-z-]+)$", PLAIN.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def asked_plainly(folder: Path, sql: str) -> Callable[[], Any]:
    """A plain query over the files of a run."""
    from huikuan.pipeline.compute import connect

    con = connect()
    con.execute("SET parquet_metadata_cache = true")
    for name, parts in PLAIN_TABLES.items():
        rows = " UNION ALL BY NAME ".join(f"FROM read_parquet('{folder / part}.parquet')" for part in parts)
        con.execute(f"CREATE VIEW {name} AS {rows}")
    return lambda: con.execute(sql).fetchall()


def main() -> int:
    """Measure; 0 when every report is under the limit."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])  # type: ignore[union-attr]
    parser.add_argument("--home", type=Path)
    parser.add_argument("--orders", type=int, default=1_000_000)
    parser.add_argument("--only", default="")
    parser.add_argument("--asked", default="", help="only variants that have this word")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--plain", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = asked.home or Path(folder) / "home"
        if not (home / "books").exists():
            big_book.make_book(home, asked.orders)
            big_book.reconcile(home)
        return measure(home, asked.only, asked.asked, asked.rounds, asked.plain)


def measure(home: Path, only: str, variant: str, rounds: int, plain: bool = False) -> int:
    """Build all reports of the home's book; 1 where one was over the limit."""
    from huikuan.server.setup import setup

    setup(home)
    from huikuan.insight.reports.registry import REPORTS
    from huikuan.pipeline.reporting import report
    from huikuan.pipeline.results import opened
    from huikuan.server.books.services import find_book, rules_of
    from huikuan.server.workbench.services import decisions_of, results

    book = find_book()
    rules, decisions = rules_of(book), decisions_of(book)
    copied = not results(book).run.files.holds("settlement-wallet.links")
    late, queries = 0, plain_queries() if plain else {}
    print(f"{'report':<24}{'asked':<26}{'first':>8}{'cpu':>8}{'again':>8}{'cpu':>8}{'plain':>8}{'cpu':>8}", flush=True)
    for name, report_ in REPORTS.items():
        if only not in name or any(each.required and name != BALANCE for each in report_.parameters):
            continue
        for word, params in variants(report_, rules) if not copied or name not in OF_LINES else ():
            if variant not in word:
                continue
            opened._opened.clear()

            def build(name: str = name, params: dict[str, str] = params) -> Any:
                return report(results(book), name, params, rules, decisions)

            first = timed(build)
            again = min((timed(build) for _ in range(rounds)), default=first)
            late += again[0] > LIMIT
            figures = [*first, *again]
            if name in queries and not params:
                figures += timed(asked_plainly(results(book).run.files.folder, queries[name]))
            print(f"{name:<24}{word:<26}" + "".join(f"{figure:8.2f}" for figure in figures), flush=True)
    return 1 if late else 0


if __name__ == "__main__":
    sys.exit(main())
