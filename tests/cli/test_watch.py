"""`huikuan watch`: a folder's files are imported once they are whole, again when they change."""

from __future__ import annotations

from pathlib import Path

from huikuan.pipeline.documents.importing import ImportOptions
from huikuan.server.documents.inbox import Inbox, options_of
from tests.cli.conftest import Cli, begin
from tests.pipeline.test_proofs import MOVES, ledger


def test_a_file_is_handed_out_when_two_looks_found_it_alike_and_again_when_it_changed(tmp_path: Path) -> None:
    inbox, bill = Inbox(tmp_path), tmp_path / "shop" / "bill.csv"
    bill.parent.mkdir()
    bill.write_text("half")
    for name in ("bill.csv.crdownload", "~$bill.xlsx", ".hidden"):
        (tmp_path / name).write_text("not finished")
    assert inbox.look() == [] and not inbox.settled(), "perhaps it still grows"
    bill.write_text("half and more")
    assert inbox.look() == []
    assert inbox.look() == [bill]
    assert inbox.look() == [bill], "until it is dealt with"
    inbox.done([bill])
    assert inbox.look() == [] and inbox.settled()
    bill.write_text("another content")
    inbox.look()
    assert inbox.look() == [bill]


def test_a_folder_named_like_a_shop_or_an_account_tells_what_its_files_are_of(tmp_path: Path) -> None:
    file = tmp_path / "My shop" / "2026" / "wallet" / "bill.csv"
    told = options_of(file, tmp_path, ImportOptions(), {"My shop"}, {"wallet", tmp_path.name})
    assert (told.shop, told.account) == ("My shop", "wallet")


def test_what_lies_in_the_folder_is_imported_and_reconciled_and_stays_there(cli: Cli, tmp_path: Path) -> None:
    begin(cli, "--start", "2026-10-01")
    cli("import", ledger(tmp_path, "first.csv", MOVES[:2], (1, 2)), "--account", "ali")
    inbox = tmp_path / "inbox"
    (inbox / "ali").mkdir(parents=True)
    bill = ledger(inbox / "ali", "second.csv", MOVES[2:], (3, 4))
    refused = inbox / "list.txt"
    refused.write_text("no table", encoding="utf-8")
    done = cli("watch", inbox, "--once", code=1)
    assert "list.txt" in done.stderr and "Reconciled as of" in done.stderr
    assert [row["file"] for row in cli.rows("documents")] == ["second.csv", "first.csv"]
    assert bill.exists() and refused.exists()
    refused.unlink()
    (again,) = cli.rows("watch", inbox, "--once")
    assert again["status"] == "unchanged"
