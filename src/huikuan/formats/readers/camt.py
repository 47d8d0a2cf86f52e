"""camt.053, .052 and .054 (ISO 20022) in all their versions: elements are found by their local names.

- One line is one `Ntry`; a batch booking (several `TxDtls`) stays one line, as it is one movement in the account.
- The sign is that of `CdtDbtInd`; `RvslInd` tells that it is a reversal and does not change it.
- Only booked entries (`Sts` BOOK, as text or in `Cd`) count; pending ones are ignored rows. A statement (053) that
  tells no status tells what is booked; a report (052) or a notification (054) does not.
- The value date stands for a missing booking day, but where a report or notification has no bank reference either.
- `source_row` is the ordinal of the `Ntry` in the file, from 1.
- Opening (`OPBD`, else `PRCD`) + booked entries = closing (`CLBD`) is a control of each statement; on the pages of a
  long one, interim balances (`ITBD`) stand in for either. A summary (`TxsSummry`) is a control of all entries.

The file is read as a stream, entry by entry. XML is parsed by libxml2 without entities, document types or anything
outside of the file: whoever sends one is refused.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, NamedTuple

from huikuan.formats.readers.mixed import start_text
from huikuan.records.document import CLOSING_BALANCE, Control
from huikuan.records.errors import UserError
from huikuan.records.messages import gettext_noop, register

START_BYTES = 64 << 10
TEXT_CHARACTERS_MAX = 2000
DETAILS_KEPT = 1000  # of one entry, at a time: those of a batch say more than is kept anyway
QUIET_BYTES_MAX = 128 << 20  # without an entry; what is no entry stays in memory
NO_REFERENCE = {"", "NONREF", "NOTPROVIDED", "NOTAVAILABLE"}
# Messages, and the element that is one statement, report or notification in them.
MESSAGES = {
    "BkToCstmrStmt": "camt.053",
    "BkToCstmrAcctRpt": "camt.052",
    "BkToCstmrDbtCdtNtfctn": "camt.054",
}
PARTS = {"camt.053": "Stmt", "camt.052": "Rpt", "camt.054": "Ntfctn"}
_MESSAGE = re.compile(rf"<(?:[\w.-]+:)?({'|'.join(MESSAGES)})(?:V\d+)?[\s/>]")
_NAMESPACE = re.compile(r"camt\.05[234](?=\.001)")
_FORBIDDEN = re.compile(r"<!(DOCTYPE|ENTITY)", re.IGNORECASE)
_GBK = re.compile(r"<\?xml[^>]*encoding=[\"'](gbk|gb2312|gb18030)[\"'][^>]*\?>", re.IGNORECASE)

register(
    {
        "camt.not_xml": gettext_noop(
            "%(file)s is not well-formed XML: line %(row)s breaks off or is damaged. Download the file again."
        ),
        "camt.forbidden": gettext_noop(
            "%(file)s contains XML entities or references to other documents, which a bank statement never does. "
            "It was not read. Download the file from the bank again."
        ),
        "camt.several_messages": gettext_noop(
            "%(file)s holds messages of several kinds (%(found)s). Their entries would count more than once. "
            "Ask the bank for one kind per file, camt.053 if you can choose."
        ),
        "camt.no_statement": gettext_noop(
            "%(file)s is a camt message without a statement: no entries and no closing balance were found. "
            "Export the statement again as camt.053."
        ),
    }
)


class Entry(NamedTuple):
    """One `Ntry`, all text. Dates are ISO, blank where not told; `amount` is signed, or as written if unreadable."""

    booked: str
    value_date: str
    amount: str
    currency: str
    bank_reference: str
    reference: str
    counterparty: str
    counterparty_account: str
    text: str
    status: str  # BOOK, PDNG, INFO, FUTR


@dataclass
class Statement:
    """One `Stmt`, `Rpt` or `Ntfctn`. Balances are signed; None where not told. Dates and times are text as written.

    It is told once before its entries and once more, as `Finished`, after them."""

    kind: str  # camt.053, .052 or .054
    reference: str = ""
    account: str = ""
    currency: str = ""
    opening: Decimal | None = None
    closing: Decimal | None = None
    period_from: str = ""
    period_to: str = ""
    created_at: str = ""
    stated: dict[str, Decimal] = field(default_factory=dict)  # of `TxsSummry`: entries, credits, debits

    @property
    def label(self) -> str:
        """What names it in a sentence."""
        return f"{PARTS[self.kind]} {self.reference}".strip()


@dataclass(frozen=True)
class Finished:
    """The end of a statement."""

    statement: Statement


def kind_of(head: bytes) -> str:
    """Which message the first bytes of a file are: camt.053, .052, .054, or "" for anything else."""
    text = start_text(head)
    found = _MESSAGE.search(text)
    if found:
        return MESSAGES[found.group(1)]
    space = _NAMESPACE.search(text)
    return space.group() if space else ""


def decimal(text: str) -> Decimal | None:
    """A plain signed amount; None for anything else."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    return value if value.is_finite() and "e" not in text.lower() and "_" not in text else None


class Adding:
    """What the entries of a statement add up to, followed while they pass."""

    def __init__(self, statement: Statement) -> None:
        self.statement = statement
        self.computable = statement.opening is not None
        self.balance = statement.opening or Decimal(0)
        self.summed = {"entries": Decimal(0), "credits": Decimal(0), "debits": Decimal(0)}
        self.readable = True

    def add(self, entry: Entry) -> Decimal | None:
        """Count an entry; the balance after it, where it is booked and the opening balance is known."""
        amount = decimal(entry.amount)
        self.summed["entries"] += 1
        if amount is None:
            self.readable = self.computable = False
            return None
        self.summed["debits" if entry.amount.startswith("-") else "credits"] += abs(amount)
        if entry.status != "BOOK":
            return None
        self.computable &= entry.currency == self.statement.currency
        self.balance += amount
        return self.balance if self.computable else None

    @property
    def closes(self) -> bool:
        """Whether opening + booked entries = closing, and both are stated."""
        return self.computable and self.balance == self.statement.closing

    def controls(self) -> list[Control]:
        """The closing balance, and what a summary states, of a statement whose amounts are readable."""
        told = self.statement
        found = []
        if told.closing is not None and self.computable:
            found.append(Control(f"{CLOSING_BALANCE} {told.reference}".strip(), told.closing, self.balance))
        if self.readable:
            found += [
                Control(f"{name} {told.reference}".strip(), stated, self.summed[name])
                for name, stated in told.stated.items()
            ]
        return found


def read(path: Path, name: str) -> Iterator[Statement | Entry | Finished]:
    """The statements of a file in its order, each followed by its entries and by `Finished`.

    Raises UserError `camt.*`; what was told before is then worth nothing.
    """
    with path.open("rb") as file:
        head = file.read(START_BYTES)
        if _FORBIDDEN.search(start_text(head)):
            raise UserError("camt.forbidden", file=name)
        file.seek(len(head) - len(head.lstrip(b" \t\r\n")))
        source: Any = file
        options: dict[str, Any] = {}
        if _GBK.match(start_text(head).lstrip()):
            # libxml2 knows GBK only where the system's iconv does.
            source, options = codecs.EncodedFile(file, "utf-8", "gb18030"), {"encoding": "utf-8"}
        with _xml_errors(name):
            yield from _events(source, name, options)


@contextmanager
def _xml_errors(name: str) -> Iterator[None]:
    try:
        yield
    except (SyntaxError, ValueError, LookupError) as error:
        raise UserError("camt.not_xml", file=name, row=getattr(error, "lineno", None) or 1) from error


def _events(source: Any, name: str, options: dict[str, Any]) -> Iterator[Statement | Entry | Finished]:
    from lxml import etree

    wanted = ["{*}Ntry", "{*}TxDtls", *(f"{{*}}{part}" for part in PARTS.values())]
    guarded = _Guarded(source)
    stream = etree.iterparse(
        guarded,
        events=("end",),
        tag=wanted,
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        remove_comments=True,
        remove_pis=True,
        **options,
    )
    names = _LocalNames()
    entries = _Entries(names)
    kinds: set[str] = set()
    statement: Statement | None = None
    begun = before = None  # the element of the statement, and its entry before
    found = False
    for _, element in stream:
        guarded.quiet = 0
        if names[element.tag] == "TxDtls":
            _drop_details(element)
            continue
        is_entry = names[element.tag] == "Ntry"
        holder = element.getparent() if is_entry else element
        if holder is not begun:
            kind = _kind(holder, names)
            if not kind:
                continue
            kinds.add(kind)
            _refuse_mixed(kinds, holder, name)
            statement, begun, before = Statement(kind), holder, None
            _tell(statement, holder, names)
            if is_entry or statement.account or statement.closing is not None:
                yield statement
                found = True
            else:
                continue
        if statement is None:
            continue
        if not is_entry:
            _tell(statement, holder, names)
            yield Finished(statement)
            element.clear()
            statement = begun = None
            continue
        yield entries.read(element, statement)
        element.clear()
        if before is not None:
            holder.remove(before)
        before = element
    if not found:
        raise UserError("camt.no_statement", file=name)


class _Guarded:
    """A file that ends in an error where nothing of a statement comes for very long: it would fill the memory."""

    def __init__(self, source: Any) -> None:
        self.source = source
        self.quiet = 0

    def read(self, size: int) -> bytes:
        """The next bytes."""
        piece: bytes = self.source.read(size)
        self.quiet += len(piece)
        if self.quiet > QUIET_BYTES_MAX:
            raise ValueError(f"no entry in {QUIET_BYTES_MAX} bytes")
        return piece


def _drop_details(element: Any) -> None:
    """Keep the first transactions of a batch; of those after them only the last, emptied, is in memory."""
    holder = element.getparent()
    if holder is None or len(holder) <= DETAILS_KEPT:
        return
    before = element.getprevious()
    element.clear()
    if before is not None:
        holder.remove(before)


def _refuse_mixed(kinds: set[str], element: Any, name: str) -> None:
    """Refuse messages of several kinds in one file, and a document type, however far from the beginning it stands."""
    if element.getroottree().docinfo.doctype:
        raise UserError("camt.forbidden", file=name)
    if len(kinds) > 1:
        raise UserError("camt.several_messages", file=name, found=", ".join(sorted(kinds)))


class _LocalNames(dict[str, str]):
    """Full names of elements → their names without the namespace."""

    def __missing__(self, tag: str) -> str:
        local = str(tag).rpartition("}")[2]
        if len(self) < 10_000:  # a message has some hundred
            self[tag] = local
        return local


def _kind(element: Any, names: _LocalNames) -> str:
    """The message a statement stands in; "" where an element of that name is something else."""
    parent = element.getparent()
    if parent is None:
        return ""
    kind = MESSAGES.get(re.sub(r"V\d+$", "", names[parent.tag]), "")
    return kind if kind and names[element.tag] == PARTS[kind] else ""


# ---------------------------------------------------------------- elements
def _find(element: Any, path: str, names: _LocalNames) -> Any:
    """The first element down a path of local names; `A|B` takes either. None if there is none."""
    for step in path.split("/"):
        if element is None:
            return None
        wanted = step.split("|")
        element = next((child for child in element if names[child.tag] in wanted), None)
    return element


def _text(element: Any, path: str, names: _LocalNames) -> str:
    found = _find(element, path, names)
    return _clean(found.text) if found is not None else ""


def _clean(text: str | None) -> str:
    return " ".join(text.split()) if text else ""


def _tell(statement: Statement, element: Any, names: _LocalNames) -> None:
    """Put what stands beside the entries into the statement."""
    balances = [
        (_text(_find(each, "Tp/CdOrPrtry", names), "Cd|Prtry", names), each)
        for each in element
        if names[each.tag] == "Bal"
    ]
    first = dict(reversed(balances))
    interim = [each for kind, each in balances if kind == "ITBD"]  # between the pages of a statement
    opening = first.get("OPBD", first.get("PRCD"))
    closing = first.get("CLBD")
    if opening is None and interim and (closing is not None or len(interim) > 1):
        opening = interim[0]
    if closing is None and interim and interim[-1] is not opening:
        closing = interim[-1]
    stated = next((each for each in (opening, closing, *first.values()) if each is not None), None)
    amount = _find(stated, "Amt", names)
    period = _find(element, "FrToDt", names)
    statement.reference = _text(element, "Id", names)
    statement.account = _text(element, "Acct/Id/IBAN", names) or _text(
        element, "Acct/Id/Othr|PrtryAcct|BBAN|UPIC/Id", names
    )
    statement.currency = _text(element, "Acct/Ccy", names) or (amount.get("Ccy", "") if amount is not None else "")
    statement.opening, statement.closing = _signed(opening, names), _signed(closing, names)
    statement.period_from = _text(period, "FrDtTm|FrDt", names)[:10]
    statement.period_to = _text(period, "ToDtTm|ToDt", names)[:10]
    statement.created_at = _text(element, "CreDtTm", names)
    summary = _find(element, "TxsSummry", names)
    paths = {"entries": "TtlNtries/NbOfNtries", "credits": "TtlCdtNtries/Sum", "debits": "TtlDbtNtries/Sum"}
    told = {name: decimal(_text(summary, path, names)) for name, path in paths.items()}
    statement.stated = {name: value for name, value in told.items() if value is not None}


def _signed(balance: Any, names: _LocalNames) -> Decimal | None:
    value = decimal(_text(balance, "Amt", names))
    if value is None:
        return None
    return -value if _text(balance, "CdtDbtInd", names) == "DBIT" else value


@dataclass
class _Step:
    """An element to be looked at within an entry: under which name its text is kept, and what to look at in it."""

    slot: str = ""
    inner: _Steps | None = None


class _Steps(dict[str, "_Step | None"]):
    """Steps by the full names of elements, learnt from their local names as they are met."""

    def __init__(self, local: dict[str, _Step]) -> None:
        super().__init__()
        self.local = local

    def __missing__(self, tag: str) -> _Step | None:
        found = self.local.get(str(tag).rpartition("}")[2])
        if len(self) < 10_000:
            self[tag] = found
        return found


def _steps(*paths: str) -> _Steps:
    """`A/B=slot` for each element whose text is wanted; a slot may have several, the first that is filled counts."""
    steps = _Steps({})
    for path in paths:
        way, _, slot = path.partition("=")
        at = steps
        names = way.split("/")
        for name in names[:-1]:
            step = at.local.setdefault(name, _Step())
            if step.inner is None:
                step.inner = _Steps({})
            at = step.inner
        at.local.setdefault(names[-1], _Step()).slot = slot
    return steps


def _entry_steps() -> _Steps:
    return _steps(
        "Amt=amount", "CdtDbtInd=direction", "Sts=status_text", "Sts/Cd=status", "Sts/Prtry=status",
        "BookgDt/Dt=booked", "BookgDt/DtTm=booked", "ValDt/Dt=value_date", "ValDt/DtTm=value_date",
        "AcctSvcrRef=bank_reference", "NtryRef=entry_reference",
    )  # fmt: skip


def _details_steps() -> _Steps:
    paths = ["Refs/EndToEndId=reference", "Refs/AcctSvcrRef=bank_reference"]
    for party in ("Dbtr", "Cdtr"):
        paths += [f"RltdPties/{party}/Nm={party}", f"RltdPties/{party}/Pty/Nm={party}"]
        paths += [f"RltdPties/{party}Acct/Id/IBAN={party}_iban"]
        paths += [f"RltdPties/{party}Acct/Id/{way}/Id={party}_id" for way in ("Othr", "PrtryAcct", "BBAN")]
    return _steps(*paths)


def _collect(element: Any, steps: _Steps, into: dict[str, str]) -> None:
    """Put the texts of the wanted elements below `element` into their slots."""
    for child in element:
        step = steps[child.tag]
        if step is None:
            continue
        if step.slot and step.slot not in into and child.text:
            text = " ".join(child.text.split())
            if text:
                into[step.slot] = text
        if step.inner is not None:
            _collect(child, step.inner, into)


class _Entries:
    """Reads entries one after the other, and keeps what it has learnt of the names of elements."""

    def __init__(self, names: _LocalNames) -> None:
        self.names = names
        self.own = _entry_steps()
        self.details = _details_steps()

    def read(self, ntry: Any, statement: Statement) -> Entry:
        """The entry's own elements in one pass, those of its only transaction in another."""
        own: dict[str, str] = {}
        _collect(ntry, self.own, own)
        amount = next((child for child in ntry.iterchildren("{*}Amt")), None)
        written, direction = own.get("amount", ""), own.get("direction", "")
        if direction == "DBIT":
            written = f"-{written}"
        elif direction != "CRDT":
            written = f"{written} {direction or 'without CdtDbtInd'}"
        final = statement.kind == "camt.053"
        single = self._only_transaction(ntry)
        party = "Dbtr" if direction == "CRDT" else "Cdtr"
        value_date = own.get("value_date", "")[:10]
        bank_reference = (
            _reference(own.get("bank_reference", ""))
            or _reference(single.get("bank_reference", ""))
            or (_reference(own.get("entry_reference", "")) if final else "")
        )
        return Entry(
            own.get("booked", "")[:10] or (value_date if final or bank_reference else ""),
            value_date,
            written,
            (amount.get("Ccy", "") if amount is not None else "") or statement.currency,
            bank_reference,
            _reference(single.get("reference", "")),
            single.get(party, ""),
            single.get(f"{party}_iban", "") or single.get(f"{party}_id", ""),
            self._text(ntry),
            own.get("status") or own.get("status_text") or ("BOOK" if final else "NONE"),
        )

    def _only_transaction(self, ntry: Any) -> dict[str, str]:
        found: dict[str, str] = {}
        details = [each for group in ntry.iterchildren("{*}NtryDtls") for each in group.iterchildren("{*}TxDtls")]
        if len(details) == 1:
            _collect(details[0], self.details, found)
        return found

    def _text(self, ntry: Any) -> str:
        """Everything said about the entry: remittance of all its details, then the entry's own information."""
        said: dict[str, list[str]] = {"Ustrd": [], "Ref": [], "AddtlNtryInf": []}
        for each in ntry.iter("{*}Ustrd", "{*}Ref", "{*}AddtlNtryInf"):
            text = _clean(each.text)
            if text:
                said[self.names[each.tag]].append(text)
        parts = said["Ustrd"] + said["Ref"] + said["AddtlNtryInf"]
        return " ".join(dict.fromkeys(parts))[:TEXT_CHARACTERS_MAX]


def _reference(text: str) -> str:
    return "" if text.upper() in NO_REFERENCE else text
