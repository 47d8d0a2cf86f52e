"""Alipay's 账务明细: preamble, header on line 5, one movement a line oldest first, footer with control totals.

Layouts (FORMATS 1.2): the newer one tells the kind of movement in 业务描述 and the order in 业务基础订单号; the older
one has twelve columns and tells both in 商户订单号 and 备注. GBK, CRLF, a tab after every identifier, in a zip.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from huikuan.demo import movements as m
from huikuan.demo.files import Lines
from huikuan.demo.seller import COMPACT_DAYS, DATES, DAY, moment, money

COLUMNS = (
    "账务流水号,业务流水号,商户订单号,商品名称,发生时间,对方账号,收入金额（+元）,支出金额（-元）,账户余额（元）,"
    "交易渠道,业务类型,备注"
)
NEWER_COLUMNS = COLUMNS + ",业务描述,业务账单来源,业务基础订单号,业务订单号"
RULE = "-" * 41

# item: (业务类型, 业务描述, wording of the older layout's 备注)
ITEMS: dict[int, tuple[str, str, str]] = {
    m.SALE: ("在线支付", "0010001|交易收款-交易收款", ""),
    m.COMMISSION: ("收费", "0030003|软件服务费-类目软件服务费（原天猫佣金）", "类目软件服务费"),
    m.POINTS: ("收费", "0030001|软件服务费-天猫返点积分", "返点积分"),
    m.INSTALMENT: ("收费", "003003800001|软件服务费-支付宝服务费-花呗分期", "花呗分期"),
    m.AFFILIATE: ("收费", "0060011|营销支出-淘宝客佣金", "淘宝客佣金"),
    m.INSURANCE: ("收费", "0050005|保险支出-卖家版运费险", "卖家版运费险"),
    m.REFUND: ("退款（交易退款）", "0020001|交易退款-余额退款", "交易退款"),
    m.COMMISSION_BACK: ("收费", "0030003|软件服务费-类目软件服务费（原天猫佣金）", "类目软件服务费退回"),
    m.SUBSIDY: ("其它", "0010027T|其他收入-平台补贴", "平台补贴"),
    m.SUBSIDY_BACK: ("其它", "", "平台补贴扣回"),
    m.PENALTY: ("其它", "", "延迟发货违约金"),
    m.REFUND_RETURNED: ("退款（交易退款）", "0020001|交易退款-退款失败退票", "退款失败退票"),
    m.PAYOUT: ("提现", "", "提现"),
    m.PAYOUT_BACK: ("提现退票", "", "提现退票"),
    m.DEPOSIT: ("转账", "008000200001|保证金-天猫-缴存", "保证金-天猫-缴存"),
    m.DEPOSIT_BACK: ("转账", "008000200002|保证金-天猫-解冻", "保证金-天猫-解冻"),
    m.ADVERTISING: ("转账", "", "转账-广告账户 万相台充值"),
}
DAMAGED_NO = "4.72610E+18"
IN_TEXT = ("订单号：%d", "关联订单号%d", "tradeid:%d", "货款{%d}", "订单编号：%d 货款", "（%d）")


@dataclass
class _Totals:
    number_in: int = 0
    number_out: int = 0
    cents_in: int = 0
    cents_out: int = 0

    def add(self, cents: int) -> None:
        if cents >= 0:
            self.number_in += 1
            self.cents_in += cents
        else:
            self.number_out += 1
            self.cents_out -= cents


class LedgerFile:
    """One download of the ledger, of the days `first` to `last` (both inside), made at `exported`."""

    def __init__(self, folder: Path, account: str, *, newer: bool, first: int, last: int, exported: int) -> None:
        stem = f"{account}_{COMPACT_DAYS[first]}_{COMPACT_DAYS[last]}"
        self.lines = Lines(folder, f"{stem}.zip", "gbk", f"{stem}_账务明细.csv")
        self.first, self.last, self.exported = first, last, exported
        self.document = self.lines.document
        self.totals = _Totals()
        self._member = f"{stem}_账务明细(汇总).csv"
        self._newer = newer
        begin, end = (f"{DATES[day]:%Y年%m月%d日} 00:00:00" for day in (first, last + 1))
        for text in (
            "#支付宝账务明细查询",
            f"#账号：[{account}]",
            f"#起始日期：[{begin}]   终止日期：[{end}]",
            f"#{RULE}账务明细列表{RULE}",
            NEWER_COLUMNS if newer else COLUMNS,
        ):
            self.lines.line(text + "\r\n")

    def covers(self, day: int) -> bool:
        """Whether this download shows the day."""
        return self.first <= day <= self.last

    def add(self, flow: int, move: m.Movement, balance: int, text: str) -> int:
        """Write a movement and the balance after it; its line number. `text`: the goods' name, or a payout's memo."""
        self.totals.add(move[3])
        return self.lines.line(row(flow, move, balance, text, self._newer))

    def close(self) -> None:
        """Write the footer, whose totals are those of the rows, and the summary member."""
        t = self.totals
        at = self.exported
        for text in (
            f"#{RULE}账务明细列表结束{RULE}",
            f"#支出合计：{t.number_out}笔，共-{money(t.cents_out)}元",
            f"#收入合计：{t.number_in}笔，共{money(t.cents_in)}元",
            f"#导出时间：[{DATES[at // DAY]:%Y年%m月%d日} {moment(at)[11:]}]",
        ):
            self.lines.line(text + "\r\n")
        net = money(t.cents_in - t.cents_out)
        text = "类型,收入笔数,收入金额（+元）,支出笔数,支出金额（-元）,总金额（元）\r\n"
        text += f"合计,{t.number_in},{money(t.cents_in)},{t.number_out},-{money(t.cents_out)},{net}\r\n"
        self.lines.close((self._member, text.encode("gbk")))


def row(flow: int, move: m.Movement, balance: int, text: str, newer: bool) -> str:
    """One line of the ledger."""
    return (_order_row if move[5] else _other_row)(flow, move, balance, text, newer)


def _amounts(cents: int, balance: int, newer: bool) -> str:
    """收入, 支出 and 余额; the newer layout leaves the other column blank, the older one writes 0.00."""
    nothing = "" if newer else "0.00"
    return f"{money(cents)},{nothing},{money(balance)}" if cents >= 0 else f"{nothing},{money(cents)},{money(balance)}"


def _other_row(flow: int, move: m.Movement, balance: int, text: str, newer: bool) -> str:
    at, item = move[0], move[2]
    kind, description, wording = ITEMS[item]
    memo = text or ("" if newer and description else wording)
    trade = f"{COMPACT_DAYS[at // DAY]}11007{flow % 10**15:015d}"
    line = f"{flow}\t,{trade}\t,\t,,{moment(at)},,{_amounts(move[3], balance, newer)},支付宝,{kind},{memo}"
    return line + (f",{description},账务系统,\t,\t\r\n" if newer else "\r\n")


def _order_row(flow: int, move: m.Movement, balance: int, text: str, newer: bool) -> str:
    at, _, item, cents, _, no, key, paid = move
    kind, description, wording = ITEMS[item]
    trade = f"{COMPACT_DAYS[paid // DAY]}22001{no % 10**15:015d}"
    merchant, base = _numbers(no, key)
    line = f"{flow}\t,{trade}\t,{merchant}\t,{text.replace(',', '，')},{moment(at)},199****{no % 10_000:04d},"
    line += f"{_amounts(cents, balance, newer)},天猫,{kind},"
    told = IN_TEXT[no // 1_000_000 % len(IN_TEXT)] % no if key == m.KEY_IN_TEXT else ""
    if newer:
        told = told or ("" if description else wording)
        return f"{line}{told},{description},天猫商家,{base}\t,{base}\t\r\n"
    if told:
        return f"{line}{wording}{told}\r\n"
    if wording and key == m.KEY_OK:
        wording += f"{{{base}}}" + ("扣款" if cents < 0 else "")
    return f"{line}{wording}\r\n"


def _numbers(no: int, key: int) -> tuple[str, str]:
    """商户订单号 and 业务基础订单号, as good as the row tells them."""
    if key == m.KEY_OK:
        return f"T200P{no}", str(no)
    return (DAMAGED_NO, DAMAGED_NO) if key == m.KEY_BROKEN else ("", "")
