"""MT940: the SWIFT statement message, one document per account in the file.

Source: SWIFT Category 9 field rules; the sample files of banks listed in the tests. The field grammar is that of the
library `mt-940`; see `readers.mt940` for where it is loose.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from huikuan.formats.banks.bank_columns import (
    BYTES_MAX,
    STATEMENT_COLUMNS,
    STATEMENT_EMIT,
    STATEMENT_REF,
    STATEMENT_REJECT,
    AccountDocument,
    AccountDocuments,
    amount_text,
    unproved,
)
from huikuan.formats.readers import mt940
from huikuan.formats.reading import RawTable, ReadContext
from huikuan.formats.spec import About, Format
from huikuan.records.errors import UserError
from huikuan.records.messages import gettext_noop

if TYPE_CHECKING:
    import duckdb


def read(path: Path, name: str, con: duckdb.DuckDBPyConnection, context: ReadContext) -> list[RawTable]:
    """One raw table per account. Raises UserError `mt940.*`."""
    if path.stat().st_size > BYTES_MAX:
        raise UserError("file.too_large_unpacked", file=name, limit=BYTES_MAX)
    with AccountDocuments(con, name, context) as documents:
        for statement in mt940.parse(mt940.decode(path.read_bytes()), name):
            document = documents.of(statement.account)
            if document.is_new(statement.content, bool(statement.entries), _label(statement)):
                _add(document, statement)
        return documents.raw_tables()


def _label(statement: mt940.Statement) -> str:
    return f":20:{statement.reference} :28C:{statement.number}"


def _add(document: AccountDocument, statement: mt940.Statement) -> None:
    if statement.currency:
        document.facts.setdefault("currency", statement.currency)
    if statement.opening and statement.closing:
        # The opening balance bears the day before or, with some banks, the day itself: the lines tell better.
        days = [statement.closing.day, *(entry.booked for entry in statement.entries if entry.booked)]
        document.extend_period(min(days), max(days))
    document.controls += mt940.controls([statement])
    if statement.entries and (statement.opening is None or statement.closing is None):
        document.problems.append(unproved(_label(statement)))
    for entry, balance in zip(statement.entries, mt940.running_balances(statement), strict=True):
        document.problems += entry.problems
        cells = (
            entry.booked,
            entry.value_date,
            amount_text(entry.amount),
            statement.currency,
            amount_text(balance),
            "PDNG" if statement.interim and statement.opening is None else "BOOK",
            entry.bank_reference,
            entry.line_reference,
            entry.reference,
            entry.counterparty,
            entry.counterparty_account,
            entry.text,
        )
        document.add(entry.ordinal, cells)


MT940 = Format(
    id="mt940",
    about=About(
        title=gettext_noop("MT940 bank statement"),
        where=gettext_noop("Your bank's corporate portal, as MT940, SWIFT or .sta"),
        verified="real file",
        note=gettext_noop(
            "Lenient: long references, repeated :25:, wrapped text, balances without a currency. MT942 is refused."
        ),
    ),
    needs=(),
    columns=STATEMENT_COLUMNS,
    values=(STATEMENT_REF,),
    rejects=(STATEMENT_REJECT,),
    emits=(STATEMENT_EMIT,),
    ignored="status <> 'BOOK'",
    currency_value="currency",
    sniff=mt940.is_mt940,
    read=read,
)
