"""Corporate exports of ICBC, CCB and BOC, documented but not at hand: generated in every shape they are told to come
in, and proved by the running balance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from huikuan.formats.reading import ReadContext
from tests.formats_bank import material
from tests.formats_bank.reading import CONTEXT, codes, read_bytes

WITH_ACCOUNT = ReadContext(hash_key=b"test", account=material.OWN)
Rows = Callable[[bool], list[list[str]]]
LAYOUTS: dict[str, Rows] = {
    "two turnovers": material.icbc_both_turnovers,
    "direction": material.icbc_direction,
    "in and out": material.icbc_in_and_out,
}
SHAPES: dict[str, tuple[str, Callable[[list[list[str]]], bytes]]] = {
    "gbk comma": ("hisdetail.csv", material.delimited),
    "gbk tab": ("hisdetail.csv", lambda rows: material.delimited(rows, "\t")),
    "utf-8 lf": ("hisdetail.csv", lambda rows: material.delimited(rows, encoding="utf-8", end="\n")),
    "workbook called csv": ("HISDETAIL.CSV", material.workbook),
    "web page called xls": ("hisdetail.xls", material.html),
}


@pytest.mark.parametrize("newest_first", [False, True], ids=["oldest first", "newest first"])
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_icbc_corporate_in_every_layout_and_shape(layout: str, shape: str, newest_first: bool, tmp_path: Path) -> None:
    name, build = SHAPES[shape]
    found = read_bytes(tmp_path, name, build(LAYOUTS[layout](newest_first)), WITH_ACCOUNT)
    assert (found.only.format, found.only.status, codes(found.only)) == ("icbc.statement", "imported", [])
    assert (found.only.rows, found.only.accepted) == (5, 5)
    assert (found.only.totals["bank_line.in"], found.only.totals["bank_line.out"]) == (material.IN, material.OUT)
    assert [(control.stated, control.ok) for control in found.only.controls] == [(material.CLOSING, True)]
    by_age = found.con.execute(f"SELECT amount, balance FROM {found.only.tables['bank_line']} ORDER BY seq").fetchall()
    assert [balance for _, balance in by_age] == material.balances()
    parties = {row[0] for row in found.rows("counterparty_account")}
    assert parties == {line[4] for line in material.LINES}


def test_icbc_own_account_is_taken_from_its_column(tmp_path: Path) -> None:
    found = read_bytes(tmp_path, "h.csv", material.delimited(material.icbc_both_turnovers()), CONTEXT).only
    assert (found.status, found.account) == ("imported", material.OWN)


def test_icbc_asia_in_traditional_chinese(tmp_path: Path) -> None:
    header = ["對方賬號", "交易時間", "對方單位", "摘要", "扣賬", "入賬", "結餘", "貨幣"]
    rows = [
        ["2088", "2026-01-05 09:15:00", "支付寶", "提現", "", "100.00", "600.00", "港幣"],
        ["1102", "2026-01-06", "物流", "運費", "30.00", "", "570.00", "港幣"],
    ]
    found = read_bytes(tmp_path, "asia.csv", material.delimited([["[HISTORYDETAIL]"], header, *rows]), WITH_ACCOUNT)
    assert (found.only.format, found.only.status, found.only.currency) == ("icbc.statement", "imported", "HKD")
    assert [str(row[0]) for row in found.rows("amount")] == ["100.00000", "-30.00000"]


def test_icbc_without_own_account_asks_for_it(tmp_path: Path) -> None:
    found = read_bytes(tmp_path, "h.csv", material.delimited(material.icbc_direction()), CONTEXT).only
    assert (found.status, codes(found)) == ("refused", ["account.unknown"])


def test_equal_lines_told_apart_by_the_running_balance(tmp_path: Path) -> None:
    found = read_bytes(tmp_path, "h.csv", material.delimited(material.icbc_both_turnovers()))
    keys = [row[0] for row in found.rows("record_key")]
    assert len(set(keys)) == 5
    assert {row[0] for row in found.rows("n")} == {0}


def test_same_lines_oldest_or_newest_first_have_the_same_keys(tmp_path: Path) -> None:
    old = read_bytes(tmp_path, "a.csv", material.delimited(material.icbc_both_turnovers()))
    new = read_bytes(tmp_path, "b.csv", material.delimited(material.icbc_both_turnovers(newest_first=True)))
    assert sorted(old.rows("record_key")) == sorted(new.rows("record_key"))


def test_missing_line_breaks_the_balance_at_its_place(tmp_path: Path) -> None:
    rows = material.icbc_both_turnovers()
    found = read_bytes(tmp_path, "h.csv", material.delimited([*rows[:4], *rows[5:]])).only
    assert (found.status, codes(found)) == ("flagged", ["balance_break"])
    assert found.problems[0].row == 5


@pytest.mark.parametrize("newest_first", [False, True], ids=["oldest first", "newest first"])
def test_ccb_corporate_workbook(newest_first: bool, tmp_path: Path) -> None:
    found = read_bytes(tmp_path, "明细.xls", material.workbook(material.ccb_corporate(newest_first)))
    assert (found.only.format, found.only.status, found.only.account) == ("ccb.statement", "imported", material.OWN)
    assert (found.only.totals["bank_line.in"], found.only.totals["bank_line.out"]) == (material.IN, material.OUT)
    assert {row[0] for row in found.rows("ref")} == {f"2026-{n}" for n in range(1, 6)}
    assert all(control.ok for control in found.only.controls)


@pytest.mark.parametrize("bilingual", [False, True], ids=["chinese", "bilingual"])
@pytest.mark.parametrize("newest_first", [False, True], ids=["oldest first", "newest first"])
def test_boc_corporate(newest_first: bool, bilingual: bool, tmp_path: Path) -> None:
    content = material.delimited(material.boc_corporate(newest_first, bilingual), encoding="utf-8-sig")
    found = read_bytes(tmp_path, "boc.csv", content)
    assert (found.only.format, found.only.status, found.only.account) == ("boc.statement", "imported", material.OWN)
    assert (found.only.totals["bank_line.in"], found.only.totals["bank_line.out"]) == (material.IN, material.OUT)
    assert {row[0] for row in found.rows("counterparty")} == {line[3] for line in material.LINES}


def test_boc_credit_card_without_balance_is_unproved(tmp_path: Path) -> None:
    header = ["交易日", "银行记账日", "卡号后四位", "交易描述", "存入", "支出", "币种"]
    rows = [["中国银行信用卡账单"], header, ["2026-01-03", "2026-01-04", "1234", "消费", "", "18.00", "人民币"]]
    found = read_bytes(tmp_path, "card.csv", material.delimited(rows))
    assert (found.only.status, found.only.account, codes(found.only)) == ("flagged", "1234", ["unproved"])
    assert [str(row[0]) for row in found.rows("amount")] == ["-18.00000"]


def test_reversed_receipt_of_icbc_stays_negative(tmp_path: Path) -> None:
    header = "对方账号,交易时间,借贷标志,对方单位,用途,摘要,附言,发生额,余额,币种"
    rows = [
        "1102,2026-01-05 09:15:00,贷,某公司,货款,,,100.00,600.00,人民币",
        "1102,2026-01-06 09:15:00,贷,某公司,冲正,,,-100.00,500.00,人民币",
    ]
    content = "\r\n".join(["[HISTORYDETAIL]", header, *rows, ""]).encode("gb18030")
    found = read_bytes(tmp_path, "statement.csv", content, replace(CONTEXT, account="1202"))
    assert found.only.status == "imported"
    assert [amount for (amount,) in found.rows("amount")] == [100, -100]
