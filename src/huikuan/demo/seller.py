"""The made-up seller: its shops, wallets, bank accounts and calendar. Everything a writer must agree upon.

Moments are whole seconds since midnight of `BASE` in China's time (UTC+8); amounts are whole cents.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

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

DATES = [(BASE + timedelta(days=n)) for n in range(LAST_DAY + 60)]
ISO_DAYS = [day.isoformat() for day in DATES]
COMPACT_DAYS = [day.strftime("%Y%m%d") for day in DATES]
CLOCKS = [f"{s // 3600:02d}:{s // 60 % 60:02d}:{s % 60:02d}" for s in range(DAY)]


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
