"""What a proposed rule says, and what bears it out, in words and as a chart."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from huikuan.insight.learning.fee_history import FeeProposal
from huikuan.insight.learning.settlement_lags import LEAST_ORDERS, Effect, SettlementProposal
from huikuan.records.fee_rates import ALL
from huikuan.records.rules import BEGINNING, FeeRate, SettlementRule
from huikuan.server.books.models import FeeRate as FeeRateRow
from huikuan.server.books.models import SettlementRule as SettlementRow
from huikuan.server.books.proposals import Proposed
from huikuan.server.books.words import BATCHES
from huikuan.server.core import numbers
from huikuan.server.core.statuses import SETTLEMENT_TYPE

ANCHORS = dict(SettlementRow.ANCHORS)
FEE_BASES = dict(FeeRateRow._meta.get_field("base").choices or ())
LONGEST_TAIL = 40  # bars; what lies beyond is added up in the last


def title(told: SettlementProposal | FeeProposal) -> str:
    """What it is about."""
    if isinstance(told, SettlementProposal):
        return _("When %(shop)s is settled") % {"shop": told.shop}
    if told.category in (ALL, ""):
        return _("%(fee)s of %(shop)s") % {"fee": SETTLEMENT_TYPE[told.type], "shop": told.shop}
    words = {"fee": SETTLEMENT_TYPE[told.type], "shop": told.shop, "category": told.category}
    return _("%(fee)s of %(shop)s, %(category)s") % words


def rule_words(rule: SettlementRule | FeeRate | None) -> str:
    """A rule in a few words; blank for none."""
    if rule is None:
        return ""
    if isinstance(rule, FeeRate):
        return _("%(rate)s of %(base)s") % {"rate": percent(rule.rate), "base": FEE_BASES[rule.base]}
    days = ngettext("%(anchor)s + %(days)s day", "%(anchor)s + %(days)s days", rule.days)
    words = days % {"anchor": ANCHORS[rule.anchor], "days": rule.days}
    return words if rule.batch in ("none", "daily") else f"{words}, {batch_words(rule.batch)}"


def batch_words(batch: str) -> str:
    """A batch day in words."""
    known = dict(BATCHES)
    if batch in known:
        return str(known[batch])
    return _("day %(day)s of the month") % {"day": batch.partition(":")[2]}


def since(rule: SettlementRule | FeeRate | None) -> str:
    """The first day of a rule; blank for one that always held."""
    return "" if rule is None or rule.valid_from == BEGINNING else numbers.day(rule.valid_from)


def percent(rate: Decimal) -> str:
    """A rate to the thousandth of a percent where it has one."""
    text = format((rate * 100).normalize(), "f")
    return (text if "." in text and len(text.partition(".")[2]) > 2 else f"{rate * 100:.2f}") + "%"


def evidence(told: SettlementProposal | FeeProposal) -> list[str]:
    """Why, as sentences."""
    return _of_settlement(told) if isinstance(told, SettlementProposal) else _of_fee(told)


def _of_settlement(told: SettlementProposal) -> list[str]:
    orders = numbers.count(told.orders)
    if told.rule is None or told.lag is None:
        few = _("Orders settled whole: %(orders)s; %(least)s are needed to learn a rule.")
        return [few % {"orders": orders, "least": LEAST_ORDERS}]
    lag = told.lag
    lines = [
        _(
            "%(orders)s settled orders: half came within %(median)s days of this event, 95%% within %(most)s. From no "
            "other event are the days less spread."
        )
        % {"orders": orders, "median": lag.median, "most": lag.p95}
    ]
    if told.rule.batch != "none":
        lines.append(_("Nearly all came on one day: %(batch)s.") % {"batch": batch_words(told.rule.batch)})
    if told.changed:
        lines.append(_("The days changed within this history; each side of the change has its own rule."))
    late = {"late": numbers.count(told.late), "share": share(told.late, told.orders)}
    lines.append(_("By this rule %(late)s of them (%(share)s) would have been called overdue.") % late)
    if told.current.anchor == told.rule.anchor and not told.same:
        lines.append(_("By the rule that holds it is %(late)s.") % {"late": numbers.count(told.late_now)})
    more, less = told.overdue_more, told.overdue_less
    if more.orders:
        lines.append(_("%(orders)s open orders (%(money)s) would become overdue.") % _effect(more))
    if less.orders:
        lines.append(_("%(orders)s open orders (%(money)s) would no longer be overdue.") % _effect(less))
    return lines


def _effect(effect: Effect) -> dict[str, str]:
    money = "; ".join(f"{numbers.money(amount)} {currency}" for currency, amount in effect.money)
    return {"orders": numbers.count(effect.orders), "money": money}


def _of_fee(told: FeeProposal) -> list[str]:
    words = {
        "orders": numbers.count(told.orders), "explained": numbers.count(told.explained),
        "share": share(told.explained, told.orders), "rate": percent(told.best or Decimal(0)), "least": LEAST_ORDERS,
    }  # fmt: skip
    if told.orders < LEAST_ORDERS:
        return [_("Orders charged this fee: %(orders)s; %(least)s are needed to learn a rate.") % words]
    if told.rate is None:
        return [
            _("No rate explains nine in ten of %(orders)s orders; the commonest, %(rate)s, explains %(share)s.") % words
        ]
    lines = [_("%(explained)s of %(orders)s orders (%(share)s) were charged %(rate)s to the cent.") % words]
    if told.rest:
        more = _("The others were charged %(money)s more than that in all.")
        less = _("The others were charged %(money)s less than that in all.")
        lines.append((more if told.rest > 0 else less) % {"money": numbers.money(abs(told.rest))})
    return lines


def share(part: int, whole: int) -> str:
    """A share in percent."""
    return numbers.rate(Decimal(part) / whole) if whole else ""


def chart(told: SettlementProposal | FeeProposal) -> dict[str, Any] | None:
    """The history as bars: orders by days from the anchor, or by rate. None where there is nothing to draw."""
    if isinstance(told, SettlementProposal):
        bars = _lag_bars(told)
        name = _("Orders by days to the settlement")
    else:
        rest = told.orders - told.explained
        bars = [(percent(told.best or Decimal(0)), told.explained), (_("other rates"), rest)] if rest else []
        name = _("Orders by rate")
    if not bars:
        return None
    return {
        "aria": {"label": {"description": name}},
        "grid": {"left": 8, "right": 12, "top": 14, "bottom": 4, "containLabel": True},
        "xAxis": {"type": "category", "data": [label for label, _orders in bars]},
        "yAxis": {"type": "value", "minInterval": 1},
        "legend": {"show": False},
        "series": [
            {"type": "bar", "name": _("Orders"), "barMaxWidth": 22, "data": [orders for _label, orders in bars]}
        ],
    }


def _lag_bars(told: SettlementProposal) -> list[tuple[str, int]]:
    if not told.lags:
        return []
    counted = dict(told.lags)
    first = min(counted)
    last = min(max(counted), first + LONGEST_TAIL)
    bars = [(str(day), counted.get(day, 0)) for day in range(first, last + 1)]
    beyond = sum(orders for day, orders in told.lags if day > last)
    return [*bars, (f"> {last}", beyond)] if beyond else bars


def row_of(each: Proposed) -> dict[str, Any]:
    """A proposal as the command line tells it."""
    told = each.told
    rule = told.rule if isinstance(told, SettlementProposal) else told.rate
    return {
        "section": each.section, "state": each.state, "shop": told.shop,
        "type": "" if isinstance(told, SettlementProposal) else told.type,
        "category": "" if isinstance(told, SettlementProposal) else told.category,
        "proposed": rule_words(rule), "from": rule.valid_from if rule else None, "holds": rule_words(told.current),
        "orders": told.orders, "evidence": " ".join(evidence(told)), "entry": each.entry,
    }  # fmt: skip
