"""The few statistical tests that findings rest on, each a standard one: no more than numpy and `math` are needed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

MAD_TO_SD = 1.4826  # of a normal distribution


def decimal_of(value: float | Decimal) -> Decimal:
    """An estimate as the decimal that prints like it; what is exact already stays as it is."""
    return value if isinstance(value, Decimal) else Decimal(repr(float(value)))


def student_tail(t: float, df: float) -> float:
    """P(T > t) of Student's distribution, by the regularised incomplete beta function (NIST DLMF 8.17, 26.5.27 of
    Abramowitz and Stegun).

    >>> round(student_tail(2.228, 10), 4), round(student_tail(-1.0, 5), 4)
    (0.025, 0.8184)
    """
    half = 0.5 * _beta(df / (df + t * t), df / 2, 0.5)
    return half if t >= 0 else 1.0 - half


def _beta(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function I_x(a, b), by its continued fraction (DLMF 8.17.22)."""
    if x <= 0 or x >= 1:
        return 0.0 if x <= 0 else 1.0
    if x > (a + 1) / (a + b + 2):
        return 1.0 - _beta(1 - x, b, a)
    front = math.exp(
        a * math.log(x) + b * math.log1p(-x) + math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) - math.log(a)
    )
    fraction, c, d = 1.0, 1.0, 0.0
    for n in range(400):
        m = n // 2
        if n == 0:
            step = 1.0
        elif n % 2 == 0:
            step = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        else:
            step = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        d = 1.0 / (1.0 + step * d or 1e-300)
        c = 1.0 + step / (c or 1e-300)
        fraction *= c * d
        if n and abs(c * d - 1.0) < 1e-13:
            break
    return front * (fraction - 1.0)


def fisher_greater(hits: int, of: int, hits_before: int, of_before: int) -> float:
    """Fisher's exact test, one-sided: how likely so many hits or more are among `of`, were the rate that of both.

    >>> round(fisher_greater(3, 4, 1, 4), 4)
    0.2429
    """
    total, marked = of + of_before, hits + hits_before

    def log_choose(n: int, k: int) -> float:
        return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)

    whole = log_choose(total, of)
    terms = (
        math.exp(log_choose(marked, k) + log_choose(total - marked, of - k) - whole)
        for k in range(hits, min(of, marked) + 1)
        if of - k <= total - marked
    )
    return min(1.0, sum(terms))


def benjamini_hochberg(chances: Sequence[float], rate: float) -> list[bool]:
    """Which of many tests hold when at most `rate` of what is said may be false (Benjamini and Hochberg, J. R. Statist.
    Soc. B 57, 1995, 289-300).

    >>> benjamini_hochberg([0.001, 0.04, 0.03, 0.9], 0.05)
    [True, False, False, False]
    """
    order = sorted(range(len(chances)), key=lambda n: chances[n])
    last = 0
    for place, n in enumerate(order, 1):
        if chances[n] <= rate * place / len(chances):
            last = place
    held = set(order[:last])
    return [n in held for n in range(len(chances))]


@dataclass(frozen=True)
class Level:
    """Recent weeks against those before: both levels, the usual spread, and how likely a rise so large is by chance."""

    recent: float
    usual: float
    spread: float
    chance: float


def level_rise(before: Sequence[float], recent: Sequence[float], floor: float = 0.0) -> Level:
    """Whether the recent level lies above the earlier ones: a t statistic of prediction with median and the larger of
    MAD and winsorised deviation for location and spread (Wilcox, Introduction to Robust Estimation and Hypothesis
    Testing, 2012, 3.3), widened for what neighbouring weeks have in common. `floor`: the least spread.

    >>> level_rise([5, 5.1, 4.9, 5, 5.2, 4.8, 5, 5], [6, 6.1, 5.9, 6]).chance < 0.01
    True
    """
    earlier, late = np.asarray(before, dtype=float), np.asarray(recent, dtype=float)
    n, k = len(earlier), len(late)
    usual = float(np.median(earlier))
    mad = MAD_TO_SD * float(np.median(np.abs(earlier - usual))) * n / (n - 0.8)
    low, high = np.quantile(earlier, [0.1, 0.9])
    spread = max(mad, float(np.std(np.clip(earlier, low, high), ddof=1)) * 1.15, floor, 1e-12)
    common = _autocorrelation(earlier - usual)
    widened = (1 + common) / (1 - common)
    error = spread * math.sqrt(widened * (1 / k + math.pi / 2 / n))
    chance = student_tail((float(late.mean()) - usual) / error, max(n * 0.6, 3))
    return Level(float(late.mean()), usual, spread, chance)


def _autocorrelation(values: np.ndarray) -> float:
    """The correlation of neighbours, 0 to 0.8, less its bias in short series (Kendall, Biometrika 41, 1954)."""
    square = float((values**2).sum())
    if square <= 0:
        return 0.0
    raw = float((values[1:] * values[:-1]).sum()) / square
    return min(max(raw + (1 + 3 * raw) / len(values), 0.0), 0.8)
