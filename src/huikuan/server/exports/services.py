"""Writing a list to a file, at once or as a background job."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.http import FileResponse, Http404, HttpRequest, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import translation
from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext as _

from huikuan.export.details import Detail
from huikuan.export.files import write_listing
from huikuan.export.listing import Listing, listing
from huikuan.export.printed import Printed
from huikuan.server.accounts.access import actor_name
from huikuan.server.audit.services import record
from huikuan.server.books.models import Book
from huikuan.server.core.files import CONTENT_TYPES, FILES, attachment
from huikuan.server.core.shortcuts import book_url, file_answer
from huikuan.server.exports.lists import ListExport, Source, list_named
from huikuan.server.jobs.models import Job
from huikuan.server.jobs.services import JobContext, start

JOB = "list-export"
AT_ONCE = 20_000  # rows that are written while the person waits
KEPT_SECONDS = 7 * 86_400


def asked_of(request: HttpRequest, export: ListExport) -> dict[str, str]:
    """What the address asks of a list."""
    asked = {name: value for name in export.params if (value := request.GET.get(name, ""))}
    scope = request.scope  # type: ignore[attr-defined]
    return asked | ({"as_of": scope.as_of.isoformat()} if scope.historical else {})


def menu(request: HttpRequest, name: str, /, **fixed: str) -> dict[str, Any]:
    """The list's files as (word, icon, address), and the address that shares it (blank: not allowed). `fixed`: what the
    page's address does not say in its query."""
    export = list_named(name)
    asked = {key: value for key in export.params if (value := request.GET.get(key, ""))} | fixed
    files = [
        (word, icon, book_url(request, "exports:export", name, query=asked | {"format": kind}))
        for kind, word, icon in FILES
    ]
    may_share = export.shareable and request.membership.may("rules")  # type: ignore[attr-defined]
    return {"files": files, "share": book_url(request, "exports:share", name, query=asked) if may_share else ""}


@dataclass(frozen=True)
class Opened:
    """A list that was asked for, its rows counted and added up once; its connection is open."""

    source: Source
    listed: Listing

    @property
    def long(self) -> bool:
        """Whether nobody should wait for its file."""
        return self.listed.count > AT_ONCE

    def write(self, book: Book, kind: str, path: Path, by: str) -> tuple[int, str]:
        """Write it; returns the number of rows and the file's name."""
        printed = Printed(by, book.local(datetime.now(UTC)), book.name, get_language() or "en")
        rows = write_listing(self.source.con, self.listed, kind, path, self.source.facts, printed)
        return rows, f"{self.source.stem}.{kind}"


@contextmanager
def opened(
    book: Book, export: ListExport, asked: Mapping[str, str], *, names: bool, detail: Detail | None = None
) -> Iterator[Opened]:
    """Open a list in the active language. `detail`: other columns than its own. UserError for what cannot be asked."""
    source = export.open(book, asked, names)
    try:
        yield Opened(source, listing(source.con, detail or export.detail, source.query, source.values))
    finally:
        source.con.close()


def answer(
    request: HttpRequest, export: ListExport, asked: Mapping[str, str], kind: str, found: Opened
) -> FileResponse:
    """The file as an answer; the taking away of data is on the audit log."""
    book = request.book  # type: ignore[attr-defined]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"list.{kind}"
        rows, name = found.write(book, kind, path, actor_name(request))
        response = file_answer(path, name, CONTENT_TYPES[kind])
    log(request, book, export, asked, kind, rows)
    return response


def log(who: Any, book: Book, export: ListExport, asked: Mapping[str, str], kind: str, rows: int) -> None:
    """Put the taking away of a list on the audit log."""
    after = {"list": export.name, "format": kind, "rows": rows, "filter": dict(asked)}
    record(who, "list.export", book, book=book, after=after)


def start_export(request: HttpRequest, export: ListExport, asked: Mapping[str, str], kind: str, *, names: bool) -> Job:
    """Write the list in the background."""
    params = {
        "name": export.name, "asked": dict(asked), "kind": kind, "by": actor_name(request), "names": names,
        "language": get_language() or "en",
    }  # fmt: skip
    return start(
        request.book, JOB, params, title=gettext_noop("Export: %(list)s"), title_params={"list": _(export.title)},  # type: ignore[attr-defined]
        by=request,
    )  # fmt: skip


def file_of(job: Job) -> Path:
    """Where a job's file lies until it is a week old."""
    return Path(job.book.folder) / "exports" / f"{job.pk}.{job.params['kind']}"


def remove_old(folder: Path) -> None:
    """Remove exports that are a week old."""
    for path in folder.glob("*.*"):
        if time.time() - path.stat().st_mtime > KEPT_SECONDS:
            path.unlink(missing_ok=True)


def write_job_file(
    context: JobContext, language: str, page: str, write: Callable[[Path], tuple[int, str]]
) -> tuple[int, str]:
    """Have a job write its file, in a language; `write` returns the number of rows and the file's name. The job's
    result leads to the address `page`, which gives the file by the job's id; blank: nowhere."""
    job, path = context.job, file_of(context.job)
    context.progress(0, 1, gettext_noop("Writing the file"))
    path.parent.mkdir(parents=True, exist_ok=True)
    remove_old(path.parent)
    made = path.with_suffix(".part")
    with translation.override(language):
        rows, name = write(made)
    made.replace(path)
    context.progress(1, 1)
    if page:
        context.show_result_at(reverse(page, args=[job.book.slug, job.pk]))
    return rows, name


def job_file(request: HttpRequest, pk: Any, kind: str) -> StreamingHttpResponse:
    """The file that a job of a kind has made; Http404 for another book's job, or once the file is gone."""
    return file_of_job(get_object_or_404(Job, pk=pk, book=request.book, kind=kind, state="done"))  # type: ignore[attr-defined]


def file_of_job(job: Job) -> StreamingHttpResponse:
    """The file of a job that is done; Http404 once it is gone."""
    path = file_of(job)
    if not path.exists():
        raise Http404
    name = str((job.result or {}).get("name", path.name))
    return attachment(lambda: path.open("rb"), name, str(job.params.get("kind", "")), path.stat().st_size)


def narrowed(detail: Detail, columns: Collection[str], masked: Collection[str]) -> Detail:
    """A list's columns restricted to some, the middle of the texts of some of them hidden."""
    kept = tuple(column for column in detail.columns if column[0] in columns)
    return replace(detail, columns=kept, printed=(), masked=frozenset(masked))
