"""Taking a list away: 1,000,000 rows × 12 columns as Excel beside the Rust writers on the same rows, 2,000 pages as PDF.

    python benchmarks/exports.py [--rows 1000000] [--pdf-rows 84000] [--rounds 3]

Ours is `export.files.write_detail`, words for codes, number formats, widths, filter, totals and all. Beside it, in an
environment of their own that is made here from the package index, as they come and without any format: rustpy-xlsxwriter
(which ours uses), jetxl (faster, all in memory) and XlsxWriter in constant memory.
"""

# ruff: noqa: E501 (SQL)
from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROWS_SQL = """
SELECT 'TB' || (1000000000000000 + i) AS order_no, 'left' AS side, ['missing_right', 'short', 'not_due'][1 + i % 3] AS class,
    ['c-T1', 'unknown', 'c-F1'][1 + i % 3] AS cause, DATE '2026-10-01' + (i % 31)::INT AS date, 'CNY' AS currency,
    (i % 9999 / 100)::DECIMAL(18, 5) AS amount, DATE '2026-11-01' + (i % 31)::INT AS due_date, i % 40 AS age_days,
    'order_line:shop/' || i AS record_key, 'ExportOrderList.csv' AS document, i + 2 AS source_row
FROM range({rows}) r(i)
"""
PACKAGES = ("duckdb==1.4.4", "pyarrow", "rustpy-xlsxwriter==0.8.0", "jetxl", "xlsxwriter")
PLAIN = "SELECT * REPLACE (amount::DOUBLE AS amount) FROM t"
WRITERS = {
    "rustpy-xlsxwriter": f"from rustpy_xlsxwriter import write_worksheet\nwrite_worksheet(con.execute('{PLAIN}').fetch_record_batch(50000), path)",
    "jetxl": f"import jetxl\njetxl.write_sheet_arrow(con.execute('{PLAIN}').fetch_arrow_table(), path)",
    "xlsxwriter": """import xlsxwriter
book = xlsxwriter.Workbook(path, {"constant_memory": True, "default_date_format": "yyyy-mm-dd"})
sheet = book.add_worksheet()
cursor = con.execute("SELECT * FROM t")
row = 0
while batch := cursor.fetchmany(5000):
    for values in batch:
        sheet.write_row(row, 0, values)
        row += 1
book.close()""",
}
OURS = """from pathlib import Path
from huikuan.export.details import DETAILS
from dataclasses import replace
from huikuan.export.files import write_detail
columns = tuple(column for column in DETAILS["open"].columns if column[0] != "corrected")
write_detail(con, replace(DETAILS["open"], columns=columns), "SELECT * FROM t", {{}}, "{kind}", Path(path))"""
PROGRAM = """import sys
import duckdb
con = duckdb.connect(config={{"threads": 2}})
con.execute(sys.argv[1])
path = sys.argv[2]
import time
begin, used = time.perf_counter(), time.process_time()
{body}
print(time.perf_counter() - begin, time.process_time() - used)
"""


def peers_python(folder: Path) -> Path:
    """The Python of the other writers' environment."""
    python = folder / "peers" / ("Scripts" if os.name == "nt" else "bin") / "python"
    subprocess.run([sys.executable, "-m", "venv", str(folder / "peers")], check=True)
    install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PACKAGES]
    subprocess.run(install, check=True, env=os.environ | {"PYTHONPATH": ""})
    return python


def measured(python: Path | str, body: str, rows: int, path: Path, rounds: int) -> str:
    """Median seconds on the clock and of processor, peak memory, size."""
    told = []
    table = f"CREATE TABLE t AS {ROWS_SQL.format(rows=rows)}"
    for _ in range(rounds):
        program = [str(python), "-c", PROGRAM.format(body=body), table, str(path)]
        process = subprocess.Popen(program, stdout=subprocess.PIPE, text=True)
        output = process.stdout.read() if process.stdout else ""
        _pid, status, used = os.wait4(process.pid, 0)
        if status:
            raise SystemExit(f"{body}\nfailed")
        told.append((*map(float, output.split()[-2:]), used.ru_maxrss / 1024))
    seconds, processor, memory = (statistics.median(values) for values in zip(*told, strict=True))
    size = path.stat().st_size / 2**20
    return f"{seconds:7.2f} s, {processor:7.2f} s of processor, {memory:6.0f} MiB, file {size:5.0f} MiB"


def main() -> int:
    """Measure all and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--pdf-rows", type=int, default=84_000)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        python = peers_python(folder)
        path = folder / "list.xlsx"
        ours = measured(sys.executable, OURS.format(kind="xlsx"), given.rows, path, given.rounds)
        print(f"{'ours, xlsx':<20}{ours}", flush=True)
        for name, body in WRITERS.items():
            print(f"{name:<20}{measured(python, body, given.rows, path, given.rounds)}", flush=True)
        told = measured(sys.executable, OURS.format(kind="pdf"), given.pdf_rows, folder / "list.pdf", given.rounds)
        print(f"{'ours, pdf':<20}{told}")
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"{time.monotonic() - began:.0f} s in all, no process above {peak:.0f} MiB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
