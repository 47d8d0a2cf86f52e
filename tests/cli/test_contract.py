"""The command line's contract: exit codes, one sentence for a failure, JSON, no questions."""

from __future__ import annotations

import json
import re
import time
import tomllib
from pathlib import Path

import pytest

from huikuan.cli import COMMANDS
from tests.cli.conftest import Cli, begin
from tests.pipeline.test_proofs import MOVES, ledger


def test_help_answers_at_once(cli: Cli) -> None:
    started = time.monotonic()
    text = cli.started("--help").stdout
    assert time.monotonic() - started < 2, "lazy imports: about 0.2 s on an idle machine"
    for name in COMMANDS:
        assert re.search(rf"^\s+{name}\b", text, re.M), name


@pytest.mark.parametrize("name", list(COMMANDS))
def test_every_command_has_help(cli: Cli, name: str) -> None:
    assert "Usage:" in cli(name, "--help").stdout


def test_wrong_usage_is_2_and_a_failure_is_1(cli: Cli) -> None:
    assert "Usage" in cli("reconcile", "--as-of", "30 Feb", code=2).stderr
    cli("no-such-command", code=2)
    cli("import", code=2)
    done = cli("documents", code=1)
    assert done.stderr.strip() == "There is no book yet. Run `huikuan init` first."
    assert done.stdout == ""


def test_init_prints_a_one_time_password_once(cli: Cli) -> None:
    row = cli.rows("init", "--admin", "boss", "--currency", "CNY", "--start", "2026-01-01")[0]
    assert row["admin"] == "boss" and re.fullmatch(r"\w{4}-\w{4}-\w{4}", row["password"])
    assert "already a book" in cli("init", code=1).stderr
    assert cli.home.with_name("home.key").exists(), "the key lies outside the home"
    second = cli.rows("init", "--book", "Other", "--admin", "boss")[0]
    assert second["password"] == ""
    assert "--book" in cli("documents", code=1).stderr
    assert cli.rows("documents", "--book", "Other") == []
    listed = cli.rows("user", "list", "--book", "Other")
    assert [(user["user"], user["role"]) for user in listed] == [("boss", "owner")]


def test_users(cli: Cli) -> None:
    begin(cli)
    added = cli.rows("user", "add", "mei", "--role", "clerk")[0]
    assert added["password"]
    assert cli.rows("user", "role", "mei", "auditor")[0]["role"] == "auditor"
    assert cli.rows("user", "passwd", "mei")[0]["password"] != added["password"]
    cli("user", "passwd", "nobody", code=1)
    weak = cli("user", "passwd", "mei", "--password-stdin", code=1, stdin="123\n")
    assert "not accepted" in weak.stderr
    cli("user", "role", "admin", "none", code=1)


def test_rules_go_out_and_come_in(cli: Cli) -> None:
    begin(cli)
    file = cli.home / "rules.toml"
    file.write_text(
        '[[shop]]\nname = "S"\nplatform = "tmall"\n[[account]]\nname = "B"\nkind = "bank"\n'
        '[[account]]\nname = "W"\nkind = "wallet"\nshops = ["S"]\npays_into = ["B"]\n'
        '[[settlement_rule]]\nshop = "S"\nfrom = 2026-01-01\nanchor = "received"\ndays = 7\n'
        '[[reconciliation]]\nname = "order-settlement"\ntolerance = "0.01"\n',
        encoding="utf-8",
    )
    assert cli.rows("rules", "import", file) == [{"entries": 5}]
    shown = cli.rows("rules", "show")
    assert {"section": "shop", "name": "S", "platform": "tmall", "currency": "CNY"} in shown
    cli("rules", "export", cli.home / "out.toml")
    cli("rules", "import", cli.home / "out.toml")
    assert cli.rows("rules", "show") == shown
    file.write_text('[[shop]]\ncolour = "red"\n[[fee]]\n', encoding="utf-8")
    wrong = cli("rules", "import", file, code=1).stderr
    assert "colour" in wrong and "[[fee]]" in wrong, "all faults at once"


def test_every_table_and_field_of_the_rules_file(cli: Cli) -> None:
    begin(cli)
    file = cli.home / "rules.toml"
    file.write_text(RULES_FILE, encoding="utf-8")
    assert cli.rows("rules", "import", file) == [{"entries": 12}]
    shown = cli.rows("rules", "show")
    given = tomllib.loads(RULES_FILE, parse_float=str)
    for section, entries in given.items():
        found = [row for row in shown if row["section"] == section]
        assert len(found) == len(entries), section
        for entry in entries:
            assert any(_told(entry) == _told({name: row.get(name) for name in entry}) for row in found), (entry, found)
    cli("rules", "export", cli.home / "out.toml")
    cli("rules", "import", cli.home / "out.toml")
    assert cli.rows("rules", "show") == shown
    file.write_text(
        '[[contract]]\naccount = "nobody"\n[[tariff]]\naccount = "sf"\nzone = "1"\nfirst_weight = "x"\n'
        "first_price = 1\nsurcharge = 5\n",
        encoding="utf-8",
    )
    assert "first_weight" in cli("rules", "import", file, code=1).stderr


def _told(value: object) -> object:
    """A value as plain text: numbers and days are told so."""
    if isinstance(value, dict):
        return {name: _told(each) for name, each in value.items()}
    return value if isinstance(value, list) else str(value)


RULES_FILE = """
[[shop]]
name = "A"
platform = "tmall"
currency = "CNY"
[[account]]
name = "icbc"
kind = "bank"
currency = "CNY"
[[account]]
name = "ali"
kind = "wallet"
currency = "CNY"
shops = ["A"]
pays_into = ["icbc"]
[[account]]
name = "sf"
kind = "courier"
[[settlement_rule]]
shop = "A"
from = 2026-01-01
anchor = "received"
days = 7
batch = "weekly:1"
bank_days = 2
reserve = 0.05
reserve_days = 8
minimum = 1.5
grace = 3
[[settlement_rule]]
shop = "A"
from = 2026-03-01
anchor = "shipped"
batch = "monthly:31"
[[fee_rate]]
shop = "A"
type = "commission"
from = 2026-01-01
category = "shoes"
rate = 0.02
base = "paid"
minimum = 0.1
returned_on_refund = false
tolerance = 0.01
[[fee_rate]]
shop = "A"
type = "commission"
rate = 0.05
[[tariff]]
account = "sf"
from = 2026-01-01
zone = "1"
first_weight = 1
first_price = 8.5
step = 0.5
step_price = 2
round = "half"
divisor = 12000
minimum = 8
return_price = 6
surcharge = { remote = 5, oversize = 12.5 }
[[zone]]
account = "sf"
from = 2026-01-01
origin = "浙江"
destination = "上海"
zone = "1"
[[contract]]
account = "sf"
from = 2026-01-01
claim_days = 30
weight_tolerance = 0.1
[[contract]]
account = "sf"
from = 2026-06-01
claim_days = 15
"""


def test_formats_are_listed_without_a_home(cli: Cli) -> None:
    ids = {row["format"] for row in cli.rows("formats")}
    assert {
        "tmall.orders", "alipay.ledger", "alipay.trades", "wechatpay.trades", "wechatpay.funds", "amazon.settlement",
        "icbc.statement", "ccb.statement", "boc.statement", "mt940", "camt.053",
        "camt.052", "camt.054", "bai2", "ofx", "qif",
    } <= ids  # fmt: skip
    told = {row["format"]: row for row in cli.rows("formats")}
    assert "发生时间" in told["alipay.ledger"]["columns"]
    assert told["mt940"]["columns"] == [], "a message has no columns"
    assert all({"title", "kinds", "where", "verified", "note"} <= row.keys() for row in told.values())


def test_an_unknown_reconciliation_names_those_there_are(cli: Cli) -> None:
    begin(cli)
    assert "order-settlement" in cli("reconcile", "no-such", code=1).stderr
    assert "Run a reconciliation first" in cli("open", "order-settlement", code=1).stderr


def test_backup_and_restore(cli: Cli, samples: object) -> None:
    bill = samples / "wechatpay" / "merchant_bill" / "tradebill_all.csv"  # type: ignore[operator]
    begin(cli)
    cli("import", bill, "--shop", "S")
    documents = cli.rows("documents")
    file = cli.home.parent / "backup.zip"
    cli("backup", file)
    assert b"PRIVATE" not in file.read_bytes() and "exists already" in cli("backup", file, code=1).stderr
    assert "not empty" in cli("restore", file, code=1).stderr
    other = Cli(cli.home.parent / "restored")
    assert [row["home"] for row in other.rows("restore", file)] == [str(other.home)]
    assert other.rows("documents") == documents
    checks = other.rows("check")
    assert checks and all(row["ok"] for row in checks), checks
    assert json.loads(other("import", bill, "--shop", "S", "--json").stdout)["rows"][0]["status"] == "unchanged"


def test_a_backup_from_another_machine_asks_for_the_key(cli: Cli) -> None:
    begin(cli)
    file = cli.home.parent / "backup.zip"
    (row,) = cli.rows("backup", file)
    assert row == {"file": str(file), "bytes": file.stat().st_size}
    key = cli.home.with_name("home.key")
    taken_along = key.read_bytes()
    key.unlink()
    other = Cli(cli.home.parent / "restored")
    assert "key file" in other("restore", file).stderr
    other.home.with_name("restored.key").write_bytes(taken_along)
    assert all(row["ok"] for row in other.rows("check"))


def test_days_that_are_missing_are_told(cli: Cli, tmp_path: Path) -> None:
    begin(cli)
    files = [
        ledger(tmp_path, "first.csv", MOVES[:1], (1, 1)),
        ledger(tmp_path, "last.csv", MOVES[3:], (4, 4)),
    ]
    cli("import", *files, "--account", "ali")
    (row,) = cli.rows("documents", "--coverage")
    assert set(row) >= {
        "shop", "account", "format", "kind", "from", "to", "covered_by", "gaps", "overlaps", "next_expected",
    }  # fmt: skip
    assert (row["account"], row["kind"], row["from"], row["to"]) == ("ali", "wallet_line", "2026-10-01", "2026-10-04")
    (gap,) = row["gaps"]
    assert (gap["from"], gap["to"], gap["money"][0]["missing"]) == ("2026-10-02", "2026-10-03", "20.00")
    listed = cli("documents")
    assert "lines for 20.00 are missing" in listed.stderr and "missing" not in listed.stdout
    checked = json.loads(cli("check", "--json").stdout)["rows"]
    assert [each["ok"] for each in checked if each["check"] == "coverage"] == [False]
    cli("import", ledger(tmp_path, "rest.csv", MOVES[1:3], (2, 3)), "--account", "ali")
    assert cli.rows("documents", "--coverage")[0]["gaps"] == []
    assert "missing" not in cli("documents").stderr


def test_days_without_business_are_named_and_taken_back(cli: Cli, tmp_path: Path) -> None:
    begin(cli)
    cli("import", ledger(tmp_path, "first.csv", MOVES[:1], (1, 1)), "--shop", "S", "--account", "ali")
    marked = ("ali", "2026-10-05", "2026-10-06")
    assert (
        "is not missing" in cli("coverage", "quiet", "ali", "2026-10-01", "2026-10-01", "--reason", "x", code=1).stderr
    )
    (said,) = cli.rows("coverage", "quiet", *marked, "--reason", "holidays")
    assert (said["account"], said["from"], said["to"], said["reason"]) == (*marked, "holidays")
    assert cli.rows("coverage")[0]["quiet"] == [{"from": "2026-10-05", "to": "2026-10-06"}]
    assert cli.rows("coverage", "unquiet", *marked)[0]["reason"] == "holidays"
    assert "not marked" in cli("coverage", "unquiet", *marked, code=1).stderr
    assert "`huikuan coverage`" in cli("coverage", "unquiet", "other", *marked[1:], code=1).stderr


def test_a_couriers_zones_and_rates_come_in_as_csv(cli: Cli) -> None:
    begin(cli)
    zones, rates = cli.home / "pincodes.csv", cli.home / "rates.csv"
    zones.write_text(
        "Warehouse Pincode,Customer Pincode,Zone,,\n121003,507101,d,,\n121003,486886,d,,\n121003,507101,d,,\n",
        encoding="utf-8",
    )
    rates.write_text(
        "fwd_a_fixed,fwd_a_additional,fwd_d_fixed,fwd_d_additional,rto_a_fixed,rto_a_additional,rto_d_fixed,"
        "rto_d_additional\n29.5,23.6,45.4,44.8,13.6,23.60,41.3,44.8\n",
        encoding="utf-8",
    )
    assert "--account" in cli("rules", "import", zones, code=1).stderr
    # a repeated pair is one; the account is made
    assert cli.rows("rules", "import", zones, "--account", "Courier") == [{"entries": 3}]
    assert cli.rows("rules", "import", rates, "--account", "Courier") == [{"entries": 2}]
    shown = cli.rows("rules", "show")
    assert [(row["kind"]) for row in shown if row["section"] == "account"] == ["courier"]
    assert {(row["destination"], row["zone"]) for row in shown if row["section"] == "zone"} == {
        ("507101", "d"),
        ("486886", "d"),
    }
    tariffs = {row["zone"]: row for row in shown if row["section"] == "tariff"}
    assert [tariffs["d"][name] for name in ("first_weight", "first_price", "step", "step_price", "return_price")] == [
        "0.5", "45.4", "0.5", "44.8", "41.3",
    ]  # fmt: skip
    # the import of records refuses them and says where they belong; a bill makes a courier account
    assert "huikuan rules import" in str(cli.rows("import", zones, code=1)[0]["problems"])
    zones.write_text("Warehouse Pincode,Customer Pincode,Zone\n1,2,d\n1,2,e\n", encoding="utf-8")
    assert "Line 3" in cli("rules", "import", zones, "--account", "Courier", code=1).stderr
    rates.write_text(rates.read_text(encoding="utf-8").replace("23.60", "20"), encoding="utf-8")
    assert "way back" in cli("rules", "import", rates, "--account", "Courier", code=1).stderr
    bill = cli.home / "bill.csv"
    bill.write_text("AWB Code,Charged Weight,Zone,Billing Amount (Rs.)\n1091117222124,1,d,90.2\n", encoding="utf-8")
    [row] = cli.rows("import", bill, "--account", "Other courier")
    assert (row["format"], row["account"], row["new"]) == ("cointab.invoice", "Other courier", 1)
    kinds = {row["name"]: row["kind"] for row in cli.rows("rules", "show") if row["section"] == "account"}
    assert kinds == {"Courier": "courier", "Other courier": "courier"}


def test_the_same_content_again_names_its_twin(cli: Cli, tmp_path: Path) -> None:
    begin(cli)
    first = ledger(tmp_path, "first.csv", MOVES, (1, 4))
    copy = first.with_name("copy.csv")
    copy.write_bytes(first.read_bytes())
    cli("import", first, "--account", "ali")
    again = cli("import", copy, "--account", "ali", "--json")
    assert json.loads(again.stdout)["rows"][0]["status"] == "unchanged"
    assert again.stderr.strip() == "copy.csv: the same content as first.csv; nothing was counted twice."
