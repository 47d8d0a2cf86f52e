"""The home page: is all the money in?"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET

from huikuan.demo.seller import COMPANY
from huikuan.server.accounts.permissions import book_view
from huikuan.server.books.models import Book
from huikuan.server.collection import home, queries
from huikuan.server.collection.home import Money
from huikuan.server.collection.shown_home import Days, shown_money
from huikuan.server.collection.todo import todos
from huikuan.server.collection.views import nothing_yet
from huikuan.server.core.navigation import navigation
from huikuan.server.core.scope import LAST_BOOK
from huikuan.server.core.shortcuts import book_url
from huikuan.server.documents.models import DocumentRow
from huikuan.server.jobs.models import Job
from huikuan.server.workbench.overview import is_stale


@require_GET
@book_view("open_book")
def page(request: HttpRequest) -> HttpResponse:
    """Home of a book: figures, or the first steps of an empty one; a role without money sees its pages."""
    book = request.book  # type: ignore[attr-defined]
    if request.session.get(LAST_BOOK) != book.pk:
        request.session[LAST_BOOK] = book.pk
    if not request.membership.may("view_money"):  # type: ignore[attr-defined]
        return render(request, "collection/home_plain.html", {"pages": navigation(request)["all"][1:]})
    found = queries.published(book, request.scope)  # type: ignore[attr-defined]
    documents = DocumentRow.objects.filter(book=book, undone_at=None)
    if found is None and request.scope.historical:  # type: ignore[attr-defined]
        return nothing_yet(request, "core:home")
    if found is None:
        return _first_steps(request, documents.count())
    last = queries.last_day(found, request.scope)  # type: ignore[attr-defined]
    first = min(request.scope.date_from, last)  # type: ignore[attr-defined]
    moneys = home.figures(found, first, last)
    moneys.sort(key=lambda money: (money.currency != book.currency, money.currency))
    days = Days(first, last, last < found.manifest.as_of)
    drawn = [shown_money(request, money, days) for money in moneys]
    charts = [{"id": f"chart-{number}", "option": _chart(request, money)} for number, money in enumerate(moneys)]
    context: dict[str, Any] = {
        "found": found, "moneys": drawn, "drawn": list(zip(drawn, charts, strict=True)),
        "first": first, "last": last, "year": last.year,
        "as_of": found.manifest.as_of, "past": days.past, "stale": is_stale(book, found),
        "todos": todos(request, found, moneys), "documents": documents.count(),
    }  # fmt: skip
    return render(request, "collection/home.html", context)


def _first_steps(request: HttpRequest, documents: int) -> HttpResponse:
    book = request.book  # type: ignore[attr-defined]
    job = Job.objects.filter(book=book, kind="reconcile").first()
    shown = job if job and (job.active or job.state == "failed") else None
    context = {"documents": documents, "job": shown, "todos": todos(request, None, []), "platforms": platforms()}
    if request.user.is_superuser:  # type: ignore[union-attr]
        context["demo"] = Book.objects.filter(name=COMPANY).exclude(pk=book.pk).first()
        context["demo_job"] = Job.objects.filter(book=book, kind="demo").first()
    return render(request, "collection/first_steps.html", context)


def platforms() -> list[dict[str, str]]:
    """Which files of each platform can be read, and how often to fetch them."""
    same, weekly = _("in the same file"), _("weekly")
    told = (
        (_("Tmall, Taobao"), _("order report"), _("Alipay account details"), same, weekly),
        (_("WeChat"), _("order export"), _("trade bill"), _("fund bill"), _("daily, after 10:00")),
        (_("JD"), _("order export"), _("settlement bill"), _("wallet statement"), weekly),
        (_("Pinduoduo"), _("order export"), _("bill of goods"), same, weekly),
        (_("Douyin"), _("order export"), _("settlement bill"), _("fund bill"), weekly),
        (_("Kuaishou, Xiaohongshu"), _("order or parcel export"), _("settlement bill"), _("fund bill"), weekly),
        (_("Amazon"), _("order export"), _("settlement report"), same, _("every two weeks")),
        (_("Shopify, Stripe, PayPal"), _("order export"), _("payment transactions"), _("payouts"), weekly),
        (_("Order system, courier"), _("order and parcel export"), _("courier bill"), "–", _("monthly")),
        (_("Bank"), "–", "–", _("statement (csv, Excel, MT940, camt, OFX …)"), _("daily or weekly")),
    )
    return [dict(zip(("name", "orders", "bill", "wallet", "often"), row, strict=True)) for row in told]


def _chart(request: HttpRequest, money: Money) -> dict[str, Any]:
    """Receipts per day (per month for a long period) as a chart's option; a bar leads to its orders."""
    whole = len(money.daily)
    names = [f"{first:%m-%d}" if first == last else f"{first:%Y-%m}" for first, last, _amount in money.daily]
    links = [
        book_url(request, "collection:list", query={
            "figure": "received", "first": first.isoformat(), "last": last.isoformat(), "currency": money.currency,
        })
        for first, last, _amount in money.daily
    ]  # fmt: skip
    return {
        "aria": {"label": {"description": _("Received per day, %(count)s bars") % {"count": whole}}},
        "grid": {"left": 8, "right": 12, "top": 14, "bottom": 4, "containLabel": True},
        "xAxis": {"type": "category", "data": names},
        "yAxis": {"type": "value", "axisLabel": {"money": True}},
        "legend": {"show": False},
        "series": [
            {"type": "bar", "name": pgettext("money", "Received"), "barMaxWidth": 22, "cursor": "pointer",
             "data": [float(amount) for _first, _last, amount in money.daily], "link": links}
        ],
    }  # fmt: skip
