"""What changes over the months of a demo that covers several: how sales go, and four things that findings can tell.

Sales grow month by month, with the festivals of June and November. One shop's commission rises with a new contract, the
wallet of another gets its money days after receipt, the bestseller comes in a bad batch and half of it goes back or is
paid for in part. A demo of one month has none of it. Nothing is drawn here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from huikuan.demo.catalogue import GOODS, cumulative
from huikuan.demo.seller import BASE, DATES, DAY, LEDGER_DAY, Span

COMMISSION_RATE = 200  # in ten-thousandths

GROWTH = 4  # percent a month
FESTIVALS = {  # (month, days): sales in percent of a usual day's
    (6, range(1, 4)): 160,
    (6, range(16, 19)): 230,
    (6, range(19, 23)): 75,
    (11, range(1, 4)): 170,
    (11, range(10, 12)): 260,
    (11, range(12, 17)): 75,
    (2, range(14, 22)): 45,
}

FEE_SHOP, FEE_FROM, FEE_RATE = 1, date(2026, 9, 21), 500
SLOW_SHOP, SLOW_FROM, SLOW_DAYS = 0, date(2026, 10, 1), 2
BAD_GOODS, BAD_FROM, BAD_SHARE = 4, date(2026, 9, 26), 0.50  # the share of its orders that are refunded
BESTSELLING = 3  # times as often as by its weight the goods of the bad batch are bought, all the time
AFTER_SHIPPING, RECEIVED = 0.040, 0.078  # between them `orders` draws: refunded after shipping, before the receipt


@dataclass(frozen=True)
class Course:
    """The course of a seller's business over a span."""

    span: Span

    @property
    def is_long(self) -> bool:
        """Whether there is more than one month, so that anything can change."""
        return self.span.count > 1

    def sales(self, day: int) -> int:
        """How many orders a day has, in hundredths of a percent of one in the last month."""
        if not self.is_long:
            return 10_000
        today = DATES[day]
        times = next((t for (month, days), t in FESTIVALS.items() if today.month == month and today.day in days), 100)
        return times * (100 - GROWTH * (LEDGER_DAY - day) // 30) if day < LEDGER_DAY else times * 100

    def goods_sums(self) -> list[int]:
        """Running sums of the weights of `GOODS`, for drawing: a seller of several months has a bestseller."""
        times = BESTSELLING if self.is_long else 1
        return cumulative(tuple(weight * (times if n == BAD_GOODS else 1) for n, (_, _, weight) in enumerate(GOODS)))

    def commission(self, shop: int, created: int) -> int:
        """The commission of an order's contract, in ten-thousandths."""
        is_new = self.is_long and shop == FEE_SHOP and created >= _moment(FEE_FROM)
        return FEE_RATE if is_new else COMMISSION_RATE

    def wait(self, shop: int, received: int) -> int:
        """How many seconds after the receipt an order's money comes."""
        is_slow = self.is_long and shop == SLOW_SHOP and received >= _moment(SLOW_FROM)
        return SLOW_DAYS * DAY if is_slow else 0

    def fate(self, goods: int, created: int, draw: float) -> float:
        """The draw that decides on a refund: that of the bad batch is turned into one after shipping."""
        is_bad = self.is_long and goods == BAD_GOODS and created >= _moment(BAD_FROM)
        if not is_bad or draw >= BAD_SHARE:
            return draw
        return AFTER_SHIPPING + draw / BAD_SHARE * (RECEIVED - AFTER_SHIPPING)


def _moment(day: date) -> int:
    return (day - BASE).days * DAY
