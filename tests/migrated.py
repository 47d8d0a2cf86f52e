"""A home whose database was migrated once: the migrations take seconds, so what they make is copied."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.shared import made_once

ROOT = Path(__file__).resolve().parents[1]
SETUP = "import sys; from huikuan.server.setup import setup; setup(sys.argv[1])"


def plain_environment() -> dict[str, str]:
    """The environment, without the test run's own settings."""
    return {k: v for k, v in os.environ.items() if not k.startswith(("HUIKUAN", "DJANGO", "DATABASE"))}


def copy_migrated(home: Path) -> None:
    """Make the folder `home` as the first command of an installation would, with SQLite; no key beside it."""
    shutil.copytree(made_once("migrated", _migrate) / "home", home)


def load_migrated(connection: Any) -> None:
    """Overwrite the SQLite database of a connection by the migrated one."""
    with closing(sqlite3.connect(made_once("migrated", _migrate) / "home" / "db.sqlite3")) as migrated:
        connection.ensure_connection()
        migrated.backup(connection.connection)


def _migrate(folder: Path) -> None:
    command = [sys.executable, "-c", SETUP, str(folder / "home")]
    subprocess.run(command, cwd=ROOT, env=plain_environment(), check=True)
