"""camt.053 on the schema samples: versions, balances, pending entries, batches; other messages refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from tests.formats_bank.reading import CONTEXT, codes, money, read, read_bytes, sample

FOLDER = "camt/052_053_054/"


def test_statements_of_a_file_balance_and_carry_the_balance() -> None:
    found = read(sample(f"{FOLDER}camt053.v2.multi.statement.xml"))
    assert found.only.status == "imported"
    assert (found.only.stated_account, found.only.currency) == ("NL26VAYB8060476890", "EUR")
    assert [(control.name, control.ok) for control in found.only.controls] == [
        ("closing balance 253EURNL26VAYB8060476890", True),
        ("closing balance 254EURNL26VAYB8060476890", True),
    ]
    assert found.rows("source_row, amount, balance, business_date, value_date, reference, text") == [
        (1, money("8.85"), money("27"), date(2014, 12, 31), date(2015, 1, 2), "000000001", "Transaction Description 1"),
        (2, money("-7"), money("20"), date(2014, 12, 31), date(2015, 1, 2), "000000002", "Transaction Description 2"),
    ]


@pytest.mark.parametrize(
    "file",
    ["camt053.v2.minimal.xml", "camt053.v2.five.decimals.xml", "camt053.v2.all-balance-types.xml", "camt053.v3.xml"],
)
def test_schema_samples_are_read_and_their_balance_is_flagged(file: str) -> None:
    found = read(sample(FOLDER + file)).only
    assert (found.status, found.accepted, codes(found)) == ("flagged", 1, ["control.mismatch"])


@pytest.mark.parametrize(
    ("file", "code"),
    [
        ("camt053.v2.wrong.xml", "camt.no_statement"),
        ("camt052.v1.xml", "camt.other_message"),
        ("camt052.v8.xml", "camt.other_message"),
        ("camt054.v4.xml", "camt.other_message"),
    ],
)
def test_what_is_no_statement_is_refused(file: str, code: str) -> None:
    found = read(sample(FOLDER + file)).only
    assert (found.status, codes(found)) == ("refused", [code])


def statement(entries: str, closing: str = "90.00") -> bytes:
    balance = '<Bal><Tp><CdOrPrtry><Cd>{}</Cd></CdOrPrtry></Tp><Amt Ccy="CNY">{}</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>'
    body = balance.format("OPBD", "100.00") + balance.format("CLBD", closing) + entries
    account = "<Acct><Id><Othr><Id>6222</Id></Othr></Id><Ccy>CNY</Ccy></Acct>"
    return (
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>'
        f"<Stmt><Id>S1</Id>{account}{body}</Stmt></BkToCstmrStmt></Document>"
    ).encode()


def entry(amount: str, way: str, status: str = "<Cd>BOOK</Cd>", more: str = "") -> str:
    return (
        f'<Ntry><Amt Ccy="CNY">{amount}</Amt><CdtDbtInd>{way}</CdtDbtInd><Sts>{status}</Sts>'
        f"<BookgDt><DtTm>2026-01-02T09:00:00+08:00</DtTm></BookgDt>{more}</Ntry>"
    )


def test_pending_entries_are_ignored_and_counted(tmp_path: Path) -> None:
    content = statement(entry("10.00", "DBIT") + entry("5.00", "CRDT", "PDNG"))
    found = read_bytes(tmp_path, "a.xml", content)
    assert (found.only.status, found.only.rows, found.only.accepted, found.only.ignored) == ("imported", 2, 1, 1)
    assert found.rows("source_row, amount, balance, business_date") == [
        (1, money("-10"), money("90"), date(2026, 1, 2))
    ]


def test_batch_booking_is_one_line(tmp_path: Path) -> None:
    details = "".join(f"<TxDtls><RmtInf><Ustrd>T{n}</Ustrd></RmtInf></TxDtls>" for n in range(3))
    content = statement(entry("10.00", "DBIT", more=f"<NtryDtls>{details}</NtryDtls>"))
    assert read_bytes(tmp_path, "a.xml", content).rows("amount, text") == [(money("-10"), "T0 T1 T2")]


def test_reversal_keeps_the_sign_of_its_indicator(tmp_path: Path) -> None:
    content = statement(entry("10.00", "DBIT", more="<RvslInd>true</RvslInd>"))
    assert read_bytes(tmp_path, "a.xml", content).rows("amount") == [(money("-10"),)]


def test_entry_without_direction_or_date_is_rejected(tmp_path: Path) -> None:
    content = statement(entry("10.00", "UP") + entry("10.00", "DBIT").replace("BookgDt", "Other"))
    found = read_bytes(tmp_path, "a.xml", content).only
    assert (found.status, found.rejected, codes(found)) == ("refused", 2, ["amount.unreadable", "cell.empty"])


def test_entities_are_refused(tmp_path: Path) -> None:
    bomb = b'<!DOCTYPE d [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    found = read_bytes(tmp_path, "a.xml", b'<?xml version="1.0"?>' + bomb + statement("")).only
    assert codes(found) == ["camt.forbidden"]


def balance(kind: str, amount: str) -> str:
    return (
        f'<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp><Amt Ccy="CNY">{amount}</Amt>'
        "<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-01-01</Dt></Dt></Bal>"
    )


def booked_entry(reference: str = "R1", currency: str = "CNY") -> str:
    return (
        f'<Ntry><Amt Ccy="{currency}">25.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt>'
        f"<Dt>2026-01-02</Dt></BookgDt><AcctSvcrRef>{reference}</AcctSvcrRef><AddtlNtryInf>手续费</AddtlNtryInf></Ntry>"
    )


def one_statement(body: str, account: str = "<Acct><Id><IBAN>CN12</IBAN></Id><Ccy>CNY</Ccy></Acct>") -> str:
    return f"<Stmt><Id>S1</Id>{account}{body}</Stmt>"


def message(statements: str, version: str = "08") -> str:
    space = f"urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}"
    return f'<Document xmlns="{space}"><BkToCstmrStmt><GrpHdr/>{statements}</BkToCstmrStmt></Document>'


WHOLE = message(one_statement(balance("OPBD", "100.00") + balance("CLBD", "75.00") + booked_entry()))
HEADER = (
    '<AppHdr xmlns="urn:iso:std:iso:20022:tech:xsd:head.001.001.01"><MsgDefIdr>camt.053.001.08</MsgDefIdr></AppHdr>'
)


@pytest.mark.parametrize(
    "content",
    [
        f'<?xml version="1.0"?><BizMsg>{HEADER}{WHOLE}</BizMsg>'.encode(),
        f'<?xml version="1.0" encoding="UTF-16"?>{WHOLE}'.encode("utf-16"),
        f'<?xml version="1.0" encoding="GBK"?>{WHOLE}'.encode("gb18030"),
        f'\r\n <?xml version="1.0" encoding="UTF-8"?>{WHOLE}'.encode(),
        *(WHOLE.replace("001.08", f"001.{version:02d}").encode() for version in (1, 9, 13)),
    ],
)
def test_envelopes_encodings_and_versions(tmp_path: Path, content: bytes) -> None:
    got = read_bytes(tmp_path, "statement.xml", content)
    assert (got.only.status, got.only.account, got.only.currency) == ("imported", "CN12", "CNY")
    assert got.rows("amount, balance, text") == [(Decimal(-25), Decimal(75), "手续费")]


def test_pages_of_a_long_statement_are_proved_by_their_interim_balances(tmp_path: Path) -> None:
    first = one_statement(balance("OPBD", "100.00") + balance("ITBD", "75.00") + booked_entry())
    middle = one_statement(balance("ITBD", "75.00") + balance("ITBD", "50.00") + booked_entry("R2"))
    last = one_statement(balance("ITBD", "50.00") + balance("CLBD", "25.00") + booked_entry("R3"))
    got = read_bytes(tmp_path, "statement.xml", message(first + middle + last).encode())
    assert (got.only.status, [each.ok for each in got.only.controls]) == ("imported", [True, True, True])
    assert got.rows("balance") == [(Decimal(75),), (Decimal(50),), (Decimal(25),)]


def test_statement_that_stands_twice_is_read_once_and_said(tmp_path: Path) -> None:
    one = one_statement(balance("OPBD", "100.00") + balance("CLBD", "75.00") + booked_entry())
    got = read_bytes(tmp_path, "statement.xml", message(one + one).encode())
    assert (got.only.status, codes(got.only)) == ("flagged", ["bank.statement_repeated"])


def test_entry_in_another_currency_proves_nothing(tmp_path: Path) -> None:
    body = balance("OPBD", "100.00") + balance("CLBD", "75.00") + booked_entry(currency="USD")
    got = read_bytes(tmp_path, "statement.xml", message(one_statement(body)).encode())
    assert (got.only.status, codes(got.only)) == ("flagged", ["unproved"])


def test_account_may_be_given_where_the_statement_names_none(tmp_path: Path) -> None:
    content = message(one_statement(balance("OPBD", "100.00") + balance("CLBD", "75.00") + booked_entry(), "")).encode()
    assert codes(read_bytes(tmp_path, "statement.xml", content).only) == ["account.unknown"]
    given = read_bytes(tmp_path, "statement.xml", content, replace(CONTEXT, account="6222"))
    assert given.only.account == "6222"
