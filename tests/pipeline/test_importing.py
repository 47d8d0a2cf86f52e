"""Importing: rows of the contract, idempotence, refusals, undo."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from huikuan.pipeline.book import Book
from huikuan.pipeline.compute import connect
from huikuan.pipeline.documents.importing import ImportOptions, ImportRow, import_file, import_files, undo_document
from huikuan.records.errors import UserError
from huikuan.records.rules import Rules

NewBook = Callable[..., Book]


def one(book: Book, path: Path, **options: object) -> ImportRow:
    imported = import_file(book, path, ImportOptions(**options), Rules())  # type: ignore[arg-type]
    assert len(imported.rows) == 1
    return imported.rows[0]


def records(book: Book, kind: str) -> list[str]:
    con = connect()
    book.lake.register_current(con, kind, "t")
    return [key for (key,) in con.execute("SELECT record_key FROM t ORDER BY 1").fetchall()]


def test_a_bill_is_imported_once_whatever_its_container(new_book: NewBook, samples: Path) -> None:
    book, bills = new_book(), samples / "wechatpay" / "merchant_bill"
    first = one(book, bills / "tradebill_all.csv", shop="S")
    assert (first.status, first.format, first.account) == ("imported", "wechatpay.trades", "1601959334")
    assert (first.rows, first.accepted, first.rejected, first.ignored) == (3, 3, 0, 0)
    assert first.new > 0 and first.updated == first.duplicate == 0
    before = records(book, "settlement_line")
    again = one(book, bills / "tradebill_all.csv", shop="S")
    assert (again.status, again.new, again.duplicate, again.document) == ("unchanged", 0, first.new, first.document)
    packed = one(book, bills / "tradebill_all.csv.gz", shop="S")
    assert (packed.status, packed.new, packed.updated) == ("unchanged", 0, 0)
    assert records(book, "settlement_line") == before


def test_tmall_to_the_cent(new_book: NewBook, samples: Path) -> None:
    book = new_book()
    row = one(book, samples / "tmall" / "order_report" / "tmall_order_report.csv", shop="天猫店")
    assert (row.status, row.rows, row.new) == ("imported", 28010, 28010)
    # paid before refunds = 买家实际支付金额 1,902,487.15 + 退款金额 572,335.92
    assert Decimal(row.totals["order_line.paid"]) == Decimal("2474823.07")


def test_every_corrupted_bill_is_refused_and_nothing_kept(new_book: NewBook, samples: Path) -> None:
    book = new_book()
    files = sorted((samples / "wechatpay" / "merchant_bill" / "invalid").glob("*.csv"))
    assert len(files) == 7
    imported = import_files(book, [(path, path.name) for path in files], ImportOptions(shop="S"), Rules())
    assert [row.status for row in imported.rows] == ["refused"] * 7
    assert all(row.problems and not row.document and row.new == 0 for row in imported.rows)
    assert book.lake.documents() == []
    assert records(book, "settlement_line") == []


def test_a_bad_file_does_not_stop_the_others(new_book: NewBook, samples: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text("a,b\n1,2\n", encoding="utf-8")
    good = samples / "wechatpay" / "merchant_bill" / "tradebill_all.csv"
    files = [(bad, bad.name), (tmp_path / "missing.csv", "missing.csv"), (good, good.name)]
    imported = import_files(new_book(), files, ImportOptions(shop="S"), Rules())
    assert [row.status for row in imported.rows] == ["refused", "refused", "imported"]
    assert imported.rows[1].problems[0]["code"] == "import.no_file"
    assert [account.name for account in imported.new_accounts] == ["1601959334"]


def test_a_footer_that_disagrees_is_flagged_and_shown(new_book: NewBook, samples: Path) -> None:
    row = one(new_book(), samples / "wechatpay" / "merchant_bill" / "fundflowbill_basic.csv")
    assert row.status == "flagged"
    assert [control["name"] for control in row.controls if not control["ok"]]
    assert row.new == row.accepted == 2


def test_an_unknown_shop_is_asked_for(new_book: NewBook, samples: Path) -> None:
    book = new_book()
    row = one(book, samples / "olist" / "sample_3k" / "olist_order_items_dataset.csv")
    assert row.status == "refused"
    assert "shop" in row.problems[-1]["text"]
    assert book.lake.documents() == []


def test_undo_takes_out_only_what_no_other_document_tells(new_book: NewBook, samples: Path, tmp_path: Path) -> None:
    book, bills = new_book(), samples / "wechatpay" / "merchant_bill"
    first = one(book, bills / "tradebill_all.csv", shop="S")
    lines = (bills / "tradebill_all.csv").read_bytes()
    other = tmp_path / "again.csv"
    other.write_bytes(lines + b"\r\n")
    second = one(book, other, shop="S")
    assert second.status == "unchanged" and second.document != first.document
    before = records(book, "settlement_line")
    undo_document(book, first.document, "tester")
    assert records(book, "settlement_line") == before
    undo_document(book, second.document, "tester")
    assert records(book, "settlement_line") == []
    with pytest.raises(UserError) as error:
        undo_document(book, second.document, "tester")
    assert error.value.code == "import.document_unknown"
    assert [d.document_id for d in book.lake.documents(undone=True)] == [first.document, second.document]


def test_the_original_is_kept_encrypted(new_book: NewBook, samples: Path) -> None:
    book = new_book()
    path = samples / "wechatpay" / "merchant_bill" / "tradebill_all.csv"
    one(book, path, shop="S")
    kept = [file for file in book.originals_folder.rglob("*") if file.is_file()]
    assert len(kept) == 1
    assert path.read_bytes()[:40] not in kept[0].read_bytes()


def test_order_of_import_does_not_matter(new_book: NewBook, samples: Path) -> None:
    folder = samples / "olist" / "sample_3k"
    files = [folder / f"olist_{name}_dataset.csv" for name in ("orders", "order_items", "order_payments")]
    options = ImportOptions(shop="O", account="O")
    forth, back = new_book("forth"), new_book("back")
    import_files(forth, [(path, path.name) for path in files], options, Rules())
    import_files(back, [(path, path.name) for path in reversed(files)], options, Rules())
    for kind in ("order_line", "settlement_line"):
        assert records(forth, kind) == records(back, kind)
    shutil.rmtree(back.folder)


def test_a_personal_bill_gives_its_movements_once(new_book: NewBook, samples: Path) -> None:
    """The workbook has the same rows in two sheets; the CSV tells them once more."""
    book, bills = new_book(), samples / "wechatpay" / "personal_bill"
    first, second = import_file(book, bills / "deg_wechat_records.xlsx", ImportOptions(), Rules()).rows
    assert (first.status, first.format, first.rows, first.new) == ("flagged", "wechatpay.personal", 27, 30)
    assert (second.rows, second.new, second.updated) == (27, 0, 0)
    again = one(book, bills / "deg_wechat_records.csv")
    assert (again.rows, again.new, again.updated) == (27, 0, 0)
    assert len(records(book, "wallet_line")) == 30
