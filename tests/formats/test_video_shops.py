"""Kuaishou, Xiaohongshu and the WeChat shop: what their traps become, and what must be refused."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from huikuan.demo.specimens import Specimen
from huikuan.demo.specimens.kuaishou import KUAISHOU
from huikuan.demo.specimens.wechatshop import WECHATSHOP
from huikuan.demo.specimens.xiaohongshu import XIAOHONGSHU
from huikuan.formats.classify import item_table
from tests.formats.support import Read, read


def specimen(tmp_path: Path, document: str) -> Read:
    known: tuple[Specimen, ...] = (*KUAISHOU, *XIAOHONGSHU, *WECHATSHOP)
    found = next(each for each in known if each.format == document)
    path = tmp_path / found.file
    path.write_bytes(found.content)
    return read(path, shop=found.shop or "Shop", account=found.account)


def text(tmp_path: Path, *lines: str, encoding: str = "utf-8") -> Read:
    path = tmp_path / "file.csv"
    path.write_bytes("\r\n".join([*lines, ""]).encode(encoding))
    return read(path, account="Account")


def of_row(got: Read, row: int) -> dict[str, Decimal]:
    found = got.rows("settlement_line", "source_row, component, amount")
    return {component: amount for place, component, amount in found if place == row}


def test_kuaishou_settlement(tmp_path: Path) -> None:
    got = specimen(tmp_path, "kuaishou.settlement")
    assert of_row(got, 2) == {
        "sale": 50,
        "pay_subsidy": 1,
        "platform_subsidy": 4,
        "influencer_subsidy": 2,
        "platform_fee": Decimal("-2.50"),
        "influencer": -5,
        "leader": -1,
    }
    assert of_row(got, 3) == {"sale": 100, "government": 10, "own_subsidy": -3, "platform_fee": -5}
    assert of_row(got, 4) == {"sale": 30, "refund": -30}
    assert of_row(got, 5) == {"sale": 30, "platform_fee": Decimal("-1.50"), "rest": Decimal("-0.30")}
    assert of_row(got, 6) == {"sale": 30, "platform_fee": Decimal("-1.50"), "other_fee": Decimal("-0.50")}
    assert got.rows("settlement_line", "order_no, key_state")[0] == ("2515600000000011", "ok")


def test_a_shops_own_discount_that_is_no_income_does_not_count(tmp_path: Path) -> None:
    header = (
        "订单号,订单实付（元）,商家补贴(元),合计收入(元),技术服务费(元),合计支出(元),实际结算金额(元),实际结算时间,新列"
    )
    got = text(tmp_path, header, "77,100,5,100,5,5,95,2026-06-10 12:00:00,x")
    assert of_row(got, 2) == {"sale": 100, "platform_fee": -5}


def test_a_settlement_without_its_time_is_refused(tmp_path: Path) -> None:
    header = "订单号,订单实付(元),合计收入(元),合计支出(元),实际结算金额(元),实际结算时间"
    got = text(tmp_path, header, "77,100,100,5,95,")
    assert (got.reading.status, got.codes) == ("refused", ["cell.empty"])


def test_kuaishou_ledger_newest_first(tmp_path: Path) -> None:
    got = specimen(tmp_path, "kuaishou.ledger")
    assert [control.ok for control in got.reading.controls] == [True]
    assert got.rows("wallet_line", "flow_no, amount, movement, payout_id, order_no, trade_no")[0] == (
        "K0006", -150, "payout", "K0006", None, "TX01",
    )  # fmt: skip
    assert got.rows("settlement_line", "flow_no, type, amount, order_no") == [
        ("K0005", "freight_insurance", Decimal("-0.60"), None),
        ("K0004", "compensation", -5, "2515600000000011"),
        ("K0003", "sale", Decimal("28.20"), "2515600000000044"),
        ("K0002", "sale", 102, "2515600000000022"),
        ("K0001", "sale", Decimal("48.50"), "2515600000000011"),
    ]


def test_kuaishou_ledger_in_the_older_layout(tmp_path: Path) -> None:
    header = "财务方式,发生额(元),入账时间,关联业务单号,账务流水号"
    got = text(
        tmp_path, header, "收,¥8.00,2026/06/10 12:00:00,77,K1", "支,-3.00,2026/06/10 12:00:01,77,K2", encoding="gb18030"
    )
    assert got.rows("wallet_line", "flow_no, amount") == [("K1", 8), ("K2", -3)]
    refused = text(tmp_path, header, "平,8.00,2026/06/10 12:00:00,77,K1")
    assert (refused.reading.status, refused.codes) == ("refused", ["choice.unknown"])


def test_kuaishou_orders(tmp_path: Path) -> None:
    got = specimen(tmp_path, "kuaishou.orders")
    assert got.rows("order_line", "order_no, status, paid, refunded, platform_borne, list_amount, province") == [
        ("2515600000000011", "received", 50, None, 6, 59, "浙江省"),
        ("2515600000000033", "refunded", 30, 30, 0, 30, "江苏省"),
        ("2515600000000066", "cancelled", 0, 0, 0, 30, "江苏省"),
        ("2515600000000077", "shipped", 35, None, 0, 30, "上海市"),
    ]
    assert got.rows("shipment_line", "tracking_no, order_no, courier")[0] == (
        "ZT7350000000011", "2515600000000011", "中通快递",
    )  # fmt: skip


def test_kuaishou_premiums_corroborate_the_ledger(tmp_path: Path) -> None:
    premiums = specimen(tmp_path, "kuaishou.freight_insurance").rows("settlement_line", "flow_no, amount, source_rank")
    assert premiums == [
        ("BX0611|2515600000000011", Decimal("-0.35"), 5),
        ("BX0611|2515600000000022", Decimal("-0.25"), 5),
    ]
    [(ledger,)] = set(specimen(tmp_path, "kuaishou.ledger").rows("settlement_line", "source_rank"))
    [(bill,)] = set(specimen(tmp_path, "kuaishou.settlement").rows("settlement_line", "source_rank"))
    assert 5 < ledger < bill


def test_xiaohongshu_settlement(tmp_path: Path) -> None:
    got = specimen(tmp_path, "xiaohongshu.settlement")
    assert of_row(got, 2) == {
        "sale": 90,
        "freight": 6,
        "platform_subsidy": 10,
        "platform_fee": -5,
        "payment_fee": Decimal("-0.70"),
        "distribution": -5,
    }
    assert of_row(got, 3) == {"refund": -90, "platform_fee": 5, "payment_fee": Decimal("0.70")}
    assert of_row(got, 4) == {
        "sale": 50,
        "platform_fee": Decimal("-2.50"),
        "payment_fee": Decimal("-0.30"),
        "installment": Decimal("-0.30"),
    }
    assert of_row(got, 5) == {"refund": -20}


def test_xiaohongshu_settlement_in_the_layout_without_the_movement(tmp_path: Path) -> None:
    header = "商品名称,佣金总额,商品实付/实退,商品数量,交易类型,结算时间,订单号"
    got = text(tmp_path, header, "手柄,-5,99,1,结算入账,2026-06-15 02:00:00,P800347296683184211")
    assert of_row(got, 2) == {"sale": 99, "platform_fee": -5}


def test_xiaohongshu_services_and_ledger(tmp_path: Path) -> None:
    services = specimen(tmp_path, "xiaohongshu.services")
    assert services.rows("settlement_line", "item, type, amount, order_no, key_state") == [
        ("小额打款", "compensation", -3, "P800347296683184322", "ok"),
        ("运费险", "freight_insurance", Decimal("-0.45"), "P800347296683184211", "ok"),
        ("违规扣款", "penalty", -50, None, "none"),
        ("平台赔付", "compensation", 8, "P800347296683184211", "ok"),
    ]
    ledger = specimen(tmp_path, "xiaohongshu.ledger")
    assert [control.ok for control in ledger.reading.controls] == [True]
    assert ledger.rows("wallet_line", "amount, movement, payout_id, order_no") == [
        (Decimal("95.30"), None, None, "P800347296683184211"),
        (Decimal("-84.30"), None, None, "P800347296683184211"),
        (-3, None, None, "P800347296683184322"),
        (-500, "payout", "20260622093000", None),
        (500, "payout_returned", None, None),
    ]


def test_a_missing_movement_breaks_xiaohongshus_balance(tmp_path: Path) -> None:
    header = "创建时间,交易类型描述,收入（元）,支出（元）,账户余额（元）,业务单号"
    rows = ["2026-06-15 02:00:00,结算入账,10,,110,1", "2026-06-15 02:00:01,结算入账,10,,130,2"]
    got = text(tmp_path, header, *rows)
    assert (got.reading.status, set(got.codes)) == ("flagged", {"balance_break"})
    refused = text(tmp_path, header, "2026-06-15 02:00:00,结算入账,,,110,1")
    assert (refused.reading.status, refused.codes) == ("refused", ["cell.empty"])


def test_xiaohongshu_parcels(tmp_path: Path) -> None:
    got = specimen(tmp_path, "xiaohongshu.parcels")
    assert got.rows("shipment_line", "tracking_no, sku, order_no, qty") == [
        ("SF1399900000211", "PK02-S2", "P800347296683184211", 1),
        ("SF1399900000322", "PK02-S2", "P800347296683184322", 2),
        ("SF1399900000322", "PK03", "P800347296683184322", 1),
    ]
    refused = text(tmp_path, "订单号,商家编码,SKU件数,快递单号", "P1,a,1,7.31234E+14")
    assert refused.reading.status == "refused"


def test_wechat_shop_ledger(tmp_path: Path) -> None:
    got = specimen(tmp_path, "wechatshop.ledger")
    assert [control.ok for control in got.reading.controls] == [True]
    assert got.rows("settlement_line", "flow_no, component, type, amount, key_state") == [
        ("W0001", "订单支付", "sale", 88, "ok"),
        ("W0001", "技术服务费", "commission", Decimal("-1.32"), "ok"),
        ("W0002", "达人佣金", "influencer_commission", Decimal("-8.80"), "ok"),
        ("W0003", "订单退款", "refund", -20, "ok"),
        ("W0004", "技术服务费", "commission", Decimal("0.30"), "ok"),
        ("W0005", "运费险保费", "freight_insurance", Decimal("-0.50"), "ok"),
        ("W0007", "节日彩蛋扣款", "unclassified", -1, "none"),
    ]
    assert got.rows("wallet_line", "movement, payout_id")[6] == ("payout", "TX900001")
    assert [n for (n,) in got.rows("wallet_line", "n")] == [0] * 8


def test_wechat_shop_orders_are_allocated_to_their_rows_exactly(tmp_path: Path) -> None:
    got = specimen(tmp_path, "wechatshop.orders")
    found = got.rows(
        "order_line", "order_no, line_no, status, paid, platform_borne, refunded, shipping_fee, payment_no"
    )
    assert [row[:3] for row in found] == [
        ("3720000000000000111", "1", "received"),
        ("3720000000000000111", "2", "received"),
        ("3720000000000000222", "1", "cancelled"),
        ("3720000000000000333", "1", "refunded"),
    ]
    assert [sum(row[place] for row in found[:2]) for place in (3, 4, 5, 6)] == [
        Decimal("88.01"), 2, 20, 10,
    ]  # fmt: skip
    assert found[0][3] == Decimal("58.67")  # 88.01 x 53.34 / 80.01
    assert [row[3:6] for row in found[2:]] == [(0, 0, 0), (30, 0, 30)]
    assert found[0][7] == "4200001"


def test_the_receiver_never_enters(tmp_path: Path) -> None:
    for document, words in (
        ("wechatshop.orders", ("张三", "13800000001", "某街")),
        ("kuaishou.orders", ("王**", "138****0001", "西湖区")),
    ):
        got = specimen(tmp_path, document)
        everything = str([got.con.execute(f"SELECT * FROM {name}").fetchall() for name in got.reading.tables.values()])
        assert not any(word in everything for word in words)


@pytest.mark.parametrize(
    ("table", "wording", "kind", "movement"),
    [
        ("kuaishou_items", "资金冻结", "transfer", "transfer"),
        ("kuaishou_items", "提现失败|退回余额", "payout", "payout_returned"),
        ("kuaishou_items", "保证金缴纳", "deposit", "deposit"),
        ("kuaishou_items", "没见过", "unclassified", ""),
        ("xiaohongshu_items", "聚光平台充值", "transfer", "topup"),
        ("wechatshop_items", "订单支付(先用后付)", "sale", ""),
        ("wechatshop_items", "提现失败退回", "payout", "payout_returned"),
        ("wechatshop_items", "联盟技术服务费", "commission", ""),
    ],
)
def test_wordings(table: str, wording: str, kind: str, movement: str) -> None:
    found = item_table(table).classify(wording)
    assert (found.type, found.movement) == (kind, movement)


def test_xiaohongshu_orders(tmp_path: Path) -> None:
    got = specimen(tmp_path, "xiaohongshu.orders")
    assert got.rows("order_line", "sku, status, paid, refunded, platform_borne, list_amount") == [
        ("PK02-S2", "received", 100, None, 10, 120),
        ("PK03", "received", 50, None, 5, 60),
        ("PK03", "cancelled", 0, 0, 0, 30),
        ("PK03", "refunded", 30, 30, 0, 30),
        ("PK02-S2", "shipped", 120, None, 0, 120),
    ]
    assert got.rows("shipment_line", "order_no, tracking_no, sku, qty") == [
        ("P800347296683184501", "SF1399900000501", "PK02-S2", 1),
        ("P800347296683184501", "SF1399900000501", "PK03", 2),
        ("P800347296683184504", "YT9990000504", "PK02-S2", 1),
    ]
    assert "某" not in str(got.rows("order_line", "*")) + str(got.rows("shipment_line", "*"))


def test_a_xiaohongshu_order_without_date_or_amount_is_refused(tmp_path: Path) -> None:
    header = "订单号,订单状态,小红书编码,用户应付金额(元),支付时间,承诺发货时间"
    good = text(tmp_path, header, "P802335189951019482,待配货,X,324.99,2026-08-01 10:00:00,2026-08-30 16:39:54")
    assert (good.reading.format, good.rows("order_line", "paid")) == ("xiaohongshu.orders", [(Decimal("324.99"),)])
    bad = text(tmp_path, header, "P802335189951019482,待配货,X,,2026-08-01 10:00:00,", "P8,待付款,X,1.00,,")
    assert (bad.reading.status, bad.reading.rejected) == ("refused", 2)
