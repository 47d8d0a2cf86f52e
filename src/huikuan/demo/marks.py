"""What can be wrong, or only unusual, with an order's money; how often each occurs at either level; who gets it.

A mark is dealt to an order when it is paid. `movements` makes of it what moves in the wallet, `results` what a perfect
reconciliation says of it. Causes are those of the cause tree (`c-...`), the same that open items of a book bear.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from huikuan.demo.seller import DAY, END, LAST_DAY, LEDGER_DAY, ONE_MONTH, SHOPS, WALLETS, Span

# The first four leave the order unpaid for although it is due.
CLEAN, MISSING, KEY_MISSING, KEY_DAMAGED, SALE_KEYLESS = range(5)
SHORT, OVER, REFUND_MISSING, REFUND_TWICE, DUPLICATE_FEE, DUPLICATE_SALE, UNEXPECTED, BEFORE_START = range(5, 13)
SPLIT = 13  # settled in two parts
PART_SETTLED = 14  # the second part has not come yet
ROUNDED = 15  # a cent less
SUBSIDY = 16  # the platform pays a part for the buyer, the order report says so
SUBSIDY_EXTRA = 17  # the same, and the report does not say so
SUBSIDY_BACK = 18  # the subsidy is taken back
REFUNDS = 19  # several refunds of one order
REFUND_FAILED = 20  # the refund came back, the buyer keeps the goods
REFUND_FAILED_TOLD = 21  # the same, but the order is still said to be refunded
PENALTY = 22
LATE = 23  # the money comes days later, perhaps after its due date
KEY_IN_TEXT = 24  # only the remark names the order
FEE_HIGH = 25  # a commission above the contract's
FEE_KEPT = 26  # a refund that gives no commission back

LEAVES_UNPAID = (MISSING, KEY_MISSING, KEY_DAMAGED, SALE_KEYLESS)
KEYLESS = (KEY_MISSING, KEY_DAMAGED)
NEEDS_REFUND = (REFUND_MISSING, REFUND_TWICE, REFUNDS, REFUND_FAILED, REFUND_FAILED_TOLD, FEE_KEPT)
# Trade bills of WeChat Pay know sales and refunds only.
ALIPAY_ONLY = (
    SALE_KEYLESS, SUBSIDY, SUBSIDY_EXTRA, SUBSIDY_BACK, REFUND_FAILED, REFUND_FAILED_TOLD, PENALTY, LATE, KEY_IN_TEXT,
    SPLIT, PART_SETTLED, FEE_HIGH, FEE_KEPT,
)  # fmt: skip

SUBSIDIES = (SUBSIDY, SUBSIDY_BACK)  # told by the order report
SUBSIDY_CENTS = 300

# Class and cause of what remains between an order and its settlement; the classes of two others lie at their rows.
DIFFERENCE: Mapping[int, tuple[str, str]] = {
    SHORT: ("short", "c-P1"),
    OVER: ("over", "unknown"),
    REFUND_MISSING: ("refund_missing", "c-R2"),
    REFUND_TWICE: ("refund_twice", "c-P3"),
    UNEXPECTED: ("unexpected_settlement", "unknown"),
    DUPLICATE_SALE: ("duplicate", "c-P3"),
    BEFORE_START: ("other_period", "c-T4"),
    SPLIT: ("short", "c-P1"),  # its second part is still to come
    PART_SETTLED: ("short", "c-P1"),
    ROUNDED: ("short", "c-D3"),
    SUBSIDY_EXTRA: ("over", "c-S1"),
    SUBSIDY_BACK: ("short", "c-S2"),
    REFUND_FAILED_TOLD: ("refund_missing", "c-R6"),
}
MARK_SLOTS = 1_000
HEAD_SLOTS = 100  # every mark occurs once among the first so many
HEAD_MISSING = 6
PAID_SINCE = 9  # of ten orders of earlier months that nobody paid for in time, so many have got their money since, late
# Old enough by the as-of day to be overdue under any of the seller's settlement rules.
SURELY_DUE = (LAST_DAY - 11) * DAY
UNEXPECTED_EVERY = 150


@dataclass(frozen=True)
class Level:
    """How hard a demo is. `rare`: of a thousand paid orders, how many bear each mark; `missing`: how many nobody pays
    for."""

    hard: bool
    rare: Mapping[int, int]
    missing: int

    def wallet(self, shop: int, buyer: int) -> int:
        """The wallet an order's money goes to. Hard: the first two shops have a second wallet, that of the other."""
        own = SHOPS[shop].wallet
        return 1 - own if self.hard and own < 2 and buyer % 7 == 0 else own

    def shops_of(self, wallet: int) -> tuple[str, ...]:
        """Names of the shops whose money goes to a wallet."""
        shared = (0, 1) if self.hard and wallet < 2 else (wallet,)
        return tuple(shop.name for shop in SHOPS if shop.wallet in shared)


def is_alipay(wallet: int) -> bool:
    """Whether a wallet is one at Alipay."""
    return WALLETS[wallet].platform == "alipay"


_OFTEN = (KEY_MISSING, KEY_DAMAGED, SHORT, OVER, REFUND_MISSING, REFUND_TWICE, DUPLICATE_FEE, DUPLICATE_SALE)
_SELDOM = (
    SPLIT, PART_SETTLED, ROUNDED, SUBSIDY, SUBSIDY_EXTRA, SUBSIDY_BACK, REFUNDS, REFUND_FAILED, REFUND_FAILED_TOLD,
    PENALTY, LATE, KEY_IN_TEXT, FEE_HIGH, FEE_KEPT,
)  # fmt: skip
NORMAL = Level(False, {**dict.fromkeys(_OFTEN, 3), **dict.fromkeys(_SELDOM, 2)}, 84)
HARD = Level(
    True,
    {
        **dict.fromkeys(_OFTEN, 10),
        **dict.fromkeys(_SELDOM, 12),
        SALE_KEYLESS: 8,
        OVER: 4,
        LATE: 40,
        KEY_IN_TEXT: 60,
        SPLIT: 30,
    },
    84,
)


def unexpected_at(created: int, span: Span) -> int:
    """The moment at which an order that nobody paid is paid for nevertheless."""
    return max(created + 8 * DAY, span.ledger_day * DAY + 50_000)


def late_days(buyer: int) -> int:
    """By how many days late money is late: a long tail, 1 to 21 days."""
    draw = buyer % 1_000
    return 1 + draw % 5 if draw < 600 else 6 + draw % 7 if draw < 900 else 13 + draw % 9


class Marks:
    """Deals out what goes wrong: a fixed share of the eligible orders, spread evenly, whatever their number.

    In months before the last one most of what nobody paid for has been paid since: else a seller of half a year would
    wait for a twelfth of all its money.
    """

    def __init__(self, rng: Random, level: Level, span: Span = ONE_MONTH) -> None:
        self._long_ago = LEDGER_DAY * DAY if span.count > 1 else 0  # money of earlier months comes before it
        head = [*level.rare, *[MISSING] * HEAD_MISSING]
        head += [CLEAN] * (HEAD_SLOTS - len(head))
        tail = [mark for mark, slots in level.rare.items() for _ in range(slots - 1)]
        tail += [MISSING] * (level.missing - HEAD_MISSING)
        tail += [CLEAN] * (MARK_SLOTS - len(head) - len(tail))
        rng.shuffle(head)
        rng.shuffle(tail)
        self._slots = head + tail
        self._dealt_old = [0] * len(SHOPS)
        self._dealt_long_ago = [0] * len(SHOPS)
        self._unpaid_long_ago = 0
        self._dealt_new = [0] * len(SHOPS)
        self._cancelled = [UNEXPECTED_EVERY // 2] * len(SHOPS)

    def for_paid(self, shop: int, money_at: int, alipay: bool) -> int:
        """The mark of a paid order whose money is to come at `money_at`."""
        if money_at >= END:
            return CLEAN
        if money_at < self._long_ago:
            self._dealt_long_ago[shop] += 1
            mark = self._as_since(self._slots[(self._dealt_long_ago[shop] - 1) % MARK_SLOTS])
        elif money_at < SURELY_DUE:
            self._dealt_old[shop] += 1
            mark = self._slots[(self._dealt_old[shop] - 1) % MARK_SLOTS]
        else:
            self._dealt_new[shop] += 1
            mark = self._slots[-self._dealt_new[shop] % MARK_SLOTS]
            mark = CLEAN if mark in LEAVES_UNPAID else mark
        return mark if alipay or mark not in ALIPAY_ONLY else CLEAN

    def _as_since(self, mark: int) -> int:
        """The mark of an order of an earlier month: money that did not come then came late."""
        if mark != MISSING:
            return mark
        self._unpaid_long_ago += 1
        return LATE if self._unpaid_long_ago % 10 < PAID_SINCE else MISSING

    def for_cancelled(self, shop: int, money_at: int) -> int:
        """The mark of an order that was never paid: now and then the platform pays for it all the same."""
        if money_at >= END:
            return CLEAN
        self._cancelled[shop] += 1
        return UNEXPECTED if self._cancelled[shop] % UNEXPECTED_EVERY == 0 else CLEAN
