"""Alipay's fund ledger in its documented layouts: order numbers, classes, payouts, balance, totals, damage, privacy."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from tests.formats.support import Row, ledger, read

ORDER = "3100982053977276192"
ROWS = (
    Row("2026010100000001", "100.00", order=f"T200P{ORDER}"),
    Row("2026010100000002", "-5.00", "其它", remark=f"天猫佣金（类目）{{{ORDER}}}扣款"),
    Row("2026010100000003", "-20.00", "交易退款", remark=f"售后退款-订单号：{ORDER}"),
    Row("2026010100000004", "-500.00", "提现", remark="提现到银行卡"),
    Row("2026010100000005", "500.00", "其它", remark="提现退票"),
    Row("2026010100000006", "-3.00", "其它", remark="从未见过的项目"),
)


def test_wallet_and_settlement_lines(tmp_path: Path) -> None:
    got = read(ledger(tmp_path, ROWS))
    reading = got.reading
    assert (reading.format, reading.status, reading.account) == ("alipay.ledger", "imported", "20880211096256330156")
    assert reading.totals == {
        "wallet_line.in": Decimal(600),
        "wallet_line.out": Decimal(528),
        "settlement_line.in": Decimal(100),
        "settlement_line.out": Decimal(28),
    }
    assert got.rows("wallet_line", "source_row, amount, balance, movement, payout_id, order_no") == [
        (6, 100, 1100, None, None, ORDER),
        (7, -5, 1095, None, None, ORDER),
        (8, -20, 1075, None, None, ORDER),
        (9, -500, 575, "payout", "2026010100000004", None),
        (10, 500, 1075, "payout_returned", None, None),
        (11, -3, 1072, None, None, None),
    ]
    assert got.rows("settlement_line", "type, order_no, key_state, amount") == [
        ("sale", ORDER, "ok", 100),
        ("commission", ORDER, "ok", -5),
        ("refund", ORDER, "ok", -20),
        ("unclassified", None, "none", -3),
    ]
    assert len(reading.controls) == 5
    assert all(control.ok for control in reading.controls)


@pytest.mark.parametrize(
    ("row", "order"),
    [
        (
            Row("1", "1", base="1234567890123", order=f"T200P{ORDER}", described="0010001|交易收款-交易收款"),
            "1234567890123",
        ),
        (Row("1", "1", base="FP123", order=f"T200P{ORDER}", described="0010001|交易收款-交易收款"), ORDER),
        (
            Row("1", "-1", base="LW20260101", remark="订单编号:12345678901", described="0030003|软件服务费-天猫佣金"),
            "12345678901",
        ),
        (Row("1", "-1", remark="tradeid:12345678901 扣款", described="0060011|营销支出-淘宝客佣金"), "12345678901"),
        (Row("1", "-1", remark="运费险（12345678901）", described="0050005|保险支出-卖家版运费险"), "12345678901"),
        (Row("1", "1", order="`T200P12345678901", described="0010001|交易收款-交易收款"), "12345678901"),
        (Row("1", "1", order="S20210128170702357723", described="0010001|交易收款-交易收款"), "S20210128170702357723"),
    ],
)
def test_order_number_is_looked_for_in_this_order(tmp_path: Path, row: Row, order: str) -> None:
    got = read(ledger(tmp_path, [row], new_layout=True))
    assert got.rows("settlement_line", "order_no, key_state") == [(order, "ok")]


@pytest.mark.parametrize(
    ("described", "expected"),
    [
        ("0030003|软件服务费-天猫佣金", "commission"),
        ("0030038|软件服务费-支付宝服务费", "payment_fee"),
        ("003003800001|软件服务费-支付宝服务费-花呗分期", "installment_fee"),
        ("0060011|营销支出-淘宝客佣金", "affiliate_commission"),
        ("0050005|保险支出-卖家版运费险", "freight_insurance"),
        ("0070002|其他支出-交易赔付（保证金扣款）", "compensation"),
        ("0110001|公益性捐赠支出-公益宝贝", "marketing"),
        ("0020001|交易退款-余额退款", "refund"),
        ("某新项目", "unclassified"),
    ],
)
def test_bill_items(tmp_path: Path, described: str, expected: str) -> None:
    got = read(ledger(tmp_path, [Row("1", "-1.00", base=ORDER, described=described)], new_layout=True))
    assert got.rows("settlement_line", "type, item") == [(expected, described)]


@pytest.mark.parametrize("remark", ["", "交易分账", "服财务费"])
def test_misspelt_and_short_wording(tmp_path: Path, remark: str) -> None:
    row = Row("1", "-1.00", remark or "分账", order=f"T200P{ORDER}", remark=remark)
    [(kind,)] = read(ledger(tmp_path, [row])).rows("settlement_line", "type")
    assert kind != "unclassified"


def test_newest_first_and_unsigned_outgo_read_the_same(tmp_path: Path) -> None:
    one = read(ledger(tmp_path, ROWS))
    other = read(ledger(tmp_path, ROWS, newest_first=True, positive_out=True))
    assert other.reading.status == "imported"
    assert other.reading.totals == one.reading.totals
    by_seq = "SELECT flow_no, amount, balance FROM {} ORDER BY seq"
    expected = one.con.execute(by_seq.format(one.reading.tables["wallet_line"])).fetchall()
    assert other.con.execute(by_seq.format(other.reading.tables["wallet_line"])).fetchall() == expected
    keys = "SELECT record_key FROM {} ORDER BY 1"
    assert (
        one.con.execute(keys.format(one.reading.tables["settlement_line"])).fetchall()
        == other.con.execute(keys.format(other.reading.tables["settlement_line"])).fetchall()
    )


def test_balance_break_names_the_line(tmp_path: Path) -> None:
    rows = [*ROWS[:2], Row("9", "-1.00", "交易退款", order=f"T200P{ORDER}", balance="1.00"), *ROWS[3:]]
    got = read(ledger(tmp_path, rows))
    assert got.reading.status == "flagged"
    breaks = [problem.row for problem in got.reading.problems if problem.code == "balance_break"]
    assert breaks == [8, 9]


def test_footer_that_disagrees_is_flagged_and_unreadable_one_refused(tmp_path: Path) -> None:
    wrong = read(ledger(tmp_path, ROWS, footer="#支出合计：4笔，共-999.00元\r\n#收入合计：2笔，共600.00元\r\n"))
    assert (wrong.reading.status, wrong.codes) == ("flagged", ["control.mismatch"])
    damaged = read(ledger(tmp_path, ROWS, footer="#支出合计：a4笔，共-528.00元\r\n"))
    assert (damaged.reading.status, damaged.codes) == ("refused", ["control.unreadable"])
    assert damaged.reading.problems[0].row == 13


@pytest.mark.parametrize("order", ["2.02606E+27", "T200P31009X2053977276192"])
def test_damaged_reference_keeps_the_money(tmp_path: Path, order: str) -> None:
    got = read(ledger(tmp_path, [Row("1", "10.00", order=order)]))
    assert (got.reading.status, got.codes) == ("imported", ["key_damaged"])
    assert got.reading.problems[0].row == 6
    assert got.rows("settlement_line", "order_no, key_state, amount") == [(None, "damaged", 10)]


def test_sale_without_order_is_key_missing(tmp_path: Path) -> None:
    got = read(ledger(tmp_path, [Row("1", "10.00")]))
    assert got.rows("settlement_line", "order_no, key_state") == [(None, "missing")]


def test_damaged_flow_number_rejects_the_row(tmp_path: Path) -> None:
    path = ledger(tmp_path, [ROWS[0], Row("2.02606E+27", "1.00")])
    refused = read(path)
    assert (refused.reading.status, refused.reading.tables) == ("refused", {})
    assert (refused.reading.problems[0].code, refused.reading.problems[0].row) == ("identifier.damaged", 7)
    assert (refused.reading.accepted, refused.reading.rejected) == (1, 1)
    partial = read(path, accept_partial=True)
    assert (partial.reading.status, partial.reading.accepted) == ("flagged", 1)
    assert len(partial.rows("wallet_line", "record_key")) == 1


def test_identical_flow_numbers_stay_two_movements(tmp_path: Path) -> None:
    got = read(ledger(tmp_path, [ROWS[0], ROWS[0]]))
    assert got.rows("wallet_line", "n") == [(0,), (1,)]
    assert [key[-1] for (key,) in got.rows("settlement_line", "record_key")] == ["0", "1"]


def test_no_personal_data_leaves(tmp_path: Path) -> None:
    rows = [
        Row(
            "1",
            "10.00",
            order=f"T200P{ORDER}",
            party="王小明13812345678",
            remark="联系13812345678；+86 139-1234-5678。",
        ),
        Row("2", "-1.00", "其它", remark=f"天猫佣金{{{ORDER}}}", party="王小明13812345678"),
    ]
    got = read(ledger(tmp_path, rows))
    everything = str([got.con.execute(f"SELECT * FROM {table}").fetchall() for table in got.reading.tables.values()])
    assert "13812345678" not in everything
    assert "1234-5678" not in everything
    assert "小明" not in everything
    assert ORDER in got.rows("wallet_line", "text")[1][0]
    hashes = got.rows("wallet_line", "counterparty_hash, counterparty_mask")
    assert hashes[0] == hashes[1]
    other = read(ledger(tmp_path, rows), hash_key=b"another")
    assert other.rows("wallet_line", "counterparty_hash")[0] != hashes[0][:1]


def test_account_given_wins_over_the_file(tmp_path: Path) -> None:
    reading = read(ledger(tmp_path, ROWS), account="main").reading
    assert (reading.account, reading.stated_account) == ("main", "20880211096256330156")


FUND_FLOW = (
    "序号,入账时间,支付宝交易号,支付宝流水号,商户订单号,账务类型,收入（+元）,支出（-元）,账户余额（元）,服务费（元）,对方账户,"
    "对方名称,备注,业务基础订单号,业务描述"
)


def _fund_flow(folder: Path, *rows: str) -> Path:
    path = folder / "资金流水.csv"
    before = "#账号：shop***@163.com[2088000000000000]"
    path.write_bytes("\r\n".join([before, FUND_FLOW, *rows, ""]).encode("gb18030"))
    return path


def test_the_fund_flow_of_the_web_page(tmp_path: Path) -> None:
    rows = (
        f"1,2026-06-01 10:00:00,T1\t,S1\t,T200P{ORDER}\t,在线支付,50.00, ,150.00,0.30,b***@x,某甲, , , ",
        f"2,2026-06-01 10:00:00,T1\t,S2\t,T200P{ORDER}\t,收费, ,0.30,149.70, ,b***@x,某甲, ,{ORDER},0030038|支付服务费",
        "3,2026-06-02 10:00:00,T2\t,S3\t, ,理财申购, ,-100.00,49.70, , , , , , ",
    )
    got = read(_fund_flow(tmp_path, *rows))
    assert (got.reading.format, got.reading.status, got.reading.account) == (
        "alipay.ledger",
        "imported",
        "2088000000000000",
    )
    assert got.rows("wallet_line", "flow_no, trade_no, amount, movement") == [
        ("S1", "T1", 50, None),
        ("S2", "T1", Decimal("-0.30"), None),
        ("S3", "T2", -100, "transfer"),
    ]
    assert got.rows("settlement_line", "order_no, type, amount") == [
        (ORDER, "sale", 50),
        (ORDER, "payment_fee", Decimal("-0.30")),
    ]
    assert "某甲" not in str(got.rows("wallet_line", "*"))
    missing = read(_fund_flow(tmp_path, rows[0], rows[2]))
    assert missing.codes == ["balance_break"]


def test_a_movement_is_one_in_both_layouts(tmp_path: Path) -> None:
    row = f"1,2026-01-05 10:00:00,T1\t,S1\t,T200P{ORDER}\t,交易付款,50.00, ,1050.00, , , , , , "
    web = read(_fund_flow(tmp_path, row), account="A").rows("wallet_line", "record_key")
    api = read(ledger(tmp_path, [Row("S1", "50.00", order=f"T200P{ORDER}")]), account="A")
    assert api.rows("wallet_line", "record_key") == web


def test_columns_that_a_user_left_out(tmp_path: Path) -> None:
    """Without 业务类型 and 业务描述 the remark tells what a movement is; lines that Excel saved again end in commas."""
    lines = (
        "#支付宝账务明细查询,,,,,,,",
        "#账号：[20880211096256330156],,,,,,,",
        "账务流水号,商户订单号,业务流水号,收入金额（+元）,支出金额（-元）,账户余额（元）,发生时间,备注",
        f"1\t,T200P{ORDER}\t,9\t,10.00,,110.00,2026-08-02 14:49:39,",
        f"2\t,T200P{ORDER}\t,9\t,,-1.00,109.00,2026-08-02 14:49:40,服务费",
        "#-----账务明细列表结束-----,,,,,,,",
        "#支出合计：1笔，共-1.00元,,,,,,,",
        "#收入合计：1笔，共10.00元,,,,,,,",
    )
    path = tmp_path / "账务明细.csv"
    path.write_bytes("\r\n".join([*lines, ""]).encode("gb18030"))
    got = read(path)
    assert (got.reading.status, [control.ok for control in got.reading.controls]) == ("imported", [True] * 5)
    assert got.rows("settlement_line", "type, amount") == [("unclassified", 10), ("service_fee", -1)]
