"""Findings in words: a sentence with the money, the figures compared, how sure it is, a small chart, where to look."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from zlib import crc32

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huikuan.insight.findings.search import MOST_WEEKS, RECENT_WEEKS, WEEK, Finding
from huikuan.pipeline.analysis import INCOME_DAYS
from huikuan.server.analysis.services import Listed
from huikuan.server.core import numbers
from huikuan.server.core.shortcuts import book_url
from huikuan.server.reports.shown import NO_DAY

TITLES = {
    "stopped": gettext_lazy("Platform stopped paying"),
    "fee_rate": gettext_lazy("Fee rate is up"),
    "settlement_lag": gettext_lazy("Settlement takes longer"),
    "collection": gettext_lazy("Receipts are falling"),
    "refund_rate": gettext_lazy("Product is refunded more often"),
    "overcharge": gettext_lazy("Overcharges not claimed"),
    "losing_product": gettext_lazy("Product loses money"),
    "idle_balance": gettext_lazy("Idle money in a wallet"),
}
ICONS = {
    "stopped": "alert-triangle", "fee_rate": "receipt-2", "settlement_lag": "hourglass", "collection": "coins",
    "refund_rate": "arrow-back-up", "overcharge": "receipt-dollar", "losing_product": "package",
    "idle_balance": "wallet",
}  # fmt: skip
LATE = ("stopped",)  # red: money is late
RATES = ("fee_rate", "refund_rate")
RARE = 0.0001


@dataclass(frozen=True)
class Shown:
    """A finding ready to draw. `money_note`: what its money is."""

    listed: Listed
    title: Any
    icon: str
    look: str
    sentence: str
    money_note: str
    evidence: list[tuple[str, str]]
    sure: str
    chart_id: str
    chart: dict[str, Any] | None
    link: str
    link_word: str


def shown(request: HttpRequest, listed: Listed, as_of: date) -> Shown:
    """A finding with everything the page shows of it."""
    finding = listed.finding
    link, word = _link(request, finding, as_of)
    return Shown(
        listed, TITLES[finding.kind], ICONS[finding.kind], "overdue" if finding.kind in LATE else "difference",
        sentence(finding), _money_note(finding), _evidence(finding), _sure(finding),
        f"finding-{crc32(finding.key.encode())}", _chart(finding), link, word,
    )  # fmt: skip


def sentence(finding: Finding) -> str:
    """What was found, with the money."""
    money = f"{finding.currency} {numbers.money_exact(finding.money)}"
    told = {"shop": finding.shop, "subject": finding.subject, "money": money, "weeks": RECENT_WEEKS}
    told |= {"now": _figure(finding, finding.now), "usual": _figure(finding, finding.usual)}
    told |= {name: str(value) for name, value in finding.facts.items()}
    sentences = {
        "stopped": _(
            "%(shop)s: nothing has been settled for %(now)s days; the longest gap before was %(longest)s days. "
            "%(money)s is waiting."
        ),
        "fee_rate": _(
            "%(shop)s: fees took %(now)s of the last %(weeks)s weeks' settlements, usually %(usual)s. "
            "That cost %(money)s more."
        ),
        "settlement_lag": _(
            "%(shop)s: settlement took %(now)s days in the last %(weeks)s weeks, usually %(usual)s. "
            "%(money)s is tied up by it."
        ),
        "collection": _(
            "%(shop)s: %(now)s a week reached the bank in the last %(weeks)s weeks, usually %(usual)s. "
            "That is %(money)s less in all."
        ),
        "refund_rate": _(
            "%(title)s (%(shop)s): %(refunded)s of %(sold)s sold were refunded, %(now)s, earlier %(usual)s. "
            "That cost %(money)s in sales."
        ),
        "overcharge": _("%(shop)s: %(items)s fees were above the contract and nobody has claimed them: %(money)s."),
        "losing_product": _(
            "%(title)s (%(shop)s): %(orders)s orders of the last 90 days brought %(now)s and cost %(usual)s in fees "
            "and freight. That lost %(money)s."
        ),
        "idle_balance": _("%(subject)s: at least %(money)s lay in this wallet on each of the last %(days)s days."),
    }
    return sentences[finding.kind] % told


def _figure(finding: Finding, value: Decimal) -> str:
    if finding.kind in RATES:
        return numbers.rate(value)
    if finding.kind == "settlement_lag":
        return f"{value:.1f}"
    if finding.kind in ("stopped", "overcharge"):
        return numbers.quantity(round(value, 1))
    return numbers.money_exact(value)


def _money_note(finding: Finding) -> str:
    return {
        "stopped": _("waiting"),
        "fee_rate": _("charged more in 4 weeks"),
        "settlement_lag": _("tied up"),
        "collection": _("less in 4 weeks"),
        "refund_rate": _("lost sales in 4 weeks"),
        "overcharge": _("to claim back"),
        "losing_product": _("lost in 90 days"),
        "idle_balance": _("could be paid out"),
    }[finding.kind]


def _evidence(finding: Finding) -> list[tuple[str, str]]:
    if finding.kind in ("overcharge", "idle_balance"):
        told = [(_("Fees found"), str(finding.facts["items"]))] if finding.kind == "overcharge" else [
            (_("Balance now"), numbers.money_exact(finding.now)),
            (_("Came in over 28 days"), numbers.money_exact(Decimal(finding.facts["came"]))),
        ]  # fmt: skip
        return told
    if finding.kind == "losing_product":
        return [
            (_("Sales net of refunds"), numbers.money_exact(finding.now)),
            (_("Fees and freight"), numbers.money_exact(finding.usual)),
            (_("of it freight"), numbers.money_exact(Decimal(finding.facts["freight"]))),
        ]
    found = [(_("Now"), _figure(finding, finding.now)), (_("Usual"), _figure(finding, finding.usual))]
    if "compared" in finding.facts:
        found.append((_("Compared with"), _("%(weeks)s weeks before") % {"weeks": finding.facts["compared"]}))
    return found


def _sure(finding: Finding) -> str:
    """How likely it is by chance."""
    if finding.chance is None:
        return _("A sum of the book, no estimate.")
    if finding.chance < RARE:
        return _("By chance alone: less than 1 in 10,000.")
    return _("By chance alone: about 1 in %(times)s.") % {"times": numbers.count(round(1 / finding.chance))}


def _link(request: HttpRequest, finding: Finding, as_of: date) -> tuple[str, str]:
    """Where the figures behind a finding stand, of the days that it speaks of."""

    def days(count: int) -> str:
        return (as_of - timedelta(days=count - 1)).isoformat()

    until = as_of.isoformat()
    span = {"from": days(WEEK * (RECENT_WEEKS + MOST_WEEKS) + 1), "to": until, "shop": finding.shop}

    def report(name: str, **more: str) -> str:
        return book_url(request, "reports:report", name, query=span | more)

    def orders(**query: str) -> str:
        return book_url(request, "collection:list", query={"shop": finding.shop, "currency": finding.currency} | query)

    return {
        "stopped": lambda: (orders(figure="outstanding"), _("Its outstanding orders")),
        "fee_rate": lambda: (report("platform-fees", by="week"), _("Platform fees by week")),
        "settlement_lag": lambda: (report("days-to-collect"), _("Days to collect")),
        "collection": lambda: (report("collection-summary", by="week"), _("Collection by week")),
        "refund_rate": lambda: (report("refunds", by="week"), _("Refunds by week")),
        "overcharge": lambda: (
            report("fee_audit", **{"from": NO_DAY}), _("Fee audit")
        ),
        "losing_product": lambda: (
            report("net-income", **{"from": days(INCOME_DAYS)}), _("Net income")
        ),
        "idle_balance": lambda: (
            book_url(
                request, "reports:report", "wallet-roll-forward",
                query={"account": finding.subject, "from": days(int(finding.facts["days"])), "to": until},
            ),
            _("The wallet's roll-forward"),
        ),
    }[finding.kind]()  # fmt: skip


def _chart(finding: Finding) -> dict[str, Any] | None:
    """The weeks before as grey bars or a line, the recent ones marked."""
    if len(finding.series) < RECENT_WEEKS:
        return None
    values = [float(value) for _label, value in finding.series]
    recent = len(values) - (RECENT_WEEKS if finding.kind != "stopped" else 0)
    data = [
        {"value": value, "itemStyle": {"color": "--difference" if n >= recent else "--bar-not-due"}}
        for n, value in enumerate(values)
    ]
    rated = finding.kind in RATES
    return {
        "aria": {"label": {"description": sentence(finding)}},
        "grid": {"left": 4, "right": 4, "top": 12, "bottom": 2, "containLabel": True},
        "legend": {"show": False},
        "figures": "rate" if rated else "money",
        "xAxis": {"type": "category", "data": [label[5:] for label, _value in finding.series]},
        "yAxis": {"type": "value", "splitNumber": 2, "axisLabel": {"rate": True} if rated else {"money": True}},
        "series": [{"type": "bar", "name": str(TITLES[finding.kind]), "barMaxWidth": 14, "data": data}],
    }
