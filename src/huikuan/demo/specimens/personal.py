"""Alipay's bill of a personal account as it was to 2021: totals at the end, cells padded with blanks, a blank last
column, status of the funds. One row of each: paid, received, refunded in full with its refund, never paid,
pending, own pots, withdrawal."""

from __future__ import annotations

from decimal import Decimal

from huikuan.demo.specimens.specimen import Specimen

_OLD_HEADER = (
    "交易号                  ,商家订单号               ,交易创建时间              ,付款时间                ,"
    "最近修改时间              ,交易来源地     ,类型              ,交易对方            ,商品名称                ,"
    "金额（元）   ,收/支     ,交易状态    ,"
    "服务费（元）   ,成功退款（元）  ,备注                  ,资金状态     ,"
)
# trade, order, day, paid at, kind, party, goods, amount, side, status, refunded, funds
_OLD_ROWS = (
    ("2020030122001450001", "T200P1200000000000000001", "01", "10:00:05", "即时到账交易", "杭州某商行", "收款-手工皂", "88.00", "收入", "交易成功", "0.00", "已收入"),  # noqa: E501
    ("2020030222001450002", "M20200302", "02", "11:00:05", "支付宝担保交易", "某纸箱厂", "纸箱五十个", "65.50", "支出", "交易成功", "0.00", "已支出"),  # noqa: E501
    ("2020030322001450003", "M20200303", "03", "12:00:05", "支付宝担保交易", "某胶带店", "胶带", "20.00", "支出", "交易关闭", "20.00", "已支出"),  # noqa: E501
    ("2020030322001450003_1", "M20200303", "04", "12:00:05", "即时到账交易", "某胶带店", "退款-胶带", "20.00", "", "退款成功", "0.00", "已收入"),  # noqa: E501
    ("2020030522001450005", "M20200305", "05", "", "支付宝担保交易", "某店", "没有付款", "31.00", "", "交易关闭", "0.00", ""),  # noqa: E501
    ("2020030622001450006", "M20200306", "06", "", "支付宝担保交易", "某店", "等着付款", "12.00", "支出", "等待付款", "0.00", "待支出"),  # noqa: E501
    ("2020030722001450007", "", "07", "13:00:05", "其它（包括阿里巴巴和外部商家）", "余额宝", "余额宝-自动转入", "50.00", "", "交易成功", "0.00", "资金转移"),  # noqa: E501
    ("2020030822001450008", "", "08", "14:00:05", "提现", "某银行", "提现-快速提现", "30.00", "", "交易成功", "0.00", "资金转移"),  # noqa: E501
)  # fmt: skip


def _old_line(row: tuple[str, ...]) -> str:
    trade, order, day, paid, kind, party, goods, amount, side, status, refunded, funds = row
    paid_at = f"2020-03-{day} {paid} " if paid else "                    "
    cells = [f"{trade:<24}", f"{order:<20}", f"2020-03-{day} 10:00:00 ", paid_at, f"2020-03-{day} 15:00:00 "]
    cells += ["其他（包括阿里巴巴和外部商家）", f"{kind:<10}", f"{party:<10}", f"{goods:<10}", f"{amount:<10}"]
    cells += [f"{side:<8}", f"{status:<8}", "0.00      ", f"{refunded:<10}", "                    ", f"{funds:<8}", ""]
    return ",".join(cells)


def _old_bill(without: int = 0) -> bytes:
    """`without`: how many of its last columns the file lacks."""
    rule = "-" * 82
    lines = [
        "支付宝交易记录明细查询",
        "账号:[seller@example.com]",
        "起始日期:[2020-03-01 00:00:00]    终止日期:[2020-04-01 00:00:00]",
        "---------------------------------交易记录明细列表------------------------------------",
        *(line.rsplit(",", without)[0] for line in (_OLD_HEADER, *map(_old_line, _OLD_ROWS))),
        rule,
        "共8笔记录",
        "已收入:2笔,108.00元",
        "待收入:0笔,0.00元",
        "已支出:2笔,85.50元",
        "待支出:1笔,12.00元",
        "导出时间:[2020-04-02 09:12:52]    用户:某人",
        "",
    ]
    return "\r\n".join(lines).encode("gb18030")


PERSONAL: tuple[Specimen, ...] = (
    Specimen(
        file="alipay_record_20200402_0912_1.csv",
        format="alipay.personal",
        layout="to 2021",
        content=_old_bill(),
        rows=8,
        ignored=2,
        totals={"wallet_line.in": Decimal("108.00"), "wallet_line.out": Decimal("115.50")},
    ),
    Specimen(
        file="alipay_record_20200402.csv",
        format="alipay.personal",
        layout="to 2021, without 资金状态",
        content=_old_bill(2),
        rows=8,
        ignored=2,
        totals={"wallet_line.in": Decimal("108.00"), "wallet_line.out": Decimal("115.50")},
    ),
)
