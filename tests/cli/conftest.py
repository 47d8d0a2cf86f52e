"""Runs `huikuan` as a person does: a process of its own for each command, a home folder of its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.cli.commands import run_command
from tests.migrated import copy_migrated, plain_environment
from tests.shared import made_once

SAMPLES = Path(os.environ.get("HUIKUAN_SAMPLES") or Path(__file__).parents[3] / "shared" / "samples")
TIMEOUT_S = 300


@dataclass(frozen=True)
class Cli:
    """The command line over one home folder."""

    home: Path

    @property
    def environment(self) -> dict[str, str]:
        """The environment of a command: this home, nothing of the test run's own settings."""
        return plain_environment() | {"HUIKUAN_HOME": str(self.home), "LANG": "C.UTF-8", "PYTHONIOENCODING": "utf-8"}

    def __call__(self, *args: object, code: int = 0, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run a command; the exit code must be `code`."""
        return self._answered(run_command([*map(str, args)], self.environment, stdin, TIMEOUT_S), code)

    def started(self, *args: object, code: int = 0) -> subprocess.CompletedProcess[str]:
        """Run a command in a Python that starts for it: for what tells about starting."""
        command = [sys.executable, "-m", "huikuan.cli", *map(str, args)]
        done = subprocess.run(
            command, env=self.environment, capture_output=True, text=True, encoding="utf-8", timeout=TIMEOUT_S,
            check=False,
        )  # fmt: skip
        return self._answered(done, code)

    @staticmethod
    def _answered(done: subprocess.CompletedProcess[str], code: int) -> subprocess.CompletedProcess[str]:
        assert done.returncode == code, (
            f"{done.args}: exit {done.returncode}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
        )
        assert "Traceback" not in done.stderr
        return done

    def rows(self, *args: object, code: int = 0) -> list[dict[str, Any]]:
        """The rows of a command's JSON document."""
        document = json.loads(self(*args, "--json", code=code).stdout)
        assert list(document) == ["rows"]
        return list(document["rows"])


def begin(cli: Cli, *options: str) -> None:
    """`huikuan init` in a home that does not exist; without options a copy of one, the key file beside it too."""
    if options:
        copy_migrated(cli.home)
        cli("init", *options)
    else:
        shutil.copytree(made_once("begun", _begin), cli.home.parent, dirs_exist_ok=True)


def _begin(folder: Path) -> None:
    cli = Cli(folder / "home")
    copy_migrated(cli.home)
    cli("init")


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    """An empty home."""
    return Cli(tmp_path / "home")


@pytest.fixture(scope="session")
def new_home(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Cli]:
    """Makes homes that live for the session."""
    return lambda name: Cli(tmp_path_factory.mktemp(name) / "home")


@pytest.fixture(scope="session")
def samples() -> Path:
    """The folder of real files; the test is skipped where it is not there."""
    if not SAMPLES.is_dir():
        pytest.skip("no sample files (HUIKUAN_SAMPLES)")
    return SAMPLES
