"""OFX and QFX (Open Financial Exchange), SGML of 1.x and XML of 2.x, read as one stream of tags.

Banks send files that are neither good SGML nor good XML: no header, closing tags left out or not, blank elements,
elements of their own. So only the few elements that hold others and matter here are followed as such; everything else
is a value, whether it is closed or not.

- `TRNAMT` is signed from the account holder's side, on credit cards too. A decimal comma is read; anything that is no
  plain number is rejected (`$120`).
- The day is that of `DTPOSTED` as written, in the bank's time zone.
- `FITID` identifies a transaction within its account.
- `LEDGERBAL` is the balance at `DTASOF`; as no opening balance is told, it proves nothing by itself. It is the balance
  after the last line where that day is the last the list covers.
- Investment statements hold no bank lines.

This is the program's own tokenizer: `ofxtools`, the library for OFX, refuses half of the banks' own files for their
form, and its licence (GPL) does not go with this program's.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from huikuan.formats.readers.mixed import start_text
from huikuan.formats.readers.mt940 import decode
from huikuan.records.errors import UserError
from huikuan.records.messages import gettext_noop, register

STATEMENTS = {"STMTRS", "CCSTMTRS"}
ENTRIES = {"STMTTRN", "STMTTRNP"}
# Elements that hold others. All others are values.
HOLDERS = STATEMENTS | ENTRIES | {
    "BANKACCTFROM", "CCACCTFROM", "BANKACCTTO", "CCACCTTO", "BANKTRANLIST", "BANKTRANLISTP", "LEDGERBAL", "AVAILBAL",
    "CURRENCY", "ORIGCURRENCY", "PAYEE", "BALLIST", "BAL",
}  # fmt: skip
INVESTMENT = "INVSTMTRS"
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9_.]{0,63})(?:\s[^<>]*)?(/?)>([^<]*)")
DEPTH_MAX = 50
_START = re.compile(r"OFXHEADER\s*[:=]|<\?OFX|<OFX>", re.IGNORECASE)
_AMOUNT = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)", re.ASCII)
_COMMA = re.compile(r"[+-]?\d+,(?:\d{1,2}|\d{4,5})?", re.ASCII)
# Separators of thousands are told from the decimal one where both stand.
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:(?:,\d{3})+\.|(?:\.\d{3})+,)\d{1,2}", re.ASCII)

register(
    {
        "ofx.investment": gettext_noop(
            "%(file)s is an investment statement (OFX INVSTMTRS): it holds trades, not the lines of a bank account. "
            "Download the statement of the bank account or card instead."
        ),
        "ofx.no_statement": gettext_noop(
            "%(file)s is an OFX file without a statement of a bank account or card. "
            "The bank has probably answered with an error: download it again."
        ),
    }
)


@dataclass
class Statement:
    """One `STMTRS` or `CCSTMTRS`. Everything as written; it is told before its entries, and whole after them."""

    values: dict[str, str] = field(default_factory=dict)  # CURDEF, ACCTID, BANKID, DTSTART, DTEND, BALAMT, DTASOF

    @property
    def ledger_balance(self) -> Decimal | None:
        """The ledger balance, where it is that of the last day the list covers; else None."""
        written = amount(self.values.get("BALAMT", ""))
        as_of, end = day(self.values.get("DTASOF", "")), day(self.values.get("DTEND", ""))
        return Decimal(written) if _AMOUNT.fullmatch(written) and as_of and as_of == end else None


@dataclass(frozen=True)
class Entry:
    """One `STMTTRN` (`pending`: `STMTTRNP`): its values by their tags; those of inner elements as `PAYEE.NAME`."""

    values: dict[str, str]
    pending: bool = False


@dataclass(frozen=True)
class Finished:
    """The end of a statement."""

    statement: Statement


def is_ofx(head: bytes, name: str) -> bool:
    """Whether the first bytes of a file are those of an OFX file."""
    text = start_text(head).lstrip("\ufeff \t\r\n")
    found = _START.search(text[:4096])
    return found is not None and text[:1] in "<Oo"


def text_of(data: bytes) -> str:
    """The file as text: UTF-8 wherever it is that, whatever the header says; else the header's code page."""
    head = data[:2048].decode("latin-1").upper()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        if re.search(r"CHARSET\s*[:=]\s*\"?1252|ENCODING=\"WINDOWS-1252", head):
            return data.decode("cp1252", errors="replace")
        return decode(data)


def parse(text: str, name: str) -> Iterator[Statement | Entry | Finished]:
    """The statements of a file, each followed by its entries. Raises UserError `ofx.*` where there is none."""
    text = _without(_without(text, "<!--", "-->", ""), "<![CDATA[", "]]>", "plain")
    parser = _Parser()
    found = investment = False
    for match in _TAG.finditer(text):
        closing, tag, empty, value = match.groups()
        tag = tag.upper()
        investment |= tag == INVESTMENT
        for each in parser.take(tag, bool(closing), "" if empty else value):
            found = True
            yield each
    yield from parser.end()
    if not found:
        raise UserError("ofx.investment" if investment else "ofx.no_statement", file=name)


def _without(text: str, begin: str, end: str, kept: str) -> str:
    """The text without what stands between two marks, or (`kept`) with it as plain text. A mark that never ends is
    text: looking for its end from each beginning would take for ever."""
    parts, at = [], 0
    while (start := text.find(begin, at)) >= 0 and (stop := text.find(end, start + len(begin))) >= 0:
        parts += [text[at:start], html.escape(text[start + len(begin) : stop]) if kept else ""]
        at = stop + len(end)
    return "".join([*parts, text[at:]])


class _Parser:
    """Follows the elements that hold others."""

    def __init__(self) -> None:
        self.open: list[str] = []
        self.statement: Statement | None = None
        self.entry: dict[str, str] | None = None
        self.pending = False

    def take(self, tag: str, closing: bool, value: str) -> Iterator[Statement | Entry | Finished]:
        """One tag with the text behind it."""
        if tag not in HOLDERS:
            if not closing:
                self._keep(tag, " ".join(html.unescape(value).split()))
            return
        if closing:
            if tag in self.open:
                yield from self._close(self.open.index(tag))
            return
        if tag in STATEMENTS:
            yield from self._close(0)
            self.statement = Statement()
            yield self.statement
        elif tag in ENTRIES:  # the one before was not closed
            at = next((place for place, each in enumerate(self.open) if each in ENTRIES), None)
            if at is not None:
                yield from self._close(at)
            self.entry, self.pending = {}, tag == "STMTTRNP"
        if len(self.open) < DEPTH_MAX:
            self.open.append(tag)

    def end(self) -> Iterator[Statement | Entry | Finished]:
        """The end of the file."""
        yield from self._close(0)

    def _close(self, at: int) -> Iterator[Statement | Entry | Finished]:
        """Close the elements from a place on, the innermost first."""
        while len(self.open) > at:
            tag = self.open.pop()
            if tag in ENTRIES and self.entry is not None:
                if self.statement is not None:
                    yield Entry(self.entry, self.pending)
                self.entry = None
            elif tag in STATEMENTS and self.statement is not None:
                yield Finished(self.statement)
                self.statement = None

    def _keep(self, tag: str, value: str) -> None:
        """Keep a value where it belongs; the first that is filled counts."""
        inner = self.open[-1] if self.open else ""
        if self.entry is not None:
            name = tag if inner in ENTRIES else f"{inner}.{tag}"
            if value and not self.entry.get(name):
                self.entry[name] = value
        elif self.statement is not None and inner in (*STATEMENTS, "BANKACCTFROM", "CCACCTFROM", "LEDGERBAL",
                                                      "BANKTRANLIST"):  # fmt: skip
            if tag == "DTSTART":
                value = min(filter(None, (self.statement.values.get(tag, ""), value)), default="")
                self.statement.values[tag] = value
            elif tag == "DTEND":
                self.statement.values[tag] = max(self.statement.values.get(tag, ""), value)
            elif value:
                self.statement.values.setdefault(tag, value)


def amount(written: str) -> str:
    """A plain amount as the records read it; what is none is marked, so that it is rejected and shown.

    >>> amount("-200,00"), amount("-97.0500"), amount("$120"), amount("1,234"), amount("")
    ('-200.00', '-97.0500', '$120 (no plain number)', '1,234 (no plain number)', '')
    >>> amount("-1,234.56"), amount("1.234,56")
    ('-1234.56', '1234.56')
    """
    if not written or _AMOUNT.fullmatch(written):
        return written
    if _COMMA.fullmatch(written):
        return written.replace(",", ".").rstrip(".")
    if _THOUSANDS.fullmatch(written):
        whole, _, decimals = written.replace(",", ".").rpartition(".")
        return f"{whole.replace('.', '')}.{decimals}"
    return f"{written} (no plain number)"


def day(written: str) -> str:
    """The day of a date and time as ISO text; anything else as written.

    >>> day("20090401122017.000[-5:EST]"), day("20120231"), day("soon"), day("")
    ('2009-04-01', '2012-02-31', 'soon', '')
    """
    match = re.match(r"(\d{4})(\d{2})(\d{2})(?!\d{1,3}(?!\d))", written, re.ASCII)
    return "-".join(match.groups()) if match else written
