"""The left bar: every page of the application, in groups. A page whose address does not exist yet is not shown.

Counts at the right (work waiting) come from functions which apps register with `counts`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from huikuan.server.core.shortcuts import book_path


@dataclass(frozen=True)
class Page:
    """An entry of the left bar. `key` is the letter after G that goes there; `phone`: also in the bottom bar."""

    url: str
    icon: str
    label: Any
    permission: str = "view_money"
    key: str = ""
    phone: bool = False


GROUPS: tuple[tuple[Any, tuple[Page, ...]], ...] = (
    ("", (Page("core:home", "home", _("Home"), "open_book", "h", True),)),
    (
        _("Data"),
        (
            Page("documents:import", "file-import", _("Import"), "import", "i"),
            Page("documents:list", "calendar-check", _("Documents"), "view_money"),
            Page("workbench:items", "tag", _("Bill items"), "view_money"),
        ),
    ),
    (
        _("Reconcile"),
        (
            Page("workbench:overview", "arrows-left-right", _("Reconciliations"), key="r"),
            Page("workbench:workbench", "columns", _("Workbench"), key="w"),
            Page("cases:list", "clipboard-list", _("Cases"), "own_cases", "c", True),
        ),
    ),
    (
        pgettext_lazy("group", "Collection"),
        (
            Page("collection:list", "coins", _("Collection"), key="o", phone=True),
            Page("followup:list", "phone-outgoing", _("Follow-up")),
            Page("analysis:forecast", "chart-line", _("Cash forecast")),
        ),
    ),
    (
        _("Goods"),
        (
            Page("goods:parcels", "truck-return", _("Parcels and returns"), "view_goods", phone=True),
            Page("goods:courier", "receipt-dollar", _("Courier bills"), "view_money"),
        ),
    ),
    (
        _("Reports"),
        (
            Page("reports:list", "report-money", _("Reports"), phone=True),
            Page("reports:builder", "table-options", _("Custom report")),
            Page("exports:shares", "share", _("Shared lists"), "rules"),
            Page("delivery:list", "send", _("Automatic reports")),
            Page("analysis:list", "chart-dots-3", _("Analysis")),
        ),
    ),
    (
        pgettext_lazy("period", "Close"),
        (
            Page("periods:list", "lock", _("Periods"), key="p"),
            Page("monitoring:list", "alarm", _("Alerts")),
        ),
    ),
)
FOOT = (
    Page("books:settings", "settings", _("Settings"), "view_money", "s"),
    Page("core:help", "help", _("Help"), "open_book"),
)


def label_of(url: str) -> Any:
    """What the left bar calls a page."""
    return next(page.label for _label, pages in (*GROUPS, ("", FOOT)) for page in pages if page.url == url)


Count = tuple[int, bool]
_counts: dict[str, Callable[[HttpRequest], Count]] = {}


def count_for(url: str) -> Callable[[Callable[[HttpRequest], Count]], Callable[[HttpRequest], Count]]:
    """Register the function that gives a page's count and whether something of it is late. It must be cheap."""

    def decorate(function: Callable[[HttpRequest], Count]) -> Callable[[HttpRequest], Count]:
        _counts[url] = function
        return function

    return decorate


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Groups, foot and phone bar as the request's role sees them; empty groups are left out."""
    groups = []
    for label, pages in GROUPS:
        shown = [item for page in pages if (item := _item(request, page))]
        if shown:
            groups.append({"label": label, "pages": shown})
    foot = [item for page in FOOT if (item := _item(request, page))]
    everything = [item for group in groups for item in group["pages"]]
    phone = [item for item in everything if item["page"].phone][:4]
    return {"groups": groups, "foot": foot, "phone": phone, "all": everything + foot}


def _item(request: HttpRequest, page: Page) -> dict[str, Any] | None:
    if not request.membership.may(page.permission):  # type: ignore[attr-defined]
        return None
    try:
        own = book_path(page.url, request.book.slug)  # type: ignore[attr-defined]
    except NoReverseMatch:
        return None
    count, late = _counts[page.url](request) if page.url in _counts else (0, False)
    address = own + request.scope.query  # type: ignore[attr-defined]
    return {"page": page, "address": address, "current": _is_current(request, page, own), "count": count, "late": late}


def _is_current(request: HttpRequest, page: Page, own: str) -> bool:
    """The page itself, or the one it is told to belong to (`request.nav_page`), or a page below it."""
    told = getattr(request, "nav_page", None)
    if told:
        return bool(told == page.url)
    if page.url == "core:home":
        return request.path == own
    return request.path == own or request.path.startswith(own.rstrip("/") + "/")
