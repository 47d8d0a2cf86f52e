"""A book's folder and the few facts the library needs about it. Used by everything in the pipeline; knows no Django.

A home folder holds `books/ID/{lake,originals,results,closed}`; whoever has one book's folder reaches no other book.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from huikuan.lake.lake import Lake
from huikuan.pipeline.compute import connect

FOLDERS = ("lake", "originals", "results", "closed")


@dataclass(frozen=True)
class Book:
    """One company's book on disk.

    `hash_key` keys the hashes of buyers' data, `installation_key` (32 bytes) wraps the keys of the originals.
    `start` is the day the book begins: what belongs before it is `other_period`. `fixed_today` stands for the clock
    where a book is to be looked at as of one day for ever (a demonstration); None means the clock.
    """

    folder: Path
    name: str
    currency: str = "CNY"
    timezone: str = "Asia/Shanghai"
    start: date | None = None
    hash_key: bytes = field(default=b"", repr=False)
    installation_key: bytes = field(default=b"", repr=False)
    fixed_today: date | None = None

    @property
    def lake_folder(self) -> Path:
        """Where the Delta tables lie."""
        return self.folder / "lake"

    @property
    def originals_folder(self) -> Path:
        """Where the imported files are kept, encrypted."""
        return self.folder / "originals"

    @property
    def results_folder(self) -> Path:
        """Where runs are published."""
        return self.folder / "results"

    @property
    def closed_folder(self) -> Path:
        """Where closed periods are kept."""
        return self.folder / "closed"

    @property
    def lake(self) -> Lake:
        """The book's lake, its own work within the limits of this process."""
        return Lake(self.lake_folder, connect)

    def create(self) -> None:
        """Make the folders that are not there yet."""
        for name in FOLDERS:
            (self.folder / name).mkdir(parents=True, exist_ok=True)

    def today(self) -> date:
        """The day it is in this book: the default of every `as_of`."""
        return self.fixed_today or datetime.now(ZoneInfo(self.timezone)).date()
