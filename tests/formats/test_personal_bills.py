"""Bills of personal accounts: the real files to the cent, and what each row is worth."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
import pyzipper

from huikuan.formats.read_file import read_file
from tests.formats.support import CONTEXT, read, sample

ALIPAY = "alipay/personal_bill/deg_alipay_records.csv"
ALIPAY_HEADER = (
    "交易时间,交易分类,交易对方,对方账号,商品说明,收/支,金额,收/付款方式,交易状态,交易订单号,商家订单号,备注,"
)
WECHAT_HEADER = "交易时间,交易类型,交易对方,商品,收/支,金额(元),支付方式,当前状态,交易单号,商户单号,备注"
JD_HEADER = "交易时间,商户名称,交易说明,金额,收/付款方式,交易状态,收/支,交易分类,交易订单号,商家订单号,备注"


def alipay(folder: Path, *rows: str, header: str = ALIPAY_HEADER, company: str = "某公司") -> Path:
    lines = ["支付宝账户：seller@example.com", f"----{company}  电子客户回单----", header]
    path = folder / "支付宝交易明细.csv"
    path.write_bytes("\r\n".join([*lines, *rows, ""]).encode("gb18030"))
    return path


def wechat(folder: Path, *rows: str) -> Path:
    path = folder / "微信支付账单.csv"
    lines = ["微信支付账单明细,,", "微信昵称：[小店],,", WECHAT_HEADER, *rows, ""]
    path.write_text("\n".join(lines), encoding="utf-8-sig")
    return path


def jd(folder: Path, *rows: str) -> Path:
    path = folder / "jd.csv"
    path.write_text("\n".join(["京东账号名：jd_shop", "", JD_HEADER, *rows, ""]), encoding="utf-8-sig")
    return path


# ---------------------------------------------------------------- Alipay
def test_alipay_real_bill() -> None:
    got = read(sample(ALIPAY))
    reading = got.reading
    assert (reading.format, reading.status, reading.account) == ("alipay.personal", "flagged", "xx@gmail.com")
    assert (reading.rows, reading.accepted, reading.ignored) == (10, 9, 1)  # one was closed without a payment
    assert (reading.period_from, reading.period_to) == (date(2023, 2, 10), date(2023, 2, 13))
    assert reading.exported_at == datetime(2023, 2, 13, 1, 12, 52)
    computed = {control.name: control.computed for control in reading.controls}
    assert computed == {
        "记录笔数": 10, "收入笔数": 1, "收入": Decimal("222228.50"), "支出笔数": 5, "支出": Decimal("211.64"),
        "不计收支笔数": 4,
    }  # fmt: skip
    assert set(got.codes) == {"control.mismatch"}
    assert reading.totals["wallet_line.out"] == Decimal("211.64")
    # Income, two refunds, and a fund sold to the account.
    assert reading.totals["wallet_line.in"] == Decimal("222228.50") + Decimal("66.03") + Decimal("99.34")


def test_alipay_full_refund_nets_to_zero() -> None:
    got = read(sample(ALIPAY))
    lines = got.rows("wallet_line", "amount, item, source_row, text")
    pair = [amount for amount, _, row, _ in lines if row in (32, 33)]
    assert pair == [Decimal(50), Decimal(-50)]


@pytest.mark.parametrize(
    ("name", "rows", "money_in", "money_out"),
    [
        ("支付宝交易明细(20201122-20201214).csv", 24, "146.92", "1853.20"),
        ("dhr2333_完整测试_支付宝.csv", 80, "26500.00", "279370.83"),
    ],
)
def test_alipay_other_real_layouts(name: str, rows: int, money_in: str, money_out: str) -> None:
    reading = read(sample(f"alipay/personal_bill/{name}")).reading
    assert (reading.format, reading.rows, reading.accepted) == ("alipay.personal", rows, rows)
    assert reading.totals == {"wallet_line.in": Decimal(money_in), "wallet_line.out": Decimal(money_out)}


def test_alipay_rows_that_count_as_neither(tmp_path: Path) -> None:
    time = "2026-01-05 10:00:00"
    got = read(
        alipay(
            tmp_path,
            f"{time},账户存取,某银行,/,提现-实时提现,不计收支,100.00,余额,交易成功,1,,,",
            f"{time},账户存取,某银行,/,充值-普通充值,不计收支,20.00,某银行(1234),交易成功,2,,,",
            f"{time},投资理财,余额宝,/,余额宝-自动转入,不计收支,30.00,余额,交易成功,3,,,",
            f"{time},信用借还,花呗,/,花呗主动还款,不计收支,40.00,余额宝,还款成功,4,,,",
            f"{time},信用借还,花呗,/,花呗主动还款,不计收支,41.00,某银行(1234),还款成功,5,,,",
            f"{time},日用百货,某店,/,退了的,不计收支,50.00,余额宝,交易关闭,6,,,",
            f"{time},退款,某店,/,退款-退了的,不计收支,50.00,余额宝,退款成功,6_1,,,",
            f"{time},日用百货,某店,/,没付的,不计收支,60.00,,交易关闭,7,,,",
            f"{time},日用百货,某店,/,等付的,支出,61.00,,等待付款,8,,,",
            f"{time},转账,某人,/,失败的,支出,62.00,余额,转账失败,9,,,",
        )
    )
    assert (got.reading.rows, got.reading.accepted, got.reading.ignored) == (10, 7, 3)
    assert got.rows("wallet_line", "flow_no, amount, movement, payout_id") == [
        ("1", Decimal(-100), "payout", "1"),
        ("2", Decimal(20), "topup", None),
        ("3", Decimal(0), "transfer", None),
        ("4", Decimal(-40), "transfer", None),
        ("5", Decimal(0), "transfer", None),
        ("6", Decimal(-50), None, None),
        ("6_1", Decimal(50), None, None),
    ]
    assert got.rows("wallet_line", "text")[2] == ("不计收支 30.00 | 余额宝-自动转入 | 余额 | 交易成功",)


def test_alipay_columns_in_another_order_and_one_more(tmp_path: Path) -> None:
    header = "备注,交易订单号,交易状态,金额（元）,收/支,标签,商品说明,交易分类,交易时间 "
    row = ',2026010522001\t,交易成功,"1,234.50",收入,x,货款,转账,2026/1/5 10:00:00'
    got = read(alipay(tmp_path, row, header=header))
    assert got.reading.status == "imported"
    assert got.rows("wallet_line", "flow_no, amount, business_date") == [
        ("2026010522001", Decimal("1234.50"), date(2026, 1, 5))
    ]


def test_alipay_what_cannot_be_known_is_refused(tmp_path: Path) -> None:
    got = read(
        alipay(
            tmp_path,
            "2026-01-05 10:00:00,转账,某人,/,货款,收入,十元,余额,交易成功,1,,,",
            "2026-01-05 10:00:00,转账,某人,/,货款,也许,10.00,余额,交易成功,2.02606E+27,,,",
        )
    )
    assert got.reading.status == "refused"
    assert got.codes == ["amount.unreadable", "choice.unknown", "identifier.damaged"]
    assert got.reading.problems[0].row == 4


# ---------------------------------------------------------------- WeChat Pay
def test_wechat_real_bill() -> None:
    reading = read(sample("wechatpay/personal_bill/deg_wechat_records.csv")).reading
    assert (reading.format, reading.status, reading.account) == ("wechatpay.personal", "flagged", "测试")
    assert (reading.rows, reading.accepted) == (27, 27)
    computed = {control.name: control.computed for control in reading.controls}
    assert (computed["收入笔数"], computed["收入"]) == (5, Decimal("28.49"))
    assert (computed["支出笔数"], computed["支出"]) == (11, Decimal("2904.53"))
    assert computed["中性交易笔数"] == 11
    # 支出, three withdrawals with their fees, 零钱通 to the bank, a credit card repaid from 零钱.
    away = Decimal("100.10") + Decimal("10.10") + Decimal("1001.10") + Decimal("5505.00") + Decimal("548.58")
    assert reading.totals["wallet_line.out"] == Decimal("2904.53") + away
    assert reading.totals["wallet_line.in"] == Decimal("28.49") + 2000 + 1300


def test_wechat_neutral_rows_state_all_they_hold() -> None:
    got = read(sample("wechatpay/personal_bill/deg_wechat_records.csv"))
    table = got.reading.tables["wallet_line"]
    found = got.con.execute(
        "SELECT sum(coalesce(TRY_CAST(regexp_extract(text, '^中性交易 ([0-9.]+)', 1) AS DECIMAL(18,2)), abs(amount))) "
        f"FROM {table} WHERE movement IS NOT NULL"
    ).fetchone()
    assert found == (Decimal("26100.89"),)


def test_wechat_workbook_with_the_same_rows_in_two_sheets() -> None:
    con = duckdb.connect()
    name = "wechatpay/personal_bill/deg_wechat_records.xlsx"
    first, second = read_file(sample(name), "bill.xlsx", CONTEXT, con)
    assert (first.rows, second.rows, first.sheet, second.sheet) == (27, 27, "example-wechat-records", "Sheet1")
    columns = "record_key, amount, movement, occurred_at, order_no, item"
    both = [
        con.execute(f"SELECT {columns} FROM {each.tables['wallet_line']} ORDER BY 1").fetchall()
        for each in (first, second)
    ]
    assert both[0] == both[1]
    assert len({row[0] for row in both[0]}) == 30  # three fees of withdrawals have a line of their own


def test_wechat_other_real_bill() -> None:
    got = read(sample("wechatpay/personal_bill/dhr2333_完整测试_微信.csv"))
    assert (got.reading.rows, got.reading.accepted) == (37, 37)
    lines = dict(got.rows("wallet_line", "source_row, amount"))
    assert lines[39] + lines[40] == Decimal("-100.00") + Decimal("39.93")  # 已退款(￥39.93)
    assert lines[41] + lines[42] == 0  # 已全额退款


def test_wechat_withdrawal_and_its_fee(tmp_path: Path) -> None:
    got = read(
        wechat(
            tmp_path,
            '2026-01-05 10:00:00,零钱提现,某银行(1234),"/",/,¥100.10,某银行,提现已到账,1\t,/\t,"服务费¥0.10"',
            '2026-01-05 11:00:00,零钱提现,某银行(1234),"/",/,¥70.00,某银行,提现失败,2\t,/\t,"/"',
            '2026-01-05 12:00:00,商户消费,某店,纸箱,支出,¥5.00,零钱,支付成功,"3"\t,"M3"\t,/',
        )
    )
    assert (got.reading.status, got.reading.accepted, got.reading.ignored) == ("imported", 2, 1)
    lines = got.con.execute(
        f"SELECT flow_no, amount, movement, payout_id, order_no FROM {got.reading.tables['wallet_line']} ORDER BY 1, 2"
    ).fetchall()
    assert lines == [
        ("1", Decimal(-100), "payout", "1", None),
        ("1", Decimal("-0.10"), None, None, None),
        ("3", Decimal(-5), None, None, "M3"),
    ]


def test_wechat_no_account_is_asked_for(tmp_path: Path) -> None:
    path = wechat(tmp_path, "2026-01-05 12:00:00,商户消费,某店,纸箱,支出,¥5.00,零钱,支付成功,3,4,/")
    path.write_text(path.read_text(encoding="utf-8-sig").replace("微信昵称：[小店]", ""), encoding="utf-8-sig")
    assert read(path).codes == ["account.unknown"]
    assert read(path, account="shop").reading.status == "imported"


@pytest.mark.parametrize("encryption", [pyzipper.WZ_AES, None])
def test_archive_with_a_password(tmp_path: Path, encryption: str | None) -> None:
    bill = wechat(tmp_path, "2026-01-05 12:00:00,商户消费,某店,纸箱,支出,¥5.00,零钱,支付成功,3,4,/")
    path = tmp_path / "微信支付账单.zip"
    with pyzipper.AESZipFile(path, "w", encryption=encryption) as archive:
        if encryption:
            archive.setpassword(b"831204")
        archive.writestr("微信支付账单(20260101-20260131).csv", bill.read_bytes())
    if encryption:
        assert read(path).codes == ["file.zip_password"]
        assert read(path, password="000000").codes == ["file.zip_password_wrong"]
    assert read(path, password="831204").reading.format == "wechatpay.personal"


# ---------------------------------------------------------------- JD and Meituan
def test_jd_real_bill_agrees_with_its_own_totals() -> None:
    reading = read(sample("jd/personal_bill/deg_jd_records.csv")).reading
    assert (reading.format, reading.status, reading.account) == ("jd.personal", "imported", "jd_55370d18d5bb4")
    assert (reading.rows, reading.accepted) == (26, 26)
    assert all(control.ok for control in reading.controls)
    stated = {control.name: control.stated for control in reading.controls}
    assert (stated["支出笔数"], stated["支出"], stated["不计收支笔数"]) == (16, Decimal("1648.43"), 10)
    # 支出 in full and one trade refunded in full; all refunds.
    assert reading.totals["wallet_line.out"] == Decimal("2277.70") + Decimal("468.32")
    assert reading.totals["wallet_line.in"] == Decimal("629.27") + Decimal("468.32")


def test_jd_amount_with_a_remark(tmp_path: Path) -> None:
    got = read(
        jd(
            tmp_path,
            "2026-01-05 10:00:00\t,某店,甲,131.77(已退款89.84),某银行,交易成功,支出,网购,1\t,2\t, ,",
            "2026-01-05 10:00:01\t,某店,退款-甲,89.84,某银行,退款成功,不计收支,网购,1\t,2\t, ,",
            "2026-01-05 10:00:02\t,某店,乙,468.32（已全额退款）,某银行,交易成功,不计收支,网购,3\t,2\t, ,",
            "2026-01-05 10:00:03\t,某店,丙,35.61,先享后付,交易成功,不计收支,先享后付,4\t,2\t, ,",
        )
    )
    assert got.reading.status == "imported"
    assert [amount for (amount,) in got.rows("wallet_line", "amount")] == [
        Decimal("-131.77"), Decimal("89.84"), Decimal("-468.32"), Decimal(0),
    ]  # fmt: skip
    wrong = read(jd(tmp_path, "2026-01-05 10:00:00\t,某店,甲,131.77(约),某银行,交易成功,支出,网购,1\t,2\t, ,"))
    assert (wrong.reading.status, wrong.codes) == ("refused", ["amount.unreadable"])
    assert wrong.reading.problems[0].row == 4


@pytest.mark.parametrize("line_end", [b"\r\n", b"\n"])
def test_meituan_real_bill(tmp_path: Path, line_end: bytes) -> None:
    content = sample("meituan/personal_bill/deg_meituan_records.csv").read_bytes()
    path = tmp_path / "mt.csv"
    path.write_bytes(content.replace(b"\r\n", b"\n").replace(b"\n", line_end))
    got = read(path)
    reading = got.reading
    assert (reading.format, reading.status, reading.account) == ("meituan.personal", "flagged", "SJT714453696")
    assert (reading.rows, reading.accepted) == (29, 29)
    assert reading.totals == {"wallet_line.in": Decimal("209.73"), "wallet_line.out": Decimal("1223.80")}
    off = [(each.name, each.stated, each.computed) for each in reading.controls if not each.ok]
    assert off == [("支出", Decimal("1175.68"), Decimal("1223.80"))]
    assert got.rows("wallet_line", "flow_no, order_no")[0] == (
        "25022811100401670006000394166443",
        "0_2204430449361044",
    )


def test_alipay_what_is_put_into_yuebao_comes_from_where_it_was_paid(tmp_path: Path) -> None:
    put = "2026-01-05 12:00:00,投资理财,某公司,a***,余额宝-{way},不计收支,50.00,{means},交易成功,{no}\t,\t,"
    path = alipay(
        tmp_path,
        put.format(way="单次转入", means="某银行(1234)", no="1"),
        put.format(way="自动转入", means="余额", no="2"),
        put.format(way="单次转入", means="", no="3"),
    )
    assert read(path, account="A").rows("wallet_line", "amount, movement") == [
        (50, "topup"),
        (0, "transfer"),
        (0, "transfer"),
    ]
