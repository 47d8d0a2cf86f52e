"""Bill items put into Huikuan's settlement types by a table under `data/`.

A table has the columns `match` (exact, prefix or contains), `text`, `type` (one of SETTLEMENT_TYPES), `movement` (one
of WALLET_MOVEMENTS or blank) and `linked` (1: normally names an order). Exact wins over prefix, prefix over
contains; among equals the longer text. What fits nothing is `unclassified`: it never blocks, and is counted in money.

The fee of a withdrawal is one on every platform, whatever its table says of withdrawals: no payout, and no order's.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from huikuan.records.codes import SETTLEMENT_TYPES, WALLET_MOVEMENTS

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True)
class ItemClass:
    """What a bill item is. `linked`: an order number is normal for it."""

    type: str
    movement: str
    linked: bool


UNCLASSIFIED = ItemClass("unclassified", "", False)
WITHDRAWAL_FEE = ItemClass("payment_fee", "", False)
_WITHDRAWAL_FEE = re.compile(r"提现[|-]?(手续费|服务费)|(手续费|服务费)[|-]提现")


@dataclass(frozen=True)
class ItemTable:
    """The rows of a data file, by way of matching."""

    exact: dict[str, ItemClass]
    prefix: tuple[tuple[str, ItemClass], ...]
    contains: tuple[tuple[str, ItemClass], ...]

    def classify(self, wording: str) -> ItemClass:
        """What a platform's wording means; UNCLASSIFIED if nothing fits."""
        text = normalise_item(wording)
        if text in self.exact:
            return self.exact[text]
        if _WITHDRAWAL_FEE.search(text):
            return WITHDRAWAL_FEE
        for start, found in self.prefix:
            if text.startswith(start):
                return found
        for part, found in self.contains:
            if part in text:
                return found
        return UNCLASSIFIED


def normalise_item(wording: str) -> str:
    """A bill item as it is compared: NFKC, no blanks."""
    return "".join(unicodedata.normalize("NFKC", wording).split())


@cache
def item_table(name: str) -> ItemTable:
    """The table `data/NAME.csv`. Raises ValueError for a type or movement that does not exist."""
    text = resources.files("huikuan.formats").joinpath("data", f"{name}.csv").read_text(encoding="utf-8")
    ways: dict[str, dict[str, ItemClass]] = {"exact": {}, "prefix": {}, "contains": {}}
    for row in csv.DictReader(text.splitlines()):
        if row["type"] not in SETTLEMENT_TYPES or row["movement"] not in ("", *WALLET_MOVEMENTS):
            raise ValueError(f"{name}.csv: {row}")
        found = ItemClass(row["type"], row["movement"], row["linked"] == "1")
        ways[row["match"]][normalise_item(row["text"])] = found
    return ItemTable(ways["exact"], _longest_first(ways["prefix"]), _longest_first(ways["contains"]))


@cache
def propose(wording: str) -> str:
    """The settlement type that some platform's table gives a wording its own platform's table does not know; blank if
    none does. A guess for a person to look at, never applied by itself."""
    folder = resources.files("huikuan.formats").joinpath("data")
    names = sorted(path.name.removesuffix(".csv") for path in folder.iterdir() if path.name.endswith("_items.csv"))
    found = (item_table(name).classify(wording).type for name in names)
    return next((each for each in found if each != UNCLASSIFIED.type), "")


def _longest_first(found: dict[str, ItemClass]) -> tuple[tuple[str, ItemClass], ...]:
    return tuple(sorted(found.items(), key=lambda pair: -len(pair[0])))


def create_classes(con: duckdb.DuckDBPyConnection, name: str) -> None:
    """Create a table of classified wordings, empty: item, type, movement, linked."""
    con.execute(f"CREATE TABLE {name} (item VARCHAR, type VARCHAR, movement VARCHAR, linked BOOLEAN)")


def add_classes(con: duckdb.DuckDBPyConnection, items: list[str], table: str, name: str) -> None:
    """Classify wordings that a table made by `create_classes` does not have yet, by `data/TABLE.csv`."""
    known = item_table(table)
    found = [(item, known.classify(item)) for item in items]
    rows = [(item, each.type, each.movement or None, each.linked) for item, each in found]
    con.executemany(f"INSERT INTO {name} VALUES (?, ?, ?, ?)", rows)
