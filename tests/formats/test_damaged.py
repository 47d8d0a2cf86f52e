"""Damaged cells and files: what is wrong is told once, at its place, and nothing is guessed."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from huikuan.demo.specimens.writing import xlsx_bytes
from huikuan.formats.readers.workbook import number_text
from tests.formats.support import Row, ledger, read
from tests.formats.test_resaved import OLD_LAYOUT, TMALL, amazon, read_bytes, wechat_original

LEDGER = [Row("3652980000001011", "10.00"), Row("3652980000001012", "-2.00")]


def changed(folder: Path, old: str, new: str) -> Path:
    path = ledger(folder, LEDGER)
    text = path.read_bytes().decode("gb18030")
    assert old in text
    path.write_bytes(text.replace(old, new, 1).encode("gb18030"))
    return path


@pytest.mark.parametrize("amount", ["NaN", "1.2E+21", "１０.00", '"1,2O3.50"', "Infinity", "10.00万元"])
def test_unreadable_amount_is_told_once(tmp_path: Path, amount: str) -> None:
    got = read(changed(tmp_path, ",10.00,", f",{amount},"))
    assert [each.code for each in got.reading.problems if each.severity == "reject"] == ["amount.unreadable"]
    assert (got.reading.status, got.reading.accepted, got.reading.rejected) == ("refused", 1, 1)


def test_row_without_any_amount_says_so(tmp_path: Path) -> None:
    got = read(changed(tmp_path, ",10.00,", ",--,"))
    assert [each.code for each in got.reading.problems if each.severity == "reject"] == ["cell.empty"]


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("20260105100007", "10:00:07"),
        ("2026年01月05日 10:00:07", "10:00:07"),
        ("2026-01-05T10:00:07", "10:00:07"),
        ("2026-01-05 10:00:07.0", "10:00:07"),
        ("2026/1/5 10:00", "10:00:00"),
        ("2026-01-05  10:00:07 ", "10:00:07"),
        ("2026-01-05 24:00:00", ""),
        ("01-05 10:00", ""),
        ("05/01/2026 10:00:07", ""),
        ("2026-02-30 10:00:07", ""),
    ],
)
def test_times_are_read_as_they_are_written_or_refused(tmp_path: Path, written: str, read_as: str) -> None:
    got = read(changed(tmp_path, ",2026-01-05 10:00:00,", f",{written},"))
    if not read_as:
        assert got.codes[0] == "date.unreadable"
        return
    local = datetime.fromisoformat(f"2026-01-05 {read_as}")
    assert got.rows("wallet_line", "occurred_at")[0] == (local.replace(hour=2),)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("3652980000001010.0", False),  # Excel keeps 15 digits and writes 0 for the 16th
        ("36529800000010110.0", False),
        ("3652980000001011.0", True),
        ("10160070484512.0", True),
    ],
)
def test_number_that_lost_digits_is_no_identifier(tmp_path: Path, written: str, kept: bool) -> None:
    got = read(changed(tmp_path, "3652980000001011\t,", f"{written},"))
    assert ("identifier.damaged" not in got.codes) == kept


def test_whole_numbers_of_a_workbook_that_lost_digits() -> None:
    assert number_text(3652980000001010.0) == "3.65298000000101E+15"
    assert number_text(3652980000001011.0) == "3652980000001011"
    assert number_text(365298000000100.0) == "365298000000100"


def test_quote_open_to_the_end_of_a_file_names_its_line(tmp_path: Path) -> None:
    got = read(changed(tmp_path, ",商品,", ',"商品,'))
    assert got.codes == ["file.row_unreadable"]
    assert got.reading.problems[0].row == 6


def test_order_that_stands_twice_is_named_by_its_column(tmp_path: Path) -> None:
    row = "9000001,10.50,10.50,上海,2020-02-21 10:00:00,2020-02-21 10:01:00,0.00"
    got = read_bytes(tmp_path, "orders.csv", "\r\n".join([TMALL, row, row, ""]).encode())
    assert (got.codes, got.reading.problems_total) == (["key.repeated"], 1)
    assert got.reading.problems[0].text.startswith("Line 3, column “订单编号”: “9000001” stands in this file already")


def test_footer_cut_in_half_is_flagged(tmp_path: Path) -> None:
    whole = wechat_original().decode("utf-8-sig")
    got = read_bytes(tmp_path, "bill.csv", whole[: whole.rindex("`2,")].encode(), account="1628804517")
    assert (got.reading.status, got.codes) == ("flagged", ["footer.missing"])


def test_settlement_line_without_a_date_is_rejected(tmp_path: Path) -> None:
    stamp = "2025-08-01T22:07:18+00:00"
    head = {"settlement-start-date": stamp, "settlement-end-date": stamp, "deposit-date": stamp, "currency": "CAD"}
    line = {"transaction-type": "Order", "order-id": "701-1", "price-type": "Principal", "price-amount": "1.00"}
    content = amazon(OLD_LAYOUT, [{**head, "total-amount": "1.00"}, line])
    got = read_bytes(tmp_path, "settlement.txt", content, account="amazon.ca")
    assert got.reading.problems[0].text.startswith("Line 3, column “posted-date” is empty")


def test_settlements_of_two_currencies_in_one_file_are_refused(tmp_path: Path) -> None:
    heads = [{"total-amount": "0.00", "currency": money} for money in ("CAD", "USD")]
    got = read_bytes(tmp_path, "settlement.txt", amazon(OLD_LAYOUT, heads), account="amazon")
    assert got.codes == ["currency.unknown"]


def test_day_missing_beside_its_time_is_told_once(tmp_path: Path) -> None:
    header = "记账日期,记账时间,币别,金额,余额,交易名称,渠道,网点名称,附言,对方账户名,对方卡号/账号,对方开户行,借记卡号"
    row = ",10:00:00,人民币,100.00,600.00,转账,手机银行,-----,货款,某公司,6222****0001,-----,3167"
    got = read_bytes(tmp_path, "statement.csv", f"中国银行交易流水明细单\n{header}\n{row}\n".encode())
    assert got.codes == ["cell.empty"]


def test_fault_of_a_workbook_names_its_sheet_and_of_a_message_its_entry(tmp_path: Path) -> None:
    lines = [":20:S", ":25:6222/0001", ":28C:1/1", ":60F:C260101CNY100,00", ":61:2601020102X1,00NTRFNONREF"]
    got = read_bytes(tmp_path, "statement.sta", "\r\n".join([*lines, ":62F:C260102CNY100,00", "-"]).encode())
    assert got.reading.problems[0].text.startswith("Entry 1, column “amount”")


@pytest.mark.parametrize(
    ("numbers", "refused"),
    [
        ((3652980000001010, 3652980000001011, 3652980000001013), False),  # a program wrote all digits of the column
        ((3652980000001010, 3652980000001020, 3652980000001030), True),  # Excel keeps 15 and wrote the last zeros
        ((3652980000001010,), True),  # nothing tells
        ((3652980000001010, "3652980000001011", "3652980000001013"), True),  # texts tell nothing of numbers
        ((3652980000001010, 3652980000001020, 3652980000001011), True),
        ((3652980000001010, 3652980000001011, 27018555620341093), True),  # more than a double holds
    ],
)
def test_numbers_of_16_digits_in_a_workbook(tmp_path: Path, numbers: tuple[int | str, ...], refused: bool) -> None:
    header = ["子订单编号", "主订单编号", "买家实付金额", "订单创建时间", "订单付款时间"]
    rows = [[number, f"M{at}", 10.5, "2026-01-05 10:00:00", "2026-01-05 10:00:00"] for at, number in enumerate(numbers)]
    path = tmp_path / "宝贝明细.xlsx"
    path.write_bytes(xlsx_bytes({"Sheet1": [header, *rows]}))
    got = read(path)
    assert ("identifier.damaged" in got.codes) == refused
    if not refused:
        assert got.rows("order_line", "line_no") == [(str(number),) for number in numbers]


@pytest.mark.parametrize(
    ("numbers", "refused"),
    [
        (("3100982053977200000", "3100982053977300000"), True),
        (("3100982053977200000", "3100982053977300001"), False),  # one shows that nothing was cut
        (("3100982053977200000",), False),  # 4 zeros by themselves may be chance
        (("3652980000001010", "3652980000001020", "3652980000001030"), False),
        (tuple(f"3652980000001{at}0" for at in range(10, 17)), True),
        (("101600704845120", "101600704845130"), False),  # no digit beyond the 15th
    ],
)
def test_a_column_of_numbers_cut_by_excel_and_saved_as_text(
    tmp_path: Path, numbers: tuple[str, ...], refused: bool
) -> None:
    header = "子订单编号,主订单编号,买家实付金额,订单创建时间,订单付款时间"
    lines = [f"{number},M{number}X,10.5,2026-01-05 10:00:00,2026-01-05 10:00:00" for number in numbers]
    path = tmp_path / "宝贝明细.csv"
    path.write_bytes("\r\n".join([header, *lines, ""]).encode())
    got = read(path)
    assert (got.reading.status == "refused", "identifier.column_cut" in got.codes) == (refused, refused)
    if refused:
        assert got.reading.problems[0].column == "子订单编号"
