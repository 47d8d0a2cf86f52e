"""Sharing a list: making the link, opening it, ending it. Each is on the audit log."""

from __future__ import annotations

import hashlib
import secrets
import tempfile
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from django.db import transaction
from django.http import FileResponse, HttpRequest
from django.utils import translation

from huikuan.server.audit.services import record
from huikuan.server.core.files import CONTENT_TYPES
from huikuan.server.core.shortcuts import file_answer
from huikuan.server.exports import services
from huikuan.server.exports.lists import ListExport, list_named
from huikuan.server.exports.models import Share

DAYS_MAX = 366


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


def file_of(share: Share) -> FileResponse:
    """The list as it is now, as the recipient may see it. Bank counterparties are never named."""
    export = list_named(share.list_name)
    detail = services.narrowed(export.detail, share.columns, share.masked)
    with translation.override(share.language), tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"list.{share.kind}"
        rows, name = services.write(
            share.book, export, share.asked, share.kind, path, share.recipient, names=False, detail=detail
        )
        response = file_answer(path, name, CONTENT_TYPES[share.kind])
    share.count_use()
    record(f"link: {share.recipient}"[:100], "share.download", share, book=share.book, after={"rows": rows})
    return response
