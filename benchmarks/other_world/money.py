"""Wallets and banks: what else moves in a wallet, how it is paid out, and what the bank makes of it."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import combinations

from benchmarks.other_world.model import CUT, NOUGHT, START, BankLine, Label, Move, Payout, World, after


@dataclass(frozen=True)
class Wallet:
    """A platform account: how often its owner draws, into which banks, and who the bank says has paid."""

    name: str
    banks: tuple[str, ...]
    payer: str
    every: int  # days between payouts
    memo: str  # what the bank writes; {flow} names the payout
    named: float = 0.3  # share of bank lines that name the payout
    extras: bool = True
    renamed: str = ""  # what the bank adds to the payer's name later on
    currency: str = "CNY"


RENAMED = date(2026, 2, 16)


def opening(rng: random.Random) -> Decimal:
    return Decimal(rng.randrange(200_000, 2_000_000)) / 100


def extras(rng: random.Random, wallet: Wallet) -> list[Move]:
    """Movements of a wallet that belong to no order."""
    if not wallet.extras:
        return []
    found = []
    premium = -Decimal("0.16")
    for kind, amount, label in (
        ("deposit", -Decimal("1000.00"), None), ("deposit_back", Decimal("1000.00"), None),
        ("ad", -Decimal("500.00"), None), ("ad", -Decimal("300.00"), None),
        ("insurance", premium, Label("key_missing", "c-D1", premium)),
    ):  # fmt: skip
        at = datetime.combine(START, datetime.min.time()) + timedelta(
            days=rng.randrange(5, 80), hours=rng.uniform(8, 20)
        )
        own = Label("not_operating", "c-F5", amount) if kind == "ad" else None
        found.append(
            Move(
                wallet=wallet.name,
                at=after(at, 0),
                kind=kind,
                amount=amount,
                label=label,
                wallet_label=own,
                where="nowhere",
            )
        )
    return found


def pay_out(rng: random.Random, wallet: Wallet, moves: list[Move], balance: Decimal) -> list[Payout]:
    """Draw the wallet every few days: everything that is in it, rounded down now and then to a round sum."""
    moves.sort(key=lambda move: move.at)
    payouts: list[Payout] = []
    added: list[Move] = []
    day, done = START + timedelta(days=rng.randrange(1, wallet.every + 1)), 0
    while day <= CUT:
        at = datetime.combine(day, datetime.min.time()) + timedelta(
            hours=rng.choice((9, 10, 15, 21)), seconds=rng.randrange(3600)
        )
        while done < len(moves) and moves[done].at <= at:
            balance += moves[done].amount
            done += 1
        amount = balance if rng.random() < 0.6 else balance // 100 * 100
        if balance > 0 and rng.random() < 0.1:
            amount = Decimal(rng.choice((500, 1000, 2000)))  # what a person types in
        if 0 < amount <= balance:
            parts = [amount]
            if amount > 400 and rng.random() < 0.08:
                parts = [amount - Decimal("200.00"), Decimal("200.00")]  # two draws on one day
            for n, part in enumerate(parts):
                move = Move(
                    wallet=wallet.name, at=at + timedelta(minutes=3 * n), kind="payout", amount=-part, where="nowhere"
                )
                payout = Payout(moves=[move])
                move.payout = payout
                payouts.append(payout)
                added.append(move)
                balance -= part
            if rng.random() < 0.04 and (CUT - day).days > 6:
                payout.state = "returned"
                back = Move(
                    wallet=wallet.name,
                    at=after(at, rng.uniform(0.5, 2)),
                    kind="payout_back",
                    amount=parts[-1],
                    where="nowhere",
                )
                back.payout = payout
                payout.moves.append(back)
                added.append(back)
                balance_at = back.at
                moves.append(back)  # it is in the wallet again, for a later draw
                moves.sort(key=lambda one: one.at)
                assert balance_at > at
        day += timedelta(days=wallet.every + (rng.random() < 0.2))
    present = set(map(id, moves))
    moves.extend(move for move in added if id(move) not in present)
    return payouts


def business_day(day: date) -> date:
    while day.weekday() >= 5:
        day += timedelta(days=1)
    return day


def arrive(rng: random.Random, wallet: Wallet, payouts: list[Payout]) -> list[BankLine]:
    """The bank's side: the same day or the next business days, sometimes two in one sum or one in two."""
    lines: list[BankLine] = []
    waiting = [payout for payout in payouts if payout.state == "credited"]
    skip: set[int] = set()
    for place, payout in enumerate(waiting):
        if place in skip:
            continue
        move = payout.moves[0]
        late = rng.choices((0, 1, 2), (5, 4, 1))[0]
        day = business_day(move.at.date() + timedelta(days=late))
        if rng.random() < 0.015 and (CUT - move.at.date()).days > 10:
            payout.state = "missing"
            continue
        if day > CUT:
            payout.state = "in_transit"
            continue
        at = max(datetime.combine(day, datetime.min.time()) + timedelta(hours=rng.uniform(9, 17)), after(move.at, 0.02))
        amount, merged = -move.amount, [payout]
        following = waiting[place + 1] if place + 1 < len(waiting) else None
        if following and rng.random() < 0.06 and (following.moves[0].at - move.at).days <= 3:
            next_day = business_day(following.moves[0].at.date())
            if next_day <= CUT:
                at = datetime.combine(next_day, datetime.min.time()) + timedelta(hours=23)
                merged.append(following)
                amount -= following.moves[0].amount
                skip.add(place + 1)
        bank = rng.choice(wallet.banks)
        parts = [amount]
        if len(merged) == 1 and amount > 1000 and rng.random() < 0.03:
            first = Decimal(rng.randrange(300_00, 900_00)) / 100
            parts = [first, amount - first]
        named = len(merged) == 1 and rng.random() < wallet.named
        for n, part in enumerate(parts):
            memo = wallet.memo.replace("{flow}", "{flow}" if named else "")
            payer = wallet.payer + (wallet.renamed if at.date() >= RENAMED else "")
            line = BankLine(
                bank=bank, at=at + timedelta(minutes=n), amount=part, party=payer, memo=memo, payout=payout
            )  # fmt: skip
            lines.append(line)
            for one in merged:
                one.lines.append(line)
                one.named = named
    return lines


def others(rng: random.Random, bank: str, orders_a_day: float) -> list[BankLine]:
    """What else a bank account sees: salaries, rent, interest, fees, a receipt nobody knows."""
    found: list[BankLine] = []

    def add(day: date, amount: str, kind: str, party: str, memo: str) -> None:
        at = datetime.combine(day, datetime.min.time()) + timedelta(hours=rng.uniform(9, 17))
        found.append(BankLine(bank=bank, at=after(at, 0), amount=Decimal(amount), party=party, memo=memo, kind=kind))

    for month in (1, 2, 3):
        add(date(2026, month, 15), "-8000.00", "salary", "代发工资过渡户", "代发工资")
        add(date(2026, month, 5), "-4500.00", "rent", "杭州某物业管理有限公司", "房租")
        add(date(2026, month, 21), "3.27", "interest", "", "结息")
        add(date(2026, month, 25), "-12.00", "fee", "", "账户管理费")
    for _ in range(rng.randrange(2, 5)):
        day = START + timedelta(days=rng.randrange(5, 85))
        add(
            day,
            f"{rng.randrange(100, 90_000) / 100:.2f}",
            "receipt",
            rng.choice(("王某", "义乌某贸易有限公司")),
            "货款",
        )
        add(day, f"-{rng.randrange(100, 90_000) / 100:.2f}", "payment", "广州某包装材料有限公司", "采购款")
    return found


def strangers(rng: random.Random, payouts: list[Payout], bank_of: dict[str, tuple[str, ...]]) -> list[BankLine]:
    """Somebody pays exactly what a payout that came to nothing was: a coincidence, no payout."""
    found = []
    for payout in payouts:
        move = payout.moves[0]
        if payout.state in ("missing", "in_transit") and rng.random() < 0.7:
            at = after(move.at, rng.uniform(0.1, 1.5))
            bank = bank_of[move.wallet][0]
            found.append(
                BankLine(bank=bank, at=at, amount=-move.amount, party="宁波某商行", memo="货款", kind="receipt")
            )
    return found


def between(rng: random.Random, banks: tuple[str, ...], owner: str = "杭州另一世界电子商务有限公司") -> list[BankLine]:
    """Transfers between own bank accounts: out of one, into the other, in the owner's own name."""
    if len(banks) < 2:
        return []
    found = []
    for _ in range(3):
        giving, taking = rng.sample(banks, 2)
        day = business_day(START + timedelta(days=rng.randrange(5, 80)))
        at = datetime.combine(day, datetime.min.time()) + timedelta(hours=rng.uniform(9, 15))
        amount = Decimal(rng.choice((5000, 10_000, 20_000)))
        for bank, signed, moment in ((giving, -amount, at), (taking, amount, at + timedelta(minutes=2))):
            found.append(
                BankLine(
                    bank=bank,
                    at=after(moment, 0),
                    amount=signed,
                    party=owner,
                    memo="往来款 内部转账",
                    kind="own_transfer",
                )
            )
    return found


def keep_balances(rng: random.Random, world: World, banks: Iterable[str]) -> None:
    """Sort the bank lines by time and give each its balance; those after the cut have not happened yet."""
    world.lines.sort(key=lambda line: line.at)
    for bank in banks:
        balance = world.openings[bank] = Decimal(rng.randrange(100_000, 900_000))
        for line in world.lines:
            if line.bank == bank:
                balance += line.amount
                line.balance = balance
    world.lines = [line for line in world.lines if line.at.date() <= CUT]


def judge_payouts(
    payouts: list[Payout], lines: Iterable[BankLine], into: dict[str, tuple[str, ...]], window: int
) -> None:
    """Say which links anybody could find: named, or the only sum that fits in the window, both ways."""
    receipts: dict[str, list[BankLine]] = defaultdict(list)
    for line in lines:
        if line.amount > 0:
            receipts[line.bank].append(line)
    drawn = [(payout, payout.moves[0]) for payout in payouts]
    for payout in payouts:
        if payout.lines and not payout.named:
            payout.identifiable = _only(payout, drawn, receipts, into, window)


def _only(
    payout: Payout,
    drawn: list[tuple[Payout, Move]],
    receipts: dict[str, list[BankLine]],
    into: dict[str, tuple[str, ...]],
    window: int,
) -> bool:
    line = payout.lines[0]
    whole = sum((one.amount for one in payout.lines), NOUGHT)
    near = [
        move for _, move in drawn
        if line.bank in into[move.wallet] and timedelta(0) <= line.at.date() - move.at.date() <= timedelta(days=window)
    ]  # fmt: skip
    sums = 0
    for size in (1, 2):
        sums += sum(-sum((m.amount for m in some), NOUGHT) == whole for some in combinations(near, size))
    move = payout.moves[0]
    same = [
        one for bank in into[move.wallet] for one in receipts[bank]
        if one.amount == line.amount and timedelta(0) <= one.at.date() - move.at.date() <= timedelta(days=window)
    ]  # fmt: skip
    return sums == 1 and len(same) == 1
