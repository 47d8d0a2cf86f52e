"""The demo book that tests of results, reports and pages share: imported and reconciled once for all processes."""

from __future__ import annotations

from pathlib import Path

from huikuan.demo import generate
from huikuan.demo.guide import demo_rules
from huikuan.demo.seller import AS_OF, BOOK_START
from huikuan.pipeline.book import Book
from huikuan.pipeline.documents.importing import ImportOptions, import_file
from huikuan.pipeline.runs.reconciling import run
from huikuan.records.decisions import Decisions

ORDERS, SEED = 300, 11


def demo_book(folder: Path) -> Book:
    """The book in a folder as the library knows it."""
    keys = {"hash_key": b"k" * 32, "installation_key": b"i" * 32}
    return Book(folder, "Demo", start=BOOK_START, fixed_today=AS_OF, **keys)  # type: ignore[arg-type]


def make_demo(home: Path) -> None:
    """Fill a folder: `files` and the reconciled `book`. For `tests.shared.made_once("bench", ...)`."""
    truth = generate(home / "files", ORDERS, SEED)
    rules = demo_rules()
    book = demo_book(home / "book")
    book.create()
    for name, file in {file.file: file for file in truth.files}.items():
        options = ImportOptions(shop=file.shop, account=file.account)
        imported = import_file(book, home / "files" / name, options, rules, name=name)
        assert all(row.status != "refused" for row in imported.rows), imported.rows
        assert not imported.new_shops, "the rules name every shop"
    run(book, rules, Decisions())
