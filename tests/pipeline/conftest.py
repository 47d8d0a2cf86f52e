"""A demo book of the library alone: no Django, no database."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from huikuan.demo import generate
from huikuan.demo.guide import demo_rules
from huikuan.demo.seller import AS_OF, BOOK_START
from huikuan.demo.truth import Truth
from huikuan.pipeline.book import Book
from huikuan.pipeline.importing import ImportOptions, import_file
from huikuan.pipeline.reconciling import run
from huikuan.pipeline.runs import Manifest
from huikuan.records.decisions import Decisions
from huikuan.records.rules import Rules

SAMPLES = Path(os.environ.get("HUIKUAN_SAMPLES") or Path(__file__).parents[3] / "shared" / "samples")


@pytest.fixture
def samples() -> Path:
    """The folder of real files; the test is skipped where it is not there."""
    if not SAMPLES.is_dir():
        pytest.skip("no sample files (HUIKUAN_SAMPLES)")
    return SAMPLES


def make_book(folder: Path, **more: object) -> Book:
    """An empty book."""
    book = Book(folder, "Test", hash_key=b"k" * 32, installation_key=b"i" * 32, **more)  # type: ignore[arg-type]
    book.create()
    return book


@pytest.fixture
def new_book(tmp_path: Path) -> Callable[..., Book]:
    """Makes empty books."""
    return lambda name="book", **more: make_book(tmp_path / name, **more)


@dataclass(frozen=True)
class DemoBook:
    """A loaded demo with its first run."""

    book: Book
    rules: Rules
    truth: Truth
    manifest: Manifest


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> DemoBook:
    """300 orders, imported and reconciled. Tests must not write to it."""
    folder = tmp_path_factory.mktemp("demo")
    truth = generate(folder / "files", 300, 7)
    rules = demo_rules()
    book = make_book(folder / "book", start=BOOK_START, fixed_today=AS_OF)
    for name, file in {file.file: file for file in truth.files}.items():
        imported = import_file(
            book, folder / "files" / name, ImportOptions(shop=file.shop, account=file.account), rules, name=name
        )
        assert all(row.status != "refused" for row in imported.rows), imported.rows
        assert not imported.new_shops, "the rules name every shop"
    return DemoBook(book, rules, truth, run(book, rules, Decisions()))
