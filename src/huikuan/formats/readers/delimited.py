"""Delimited text → raw tables, as fast as DuckDB reads CSV and with the file's own line numbers.

1. The encoding: byte order mark, else strict UTF-8, else GB18030 (never GB2312: rare characters fail).
2. The first 40 lines are split every way a format may ask for; recognition picks a header row.
3. `load` decodes piece by piece into a temporary file (memory stays flat) and lets DuckDB read it, all text. If
   DuckDB gives as many rows as there are lines, row n is line n. Blank lines and quoted line breaks break that rule:
   then the slow and obvious way through Python's csv module is taken, which knows the line of each row.

Cells stay as written. A missing cell is null, an empty one ''.
"""

from __future__ import annotations

import codecs
import csv
import itertools
import tempfile
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

import pyarrow as pa

from huikuan.formats.readers.mixed import refuse_mixed
from huikuan.formats.reading import Head, Layout, Line, RawTable
from huikuan.records.errors import UserError
from huikuan.records.messages import gettext_noop, register
from huikuan.records.sql import sql_text

if TYPE_CHECKING:
    import duckdb

HEAD_ROWS = 40
CHUNK_BYTES = 8 << 20
EXTRA_COLUMNS = 3  # cells beyond the header that are kept to be complained about
SLOW_BATCH_ROWS = 50_000
CELL_BYTES_MAX = 4 << 20
DELIMITERS = (",", "\t", ";", "|")
_NEVER = "\x07"  # stands in no text file; DuckDB wants some text for "null"
_numbers = itertools.count(1)

register(
    {
        "file.encoding": gettext_noop(
            "Line %(row)s of %(file)s cannot be read as %(encoding)s: the file is damaged or mixes encodings "
            "(UTF-8 and GBK). Export it again, or save it as UTF-8 in the program that wrote it."
        ),
        "file.no_text": gettext_noop("%(file)s holds no text. Export it again and import the new file."),
        "file.row_unreadable": gettext_noop(
            "The row that begins on line %(row)s cannot be split into cells: a quote is probably missing. "
            "Mend that line, or export the file again."
        ),
        "file.binary": gettext_noop(
            "%(file)s is not a text file (byte 0 on line %(row)s). Expected CSV, Excel, XML, MT940, zip or gz."
        ),
    }
)


@dataclass(frozen=True)
class DelimitedFile:
    """An opened text file: its encoding is known, its first rows are split, nothing is loaded. A `TableSource`."""

    path: Path
    member: str
    encoding: str
    heads: tuple[Head, ...]
    head_lines: tuple[str, ...]
    sheet: str = ""

    def load(self, con: duckdb.DuckDBPyConnection, layout: Layout) -> RawTable:
        """Load all rows below the header row into a new table of `con`."""
        header = _split_line(self.head_lines[layout.header_row - 1], layout.delimiter, layout.quote)
        table = f"raw_{next(_numbers)}"
        preamble = tuple(
            Line(row, text, tuple(_split_line(text, layout.delimiter, layout.quote)))
            for row, text in enumerate(self.head_lines[: layout.header_row - 1], 1)
            if text.strip()
        )
        with tempfile.TemporaryDirectory(prefix="huikuan-", ignore_cleanup_errors=True) as folder:
            parts: list[Path] = []
            if not _load_fast(self, con, table, len(header), layout, Path(folder), parts):
                _load_slow(con, table, parts, len(header), layout)
        return RawTable(
            table=table,
            header=tuple(header),
            header_row=layout.header_row,
            preamble=preamble,
            member=self.member,
            encoding=self.encoding,
            extra_columns=EXTRA_COLUMNS,
        )


def open_delimited(path: Path, member: str) -> DelimitedFile:
    """Open a text file. Raises UserError: empty, no text file, undecodable beginning."""
    with path.open("rb") as file:
        start = file.read(1 << 20)
    encoding = _encoding(path, member, start)
    text = _decode_start(start, encoding)
    if not text.strip():
        raise UserError("file.no_text", file=member)
    if "\x00" in text:
        raise UserError("file.binary", file=member, row=text[: text.index("\x00")].count("\n") + 1)
    lines = tuple(text.replace("\r\n", "\n").replace("\r", "\n").split("\n")[:HEAD_ROWS])
    heads = tuple(_head(lines, delimiter) for delimiter in DELIMITERS if any(delimiter in line for line in lines))
    single = () if heads else (_head(lines, ","),)
    return DelimitedFile(path, member, encoding, heads + single, lines)


def _head(lines: tuple[str, ...], delimiter: str) -> Head:
    rows = tuple((row, tuple(_split_line(line, delimiter, '"'))) for row, line in enumerate(lines, 1) if line.strip())
    return Head(rows, delimiter)


def _split_line(line: str, delimiter: str, quote: str) -> list[str]:
    if not quote:
        return line.split(delimiter)
    try:
        return next(csv.reader([line], delimiter=delimiter, quotechar=quote), [])
    except csv.Error:
        return line.split(delimiter)


# ---------------------------------------------------------------- encoding
def _encoding(path: Path, member: str, start: bytes) -> str:
    """BOM, else strict UTF-8 over the whole file, else GB18030."""
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if start.startswith(mark):
            return name
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        try:
            while piece := file.read(CHUNK_BYTES):
                decoder.decode(piece)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            refuse_mixed(member, start)
            return "gb18030"
    return "utf-8"


def _decode_start(start: bytes, encoding: str) -> str:
    """The beginning as text; what cannot be decoded is shown as such (`load` refuses it with its line)."""
    cut = start[: start.rfind(b"\n") + 1] if len(start) == 1 << 20 and b"\n" in start else start
    return cut.decode(encoding, errors="replace")


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
class _Part:
    """Some consecutive lines in UTF-8, all with the same line end. `blank_end`: blank lines at its end."""

    path: Path
    lines: int
    blank_end: int
    line_end: str


def _parts(source: DelimitedFile, header_row: int, folder: Path) -> Iterator[_Part]:
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
                yield _Part(path, lines, _blank_end(body), "\\r\\n" if crlf else "\\n")


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


def _from_utf16(source: DelimitedFile, data: bytes) -> bytes:
    try:
        return data.decode("utf-16").encode("utf-8")
    except UnicodeDecodeError as error:
        raise UserError("file.encoding", file=source.member, row=1, encoding="utf-16") from error


def _to_utf8(piece: bytes, source: DelimitedFile, line: int) -> bytes:
    """The piece in UTF-8. The whole file has been proved to be UTF-8 where `encoding` says so."""
    if b"\x00" in piece:
        row = line + piece[: piece.index(b"\x00")].count(b"\n")
        raise UserError("file.binary", file=source.member, row=row)
    if source.encoding in ("utf-8", "utf-16"):
        return piece
    encoding = "utf-8" if source.encoding == "utf-8-sig" else source.encoding
    bare = piece.removeprefix(codecs.BOM_UTF8) if line == 1 and encoding == "utf-8" else piece
    try:
        return bare.decode(encoding).encode("utf-8")
    except UnicodeDecodeError as error:
        row = line + bare[: error.start].count(b"\n")
        raise UserError("file.encoding", file=source.member, row=row, encoding=encoding) from error


def _without_first(text: bytes, lines: int) -> tuple[int, bytes]:
    """Take off up to `lines` lines; how many were taken, and what is left."""
    at = 0
    for taken in range(lines):
        end = text.find(b"\n", at)
        if end < 0:
            return taken, b""
        at = end + 1
    return lines, text[at:]


# ---------------------------------------------------------------- loading
def _load_fast(
    source: DelimitedFile,
    con: duckdb.DuckDBPyConnection,
    table: str,
    width: int,
    layout: Layout,
    folder: Path,
    kept: list[Path],
) -> bool:
    """Let DuckDB read the rows, one part while the next is decoded. False if rows do not stand one to a line, or DuckDB
    cannot read them; then `kept` holds all parts."""
    names = _names(width)
    con.execute(f"CREATE TABLE {table}_t ({', '.join(f'{name} VARCHAR' for name in names)})")
    cursor = con.cursor()
    cursor.begin()  # one commit at the end: each would make DuckDB tidy the table
    with ThreadPoolExecutor(max_workers=1) as worker:
        waiting: list[Future[bool]] = []
        blank_before = 0
        for part in _parts(source, layout.header_row, folder):
            kept.append(part.path)
            whole_blank = part.lines == part.blank_end
            if blank_before and not whole_blank:
                waiting.append(worker.submit(bool, False))  # blank lines in the middle: the slow way
            blank_before += part.blank_end
            query = f"INSERT INTO {table}_t SELECT * FROM {_read_csv(part, names, layout)}"
            waiting.append(worker.submit(_insert, cursor, query, part.lines - part.blank_end))
        good = all(future.result() for future in waiting)
    if not good:
        cursor.rollback()
        con.execute(f"DROP TABLE {table}_t")
        return False
    cursor.commit()
    cells = ", ".join([_strip_prefix("c0", layout.prefix), *names[1:]])
    first = layout.header_row + 1
    con.execute(f"CREATE VIEW {table} AS SELECT {cells}, rowid + {first} AS source_row FROM {table}_t")
    return True


def _read_csv(part: _Part, names: list[str], layout: Layout) -> str:
    columns = "{" + ", ".join(f"'{name}': 'VARCHAR'" for name in names) + "}"
    quote = sql_text(layout.quote) if layout.quote else "''"
    return (
        f"read_csv({sql_text(str(part.path))}, header=false, auto_detect=false, columns={columns}, null_padding=true, "
        f"delim={sql_text(layout.delimiter + layout.prefix)}, quote={quote}, escape={quote}, "
        f"nullstr={sql_text(_NEVER)}, new_line='{part.line_end}', max_line_size={CELL_BYTES_MAX})"
    )


def _insert(cursor: duckdb.DuckDBPyConnection, query: str, expected: int) -> bool:
    """Whether a part was read as so many rows."""
    import duckdb

    if expected == 0:
        return True
    try:
        counted = cursor.execute(query).fetchone()
    except (duckdb.Error, UnicodeDecodeError):  # DuckDB quotes the row in its message and may cut a character
        return False
    return counted is not None and counted[0] == expected


def _strip_prefix(cell: str, prefix: str) -> str:
    if not prefix:
        return cell
    rest = f"substr({cell}, {len(prefix) + 1})"
    return f"CASE WHEN starts_with({cell}, {sql_text(prefix)}) THEN {rest} ELSE {cell} END AS {cell}"


def _load_slow(con: duckdb.DuckDBPyConnection, table: str, parts: list[Path], width: int, layout: Layout) -> None:
    """Read the rows with the csv module, which tells the line of each row, in batches."""
    names = _names(width)
    con.execute(f"CREATE TABLE {table} ({_definitions(width)}, source_row BIGINT)")
    schema = pa.schema([(name, pa.string()) for name in names] + [("source_row", pa.int64())])
    lines = _lines_of(parts)
    rows = _prefixed_rows(lines, layout) if layout.prefix else _csv_rows(lines, layout)
    while batch := list(itertools.islice(rows, SLOW_BATCH_ROWS)):
        columns: list[pa.Array] = [
            pa.array([cells[index] if index < len(cells) else None for _, cells in batch], pa.string())
            for index in range(len(names))
        ]
        columns.append(pa.array([row + layout.header_row for row, _ in batch], pa.int64()))
        con.register("slow_batch", pa.Table.from_arrays(columns, schema=schema))
        con.execute(f"INSERT INTO {table} SELECT * FROM slow_batch")
        con.unregister("slow_batch")


def _lines_of(parts: list[Path]) -> Iterator[str]:
    for part in parts:
        with part.open(encoding="utf-8", newline="\n") as file:
            for line in file:
                yield f"{line[:-2]}\n" if line.endswith("\r\n") else line


def _csv_rows(lines: Iterator[str], layout: Layout) -> Iterator[tuple[int, list[str]]]:
    """(first line of the row, cells), blank lines left out."""
    csv.field_size_limit(CELL_BYTES_MAX)
    if layout.quote:
        reader = csv.reader(lines, delimiter=layout.delimiter, quotechar=layout.quote)
    else:
        reader = csv.reader(lines, delimiter=layout.delimiter, quotechar=None, quoting=csv.QUOTE_NONE)
    first = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise UserError("file.row_unreadable", row=first + layout.header_row) from error
        if cells:
            yield first, cells
        first = reader.line_num + 1


def _prefixed_rows(lines: Iterator[str], layout: Layout) -> Iterator[tuple[int, list[str]]]:
    for row, line in enumerate(lines, 1):
        text = line.rstrip("\n")
        if text.strip():
            yield row, text.removeprefix(layout.prefix).split(layout.delimiter + layout.prefix)


def _names(width: int) -> list[str]:
    return [f"c{index}" for index in range(width)] + [f"x{index}" for index in range(EXTRA_COLUMNS)]


def _definitions(width: int) -> str:
    return ", ".join(f"{name} VARCHAR" for name in _names(width))
