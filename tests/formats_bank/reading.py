"""What the tests of bank files share: reading bytes as an import would, and looking at the records."""

from __future__ import annotations

import os
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from huikuan.formats.read_file import read_file
from huikuan.formats.reading import ReadContext, Reading

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = Path(os.environ.get("HUIKUAN_SAMPLES", ROOT / ".." / "shared" / "samples"))
CONTEXT = ReadContext(hash_key=b"test")


@dataclass
class Read:
    """The documents of a file, and the connection their records live in."""

    readings: list[Reading]
    con: duckdb.DuckDBPyConnection

    @property
    def only(self) -> Reading:
        """The document, where there is one."""
        assert len(self.readings) == 1
        return self.readings[0]

    def rows(self, columns: str, place: int = 0, kind: str = "bank_line") -> list[tuple[Any, ...]]:
        """Columns of a document's records, in the order of the file."""
        return self.con.execute(
            f"SELECT {columns} FROM {self.readings[place].tables[kind]} ORDER BY source_row"
        ).fetchall()


def read(path: Path, context: ReadContext = CONTEXT, name: str = "") -> Read:
    """Read a file."""
    con = duckdb.connect()
    return Read(read_file(path, name or path.name, context, con), con)


def read_bytes(folder: Path, name: str, content: bytes, context: ReadContext = CONTEXT) -> Read:
    """Write a file and read it."""
    path = folder / name
    path.write_bytes(content)
    return read(path, context)


def sample(path: str) -> Path:
    """A real file; the test is skipped where the samples are not at hand."""
    found = SAMPLES / path
    if not found.exists():
        pytest.skip(f"sample {path} is not here")
    return found


def codes(reading: Reading) -> list[str]:
    """The codes of a document's problems."""
    return [problem.code for problem in reading.problems]


def money(text: str) -> Decimal:
    """An amount as the records hold it."""
    return Decimal(text).quantize(Decimal("0.00001"))
