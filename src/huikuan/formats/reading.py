"""What passes between readers, the compiler and the pipeline: plain values.

A reader turns bytes into `RawTable`s (text cells in DuckDB). The compiler turns a raw table and a format's declaration
into a `Reading`. Nothing here knows a platform.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

from huikuan.formats.headers import column_index, normalised_names
from huikuan.records.document import Control
from huikuan.records.errors import Problem
from huikuan.records.sql import sql_text

if TYPE_CHECKING:
    import duckdb

# At most this many problems of a document are listed; all are counted (`Reading.problems_total`).
PROBLEMS_LISTED = 100
# The rows in which wordings of bill items are looked for before all rows are read.
LEARNED_ROWS = 20_000


@dataclass(frozen=True)
class ReadContext:
    """What the caller knows when a file is read.

    `account` and `shop` given by the user win over what the file states. `mappings` are the book's saved column
    mappings; a mapping is a `Format` built by `formats.mapping`. `on_progress` is told a share from 0 to 1.
    """

    currency: str = "CNY"
    timezone: str = "Asia/Shanghai"
    shop: str = ""
    account: str = ""
    hash_key: bytes = b""
    mappings: tuple[Any, ...] = ()
    format: str = "auto"
    mapping: str = ""  # name of the mapping to use
    password: str = ""
    accept_partial: bool = False
    on_progress: Callable[[float], None] | None = None


@dataclass(frozen=True)
class Line:
    """One physical line (or sheet row) outside the data: of the preamble or the footer. Cells are joined by a comma."""

    row: int
    text: str
    cells: tuple[str, ...] = ()


class RowStream(Protocol):
    """Rows that are read only once, on their way into the typed table, so that the text is never stored.

    A `relation` here has the columns of a raw table."""

    def insert(
        self,
        con: duckdb.DuckDBPyConnection,
        target: str,
        query_of: Callable[[str], str],
        learn: Callable[[str], None],
    ) -> bool:
        """Insert all rows into a table by the query that `query_of` makes of a relation: one row for each of its own.
        `learn` is shown a relation of the first rows before.

        False if the rows cannot be read this way: nothing is inserted, and `store` is to be used."""

    def store(self, con: duckdb.DuckDBPyConnection, table: str) -> None:
        """Load all rows into a new table, the slow way. After `insert` only."""

    def rows(self, con: duckdb.DuckDBPyConnection, numbers: Sequence[int]) -> str:
        """A relation of a few rows, by `source_row`. After a good `insert` only."""

    def close(self) -> None:
        """Remove what was written to the disk."""


@dataclass(frozen=True)
class RawTable:
    """A table of text cells as the file has them. Grain: one row per source row below the header.

    `table` is a DuckDB table or view with columns `c0 .. cN` (VARCHAR; NULL: the row has no such cell) in the order
    of `header`, then possibly more (`extra` cells beyond the header, see `extra_columns`), and `source_row` BIGINT,
    the first physical line of the row, ascending in the order of the file. It holds no preamble and no header;
    footer rows may stand in it: the format's `Footer` names them.

    Readers of non-tabular documents (MT940, camt) give one raw table per document, with their own column names as
    header, ISO dates, plain amounts, and what they know already in `facts` (`account`, `currency`, `period_from`,
    `period_to`, `exported_at`, all text, ISO) and `controls`.
    """

    table: str
    header: tuple[str, ...]
    header_row: int = 0
    preamble: tuple[Line, ...] = ()
    footer: tuple[Line, ...] = ()
    sheet: str = ""
    member: str = ""
    encoding: str = ""
    extra_columns: int = 0  # columns `x0 ..`: cells beyond the header
    entries: bool = False  # `source_row` counts the entries of a message, not lines
    stream: RowStream | None = None  # the rows, where `table` does not exist (yet)
    facts: Mapping[str, str] = field(default_factory=dict)
    controls: tuple[Control, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def cell_names(self) -> list[str]:
        """The columns of `table` that hold cells."""
        return [f"c{index}" for index in range(len(self.header))] + [f"x{index}" for index in range(self.extra_columns)]

    def relation(self, con: duckdb.DuckDBPyConnection, numbers: Sequence[int]) -> str:
        """A relation with the columns of `table` that holds these rows at least."""
        return self.stream.rows(con, numbers) if self.stream else self.table

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The header as names are compared."""
        return normalised_names(self.header)

    def place(self, headers: tuple[str, ...], occurrence: int = 1, with_currency: bool = False) -> int | None:
        """Where a column stands, by any of its names; see `column_index`."""
        return column_index(self.names, headers, occurrence, with_currency)

    def drop(self, con: duckdb.DuckDBPyConnection) -> None:
        """Let go of the text: at a million rows it is most of the memory."""
        # No bound value: at the first one DuckDB looks for pandas, which takes longer than this query.
        found = con.execute(f"SELECT count(*) FROM duckdb_views() WHERE view_name = {sql_text(self.table)}").fetchone()
        if found and found[0]:
            con.execute(f"DROP VIEW {self.table}")
            con.unregister(self.table)
        else:
            con.execute(f"DROP TABLE IF EXISTS {self.table}")
        if self.stream:
            self.stream.close()


@dataclass(frozen=True)
class Head:
    """The first rows of a table, for recognition: up to 40 rows, cells as written. `split` is the delimiter that gave
    these cells ("" for a sheet)."""

    rows: tuple[tuple[int, tuple[str, ...]], ...]  # (physical row, cells)
    split: str = ""
    sheet: str = ""


@dataclass(frozen=True)
class Reading:
    """One document found in a file, read. `tables` is empty when the document is refused.

    `rows` = `accepted` + `rejected` + `ignored`. `tables` names, per record kind, a DuckDB table or view of the
    connection with the columns of `Kind.all_fields` except `document_id`. `problems_total` counts all problems,
    `problems` lists the first ones. `stated_account`, `stated_shop`: what the file itself says, blank if nothing.
    `keys_proved`: no two records of a kind have the same key, proved over all rows while the views were made.
    `constants`: by kind, text columns that hold one word in all records, and the word; needs not name them all.
    """

    format: str
    member: str = ""
    sheet: str = ""
    account: str = ""
    shop: str = ""
    stated_account: str = ""
    stated_shop: str = ""
    currency: str = ""
    period_from: date | None = None
    period_to: date | None = None
    period_stated: bool = False
    exported_at: datetime | None = None
    order_grain: str = "line"
    rows: int = 0
    accepted: int = 0
    rejected: int = 0
    ignored: int = 0
    totals: dict[str, Decimal] = field(default_factory=dict)
    controls: tuple[Control, ...] = ()
    problems: tuple[Problem, ...] = ()
    problems_total: int = 0
    status: str = "imported"  # imported | flagged | refused
    tables: dict[str, str] = field(default_factory=dict)
    keys_proved: bool = False
    constants: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def kinds(self) -> tuple[str, ...]:
        """The record kinds this document tells, in the order of its tables."""
        return tuple(self.tables)


@dataclass(frozen=True)
class Layout:
    """Where the table begins and how its rows are split. `prefix` stands before every data cell, and nothing is quoted.
    `mark` does so too, but a spreadsheet program has split the rows since: also at the commas inside of texts.
    `header` names the columns of a table that has no header row; `header_row` is then 0. `continues`: they are those
    of the sheet before, from column A on."""

    header_row: int
    delimiter: str = ","
    quote: str = '"'
    prefix: str = ""
    mark: str = ""
    header: tuple[str, ...] = ()
    continues: bool = False

    def rejoined(self, cells: Sequence[str], width: int) -> Sequence[str]:
        """The cells of a row of `width` columns. Where it has more, those without the mark belong to the one before.

        >>> Layout(1, mark="`").rejoined(["`a", "`b", " c", "`d", ""], 3)
        ['`a', '`b, c', '`d', '']
        """
        if not (self.mark and cells and cells[0].startswith(self.mark) and any(cells[width:])):
            return cells
        last = max(at for at, cell in enumerate(cells) if cell)
        joined: list[str] = []
        for cell in cells[: last + 1]:
            if cell.startswith(self.mark):
                joined.append(cell)
            else:
                joined[-1] += f",{cell}"
        return [*joined, *cells[last + 1 :]]


class TableSource(Protocol):
    """A text file or one sheet of a workbook, opened but not loaded. `heads` has one entry per way to split the rows
    (a sheet has one)."""

    @property
    def member(self) -> str:
        """The file's name, or `archive!member`."""
        ...

    @property
    def sheet(self) -> str:
        """The sheet's name; blank for a text file."""
        ...

    @property
    def heads(self) -> tuple[Head, ...]:
        """The first rows, once for each way to split them."""
        ...

    def load(self, con: duckdb.DuckDBPyConnection, layout: Layout) -> RawTable:
        """Load everything below the header row, see `RawTable`."""
        ...
