"""Movements of one moment in another order than they were booked: proved by their balances, and only then."""

from __future__ import annotations

import random
from decimal import Decimal
from pathlib import Path

import pytest

from huikuan.formats.balance_order import Movement, follow
from tests.formats.support import Read, read

HEADER = "动账流水号,关联订单号,动账时间,动账方向,动账金额(元),动账场景,账户余额(元),备注"
# Second, amount: three movements in one second, two in another.
BOOKED = ((1, "10.00"), (2, "5.00"), (2, "-3.00"), (2, "7.00"), (3, "1.00"), (4, "-2.00"), (4, "20.00"), (5, "4.00"))


def rows(start: str = "100.00") -> list[str]:
    balance, lines = Decimal(start), []
    for at, (second, amount) in enumerate(BOOKED):
        balance += Decimal(amount)
        way = "出账" if amount.startswith("-") else "入账"
        time = f"2026-06-01 10:00:0{second}"
        lines.append(f"F{at},`691{at},{time},{way},{amount},货款结算入账,{balance},-")
    return lines


def got(folder: Path, lines: list[str]) -> Read:
    path = folder / "动账明细.csv"
    path.write_bytes("\r\n".join([HEADER, *lines, ""]).encode())
    return read(path, account="Douyin")


def reversed_in_moments(lines: list[str]) -> list[str]:
    places = [place for second in range(1, 6) for place in reversed(range(8)) if BOOKED[place][0] == second]
    return [lines[place] for place in places]


@pytest.mark.parametrize("newest_first", [False, True])
def test_any_order_within_a_moment_is_proved(tmp_path: Path, newest_first: bool) -> None:
    lines = reversed_in_moments(rows())
    found = got(tmp_path, lines[::-1] if newest_first else lines)
    assert (found.reading.status, found.codes) == ("imported", [])
    assert [(each.stated, each.computed) for each in found.reading.controls] == [(Decimal(142), Decimal(142))]


@pytest.mark.parametrize("change", ["missing", "doubled", "sign", "amount"])
@pytest.mark.parametrize("place", range(1, 7))
def test_what_is_missing_doubled_or_wrong_is_seen_in_any_order(tmp_path: Path, change: str, place: int) -> None:
    lines = reversed_in_moments(rows())
    cells = lines[place].split(",")
    if change == "missing":
        del lines[place]
    elif change == "doubled":
        lines.insert(place, ",".join(["F99", *cells[1:]]))
    else:
        cells[3] = {"入账": "出账", "出账": "入账"}[cells[3]] if change == "sign" else cells[3]
        cells[4] = cells[4] if change == "sign" else "8.88"
        lines[place] = ",".join(cells)
    found = got(tmp_path, lines)
    assert (found.reading.status, set(found.codes)) == ("flagged", {"balance_break"})


def test_any_order_follows_to_the_same_end() -> None:
    chance = random.Random(7)
    for _ in range(300):
        count = chance.randint(2, 9)
        moments = sorted(chance.randint(1, 3) for _ in range(count))
        balance, booked = Decimal(chance.randint(0, 9)), []
        for row, moment in enumerate(moments):
            amount = Decimal(chance.randint(-3, 3))
            balance += amount
            booked.append(Movement(row, moment, amount, balance))
        found = follow(sorted(booked, key=lambda each: (each.moment, chance.random())))
        assert found.gaps == []
        assert found.closing - found.opening == found.moved
        # Where all comes back to where it began, the order alone could tell where that was.
        assert found.closing == balance or found.moved == 0 or moments.count(1) < count


def test_movements_that_do_not_hang_together_are_no_order() -> None:
    """0 → 5 → 0 beside 100 → 101: each follows by itself, but nothing leads from one to the other."""
    apart = [
        Movement(1, 1, Decimal(5), Decimal(5)),
        Movement(2, 1, Decimal(1), Decimal(101)),
        Movement(3, 1, Decimal(-5), Decimal(0)),
    ]
    assert len(follow(apart).gaps) == 2
