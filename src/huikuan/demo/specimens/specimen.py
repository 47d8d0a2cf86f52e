"""A specimen: one small, faithful file in a layout that is known from documentation alone, and what it must give.

The layouts' traps are in it: encoding, byte order mark, preamble, footers, tabs and quotes around numbers, signs,
explanation rows, blank and dash for none. `huikuan demo` writes all specimens beside its month, in the folder
`layouts`, and a test imports each of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(frozen=True)
class Specimen:
    """One file. `totals` and the counts are worked out by hand, never by the reader under test.

    `shop` and `account` are what a person must say where the file does not name them.
    """

    file: str
    format: str
    content: bytes
    rows: int
    totals: Mapping[str, Decimal] = field(default_factory=dict)
    accepted: int = -1  # all rows
    ignored: int = 0
    status: str = "imported"  # or flagged
    shop: str = ""
    account: str = ""
    layout: str = ""  # what tells it from another specimen of the same format
