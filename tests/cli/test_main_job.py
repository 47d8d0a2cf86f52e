"""The main job end to end through the command line, on real files and on the demo."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter, defaultdict
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from tests.cli.conftest import Cli, begin

NAME = "order-settlement"
OPEN = {
    "item_id", "group_id", "record_key", "side", "document", "source_row", "order_no", "date", "currency", "amount",
    "class", "needs_work", "due_date", "age_days", "cause", "suggestion",
}  # fmt: skip
LINKS = {
    "link_id", "group_id", "side", "record_key", "document", "source_row", "order_no", "date", "currency", "amount",
    "allocated", "pass", "status", "class", "residual", "reason",
}  # fmt: skip
IMPORT = {
    "file", "document", "format", "kinds", "shop", "account", "status", "period", "rows", "accepted", "rejected",
    "ignored", "new", "updated", "duplicate", "totals", "controls", "problems",
}  # fmt: skip


@pytest.fixture(scope="module")
def olist(new_home: Callable[[str], Cli], samples: Path) -> Cli:
    """The Olist tables in a book of their own."""
    cli = new_home("olist")
    begin(cli, "--currency", "BRL", "--timezone", "America/Sao_Paulo")
    folder = samples / "olist" / "sample_3k"
    files = [folder / f"olist_{name}_dataset.csv" for name in ("orders", "order_items", "order_payments")]
    rows = cli.rows("import", *files, "--shop", "olist", "--account", "payments")
    assert [row["status"] for row in rows] == ["imported"] * 3
    assert all(set(row) == IMPORT for row in rows)
    assert rows[1]["totals"]["order_line.paid"] == "461323.94"
    assert rows[2]["totals"]["settlement_line.in"] == "468087.37"
    return cli


def test_olist_within_a_cent(olist: Cli) -> None:
    rows = olist.rows("reconcile", NAME, "--tolerance", "0.01")
    assert [(row["side"], row["currency"]) for row in rows] == [("left", "BRL"), ("right", "BRL")]
    for row in rows:
        assert Decimal(row["total"]) == sum(Decimal(row[part]) for part in ("matched", "difference", "open"))
    opened = olist.rows("open", NAME)
    assert all(set(row) == OPEN for row in opened)
    by_class = Counter(row["class"] for row in opened)
    assert by_class["short"] + by_class["over"] == 13
    assert by_class["missing_left"] == 24
    assert by_class["unexpected_settlement"] == 16
    assert sum(by_class.values()) == 53, "nothing else comes out"
    unexpected = sum((Decimal(row["amount"]) for row in opened if row["class"] == "unexpected_settlement"), Decimal(0))
    assert abs(unexpected) == Decimal("2963.45"), "what was paid for the 16 cancelled orders that have items"


def test_olist_to_the_cent(olist: Cli) -> None:
    olist("reconcile", NAME, "--tolerance", "0")
    by_class = Counter(row["class"] for row in olist.rows("open", NAME))
    assert by_class["short"] + by_class["over"] == 22
    assert (by_class["missing_left"], by_class["unexpected_settlement"]) == (24, 16)


def test_the_rules_file_says_the_tolerance_as_well(olist: Cli) -> None:
    file = olist.home / "tolerance.toml"
    file.write_text('[[reconciliation]]\nname = "order-settlement"\ntolerance = "0.01"\n', encoding="utf-8")
    olist("rules", "import", file)
    olist("reconcile")
    by_class = Counter(row["class"] for row in olist.rows("open", NAME))
    assert by_class["short"] + by_class["over"] == 13


@pytest.fixture(scope="module")
def reconciled(olist: Cli) -> None:
    """`olist` has a run of all that is known; a test that changes something runs it again."""
    olist("reconcile")


@pytest.mark.usefixtures("reconciled")
def test_links_as_csv_json_and_parquet(olist: Cli, tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    as_json = olist.rows("links", NAME)
    assert all(set(row) == LINKS for row in as_json)
    assert all(row["reason"] for row in as_json if row["status"] == "matched"), "every match says why"
    as_csv = list(csv.DictReader(io.StringIO(olist("links", NAME).stdout)))
    assert [row["link_id"] for row in as_csv] == [row["link_id"] for row in as_json]
    assert [row["amount"] for row in as_csv] == [row["amount"] for row in as_json]
    olist("links", NAME, "-o", tmp_path / "links.parquet")
    parquet = pq.read_table(tmp_path / "links.parquet")
    assert parquet.num_rows == len(as_json) and str(parquet.schema.field("amount").type) == "decimal128(18, 5)"
    olist("open", NAME, "-o", tmp_path / "open.parquet")
    types = {field.name: str(field.type) for field in pq.read_schema(tmp_path / "open.parquet")}
    assert types["due_date"] == types["date"] == "date32[day]" and types["group_id"] == types["cause"] == "string"
    olist("links", NAME, "-o", tmp_path / "links.json")
    assert json.loads((tmp_path / "links.json").read_text(encoding="utf-8"))["rows"] == as_json


@pytest.mark.usefixtures("reconciled")
def test_manual_work_survives_reruns_and_reimports(olist: Cli, samples: Path) -> None:
    opened = olist.rows("open", NAME)
    missing = [row for row in opened if row["class"] == "missing_left"]
    one, other = missing[0], missing[1]
    refused = olist("match", NAME, "--left", "order_line:no/1/1", "--right", one["record_key"], code=1)
    assert "no record" in refused.stderr
    keys = [one["record_key"], other["record_key"]]
    needs_reason = olist("match", NAME, "--right", *keys, code=1)
    assert "reason" in needs_reason.stderr
    made = olist.rows("match", NAME, "--right", *keys, "--difference-reason", "other", "--reason", "same buyer")
    assert {row["record_key"] for row in made} == set(keys)
    assert {row["pass"] for row in made} == {"decision"} and {row["reason"] for row in made} == {"same buyer"}
    group_id = made[0]["group_id"]

    def linked() -> set[str]:
        return {row["record_key"] for row in olist.rows("links", NAME) if row["group_id"] == group_id}

    assert linked() == set(keys), "it shows at once"
    assert not set(keys) & {row["record_key"] for row in olist.rows("open", NAME)}
    taken = olist("match", NAME, "--right", *keys, "--difference-reason", "other", code=1)
    assert "already" in taken.stderr
    olist("reconcile")
    assert linked() == set(keys), "and in the next run"
    payments = samples / "olist" / "sample_3k" / "olist_order_payments_dataset.csv"
    assert olist.rows("import", payments, "--shop", "olist", "--account", "payments")[0]["status"] == "unchanged"
    document = next(row["document"] for row in olist.rows("documents") if "payments" in row["file"])
    olist("undo", document)
    assert olist.rows("import", payments, "--shop", "olist", "--account", "payments")[0]["status"] == "imported"
    olist("reconcile")
    assert linked() == set(keys), "and after the file came again"
    undone = olist.rows("unmatch", group_id)
    assert {row["record_key"] for row in undone} == set(keys)
    assert linked() == set()
    assert set(keys) <= {row["record_key"] for row in olist.rows("open", NAME)}
    olist("reconcile")
    assert set(keys) <= {row["record_key"] for row in olist.rows("open", NAME)}


@pytest.mark.usefixtures("reconciled")
def test_an_automatic_link_taken_apart_stays_apart(olist: Cli) -> None:
    links = [row for row in olist.rows("links", NAME) if row["status"] == "matched"]
    group_id = links[0]["group_id"]
    keys = {row["record_key"] for row in links if row["group_id"] == group_id}
    assert {row["record_key"] for row in olist.rows("unmatch", group_id)} == keys
    assert keys <= {row["record_key"] for row in olist.rows("open", NAME)}
    olist("reconcile")
    together = [row["group_id"] for row in olist.rows("links", NAME) if row["record_key"] in keys]
    assert len(together) == len(set(together)), "the engine does not put them together again"


@pytest.mark.usefixtures("reconciled")
def test_a_correction_is_laid_over_the_fact(olist: Cli) -> None:
    short = next(row for row in olist.rows("open", NAME) if row["class"] == "over")
    group = [row for row in olist.rows("links", NAME) if row["group_id"] == short["group_id"]]
    line = next(row for row in group if row["side"] == "left")
    paid = Decimal(line["amount"]) - Decimal(short["amount"])
    assert "no money" in olist("correct", line["record_key"], "paid=12,5", "--reason", "r", code=1).stderr
    assert "no field" in olist("correct", line["record_key"], "colour=red", "--reason", "r", code=1).stderr
    row = olist.rows("correct", line["record_key"], f"paid={paid}", "--reason", "freight was missing")[0]
    assert Decimal(row["before"]) == Decimal(line["amount"])
    olist("reconcile")
    assert short["order_no"] not in {item["order_no"] for item in olist.rows("open", NAME)}


@pytest.mark.usefixtures("reconciled")
def test_an_excluded_record_takes_no_part(olist: Cli) -> None:
    key = next(row["record_key"] for row in olist.rows("open", NAME) if row["class"] == "missing_left")
    olist("exclude", key, "--reason", "a test order")
    assert key not in {row["record_key"] for row in olist.rows("open", NAME)}
    olist("reconcile")
    assert key not in {row["record_key"] for row in olist.rows("open", NAME)}
    assert "already" in olist("exclude", key, "--reason", "again", code=1).stderr


def test_collection_has_one_row_per_order(olist: Cli) -> None:
    rows = olist.rows("collection")
    assert len(rows) == len({row["order_no"] for row in rows}) == 3000
    assert set(rows[0]) == {
        "order_no", "shop", "currency", "status", "receivable", "settled", "collected", "refunded", "overdue",
        "due_date",
    }  # fmt: skip
    assert sum(Decimal(row["settled"]) for row in rows) > 400_000, "a payment without a date is settled"
    assert {"settled"} <= {row["status"] for row in rows}
    cancelled = olist.rows("collection", "--status", "cancelled")
    assert {row["status"] for row in cancelled} == {"cancelled"}
    assert len(cancelled) == sum(row["status"] == "cancelled" for row in rows)


@pytest.fixture(scope="module")
def demo(new_home: Callable[[str], Cli]) -> Cli:
    """A demo of 2,000 orders, loaded into the book that init made."""
    cli = new_home("demo")
    begin(cli)
    rows = cli.rows("demo", "--orders", 2000, "--seed", 5, "--out", cli.home.parent / "files", "--load")
    assert {row["name"] for row in rows} >= {NAME, "payout-bank"}
    return cli


def test_the_demo_is_found_as_its_truth_says(demo: Cli) -> None:
    from tests.demo_verdict import verdict_of

    verdict = verdict_of(demo.home, demo.home.parent / "files" / "truth.json")
    assert verdict["counts"][f"{NAME} links"] > 1000
    assert verdict["faults"] == {}, verdict["examples"]


def test_the_demo_loaded_again_changes_nothing(demo: Cli) -> None:
    before = demo.rows("open", NAME)
    files = [
        path
        for path in sorted((demo.home.parent / "files").iterdir())
        if path.suffix in (".zip", ".csv", ".CSV", ".gz", ".xlsx", ".xml")
    ]
    shops = {
        "ExportOrderList202611010934": "禾屿生活专营店",
        "ExportOrderList202611010938": "禾屿家居工厂店",
        "ExportOrderList": "禾屿家居旗舰店",
    }
    together: dict[tuple[str, ...], list[Path]] = defaultdict(list)
    for path in files:
        shop = next((name for start, name in shops.items() if path.name.startswith(start)), "")
        told = ("--account", "中通快递") if path.suffix == ".CSV" else ("--shop", shop) if shop else ()
        together[told].append(path)
    for told, paths in together.items():
        rows = demo.rows("import", *paths, *told)
        assert {row["file"].partition("!")[0] for row in rows} == {path.name for path in paths}
        for row in rows:
            assert (row["new"], row["updated"]) == (0, 0), row["file"]
            assert row["status"] in ("unchanged", "flagged"), row["file"]
    demo("reconcile")
    assert demo.rows("open", NAME) == before


def test_reports_come_out(demo: Cli, tmp_path: Path) -> None:
    names = {row["name"] for row in demo.rows("report")}
    assert {"collection-summary", "bank-reconciliation"} <= names
    for ending, magic in (("xlsx", b"PK"), ("pdf", b"%PDF"), ("csv", b"")):
        file = tmp_path / f"r.{ending}"
        demo("report", "collection-summary", "-o", file)
        assert file.read_bytes().startswith(magic) and file.stat().st_size > 500
    assert "bank-reconciliation" in demo("report", "nothing", code=1).stderr, "those there are, are named"
    assert "no parameter colour" in demo("report", "collection-summary", "--colour", "red", code=2).stderr


def test_a_report_of_a_day_nobody_asked_for_is_reckoned_then(demo: Cli) -> None:
    told = demo("report", "collection-summary", "--as-of", "2026-10-12", "--json")
    assert json.loads(told.stdout)["as_of"] == "2026-10-12"


def test_a_month_is_closed_and_reopened(demo: Cli) -> None:
    rows = demo.rows("close", "2026-10", "--check", code=1)
    assert [row["check"] for row in rows] == [
        "documents", "items", "balance", "work", "conflicts", "approvals", "earlier",
    ]  # fmt: skip
    assert [row["text"] for row in rows if row["check"] == "earlier"] == [
        "Earlier months that are not closed: 1 (2026-09)"
    ]
    assert "To be looked at:" in demo("close", "2026-10", code=1).stderr
    (made,) = demo.rows("close", "2026-10", "--accept-open", "--reason", "month end")
    assert (made["state"], made["from"], made["to"]) == ("closed", "2026-10-01", "2026-10-31")
    assert made["reason"] == "month end" and len(made["hash"]) == 64
    assert {each["code"] for each in made["accepted"]} == {row["check"] for row in rows if not row["ok"]}
    document = demo.rows("documents")[0]["document"]
    assert "the closed period 2026-10 is made of it" in demo("undo", document, code=1).stderr
    demo("reopen", "2026-10", code=2)
    (opened,) = demo.rows("reopen", "2026-10", "--reason", "a file is missing")
    assert (opened["period"], opened["state"], opened["hash"]) == ("2026-10", "open", "")
    assert [row["period"] for row in demo.rows("periods")] == ["2026-10", "2026-09"]
