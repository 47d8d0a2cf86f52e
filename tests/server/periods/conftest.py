"""A demo book whose results are up to date by its own rules, so that a period of it can be closed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from huikuan.pipeline.closed import Closed
from huikuan.server.books.models import Book
from huikuan.server.periods import services
from huikuan.server.workbench.services import reconcile
from tests.server.workbench.conftest import demo, demo_folder, english

__all__ = ["demo", "demo_folder", "english"]
OCTOBER = "2026-10"
_ready: list[Path] = []  # the folder once reconciled, to be copied


@pytest.fixture
def book(demo: Book, tmp_path_factory: pytest.TempPathFactory) -> Book:
    """`world.ours.book` with the demo, reconciled by the rules of the database."""
    if not _ready:
        reconcile(demo, "tests")
        _ready.append(tmp_path_factory.mktemp("closable") / "book")
        shutil.copytree(demo.folder, _ready[0])
    shutil.rmtree(demo.folder)
    shutil.copytree(_ready[0], demo.folder)
    return demo


@pytest.fixture
def october(book: Book) -> Closed:
    """October, closed with what is open."""
    return services.close(book, "tests", OCTOBER, accept_open=True, reason="month end")
