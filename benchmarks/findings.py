"""Findings on simulated books: false alarms where nothing changed, and how many changes put in are found, how soon.

    python -m benchmarks.findings [--books 20] [--quarters 4]

A quiet book of three shops is looked at at the end of each week of a quarter. A finding counts as one false alarm
however often it is told in a quarter. Changes begin 28 days before the first look that may find them.
"""

from __future__ import annotations

import argparse
from collections import Counter
from datetime import date, timedelta
from typing import Any

import duckdb

from benchmarks.simulated_book import Change, SimulatedBook, SimulatedShop
from huikuan.insight.findings.search import FindingSource, Found, findings

FIRST = date(2025, 1, 1)
RIPE = 200  # days of history before the first look
QUARTER = 91
CHANGES: dict[str, dict[str, Any]] = {
    "fee_rate": {"fee_rate": 0.01},
    "settlement_lag": {"settle_days": 3},
    "collection": {"sales": 0.55},
    "refund_rate": {"refund_rate": 0.20, "sku": 3},
    "stopped": {"stops": True},
}


def shops(changes: tuple[Change, ...] = ()) -> list[SimulatedShop]:
    """Three shops that pay out often, weekly, and daily; changes happen to the first."""
    return [
        SimulatedShop("A", changes=changes),
        SimulatedShop("B", orders=25, payout=(1,), settle=6),
        SimulatedShop("C", orders=60, payout=(0, 1, 2, 3, 4), refund_rate=0.12),
    ]


def look(book: SimulatedBook, as_of: date) -> Found:
    """The findings of a book on a day."""
    con = duckdb.connect()
    book.tables(con, as_of)
    found = findings(FindingSource(con, as_of, order_line="facts_order_line", wallet_line="facts_wallet_line"))
    con.close()
    return found


def quiet(books: int, quarters: int) -> tuple[Counter[str], int]:
    """False alarms by kind, and how many shops and quarters were looked at."""
    alarms: Counter[str] = Counter()
    for seed in range(books):
        book = SimulatedBook(shops(), FIRST, RIPE + quarters * QUARTER, seed=seed)
        for quarter in range(quarters):
            told = set()
            for week in range(13):
                as_of = FIRST + timedelta(days=RIPE + quarter * QUARTER + 7 * week)
                told |= {each.key for each in look(book, as_of).findings}
            alarms.update(key.split("|")[0] for key in told)
    return alarms, books * quarters * len(shops())


def detected(kind: str, books: int, after: int) -> tuple[int, int]:
    """Of how many changes how many are found `after` so many days."""
    found = 0
    for seed in range(books):
        start = FIRST + timedelta(days=RIPE)
        book = SimulatedBook(shops((Change(start, **CHANGES[kind]),)), FIRST, RIPE + 70, seed=1000 + seed)
        told = look(book, start + timedelta(days=after)).findings
        found += any(each.kind == kind and each.shop == "A" for each in told)
    return found, books


def main() -> None:
    """Print both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--books", type=int, default=20)
    parser.add_argument("--quarters", type=int, default=4)
    asked = parser.parse_args()
    alarms, cases = quiet(asked.books, asked.quarters)
    print(f"false alarms: {sum(alarms.values())} in {cases} shops and quarters, {dict(alarms)}")
    for kind in CHANGES:
        for after in (14, 28, 42):
            found, of = detected(kind, asked.books, after)
            print(f"{kind}: {found} of {of} found after {after} days")


if __name__ == "__main__":
    main()
