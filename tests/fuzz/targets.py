"""What is fuzzed: for each reader its seed files, and how one file is put through it."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb

from huikuan.demo.specimens import SPECIMENS
from huikuan.formats.read_file import read_file, tables_of
from huikuan.formats.readers.container import open_container
from huikuan.formats.reading import Reading
from huikuan.formats.recognise import nearest, recognise
from huikuan.formats.registry import FORMATS, get_format
from huikuan.records.errors import UserError
from huikuan.records.messages import MESSAGES
from tests.formats.support import CONTEXT, SAMPLES
from tests.formats_bank.test_bai2 import PLAIN as BAI2_ACCOUNT
from tests.formats_bank.test_bai2 import bai2
from tests.formats_bank.test_camt import WHOLE, booked_entry, notification
from tests.formats_bank.test_mt940 import PLAIN as MT940
from tests.formats_bank.test_ofx import entry, ofx
from tests.fuzz.workbooks import Reader

FULL = replace(CONTEXT, account="6222", shop="Shop")
QIF = b"!Type:Bank\nD1/31/26\nT-1,000.00\nPShop\nN12\n^\nD2/3'26\nU5.00\nMText\nSFood\n$5.00\n^\n"


@dataclass(frozen=True)
class Target:
    """A reader. `quick` puts a file through the reader alone, for very many files; the whole way is `whole_way`."""

    name: str
    file: str  # the name a mutated file bears
    seeds: Callable[[], list[bytes]]
    quick: Callable[[Path, str], None] | None = None
    close: Callable[[], None] = lambda: None


def whole_way(path: Path, name: str) -> list[Reading]:
    """Read a file as an import does, and hold the result to what every reading promises."""
    con = duckdb.connect(config={"threads": 1})
    try:
        readings = read_file(path, name, FULL, con)
        assert readings, "a file without a reading"
        for reading in readings:
            _hold(reading, con)
        return readings
    finally:
        con.close()


def _hold(reading: Reading, con: duckdb.DuckDBPyConnection) -> None:
    assert reading.status in ("imported", "flagged", "refused")
    assert reading.rows == reading.accepted + reading.rejected + reading.ignored
    assert min(reading.rows, reading.accepted, reading.rejected, reading.ignored) >= 0
    for problem in reading.problems:
        assert problem.text and not problem.text.startswith(problem.code), problem
    if reading.status == "refused":
        assert not reading.tables and reading.problems
        return
    assert reading.rejected == 0, "a part of a file was imported"
    assert reading.tables
    for kind, view in reading.tables.items():
        counted = con.execute(f"SELECT count(*), count(DISTINCT record_key) FROM (SELECT * FROM {view})").fetchone()
        assert counted is not None and counted[0] == counted[1], f"{kind}: a record key stands twice"
        if kind == "bank_line":
            assert counted[0] == reading.accepted


class _Tables:
    """Stands in for the connection, as a reader uses it: which tables it makes and removes. Many times faster."""

    def __init__(self) -> None:
        self.names: set[str] = set()

    def execute(self, sql: str, _: object = None) -> None:
        """Follow a statement."""
        words = sql.replace("(", " ").split()
        if sql.startswith("CREATE OR REPLACE TABLE "):
            self.names.add(words[4])
        elif sql.startswith("DROP TABLE IF EXISTS "):
            self.names.discard(words[4])
        else:
            known = words[{"INSERT": 2, "DELETE": 2, "UPDATE": 1}[words[0]]]
            assert known in self.names, sql

    def register(self, name: str, table: object) -> None:
        """A batch of rows."""

    def unregister(self, name: str) -> None:
        """The batch is through."""


def _message(format_id: str) -> Callable[[Path, str], None]:
    """Put a file through the reader of a message, whatever its beginning says."""

    def quick(path: Path, name: str) -> None:
        declared = get_format(format_id)
        assert declared is not None and declared.read is not None and declared.sniff is not None
        declared.sniff(path.read_bytes()[: 64 << 10], name)
        tables: Any = _Tables()
        try:
            raws = declared.read(path, name, tables, CONTEXT)
        except UserError as error:
            assert error.code in MESSAGES
            assert not tables.names, "half a file was left"
            return
        assert {raw.table for raw in raws} == tables.names

    return quick


def _container(path: Path, name: str) -> None:
    folder = path.parent / "unpacked"
    try:
        for member in open_container(path, name, folder, "").members:
            assert member.path.exists()
    except UserError as error:
        assert error.code in MESSAGES
    for left in folder.glob("*"):
        left.unlink()


_READER = Reader()


def _workbook(path: Path, name: str) -> None:
    """In a process of its own, as in an import; whatever ends that is a damaged workbook."""
    assert _READER.read(path) in ("sheets", "broken", "ended")


def _recognition(path: Path, name: str) -> None:
    try:
        for member in open_container(path, name, path.parent / "unpacked", "").members:
            for source in tables_of(member):
                if recognise(source, FORMATS) is None:
                    nearest(source, FORMATS)
    except UserError as error:
        assert error.code in MESSAGES


def _tables() -> list[bytes]:
    """One specimen of each format that is a text table."""
    texts = {each.format: each.content for each in SPECIMENS if each.file.endswith((".csv", ".txt"))}
    return list(texts.values())


def _workbooks() -> list[bytes]:
    """Specimens in Excel, and where the samples are at hand, workbooks of the old kind."""
    found = {each.format: each.content for each in SPECIMENS if each.file.endswith(".xlsx")}
    old = [path.read_bytes() for path in sorted(SAMPLES.glob("bank_*/**/*.xls"))]
    return [*found.values(), *[each for each in old if len(each) < (64 << 10)]]


def _zip(content: bytes, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        archive.writestr("明细.csv", content)
        archive.writestr("汇总.csv", b"a,b\n1,2\n")
    return file.getvalue()


def _archives() -> list[bytes]:
    one = MT940.encode()
    return [
        _zip(one),
        _zip(one, zipfile.ZIP_STORED),
        _zip(_zip(one)),
        gzip.compress(one, mtime=0),
        gzip.compress(_zip(one), mtime=0),
    ]


def _camt() -> list[bytes]:
    return [WHOLE.encode(), notification(booked_entry()), notification(booked_entry(), "Rpt", "BkToCstmrAcctRpt")]


def _ofx() -> list[bytes]:
    two = entry("1", "-5") + entry("2", "-97,05", "20260103120000.000[-5:EST]", "<MEMO>Text")
    xml = '<?xml version="1.0"?><?OFX OFXHEADER="200"?>' + ofx(two).replace("<NAME>A &amp; B", "<NAME>A</NAME>")
    return [b"OFXHEADER:100\r\nCHARSET:1252\r\n\r\n" + ofx(two).encode(), xml.encode()]


TARGETS: tuple[Target, ...] = (
    Target("text tables", "bill.csv", _tables),
    Target("workbooks", "bill.xlsx", _workbooks, _workbook, _READER.close),
    Target("mt940", "statement.sta", lambda: [MT940.encode(), (MT940 * 3).encode("gb18030")], _message("mt940")),
    Target("camt", "statement.xml", _camt, _message("camt.053")),
    Target("bai2", "report.bai", lambda: [bai2(BAI2_ACCOUNT)], _message("bai2")),
    Target("ofx", "statement.ofx", _ofx, _message("ofx")),
    Target("qif", "bank.qif", lambda: [QIF], _message("qif")),
    Target("containers", "bill.zip", _archives, _container),
    Target("recognition", "unknown.csv", _tables, _recognition),
)
