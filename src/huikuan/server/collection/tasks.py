"""Background work: a long list as a file."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.urls import reverse
from django.utils import translation

from huikuan.records.errors import UserError
from huikuan.records.messages import gettext_noop
from huikuan.server.audit.services import record
from huikuan.server.collection import services
from huikuan.server.collection.filters import filter_of
from huikuan.server.jobs.services import JobContext, handler
from huikuan.server.workbench.services import results


@handler(services.JOB)
def export_list(context: JobContext, asked: dict[str, str], kind: str, by: str, language: str) -> dict[str, Any]:
    """Write the orders of a filter; the job's result leads to the file."""
    book = context.book
    found = results(book, date.fromisoformat(asked["as_of"]) if "as_of" in asked else None)
    _form, wanted = filter_of(asked, found.manifest.as_of)
    if wanted is None:
        raise UserError("job.unexpected", number="")
    context.progress(0, 1, gettext_noop("Writing the file"))
    path = services.file_of(context.job)
    path.parent.mkdir(parents=True, exist_ok=True)
    services.remove_old(path.parent)
    made = path.with_suffix(".part")
    with translation.override(language):
        count = services.write(book, found, wanted, kind, made, by)
        name = services.file_name(book, found, kind)
    made.replace(path)
    context.progress(1, 1)
    context.show_result_at(reverse("collection:download", args=[book.slug, context.job.pk]))
    record(context.job.created_by or by, "collection.export", book, book=book, after={"format": kind, "orders": count})
    return {"orders": count, "name": name}
