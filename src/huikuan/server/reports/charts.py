"""A report's charts as the page draws them: options of the chart library, with what each mark opens."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.http import HttpRequest

from huikuan.insight.reports.tables import Chart
from huikuan.server.core import numbers
from huikuan.server.reports.drill import address_of

BAR_WIDTH = 26
STACK_ROW = 34  # px of height a horizontal bar takes
PLOT_HEIGHT = 250
AT_THE_EDGE = {"onZero": False}  # names of categories stand beside the bars, also where some bars are negative
LEGEND = {"type": "scroll", "left": 0, "top": 0, "itemWidth": 12, "itemHeight": 8, "textStyle": {"color": "--tx2"}}


def chart_of(request: HttpRequest, chart: Chart, number: int, params: Mapping[str, str]) -> dict[str, Any]:
    """What the template needs of a chart: id, option, height, title, unit, summary."""
    links = [address_of(request, chart.target, drill, params) for drill in chart.drills]
    stacked = chart.kind == "stacked"
    return {
        "id": f"chart-{number}", "title": chart.title, "unit": chart.unit, "summary": chart.summary,
        "option": _stacked(chart, links) if stacked else _upright(chart, links),
        "height": 60 + STACK_ROW * max(len(chart.categories), 2) if stacked else PLOT_HEIGHT,
    }  # fmt: skip


def _value(value: Any) -> float | int | None:
    return float(value) if isinstance(value, Decimal) else value


def _colour(colour: str) -> dict[str, Any]:
    return {"color": colour} if colour else {}


def _axis(chart: Chart) -> dict[str, Any]:
    return {"type": "value", "axisLabel": {"money": chart.type == "money", "rate": chart.type == "rate"}}


def _stacked(chart: Chart, links: list[str]) -> dict[str, Any]:
    """One horizontal bar a category, its total in figures behind it."""
    series: list[dict[str, Any]] = [
        {
            "type": "bar", "stack": "all", "name": each.name, "barMaxWidth": 18, "link": links,
            "data": [_value(value) for value in each.values],
            "itemStyle": {"borderColor": "--sf", "borderWidth": 1, **_colour(each.colour)},
        }
        for each in chart.series
    ]  # fmt: skip
    sums = [sum((each.values[n] or 0 for each in chart.series), Decimal(0)) for n in range(len(chart.categories))]
    series.append(
        {
            "type": "bar", "stack": "all", "name": "", "tooltip": {"show": False}, "silent": True,
            "data": [{"value": 0, "label": {"formatter": _figure(chart, total)}} for total in sums],
            "label": {"show": True, "position": "right", "fontSize": 12},
        }
    )  # fmt: skip
    return {
        "figures": chart.type,
        "legend": {**LEGEND, "data": [each.name for each in chart.series]},
        "tooltip": {"axisPointer": {"type": "shadow"}},
        "grid": {"left": 8, "right": 96, "top": 32, "bottom": 4, "containLabel": True},
        "xAxis": _axis(chart) | {"splitNumber": 4},
        "yAxis": {
            "type": "category", "inverse": True, "data": list(chart.categories), "axisLine": AT_THE_EDGE,
            "axisLabel": {"width": 110, "overflow": "truncate"},
        },
        "series": series,
    }  # fmt: skip


def _figure(chart: Chart, value: Any) -> str:
    return numbers.count(int(value)) if chart.type == "count" else numbers.money_exact(value)


def _upright(chart: Chart, links: list[str]) -> dict[str, Any]:
    """Bars side by side, or lines, over days, months or groups."""
    kind = "line" if chart.kind == "lines" else "bar"
    series = [
        {
            "type": kind, "name": each.name, "link": links, "data": [_value(value) for value in each.values],
            "barMaxWidth": BAR_WIDTH, "symbolSize": 6, "itemStyle": _colour(each.colour),
        }
        for each in chart.series
    ]  # fmt: skip
    several = len(chart.series) > 1
    return {
        "figures": chart.type,
        "legend": {**LEGEND, "show": several},
        "grid": {"left": 8, "right": 12, "top": 32 if several else 10, "bottom": 4, "containLabel": True},
        "xAxis": {
            "type": "category",
            "data": list(chart.categories),
            "axisLine": AT_THE_EDGE,
            "axisLabel": {"hideOverlap": True},
        },
        "yAxis": _axis(chart),
        "series": series,
    }
