"""Pinduoduo: bills beside Alipay's, payouts without numbers, orders without times, and what is refused."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from decimal import Decimal
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from huikuan.demo.specimens import SPECIMENS, Specimen
from huikuan.demo.specimens.writing import csv_bytes, names, xlsx_bytes
from huikuan.formats.classify import item_table
from tests.formats.support import Read, Row, ledger, read

BILL = ["商户订单号", "发生时间", "收入金额（+元）", "支出金额（-元）", "账务类型", "备注", "业务描述"]
ORDER = "260531-662941284701219"
TIME = "2026-05-31 23:54:45"


def specimen(format_id: str, layout: str = "") -> Specimen:
    return next(each for each in SPECIMENS if each.format == format_id and each.layout == layout)


def written(folder: Path, each: Specimen) -> Read:
    path = folder / each.file
    path.write_bytes(each.content)
    return read(path, account=each.account, shop=each.shop)


def got(folder: Path, rows: Sequence[Sequence[Any]], name: str = "pdd.csv", after: str = "") -> Read:
    path = folder / name
    path.write_bytes(xlsx_bytes({"Sheet1": rows}) if name.endswith("xlsx") else csv_bytes(rows, "gb18030", after=after))
    return read(path, account="PDD")


def test_withdrawals_are_named_by_their_time(tmp_path: Path) -> None:
    found = written(tmp_path, specimen("pdd.bills", "UTF-8, no footer"))
    assert [row for row in found.rows("wallet_line", "movement, payout_id, n") if row[0]] == [
        ("payout", "20260922110000", 0),
        ("payout", "20260922110000-2", 0),
        ("transfer", None, 0),
    ]
    returned = got(tmp_path, [BILL, ["", TIME, "500.00", "0", "提现", "", "0080001|提现-提现失败退回"]])
    assert returned.rows("wallet_line", "movement, amount") == [("payout_returned", Decimal("500.00"))]


def test_an_order_that_only_the_remark_names(tmp_path: Path) -> None:
    sale = ["", TIME, "9.00", "0", "其他", "", "0010002|交易收入-订单收入"]
    told = [f"补付款，对应交易{ORDER}已核实", ORDER, f"9{ORDER}1", ""]
    rows = [[*sale[:5], remark, sale[6]] for remark in told]
    found = got(tmp_path, [BILL, *rows]).rows("settlement_line", "order_no, key_state")
    assert found == [(ORDER, "ok"), (ORDER, "ok"), (None, "missing"), (None, "missing")]


def test_the_archive_names_its_member_in_gbk(tmp_path: Path) -> None:
    found = written(tmp_path, specimen("pdd.bills", "ZIP, GB18030, with a footer"))
    assert found.reading.member == "货款账单明细.zip!拼多多账务明细_20260901-20260930.csv"
    assert [control.ok for control in found.reading.controls] == [True] * 4


def test_identical_rows_stay_two_movements(tmp_path: Path) -> None:
    row = ["", TIME, "0", "-3.00", "售后费用", "延迟发货", "0040004|售后费用-延迟发货"]
    assert got(tmp_path, [BILL, row, row]).rows("wallet_line", "n, amount") == [
        (0, Decimal("-3.00")),
        (1, Decimal("-3.00")),
    ]


def test_the_footer_is_compared(tmp_path: Path) -> None:
    row = [ORDER, TIME, "10.00", "0", "交易收入", "", "0010002|交易收入-订单收入"]
    good = got(tmp_path, [BILL, row], after="#支出合计：0笔，共0元\r\n#收入合计：1笔，共10.00元\r\n#总计：1笔\r\n")
    assert (good.reading.status, good.reading.rows) == ("imported", 1)
    bad = got(tmp_path, [BILL, row], after="#支出合计：0笔，共0元\r\n#收入合计：2笔，共20.00元\r\n")
    assert bad.codes == ["control.mismatch", "control.mismatch"]


def test_what_an_order_number_is(tmp_path: Path) -> None:
    sale = [TIME, "10.00", "0", "交易收入", "", "0010002|交易收入-订单收入"]
    found = got(tmp_path, [BILL, [f"{ORDER}\t", *sale], ["XX123", *sale], ["", *sale]])
    assert found.rows("settlement_line", "order_no, key_state") == [
        (ORDER, "ok"),
        (None, "damaged"),
        (None, "missing"),
    ]
    assert found.codes == ["key_damaged"]


def test_older_and_new_words_are_read_by_their_text(tmp_path: Path) -> None:
    table = item_table("pdd_items")
    assert table.classify("订单到账").type == "sale"
    assert table.classify("0099123|售后费用-小额打款").type == "compensation"
    assert table.classify("0099124|转账-广告账户").movement == "transfer"
    assert table.classify("某新费用").type == "unclassified"
    tables = ("alipay_items", "douyin_items", "jd_wallet_items", "kuaishou_items", "pdd_items", "xiaohongshu_items")
    wordings = ("提现手续费", "提现|提现手续费", "手续费-提现")
    fees = [item_table(name).classify(words) for name in tables for words in wordings]
    assert {(fee.type, fee.movement, fee.linked) for fee in fees} == {("payment_fee", "", False)}
    found = got(tmp_path, [[*BILL[:6]], [ORDER, TIME, "10.00", "", "交易收款", ""]])
    assert found.rows("settlement_line", "type, item") == [("sale", "交易收款")]


def test_the_codes_of_the_dictionary_are_known_by_their_code() -> None:
    text = resources.files("huikuan.formats").joinpath("data", "pdd_items.csv").read_text(encoding="utf-8")
    codes = [row["text"] for row in csv.DictReader(text.splitlines()) if row["match"] == "prefix"]
    assert len(codes) == len(set(codes)) == 28
    assert all(item_table("pdd_items").classify(f"{code}没见过的字").type != "unclassified" for code in codes)


def test_alipay_and_pinduoduo_keep_their_own(tmp_path: Path) -> None:
    assert read(ledger(tmp_path, [Row("1", "10.00", order="T200P100000000001")])).reading.format == "alipay.ledger"
    header = [*BILL[::-1], "费项", "金额"]
    row = ["0030002|技术服务费-基础技术服务费", "返还", "技术服务费", "0", "0.09", TIME, ORDER, "软件服务费", "0.09"]
    found = got(tmp_path, [["名称：说明"], header, row], "对账.xlsx")
    assert (found.reading.format, found.reading.status) == ("pdd.bills", "imported")
    assert found.rows("settlement_line", "type, amount") == [("service_fee", Decimal("0.09"))]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ([ORDER, "", "1.00", "0", "交易收入", "", "0010002|"], "cell.empty"),
        ([ORDER, TIME, "", "", "交易收入", "", "0010002|"], "cell.empty"),
        ([ORDER, TIME, "0", "-0.03 技术服务费", "技术服务费", "", "0030002|"], "amount.unreadable"),
    ],
)
def test_what_is_refused(tmp_path: Path, row: list[str], code: str) -> None:
    found = got(tmp_path, [BILL, row])
    assert (found.reading.status, found.codes) == ("refused", [code])


ORDERS = names(
    "商品,订单号,订单状态,平台优惠折扣(元),用户实付金额(元),商家实收金额(元),商品数量(件),订单成交时间,"
    "商品id,样式ID,售后状态"
)


def order(number: str, state: str, time: str, after_sale: str = "无售后或售后取消") -> list[str]:
    return ["横幅", number, state, "2.00", "15.80", "17.80", "1", time, "754299529443", "", after_sale]


def test_the_day_of_an_order_without_a_time_is_that_of_its_number(tmp_path: Path) -> None:
    rows = [
        order("260531-607198974342268", "已收货", "2026-06-01 00:03:00"),
        order("260517-607198974342269", "已收货", ""),
    ]
    found = got(tmp_path, [ORDERS, *rows])
    assert found.rows("order_line", "CAST(business_date AS VARCHAR), occurred_at IS NULL, text IS NULL") == [
        ("2026-06-01", False, True),
        ("2026-05-17", True, False),
    ]
    assert found.reading.status == "imported"
    assert got(tmp_path, [ORDERS, order("A607198974342268", "已收货", "")]).codes == ["cell.empty"]
    assert got(tmp_path, [ORDERS, order("269931-607198974342268", "已收货", "")]).codes == ["cell.empty"]


@pytest.mark.parametrize(
    ("state", "after_sale", "expected"),
    [
        ("待发货", "无售后或售后取消", ("paid", "15.80", "2.00", "0")),
        ("已发货，待收货", "售后处理中", ("shipped", "15.80", "2.00", "0")),
        ("已收货", "无售后或售后取消", ("received", "15.80", "2.00", "0")),
        ("已收货", "退款成功", ("refunded", "15.80", "0", "15.80")),
        ("未发货，退款成功", "退款成功", ("refunded", "15.80", "0", "15.80")),
        ("待支付", "无售后或售后取消", ("unpaid", "0", "0", "0")),
        ("已取消", "无售后或售后取消", ("cancelled", "0", "0", "0")),
    ],
)
def test_states_and_what_was_paid(
    tmp_path: Path, state: str, after_sale: str, expected: tuple[str, str, str, str]
) -> None:
    found = got(tmp_path, [ORDERS, order(ORDER, state, TIME, after_sale)])
    [(status, *amounts)] = found.rows("order_line", "status, paid, platform_borne, refunded")
    assert (status, *amounts) == (expected[0], *map(Decimal, expected[1:]))


def test_advertising_money_in_other_words(tmp_path: Path) -> None:
    header = ["交易时间", "资金类型", "流水类型", "交易金额(元)", "余额(元)", "交易摘要"]
    rows = [
        ["2026-09-22 12:00:01", "现金", "充值", "100", "100", ""],
        ["2026-09-22 13:00:01", "现金", "消耗", "-8", "92", ""],
    ]
    found = got(tmp_path, [header, *rows])
    assert found.reading.format == "pdd.promotion"
    assert found.rows("wallet_line", "amount, movement") == [(Decimal(100), "topup"), (Decimal(-8), None)]
    assert got(tmp_path, [header, ["2026-09-22 12:00:01", "现金", "冻结", "1", "1", ""]]).codes == ["choice.unknown"]


def test_a_refund_that_the_order_export_tells_in_part(tmp_path: Path) -> None:
    header = names("订单号,订单状态,用户实付金额(元),商家实收金额(元),商品id,售后状态,支付时间,退款金额(元)")
    tail = ["10", "10", "1", "退款成功", "2026-05-31 10:00:00"]
    rows = [
        [ORDER, "已收货", *tail, "3"],
        ["260531-662941284701220", "已收货", *tail, "10"],
        ["260531-662941284701221", "未发货，退款成功", *tail, ""],
    ]
    assert got(tmp_path, [header, *rows]).rows("order_line", "status, paid, refunded") == [
        ("received", 10, 3),
        ("refunded", 10, 10),
        ("refunded", 10, 10),
    ]


def test_other_names_of_the_bills_columns(tmp_path: Path) -> None:
    header = names("商家订单号,发生时间,收入金额(元),支出金额(元),账务类型,备注,业务描述,费项,金额")
    row = [ORDER, TIME, "0.09", "0", "技术服务费", "返还", "0030002|技术服务费-基础技术服务费", "软件服务费", "0.09"]
    found = got(tmp_path, [header, row])
    assert (found.reading.format, found.rows("settlement_line", "order_no, amount")) == (
        "pdd.bills",
        [(ORDER, Decimal("0.09"))],
    )
