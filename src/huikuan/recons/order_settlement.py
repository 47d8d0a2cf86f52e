"""`order-settlement`: was each order settled, in full, with the right fees?

Left order lines, right settlement lines, by shop and order number (`order_entries` says what enters). The parts of a
difference are named here: other_period, refund_missing, duplicate, refund_twice, unexpected_settlement, not_due of
what the shop's rule holds back (`held_back`); the rest is short or over, or, while only fees came, not_due or
missing_right. Payouts, transfers and deposits are on no side; a settlement line that naturally has no order is open as
`not_operating`, so the right total is that of all lines that count. Fees are held against the shop's rates by
`fee_audit`.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import ibis

from huikuan.engine import evidence as because
from huikuan.engine.lines import ZERO, more_than_one, union_all
from huikuan.engine.model import MONEY_TYPE, Classes, Definition, Facts, Passes, Sides
from huikuan.engine.workspace import Workspace, conform
from huikuan.recons import order_causes
from huikuan.recons.fee_audit import fee_audit
from huikuan.recons.held_back import any_reserve, held_in_reserve, minimums, without_small_sums
from huikuan.recons.order_entries import counted_orders, left_entries, no_later, right_entries
from huikuan.recons.order_returns import returned_goods
from huikuan.records.due_dates import due_calendar
from huikuan.records.rules import Rules

NAME = "order-settlement"
PART = {
    "group_id": "string", "record_key": "string", "class": "string", "amount": MONEY_TYPE, "due_date": "date",
}  # fmt: skip
PARTS = ("other_period", "duplicate", "refund_twice", "refund_missing", "unexpected_settlement", "not_due")
BLANK = ibis.literal("")


def prepare(facts: Facts, rules: Rules, as_of: date) -> Sides:
    """The sides as of a day."""
    shops = facts.table("order_line").select("shop").distinct().to_pyarrow()["shop"].to_pylist()
    known = sorted(shop for shop in shops if shop)
    right, held = right_entries(facts, rules, as_of)
    orders = counted_orders(facts, as_of)
    refunds = orders.filter(orders.refunded_then != ZERO).select("shop", "order_no", "currency", "refunded_then")
    extra = {"rules": rules, "shops": known, "orders": orders, "refunds": refunds, "held": held, "as_of": as_of}
    extra["erp_numbers"] = _erp_numbers(facts, as_of)
    extra["returns"] = returned_goods(facts, as_of)
    extra["minimums"] = minimums(facts, rules, known, as_of)
    return Sides(left_entries(facts, rules, as_of, known), right, extra)


def _erp_numbers(facts: Facts, as_of: date) -> Any:
    """The order system's own numbers with the platform orders they stand for, for what a bill names by them. None where
    nothing tells of any."""
    if not facts.has("erp_order") or int(facts.table("erp_order").limit(1).count().to_pyarrow().as_py()) == 0:
        return None
    told = facts.table("erp_order")
    named = told.filter(no_later(told.business_date, as_of) & (told.order_no.fill_null("") != ""))
    return named.select(erp_no="erp_order_no", platform_no="order_no").distinct()


def dates(entries: Any, sides: Sides) -> Any:
    """Entries with the due date in place of the anchor day."""
    return _dated(entries, sides, "due_date")


def whole_dates(entries: Any, sides: Sides) -> Any:
    """The same with the day on which what is held back is due; None where nothing is."""
    return _dated(entries, sides, "reserve_due") if any_reserve(sides) else None


def _dated(entries: Any, sides: Sides, due: str) -> Any:
    span = entries.agg(first=entries.due_date.min(), last=entries.due_date.max()).to_pyarrow().to_pylist()[0]
    if span["first"] is None:
        return entries
    calendar = ibis.memtable(due_calendar(sides.extra["rules"], sides.extra["shops"], span["first"], span["last"]))
    dues = calendar.select(due_rule=calendar.rule_no.cast("int64"), due_anchor="anchor_date", due_day=due)
    joined = entries.left_join(dues, [entries.seq == dues.due_rule, entries.due_date == dues.due_anchor])
    return joined.mutate(due_date=joined.due_day).select(*entries.columns)


def explain(work: Workspace, groups: Any, lines: Any, sides: Sides) -> Any:
    """The parts of differences that have a name, as left - right. Each part is taken from what the ones before left:
    before the book's start; a refund that explains all; copies; a refund twice; a refund missing; nothing owed; what
    the platform holds back in reserve."""
    table = work.keep(_known(groups, lines, _copies(lines), sides))
    table = table.mutate(untold=(table.refunded - table.refund_came).cast(MONEY_TYPE), copies=_minus(table.copied))
    table = _split(table, "residual", "rest1", "part_other_period", _before_the_start(table))
    whole = _over(table.rest1, table.untold, table.untold == _minus(table.rest1))
    table = _split(table, "rest1", "rest2", "part_whole", whole)
    table = _split(table, "rest2", "rest3", "part_duplicate", _toward_zero(table.rest2, table.copies))
    again = (table.rest3 > ZERO) & (table.untold < ZERO) & (table.refund_lines > 1)
    twice = ibis.ifelse(again, ibis.least(table.rest3, _minus(table.untold)), ZERO)
    table = _split(table, "rest3", "rest4", "part_refund_twice", twice)
    missing = _over(table.rest4, table.untold, (table.untold > ZERO) & (table.part_whole == ZERO))
    table = _split(table, "rest4", "rest5", "part_missing", missing)
    unexpected = (table.l == ZERO) & (table.rest5 < ZERO) & (table.refunded == ZERO)
    table = table.mutate(
        part_refund_missing=(table.part_whole + table.part_missing).cast(MONEY_TYPE),
        part_unexpected_settlement=ibis.ifelse(unexpected, table.rest5, ZERO),
    )
    table = table.mutate(rest6=(table.rest5 - table.part_unexpected_settlement).cast(MONEY_TYPE))
    told = work.keep(held_in_reserve(table, "rest6", sides))
    at = {"duplicate": told.copy_key, "refund_twice": told.refund_key}
    return union_all(*(_part(told, name, at.get(name, BLANK)) for name in PARTS))


def _before_the_start(table: Any) -> Any:
    """What is missing of an early order may have come before the book's start; what is too much may not."""
    return ibis.ifelse(table.early & (table.residual > ZERO), table.residual, ZERO)


def _split(table: Any, rest: str, next_rest: str, part: str, amount: Any) -> Any:
    """Take a part from the rest of a residual."""
    told = table.mutate(**{part: amount})
    return told.mutate(**{next_rest: (told[rest] - told[part]).cast(MONEY_TYPE)})


def _minus(amount: Any) -> Any:
    return (ZERO - amount).cast(MONEY_TYPE)


def noted(sides: Sides) -> Any:
    """Fees charged once more than they can be: members of their order's group, and a row of their own beside."""
    copies = sides.extra["held"]["copied_fees"]
    if copies is None:
        return None
    again = sides.right.semi_join(copies, "record_key")
    evidence = because.text("fee_twice", {"type": again.type})
    return again.mutate(about=again.record_key, evidence=evidence, **{"class": ibis.literal("duplicate")})


def _part(known: Any, class_: str, at: Any) -> Any:
    due = known.reserve_due if class_ == "not_due" else ibis.null().cast("date")
    rows = known.mutate(amount=known[f"part_{class_}"], record_key=at, due_date=due, **{"class": ibis.literal(class_)})
    return conform(rows.filter(rows.amount != ZERO), PART)


def _over(rest: Any, amount: Any, when: Any) -> Any:
    """The negative part of a residual (too much came) that an amount explains."""
    return ibis.ifelse(when & (rest < ZERO) & (amount > ZERO), ibis.greatest(rest, _minus(amount)), ZERO)


def _toward_zero(rest: Any, amount: Any) -> Any:
    """The amount where it explains a part of the residual, else 0."""
    fits = ((rest > ZERO) & (amount > ZERO) & (amount <= rest)) | ((rest < ZERO) & (amount < ZERO) & (amount >= rest))
    return ibis.ifelse(fits, amount, ZERO)


def _copies(lines: Any) -> Any:
    """Settlement lines that repeat an earlier one of their group: same type and amount, another flow number, and more
    of them than the order has lines of that amount. One row per line."""
    right = lines.filter((lines.side == "right") & (lines.compared != ZERO) & (lines.type != "refund"))
    same = ["group_id", "type", "compared"]
    order = [ibis._.date, ibis._.moment, ibis._.record_key]
    dated = right.mutate(moment=right.occurred_at.fill_null(right.date.cast("timestamp(6)")))
    placed = dated.mutate(
        place=ibis.row_number().over(ibis.window(group_by=same, order_by=order)),
        several_flows=more_than_one(dated.flow, ibis.window(group_by=same)),
    )
    left = lines.filter((lines.side == "left") & (lines.compared != ZERO))
    like = left.group_by(like_group=left.group_id, like_amount=left.compared).agg(likes=left.count())
    joined = placed.left_join(like, [placed.group_id == like.like_group, placed.compared == like.like_amount])
    allowed = ibis.greatest(joined.likes.fill_null(1), 1)
    return joined.filter(joined.several_flows & (joined.place >= allowed)).select("group_id", "record_key", "compared")


def _known(groups: Any, lines: Any, copies: Any, sides: Sides) -> Any:
    """Per differing group what its parts are reckoned from."""
    refund = (lines.side == "right") & (lines.type == "refund") & (lines.compared != ZERO)
    facts = lines.group_by(of_group=lines.group_id).agg(
        scope=lines.scope.max(),
        key=lines.key.max(),
        currency=lines.currency.max(),
        rule_no=ibis.ifelse(lines.side == "left", lines.seq, ibis.null().cast("int64")).max(),
        early=(lines.hint == "other_period").fill_null(False).any(),
        refund_came=ibis.ifelse(refund, ZERO - lines.compared, ZERO).sum().cast(MONEY_TYPE),
        refund_lines=refund.sum(),
        refund_key=ibis.ifelse(refund, lines.record_key, "").max(),
    )
    sums = copies.group_by(copy_group=copies.group_id).agg(
        copied=copies.compared.sum().cast(MONEY_TYPE), copy_key=copies.record_key.max()
    )
    joined = groups.inner_join(facts, groups.group_id == facts.of_group)
    joined = joined.left_join(sums, joined.group_id == sums.copy_group)
    wanted = facts.select("scope", "key", "currency").distinct()
    refunds = sides.extra["refunds"]
    told = refunds.semi_join(
        wanted, [refunds.shop == wanted.scope, refunds.order_no == wanted.key, refunds.currency == wanted.currency]
    )
    totals = told.group_by(r_shop=told.shop, r_order=told.order_no, r_currency=told.currency).agg(
        refunded=told.refunded_then.sum().cast(MONEY_TYPE)
    )
    found = joined.left_join(
        totals, [joined.scope == totals.r_shop, joined.key == totals.r_order, joined.currency == totals.r_currency]
    )
    return found.mutate(
        refunded=found.refunded.fill_null(ZERO),
        copied=found.copied.fill_null(ZERO),
        copy_key=found.copy_key.fill_null(""),
    )


ORDER_SETTLEMENT = Definition(
    name=NAME,
    prepare=prepare,
    reads=("order_line", "settlement_line", "wallet_line", "return_line", "erp_order"),
    passes=Passes(key="applies", suggest="suggests"),
    classes=Classes(),
    window_days=15,
    dates=dates,
    whole_dates=whole_dates,
    waiting=without_small_sums,
    explain=explain,
    noted=noted,
    auditing=lambda sides, as_of: fee_audit(sides, as_of, dates),
    causes=order_causes.causes,
    cause_facts=order_causes.facts,
)
