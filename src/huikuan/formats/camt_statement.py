"""camt.053: the ISO 20022 bank statement, all versions, one document per account in the file.

Source: ISO 20022 message definitions camt.053.001.01 to .13. Elements are found by their local names; see
`readers.camt`. camt.052 and camt.054 are recognised here too, and refused with what to import instead.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from huikuan.formats.bank_columns import (
    STATEMENT_COLUMNS,
    STATEMENT_EMIT,
    STATEMENT_REF,
    STATEMENT_REJECT,
    AccountDocument,
    Line,
    amount_text,
    raw_tables,
    unproved,
)
from huikuan.formats.readers import camt
from huikuan.formats.reading import RawTable, ReadContext
from huikuan.formats.spec import About, Format
from huikuan.records.messages import gettext_noop

if TYPE_CHECKING:
    import duckdb


def read(path: Path, name: str, con: duckdb.DuckDBPyConnection, context: ReadContext) -> list[RawTable]:
    """One raw table per account. Raises UserError `camt.*`."""
    documents: dict[str, AccountDocument] = {}
    for statement in camt.parse(path, name):
        document = documents.setdefault(statement.account, AccountDocument(statement.account))
        content = replace(statement, entries=tuple(replace(entry, ordinal=0) for entry in statement.entries))
        if document.is_new(content, bool(statement.entries), f"Stmt {statement.reference}"):
            _add(document, statement)
    return raw_tables(con, name, list(documents.values()), context)


def _add(document: AccountDocument, statement: camt.Statement) -> None:
    if statement.currency:
        document.facts.setdefault("currency", statement.currency)
    if statement.created_at:
        document.facts["exported_at"] = max(statement.created_at, document.facts.get("exported_at", ""))
    document.extend_period(statement.period_from, statement.period_to)
    document.controls += camt.controls([statement])
    if statement.entries and (statement.opening is None or statement.closing is None):
        document.problems.append(unproved(f"Stmt {statement.reference}"))
    for entry, balance in zip(statement.entries, camt.running_balances(statement), strict=True):
        cells = (
            entry.booked,
            entry.value_date,
            entry.amount,
            entry.currency,
            amount_text(balance),
            entry.status,
            entry.bank_reference,
            entry.reference,
            entry.reference,
            entry.counterparty,
            entry.counterparty_account,
            entry.text,
        )
        document.lines.append(Line(entry.ordinal, cells))


CAMT_053 = Format(
    id="camt.053",
    about=About(
        title=gettext_noop("camt.053 bank statement (ISO 20022 XML)"),
        where=gettext_noop("Your bank's corporate portal, as camt.053 or XML statement"),
        verified="real file",
        note=gettext_noop("All versions. camt.052 and camt.054 are refused: their entries are not final."),
    ),
    needs=(),
    columns=STATEMENT_COLUMNS,
    values=(STATEMENT_REF,),
    rejects=(STATEMENT_REJECT,),
    emits=(STATEMENT_EMIT,),
    ignored="status <> 'BOOK'",
    currency_value="currency",
    sniff=camt.is_camt,
    read=read,
)
