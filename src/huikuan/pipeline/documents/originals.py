"""Keeping the imported files, encrypted, by content: a thin layer over the lake's store of originals."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from huikuan.lake.originals import Originals
from huikuan.pipeline.book import Book


def original_beside(book: Book, path: Path) -> AbstractContextManager[Callable[[], str]]:
    """Encrypt the file's bytes while it is read. The function given keeps them and returns their SHA-256; unless it is
    called, nothing is kept."""
    return Originals(book.originals_folder, book.installation_key).storing(path)


def has_original(book: Book, sha256: str) -> bool:
    """Whether the bytes of a document are kept."""
    return Originals(book.originals_folder, book.installation_key).has(sha256)
