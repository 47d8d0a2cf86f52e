"""Every built-in report over a big book: `python benchmarks/reports.py [--home HOME] [--orders 1000000] [--only WORD]`.

Makes the book of `big_book.py` where HOME is not there yet, then builds each report as the server does: over all days,
over one month, over another month of one shop. `first`: the process has just opened the run, as after a new one; the
others are the least of `--rounds`. By the clock and in processor seconds.
"""

from __future__ import annotations

import argparse
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
ACCOUNTS = {"bank-reconciliation": ({"account": "bank"}, {"account": "wallet1"})}


def used() -> float:
    """Processor seconds of this process so far."""
    told = resource.getrusage(resource.RUSAGE_SELF)
    return told.ru_utime + told.ru_stime


def timed(work: Callable[[], Any]) -> tuple[float, float]:
    """Seconds by the clock and of processor."""
    begin, before = time.perf_counter(), used()
    work()
    return time.perf_counter() - begin, used() - before


def variants(report: Any) -> list[tuple[str, dict[str, str]]]:
    """What a report is asked, by name: the parameters that it has of each period."""
    names = {parameter.name for parameter in report.parameters}
    made: dict[tuple[tuple[str, str], ...], str] = {}
    for own in ACCOUNTS.get(report.name, ({},)):
        for word, params in PERIODS.items():
            told = {name: value for name, value in params.items() if name in names} | own
            made.setdefault(tuple(sorted(told.items())), " ".join([word, *own.values()]))
    return [(word, dict(told)) for told, word in made.items()]


def main() -> int:
    """Measure; 0 when every report is under the limit."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])  # type: ignore[union-attr]
    parser.add_argument("--home", type=Path)
    parser.add_argument("--orders", type=int, default=1_000_000)
    parser.add_argument("--only", default="")
    parser.add_argument("--asked", default="", help="only variants that have this word")
    parser.add_argument("--rounds", type=int, default=2)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = asked.home or Path(folder) / "home"
        if not (home / "books").exists():
            big_book.make_book(home, asked.orders)
            big_book.reconcile(home)
        return measure(home, asked.only, asked.asked, asked.rounds)


def measure(home: Path, only: str, variant: str, rounds: int) -> int:
    """Build all reports of the home's book; 1 where one was over the limit."""
    from huikuan.server.setup import setup

    setup(home)
    from huikuan.insight.reports import REPORTS
    from huikuan.pipeline import opened
    from huikuan.pipeline.reporting import report
    from huikuan.server.books.services import find_book, rules_of
    from huikuan.server.workbench.services import decisions_of, results

    book = find_book()
    rules, decisions = rules_of(book), decisions_of(book)
    late = 0
    print(f"{'report':<24}{'asked':<26}{'first':>8}{'cpu':>8}{'again':>8}{'cpu':>8}", flush=True)
    for name, each in REPORTS.items():
        if only not in name:
            continue
        for word, params in variants(each):
            if variant not in word:
                continue
            opened._opened.clear()

            def build(name: str = name, params: dict[str, str] = params) -> Any:
                return report(results(book), name, params, rules, decisions)

            first = timed(build)
            again = min((timed(build) for _ in range(rounds)), default=first)
            late += again[0] > LIMIT
            print(f"{name:<24}{word:<26}" + "".join(f"{figure:8.2f}" for figure in (*first, *again)), flush=True)
    return 1 if late else 0


if __name__ == "__main__":
    sys.exit(main())
