"""A file of 200 MB: streamed, all rows read, one bad cell found at its line, memory bounded."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.errors.zoo import BOC_HEADER

BYTES = 200 << 20
MEMORY_KIB_MAX = 3 << 20
READ = """
import resource, sys, duckdb
from pathlib import Path
from huikuan.formats.read_file import read_file
from huikuan.formats.reading import ReadContext
con = duckdb.connect(config={"memory_limit": "1GB", "threads": 2, "temp_directory": sys.argv[2]})
con.execute("SET enable_progress_bar = false")
reading = read_file(Path(sys.argv[1]), "large.csv", ReadContext(), con)[0]
problem = reading.problems[0]
print(reading.status, reading.rows, reading.rejected, reading.problems_total, problem.code, problem.row)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def write_large(path: Path) -> int:
    """Write the file; returns the number of its rows. The balance of every row is true; one amount is none."""
    rows = 0
    with path.open("w", encoding="gb18030", newline="") as out:
        out.write(f"中国银行交易流水明细单\r\n{BOC_HEADER}\r\n")
        while out.tell() < BYTES if rows % 10_000 == 0 else True:
            rows += 1
            amount = "1,2O3.50" if rows == 1_000_000 else "1.00"
            day, second = rows % 28 + 1, rows % 60
            out.write(
                f'2025-08-{day:02d},10:00:{second:02d},人民币,"{amount}",{rows}.00,转账,手机银行,-----,货款{rows},某公司,'
                f"6222****0001,-----,3167\r\n"
            )
    return rows


@pytest.mark.slow
def test_large_file_is_streamed_and_its_fault_is_found(tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    rows = write_large(path)
    assert path.stat().st_size >= BYTES
    run = subprocess.run(
        [sys.executable, "-c", READ, str(path), str(tmp_path / "spill")], capture_output=True, text=True, check=True
    )
    told, memory = run.stdout.splitlines()
    # Line of the one millionth row: two lines stand above the first. Where it is left out, the balance breaks too.
    status, read, rejected, total, code, row = told.split()
    assert (status, int(read), int(rejected)) == ("refused", rows, 1)
    assert (code, int(row)) == ("amount.unreadable", 1_000_002)
    assert int(total) == 2
    assert int(memory) < MEMORY_KIB_MAX
