"""How a source document is declared. A format is one frozen `Format`; `compile` turns it into SQL.

A declaration has three parts: how to recognise the document, what its columns mean (*values*, each with a name of
its own), and which records a row becomes (*emits*). Everything is plain data, so that a typo is a type error and a
reader of the module sees the whole document. Facts about the documents come from the platforms' own pages, or from
real files; each module says which.

Names. A column is named by its header, or by several if the platform has renamed it; headers are compared after
`normalise_header` (NFKC, blanks, 帐 = 账, brackets). A value's name is an SQL identifier; expressions use it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from huikuan.formats.reading import RawTable, ReadContext
from huikuan.records.kind import FieldType

if TYPE_CHECKING:
    import duckdb

SHANGHAI = "Asia/Shanghai"
BOOK = "book"  # the book's time zone
OFFSET = "offset"  # the text carries its offset from UTC
# Year first: no country writes it in two ways. Platforms, banks and spreadsheet programs differ in the rest.
ISO_TIMES = (
    "%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M", "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%d %H:%M:%S.%f", "%Y.%m.%d %H:%M:%S", "%Y年%m月%d日 %H:%M:%S", "%Y年%m月%d日 %H:%M", "%Y%m%d %H:%M:%S",
    "%Y%m%d %H%M%S", "%Y%m%d%H%M%S", "%Y-%m-%d %H.%M.%S", "%Y-%m-%d-%H.%M.%S",
)  # fmt: skip
ISO_DATES = ("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%Y.%m.%d", "%Y年%m月%d日")
# Two digits of a year first: DuckDB's %Y takes them for the year 20. Points always stand behind the day.
DAY_FIRST = ("%d/%m/%y", "%d.%m.%y", "%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y")
MONTH_FIRST = ("%m/%d/%y", "%d.%m.%y", "%m/%d/%Y", "%m-%d-%Y", "%d.%m.%Y")


# ---------------------------------------------------------------- values: what a column means
@dataclass(frozen=True)
class Text:
    """Text as written, blanks around it taken off; blank becomes null. `scrub` takes phone numbers out."""

    name: str
    headers: tuple[str, ...]
    filled: bool = False
    scrub: bool = False
    occurrence: int = 1


@dataclass(frozen=True)
class Identifier:
    """A number that is a name: tabs, blanks, back ticks, quotes and `="..."` are taken off, `123.0` becomes `123`.

    What a spreadsheet has damaged (`2.02606E+27`) is a reject if `filled`, else (a reference) the value is null,
    `NAME_damaged` is true and the row is flagged: `key_damaged` where the format declares it, else `number_damaged`.
    `blank` lists texts which mean "none" (WeChat: `0`) beside `records.money.NOTHING`.
    `usual`: a regular expression that nearly every cell fits, and nothing but sound identifiers; the value `NAME_usual`
    is true of cells that do as they are written, so that expressions need not look at their letters again.
    """

    name: str
    headers: tuple[str, ...]
    filled: bool = False
    blank: tuple[str, ...] = ()
    occurrence: int = 1
    usual: str = ""


@dataclass(frozen=True)
class Amount:
    """An amount in the grammar of `records.money`; blank and its words for nothing are null. `minor`: written in cents.
    `decimal_comma`: True, the file writes 1.234,50; "seen", it may, and a cell with one or two digits behind its last
    comma shows it. `remark`: a regular expression of what may stand behind the number and is no part of it.
    `unit`: a currency may be written around it (`CNY13.50`, `579,68 USD`, `8,000.00(CN)`). `side`: CR or DR may stand
    behind it, which is no part of the number (`side_sql` tells what it means)."""

    name: str
    headers: tuple[str, ...]
    filled: bool = False
    minor: bool = False
    remark: str = ""
    decimal_comma: bool | Literal["seen"] = False
    unit: bool = False
    side: bool = False
    occurrence: int = 1


@dataclass(frozen=True)
class Moment:
    """A date with time. Gives `NAME` (UTC) and `NAME_date` (the book's date). `also` is a second column holding the
    time of day (or, at some banks, date and time again). `tz`: a zone name, BOOK, or OFFSET. A text without a time of
    day (spreadsheet programs lose it) gives only `NAME_date`.

    `worded`: the month may stand in words, hours may be am and pm. `zone`: a third column, with OFFSET, that names each
    row's zone. `day_first="seen"`: 03/04 may be either; the whole file decides, or one of `day_first_by`, headers that
    only the language of a country with the day first has. What remains open refuses the file. `shared_zones`: what a
    name that two zones share means in the file (`zone_names` finds it). `undated`: words, in small letters, that stand
    in the place of the date while a row has none yet; the value is null then, which is no fault."""

    name: str
    headers: tuple[str, ...]
    filled: bool = False
    formats: tuple[str, ...] = ISO_TIMES
    tz: str = SHANGHAI
    also: tuple[str, ...] = ()
    date_formats: tuple[str, ...] = ISO_DATES
    occurrence: int = 1
    worded: bool = False
    zone: tuple[str, ...] = ()
    day_first: Literal["", "seen"] = ""
    day_first_by: tuple[str, ...] = ()
    shared_zones: tuple[tuple[str, str], ...] = ()
    undated: tuple[str, ...] = ()


@dataclass(frozen=True)
class Day:
    """A date without time. Gives `NAME_date`."""

    name: str
    headers: tuple[str, ...]
    filled: bool = False
    formats: tuple[str, ...] = ISO_DATES
    occurrence: int = 1


@dataclass(frozen=True)
class Choice:
    """One of the platform's words, translated. An unknown word: `otherwise` if given, else the row is rejected."""

    name: str
    headers: tuple[str, ...]
    words: Mapping[str, str]
    filled: bool = False
    otherwise: str | None = None
    occurrence: int = 1


@dataclass(frozen=True)
class Person:
    """A name, account or phone number of a person: only a keyed hash `NAME_hash` and a mask `NAME_mask` are kept."""

    name: str
    headers: tuple[str, ...]
    occurrence: int = 1


Column = Text | Identifier | Amount | Moment | Day | Choice | Person


@dataclass(frozen=True)
class Constant:
    """A value that is the same for every row (sign families, currency of a platform)."""

    name: str
    value: str


@dataclass(frozen=True)
class Expression:
    """A value computed from earlier ones: a small SQL snippet. `type` is the type it is cast to.

    Columns the file does not have are null. Prices and amounts are DECIMAL(18,5): no division, no float."""

    name: str
    sql: str
    type: FieldType


@dataclass(frozen=True)
class Classified:
    """Bill items put into Huikuan's own types by a table `data/TABLE.csv` (`match, text, type, movement, linked`).

    `item` is the SQL of the platform's wording. Gives `NAME` (settlement type, unknown → `unclassified`),
    `NAME_movement` (a wallet movement or null) and `NAME_linked` (whether an order number is normal for it)."""

    name: str
    item: str
    table: str


@dataclass(frozen=True)
class Reject:
    """A condition (SQL over values) under which a row cannot be read. `code` is a message code, `column` the header
    shown to the user."""

    code: str
    sql: str
    column: str


@dataclass(frozen=True)
class Flag:
    """A condition under which a row is kept and shown to the user. Same fields as `Reject`."""

    code: str
    sql: str
    column: str


@dataclass(frozen=True)
class Doubt:
    """A condition over all rows that read well (an SQL aggregate) under which the document is flagged or refused."""

    code: str
    sql: str
    severity: Literal["flag", "refuse"] = "flag"
    column: str = ""


# ---------------------------------------------------------------- records: what a row becomes
@dataclass(frozen=True)
class Emit:
    """One record kind that a row gives, and which rows give it. Several emits may give the same kind.

    `fields` maps fields of the kind to SQL over values; fields not named are null. `moment` names the Moment or Day
    that gives `occurred_at` and `business_date`. `n` (where the kind has it) counts equal keys within the document,
    from 0. `account` and `shop` need not be named: they are the document's, unless a column gives them.
    """

    kind: str
    fields: Mapping[str, str]
    moment: str = ""
    where: str = ""


# ---------------------------------------------------------------- the rest of a document
@dataclass(frozen=True)
class Footer:
    """Rows below the data; a format that declares none has `controls.SUMS`. `starts`: beginnings of the row's first
    cell (blanks and back ticks taken off);
    `to_end`: everything after the first such row belongs to the footer. `expected`: the document always has one, so
    without it the file is flagged as possibly cut off. `first_filled`: the row's first cells may be blank.
    `pattern`: a regular expression for the cell, beside `starts`. `under`: beginnings of rows of totals: what stands
    there below an `Amount` is the fact `under_NAME`."""

    starts: tuple[str, ...]
    to_end: bool = True
    expected: bool = False
    first_filled: bool = False
    pattern: str = ""
    under: tuple[str, ...] = ()


@dataclass(frozen=True)
class Fact:
    """Something the preamble or footer states: the first group of `pattern` in any of its lines.

    Known names: account, shop, currency, period_from, period_to, exported_at. Others may be used by controls, and what
    the preamble states by expressions, as the text `fact_NAME`."""

    name: str
    pattern: str
    optional: bool = True


@dataclass(frozen=True)
class Total:
    """A control total. `stated` names a Fact, or a column of the footer's own header-and-row table (`footer_table`), or
    is an SQL aggregate itself where a row states the total (Amazon), then `in_rows`. `computed` is an SQL aggregate
    over all rows that read well, ignored ones included (column `ignored`). `opening` names a Fact that is added to it;
    without that fact there is no such total."""

    name: str
    stated: str
    computed: str
    in_rows: bool = False
    opening: str = ""


@dataclass(frozen=True)
class Balance:
    """A running balance: `balance` after each row moved by `amount`, oldest first or newest first. Breaks flag the
    document: `balance_break`. `by` names a value with a balance of its own (currency); `rows` (SQL) is which rows the
    balance counts.

    `readings` are other values of the same amounts, with other signs: where the balance does not follow `amount`, but
    follows one of them from the first row to the last, that one is taken. The first is the surest. `inverted` are
    readings in which money in is money out: they need three balances, and are told. `unclear` rejects rows where no
    balance proves the reading; its conditions may use window functions."""

    amount: str = "amount"
    balance: str = "balance"
    by: str = ""
    rows: str = "NOT ignored"
    readings: tuple[str, ...] = ()
    inverted: tuple[str, ...] = ()
    unclear: tuple[Reject, ...] = ()


@dataclass(frozen=True)
class Balanced:
    """Groups of rows whose two sides must be equal (the debits and credits of a voucher): `key`, `left`, `right` are
    values or SQL over them. A group that is not equal flags the document: `group.unbalanced`. `name` is what a group is
    called in messages."""

    name: str
    key: str
    left: str
    right: str


@dataclass(frozen=True)
class About:
    """What `huikuan formats` tells a user."""

    title: str
    where: str  # where to download it
    verified: str  # "real file" or "documentation"
    note: str = ""


ReadFunction = Callable[[Path, str, "duckdb.DuckDBPyConnection", ReadContext], list[RawTable]]
ShapeFunction = Callable[[Sequence[str]], bool]
SniffFunction = Callable[[bytes, str], bool]


@dataclass(frozen=True)
class Companion:
    """Another sheet of the same workbook that tells the document's money again (a summary): no records, so that
    nothing counts twice, but control totals.

    `sheet` is declared like a format, without emits. Of each total, `stated` is an SQL aggregate over the sheet's
    values (`ignored` rows left out) and `computed` one over the document's records of `kind`."""

    sheet: Format
    kind: str
    totals: tuple[Total, ...]


@dataclass(frozen=True)
class Format:
    """One source document. See the module's docstring; `docs/howto/add-a-format.md` shows how to write one.

    Recognition: all of `needs` (each a tuple of synonyms) must stand in one row within the first 40, and none of
    `lacks`; `marks` (texts of the preamble) and `file_name` (a regular expression) decide between candidates. `named`:
    without one of them it is not this document. `fallback`: tried where no other format fits.
    `settled`: values computed once more when all rows are there, with window functions (the order of day and month);
    then `doubts` are asked.
    `sniff` and `read` replace all this for documents that are no tables: `sniff(first 64 KiB, file name)`,
    `read(path, name, con, context)` gives one raw table per document.

    `shape` and `places` are for documents that may come without a header: `shape(cells of the first row)` tells them,
    `places` names their columns from the first to the last.

    `prefix`: every data cell begins with it (WeChat's back tick), so rows are split at delimiter + prefix, and nothing
    is quoted; a file saved again by a spreadsheet program is an ordinary one.
    `ignored`: SQL condition for rows closed, failed or pending by the document's own words.
    `rank`: how good a source it is for settlement lines (design rule 3). `rank_by_type` overrides it per type.
    """

    id: str
    about: About
    needs: tuple[tuple[str, ...], ...]
    columns: tuple[Column, ...]
    emits: tuple[Emit, ...]
    values: tuple[Constant | Expression | Classified, ...] = ()
    rejects: tuple[Reject, ...] = ()
    flags: tuple[Flag, ...] = ()
    ignored: str = ""
    lacks: tuple[tuple[str, ...], ...] = ()
    marks: tuple[str, ...] = ()
    named: bool = False
    fallback: bool = False
    settled: tuple[Expression, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    file_name: str = ""
    # A regular expression whose first group is the export time in the file's name; its day is the value `named_date`.
    exported_in_name: str = ""
    delimiters: tuple[str, ...] = (",", "\t", ";")
    quote: str = '"'
    prefix: str = ""
    footer: Footer | None = None
    footer_table: str = ""  # first cell of the footer's own header row; the next row holds its values
    facts: tuple[Fact, ...] = ()
    totals: tuple[Total, ...] = ()
    balance: Balance | None = None
    balanced: Balanced | None = None
    account_value: str = ""  # the value (column) that names the account in each row
    shop_value: str = ""
    currency: str = ""  # ISO code, or SQL over values when `currency_value`
    currency_value: str = ""
    currency_in_rows: str = ""  # SQL aggregate over the values, where one row states it for all (Amazon)
    short_rows: Literal["reject", "pad"] = "reject"
    order_grain: Literal["line", "header"] = "line"
    rank: int = 10
    merged: tuple[str, ...] = ()  # columns whose cells are merged over the rows of a group; see `merged_cells`
    header_currency: bool = False  # a currency may stand behind the headers, in brackets; it is `header_currency`
    skip_rows: str = ""  # SQL condition over values for rows that are no data (sub-headings); counted nowhere
    sniff: SniffFunction | None = None
    read: ReadFunction | None = None
    companions: tuple[Companion, ...] = ()
    shape: ShapeFunction | None = None
    places: tuple[str, ...] = ()
    header_lines: int = 1  # 2: the columns' names stand in two rows (`headers.joined_header`)
    period_values: tuple[str, ...] = ()  # two DATE values whose least and greatest are the stated period
    stated_timezone: str = SHANGHAI  # of the times in preamble and footer

    @property
    def kinds(self) -> tuple[str, ...]:
        """The record kinds this document gives, each once."""
        return tuple(dict.fromkeys(emit.kind for emit in self.emits))
