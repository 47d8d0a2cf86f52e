"""Files of a task: kept encrypted among the book's originals, of known types and sizes only."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from huikuan.lake.originals import Originals
from huikuan.records.errors import UserError
from huikuan.records.messages import gettext_noop, register
from huikuan.server.accounts.access import actor_name, require
from huikuan.server.audit.services import record
from huikuan.server.books.models import Book
from huikuan.server.documents.library import library_book
from huikuan.server.followup.models import Attachment, Task
from huikuan.server.workbench.services import author_of

register(
    {
        "followup.file_none": gettext_noop("Choose a file first."),
        "followup.file_large": gettext_noop("%(name)s has %(size)s MB; a file may have %(most)s MB."),
        "followup.file_type": gettext_noop("%(name)s cannot be attached. Types that can be: %(types)s."),
        "followup.file_many": gettext_noop("A task holds %(most)s files at most."),
    }
)
MOST_BYTES = 20 * 2**20
MOST_FILES = 50
# Ending → how the file may begin (none: plain text) and what it is sent back as. Nothing a browser would run.
TYPES: dict[str, tuple[tuple[bytes, ...], str]] = {
    "pdf": ((b"%PDF",), "application/pdf"),
    "png": ((b"\x89PNG",), "image/png"),
    "jpg": ((b"\xff\xd8\xff",), "image/jpeg"),
    "jpeg": ((b"\xff\xd8\xff",), "image/jpeg"),
    "webp": ((b"RIFF",), "image/webp"),
    "xlsx": ((b"PK",), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "docx": ((b"PK",), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "zip": ((b"PK",), "application/zip"),
    "xls": ((b"\xd0\xcf\x11\xe0",), "application/vnd.ms-excel"),
    "doc": ((b"\xd0\xcf\x11\xe0",), "application/msword"),
    "msg": ((b"\xd0\xcf\x11\xe0",), "application/vnd.ms-outlook"),
    "eml": ((), "application/octet-stream"),
    "csv": ((), "text/csv"),
    "txt": ((), "text/plain"),
}
ACCEPT = ",".join(f".{ending}" for ending in TYPES)


def attach(task: Task, actor: Any, upload: Any) -> Attachment:
    """Keep a file with a task. UserError for none, one too large, of a type that may not be, or too many."""
    require(task.book, actor, "cases")
    if upload is None:
        raise UserError("followup.file_none")
    name = Path(str(upload.name or "")).name.strip()[:200] or "file"
    if upload.size > MOST_BYTES:
        raise UserError("followup.file_large", name=name, size=f"{upload.size / 2**20:.1f}", most=MOST_BYTES // 2**20)
    begins = TYPES.get(name.rpartition(".")[2].lower(), (None, ""))[0]
    head = next(iter(upload.chunks(64)), b"")[:64]
    text = begins == () and b"\0" not in head
    if begins is None or not (text or any(head.startswith(sign) for sign in begins)):
        raise UserError("followup.file_type", name=name, types=", ".join(TYPES))
    if task.attachments.filter(removed_at=None).count() >= MOST_FILES:
        raise UserError("followup.file_many", most=MOST_FILES)
    with tempfile.NamedTemporaryFile() as scratch:
        for chunk in upload.chunks():
            scratch.write(chunk)
        scratch.flush()
        sha256 = store_of(task.book).store(Path(scratch.name))
    with transaction.atomic():
        made = Attachment.objects.create(
            task=task, name=name, sha256=sha256, size_bytes=upload.size, **author_of(actor)
        )
        record(actor, "followup.attach", task, book=task.book, after={"file": name, "sha256": sha256})
    return made


@transaction.atomic
def detach(attachment: Attachment, actor: Any) -> None:
    """Take a file off its task; its content stays in the store."""
    task = attachment.task
    require(task.book, actor, "cases")
    if attachment.removed_at is None:
        attachment.removed_at, attachment.removed_actor = timezone.now(), actor_name(actor)
        attachment.save()
        record(actor, "followup.detach", task, book=task.book, before={"file": attachment.name})


def content_of(attachment: Attachment) -> bytes:
    """The file, decrypted; it is small (`MOST_BYTES`)."""
    with store_of(attachment.task.book).open_original(attachment.sha256) as stream:
        return stream.read()


def type_of(attachment: Attachment) -> str:
    """What the file is sent as."""
    return TYPES.get(attachment.name.rpartition(".")[2].lower(), ((), "application/octet-stream"))[1]


def store_of(book: Book) -> Originals:
    """The book's store of originals."""
    library = library_book(book)
    return Originals(library.originals_folder, library.installation_key)
