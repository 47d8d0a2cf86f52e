"""The bytes of the files: encodings, line ends, wrappers, preambles, names in containers."""

from __future__ import annotations

from tests.demo import reading
from tests.demo.conftest import ORDERS, Made


def test_every_file_is_listed_and_every_listed_file_exists(demo: Made) -> None:
    listed = {file["file"] for file in demo.truth["files"]}
    there = {path.name for path in demo.folder.iterdir()}
    assert there == listed | {"rules.toml", "README.txt", "truth.json", "layouts"}


def test_zip_members_are_named_in_gbk_without_the_utf8_flag(demo: Made) -> None:
    zips = sorted(path for path in demo.folder.iterdir() if path.suffix == ".zip")
    assert len(zips) == 5
    names = [reading.member_names(path) for path in zips]
    assert [
        "2088721540013365_20261001_20261016_账务明细.csv",
        "2088721540013365_20261001_20261016_账务明细(汇总).csv",
    ] in names
    assert all("禾屿家居旗舰店" in name or "账务明细" in name for members in names for name in members)


def test_encodings_are_those_of_the_platforms(demo: Made) -> None:
    def is_utf8(document: str) -> bool:
        try:
            reading.raw(demo.folder, document).decode("utf-8")
        except UnicodeDecodeError:
            return False
        return True

    first, second, third, early = demo.documents("tmall.orders")
    for document in (first, third, early, *demo.documents("alipay.ledger"), *demo.documents("icbc.statement")):
        assert not is_utf8(document)
        reading.raw(demo.folder, document).decode("gbk")
    assert reading.raw(demo.folder, second).startswith(b"\xef\xbb\xbf")
    assert reading.raw(demo.folder, demo.documents("wechatpay.funds")[0]).startswith(b"\xef\xbb\xbf")
    assert not reading.raw(demo.folder, demo.documents("wechatpay.trades")[0]).startswith(b"\xef\xbb\xbf")


def test_order_reports_quote_every_cell_and_wrap_order_numbers(demo: Made) -> None:
    first, second, third, _ = demo.documents("tmall.orders")
    assert reading.lines(demo.folder, first)[1].startswith('"=""4726')
    assert reading.lines(demo.folder, second)[1].startswith('"=""4731')
    assert reading.lines(demo.folder, third)[1].startswith("\"'4738")
    header = reading.lines(demo.folder, first)[0].split(",")
    assert {"收货地址 ", "订单付款时间 ", "宝贝标题 "} < set(header)


def test_reports_name_the_shop_and_hold_all_orders_once(demo: Made) -> None:
    numbers: list[str] = []
    for document in demo.documents("tmall.orders")[:3]:
        rows = reading.orders(demo.folder, document)
        assert {row["店铺名称"] for row in rows} == {demo.file(document)["shop"]}
        numbers += [row["订单编号"] for row in rows]
    assert len(numbers) == len(set(numbers)) == ORDERS
    assert all(len(number) == 19 and number.isdigit() for number in numbers)


def test_alipay_ledger_has_its_preamble_and_tabs_behind_identifiers(demo: Made) -> None:
    for document in demo.documents("alipay.ledger"):
        found = reading.lines(demo.folder, document)
        assert found[0] == "#支付宝账务明细查询"
        assert found[1] == f"#账号：[{demo.file(document)['account']}]"
        assert found[2].startswith("#起始日期：[2026年10月")
        assert found[4].startswith("账务流水号,业务流水号,商户订单号,")
        assert all(cell.endswith("\t") for line in found[5:-4] for cell in line.split(",")[:3])
        assert found[-1].startswith("#导出时间：[2026年1")


def test_newer_and_older_ledger_layouts_name_the_order_each_in_its_way(demo: Made) -> None:
    newer, _, older = demo.documents("alipay.ledger")
    rows = [row for row in reading.ledger(demo.folder, newer) if row["商户订单号"].startswith("T200P")]
    assert rows
    assert all(row["商户订单号"] == "T200P" + row["业务基础订单号"] for row in rows)
    fees = [
        row for row in reading.ledger(demo.folder, older) if row["业务类型"] == "收费" and row["备注"].endswith("扣款")
    ]
    assert fees
    assert all("{" + row["商户订单号"].removeprefix("T200P") + "}" in row["备注"] for row in fees)
    assert "业务描述" not in fees[0].cells


def test_wechat_values_stand_behind_backticks_though_names_hold_commas(demo: Made) -> None:
    rows, _ = reading.ticked(demo.folder, demo.documents("wechatpay.trades")[0])
    assert any("," in row["商品名称"] for row in rows)
    assert {row["交易状态"] for row in rows} == {"SUCCESS", "REFUND"}
    assert all(len(row["微信订单号"]) == 28 for row in rows)


def test_icbc_quotes_thousands(demo: Made) -> None:
    found = reading.lines(demo.folder, demo.documents("icbc.statement")[0])
    assert any('"' in line and "," in line.split('"')[1] for line in found[2:])


def test_no_amount_or_number_looks_like_a_float(demo: Made) -> None:
    for document in (*demo.documents("alipay.ledger"), *demo.documents("wechatpay.funds")):
        damaged = [line for line in reading.lines(demo.folder, document) if "E+" in line]
        assert all("4.72610E+18" in line for line in damaged)
