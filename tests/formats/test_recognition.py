"""Recognition over all formats: a header that was renamed, reordered or added to is the same document with the same
money; no two formats tie; content decides between headers that both fit; the nearest formats are named."""

from __future__ import annotations

import csv
import io
import logging
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from huikuan.demo.specimens import SPECIMENS, Specimen
from huikuan.formats.mapping import Mapping, mapping_to_format
from huikuan.formats.read_file import read_file, tables_of
from huikuan.formats.readers.container import open_container
from huikuan.formats.readers.delimited import open_delimited
from huikuan.formats.reading import Head, Reading, TableSource
from huikuan.formats.recognise import Recognised, fitting, nearest, recognise
from huikuan.formats.registry import FORMATS
from huikuan.formats.spec import Format
from huikuan.records.errors import UserError
from huikuan.records.messages import text_of
from tests.formats.support import CONTEXT, SAMPLES


def wide(name: str) -> str:
    """Brackets, colons and slashes as wide ones."""
    return name.translate(str.maketrans({"(": "（", ")": "）", ":": "：", "/": "／"}))


def old(name: str) -> str:
    """帐 for 账, and blanks behind the name."""
    return f"{name.replace('账', '帐')} \t"


def order_of(header: Sequence[str]) -> list[int]:
    """The columns from the last to the first; the first stays, because footers are told by it. Columns of one name keep
    their order: only it tells them apart."""
    order = [0, *reversed(range(1, len(header)))]
    for name in {cell for cell in header if header.count(cell) > 1}:
        spots = sorted(order.index(place) for place, cell in enumerate(header) if cell == name)
        for spot, own in zip(spots, (place for place, cell in enumerate(header) if cell == name), strict=True):
            order[spot] = own
    return order


def mixed(cells: Sequence[str], order: Sequence[int], new: str) -> list[str]:
    """The cells in another order, and a new one behind them."""
    whole = [*cells, *[""] * (len(order) - len(cells))]
    return [*(whole[place] for place in order), new, *whole[len(order) :]]


@dataclass(frozen=True)
class Changed:
    """A table's head with another header."""

    source: TableSource
    heads: tuple[Head, ...]

    def __getattr__(self, name: str) -> Any:
        return getattr(self.source, name)


def with_header(source: TableSource, row: int, change: Callable[[Sequence[str]], Sequence[str]]) -> Any:
    heads = tuple(
        replace(head, rows=tuple((n, tuple(change(cells)) if n == row else cells) for n, cells in head.rows))
        for head in source.heads
    )
    return Changed(source, heads)


def tables(path: Path) -> list[TableSource]:
    """The tables of a file, opened; none if it is no table."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            members = open_container(path, path.name, Path(folder), "").members
            return [source for member in members if not sniffed(member.path) for source in tables_of(member)]
        except UserError:
            return []


def sniffed(path: Path) -> bool:
    with path.open("rb") as file:
        head = file.read(1 << 16)
    return any(each.sniff and each.sniff(head, path.name) for each in FORMATS)


def read(path: Path, shop: str, account: str) -> list[Reading]:
    context = replace(CONTEXT, shop=shop, account=account)
    return [each for each in read_file(path, path.name, context, duckdb.connect()) if each.format]


def told(readings: list[Reading]) -> tuple[set[str], int, int, int, dict[str, Decimal]]:
    names = sorted({name for each in readings for name in each.totals})
    totals = {name: sum((each.totals.get(name, Decimal(0)) for each in readings), Decimal(0)) for name in names}
    return (
        {each.format for each in readings},
        sum(each.rows for each in readings),
        sum(each.accepted for each in readings),
        sum(each.ignored for each in readings),
        totals,
    )


def rewritten(path: Path) -> bytes | None:
    """The file with its header written otherwise, its columns in another order and a new one; None if it is no text
    with a header, or of cells that have no quotes."""
    if path.suffix.lower() not in (".csv", ".txt", ".tsv") or sniffed(path):
        return None
    source = open_delimited(path, path.name)
    found = recognise(source, FORMATS)
    if found is None or found.layout.header_row == 0 or found.format.prefix:
        return None
    lines = path.read_bytes().decode(source.encoding).replace("\r\n", "\n").split("\n")
    above, table = lines[: found.layout.header_row - 1], "\n".join(lines[found.layout.header_row - 1 :])
    header, *rows = list(csv.reader(io.StringIO(table), delimiter=found.layout.delimiter))
    order = order_of(header)
    out = io.StringIO()
    writer = csv.writer(out, delimiter=found.layout.delimiter, lineterminator="\r\n")
    writer.writerow(mixed([old(wide(cell)) for cell in header], order, "新增列"))
    # Footers and blank lines stay as they are.
    writer.writerows(mixed(row, order, "x") if 2 * len(row) > len(header) else row for row in rows)
    return ("\r\n".join([*above, ""]) + out.getvalue()).encode(source.encoding)


SMALL = [
    path
    for path in sorted(SAMPLES.rglob("*"))
    if path.is_file() and path.suffix != ".md" and path.stat().st_size < 60_000
]


def rewritten_specimen(specimen: Specimen) -> bytes | None:
    """The same of a specimen."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / specimen.file
        path.write_bytes(specimen.content)
        return rewritten(path)


TEXT_SPECIMENS = [specimen for specimen in SPECIMENS if rewritten_specimen(specimen)]
TEXT_SAMPLES = [path for path in SMALL if rewritten(path)]
CHANGES: dict[str, Callable[[Sequence[str]], Sequence[str]]] = {
    "wide brackets": lambda cells: [wide(cell) for cell in cells],
    "帐 and blanks": lambda cells: [old(cell) for cell in cells],
    "all of them": lambda cells: ["x", *(old(wide(cell)) for cell in reversed(cells)), "y"],
}


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, TableSource, list[Recognised]]]:
    """Every table of every specimen and small sample that is recognised: its name, the table, the formats that fit."""
    folder = tmp_path_factory.mktemp("specimens")
    paths = []
    for place, specimen in enumerate(SPECIMENS):
        (folder / str(place)).mkdir()
        paths.append(folder / str(place) / specimen.file)
        paths[-1].write_bytes(specimen.content)
    found = [(path.name, source, fitting(source, FORMATS)) for path in [*paths, *SMALL] for source in tables(path)]
    return [each for each in found if each[2]]


def test_a_changed_header_is_recognised_as_before(opened: list[tuple[str, TableSource, list[Recognised]]]) -> None:
    assert len(opened) >= len(SPECIMENS) - 12  # the others are no tables
    for name, source, (best, *_others) in opened:
        if best.layout.header_row:
            for what, change in CHANGES.items():
                again = recognise(with_header(source, best.layout.header_row, change), FORMATS)
                assert again is not None, (name, what)
                assert (again.format.id, again.layout) == (best.format.id, best.layout), (name, what)


def test_no_two_formats_tie(opened: list[tuple[str, TableSource, list[Recognised]]]) -> None:
    ties = [
        (name, best.format.id, others[0].format.id)
        for name, _source, (best, *others) in opened
        if others and others[0].format.fallback == best.format.fallback and others[0].score.total >= best.score.total
    ]
    assert not ties


def test_the_order_of_the_list_does_not_matter(opened: list[tuple[str, TableSource, list[Recognised]]]) -> None:
    backwards = tuple(reversed(FORMATS))
    for name, source, (best, *_others) in opened:
        again = recognise(source, backwards)
        assert again is not None
        assert again.format is best.format, name


def test_recognition_takes_a_few_milliseconds(opened: list[tuple[str, TableSource, list[Recognised]]]) -> None:
    """Of the processor, on average: the headers are made comparable once, not once a format."""
    start = time.process_time()
    for _name, source, _found in opened:
        recognise(source, FORMATS)
    assert (time.process_time() - start) / len(opened) < 0.05


def test_every_text_with_a_header_is_rewritten() -> None:
    texts = [specimen for specimen in SPECIMENS if Path(specimen.file).suffix in (".csv", ".txt", ".tsv")]
    assert len(TEXT_SPECIMENS) >= 0.9 * len(texts)  # the others are messages and tables without a header
    assert len(TEXT_SAMPLES) >= 40 or not SMALL


@pytest.mark.parametrize("specimen", TEXT_SPECIMENS, ids=lambda each: f"{each.format}-{each.layout or each.file}")
def test_a_changed_header_gives_the_same_money(specimen: Specimen, tmp_path: Path) -> None:
    path = tmp_path / specimen.file
    path.write_bytes(specimen.content)
    check_rewritten(path, tmp_path, specimen.shop, specimen.account)


@pytest.mark.parametrize("path", TEXT_SAMPLES, ids=lambda path: path.name)
def test_a_changed_sample_gives_the_same_money(path: Path, tmp_path: Path) -> None:
    check_rewritten(path, tmp_path, "Shop", "6222")


def check_rewritten(path: Path, folder: Path, shop: str, account: str) -> None:
    content = rewritten(path)
    assert content
    (folder / "changed").mkdir()
    other = folder / "changed" / path.name
    other.write_bytes(content)
    assert told(read(other, shop, account)) == told(read(path, shop, account))


# ---------------------------------------------------------------- content
def table(folder: Path, text: str, name: str = "table.csv") -> TableSource:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return open_delimited(path, name)


def mapping(name: str, columns: dict[str, str]) -> Format:
    header = ("day", "first", "second")
    return mapping_to_format(Mapping(name, "bank_line", header, {"moment": "day", **columns}, account="1"))


def test_content_decides_between_headers_that_both_fit(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    one, two = (
        mapping("one", {"amount": "first", "text": "second"}),
        mapping("two", {"amount": "second", "text": "first"}),
    )
    first = table(tmp_path, "day,first,second\n2026-01-02,1.50,rent\n2026-01-03,2.50,tea\n", "a.csv")
    second = table(tmp_path, "day,first,second\n2026-01-02,rent,1.50\n2026-01-03,tea,2.50\n", "b.csv")
    with caplog.at_level(logging.DEBUG, "huikuan.formats.recognise"):
        for formats in ((one, two), (two, one)):
            for source, wanted in ((first, one), (second, two)):
                found = recognise(source, formats)
                assert found is not None
                assert found.format is wanted
    assert "content=10.0" in caplog.text
    assert "content=5.0" in caplog.text


# ---------------------------------------------------------------- nearest
def test_three_nearest_formats_are_named_each_with_its_missing_column(tmp_path: Path) -> None:
    source = table(tmp_path, "交易时间,记账金额,余额,对方户名,交易日期,交易金额,币别,摘要\n2026-01-02,1,2,a,b,c,d,e\n")
    found = nearest(source, FORMATS)
    assert len({each.format.id for each in found}) == len(found) <= 3
    for each in found:
        names = next(names for names in each.format.needs if names[0] == each.missing[0])
        assert not set(names) & {"交易时间", "记账金额", "余额", "对方户名", "交易日期", "交易金额", "币别", "摘要"}


def test_the_message_names_them(tmp_path: Path) -> None:
    near = [
        {"code": "nearest.format", "format": "one.format", "missing": "金额"},
        {"code": "nearest.format", "format": "two.format", "missing": "日期"},
    ]
    text = text_of("file.not_recognised_near", {"file": "x.csv", "near": 2, "nearest": near})
    assert "one.format (“金额” is missing); two.format (“日期” is missing)" in text
