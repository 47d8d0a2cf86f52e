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
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

import pyarrow as pa

from huikuan.formats.reading import Head, Layout, Line, RawTable
from huikuan.records.errors import UserError
from huikuan.records.messages import gettext_noop, register
from huikuan.records.money import sql_text

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
_UTF8_HEADER = re.compile(rb"(?:[\xe3-\xe9][\x80-\xbf]{2}){4}")
_UTF8_TEXT = re.compile(rb"(?:[\xe3-\xe9][\x80-\xbf]{2}){6}")

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
        with tempfile.TemporaryDirectory(prefix="huikuan-") as folder:
            text_path = Path(folder) / "rows.txt"
            lines = _decode_to(self, layout.header_row, text_path)
            fast = _load_fast(con, table, text_path, len(header), layout, lines)
            if not fast:
                _load_slow(con, table, text_path, len(header), layout)
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
            _refuse_mixed(member, start)
            return "gb18030"
    return "utf-8"


def _refuse_mixed(member: str, start: bytes) -> None:
    """A file that is not UTF-8 throughout, yet holds Chinese text in UTF-8: read as GB18030 that would be gibberish.

    In GBK a run of six such characters is next to impossible; in the few header lines four will do."""
    mixed = _UTF8_HEADER.search(start[:4096]) or _UTF8_TEXT.search(start)
    if mixed is None:
        return
    row = start[: _first_not_utf8(start)].count(b"\n") + 1
    raise UserError("file.encoding", file=member, row=row, encoding="UTF-8")


def _first_not_utf8(data: bytes) -> int:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start
    return len(data)


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


@dataclass
class _Lines:
    """What is known about the decoded rows: how many lines (blank ones at the end left out), whether quoted."""

    count: int = 0
    trailing_blank: int = 0
    first_row: int = 1


def _decode_to(source: DelimitedFile, header_row: int, target: Path) -> _Lines:
    """Write the lines below the header as UTF-8 with plain line ends. Raises UserError for undecodable bytes."""
    found = _Lines(first_row=header_row + 1)
    with source.path.open("rb") as file, target.open("wb") as out:
        wide = source.encoding == "utf-16"
        pieces = iter([file.read()]) if wide else _pieces(file)
        skip = header_row
        line = 1
        for piece in pieces:
            text = _decode_piece(piece, source, line)
            skipped, body = _without_first(text, skip)
            line += skipped + body.count("\n")
            skip -= skipped
            if body:
                _count(found, body)
                out.write(body.encode("utf-8"))
    return found


def _decode_piece(piece: bytes, source: DelimitedFile, line: int) -> str:
    encoding = source.encoding
    try:
        if encoding == "utf-8-sig" and line > 1:
            encoding = "utf-8"
        text = piece.replace(b"\r\n", b"\n").decode(encoding)
    except UnicodeDecodeError as error:
        row = line + piece[: error.start].count(b"\n")
        raise UserError("file.encoding", file=source.member, row=row, encoding=encoding) from error
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "\x00" in text:
        raise UserError("file.binary", file=source.member, row=line + text[: text.index("\x00")].count("\n"))
    return text


def _without_first(text: str, lines: int) -> tuple[int, str]:
    """Take off up to `lines` lines; how many were taken, and what is left."""
    at = 0
    for taken in range(lines):
        end = text.find("\n", at)
        if end < 0:
            return taken, ""
        at = end + 1
    return lines, text[at:]


def _count(found: _Lines, body: str) -> None:
    found.count += body.count("\n") + (not body.endswith("\n"))
    stripped = body.rstrip("\n")
    if stripped:
        found.trailing_blank = max(len(body) - len(stripped) - 1, 0)
    else:
        found.trailing_blank += len(body)


# ---------------------------------------------------------------- loading
def _load_fast(
    con: duckdb.DuckDBPyConnection, table: str, path: Path, width: int, layout: Layout, lines: _Lines
) -> bool:
    """Let DuckDB read the rows. False if they do not stand one to a line, or DuckDB cannot read them."""
    import duckdb

    names = _names(width)
    columns = "{" + ", ".join(f"'{name}': 'VARCHAR'" for name in names) + "}"
    quote = sql_text(layout.quote) if layout.quote else "''"
    expected = lines.count - lines.trailing_blank
    if expected == 0:
        con.execute(f"CREATE TABLE {table} ({_definitions(width)}, source_row BIGINT)")
        return True
    query = (
        f"CREATE TABLE {table}_t AS SELECT * FROM read_csv({sql_text(str(path))}, header=false, auto_detect=false, "
        f"delim={sql_text(layout.delimiter + layout.prefix)}, quote={quote}, escape={quote}, columns={columns}, "
        f"null_padding=true, nullstr={sql_text(_NEVER)}, new_line='\\n', max_line_size={CELL_BYTES_MAX})"
    )
    try:
        con.execute(query)
    except duckdb.Error:
        con.execute(f"DROP TABLE IF EXISTS {table}_t")
        return False
    counted = con.execute(f"SELECT count(*) FROM {table}_t").fetchone()
    if counted is None or counted[0] != expected:
        con.execute(f"DROP TABLE {table}_t")
        return False
    cells = f"{_strip_prefix('c0', layout.prefix)}, " + ", ".join(names[1:])
    con.execute(f"CREATE VIEW {table} AS SELECT {cells}, rowid + {lines.first_row} AS source_row FROM {table}_t")
    return True


def _strip_prefix(cell: str, prefix: str) -> str:
    if not prefix:
        return cell
    rest = f"substr({cell}, {len(prefix) + 1})"
    return f"CASE WHEN starts_with({cell}, {sql_text(prefix)}) THEN {rest} ELSE {cell} END AS {cell}"


def _load_slow(con: duckdb.DuckDBPyConnection, table: str, path: Path, width: int, layout: Layout) -> None:
    """Read the rows with the csv module, which tells the line of each row, in batches."""
    names = _names(width)
    con.execute(f"CREATE TABLE {table} ({_definitions(width)}, source_row BIGINT)")
    schema = pa.schema([(name, pa.string()) for name in names] + [("source_row", pa.int64())])
    with path.open(encoding="utf-8", newline="") as file:
        rows = _prefixed_rows(file, layout) if layout.prefix else _csv_rows(file, layout)
        while batch := list(itertools.islice(rows, SLOW_BATCH_ROWS)):
            columns: list[pa.Array] = [
                pa.array([cells[index] if index < len(cells) else None for _, cells in batch], pa.string())
                for index in range(len(names))
            ]
            columns.append(pa.array([row + layout.header_row for row, _ in batch], pa.int64()))
            arrow = pa.Table.from_arrays(columns, schema=schema)
            con.register("slow_batch", arrow)
            con.execute(f"INSERT INTO {table} SELECT * FROM slow_batch")
            con.unregister("slow_batch")


def _csv_rows(file: IO[str], layout: Layout) -> Iterator[tuple[int, list[str]]]:
    """(first line of the row, cells), blank lines left out."""
    csv.field_size_limit(CELL_BYTES_MAX)
    if layout.quote:
        reader = csv.reader(file, delimiter=layout.delimiter, quotechar=layout.quote)
    else:
        reader = csv.reader(file, delimiter=layout.delimiter, quotechar=None, quoting=csv.QUOTE_NONE)
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


def _prefixed_rows(file: IO[str], layout: Layout) -> Iterator[tuple[int, list[str]]]:
    for row, line in enumerate(file, 1):
        text = line.rstrip("\n")
        if text.strip():
            yield row, text.removeprefix(layout.prefix).split(layout.delimiter + layout.prefix)


def _names(width: int) -> list[str]:
    return [f"c{index}" for index in range(width)] + [f"x{index}" for index in range(EXTRA_COLUMNS)]


def _definitions(width: int) -> str:
    return ", ".join(f"{name} VARCHAR" for name in _names(width))
