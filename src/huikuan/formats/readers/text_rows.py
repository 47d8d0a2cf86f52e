"""The rows of a text file, read by DuckDB on their way into another table, with the file's own line numbers.

The file is decoded piece by piece (`text_parts`); while one piece is decoded, DuckDB reads those before it. If it gives
as many rows as a piece has lines, row n is line n. Blank lines and quoted line breaks break that rule: then the slow
and obvious way through Python's csv module is taken, which knows the line of each row.

Cells stay as written. A missing cell is null, an empty one ''.
"""

from __future__ import annotations

import contextlib
import csv
import itertools
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING

import pyarrow as pa

from huikuan.formats.readers.text_parts import LINE_BYTES_MAX, Part, TextFile, text_parts
from huikuan.formats.reading import LEARNED_ROWS, Layout
from huikuan.records.errors import UserError
from huikuan.records.sql import sql_text

if TYPE_CHECKING:
    import duckdb

EXTRA_COLUMNS = 3  # cells beyond the header that are kept to be complained about
READERS_MAX = 4  # pieces read at the same time
SLOW_BATCH_ROWS = 50_000
_NEVER = "\x07"  # stands in no text file; DuckDB wants some text for "null"
_END = "\x07end"  # the line after the last one
_numbers = itertools.count(1)


class TextRows:
    """The rows below a header row: a `RowStream`. `table` is the name of the raw table that `store` makes."""

    def __init__(self, path: Path, member: str, encoding: str, width: int, layout: Layout) -> None:
        self.table = f"raw_{next(_numbers)}"
        self._source = TextFile(path, member, encoding)
        self._width, self._layout = width, layout
        self._folder = tempfile.TemporaryDirectory(prefix="huikuan-", ignore_cleanup_errors=True)
        self._parts: list[Part] = []

    def insert(
        self,
        con: duckdb.DuckDBPyConnection,
        target: str,
        query_of: Callable[[str], str],
        learn: Callable[[str], None],
    ) -> bool:
        """Insert all rows by a query: one row for each line. False, and nothing inserted, if rows do not stand one to
        a line or DuckDB cannot read them. Raises UserError for bytes that cannot be decoded."""
        if self._layout.mark:
            self._each_part(lambda _: None)
            return False
        cursors: SimpleQueue[duckdb.DuckDBPyConnection] = SimpleQueue()
        threads = int((con.execute("SELECT current_setting('threads')").fetchone() or (1,))[0])
        readers = min(threads, READERS_MAX)
        # Each piece is read by one thread: given more, DuckDB hands it to another and spins until that is done.
        con.execute("SET threads = 1")
        opened = [con.cursor() for _ in range(readers)]
        for cursor in opened:
            cursor.begin()  # one commit at the end: each would make DuckDB tidy the table
            cursors.put(cursor)
        good = False
        try:
            with ThreadPoolExecutor(max_workers=readers) as pool:
                waiting: list[Future[bool]] = []
                learned: list[Future[None]] = []  # from the first part, while the next ones are decoded

                def submit(part: Part) -> None:
                    relation = self._read_csv(part)
                    if not learned:
                        learned.append(pool.submit(_learn, learn, f"(SELECT * FROM {relation} LIMIT {LEARNED_ROWS})"))
                    waiting.append(pool.submit(_insert, learned[0], cursors, target, query_of(relation), part))

                one_to_a_line = self._each_part(submit)
                good = all(future.result() for future in waiting) and one_to_a_line
        finally:
            for cursor in opened:
                cursor.commit() if good else cursor.rollback()
                cursor.close()
            con.execute(f"SET threads = {threads}")
        return good

    def _each_part(self, submit: Callable[[Part], None]) -> bool:
        """Hand out each part that has rows; False where blank lines stand before the end."""
        good, blank_before = True, 0
        for part in text_parts(self._source, self._layout.header_row, Path(self._folder.name)):
            self._parts.append(part)
            if part.lines > part.blank_end:
                good = good and not blank_before
                submit(part)
            blank_before += part.blank_end
        return good

    def _read_csv(self, part: Part, source_row: str = "") -> str:
        """SQL: a part as a relation with the columns of a raw table. It is read by one thread, hence in order."""
        layout = self._layout
        names = cell_names(self._width)
        columns = "{" + ", ".join(f"'{name}': 'VARCHAR'" for name in names) + "}"
        quote = sql_text(layout.quote) if layout.quote else "''"
        cells = ", ".join([_strip_prefix("c0", layout.prefix), *names[1:]])
        number = source_row or f"row_number() OVER () + {part.first - 1}"
        return (
            f"(SELECT {cells}, {number} AS source_row FROM read_csv({sql_text(str(part.path))}, header=false, "
            f"auto_detect=false, columns={columns}, null_padding=true, parallel=false, "
            f"delim={sql_text(layout.delimiter + layout.prefix)}, quote={quote}, escape={quote}, "
            f"nullstr={sql_text(_NEVER)}, new_line='\\n', max_line_size={LINE_BYTES_MAX}))"
        )

    def store(self, con: duckdb.DuckDBPyConnection, table: str) -> None:
        """Load all rows into a new table through the csv module. After `insert` only."""
        _load_slow(con, table, self._parts, self._width, self._layout)

    def rows(self, con: duckdb.DuckDBPyConnection, numbers: Sequence[int]) -> str:
        """A relation of a few rows, read again. After a good `insert` only."""
        wanted = sorted(set(numbers))
        table = f"{self.table}_{next(_numbers)}"
        if not wanted:
            con.execute(f"CREATE TEMP TABLE {table} ({_definitions(self._width)}, source_row BIGINT)")
            return table
        path = Path(self._folder.name) / f"{table}.txt"
        path.write_bytes(b"".join(line + b"\n" for line in self._lines(wanted)))
        listed = f"([{', '.join(map(str, wanted))}]::BIGINT[])"
        some = Part(path, 1, len(wanted), 0)
        con.execute(
            f"CREATE TEMP TABLE {table} AS SELECT * FROM {self._read_csv(some, f'{listed}[row_number() OVER ()]')}"
        )
        return table

    def _lines(self, numbers: list[int]) -> Iterator[bytes]:
        wanted = set(numbers)
        for part in self._parts:
            if any(part.first <= number < part.first + part.lines for number in wanted):
                with part.path.open("rb") as file:
                    yield from (line.rstrip(b"\n") for number, line in enumerate(file, part.first) if number in wanted)

    def close(self) -> None:
        """Remove the pieces from the disk."""
        self._folder.cleanup()


def _learn(learn: Callable[[str], None], relation: str) -> None:
    """Show the first rows; that they cannot be read is for `_insert` to tell."""
    import duckdb

    with contextlib.suppress(duckdb.Error, UnicodeDecodeError):
        learn(relation)


def _insert(
    learned: Future[None], cursors: SimpleQueue[duckdb.DuckDBPyConnection], target: str, query: str, part: Part
) -> bool:
    """Whether a part was read as so many rows as it has lines."""
    import duckdb

    learned.result()
    cursor = cursors.get()
    try:
        counted = cursor.execute(f"INSERT INTO {target} {query}").fetchone()
    except (duckdb.Error, UnicodeDecodeError):
        return False  # DuckDB quotes the row in its message and may cut a character
    finally:
        cursors.put(cursor)
    return counted is not None and counted[0] == part.lines - part.blank_end


def _strip_prefix(cell: str, prefix: str) -> str:
    if not prefix:
        return cell
    rest = f"substr({cell}, {len(prefix) + 1})"
    return f"CASE WHEN starts_with({cell}, {sql_text(prefix)}) THEN {rest} ELSE {cell} END AS {cell}"


def _load_slow(con: duckdb.DuckDBPyConnection, table: str, parts: list[Part], width: int, layout: Layout) -> None:
    """Read the rows with the csv module, which tells the line of each row, in batches."""
    names = cell_names(width)
    con.execute(f"CREATE TABLE {table} ({_definitions(width)}, source_row BIGINT)")
    schema = pa.schema([(name, pa.string()) for name in names] + [("source_row", pa.int64())])
    lines = _lines_of(parts)
    rows = _prefixed_rows(lines, layout) if layout.prefix else _csv_rows(lines, layout, width)
    while batch := list(itertools.islice(rows, SLOW_BATCH_ROWS)):
        columns: list[pa.Array] = [
            pa.array([cells[index] if index < len(cells) else None for _, cells in batch], pa.string())
            for index in range(len(names))
        ]
        columns.append(pa.array([row + layout.header_row for row, _ in batch], pa.int64()))
        con.register("slow_batch", pa.Table.from_arrays(columns, schema=schema))
        con.execute(f"INSERT INTO {table} SELECT * FROM slow_batch")
        con.unregister("slow_batch")


def _lines_of(parts: list[Part]) -> Iterator[str]:
    for part in parts:
        with part.path.open(encoding="utf-8", newline="\n") as file:
            yield from file


def _csv_rows(lines: Iterator[str], layout: Layout, width: int) -> Iterator[tuple[int, list[str]]]:
    """(first line of the row, cells), blank lines left out."""
    csv.field_size_limit(LINE_BYTES_MAX)
    lines = itertools.chain(lines, [_END])
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
        if cells == [_END]:
            return
        if cells and cells[-1].endswith(_END):  # a quote is open to the end of the file
            raise UserError("file.row_unreadable", row=first + layout.header_row)
        if cells:
            yield first, list(layout.rejoined(cells, width))
        first = reader.line_num + 1


def _prefixed_rows(lines: Iterator[str], layout: Layout) -> Iterator[tuple[int, list[str]]]:
    for row, line in enumerate(lines, 1):
        text = line.rstrip("\n")
        if text.strip():
            yield row, text.removeprefix(layout.prefix).split(layout.delimiter + layout.prefix)


def cell_names(width: int) -> list[str]:
    """The columns of a raw table that hold cells."""
    return [f"c{index}" for index in range(width)] + [f"x{index}" for index in range(EXTRA_COLUMNS)]


def _definitions(width: int) -> str:
    return ", ".join(f"{name} VARCHAR" for name in cell_names(width))
