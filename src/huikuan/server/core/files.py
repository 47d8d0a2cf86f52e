"""The kinds of file that lists and reports are given as, and a large file as an answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import BinaryIO

from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header

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


def _blocks(opened: Callable[[], AbstractContextManager[BinaryIO]]) -> Iterator[bytes]:
    with opened() as file:
        while block := file.read(BLOCK_BYTES):
            yield block
