"""close, reopen, periods on the command line."""

from __future__ import annotations

import json

from tests.cli.conftest import Cli


def test_a_month_is_closed_and_reopened(cli: Cli) -> None:
    cli("init")
    cli("demo", "--orders", "30", "--load")
    rows = cli.rows("close", "2026-10", "--check", code=1)
    assert [row["check"] for row in rows] == [
        "documents", "items", "balance", "work", "conflicts", "approvals", "earlier",
    ]  # fmt: skip
    assert [row["text"] for row in rows if row["check"] == "earlier"] == ["1 earlier months are not closed: 2026-09"]
    assert "To be looked at:" in cli("close", "2026-10", code=1).stderr
    assert "a reason is needed" in cli("close", "2026-10", "--accept-open", code=1).stderr
    (made,) = cli.rows("close", "2026-10", "--accept-open", "--reason", "month end")
    assert (made["state"], made["from"], made["to"]) == ("closed", "2026-10-01", "2026-10-31")
    assert made["reason"] == "month end" and len(made["hash"]) == 64
    assert {each["code"] for each in made["accepted"]} == {row["check"] for row in rows if not row["ok"]}
    (checked,) = [row for row in cli.rows("check") if row["check"] == "period 2026-10"]
    assert checked["ok"] and checked["text"].startswith(made["hash"][:16])
    document = json.loads(cli("documents", "--json").stdout)["rows"][0]
    assert "the closed period 2026-10 is made of it" in cli("undo", document["document"], code=1).stderr
    assert "is no period" in cli("close", "2026-13", code=1).stderr
    cli("reopen", "2026-10", code=2)
    (opened,) = cli.rows("reopen", "2026-10", "--reason", "a file is missing")
    assert (opened["period"], opened["state"], opened["hash"]) == ("2026-10", "open", "")
    assert [row["period"] for row in cli.rows("periods")] == ["2026-10", "2026-09"]
    cli("undo", document["document"])
