"""`verdict_of(home, truth)`: checks a home's demo book in a process of its own (Django is set up once a process).

Run as a program it prints the verdict as JSON: `python -m tests.demo_verdict HOME TRUTH`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any


def verdict_of(home: Path, truth: Path) -> dict[str, Any]:
    """counts, faults (kind → number), examples (kind → a few)."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("HUIKUAN", "DJANGO", "DATABASE"))}
    root = str(Path(__file__).parents[1])
    environment["PYTHONPATH"] = os.pathsep.join([root, environment.get("PYTHONPATH", "")])
    command = [sys.executable, "-m", "tests.demo_verdict", str(home), str(truth)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, cwd=root)
    if done.returncode:
        raise AssertionError(done.stderr[-3000:])
    return dict(json.loads(done.stdout))


def check_home(home: Path, truth: Path) -> dict[str, Any]:
    """The same, in this process."""
    from huikuan.server.setup import setup
    from tests.truth_check import FAULTS, check_against_truth

    setup(home)
    from huikuan.server.books.services import find_book
    from huikuan.server.workbench.services import results

    verdict = check_against_truth(results(find_book()), truth)
    examples = {name: getattr(verdict, name)[:5] for name in FAULTS if getattr(verdict, name)}
    return {"counts": dict(verdict.counts), "faults": verdict.faults(), "examples": examples}


if __name__ == "__main__":
    print(json.dumps(check_home(Path(sys.argv[1]), Path(sys.argv[2])), ensure_ascii=False))
