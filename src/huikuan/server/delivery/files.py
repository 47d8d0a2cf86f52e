"""The files of the archive: encrypted at rest by their content, beside the book's other data."""

from __future__ import annotations

import tempfile
from contextlib import AbstractContextManager
from pathlib import Path
from typing import BinaryIO

from huikuan.export.files import write_report
from huikuan.export.printed import Printed
from huikuan.insight.reports.tables import ReportTable
from huikuan.lake.originals import Originals
from huikuan.server.books.models import Book
from huikuan.server.delivery.models import IssueFile
from huikuan.server.documents.library import library_book


def store_of(book: Book) -> Originals:
    """Where the files of a book's issues lie: HOME/books/ID/delivery."""
    library = library_book(book)
    return Originals(library.folder / "delivery", library.installation_key)


def write_files(book: Book, table: ReportTable, formats: list[str], stem: str, printed: Printed) -> list[IssueFile]:
    """Write a report in each format and keep it; rows that are not saved yet."""
    made = []
    with tempfile.TemporaryDirectory() as folder:
        for kind in formats:
            path = Path(folder) / f"report.{kind}"
            write_report(table, kind, path, printed)
            sha256 = store_of(book).store(path)
            made.append(IssueFile(format=kind, name=f"{stem}.{kind}", sha256=sha256, size_bytes=path.stat().st_size))
    return made


def open_file(book: Book, file: IssueFile) -> AbstractContextManager[BinaryIO]:
    """A file of the archive, decrypted as it is read. OperatorError where it was altered on disk."""
    return store_of(book).open_original(file.sha256)
