"""A text file → parts in UTF-8 on the disk, so that memory stays flat. Each part holds whole lines, ended by LF, and
knows how many."""

from __future__ import annotations

import codecs
import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np

from huikuan.formats.readers.gbk import GbkToUtf8
from huikuan.records.errors import UserError

PART_BYTES = 64 << 20  # planning the query of a part costs as much as a few thousand rows: parts are large
FIRST_PART_BYTES = 8 << 20  # until it is there, one processor alone has work
LAST_PART_BYTES = 8 << 20  # no more than this is left: it is not worth two parts
# Small enough to stay in the processor's cache and to let other threads run between two blocks.
BLOCK_BYTES = 1 << 19
LINE_BYTES_MAX = 4 << 20
CR, LF = 13, 10
END_OF_FILE = b"\x1a"  # where DOS ends a file; in no encoding part of another character
_NO_BLOCK = (b"", 0)


@dataclass(frozen=True)
class TextFile:
    """A file to be decoded: where it lies, what it is called, its encoding."""

    path: Path
    member: str
    encoding: str


@dataclass(frozen=True)
class Part:
    """Some consecutive lines in UTF-8. `blank_end`: blank lines at its end."""

    path: Path
    first: int  # number of its first line in the file
    lines: int
    blank_end: int


def text_parts(source: TextFile, header_row: int, folder: Path) -> Iterator[Part]:
    """The lines below the header, part by part as files. Raises UserError for undecodable bytes."""
    blocks = _lines_below(_decoded(source), header_row)
    first, number, blocks_left = header_row + 1, 0, -(-source.path.stat().st_size // BLOCK_BYTES)
    block, found = next(blocks, _NO_BLOCK)
    while block:
        path = folder / f"part{number}.txt"
        lines = blank_end = written = 0
        blocks_max = _blocks_of_part(number, blocks_left)
        with path.open("wb") as out:
            while block and written < blocks_max:
                out.write(block)
                written += 1
                blank = _blank_end(block)
                blank_end = blank_end + blank if blank == found else blank
                lines += found
                block, found = next(blocks, _NO_BLOCK)
        yield Part(path, first, lines, blank_end)
        first, number, blocks_left = first + lines, number + 1, blocks_left - written


def _blocks_of_part(number: int, left: int) -> int:
    """How many of the blocks that are left make the next part. Half of what is left at most, so that parts get small
    towards the end and all readers end together."""
    if left * BLOCK_BYTES < LAST_PART_BYTES:
        return max(left, 1)
    bytes_max = PART_BYTES if number else FIRST_PART_BYTES
    return max(min(left // 2, bytes_max // BLOCK_BYTES), 1)


class _LongLineError(ValueError):
    """The next line is longer than any row of a bill; DuckDB's reader of CSV does not survive lines of 50 MB."""


def _blocks(file: IO[bytes]) -> Iterator[bytes]:
    """The file in blocks that end with a line, so that no block cuts a character or a line end."""
    while block := file.read(BLOCK_BYTES):
        rest = b"" if block.endswith(b"\n") else file.readline(LINE_BYTES_MAX)
        block += rest
        if len(rest) == LINE_BYTES_MAX and not rest.endswith(b"\n"):
            cut = max(block.rfind(b"\n"), block.rfind(b"\r")) + 1
            if not cut:
                raise _LongLineError
            file.seek(cut - len(block), 1)
            block = block[:cut]
        yield block


def _decoded(source: TextFile) -> Iterator[tuple[bytes, int]]:
    """The file in UTF-8, block by block, each line ended by LF, and how many lines. Counted as editors do."""
    line = 1
    with source.path.open("rb") as file, contextlib.closing(GbkToUtf8()) as gbk:
        try:
            for block in iter([_from_utf16(source, file.read())]) if source.encoding == "utf-16" else _blocks(file):
                unix = _unix_lines(block).rstrip(END_OF_FILE)
                lines = _line_count(unix)
                yield _to_utf8(unix, source, line, gbk), lines
                line += lines
        except _LongLineError as error:
            raise UserError("file.row_unreadable", row=line) from error


def _unix_lines(block: bytes) -> bytes:
    """A block with each line ended by LF. CR and LF are part of no other character, whatever the encoding."""
    found = np.frombuffer(block, np.uint8)
    returns = np.flatnonzero(found == CR)
    if not returns.size:
        return block
    following = found[np.minimum(returns + 1, found.size - 1)]
    if (following == LF).all():  # the quickest of all ways, for what nearly all files are
        return block.translate(None, b"\r")
    return b"\n".join(block.split(b"\r\n")).replace(b"\r", b"\n")


def _lines_below(blocks: Iterator[tuple[bytes, int]], header_row: int) -> Iterator[tuple[bytes, int]]:
    """The blocks without the lines down to the header."""
    skip = header_row
    for block, lines in blocks:
        at, skipped = 0, min(skip, lines)
        for _ in range(skipped):
            at = block.find(b"\n", at) + 1 or len(block)
        skip -= skipped
        if at < len(block):
            yield block[at:], lines - skipped


def _line_count(block: bytes) -> int:
    ends = np.count_nonzero(np.frombuffer(block, np.uint8) == LF)  # a third of what bytes.count costs
    return int(ends) + (not block.endswith(b"\n"))


def _blank_end(block: bytes) -> int:
    """How many blank lines stand at the end of a block."""
    if block != b"\n" and not block.endswith(b"\n\n"):
        return 0
    stripped = block.rstrip(b"\n")
    return max(len(block) - len(stripped) - (stripped != b""), 0)


def _from_utf16(source: TextFile, data: bytes) -> bytes:
    try:
        text = data.decode("utf-16").encode("utf-8")
    except UnicodeDecodeError as error:
        raise UserError("file.encoding", file=source.member, row=1, encoding="utf-16") from error
    if max(map(len, text.splitlines()), default=0) > LINE_BYTES_MAX:
        raise _LongLineError
    return text


def _to_utf8(block: bytes, source: TextFile, line: int, gbk: GbkToUtf8) -> bytes:
    """The block in UTF-8. The whole file has been proved to be UTF-8 where `encoding` says so."""
    if b"\x00" in block:
        row = line + block[: block.index(b"\x00")].count(b"\n")
        raise UserError("file.binary", file=source.member, row=row)
    if source.encoding in ("utf-8", "utf-16"):
        return block
    encoding = "utf-8" if source.encoding == "utf-8-sig" else source.encoding
    bare = block.removeprefix(codecs.BOM_UTF8) if line == 1 and encoding == "utf-8" else block
    try:
        return _decoded_block(bare, encoding, gbk)
    except UnicodeDecodeError as error:
        row = line + bare[: error.start].count(b"\n")
        raise UserError("file.encoding", file=source.member, row=row, encoding=encoding) from error


def _decoded_block(block: bytes, encoding: str, gbk: GbkToUtf8) -> bytes:
    """The block in UTF-8. What GBK can read, GB 18030 reads alike; GBK is the quicker of the two."""
    if encoding == "gb18030":
        converted = gbk.convert(block)
        if converted is not None:
            return converted
        with contextlib.suppress(UnicodeDecodeError):
            return block.decode("gbk").encode("utf-8")
    return block.decode(encoding).encode("utf-8")
