"""The cash forecast ready to draw: key figures, the equation, rows by day and shop, the chart, what the past says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from huikuan.insight.forecast.cash import Forecast
from huikuan.insight.forecast.check import SUMS, Check
from huikuan.insight.forecast.states import Group
from huikuan.insight.reports.base import unit_text
from huikuan.pipeline.analysis import CashForecast
from huikuan.server.core.numbers import day as shown_day
from huikuan.server.core.shortcuts import book_url

ZERO = Decimal(0)
OPEN_STATES = ("paid", "shipped", "received", "reserve")
STATE_TITLES = {
    "paid": gettext_lazy("Paid, not shipped"),
    "shipped": gettext_lazy("Shipped, not received"),
    "received": gettext_lazy("Received, not settled"),
    "reserve": gettext_lazy("Held in reserve"),
    "wallet": gettext_lazy("In wallet"),
    "transit": gettext_lazy("Payout in transit"),
    "disputed": gettext_lazy("In dispute"),
}


@dataclass(frozen=True)
class Sum:
    """What comes within some days: all, of it from outstanding money, the range (None: the past is too short)."""

    days: int
    until: date
    amount: Decimal
    known: Decimal
    low: Decimal | None
    high: Decimal | None


@dataclass(frozen=True)
class DayRow:
    """One day of the table. `parts`: in transit, in wallets, from open orders; `url`: what it is made of."""

    day: date
    parts: tuple[Decimal, Decimal, Decimal]
    known: Decimal
    coming: Decimal
    total: Decimal
    low: Decimal | None
    high: Decimal | None
    url: str


@dataclass(frozen=True)
class ShopRow:
    """One shop: what is outstanding, what comes within 7, 14, 30 and 60 days, what is undated."""

    shop: str
    outstanding: Decimal
    sums: tuple[Decimal, ...]
    charges: Decimal
    undated: Decimal
    short: bool
    url: str


@dataclass(frozen=True)
class Shown:
    """Everything of one currency, of all shops or of one."""

    currency: str
    unit: str
    forecast: Forecast
    check: Check
    sums: list[Sum]
    outstanding: Decimal
    expected: Decimal
    charges: Decimal
    undated: Decimal
    disputed: Decimal
    rows: list[DayRow]
    total: DayRow
    shops: list[ShopRow]
    chart: dict[str, Any]
    adds_up: bool
    outstanding_url: str
    short: tuple[str, ...]


def shops_of(told: Forecast) -> list[str]:
    """The shops that have money to come."""
    return sorted({each.group.shop for each in told.known} | set(told.coming))


def shown(request: HttpRequest, found: CashForecast, shop: str) -> Shown:
    """The page's figures. A range is told for all shops together only."""
    told = found.forecast
    check = found.check
    rows = _rows(request, told, check, shop)
    mine = [each for each in told.known if not shop or each.group.shop == shop]
    outstanding = sum((each.group.amount for each in mine), ZERO)
    expected, charges, undated = (
        sum((getattr(each, name) for each in mine), ZERO) for name in ("total", "charges", "undated")
    )
    listed = {"figure": "outstanding", "currency": told.currency, "shop": shop}
    return Shown(
        told.currency, unit_text(told.currency), told, check, [_sum(told, check, rows, n, shop) for n in SUMS],
        outstanding, expected, charges, undated,
        sum((each.group.amount for each in mine if each.group.state == "disputed"), ZERO),
        rows, _total(rows), [_shop_row(request, told, name) for name in shops_of(told)],
        _chart(found, rows, shop), outstanding == expected + charges + undated,
        book_url(request, "collection:list", query=listed),
        tuple(name for name in told.short if not shop or name == shop),
    )  # fmt: skip


def _sum(told: Forecast, check: Check, rows: list[DayRow], days: int, shop: str) -> Sum:
    low, high = (check.sums or {}).get(days, (None, None)) if not shop else (None, None)
    return Sum(
        days, told.as_of + timedelta(days=days), sum((row.total for row in rows[:days]), ZERO),
        sum((row.known for row in rows[:days]), ZERO), low, high,
    )  # fmt: skip


def _rows(request: HttpRequest, told: Forecast, check: Check, shop: str) -> list[DayRow]:
    parts = [told.by_day(states, shop) for states in (("transit",), ("wallet",), OPEN_STATES)]
    coming = told.coming_by_day(shop)
    ranged = not shop and check.low is not None and check.high is not None
    rows = []
    for n, day in enumerate(told.days):
        each = (parts[0][n], parts[1][n], parts[2][n])
        known = sum(each, ZERO)
        rows.append(DayRow(
            day, each, known, coming[n], known + coming[n],
            check.low[n] if ranged and check.low else None, check.high[n] if ranged and check.high else None,
            book_url(request, "analysis:day", query={"day": day.isoformat(), "currency": told.currency, "shop": shop}),
        ))  # fmt: skip
    return rows


def _total(rows: list[DayRow]) -> DayRow:
    parts = tuple(sum((row.parts[n] for row in rows), ZERO) for n in range(3))
    known, coming = sum((row.known for row in rows), ZERO), sum((row.coming for row in rows), ZERO)
    return DayRow(rows[-1].day, (parts[0], parts[1], parts[2]), known, coming, known + coming, None, None, "")


def _shop_row(request: HttpRequest, told: Forecast, shop: str) -> ShopRow:
    days = [a + b for a, b in zip(told.by_day(shop=shop), told.coming_by_day(shop), strict=True)]
    mine = [each for each in told.known if each.group.shop == shop]
    return ShopRow(
        shop, sum((each.group.amount for each in mine), ZERO), tuple(sum(days[:n], ZERO) for n in SUMS),
        sum((each.charges for each in mine), ZERO), sum((each.undated for each in mine), ZERO), shop in told.short,
        book_url(request, "analysis:forecast", query={"currency": told.currency, "shop": shop}),
    )  # fmt: skip


def _chart(found: CashForecast, rows: list[DayRow], shop: str) -> dict[str, Any]:
    """Receipts so far, then the forecast: dashed, with its range and a line at today."""
    past = () if shop else found.past
    days = [day for day, _amount in past] + [row.day for row in rows]
    blank: list[Any] = [None] * len(past)
    dashed = {"borderType": "dashed", "borderWidth": 1}
    ranged = rows[0].low is not None
    series: list[dict[str, Any]] = [
        {"type": "bar", "stack": "days", "name": pgettext("money", "Received"), "barMaxWidth": 14,
         "itemStyle": {"color": "--bar-not-due"},
         "data": [float(amount) or None for _day, amount in past] + [None] * len(rows)},
        {"type": "bar", "stack": "days", "name": _("Expected of outstanding money"), "cursor": "pointer",
         "itemStyle": dashed | {"color": "--sel", "borderColor": "--pr"},
         "data": blank + [float(row.known) or None for row in rows], "link": blank + [row.url for row in rows]},
        {"type": "bar", "stack": "days", "name": _("Expected of orders still to be placed"),
         "itemStyle": dashed | {"color": "--sf2", "borderColor": "--tx3"},
         "data": blank + [float(row.coming) or None for row in rows]},
    ]  # fmt: skip
    if past:
        series[1]["markLine"] = {
            "silent": True, "symbol": "none", "lineStyle": {"color": "--tx2", "type": "solid"},
            "label": {"formatter": _("Today"), "position": "end", "color": "--tx2", "fontSize": 11},
            "data": [{"xAxis": len(past) - 1}],
        }  # fmt: skip
    told_days = _("Expected receipts on each of the next %(days)s days") % {"days": len(rows)}
    option: dict[str, Any] = {
        "aria": {"label": {"description": told_days}},
        "grid": {"left": 8, "right": 12, "top": 46, "bottom": 4, "containLabel": True},
        "xAxis": {"type": "category", "data": [shown_day(day, found.forecast.as_of.year) for day in days]},
        "yAxis": {"type": "value", "axisLabel": {"money": True}},
        "series": series,
    }  # fmt: skip
    if ranged:
        option["band"] = {
            "name": _("80% range"), "from": _("80% range from"), "to": pgettext("range", "to"),
            "low": blank + [float(row.low or 0) for row in rows],
            "high": blank + [float(row.high or 0) for row in rows],
        }  # fmt: skip
    return option


@dataclass(frozen=True)
class Part:
    """A group of orders with its part in a day's amount. `share`: of the group's money; `opened`: its orders are
    listed."""

    group: Group
    title: Any
    amount: Decimal
    share: Decimal
    by: str
    url: str
    opened: bool


def parts_of_day(request: HttpRequest, told: Forecast, ahead: int, shop: str) -> list[Part]:
    """The groups of a day, most money first."""
    day = told.as_of + timedelta(days=ahead)
    asked = tuple(request.GET.get(name, "") for name in ("of", "state", "since"))
    parts = []
    for each in told.known:
        group, amount = each.group, each.days[ahead - 1]
        if not amount or (shop and group.shop != shop):
            continue
        since = group.since.isoformat() if group.since else ""
        query = {"day": day.isoformat(), "currency": told.currency, "shop": shop, "of": group.shop,
                 "state": group.state, "since": since}  # fmt: skip
        share = amount / group.amount if group.amount else ZERO
        parts.append(Part(
            group, STATE_TITLES[group.state], amount, share, each.by, book_url(request, "analysis:day", query=query),
            asked == (group.shop, group.state, since),
        ))  # fmt: skip
    return sorted(parts, key=lambda part: (-abs(part.amount), part.group.shop, part.group.state, str(part.group.since)))
