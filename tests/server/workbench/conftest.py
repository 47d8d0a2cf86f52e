"""A world whose own book holds a reconciled demo. It is made once; each test gets a copy of its folder."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from huikuan.demo import generate
from huikuan.demo.guide import demo_rules
from huikuan.demo.seller import AS_OF, BOOK_START
from huikuan.pipeline.book import Book as LibraryBook
from huikuan.pipeline.importing import ImportOptions, import_file
from huikuan.pipeline.reconciling import run
from huikuan.records.decisions import Decisions
from huikuan.server.accounts.models import User
from huikuan.server.books.models import Book
from huikuan.server.workbench import services
from tests.shared import made_once

ORDERS, SEED = 300, 11


@pytest.fixture(scope="session")
def demo_folder() -> Path:
    """The folder of a book with the demo, imported and reconciled. To be copied."""
    return made_once("bench", _make_demo) / "book"


def _make_demo(home: Path) -> None:
    truth = generate(home / "files", ORDERS, SEED)
    rules = demo_rules()
    book = LibraryBook(
        home / "book", "Demo", hash_key=b"k" * 32, installation_key=b"i" * 32, start=BOOK_START, fixed_today=AS_OF
    )
    book.create()
    for name, file in {file.file: file for file in truth.files}.items():
        options = ImportOptions(shop=file.shop, account=file.account)
        import_file(book, home / "files" / name, options, rules, name=name)
    run(book, replace(rules, opening_balances=dict(rules.opening_balances)), Decisions())


@pytest.fixture
def english(world: Any) -> None:
    """Everybody reads English."""
    User.objects.update(language="en")


@pytest.fixture
def demo(world: Any, english: None, demo_folder: Path, settings: Any) -> Book:
    """`world.ours.book` with the demo in it."""
    book = world.ours.book
    book.fixed_today, book.start, book.data_until = AS_OF, BOOK_START, AS_OF
    book.save()
    shutil.rmtree(book.folder, ignore_errors=True)
    shutil.copytree(demo_folder, book.folder)
    return book


@pytest.fixture
def clerk(world: Any, demo: Book) -> Client:
    return world.client("clerk")


@pytest.fixture
def found(demo: Book) -> Any:
    return services.results(demo)
