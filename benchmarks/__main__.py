"""All benchmarks, one after the other, and one table at the end: `make bench` or `python -m benchmarks [WORD]`.

WORD: only those whose name has it in it. Each runs in a process of its own and prints its own figures; the table says
how each ended and how long it took. `pages` fails when a page is over its limit, the others tell their ratios.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent
# Name, what it tells, arguments.
BENCHMARKS = (
    ("import_alipay", "reading 1,000,000 lines, beside Polars", ()),
    ("import_camt", "1,000,000 entries of a camt.053, beside lxml", ()),
    ("import_jd", "a workbook of 1,000,000 rows, beside calamine", ()),
    ("order_settlement", "1,000,000 orders, beside a plain query", ()),
    ("whole_command", "from csv to stored results, beside others", ()),
    ("payout_bank", "100,000 payouts by amount, batch and subset", ()),
    ("exports", "a million rows as Excel, 2,000 pages as PDF", ()),
    ("pivot", "pivots over 10,000,000 order lines", ()),
    ("reports", "every built-in report over 1,000,000 orders", ()),
    ("lake", "importing, overlapping, compacting", ("300000", "3000000")),
    ("pages", "every page on 1,000,000 orders", ()),
)


def main(word: str = "") -> int:
    """Run them; 0 when all ended well."""
    ended: list[tuple[str, str, str, float]] = []
    for name, what, arguments in BENCHMARKS:
        if word not in name or not (HERE / f"{name}.py").exists():
            continue
        print(f"\n== {name}: {what}", flush=True)
        start = time.perf_counter()
        code = subprocess.run([sys.executable, str(HERE / f"{name}.py"), *arguments], check=False).returncode
        verdict = "ok" if code == 0 else f"failed or over its limit ({code})"
        ended.append((name, what, verdict, time.perf_counter() - start))
    print(f"\n{'benchmark':<20}{'what':<42}{'seconds':>9}  result")
    for name, what, verdict, seconds in ended:
        print(f"{name:<20}{what:<42}{seconds:9.0f}  {verdict}")
    return 0 if all(verdict == "ok" for _, _, verdict, _ in ended) else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]))
