"""The real files, to the cent. The figures were computed independently and are written here by hand."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest

from tests.formats.support import read, sample

INVALID = {
    "fundflow_bad_row": 3,
    "fundflow_bad_summary": 5,
    "tradebill_all_bad_row_amount": 4,
    "tradebill_all_bad_summary_amount": 6,
    "tradebill_all_bad_summary_count": 6,
    "tradebill_refund_bad_row_amount": 3,
    "tradebill_success_bad_row": 2,
}


def test_alipay_trades() -> None:
    got = read(sample("alipay/merchant_bill/yewu_mingxi_20190916.transcribed.csv"))
    reading = got.reading
    assert (reading.format, reading.status, reading.account) == ("alipay.trades", "imported", "20880211096256330156")
    assert (reading.rows, reading.accepted, reading.rejected, reading.ignored) == (10, 10, 0, 0)
    assert reading.totals == {"settlement_line.in": Decimal("0.06"), "settlement_line.out": Decimal("0.04")}
    assert (reading.period_from, reading.period_to, reading.period_stated) == (
        date(2019, 9, 16),
        date(2019, 9, 16),
        True,
    )
    assert reading.exported_at == datetime(2019, 9, 16, 21, 46, 49)
    assert [control.ok for control in reading.controls] == [True] * 5
    rows = got.rows("settlement_line", "record_key, source_row, type, order_no, occurred_at, business_date, amount")
    assert rows[1] == (
        "settlement_line:20880211096256330156/2019091622001458860515315453/refund re_test_1568602607356/0",
        7,
        "refund",
        "service_1568601259302",
        datetime(2019, 9, 16, 2, 56, 48),
        date(2019, 9, 16),
        Decimal("-0.01"),
    )
    assert len({row[0] for row in rows}) == 10


@pytest.mark.parametrize(
    ("name", "rows", "money_in", "money_out"),
    [("all", 3, "0.03", "0"), ("success", 1, "0.01", "0"), ("refund", 2, "0", "0.02")],
)
def test_wechat_trades(name: str, rows: int, money_in: str, money_out: str) -> None:
    reading = read(sample(f"wechatpay/merchant_bill/tradebill_{name}.csv")).reading
    assert (reading.format, reading.status, reading.account) == ("wechatpay.trades", "imported", "1601959334")
    assert (reading.rows, reading.accepted) == (rows, rows)
    assert reading.totals == {"settlement_line.in": Decimal(money_in), "settlement_line.out": Decimal(money_out)}
    assert len(reading.controls) == 7
    assert all(control.ok for control in reading.controls)


def test_wechat_refund_is_dated_when_it_succeeded() -> None:
    got = read(sample("wechatpay/merchant_bill/tradebill_refund.csv"))
    assert got.rows("settlement_line", "flow_no, occurred_at, order_no")[0] == (
        "50300807172021020106006664916",
        datetime(2021, 2, 1, 6, 33, 24),
        "S20210124161554311546",
    )


@pytest.mark.parametrize("name", ["fundflowbill_basic.csv", "fundflowbill_basic.csv.gz"])
def test_wechat_funds_footer_disagrees(name: str) -> None:
    got = read(sample(f"wechatpay/merchant_bill/{name}"))
    reading = got.reading
    assert (reading.format, reading.status, reading.rows) == ("wechatpay.funds", "flagged", 2)
    assert reading.totals == {"wallet_line.in": Decimal(0), "wallet_line.out": Decimal("0.02")}
    assert [(each.name, each.stated, each.computed) for each in reading.controls if not each.ok] == [
        ("资金流水总笔数", 3, 2),
        ("收入笔数", 1, 0),
        ("收入金额", Decimal("0.01"), 0),
    ]
    assert got.codes == ["control.mismatch"] * 3
    assert got.rows("wallet_line", "record_key, balance")[0] == (
        "wallet_line:1601959334/4200000920202101197964319284/50300806962021020105978994968|退款|支出/0",
        Decimal("0.22"),
    )


@pytest.mark.parametrize(("name", "line"), INVALID.items())
def test_corrupted_wechat_bills_are_refused_with_the_line(name: str, line: int) -> None:
    got = read(sample(f"wechatpay/merchant_bill/invalid/{name}.csv"))
    assert got.reading.status == "refused"
    assert got.reading.tables == {}
    assert line in {problem.row for problem in got.reading.problems}
    assert str(line) in got.reading.problems[0].text


def test_tmall_orders_to_the_cent() -> None:
    got = read(sample("tmall/order_report/tmall_order_report.csv"))
    assert (got.reading.format, got.reading.status, got.reading.rows) == ("tmall.orders", "imported", 28010)
    assert got.reading.totals == {"order_line.paid": Decimal("1902487.15") + Decimal("572335.92")}
    table = got.reading.tables["order_line"]
    found = got.con.execute(
        f"SELECT sum(list_amount), sum(paid - refunded), sum(refunded), count(*) FILTER (paid_at IS NOT NULL), "
        f"count(*) FILTER (status = 'unpaid'), count(*) FILTER (refunded > 0), count(*) FILTER (status = 'refunded'), "
        f"count(DISTINCT record_key), max(list_amount) FROM {table}"
    ).fetchone()
    assert found == (
        Decimal("2995760.61"), Decimal("1902487.15"), Decimal("572335.92"), 24087, 3923, 5646, 5132,
        28010, Decimal(188320),
    )  # fmt: skip
    paid = got.con.execute(f"SELECT count(*) FROM {table} WHERE status = 'unpaid' AND paid <> 0").fetchone()
    assert paid == (0,)


AMAZON = {
    "50011020300": ("-321.69", 4),
    "50018020314": ("-62.31", 16),
    "50034020328": ("1016.08", 190),
    "50041020342": ("2539.66", 490),
    "50044020356": ("4630.23", 730),
}


@pytest.mark.parametrize(("name", "expected"), AMAZON.items())
def test_amazon_settlement_adds_up(name: str, expected: tuple[str, int]) -> None:
    total, rows = Decimal(expected[0]), expected[1]
    got = read(sample(f"amazon/settlement_v2/{name}.txt"), account="amazon.ca")
    assert (got.reading.format, got.reading.status, got.reading.currency) == ("amazon.settlement", "imported", "CAD")
    assert got.reading.rows == rows
    assert [(each.stated, each.computed) for each in got.reading.controls] == [(total, total)]
    table = got.reading.tables["settlement_line"]
    closing = got.con.execute(f"SELECT type, component, amount FROM {table} WHERE item = 'total-amount'").fetchall()
    kind = ("payout", "deposit") if total > 0 else ("transfer", "carried_forward")
    assert closing == [(*kind, -total)]
    lines = got.con.execute(f"SELECT sum(amount), count(DISTINCT batch) FROM {table} WHERE item <> 'total-amount'")
    assert lines.fetchone() == (total, 1)
    assert got.con.execute(f"SELECT count(*) FROM {table} WHERE type = 'unclassified'").fetchone() == (0,)


def test_olist_tables() -> None:
    orders = read(sample("olist/sample_3k/olist_orders_dataset.csv"))
    assert (orders.reading.format, orders.reading.rows, orders.reading.order_grain) == ("olist.orders", 3000, "header")
    assert orders.rows("order_line", "record_key, line_no, paid, status, created_at")[0] == (
        "order_line:Shop/2c810e97c1d3956172e1830863e6a133/",
        None,
        None,
        "received",
        datetime(2018, 8, 15, 14, 30, 33),
    )
    items = read(sample("olist/sample_3k/olist_order_items_dataset.csv"))
    assert items.reading.totals == {"order_line.paid": Decimal("392468.58") + Decimal("68855.36")}
    payments = read(sample("olist/sample_3k/olist_order_payments_dataset.csv"), account="olist")
    assert payments.reading.totals["settlement_line.in"] == Decimal("468087.37")
    assert payments.reading.currency == "BRL"


def test_other_olist_table_names_what_is_missing() -> None:
    got = read(sample("olist/sample_3k/olist_customers_dataset.csv"))
    assert got.codes == ["file.not_recognised_near"]
    assert "order_id" in got.reading.problems[0].text
