"""camt on the schema samples and small files: versions, balances, pending entries, batches, reports, notifications."""

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


def test_message_without_a_statement_is_refused() -> None:
    found = read(sample(f"{FOLDER}camt053.v2.wrong.xml")).only
    assert (found.status, codes(found)) == ("refused", ["camt.no_statement"])


# file, format, rows, accepted, ignored
INTERIM = (
    ("camt052.v1.xml", "camt.052", 1, 1, 0),
    ("camt052.v2.xml", "camt.052", 1, 1, 0),
    ("camt052.v2.other-account.xml", "camt.052", 1, 1, 0),
    ("camt052.v4.xml", "camt.052", 1, 0, 1),
    ("camt052.v6.xml", "camt.052", 1, 0, 1),
    ("camt052.v6.Amt-zero.xml", "camt.052", 1, 0, 1),
    ("camt054.v2.xml", "camt.054", 1, 1, 0),
    ("camt054.v4.xml", "camt.054", 1, 1, 0),
)


@pytest.mark.parametrize(("file", "kind", "rows", "accepted", "ignored"), INTERIM)
def test_reports_and_notifications(file: str, kind: str, rows: int, accepted: int, ignored: int) -> None:
    found = read(sample(FOLDER + file)).only
    assert (found.format, found.rows, found.accepted, found.ignored) == (kind, rows, accepted, ignored)
    assert found.status in ("imported", "flagged"), codes(found)


@pytest.mark.parametrize("file", ["camt052.v2.with-account-name.xml", "camt054.v8-with-UETR.xml"])
def test_interim_entry_without_booking_day_and_bank_reference_is_rejected(file: str) -> None:
    found = read(sample(FOLDER + file)).only
    assert (found.status, found.rows, found.rejected) == ("refused", 1, 1)


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


def notification(entries: str, kind: str = "Ntfctn", message_name: str = "BkToCstmrDbtCdtNtfctn") -> bytes:
    space = "urn:iso:std:iso:20022:tech:xsd:camt.054.001.08"
    account = "<Acct><Id><IBAN>CN12</IBAN></Id><Ccy>CNY</Ccy></Acct>"
    body = f"<{kind}><Id>N1</Id>{account}{entries}</{kind}>"
    return f'<Document xmlns="{space}"><{message_name}><GrpHdr/>{body}</{message_name}></Document>'.encode()


@pytest.mark.parametrize(("kind", "name"), [("Ntfctn", "BkToCstmrDbtCdtNtfctn"), ("Rpt", "BkToCstmrAcctRpt")])
def test_interim_entry_is_the_same_movement_as_the_statements(tmp_path: Path, kind: str, name: str) -> None:
    told = booked_entry().replace("<Dt>2026-01-02</Dt>", "<DtTm>2026-01-02T10:00:00+08:00</DtTm>")
    details = "<NtryDtls><TxDtls><Refs><EndToEndId>E1</EndToEndId></Refs></TxDtls></NtryDtls></Ntry>"
    interim = read_bytes(tmp_path, "n.xml", notification(told.replace("</Ntry>", details), kind, name))
    final = read_bytes(tmp_path, "s.xml", WHOLE.encode())
    assert (interim.only.status, codes(interim.only)) == ("flagged", ["unproved"])
    assert interim.rows("record_key, amount") == final.rows("record_key, amount")


def test_interim_entry_without_status_is_pending(tmp_path: Path) -> None:
    found = read_bytes(tmp_path, "n.xml", notification(booked_entry().replace("<Sts><Cd>BOOK</Cd></Sts>", ""))).only
    assert (found.rows, found.accepted, found.ignored) == (1, 0, 1)


def test_messages_of_several_kinds_are_refused(tmp_path: Path) -> None:
    both = f"<Bag>{WHOLE}{notification(booked_entry()).decode()}</Bag>".encode()
    assert codes(read_bytes(tmp_path, "a.xml", both).only) == ["camt.several_messages"]


@pytest.mark.parametrize(("stated", "status"), [("<Sum>25.00</Sum>", "imported"), ("<Sum>26.00</Sum>", "flagged")])
def test_summary_of_a_report_is_a_control(tmp_path: Path, stated: str, status: str) -> None:
    summary = (
        f"<TxsSummry><TtlNtries><NbOfNtries>1</NbOfNtries></TtlNtries><TtlDbtNtries>{stated}</TtlDbtNtries></TxsSummry>"
    )
    found = read_bytes(tmp_path, "n.xml", notification(summary + booked_entry(), "Rpt", "BkToCstmrAcctRpt")).only
    assert (found.status, len(found.controls)) == (status, 2)


def test_document_type_behind_a_long_comment_is_refused(tmp_path: Path) -> None:
    far = f"<!--{' ' * (70 << 10)}-->".encode()
    bomb = far + b'<!DOCTYPE d [<!ENTITY a "1"><!ENTITY b "&a;&a;&a;">]>' + WHOLE.replace("手续费", "&b;").encode()
    found = read_bytes(tmp_path, "a.xml", b'<?xml version="1.0"?>' + bomb, replace(CONTEXT, format="camt.053")).only
    assert found.status == "refused"


def test_truncated_file_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    found = read_bytes(tmp_path, "a.xml", WHOLE.encode()[:-60])
    assert codes(found.only) == ["camt.not_xml"]
    assert found.con.execute("SELECT count(*) FROM duckdb_tables()").fetchone() == (0,)


def test_long_statement_is_read_by_batches(tmp_path: Path) -> None:
    entries = "".join(booked_entry(f"R{n}") for n in range(60_000))
    closing = Decimal(100) - 25 * 60_000
    closed = balance("CLBD", str(-closing)).replace("CRDT", "DBIT")
    got = read_bytes(tmp_path, "a.xml", message(one_statement(balance("OPBD", "100.00") + closed + entries)).encode())
    assert (got.only.status, got.only.rows) == ("imported", 60_000)
    assert got.rows("balance")[-1] == (closing,)
    wrong = message(one_statement(balance("OPBD", "100.00") + balance("CLBD", "7.00") + entries)).encode()
    got = read_bytes(tmp_path, "a.xml", wrong)
    assert codes(got.only) == ["control.mismatch"]
    assert got.con.execute(
        f"SELECT count(balance), max(balance), arg_max(balance, source_row) FROM {got.only.tables['bank_line']}"
    ).fetchone() == (1, Decimal(7), Decimal(7))


def test_batch_of_very_many_transactions(tmp_path: Path) -> None:
    details = "".join(f"<TxDtls><RmtInf><Ustrd>T{n}</Ustrd></RmtInf></TxDtls>" for n in range(5000))
    content = statement(entry("10.00", "DBIT", more=f"<NtryDtls>{details}</NtryDtls>"))
    got = read_bytes(tmp_path, "a.xml", content)
    (row,) = got.rows("amount, text")
    assert row[0] == money("-10") and row[1].startswith("T0 T1 T2 ") and 1900 < len(row[1]) <= 2000


def test_file_that_never_comes_to_an_entry_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huikuan.formats.readers.camt.QUIET_BYTES_MAX", 1 << 20)
    content = WHOLE.replace("<GrpHdr/>", f"<GrpHdr>{'<A>1</A>' * 200_000}</GrpHdr>").encode()
    assert codes(read_bytes(tmp_path, "a.xml", content).only) == ["camt.not_xml"]
