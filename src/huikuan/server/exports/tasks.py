"""Background work: a long list as a file."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import translation

from huikuan.records.messages import gettext_noop
from huikuan.server.exports import services
from huikuan.server.exports.lists import list_named
from huikuan.server.jobs.services import JobContext, handler


@handler(services.JOB)
def export_list(
    context: JobContext, name: str, asked: dict[str, str], kind: str, by: str, names: bool, language: str
) -> dict[str, Any]:
    """Write a list; the job's result leads to the file."""
    book, export = context.book, list_named(name)
    context.progress(0, 1, gettext_noop("Writing the file"))
    path = services.file_of(context.job)
    path.parent.mkdir(parents=True, exist_ok=True)
    services.remove_old(path.parent)
    made = path.with_suffix(".part")
    with translation.override(language):
        rows, file_name = services.write(book, export, asked, kind, made, by, names=names)
    made.replace(path)
    context.progress(1, 1)
    context.show_result_at(reverse("exports:download", args=[book.slug, context.job.pk]))
    services.log(context.job.created_by or by, book, export, asked, kind, rows)
    return {"rows": rows, "name": file_name}
