"""What must hold for every document of the Chinese platforms, whatever its layout: checked over all their specimens.

- What a file says of persons (names, phone numbers, streets) stands in no record.
- The same rows in another container, encoding or order give the same records: the same keys, the same money.
- A document that ends in the middle of a row is never imported without a word; nor is one whose end is missing, where
  something in it can tell.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import pytest
import python_calamine

from huikuan.demo.specimens import SPECIMENS, Specimen
from huikuan.demo.specimens.writing import csv_bytes, xlsx_bytes
from huikuan.formats.headers import column_index, normalise_header
from huikuan.formats.read_file import read_file
from huikuan.formats.reading import Reading
from huikuan.formats.registry import FORMATS
from huikuan.formats.spec import Format
from tests.formats.support import CONTEXT

PLATFORMS = (
    "alibaba1688", "alipay", "douyin", "jd", "kuaishou", "meituan", "pdd", "qianniu", "taobao", "tmall", "wechatpay",
    "wechatshop", "xiaohongshu",
)  # fmt: skip
KNOWN = tuple(each for each in SPECIMENS if each.format.split(".")[0] in PLATFORMS)
PERSON = re.compile("某[甲乙丙丁戊己]|某街|[张李王]某|张三|李四|王五|(?<![0-9])1[3-9][0-9]{9}(?![0-9])")


@dataclass(frozen=True)
class Table:
    """The one table of a specimen, read without the formats: lines above the header, the header, rows, lines below."""

    declared: Format
    above: list[list[str]]
    header: list[str]
    rows: list[list[str]]
    below: list[list[str]]

    def written(self, rows: list[list[str]], below: list[list[str]]) -> list[list[str]]:
        return [*self.above, self.header, *rows, *below]


def name_of(each: Specimen) -> str:
    return f"{each.format}-{each.layout or each.file}"


def sheets(content: bytes) -> Iterator[list[list[str]]]:
    """Every table of a file as rows of texts."""
    if not content.startswith(b"PK"):
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = content.decode("gb18030")
        yield list(csv.reader(io.StringIO(text, newline="")))
        return
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if "xl/workbook.xml" not in archive.namelist():
            for member in archive.namelist():
                yield from sheets(archive.read(member))
            return
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
    for name in book.sheet_names:
        rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        yield [[f"{cell:.10g}" if isinstance(cell, float) else str(cell) for cell in row] for row in rows]


def table_of(each: Specimen, sub_headings: bool = False) -> Table | None:
    """The table of a specimen; None where it has several or goes on in another sheet, its rows belong together (merged
    cells), or its format has rows that are none (unless `sub_headings`)."""
    found = []
    if each.layout == "two sheets":
        return None
    for rows in sheets(each.content):
        for place, row in enumerate(rows):
            header = [normalise_header(cell) for cell in row]
            fits = [one for one in FORMATS if one.id == each.format and _fits(header, one)]
            if fits:
                found.append(_split(fits[0], rows, place))
                break
    if len(found) != 1 or found[0].declared.merged:
        return None
    return None if found[0].declared.skip_rows and not sub_headings else found[0]


def _fits(header: list[str], declared: Format) -> bool:
    wanted = all(column_index(header, needed) is not None for needed in declared.needs)
    return wanted and all(column_index(header, lacking) is None for lacking in declared.lacks)


def _split(declared: Format, rows: list[list[str]], place: int) -> Table:
    starts = declared.footer.starts if declared.footer else ()
    data = rows[place + 1 :]
    end = next(
        (at for at, row in enumerate(data) if row and row[0].strip(" \t`").startswith(starts or "\0")), len(data)
    )
    return Table(declared, rows[:place], rows[place], [row for row in data[:end] if any(row)], data[end:])


TABLES = tuple((each, table) for each in KNOWN if (table := table_of(each)))


def documents(
    each: Specimen, folder: Path, content: bytes, name: str
) -> tuple[list[Reading], duckdb.DuckDBPyConnection]:
    path = folder / name
    path.write_bytes(content)
    con = duckdb.connect()
    context = replace(CONTEXT, shop=each.shop or "Shop", account=each.account or "Account")
    return [found for found in read_file(path, name, context, con) if found.format], con


def keys(readings: Sequence[Reading], con: duckdb.DuckDBPyConnection) -> list[str]:
    tables = [table for reading in readings for table in reading.tables.values()]
    return sorted(row[0] for table in tables for row in con.execute(f"SELECT record_key FROM {table}").fetchall())


def test_nearly_every_layout_is_looked_at() -> None:
    assert len(TABLES) >= len(KNOWN) * 0.7
    assert len(WHOLE) >= len(TABLES) * 0.9 and len(BALANCED) >= 9
    assert {each.format.split(".")[0] for each, _ in TABLES} >= {"alipay", "douyin", "jd", "pdd", "xiaohongshu"}


@pytest.mark.parametrize("each", KNOWN, ids=name_of)
def test_no_person_stands_in_a_record(each: Specimen, tmp_path: Path) -> None:
    readings, con = documents(each, tmp_path, each.content, each.file)
    assert readings
    for reading in readings:
        for table in reading.tables.values():
            found = con.execute(f"SELECT COLUMNS(c -> NOT ends_with(c, '_hash')) FROM {table}").fetchall()
            assert not [value for row in found for value in row if isinstance(value, str) and PERSON.search(value)]


@pytest.mark.parametrize(("each", "table"), TABLES, ids=[name_of(each) for each, _ in TABLES])
def test_the_same_rows_otherwise_written_are_the_same_records(each: Specimen, table: Table, tmp_path: Path) -> None:
    original, con = documents(each, tmp_path, each.content, each.file)
    expected, totals = keys(original, con), original[0].totals
    stem = Path(each.file).stem
    plain = table.written(table.rows, table.below)
    tabbed = "\r\n".join("\t".join(cell.strip("\t") for cell in row) for row in plain) + "\r\n"
    wider = [row if at < len(table.above) else ["x", *row] for at, row in enumerate(table.written(table.rows, []))]
    ways = {
        f"{stem}.xlsx": xlsx_bytes({"Sheet1": table.written(table.rows[::-1], table.below)}),
        f"{stem}-tab.xls": tabbed.encode("utf-16"),
        f"{stem}-column.csv": csv_bytes(wider, "gb18030"),
    }
    for name, content in ways.items():
        readings, other = documents(each, tmp_path, content, name)
        assert [reading.format for reading in readings] == [each.format], name
        assert readings[0].totals == totals, name
        assert keys(readings, other) == expected, name


# The others say something already, or their rows may be shorter than the header.
WHOLE = tuple(
    (each, table) for each, table in TABLES if each.status == "imported" and table.declared.short_rows != "pad"
)


@pytest.mark.parametrize(("each", "table"), WHOLE, ids=[name_of(each) for each, _ in WHOLE])
def test_a_file_cut_off_is_told(each: Specimen, table: Table, tmp_path: Path) -> None:
    whole = csv_bytes([*table.above, table.header, *table.rows])
    last = csv_bytes([table.rows[-1]])
    readings, _ = documents(each, tmp_path, whole[: len(whole) - len(last) + len(last) // 3], "cut.csv")
    assert [reading.status for reading in readings] != ["imported"]
    footer = table.declared.footer
    if footer and footer.expected:
        readings, _ = documents(each, tmp_path, csv_bytes(table.written(table.rows[:-1], [])), "short.csv")
        assert [reading.status for reading in readings] == ["flagged"]


def has_balance(table: Table) -> bool:
    """Whether the table has the column in which its format looks for the balance."""
    declared = table.declared
    if not declared.balance:
        return False
    column = next(column for column in declared.columns if column.name == declared.balance.balance)
    return column_index([normalise_header(cell) for cell in table.header], column.headers) is not None


BALANCED = tuple((each, table) for each, table in TABLES if has_balance(table) and len(table.rows) > 2)


@pytest.mark.parametrize(("each", "table"), BALANCED, ids=[name_of(each) for each, _ in BALANCED])
def test_a_row_that_is_missing_breaks_the_balance(each: Specimen, table: Table, tmp_path: Path) -> None:
    rows = [*table.rows[:1], *table.rows[2:]]
    readings, _ = documents(each, tmp_path, csv_bytes(table.written(rows, table.below)), "missing.csv")
    assert "balance_break" in [problem.code for problem in readings[0].problems]
