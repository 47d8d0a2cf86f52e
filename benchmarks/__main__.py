"""All benchmarks, one after the other: `make bench`, or `python -m benchmarks [NAME ...]` for some of them.

Each is a program of its own with options of its own (see its first lines) and prints its own table. The exit code is
1 if one of them fails or says that a limit is not kept.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
BENCHMARKS = ("import_alipay", "lake", "order_settlement", "demo_accuracy", "pages")


def main(names: list[str]) -> int:
    """Run these benchmarks (default: all)."""
    unknown = sorted(set(names) - set(BENCHMARKS))
    if unknown:
        print(f"There is no benchmark {', '.join(unknown)}; there are: {', '.join(BENCHMARKS)}.", file=sys.stderr)
        return 2
    environment = {**os.environ, "PYTHONPATH": str(HERE.parent)}
    failed = []
    for name in names or BENCHMARKS:
        print(f"== {name}", flush=True)
        if subprocess.run([sys.executable, str(HERE / f"{name}.py")], env=environment, check=False).returncode:
            failed.append(name)
    if failed:
        print(f"failed: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
