"""The kinds of file that lists and reports are given as, and a large file as an answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Any, BinaryIO

from django.http import HttpRequest, StreamingHttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from huikuan.export import csv
from huikuan.export.printed import Printed

# Kind, word, icon.
FILES = (("xlsx", "Excel", "file-spreadsheet"), ("pdf", "PDF", "file-type-pdf"), ("csv", "CSV", "file-description"))
CHOICES = tuple((kind, word) for kind, word, _icon in FILES)
CONTENT_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
    "csv": "text/csv; charset=utf-8",
    "txt": "text/plain; charset=gb18030",
    "beancount": "text/plain; charset=utf-8",
}
BLOCK_BYTES = 2**18


def attachment(
    opened: Callable[[], AbstractContextManager[BinaryIO]], name: str, kind: str, size_bytes: int
) -> StreamingHttpResponse:
    """A file to be saved under a name, block by block; opened when it is read."""
    headers = {
        "Content-Type": CONTENT_TYPES.get(kind, "application/octet-stream"),
        "Content-Disposition": content_disposition_header(True, name) or "attachment",
        "Content-Length": str(size_bytes),
    }
    return StreamingHttpResponse(_blocks(opened), headers=headers)


def csv_answer(
    request: HttpRequest, name: str, title: str, facts: Sequence[tuple[str, str]], titles: Sequence[str],
    rows: Iterable[Sequence[Any]],
) -> StreamingHttpResponse:  # fmt: skip
    """A list of texts as CSV, line by line; above it its title, the book, `facts`, who takes it and when."""
    book = request.book  # type: ignore[attr-defined]
    head = csv.head_of(title, [(_("Company"), book.name), *facts], printed_by(request))
    headers = {"Content-Disposition": content_disposition_header(True, name) or "attachment"}
    return StreamingHttpResponse(csv.text_lines(titles, rows, head), headers=headers, content_type=CONTENT_TYPES["csv"])


def printed_by(request: HttpRequest) -> Printed:
    """Who takes a file of the request's book, and when, in the book's time."""
    person = getattr(request.user, "shown_name", "") or request.user.get_username()
    return Printed(person, request.book.local(datetime.now(UTC)))  # type: ignore[attr-defined]


def _blocks(opened: Callable[[], AbstractContextManager[BinaryIO]]) -> Iterator[bytes]:
    with opened() as file:
        while block := file.read(BLOCK_BYTES):
            yield block
