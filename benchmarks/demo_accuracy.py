"""Precision on labelled truth: a demo of N orders is written, imported and reconciled, then compared with its truth.

    python -m benchmarks.demo_accuracy [ORDERS] [SEED]        default 100,000 orders

Prints how much was compared, what is wrong, and the seconds each step took; exit 1 if anything is wrong.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.demo_verdict import verdict_of


def main(orders: int = 100_000, seed: int = 1) -> int:
    """Run it in a home of its own; returns the exit code."""
    with tempfile.TemporaryDirectory(prefix="huikuan-accuracy-") as folder:
        home, files = Path(folder) / "home", Path(folder) / "files"
        huikuan = [sys.executable, "-m", "huikuan.cli"]
        subprocess.run([*huikuan, "init", "--home", home], check=True, stdout=subprocess.DEVNULL)
        started = time.monotonic()
        command = [
            *huikuan,
            "demo",
            "--home",
            home,
            "--orders",
            str(orders),
            "--seed",
            str(seed),
            "--out",
            files,
            "--load",
        ]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        loaded = time.monotonic() - started
        verdict = verdict_of(home, files / "truth.json")
    print(
        json.dumps(
            {"orders": orders, "seed": seed, "seconds_to_load": round(loaded, 1), **verdict},
            ensure_ascii=False,
            indent=1,
        )
    )
    return 1 if verdict["faults"] else 0


if __name__ == "__main__":
    sys.exit(main(*(int(argument) for argument in sys.argv[1:3])))
