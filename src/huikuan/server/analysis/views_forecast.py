"""The cash forecast: what will reach the bank within 60 days, and the orders behind a day of it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_GET

from huikuan.insight.forecast.curves import HORIZON
from huikuan.pipeline.analysis import CashForecast, orders_of_group
from huikuan.pipeline.results.results import Results
from huikuan.server.accounts.permissions import book_view
from huikuan.server.analysis import shown_forecast
from huikuan.server.analysis.services import forecasts_of, working
from huikuan.server.collection import queries
from huikuan.server.collection.views import nothing_yet
from huikuan.server.workbench.overview import is_stale

SHOWN_ORDERS = 200


@require_GET
@book_view("view_money")
def page(request: HttpRequest) -> HttpResponse:
    """The next 60 days of one currency, of all shops or of one."""
    found = queries.published(request.book, request.scope)  # type: ignore[attr-defined]
    if found is None:
        return nothing_yet(request, "analysis:forecast")
    told = forecasts_of(found)
    if told is None:
        return _working(request, found)
    chosen = _chosen(told, request)
    context: dict[str, Any] = {
        "as_of": found.manifest.as_of, "year": found.manifest.as_of.year,
        "stale": is_stale(request.book, found),  # type: ignore[attr-defined]
        "currencies": [each.forecast.currency for each in told],
    }  # fmt: skip
    if chosen is not None:
        shop = _shop(chosen, request)
        context |= {"shown": shown_forecast.shown(request, chosen, shop), "shop": shop}
    return render(request, "analysis/forecast.html", context)


@require_GET
@book_view("view_money")
def day(request: HttpRequest) -> HttpResponse:
    """What a day's amount is made of: groups of orders, and the orders of the one that is opened."""
    request.nav_page = "analysis:forecast"  # type: ignore[attr-defined]
    found = queries.published(request.book, request.scope)  # type: ignore[attr-defined]
    if found is None:
        return nothing_yet(request, "analysis:forecast")
    told = forecasts_of(found)
    if told is None:
        return _working(request, found)
    chosen = _chosen(told, request)
    asked = _date(request, "day")
    if chosen is None or asked is None:
        raise Http404
    ahead = (asked - chosen.forecast.as_of).days
    if not 1 <= ahead <= HORIZON:
        raise Http404
    shop = _shop(chosen, request)
    parts = shown_forecast.parts_of_day(request, chosen.forecast, ahead, shop)
    context: dict[str, Any] = {
        "day": asked, "parts": parts, "shop": shop, "currency": chosen.forecast.currency,
        "total": sum((part.amount for part in parts), shown_forecast.ZERO), "year": chosen.forecast.as_of.year,
    }  # fmt: skip
    opened = next((part for part in parts if part.opened), None)
    if opened is not None:
        group = opened.group
        orders = orders_of_group(found, group.shop, group.currency, group.state, group.since, SHOWN_ORDERS)
        context |= {"opened": opened, "orders": orders, "further": max(0, group.orders - len(orders))}
    return render(request, "analysis/day.html", context)


def _working(request: HttpRequest, found: Results) -> HttpResponse:
    """The forecast is being worked out: how far that is."""
    job = working(request.book, found, again=not request.headers.get("HX-Request"))  # type: ignore[attr-defined]
    return render(request, "analysis/forecast.html", {"as_of": found.manifest.as_of, "job": job})


def _chosen(told: list[CashForecast], request: HttpRequest) -> CashForecast | None:
    """The currency asked for, else the one with most outstanding."""
    asked = request.GET.get("currency", "")
    named = [each for each in told if each.forecast.currency == asked]
    return named[0] if named else max(told, key=lambda each: abs(each.forecast.outstanding), default=None)


def _shop(chosen: CashForecast, request: HttpRequest) -> str:
    asked = request.GET.get("shop", "")
    return asked if asked in shown_forecast.shops_of(chosen.forecast) else ""


def _date(request: HttpRequest, name: str) -> date | None:
    try:
        return parse_date(request.GET.get(name, ""))
    except ValueError:
        return None
