"""The book's one writer: a file lock held by web, command line and worker alike.

The operating system frees the lock when its holder dies, so no lock is ever stale. Who holds it stands in a file
beside it (a locked file cannot be read on Windows). Readers take no lock.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from huikuan.lake import messages  # noqa: F401 (registers the sentences)
from huikuan.records.errors import OperatorError


class BusyError(OperatorError):
    """Another process is writing to this book, code `lake.busy`; `params` tell what, pid, host, since."""


def _owner(path: Path) -> dict[str, Any]:
    unknown = {"what": "?", "pid": "?", "host": "?", "since": "?"}
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return unknown
    return unknown | told if isinstance(told, dict) else unknown


@contextlib.contextmanager
def writer_lock(folder: Path, what: str, timeout_s: float) -> Iterator[None]:
    """Hold the book's writer lock; BusyError if another holds it for longer than `timeout_s`."""
    folder.mkdir(parents=True, exist_ok=True)
    owner_file = folder / "writer.json"
    # Not per thread and not re-entrant: a second writer within this process must wait as well.
    lock = FileLock(folder / "writer.lock", timeout=timeout_s, thread_local=False)
    try:
        lock.acquire()
    except Timeout as err:
        raise BusyError("lake.busy", **_owner(owner_file)) from err
    try:
        since = datetime.now(UTC).isoformat(timespec="seconds")
        owner = {"what": what, "pid": os.getpid(), "host": socket.gethostname(), "since": since}
        owner_file.write_text(json.dumps(owner), encoding="utf-8")
        yield
    finally:
        lock.release()
