"""ICBC, CCB and BOC on real (masked) personal statements: what is read, and what the masking leaves unproved."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from tests.formats_bank.reading import codes, money, read, sample

ICBC_TABLES = ("bank_cn/icbc/deg_icbc_debit_v1.csv", "bank_cn/icbc/deg_icbc_debit_v2.csv")


@pytest.mark.parametrize("file", ICBC_TABLES)
def test_icbc_debit_with_hidden_balances_is_unproved(file: str) -> None:
    found = read(sample(file))
    assert (found.only.format, found.only.status, found.only.account) == ("icbc.statement", "flagged", "1234****9876")
    assert (found.only.rows, found.only.accepted) == (11, 11)
    assert (found.only.totals["bank_line.in"], found.only.totals["bank_line.out"]) == (
        money("2841.74"),
        money("4241.08"),
    )
    assert sorted(codes(found.only)) == ["control.mismatch", "control.mismatch", "unproved"]
    assert found.rows("source_row, amount, balance, counterparty, business_date")[0] == (
        8, money("-13.40"), None, "深圳市财付通支付科技有限公司", date(2023, 5, 2),
    )  # fmt: skip


def test_icbc_both_layouts_tell_the_same_lines() -> None:
    keys = [{key for (key,) in read(sample(file)).rows("record_key")} for file in ICBC_TABLES]
    assert keys[0] == keys[1]


def test_icbc_credit_card() -> None:
    found = read(sample("bank_cn/icbc/deg_icbc_credit.csv"))
    assert (found.only.status, found.only.account, found.only.accepted) == ("flagged", "1234****5678", 9)
    assert (found.only.totals["bank_line.in"], found.only.totals["bank_line.out"]) == (
        money("4621.01"),
        money("363.13"),
    )
    assert found.rows("amount, balance")[5] == (money("4621.01"), money("-1971.63"))


def test_ccb_debit_workbook() -> None:
    found = read(sample("bank_cn/ccb/交易明细_xxxx_2025xxxx_2025xxxx.xls"))
    assert (found.only.format, found.only.account, found.only.accepted) == ("ccb.statement", "xxxxx*********xxxx", 6)
    assert found.only.totals["bank_line.out"] == money("703.26")
    # The sample has been cut: between its rows 9 and 10 lines are missing, and that is what is told.
    assert [(problem.code, problem.row) for problem in found.only.problems] == [("balance_break", 10)]
    assert found.rows("source_row, occurred_at, amount, balance")[0] == (
        7, datetime.fromisoformat("2025-01-01T10:53:19"), money("-67"), money("2176.91"),
    )  # fmt: skip


def test_boc_debit_is_proved_by_its_balance_newest_first() -> None:
    found = read(sample("bank_cn/boc/deg_boc_debit.csv"))
    assert (found.only.format, found.only.status, found.only.account) == ("boc.statement", "imported", "3167")
    assert found.only.accepted == 17
    assert [(control.name, control.ok) for control in found.only.controls] == [("closing balance", True)]
    assert found.rows("source_row, amount, seq, counterparty_account")[0] == (3, money("-71.89"), 17, "6226******5669")
    assert "17670961139" not in "".join(str(row) for row in found.rows("text, record_key, counterparty"))
