"""Settlement rules learned from a shop's own history: what its orders' settlement counts from, how long it takes, on
which days it comes.

Input is a collection (`insight.collection.collecting`) of a day: orders that were settled whole and refunded nothing.
Per shop:

1. *Anchor*: of paying, shipping, receipt and closing the one from which the settlement day is least spread (the 5th to
   the 95th percentile of days, then the middle half).
2. *Change*: the rule may have changed once: Pettitt's test (Applied Statistics 28, 1979, 126-135) on the daily medians,
   by the day of payment. Each side of the change is learned by itself.
3. *Batch*: weekly or monthly where nearly all settlement days are one weekday, or one day of the month.
4. *Days*: what is typical (the median; with a batch what fits most days), raised until no more than 2 % of the history
   would have been called overdue with the bank days and the grace of the rule that holds.

Orders too young to be settled whatever their lag are left out, as they would make the newest lags look short. Fewer
than 30 orders teach nothing. The same input always gives the same proposal.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import duckdb

from huikuan.insight.collection.orders import local_day
from huikuan.records.bank_days import BankCalendar, calendar_of
from huikuan.records.due_dates import due_date, next_batch_day, rule_on
from huikuan.records.rules import Rules, SettlementRule

LEAST_ORDERS = 30
LATE_AT_MOST = Decimal("0.02")
ON_ONE_DAY = Decimal("0.95")  # of the orders, where settlement has a batch day
TOLD_BY = Decimal("0.8")  # of the orders must tell an anchor
ANCHORS = ("received", "closed", "shipped", "paid")  # what is preferred of equals
LEAST_DAYS = 14  # of payment on which orders were settled, for a change to be seen
SURE = Decimal("0.001")
LONGEST = 120  # days
WEEK = 7

SETTLED = (
    "refunded = 0 AND settled > 0 AND not_due = 0 AND overdue = 0 AND disputed = 0 AND written_off = 0 "
    "AND settled_on IS NOT NULL"
)
OPEN_STILL = "not_due + overdue > 0 AND settled + fees = 0"


@dataclass(frozen=True)
class Lag:
    """How far a settlement lies from an anchor: the orders that tell both, the days by percentile."""

    anchor: str
    orders: int
    before: int  # orders settled before the anchor's day
    p5: int
    p25: int
    median: int
    p75: int
    p95: int

    @property
    def spread(self) -> tuple[int, int, int]:
        """What the best anchor has least of."""
        return self.p95 - self.p5, self.p75 - self.p25, ANCHORS.index(self.anchor)


@dataclass(frozen=True)
class Effect:
    """What a rule would change of the open orders: how many, and their money by currency."""

    orders: int = 0
    money: tuple[tuple[str, Decimal], ...] = ()


@dataclass(frozen=True)
class SettlementProposal:
    """A settlement rule that a shop's history suggests. `rule` is None where the history is too short; `same`: it says
    nothing else than the rule that holds."""

    shop: str
    current: SettlementRule
    rule: SettlementRule | None = None
    orders: int = 0
    lag: Lag | None = None
    lags: tuple[tuple[int, int], ...] = ()  # days from the anchor, orders
    others: tuple[Lag, ...] = ()  # the other anchors
    late: int = 0  # orders the proposed rule would have called overdue
    late_now: int = 0  # orders the rule that holds would have
    changed: bool = False  # the rule changed within the history; this is one side of it
    overdue_more: Effect = Effect()
    overdue_less: Effect = Effect()

    @property
    def same(self) -> bool:
        """Whether the rule that holds says the same, or is a day apart and serves the history as well."""
        if self.rule is None or _subject(self.rule) != _subject(self.current):
            return False
        serves = self.late_now <= self.orders * LATE_AT_MOST
        return self.rule.days == self.current.days or (serves and abs(self.rule.days - self.current.days) <= 1)


def _subject(rule: SettlementRule) -> tuple[str, str]:
    return rule.anchor, "none" if rule.batch == "daily" else rule.batch


@dataclass(frozen=True)
class History:
    """Where the history lies and by which rules it is read."""

    con: duckdb.DuckDBPyConnection
    collection: str
    rules: Rules
    as_of: date
    timezone: str

    def day(self, moment: str) -> str:
        """The SQL of a time's day in the book's zone."""
        return local_day(moment, self.timezone)

    def anchor_day(self, anchor: str) -> str:
        """The SQL of an anchor's day."""
        return self.day(f"{anchor}_at")

    @property
    def paid_day(self) -> str:
        """The SQL of the day that says which rule an order follows."""
        return f"coalesce({self.day('paid_at')}, business_date)"

    def calendar(self, shop: str) -> BankCalendar:
        """The bank days of a shop."""
        currencies = {each.name: each.currency for each in self.rules.shops}
        return calendar_of(self.rules, currencies.get(shop, ""))


def propose_settlement(history: History) -> list[SettlementProposal]:
    """What each shop's history says, by shop and day. Shops of no orders are absent."""
    found: list[SettlementProposal] = []
    for shop, lags in sorted(_lags(history).items()):
        found += _of_shop(history, shop, lags)
    return found


def _lags(history: History) -> dict[str, list[Lag]]:
    """The lags of each shop by anchor."""
    parts = []
    for anchor in ANCHORS:
        lag = f"(settled_on - {history.anchor_day(anchor)})"
        quantiles = f"quantile_disc({lag}, [0.05, 0.25, 0.5, 0.75, 0.95])"
        parts.append(f"count({lag}), count(*) FILTER ({lag} < 0), {quantiles}")
    query = f"SELECT shop, {', '.join(parts)} FROM {history.collection} WHERE {SETTLED} GROUP BY shop"
    found = {}
    for shop, *told in history.con.execute(query).fetchall():
        each = zip(ANCHORS, told[0::3], told[1::3], told[2::3], strict=True)
        found[shop] = [Lag(name, orders, before, *map(int, days)) for name, orders, before, days in each if orders]
    return found


def _of_shop(history: History, shop: str, lags: Sequence[Lag]) -> list[SettlementProposal]:
    current = rule_on(history.rules, shop, history.as_of)
    orders = max((lag.orders for lag in lags), default=0)
    usable = [lag for lag in lags if lag.orders >= orders * TOLD_BY and lag.before * 50 <= lag.orders]
    if orders < LEAST_ORDERS or not usable:
        return [SettlementProposal(shop, current, orders=orders)]
    best = min(usable, key=lambda lag: lag.spread)
    cells = _cells(history, shop, best)
    at = change_point([(day, _median(cell)) for day, cell in sorted(_by_paid_day(cells).items())])
    sides = [[cell for cell in cells if cell.paid < at], [cell for cell in cells if cell.paid >= at]] if at else [cells]
    if min(sum(cell.orders for cell in side) for side in sides) < LEAST_ORDERS:
        sides = [cells]
    others = tuple(lag for lag in lags if lag != best)
    ends = [side[0].paid for side in sides[1:]] + [None]
    return [
        _learned(history, shop, best, side, end, others, len(sides) > 1) for side, end in zip(sides, ends, strict=True)
    ]


@dataclass(frozen=True, order=True)
class Cell:
    """Orders of a day of payment, an anchor day and a settlement day."""

    paid: date
    anchor: date
    settled: date
    orders: int

    @property
    def lag(self) -> int:
        """Days from the anchor to the settlement."""
        return (self.settled - self.anchor).days


def _cells(history: History, shop: str, best: Lag) -> list[Cell]:
    """The history of a shop that is old enough to be settled, by days. All of it where that leaves too little."""
    anchor = history.anchor_day(best.anchor)
    query = f"""SELECT {history.paid_day} AS paid, {anchor} AS anchor, settled_on, count(*)
        FROM {history.collection} WHERE shop = $shop AND {SETTLED} AND {best.anchor}_at IS NOT NULL
        GROUP BY ALL ORDER BY ALL"""
    cells = [Cell(*row) for row in history.con.execute(query, {"shop": shop}).fetchall()]
    ripe = [cell for cell in cells if cell.anchor <= history.as_of - timedelta(days=best.p95)]
    return ripe if sum(cell.orders for cell in ripe) >= LEAST_ORDERS else cells


def _by_paid_day(cells: Iterable[Cell]) -> dict[date, Counter[int]]:
    days: dict[date, Counter[int]] = {}
    for cell in cells:
        days.setdefault(cell.paid, Counter())[cell.lag] += cell.orders
    return days


def _median(counted: Counter[int]) -> int:
    """The lower median of counted values."""
    left = (counted.total() + 1) // 2
    for value in sorted(counted):
        left -= counted[value]
        if left <= 0:
            return value
    raise ValueError("nothing is counted")


def change_point(series: Sequence[tuple[date, int]]) -> date | None:
    """The first day after the one change of a series by Pettitt's test, at a level of 0.1 %; None if there is none.

    >>> change_point([(date(2026, 10, n), 7 if n < 11 else 3) for n in range(1, 31)])
    datetime.date(2026, 10, 11)
    """
    n = len(series)
    if n < LEAST_DAYS:
        return None
    values = Counter(value for _day, value in series)
    ranks, below = {}, 0
    for value in sorted(values):
        ranks[value] = 2 * below + values[value] + 1  # twice the mean rank
        below += values[value]
    best, at, total = 0, 0, 0
    for number, (_day, value) in enumerate(series[:-1], 1):
        total += ranks[value]
        height = abs(total - number * (n + 1))
        if height > best:
            best, at = height, number
    if not best:
        return None
    probability = 2 * (Decimal(-6 * best * best) / (n**3 + n**2)).exp()
    before, after = (_median(Counter(value for _day, value in part)) for part in (series[:at], series[at:]))
    return series[at][0] if probability < SURE and before != after else None


def batch_of(cells: Sequence[Cell]) -> str:
    """The batch day of settlements: `weekly:1`, `monthly:31` (the last day), or `none`."""
    days: Counter[date] = Counter()
    for cell in cells:
        days[cell.settled] += cell.orders
    span = (max(days) - min(days)).days
    most = days.total() * ON_ONE_DAY
    weekdays: Counter[int] = Counter()
    months: Counter[int] = Counter()
    for day, orders in days.items():
        weekdays[day.isoweekday()] += orders
        months[31 if (day + timedelta(days=1)).day == 1 else day.day] += orders
    (weekday, in_week), (of_month, in_month) = weekdays.most_common(1)[0], months.most_common(1)[0]
    if in_month >= most and span >= 2 * 28 and len(days) >= 3:
        return f"monthly:{of_month}"
    return f"weekly:{weekday}" if in_week >= most and span >= 3 * WEEK and len(days) >= 4 else "none"


def typical_days(cells: Sequence[Cell], batch: str) -> int:
    """The days that fit: the median, or with a batch those after which the batch day is the settlement's most often."""
    lags: Counter[int] = Counter()
    for cell in cells:
        lags[cell.lag] += cell.orders
    if batch == "none":
        return max(_median(lags), 0)
    fits = [
        (sum(c.orders for c in cells if next_batch_day(c.anchor + timedelta(days=days), batch) == c.settled), -days)
        for days in range(min(max(lags), LONGEST) + 1)
    ]
    return -max(fits)[1]


def _learned(
    history: History,
    shop: str,
    lag: Lag,
    cells: Sequence[Cell],
    until: date | None,
    others: tuple[Lag, ...],
    changed: bool,
) -> SettlementProposal:
    first = min(cell.paid for cell in cells)
    current = rule_on(history.rules, shop, first if until else history.as_of)
    batch = batch_of(cells)
    rule = replace(current, valid_from=first, anchor=lag.anchor, batch=batch, days=typical_days(cells, batch))
    calendar = history.calendar(shop)
    orders = sum(cell.orders for cell in cells)
    while _late(rule, cells, calendar) > orders * LATE_AT_MOST and rule.days < LONGEST:
        rule = replace(rule, days=rule.days + 1)
    lags: Counter[int] = Counter()
    for cell in cells:
        lags[cell.lag] += cell.orders
    more, less = _effects(history, rule, until, calendar)
    same_anchor = cells if current.anchor == lag.anchor else ()
    return SettlementProposal(
        shop, current, rule, orders, lag, tuple(sorted(lags.items())), others, _late(rule, cells, calendar),
        _late(current, same_anchor, calendar), changed, more, less,
    )  # fmt: skip


def _late(rule: SettlementRule, cells: Sequence[Cell], calendar: BankCalendar) -> int:
    """How many orders were settled after their due date by a rule."""
    dues = {day: due_date(rule, day, calendar) for day in {cell.anchor for cell in cells}}
    return sum(cell.orders for cell in cells if cell.settled > dues[cell.anchor])


def _effects(
    history: History, rule: SettlementRule, until: date | None, calendar: BankCalendar
) -> tuple[Effect, Effect]:
    """Open orders of which nothing was settled: those a rule would make overdue, those it no longer would."""
    query = f"""SELECT {history.anchor_day(rule.anchor)} AS anchor, overdue > 0 AS late, currency, count(*),
            sum(not_due + overdue)::DECIMAL(38,5)
        FROM {history.collection}
        WHERE shop = $shop AND {OPEN_STILL} AND {history.paid_day} >= $first
          AND ($until IS NULL OR {history.paid_day} < $until)
        GROUP BY ALL ORDER BY ALL"""
    values = {"shop": rule.shop, "first": rule.valid_from, "until": until}
    more: list[tuple[int, str, Decimal]] = []
    less: list[tuple[int, str, Decimal]] = []
    for anchor, late, currency, orders, money in history.con.execute(query, values).fetchall():
        overdue = anchor is not None and due_date(rule, anchor, calendar) < history.as_of
        if overdue != late:
            (more if overdue else less).append((orders, currency, money))
    return _effect(more), _effect(less)


def _effect(rows: list[tuple[int, str, Decimal]]) -> Effect:
    money: dict[str, Any] = {}
    for _orders, currency, amount in rows:
        money[currency] = money.get(currency, Decimal(0)) + amount
    return Effect(sum(orders for orders, _currency, _amount in rows), tuple(sorted(money.items())))
