"""MT940 on the banks' own sample files: what balances, what does not, and where the standard is not kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from huikuan.formats.readers import mt940
from huikuan.formats.reading import ReadContext
from tests.formats_bank.reading import CONTEXT, codes, money, read, read_bytes, sample

# file, statements, lines, statements that balance (truncated and anonymised samples do not)
STATEMENTS = (
    ("betterplace/sepa_mt9401.sta", 26, 97, 26),
    ("betterplace/sepa_snippet.sta", 2, 11, 1),
    ("betterplace/sepa_snippet_broken.sta", 1, 1, 0),
    ("cmxl/mt940.sta", 3, 16, 3),
    ("jejik/abnamro.sta", 2, 10, 0),
    ("jejik/generic.sta", 2, 2, 2),
    ("jejik/ing.sta", 1, 7, 0),
    ("jejik/knab.sta", 2, 3, 1),
    ("jejik/rabobank-iban.sta", 2, 4, 2),
    ("jejik/rabobank.sta", 4, 5, 2),
    ("jejik/sns.sta", 2, 2, 2),
    ("mBank/mt940.sta", 1, 3, 1),
    ("self-provided/raphaelm.sta", 3, 9, 3),
    ("self-provided/long_statement_number.sta", 1, 0, 1),
)


@pytest.mark.parametrize(("file", "statements", "lines", "balancing"), STATEMENTS)
def test_statements_lines_and_balances_of_real_files(file: str, statements: int, lines: int, balancing: int) -> None:
    found = list(mt940.parse(mt940.decode(sample(f"mt940/{file}").read_bytes()), file))
    assert len(found) == statements
    assert sum(len(each.entries) for each in found) == lines
    assert sum(each.balances for each in found) == balancing


def test_each_account_of_a_file_becomes_a_document_and_all_balance() -> None:
    found = read(sample("mt940/betterplace/sepa_mt9401.sta"))
    assert len(found.readings) == 20
    assert {reading.status for reading in found.readings} == {"imported"}
    assert sum(reading.accepted for reading in found.readings) == 97
    assert sum(len(reading.controls) for reading in found.readings) == 26
    rows = sorted(row for place in range(20) for (row,) in found.rows("source_row", place))
    assert rows == list(range(1, 98))


def test_sign_reference_and_running_balance() -> None:
    found = read(sample("mt940/betterplace/sepa_mt9401.sta"))
    assert found.readings[0].stated_account == "50880050/0194774600888"
    assert found.rows("amount, balance, reference, text")[5] == (
        money("-204.88"), money("-237681.28"), None, "SAMMLER/STORNO 0904059003",
    )  # fmt: skip


def test_thirtieth_of_february_is_the_last_of_the_month_and_is_told() -> None:
    found = read(sample("mt940/self-provided/february_30.sta"))
    assert (found.only.status, codes(found.only)) == ("flagged", ["bank.30_february"])
    assert found.rows("business_date, value_date, amount, balance") == [
        (date(2016, 3, 1), date(2016, 2, 29), money("-6"), money("1194"))
    ]


def test_interim_report_is_refused() -> None:
    found = read(sample("mt940/mBank/mt942.sta")).only
    assert (found.status, codes(found)) == ("refused", ["mt940.interim"])


def test_closing_balance_that_disagrees_is_flagged() -> None:
    found = read(sample("mt940/jejik/knab.sta")).only
    assert (found.status, codes(found)) == ("flagged", ["control.mismatch"])
    assert [control.ok for control in found.controls] == [True, False]


def test_statement_without_closing_balance_is_unproved() -> None:
    found = read(sample("mt940/self-provided/gv_codes.sta")).only
    assert (found.status, codes(found)) == ("flagged", ["unproved"])


def test_funds_letter_is_no_reversal() -> None:
    text = ":20:A\n:25:1\n:60F:C260101CNY0,\n:61:260102DR800,NTRFX\n:61:260102RC5,1NTRFX\n:62F:D260102CNY805,1"
    found = list(mt940.parse(text, ""))
    assert [entry.amount for entry in found[0].entries] == [Decimal(-800), Decimal("-5.1")]
    assert found[0].balances


def test_reference_longer_than_the_standard_allows() -> None:
    line = "2001010101D65,00NOVBNL47INGB9999999999\nhr gjlm paulissen"
    text = f":20:A\n:25:NL81ASNB9999999999\n:60F:C200101EUR444,29\n:61:{line}\n:62F:C200101EUR379,29"
    found = list(mt940.parse(text, ""))
    assert found[0].balances
    assert found[0].entries[0].text == "hr gjlm paulissen"


def test_german_details_are_joined_where_the_bank_cut_them() -> None:
    found = mt940.structured(
        "166?00GUTSCHRIFT?20EREF+T200P1?21SVWZ+Bestell?22ung 4711?30BANKDEFF?31DE99?32Karl ?33Kaufmann"
    )
    assert found == {
        "name": "Karl Kaufmann",
        "account": "DE99",
        "reference": "T200P1",
        "text": "GUTSCHRIFT EREF+T200P1SVWZ+Bestellung 4711",
    }


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "latin-1"])
def test_text_that_is_not_utf8(encoding: str) -> None:
    text = "货款结算" if encoding != "latin-1" else "Müller Gebühr"
    assert mt940.decode(text.encode(encoding)) == text


def test_same_line_told_by_two_files_has_the_same_key(tmp_path: Path) -> None:
    day = b":20:A\n:25:6222\n:28C:1\n:60F:C260101CNY100,\n:61:2601020102D25,NTRFNONREF//B1\n:62F:C260102CNY75,\n-"
    month = (
        day[:-2]
        + b":20:B\n:25:6222\n:28C:2\n:60F:C260102CNY75,\n:61:2601030103C1,NTRFNONREF//B1\n:62F:C260103CNY76,\n-"
    )
    one = read_bytes(tmp_path, "day.sta", day).rows("record_key")
    both = read_bytes(tmp_path, "month.sta", month).rows("record_key")
    assert one == both[:1]
    assert len(set(both)) == 2


def test_one_account_for_a_file_of_several_is_refused(tmp_path: Path) -> None:
    one = b":20:A\n:25:6222\n:28C:1\n:60F:C260101CNY100,\n:62F:C260102CNY100,\n"
    found = read_bytes(tmp_path, "two.sta", one + one.replace(b"6222", b"6223"), ReadContext(account="X"))
    assert codes(found.only) == ["bank.several_accounts"]


PLAIN = (
    ":20:START\r\n:25:6222/0001\r\n:28C:1/1\r\n:60F:C260101CNY100,00\r\n:61:2601020102D25,00NTRFNONREF\r\n:86:手续费\r\n"
    ":62F:C260102CNY75,00\r\n-\r\n"
)


@pytest.mark.parametrize(
    "content",
    [
        PLAIN.replace("\r\n", "\r").encode(),
        PLAIN.encode("utf-8-sig"),
        PLAIN.encode("utf-16"),
        PLAIN.encode("utf-16-le"),
        PLAIN.encode("gb18030"),
        PLAIN.replace("\r\n:", "\r\n  :").encode(),
        f"{{1:F01BANKCNBJ}}{{2:O940}}{{4:{PLAIN}".encode(),
        PLAIN.replace(":25:6222/0001", ":25P:6222/0001\r\nBKCHCNBJ").encode(),
        PLAIN.replace(":28C:1/1\r\n", "").encode(),
        PLAIN.replace("D25,00N", "D25.00N").encode(),
    ],
)
def test_wrappers_and_encodings_read_as_the_plain_message(tmp_path: Path, content: bytes) -> None:
    got = read_bytes(tmp_path, "statement.sta", content)
    assert (got.only.status, got.only.account) == ("imported", "6222/0001")
    assert got.rows("amount, balance, text") == [(Decimal(-25), Decimal(75), "手续费")]


def test_thousands_point_in_an_amount_is_no_amount(tmp_path: Path) -> None:
    got = read_bytes(tmp_path, "statement.sta", PLAIN.replace("D25,00", "D1.025,00").encode())
    assert (got.only.status, codes(got.only)) == ("refused", ["amount.unreadable"])


def test_statement_that_stands_twice_is_read_once_and_said(tmp_path: Path) -> None:
    got = read_bytes(tmp_path, "statement.sta", (PLAIN + PLAIN).encode())
    assert (got.only.status, codes(got.only)) == ("flagged", ["bank.statement_repeated"])
    assert len(got.rows("amount")) == 1


def test_account_may_be_given_where_the_message_names_none(tmp_path: Path) -> None:
    content = PLAIN.replace(":25:6222/0001\r\n", "").encode()
    assert codes(read_bytes(tmp_path, "statement.sta", content).only) == ["account.unknown"]
    given = read_bytes(tmp_path, "statement.sta", content, replace(CONTEXT, account="6222"))
    assert (given.only.status, given.only.account) == ("imported", "6222")
