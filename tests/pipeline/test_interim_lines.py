"""Reports within the day and notifications tell booked entries without the bank's reference: they count once, whatever
is imported first, and never beside the statement of their day."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from huikuan.pipeline.book import Book
from huikuan.pipeline.documents.importing import ImportOptions, import_file, undo_document
from huikuan.records.rules import Rules

PARTS = {
    "052": ("BkToCstmrAcctRpt", "Rpt"),
    "053": ("BkToCstmrStmt", "Stmt"),
    "054": ("BkToCstmrDbtCdtNtfctn", "Ntfctn"),
}


def entry(amount: str, end_to_end: str = "", bank: str = "", day: str = "2026-01-02") -> str:
    reference = f"<AcctSvcrRef>{bank}</AcctSvcrRef>" if bank else ""
    refs = f"<NtryDtls><TxDtls><Refs><EndToEndId>{end_to_end}</EndToEndId></Refs></TxDtls></NtryDtls>"
    booked = f"<BookgDt><Dt>{day}</Dt></BookgDt>" if day else "<ValDt><Dt>2026-01-02</Dt></ValDt>"
    return (
        f'<Ntry><Amt Ccy="CNY">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>{booked}'
        f"{reference}{refs if end_to_end else ''}</Ntry>"
    )


def message(kind: str, version: int, *entries: str) -> bytes:
    """A message about 2 January, as its version's namespace says."""
    outer, part = PARTS[kind]
    period = "<FrToDt><FrDtTm>2026-01-02T00:00:00</FrDtTm><ToDtTm>2026-01-02T23:59:59</ToDtTm></FrToDt>"
    account = "<Acct><Id><Othr><Id>6222</Id></Othr></Id><Ccy>CNY</Ccy></Acct>"
    space = f"urn:iso:std:iso:20022:tech:xsd:camt.{kind}.001.{version:02d}"
    body = f"<{part}><Id>{version}</Id>{period}{account}{''.join(entries)}</{part}>"
    return f'<Document xmlns="{space}"><{outer}>{body}</{outer}></Document>'.encode()


def take(book: Book, folder: Path, name: str, content: bytes) -> str:
    path = folder / name
    path.write_bytes(content)
    (row,) = import_file(book, path, ImportOptions(accept_partial=True), Rules()).rows
    return row.document


def amounts(book: Book) -> list[Decimal]:
    con = duckdb.connect()
    book.lake.register_current(con, "bank_line", "lines")
    return [row[0] for row in con.execute("SELECT amount FROM lines ORDER BY amount, record_key").fetchall()]


def test_reports_that_overlap_tell_an_entry_once(new_book: Callable[..., Book], tmp_path: Path) -> None:
    book = new_book()
    take(book, tmp_path, "morning.xml", message("052", 2, entry("5.00", "E1"), entry("7.00")))
    take(book, tmp_path, "noon.xml", message("052", 8, entry("5.00", "E1"), entry("7.00"), entry("7.00")))
    take(book, tmp_path, "notice.xml", message("054", 4, entry("5.00", "E1")))
    assert amounts(book) == [Decimal(5), Decimal(7), Decimal(7)]


@pytest.mark.parametrize("first", ["report", "statement"])
@pytest.mark.parametrize("bank", ["", "B1"])
def test_a_statement_takes_the_place_of_what_was_told_before(
    new_book: Callable[..., Book], tmp_path: Path, first: str, bank: str
) -> None:
    book = new_book()
    report = message("052", 8, entry("5.00", "E1"), entry("9.00", "E9", day="2026-01-03"))
    statement = message("053", 8, entry("5.00", "E1", bank))
    names = {"report": report, "statement": statement}
    documents = {each: take(book, tmp_path, f"{each}.xml", names[each]) for each in sorted(names, key=first.__ne__)}
    assert amounts(book) == [Decimal(5), Decimal(9)]  # that of the next day waits for its statement
    undo_document(book, documents["statement"], "test")
    assert amounts(book) == [Decimal(5), Decimal(9)]
    undo_document(book, documents["report"], "test")
    assert amounts(book) == []


def test_an_entry_without_booking_day_and_reference_is_set_aside(new_book: Callable[..., Book], tmp_path: Path) -> None:
    book = new_book()
    take(book, tmp_path, "report.xml", message("052", 8, entry("5.00", "E1", day=""), entry("6.00", "E2", "B2", "")))
    assert amounts(book) == [Decimal(6)]
