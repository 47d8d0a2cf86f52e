"""Where PySpark or Java is missing, one sentence says what to install, and nothing is published."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path

import pytest

from huikuan.pipeline.book import Book
from huikuan.pipeline.runs import spark
from huikuan.pipeline.runs.reconciling import Asked, run
from huikuan.records.decisions import Decisions
from huikuan.records.errors import OperatorError
from huikuan.records.rules import Rules


def _java(folder: Path, version: str) -> None:
    """A Java that tells its version as Java does."""
    program = folder / "bin" / "java"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\" 2025-04-15' >&2\n")
    program.chmod(0o755)


def _pretend_installed(monkeypatch: pytest.MonkeyPatch, names: tuple[str, ...]) -> None:
    found = importlib.util.find_spec("click")
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: found if name in names else None)


def test_without_pyspark_nothing_is_published(new_book: Callable[..., Book], monkeypatch: pytest.MonkeyPatch) -> None:
    _pretend_installed(monkeypatch, ())
    book = new_book()
    with pytest.raises(OperatorError, match=r"Spark is not installed: install huikuan\[spark\]"):
        run(book, Rules(), Decisions(), Asked(backend="spark"))
    assert list(book.results_folder.iterdir()) == []


@pytest.mark.parametrize(("version", "number"), [("17.0.15", 17), ("25", 25), ("1.8.0_402", 1), ("no version", 0)])
def test_the_version_of_java(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str, number: int) -> None:
    _java(tmp_path, version)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    assert spark.java_version() == number


def test_no_java_or_an_old_one_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _pretend_installed(monkeypatch, ("pyspark", "pandas"))
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(OperatorError, match="Java 17 or newer: install a Java runtime"):
        spark.require_spark()
    _java(tmp_path, "11.0.2")
    with pytest.raises(OperatorError, match="Java 17 or newer"):
        spark.require_spark()
    (tmp_path / "bin" / "java").unlink()
    (tmp_path / "bin").rmdir()
    _java(tmp_path, "21.0.1")
    spark.require_spark()
