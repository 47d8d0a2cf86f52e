"""Background import."""

from __future__ import annotations

from typing import Any

from huikuan.records.messages import gettext_noop
from huikuan.server.documents import services
from huikuan.server.documents.models import Upload
from huikuan.server.jobs.services import JobContext, handler


@handler("import")
def import_uploads(context: JobContext, uploads: list[int], options: dict[str, Any], by: str) -> dict[str, Any]:
    """Import the uploads one after the other; each keeps its own rows."""
    found = list(Upload.objects.filter(book=context.book, pk__in=uploads).order_by("pk"))
    actor = context.job.created_by or by
    statuses: dict[str, int] = {}
    for number, upload in enumerate(found):

        def told(stage: str, done: float, total: float, number: int = number, name: str = upload.name) -> None:
            share = done / total if total else 0.0
            context.progress(
                int((number + share) * 1000), len(found) * 1000, gettext_noop("Reading %(file)s"), file=name
            )

        told("reading", 0, 1)
        try:
            rows = services.import_upload(upload, actor, options, told, last=number == len(found) - 1)
        except BaseException:
            Upload.objects.filter(pk=upload.pk).update(state="failed")
            raise
        for row in rows:
            statuses[row.status] = statuses.get(row.status, 0) + 1
    services.forget_old_uploads()
    return statuses
