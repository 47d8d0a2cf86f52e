"""Reads the demo's files again with nothing but the standard library, as plain rows with their physical lines."""

from __future__ import annotations

import csv
import gzip
import re
import zipfile
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree

import openpyxl

NS = "{urn:iso:std:iso:20022:tech:xsd:camt.053.001.02}"


def member_names(path: Path) -> list[str]:
    """Names in a zip as Chinese platforms mean them: raw bytes in GBK. Fails where the UTF-8 flag is set."""
    with zipfile.ZipFile(path) as archive:
        assert not any(info.flag_bits & 0x800 for info in archive.infolist())
        return [info.filename.encode("cp437").decode("gbk") for info in archive.infolist()]


def raw(folder: Path, document: str) -> bytes:
    """The bytes of a document named `file` or `zip!member`."""
    name, _, member = document.partition("!")
    path = folder / name
    if member:
        with zipfile.ZipFile(path) as archive:
            return archive.read(archive.infolist()[member_names(path).index(member)])
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


def text(folder: Path, document: str) -> str:
    """The text of a document: BOM, strict UTF-8, else GBK."""
    data = raw(folder, document)
    if data.startswith(b"\xef\xbb\xbf"):
        return data[3:].decode("utf-8")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("gbk")


def lines(folder: Path, document: str) -> list[str]:
    """Physical lines without their ends; every line must end in CRLF."""
    whole = text(folder, document)
    assert whole.endswith("\r\n")
    assert whole.count("\n") == whole.count("\r\n")
    return whole[:-2].split("\r\n")


@dataclass(frozen=True)
class Row:
    """A data row: its physical line (or ordinal) and its cells by column name, wrappers taken off."""

    document: str
    line: int
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]

    def money(self, column: str) -> Decimal:
        """A cell as an amount; blank is nothing."""
        return Decimal(self.cells[column].replace(",", "").removesuffix("元") or "0")


def bare(cell: str) -> str:
    """A cell without tabs, the spreadsheet's `="..."`, and the apostrophe before numbers."""
    cell = cell.strip()
    found = re.fullmatch(r'="(.*)"', cell)
    return found[1] if found else cell.removeprefix("'")


def table(folder: Path, document: str, header_line: int) -> list[Row]:
    """Rows of delimited text below the header, up to a footer of `#` lines."""
    found = lines(folder, document)
    header = [name.strip() for name in next(csv.reader([found[header_line - 1]]))]
    rows = []
    for number, line in enumerate(found[header_line:], header_line + 1):
        if line.startswith("#"):
            break
        cells = next(csv.reader([line]))
        assert len(cells) == len(header), (document, number)
        rows.append(Row(document, number, dict(zip(header, map(bare, cells), strict=True))))
    return rows


def orders(folder: Path, document: str) -> list[Row]:
    return table(folder, document, 1)


def ledger(folder: Path, document: str) -> list[Row]:
    return table(folder, document, 5)


def ticked(folder: Path, document: str) -> tuple[list[Row], dict[str, str]]:
    """Rows and summary of a WeChat Pay bill."""
    found = lines(folder, document)
    header = found[0].split(",")
    rows = [
        Row(document, n, dict(zip(header, line[1:].split(",`"), strict=True))) for n, line in enumerate(found[1:-2], 2)
    ]
    assert all(line.startswith("`") for line in found[1:-2])
    return rows, dict(zip(found[-2].split(","), found[-1][1:].split(",`"), strict=True))


def icbc(folder: Path, document: str) -> list[Row]:
    assert lines(folder, document)[0] == "[HISTORYDETAIL]"
    return table(folder, document, 2)


def ccb(folder: Path, document: str) -> list[Row]:
    sheet = openpyxl.load_workbook(folder / document).worksheets[0]
    header, *rows = [[str(cell or "") for cell in row] for row in sheet.iter_rows(values_only=True)]
    return [Row(document, n, dict(zip(header, cells, strict=True))) for n, cells in enumerate(rows, 2)]


def camt(folder: Path, document: str) -> tuple[dict[str, Decimal], list[tuple[int, Decimal, str]]]:
    """Balances by code, and entries as (ordinal, signed amount, text)."""

    def signed(node: ElementTree.Element) -> Decimal:
        amount = Decimal(node.findtext(f"{NS}Amt") or "")
        return amount if node.findtext(f"{NS}CdtDbtInd") == "CRDT" else -amount

    root = ElementTree.fromstring(raw(folder, document))
    balances = {node.findtext(f"{NS}Tp/{NS}CdOrPrtry/{NS}Cd") or "": signed(node) for node in root.iter(f"{NS}Bal")}
    entries = [
        (n, signed(node), next(node.iter(f"{NS}Ustrd")).text or "") for n, node in enumerate(root.iter(f"{NS}Ntry"), 1)
    ]
    return balances, entries
