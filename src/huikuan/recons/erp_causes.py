"""What order-erp knows of an item's cause: refunds, freight and subsidies that the order system counts otherwise,
orders split, joined or not entered, pieces that differ. General causes stand in `engine.causes`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ibis

from huikuan.engine.lines import ZERO
from huikuan.engine.model import MONEY_TYPE, Cause, Sides
from huikuan.engine.workspace import Workspace
from huikuan.recons.erp_entries import QTY, Compared, Spans, covered
from huikuan.records.messages import gettext_noop as _
from huikuan.records.messages import register
from huikuan.records.rules import BEGINNING

register(
    {
        "evidence.erp_pieces": _("%(ordered)s pieces were ordered; the order system holds %(held)s."),
        "evidence.erp_item": _("Item %(wanted)s was ordered; the order system holds %(instead)s in its place."),
        "evidence.erp_twice": _("The order system holds the order again under another number: %(amount)s."),
        "evidence.erp_edge": _("It is of %(date)s, at the edge of the days that the other side's files cover."),
        "evidence.erp_not_covered": _("It is of %(date)s; the other side's files do not cover that day."),
        "evidence.erp_refund_unshipped": _(
            "The order was refunded before it was shipped; the order system still holds %(amount)s of it."
        ),
        "evidence.erp_held_refunded": _(
            "The order was refunded before it was shipped; the order system still holds it."
        ),
        "evidence.erp_held_unpaid": _("Nothing was paid for it; the order system holds it."),
        "evidence.erp_sent_unpaid": _("Nothing was paid for it, yet the order system says that it was sent."),
        "evidence.erp_cancelled_unsent": _("It is paid and not shipped; the order system has cancelled it."),
        "evidence.erp_cancelled_sent": _(
            "The order system has cancelled it, yet it was shipped: another of its orders must have taken its place."
        ),
        "evidence.erp_absent_unsent": _("It is paid and not shipped; the order system has no order of this number."),
        "evidence.erp_absent_sent": _("It was shipped; the order system has no order of this number."),
        "evidence.erp_other_shop": _("The other side has the number %(number)s in another shop."),
        "evidence.erp_refund": _("The order system holds the order less what was refunded, %(amount)s."),
        "evidence.erp_subsidy": _("The difference is what the platform bears of it, %(amount)s."),
        "evidence.erp_freight": _("The difference is the order's freight, %(amount)s."),
        "evidence.erp_discount": _("The difference is the shop's own discount, %(amount)s."),
        "evidence.erp_replacement": _("A replacement or gift that names no platform order: “%(words)s”."),
        "evidence.erp_by_hand": _("Entered in the order system by hand: “%(words)s”."),
        "evidence.erp_cancelled_alone": _(
            "Cancelled in the order system, and unknown to the platform: nothing is due."
        ),
    }
)

HELD_REFUNDED, HELD_UNPAID = '{"code": "erp_held_refunded"}', '{"code": "erp_held_unpaid"}'
EDGE_DAYS = 2  # so near to the days that a file covers, a record is a matter of where they were cut
# Of a group that differs: sums of its order lines and of the order system's lines.
GROUP_FACTS = {
    "refunded": MONEY_TYPE,
    "gone_unsent": MONEY_TYPE,  # refunded whole before anything was shipped
    "freight": MONEY_TYPE,
    "borne": MONEY_TYPE,
    "discount": MONEY_TYPE,
    "was_sent": "boolean",
    "erp_sent": "boolean",
    "group_key": "string",
}
KEY_FACTS = {"ordered": QTY, "held": QTY, "wanted": "string", "instead": "string"}  # of any key, differing or not


def facts(_work: Workspace, items: Any, lines: Any, sides: Sides) -> Any:
    """Items with GROUP_FACTS, KEY_FACTS, whether their day is `near` what the other side covers, and `in_book`."""
    compared: Compared | None = sides.extra.get("compared")
    if compared is None:
        return items.mutate(near=False, in_book=True, **_nothing(GROUP_FACTS | KEY_FACTS))
    told = items.mutate(
        near=_near(items, compared.spans), in_book=items.date >= ibis.literal(sides.extra["rules"].start or BEGINNING)
    )
    told = told.mutate(**_nothing(GROUP_FACTS)) if lines is None else _with_group(told, lines, compared)
    told = told.mutate(of_key=told.key.fill_null(told.group_key))
    told = with_key(told, compared.unlike, ("ordered", "held"))
    return with_key(told, compared.swapped, ("wanted", "instead"))


def _nothing(columns: Mapping[str, str]) -> dict[str, Any]:
    return {name: ibis.null().cast(kind) for name, kind in columns.items()}


def _near(items: Any, spans: Mapping[str, Spans]) -> Any:
    """Whether the other side covers the day of an item, or nearly so."""
    left, right = (covered(items, spans[other], items.date, EDGE_DAYS) for other in ("right", "left"))
    return ibis.ifelse(items.side == "left", left, right)


def _with_group(items: Any, lines: Any, compared: Compared) -> Any:
    differing = items.filter((items.record_key == "") & (items.group_id != "")).select("group_id").distinct()
    members = lines.semi_join(differing, "group_id").select("group_id", "record_key")
    left, right = _of_orders(compared.orders, members), _of_erp(compared.erp, members)
    told = items.left_join(left, items.group_id == left.l_group)
    return told.left_join(right, told.group_id == right.r_group)


def _of_orders(orders: Any, members: Any) -> Any:
    met = orders.inner_join(members, "record_key")
    unsent = met.gone & ~met.counted & ~met.sent
    sums = {name: met[name].sum().cast(MONEY_TYPE) for name in ("refunded", "freight", "borne", "discount")}
    return met.group_by(l_group="group_id").agg(
        **sums,
        gone_unsent=ibis.ifelse(unsent, met.void, ZERO).sum().cast(MONEY_TYPE),
        was_sent=met.sent.any(),
        group_key=met.key.max(),
    )


def _of_erp(erp: Any, members: Any) -> Any:
    met = erp.inner_join(members, "record_key")
    return met.group_by(r_group="group_id").agg(erp_sent=(met.type == "sent").any())


def with_key(items: Any, table: Any, names: tuple[str, ...]) -> Any:
    """Rows (scope, of_key, currency) with KEY_FACTS of a table by key; null where it has none, or is none."""
    if table is None:
        return items.mutate(**_nothing({name: KEY_FACTS[name] for name in names}))
    told = table.select(k_scope="scope", k_key="key", k_currency="currency", **{name: name for name in names})
    on = [items.scope == told.k_scope, items.of_key == told.k_key, items.currency == told.k_currency]
    return items.left_join(told, on).drop("k_scope", "k_key", "k_currency")


def causes(items: Any) -> list[Cause]:
    """The rules of order-erp, over items with what `facts` adds."""
    return [*_by_class(items), *_of_records(items), *_of_amounts(items)]


def _by_class(items: Any) -> list[Cause]:
    class_, amount, day = items["class"], {"amount": items.amount.abs()}, {"date": items.date}
    beside = (class_ == "other_period") & items.in_book
    nothing = class_ == "unexpected_settlement"
    pieces = {"ordered": items.ordered, "held": items.held}
    return [
        Cause(beside & items.near, "c-T2", "erp_edge", day),
        Cause(beside, "c-T4", "erp_not_covered", day),
        Cause(class_ == "duplicate", "c-P3", "erp_twice", amount),
        Cause(nothing & (items.gone_unsent > ZERO), "c-R1", "erp_refund_unshipped", amount),
        Cause(nothing & (items.evidence == HELD_REFUNDED), "c-R1", "erp_held_refunded"),
        Cause(nothing & items.erp_sent, "c-G1", "erp_sent_unpaid"),
        Cause(class_.isin(["quantity_short", "quantity_over"]), "c-G1", "erp_pieces", pieces),
        Cause(class_ == "wrong_item", "c-G1", "erp_item", {"wanted": items.wanted, "instead": items.instead}),
        Cause(class_ == "other_shop", "c-D1", "erp_other_shop", {"number": items.order_no}),
    ]


def _of_records(items: Any) -> list[Cause]:
    """What stands on one side alone, and orders of which the order system holds nothing any more."""
    missing = items["class"] == "missing_right"
    cancelled, absent = missing & (items.record_key == ""), missing & (items.record_key != "")
    sent = ibis.ifelse(items.record_key == "", items.was_sent.fill_null(False), items.type == "sent")
    words = {"words": items.reference}
    quiet = (items["class"] == "not_operating") & (items.side == "right")
    return [
        Cause(cancelled & sent, "c-D2", "erp_cancelled_sent"),
        Cause(cancelled, "c-G3", "erp_cancelled_unsent"),
        Cause(absent & sent, "c-D1", "erp_absent_sent"),
        Cause(absent, "c-G3", "erp_absent_unsent"),
        Cause(quiet & (items.type == "cancelled"), "c-D1", "erp_cancelled_alone"),
        Cause(quiet & (items.type == "replacement"), "c-G1", "erp_replacement", words),
        Cause(quiet, "c-D1", "erp_by_hand", words),
    ]


def _of_amounts(items: Any) -> list[Cause]:
    """A difference that is to the cent something the order tells of itself."""
    size = items.amount.abs()
    differs = items["class"].isin(["short", "over"]) & (size > ZERO)
    amount = {"amount": size}
    return [
        Cause(differs & (items["class"] == "short") & (size == items.refunded), "c-R5", "erp_refund", amount),
        Cause(differs & (size == items.borne), "c-S1", "erp_subsidy", amount),
        Cause(differs & (size == items.freight), "c-F5", "erp_freight", amount),
        Cause(differs & (size == items.discount), "c-F5", "erp_discount", amount),
    ]
