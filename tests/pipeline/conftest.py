"""A demo book of the library alone: no Django, no database."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from huikuan.demo.guide import demo_rules
from huikuan.pipeline.book import Book
from huikuan.pipeline.runs.published import Manifest, read_manifest
from huikuan.records.rules import Rules
from tests.demo_book import demo_book, make_demo
from tests.shared import made_once

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
    """A loaded demo with its first run, and the folder of its files."""

    book: Book
    rules: Rules
    files: Path
    manifest: Manifest


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> DemoBook:
    """The demo's book, imported and reconciled. Tests may make runs of it, nothing more."""
    made, folder = made_once("bench", make_demo), tmp_path_factory.mktemp("demo") / "book"
    shutil.copytree(made / "book", folder)
    (run,) = (folder / "results").glob("*/manifest.json")
    return DemoBook(demo_book(folder), demo_rules(), made / "files", read_manifest(run.parent))
