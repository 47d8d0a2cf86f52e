"""Fuzzing guided by coverage (atheris, Linux): python -m tests.fuzz.guided READER FILES

The readers of messages are Python, so that it sees which branches a mutated file takes, and builds on it.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["huikuan.formats.readers", "huikuan.formats.banks.bank_columns"]):
    from tests.fuzz.targets import TARGETS

LONGEST = 16 << 10
MEMORY_MB = 2048


def main(name: str, files: str) -> None:
    """Never returns: libFuzzer ends the process, with an exit code that is not 0 where it has found a fault."""
    target = next(each for each in TARGETS if each.name == name)
    assert target.quick is not None
    quick = target.quick
    folder = Path(tempfile.mkdtemp(prefix="huikuan-guided-"))
    for place, seed in enumerate(target.seeds()):
        (folder / f"seed{place}").write_bytes(seed)
    path = folder.with_suffix(".file")

    def one(data: bytes) -> None:
        path.write_bytes(data)
        if data:
            quick(path, target.file)

    options = [f"-runs={files}", "-seed=1", f"-max_len={LONGEST}", f"-rss_limit_mb={MEMORY_MB}", "-verbosity=0"]
    atheris.Setup([sys.argv[0], *options, f"-artifact_prefix={folder}/", str(folder)], one)
    atheris.Fuzz()


if __name__ == "__main__":
    main(*sys.argv[1:])
