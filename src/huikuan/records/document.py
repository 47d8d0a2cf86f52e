"""A document: one imported file (or one member, sheet or statement of it), as the lake keeps it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

# How the control of a statement's closing balance is named, or how its name begins.
CLOSING_BALANCE = "closing balance"
_COUNTED = re.compile(r"笔数|单数|条数|筆數|單數|\bcount\b|\brows\b|\bentries\b", re.IGNORECASE)


def is_count(name: str) -> bool:
    """Whether a control total counts rows, by its name; else it is an amount of money.

    >>> is_count("资金流水总笔数"), is_count("收入金额"), is_count("entries out")
    (True, False, True)
    """
    return _COUNTED.search(name) is not None


@dataclass(frozen=True)
class Control:
    """A control total of a document: what it states and what its rows give. Amounts or counts, both exact."""

    name: str
    stated: Decimal
    computed: Decimal

    @property
    def ok(self) -> bool:
        """Whether the two agree to the last digit."""
        return self.stated == self.computed


@dataclass(frozen=True)
class Document:
    """One imported document; its row in the lake table `documents` is the commit point of its readings.

    `rows` = `accepted` + `rejected` + `ignored`; `new` + `updated` + `duplicate` count records of all kinds.
    `period_stated` tells whether the document states its period or it was taken from its rows.
    `balances`: of a wallet or bank account, per currency, the balance before its first line and after its last.
    `order_grain`: `header` for a layout of orders without lines, else `line`.
    """

    document_id: str
    file_name: str
    sha256: str
    size_bytes: int
    format: str
    kinds: tuple[str, ...]
    shop: str
    account: str
    status: str  # imported | flagged
    period_from: date | None
    period_to: date | None
    period_stated: bool
    exported_at: datetime | None
    rows: int
    accepted: int
    rejected: int
    ignored: int
    new: int = 0
    updated: int = 0
    duplicate: int = 0
    order_grain: str = "line"
    totals: dict[str, Decimal] = field(default_factory=dict)
    controls: tuple[Control, ...] = ()
    balances: dict[str, tuple[Decimal, Decimal]] = field(default_factory=dict)
    problems: tuple[dict[str, Any], ...] = ()
    imported_at: datetime | None = None
    imported_by: str = ""
    undone_at: datetime | None = None
    undone_by: str = ""

    @property
    def source(self) -> tuple[str, str, str]:
        """Of what it is one more document: format, shop, account."""
        return self.format, self.shop, self.account

    @property
    def member(self) -> str:
        """Its name inside the file; "" where it is the file."""
        return self.file_name.partition("!")[2]
