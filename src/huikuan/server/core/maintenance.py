"""Checking a home folder, and backing it up."""

from __future__ import annotations

import json
import os
import secrets
import sqlite3
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from huikuan.records.errors import OperatorError, UserError
from huikuan.records.messages import gettext_noop, register
from huikuan.server import keys
from huikuan.server.audit.services import verify
from huikuan.server.books.models import Book
from huikuan.server.core.restore import MARK
from huikuan.server.documents.library import library_book
from huikuan.server.documents.services import documents_of, refresh

register(
    {
        "backup.postgres": gettext_noop(
            "This installation keeps its decisions in PostgreSQL. Back that up by pg_dump, and copy the home folder."
        ),
        "backup.exists": gettext_noop("%(file)s exists already. Choose another name."),
    }
)
Progress = Callable[[str, float, float], None]
LEFT_OUT = ("results", "uploads", "tmp")


def check(book_name: str | None, told: Progress) -> list[dict[str, Any]]:
    """Prove what can be proved; one row per check: check, book, ok, text. Rebuilds the documents' cache."""
    broken = verify()
    rows = [_row("audit", "", broken is None, "" if broken is None else f"entry {broken.pk} does not fit the chain")]
    books = [b for b in Book.objects.all() if book_name in (None, b.name, b.slug)]
    for number, book in enumerate(books):
        told(book.name, number, len(books))
        rows += _check_book(book)
    return rows


def _row(name: str, book: str, ok: bool, text: str = "") -> dict[str, Any]:
    return {"check": name, "book": book, "ok": ok, "text": text}


def _check_book(book: Book) -> Iterator[dict[str, Any]]:
    """Originals there, records readable, caches rebuilt, decisions' corrections not in conflict."""
    from huikuan.pipeline.compute import connect
    from huikuan.pipeline.documents.originals import has_original
    from huikuan.pipeline.runs import facts
    from huikuan.server.workbench.services import decisions_of

    library = library_book(book)
    missing = sorted({d.file_name for d in documents_of(book) if not has_original(library, d.sha256)})
    yield _row("originals", book.name, not missing, f"missing: {', '.join(missing[:5])}" if missing else "")
    yield _archive(book)
    count = refresh(book)
    yield _row("documents", book.name, True, f"{count} standing")
    yield from _coverage(book)
    yield from _periods(book)
    with closing(connect()) as con:
        loaded = facts.load(con, library.lake, decisions_of(book), library.today(), library.timezone)
        for kind in loaded.facts.tables:
            found = con.execute(f"SELECT count(*), count(DISTINCT record_key) FROM {kind}").fetchone() or (0, 0)
            yield _row(kind, book.name, found[0] == found[1], f"{found[0]} records")
        yield _row("corrections", book.name, not loaded.conflicts, f"{len(loaded.conflicts)} in conflict")


def _archive(book: Book) -> dict[str, Any]:
    """Every file of an automatic report is there, unaltered."""
    from huikuan.server.delivery.archive import broken_files

    count, broken = broken_files(book)
    wrong = f"{len(broken)} missing or altered: {', '.join(broken[:5])}"
    return _row("archive", book.name, not broken, wrong if broken else f"{count} files")


def _coverage(book: Book) -> Iterator[dict[str, Any]]:
    """A row per gap between documents: the folder is sound, but the book's data is not complete."""
    from huikuan.pipeline.documents.coverage_told import gap_text
    from huikuan.server.documents.coverage import coverage_of

    streams = coverage_of(book, book.today())
    gaps = [(stream, gap) for stream in streams for gap in stream.gaps if gap.is_alert]
    for stream, gap in gaps:
        yield _row("coverage", book.name, False, f"{stream.name}: {gap_text(stream, gap)}")
    if not gaps:
        yield _row("coverage", book.name, True, f"{len(streams)} shops and accounts without a gap")


def _periods(book: Book) -> Iterator[dict[str, Any]]:
    """A row per closed period: its frozen copy proves itself, and closed total + late = total now."""
    from huikuan.pipeline.periods.closed import find_closed
    from huikuan.pipeline.periods.late import control
    from huikuan.server.periods.services import faults
    from huikuan.server.workbench.services import decisions_of

    library = library_book(book)
    for name, wrong in faults(book):
        if wrong:
            yield _row(f"period {name}", book.name, False, f"changed: {', '.join(wrong[:5])}")
            continue
        closed = find_closed(library, name)
        rows = control(library, decisions_of(book), closed)
        changed, late = (sum(getattr(row, f"{part}_count") for row in rows) for part in ("changed", "late"))
        text = f"{closed.content_hash[:16]}, {late} records came late"
        yield _row(f"period {name}", book.name, not changed, text + (f", {changed} changed since" if changed else ""))


def backup(file: Path, told: Progress) -> int:
    """Write a zip of the home folder while nobody writes to its lakes; returns its size. Never the key, never results.

    UserError when the file exists, OperatorError with PostgreSQL.
    """
    if connection.vendor != "sqlite":
        raise OperatorError("backup.postgres")
    if file.exists():
        raise UserError("backup.exists", file=file)
    temporary = file.with_name(f"{file.name}.{secrets.token_hex(3)}.tmp")
    home = Path(settings.HOME)
    try:
        with ExitStack() as held, zipfile.ZipFile(temporary, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
            for book in Book.objects.all():
                held.enter_context(library_book(book).lake.writer("backup"))
            mark = {
                "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
                "key_file": "" if os.environ.get("HUIKUAN_KEY") else str(keys.key_file(home)),  # where, never what
            }
            archive.writestr(MARK, json.dumps(mark))
            _add_database(archive, home)
            paths = [path for path in sorted((home / "books").rglob("*")) if path.is_file() and _wanted(path, home)]
            for number, path in enumerate(paths):
                told(path.name, number, len(paths))
                archive.write(path, path.relative_to(home).as_posix())
        temporary.replace(file)
    finally:
        temporary.unlink(missing_ok=True)
    return file.stat().st_size


def _wanted(path: Path, home: Path) -> bool:
    parts = path.relative_to(home).parts
    return not any(part in LEFT_OUT for part in parts) and path.name not in ("writer.lock", "writer.json")


def _add_database(archive: zipfile.ZipFile, home: Path) -> None:
    """The database as of one moment, through SQLite's own backup."""
    copy = home / f"db.{secrets.token_hex(4)}.backup"
    try:
        with closing(sqlite3.connect(home / "db.sqlite3")) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)
        archive.write(copy, "db.sqlite3", zipfile.ZIP_DEFLATED)
    finally:
        copy.unlink(missing_ok=True)
