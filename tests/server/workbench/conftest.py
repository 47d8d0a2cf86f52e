"""A world whose own book holds a reconciled demo. It is made once; each test gets a copy of its folder."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from huikuan.demo.seller import AS_OF, BOOK_START
from huikuan.server.accounts.models import User
from huikuan.server.books.models import Book
from huikuan.server.workbench import services
from tests.demo_book import make_demo
from tests.shared import made_once


@pytest.fixture(scope="session")
def demo_folder() -> Path:
    """The folder of a book with the demo, imported and reconciled. To be copied."""
    return made_once("bench", make_demo) / "book"


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
