"""camt.053 (ISO 20022 bank statement) in all its versions: elements are found by their local names.

- One line is one `Ntry`; a batch booking (several `TxDtls`) stays one line, as it is one movement in the account.
- The sign is that of `CdtDbtInd`; `RvslInd` tells that it is a reversal and does not change it.
- Only booked entries (`Sts` BOOK, as text or in `Cd`; none told means booked) count; pending ones are ignored rows.
- `source_row` is the ordinal of the `Ntry` in the file, from 1.
- Opening (`OPBD`, else `PRCD`) + booked entries = closing (`CLBD`) is a control of each statement; on the pages of a
  long one, interim balances (`ITBD`) stand in for either.
- camt.052 (interim report) and camt.054 (notification) are recognised and refused: they are no statements.

XML is parsed by `defusedxml`: no entities, no external documents.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING

from huikuan.formats.readers.mixed import start_text
from huikuan.records.document import CLOSING_BALANCE, Control
from huikuan.records.errors import UserError
from huikuan.records.messages import gettext_noop, register

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

XML_BYTES_MAX = 128 << 20  # as a tree it takes ten times as much
NO_REFERENCE = {"", "NONREF", "NOTPROVIDED", "NOTAVAILABLE"}
OTHER_MESSAGES = {
    "BkToCstmrAcctRpt": "camt.052",
    "BkToCstmrDbtCdtNtfctn": "camt.054",
}
STATEMENT_MESSAGE = "BkToCstmrStmt"

register(
    {
        "camt.not_xml": gettext_noop(
            "%(file)s is not well-formed XML: %(found)s. The download probably broke off: download it again."
        ),
        "camt.forbidden": gettext_noop(
            "%(file)s contains XML entities or references to other documents, which a bank statement never does. "
            "It was not read. Get the file from the bank again."
        ),
        "camt.other_message": gettext_noop(
            "%(file)s is a %(found)s message: its entries are not final. "
            "Import the camt.053 statement of the day instead, which the bank gives after closing."
        ),
        "camt.no_statement": gettext_noop(
            "%(file)s is a camt message without a statement: no Stmt with entries or a closing balance was found. "
            "Export the statement again as camt.053."
        ),
    }
)


@dataclass(frozen=True)
class Entry:
    """One `Ntry`. Dates are ISO text, blank where not told; `amount` is signed text, or as written if unreadable."""

    ordinal: int
    amount: str
    currency: str
    booked: str
    value_date: str
    bank_reference: str
    reference: str
    counterparty: str
    counterparty_account: str
    text: str
    status: str  # BOOK, PDNG, INFO, FUTR as written


@dataclass(frozen=True)
class Statement:
    """One `Stmt`. Balances are signed; None where not told. Dates and times are text as written."""

    reference: str
    account: str
    currency: str
    opening: Decimal | None
    closing: Decimal | None
    period_from: str
    period_to: str
    created_at: str
    entries: tuple[Entry, ...]

    @property
    def computed_closing(self) -> Decimal | None:
        """Opening + booked entries; None where there is no opening, or an amount is unreadable or in another currency
        than the account's."""
        booked = [entry for entry in self.entries if entry.status == "BOOK"]
        amounts = [decimal(entry.amount) for entry in booked]
        if self.opening is None or any(amount is None for amount in amounts):
            return None
        if any(entry.currency != self.currency for entry in booked):
            return None
        return self.opening + sum((amount for amount in amounts if amount is not None), Decimal(0))

    @property
    def balances(self) -> bool:
        """Whether opening + booked entries = closing, and both are stated."""
        return self.closing is not None and self.computed_closing == self.closing


def is_camt(head: bytes, name: str) -> bool:
    """Whether the first bytes of a file are those of a camt.052, .053 or .054 message."""
    text = start_text(head)
    return any(word in text for word in ("camt.05", STATEMENT_MESSAGE, *OTHER_MESSAGES))


def parse(path: Path, name: str) -> list[Statement]:
    """All statements of a file, in its order. Raises UserError `camt.*`, `file.too_large_unpacked`."""
    kinds = {**OTHER_MESSAGES, STATEMENT_MESSAGE: ""}
    # The message may lie in an envelope, beside its business application header.
    messages = [each for each in _root(path, name).iter() if _message(each) in kinds]
    other = next((kinds[_message(each)] for each in messages if kinds[_message(each)]), "")
    if other:
        raise UserError("camt.other_message", file=name, found=other)
    counter = iter(range(1, 1 << 62))
    found = [_statement(stmt, counter) for message in messages for stmt in _children(message, "Stmt")]
    statements = [each for each in found if each.account or each.closing is not None or each.entries]
    if not statements:
        raise UserError("camt.no_statement", file=name)
    return statements


def _message(element: Element) -> str:
    """The name of a message without its version, as versions before the second write it."""
    return re.sub(r"V\d+$", "", _local(element))


def controls(statements: list[Statement]) -> tuple[Control, ...]:
    """The closing balance of each statement that states an opening and a closing one."""
    result = []
    for statement in statements:
        computed = statement.computed_closing
        if statement.closing is not None and computed is not None:
            result.append(Control(f"{CLOSING_BALANCE} {statement.reference}".strip(), statement.closing, computed))
    return tuple(result)


def running_balances(statement: Statement) -> list[Decimal | None]:
    """The balance after each entry: all where the statement balances, else only the last one's, as stated.

    Entries that are not booked have none.
    """
    booked = [at for at, entry in enumerate(statement.entries) if entry.status == "BOOK"]
    result: list[Decimal | None] = [None] * len(statement.entries)
    if statement.balances and statement.opening is not None:
        balance = statement.opening
        for at in booked:
            balance += decimal(statement.entries[at].amount) or Decimal(0)
            result[at] = balance
    elif booked:
        result[booked[-1]] = statement.closing
    return result


def decimal(text: str) -> Decimal | None:
    """A plain signed amount; None for anything else."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    return value if value.is_finite() and "e" not in text.lower() else None


# ---------------------------------------------------------------- XML
def _root(path: Path, name: str) -> Element:
    import defusedxml.ElementTree
    from defusedxml.common import DefusedXmlException

    if path.stat().st_size > XML_BYTES_MAX:
        raise UserError("file.too_large_unpacked", file=name, limit=XML_BYTES_MAX)
    try:
        root: Element = defusedxml.ElementTree.fromstring(_as_utf8(path.read_bytes()), forbid_dtd=True)
    except DefusedXmlException as error:
        raise UserError("camt.forbidden", file=name) from error
    except (SyntaxError, ValueError, LookupError) as error:
        raise UserError("camt.not_xml", file=name, found=str(error)[:60]) from error
    return root


def _as_utf8(data: bytes) -> bytes:
    """The document without blanks before it; in UTF-8 where it says GBK, which the XML parser does not know."""
    stripped = data.lstrip(b" \t\r\n")
    declared = re.match(rb"<\?xml[^>]*encoding=[\"'](gbk|gb2312|gb18030)[\"'][^>]*\?>", stripped, re.IGNORECASE)
    if declared is None:
        return stripped
    return stripped[declared.end() :].decode("gb18030").encode("utf-8")


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _children(element: Element, name: str) -> Iterator[Element]:
    return (child for child in element if _local(child) == name)


def _find(element: Element | None, path: str) -> Element | None:
    """The first element down a path of local names; `A|B` takes either."""
    for step in path.split("/"):
        if element is None:
            return None
        names = step.split("|")
        element = next((child for child in element if _local(child) in names), None)
    return element


def _text(element: Element | None, path: str = "") -> str:
    found = _find(element, path) if path else element
    return " ".join((found.text or "").split()) if found is not None else ""


def _all_texts(element: Element, name: str) -> list[str]:
    texts = (" ".join((each.text or "").split()) for each in element.iter() if _local(each) == name)
    return list(dict.fromkeys(text for text in texts if text))


def _statement(stmt: Element, counter: Iterator[int]) -> Statement:
    stated_in_order = [(_text(_find(each, "Tp/CdOrPrtry"), "Cd|Prtry"), each) for each in _children(stmt, "Bal")]
    balances = dict(reversed(stated_in_order))
    interim = [each for kind, each in stated_in_order if kind == "ITBD"]  # between the pages of a statement
    opening = balances.get("OPBD", balances.get("PRCD"))
    closing = balances.get("CLBD")
    if opening is None and interim and (closing is not None or len(interim) > 1):
        opening = interim[0]
    if closing is None and interim and interim[-1] is not opening:
        closing = interim[-1]
    stated = next((each for each in (opening, closing, *balances.values()) if each is not None), None)
    amount = _find(stated, "Amt")
    currency = _text(stmt, "Acct/Ccy") or (amount.get("Ccy", "") if amount is not None else "")
    period = _find(stmt, "FrToDt")
    return Statement(
        reference=_text(stmt, "Id"),
        account=_text(stmt, "Acct/Id/IBAN") or _text(stmt, "Acct/Id/Othr|PrtryAcct|BBAN|UPIC/Id"),
        currency=currency,
        opening=_signed(opening),
        closing=_signed(closing),
        period_from=_text(period, "FrDtTm|FrDt")[:10],
        period_to=_text(period, "ToDtTm|ToDt")[:10],
        created_at=_text(stmt, "CreDtTm"),
        entries=tuple(_entry(each, next(counter), currency) for each in _children(stmt, "Ntry")),
    )


def _signed(balance: Element | None) -> Decimal | None:
    value = decimal(_text(balance, "Amt"))
    if value is None:
        return None
    return -value if _text(balance, "CdtDbtInd") == "DBIT" else value


def _entry(ntry: Element, ordinal: int, currency: str) -> Entry:
    amount = _find(ntry, "Amt")
    written = _text(amount)
    direction = _text(ntry, "CdtDbtInd")
    if direction not in ("CRDT", "DBIT"):
        written = f"{written} {direction or 'without CdtDbtInd'}"
    details = [each for group in _children(ntry, "NtryDtls") for each in _children(group, "TxDtls")]
    single = details[0] if len(details) == 1 else None
    party = "Dbtr" if direction == "CRDT" else "Cdtr"
    status = _find(ntry, "Sts")
    return Entry(
        ordinal=ordinal,
        amount=f"-{written}" if direction == "DBIT" else written,
        currency=(amount.get("Ccy", "") if amount is not None else "") or currency,
        booked=_day(ntry, "BookgDt") or _day(ntry, "ValDt"),
        value_date=_day(ntry, "ValDt"),
        bank_reference=_reference(_text(ntry, "AcctSvcrRef")) or _reference(_text(ntry, "NtryRef")),
        reference=_reference(_text(single, "Refs/EndToEndId")),
        counterparty=_text(single, f"RltdPties/{party}/Nm") or _text(single, f"RltdPties/{party}/Pty/Nm"),
        counterparty_account=_text(single, f"RltdPties/{party}Acct/Id/IBAN")
        or _text(single, f"RltdPties/{party}Acct/Id/Othr|PrtryAcct|BBAN/Id"),
        text=_entry_text(ntry),
        status=(_text(status, "Cd") or _text(status)) or "BOOK",
    )


def _entry_text(ntry: Element) -> str:
    """Everything said about the entry: remittance of all its details, then the entry's own information."""
    parts = _all_texts(ntry, "Ustrd") + _all_texts(ntry, "Ref") + _all_texts(ntry, "AddtlNtryInf")
    return " ".join(dict.fromkeys(parts))[:2000]


def _day(ntry: Element, name: str) -> str:
    return _text(ntry, f"{name}/Dt|DtTm")[:10]


def _reference(text: str) -> str:
    return "" if text.upper() in NO_REFERENCE else text
