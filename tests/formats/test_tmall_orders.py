"""The classic order report of Tmall: its last column, and what the platform pays on top."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import duckdb

from huikuan.formats.read_file import read_file
from tests.formats.support import CONTEXT, Read, read

CLASSIC = (
    "订单编号,买家会员名,买家应付邮费,总金额,买家实际支付金额,订单状态,收货地址 ,订单创建时间,订单付款时间 ,宝贝标题,"
    "宝贝总数量,店铺名称,天猫卡券抵扣,集分宝抵扣,主订单编号"
)
DETAIL = "子订单编号,主订单编号,订单编号,总金额,买家实付金额,退款金额,订单创建时间,订单付款时间,商品ID"


def order(number: str, total: str, net: str, state: str, paid_at: str, coupon: str, points: str) -> str:
    return (
        f'="{number}",王五,0.00,{total},{net},{state},浙江省 杭州市 某街,2026-01-05 10:00:00,{paid_at},连衣裙,1,旗舰店,'
        f"{coupon},{points},{number}"
    )


def classic(folder: Path, *lines: str, header: str = CLASSIC) -> Read:
    path = folder / "ExportOrderList202601100000.csv"
    path.write_bytes("\r\n".join([header, *lines, ""]).encode("gb18030"))
    return read(path)


def test_the_classic_layout_ends_with_the_main_order_number(tmp_path: Path) -> None:
    paid = "2026-01-05 10:01:00"
    got = classic(
        tmp_path,
        order("3100000000000000001", "100.00", "88.00", "交易成功", paid, "10.00", "2.00"),
        order("3100000000000000002", "50.00", "50.00", "交易成功", paid, "", "0.00"),
        order("3100000000000000003", "70.00", "0.00", "交易关闭", paid, "5.00", "0.00"),
        order("3100000000000000004", "60.00", "0.00", "等待买家付款", "", "5.00", "1.00"),
    )
    assert (got.reading.format, got.reading.status) == ("tmall.orders", "imported")
    assert got.rows("order_line", "order_no, paid, refunded, platform_borne") == [
        ("3100000000000000001", Decimal("88.00"), None, Decimal("12.00")),
        ("3100000000000000002", Decimal("50.00"), None, Decimal("0.00")),
        ("3100000000000000003", Decimal("70.00"), Decimal("70.00"), Decimal("0.00")),
        ("3100000000000000004", Decimal("0.00"), Decimal("0.00"), Decimal("0.00")),
    ]


def test_what_the_layout_does_not_name_is_not_told(tmp_path: Path) -> None:
    header = CLASSIC.replace("天猫卡券抵扣", "别的一").replace("集分宝抵扣", "别的二")
    line = order("3100000000000000001", "100.00", "88.00", "交易成功", "2026-01-05 10:01:00", "10.00", "2.00")
    assert classic(tmp_path, line, header=header).rows("order_line", "platform_borne") == [(None,)]


def test_the_list_of_items_is_another_document(tmp_path: Path) -> None:
    path = tmp_path / "items.csv"
    path.write_bytes(f"{DETAIL}\r\n1,2,2,1.00,1.00,,2026-01-05 10:00:00,2026-01-05 10:00:00,9\r\n".encode("gb18030"))
    [reading] = read_file(path, path.name, CONTEXT, duckdb.connect())
    assert (reading.format, reading.status) == ("taobao.suborders", "imported")


def test_orders_never_paid_need_no_date_where_the_column_was_left_out(tmp_path: Path) -> None:
    header = "订单编号,支付单号,支付详情,买家实付金额,订单状态,订单付款时间,店铺名称,发货时间,确认收货打款金额"
    lines = (
        "2701855562034109276,2026,支付宝,10.00,交易成功,2026-07-01 10:00:00,旗舰店,2026-07-02 10:00:00,10.00",
        "2701855562034109278,,,0.00,交易关闭,,旗舰店,,0",
        "2701855562034109279,,,5.00,等待买家付款,,旗舰店,,0",
    )
    got = classic(tmp_path, *lines, header=header)
    assert (got.reading.status, got.reading.ignored) == ("imported", 2)
    assert got.rows("order_line", "paid, status") == [(10, "received")]
    shipped = classic(tmp_path, "2701855562034109280,,,5.00,卖家已发货,,旗舰店,,0", header=header)
    assert shipped.reading.rejected == 1
