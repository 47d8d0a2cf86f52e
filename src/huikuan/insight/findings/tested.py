"""The tested findings: fee rate, days to settlement, receipts of a shop, refunds of a product, a platform that stopped.

Weeks are the seven days up to the day looked at, the seven before, and so on: each has every weekday once. The last
`RECENT_WEEKS` are held against those before (`statistics.level_rise`). Money of a week counts by the day it was settled
or received, so no week is still incomplete.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import numpy as np

from huikuan.insight.collection.orders import local_day
from huikuan.insight.findings.search import (
    LEAST_WEEKS,
    MOST_WEEKS,
    RECENT_WEEKS,
    WEEK,
    Finding,
    FindingSource,
    Tested,
    cents,
    rate,
)
from huikuan.insight.findings.statistics import MAD_TO_SD, fisher_greater, level_rise, student_tail

LEAST_FEE_POINTS = 0.003
LEAST_LAG = 0.5  # days
LEAST_FALL = 0.15
LEAST_REFUNDS = 5  # more than usual
LEAST_REFUND_TIMES = 1.5
LEAST_GAPS = 8
LEAST_GAP = 4  # days without settlement
TOLD_BY = 0.8  # of the orders are settled once they are received
RIPE = WEEK  # days an order is given to be refunded
SINCE = WEEK * (RECENT_WEEKS + MOST_WEEKS)
WEEK_SQL = f"(($as_of - {{day}}) // {WEEK})"
Key = tuple[str, str]  # shop, currency
Weeks = dict[Key, dict[int, tuple[float, ...]]]  # by the week's age, 0 the latest


def tested(source: FindingSource) -> list[Tested]:
    """All tests of a book."""
    return [*_fee_rates(source), *_lags(source), *_receipts(source), *_refunds(source), *_stopped(source)]


def weeks_of(source: FindingSource) -> int:
    """How many whole weeks back the first settlement lies."""
    first = source.rows(f"SELECT min(settled_on) FROM {source.collection} WHERE settled_on <= $as_of")[0][0]
    return ((source.as_of - first).days + 1) // WEEK if first else 0


def _weeks(rows: Iterable[tuple[Any, ...]]) -> Weeks:
    found: Weeks = defaultdict(dict)
    for shop, currency, age, *values in rows:
        found[shop, currency][int(age)] = tuple(float(value) for value in values)
    return found


def _parts(weeks: dict[int, Any]) -> tuple[list[Any], list[Any]] | None:
    """The weeks before and the recent ones, oldest first; None where either is too few."""
    before = [weeks[age] for age in range(RECENT_WEEKS + MOST_WEEKS - 1, RECENT_WEEKS - 1, -1) if age in weeks]
    recent = [weeks[age] for age in range(RECENT_WEEKS - 1, -1, -1) if age in weeks]
    return (before, recent) if len(before) >= LEAST_WEEKS and len(recent) == RECENT_WEEKS else None


def _series(source: FindingSource, weeks: dict[int, Any], value: Any) -> tuple[tuple[str, Decimal], ...]:
    """The weeks' values, oldest first, labelled by their last day."""
    ages = sorted((age for age in weeks if age < RECENT_WEEKS + MOST_WEEKS), reverse=True)
    return tuple(((source.as_of - timedelta(days=WEEK * age)).isoformat(), rate(value(weeks[age]))) for age in ages)


def _fee_rates(source: FindingSource) -> Iterable[Tested]:
    week = WEEK_SQL.format(day="settled_on")
    rows = source.rows(
        f"""SELECT shop, currency, {week} AS age, sum(fees), sum(settled + fees) FROM {source.collection}
        WHERE settled_on BETWEEN $as_of - {SINCE - 1} AND $as_of GROUP BY ALL HAVING sum(settled + fees) > 0"""
    )
    for (shop, currency), weeks in sorted(_weeks(rows).items()):
        parts = _parts(weeks)
        if parts is None:
            continue
        before, recent = ([fees / gross for fees, gross in part] for part in parts)
        level = level_rise(before, recent, floor=0.0005)
        gross = sum(each[1] for each in parts[1])
        rise = sum(each[0] for each in parts[1]) / gross - level.usual
        finding = None
        if rise >= LEAST_FEE_POINTS:
            finding = Finding(
                "fee_rate", shop, shop, currency, cents(rise * gross), rate(rise), rate(level.usual + rise),
                rate(level.usual), level.chance, _series(source, weeks, lambda each: each[0] / each[1]),
                {"compared": len(before)},
            )  # fmt: skip
        yield Tested(level.chance, finding)


def _lags(source: FindingSource) -> Iterable[Tested]:
    received = local_day("received_at", source.timezone)
    told = {
        (shop, currency): share
        for shop, currency, share in source.rows(
            f"SELECT shop, currency, count(*) FILTER (settled_on >= {received}) / count(*) FROM {source.collection} "
            "WHERE settled_on IS NOT NULL GROUP BY ALL"
        )
    }
    paid = f"coalesce({local_day('paid_at', source.timezone)}, business_date)"
    week = WEEK_SQL.format(day="settled_on")
    for anchor, chosen in ((received, True), (paid, False)):
        rows = source.rows(
            f"""SELECT shop, currency, {week} AS age, avg(least(settled_on - {anchor}, 90)), sum(settled)
            FROM {source.collection} WHERE settled_on BETWEEN $as_of - {SINCE - 1} AND $as_of AND settled > 0
            AND {anchor} IS NOT NULL GROUP BY ALL"""
        )
        for key, weeks in sorted(_weeks(rows).items()):
            parts = _parts(weeks)
            if parts is None or (told[key] >= TOLD_BY) != chosen:
                continue
            before, recent = ([each[0] for each in part] for part in parts)
            level = level_rise(before, recent, floor=0.1)
            longer = level.recent - level.usual
            finding = None
            if longer >= LEAST_LAG:
                daily = sum(each[1] for each in parts[1]) / (WEEK * RECENT_WEEKS)
                finding = Finding(
                    "settlement_lag", key[0], key[0], key[1], cents(longer * daily), rate(longer), rate(level.recent),
                    rate(level.usual), level.chance, _series(source, weeks, lambda each: each[0]),
                    {"compared": len(before), "anchor": "received" if chosen else "paid"},
                )  # fmt: skip
            yield Tested(level.chance, finding)


def _receipts(source: FindingSource) -> Iterable[Tested]:
    """Receipts by the logarithm, where a fall by half weighs as much as a rise to double."""
    week = WEEK_SQL.format(day="bank_date")
    rows = source.rows(
        f"""SELECT shop, currency, {week} AS age, sum(amount) FROM {source.share}
        WHERE matched AND bank_date BETWEEN $as_of - {SINCE - 1} AND $as_of GROUP BY ALL HAVING sum(amount) > 0"""
    )
    for (shop, currency), weeks in sorted(_weeks(rows).items()):
        parts = _parts(weeks)
        if parts is None:
            continue
        before, recent = ([each[0] for each in part] for part in parts)
        level = level_rise([-math.log(each) for each in before], [-math.log(each) for each in recent], floor=0.05)
        usual, now = math.exp(-level.usual), sum(recent) / len(recent)
        finding = None
        if now <= usual * (1 - LEAST_FALL):
            finding = Finding(
                "collection", shop, shop, currency, cents((usual - now) * RECENT_WEEKS), rate(1 - now / usual),
                cents(now), cents(usual), level.chance, _series(source, weeks, lambda each: each[0]),
                {"compared": len(before)},
            )  # fmt: skip
        yield Tested(level.chance, finding)


PRODUCT = "coalesce(nullif(sku, ''), nullif(title, ''))"


def _refunds(source: FindingSource) -> Iterable[Tested]:
    """Lines refunded of lines sold. Later orders had less time to be refunded, so a rise is never said too early."""
    if not source.order_line:
        return
    late = f"business_date > $as_of - {RIPE + RECENT_WEEKS * WEEK}"
    rows = source.rows(
        f"""SELECT shop, currency, {PRODUCT} AS product, any_value(title),
            count(*) FILTER ({late}), count(*) FILTER ({late} AND refunded > 0),
            count(*) FILTER (NOT {late}), count(*) FILTER (NOT {late} AND refunded > 0),
            coalesce(sum(paid) FILTER ({late}), 0)
        FROM {source.order_line} WHERE paid > 0 AND {PRODUCT} IS NOT NULL
          AND business_date BETWEEN $as_of - {RIPE + SINCE} AND $as_of - {RIPE}
        GROUP BY ALL HAVING count(*) FILTER (NOT {late}) >= 30 AND count(*) FILTER ({late}) >= 10 ORDER BY ALL"""
    )
    for shop, currency, product, title, sold, back, sold_before, back_before, paid in rows:
        chance = fisher_greater(back, sold, back_before, sold_before)
        now, usual = back / sold, back_before / sold_before
        finding = None
        if back - usual * sold >= LEAST_REFUNDS and now >= usual * LEAST_REFUND_TIMES:
            finding = Finding(
                "refund_rate", shop, product, currency, cents(float(paid) * (now - usual)), rate(now - usual),
                rate(now), rate(usual), chance, (),
                {"title": title or product, "sold": sold, "refunded": back, "sold_before": sold_before},
            )  # fmt: skip
        yield Tested(chance, finding)


def _stopped(source: FindingSource) -> Iterable[Tested]:
    """Days since a shop's last settlement against the gaps between its settlements before. If no shop has settlements
    up to the day, files are missing rather than money: the day counted to is the last that anything tells of."""
    rows = source.rows(
        f"""SELECT shop, currency, settled_on, sum(settled) FROM {source.collection}
        WHERE settled_on BETWEEN $as_of - {SINCE - 1} AND $as_of AND settled > 0 GROUP BY ALL ORDER BY ALL"""
    )
    days: dict[Key, list[Any]] = defaultdict(list)
    for shop, currency, day, _amount in rows:
        days[shop, currency].append(day)
    if not days:
        return
    until = max(each[-1] for each in days.values())
    until = min(source.as_of, max(until, source.bank_until or until))
    waiting = {
        (shop, currency): amount
        for shop, currency, amount in source.rows(
            f"SELECT shop, currency, sum(not_due + overdue) FROM {source.collection} GROUP BY ALL"
        )
    }
    for key, settled in sorted(days.items()):
        gaps = np.diff([day.toordinal() for day in settled])
        if len(gaps) < LEAST_GAPS:
            continue
        now = (until - settled[-1]).days
        usual = float(np.median(gaps))
        mad = MAD_TO_SD * float(np.median(np.abs(gaps - usual)))
        spread = max(1.0, mad, float(np.std(gaps, ddof=1)))
        chance = student_tail((now - usual) / (spread * math.sqrt(1 + 1 / len(gaps))), max(3, min(len(gaps) - 1, 15)))
        money = waiting.get(key, Decimal(0))
        finding = None
        if now >= max(LEAST_GAP, int(gaps.max()) + 1) and money > 0:
            finding = Finding(
                "stopped", key[0], key[0], key[1], cents(money), Decimal(now), Decimal(now), rate(usual), chance,
                tuple((day.isoformat(), Decimal(int(gap))) for day, gap in zip(settled[1:], gaps, strict=True))[-30:],
                {"last": settled[-1].isoformat(), "longest": int(gaps.max())},
            )  # fmt: skip
        yield Tested(chance, finding)
