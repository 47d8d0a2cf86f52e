"""camt.053 on the schema samples: versions, balances, pending entries, batches; other messages refused."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.formats_bank.reading import codes, money, read, read_bytes, sample

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
