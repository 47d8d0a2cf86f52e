"""The cash forecast tried on the past of simulated books, beside the same weekday a week before.

python -m benchmarks.cash_forecast [--books 5]
"""

from __future__ import annotations

import argparse
import time
from datetime import date, timedelta

import duckdb

from benchmarks.findings import shops
from benchmarks.simulated_book import SimulatedBook
from huikuan.insight.forecast.cash import forecast
from huikuan.insight.forecast.check import Check, check, receipts
from huikuan.insight.forecast.states import histories, open_groups

FIRST, DAYS, ZONE = date(2025, 1, 1), 240, "Asia/Shanghai"


def tried(seed: int) -> Check:
    """How good the forecast was on one book."""
    as_of = FIRST + timedelta(days=DAYS)
    con = duckdb.connect()
    SimulatedBook(shops(), FIRST, DAYS + 1, seed=seed).tables(con, as_of)
    told = histories(con, "collection", "share", ZONE, as_of)
    made = forecast(open_groups(con, "collection", "share", ZONE), told, "CNY", as_of)
    return check(told, receipts(con, "share", "CNY", as_of), made)


def main() -> None:
    """Print WAPE, that of the naive forecast, and how often the 80 % range held."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--books", type=int, default=5)
    for seed in range(parser.parse_args().books):
        start = time.process_time()
        found = tried(seed)
        for name, errors in (("daily", found.daily), ("weekly", found.weekly)):
            inside = f"{errors.covered:.1%}" if errors.covered is not None else "-"
            print(f"seed {seed} {name}: WAPE {errors.wape:.1%}, naive {errors.naive:.1%}, inside {inside}")
        print(f"seed {seed}: {found.verdict}, {time.process_time() - start:.1f} s of processor")


if __name__ == "__main__":
    main()
