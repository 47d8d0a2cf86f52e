"""Keeping the imported files, encrypted, by content: a thin layer over the lake's store of originals."""

from __future__ import annotations

from pathlib import Path

from huikuan.lake.originals import Originals
from huikuan.pipeline.book import Book


def keep_original(book: Book, path: Path) -> str:
    """Keep the file's bytes; returns their SHA-256."""
    return Originals(book.originals_folder, book.installation_key).store(path)


def has_original(book: Book, sha256: str) -> bool:
    """Whether the bytes of a document are kept."""
    return Originals(book.originals_folder, book.installation_key).has(sha256)
