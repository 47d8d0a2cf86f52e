"""BAI2: the balance report of American and Canadian banks, one document per account in the file.

Source: Cash Management Balance Reporting Specifications, version 2; sample files. See `readers.bai2`. Identity of a
line: the bank's reference with type code, day, value date, amount and customer reference; equal ones are counted.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from huikuan.formats.banks.bank_columns import (
    BYTES_MAX,
    NO_BANK_REFERENCE,
    STATEMENT_COLUMNS,
    STATEMENT_EMIT,
    STATEMENT_REF,
    STATEMENT_REJECT,
    AccountDocument,
    AccountDocuments,
    unproved,
)
from huikuan.formats.readers import bai2
from huikuan.formats.readers.mt940 import decode
from huikuan.formats.reading import RawTable, ReadContext
from huikuan.formats.spec import About, Format, Reject
from huikuan.records.errors import Problem, UserError
from huikuan.records.messages import gettext_noop, register

if TYPE_CHECKING:
    import duckdb

NOTE_CODE = "890"

register(
    {
        "bai2.type": gettext_noop(
            "%(place)s: the type code “%(value)s” says neither that money came in nor that it went out. Expected 100 "
            "to 399 or 400 to 699. Ask the bank for its meaning; import the rest and set this line aside."
        ),
    }
)


def read(path: Path, name: str, con: duckdb.DuckDBPyConnection, context: ReadContext) -> list[RawTable]:
    """One raw table per account. Raises UserError `bai2.*`."""
    if path.stat().st_size > BYTES_MAX:
        raise UserError("file.too_large_unpacked", file=name, limit=BYTES_MAX)
    with AccountDocuments(con, name, context) as documents:
        file, ordinal = bai2.File(), 0
        for account in bai2.parse(decode(path.read_bytes()), name, file):
            ordinal = _add(documents.of(account.number), account, ordinal)
        for document in documents.by_account.values():
            document.controls += file.controls
            if not file.complete:
                document.problems.append(Problem("footer.missing", severity="flag"))
        return documents.raw_tables()


def _add(document: AccountDocument, account: bai2.Account, ordinal: int) -> int:
    """Add an account's lines; the ordinal of the last."""
    content = repr((account.as_of, account.stated, account.transactions))
    first, last = ordinal + 1, ordinal + len(account.transactions)
    if not document.is_new(content, bool(account.transactions), f"03 {account.as_of}"):
        return last
    document.facts.setdefault("currency", account.currency)
    if not account.interim:
        document.extend_period(account.as_of, account.as_of)
    controls = account.own_controls()
    document.controls += controls
    if account.transactions and not controls:
        document.problems.append(unproved(f"03 {account.as_of}"))
    balance = account.opening if account.balances else None
    for number, each in enumerate(account.transactions, start=first):
        if balance is not None:
            balance += Decimal(each.amount)
        stated = account.closing if number == last else None
        document.add(number, _cells(account, each, balance if balance is not None else stated))
    return last


def _cells(account: bai2.Account, each: bai2.Transaction, balance: Decimal | None) -> tuple[str, ...]:
    note = each.type_code == NOTE_CODE
    status = "NOTE" if note else "INTERIM" if account.interim else "BOOK"
    return (
        account.as_of,
        each.value_date,
        each.amount,
        account.currency,
        "" if balance is None or note else f"{balance:f}",
        f"{status} {each.type_code if not each.direction and not note else ''}".strip(),
        each.bank_reference,
        f"{each.type_code} {each.customer_reference}".strip(),
        each.customer_reference,
        "",
        "",
        each.text,
    )


BAI2 = Format(
    id="bai2",
    about=About(
        title=gettext_noop("BAI2 balance report"),
        where=gettext_noop("Your bank's corporate portal (United States, Canada), as BAI2"),
        verified="real file",
        note=gettext_noop("All totals and counts of the trailers are checked."),
    ),
    needs=(),
    columns=STATEMENT_COLUMNS,
    values=(STATEMENT_REF,),
    rejects=(
        STATEMENT_REJECT,
        Reject("bai2.type", "regexp_matches(status, '^(BOOK|INTERIM) ')", "line_reference"),
        NO_BANK_REFERENCE,
    ),
    emits=(STATEMENT_EMIT,),
    ignored="status = 'NOTE'",
    currency_value="currency",
    sniff=bai2.is_bai2,
    read=read,
)
