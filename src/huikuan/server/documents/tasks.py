"""Background import."""

from __future__ import annotations

from typing import Any

from huikuan.formats.mapping import mapping_from_plain
from huikuan.records.messages import gettext_noop
from huikuan.server.documents import mapping_check, services
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


@handler("mapping.check")
def check_mapping(context: JobContext, upload: int, spec: dict[str, Any]) -> dict[str, Any]:
    """Read all rows of an upload with a mapping; nothing is stored but what was found."""
    found = Upload.objects.get(book=context.book, pk=upload)

    def told(share: float) -> None:
        context.progress(int(share * 1000), 1000, gettext_noop("Reading %(file)s"), file=found.name)

    told(0)
    checked = mapping_check.checked(context.book, found, mapping_from_plain(spec), whole=True, told=told)
    return {
        "rows": checked.rows,
        "accepted": checked.accepted,
        "rejected": checked.rejected,
        "readable": checked.readable,
        "problems": checked.problems,
    }
