"""Statements of any bank: recognised by their columns, proved by the running balance; what nothing proves is told, and
what could only be guessed is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from huikuan.demo.specimens.banks import BANKS
from tests.formats_bank.reading import CONTEXT, Read, codes, money, read, read_bytes, sample

GIVEN = replace(CONTEXT, account="6217")


def statement(folder: Path, text: str, name: str = "flow.csv", currency: str = "CNY") -> Read:
    return read_bytes(folder, name, text.encode(), replace(GIVEN, currency=currency))


# ---------------------------------------------------------------- real files
# file → format, status, rows, in, out
SAMPLES = {
    "bank_cn/abc_debit/deg_abc_debit.csv": ("abc.statement", "flagged", 5, "10000.01", "12355.89"),
    "bank_cn/bocom_debit/deg_bocom_debit.csv": ("bocom.statement", "flagged", 6, "11.25", "114.00"),
    "bank_cn/cmb/deg_cmb_debit.csv": ("cmb.statement", "flagged", 5, "1234.00", "2013.14"),
    "bank_cn/cgb_credit/deg_cgb_credit.csv": ("cgb.statement", "flagged", 4, "1227.88", "403.32"),
    "bank_cn/hsbchk/deg_hsbchk_debit.csv": ("hsbc.statement", "flagged", 10, "25505.45", "3526.50"),
    "bank_other/chase_checking/statement.csv": ("chase.statement", "imported", 6, "2700.73", "4190.89"),
    "bank_other/jbms/bank.csv": ("bank.statement", "flagged", 7, "302", "532"),
    "bank_other/jbms/creditcard.csv": ("bank.statement", "flagged", 2, "30", "15.5"),
    "bank_other/oca_sheets/balance.csv": ("bank.statement", "flagged", 2, "1533.50", "33.50"),
    "bank_other/oca_sheets/debit_credit.csv": ("bank.statement", "flagged", 2, "1533.50", "33.50"),
    "bank_other/oca_sheets/debit_credit_amount.csv": ("bank.statement", "flagged", 4, "1533.50", "33.50"),
    "bank_other/oca_sheets/empty_statement_en.csv": ("bank.statement", "flagged", 0, "0", "0"),
    "bank_other/oca_sheets/empty_statement_en.xlsx": ("bank.statement", "flagged", 0, "0", "0"),
    "bank_other/oca_sheets/multi_currency.csv": ("bank.statement", "flagged", 2, "1525.00", "33.50"),
    "bank_other/oca_sheets/original_currency.csv": ("bank.statement", "flagged", 1, "1525.00", "0"),
    "bank_other/oca_sheets/original_currency_empty.csv": ("bank.statement", "flagged", 1, "1525.00", "0"),
    "bank_other/oca_sheets/sample_statement_en.csv": ("bank.statement", "flagged", 2, "1525.00", "33.50"),
    "bank_other/oca_sheets/sample_statement_en.xlsx": ("bank.statement", "flagged", 2, "1525.00", "33.50"),
    "bank_other/oca_sheets/sample_statement_en_empty_values.xlsx": ("bank.statement", "imported", 3, "0", "2207.68"),
}


@pytest.mark.parametrize("file", SAMPLES)
def test_real_statement(file: str) -> None:
    bank, status, rows, money_in, money_out = SAMPLES[file]
    found = read(sample(file), GIVEN).only
    assert (found.format, found.status, found.rows, found.accepted) == (bank, status, rows, rows)
    assert (found.totals["bank_line.in"], found.totals["bank_line.out"]) == (Decimal(money_in), Decimal(money_out))


def test_hsbc_follows_each_currency_by_itself() -> None:
    found = read(sample("bank_cn/hsbchk/deg_hsbchk_debit.csv"), GIVEN)
    # The sample's own figures break once: the salary does not follow the line in HKD below it; the line in CNY between
    # them breaks nothing.
    assert [(problem.code, problem.row) for problem in found.only.problems] == [("balance_break", 7)]
    assert found.rows("business_date, currency")[6] == (date(2025, 3, 12), "CNY")


def test_a_card_whose_sign_the_file_cannot_tell_says_so() -> None:
    file = "bank_other/oca_sheets/sample_statement_credit_card_inverse_sign_en.csv"
    assert codes(read(sample(file), GIVEN).only) == ["unproved", "bank.sign_assumed"]


def test_the_currency_beside_an_original_amount_is_not_the_accounts() -> None:
    found = read(sample("bank_other/oca_sheets/sample_statement_en.csv"), GIVEN)
    assert found.rows("amount, currency") == [(money("-33.50"), "USD"), (money("1525.00"), "USD")]


def test_meta_lines_state_account_and_currency_but_not_the_order_of_day_and_month() -> None:
    found = read(sample("bank_other/oca_sheets/meta_data_separated_credit_debit.csv"), CONTEXT).only
    assert (found.status, found.account, found.currency) == ("refused", "08088804068", "EUR")
    # The sample's balances disagree with its rows by 0.02, and that is told too.
    assert codes(found)[:2] == ["date.order_unknown", "control.mismatch"]


def test_a_file_without_header_is_told_to_have_none() -> None:
    found = read(sample("bank_other/oca_sheets/original_currency_no_header.csv"), GIVEN).only
    assert (found.status, codes(found)) == ("refused", ["file.no_header"])


def test_the_account_is_asked_for_where_the_file_does_not_name_it() -> None:
    found = read(sample("bank_other/chase_checking/statement.csv"), CONTEXT).only
    assert (found.status, codes(found)) == ("refused", ["account.unknown"])
    assert "--account" in found.problems[0].text


# ---------------------------------------------------------------- the sign, proved by the balance or unclear
def test_reversals_in_red_are_told_from_negative_outflows_by_the_balance(tmp_path: Path) -> None:
    head = "日期,摘要,支出,收入,余额\n"
    red = statement(tmp_path, head + "2026-01-13,a,100,,900\n2026-01-14,冲正,-100,,1000\n2026-01-15,b,,5,1005\n")
    assert red.only.status == "imported"
    assert [amount for (amount,) in red.rows("amount")] == [-100, 100, 5]
    plain = statement(tmp_path, head + "2026-01-13,a,-100,,900\n2026-01-14,b,-100,,800\n")
    assert [amount for (amount,) in plain.rows("amount")] == [-100, -100]


def test_debit_as_money_in_is_read_where_the_balance_proves_it_and_told(tmp_path: Path) -> None:
    head = "Date,Description,Debit,Credit,Balance (EUR)\n"
    rows = ["2026-01-13,a,100,,1100\n", "2026-01-14,b,,50,1050\n", "2026-01-15,c,30,,1080\n"]
    found = statement(tmp_path, head + "".join(rows))
    assert (found.only.status, codes(found.only)) == ("flagged", ["bank.sign_inverted"])
    assert [amount for (amount,) in found.rows("amount")] == [100, -50, 30]
    # Two balances could agree by chance: the usual reading stands, and its break is told.
    short = statement(tmp_path, head + "".join(rows[:2]))
    assert codes(short.only) == ["balance_break"]
    assert [amount for (amount,) in short.rows("amount")] == [-100, 50]


@pytest.mark.parametrize(
    ("table", "rows"),
    [
        ("Date,Description,Debit,Credit\n2026-01-13,a,,-13.50\n2026-01-14,b,,20\n", [2]),
        ("Date,Description,Debit,Credit\n2026-01-13,a,-13.50,\n2026-01-14,b,20,\n", [2]),
        ("Date,Description,Amount,D/C\n2026-01-13,a,-5,C\n2026-01-14,b,20,D\n", [2]),
        ("Date,Description,Amount,D/C\n2026-01-13,a,5,\n2026-01-14,b,20,D\n", [2]),
        ("日期,金额,余额\n2026-01-13,5,100\n2026-01-14,7,300\n", [2, 3]),
        ("日期,借贷标志,金额,余额\n2026-01-13,1,5,100\n2026-01-14,2,7,300\n", [2, 3]),
    ],
    ids=["negative credit", "debits of both signs", "negative C", "no direction", "no sign", "1 and 2"],
)
def test_rows_that_could_be_meant_in_two_ways_are_rejected(table: str, rows: list[int], tmp_path: Path) -> None:
    found = statement(tmp_path, table).only
    unclear = [problem.row for problem in found.problems if problem.code == "bank.sign_unclear"]
    assert (found.status, unclear) == ("refused", rows)
    assert found.rows == found.accepted + found.rejected


def test_an_unknown_word_for_the_direction_is_rejected(tmp_path: Path) -> None:
    found = statement(tmp_path, "日期,借贷标志,金额,余额\n2026-01-13,贷,5,100\n2026-01-14,别的,7,93\n").only
    assert (found.status, codes(found)[0]) == ("refused", "bank.direction_unknown")


def test_directions_1_and_2_are_proved_by_the_balance_whichever_is_which(tmp_path: Path) -> None:
    text = "日期,借贷标志,金额,余额\n2026-01-13,{0},5,105\n2026-01-14,{1},7,98\n2026-01-15,{1},8,90\n"
    for ways in (("1", "2"), ("2", "1")):
        found = statement(tmp_path, text.format(*ways))
        assert [amount for (amount,) in found.rows("amount")] == [5, -7, -8]


def test_payer_and_payee_tell_the_direction_from_the_account_given(tmp_path: Path) -> None:
    head = "交易日期,付款人账号,收款人账号,交易金额,余额\n"
    found = statement(tmp_path, head + "2026-01-13,6217,11,5,95\n2026-01-14,22,6217,7,102\n")
    assert found.rows("amount, counterparty_account") == [(-5, "11"), (7, "22")]


# ---------------------------------------------------------------- dates, numbers, currencies
@pytest.mark.parametrize(("second", "day"), [("25/02/2026", date(2026, 3, 4)), ("02/25/2026", date(2026, 4, 3))])
def test_one_value_above_twelve_decides_the_whole_column(second: str, day: date, tmp_path: Path) -> None:
    text = f"Date,Description,Amount,Balance (EUR)\n04/03/2026,a,5,105\n{second},b,-5,110\n"
    found = statement(tmp_path, text)
    assert found.rows("business_date")[0] == (day,)


def test_dates_that_may_be_read_both_ways_are_refused(tmp_path: Path) -> None:
    found = statement(tmp_path, "Date,Description,Amount,Balance (EUR)\n04/03/2026,a,5,105\n04/03/2026,b,-5,100\n").only
    assert (found.status, codes(found)) == ("refused", ["date.order_unknown"])
    assert "column mapping" in found.problems[0].text


def test_three_digits_behind_a_point_are_not_guessed(tmp_path: Path) -> None:
    found = statement(tmp_path, "Date,Description,Amount\n2026-01-13,a,1.234\n2026-01-14,b,20.00\n").only
    assert (found.status, codes(found)[0]) == ("refused", "bank.decimals_unclear")


def test_european_numbers_and_a_balance_brought_forward(tmp_path: Path) -> None:
    text = (
        "Konto;x\nAccount Number: 12345678;Currency: EUR\nDate;Description;Debit;Credit;Balance\n"
        "31.12.2025;Balance brought forward;;;1.000,00\n02.01.2026;a;1.234,50;;-234,50\n15.01.2026;b;;300;65,50\n"
        "TOTAL;;1.234,50;300,00;\n"
    )
    found = statement(tmp_path, text).only
    assert (found.status, found.rows, found.ignored, found.currency) == ("imported", 3, 1, "EUR")
    assert {control.name: control.ok for control in found.controls} == {
        "合计 收入": True, "合计 支出": True, "closing balance": True,
    }  # fmt: skip


def test_a_total_that_disagrees_is_told(tmp_path: Path) -> None:
    text = "日期,支出,收入,余额\n2026-01-13,,5,105\n2026-01-14,5,,100\n合计,5,6,\n"
    assert codes(statement(tmp_path, text).only) == ["control.mismatch"]


def test_dollars_are_no_yuan(tmp_path: Path) -> None:
    text = "Date,Description,Amount,Balance\n2026-01-13,a,$5.00,$105.00\n2026-01-14,b,-$5.00,$100.00\n"
    assert statement(tmp_path, text).only.currency == "USD"
    assert statement(tmp_path, text, currency="HKD").only.currency == "HKD"


def test_one_balance_proves_nothing(tmp_path: Path) -> None:
    assert codes(statement(tmp_path, "日期,支出,收入,余额\n2026-01-13,,5,105\n").only) == ["unproved"]


def test_a_missing_line_breaks_the_balance(tmp_path: Path) -> None:
    text = "日期,支出,收入,余额\n2026-01-13,,5,105\n2026-01-14,5,,100\n2026-01-16,1,,90\n2026-01-17,2,,88\n"
    found = statement(tmp_path, text).only
    assert [(problem.code, problem.row) for problem in found.problems] == [("balance_break", 4)]


# ---------------------------------------------------------------- what is a statement, and whose
def test_a_ledger_of_a_platform_is_no_bank_statement(tmp_path: Path) -> None:
    found = statement(tmp_path, "交易时间,订单号,收入,支出,余额\n2026-01-13 10:00:00,1,5,,105\n").only
    assert (found.status, found.format) == ("refused", "")


def test_the_bank_is_named_by_the_file_or_asked_for(tmp_path: Path) -> None:
    text = "日期,支出,收入,余额\n2026-01-13,,5,105\n2026-01-14,5,,100\n"
    assert statement(tmp_path, text, "招商银行流水.csv").only.format == "cmb.statement"
    assert statement(tmp_path, text).only.format == "bank.statement"
    asked = read_bytes(tmp_path, "flow.csv", text.encode(), replace(GIVEN, format="cib.statement")).only
    assert (asked.format, asked.status) == ("cib.statement", "imported")


def test_columns_in_another_order_renamed_and_added_give_the_same_lines(tmp_path: Path) -> None:
    usual = statement(
        tmp_path,
        "交易日期,交易时间,借方发生额,贷方发生额,余额,对方账号,对方户名,摘要\n"
        "20260113,101500,,5.00,105.00,11,甲,货款\n20260114,090000,5.00,,100.00,22,乙,运费\n",
    )
    other = statement(
        tmp_path,
        "序号,对方户名 ,对方帐号,摘要,余额（元）,贷方发生额（收入）,借方发生额（支取）,交易时间,网点\n"
        '1,甲,="11",货款,105.00,5.00,0.00,2026-01-13 10:15:00,x\n2,乙,22\t,运费,100.00,--,5.00,2026/01/14 09:00:00,y\n',
    )
    assert usual.only.status == other.only.status == "imported"
    parts = "amount, balance, occurred_at, counterparty, text"
    assert usual.rows(parts) == other.rows(parts)


@pytest.mark.parametrize(
    ("line", "account"),
    [
        ("账号：10-545600123", "10-545600123"),
        ("账　　号：,6222****1234", "6222****1234"),
        ("查询账号[ Inquirer account number ],4000023309", "4000023309"),
        ("Account Number: 08088804068", "08088804068"),
        ("Transactions for Checking account XXXXXX-1234 as of 01/31/2026", "XXXXXX-1234"),
        ("账户名称：某公司,起始日期：2026-01-01", ""),
        ("账户 2026-01-01 至 2026-01-31 明细", ""),
        ("账号 20260101-20260131", ""),
    ],
)
def test_the_preamble_states_the_account_and_a_period_is_none(line: str, account: str, tmp_path: Path) -> None:
    text = f"{line}\n日期,支出,收入,余额\n2026-01-13,,5,105\n2026-01-14,5,,100\n"
    found = read_bytes(tmp_path, "flow.csv", text.encode(), CONTEXT).only
    assert (found.account, found.status) == (account, "imported" if account else "refused")


# ---------------------------------------------------------------- credit cards
def card(folder: Path, layout: str, change: tuple[str, str]) -> Read:
    given = next(each for each in BANKS if (each.format, each.layout) == (layout, "credit card"))
    content = given.content.decode().replace(*change).encode()
    return read_bytes(folder, given.file, content, replace(CONTEXT, account=given.account))


def test_cmb_year_comes_from_the_title(tmp_path: Path) -> None:
    found = card(tmp_path, "cmb.statement", ("", ""))
    assert [day for (day,) in found.rows("business_date")][:3] == [
        date(2025, 12, 29), date(2025, 12, 31), date(2026, 1, 3),
    ]  # fmt: skip
    assert found.only.account == "1234"


def test_cmb_without_title_has_no_year(tmp_path: Path) -> None:
    found = card(tmp_path, "cmb.statement", ("2026年01月", ""))
    assert (found.only.status, set(codes(found.only)) - {"unproved"}) == ("refused", {"bank.card_year"})


def test_bocom_words_tell_the_sign_and_the_booked_currency_counts(tmp_path: Path) -> None:
    found = card(tmp_path, "bocom.statement", ("", ""))
    assert found.rows("amount, currency")[3] == (money("-37.00"), "CNY")
    unknown = card(tmp_path, "bocom.statement", ("消费 APPLE", "APPLE"))
    assert (unknown.only.status, codes(unknown.only)[0]) == ("refused", "bank.card_sign")


def test_hsbc_card_whose_sign_and_word_disagree_is_rejected(tmp_path: Path) -> None:
    found = card(tmp_path, "hsbc.statement", ('"-1,099.14"', '"1,099.14"'))
    assert (found.only.status, codes(found.only)[0]) == ("refused", "bank.card_sign")


def test_boc_card_of_several_cards_asks_for_their_account(tmp_path: Path) -> None:
    given = next(each for each in BANKS if each.file == "boc_credit.csv")
    found = read_bytes(tmp_path, given.file, given.content, CONTEXT).only
    assert (found.status, codes(found)[0]) == ("refused", "account.several")
    assert "--account" in found.problems[0].text
