"""The cash forecast: what will reach the bank on each of the next 60 days, in one currency.

What is outstanding today is put on days by the shop's own history (`curves`), state by state. Beside it stands
what orders still to be placed will bring if sales go on as in the last four weeks. Each group of money adds up:

    amount = by days + charges (fees and refunds that come first) + undated (beyond the horizon, or nobody can say)

Shares are estimates (floats); money is split with them and stays exact. A shop whose history is too short follows its
settlement rule: its money is expected on the day the rule says.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import numpy as np

from huikuan.insight.findings.statistics import decimal_of
from huikuan.insight.forecast.curves import HORIZON, LEAST_ORDERS, WEEK, Learned
from huikuan.insight.forecast.states import (
    ON_THE_WAY,
    STATES,
    Floats,
    Group,
    History,
    number_of,
)

ZERO = Decimal(0)
CENT = Decimal("0.01")
RECENT = 28  # days of sales that are expected to go on
LEAST_HISTORY = 21  # days from the first receipt, for a shop's own lags to be used
Key = tuple[str, str]  # shop, currency


@dataclass(frozen=True)
class Expected:
    """A group of money and when it is expected: `days[0]` is tomorrow. `by`: `history`, `rule`, or `nothing`."""

    group: Group
    days: tuple[Decimal, ...]
    charges: Decimal
    undated: Decimal
    by: str

    @property
    def total(self) -> Decimal:
        """What is expected within the horizon."""
        return sum(self.days, ZERO)


@dataclass(frozen=True)
class Forecast:
    """One currency's forecast as of a day. `known`: of money that is outstanding; `coming`: of orders still to be
    placed, by shop. `short`: shops whose history is too short."""

    currency: str
    as_of: date
    known: tuple[Expected, ...]
    coming: Mapping[str, tuple[Decimal, ...]] = field(default_factory=dict)
    short: tuple[str, ...] = ()

    @property
    def outstanding(self) -> Decimal:
        """All money that is to come, as the collection has it."""
        return sum((each.group.amount for each in self.known), ZERO)

    @property
    def charges(self) -> Decimal:
        """What is expected to be charged and refunded of it."""
        return sum((each.charges for each in self.known), ZERO)

    @property
    def undated(self) -> Decimal:
        """What cannot be expected within the horizon."""
        return sum((each.undated for each in self.known), ZERO)

    @property
    def days(self) -> tuple[date, ...]:
        """The days of the horizon."""
        return tuple(self.as_of + timedelta(days=n) for n in range(1, HORIZON + 1))

    def by_day(self, states: Iterable[str] = (), shop: str = "") -> tuple[Decimal, ...]:
        """What is expected of outstanding money by day, of some states (none: all) and one shop (blank: all)."""
        chosen = set(states)
        rows = [
            each.days
            for each in self.known
            if (not chosen or each.group.state in chosen) and (not shop or each.group.shop == shop)
        ]
        return tuple(sum((row[n] for row in rows), ZERO) for n in range(HORIZON))

    def coming_by_day(self, shop: str = "") -> tuple[Decimal, ...]:
        """What orders still to be placed are expected to bring by day."""
        rows = [days for name, days in self.coming.items() if not shop or name == shop]
        return tuple(sum((row[n] for row in rows), ZERO) for n in range(HORIZON))

    def all_by_day(self) -> tuple[Decimal, ...]:
        """Both."""
        return tuple(a + b for a, b in zip(self.by_day(), self.coming_by_day(), strict=True))


def forecast(groups: Sequence[Group], told: Mapping[Key, History], currency: str, as_of: date) -> Forecast:
    """The forecast of one currency from what is outstanding and the shops' histories."""
    today = number_of(as_of)
    learned = {key: learn(history, today) for key, history in told.items() if key[1] == currency}
    ready = {key: states for key, states in learned.items() if is_ready(told[key], states, today)}
    known = [
        _expected(group, ready.get((group.shop, currency)), as_of) for group in groups if group.currency == currency
    ]
    coming = {key[0]: _coming(told[key], states["paid"], today) for key, states in ready.items()}
    shops = {group.shop for group in groups if group.currency == currency and group.state in STATES}
    short = tuple(sorted(shop for shop in shops if (shop, currency) not in ready))
    return Forecast(currency, as_of, tuple(known), coming, short)


def learn(history: History, today: int) -> dict[str, Learned]:
    """What a shop's history says of each state as of a day."""
    return {state: Learned(history, state, today) for state in STATES}


def is_ready(history: History, learned: Mapping[str, Learned], today: int) -> bool:
    """Whether a history is long enough to be used."""
    first = int(history.bank.min()) if len(history.bank) else today
    return today - first >= LEAST_HISTORY and learned["transit"].arrived_orders >= LEAST_ORDERS


def _expected(group: Group, learned: Mapping[str, Learned] | None, as_of: date) -> Expected:
    nothing = (ZERO,) * HORIZON
    if group.state == "reserve" or (learned is None and group.state not in ON_THE_WAY):
        lag = (group.expected - as_of).days if group.expected else 0
        if 1 <= lag <= HORIZON:
            days = tuple(group.amount if n == lag else ZERO for n in range(1, HORIZON + 1))
            return Expected(group, days, ZERO, ZERO, "rule")
    if learned is None or group.since is None or group.state not in STATES:
        return Expected(group, nothing, ZERO, group.amount, "nothing")
    of_state = learned[group.state]
    curve = of_state.curve(number_of(group.since))
    if curve is None:
        return Expected(group, nothing, ZERO, group.amount, "nothing")
    reached = group.amount * decimal_of(curve.arrived[HORIZON])
    brought = decimal_of(of_state.brought)
    days = split(group.amount * brought, curve.arrived)
    charges = (reached - reached * brought).quantize(CENT)
    return Expected(group, days, charges, group.amount - sum(days, ZERO) - charges, "history")


def split(amount: Decimal, arrived: Floats) -> tuple[Decimal, ...]:
    """An amount by days from the share that has arrived by each; the days add up to the last share, to the cent.

    >>> import numpy as np
    >>> [str(each) for each in split(Decimal("10.00"), np.concatenate(([0.0], np.full(HORIZON, 1 / 3))))][:2]
    ['3.33', '0.00']
    """
    reached = [(amount * decimal_of(share)).quantize(CENT) for share in arrived]
    return tuple(later - before for before, later in pairwise(reached))


def _coming(history: History, learned: Learned, today: int) -> tuple[Decimal, ...]:
    """What orders still to be placed bring by day, to the cent."""
    return tuple(decimal_of(each).quantize(CENT) for each in coming_floats(history, learned, today))


def coming_floats(history: History, learned: Learned, today: int) -> Floats:
    """The same as estimates: the last four weeks' sales by weekday, each day's orders arriving as a fresh day's do."""
    total = np.zeros(HORIZON)
    paid = history.began("paid")
    for ahead in range(1, HORIZON + 1):
        day = today + ahead
        same = (paid > today - RECENT) & (paid <= today) & ((paid - day) % WEEK == 0)
        curve = learned.fresh(day) if same.any() else None
        if curve is None:
            continue
        usual = float(history.paid[same].sum()) * WEEK / RECENT * learned.brought_of_paid
        share = np.diff(curve.arrived)[: HORIZON - ahead + 1]
        total[ahead - 1 :] += usual * share
    return total
