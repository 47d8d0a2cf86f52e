"""A folder that people and programs put exports into, and what of it is to be imported next."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from huikuan.pipeline.documents.importing import ImportOptions

# Browsers, synchronising programs and office programs name so what they have not finished or hold open.
UNFINISHED = (".part", ".partial", ".crdownload", ".download", ".tmp", ".filepart")
NO_FILE = (".", "~$")
Stamp = tuple[int, int]  # bytes, nanoseconds of the last change


@dataclass
class Inbox:
    """What lies in `folder` and its folders. A file is whole when two looks in a row found it alike, and is handed out
    once for each time it changes: by its size and time, the content decides whether it is known."""

    folder: Path
    looked_at: dict[Path, Stamp] = field(default_factory=dict)
    handed_out: dict[Path, Stamp] = field(default_factory=dict)

    def look(self) -> list[Path]:
        """The whole files that were not handed out as they are, by name. OSError: the folder is out of reach."""
        before, self.looked_at = self.looked_at, dict(_files(self.folder))
        whole = [path for path, stamp in self.looked_at.items() if before.get(path) == stamp]
        return sorted(path for path in whole if self.handed_out.get(path) != self.looked_at[path])

    def settled(self) -> bool:
        """Nothing was still changing at the last look, and all was handed out."""
        return self.handed_out.items() >= self.looked_at.items()

    def done(self, files: Collection[Path]) -> None:
        """These were dealt with; until they change they are not handed out again."""
        self.handed_out |= {path: self.looked_at[path] for path in files}


def _files(folder: Path) -> Iterator[tuple[Path, Stamp]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith(NO_FILE) or entry.name.lower().endswith(UNFINISHED):
                continue
            if entry.is_dir(follow_symlinks=False):
                yield from _files(Path(entry.path))
            elif entry.is_file():
                found = entry.stat()
                yield Path(entry.path), (found.st_size, found.st_mtime_ns)


def options_of(
    path: Path, inbox: Path, options: ImportOptions, shops: Collection[str], accounts: Collection[str]
) -> ImportOptions:
    """The options for a file: a folder named like a shop or an account of the book tells what its files are of."""
    for name in path.relative_to(inbox).parts[:-1]:
        if name in shops:
            options = replace(options, shop=name)
        if name in accounts:
            options = replace(options, account=name)
    return options
