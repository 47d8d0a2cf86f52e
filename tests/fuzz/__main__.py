"""The long run: python -m tests.fuzz [--files 10000] [--whole-every 50] [--minutes M] [READER ...]

Each reader is run by a process of its own, with a limit to its address space, at the lowest priority: first mutated
files by the thousands, then, for messages and where atheris is installed, as many guided by coverage. Files that broke
a reader are kept in `fuzz-found/`. The exit code is 1 if there are any.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import subprocess
import sys
import time
import traceback
from pathlib import Path

from tests.fuzz.running import fuzz
from tests.fuzz.targets import TARGETS, Target

FOUND = Path("fuzz-found")
MESSAGES = ("mt940", "camt", "bai2", "ofx", "qif")
# Beyond what the libraries map when they are loaded. Threads map far more than they use: 64 MB each for their heaps.
ADDRESS_SPACE_BYTES = 4 << 30


def limit_memory() -> None:
    """Let the system refuse this process more memory than a small file could honestly need."""
    try:
        import resource
    except ImportError:  # Windows
        return
    mapped = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (mapped + ADDRESS_SPACE_BYTES, resource.RLIM_INFINITY))


def one(target: Target, files: int, whole_every: int, minutes: float) -> int:
    """Fuzz a reader and print what it saw; the number of faults."""
    limit_memory()
    began, peak = time.process_time(), 0
    run = fuzz(target, files, whole_every, faults_max=20, minutes=minutes)
    try:
        import resource

        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    except ImportError:  # Windows
        pass
    verdicts = ", ".join(f"{count} {name}" for name, count in sorted(run.verdicts.items()))
    print(
        f"| {target.name} | {run.quick} | {run.whole} | {verdicts} | {peak} MB | {time.process_time() - began:.0f} s |",
        flush=True,
    )
    for number, (content, error) in enumerate(run.faults):
        FOUND.mkdir(exist_ok=True)
        path = FOUND / f"{target.name.replace(' ', '-')}-{number}"
        path.write_bytes(content)
        print(f"{path}:", *traceback.format_exception(error, limit=-8), sep="\n", file=sys.stderr)
    return len(run.faults)


def main() -> int:
    """Run each reader in its process."""
    parser = argparse.ArgumentParser(prog="tests.fuzz")
    parser.add_argument("readers", nargs="*", default=[])
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--whole-every", type=int, default=50)
    parser.add_argument("--minutes", type=float, default=0)
    parser.add_argument("--here", action="store_true", help="in this process")
    given = parser.parse_args()
    targets = [each for each in TARGETS if each.name in given.readers or not given.readers]
    if given.here:
        return min(1, sum(one(each, given.files, given.whole_every, given.minutes) for each in targets))
    if hasattr(os, "nice"):
        os.nice(19)
    print("| reader | alone | whole way | verdicts | peak | processor |\n|---|---|---|---|---|---|", flush=True)
    failed = 0
    for each in targets:
        options = [
            "--files",
            str(given.files),
            "--whole-every",
            str(given.whole_every),
            "--minutes",
            str(given.minutes),
        ]
        failed |= subprocess.run(
            [sys.executable, "-m", "tests.fuzz", "--here", *options, each.name], check=False
        ).returncode
        if each.name in MESSAGES and importlib.util.find_spec("atheris"):
            command = [sys.executable, "-m", "tests.fuzz.guided", each.name, str(given.files)]
            guided = subprocess.run(command, check=False, capture_output=True, text=True)
            print(f"| {each.name}, guided | {given.files if not guided.returncode else 'FAULT'} | | | | |", flush=True)
            if guided.returncode:
                print(guided.stdout[-3000:], guided.stderr[-6000:], sep="\n", file=sys.stderr)
            failed |= guided.returncode
    return min(1, abs(failed))


if __name__ == "__main__":
    sys.exit(main())
