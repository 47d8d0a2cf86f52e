"""QIF (Quicken Interchange Format): lines of a letter and a value, `^` ends a transaction.

The file names no currency, no number of a transaction, mostly no account, and writes dates as the computer it was made
on does. So the whole file decides how dates and amounts are written: a 13th month tells that days come first; a comma
before the last two digits tells that it is the decimal one. Where nothing tells, the dates are not guessed.

A transaction `Opening Balance` transferred from its own account (`L[...]`) moves no money: Quicken writes the balance
that an account began with so.

Splits (`S`, `E`, `$`, `%`) repeat a transaction's own amount and are left out; lists of categories, classes, payees and
the like hold no transactions. Investment accounts are refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from huikuan.formats.readers.mixed import start_text
from huikuan.records.errors import UserError
from huikuan.records.messages import gettext_noop, register

BANKING = ("bank", "cash", "ccard", "oth a", "oth l")
INVESTMENT = ("invst", "port", "401(k)/403(b)")
_START = re.compile(r"\s*!(type|account|option|clear)\b", re.IGNORECASE)
_DATE = re.compile(r"(\d{1,4})\s*([/\-.])\s*(\d{1,2})\s*([/\-.'])\s*(\d{2,4})", re.ASCII)
_POINT = re.compile(r"[+-]?(\d+|\d{1,3}(,\d{3})+)(\.\d*)?", re.ASCII)
_COMMA = re.compile(r"[+-]?(\d+|\d{1,3}([. ]\d{3})+)(,\d*)?", re.ASCII)
_COMMA_SEEN = re.compile(r"[\d.],\d{1,2}", re.ASCII)
UNDECIDED = "undecided"

register(
    {
        "qif.no_statement": gettext_noop(
            "%(file)s is a QIF file without transactions of a bank account, cash or card. "
            "Export the account's transactions as QIF and import that file."
        ),
        "qif.investment": gettext_noop(
            "%(file)s is a QIF file of an investment account: it holds trades, not the lines of a bank account. "
            "Export the bank account instead."
        ),
    }
)


@dataclass
class Entry:
    """One transaction: its values by their letters, as written; the first of each."""

    account: str
    values: dict[str, str] = field(default_factory=dict)

    @property
    def is_opening(self) -> bool:
        """Whether it is the balance that the account began with."""
        source = self.values.get("L", "")
        is_own = source == f"[{self.account}]" if self.account else source.startswith("[")
        return is_own and self.values.get("P", "").lower() == "opening balance"


@dataclass(frozen=True)
class Style:
    """How a file writes dates (`mdy`, `dmy` or UNDECIDED) and amounts."""

    order: str
    decimal_comma: bool


def is_qif(head: bytes, name: str) -> bool:
    """Whether the first bytes of a file are those of a QIF file."""
    return _START.match(start_text(head).lstrip("\ufeff")) is not None


def parse(text: str, name: str) -> Iterator[Entry]:
    """The transactions of a file. Raises UserError `qif.*` where there are none."""
    found = investment = False
    for entry in _entries(text):
        if entry is None:
            investment = True
            continue
        found = True
        yield entry
    if not found:
        raise UserError("qif.investment" if investment else "qif.no_statement", file=name)


def _entries(text: str) -> Iterator[Entry | None]:
    """Transactions; None for each of an investment account."""
    section, account = "", ""
    entry = Entry(account)
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        letter, value = line[:1], line[1:].strip()
        if letter == "!":
            name = line[1:].strip().lower()
            if entry.values:
                yield from _told(entry, section)
            if name.startswith("type:"):
                section = name[5:].strip()
            elif name.startswith("account"):
                section = "account"
            entry = Entry(account)
        elif letter == "^":
            if section == "account":
                account = entry.values.get("N", "")
            else:
                yield from _told(entry, section)
            entry = Entry(account)
        elif letter.strip() and value:
            entry.values.setdefault(letter, value)
    if entry.values:
        yield from _told(entry, section)


def _told(entry: Entry, section: str) -> Iterator[Entry | None]:
    if section in BANKING and entry.values:
        yield entry
    elif section in INVESTMENT:
        yield None


def style_of(entries: Iterator[Entry]) -> Style:
    """How the whole file writes dates and amounts."""
    days_first = months_first = dotted = comma = False
    for entry in entries:
        match = _DATE.match(entry.values.get("D", ""))
        if match and len(match[1]) <= 2:
            days_first |= int(match[1]) > 12
            months_first |= int(match[3]) > 12
            dotted |= match[2] == "."
        comma |= _COMMA_SEEN.search(_amount_of(entry)[-4:]) is not None
    if days_first != months_first:
        return Style("dmy" if days_first else "mdy", comma)
    return Style("dmy" if dotted and not months_first else UNDECIDED, comma)


def _amount_of(entry: Entry) -> str:
    return entry.values.get("T", "") or entry.values.get("U", "")


def amount(entry: Entry, style: Style) -> str:
    """The plain amount; what is none is marked, so that it is rejected and shown."""
    written = _amount_of(entry).replace("\u00a0", " ")
    if not written:
        return ""
    if style.decimal_comma and _COMMA.fullmatch(written):
        return re.sub(r"[. ]", "", written).replace(",", ".").rstrip(".")
    if not style.decimal_comma and _POINT.fullmatch(written):
        return written.replace(",", "").rstrip(".")
    return f"{written} (no plain number)"


def day(entry: Entry, style: Style) -> str:
    """The day as ISO text; as written where it is no date, or where nothing tells the month from the day.

    Years of two digits: 00 to 69 are of this century, an apostrophe before them or not."""
    written = entry.values.get("D", "")
    match = _DATE.fullmatch(written)
    if match is None:
        return written
    first, second, last = match[1], match[3], match[5]
    if len(first) == 4:
        return f"{first}-{int(second):02d}-{int(last):02d}"
    year = int(last)
    if len(last) == 2:
        year += 2000 if year < 70 else 1900
    month, of_month = (int(second), int(first)) if style.order == "dmy" else (int(first), int(second))
    if style.order == UNDECIDED and month != of_month:
        return written
    return f"{year:04d}-{month:02d}-{of_month:02d}"
