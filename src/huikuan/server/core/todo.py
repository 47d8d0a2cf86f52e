"""Lines of the home page's list of what to do today which other apps add: `@todo_for` in their `apps.py`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.http import HttpRequest


@dataclass(frozen=True)
class Todo:
    """One line: icon, look, sentence, note, the money it is about (with its currency where it is not the book's)."""

    icon: str
    look: str
    title: str
    url: str
    note: str = ""
    amount: Decimal | None = None
    currency: str = ""
    last: bool = False  # comes after the lines of all apps


Give = Callable[[HttpRequest], Iterable[Todo]]
_gives: list[Give] = []


def todo_for(function: Give) -> Give:
    """Register a function that gives lines for a request, the most pressing first. It checks the role itself."""
    if function not in _gives:
        _gives.append(function)
    return function


def told(request: HttpRequest) -> list[Todo]:
    """All lines that apps add, in the order of their registration."""
    return [line for give in _gives for line in give(request)]
