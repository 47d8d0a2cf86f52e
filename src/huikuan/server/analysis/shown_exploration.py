"""The pictures of the analysis page ready to draw: each with its table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from huikuan.insight.exploration import COHORT_DAYS, Cohort, Pareto
from huikuan.insight.reports.base import unit_text
from huikuan.insight.reports.tables import ratio_of
from huikuan.pipeline.analysis import Explored, Wanted, categories_of
from huikuan.pipeline.results.results import Results
from huikuan.server.books.services import rules_of
from huikuan.server.collection import queries
from huikuan.server.core.shortcuts import book_url
from huikuan.server.reports import building

ZERO = Decimal(0)
STEP_TITLES = {
    "ordered": pgettext_lazy("funnel", "Ordered"),
    "shipped": pgettext_lazy("funnel", "Shipped"),
    "received": pgettext_lazy("funnel", "Received by the buyer"),
    "settled": pgettext_lazy("funnel", "Settled"),
    "collected": gettext_lazy("In the bank"),
}


@dataclass(frozen=True)
class StepRow:
    """A step: orders, money, their part of the first step, what was lost since the step before."""

    title: Any
    orders: int
    worth: Decimal
    rate: Decimal | None
    lost: int
    lost_worth: Decimal


@dataclass(frozen=True)
class CohortRow:
    """A month: its orders, what they bring, the part of it in the bank by each column's end (None: not begun;
    no shade: not over for all its orders yet)."""

    cohort: Cohort
    cells: list[tuple[Decimal | None, Decimal, int]]  # part so far, amount so far, shade
    outstanding: Decimal
    url: str


@dataclass(frozen=True)
class Shown:
    """All pictures of a currency."""

    unit: str
    steps: list[StepRow]
    cohorts: list[CohortRow]
    cohort_heads: list[str]
    paretos: list[tuple[str, Pareto, str]]
    rates: list[tuple[str, Decimal | None, Decimal | None]]
    charts: dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Chosen:
    """What is chosen of the page's filters, and what there is to choose. `builder`: the same orders in a report of
    one's own."""

    platforms: list[str]
    shops: list[str]
    categories: list[str]
    platform: str
    shop: str
    category: str
    wanted: Wanted
    builder: str


def chosen(request: HttpRequest, found: Results, currency: str) -> Chosen:
    """The filters of an address; what the results do not know is not chosen. The shops to choose are those of the
    platform."""
    platform_of = {shop.name: shop.platform for shop in rules_of(request.book).shops}  # type: ignore[attr-defined]
    every, categories = queries.shops_of(found), categories_of(found)
    platforms = sorted({platform_of.get(name, "") for name in every} - {""})

    def told(name: str, known: list[str]) -> str:
        value = request.GET.get(name, "")
        return value if value in known else ""

    platform = told("platform", platforms)
    shops = [name for name in every if not platform or platform_of.get(name) == platform]
    shop, category = told("shop", shops), told("category", categories)
    picked = (shop,) if shop else tuple(shops) if platform else ()
    draft = building.start("order_lines")
    filters = {"platform": platform, "shop": shop, "category": category}
    draft.zone("filters").extend(
        {"dimension": name, "how": "is", "values": [value]} for name, value in filters.items() if value
    )
    return Chosen(
        platforms, shops, categories, platform, shop, category, Wanted(currency, picked, category),
        book_url(request, "reports:builder", query={"state": draft.state} if any(filters.values()) else {}),
    )  # fmt: skip


def shown(request: HttpRequest, explored: Explored, chosen: Chosen, as_of: date) -> Shown:
    """Everything below the findings."""
    steps, before = [], explored.funnel[0]
    for step in explored.funnel:
        part = ratio_of(Decimal(step.orders), Decimal(explored.funnel[0].orders))
        steps.append(StepRow(
            STEP_TITLES[step.name], step.orders, step.worth, part, before.orders - step.orders,
            before.worth - step.worth,
        ))  # fmt: skip
        before = step
    rates = [
        (each.month, ratio_of(each.fees, each.settled), ratio_of(each.refunded, each.sold)) for each in explored.rates
    ]
    paretos = [
        (title, found, _pareto_words(found, products))
        for title, found, products in (
            (_("Largest products"), explored.products, True), (_("Largest shops"), explored.shops, False),
        )
        if found is not None and found.count > 1
    ]  # fmt: skip
    return Shown(
        unit_text(chosen.wanted.currency), steps, [_cohort(request, each, chosen, as_of) for each in explored.cohorts],
        [*(_("%(days)s days") % {"days": days} for days in COHORT_DAYS), _("later")], paretos, rates,
        {"funnel": _funnel_chart(steps), "rates": _rates_chart(rates)}
        | {f"pareto{n}": _pareto_chart(found) for n, (_title, found, _words) in enumerate(paretos)},
    )  # fmt: skip


def _pareto_words(found: Pareto, products: bool) -> str:
    told = {"most": found.most, "count": found.count}
    if products:
        return ngettext("%(most)s of %(count)s products makes 80%% of sales",
                        "%(most)s of %(count)s products make 80%% of sales", found.most) % told  # fmt: skip
    return ngettext("%(most)s of %(count)s shops makes 80%% of sales",
                    "%(most)s of %(count)s shops make 80%% of sales", found.most) % told  # fmt: skip


def _cohort(request: HttpRequest, cohort: Cohort, chosen: Chosen, as_of: date) -> CohortRow:
    cells, together = [], ZERO
    first, last = whole_month(cohort.month)
    for start, end, amount in zip((0, *COHORT_DAYS), (*COHORT_DAYS, None), cohort.collected, strict=True):
        together += amount
        begun = first + timedelta(days=start) < as_of or amount != 0
        part = ratio_of(together, cohort.receivable) if begun else None
        over = end is None or last + timedelta(days=end) <= as_of
        shade = min(4, max(0, int(part * 4))) if part is not None and over else 0
        cells.append((part, together, shade))
    query = {"currency": chosen.wanted.currency, "shop": chosen.shop, "figure": "receivable"}
    query |= {"first": first.isoformat(), "last": last.isoformat()}
    # The list knows neither platforms nor categories: its total would be another.
    listed = not chosen.category and (chosen.shop or not chosen.platform)
    url = book_url(request, "collection:list", query=query) if listed else ""
    return CohortRow(cohort, cells, cohort.receivable - cohort.total, url)


def whole_month(month: str) -> tuple[date, date]:
    """The first and last day of a month.

    >>> whole_month("2026-12")
    (datetime.date(2026, 12, 1), datetime.date(2026, 12, 31))
    """
    first = date.fromisoformat(f"{month}-01")
    return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def _funnel_chart(steps: list[StepRow]) -> dict[str, Any]:
    """Horizontal bars, one per step, longest on top."""
    return {
        "aria": {"label": {"description": _("Orders by how far they came")}},
        "grid": {"left": 8, "right": 60, "top": 6, "bottom": 4, "containLabel": True},
        "legend": {"show": False},
        "figures": "count",
        "xAxis": {"type": "value", "splitNumber": 4},
        "yAxis": {"type": "category", "inverse": True, "data": [str(step.title) for step in steps]},
        "series": [
            {"type": "bar", "name": _("Orders"), "barMaxWidth": 26, "label": {"show": True, "position": "right"},
             "data": [step.orders for step in steps]}
        ],
    }  # fmt: skip


def _pareto_chart(found: Pareto) -> dict[str, Any]:
    """The largest, with the part of it and all larger ones as text."""
    return {
        "aria": {"label": {"description": _("Sales of the largest")}},
        "grid": {"left": 8, "right": 56, "top": 6, "bottom": 4, "containLabel": True},
        "legend": {"show": False},
        "xAxis": {"type": "value", "splitNumber": 3, "axisLabel": {"money": True}},
        "yAxis": {
            "type": "category", "inverse": True, "axisLabel": {"width": 150, "overflow": "truncate", "interval": 0},
            "data": [each.title for each in found.shares],
        },
        "series": [
            {"type": "bar", "name": _("Sales"), "barMaxWidth": 18,
             "label": {"show": True, "position": "right"},
             "data": [
                 {"value": float(each.sales), "label": {"formatter": f"{each.together * 100:.0f}%"}}
                 for each in found.shares
             ]}
        ],
    }  # fmt: skip


def _rates_chart(rates: list[tuple[str, Decimal | None, Decimal | None]]) -> dict[str, Any]:
    """Two lines over months."""
    lines = ((_("Fee rate"), 1), (_("Refund rate"), 2))
    return {
        "aria": {"label": {"description": _("Fee and refund rate by month")}},
        "figures": "rate",
        "xAxis": {"type": "category", "data": [row[0] for row in rates]},
        "yAxis": {"type": "value", "axisLabel": {"rate": True}},
        "series": [
            {"type": "line", "name": name, "symbolSize": 7,
             "data": [None if row[n] is None else float(row[n]) for row in rates]}  # type: ignore[arg-type]
            for name, n in lines
        ],
    }  # fmt: skip
