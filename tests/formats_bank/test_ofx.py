"""OFX and QFX on the banks' own files and the fixtures that strict parsers refuse."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.formats_bank.reading import codes, money, read, read_bytes, sample

# file, account, lines, money in, money out
READ = (
    ("beangulp/example.ofx", "092243467384967", 17, "0", "577.32"),
    ("beangulp/ofxdownload.ofx", "379700001111222", 12, "0", "352.82"),
    ("ofxparse/bank_medium.ofx", "12300 000012345678", 3, "0", "345.27"),
    ("ofxparse/checking.ofx", "1452687~7", 3, "0.01", "59.51"),
    ("ofxparse/empty_balance.ofx", "192639749", 1, "120", "0"),
    ("ofxparse/ofx-v102-empty-tags.ofx", "12345678", 1, "12.34", "0"),
    ("ofxtools/stmtrs.ofx", "999988", 2, "0", "500"),
    ("ofxtools/stmtrs_euro.ofx", "999988", 2, "0", "500"),
    ("oca/test_ofx.ofx", "123456", 4, "0", "360"),
    ("oca/test_ofx_iban.ofx", "12345678901", 4, "0", "360"),
)


@pytest.mark.parametrize(("file", "account", "lines", "moved_in", "moved_out"), READ)
def test_real_files(file: str, account: str, lines: int, moved_in: str, moved_out: str) -> None:
    found = read(sample(f"ofx/{file}")).readings[0]
    assert (found.status, found.account, found.rows, found.accepted) == ("flagged", account, lines, lines)
    assert codes(found) == ["unproved"]
    assert (found.totals["bank_line.in"], found.totals["bank_line.out"]) == (money(moved_in), money(moved_out))


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("beangulp/example.qfx", ["ofx.investment"]),
        ("ofxparse/bank_small.ofx", ["ofx.no_statement"]),
        ("ofxparse/decimal_error.ofx", ["amount.unreadable", "date.unreadable"]),
        ("ofxparse/date_missing.ofx", ["cell.empty", "cell.empty", "date.unreadable"]),
        ("oca/test_ofx_wrong.ofx", ["account.unknown", "cell.empty"]),
    ],
)
def test_what_is_refused_and_why(file: str, expected: list[str]) -> None:
    found = read(sample(f"ofx/{file}")).readings[0]
    assert (found.status, sorted(code for code in codes(found) if code != "unproved")) == ("refused", expected)


def test_several_accounts_of_a_file() -> None:
    found = read(sample("ofx/ofxparse/multiple_accounts.ofx"))
    assert [(each.account, each.rows, codes(each)) for each in found.readings] == [
        ("9100", 0, ["rows.none"]), ("9200", 0, ["rows.none"]),
    ]  # fmt: skip


def entry(fitid: str, amount: str, day: str = "20260102", more: str = "") -> str:
    return f"<STMTTRN><TRNTYPE>DEBIT<DTPOSTED>{day}<TRNAMT>{amount}<FITID>{fitid}<NAME>A &amp; B{more}</STMTTRN>"


def ofx(entries: str, number: str = "1", end: str = "20260131", balance: str = "95.00") -> str:
    return (
        f"<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>USD<BANKACCTFROM><BANKID>12345678901<ACCTID>{number}"
        f"<ACCTTYPE>CHECKING</BANKACCTFROM><BANKTRANLIST><DTSTART>20260101<DTEND>{end}{entries}</BANKTRANLIST>"
        f"<LEDGERBAL><BALAMT>{balance}<DTASOF>20260131120000.000[-5:EST]</LEDGERBAL></STMTRS></STMTTRNRS></OFX>"
    )


def test_ledger_balance_is_that_of_the_last_line_in_time(tmp_path: Path) -> None:
    rising = entry("1", "-5", "20260102") + entry("2", "-6", "20260103")
    falling = entry("2", "-6", "20260103") + entry("1", "-5", "20260102")
    found = read_bytes(tmp_path, "a.ofx", ofx(rising).encode())
    assert found.rows("amount, balance") == [(money("-5"), None), (money("-6"), money("95"))]
    found = read_bytes(tmp_path, "a.ofx", ofx(falling).encode())
    assert found.rows("amount, balance") == [(money("-6"), money("95")), (money("-5"), None)]
    assert (found.only.period_from, found.only.period_to) == (date(2026, 1, 1), date(2026, 1, 31))
    found = read_bytes(tmp_path, "a.ofx", ofx(rising, end="20260130").encode())
    assert found.rows("balance") == [(None,), (None,)]


def test_unclosed_and_blank_elements_in_one_line(tmp_path: Path) -> None:
    blank = "<STMTTRN><MEMO><TRNTYPE><DTPOSTED>20260102<FITID>7<TRNAMT>-97.0500<CHECKNUM></STMTTRN>"
    found = read_bytes(tmp_path, "a.qfx", ofx(blank + "<STMTTRN><DTPOSTED>20260103<TRNAMT>1<FITID>8").encode())
    assert found.rows("amount, ref") == [
        (money("-97.05"), "7 2026-01-02 -97.05000"), (money("1"), "8 2026-01-03 1.00000"),
    ]  # fmt: skip


def test_blank_fitid_falls_back_to_counted_identity(tmp_path: Path) -> None:
    found = read_bytes(tmp_path, "a.ofx", ofx(entry("", "-5") + entry("", "-5")).encode())
    assert found.rows("ref, n") == [("2026-01-02|-5.00000||A & B", 0), ("2026-01-02|-5.00000||A & B", 1)]


def test_pending_transactions_are_ignored(tmp_path: Path) -> None:
    pending = entry("9", "-9").replace("STMTTRN>", "STMTTRNP>")
    found = read_bytes(tmp_path, "a.ofx", ofx(entry("1", "-5") + pending).encode()).only
    assert (found.rows, found.accepted, found.ignored) == (2, 1, 1)


@pytest.mark.parametrize(
    ("header", "encoding"),
    [
        ("OFXHEADER:100\r\nDATA:OFXSGML\r\nENCODING:USASCII\r\nCHARSET:1252\r\n\r\n", "cp1252"),
        ("OFXHEADER:100\r\nENCODING:UTF-8\r\nCHARSET:NONE\r\n\r\n", "utf-8"),
        ('<?xml version="1.0" encoding="UTF-8"?><?OFX OFXHEADER="200"?>', "utf-8-sig"),
        ("", "utf-16"),
    ],
)
def test_encodings(tmp_path: Path, header: str, encoding: str) -> None:
    text = header + ofx(entry("1", "-5", more="<MEMO>Café"))
    found = read_bytes(tmp_path, "a.ofx", text.encode(encoding))
    assert found.rows("text") == [("DEBIT A & B Café",)]


def test_two_accounts_of_one_number_are_refused(tmp_path: Path) -> None:
    both = ofx(entry("1", "-5")) + ofx(entry("1", "-5")).replace("CHECKING", "SAVINGS")
    assert codes(read_bytes(tmp_path, "a.ofx", both.encode()).only) == ["ofx.one_number"]


def test_statement_that_stands_twice_is_read_once(tmp_path: Path) -> None:
    found = read_bytes(tmp_path, "a.ofx", (ofx(entry("1", "-5")) * 2).encode())
    assert (found.only.rows, codes(found.only)) == (1, ["bank.statement_repeated", "unproved"])


def test_comments_and_plain_sections(tmp_path: Path) -> None:
    text = (
        ofx(entry("1", "-5", more="<MEMO><![CDATA[1 < 2 & 3]]>") + f"<!-- {entry('2', '-6')} -->") + "<!-- never ends"
    )
    assert read_bytes(tmp_path, "a.ofx", text.encode()).rows("text") == [("DEBIT A & B 1 < 2 & 3",)]
