"""The forecast tried on the past: made as of earlier days with what was known then, and held against what came.

Beside it stands the *seasonal naive* forecast: as much as on the latest same weekday (Hyndman and Athanasopoulos,
Forecasting: Principles and Practice, 3rd ed., 5.2). Errors are WAPE (the sum of absolute errors of the sum of what
came), so days without receipts do no harm.

The 80 % range comes from these errors (split conformal prediction, Vovk et al., Algorithmic Learning in a Random World,
2005): the errors of earlier forecasts, in units that grow with the root of the amount, between their 10th and 90th
percentile. Whether it would have held is measured with the errors known at the time only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import duckdb
import numpy as np

from huikuan.insight.forecast.cash import CENT, Forecast, Key, coming_floats, is_ready, learn
from huikuan.insight.forecast.curves import HORIZON, WEEK
from huikuan.insight.forecast.states import STATES, Floats, History, day_of, number_of

ORIGINS = 40  # at most
EVERY = 3  # days between them: every weekday comes
LEAST_ORIGINS = 8  # whose errors are known
LEAST_ERRORS = 30
NEAR = 28  # days ahead that errors are told of
LOW, HIGH = 0.1, 0.9  # percentiles of errors
COVERED = (0.65, 0.95)  # how much of what came an 80 % range holds, if it is any good
FLOOR = 0.05  # of a usual day: the least amount the unit of errors is taken of


@dataclass(frozen=True)
class Errors:
    """WAPE of the forecast and of the naive one, and the share of cases inside the range (None: too few)."""

    cases: int
    wape: Decimal | None
    naive: Decimal | None
    covered: Decimal | None


@dataclass(frozen=True)
class Check:
    """How good the forecast was. `daily`: days up to `NEAR` ahead; `weekly`: the first four whole weeks.

    `low`, `high`: the range of each day of the horizon; None where the past is too short. `sums`: the same for what
    comes within 7, 14, 30 and 60 days."""

    origins: int
    first: date | None
    daily: Errors
    weekly: Errors
    low: tuple[Decimal, ...] | None = None
    high: tuple[Decimal, ...] | None = None
    sums: Mapping[int, tuple[Decimal, Decimal]] | None = None

    @property
    def verdict(self) -> str:
        """`short` (nothing to go by), `poor` (no better than the naive one, or its range does not hold), `good`."""
        weekly, daily = self.weekly, self.daily
        if self.origins < LEAST_ORIGINS or weekly.wape is None or daily.wape is None:
            return "short"
        worse = weekly.naive is not None and weekly.wape >= weekly.naive
        missed = daily.covered is not None and not COVERED[0] <= float(daily.covered) <= COVERED[1]
        return "poor" if worse or missed else "good"


SUMS = (7, 14, 30, 60)


def receipts(con: duckdb.DuckDBPyConnection, share: str, currency: str, as_of: date) -> tuple[int, Floats]:
    """What reached the bank for orders by day: the number of the first day, and amounts up to `as_of`."""
    rows = con.execute(
        f"""SELECT bank_date, sum(amount)::DOUBLE FROM {share}
        WHERE matched AND currency = $currency AND bank_date <= $as_of GROUP BY bank_date ORDER BY bank_date""",
        {"currency": currency, "as_of": as_of},
    ).fetchall()
    today = number_of(as_of)
    first = number_of(rows[0][0]) if rows else today
    amounts = np.zeros(today - first + 1)
    for day, amount in rows:
        amounts[number_of(day) - first] = amount
    return first, amounts


def check(told: Mapping[Key, History], came: tuple[int, Floats], made: Forecast) -> Check:
    """Try the forecast of one currency on the past, and give it a range."""
    first, amounts = came
    today = number_of(made.as_of)
    mine = {key: history for key, history in told.items() if key[1] == made.currency}
    tries: list[Try] = []
    for back in range(ORIGINS, 0, -1):
        origin = today - back * EVERY
        guess = as_of_then(mine, origin) if origin - first >= WEEK else None
        if guess is not None:
            tries.append(_try(origin, guess, first, amounts, today))
    daily = _errors(tries, [(n, n) for n in range(1, NEAR + 1)])
    weekly = _errors(tries, [(n, n + WEEK - 1) for n in range(1, NEAR + 1, WEEK)])
    start = day_of(tries[0].origin) if tries else None
    usual = _usual(first, amounts, today)
    expected = np.array([float(each) for each in made.all_by_day()])
    span = _range(tries, [(n, n) for n in range(1, HORIZON + 1)], expected, usual)
    found = Check(len(tries), start, daily, weekly)
    if span is None or len(tries) < LEAST_ORIGINS:
        return found
    sums = _range(tries, [(1, n) for n in SUMS], expected, usual)
    totals = {n: (low, high) for n, (low, high) in zip(SUMS, sums or [], strict=False)}
    return Check(
        len(tries), start, daily, weekly, tuple(low for low, _ in span), tuple(high for _, high in span), totals
    )


def as_of_then(mine: Mapping[Key, History], origin: int) -> Floats | None:
    """The forecast as it would have been made on a day; None where no shop's history was long enough."""
    total, any_ready = np.zeros(HORIZON), False
    for history in mine.values():
        learned = learn(history, origin)
        if not is_ready(history, learned, origin):
            continue
        any_ready = True
        for state in STATES:
            there = history.in_state(state, origin)
            began, amounts = history.began(state)[there], history.amount(state)[there]
            for since in np.unique(began):
                curve = learned[state].curve(int(since))
                if curve is not None:
                    total += float(amounts[began == since].sum()) * learned[state].brought * np.diff(curve.arrived)
        total += coming_floats(history, learned["paid"], origin)
    return total if any_ready else None


@dataclass(frozen=True)
class Try:
    """One forecast of the past: what was expected, what came (as far as known), what the naive forecast said; `usual`:
    the receipts of a usual day then."""

    origin: int
    expected: Floats
    came: Floats
    naive: Floats
    usual: float


def _try(origin: int, expected: Floats, first: int, amounts: Floats, today: int) -> Try:
    until = min(HORIZON, today - origin)
    came = amounts[origin - first + 1 : origin - first + 1 + until]
    week = amounts[origin - first - WEEK + 1 : origin - first + 1]
    naive = np.resize(week, HORIZON)
    return Try(origin, expected, came, naive, _usual(first, amounts, origin))


def _usual(first: int, amounts: Floats, day: int) -> float:
    """The mean receipts of the four weeks up to a day."""
    recent = amounts[max(day - first - 27, 0) : day - first + 1]
    return float(recent.mean()) if len(recent) else 0.0


Spans = Sequence[tuple[int, int]]  # first and last day ahead


def _scale(expected: Floats | float, usual: float, days: int) -> Floats | float:
    level = max(usual, 1e-9)
    return np.sqrt(np.maximum(expected, FLOOR * level * days) * level)


def _units(one: Try, span: tuple[int, int], until: int = HORIZON) -> float | None:
    """The error of a try over a span of days in units of its scale; None where the span is not over by `until`."""
    first, last = span
    if last > min(len(one.came), until):
        return None
    expected = float(one.expected[first - 1 : last].sum())
    error = float(one.came[first - 1 : last].sum()) - expected
    return error / float(_scale(expected, one.usual, last - first + 1))


def _near(span: tuple[int, int]) -> list[tuple[int, int]]:
    """The spans whose errors tell about a span: as long, and as far ahead within three days."""
    first, last = span
    return [(n, last - first + n) for n in range(max(1, first - 3), first + 4) if last - first + n <= HORIZON]


def _quantiles(tries: Sequence[Try], span: tuple[int, int], known: int | None = None) -> tuple[float, float] | None:
    """The 10th and 90th percentile of the errors of a span that were known on a day (a number; None: all)."""
    found = [
        [units for near in _near(span) if (units := _units(one, near, _until(one, known))) is not None] for one in tries
    ]
    if sum(1 for each in found if each) < LEAST_ORIGINS:
        return None
    low, high = np.quantile([units for each in found for units in each], [LOW, HIGH])
    return float(low), float(high)


def _until(one: Try, known: int | None) -> int:
    return HORIZON if known is None else known - one.origin


def _range(tries: Sequence[Try], spans: Spans, expected: Floats, usual: float) -> list[tuple[Decimal, Decimal]] | None:
    """The range of each span; a span too far ahead to have been tried takes the widest before it."""
    found: list[tuple[Decimal, Decimal]] = []
    before: tuple[float, float] | None = None
    for span in spans:
        told = _quantiles(tries, span) or before
        if told is None:
            return None
        before = told
        first, last = span
        amount = float(expected[first - 1 : last].sum())
        unit = float(_scale(amount, usual, last - first + 1))
        low, high = max(0.0, amount + told[0] * unit), max(amount, amount + told[1] * unit)
        found.append((_cents(min(low, amount)), _cents(high)))
    return found


def _errors(tries: Sequence[Try], spans: Spans) -> Errors:
    """WAPE and coverage over all tries and spans."""
    off = naive = total = 0.0
    cases = inside = judged = 0
    for number, one in enumerate(tries):
        for span in spans:
            first, last = span
            if last > len(one.came):
                continue
            came, said = float(one.came[first - 1 : last].sum()), float(one.expected[first - 1 : last].sum())
            off += abs(came - said)
            naive += abs(came - float(one.naive[first - 1 : last].sum()))
            total += abs(came)
            cases += 1
            told = _quantiles(tries[:number], span, one.origin)
            if told is not None:
                unit = float(_scale(said, one.usual, last - first + 1))
                judged += 1
                inside += said + told[0] * unit - 1e-9 <= came <= said + told[1] * unit + 1e-9
    if not cases or total <= 0:
        return Errors(cases, None, None, None)
    covered = Decimal(inside) / Decimal(judged) if judged >= LEAST_ERRORS else None
    return Errors(cases, _rate(off / total), _rate(naive / total), covered)


def _rate(value: float) -> Decimal:
    return Decimal(repr(value)).quantize(Decimal("0.0001"))


def _cents(value: float) -> Decimal:
    return Decimal(repr(value)).quantize(CENT)
