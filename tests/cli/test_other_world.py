"""The command line on a small world of the independent generator (`benchmarks.other_world`): nothing disagrees."""

from __future__ import annotations

from pathlib import Path

from benchmarks.other_world.build import generate
from benchmarks.other_world.judge import judge, load
from benchmarks.other_world.model import CUT, START
from tests.cli.conftest import Cli
from tests.migrated import copy_migrated


def test_nothing_disagrees_with_the_other_world(cli: Cli, tmp_path: Path) -> None:
    def run(*arguments: str) -> str:
        at = arguments.index("--home")
        return cli(*arguments[:at], *arguments[at + 2 :]).stdout

    copy_migrated(cli.home)
    truth = generate(tmp_path, seed=12, orders=200, hard=True)
    imported = load(tmp_path, truth, run, tmp_path / "home", f"{CUT}", f"{START}")
    assert {row["status"] for row in imported} == {"imported"}
    verdict = judge(truth, run, tmp_path / "home", f"{CUT}")
    assert verdict.counts["order-settlement links found"] > 200
    assert not verdict.wrong
    assert not verdict.false_money
