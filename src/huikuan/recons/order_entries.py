"""Entries of `order-settlement`: what an order should bring, as of a day, and what the platform settled for it.

Left: order lines that have a line number (an order known only by its header has no lines and expects nothing), amount
= paid + platform_borne - refunded as of the day, 0 for unpaid and cancelled ones. Right: every settlement line that
counts (not corroborating) but for payouts, transfers and deposits, which move money and settle no order; of these
lines only the gross types are compared, fees are members of their order's group with 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import ibis

from huikuan.engine.lines import ZERO, more_than_one
from huikuan.engine.model import ENTRY, MONEY_TYPE, Facts
from huikuan.engine.workspace import conform, hold, typed_table
from huikuan.recons.local_time import end_of_day, local_date
from huikuan.records.codes import GROSS_TYPES
from huikuan.records.due_dates import ANCHORS, rules_by_number
from huikuan.records.fee_rates import ALWAYS_CHARGED
from huikuan.records.rules import Rules

MONEY_MOVES = ("payout", "transfer", "deposit")  # settlement types that are no settlement of orders
SUB_ORDER_DIGITS = 10  # of a line number, from which on it is a sub-order's number that no other order's line bears
NOTHING_EXPECTED = ("unpaid", "cancelled")
CLOSED_BY_REFUND = ("refunded", "cancelled")


@dataclass(frozen=True)
class AsOf:
    """A day in the book's time zone; `end` is the first UTC moment after it."""

    day: date
    timezone: str

    @property
    def end(self) -> Any:
        """The first moment that lies after the day."""
        return ibis.literal(end_of_day(self.day, self.timezone))

    def happened(self, moment: Any) -> Any:
        """Whether a moment is told and not later."""
        return moment.notnull() & (moment < self.end)


def told_texts(number: Any, text: Any) -> Any:
    """A number and a text of a record as one text, in which what is open is looked for."""
    return number.fill_null("").concat(" ", text.fill_null(""))


def no_later(date_column: Any, as_of: date) -> Any:
    """Whether a movement exists as of a day; one without a day does."""
    return date_column.isnull() | (date_column <= ibis.literal(as_of))


def counted_orders(facts: Facts, as_of: date) -> Any:
    """Order lines as of a day, with `brings` (= paid + `borne_then` - `refunded_then`) and `refund_moment` (null: not
    told)."""
    lines = facts.table("order_line")
    day = AsOf(as_of, facts.timezone)
    lines = lines.filter(lines.line_no.notnull() & (lines.line_no != "") & no_later(lines.business_date, as_of))
    later_paid = lines.paid_at.notnull() & ~day.happened(lines.paid_at)
    closed_later = lines.closed_at.notnull() & ~day.happened(lines.closed_at)
    owes = ~(later_paid | (lines.status == "unpaid") | ((lines.status == "cancelled") & ~closed_later))
    moment = lines.refunded_at.fill_null(
        ibis.ifelse(lines.status.isin(CLOSED_BY_REFUND), lines.closed_at, ibis.null().cast("timestamp(6)"))
    )
    refunded = ibis.ifelse(moment.isnull() | day.happened(moment), lines.refunded.fill_null(ZERO), ZERO)
    gross = (lines.paid.fill_null(ZERO) + lines.platform_borne.fill_null(ZERO)).cast(MONEY_TYPE)
    brings = ibis.ifelse(owes.fill_null(True), (gross - refunded).cast(MONEY_TYPE), ZERO)
    return lines.mutate(
        brings=brings,
        refunded_then=ibis.ifelse(owes.fill_null(True), refunded, ZERO),
        borne_then=ibis.ifelse(owes.fill_null(True), lines.platform_borne.fill_null(ZERO), ZERO),
        refund_moment=moment,
    )


def left_entries(facts: Facts, rules: Rules, as_of: date, shops: list[str]) -> Any:
    """One entry per order line. Until `dates` is asked, due_date holds the anchor day and seq the number of the
    settlement rule which turns it into the due date."""
    lines = counted_orders(facts, as_of)
    rule_no, anchor, soonest = _anchor(lines, rules, shops, AsOf(as_of, facts.timezone))
    return conform(
        lines.mutate(
            scope=lines.shop,
            target=ibis.literal("*"),
            key=lines.order_no,
            reference=told_texts(lines.payment_no, lines.title),
            date=lines.business_date,
            seq=rule_no,
            type=ibis.literal("order"),
            amount=lines.brings,
            compared=lines.brings,
            due_date=anchor,
            hint=before_start(_earliest(lines, soonest, rules), rules),
        ),
        ENTRY,
    )


def _earliest(lines: Any, soonest: Any, rules: Rules) -> Any:
    """The day before which an order can have brought nothing, by the shop's rule where it has one."""
    ruled = sorted({rule.shop for rule in rules.settlement_rules})
    if not ruled or rules.start is None:
        return lines.business_date
    began = ibis.ifelse(lines.shop.isin(ruled), soonest, ibis.null().cast("date")).fill_null(lines.business_date)
    return ibis.greatest(began, lines.business_date)


def before_start(day: Any, rules: Rules, hint: Any = None) -> Any:
    """The hint `other_period` for a day before the book's start, else the hint given."""
    otherwise = ibis.null().cast("string") if hint is None else hint
    if rules.start is None:
        return otherwise
    return ibis.ifelse(day < ibis.literal(rules.start), "other_period", otherwise)


def _anchor(lines: Any, rules: Rules, shops: list[str], as_of: AsOf) -> tuple[Any, Any, Any]:
    """The settlement rule's number, the day of its anchor event (null: not happened yet) and the rule's days after that
    of each order line.

    A rule version holds for orders paid from its day on (unpaid: by business date), `records.due_dates`.
    """
    numbered = rules_by_number(rules, shops)
    versions: dict[str, int] = {}
    for rule, _end in numbered:
        versions[rule.shop] = versions.get(rule.shop, 0) + 1
    paid_day = local_date(lines.paid_at, as_of.timezone).fill_null(lines.business_date)
    no_cases, day_cases, soonest_cases = [], [], []
    for no, (rule, end) in enumerate(numbered):
        holds = lines.shop == rule.shop
        if versions[rule.shop] > 1:
            holds = holds & (paid_day >= ibis.literal(rule.valid_from)) & (paid_day < ibis.literal(end))
        moment = lines[ANCHORS[rule.anchor]]
        day = ibis.ifelse(as_of.happened(moment), local_date(moment, as_of.timezone), ibis.null().cast("date"))
        no_cases.append((holds, ibis.literal(no).cast("int64")))
        day_cases.append((holds, day))
        soonest_cases.append((holds, (day + ibis.interval(days=rule.days)).cast("date")))
    nothing = ibis.null().cast("int64"), ibis.null().cast("date"), ibis.null().cast("date")
    if not numbered:
        return nothing
    cases = (no_cases, day_cases, soonest_cases)
    number, day, soonest = (ibis.cases(*some, else_=none) for some, none in zip(cases, nothing, strict=True))
    return number, day, soonest


def counted_settlements(facts: Facts, as_of: date) -> Any:
    """Settlement lines that count, as of a day."""
    lines = facts.table("settlement_line")
    lines = lines.filter(no_later(lines.business_date, as_of) & ~lines.type.isin(MONEY_MOVES))
    return lines.filter(~lines.corroborating.fill_null(False)) if "corroborating" in lines.columns else lines


def is_gross(lines: Any) -> Any:
    """Whether a settlement line is compared with what its order should bring (DESIGN rule 4); the others are fees."""
    return lines.type.isin([name for name in GROSS_TYPES if name != "freight"]) | (
        (lines.type == "freight") & (lines.amount > ZERO)
    )


def right_entries(facts: Facts, rules: Rules, as_of: date) -> tuple[Any, Mapping[str, Any]]:
    """One entry per settlement line, and tables that must live as long as the entries."""
    named, sub_orders = _by_order(counted_settlements(facts, as_of), facts)
    lines, extra = _with_shop(named, facts, rules)
    ok = lines.order_no.notnull() & (lines.order_no != "")  # whatever the file said: a person may have filled it in
    gross = is_gross(lines)
    hint = ibis.cases(
        (~ok & (lines.key_state == "damaged"), "key_damaged"),
        (~ok & (lines.key_state == "none"), "not_operating"),
        (~ok, "key_missing"),
        else_=ibis.null().cast("string"),
    )
    extra = {**extra, **sub_orders, "copied_fees": copied_fees(lines.filter(ok), facts)}
    entries = lines.mutate(
        target=ibis.literal("*"),
        key=ibis.ifelse(ok, lines.order_no, ibis.null().cast("string")),
        date=lines.business_date,
        flow=lines.flow_no,
        reference=ibis.ifelse(lines.key_state == "none", lines.item, told_texts(lines.trade_no, lines.item)),
        compared=ibis.ifelse(gross, lines.amount, ZERO),
        hint=before_start(lines.business_date, rules, hint),
    )
    return conform(entries, ENTRY), extra


def _by_order(lines: Any, facts: Facts) -> tuple[Any, Mapping[str, Any]]:
    """Settlement lines, those that name a sub-order under its order's number; and what must live as long as they."""
    orders = facts.table("order_line")
    subs = orders.filter((orders.line_no.length() >= SUB_ORDER_DIGITS) & (orders.line_no != orders.order_no))
    if _none(subs):
        return lines, {}
    numbers = subs.group_by(sub_no=subs.line_no).agg(of_order=subs.order_no.min(), other=subs.order_no.max())
    known, settled = orders.select("order_no"), lines.select("order_no")  # DuckDB would read all columns of them
    one = numbers.filter(numbers.of_order == numbers.other).anti_join(known, ibis._.sub_no == known.order_no)
    met = hold(facts.backend, one.semi_join(settled, one.sub_no == settled.order_no).select("sub_no", "of_order"))
    joined = lines.left_join(met, lines.order_no == met.sub_no)
    told = joined.mutate(order_no=joined.of_order.fill_null(joined.order_no)).select(*lines.columns)
    return told, {"sub_orders": met}


def copied_fees(settled: Any, facts: Facts) -> Any:
    """Fees charged once more: the same fee and amount of one order under another flow number, more often than the order
    has lines or was settled in parts; at one moment whatever the fee, at any time where it can be charged only once.
    What was given back meanwhile counts against it. Columns record_key, scope, order_no, currency, type, amount: the
    later ones. None where there are none. `settled`: settlement lines that name an order.

    Two counts find the few orders in question without looking at wordings: what is there more than once, which costs
    little, and of that what has several flow numbers.
    """
    once = settled.type.isin(ALWAYS_CHARGED) & (settled.amount < ZERO)
    fees = settled.filter(~is_gross(settled) & (once | settled.occurred_at.notnull()))
    dated = fees.mutate(
        moment=ibis.ifelse(once, ibis.null().cast("timestamp(6)"), fees.occurred_at),
        flow_no=told_texts(fees.flow_no, fees.occurred_at.cast("string")),  # a made-up flow number may leave out when
    )
    same = ["order_no", "type", "amount", "moment"]
    counted = dated.group_by(same).agg(times=dated.count())
    repeated = hold(facts.backend, counted.filter(counted.times > 1).drop("times"))
    if _none(repeated):
        return None
    again = dated.semi_join(repeated, [dated[name].identical_to(repeated[name]) for name in same])
    flows = again.group_by(same).agg(first=again.flow_no.min(), last=again.flow_no.max())
    several = hold(facts.backend, flows.filter(flows["first"] != flows["last"]).drop("first", "last"))
    if _none(several):
        return None
    near = dated.semi_join(several, [dated[name].identical_to(several[name]) for name in same])
    same_fee = [near.scope, *(near[name] for name in same), near.item.fill_null(""), near.sku.fill_null("")]
    when = near.occurred_at.fill_null(near.business_date.cast("timestamp(6)"))
    order = [when, near.flow_no, near.record_key]
    placed = near.mutate(
        place=ibis.row_number().over(ibis.window(group_by=same_fee, order_by=order)),
        several_flows=more_than_one(near.flow_no, ibis.window(group_by=same_fee)),
        at_once=near.record_key.count().over(ibis.window(group_by=[*same_fee, when])) > 1,
    )
    told = _with_times_allowed(placed, settled, facts)
    later = told.filter(told.several_flows & (told.place >= told.allowed))
    return hold(facts.backend, later.select("record_key", "scope", "order_no", "currency", "type", "amount"))


def _none(table: Any) -> bool:
    return int(table.limit(1).count().to_pyarrow().as_py()) == 0


def _with_times_allowed(fees: Any, settled: Any, facts: Facts) -> Any:
    """Fees with how often one may stand in their order's bill: as often as it was settled in parts, at one moment as
    often as it has lines too, and once more for each time it was given back."""
    orders = facts.table("order_line").semi_join(fees, "order_no")
    lines = orders.group_by(of_shop=orders.shop, of_order=orders.order_no).agg(lines=orders.count())
    mine = settled.semi_join(fees, ["scope", "order_no"])
    sales = mine.filter((mine.type == "sale") & (mine.amount > ZERO))
    parts = sales.group_by(p_scope=sales.scope, p_order=sales.order_no).agg(parts=sales.count())
    given = mine.filter(~is_gross(mine) & (mine.amount > ZERO))
    back = given.group_by(
        b_scope=given.scope, b_order=given.order_no, b_type=given.type, b_amount=(ZERO - given.amount).cast(MONEY_TYPE)
    ).agg(back=given.count())
    told = fees.left_join(lines, [fees.scope == lines.of_shop, fees.order_no == lines.of_order])
    told = told.left_join(parts, [told.scope == parts.p_scope, told.order_no == parts.p_order])
    at = [told.scope == back.b_scope, told.order_no == back.b_order, told.type == back.b_type]
    told = told.left_join(back, [*at, told.amount == back.b_amount])
    parts = told.parts.fill_null(1)
    once = ibis.ifelse(told.at_once, ibis.greatest(told.lines.fill_null(1), parts), parts)
    return told.mutate(allowed=once + told.back.fill_null(0))


def _with_shop(lines: Any, facts: Facts, rules: Rules) -> tuple[Any, Mapping[str, Any]]:
    """Lines with their scope: their own shop, else their order's among the account's shops, else the only shop that
    has such an order, else the account's only shop."""
    told = lines.shop.notnull() & (lines.shop != "")
    blank = lines.filter(~told)
    if _none(blank):
        return lines.mutate(scope=lines.shop), {}
    of_account = [{"account": a.name, "own": shop} for a in rules.accounts for shop in a.shops]
    table = typed_table(of_account, {"account": "string", "own": "string"})
    found = hold(facts.backend, _shops_of_orders(blank, facts, table))
    joined = blank.left_join(found, [blank.account == found.found_account, blank.order_no == found.found_order])
    alone = {a.name: a.shops[0] for a in rules.accounts if len(a.shops) == 1}
    fallback = joined.account.cases(*alone.items(), else_="") if alone else ibis.literal("")
    resolved = joined.mutate(scope=joined.found_shop.fill_null(fallback)).select(*lines.columns, "scope")
    own = lines.filter(told)
    return ibis.union(own.mutate(scope=own.shop), resolved, distinct=False), {"shops_of_orders": found}


def _shops_of_orders(blank: Any, facts: Facts, own_shops: Any) -> Any:
    """The one shop an account's order number belongs to. Key: found_account, found_order; ambiguous ones are absent."""
    wanted = blank.filter(blank.order_no.notnull()).select("account", "order_no").distinct()
    known = facts.table("order_line").select("order_no", "shop").distinct()
    met = wanted.inner_join(known, "order_no")
    met = met.left_join(own_shops, [met.account == own_shops.account, met.shop == own_shops.own])
    own = met.own.notnull()
    counted = met.group_by(found_account=met.account, found_order=met.order_no).agg(
        own_count=own.sum(), own_shop=met.own.min(), shops=met.count(), shop=met.shop.min()
    )
    shop = ibis.cases(
        (counted.own_count == 1, counted.own_shop),
        ((counted.own_count == 0) & (counted.shops == 1), counted.shop),
        else_=ibis.null().cast("string"),
    )
    return counted.select("found_account", "found_order", found_shop=shop).filter(ibis._.found_shop.notnull())
