"""Folders that the processes of one run of the tests share: each is made once, by the first that asks for it."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable
from pathlib import Path

from filelock import FileLock


def made_once(name: str, make: Callable[[Path], None]) -> Path:
    """The folder `name`, which `make` fills the first time. Only to be read or copied."""
    shared = Path(os.environ["HUIKUAN_TESTS_SHARED"])
    with FileLock(shared / f"{name}.lock"):
        if not (shared / name).exists():
            scratch = shared / f"{name}-{uuid.uuid4().hex}"
            scratch.mkdir()
            make(scratch)
            scratch.rename(shared / name)
    return shared / name
