"""A demo book whose results are up to date by the rules of the database, so that a period of it can be closed."""

from __future__ import annotations

import json

import pytest

from huikuan.pipeline.periods.closed import Closed
from huikuan.pipeline.plain import hash_of
from huikuan.server.books.models import Book
from huikuan.server.books.services import rules_of
from huikuan.server.periods import services
from tests.server.workbench.conftest import demo, demo_folder, english

__all__ = ["demo", "demo_folder", "english"]
OCTOBER = "2026-10"


@pytest.fixture
def book(demo: Book) -> Book:
    """`world.ours.book` with the demo. Its run was made by the demo's rules; it is taken for one by the database's, as
    a run costs more than all that is tested here."""
    for path in (demo.folder / "results").glob("*/manifest.json"):
        told = json.loads(path.read_text(encoding="utf-8")) | {"rules": hash_of(rules_of(demo))}
        path.write_text(json.dumps(told), encoding="utf-8")
    return demo


@pytest.fixture
def october(book: Book) -> Closed:
    """October, closed with what is open."""
    return services.close(book, "tests", OCTOBER, accept_open=True, reason="month end")
