"""Two people match the same record at the same moment: one does, the other is told."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from tests.cli.conftest import Cli, begin


def test_the_second_is_told(new_home: Callable[[str], Cli], samples: Path) -> None:
    cli = new_home("race")
    begin(cli)
    cli("import", samples / "wechatpay" / "merchant_bill" / "tradebill_all.csv", "--shop", "S")
    cli("reconcile", "order-settlement")
    keys = [row["record_key"] for row in cli.rows("open", "order-settlement") if row["record_key"]]
    assert len(keys) >= 2
    command = [
        sys.executable, "-m", "huikuan.cli", "match", "order-settlement", "--right", *keys[:2],
        "--difference-reason", "other", "--json",
    ]  # fmt: skip
    both = [
        subprocess.Popen(command, env=cli.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    told = [process.communicate(timeout=200) for process in both]
    assert sorted(process.returncode for process in both) == [0, 1], told
    failed = next(err for (_, err), process in zip(told, both, strict=True) if process.returncode)
    assert "already" in failed and "Traceback" not in failed
    made = next(json.loads(out)["rows"] for (out, _), process in zip(told, both, strict=True) if not process.returncode)
    groups = {row["group_id"] for row in cli.rows("links", "order-settlement") if row["record_key"] in keys[:2]}
    assert groups == {made[0]["group_id"]}
