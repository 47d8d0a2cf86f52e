"""Background work: a long list as a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from huikuan.server.exports import services, shares
from huikuan.server.exports.lists import list_named
from huikuan.server.exports.models import Share
from huikuan.server.jobs.services import JobContext, handler


@handler(services.JOB)
def export_list(
    context: JobContext, name: str, asked: dict[str, str], kind: str, by: str, names: bool, language: str
) -> dict[str, Any]:
    """Write a list; the job's result leads to the file."""
    book, export = context.book, list_named(name)

    def write(path: Path) -> tuple[int, str]:
        with services.opened(book, export, asked, names=names) as found:
            return found.write(book, kind, path, by)

    rows, file_name = services.write_job_file(context, language, "exports:download", write)
    services.log(context.job.created_by or by, book, export, asked, kind, rows)
    return {"rows": rows, "name": file_name}


@handler(shares.JOB)
def shared_file(context: JobContext, share: int, kind: str) -> dict[str, Any]:
    """Write the file of a shared list for its recipient, whose page waits for it."""
    found = Share.objects.select_related("book").get(pk=share, book=context.book, kind=kind)

    def write(path: Path) -> tuple[int, str]:
        with shares.listed(found) as told:
            return told.write(found.book, kind, path, found.recipient)

    rows, name = services.write_job_file(context, found.language, "", write)
    return {"rows": rows, "name": name}
