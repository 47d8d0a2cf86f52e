"""Commands of the command line, each in a process of its own that has already imported the libraries.

A Python that starts and imports Arrow, DuckDB and Ibis takes a second, most of what a small command takes. Here one
process imports them and is forked for every command. Nothing of `huikuan.server` is imported before, because the
settings are read from the environment of the command. Where there is no fork, each command starts afresh.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

IMPORTED_BEFORE = [
    "django.db.models", "django.urls", "ibis.backends.duckdb", "huikuan.cli.common",
    "huikuan.pipeline.documents.importing",
    "huikuan.pipeline.runs.reconciling", "huikuan.pipeline.reporting", "huikuan.pipeline.results.results",
]  # fmt: skip
STREAMS = ("stdin", "stdout", "stderr")

if "forkserver" in multiprocessing.get_all_start_methods():
    PROCESSES = multiprocessing.get_context("forkserver")
    PROCESSES.set_forkserver_preload(IMPORTED_BEFORE)
else:
    PROCESSES = multiprocessing.get_context("spawn")


def run_command(
    args: Sequence[str], environment: Mapping[str, str], stdin: str, timeout: float
) -> subprocess.CompletedProcess[str]:
    """What `huikuan ARGS` gives, in exactly this environment."""
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / name for name in STREAMS]
        files[0].write_text(stdin, encoding="utf-8")
        process = PROCESSES.Process(target=_command, args=(list(args), dict(environment), files))
        process.start()
        process.join(timeout)
        if process.exitcode is None:
            process.kill()
            raise subprocess.TimeoutExpired(list(args), timeout)
        out, err = (file.read_text(encoding="utf-8") for file in files[1:])
        return subprocess.CompletedProcess(list(args), process.exitcode, out, err)


def _command(args: list[str], environment: dict[str, str], files: list[Path]) -> None:
    """In the new process: become the command. What was imported before stays: the collector need not look at it."""
    gc.freeze()
    os.environ.clear()
    os.environ.update(environment)
    for number, (name, file) in enumerate(zip(STREAMS, files, strict=True)):
        stream = file.open("w" if number else "r", encoding="utf-8")
        os.dup2(stream.fileno(), number)
        setattr(sys, name, stream)
    sys.argv = ["huikuan", *args]
    from huikuan.cli import main

    main()
