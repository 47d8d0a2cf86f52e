"""What other apps send by itself beside the reports, at the same clock: `@errand` in their `apps.py`.

An errand follows the rules of reports: what is planned is unique in the database, what is sent is claimed there first
(`sending.attempt`), so any number of workers and calls of `huikuan deliver` send once.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Protocol

from huikuan.server.books.models import Book


class Errand(Protocol):
    """Something that is sent by itself."""

    def tick(self, now: datetime) -> None:
        """Plan what is due and have the worker send it."""

    def work_off(self, now: datetime, book: Book | None) -> Iterator[dict[str, Any]]:
        """Plan and send what is due now, of all books or one: a row of `huikuan deliver` for each recipient."""


ERRANDS: list[Errand] = []


def errand(module: Errand) -> None:
    """Register a module (or object) that has both functions."""
    if module not in ERRANDS:
        ERRANDS.append(module)
