"""OFX and QFX: statements of bank accounts and credit cards, one document per account in the file.

Source: OFX specifications 1.0.3 to 2.2; sample files of banks. See `readers.ofx`. Identity of a line: its FITID with
day and amount (some banks count their FITIDs anew in each download); where the bank leaves the FITID blank: day,
amount, check number and name, equal ones counted.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from huikuan.formats.banks.bank_columns import (
    BYTES_MAX,
    STATEMENT_COLUMNS,
    STATEMENT_EMIT,
    STATEMENT_REJECT,
    AccountDocument,
    AccountDocuments,
)
from huikuan.formats.readers import ofx
from huikuan.formats.reading import RawTable, ReadContext
from huikuan.formats.spec import About, Expression, Format
from huikuan.records.errors import UserError
from huikuan.records.messages import gettext_noop, register

if TYPE_CHECKING:
    import duckdb

register(
    {
        "ofx.one_number": gettext_noop(
            "%(file)s holds two accounts with the same number %(found)s at different banks or of different kinds; "
            "their lines would become one account's. Download one account at a time."
        ),
    }
)

OFX_REF = Expression(
    "ref",
    "CASE WHEN bank_reference IS NOT NULL THEN concat_ws(' ', bank_reference, booked_date::VARCHAR, amount::VARCHAR) "
    "ELSE concat_ws('|', booked_date::VARCHAR, amount::VARCHAR, coalesce(line_reference, ''), "
    "coalesce(counterparty, '')) END",
    "text",
)


def read(path: Path, name: str, con: duckdb.DuckDBPyConnection, context: ReadContext) -> list[RawTable]:
    """One raw table per account. Raises UserError `ofx.*`."""
    if path.stat().st_size > BYTES_MAX:
        raise UserError("file.too_large_unpacked", file=name, limit=BYTES_MAX)
    with AccountDocuments(con, name, context) as documents:
        _fill(documents, ofx.text_of(path.read_bytes()), name)
        return documents.raw_tables()


def _fill(documents: AccountDocuments, text: str, name: str) -> None:
    ordinal = 0
    known: dict[str, tuple[str, str]] = {}
    document: AccountDocument | None = None
    statement = ofx.Statement()
    for each in ofx.parse(text, name):
        if isinstance(each, ofx.Statement):
            statement, document = each, None
            first, content, days = ordinal + 1, hashlib.sha256(), _Days()
            continue
        if document is None:  # the account stands before the entries
            document = documents.of(_account(statement, known, name))
        if isinstance(each, ofx.Entry):
            ordinal += 1
            cells = _cells(each, statement)
            content.update("\x1f".join(cells).encode())
            days.add(ordinal, cells[0])
            document.add(ordinal, cells)
        elif not document.is_new(content.hexdigest(), ordinal >= first, document.account):
            document.take_back(first)
        else:
            if days.last_row:
                document.only_last_balance(first, days.last_row, statement.ledger_balance)
            _finish(document, statement)


class _Days:
    """Follows the days of a statement's lines: which of them is the last, the list running one way or the other."""

    def __init__(self) -> None:
        self.first_row = self.row = 0
        self.day = ""
        self.rises = self.falls = False

    def add(self, row: int, day: str) -> None:
        """The next line."""
        self.first_row = self.first_row or row
        if self.day:
            self.rises |= day > self.day
            self.falls |= day < self.day
        self.row, self.day = row, day

    @property
    def last_row(self) -> int:
        """The line that is the last in time; 0 where the days do not tell."""
        if self.row == self.first_row or (self.rises and not self.falls):
            return self.row
        return self.first_row if self.falls and not self.rises else 0


def _finish(document: AccountDocument, statement: ofx.Statement) -> None:
    told = statement.values
    if told.get("CURDEF"):
        document.facts.setdefault("currency", told["CURDEF"].upper())
    document.extend_period(ofx.day(told.get("DTSTART", "")), ofx.day(told.get("DTEND", "")))


def _account(statement: ofx.Statement, known: dict[str, tuple[str, str]], name: str) -> str:
    """The account's number; refused where two accounts of the file share it."""
    told = statement.values
    number = told.get("ACCTID", "")
    kind = (told.get("BANKID", "") + told.get("BRANCHID", ""), told.get("ACCTTYPE", ""))
    if number and known.setdefault(number, kind) != kind:
        raise UserError("ofx.one_number", file=name, found=number)
    return number


def _cells(entry: ofx.Entry, statement: ofx.Statement) -> tuple[str, ...]:
    told = entry.values
    said = (told.get("TRNTYPE"), told.get("NAME"), told.get("MEMO"), told.get("CHECKNUM"), told.get("REFNUM"))
    return (
        ofx.day(told.get("DTPOSTED", "") or told.get("DTTRAN", "")),
        ofx.day(told.get("DTAVAIL", "") or told.get("VALUEDATE", "")),
        ofx.amount(told.get("TRNAMT", "")),
        (told.get("CURRENCY.CURSYM", "") or statement.values.get("CURDEF", "")).upper(),
        "",
        "PDNG" if entry.pending else "BOOK",
        told.get("FITID", ""),
        told.get("CHECKNUM", ""),
        told.get("CHECKNUM", "") or told.get("REFNUM", ""),
        told.get("PAYEE.NAME", "") or told.get("NAME", ""),
        told.get("BANKACCTTO.ACCTID", "") or told.get("CCACCTTO.ACCTID", ""),
        " ".join(part for part in said if part),
    )


OFX = Format(
    id="ofx",
    about=About(
        title=gettext_noop("OFX or QFX statement of a bank account or credit card"),
        where=gettext_noop("Your bank's website, as OFX, QFX, Quicken or Money"),
        verified="real file",
        note=gettext_noop(
            "SGML (1.x) and XML (2.x), with or without a header. No opening balance is told, so nothing in the file "
            "proves that it is complete. Investment statements are refused."
        ),
    ),
    needs=(),
    columns=STATEMENT_COLUMNS,
    values=(OFX_REF,),
    rejects=(STATEMENT_REJECT,),
    emits=(STATEMENT_EMIT,),
    ignored="status <> 'BOOK'",
    currency_value="currency",
    sniff=ofx.is_ofx,
    read=read,
)
