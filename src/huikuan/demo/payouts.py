"""When the seller takes money out of a wallet, and how each payout fares on its way to the bank."""

from __future__ import annotations

from dataclasses import dataclass

from huikuan.demo.seller import DAY, LAST_DAY, LEDGER_DAY

# How a payout shows at the bank.
BY_REFERENCE, BY_AMOUNT, WITH_FEE, MERGED_FIRST, MERGED_SECOND, LOST, RETURNED, IN_TRANSIT = range(8)

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

    @property
    def returned(self) -> bool:
        """Whether it bounced."""
        return self.role == RETURNED


def payout_days(wallet: int) -> list[int]:
    """Days on which the seller takes money out of a wallet; the last day is one of them."""
    gaps = GAPS[wallet]
    days = [LEDGER_DAY + 1 + wallet]
    n = 0
    while days[-1] + gaps[n % len(gaps)] <= LAST_DAY:
        days.append(days[-1] + gaps[n % len(gaps)])
        n += 1
    if days[-1] != LAST_DAY:
        days.append(LAST_DAY)
    return days


def payout_moment(wallet: int, day: int) -> int:
    """The moment of a payout on that day: in the morning, not to the second the same."""
    return day * DAY + FIRST_HOUR + wallet * 1_710 + day * 37 % 1_500


def role_of(wallet: int, number: int, day: int) -> int:
    """How the payout of that number fares."""
    if day > LAST_ARRIVING:
        return IN_TRANSIT
    plan = PLANS[wallet]
    if number < len(plan):
        return plan[number]
    return BY_REFERENCE if number % 2 else BY_AMOUNT
