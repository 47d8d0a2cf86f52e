"""Taobao, 千牛 and 1688: what each row becomes, what must be refused, layouts that differ from the documented."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from huikuan.demo.specimens import SPECIMENS
from huikuan.demo.specimens.writing import csv_bytes, xlsx_bytes
from huikuan.formats.read_file import read_file
from tests.formats.support import CONTEXT, Read, read


def specimen(folder: Path, format_id: str, layout: str = "") -> Read:
    found = next(each for each in SPECIMENS if each.format == format_id and each.layout == layout)
    path = folder / found.file
    path.write_bytes(found.content)
    return read(path, account=found.account, shop=found.shop or "Shop")


def table_file(folder: Path, rows: list[list[str]], name: str = "file.csv") -> Path:
    path = folder / name
    path.write_bytes(xlsx_bytes({"Sheet1": rows}) if name.endswith("xlsx") else csv_bytes(rows, "utf-8"))
    return path


# ---------------------------------------------------------------- orders
def test_the_newer_order_report_tells_whether_the_amount_is_before_or_after_the_refund(tmp_path: Path) -> None:
    got = specimen(tmp_path, "tmall.orders", "千牛")
    assert got.rows("order_line", "order_no, paid, refunded, status") == [
        ("3200000000000000001", Decimal(88), Decimal(0), "paid"),
        ("3200000000000000002", Decimal(65), Decimal(20), "paid"),
        ("3200000000000000003", Decimal(50), Decimal(10), "paid"),
        ("3200000000000000004", Decimal(0), Decimal(0), "unpaid"),
    ]


def test_an_order_report_with_columns_left_out(tmp_path: Path) -> None:
    header = ["订单编号", "支付单号", "买家实付金额", "订单状态", "订单付款时间", "店铺名称", "发货时间"]
    row = ["3200000000000000001", "2026", "88.00", "交易成功", "2026-01-05 10:01:00", "某店", ""]
    got = read(table_file(tmp_path, [header, row], "orders.xlsx"))
    assert (got.reading.format, got.reading.status, got.reading.stated_shop) == ("tmall.orders", "imported", "某店")
    assert got.rows("order_line", "paid, list_amount, status") == [(Decimal(88), Decimal(88), "received")]


def test_an_order_without_any_time_is_refused(tmp_path: Path) -> None:
    header = ["订单编号", "买家实付金额", "订单付款时间"]
    got = read(table_file(tmp_path, [header, ["3200000000000000001", "88.00", ""]]))
    assert (got.reading.status, got.codes) == ("refused", ["cell.empty"])
    assert got.reading.problems[0].row == 2


def test_items_of_an_order(tmp_path: Path) -> None:
    got = specimen(tmp_path, "taobao.suborders")
    assert got.rows("order_line", "order_no, line_no, sku, paid, refunded, status, list_amount")[:4] == [
        ("3100000000000000010", "3100000000000000011", "A-1", Decimal(55), Decimal(0), "received", Decimal(60)),
        ("3100000000000000010", "3100000000000000012", "B-1", Decimal(90), Decimal(30), "received", Decimal(100)),
        # Asked for, not given back yet.
        ("3100000000000000020", "3100000000000000020", "C-1", Decimal(80), Decimal(0), "shipped", Decimal(80)),
        ("3100000000000000030", "3100000000000000030", "D-1", Decimal(200), Decimal(200), "refunded", Decimal(200)),
    ]


def test_a_damaged_sub_order_is_refused(tmp_path: Path) -> None:
    header = ["主订单编号", "别的", "子订单编号", "买家实付金额", "订单付款时间", "订单创建时间"]
    rows = [header, ["3100000000000000010", "", "3.1E+18", "5.00", "2026-01-05 10:00:00", "2026-01-05 10:00:00"]]
    got = read(table_file(tmp_path, rows))
    assert (got.reading.format, got.codes) == ("taobao.suborders", ["identifier.damaged"])


# ---------------------------------------------------------------- ledgers
def test_summary_in_the_archive_is_left_out(tmp_path: Path) -> None:
    got = specimen(tmp_path, "alipay.ledger", "newer, in an archive")
    assert got.reading.member.endswith("账务明细.csv")
    assert (got.reading.account, got.reading.status, got.codes) == ("20880000000000010156", "imported", [])
    assert all(control.ok for control in got.reading.controls)
    assert [row[0] for row in got.rows("wallet_line", "movement") if row[0]] == ["deposit", "payout"]


@pytest.mark.parametrize("layout", ["newer, in an archive", "older, 支出 positive"])
def test_alipay_layouts_agree(tmp_path: Path, layout: str) -> None:
    got = specimen(tmp_path, "alipay.ledger", layout)
    lines = sorted(got.rows("settlement_line", "flow_no, type, amount, order_no"))
    assert lines == [
        ("10001", "sale", Decimal(110), "3100000000000000001"),
        ("20001", "commission", Decimal("-5.50"), "3100000000000000001"),
        ("30001", "payment_fee" if "newer" in layout else "service_fee", Decimal("-0.66"), "3100000000000000001"),
        ("40001", "refund", Decimal(-70), "3100000000000000002"),
    ]


def test_the_wechat_channel(tmp_path: Path) -> None:
    got = specimen(tmp_path, "taobao.wechat", "older")
    assert got.reading.account == "某旗舰店"
    assert got.rows("settlement_line", "flow_no, component, type, amount, order_no, key_state") == [
        ("4200000001", "交易收款", "sale", Decimal(120), "3300000000000000001", "ok"),
        ("4200000001", "服务费", "service_fee", Decimal("-0.72"), "3300000000000000001", "ok"),
        ("4200000002", "交易退款(售后)", "refund", Decimal(-20), "2701855562034109276", "ok"),
        ("4200000003", "扣款", "commission", Decimal(-3), "3300000000000000003", "ok"),
        ("4200000004", "扣款退回", "commission", Decimal(1), "3300000000000000003", "ok"),
    ]
    assert got.rows("wallet_line", "movement, payout_id")[-1] == ("payout", "4200000005")


def test_the_wechat_channel_keeps_the_money_of_a_damaged_order(tmp_path: Path) -> None:
    header = ["入账时间", "支付流水号", "淘宝订单编号", "入账类型", "收入金额（元）", "支出金额", "业务描述", "备注"]
    row = ["2026-02-05 10:00:00", "4200000011", "2.70186E+18", "交易收款", "80.50", "", "交易收款", ""]
    got = read(table_file(tmp_path, [header, row]), account="a")
    assert (got.reading.status, got.codes) == ("imported", ["key_damaged"])
    assert got.rows("settlement_line", "order_no, key_state, amount") == [(None, "damaged", Decimal("80.50"))]
    row[-1] = "订单{2701855562034109276}收款"
    named = read(table_file(tmp_path, [header, row]), account="a")
    assert named.rows("settlement_line", "order_no, key_state") == [("2701855562034109276", "ok")]
    row[1] = "4.20000E+27"
    assert read(table_file(tmp_path, [header, row]), account="a").codes == ["identifier.damaged"]
    row[1:6] = ["42", "27", "交易收款", "", ""]
    assert read(table_file(tmp_path, [header, row]), account="a").codes == ["cell.empty"]


def test_the_income_bill(tmp_path: Path) -> None:
    got = specimen(tmp_path, "qianniu.income")
    assert got.rows("settlement_line", "type, amount, order_no, key_state, flow_no") == [
        ("sale", Decimal(110), "3100000000000000001", "ok", "2026010522001001"),
        ("commission", Decimal("-5.50"), "3100000000000000001", "ok", "2026010522001001"),
        ("refund", Decimal(-70), "3100000000000000002", "ok", "2026010522001002"),
        (
            "affiliate_commission",
            Decimal("-2.20"),
            "3100000000000000001",
            "ok",
            "202601 3100000000000000001 20260109000003",
        ),
        ("unclassified", Decimal(1), None, "none", "2026013122009999"),
    ]


def test_the_income_bill_needs_a_time(tmp_path: Path) -> None:
    rows = [["账期", "账单大类", "业务小类", "金额"], ["202601", "货款", "交易收款", "10.00"]]
    assert read(table_file(tmp_path, rows), account="a").codes == ["cell.empty"]


def test_the_deposit(tmp_path: Path) -> None:
    got = specimen(tmp_path, "qianniu.deposit")
    assert got.rows("wallet_line", "amount, movement, item") == [
        (Decimal(1000), "deposit", "缴存"),
        (Decimal(-35), None, "交易赔付"),
        (Decimal(-50), None, "违规扣款"),
        (Decimal(-200), "deposit", "解冻"),
    ]
    assert got.rows("settlement_line", "type, amount, order_no, key_state") == [
        ("compensation", Decimal(-35), "3100000000000000001", "ok"),
        ("penalty", Decimal(-50), None, "none"),
    ]


def test_a_deposit_of_unknown_direction_is_refused(tmp_path: Path) -> None:
    header = ["业务编号", "完成时间", "操作类型", "原因", "收支金额(元)", "来源账户"]
    got = read(
        table_file(tmp_path, [header, ["D1", "2026-01-02 10:00:00", "冻结", "缴存", "5.00", "支付宝"]]), account="a"
    )
    assert (got.reading.format, got.codes) == ("qianniu.deposit", ["choice.unknown"])


# ---------------------------------------------------------------- 1688
def test_1688_merged_cells_and_allocation(tmp_path: Path) -> None:
    got = specimen(tmp_path, "1688.orders")
    lines = got.rows("order_line", "order_no, line_no, sku, qty, list_amount, paid, shipping_fee, status")
    # 100.01 by 30 : 48 : 20 of 98, in cents cut off; the last line takes the rest.
    assert lines[:3] == [
        ("2600000000000000001", "1", "P-1", Decimal(30), Decimal(30), Decimal("30.61"), Decimal("1.53"), "received"),
        ("2600000000000000001", "2", "P-2", Decimal(24), Decimal(48), Decimal("48.98"), Decimal("2.44"), "received"),
        ("2600000000000000001", "3", "P-3", Decimal(40), Decimal(20), Decimal("20.42"), Decimal("1.03"), "received"),
    ]
    assert lines[3][4:6] == (Decimal("66.60"), Decimal("66.60"))
    assert lines[4][5:] == (Decimal(0), Decimal(0), "unpaid")


ORDERS_1688 = ["订单编号", "货品总价(元)", "实付款(元)", "订单创建时间", "订单付款时间", "货品标题", "单价(元)", "数量"]
MADE, PAID = "2026-01-05 09:00:00", "2026-01-05 10:00:00"


def test_a_line_that_continues_nothing_is_refused(tmp_path: Path) -> None:
    rows = [
        ORDERS_1688,
        ["2600000000000000001", "10.00", "10.00", MADE, PAID, "纸箱", "1.00", "10"],
        ["", "5.00", "5.00", "", "", "胶带", "1.00", "5"],
    ]
    got = read(table_file(tmp_path, rows))
    assert (got.reading.format, got.reading.status) == ("1688.orders", "refused")
    assert {(problem.row, problem.code) for problem in got.reading.problems} == {(3, "cell.empty")}


@pytest.mark.parametrize("name", ["file.csv", "file.xlsx"])
def test_merged_cells_never_reach_into_the_next_order(tmp_path: Path, name: str) -> None:
    rows = [
        ORDERS_1688,
        ["2600000000000000001", "10.00", "9.99", MADE, PAID, "纸箱", "1.00", "5"],
        ["", "", "", "", "", "胶带", "1.00", "5"],
        ["2600000000000000002", "8.00", "8.00", MADE, "", "标签", "1.00", "8"],
        ["", "", "", "", "", "胶带", "2.00", "1"],
    ]
    got = read(table_file(tmp_path, rows, name))
    assert (got.reading.status, got.reading.rows) == ("imported", 4)
    assert got.rows("order_line", "order_no, line_no, paid, status") == [
        ("2600000000000000001", "1", Decimal("4.99"), "paid"),
        ("2600000000000000001", "2", Decimal("5.00"), "paid"),
        ("2600000000000000002", "1", Decimal(0), "unpaid"),
        ("2600000000000000002", "2", Decimal(0), "unpaid"),
    ]


def test_an_order_of_1688_without_any_time_is_refused(tmp_path: Path) -> None:
    row = ["2600000000000000001", "10.00", "10.00", "", "", "纸箱", "1.00", "10"]
    assert read(table_file(tmp_path, [ORDERS_1688, row])).codes == ["cell.empty"]


def test_1688_bills(tmp_path: Path) -> None:
    receipts = specimen(tmp_path, "1688.receipts")
    assert receipts.rows("settlement_line", "flow_no, type, amount, order_no") == [
        ("R20260105001", "sale", Decimal("100.01"), "2600000000000000001"),
        ("R20260108001", "refund", Decimal("-10.00"), "2600000000000000001"),
        ("R20260109001", "subsidy", Decimal("8.00"), "2600000000000000002"),
    ]
    payments = specimen(tmp_path, "1688.payments")
    assert payments.rows("settlement_line", "type, amount") == [
        ("payment_fee", Decimal("-2.50")),
        ("freight_insurance", Decimal("-1.20")),
        ("payment_fee", Decimal("0.50")),
    ]


def test_a_bill_of_1688_without_its_amount_is_not_taken_for_another(tmp_path: Path) -> None:
    path = table_file(tmp_path, [["账单编号", "账单类型", "场景类型", "关联订单号"], ["1", "2", "3", "4"]])
    [reading] = read_file(path, path.name, CONTEXT, duckdb.connect())
    assert (reading.status, reading.format) == ("refused", "")


def test_an_expense_of_the_income_bill_is_paid_out_whatever_its_sign(tmp_path: Path) -> None:
    header = "账期,资金方向,账单大类,业务大类,业务小类,交易主单号,支付流水号,金额,时间"
    rows = (
        "202601,收入,货款,交易收款,交易收款,3100982053977276192,F1,100.00,2026-01-05 10:00:00",
        "202601,支出,服务费,佣金,天猫佣金,3100982053977276192,F2,5.00,2026-01-05 10:00:00",
        "202601,支出,退款,交易退款,售后退款,3100982053977276192,F3,-20.00,2026-01-05 10:00:00",
    )
    path = tmp_path / "收入明细.csv"
    path.write_bytes("\r\n".join([header, *rows, ""]).encode())
    got = read(path, account="千牛")
    assert got.rows("settlement_line", "amount") == [(100,), (-5,), (-20,)]
    assert got.codes == ["sign.contradicts"]
