"""QIF: transactions of a bank account, cash or a card, as Quicken and many banks write them.

Source: Quicken's description of the format; a sample file. See `readers.qif`. Nothing in the file names currency or
account (`!Account` may): both are the user's to tell. Identity of a line: day, amount, number and payee, equal ones
counted.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from huikuan.formats.banks.bank_columns import (
    BYTES_MAX,
    STATEMENT_COLUMNS,
    STATEMENT_EMIT,
    STATEMENT_REJECT,
    AccountDocuments,
)
from huikuan.formats.readers import qif
from huikuan.formats.readers.mt940 import decode
from huikuan.formats.reading import RawTable, ReadContext
from huikuan.formats.spec import About, Expression, Format, Reject
from huikuan.records.errors import UserError
from huikuan.records.messages import gettext_noop, register

if TYPE_CHECKING:
    import duckdb

register(
    {
        "qif.date_order": gettext_noop(
            "%(place)s: nothing in the file tells whether its dates are written month first or day first, as no number "
            "in them is greater than 12. Export a longer period, or another kind of file (OFX, CSV)."
        ),
    }
)

OPENING = "OPENING"  # the balance that the account began with
QIF_REF = Expression(
    "ref",
    "concat_ws('|', booked_date::VARCHAR, amount::VARCHAR, coalesce(line_reference, ''), coalesce(counterparty, ''))",
    "text",
)


def read(path: Path, name: str, con: duckdb.DuckDBPyConnection, context: ReadContext) -> list[RawTable]:
    """One raw table per account. Raises UserError `qif.*`."""
    if path.stat().st_size > BYTES_MAX:
        raise UserError("file.too_large_unpacked", file=name, limit=BYTES_MAX)
    text = decode(path.read_bytes())
    style = qif.style_of(qif.parse(text, name))
    with AccountDocuments(con, name, context) as documents:
        for ordinal, entry in enumerate(qif.parse(text, name), start=1):
            documents.of(entry.account).add(ordinal, _cells(entry, style))
        return documents.raw_tables()


def _cells(entry: qif.Entry, style: qif.Style) -> tuple[str, ...]:
    told = entry.values
    day = qif.day(entry, style)
    guessed = style.order == qif.UNDECIDED and day == told.get("D") and day[:4].isdigit() is False
    said = (told.get("P"), told.get("M"), told.get("N"))
    return (
        "" if guessed else day,
        "",
        qif.amount(entry, style),
        "",
        "",
        OPENING if entry.is_opening else qif.UNDECIDED if guessed else "BOOK",
        "",
        told.get("N", ""),
        told.get("N", ""),
        told.get("P", ""),
        "",
        " ".join(part for part in said if part),
    )


QIF = Format(
    id="qif",
    about=About(
        title=gettext_noop("QIF transactions (Quicken)"),
        where=gettext_noop("Your bank's website or Quicken, as QIF"),
        verified="real file",
        note=gettext_noop(
            "Name the account; the currency is the book's. The whole file decides whether month or day comes first. "
            "Nothing in the file proves that it is complete."
        ),
    ),
    needs=(),
    columns=STATEMENT_COLUMNS,
    values=(QIF_REF,),
    rejects=(
        Reject("qif.date_order", f"status = '{qif.UNDECIDED}'", "status"),
        Reject(STATEMENT_REJECT.code, f"{STATEMENT_REJECT.sql} AND status = 'BOOK'", STATEMENT_REJECT.column),
    ),
    emits=(STATEMENT_EMIT,),
    ignored=f"status = '{OPENING}'",
    sniff=qif.is_qif,
    read=read,
)
