"""Who may call what: the table of every address × role. One module per app, each with a list `ROWS`.

A new address needs a row for each method it takes. `roles` names, in words, who gets in; all other roles are refused
with 403, users of other books get 404, nobody gets anything without login.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

ALL = "owner accountant clerk warehouse auditor"
MONEY = "owner accountant clerk auditor"
MATCH = "owner accountant clerk"
RULES = "owner accountant"
OWNER = "owner"
AUDIT = "owner accountant auditor"


@dataclass(frozen=True)
class Row:
    """One address and method. `args` gives the address's arguments after the book's slug from a `world.Company`.

    `data` is what is posted; it may be invalid, only who gets in matters here.
    """

    name: str
    roles: str
    method: str = "get"
    args: Callable[[Any], tuple[Any, ...]] = lambda company: ()
    data: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.method} {self.name}"


def all_rows() -> list[Row]:
    """The rows of every module here."""
    modules = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return [row for name in modules for row in importlib.import_module(f"{__name__}.{name}").ROWS]
