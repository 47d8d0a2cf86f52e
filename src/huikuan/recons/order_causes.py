"""What order-settlement knows of an item's cause: the order's refund and shipping, the platform's share, bill wordings.

Facts of a difference come from the lines of its group and from its order; a line that names no order is told by the
kind and the wording of its bill item. General causes stand in `engine.causes`.
"""

from __future__ import annotations

from typing import Any

import ibis

from huikuan.engine.lines import ZERO
from huikuan.engine.model import MONEY_TYPE, Cause, Sides
from huikuan.engine.workspace import Workspace
from huikuan.recons.order_returns import of_groups
from huikuan.records.messages import gettext_noop as _
from huikuan.records.messages import register

register(
    {
        "evidence.cause_refund_unshipped": _(
            "The order was refunded before anything was shipped; %(amount)s of it is not in the bill."
        ),
        "evidence.cause_refund_shipped": _(
            "The order was refunded after it was shipped; %(amount)s of it is not in the bill."
        ),
        "evidence.cause_refund_goods_back": _(
            "The goods came back into the warehouse; %(amount)s of the refund is not in the bill."
        ),
        "evidence.cause_refund_money_only": _(
            "Only money was claimed, or no goods were sent back in time; %(amount)s of the refund is not in the bill."
        ),
        "evidence.cause_whole_refund_money_only": _(
            "The bill refunds the whole order, %(amount)s, of which the order says nothing; no goods are coming back."
        ),
        "evidence.cause_other_level": _(
            "%(number)s is the number of an order in the order system, which stands for the platform's %(orders)s."
        ),
        "evidence.cause_whole_refund_unshipped": _(
            "The bill refunds the whole order, %(amount)s, of which the order says nothing; it was never shipped."
        ),
        "evidence.cause_whole_refund_shipped": _(
            "The bill refunds the whole order, %(amount)s, of which the order says nothing; it was shipped."
        ),
        "evidence.cause_part_refund": _("The bill refunds %(amount)s, of which the order says nothing."),
        "evidence.cause_refund_failed": _("A refund of %(amount)s failed and came back."),
        "evidence.cause_subsidy_came": _("The bill pays a platform subsidy of %(amount)s the order does not count."),
        "evidence.cause_discount_paid": _(
            "The platform's discount on this order is exactly %(amount)s, and the order does not count it."
        ),
        "evidence.cause_subsidy_due": _(
            "The platform's share of this order is exactly %(amount)s, and no subsidy came."
        ),
        "evidence.cause_subsidy_back": _("The platform took back a subsidy of %(amount)s."),
        "evidence.cause_reserve": _("%(amount)s is held back in reserve until %(due)s."),
        "evidence.cause_reserve_open": _("%(amount)s is held back in reserve, until a day not yet known."),
        "evidence.cause_part_settled": _("Of %(owed)s, %(came)s was settled so far."),
        "evidence.cause_item_subsidy": _("A platform subsidy that names no order: “%(words)s”."),
        "evidence.cause_item_subsidy_back": _("A subsidy taken back that names no order: “%(words)s”."),
        "evidence.cause_item_twice": _("The bill corrects a deduction made twice: “%(words)s”."),
        "evidence.cause_item_small_payment": _("A small payment to the buyer that names no order: “%(words)s”."),
        "evidence.cause_item_refund_failed": _("A refund that failed and names no order: “%(words)s”."),
        "evidence.cause_item_deposit": _("A deposit: “%(words)s”."),
        "evidence.cause_item_penalty": _("A penalty or compensation that names no order: “%(words)s”."),
        "evidence.cause_item_promotion": _("Insurance, freight or promotion that names no order: “%(words)s”."),
        "evidence.cause_item_fee": _("A platform fee that names no order: “%(words)s”."),
    }
)  # fmt: skip

SUBSIDY_BACK, DEDUCTED_TWICE, SMALL_PAYMENT = "补贴扣回|补贴追回|补贴退回", "重复扣款", "小额打款"
REFUND_FAILED, DEPOSIT = "退款失败", "保证金"
PENALTIES = ("penalty", "compensation")
PROMOTIONS = ("marketing", "freight_insurance", "freight")
FEES = (
    "commission", "service_fee", "payment_fee", "influencer_commission", "affiliate_commission", "installment_fee",
)  # fmt: skip


def facts(_work: Workspace, items: Any, lines: Any, sides: Sides) -> Any:
    """Items with what is known of the group and the order of a difference; null (and false) for all others."""
    items = _with_other_level(items, sides.extra.get("erp_numbers"))
    if lines is None:
        return items.mutate(**{name: ibis.null().cast(kind) for name, kind in GROUP_FACTS.items()})
    differences = items.filter((items.record_key == "") & (items.side == "left")).select("group_id").distinct()
    groups = _of_groups(lines.semi_join(differences, "group_id"))
    orders = _of_orders(sides.extra["orders"], groups)
    returns = sides.extra.get("returns")
    if returns is None:
        groups = groups.mutate(goods_in=False, goods_kept=False)
    else:
        goods = of_groups(returns, groups, sides.extra["shops"])
        groups = groups.left_join(goods, groups.group_id == goods.t_group)
    known = groups.left_join(
        orders,
        [groups.scope == orders.o_shop, groups.key == orders.o_number, groups.currency == orders.o_currency],
    )
    told = known.select(of_group="group_id", **{name: known[name] for name in GROUP_FACTS})
    return items.left_join(told, items.group_id == told.of_group)


def _with_other_level(items: Any, erp_numbers: Any) -> Any:
    """Items with `platform_no`: the platform order (of several the first) of the order system's number that an open
    settlement line bears; null for all others."""
    if erp_numbers is None:
        return items.mutate(platform_no=ibis.null().cast("string"))
    is_unknown = (items["class"] == "missing_left") & (items.side == "right")
    wanted = items.filter(is_unknown).select(wanted_no="key").distinct()
    met = erp_numbers.inner_join(wanted, erp_numbers.erp_no == wanted.wanted_no)
    first = met.group_by(of_number=met.erp_no).agg(platform_no=met.platform_no.min())
    return items.left_join(first, is_unknown & (items.key == first.of_number)).drop("of_number")


# What `facts` adds: sums of the group's lines, then of its order's.
GROUP_FACTS = {
    "owed": MONEY_TYPE,  # left of the comparison
    "came": MONEY_TYPE,  # right of it
    "subsidy_in": MONEY_TYPE,
    "subsidy_back": MONEY_TYPE,  # positive
    "refund_taken": MONEY_TYPE,  # refunds in the bill, positive
    "refund_failed": MONEY_TYPE,
    "small_payment": "boolean",
    "refunded": MONEY_TYPE,  # as the order says
    "borne": MONEY_TYPE,
    "discount": MONEY_TYPE,  # the platform's, counted in `borne` or not
    "refunded_sent": "boolean",  # a refunded line was shipped before its refund
    "refunded_unsent": "boolean",  # a refunded line was not
    "sent": "boolean",  # a line was shipped
    "tells_sending": "boolean",  # the shop's files tell when lines are shipped
    "goods_in": "boolean",  # goods came back into the warehouse
    "goods_kept": "boolean",  # claims are told, and no goods are coming back
}


def _of_groups(lines: Any) -> Any:
    """Sums by group. Key: group_id."""
    left = lines.side == "left"
    type_, words = lines.type, lines.reference.fill_null("")

    def sum_of(which: Any) -> Any:
        return ibis.ifelse(which, lines.compared, ZERO).sum().cast(MONEY_TYPE)

    subsidy = ~left & (type_ == "subsidy")
    refund = ~left & (type_ == "refund")
    came_in = lines.compared > ZERO
    sums = lines.group_by("group_id").agg(
        scope=lines.scope.max(),
        key=lines.key.max(),
        currency=lines.currency.max(),
        owed=sum_of(left),
        came=sum_of(~left),
        subsidy_in=sum_of(subsidy & came_in),
        back=sum_of(subsidy & ~came_in),
        taken=sum_of(refund),
        refund_failed=sum_of(refund & came_in),
        small_payment=(~left & words.re_search(SMALL_PAYMENT)).any(),
    )
    return sums.mutate(
        subsidy_back=(ZERO - sums.back).cast(MONEY_TYPE), refund_taken=(ZERO - sums.taken).cast(MONEY_TYPE)
    )


def _of_orders(orders: Any, groups: Any) -> Any:
    """What the orders of groups say. Key: o_shop, o_number, o_currency."""
    of_group = [
        orders.shop == groups.scope, orders.order_no == groups.key, orders.currency == groups.currency
    ]  # fmt: skip
    telling = orders.filter(orders.shipped_at.notnull()).select(t_shop="shop", tells=ibis.literal(True)).distinct()
    chosen = orders.semi_join(groups, of_group)
    lines = chosen.left_join(telling, chosen.shop == telling.t_shop)
    sent_at = lines.shipped_at.fill_null(lines.received_at)
    tells, sent = lines.tells.fill_null(False), sent_at.notnull()
    refunded_first = (lines.refund_moment < sent_at).fill_null(False)
    refunded = lines.refunded_then != ZERO
    return lines.group_by(o_shop=lines.shop, o_number=lines.order_no, o_currency=lines.currency).agg(
        refunded=lines.refunded_then.sum().cast(MONEY_TYPE),
        borne=lines.platform_borne.sum().cast(MONEY_TYPE),
        discount=lines.platform_discount.sum().cast(MONEY_TYPE),
        refunded_sent=(refunded & sent & ~refunded_first).any(),
        refunded_unsent=(refunded & (refunded_first | (~sent & tells))).any(),
        sent=sent.any(),
        tells_sending=tells.any(),
    )


def causes(items: Any) -> list[Cause]:
    """The rules of order-settlement, over items with GROUP_FACTS."""
    of_orders = (*_of_reserve(items), *_of_refunds(items), *_of_subsidies(items), *_of_the_rest(items))
    level = Cause(
        items.platform_no.notnull(), "c-D2", "cause_other_level",
        {"number": items.order_no, "orders": items.platform_no},
    )  # fmt: skip
    return [level, *of_orders, *_of_bill_items(items)]


def _of_reserve(items: Any) -> list[Cause]:
    """A part of what is settled that the platform holds back for a while."""
    held = (items["class"] == "not_due") & (items.record_key == "") & (items.came != ZERO)
    told = {"amount": items.amount}
    return [
        Cause(held & items.due_date.notnull(), "c-T1", "cause_reserve", told | {"due": items.due_date}),
        Cause(held, "c-T1", "cause_reserve_open", told),
    ]


def _of_refunds(items: Any) -> list[Cause]:
    """A refund that one side tells and the other does not."""
    size = items.amount.abs()
    told = {"amount": size}
    missing = items["class"] == "refund_missing"
    sent, unsent = items.refunded_sent.fill_null(False), items.refunded_unsent.fill_null(False)
    untold = (items.refund_taken - items.refunded.fill_null(ZERO)).cast(MONEY_TYPE)
    only_billed = (items["class"] == "short") & (items.amount == untold)
    whole = only_billed & (items.amount == items.owed)
    was_sent, never_sent = items.sent.fill_null(False), (items.tells_sending & ~items.sent).fill_null(False)
    goods_in, kept = items.goods_in.fill_null(False), items.goods_kept.fill_null(False)
    came_back = (missing | (items["class"] == "over")) & (size == items.refund_failed)
    return [
        Cause(came_back, "c-R6", "cause_refund_failed", told),
        Cause(missing & goods_in, "c-R4", "cause_refund_goods_back", told),
        Cause(missing & sent & ~unsent & kept, "c-R3", "cause_refund_money_only", told),
        Cause(missing & sent & ~unsent, "c-R2", "cause_refund_shipped", told),
        Cause(missing & unsent & ~sent, "c-R1", "cause_refund_unshipped", told),
        Cause(only_billed & items.small_payment, "c-R5", "cause_part_refund", told),
        Cause(whole & was_sent & kept, "c-R3", "cause_whole_refund_money_only", told),
        Cause(whole & was_sent, "c-R2", "cause_whole_refund_shipped", told),
        Cause(whole & never_sent, "c-R1", "cause_whole_refund_unshipped", told),
        Cause(only_billed & ~whole, "c-R5", "cause_part_refund", told),
    ]


def _of_subsidies(items: Any) -> list[Cause]:
    """A difference that is to the cent what the platform bears or took back."""
    size, borne = items.amount.abs(), items.borne.fill_null(ZERO)
    told = {"amount": size}
    over, short = items["class"] == "over", items["class"] == "short"
    uncounted = (items.subsidy_in - borne).cast(MONEY_TYPE)
    discount = (items.discount.fill_null(ZERO) - borne).cast(MONEY_TYPE)
    return [
        Cause(over & ((size == items.subsidy_in) | (size == uncounted)), "c-S1", "cause_subsidy_came", told),
        Cause(over & (size == discount), "c-S1", "cause_discount_paid", told),
        Cause(short & (size == items.subsidy_back), "c-S2", "cause_subsidy_back", told),
        Cause(short & (size == borne) & (items.subsidy_in == ZERO), "c-S1", "cause_subsidy_due", told),
    ]


def _of_the_rest(items: Any) -> list[Cause]:
    """A part of what is owed came, and nothing says that the rest is not to come."""
    part = (items["class"] == "short") & (items.came > ZERO) & (items.came < items.owed)
    return [Cause(part, "c-P1", "cause_part_settled", {"owed": items.owed, "came": items.came})]


def _of_bill_items(items: Any) -> list[Cause]:
    """Lines that naturally name no order: what their wording says, else their kind."""
    line = (items["class"] == "not_operating") & (items.side == "right")
    type_, words = items.type, items.reference.fill_null("")
    told = {"words": words}

    def says(pattern: str) -> Any:
        return line & words.re_search(pattern)

    return [
        Cause(says(SUBSIDY_BACK), "c-S2", "cause_item_subsidy_back", told),
        Cause(says(DEDUCTED_TWICE), "c-P3", "cause_item_twice", told),
        Cause(says(SMALL_PAYMENT), "c-R5", "cause_item_small_payment", told),
        Cause(says(REFUND_FAILED), "c-R6", "cause_item_refund_failed", told),
        Cause(line & ((type_ == "deposit") | words.re_search(DEPOSIT)), "c-P5", "cause_item_deposit", told),
        Cause(line & (type_ == "subsidy") & (items.amount < ZERO), "c-S2", "cause_item_subsidy_back", told),
        Cause(line & (type_ == "subsidy"), "c-S1", "cause_item_subsidy", told),
        Cause(line & type_.isin(PENALTIES), "c-F4", "cause_item_penalty", told),
        Cause(line & type_.isin(PROMOTIONS), "c-F5", "cause_item_promotion", told),
        Cause(line & type_.isin(FEES), "c-F1", "cause_item_fee", told),
    ]
