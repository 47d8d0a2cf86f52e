"""Databases that spill at the same time, and what a killed process leaves behind."""

from __future__ import annotations

import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from huikuan.pipeline.compute import connect
from huikuan.pipeline.spill import spill_folder

ROWS = 900_000


@pytest.fixture(autouse=True)
def parent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of all that spills."""
    monkeypatch.setenv("HUIKUAN_TEMP", str(tmp_path / "spill"))
    return tmp_path / "spill"


def test_two_databases_that_spill_keep_their_own_rows(parent: Path) -> None:
    with closing(connect("30MB")) as first, closing(connect("30MB")) as second:
        for con, word in ((first, "a"), (second, "b")):
            con.execute(f"CREATE TABLE t AS SELECT i, '{word}' || md5(i::VARCHAR) AS text FROM range({ROWS}) r(i)")
        assert len([path for path in parent.glob("*/*/*") if path.stat().st_size]) >= 2
        for con, word in ((first, "a"), (second, "b")):
            right = con.execute(f"SELECT count(*) FROM t WHERE text = '{word}' || md5(i::VARCHAR)").fetchone()
            assert right == (ROWS,)
    assert not list(parent.glob("*/*"))


def test_what_a_killed_process_left_is_removed_and_what_a_living_one_has_is_not(parent: Path) -> None:
    code = "from huikuan.pipeline.spill import spill_folder as f; p = f(); p.mkdir(); print(p, flush=True); input()"
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        theirs = Path(process.stdout.readline().strip())
        assert spill_folder().parent.is_dir()
        assert theirs.is_dir()
        process.kill()
    subprocess.run([sys.executable, "-c", "from huikuan.pipeline.spill import spill_folder as f; f()"], check=True)
    assert not theirs.parent.exists()
    assert spill_folder().parent.is_dir()
