"""A text file → pieces in UTF-8 on the disk, so that memory stays flat. Each piece holds whole lines, all with one line
end, and knows how many."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from huikuan.records.errors import UserError

CHUNK_BYTES = 32 << 20  # planning the query of a piece costs as much as a few thousand rows: pieces are large
DECODED_BYTES = 1 << 20


@dataclass(frozen=True)
class TextFile:
    """A file to be decoded: where it lies, what it is called, its encoding."""

    path: Path
    member: str
    encoding: str


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    """The file in pieces that end with a line, so that no piece cuts a character or a line end."""
    rest = b""
    while piece := file.read(CHUNK_BYTES):
        piece = rest + piece
        cut = piece.rfind(b"\n") + 1
        if cut == 0:
            rest = piece
            continue
        yield piece[:cut]
        rest = piece[cut:]
    if rest:
        yield rest


@dataclass(frozen=True)
class Part:
    """Some consecutive lines in UTF-8, all with the same line end. `blank_end`: blank lines at its end."""

    path: Path
    first: int  # number of its first line in the file
    lines: int
    blank_end: int
    line_end: str


def text_parts(source: TextFile, header_row: int, folder: Path) -> Iterator[Part]:
    """The lines below the header, piece by piece as files. Raises UserError for undecodable bytes."""
    skip, line = header_row, 1
    with source.path.open("rb") as file:
        pieces = iter([_from_utf16(source, file.read())]) if source.encoding == "utf-16" else _pieces(file)
        for number, piece in enumerate(pieces):
            whole, crlf = _one_line_end(piece)
            text = _to_utf8(whole, source, line)
            skipped, body = _without_first(text, skip)
            lines = body.count(b"\n") + (body != b"" and not body.endswith(b"\n"))
            line += skipped + lines
            skip -= skipped
            if body:
                path = folder / f"part{number}.txt"
                path.write_bytes(body)
                yield Part(path, line - lines, lines, _blank_end(body), "\\r\\n" if crlf else "\\n")


def _one_line_end(piece: bytes) -> tuple[bytes, bool]:
    """A piece whose lines all end alike, and whether they end with CR LF. Lines are counted as editors do. In none of
    the encodings is CR or LF part of another character."""
    returns = piece.count(b"\r")
    if not returns:
        return piece, False
    pairs = piece.count(b"\r\n")
    if returns == pairs == piece.count(b"\n"):
        return piece, True
    return piece.replace(b"\r\n", b"\n").replace(b"\r", b"\n"), False


def _blank_end(body: bytes) -> int:
    """How many blank lines stand at the end of a piece."""
    stripped = body.rstrip(b"\r\n")
    return max(body[len(stripped) :].count(b"\n") - (stripped != b""), 0)


def _from_utf16(source: TextFile, data: bytes) -> bytes:
    try:
        return data.decode("utf-16").encode("utf-8")
    except UnicodeDecodeError as error:
        raise UserError("file.encoding", file=source.member, row=1, encoding="utf-16") from error


def _to_utf8(piece: bytes, source: TextFile, line: int) -> bytes:
    """The piece in UTF-8. The whole file has been proved to be UTF-8 where `encoding` says so."""
    if b"\x00" in piece:
        row = line + piece[: piece.index(b"\x00")].count(b"\n")
        raise UserError("file.binary", file=source.member, row=row)
    if source.encoding in ("utf-8", "utf-16"):
        return piece
    encoding = "utf-8" if source.encoding == "utf-8-sig" else source.encoding
    bare = piece.removeprefix(codecs.BOM_UTF8) if line == 1 and encoding == "utf-8" else piece
    try:
        return _decoded(bare, encoding)
    except UnicodeDecodeError as error:
        row = line + bare[: error.start].count(b"\n")
        raise UserError("file.encoding", file=source.member, row=row, encoding=encoding) from error


def _decoded(data: bytes, encoding: str) -> bytes:
    """Bytes in another encoding as UTF-8, in short steps: between them other threads may run."""
    if len(data) <= DECODED_BYTES:
        return data.decode(encoding).encode("utf-8")
    done: list[bytes] = []
    at = 0
    while at < len(data):
        cut = data.rfind(b"\n", at, at + DECODED_BYTES) + 1 or len(data)
        try:
            done.append(data[at:cut].decode(encoding).encode("utf-8"))
        except UnicodeDecodeError as error:
            raise UnicodeDecodeError(encoding, data, at + error.start, at + error.end, error.reason) from error
        at = cut
    return b"".join(done)


def _without_first(text: bytes, lines: int) -> tuple[int, bytes]:
    """Take off up to `lines` lines; how many were taken, and what is left."""
    at = 0
    for taken in range(lines):
        end = text.find(b"\n", at)
        if end < 0:
            return taken, b""
        at = end + 1
    return lines, text[at:]
