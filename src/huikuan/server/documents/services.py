"""Importing and undoing documents of a book, and what is kept about them. Web, command line and jobs call these."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from huikuan.pipeline.documents.importing import Imported, ImportOptions, ImportRow, import_file
from huikuan.pipeline.documents.importing import undo_document as undo_in_lake
from huikuan.pipeline.documents.proofs import healers
from huikuan.pipeline.plain import plain
from huikuan.records.document import Document
from huikuan.records.errors import UserError
from huikuan.records.messages import gettext_noop, register
from huikuan.server.accounts.access import actor_name, require
from huikuan.server.audit.services import record
from huikuan.server.books.models import Book
from huikuan.server.books.services import ensure_account, ensure_shop, note_data_until, rules_of
from huikuan.server.documents.library import library_book
from huikuan.server.documents.models import DocumentRow, SavedMapping, Upload
from huikuan.server.jobs.models import Job
from huikuan.server.jobs.services import start

register(
    {
        "mapping.unknown": gettext_noop("There is no saved mapping named %(name)s. There are: %(names)s."),
        "mapping.file_unreadable": gettext_noop(
            "This is no file of a column mapping. Expected the .json file that “Export” gives on this page."
        ),
        "mapping.name_taken": gettext_noop(
            "“%(name)s” is the mapping of another header already. Remove that one first, or rename the one in the file."
        ),
    }
)

Progress = Callable[[str, float, float], None]
OPTION_NAMES = ("format", "shop", "account", "mapping", "password", "accept_partial")
LEFT = "left"  # the status of a held document that a person did not want


def import_paths(
    book: Book,
    actor: Any,
    files: Sequence[tuple[Path, str]],
    options: ImportOptions | None = None,
    progress: Callable[[str, str, float, float], None] | None = None,
    *,
    last: bool = True,
) -> list[ImportRow]:
    """Import files given as (path, name), one after the other; a bad one never stops the others.

    New shops and accounts are added to the rules, the documents' cache follows. `progress(file, stage, done, total)`.
    `last` false: more files follow at once, so the lake is not tidied yet.
    Errors: UserError without the right to import; OperatorError while another process writes to the book.
    """
    require(book, actor, "import")
    options = with_mappings(book, options or ImportOptions(), actor)
    rows: list[ImportRow] = []
    for path, name in files:

        def told(stage: str, done: float, total: float, name: str = name) -> None:
            if progress:
                progress(name, stage, done, total)

        imported = import_file(library_book(book), path, options, rules_of(book), name=name, progress=told)
        _remember(book, actor, imported)
        rows += imported.rows
    refresh(book)
    if last:
        library_book(book).lake.tidy()
    return rows


def with_mappings(book: Book, options: ImportOptions, actor: Any) -> ImportOptions:
    """The options with the book's saved mappings as formats. UserError when the mapping asked for is not there."""
    from dataclasses import replace

    from huikuan.formats.mapping import mapping_from_plain, mapping_to_format

    saved = list(SavedMapping.objects.filter(book=book))
    names = [each.name for each in saved]
    if options.mapping and options.mapping not in names:
        raise UserError("mapping.unknown", name=options.mapping, names=", ".join(names) or "–")
    formats = tuple(mapping_to_format(mapping_from_plain(each.spec)) for each in saved)
    return replace(options, mappings=formats, by=options.by or actor_name(actor))


@transaction.atomic
def _remember(book: Book, actor: Any, imported: Imported) -> None:
    """Store newly named shops and accounts, and the deed."""
    for shop in imported.new_shops:
        ensure_shop(book, shop.name, platform=shop.platform, currency=shop.currency, by=actor)
    for account in imported.new_accounts:
        ensure_account(book, account.name, account.kind, currency=account.currency, shops=account.shops, by=actor)
    for row in imported.rows:
        after = {"file": row.file, "status": row.status, "rows": row.rows, "new": row.new, "updated": row.updated}
        record(actor, "document.import", f"document:{row.document}" if row.document else None, book=book, after=after)


def undo(book: Book, actor: Any, document_id: str) -> Document:
    """Take a document out of the book again. UserError when there is none of that id."""
    require(book, actor, "import")
    undone = undo_in_lake(library_book(book), document_id, actor_name(actor))
    record(
        actor,
        "document.undo",
        f"document:{document_id}",
        book=book,
        before={"file": undone.file_name, "rows": undone.rows},
    )
    refresh(book)
    return undone


def documents_of(book: Book, undone: bool = False) -> list[Document]:
    """The lake's documents, the newest first."""
    found = library_book(book).lake.documents(undone=undone)
    return sorted(found, key=lambda d: (str(d.imported_at or ""), d.document_id), reverse=True)


def healers_of(book: Book, only: str = "") -> dict[str, str]:
    """Flagged documents (or the one named), with the document that heals each (rule 16)."""
    return healers(library_book(book).lake, only)


@transaction.atomic
def refresh(book: Book) -> int:
    """Rebuild the cache of documents from the lake; returns how many stand. Safe to call at any time."""
    documents = documents_of(book, undone=True)
    known = dict(DocumentRow.objects.filter(book=book).values_list("document_id", "undone_at"))
    for document in documents:
        if document.document_id not in known:
            DocumentRow.objects.create(book=book, **_row(document))
        elif (document.undone_at is None) != (known[document.document_id] is None):
            DocumentRow.objects.filter(book=book, document_id=document.document_id).update(
                undone_at=_aware(document.undone_at), undone_by=document.undone_by
            )
    gone = set(known) - {d.document_id for d in documents}
    DocumentRow.objects.filter(book=book, document_id__in=gone).delete()
    standing = [d for d in documents if d.undone_at is None]
    note_data_until(book, max((d.period_to for d in standing if d.period_to), default=None))
    return len(standing)


def _aware(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=UTC) if moment and moment.tzinfo is None else moment


def _row(document: Document) -> dict[str, Any]:
    same = (
        "document_id", "file_name", "sha256", "format", "shop", "account", "status", "period_from", "period_to", "rows",
        "accepted", "rejected", "ignored", "new", "updated", "duplicate", "imported_by", "undone_by",
    )  # fmt: skip
    row = {name: getattr(document, name) for name in same}
    return row | {
        "kinds": list(document.kinds),
        "totals": plain(document.totals),
        "controls": [plain(c) | {"ok": c.ok} for c in document.controls],
        "problems": plain(document.problems),
        "imported_at": _aware(document.imported_at) or timezone.now(),
        "undone_at": _aware(document.undone_at),
    }


# Files handed in on the web ------------------------------------------------------------------------------------------
def uploads_folder() -> Path:
    """HOME/uploads: files between being handed in and being imported."""
    folder = Path(settings.HOME) / "uploads"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def upload_path(upload: Upload) -> Path:
    """Where an upload's bytes lie while it waits. The person's file name is no part of it."""
    return uploads_folder() / f"{upload.pk}.bin"


def receive(
    book: Book,
    actor: Any,
    files: Iterable[tuple[str, Iterable[bytes]]],
    options: dict[str, Any] | None = None,
    batch: str = "",
) -> list[Upload]:
    """Keep files, each a name and its chunks; `start_import` reads them. `batch` names what was dropped together."""
    require(book, actor, "import")
    told = {name: value for name, value in (options or {}).items() if name in OPTION_NAMES and value}
    user = getattr(actor, "user", actor)
    uploads = []
    for name, chunks in files:
        upload = Upload.objects.create(
            book=book, name=Path(name.replace("\\", "/")).name[:255], options=told, batch=batch,
            created_by=user if getattr(user, "pk", None) else None,
        )  # fmt: skip
        with upload_path(upload).open("wb") as target:
            for chunk in chunks:
                upload.size_bytes += target.write(chunk)
        upload.save(update_fields=["size_bytes"])
        uploads.append(upload)
    return uploads


def start_import(
    book: Book, actor: Any, uploads: Sequence[Upload], options: dict[str, Any] | None = None
) -> Job | None:
    """Start importing uploads whose bytes are still there; `options` replace theirs (a shop named later, the rest)."""
    require(book, actor, "import")
    waiting = [upload for upload in uploads if upload_path(upload).exists()]
    if not waiting:
        return None
    title = gettext_noop("Import of %(count)s files") if len(waiting) > 1 else gettext_noop("Import of one file")
    with transaction.atomic():
        job = start(
            book, "import", {"uploads": [u.pk for u in waiting], "options": options or {}, "by": actor_name(actor)},
            title=title, title_params={"count": len(waiting)}, by=actor,
        )  # fmt: skip
        Upload.objects.filter(pk__in=[u.pk for u in waiting]).update(job=job, state="waiting", rows=[])
    return job


def import_upload(
    upload: Upload, actor: Any, options: dict[str, Any], told: Progress, *, last: bool = True
) -> list[ImportRow]:
    """Import one upload (`last` of its job or not) and keep its rows. A refused file's bytes stay for a day, so that
    it can be tried again."""
    Upload.objects.filter(pk=upload.pk).update(state="importing")
    told_options = upload.options | {k: v for k, v in options.items() if k in OPTION_NAMES}
    hold = upload.book.ask_changes and not options.get("take_changes")
    chosen = ImportOptions(**told_options, hold_changes=hold)
    rows = import_paths(
        upload.book,
        actor,
        [(upload_path(upload), upload.name)],
        chosen,
        lambda _f, stage, done, total: told(stage, done, total),
        last=last,
    )
    Upload.objects.filter(pk=upload.pk).update(state="done", rows=[plain(row) for row in rows])
    if all(row.status not in ("refused", "held") for row in rows):
        upload_path(upload).unlink(missing_ok=True)
    return rows


def leave_held(book: Book, actor: Any, uploads: Iterable[Upload]) -> int:
    """Leave known records as they are: held documents of these uploads are not taken in. How many there were."""
    require(book, actor, "import")
    count = 0
    for upload in uploads:
        for row in upload.rows:
            if row["status"] == "held":
                row["status"] = LEFT
                count += 1
                record(actor, "document.left", None, book=book, after={"file": row["file"], "rows": row["rows"]})
        upload.save(update_fields=["rows"])
        if all(row["status"] != "refused" for row in upload.rows):
            upload_path(upload).unlink(missing_ok=True)
    return count


def forget_old_uploads(hours: int = 24) -> int:
    """Remove the bytes of uploads older than that; returns how many."""
    removed = 0
    limit = timezone.now().timestamp() - hours * 3600
    for path in uploads_folder().glob("*.bin"):
        if path.stat().st_mtime < limit:
            path.unlink(missing_ok=True)
            removed += 1
    return removed


@transaction.atomic
def save_mapping(book: Book, actor: Any, name: str, spec: dict[str, Any]) -> SavedMapping:
    """Save a column mapping under a name, over the one that has it."""
    require(book, actor, "import")
    user = getattr(actor, "user", actor)
    mapping, _created = SavedMapping.objects.update_or_create(
        book=book, name=name, defaults={"spec": spec, "created_by": user if getattr(user, "pk", None) else None}
    )
    record(actor, "mapping.save", mapping, book=book, after={"name": name})
    return mapping


def delete_mapping(book: Book, actor: Any, name: str) -> None:
    """Remove a saved mapping; what it has imported stays."""
    require(book, actor, "import")
    SavedMapping.objects.filter(book=book, name=name).delete()
    record(actor, "mapping.delete", f"mapping:{name}", book=book, before={"name": name})


MAPPING_BYTES_MAX = 1 << 20
MAPPING_FILE = "huikuan-column-mapping"


def mapping_document(mapping: SavedMapping) -> dict[str, Any]:
    """A saved mapping as a file says it."""
    return {"file": MAPPING_FILE, "version": 1, "mapping": mapping.spec | {"name": mapping.name}}


def read_mapping(book: Book, actor: Any, content: bytes) -> tuple[str, SavedMapping | None]:
    """Save the mapping of a file made by `mapping_document`: why it cannot be, or the saved one."""
    from huikuan.formats.mapping import mapping_from_plain, mapping_to_plain

    try:
        plain_text = json.loads(content.decode("utf-8-sig"))
        if plain_text.get("file") != MAPPING_FILE or not isinstance(plain_text.get("mapping"), dict):
            raise ValueError
        mapping = mapping_from_plain(plain_text["mapping"])
    except UserError as error:
        return str(error), None
    except (ValueError, TypeError, AttributeError):
        return str(UserError("mapping.file_unreadable")), None
    name = mapping.name.strip()[:100]
    same = SavedMapping.objects.filter(book=book, name=name).first()
    if not name or (same and list(same.spec.get("header", [])) != list(mapping.header)):
        return str(UserError("mapping.name_taken", name=name or "–")), None
    return "", save_mapping(book, actor, name, mapping_to_plain(mapping))


def start_mapping_check(book: Book, actor: Any, upload: Upload, spec: dict[str, Any]) -> Job:
    """Start reading all rows of a large file with a mapping that is not saved yet."""
    require(book, actor, "import")
    title = gettext_noop("Reading all rows of %(file)s")
    params = {"upload": upload.pk, "spec": spec}
    return start(book, "mapping.check", params, title=title, title_params={"file": upload.name}, by=actor)
