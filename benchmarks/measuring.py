"""Running a piece of code in a process of its own, several times: seconds on the clock and of processor, memory."""

from __future__ import annotations

import statistics
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

MEASURED = """
import resource, sys, time
def used():
    told = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in told)
begin, before = time.perf_counter(), used()
{body}
seconds, processor = time.perf_counter() - begin, used() - before
memory = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
print(seconds, processor, memory / 1024, rows)
"""

# Ours: the whole import of sys.argv[1] into an empty book: recognise, read, check, compare, keep, write, commit. Not to
# remove the book afterwards, which only the benchmark does: its folder goes when the process ends.
OURS = (
    """
import tempfile
from pathlib import Path
from huikuan.pipeline.book import Book
from huikuan.pipeline.documents.importing import ImportOptions, import_file
from huikuan.records.rules import Rules
""",
    """
folder = tempfile.TemporaryDirectory()
book = Book(Path(folder.name), "book", hash_key=b"k" * 32, installation_key=b"i" * 32)
book.create()
[row] = import_file(book, Path(sys.argv[1]), ImportOptions(shop="S", account="A"), Rules()).rows
assert row.status == "imported", row.problems[:3]
rows = row.accepted
""",
)


@dataclass(frozen=True)
class Measured:
    """Medians over the rounds; memory is the greatest of any one process."""

    seconds: float
    processor_seconds: float
    memory_mib: float
    rows: int

    def line(self, name: str) -> str:
        """The figures as a line of text."""
        return (
            f"{name:<28}{self.seconds:7.2f} s, {self.processor_seconds:7.2f} s of processor, "
            f"{self.memory_mib:6.0f} MiB, {self.rows:,} rows, {self.rows / self.seconds:,.0f} a second"
        )


def measure(code: tuple[str, str], path: Path, rounds: int) -> Measured:
    """Run code (what is imported before the clock starts, what is measured; it sets `rows`) in processes of its own."""
    script = code[0] + MEASURED.format(body=code[1])
    told = []
    for _ in range(rounds):
        done = subprocess.run([sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(done.stderr)
        told.append([float(word) for word in done.stdout.splitlines()[-1].split()])
    seconds, processor, memory, rows = zip(*told, strict=True)
    return Measured(statistics.median(seconds), statistics.median(processor), max(memory), int(rows[0]))


def judge(ours: Measured, rival: Measured, limit: float) -> bool:
    """Print the ratio of ours to a rival; whether the limit is kept by the clock."""
    clock, processor = ours.seconds / rival.seconds, ours.processor_seconds / rival.processor_seconds
    print(f"{'ratio':<28}{clock:7.2f} by the clock, {processor:.2f} by processor (limit {limit})")
    return clock <= limit
