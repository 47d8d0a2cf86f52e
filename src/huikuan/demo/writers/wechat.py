"""WeChat Pay's 交易账单 (what was traded) and 资金账单 (what moved in the account): backticks, CRLF, a summary below.

Layouts: FORMATS 2.1 (ALL, 27 columns) and 2.2. The trade bill comes gzipped without, the fund bill plain with a BOM.
"""

from __future__ import annotations

from pathlib import Path

from huikuan.demo import movements as m
from huikuan.demo.files import Lines
from huikuan.demo.seller import COMPACT_DAYS, DAY, compact, moment, money

TRADE_COLUMNS = (
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,"
    "应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,"
    "手续费,费率,订单金额,申请退款金额,费率备注"
)
TRADE_SUMMARY = "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额"
FUND_COLUMNS = (
    "记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额(元),账户结余(元),资金变更提交申请人,"
    "备注,业务凭证号"
)
FUND_SUMMARY = "资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额"
APP_ID = "wx5f0a93c1d2e84b67"
BANKS = ("OTHERS", "ICBC_DEBIT", "CMB_CREDIT", "CCB_DEBIT", "LQT", "ABC_DEBIT")
DAMAGED_NO = "4.73810E+18"
COUPON = 500  # cents of the shop's own voucher, which the buyer used on one order in twenty
COUPON_EVERY = 20


def ticked(cells: tuple[str, ...]) -> str:
    """A data line: every value behind a backtick."""
    return "`" + ",`".join(cells) + "\r\n"


def transaction_no(no: int, paid: int, again: bool) -> str:
    """The 28-digit number of a trade; `again` for one that was booked a second time."""
    return f"42000{'17' if again else '16'}{no % 1000:03d}{COMPACT_DAYS[paid // DAY]}{no // 1000 % 10**10:010d}"


def refund_no(no: int, at: int) -> str:
    """The number of a refund."""
    return f"503{COMPACT_DAYS[at // DAY]}{at % DAY:05d}{no % 10**13:013d}"


def merchant_no(no: int, key: int) -> str:
    """商户订单号 as the row tells it."""
    return str(no) if key == m.KEY_OK else "" if key == m.KEY_BLANK else DAMAGED_NO


class TradeBill:
    """The trade bill of the days `first` to `last`."""

    def __init__(self, folder: Path, account: str, first: int, last: int) -> None:
        name = f"{account}All{COMPACT_DAYS[first]}_{COMPACT_DAYS[last]}.csv.gz"
        self.lines = Lines(folder, name, "utf-8")
        self.document = self.lines.document
        self._account = account
        self.count = self.settled = self.ordered = self.refunds = self.fees = 0
        self.lines.line(TRADE_COLUMNS + "\r\n")

    def add_sale(self, move: m.Movement, title: str, fee: int, again: bool) -> int:
        """A payment and its fee (positive cents)."""
        at, _, _, cents, _, no, key, paid = move
        self.count += 1
        self.settled += cents
        self.fees += fee
        amount = money(cents)
        coupon = 0 if no % COUPON_EVERY else COUPON
        self.ordered += cents + coupon
        head = self._head(at, transaction_no(no, paid, again), no, key)
        cells = (
            *head, "SUCCESS", BANKS[no % 6], "CNY", amount, money(coupon), "0", "0", "0.00", "0.00", "", "", title, "",
            f"{money(fee)}000", "0.60%", money(cents + coupon), "0.00", "",
        )  # fmt: skip
        return self.lines.line(ticked(cells))

    def add_refund(self, move: m.Movement, title: str, fee_back: int) -> int:
        """A refund, and the fee given back with it (positive cents)."""
        at, _, _, cents, _, no, key, paid = move
        self.count += 1
        self.refunds -= cents
        self.fees -= fee_back
        amount = money(-cents)
        fee = f"-{money(fee_back)}000" if fee_back else "0.00000"
        head = self._head(at, transaction_no(no, paid, False), no, key)
        cells = (
            *head, "REFUND", BANKS[no % 6], "CNY", "0.00", "0.00", refund_no(no, at),
            f"R{compact(at)}{no % 10_000:04d}", amount, "0.00", "ORIGINAL", "SUCCESS", title, "", fee, "0.60%", "0.00",
            amount, "",
        )  # fmt: skip
        return self.lines.line(ticked(cells))

    def _head(self, at: int, transaction: str, no: int, key: int) -> tuple[str, ...]:
        user = f"oHY7d{no % 10**15:015x}Qz"
        return (moment(at), APP_ID, self._account, "0", "", transaction, merchant_no(no, key), user, "JSAPI")

    def close(self) -> None:
        """Write the summary: the totals of the rows."""
        self.lines.line(TRADE_SUMMARY + "\r\n")
        settled, ordered, refunds = money(self.settled), money(self.ordered), money(self.refunds)
        self.lines.line(ticked((str(self.count), settled, refunds, "0.00", f"{money(self.fees)}000", ordered, refunds)))
        self.lines.close()


class FundBill:
    """The fund bill of the days `first` to `last`."""

    def __init__(self, folder: Path, account: str, first: int, last: int) -> None:
        name = f"{account}Fund{COMPACT_DAYS[first]}_{COMPACT_DAYS[last]}.csv"
        self.lines = Lines(folder, name, "utf-8-sig")
        self.document = self.lines.document
        self._account = account
        self.number_in = self.number_out = self.cents_in = self.cents_out = 0
        self.lines.line(FUND_COLUMNS + "\r\n")

    def add(self, at: int, numbers: tuple[str, str], kind: str, cents: int, balance: int, *, memo: str = "") -> int:
        """A movement; `numbers` are 微信支付业务单号 and 资金流水单号."""
        if cents >= 0:
            self.number_in += 1
            self.cents_in += cents
        else:
            self.number_out += 1
            self.cents_out -= cents
        return self.lines.line(
            ticked(
                (moment(at), *numbers, kind, kind, "收入" if cents >= 0 else "支出", money(abs(cents)), money(balance),
                 f"{self._account}API" if kind == "退款" else "system", memo, f"S{compact(at)}{numbers[1][-8:]}")
            )
        )  # fmt: skip

    def close(self) -> None:
        """Write the summary: the totals of the rows."""
        number = self.number_in + self.number_out
        self.lines.line(FUND_SUMMARY + "\r\n")
        self.lines.line(
            ticked(
                (str(number), str(self.number_in), money(self.cents_in), str(self.number_out), money(self.cents_out))
            )
        )
        self.lines.close()
