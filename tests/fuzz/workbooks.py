"""Workbooks, many of them, through one process that is started again when a damaged one has ended it.

An import starts a process for each workbook, because a damaged one may end it; here only the end costs one.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from huikuan.formats.readers import workbook


class Reader:
    """The process, from outside."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[str] | None = None
        self.ended = 0

    def read(self, path: Path) -> str:
        """`sheets`, `broken`, or `ended`, which an import calls a damaged workbook too."""
        if self.process is None:
            command = [sys.executable, "-m", "tests.fuzz.workbooks"]
            self.process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
            )
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(f"{path}\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline().strip()
        if answer not in ("sheets", "broken"):
            self.close()
            self.ended += 1
            return "ended"
        return answer

    def close(self) -> None:
        """End the process."""
        if self.process is not None:
            with self.process:
                assert self.process.stdin
                try:
                    self.process.stdin.close()
                except BrokenPipeError:
                    self.process.kill()
            self.process = None


def serve() -> None:
    """The process, from inside: a path a line, an answer a line. Any other exception ends it, as the real one."""
    import python_calamine

    workbook.limit_memory(workbook.MEMORY_BYTES_FREE)
    for line in sys.stdin:
        answer = "sheets"
        try:
            for _, rows in workbook.read_workbook(Path(line.rstrip("\n"))):
                assert all(isinstance(cell, str) for _, cells in rows for cell in cells)
        except (python_calamine.CalamineError, OSError, ValueError, MemoryError):
            answer = "broken"
        print(answer, flush=True)


if __name__ == "__main__":
    serve()
