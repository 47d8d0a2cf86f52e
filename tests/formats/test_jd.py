"""JD: what each layout gives beyond its totals, other headers of the same documents, and what is refused."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from huikuan.demo.specimens import SPECIMENS, Specimen
from huikuan.demo.specimens.writing import csv_bytes, names, xlsx_bytes
from huikuan.formats.read_file import read_file
from tests.formats.support import CONTEXT, Read, read

BILL = names(
    "订单编号,订单状态,商品编号,费用名称,应结金额,币种,收支方向,结算状态,账单生成时间,到账时间,商户订单号,资金动账备注"
)
BATCH = "202607090000011332601610021"


def bill(order: str, fee: str, amount: str, side: str, state: str = "已结算", **other: str) -> list[str]:
    return [
        order, "完成", "10170858471951", fee, amount, other.get("coin", "CNY"), side, state, "20260708",
        other.get("arrived", "2026-07-09 12:08:53"), other.get("batch", BATCH), other.get("remark", "--"),
    ]  # fmt: skip


def got(folder: Path, rows: Sequence[Sequence[Any]], name: str = "bill.csv", **context: Any) -> Read:
    path = folder / name
    path.write_bytes(xlsx_bytes({"Sheet1": rows}) if name.endswith("xlsx") else csv_bytes(rows, "gb18030"))
    return read(path, **{"account": "JD wallet", **context})


def specimen(format_id: str, layout: str = "") -> Specimen:
    return next(each for each in SPECIMENS if each.format == format_id and each.layout == layout)


def written(folder: Path, each: Specimen) -> Read:
    path = folder / each.file
    path.write_bytes(each.content)
    return read(path, account=each.account, shop=each.shop)


def test_money_paid_out_of_the_goods_is_a_refund(tmp_path: Path) -> None:
    rows = [
        bill("1", "货款", "36.80", "收入"),
        bill("1", "货款", "-13.80", "支出"),
        bill("1", "代收配送费", "-6", "支出"),
    ]
    rows += [
        bill("1", "佣金", "-1.84", "支出"),
        bill("1", "佣金", "0.69", "收入"),
        bill("1", "没见过的费", "-0.10", "支出"),
    ]
    assert got(tmp_path, [BILL, *rows]).rows("settlement_line", "item, type, amount") == [
        ("货款", "sale", Decimal("36.80")),
        ("货款", "refund", Decimal("-13.80")),
        ("代收配送费", "refund", Decimal("-6.00")),
        ("佣金", "commission", Decimal("-1.84")),
        ("佣金", "commission", Decimal("0.69")),
        ("没见过的费", "unclassified", Decimal("-0.10")),
    ]


@pytest.mark.parametrize("state", ["待结算", "未结算", "不结算", "结算中"])
def test_only_what_is_settled_counts(tmp_path: Path, state: str) -> None:
    open_row = bill("2", "货款", "--", "收入", state, arrived="--", batch="--")
    found = got(tmp_path, [BILL, bill("1", "货款", "1.00", "收入"), open_row])
    assert (found.reading.status, found.reading.accepted, found.reading.ignored) == ("imported", 1, 1)


def test_a_settled_row_without_a_date_is_refused(tmp_path: Path) -> None:
    row = bill("1", "货款", "1.00", "收入", arrived="")
    row[8] = ""
    found = got(tmp_path, [BILL, row])
    assert (found.reading.status, found.codes) == ("refused", ["cell.empty"])
    assert found.reading.problems[0].column == "到账时间"


def test_an_expense_written_positive_is_paid_out_and_told(tmp_path: Path) -> None:
    found = got(tmp_path, [BILL, bill("1", "佣金", "1.84", "支出")])
    assert found.rows("settlement_line", "amount") == [(Decimal("-1.84"),)]
    assert (found.reading.status, found.codes) == ("flagged", ["sign.contradicts"])


def test_the_batch_is_the_number_else_the_day_of_the_remark(tmp_path: Path) -> None:
    rows = [
        bill("1", "货款", "1.00", "收入"),
        bill("2", "货款", "1.00", "收入", batch="--", remark="2026年7月9日商家结算款"),
        bill("3", "货款", "1.00", "收入", batch="--"),
    ]
    assert got(tmp_path, [BILL, *rows]).rows("settlement_line", "batch") == [(BATCH,), ("20260709",), (None,)]


@pytest.mark.parametrize(("order", "batch"), [("3.55350E+15", BATCH), ("3553498017440001", "2.02607E+26")])
def test_a_number_that_excel_cut_is_refused(tmp_path: Path, order: str, batch: str) -> None:
    found = got(tmp_path, [BILL, bill(order, "货款", "1.00", "收入", batch=batch)])
    assert (found.reading.status, found.codes) == ("refused", ["identifier.damaged"])


def test_a_fee_may_be_of_no_order(tmp_path: Path) -> None:
    found = got(tmp_path, [BILL, bill("--", "综合违约金", "-1.00", "支出"), bill("--", "佣金", "-2.00", "支出")])
    assert found.rows("settlement_line", "order_no, key_state") == [(None, "none"), (None, "missing")]


def test_currencies_are_words_or_codes(tmp_path: Path) -> None:
    rows = [bill("1", "货款", "1.00", "收入", coin=coin) for coin in ("CNY", "人民币", "--", "USD")]
    assert got(tmp_path, [BILL, *rows]).rows("settlement_line", "currency") == [("CNY",), ("CNY",), ("CNY",), ("USD",)]
    found = got(tmp_path, [BILL, bill("1", "货款", "1.00", "收入", coin="贝壳")])
    assert found.codes == ["choice.unknown"]


def test_other_headers_order_and_excel(tmp_path: Path) -> None:
    header = [*(" 应结金额 " if name == "应结金额" else name for name in BILL), "新列"]
    rows = [[*bill(order, "货款", "5.50", "收入"), "x"] for order in ("1", "2")]
    turned = [["名称：说明"], *(row[::-1] for row in [header, *rows])]
    found = got(tmp_path, turned, "bill.xlsx")
    assert (found.reading.status, found.reading.totals["settlement_line.in"]) == ("imported", Decimal("11.00"))
    assert found.rows("settlement_line", "source_row") == [(3,), (4,)]


def test_the_same_line_is_one_record_in_all_layouts(tmp_path: Path) -> None:
    layouts = [specimen("jd.settlement", each) for each in ("账单明细", "费用明细", "day bill")]
    keys = [{row[0] for row in written(tmp_path, each).rows("settlement_line", "record_key")} for each in layouts]
    line = "settlement_line:JD wallet/3553498017440001|10170858471951|货款|36.80000|202609200000011332601610021//0"
    assert all(line in each for each in keys)


def test_identical_lines_stay_two(tmp_path: Path) -> None:
    found = written(tmp_path, specimen("jd.settlement", "费用明细"))
    counted = [row[0] for row in found.rows("settlement_line", "n") if row]
    assert counted == [0, 0, 0, 0, 1, 0]


def test_the_summary_sheet_is_a_control_and_not_counted(tmp_path: Path) -> None:
    each = specimen("jd.settlement", "交易汇总 + 费用明细")
    path = tmp_path / each.file
    path.write_bytes(each.content)
    found = read(path)
    assert found.reading.account == "189000000001"
    assert [(c.name, c.stated, c.ok) for c in found.reading.controls] == [
        ("交易汇总 结算金额合计", Decimal("31.11"), True)
    ]


def test_a_summary_that_disagrees_flags_the_bill(tmp_path: Path) -> None:
    summary = ["订单编号", "商品编号", "结算时间", "结算金额合计", "收入金额合计", "支出金额合计"]
    detail = ["订单编号", "商品编号", "结算时间", "费用名称", "费用分类", "金额", "商户订单号"]
    time = "2026-09-20 12:41:09"
    book = {
        "交易汇总": [
            summary,
            ["1", "9", time, 3.84, 3.84, 0],
            ["2", "9", time, 1.00, 1.00, 0],
            ["3", "9", "", 7, 7, 0],
        ],
        "费用明细": [detail, ["1", "9", time, "货款", "收入", 3.84, BATCH]],
        "说明": [["请勿修改", "谢谢"], ["a", "b"]],
    }
    path = tmp_path / "bill.xlsx"
    path.write_bytes(xlsx_bytes(book))
    found = read(path, account="JD wallet")
    assert (found.reading.status, found.codes) == ("flagged", ["control.mismatch", "sheet.skipped"])
    assert [(c.stated, c.computed) for c in found.reading.controls] == [(Decimal("4.84"), Decimal("3.84"))]
    assert found.reading.totals["settlement_line.in"] == Decimal("3.84")


def test_the_summary_alone_is_refused_by_name(tmp_path: Path) -> None:
    header = ["订单编号", "商品编号", "结算时间", "结算金额合计", "收入金额合计", "支出金额合计", "商户订单号"]
    path = tmp_path / "summary.xlsx"
    path.write_bytes(xlsx_bytes({"交易汇总": [header, ["1", "9", "2026-09-20 12:41:09", 1, 1, 0, BATCH]]}))
    [reading] = read_file(path, path.name, CONTEXT, duckdb.connect())
    assert (reading.status, reading.format) == ("refused", "")


def test_wallet_lines_chain_and_name_orders(tmp_path: Path) -> None:
    found = written(tmp_path, specimen("jd.wallet"))
    assert found.rows("wallet_line", "movement, order_no, payout_id") == [
        (None, None, None),
        (None, None, None),
        ("payout", None, "W202609210001"),
        (None, "3553498017440002", None),
        ("payout_returned", None, None),
    ]
    assert [c.ok for c in found.reading.controls] == [True]


def test_amounts_of_an_order_are_allocated_to_its_lines(tmp_path: Path) -> None:
    found = written(tmp_path, specimen("jd.orders"))
    assert found.rows("order_line", "order_no, line_no, status, paid, platform_borne, refunded")[:3] == [
        ("3553498017440001", "1", "received", Decimal("34.80"), Decimal("2.00"), None),
        ("3553498017440002", "1", "shipped", Decimal("360.00"), Decimal("20.00"), None),
        ("3553498017440002", "2", "shipped", Decimal("540.00"), Decimal("30.00"), None),
    ]
    assert [row[0] for row in found.rows("order_line", "status")[3:]] == ["unpaid", "refunded", "cancelled"]


ORDERS = names("订单号,商品ID,订购数量,下单时间,京东价,订单金额,商家应收,应付金额,订单状态,付款确认时间")


def order(number: str, item: str, amounts: str, time: str = "2026-09-06 15:43:37") -> list[str]:
    """`amounts`: 订购数量, 京东价, 订单金额, 商家应收, 应付金额."""
    qty, *money = amounts.split()
    return [number, item, qty, time, *money, "完成", time]


def test_amounts_of_the_lines_themselves_stay(tmp_path: Path) -> None:
    differing = [order("1", "a", "1 30 30 28 27"), order("1", "b", "1 20 20 19 18"), order("2", "a", "1 30 30 28 27")]
    found = got(tmp_path, [ORDERS, *differing])
    assert [row[0] for row in found.rows("order_line", "paid + platform_borne")] == [28, 19, 28]
    # Equal on both rows, and yet the lines' own: the order's amount is just the line's price.
    equal = [order("1", "a", "1 30 30 28 27"), order("1", "b", "1 30 30 28 27")]
    found = got(tmp_path, [ORDERS, *equal])
    assert [row[0] for row in found.rows("order_line", "paid + platform_borne")] == [28, 28]


def test_an_order_without_a_time_is_refused(tmp_path: Path) -> None:
    found = got(tmp_path, [ORDERS, order("1", "a", "1 30 30 28 27", time="")])
    assert (found.reading.status, found.codes) == ("refused", ["cell.empty"])


def test_waybills_and_returns(tmp_path: Path) -> None:
    sent = written(tmp_path, specimen("jd.logistics"))
    assert sent.rows("shipment_line", "tracking_no, order_no, status, weight") == [
        ("JDVB65415110347", "3553498017440001", "sent", Decimal(1)),
        ("JDVB65415110348", "3553498017440002", "sent", Decimal("2.35")),
        ("JDVB65415110349", "3553498017440003", "cancelled", Decimal(1)),
    ]
    back = written(tmp_path, specimen("jd.returns"))
    assert back.rows("return_line", "return_no, order_no, status, qty_claimed, qty_received") == [
        ("ESR0000000885", "3553498017440002", "received", Decimal(2), Decimal(1)),
        ("ESR0000000886", "3553498017440001", "in_transit", Decimal(2), None),
        ("ESR0000000887", "3553498017440003", "closed", Decimal(2), None),
    ]


def test_what_the_shop_owes_is_paid_out(tmp_path: Path) -> None:
    """The wallet's day bill may tell the direction in 商家应收/应付 alone."""
    header = names(
        "订单编号,单据编号,单据类型,商品编号,商户订单号,结算状态,费用结算时间,费用项,金额,币种,商家应收/应付,钱包结算备注"
    )
    row = ["1", "2", "结算单", "100", "200", "已结算", "2026-01-02 10:00:00"]
    found = got(tmp_path, [header, [*row, "货款", "100", "CNY", "应收", "r"], [*row, "佣金", "5", "CNY", "应付", "r"]])
    assert found.rows("settlement_line", "type, amount") == [("sale", 100), ("commission", -5)]
    assert found.codes == ["sign.contradicts"]
