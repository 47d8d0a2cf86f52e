"""All checks of the project; `make test` and the checks on every change run this.

The tests leave processors idle, so the rest runs beside them: the static checks, and the tests of browser and of Spark,
which mostly wait for pages and processes. Chromium and Spark's packages, in an environment of their own
(scripts/spark_env.py), are installed here only where `make test` has not done so. Every step runs even if another
failed; the exit code is 1 if any did. What is printed at the end tells from which second to which a step ran.
`--quick` leaves out browser, PostgreSQL, Spark and slow tests.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

# The files go to the two processes in the order in which they are collected (tests/conftest.py: the longest first).
PYTEST = ["-m", "pytest", "-q", "-n", "2", "--dist", "loadfile", "--no-loadscope-reorder", "--durations", "40"]
BROWSER_TESTS = ["-m", "pytest", "-q", "-m", "browser", "tests/browser"]
SPARK_TESTS = ["-m", "pytest", "-q", "-m", "spark", "tests/spark"]
SPARK_PYTHON = Path(".venv-spark", "Scripts/python.exe" if os.name == "nt" else "bin/python")

BEGAN = time.monotonic()
Result = tuple[str, int, float, float]


def steps(quick: bool) -> list[tuple[str, list[str]]]:
    """Name and arguments of each step, for this Python."""
    static = [
        ("ruff check", ["-m", "ruff", "check", "."]),
        ("ruff format", ["-m", "ruff", "format", "--check", "."]),
        ("mypy", ["-m", "mypy"]),
        ("import-linter", ["-c", "from importlinter.cli import lint_imports_command as run; run()"]),
        ("messages", ["scripts/messages.py", "check"]),
    ]
    if quick:
        return [*static, ("tests", [*PYTEST, "-m", "not browser and not postgres and not slow and not spark"])]
    return [*static, ("tests", [*PYTEST, "-m", "not browser and not spark"])]


def run(name: str, command: list[str], *, python: str = sys.executable, aside: bool = False) -> Result:
    """One step: its name, exit code, and the seconds at which it began and ended. What a step `aside` of another one
    says is shown when it has ended."""
    began = time.monotonic() - BEGAN
    if not aside:
        print(f"== {name}", flush=True)
    done = subprocess.run(
        [python, *command],
        stdout=subprocess.PIPE if aside else None,
        stderr=subprocess.STDOUT if aside else None,
        check=False,
    )
    if aside:
        print(f"== {name}\n{done.stdout.decode(errors='replace')}", flush=True)
    return name, done.returncode, began, time.monotonic() - BEGAN


def _browser_and_spark() -> list[Result]:
    found = run("browser found", ["scripts/browser.py"], aside=True)
    tested = run("browser tests", BROWSER_TESTS, aside=True)
    made = run("spark packages", ["scripts/spark_env.py"], aside=True)
    if made[1]:
        return [found, tested, made]
    return [found, tested, made, run("spark tests", SPARK_TESTS, python=str(SPARK_PYTHON), aside=True)]


def main(arguments: list[str]) -> int:
    """Run the steps; print what each took."""
    quick = "--quick" in arguments
    *static, tests = steps(quick)
    with TemporaryDirectory(prefix="huikuan-tests-shared-") as shared, ThreadPoolExecutor() as threads:
        os.environ["HUIKUAN_TESTS_SHARED"] = shared  # what all steps make use of is made once (tests/shared.py)
        checked = threads.submit(lambda: [run(*step, aside=True) for step in static])
        waiting = None if quick else threads.submit(_browser_and_spark)
        tested = run(*tests)
        results = [*checked.result(), tested, *(waiting.result() if waiting else [])]
    print()
    for name, code, began, ended in results:
        print(f"{'ok    ' if code == 0 else 'FAILED'}  {name}  {ended - began:.0f} s ({began:.0f} to {ended:.0f})")
    return 1 if any(code for _name, code, *_times in results) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
