"""Keeping the imported files, encrypted, by content: a thin layer over the lake's store of originals."""

from __future__ import annotations

import hashlib
from pathlib import Path

from huikuan.pipeline.book import Book


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def keep_original(book: Book, path: Path) -> None:
    """Keep the file's bytes under their hash; nothing is kept by a book without an installation key."""
    if not book.installation_key:
        return
    from huikuan.lake.originals import Originals

    Originals(book.originals_folder, book.installation_key).store(path)


def has_original(book: Book, sha256: str) -> bool:
    """Whether the bytes of a document are kept (always true for a book without an installation key)."""
    if not book.installation_key:
        return True
    from huikuan.lake.originals import Originals

    return Originals(book.originals_folder, book.installation_key).has(sha256)
