# ruff: noqa: E501 - files as they are downloaded
"""Statements of banks abroad as their downloads are, rebuilt with invented figures: CR and DR behind amounts, currencies
behind headers, kinds that tell the direction, pending lines, and lists of cards that prove themselves the wrong way."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from tests.formats_bank.reading import CONTEXT, codes, money, read_bytes

GIVEN = replace(CONTEXT, account="main", currency="GBP")

SBI = (
    "Account Name  :\tMr. X\nAccount Number  :\t_00000012345678901\n"
    "Txn Date\tValue Date\tDescription\tRef No./Cheque No.\t        Debit\tCredit\tBalance\n"
    "1 Apr 2024\t1 Apr 2024\t   TO TRANSFER-UPI\tX1\t100.00\t \t1,234.00 CR\n"
    "17 Apr 2024\t17 Apr 2024\t   BY TRANSFER-NEFT\tX2\t \t12,000.00\t13,234.00CR\n"
    "18 Apr 2024\t18 Apr 2024\t   TO\tX3\t13,300.00 \t \t66.00 DR\n"
)
SUFFIXED = (
    'Date,Narration,Amount,Balance\n01/04/2024,A,100.00 DR,"1,234.00 CR"\n'
    '17/04/2024,B,"12,000.00 CR","13,234.00CR"\n18/04/2024,C,"13,300.00Dr",66.00 Dr\n'
)
ICICI = (
    "DETAILED STATEMENT\nAccount Number,,000123456789 ( INR ) - SELLER\n"
    "S No.,Value Date,Transaction Date,Cheque Number,Transaction Remarks,Withdrawal Amount (INR ),"
    "Deposit Amount (INR ),Balance (INR )\n"
    '1,01/04/2024,01/04/2024,-,UPI,100.0,0.0,900.0\n2,17/04/2024,17/04/2024,-,NEFT,0.0,"12,000.0","12,900.0"\n'
)
UOB = (
    "United Overseas Bank Limited,,,,\nAccount Number:,1234567890,SGD,,\nAccount Type:,One Account,,,\n"
    "Statement Period:,01 May 2026 To 31 May 2026,,,\n"
    "Transaction Date,Transaction Description,Withdrawal,Deposit,Available Balance\n"
    '30 May 2026,Interest Credit,0,2,55598.32\n25 May 2026,"Inward CR\nA PAYROLL",0,14466.69,55596.32\n'
    "19 May 2026,Bill Payment,129.63,0,41129.63\n"
)
BOA = (
    'Description,,Summary Amt.\nBeginning balance as of 07/31/2026,,"34,452.69"\nTotal credits,,"1,105.22"\n'
    'Total debits,,"-409.24"\nEnding balance as of 09/07/2026,,"35,148.67"\n\nDate,Description,Amount,Running Bal.\n'
    '07/31/2026,Beginning balance as of 07/31/2026,,"34,452.69"\n08/03/2026,Zelle to A,"-150.00","34,302.69"\n'
    '08/05/2026,Zelle from B,"1,105.22","35,407.91"\n08/20/2026,DES:BILL,"-259.24","35,148.67"\n'
)
CIB = (
    "兴业银行交易明细\n\n账户户名,示例\n账户账号,6229080000001234\n卡内账户,002 活期储蓄存款 港币 现汇\n起始日期,2024-01-01\n\n"
    "交易时间,记账日,支出,收入,账户余额,摘要,对方户名,对方银行,对方账号,用途,交易渠道,备注\n"
    "2024-01-01 00:00:00,2024-01-01,,20.00,20.00,购汇,甲,乙,6229000000000001,,手机银行,\n"
    "2024-01-02 00:00:00,2024-01-02,-20.00,,40.00,当日冲账,甲,乙,6229000000000002,冲正,手机银行,\n"
    "2024-01-03 00:00:00,2024-01-03,40.00,,0.00,转账转出,甲,乙,6229000000000002,,手机银行,\n"
    "说明,交易明细涉及您的个人隐私\n"
)
PROVED = {
    "SBI, tabs, CR and DR behind balances": (SBI, "GBP", "12000.00", "13400.00"),
    "CR and DR behind amounts": (SUFFIXED, "GBP", "12000.00", "13400.00"),
    "ICICI, currency behind headers": (ICICI, "INR", "12000.00", "100.00"),
    "UOB, currency beside the account": (UOB, "SGD", "14468.69", "129.63"),
    "Bank of America, summary above": (BOA, "GBP", "1105.22", "409.24"),
    "Kotak, a direction beside the amount": (
        "Transaction Date,Description,Amount,Dr / Cr,Balance,Dr / Cr\n15-01-2024,A,45.20,DR,1454.80,CR\n"
        "16-01-2024,B,1500.00,CR,2954.80,CR\n",
        "GBP", "1500", "45.2",
    ),
    "NAB, months by name and two digits of a year": (
        "Date,Amount,Transaction Details,Bal\n15 Jan 24,-45.20,A,1454.80\n14-Jan-24,1500.00,B,1500.00\n",
        "GBP", "1500", "45.2",
    ),
    "CIB, foreign currency, a reversal in red": (CIB, "HKD", "40.00", "40.00"),
}  # fmt: skip


@pytest.mark.parametrize("case", PROVED)
def test_a_statement_is_proved_by_its_balance(tmp_path: Path, case: str) -> None:
    text, currency, money_in, money_out = PROVED[case]
    found = read_bytes(tmp_path, "statement.csv", text.encode(), GIVEN)
    assert (found.only.status, found.only.rejected) == ("imported", 0), [each.text for each in found.only.problems]
    assert found.only.currency == currency
    assert found.only.totals == {"bank_line.in": money(money_in), "bank_line.out": money(money_out)}
    assert all(control.ok for control in found.only.controls)


BMO = (
    "Following data is valid as of 20239810344234 (Year/Month/Day/Hour/Minute/Second)\n\n\n"
    "First Bank Card,Transaction Type,Date Posted, Transaction Amount,Description\n\n\n"
    "'5678653123124124',CREDIT,20230501,0.01,[DN]ACFS      MSP/DIV      \n"
    "'5678653123124124',DEBIT,20230518,-68.32,[CW]TELUS MOB      \n"
)
OCBC = (
    'Account details for:,OCBC FRANK Account 123-456789-001\nAvailable Balance,"1,234.50"\n\n'
    "Transaction date,Value date,Description,Withdrawals (SGD),Deposits (SGD)\n31/10/2026,31/10/2026,TRANSFER,20.50,\n"
    ',,to SOMEBODY,,\n30/10/2026,30/10/2026,INTEREST,,"1,001.25"\n'
)
UNPROVED = {
    "BMO, kinds beside signs": (BMO, "0.01", "68.32"),
    "OCBC, a text of two lines": (OCBC, "1001.25", "20.50"),
    "kinds that tell the direction": (
        "Date,Description,Amount,Type\n2024-01-15,COSTCO,125.67,Debit\n2024-01-16,DEPOSIT,500.00,Credit\n",
        "500.00", "125.67",
    ),
    "Navy Federal, an indicator": (
        "Posting Date,Transaction Date,Amount,Credit Debit Indicator,type,Description\n"
        "11/23/2026,11/22/2026,54.20,Debit,POS,GROCERY\n11/21/2026,11/21/2026,1200.00,Credit,ACH,PAYOUT\n",
        "1200.00", "54.20",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", UNPROVED)
def test_a_sheet_without_balances_keeps_its_signs(tmp_path: Path, case: str) -> None:
    text, money_in, money_out = UNPROVED[case]
    found = read_bytes(tmp_path, "statement.csv", text.encode(), GIVEN)
    assert (found.only.status, codes(found.only)) == ("flagged", ["unproved"])
    assert found.only.totals == {"bank_line.in": money(money_in), "bank_line.out": money(money_out)}


DKB = (
    '"Girokonto";"DE11"\n"Kontostand vom 31.03.2025:";"1.361,16 €"\n""\n"Buchungsdatum";"Wertstellung";"Status";'
    '"Zahlungspflichtige*r";"Zahlungsempfänger*in";"Verwendungszweck";"Umsatztyp";"Betrag (€)"\n'
    '"03.04.25";"03.04.25";"Gebucht";"ISSUER";"Laden";"VISA";"Ausgang";"-1.015,18"\n'
    '"02.04.25";"02.04.25";"Gebucht";"Firma";"Ich";"Lohn";"Eingang";"29,9"\n'
    '"04.04.25";"04.04.25";"Vorgemerkt";"ISSUER";"Laden";"VISA";"Ausgang";"-5"\n'
)
ING = (
    "Bank;ING\nSaldo;1.606,65;EUR\n\nBuchung;Valuta;Auftraggeber/Empfänger;Buchungstext;Verwendungszweck;Saldo;Währung;"
    "Betrag;Währung\n05.04.2026;05.04.2026;A;Gehalt;LOHN;1.606,65;EUR;1.784,22;EUR\n"
    "04.04.2026;03.04.2026;B;Lastschrift;X;-177,57;EUR;-16,00;EUR\n"
)
ING_NL = (
    '"Datum";"Naam / Omschrijving";"Rekening";"Tegenrekening";"Code";"Af Bij";"Bedrag (EUR)";"Mededelingen"\n'
    '"20260105";"Werkgever";"NL01";"NL99";"OV";"Bij";"2500,00";"Salaris"\n'
    '"20260104";"Winkel";"NL01";"";"BA";"Af";"25,50";"Pas"\n'
)
FRENCH = (
    "Numéro de compte : 012;Devise : EUR;;\nSolde en fin de période;;;;655,25;\nDate;Libellé;Débit;Crédit;Détail\n"
    "05/01/2024;VIREMENT;;250,50;a\n10/01/2024;CB;-75,25;;b\nSolde en début de période;;;;480,00\n"
)
SWEDISH = (
    "Kontoutdrag\nRadnummer;Kontonummer;Valuta;Bokföringsdag;Beskrivning;Belopp;Bokfört saldo\n"
    "1;123;SEK;2026-01-05;ICA;-123,45;1 000,00\n2;123;SEK;2026-01-06;LÖN;2000;3 000,00\n"
)
CONTINENT = {
    "DKB, payer and payee, a line that is not booked": (DKB, "EUR", "2025-04-02", "29.9", "1015.18"),
    "ING, the balance before the amount": (ING, "EUR", "2026-04-04", "1784.22", "16"),
    "ING Netherlands, Af and Bij": (ING_NL, "EUR", "2026-01-04", "2500", "25.5"),
    "Caisse d'Epargne, the day first, balances around": (FRENCH, "EUR", "2024-01-05", "250.5", "75.25"),
    "Swedbank, Valuta is the currency": (SWEDISH, "SEK", "2026-01-05", "2000", "123.45"),
}


@pytest.mark.parametrize("case", CONTINENT)
def test_columns_of_the_continent(tmp_path: Path, case: str) -> None:
    text, currency, first_day, money_in, money_out = CONTINENT[case]
    found = read_bytes(tmp_path, "statement.csv", text.encode("cp1252"), GIVEN)
    assert (found.only.accepted, found.only.rejected) == (2, 0), [each.text for each in found.only.problems]
    assert (found.only.currency, f"{found.only.period_from}") == (currency, first_day)
    assert found.only.totals == {"bank_line.in": money(money_in), "bank_line.out": money(money_out)}


def test_a_currency_that_the_file_states_goes_before_a_bare_dollar(tmp_path: Path) -> None:
    text = "Account Number:,1234567890,SGD\nDate,Description,Withdrawal,Deposit,Balance\n" + (
        "2026-05-01,A,$1.00,,$9.00\n2026-05-02,B,,$2.00,$11.00\n"
    )
    stated = read_bytes(tmp_path, "stated.csv", text.encode())
    assert (stated.only.currency, stated.only.status) == ("SGD", "imported")
    bare = read_bytes(tmp_path, "bare.csv", text.replace(",SGD", "").encode())
    assert (bare.only.currency, codes(bare.only)) == ("USD", ["bank.dollars_assumed"])


def test_a_western_sheet_without_a_currency_in_a_chinese_book_is_flagged(tmp_path: Path) -> None:
    text = "Date,Description,Debit,Credit,Balance\n2026-05-13,A,1.00,,9.00\n2026-05-14,B,,2.00,11.00\n"
    found = read_bytes(tmp_path, "west.csv", text.encode(), replace(GIVEN, currency="CNY"))
    assert (found.only.currency, codes(found.only)) == ("CNY", ["bank.currency_assumed"])
    assert codes(read_bytes(tmp_path, "west.csv", text.encode(), GIVEN).only) == []


def test_what_the_bank_calls_pending_or_declined_is_no_line(tmp_path: Path) -> None:
    text = (
        "Account,Date,Pending?,Description,Credit,Debit\nXXXX1234,11/23/2026,No,Store,,-54.20\n"
        "XXXX1234,11/21/2026,No,Payout,1200.00,\nXXXX1234,11/24/2026,Yes,Later,,-5.00\n"
    )
    found = read_bytes(tmp_path, "pending.csv", text.encode())
    assert (found.only.rows, found.only.accepted, found.only.ignored) == (3, 2, 1)
    assert found.only.totals["bank_line.out"] == money("54.20")


def test_schwab_lines_above_the_posted_ones_are_told(tmp_path: Path) -> None:
    text = (
        '"Transactions  for Checking account ...000 as of 05/10/2023 01:41:36 PM ET"\n'
        '"Date","Type","Check #","Description","Withdrawal (-)","Deposit (+)","RunningBalance"\n"Pending Transactions"\n'
        '"Total Pending Check and other Credit(s)","","","","","$0.00",""\n'
        '"05/09/2023","","","APPLE CASH","$130.00","",""\n"Posted Transactions"\n'
        '"12/30/2022","INTADJUST","","Interest Paid","","$1.00","$3,951.00"\n'
        '"12/25/2022","VISA","","Grocery","$50.00","","$3,950.00"\n"12/20/2022","ACH","","Deposit","","$10.00","$4,000.00"\n'
    )
    found = read_bytes(tmp_path, "schwab.csv", text.encode(), GIVEN)
    assert (found.only.accepted, found.only.rejected) == (4, 0)
    assert codes(found.only) == ["bank.dollars_assumed", "bank.pending_lines"]
    assert found.rows("business_date, amount")[0] == (date(2023, 5, 9), money("-130"))


CARD = (
    "Date,Time,Cardholder,Amount,Points,Balance,Status,Type,Merchant,Description\n"
    '2026-08-30,"11:45 PM",H,120.50,361,2380.15,Posted,Purchase,A,"A CO"\n'
    '2026-08-30,"11:43 PM",H,120.50,0,,Declined,Purchase,A,\n'
    '2026-08-22,"12:24 PM",H,7.40,22,2259.65,Posted,Purchase,B,"SQ B"\n'
    '2026-08-15,"9:00 AM",H,-500.00,0,2252.25,Posted,Payment,,"PAYMENT - THANK YOU"\n'
)


def test_a_card_whose_debt_runs_like_a_balance_is_refused(tmp_path: Path) -> None:
    """Purchases as positive amounts and a balance of debt prove each other: read as an account all signs are wrong."""
    found = read_bytes(tmp_path, "card.csv", CARD.encode(), GIVEN)
    assert (found.only.status, codes(found.only)) == ("refused", ["bank.card_polarity"])


def test_one_side_that_is_named_leaves_the_others_unclear(tmp_path: Path) -> None:
    text = "Date,Description,Amount\n01/13/2026,SHOP,100.00\n01/14/2026,PAYMENT,50.00 CR\n"
    found = read_bytes(tmp_path, "card.csv", text.encode(), GIVEN)
    assert [(problem.code, problem.row) for problem in found.only.problems if problem.severity == "reject"] == [
        ("bank.sign_unclear", 2)
    ]


COMDIRECT = (
    '"Umsätze Girokonto";"Zeitraum: 30 Tage";\n\n'
    '"Buchungstag";"Wertstellung (Valuta)";"Vorgang";"Buchungstext";"Umsatz in EUR";\n'
    '"offen";"--";"Lastschrift";"Kunde A";"-5,00";\n'
    '"05.01.2026";"05.01.2026";"Lastschrift / Belastung";"Auftraggeber: X";"-12,34";\n'
    '"03.01.2026";"03.01.2026";"Übertrag";"Y";"1.000,00";\n'
)


def test_a_word_in_the_place_of_the_date_is_a_pending_line_and_the_header_names_the_currency(tmp_path: Path) -> None:
    found = read_bytes(tmp_path, "umsaetze.csv", COMDIRECT.encode("cp1252"), GIVEN)
    assert (found.only.rows, found.only.ignored, found.only.currency) == (3, 1, "EUR")
    assert found.rows("business_date, amount") == [
        (date(2026, 1, 5), money("-12.34")),
        (date(2026, 1, 3), money("1000")),
    ]
