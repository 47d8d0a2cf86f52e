"""Where DuckDB puts what does not fit into memory: for each database a folder of its own.

DuckDB names these files alike in every database: two that spill into one folder spoil each other's files, and crash. It
makes the folder when it first needs it and removes it when it is closed. What processes that were killed leave behind
is removed by the next: each holds a lock on its own files as long as it lives, which the operating system then frees.
`HUIKUAN_TEMP` names the folder that all of these lie in.
"""

from __future__ import annotations

import contextlib
import functools
import os
import shutil
import tempfile
import uuid
from pathlib import Path

from filelock import FileLock, Timeout


def spill_folder() -> Path:
    """A folder, not made yet, in which one database may spill."""
    parent = Path(os.environ.get("HUIKUAN_TEMP") or Path(tempfile.gettempdir()) / "huikuan-spill")
    folder, _ = _folder_of_process(parent, os.getpid())
    folder.mkdir(parents=True, exist_ok=True)
    return folder / uuid.uuid4().hex


@functools.cache
def _folder_of_process(parent: Path, process: int) -> tuple[Path, FileLock]:
    """The folder of this process and its lock, held to the end of the process."""
    parent.mkdir(parents=True, exist_ok=True)
    for path in parent.glob("spill-*.lock"):
        with contextlib.suppress(Timeout, OSError), FileLock(path, timeout=0):
            shutil.rmtree(path.with_suffix(""), ignore_errors=True)
            path.unlink(missing_ok=True)
    folder = parent / f"spill-{process}-{uuid.uuid4().hex}"
    lock = FileLock(folder.with_name(f"{folder.name}.lock"), thread_local=False)
    lock.acquire()
    return folder, lock
