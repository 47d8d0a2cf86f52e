"""Douyin's documents: what their traps become, what must be refused, and that money told twice counts once."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from huikuan.demo.specimens.douyin import DOUYIN
from huikuan.formats.classify import item_table
from tests.formats.support import Read, read

A, B, C, D = (f"69179267687736437{no}" for no in (51, 62, 73, 84))
HEADER = (
    "动账时间,动帐流水号,动账方向,动账金额,动账账户,动账场景,子订单号,订单号,订单实付应结,运费实付,实际平台补贴,订单退款,"
    "平台服务费,佣金,备注"
)
HEAD = "2026-06-12 08:00:00,'9001"


def specimen(tmp_path: Path, document: str, layout: str = "") -> Read:
    found = next(each for each in DOUYIN if each.format == f"douyin.{document}" and each.layout == layout)
    path = tmp_path / found.file
    path.write_bytes(found.content)
    return read(path, shop=found.shop or "Shop", account=found.account)


def ledger(tmp_path: Path, *rows: str, header: str = HEADER, encoding: str = "utf-8") -> Read:
    path = tmp_path / "账单.csv"
    path.write_bytes("\r\n".join([header, *rows, ""]).encode(encoding))
    return read(path, account="Douyin")


def lines(got: Read) -> list[tuple[str, str, Decimal]]:
    rows = got.rows("settlement_line", "source_row, component, type, amount")
    return [row[1:] for row in sorted(rows, key=lambda row: (row[0], -row[3]))]


def test_orders_and_what_they_bring(tmp_path: Path) -> None:
    got = specimen(tmp_path, "orders")
    assert got.rows("order_line", "order_no, line_no, status, paid, refunded, platform_borne, list_amount") == [
        (A, A, "received", 49, None, 7, 60),
        (B, B, "refunded", 30, 30, 0, 30),
        (C, C, "received", 28, None, 2, 30),
        (C, "6917926768773643774", "received", 12, None, 0, 12),
        (D, D, "cancelled", 0, 0, 0, 30),
        ("6917926768773643795", "6917926768773643795", "unpaid", 0, 0, 0, 30),
    ]
    assert got.rows("order_line", "sku, shipping_fee, province, city, merchant_discount, platform_discount")[0] == (
        "DG-02", 5, "浙江省", "杭州市", 9, 6,
    )  # fmt: skip
    parcels = got.rows("shipment_line", "order_no, tracking_no, courier, n")
    assert parcels[0] == (A, "YT7700000000101", "圆通快递", 0)
    assert parcels[2:] == [(C, "SF1300000000103", "顺丰速运", 0), (C, "SF1300000000103", "顺丰速运", 1)]


def test_the_receiver_never_enters(tmp_path: Path) -> None:
    got = specimen(tmp_path, "orders")
    everything = str([got.con.execute(f"SELECT * FROM {table}").fetchall() for table in got.reading.tables.values()])
    assert "##" not in everything
    assert "$$" not in everything
    assert "西湖区" not in everything


def test_a_partial_refund_has_no_amount_in_the_orders(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    header = "售后状态,订单状态,订单应付金额,订单提交时间,子订单编号,主订单编号,新列"
    path.write_text(f"{header}\n退款成功,已完成,9.90,2026-06-01 10:00:00,2,1,x\n", encoding="utf-8-sig")
    got = read(path)
    assert got.rows("order_line", "order_no, line_no, paid, refunded, status") == [
        ("1", "2", Decimal("9.90"), None, "received")
    ]


def test_a_damaged_order_number_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    header = "主订单编号,子订单编号,订单应付金额,订单提交时间,订单状态"
    path.write_text(f"{header}\n6.91793E+18,6917926768773643795,9.90,2026-06-01 10:00:00,已完成\n", encoding="utf-8")
    got = read(path)
    assert (got.reading.status, got.codes) == ("refused", ["identifier.damaged"])
    assert (got.reading.problems[0].row, got.reading.problems[0].column) == (2, "主订单编号")


def test_components_become_lines_and_the_unexplained_a_rest(tmp_path: Path) -> None:
    got = specimen(tmp_path, "ledger", "components")
    found = got.rows("settlement_line", "flow_no, component, type, amount, order_no, key_state")
    assert {row for row in found if row[0] == "2026061201"} == {
        ("2026061201", "sale", "sale", 44, A, "ok"),
        ("2026061201", "freight", "freight", 5, A, "ok"),
        ("2026061201", "platform_subsidy", "subsidy", 6, A, "ok"),
        ("2026061201", "influencer_subsidy", "subsidy", 1, A, "ok"),
        ("2026061201", "platform_fee", "commission", Decimal("-2.55"), A, "ok"),
        ("2026061201", "influencer", "influencer_commission", Decimal("-2.50"), A, "ok"),
    }
    assert ("2026061301", "rest", "unclassified", Decimal("0.50"), C, "ok") in found
    assert ("2026061401", "refund", "refund", -30, B, "ok") in found
    assert ("2026061403", "", "freight_insurance", Decimal("-0.40"), None, "none") in found
    assert ("2026061501", "", "compensation", -8, A, "ok") in found
    assert ("2026061701", "", "unclassified", Decimal("-1.20"), None, "none") in found
    moved = {
        flow: (movement, payout) for flow, movement, payout in got.rows("wallet_line", "flow_no, movement, payout_id")
    }
    assert moved["2026061502"] == ("transfer", None)
    assert moved["2026061503"] == ("deposit", None)
    assert moved["2026061601"] == ("payout", "2026061601")
    assert moved["2026061201"] == (None, None)


@pytest.mark.parametrize(
    ("cells", "fee", "refund"),
    [
        ("入账,97.00,聚合账户,货款结算入账,'1,'1,100,0,0,0,-2,-1", -2, None),
        ("入账,97.00,聚合账户,货款结算入账,'1,'1,100,0,0,0,2,1", -2, None),
        ("出账,-97.00,聚合账户,退款-结算后退款-退用户,'1,'1,0,0,0,-100,2,1", 2, -100),
        ("出账,97.00,聚合账户,退款-结算后退款-退用户,'1,'1,0,0,0,100,2,1", 2, -100),
        ("出账,103.00,聚合账户,退款-结算后退款-退用户,'1,'1,0,0,0,100,2,1", -2, -100),
    ],
)
def test_the_row_itself_proves_how_costs_are_written(tmp_path: Path, cells: str, fee: int, refund: int | None) -> None:
    found = {name: amount for name, _, amount in lines(ledger(tmp_path, f"{HEAD},{cells},"))}
    assert found["platform_fee"] == fee
    assert found.get("refund") == refund
    assert "rest" not in found


def test_the_sum_of_a_row_is_its_movement_whatever_its_components_say(tmp_path: Path) -> None:
    got = ledger(tmp_path, f"{HEAD},入账,90.00,聚合账户,货款结算入账,'1,'1,100,0,0,0,-2,-1,", encoding="gb18030")
    assert sum(amount for _, _, amount in lines(got)) == 90
    assert ("rest", "unclassified", Decimal(-7)) in lines(got)


def test_reordered_renamed_and_added_columns(tmp_path: Path) -> None:
    header = "新列,佣金,技术服务费,订单实付应结,订单号 ,动账场景,动账金额（元）,动账方向,动账流水号,动账时间"
    got = ledger(tmp_path, "x,0,-1,10,'77,货款结算入账,9,收入,`9001,2026/06/12 08:00:00", header=header)
    assert lines(got) == [("sale", "sale", 10), ("platform_fee", "commission", -1)]
    assert got.rows("wallet_line", "flow_no, amount, order_no") == [("9001", 9, "77")]


def test_an_unknown_direction_is_refused(tmp_path: Path) -> None:
    got = ledger(tmp_path, f"{HEAD},未知,8.17,聚合账户,上门取件运费,'1,'1,0,0,0,0,0,0,")
    assert (got.reading.status, got.codes) == ("refused", ["choice.unknown"])


def test_a_damaged_order_number_keeps_the_money(tmp_path: Path) -> None:
    got = ledger(tmp_path, f"{HEAD},入账,9,聚合账户,货款结算入账,6.9E+18,6.9E+18,10,0,0,0,-1,0,")
    assert (got.reading.status, got.codes) == ("imported", ["key_damaged"])
    assert got.rows("settlement_line", "order_no, key_state, amount") == [(None, "damaged", 10), (None, "damaged", -1)]


def test_the_account_ledger_is_proved_by_its_balance(tmp_path: Path) -> None:
    got = specimen(tmp_path, "ledger", "balance")
    assert [control.ok for control in got.reading.controls] == [True]
    assert lines(got) == [("", "freight_insurance", Decimal("-0.40")), ("", "compensation", -8)]
    found = next(each for each in DOUYIN if each.layout == "balance")
    path = tmp_path / "broken.csv"
    path.write_bytes(found.content.replace(b"147.00", b"146.00"))
    broken = read(path, account="x")
    assert (broken.reading.status, set(broken.codes)) == ("flagged", {"balance_break"})


def test_both_ledgers_tell_a_movement_under_one_key(tmp_path: Path) -> None:
    keys = []
    for layout in ("components", "balance"):
        got = specimen(tmp_path, "ledger", layout)
        named = "SELECT record_key FROM {} WHERE {}"
        own = "type IN ('compensation', 'freight_insurance')"
        wallet = got.con.execute(named.format(got.reading.tables["wallet_line"], "TRUE")).fetchall()
        fees = got.con.execute(named.format(got.reading.tables["settlement_line"], own)).fetchall()
        keys.append((set(wallet), set(fees)))
    assert keys[1][0] < keys[0][0]
    assert keys[1][1] == keys[0][1]


def test_the_settlement_bill(tmp_path: Path) -> None:
    got = specimen(tmp_path, "settlement")
    found = got.rows("settlement_line", "flow_no, component, type, amount, order_no")
    third = {row[1:4] for row in found if row[0] == "J03"}
    assert third == {
        ("sale", "sale", 40),
        ("platform_subsidy", "subsidy", 2),
        ("platform_fee", "commission", Decimal("-2.10")),
        ("influencer", "influencer_commission", Decimal("-1.50")),
    }
    assert {row[1:4] for row in found if row[0] == "J04"} == {
        ("sale", "sale", 20),
        ("platform_fee", "commission", -1),
    }
    assert {row[1:4] for row in found if row[0] == "J05"} == {
        ("refund", "refund", -30),
        ("platform_fee", "commission", Decimal("1.55")),
    }
    assert [row[1:] for row in found if row[0] == "J06"] == [("rest", "refund", -8, A)]


def settlement(tmp_path: Path, *rows: str) -> Read:
    path = tmp_path / "结算账单.csv"
    header = "结算时间,订单号,子订单号,结算金额,结算单类型,用户实付,收入合计,平台服务费,支出合计"
    path.write_text("\n".join([header, *rows, ""]), encoding="utf-8")
    return read(path, account="Douyin")


@pytest.mark.parametrize(("stated", "status"), [("95.00", "imported"), ("94.00", "flagged")])
def test_a_row_with_the_files_sum_is_a_control(tmp_path: Path, stated: str, status: str) -> None:
    got = settlement(tmp_path, f",,,{stated},,,,,", "2026-07-01 05:59:20,'8,'8,95,已结算,100,100,-5,-5")
    assert (got.reading.status, got.reading.rows, got.reading.ignored) == (status, 2, 1)
    assert [control.computed for control in got.reading.controls] == [95]


def test_a_settlement_without_its_time_is_refused(tmp_path: Path) -> None:
    got = settlement(tmp_path, "说明,说明,说明,收入+支出,,,,,", ",'8,'8,95,已结算,100,100,-5,-5")
    assert (got.reading.status, got.codes) == ("refused", ["cell.empty"])
    assert (got.reading.rows, got.reading.problems[0].row) == (1, 3)


def test_after_sales(tmp_path: Path) -> None:
    got = specimen(tmp_path, "aftersales")
    assert got.rows("return_line", "return_no, sku, order_no, status, goods_back, refund_amount, tracking_no") == [
        ("7001", "DG-02", B, "refunded", True, 30, "YT7799900000201"),
        ("7002", "DG-02", C, "closed", False, None, None),
        ("7003", "DG-02", A, "refunded", False, 5, None),
        ("7004", "DG-02", A, "in_transit", True, None, "YT7799900000204"),
    ]


def test_premiums_and_inspection_corroborate_the_fund_bill(tmp_path: Path) -> None:
    counted = specimen(tmp_path, "ledger", "components").rows("settlement_line", "source_rank")
    for document, layout in (
        ("settlement", ""),
        ("freight_insurance", "policies"),
        ("freight_insurance", "premiums"),
        ("bic", ""),
    ):
        got = specimen(tmp_path, document, layout)
        told = got.rows("settlement_line", "source_rank")
        assert max(told) < min(counted)
    policies = specimen(tmp_path, "freight_insurance", "policies").rows("settlement_line", "record_key, amount, batch")
    premiums = specimen(tmp_path, "freight_insurance", "premiums").rows("settlement_line", "record_key, amount, batch")
    assert policies == premiums


@pytest.mark.parametrize(
    ("scene", "kind", "movement"),
    [
        ("货款直投千川", "transfer", "transfer"),
        ("提现", "payout", "payout"),
        ("提现退票", "payout", "payout_returned"),
        ("货款充值保证金", "deposit", "deposit"),
        ("保证金垫付退款结算分账", "refund", ""),
        ("退款-赔付失败资金退回", "refund", ""),
        ("小额打款(原因:补差价)", "compensation", ""),
        ("支付BIC服务费", "service_fee", ""),
        ("供应链QIC费用", "service_fee", ""),
        ("抖音月付与商家联合贴息活动", "marketing", ""),
        ("放心借·贷款还款", "transfer", "transfer"),
        ("明年才有的场景", "unclassified", ""),
    ],
)
def test_scenes(scene: str, kind: str, movement: str) -> None:
    found = item_table("douyin_items").classify(scene)
    assert (found.type, found.movement) == (kind, movement)


def test_a_ledger_that_calls_the_scene_a_summary(tmp_path: Path) -> None:
    header = (
        "动账时间,动账流水号,动账方向,动账金额,动账摘要,主订单编号,子订单编号,订单实付应结,订单退款,佣金,平台服务费"
    )
    rows = (
        f"2023-05-01 10:00:00,F1,入账,95.00,订单结算,'{A},'{A},100,0,0,-5",
        "2023-05-01 10:00:01,F2,出账,20.00,提现,,,0,0,0,0",
        "2023-05-01 10:00:02,F3,出账,7.00,主体变更旧主体资金转入新主体,,,0,0,0,0",
    )
    got = ledger(tmp_path, *rows, header=header)
    assert lines(got) == [("sale", "sale", 100), ("platform_fee", "commission", -5)]
    assert got.rows("wallet_line", "amount, movement") == [(95, None), (-20, "payout"), (-7, "transfer")]


def test_numbers_in_typographic_quotes_and_with_marks_that_cannot_be_seen(tmp_path: Path) -> None:
    rows = [
        f"2026-06-01 10:00:0{at},F{at},入账,1.00,聚合账户,货款结算入账,{number}"
        for at, number in enumerate((f"’{A}", f"＇{A}", f"\u200e{A}", f"“{A}”", f"\ufeff{A}\u202c"))
    ]
    got = ledger(tmp_path, *rows, header="动账时间,动帐流水号,动账方向,动账金额,动账账户,动账场景,订单号")
    assert got.rows("wallet_line", "order_no") == [(A,)] * 5
