"""When the seller takes money out of a wallet, and how each payout fares on its way to the bank."""

from __future__ import annotations

from dataclasses import dataclass

from huikuan.demo.orders import RECALL_DAY, RECALL_SHOP
from huikuan.demo.seller import DAY, LAST_DAY, LEDGER_DAY, ONE_MONTH, Span

# How a payout shows at the bank.
BY_REFERENCE, BY_AMOUNT, WITH_FEE, MERGED_FIRST, MERGED_SECOND, LOST, RETURNED, IN_TRANSIT = range(8)

# Hard: merged of more than two; one payout in two bank lines, which name it or don't; days late, within or beyond what
# an amount can prove; equal amounts one after the other; the amount of another wallet's payout; beside a payout that
# never arrives, or one that does, a stranger's receipt of the same amount.
MERGED_MORE, SPLIT_NAMED, SPLIT_BARE, SLOW, LATE_NAMED, LATE_BARE, EQUAL, COPY, ECHOED, ECHO_PAID = range(8, 18)
NAMED = (BY_REFERENCE, WITH_FEE, SPLIT_NAMED, LATE_NAMED)
ECHO = (ECHOED, ECHO_PAID)
SINCE_FOUND = {LOST: BY_REFERENCE, ECHOED: BY_REFERENCE, ECHO_PAID: BY_AMOUNT}  # in months before the last one
NOT_ARRIVING = (LOST, RETURNED, IN_TRANSIT, ECHOED)

# Per wallet: how the payouts fare one after the other, then by reference and by amount in turn.
PLANS = (
    (
        BY_REFERENCE,
        BY_AMOUNT,
        WITH_FEE,
        BY_AMOUNT,
        MERGED_FIRST,
        MERGED_SECOND,
        RETURNED,
        BY_AMOUNT,
        LOST,
        BY_REFERENCE,
    ),
    (BY_AMOUNT, BY_REFERENCE, BY_AMOUNT, MERGED_FIRST, MERGED_SECOND, WITH_FEE, BY_AMOUNT),
    (BY_AMOUNT, BY_REFERENCE, MERGED_FIRST, MERGED_SECOND, BY_AMOUNT, LOST, BY_REFERENCE),
)
HARD_PLANS = (
    (
        BY_REFERENCE, EQUAL, EQUAL, WITH_FEE, MERGED_FIRST, MERGED_MORE, MERGED_SECOND, RETURNED, SPLIT_NAMED, ECHOED,
        BY_AMOUNT, SPLIT_BARE, LATE_NAMED, BY_AMOUNT, LOST, SLOW, LATE_BARE, ECHO_PAID, BY_AMOUNT, RETURNED,
    ),
    (
        BY_AMOUNT, COPY, BY_REFERENCE, MERGED_FIRST, MERGED_SECOND, SPLIT_BARE, SLOW, RETURNED, COPY, LOST, WITH_FEE,
        BY_AMOUNT, SPLIT_NAMED, COPY, BY_AMOUNT,
    ),
    (
        BY_REFERENCE, EQUAL, EQUAL, EQUAL, MERGED_FIRST, MERGED_MORE, MERGED_MORE, MERGED_SECOND, LATE_NAMED, ECHO_PAID,
        SPLIT_NAMED, LOST, SLOW, LATE_BARE, BY_AMOUNT, BY_REFERENCE,
    ),
)  # fmt: skip
HARD_GAPS = ((1, 1, 2), (2, 1, 1), (1, 2, 1))
GAPS = ((2, 2, 1, 2, 1, 1, 2, 2, 1, 3), (3, 2, 2, 1, 3, 2, 3), (2, 3, 1, 2, 1, 3, 2))
KEPT = (100_000, 60_000, 50_000)  # cents left in the wallet
LEAST = 10_000  # no payout below this many cents
LAST_ARRIVING = LAST_DAY - 2  # payouts of the last two days are still on their way
FEE = (1_500, 1_000, 0)  # what the bank keeps back where the payout costs a fee
FIRST_HOUR = 9 * 3_600 + 1_260


@dataclass
class Payout:
    """One payout. `flow` is its number in the wallet; `place` its row there; `role` how it fares."""

    wallet: int
    at: int
    cents: int
    role: int
    flow: str
    place: tuple[str, int]
    arrived: bool = False  # whether a perfect reconciliation finds it at the bank

    @property
    def returned(self) -> bool:
        """Whether it bounced."""
        return self.role == RETURNED


def payout_days(wallet: int, hard: bool, span: Span = ONE_MONTH) -> list[int]:
    """Days on which the seller takes money out of a wallet; the last day is one of them."""
    gaps = (HARD_GAPS if hard else GAPS)[wallet]
    days = [span.ledger_day + 1 + wallet]
    n = 0
    while days[-1] + gaps[n % len(gaps)] <= LAST_DAY:
        days.append(days[-1] + gaps[n % len(gaps)])
        n += 1
    if days[-1] != LAST_DAY:
        days.append(LAST_DAY)
    waits = range(RECALL_DAY - 5, RECALL_DAY + 1) if hard and wallet == RECALL_SHOP else ()
    return [day for day in days if day not in waits]


def payout_moment(wallet: int, day: int) -> int:
    """The moment of a payout on that day: in the morning, not to the second the same."""
    return day * DAY + FIRST_HOUR + wallet * 1_710 + day * 37 % 1_500


def role_of(wallet: int, number: int, day: int, hard: bool, last: Payout | None = None) -> int:
    """How the payout of that number in its month fares, after the `last` one of the same wallet. What is to be merged
    is merged, even in the next month."""
    if day > LAST_ARRIVING:
        return IN_TRANSIT
    if number == 0 and last and last.role in (MERGED_FIRST, MERGED_MORE):
        return MERGED_SECOND
    plan = (HARD_PLANS if hard else PLANS)[wallet]
    if number < len(plan):
        return SINCE_FOUND.get(plan[number], plan[number]) if day < LEDGER_DAY else plan[number]
    return BY_REFERENCE if number % 2 else BY_AMOUNT


def cents_of(role: int, available: int, last: Payout | None, neighbour: Payout | None) -> int:
    """How much is taken out of what is available: all of it, but for equal amounts, as far as the money allows."""
    if role == EQUAL:
        again = last.cents if last and last.role == EQUAL else available // 4 // 10_000 * 10_000
        return again if LEAST <= again <= available else available
    if role == COPY and neighbour and LEAST <= neighbour.cents <= available:
        return neighbour.cents
    return available
