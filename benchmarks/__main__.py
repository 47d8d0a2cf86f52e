"""All benchmarks, one after the other: `make bench`, or `python -m benchmarks [NAME ...]` for some of them.

Each is a program of its own with options of its own (see its first lines) and prints its own table. The exit code is
1 if one of them fails or says that a limit is not kept.
"""

from __future__ import annotations

import subprocess
import sys

BENCHMARKS = ("import_alipay", "lake", "order_settlement", "demo_accuracy", "pages")


def main(names: list[str]) -> int:
    """Run these benchmarks (default: all)."""
    unknown = sorted(set(names) - set(BENCHMARKS))
    if unknown:
        print(f"There is no benchmark {', '.join(unknown)}; there are: {', '.join(BENCHMARKS)}.", file=sys.stderr)
        return 2
    failed = []
    for name in names or BENCHMARKS:
        print(f"== {name}", flush=True)
        if subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], check=False).returncode:
            failed.append(name)
    if failed:
        print(f"failed: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
