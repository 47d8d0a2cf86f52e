"""Specimens as real files look: the same rows written otherwise, and what each writing may change.

A file from a platform is saved again in Excel or WPS, copied between sheets, given a title and a row of totals, or
written by the next version of the platform's own program. `VARIATIONS` are such changes, applied to the cells of any
specimen that is one table; `outcome` reads the changed file and holds its records against those of the specimen.
`python -m tests.formats.variations [FORMAT ...]` tries all changes on all specimens and lists what is not as it should
be; `test_variations` tries a part of them.
"""

from __future__ import annotations

import csv
import io
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from html import escape
from pathlib import Path
from typing import Any

import duckdb
import python_calamine
import xlsxwriter

from huikuan.demo.specimens import SPECIMENS, Specimen
from huikuan.formats.headers import column_index, normalise_header
from huikuan.formats.read_file import read_file, tables_of
from huikuan.formats.readers.container import Member
from huikuan.formats.readers.workbook import cell_text
from huikuan.formats.reading import Reading
from huikuan.formats.recognise import recognise
from huikuan.formats.registry import FORMATS
from huikuan.formats.spec import Amount, Day, Format, Identifier, Moment
from huikuan.records.kinds import KINDS
from huikuan.records.money import parse_amount
from tests.formats.support import CONTEXT

PLACE = ("document_id", "source_row", "source_sheet", "seq")
SECONDS_LOST = re.compile(r"(\d{1,2}:\d{2}):\d{2}")
DATE = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:[ T]+(\d{1,2}):(\d{2})(?::(\d{2}))?)?")


@dataclass(frozen=True)
class Table:
    """A specimen's rows as texts. `header` and `end`: where its data begins, less one, and where its footer begins."""

    declared: Format
    rows: tuple[tuple[str, ...], ...]
    header: int
    end: int

    @property
    def data(self) -> tuple[tuple[str, ...], ...]:
        """The rows below the header and above the footer."""
        return self.rows[self.header + 1 : self.end]

    def places(self, *kinds: type) -> list[int]:
        """Where the columns of these kinds stand."""
        header = [normalise_header(cell) for cell in self.rows[self.header]]
        found = (column_index(header, each.headers, each.occurrence) for each in self.declared.columns
                 if isinstance(each, kinds))  # fmt: skip
        return sorted({at for at in found if at is not None})

    def with_data(self, change: Callable[[int, str], str]) -> Table:
        """The table with its data cells changed: `change(column, cell)`."""
        rows = tuple(tuple(change(at, cell) for at, cell in enumerate(row)) for row in self.data)
        return replace(self, rows=(*self.rows[: self.header + 1], *rows, *self.rows[self.end :]))

    def with_rows(self, change: Callable[[tuple[str, ...]], Sequence[str]]) -> Table:
        """The table with each of its rows changed."""
        return replace(self, rows=tuple(tuple(change(row)) for row in self.rows))


def table_of(specimen: Specimen, folder: Path) -> Table | None:
    """The specimen as one table; None where it is an archive, has several sheets or no header."""
    path = folder / specimen.file
    path.write_bytes(specimen.content)
    nature = {b"PK\x03\x04": "xlsx", b"\xd0\xcf\x11\xe0": "xls"}.get(specimen.content[:4], "text")
    if specimen.file.endswith(".zip"):
        return None
    sources = list(tables_of(Member(specimen.file, path, nature)))
    found = recognise(sources[0], [each for each in FORMATS if each.id == specimen.format])
    if len(sources) > 1 or found is None or not found.layout.header_row or found.format.prefix:
        return None
    if nature == "text":
        text = path.read_bytes().decode(sources[0].encoding)  # type: ignore[attr-defined]
        rows = [tuple(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=found.layout.delimiter)]
        if len(rows) != len(text.rstrip("\r\n").splitlines()):
            return None
    else:
        sheet = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(specimen.content)).get_sheet_by_index(0)
        rows = [tuple(cell_text(cell) for cell in row) for row in sheet.to_python(skip_empty_area=False)]
    header = found.layout.header_row - 1
    starts = found.format.footer.starts if found.format.footer else ()
    ends = [
        at for at, row in enumerate(rows) if at > header and row and row[0].strip("` \t").startswith(starts or "\0")
    ]
    return Table(found.format, tuple(rows), header, ends[0] if ends else len(rows))


# ---------------------------------------------------------------- writing
def csv_file(table: Table, encoding: str = "utf-8", delimiter: str = ",") -> bytes:
    """Rows as delimited text."""
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter).writerows(table.rows)
    return out.getvalue().encode(encoding)


def xlsx_file(table: Table, typed: bool = False) -> bytes:
    """Rows as a workbook: all texts, or amounts as numbers and moments as dates."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    sheet = book.add_worksheet()
    shown = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    amounts, moments = table.places(Amount), table.places(Moment, Day)
    for at, row in enumerate(table.rows):
        for column, cell in enumerate(row):
            inside = typed and table.header < at < table.end
            if inside and column in amounts and re.fullmatch(r"-?\d+(\.\d+)?", cell.strip()):
                sheet.write_number(at, column, float(cell))
            elif inside and column in moments and (moment := _moment(cell)):
                sheet.write_datetime(at, column, moment, shown)
            elif cell:
                sheet.write_string(at, column, cell)
    book.close()
    return buffer.getvalue()


def html_file(table: Table, encoding: str = "utf-8") -> bytes:
    """Rows as the table of a web page, which many programs call .xls."""
    rows = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in table.rows)
    return f'<html><meta charset="{encoding}"><body><table>{rows}</table></body></html>'.encode(encoding)


def _moment(cell: str) -> datetime | None:
    found = DATE.fullmatch(cell.strip())
    return datetime(*(int(part or 0) for part in found.groups())) if found else None  # type: ignore[arg-type]


# ---------------------------------------------------------------- changes of cells and rows
def _moments(
    table: Table, day: Callable[[datetime], str], clock: Callable[[datetime], str], always: bool = False
) -> Table:
    """Dates written otherwise, with the clock behind where the cell has one (`always`: behind each)."""
    places = table.places(Moment, Day)

    def change(at: int, cell: str) -> str:
        moment = _moment(cell) if at in places else None
        return cell if moment is None else day(moment) + (clock(moment) if always or ":" in cell else "")

    return table.with_data(change)


def _iso_day(at: datetime) -> str:
    return f"{at:%Y-%m-%d}"


def _excel_day(at: datetime) -> str:
    return f"{at.year}/{at.month}/{at.day}"


def _clock(at: datetime) -> str:
    return f" {at.hour}:{at:%M:%S}"


def _full_clock(at: datetime) -> str:
    return f" {at:%H:%M:%S}"


def _minutes(at: datetime) -> str:
    return f" {at.hour}:{at:%M}"


def _serial_day(at: datetime) -> str:
    return str((at - datetime(1899, 12, 30)).days)


def _serial_time(at: datetime) -> str:
    seconds = Decimal((at - at.replace(hour=0, minute=0, second=0)).seconds)
    return f"{seconds / 86400:.10f}"[1:].rstrip("0")


def _amounts(table: Table, change: Callable[[str], str], blank: bool = False) -> Table:
    places = table.places(Amount)

    def changed(at: int, cell: str) -> str:
        plain = cell.strip()
        if at not in places or bool(plain) == blank or not (blank or re.fullmatch(r"-?\d+(\.\d+)?", plain)):
            return cell
        return change(plain)

    return table.with_data(changed)


def _thousands(text: str) -> str:
    whole, point, rest = text.partition(".")
    return f"{int(whole):,}{point}{rest}" if abs(int(whole)) >= 1000 else text


def _scientific(table: Table) -> Table:
    places = table.places(Identifier)

    def change(at: int, cell: str) -> str:
        plain = cell.strip("`'\"\t =")
        if at not in places or not re.fullmatch(r"\d{12,}", plain):
            return cell
        return f"{Decimal(plain):.5E}".replace("E+", "E+")

    return table.with_data(change)


def _totals(table: Table, word: str) -> Table:
    """A row of sums below the data, a word in its first cell."""
    row = [word, *[""] * (len(table.rows[table.header]) - 1)]
    for at in table.places(Amount):
        found = [_amount(each[at]) for each in table.data if at < len(each)]
        if at and any(found):
            row[at] = str(sum(each for each in found if each is not None))
    return replace(table, rows=(*table.rows[: table.end], tuple(row), *table.rows[table.end :]))


def _amount(cell: str) -> Decimal | None:
    try:
        return parse_amount(cell)
    except ValueError:
        return None


def _inserted(table: Table, name: str, value: str) -> Table:
    at = len(table.rows[table.header]) // 2

    def change(place: int, row: tuple[str, ...]) -> tuple[str, ...]:
        if table.header <= place < table.end:
            return (*row[:at], name if place == table.header else value, *row[at:])
        return row

    return replace(table, rows=tuple(change(place, row) for place, row in enumerate(table.rows)))


def _reversed(table: Table) -> Table:
    width = len(table.rows[table.header])

    def change(place: int, row: tuple[str, ...]) -> tuple[str, ...]:
        if table.header <= place < table.end:
            return (*row, *[""] * (width - len(row)))[::-1]
        return row

    return replace(table, rows=tuple(change(place, row) for place, row in enumerate(table.rows)))


def _header(table: Table, change: Callable[[str], str]) -> Table:
    rows = list(table.rows)
    rows[table.header] = tuple(change(cell) for cell in rows[table.header])
    return replace(table, rows=tuple(rows))


def _spaced(table: Table) -> Table:
    blank = tuple("" for _ in table.rows[table.header])
    inside = [row for each in table.data for row in (each, blank)]
    return replace(table, rows=(*table.rows[: table.header + 1], *inside, *table.rows[table.end :]))


def _titled(table: Table, title: str) -> Table:
    row = (title, *[""] * (len(table.rows[table.header]) - 1))
    return replace(table, rows=(row, *table.rows), header=table.header + 1, end=table.end + 1)


def _signed(text: str, symbol: str) -> str:
    return f"-{symbol}{text[1:]}" if text[0] == "-" else symbol + text


def _missing_ids(table: Table, word: str) -> Table:
    places = table.places(Identifier)
    return table.with_data(lambda at, cell: word if at in places and not cell.strip() else cell)


def _missing_dates(table: Table) -> Table:
    places = table.places(Moment)
    return table.with_data(lambda at, cell: "0000-00-00 00:00:00" if at in places and not cell.strip() else cell)


def _no_date(table: Table, word: str) -> Table:
    header = [normalise_header(cell) for cell in table.rows[table.header]]
    needed = [each for each in table.declared.columns if isinstance(each, Moment | Day) and each.filled]
    places = [column_index(header, each.headers, each.occurrence) for each in needed]
    return table.with_data(lambda at, cell: word if at in places else cell)


def _full_width(text: str) -> str:
    return text.translate(str.maketrans("0123456789.-", "０１２３４５６７８９．－"))


def _bracketed(text: str) -> str:
    return f"({text[1:]})" if text[0] == "-" else text


def _quoted(table: Table) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows(table.rows)
    return out.getvalue().encode()


def _ids(table: Table, wrap: Callable[[str], str]) -> Table:
    places = table.places(Identifier)
    return table.with_data(lambda at, cell: wrap(cell) if at in places and re.fullmatch(r"\w{6,}", cell) else cell)


def _header_again(table: Table) -> Table:
    return replace(table, rows=(*table.rows[: table.end], table.rows[table.header], *table.rows[table.end :]))


# ---------------------------------------------------------------- all changes
SAME, TOLD, DAMAGED = "same", "same or told", "damaged"


@dataclass(frozen=True)
class Variation:
    """A change. `expected`: SAME, the records are the specimen's; TOLD, or the file is refused or flagged with a
    reason; DAMAGED, what was lost must be told and never read. `seconds`: the moments lose their seconds."""

    name: str
    change: Callable[[Table], Table]
    write: Callable[[Table], bytes] = csv_file
    suffix: str = ".csv"
    expected: str = SAME
    seconds: bool = True


def _identity(table: Table) -> Table:
    return table


_FULL = str.maketrans("()", "（）")
_HALF = str.maketrans("（）", "()")
VARIATIONS: tuple[Variation, ...] = (
    Variation("utf-8", _identity),
    Variation("BOM", _identity, lambda table: csv_file(table, "utf-8-sig")),
    Variation("GB18030", _identity, lambda table: csv_file(table, "gb18030")),
    Variation("UTF-16", _identity, lambda table: csv_file(table, "utf-16")),
    Variation("tabs", _identity, lambda table: csv_file(table, delimiter="\t"), ".txt"),
    Variation("semicolons", _identity, lambda table: csv_file(table, delimiter=";")),
    Variation("tabs, UTF-16, .xls", _identity, lambda table: csv_file(table, "utf-16", "\t"), ".xls"),
    Variation("xlsx of texts", _identity, xlsx_file, ".xlsx"),
    Variation("xlsx of numbers", _identity, lambda table: xlsx_file(table, typed=True), ".xlsx"),
    Variation("xlsx called .xls", _identity, xlsx_file, ".xls"),
    Variation("web page called .xls", _identity, html_file, ".xls"),
    Variation("web page in GBK", _identity, lambda table: html_file(table, "gb18030"), ".xls"),
    Variation("blank column before", lambda table: table.with_rows(lambda row: ("", *row))),
    Variation("blank column before, xlsx", lambda table: table.with_rows(lambda row: ("", *row)), xlsx_file, ".xlsx"),
    Variation("title above", lambda table: _titled(table, "某某旗舰店 2026年1月 导出数据")),
    Variation("title above, xlsx", lambda table: _titled(table, "某某旗舰店 2026年1月 导出数据"), xlsx_file, ".xlsx"),
    Variation("tab after each cell", lambda table: table.with_rows(lambda row: [f"{cell}\t" for cell in row])),
    Variation("blanks around cells", lambda table: table.with_rows(lambda row: [f" {cell} " for cell in row])),
    Variation("columns reversed", _reversed),
    Variation("unknown column", lambda table: _inserted(table, "新增说明", "说明")),
    Variation("unknown amount", lambda table: _inserted(table, "新增测算值", "99.99")),
    Variation("full-width brackets", lambda table: _header(table, lambda cell: cell.translate(_FULL))),
    Variation("half-width brackets", lambda table: _header(table, lambda cell: cell.translate(_HALF))),
    Variation("帐 for 账", lambda table: _header(table, lambda cell: cell.replace("账", "帐"))),
    Variation("账 for 帐", lambda table: _header(table, lambda cell: cell.replace("帐", "账"))),
    Variation("thousands", lambda table: _amounts(table, _thousands)),
    Variation("¥ before", lambda table: _amounts(table, lambda text: f"¥{text}")),
    Variation("￥ before, minus first", lambda table: _amounts(table, lambda text: _signed(text, "￥"))),
    Variation("元 behind", lambda table: _amounts(table, lambda text: f"{text}元")),
    Variation("plus", lambda table: _amounts(table, lambda text: text if text[0] == "-" else f"+{text}")),
    Variation("full-width digits", lambda table: _amounts(table, _full_width), expected=TOLD),
    Variation("brackets for minus", lambda table: _amounts(table, _bracketed)),
    Variation("-- for none", lambda table: _amounts(table, lambda _: "--", blank=True)),
    Variation("- for none", lambda table: _amounts(table, lambda _: "-", blank=True)),
    Variation("无 for none", lambda table: _amounts(table, lambda _: "无", blank=True)),
    Variation("0 for none", lambda table: _amounts(table, lambda _: "0.00", blank=True), expected=TOLD),
    Variation("-- for no number", lambda table: _missing_ids(table, "--")),
    Variation("无 for no number", lambda table: _missing_ids(table, "无")),
    Variation("null for no number", lambda table: _missing_ids(table, "null")),
    Variation("-- for a needed date", lambda table: _no_date(table, "--"), expected=TOLD),
    Variation("0000-00-00 for a needed date", lambda table: _no_date(table, "0000-00-00 00:00:00"), expected=TOLD),
    Variation("0000-00-00 for no date", _missing_dates),
    Variation("dates of Excel", lambda table: _moments(table, _excel_day, _clock)),
    Variation("dates of Excel, no seconds", lambda table: _moments(table, _excel_day, _minutes), seconds=False),
    Variation("年月日", lambda table: _moments(table, lambda at: f"{at.year}年{at.month}月{at.day}日", _clock)),
    Variation("年月日, two digits", lambda table: _moments(table, lambda at: f"{at:%Y年%m月%d日}", _full_clock)),
    Variation("serial dates", lambda table: _moments(table, _serial_day, _serial_time), expected=TOLD),
    Variation("T between", lambda table: _moments(table, _iso_day, lambda at: f"T{at:%H:%M:%S}")),
    Variation("milliseconds", lambda table: _moments(table, _iso_day, lambda at: f" {at:%H:%M:%S}.000")),
    Variation("midnight behind days", lambda table: _moments(table, _iso_day, _full_clock, always=True), expected=TOLD),
    Variation("scientific", _scientific, expected=DAMAGED),
    Variation("合计", lambda table: _totals(table, "合计")),
    Variation("总计：", lambda table: _totals(table, "总计：")),
    Variation("Total", lambda table: _totals(table, "Total")),
    Variation("合计, xlsx", lambda table: _totals(table, "合计"), lambda table: xlsx_file(table, typed=True), ".xlsx"),
    Variation("no word before totals", lambda table: _totals(table, ""), expected=TOLD),
    Variation("blank rows between", _spaced),
    Variation("empty lines between", _spaced, lambda table: re.sub(rb"(?m)^,+\r?$", b"\r", csv_file(table))),
    Variation("quoted", _identity, _quoted),
    Variation("apostrophe before numbers", lambda table: _ids(table, lambda text: f"'{text}")),
    Variation("=\"...\"", lambda table: _ids(table, lambda text: f'="{text}"')),
    Variation("header again", _header_again),
)  # fmt: skip


# ---------------------------------------------------------------- what came of it
@dataclass(frozen=True)
class Read:
    """What a file gave: status, codes of its problems, counts and all its records but for their places."""

    format: str
    status: str
    codes: tuple[str, ...]
    accepted: int
    records: Counter[tuple[Any, ...]]
    texts: tuple[str, ...]


def _records(reading: Reading, con: duckdb.DuckDBPyConnection, seconds: bool) -> Counter[tuple[Any, ...]]:
    found: Counter[tuple[Any, ...]] = Counter()
    for kind, table in reading.tables.items():
        fields = [each.name for each in KINDS[kind].all_fields if each.name not in PLACE]
        for row in con.execute(f"SELECT {', '.join(fields)} FROM {table}").fetchall():
            found[(kind, *(_plain(name, value, seconds) for name, value in zip(fields, row, strict=True)))] += 1
    return found


def _plain(name: str, value: Any, seconds: bool) -> Any:
    if isinstance(value, datetime) and not seconds:
        return value.replace(second=0)
    if not seconds and name in ("record_key", "flow_no", "identity", "bank_ref", "settlement_batch"):
        return ""
    return value


def read_variation(specimen: Specimen, name: str, content: bytes, folder: Path, seconds: bool = True) -> Read:
    """Read a file as the specimen is read."""
    path = folder / name
    path.write_bytes(content)
    con = duckdb.connect()
    context = replace(CONTEXT, shop=specimen.shop, account=specimen.account)
    readings = read_file(path, name, context, con)
    records: Counter[tuple[Any, ...]] = Counter()
    for each in readings:
        records += _records(each, con, seconds) if each.status != "refused" else Counter()
    codes = tuple(problem.code for each in readings for problem in each.problems)
    texts = tuple(problem.text for each in readings for problem in each.problems)
    status = next((each for each in ("refused", "flagged") if each in {r.status for r in readings}), "imported")
    con.close()
    return Read(readings[0].format, status, codes, sum(each.accepted for each in readings), records, texts)


_READ: dict[tuple[str, str, bool], Read] = {}


def _plain_read(specimen: Specimen, table: Table, folder: Path, seconds: bool) -> Read:
    """The specimen as one plain CSV, read once."""
    key = (specimen.format, specimen.layout or specimen.file, seconds)
    if key not in _READ:
        name = f"{Path(specimen.file).stem}.csv"
        _READ[key] = read_variation(specimen, name, csv_file(table), folder, seconds)
    return _READ[key]


def outcome(specimen: Specimen, table: Table, variation: Variation, folder: Path) -> str:
    """ "" if the changed file gives what it should, else what it gave."""
    changed = variation.change(table)
    stem = Path(specimen.file).stem
    plain = _plain_read(specimen, table, folder, variation.seconds)
    if changed == table and variation.write is csv_file and variation.name != "utf-8":
        return ""
    got = read_variation(specimen, stem + variation.suffix, variation.write(changed), folder, variation.seconds)
    if variation.expected == DAMAGED:
        return _damaged(changed, table, got)
    if got.status == "refused":
        return "" if variation.expected == TOLD else f"refused {got.texts[:2]}"
    if variation.expected == TOLD and variation.name.endswith("needed date") and changed != table:
        return f"DIFFERENT taken without its date: {got.status} {got.codes}"
    if got.records != plain.records:
        told = " ".join(got.codes)
        if variation.expected == TOLD and got.status == "flagged":
            return ""
        return f"DIFFERENT {got.status} {got.format} [{told}] {_difference(plain.records, got.records)}"
    if got.status != plain.status and variation.expected == SAME:
        return f"{got.status} {got.texts[:2]}"
    return ""


def _damaged(changed: Table, table: Table, got: Read) -> str:
    if changed == table or got.status == "refused" or {"key_damaged", "number_damaged"} & set(got.codes):
        kept = [row for row in got.records if any(isinstance(v, str) and re.search(r"\dE\+\d", v) for v in row[1:])]
        return f"DIFFERENT kept {kept[:1]}" if kept and got.status != "refused" else ""
    return f"DIFFERENT damaged numbers in silence: {got.status} {got.codes}"


def _difference(plain: Counter[tuple[Any, ...]], got: Counter[tuple[Any, ...]]) -> str:
    less, more = list((plain - got).elements()), list((got - plain).elements())
    text = f"-{len(less)} +{len(more)}"
    if less and more and less[0][0] == more[0][0]:
        names = ["kind", *(each.name for each in KINDS[less[0][0]].all_fields if each.name not in PLACE)]
        pairs = zip(names, less[0], more[0], strict=True)
        text += " " + ", ".join(f"{name}: {a!r} -> {b!r}" for name, a, b in pairs if a != b)
    elif more:
        text += f" {[v for v in more[0] if v is not None]}"
    return text[:400]


def main(wanted: Sequence[str]) -> None:
    """Try every change on every specimen (of the formats named) and print what is not as it should be."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for specimen in sorted(SPECIMENS, key=lambda each: each.format.endswith("statement")):
            if wanted and specimen.format not in wanted:
                continue
            table = table_of(specimen, folder)
            if table is None:
                print(f"{specimen.format} {specimen.layout}: not one table", flush=True)
                continue
            for variation in VARIATIONS:
                try:
                    found = outcome(specimen, table, variation, folder)
                except Exception as error:
                    found = f"ERROR {type(error).__name__}: {error}"
                if found:
                    print(f"{specimen.format} | {specimen.layout} | {variation.name} | {found}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
