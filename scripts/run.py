"""`make run`: a home with demo data where there is none, then web and worker. Prints the address and how to log in."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path


def main() -> int:
    """Ready the home, serve until interrupted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--orders", type=int, default=2000, help="orders of the demo")
    parser.add_argument("--months", type=int, default=6, help="months the demo's orders are spread over")
    options = parser.parse_args()
    home = Path(os.environ.get("HUIKUAN_HOME") or Path.home() / ".huikuan")
    if not (home / "db.sqlite3").exists() and not os.environ.get("DATABASE_URL"):
        code = first_run(home, options.orders, options.months)
        if code:
            return code
    serve = ["serve", "--home", str(home), "--host", options.host, "--port", str(options.port)]
    if os.name == "posix":  # become the server, so that a signal reaches it
        os.execv(sys.executable, [sys.executable, "-m", "huikuan.cli", *serve])  # noqa: S606
    try:
        return huikuan(*serve)
    except KeyboardInterrupt:
        return 0


def first_run(home: Path, orders: int, months: int) -> int:
    """Make the home, its first book and the demo book; returns the exit code of what failed, else 0."""
    print(f"First run: making {home} ...", flush=True)
    return huikuan("init", "--home", str(home)) or huikuan(
        "demo", "--home", str(home), "--orders", str(orders), "--months", str(months), "--load",
        stdout=subprocess.DEVNULL,
    )  # fmt: skip


def huikuan(*arguments: str, stdout: int | None = None) -> int:
    """Run the command line; returns its exit code."""
    return subprocess.run([sys.executable, "-m", "huikuan.cli", *arguments], stdout=stdout, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
