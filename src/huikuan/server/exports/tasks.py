"""Background work: a long list as a file."""

from __future__ import annotations

from typing import Any

from huikuan.server.exports import services
from huikuan.server.exports.lists import list_named
from huikuan.server.jobs.services import JobContext, handler


@handler(services.JOB)
def export_list(
    context: JobContext, name: str, asked: dict[str, str], kind: str, by: str, names: bool, language: str
) -> dict[str, Any]:
    """Write a list; the job's result leads to the file."""
    book, export = context.book, list_named(name)
    rows, file_name = services.write_job_file(
        context, language, "exports:download",
        lambda path: services.write(book, export, asked, kind, path, by, names=names),
    )  # fmt: skip
    services.log(context.job.created_by or by, book, export, asked, kind, rows)
    return {"rows": rows, "name": file_name}
