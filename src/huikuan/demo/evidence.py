"""Which payouts can be told at the bank at all: by their number, as a run of payouts in one sum, or by an amount that
is the only one of its kind within the window, among the receipts that a platform paid. What cannot be told is true
nevertheless, but nobody may claim it.
"""

from __future__ import annotations

from collections.abc import Iterator

from huikuan.demo.banks import BankMove
from huikuan.demo.payouts import NAMED, Payout
from huikuan.demo.seller import DAY, WALLETS

WINDOW = range(-1, 6)  # days from a payout to its receipt within which an equal amount proves something

Bundle = tuple[list[Payout], list[BankMove]]


def judged_bundles(
    bundles: list[Bundle], payouts: list[Payout], moves: list[BankMove]
) -> Iterator[tuple[list[Payout], list[BankMove], bool]]:
    """Payouts with their bank lines, and whether that can be found. Equal payouts of one wallet come as one bundle
    where as many equal receipts stand against them."""
    open_payouts = [p for p in payouts if not p.returned and p.role not in NAMED]
    receipts = [move for move in moves if move.payouts and not _is_named(move)]
    done: set[int] = set()
    for out, lines in bundles:
        if id(out[0]) in done:
            continue
        if _is_named(lines[0]):
            yield out, lines, True
        elif len(out) > 1:
            yield out, lines, all(_may_meet(payout, lines[0]) for payout in out)
        elif len(lines) > 1:
            yield out, lines, False
        else:
            alike, like = _island(out[0], open_payouts, receipts)
            mine = [bundle for bundle in bundles if bundle[0][0] in alike and bundle[1][0] in like]
            one_wallet = len({payout.wallet for payout in alike}) == 1
            if one_wallet and len(alike) == len(like) == len(mine):
                done.update(id(payout) for payout in alike)
                yield alike, like, True
            else:
                yield out, lines, False


def _is_named(move: BankMove) -> bool:
    return move.payouts[-1].role in NAMED


def _island(first: Payout, payouts: list[Payout], receipts: list[BankMove]) -> tuple[list[Payout], list[BankMove]]:
    """All payouts and receipts of one amount and bank that may be each other's, starting from a payout."""
    alike = [p for p in payouts if p.cents == first.cents and WALLETS[p.wallet].bank == WALLETS[first.wallet].bank]
    like = [move for move in receipts if move.cents == first.cents and move.bank == WALLETS[first.wallet].bank]
    left, right = [first], []  # type: tuple[list[Payout], list[BankMove]]
    grown = True
    while grown:
        more_right = [m for m in like if m not in right and any(_may_meet(p, m) for p in left)]
        right += more_right
        more_left = [p for p in alike if p not in left and any(_may_meet(p, m) for m in right)]
        left += more_left
        grown = bool(more_left or more_right)
    return left, right


def _may_meet(payout: Payout, move: BankMove) -> bool:
    return move.at // DAY - payout.at // DAY in WINDOW
