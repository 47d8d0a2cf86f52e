"""Column mappings of goods, parcels and books; headers in two rows; derived fields; a mapping found again by itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
import xlsxwriter

from huikuan.export.csv import write_rows
from huikuan.formats.mapping import Mapping, mapping_from_plain, mapping_to_plain
from huikuan.formats.mapping_derived import Derived
from huikuan.formats.mapping_guess import check_file, guess_mapping, preview_file
from huikuan.formats.read_file import read_file
from huikuan.insight.reports.tables import Column
from huikuan.records.errors import UserError
from tests.formats.support import CONTEXT

ACCOUNT = replace(CONTEXT, account="SF-1")


def written(folder: Path, text: str, name: str = "table.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def records(path: Path, mapping: Mapping, columns: str) -> list[tuple[Any, ...]]:
    con = duckdb.connect()
    named = replace(mapping, name=mapping.name or "mine")
    (reading,) = check_file(path, path.name, named, ACCOUNT, con)
    assert not [each.text for each in reading.problems if each.severity != "flag"]
    assert reading.accepted == reading.rows
    return con.execute(f"SELECT {columns} FROM {reading.tables[mapping.kind]} ORDER BY source_row").fetchall()


# Kind, a table nobody knows, fields of the records expected, worked out by hand.
GUESSED = (
    (
        "erp_order",
        "系统单号,平台订单号,订单状态,商家编码,数量,实付金额,下单时间,快递单号\n"
        "E1,P1,已发货,SKU-1,2,35.50,2026-01-05 10:00:00,SF1\nE1,P1,已发货,SKU-2,1,4.50,2026-01-05 10:00:00,SF1\n",
        "erp_order_no, order_no, line_no, status, sku, qty, amount, tracking_no, business_date::VARCHAR",
        [
            ("E1", "P1", "1", "shipped", "SKU-1", Decimal(2), Decimal("35.50"), "SF1", "2026-01-05"),
            ("E1", "P1", "2", "shipped", "SKU-2", Decimal(1), Decimal("4.50"), "SF1", "2026-01-05"),
        ],
    ),
    (
        "shipment_line",
        "运单号码,订单编号,快递公司,发货日期,重量(kg),省份\nSF1,P1,顺丰,2026/1/5,1.25,广东\nYT2,P2,圆通,2026/1/6,0.5,上海\n",
        "tracking_no, order_no, courier, status, weight, province, business_date::VARCHAR",
        [
            ("SF1", "P1", "顺丰", "sent", Decimal("1.25"), "广东", "2026-01-05"),
            ("YT2", "P2", "圆通", "sent", Decimal("0.5"), "上海", "2026-01-06"),
        ],
    ),
    (
        "return_line",
        "退货单号,订单号,商品编码,退货数量,退款金额,售后状态,申请时间,快递单号,寄回快递单号\n"
        "R1,P1,SKU-1,1,17.75,退款成功,2026-01-08 09:00:00,SF1,SF2\nR2,P2,SKU-2,1,4.50,待处理,2026-01-09 09:00:00,,\n",
        "return_no, order_no, sku, qty_claimed, refund_amount, status, courier, tracking_no",
        [
            ("R1", "P1", "SKU-1", Decimal(1), Decimal("17.75"), "refunded", None, "SF2"),
            ("R2", "P2", "SKU-2", Decimal(1), Decimal("4.50"), "requested", None, None),
        ],
    ),
    (
        "courier_charge",
        "寄件日期,运单号,计费重量,区域,费用类型,运费,合计费用\n2026-01-05,SF1,2,1区,运费,11.00,12.00\n"
        "2026-01-05,SF1,2,1区,燃油附加费,0.50,0.60\n2026-01-06,SF2,1,2区,退回运费,8.00,8.00\n合计,,,,,19.50,20.60\n",
        "tracking_no, charge, direction, amount, weight, zone, invoice_no",
        [
            ("SF1", "freight", "forward", Decimal("12.00"), Decimal(2), "1区", "2026-01-05"),
            ("SF1", "fuel", "forward", Decimal("0.60"), Decimal(2), "1区", "2026-01-05"),
            ("SF2", "freight", "return", Decimal("8.00"), Decimal(1), "2区", "2026-01-06"),
        ],
    ),
    (
        "product",
        "商品编码,商品名称,条形码,重量(kg),长(cm),宽(cm),高(cm),成本价\nSKU-1,杯子,690001,0.35,10,8,9,6.40\n",
        "sku, title, barcode, weight, length, width, height, cost",
        [("SKU-1", "杯子", "690001", Decimal("0.35"), Decimal(10), Decimal(8), Decimal(9), Decimal("6.40"))],
    ),
    (
        "stock_move",
        "出入库单号,出入库时间,出入库类型,商品编码,入库数量,出库数量,仓库\n"
        "M1,2026-01-05 08:00:00,采购入库,SKU-1,100,,主仓\nM2,2026-01-06 08:00:00,销售出库,SKU-1,,3,主仓\n",
        "move_no, type, sku, qty, warehouse, business_date::VARCHAR",
        [
            ("M1", "purchase", "SKU-1", Decimal(100), "主仓", "2026-01-05"),
            ("M2", "sale", "SKU-1", Decimal(-3), "主仓", "2026-01-06"),
        ],
    ),
    (
        "stock_count",
        "盘点日期,仓库名称,SKU,实盘数量,锁定数量\n2026-01-31,主仓,SKU-1,97,2\n",
        "warehouse, sku, qty, reserved, count_date::VARCHAR",
        [("主仓", "SKU-1", Decimal(97), Decimal(2), "2026-01-31")],
    ),
    (
        "ledger_line",
        "记账日期,凭证编号,摘要,科目代码,会计科目,借方,贷方\n2026-01-31,记-1,货款,1122,应收账款,40.00,\n"
        "2026-01-31,记-1,货款,6001,收入,,40.00\n",
        "voucher_no, line_no, account_code, debit, credit, text",
        [
            ("2026-01 记-1", "1", "1122", Decimal(40), Decimal(0), "货款"),
            ("2026-01 记-1", "2", "6001", Decimal(0), Decimal(40), "货款"),
        ],
    ),
    (
        "tracking_event",
        "运单号,扫描时间,物流轨迹,所在地\nSF1,2026-01-05 18:30:00,已揽收,杭州\nSF1,2026-01-07 10:05:00,已签收,广州\n",
        "tracking_no, event_time, code, place",
        [("SF1", "20260105183000", "collected", "杭州"), ("SF1", "20260107100500", "delivered", "广州")],
    ),
)


@pytest.mark.parametrize(("kind", "text", "columns", "expected"), GUESSED, ids=[each[0] for each in GUESSED])
def test_an_unknown_table_of_each_kind_is_guessed_and_read(
    kind: str, text: str, columns: str, expected: list[tuple[Any, ...]], tmp_path: Path
) -> None:
    path = written(tmp_path, text)
    (preview,) = preview_file(path, path.name)
    guess = guess_mapping(preview)
    assert guess.mapping.kind == kind
    assert not guess.missing
    assert records(path, guess.mapping, columns) == expected


def test_unbalanced_vouchers_are_told(tmp_path: Path) -> None:
    path = written(tmp_path, GUESSED[7][1].replace(",,40.00", ",,39.00"))
    mapping = replace(guess_mapping(preview_file(path, path.name)[0]).mapping, name="mine")
    (reading,) = check_file(path, path.name, mapping, CONTEXT, duckdb.connect())
    assert "group.unbalanced" in [each.code for each in reading.problems]


# ---------------------------------------------------------------- headers in two rows
TWO_LINES = (
    ("2026年1月订单",),
    ("订单号", "下单时间", "付款时间", "金额（分）", "", "订单状态"),
    ("", "", "", "实付金额", "运费", ""),
    ("A1", "2026-01-05 10:00:00", "2026-01-05 10:01:00", "1250", "0", "已发货"),
    ("A2", "2026-01-05 11:00:00", "2026-01-05 11:01:00", "399", "100", "已完成"),
    ("合计", "", "", "1649", "100", ""),
)


def two_line_file(folder: Path, kind: str, left: int = 0) -> Path:
    path = folder / f"orders.{kind}"
    rows = [(*[""] * left, *row) for row in TWO_LINES]
    if kind == "csv":
        path.write_text("".join(",".join(row) + "\n" for row in rows), encoding="gb18030")
        return path
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            for at, cell in enumerate(row):
                if cell:
                    sheet.write_string(number, at, cell)
    return path


@pytest.mark.parametrize(("kind", "left"), [("csv", 0), ("xlsx", 0), ("xlsx", 2)])
def test_a_header_in_two_rows_is_guessed_read_and_found_again(kind: str, left: int, tmp_path: Path) -> None:
    path = two_line_file(tmp_path, kind, left)
    guess = guess_mapping(preview_file(path, path.name)[0], name="two lines")
    mapping = guess.mapping
    assert (guess.header_row, mapping.header_lines, mapping.kind) == (3, 2, "order_line")
    assert mapping.columns["paid"] == "金额（分） 实付金额"
    assert mapping.columns["shipping_fee"] == "金额（分） 运费"
    assert mapping.unit == "fen"
    expected = [("A1", Decimal("12.50"), Decimal(0), "shipped"), ("A2", Decimal("3.99"), Decimal(1), "received")]
    assert records(path, mapping, "order_no, paid, shipping_fee, status") == expected
    # Kept as plain data, it is tried by itself on the next file with this header.
    again = mapping_from_plain(mapping_to_plain(mapping))
    (reading,) = read_file(path, path.name, replace(CONTEXT, mappings=(again,)), duckdb.connect())
    assert (reading.format, reading.accepted) == ("mapping.two lines", 2)


def test_a_title_above_is_no_line_of_the_header(tmp_path: Path) -> None:
    path = written(tmp_path, "对账单,,\n日期,金额,摘要\n2026-01-05,1.50,茶\n")
    guess = guess_mapping(preview_file(path, path.name)[0])
    assert (guess.header_row, guess.mapping.header_lines) == (2, 1)
    asked = guess_mapping(preview_file(path, path.name)[0], header_row=2, header_lines=2)
    assert asked.cells == ("对账单 日期", "对账单 金额", "对账单 摘要")


def test_the_head_of_an_own_list_is_no_line_of_the_table(tmp_path: Path) -> None:
    columns = [Column("no", "订单编号"), Column("day", "订单创建时间", "date"), Column("amount", "金额", "money")]
    write_rows(
        columns, [("A1", date(2026, 10, 1), Decimal("12.50"))], tmp_path / "list.csv", ["未达明细", '筛选: "a", b']
    )
    (table,) = preview_file(tmp_path / "list.csv", "list.csv")
    assert table.rows[1][1] == ("# 筛选: 'a'; b",)
    assert guess_mapping(table).header_row == 3


# ---------------------------------------------------------------- derived fields
DERIVED = "日期,门店,序号,商品,邮费,优惠,说明\n2026-01-05,杭州,7,10.00,2.50,1.25,订单 88123 已付\n2026-01-06,,,,,,无\n"
HEADER = ("日期", "门店", "序号", "商品", "邮费", "优惠", "说明")
BASE = Mapping("mine", "wallet_line", HEADER, {"moment": "日期", "text": "说明"})


def test_fields_are_put_together_by_formulas(tmp_path: Path) -> None:
    derived = {
        "amount": Derived("{商品} + {邮费} - {优惠}"),
        "flow_no": Derived("{门店}-{序号}"),
        "order_no": Derived("{说明}", "订单 ?([0-9]+)"),
        "item": Derived("门店收款"),
    }
    path = written(tmp_path, DERIVED.rsplit("2026-01-06", 1)[0])
    mapping = mapping_from_plain(mapping_to_plain(replace(BASE, derived=derived)))
    columns = "flow_no, order_no, item, amount"
    assert records(path, mapping, columns) == [("杭州-7", "88123", "门店收款", Decimal("11.25"))]


def test_amounts_of_a_formula_are_exact_and_in_the_unit(tmp_path: Path) -> None:
    path = written(tmp_path, "日期,甲,乙\n2026-01-05,10,20\n2026-01-05,0.1,0.2\n")
    base = Mapping(
        "mine", "bank_line", ("日期", "甲", "乙"), {"moment": "日期"}, derived={"amount": Derived("{甲}+{乙}")}
    )
    assert records(path, base, "amount") == [(Decimal(30),), (Decimal("0.3"),)]
    fen = replace(base, unit="fen")
    whole = written(tmp_path, "日期,甲,乙\n2026-01-05,10,20\n", "fen.csv")
    assert records(whole, fen, "amount") == [(Decimal("0.30"),)]


@pytest.mark.parametrize(
    ("name", "derived", "code"),
    [
        ("amount", Derived("{商品} * 2"), "mapping.formula"),
        ("amount", Derived("{商品} {邮费}"), "mapping.formula"),
        ("amount", Derived(""), "mapping.formula"),
        ("order_no", Derived("{说明}", "(["), "mapping.pattern"),
        ("order_no", Derived("{没有}"), "mapping.header_missing"),
        ("moment", Derived("{日期}"), "mapping.not_derived"),
        ("nothing", Derived("x"), "mapping.field_unknown"),
    ],
)
def test_a_formula_that_cannot_be_used_is_refused(name: str, derived: Derived, code: str) -> None:
    with pytest.raises(UserError) as raised:
        mapping_from_plain(mapping_to_plain(replace(BASE, derived={"amount": Derived("{商品}"), name: derived})))
    assert raised.value.code == code


def test_a_cell_that_a_formula_cannot_read_is_a_reject(tmp_path: Path) -> None:
    path = written(tmp_path, "日期,甲,乙\n2026-01-05,10,x\n")
    mapping = Mapping(
        "mine", "bank_line", ("日期", "甲", "乙"), {"moment": "日期"}, derived={"amount": Derived("{甲}+{乙}")}
    )
    (reading,) = check_file(path, path.name, mapping, ACCOUNT, duckdb.connect())
    assert [(each.row, each.column) for each in reading.problems if each.row] == [(2, "乙")]


def test_an_unknown_time_zone_is_refused() -> None:
    with pytest.raises(UserError) as raised:
        mapping_from_plain(mapping_to_plain(replace(BASE, columns={**BASE.columns, "amount": "商品"}, timezone="Mars")))
    assert raised.value.code == "mapping.value_unknown"
