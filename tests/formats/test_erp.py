"""Order systems (聚水潭, 旺店通) and ledgers: the traps of their exports, and what must be refused."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from huikuan.demo.specimens import SPECIMENS
from huikuan.formats.goods.erp_columns import platform_orders_sql
from tests.formats.support import Read, read

HEADER = (
    "内部订单号,线上订单号,线上子订单编号,原始线上订单号,快递单号,订单类型,状态,店铺名称,商品编码,数量,成本价,总成本,"
    "下单时间"
)


def specimen(folder: Path, format_id: str, layout: str = "") -> Read:
    found = next(each for each in SPECIMENS if each.format == format_id and each.layout == layout)
    path = folder / found.file
    path.write_bytes(found.content)
    return read(path, shop=found.shop)


def orders(folder: Path, *lines: str, header: str = HEADER) -> Read:
    path = folder / "聚水潭.csv"
    path.write_bytes("\r\n".join([header, *lines, ""]).encode("gb18030"))
    return read(path, shop="")


def test_jushuitan_orders_and_parcels(tmp_path: Path) -> None:
    got = specimen(tmp_path, "jushuitan.orders", "25 columns")
    assert got.rows("erp_order", "erp_order_no, line_no, order_no, merged, status, cost") == [
        ("801001", "SKU-A1#1", "3100200300400500601", False, "shipped", Decimal("62.40")),
        (
            "801001",
            "GIFT-01#1",
            "3100200300400500601",
            False,
            "shipped",
            None,
        ),  # the item's code where the cost belongs
        ("801002", "SKU-B1#1", "3100200300400500701", False, "shipped", None),
        ("801002", "SKU-C1#1", "3100200300400500801", False, "shipped", Decimal("25.12346")),
        ("801003", "SKU-A1#1", "3100200300400500901", False, "cancelled", Decimal("31.20")),
        ("801004", "SKU-D1#1", "260106-123456789012345", False, "cancelled", Decimal("12.00")),
        ("801005", "SKU-A1#1", "3100200300400500601", False, "shipped", Decimal("31.20")),
    ]
    assert got.rows("shipment_line", "tracking_no, sku, status, qty") == [
        ("YT8800000000001", "SKU-A1", "sent", Decimal(2)),
        ("YT8800000000001", "GIFT-01", "sent", Decimal(1)),
        ("YT8800000000002", "SKU-B1", "sent", Decimal(1)),
        ("YT8800000000002", "SKU-C1", "sent", Decimal(1)),
        ("YT8800000000003", "SKU-D1", "cancelled", Decimal(3)),
        ("YT8800000000004", "SKU-A1", "sent", Decimal(1)),
    ]


def test_a_merged_order_that_is_not_divided_names_all_its_orders(tmp_path: Path) -> None:
    got = orders(
        tmp_path,
        '9,"3100200300400500701，3100200300400500801",,,YT1,普通订单,待发货,店,A,1,,,2026-01-05 10:00:00',
        "9,3100200300400500801,,,YT1,普通订单,某种新状态,店,B,1,,,2026-01-05 10:00:00",
    )
    assert got.rows("erp_order", "order_no, merged, status") == [
        ("3100200300400500701,3100200300400500801", True, "paid"),
        ("3100200300400500801", False, None),
    ]
    # a label is printed, nothing is sent
    assert got.rows("shipment_line", "n, status") == [(0, None), (0, None)]


def test_columns_may_be_moved_renamed_and_added(tmp_path: Path) -> None:
    header = "备注二,下单时间 ,店铺,商品编码,销售数量,原始线上订单号,内部订单号,订单状态"
    got = orders(tmp_path, "x,2026/1/5 10:00,店,A,2,3100200300400500801,9,已发货", header=header)
    assert got.reading.status == "imported"
    assert got.rows("erp_order", "shop, erp_order_no, order_no, qty, status") == [
        ("店", "9", "3100200300400500801", Decimal(2), "shipped")
    ]


def test_an_order_number_that_excel_damaged_is_told_and_a_damaged_own_number_refused(tmp_path: Path) -> None:
    got = orders(tmp_path, "9,3.1002E+18,,,,普通订单,已发货,店,A,1,,,2026-01-05 10:00:00")
    assert (got.reading.status, got.codes) == ("imported", ["key_damaged"])
    assert got.rows("erp_order", "order_no") == [(None,)]
    got = orders(tmp_path, "8.01E+18,3100200300400500801,,,,普通订单,已发货,店,A,一,,,2026-01-05 10:00:00")
    assert got.reading.status == "refused"
    assert sorted(got.codes) == ["amount.unreadable", "identifier.damaged"]


def test_jushuitan_stock_is_of_the_day_in_its_name(tmp_path: Path) -> None:
    got = specimen(tmp_path, "jushuitan.stock")
    assert got.rows("stock_count", "sku, CAST(count_date AS VARCHAR), qty, reserved") == [
        ("SKU-A1", "2026-01-31", Decimal(120), Decimal(8)),
        ("SKU-B1", "2026-01-31", Decimal(0), Decimal(0)),
        ("SKU-C1", "2026-01-31", Decimal(-2), Decimal(3)),
    ]
    path = tmp_path / "商品库存.csv"
    path.write_text("商品编码,商品名称,库存数\nA,x,3\n", encoding="utf-8")
    got = read(path)
    assert (got.reading.status, got.codes) == ("refused", ["count.no_date"])
    path.write_text("统计日期,商品编码,商品名称,库存数\n2026-01-31,A,x,3\n", encoding="utf-8")
    assert read(path).reading.status == "imported"


def test_jushuitan_aftersales(tmp_path: Path) -> None:
    got = specimen(tmp_path, "jushuitan.aftersales")
    assert got.rows("return_line", "return_no, order_no, status, goods_back, qty_claimed, qty_received") == [
        ("70001", "3100200300400500601", "refunded", True, Decimal(1), Decimal(1)),
        ("70002", "3100200300400500701", "in_transit", True, Decimal(1), None),
        ("70003", "3100200300400500601", "closed", False, Decimal(1), Decimal(0)),
    ]


def test_wangdiantong_takes_its_suffixes_off(tmp_path: Path) -> None:
    got = specimen(tmp_path, "wangdiantong.orders", "short")
    assert got.rows("erp_order", "erp_order_no, line_no, order_no, status, qty, amount") == [
        ("JY202601050001", "豆腐 500g#1", "6930162745589599991", "received", Decimal(1), Decimal("19.80")),
        ("JY202601050001", "辣条#1", "6930162745589599992", "received", Decimal(2), Decimal("15.90")),
        ("JY202601050002", "辣条#1", "6930162745589599993", "cancelled", Decimal(0), Decimal("9.90")),
    ]
    got = specimen(tmp_path, "wangdiantong.orders", "long")
    assert got.rows("shipment_line", "tracking_no, sku, province, city, weight") == [
        ("YT8800000000011", "W-01", "浙江省", "杭州市", Decimal("0.45"))
    ]


def test_suffixes_are_told_from_platforms_own_numbers() -> None:
    cells = {
        "P800345265156620124701-1": "P800345265156620124701", "P800345265156620124701A": "P800345265156620124701",
        "260131-123456789012345-2,6930162745589599992": "260131-123456789012345,6930162745589599992",
    }  # fmt: skip
    for cell, numbers in cells.items():
        assert duckdb.sql(f"SELECT {platform_orders_sql(repr(cell))}").fetchall() == [(numbers,)]


def test_wangdiantong_shipments_move_stock_when_they_are_sent(tmp_path: Path) -> None:
    got = specimen(tmp_path, "wangdiantong.shipments")
    assert got.rows("shipment_line", "shop, tracking_no, sku, n, order_no, qty, status, city") == [
        ("演示旗舰店", "YT8800000000011", "W-01", 0, "3100200300400600001", Decimal(1), "sent", "杭州市"),
        ("演示旗舰店", "YT8800000000011", "W-02", 0, "3100200300400600001", Decimal(2), "sent", "杭州市"),
        ("演示旗舰店", "YT8800000000011", "W-02", 1, "3100200300400600001", Decimal(1), "sent", "杭州市"),
        ("演示旗舰店", "YT8800000000012", "W-02", 0, "3100200300400600002", Decimal(2), "cancelled", None),
    ]
    assert got.rows("stock_move", "record_key, erp_order_no, qty") == [
        ("stock_move:主仓/CK202601060001/W-01#1", "JY202601060001", Decimal(-1)),
        ("stock_move:主仓/CK202601060001/W-02#2", "JY202601060001", Decimal(-2)),
        ("stock_move:主仓/CK202601060001/W-02#1", "JY202601060001", Decimal(-1)),
    ]


def test_wangdiantong_stock_is_counted_per_warehouse(tmp_path: Path) -> None:
    got = specimen(tmp_path, "wangdiantong.stock")
    assert got.rows("stock_count", "warehouse, sku, CAST(count_date AS VARCHAR), qty, reserved") == [
        ("主仓", "W-01", "2026-01-31", Decimal(40), Decimal(1)),
        ("主仓", "W-02", "2026-01-31", Decimal(12), Decimal(2)),
        ("分仓", "W-02", "2026-01-31", Decimal(3), Decimal(0)),
    ]


def test_jushuitan_moves_take_their_direction_from_the_type(tmp_path: Path) -> None:
    got = specimen(tmp_path, "jushuitan.moves")
    assert got.rows("stock_move", "move_no, type, sku, qty, order_no") == [
        ("5001", "sale", "SKU-A1", Decimal(-2), "3100200300400500601"),
        ("5001", "sale", "GIFT-01", Decimal(-1), "3100200300400500601"),
        ("6001", "return", "SKU-A1", Decimal(1), "3100200300400500601"),
        ("6002", "purchase", "SKU-A1", Decimal(50), None),
        ("7001", "count", "SKU-A1", Decimal(-1), None),
    ]
    path = tmp_path / "流水.csv"
    path.write_text(
        "日期,单据类型,单据编号,商品编码,入库数量,出库数量\n2026-01-05,调拨,9,A,,3\n2026-01-05,调拨,9,B,,\n", "utf-8"
    )
    got = read(path)
    assert (got.reading.status, got.codes) == ("refused", ["move.no_quantity"])
    got = read(path, accept_partial=True)
    assert got.rows("stock_move", "type, sku, qty") == [("transfer", "A", Decimal(-3))]


def test_the_ledger_is_proved_in_all_and_per_voucher(tmp_path: Path) -> None:
    got = specimen(tmp_path, "ledger.journal", "Kingdee")
    assert [(each.name, each.stated, each.ok) for each in got.reading.controls] == [
        ("借方 = 贷方", Decimal("1352.50"), True),
        ("合计 借方", Decimal("1352.50"), True),
        ("合计 贷方", Decimal("1352.50"), True),
    ]
    assert got.rows("ledger_line", "voucher_no, line_no, order_no")[:2] == [
        ("2026-01 记-1", "1", "3100200300400500601"),
        ("2026-01 记-1", "2", "3100200300400500601"),
    ]
    got = specimen(tmp_path, "ledger.journal", "Yonyou")
    assert [each.ok for each in got.reading.controls] == [True, True, True]
    assert got.rows("ledger_line", "voucher_no, line_no, text")[:3] == [
        ("2026-02 银-1", "1", "支付宝提现 ***"),
        ("2026-02 银-1", "2", "支付宝提现"),
        ("2026-02 转-1", "1", "结转"),
    ]


def test_vouchers_that_balance_only_together_are_told(tmp_path: Path) -> None:
    path = tmp_path / "序时账.csv"
    lines = (
        "日期,凭证字号,科目代码,摘要,借方,贷方",
        "2026-01-05,记-1,1001,甲,100.00,",
        "2026-01-05,记-1,6001,甲,,90.00",
        "2026-01-06,记-2,1001,乙,50.00,",
        "2026-01-06,记-2,6001,乙,,60.00",
        "2026-02-06,记-1,1001,丙,5.00,",
        "2026-02-06,记-1,6001,丙,,5.00",
    )
    path.write_text("\n".join(lines), encoding="utf-8")
    got = read(path)
    assert (got.reading.status, got.codes) == ("flagged", ["group.unbalanced"] * 2)
    assert [problem.row for problem in got.reading.problems] == [2, 4]
    assert "2026-01 记-1" in got.reading.problems[0].text
    path.write_text("\n".join([*lines, ",,1001,没有日期,1.00,"]), encoding="utf-8")
    got = read(path)
    assert (got.reading.status, got.codes[:2]) == ("refused", ["cell.empty", "cell.empty"])


@pytest.mark.parametrize("taken", [slice(None, None, -1), slice(2, None)])
def test_a_sorted_or_filtered_export_tells_the_same_lines(tmp_path: Path, taken: slice) -> None:
    """A line is told by its item, not by its place in the export."""
    header = "内部订单号,线上订单号,线上子订单编号,快递单号,订单类型,状态,店铺名称,商品编码,数量,成本价,总成本,下单时间"
    rows = [
        "1000,2690000000000000001,1,SF0,普通订单,已发货,店,B-1,1,5,5,2026-01-02 09:00:00",
        "1000,2690000000000000001,2,SF0,普通订单,已发货,店,A-1,1,5,5,2026-01-02 09:00:00",
        "1001,2690000000000000002,3,SF1,普通订单,已发货,店,A-1,1,5,5,2026-01-02 10:00:00",
        "1001,2690000000000000002,,SF1,普通订单,已发货,店,GIFT,1,,,2026-01-02 10:00:00",
        "1001,2690000000000000002,4,SF1,普通订单,已发货,店,A-1,2,5,10,2026-01-02 10:00:00",
    ]
    known = dict(orders(tmp_path, *rows, header=header).rows("erp_order", "record_key, qty"))
    again = dict(orders(tmp_path, *rows[taken], header=header).rows("erp_order", "record_key, qty"))
    assert len(known) == len(rows) and again.items() <= known.items()
