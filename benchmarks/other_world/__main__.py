"""Make a world and judge the command line on it:

    python -m benchmarks.other_world [--orders 300] [--seed 1] [--hard] [--world market] [--keep DIR] [--examples 3]

Prints what was compared, and examples of whatever disagrees with the truth; exit 1 where anything does.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.other_world.build import SETTINGS, generate
from benchmarks.other_world.judge import judge, load
from benchmarks.other_world.model import CUT, START


def run(*arguments: str) -> str:
    """A command, as a person at a shell runs it."""
    done = subprocess.run(
        [sys.executable, "-m", "huikuan.cli", *arguments], capture_output=True, text=True, check=False
    )
    if done.returncode not in (0, 1) or (done.returncode and not done.stdout):
        raise SystemExit(f"{arguments}: {done.stderr}")
    return done.stdout


def main(arguments: list[str]) -> int:
    """Print what disagrees; 1 where anything does."""
    parser = argparse.ArgumentParser(prog="benchmarks.other_world")
    parser.add_argument("--orders", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--hard", action="store_true")
    parser.add_argument("--world", choices=tuple(SETTINGS), default="taobao")
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--examples", type=int, default=3)
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="huikuan-other-") as temporary:
        folder = asked.keep or Path(temporary)
        if asked.keep:
            shutil.rmtree(folder, ignore_errors=True)
        truth = generate(folder, asked.seed, asked.orders, asked.hard, asked.world)
        for row in load(folder, truth, run, folder / "home", f"{CUT}", f"{START}"):
            if row["status"] != "imported":
                print(
                    row["file"],
                    row["format"],
                    row["status"],
                    row["problems"][:2],
                    [c for c in row["controls"] if not c["ok"]],
                )
        verdict = judge(truth, run, folder / "home", f"{CUT}")
    for name, count in sorted(verdict.counts.items()):
        print(f"{name:<50}{count:>9}")
    print(f"money in false links {verdict.false_money}")
    for kind, texts in sorted(verdict.wrong.items()):
        print(f"{len(texts):>6} {kind}")
        for text in texts[: asked.examples]:
            print(f"         {text[:330]}")
    return 1 if verdict.wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
