"""A report's charts for the PDF's template: positions as shares of the plot, so that the template only draws."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_CEILING, Decimal
from typing import Any

from huikuan.export.colours import colour_of
from huikuan.export.printed import shown_money, shown_rate
from huikuan.insight.reports.tables import Chart, ColumnType

TICKS = 4
PLACES = Decimal("0.0001")
LABELS_MAX = 16  # of an upright chart; of more categories every n-th is named
ZERO = Decimal(0)


def chart_data(chart: Chart) -> dict[str, Any]:
    """Title, unit, summary, legend; bars as (category, from, to, colour), lines as points, both in shares of the
    axis; the axis's ticks as (share, label)."""
    ends = _ends(chart)
    low, high = min(ZERO, *ends), max(ZERO, *ends)
    step = _step((high - low) / TICKS)
    bottom = -(-low / step).to_integral_value(ROUND_CEILING) * step
    top = (high / step).to_integral_value(ROUND_CEILING) * step or step

    def share(value: Decimal) -> str:
        return str(((value - bottom) / (top - bottom)).quantize(PLACES))

    count = int((top - bottom) / step)
    ticks = [bottom + step * n for n in range(count + 1)]
    every = -(-len(chart.categories) // LABELS_MAX)
    stacked = chart.kind == "stacked"
    return {
        "kind": chart.kind,
        "title": chart.title,
        "unit": chart.unit,
        "summary": chart.summary,
        "legend": [[series.name, colour_of(series, place)] for place, series in enumerate(chart.series)],
        "categories": [name if stacked or place % every == 0 else "" for place, name in enumerate(chart.categories)],
        "ticks": [[share(tick), _label(tick, chart.type)] for tick in ticks],
        "zero": share(ZERO),
        "bars": [[n, share(a), share(b), colour, slot] for n, a, b, colour, slot in _bars(chart)],
        "slots": 1 if stacked else max(len(chart.series), 1),
        "lines": _lines(chart, share) if chart.kind == "lines" else [],
        "totals": [_label(total, chart.type) for total in _totals(chart)] if stacked else [],
    }


def _values(chart: Chart) -> list[list[Decimal]]:
    return [[Decimal(value or 0) for value in series.values] for series in chart.series]


def _totals(chart: Chart) -> list[Decimal]:
    return [sum(column, ZERO) for column in zip(*_values(chart), strict=True)]


def _ends(chart: Chart) -> Sequence[Decimal]:
    """What the axis must hold."""
    if chart.kind != "stacked":
        return [value for series in _values(chart) for value in series] or [ZERO]
    columns = list(zip(*_values(chart), strict=True))
    sums = [sum((v for v in column if v > 0), ZERO) for column in columns]
    return [*sums, *(sum((v for v in column if v < 0), ZERO) for column in columns)] or [ZERO]


def _bars(chart: Chart) -> list[tuple[int, Decimal, Decimal, str, int]]:
    """Category, where the bar begins and ends, colour, its place beside others; negative parts go the other way."""
    if chart.kind == "lines":
        return []
    made = []
    reached = {sign: [ZERO] * len(chart.categories) for sign in (True, False)}
    for place, (series, values) in enumerate(zip(chart.series, _values(chart), strict=True)):
        for n, value in enumerate(values):
            if not value:
                continue
            begin = reached[value > 0][n] if chart.kind == "stacked" else ZERO
            reached[value > 0][n] = begin + value
            made.append((n, begin, begin + value, colour_of(series, place), 0 if chart.kind == "stacked" else place))
    return made


def _lines(chart: Chart, share: Any) -> list[dict[str, Any]]:
    """Each series as points (category, share); a gap has no point."""
    return [
        {
            "colour": colour_of(series, place),
            "points": [[n, share(Decimal(value))] for n, value in enumerate(series.values) if value is not None],
        }
        for place, series in enumerate(chart.series)
    ]


def _step(least: Decimal) -> Decimal:
    """The next round number: 1, 2, 2.5 or 5 times a power of ten.

    >>> _step(Decimal("38.1")), _step(Decimal("0.021"))
    (Decimal('5E+1'), Decimal('0.025'))
    """
    if not least:
        return Decimal(1)
    power = Decimal(1).scaleb(least.adjusted())
    return next(power * each for each in map(Decimal, ("1", "2", "2.5", "5", "10")) if power * each >= least)


def _label(value: Decimal, kind: ColumnType) -> str:
    if kind == "rate":
        return shown_rate(value)
    return shown_money(value) if kind == "money" else f"{value:,.0f}"
