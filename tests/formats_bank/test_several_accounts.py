"""One file of several accounts: a document for each where the file says whose each line is, else a refusal."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from huikuan.demo.specimens.writing import xlsx_bytes
from tests.formats_bank.reading import CONTEXT, codes, read_bytes

HEADER = "交易日期,摘要,收入,支出,余额"
FIRST, SECOND, QUIET = (f"账号：622200000000000000{digit}" for digit in "123")
ROWS = ("2026-01-05,货款,10.00,,110.00", "2026-01-06,货款,,20.00,90.00")
OTHER_ROWS = ("2026-01-05,货款,20.00,,20.00", "2026-01-08,货款,1.00,,21.00")
SUMS = ("合计,,10.00,20.00,", "")
OTHER_SUMS = ("合计,,21.00,,",)
ACCOUNTS = {
    "6222000000000000001": ("imported", "10.00000", "20.00000"),
    "6222000000000000002": ("imported", "21.00000", "0.00000"),
}
FILES = {
    "one below the other": (FIRST, HEADER, *ROWS, *SUMS, SECOND, HEADER, *OTHER_ROWS, *OTHER_SUMS),
    "named below the header": ("个人明细", HEADER, FIRST, *ROWS, SECOND, *OTHER_ROWS),
    "accounts without a line": (QUIET, HEADER, FIRST, HEADER, *ROWS, *SUMS, SECOND, HEADER, *OTHER_ROWS,
                                QUIET[:-1] + "4", HEADER),
    "a column of accounts": (f"卡号,{HEADER}", *(f"{FIRST[3:]},{row}" for row in ROWS),
                             *(f"{SECOND[3:]},{row}" for row in OTHER_ROWS), "合计,,,31.00,20.00,"),
}  # fmt: skip
UNCLEAR = {
    "the same account, another currency": (
        FIRST,
        "币种:人民币",
        HEADER,
        *ROWS,
        FIRST,
        "币种:美元",
        HEADER,
        *OTHER_ROWS,
    ),
    "a row that cannot be read, of an account without others": (
        FIRST,
        HEADER,
        *ROWS,
        QUIET,
        HEADER,
        "2026-01-07,货款,abc,,5.00",
        SECOND,
        HEADER,
        *OTHER_ROWS,
    ),
    "other columns": (FIRST, HEADER, *ROWS, SECOND, "交易日期,摘要,支出,收入,余额", *OTHER_ROWS),
    "no account": (FIRST, HEADER, *ROWS, "第2张卡", HEADER, *OTHER_ROWS),
}


def text(lines: tuple[str, ...]) -> bytes:
    return "\r\n".join((*lines, "")).encode("gb18030")


@pytest.mark.parametrize("lines", FILES.values(), ids=FILES)
def test_each_account_becomes_a_document(lines: tuple[str, ...], tmp_path: Path) -> None:
    found = read_bytes(tmp_path, "statement.csv", text(lines))
    assert {
        each.account: (each.status, *(f"{each.totals[f'bank_line.{way}']:f}" for way in ("in", "out")))
        for each in found.readings
    } == ACCOUNTS
    assert all(control.ok for each in found.readings for control in each.controls)


def test_in_a_workbook_and_what_a_row_leads_back_to(tmp_path: Path) -> None:
    cells = [line.split(",") for line in FILES["one below the other"]]
    found = read_bytes(tmp_path, "statement.xlsx", xlsx_bytes({"Sheet1": cells}))
    assert [each.account for each in found.readings] == list(ACCOUNTS)
    assert found.rows("source_row, balance", place=1)[0][0] == 9


def test_totals_of_a_list_are_held_against_all_accounts(tmp_path: Path) -> None:
    lines = FILES["a column of accounts"]
    found = read_bytes(tmp_path, "statement.csv", text((*lines[:-1], "合计,,,32.00,20.00,")))
    assert [(each.status, codes(each)) for each in found.readings] == [("flagged", ["control.mismatch"])] * 2


def test_printed_pages_of_one_account_are_one_document(tmp_path: Path) -> None:
    lines = (FIRST, "第1页", HEADER, *ROWS, FIRST, "第2页", HEADER, "2026-01-07,货款,5.00,,95.00")
    found = read_bytes(tmp_path, "statement.csv", text(lines))
    assert (found.only.status, found.only.rows) == ("imported", 3)


@pytest.mark.parametrize("lines", UNCLEAR.values(), ids=UNCLEAR)
def test_what_is_not_certain_is_refused(lines: tuple[str, ...], tmp_path: Path) -> None:
    found = read_bytes(tmp_path, "statement.csv", text(lines))
    assert found.only.status == "refused"
    assert "table.below" in codes(found.only)


def test_one_account_given_for_several_is_refused(tmp_path: Path) -> None:
    found = read_bytes(tmp_path, "statement.csv", text(FILES["one below the other"]), replace(CONTEXT, account="6222"))
    assert codes(found.only) == ["bank.several_accounts"]
