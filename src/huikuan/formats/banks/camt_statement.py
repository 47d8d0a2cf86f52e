"""camt.053, .052 and .054: the ISO 20022 bank statement, intraday report and notification, all versions, one document
per account in the file.

Source: ISO 20022 message definitions camt.053.001.01 to .14 and their sisters. Elements are found by their local names;
see `readers.camt`.

A report (052) and a notification (054) tell booked entries before the statement (053) tells them again. The bank's
reference of the entry (`AcctSvcrRef`) with its booking day and amount identifies it in all three, so that it counts
once whatever is imported first. An entry that they tell without that reference is known by its days, amount and
business reference, in a key of its own: it counts until a statement covers its day (`lake.interim`), for nothing tells
which line of the statement it is. Without a booking day, nothing tells even that: it is rejected. Pending entries are
ignored rows.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from huikuan.formats.banks.bank_columns import (
    INTERIM,
    STATEMENT_COLUMNS,
    STATEMENT_EMIT,
    STATEMENT_REJECT,
    AccountDocument,
    AccountDocuments,
    unproved,
)
from huikuan.formats.readers import camt
from huikuan.formats.reading import RawTable, ReadContext
from huikuan.formats.spec import About, Expression, Format
from huikuan.records.bank_line import INTERIM as INTERIM_REF
from huikuan.records.messages import gettext_noop

if TYPE_CHECKING:
    import duckdb

# NtryRef stands for a missing AcctSvcrRef only within statements: other messages number their entries anew.
CAMT_REF = Expression(
    "ref",
    "CASE WHEN bank_reference IS NOT NULL THEN concat_ws('|', bank_reference, booked_date::VARCHAR, amount::VARCHAR) "
    f"ELSE concat_ws('|', CASE WHEN status = '{INTERIM}' THEN '{INTERIM_REF}' ELSE '' END, "
    "booked_date::VARCHAR, coalesce(value_date::VARCHAR, ''), amount::VARCHAR, "
    "coalesce(line_reference, '')) END",
    "text",
)


def read(path: Path, name: str, con: duckdb.DuckDBPyConnection, context: ReadContext) -> list[RawTable]:
    """One raw table per account. Raises UserError `camt.*`."""
    with AccountDocuments(con, name, context) as documents:
        _fill(documents, path, name)
        return documents.raw_tables()


def _fill(documents: AccountDocuments, path: Path, name: str) -> None:
    ordinal = 0
    part: _Part | None = None
    for each in camt.read(path, name):
        if isinstance(each, camt.Statement):
            part = _Part(documents.of(each.account), each, ordinal + 1)
        elif part is not None and isinstance(each, camt.Entry):
            ordinal += 1
            part.add(ordinal, each)
        elif part is not None:
            part.finish(has_lines=ordinal >= part.first)


class _Part:
    """One statement on its way into the document of its account."""

    def __init__(self, document: AccountDocument, statement: camt.Statement, first: int) -> None:
        self.document = document
        self.statement = statement
        self.first = first
        self.last_booked = 0
        self.adding = camt.Adding(statement)
        self.digest = hashlib.sha256(repr(statement).encode())
        self.booked = "BOOK" if statement.kind == "camt.053" else INTERIM

    def add(self, ordinal: int, entry: camt.Entry) -> None:
        """Add the next entry."""
        balance = self.adding.add(entry)
        self.digest.update("\x1f".join(entry).encode())
        booked, value_date, amount, currency, bank_reference, reference, party, party_account, text, status = entry
        if status == "BOOK":
            self.last_booked, status = ordinal, self.booked
        after = "" if balance is None else f"{balance:f}"
        cells = (
            booked, value_date, amount, currency, after, status, bank_reference, reference, reference, party,
            party_account, text,
        )  # fmt: skip
        self.document.add(ordinal, cells)

    def finish(self, has_lines: bool) -> None:
        """The end: a repeated statement is taken back; else what it states is kept."""
        statement, document = self.statement, self.document
        if not document.is_new(self.digest.hexdigest(), has_lines, statement.label):
            document.take_back(self.first)
            return
        if self.last_booked and not self.adding.closes:
            document.only_last_balance(self.first, self.last_booked, statement.closing)
        if statement.currency:
            document.facts.setdefault("currency", statement.currency)
        if statement.created_at:
            document.facts["exported_at"] = max(statement.created_at, document.facts.get("exported_at", ""))
        document.extend_period(statement.period_from, statement.period_to)
        found = self.adding.controls()
        document.controls += found
        if has_lines and not found and (statement.opening is None or statement.closing is None):
            document.problems.append(unproved(statement.label))


def _format(kind: str, about: About) -> Format:
    return Format(
        id=kind,
        about=about,
        needs=(),
        columns=STATEMENT_COLUMNS,
        values=(CAMT_REF,),
        rejects=(STATEMENT_REJECT,),
        emits=(STATEMENT_EMIT,),
        ignored=f"status NOT IN ('BOOK', '{INTERIM}')",
        currency_value="currency",
        sniff=lambda head, name: camt.kind_of(head) == kind,
        read=read,
    )


_INTERIM_NOTE = gettext_noop(
    "Booked entries count, once with those of the later camt.053: by the bank's reference (AcctSvcrRef), and without "
    "it until a statement covers their day. Pending ones are left out. All versions."
)
CAMT_053 = _format(
    "camt.053",
    About(
        title=gettext_noop("camt.053 bank statement (ISO 20022 XML)"),
        where=gettext_noop("Your bank's corporate portal, as camt.053 or XML statement"),
        verified="real file",
        note=gettext_noop("All versions. A batch booking is one line."),
    ),
)
CAMT_052 = _format(
    "camt.052",
    About(
        title=gettext_noop("camt.052 intraday report (ISO 20022 XML)"),
        where=gettext_noop("Your bank's corporate portal, as camt.052"),
        verified="real file",
        note=_INTERIM_NOTE,
    ),
)
CAMT_054 = _format(
    "camt.054",
    About(
        title=gettext_noop("camt.054 notification of credits and debits (ISO 20022 XML)"),
        where=gettext_noop("Your bank's corporate portal, as camt.054"),
        verified="real file",
        note=_INTERIM_NOTE,
    ),
)
