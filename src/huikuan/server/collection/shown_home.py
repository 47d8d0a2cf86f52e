"""The home page's figures ready to draw: titles, widths, addresses of the lists with the same totals."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from huikuan.insight.reports.tables import ratio_of
from huikuan.server.collection.figures import FIGURES
from huikuan.server.collection.home import Equation, Money
from huikuan.server.collection.shown import age_title
from huikuan.server.core import numbers
from huikuan.server.core.shortcuts import book_url

LOOKS = {
    "not_due": "not_due", "in_wallets": "in_wallets", "in_transit": "in_transit", "disputed": "disputed",
    "overdue": "overdue", "since": "since",
}  # fmt: skip
CENT = Decimal("0.01")


@dataclass(frozen=True)
class Place:
    """Where a part of the closing receivable is."""

    name: str
    look: str
    title: Any
    amount: Decimal
    width: Decimal
    url: str
    note: str = ""


@dataclass(frozen=True)
class ShopRow:
    """One shop. `width`: of its bar, against the largest shop's; `bar`: looks and widths of its parts."""

    shop: str
    all: Equation
    urls: dict[str, str]
    width: Decimal
    bar: list[tuple[str, Decimal]]


@dataclass(frozen=True)
class MoneyShown:
    """Everything of one currency, as the templates take it."""

    currency: str
    whole: Equation
    places: list[Place]
    urls: dict[str, str]
    shop_rows: list[ShopRow]
    daily: tuple[tuple[date, date, Decimal], ...]
    timely: dict[str, Any]
    age_rows: list[dict[str, Any]]


@dataclass(frozen=True)
class Days:
    """The period, and whether the results go on after it: then lists name its last day."""

    first: date
    last: date
    past: bool

    def until(self) -> dict[str, str]:
        """What a list of a stock of money needs."""
        return {"last": self.last.isoformat()} if self.past else {}

    def between(self) -> dict[str, str]:
        """What a list of a flow of money needs."""
        return {"first": self.first.isoformat(), "last": self.last.isoformat()}


def shown_money(request: HttpRequest, money: Money, days: Days) -> MoneyShown:
    """A currency's figures with their addresses."""
    most = max((each.closing for _, each in money.shops), default=Decimal(0))
    rows = [
        ShopRow(
            shop, each, _urls(request, money.currency, days, shop), _percent(each.closing, most),
            [(LOOKS[name], width) for name, _amount, width in each.bar if width],
        )
        for shop, each in money.shops
    ]  # fmt: skip
    late = money.whole.places["overdue"]
    timely = {"amount": money.whole.closing - late, "rate": ratio_of(money.whole.closing - late, money.whole.closing)}
    return MoneyShown(
        money.currency, money.whole, _places(request, money, days), _urls(request, money.currency, days), rows,
        money.daily, timely, list(_ages(request, money, days)),
    )  # fmt: skip


def _percent(part: Decimal, whole: Decimal) -> Decimal:
    return max(Decimal(0), part * 100 / whole).quantize(CENT) if whole > 0 else Decimal(0)


def _list(request: HttpRequest, **query: Any) -> str:
    return book_url(request, "collection:list", query=query)


def _urls(request: HttpRequest, currency: str, days: Days, shop: str = "") -> dict[str, str]:
    base = {"shop": shop, "currency": currency}
    closing = {"figure": "closing", **days.until()} if days.past else {"figure": "outstanding"}
    return {
        "orders": _list(request, **base, **days.between()),
        "receivable": _list(request, **base, figure="receivable", **days.between()),
        "received": _list(request, **base, figure="received", **days.between()),
        "closing": _list(request, **base, **closing),
        "overdue": _list(request, **base, figure="overdue", **days.until()),
    }


def _places(request: HttpRequest, money: Money, days: Days) -> list[Place]:
    notes = {"not_due": "", "overdue": ""}
    if money.expected:
        soonest, latest = (numbers.day(day, days.last.year) for day in money.expected)
        notes["not_due"] = _("expected %(first)s to %(last)s") % {"first": soonest, "last": latest}
    late = money.whole.overdue_orders
    notes["overdue"] = ngettext("%(count)s order", "%(count)s orders", late) % {"count": numbers.count(late)}
    return [
        Place(
            name, LOOKS[name], FIGURES[name].title, amount, width,
            _list(request, figure=name, currency=money.currency,
                  **({"last": days.last.isoformat()} if name == "since" else days.until())),
            notes.get(name, ""),
        )
        for name, amount, width in money.whole.bar
    ]  # fmt: skip


def _ages(request: HttpRequest, money: Money, days: Days) -> Iterable[dict[str, Any]]:
    for number, _orders, amount, width in money.ages:
        address = _list(request, figure="overdue", age=str(number), currency=money.currency, **days.until())
        yield {"title": age_title(number), "amount": amount, "width": width, "url": address}
