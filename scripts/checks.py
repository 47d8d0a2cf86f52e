"""All checks of the project, one after the other; `make test` and the checks on every change run this.

Every step runs even if one before it failed; the exit code is 1 if any did. `--quick` leaves out browser, PostgreSQL
and slow tests.
"""

from __future__ import annotations

import subprocess
import sys
import time

PYTEST = ["-m", "pytest", "-q", "-n", "2", "--dist", "loadfile"]


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
        return [*static, ("tests", [*PYTEST, "-m", "not browser and not postgres and not slow"])]
    return [
        *static,
        ("browser found", ["scripts/browser.py"]),
        ("tests", [*PYTEST, "-m", "not browser"]),
        ("browser tests", ["-m", "pytest", "-q", "-m", "browser"]),
    ]


def main(arguments: list[str]) -> int:
    """Run the steps; print what each took."""
    results: list[tuple[str, int, float]] = []
    for name, command in steps("--quick" in arguments):
        print(f"== {name}", flush=True)
        began = time.monotonic()
        code = subprocess.run([sys.executable, *command], check=False).returncode
        if name.endswith("tests") and code == 5:  # no test was chosen
            code = 0
        results.append((name, code, time.monotonic() - began))
    print()
    for name, code, seconds in results:
        print(f"{'ok    ' if code == 0 else 'FAILED'}  {name}  {seconds:.0f} s")
    return 1 if any(code for _name, code, _seconds in results) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
