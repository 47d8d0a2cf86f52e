"""Sharing a list: making the link, opening it, ending it. Each is on the audit log."""

from __future__ import annotations

import hashlib
import secrets
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

from django.db import transaction
from django.http import FileResponse, HttpRequest, StreamingHttpResponse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from huikuan.server.audit.services import record
from huikuan.server.core.files import CONTENT_TYPES
from huikuan.server.core.shortcuts import file_answer
from huikuan.server.exports import services
from huikuan.server.exports.lists import ListExport, list_named
from huikuan.server.exports.models import Share
from huikuan.server.jobs.models import Job
from huikuan.server.jobs.services import start

DAYS_MAX = 366
JOB = "share-file"
FRESH = timedelta(hours=1)  # so long a file that a job has made is the list as it is now


def hash_of(token: str) -> str:
    """What is kept of a link's secret."""
    return hashlib.sha256(token.encode()).hexdigest()


@transaction.atomic
def create(
    request: HttpRequest, export: ListExport, asked: Mapping[str, str], recipient: str, columns: Sequence[str],
    masked: Sequence[str], kind: str, language: str, expires_on: date,
) -> tuple[Share, str]:  # fmt: skip
    """A share, and the secret of its link, which is never shown again."""
    token = secrets.token_urlsafe(32)
    share = Share.objects.create(
        book=request.book, list_name=export.name, recipient=recipient, columns=list(columns), masked=list(masked),  # type: ignore[attr-defined]
        asked=dict(asked), kind=kind, language=language, token_hash=hash_of(token), expires_on=expires_on,
        created_by=request.user if request.user.is_authenticated else None,
    )  # fmt: skip
    told = {"list": export.name, "recipient": recipient, "columns": list(columns), "masked": list(masked)}
    record(request, "share.create", share, after=told | {"filter": dict(asked), "until": expires_on})
    return share, token


def opened(token: str) -> Share | None:
    """The share of a link that still opens."""
    share = Share.objects.select_related("book").filter(token_hash=hash_of(token)).first()
    return share if share is not None and share.live else None


@transaction.atomic
def end(request: HttpRequest, share: Share) -> None:
    """Let the link open no more."""
    share.end()
    record(request, "share.revoke", share)


@contextmanager
def listed(share: Share) -> Iterator[services.Opened]:
    """The list as it is now, as the recipient may see it. Bank counterparties are never named."""
    export = list_named(share.list_name)
    detail = services.narrowed(export.detail, share.columns, share.masked)
    with (
        translation.override(share.language),
        services.opened(share.book, export, share.asked, names=False, detail=detail) as found,
    ):
        yield found


def file_of(share: Share) -> FileResponse | None:
    """The file at once; None for a list that nobody should wait for, whose file a job makes: `start_file`."""
    with listed(share) as found, tempfile.TemporaryDirectory() as folder:
        if found.long:
            return None
        path = Path(folder) / f"list.{share.kind}"
        rows, name = found.write(share.book, share.kind, path, share.recipient)
        response = file_answer(path, name, CONTENT_TYPES[share.kind])
    _fetched(share, rows)
    return response


def _fetched(share: Share, rows: int) -> None:
    share.count_use()
    record(f"link: {share.recipient}"[:100], "share.download", share, book=share.book, after={"rows": rows})


def start_file(share: Share) -> Job:
    """Have a job make the file; one that makes it already, or has just made it, is enough."""
    job = job_of(share)
    if job is not None and job.state != "failed":
        return job
    title = gettext_noop("Shared list: %(list)s")
    params = {"share": share.pk, "kind": share.kind}
    return start(share.book, JOB, params, title=title, title_params={"list": _(list_named(share.list_name).title)})


def job_of(share: Share) -> Job | None:
    """The last job that made, or makes, the file of a share within `FRESH`; None where there is none."""
    jobs = Job.objects.filter(book=share.book, kind=JOB, params__share=share.pk).exclude(state="cancelled")
    return jobs.filter(created_at__gt=timezone.now() - FRESH).select_related("book").first()


def made_file(share: Share, job: Job) -> StreamingHttpResponse:
    """The file that a job has made, for the recipient."""
    response = services.file_of_job(job)
    _fetched(share, int((job.result or {}).get("rows", 0)))
    return response
