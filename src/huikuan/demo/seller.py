"""The made-up seller: its shops, wallets, bank accounts and calendar. Everything a writer must agree upon.

Days are counted from `BASE`, those before it are negative. Moments are whole seconds since midnight of `BASE` in
China's time (UTC+8), 0 is never (`happening`); amounts are whole cents. A seller of several months (`Span`) has the
same last day as one of a single month, and begins earlier.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

COMPANY = "禾屿家居（演示）"
LEGAL_NAME = "杭州禾屿家居用品有限公司"

DAY = 86_400
BASE = date(2026, 9, 20)
AS_OF = date(2026, 10, 31)
BOOK_START = date(2026, 9, 25)
LAST_DAY = (AS_OF - BASE).days  # day number of the as-of day
END = (LAST_DAY + 1) * DAY  # first moment after the as-of day
LEDGER_DAY = (date(2026, 10, 1) - BASE).days  # bills and statements begin here
FIRST_ALIPAY_ORDERS = (BOOK_START - BASE).days
EARLY_EXPORT_DAY = (date(2026, 10, 11) - BASE).days  # the first order export shows the state at its midnight


@dataclass(frozen=True)
class Shop:
    """A shop. `share` of the orders in percent; `wallet` is the number of the wallet its money goes to."""

    name: str
    shop_id: str
    platform: str
    wallet: int
    share: int
    first_day: int
    order_prefix: int  # first digits of its order numbers


@dataclass(frozen=True)
class Wallet:
    """A wallet at a payment platform; `opening` is the balance in cents before the first day of its bill."""

    account: str
    title: str
    platform: str  # alipay | wechatpay
    bank: int  # the bank account its payouts go to
    opening: int


@dataclass(frozen=True)
class Bank:
    """A bank account; `opening` in cents before the first statement day."""

    account: str
    title: str
    bank_name: str
    opening: int


SHOPS = (
    Shop("禾屿家居旗舰店", "358812041", "tmall", 0, 50, FIRST_ALIPAY_ORDERS, 4726),
    Shop("禾屿生活专营店", "361470932", "tmall", 1, 25, FIRST_ALIPAY_ORDERS, 4731),
    Shop("禾屿家居工厂店", "370225618", "tmall", 2, 25, LEDGER_DAY, 4738),
)
WALLETS = (
    Wallet("2088721540013365", "支付宝 旗舰店", "alipay", 0, 4_821_337),
    Wallet("2088931207745521", "支付宝 专营店", "alipay", 0, 1_904_562),
    Wallet("1628804517", "微信支付 工厂店", "wechatpay", 1, 2_260_918),
)
BANKS = (
    Bank("1202020419900123456", "工商银行 一般户", "中国工商银行杭州城站支行", 31_856_204),
    Bank("33050161708100004321", "建设银行 一般户", "中国建设银行杭州中山支行", 12_640_877),
    Bank("350777894512", "中国银行 基本户", "中国银行杭州滨江支行", 186_312_459),
)
ICBC, CCB, BOC = 0, 1, 2

MOST_MONTHS = 12
DATES = {n: BASE + timedelta(days=n) for n in range(-31 * MOST_MONTHS, LAST_DAY + 60)}
ISO_DAYS = {n: day.isoformat() for n, day in DATES.items()}
COMPACT_DAYS = {n: day.strftime("%Y%m%d") for n, day in DATES.items()}
CLOCKS = [f"{s // 3600:02d}:{s // 60 % 60:02d}:{s % 60:02d}" for s in range(DAY)]


@dataclass(frozen=True)
class Month:
    """A calendar month of the demo: day numbers of its first and last day, both inside."""

    first: int
    last: int

    @property
    def is_last(self) -> bool:
        """Whether the demo ends with it."""
        return self.last == LAST_DAY

    @property
    def done_day(self) -> int:
        """The day on which the month's orders are exported: the 22nd after it, when all are received, and refunded if
        they ever are; those of the last month on the morning after it, as they are."""
        return LAST_DAY + 1 if self.is_last else self.last + 22


@dataclass(frozen=True)
class Span:
    """The months a demo covers, the last being October 2026, and the days just before whose orders they settle."""

    count: int = 1

    @cached_property
    def months(self) -> tuple[Month, ...]:
        """The months, the earliest first."""
        found = [Month(LEDGER_DAY, LAST_DAY)]
        while len(found) < self.count:
            last = found[0].first - 1
            found.insert(0, Month(last - DATES[last].day + 1, last))
        return tuple(found)

    @property
    def earlier(self) -> int:
        """By how many days everything begins earlier than in a demo of one month."""
        return LEDGER_DAY - self.months[0].first

    @property
    def ledger_day(self) -> int:
        """The day on which bills and statements begin."""
        return LEDGER_DAY - self.earlier

    @property
    def book_start(self) -> date:
        """The day the book starts on."""
        return BOOK_START - timedelta(days=self.earlier)

    def number(self, day: int) -> int:
        """The position of a day's month in `months`; days before the first month are counted to it.

        >>> span = Span(3)
        >>> [span.number(day) for day in (-60, span.months[1].first - 1, span.months[1].first, LAST_DAY)]
        [0, 0, 1, 2]
        """
        return max(sum(month.first <= day for month in self.months) - 1, 0)


ONE_MONTH = Span()


def happening(at: int) -> int:
    """A moment at which something happens: a second later where it would read as never.

    >>> happening(0), happening(-60)
    (1, -60)
    """
    return at or 1


def moment(at: int) -> str:
    """A moment as `2026-10-01 08:30:00`; 0 (never) gives blank text.

    >>> moment(11 * 86400 + 30600)
    '2026-10-01 08:30:00'
    """
    return f"{ISO_DAYS[at // DAY]} {CLOCKS[at % DAY]}" if at else ""


def compact(at: int) -> str:
    """A moment as `20261001083000`."""
    return COMPACT_DAYS[at // DAY] + CLOCKS[at % DAY].replace(":", "")


def money(cents: int) -> str:
    """Cents as an amount with two decimals.

    >>> money(-1205)
    '-12.05'
    """
    sign = "-" if cents < 0 else ""
    cents = abs(cents)
    return f"{sign}{cents // 100}.{cents % 100:02d}"


def share(cents: int, permyriad: int) -> int:
    """A rate (in ten-thousandths) of an amount, rounded half up to whole cents; `cents` is not negative.

    >>> share(2990, 60)
    18
    """
    return (cents * permyriad + 5_000) // 10_000
