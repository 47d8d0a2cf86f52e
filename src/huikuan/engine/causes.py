"""Why an item is open: one cause of the closed list for each (`records.codes.CAUSES`), with its evidence.

A `Cause` is a rule: a condition over the items, the code it gives, and the sentence and figures that bear it out. The
first rule that fits holds; where none does the cause is `unknown`, and what a person said goes before all. Rules that
need no more than the class, the dates and the currency of an item stand here; a definition adds its own
(`Definition.causes`), which go before those of the class. Evidence is JSON text as in `engine.evidence`, amounts in it
are text with five decimals; its sentences are registered as `evidence.CODE`.
"""

from __future__ import annotations

from typing import Any

import ibis

from huikuan.engine import evidence as because
from huikuan.engine.lines import ZERO, on_side, union_all
from huikuan.engine.model import MONEY_TYPE, OPEN, Cause, Definition, Sides
from huikuan.engine.workspace import Workspace, conform, typed_table
from huikuan.records.codes import UNKNOWN_CAUSE
from huikuan.records.messages import gettext_noop as _
from huikuan.records.messages import register

register(
    {
        "evidence.cause_unknown": _("Nothing that was imported explains it."),
        "evidence.cause_other_currency": _("The other side has this number in %(currency)s: %(amount)s."),
        "evidence.cause_rounding": _("The difference of %(amount)s is within %(limit)s, which counts as rounding."),
        "evidence.cause_not_due": _("It is due on %(due)s."),
        "evidence.cause_no_due_day": _(
            "It has no due day yet: what its settlement is counted from has not happened, its shop has no settlement "
            "rule, or all that the shop is due is still below the least payout."
        ),
        "evidence.cause_overdue": _("It was due on %(due)s, and nothing was settled."),
        "evidence.cause_in_transit": _("It was paid out on %(date)s; the bank has until %(due)s."),
        "evidence.cause_payout_overdue": _(
            "It was paid out on %(date)s; the bank had until %(due)s, and no receipt can be told to be it."
        ),
        "evidence.cause_payout_returned": _("The payout of %(amount)s came back into the platform account."),
        "evidence.cause_duplicate": _("The same movement of %(amount)s is there once more."),
        "evidence.cause_no_number": _("The file gives no number for it that could be read."),
        "evidence.cause_after_end": _("It is of %(date)s; the other side's records end on %(end)s."),
        "evidence.cause_before_begin": _("It is of %(date)s; the other side's records begin on %(begin)s."),
        "evidence.cause_no_such_number": _("No record of the other side has the number %(number)s."),
        "evidence.cause_other_period": _("It is of %(date)s, before this book begins."),
        "evidence.cause_balance_break": _("Before this line the balance jumps by %(amount)s."),
        "evidence.cause_total_mismatch": _("A stated total or balance is off by %(amount)s."),
        "evidence.cause_receipt": _("%(amount)s came into the bank; no payout and no word of the bank explains it."),
        "evidence.cause_fee_rate": _("The fee is %(amount)s above what the contract says."),
        "evidence.cause_fee_not_returned": _("%(amount)s of fees should have come back with the refund."),
    }
)  # fmt: skip

COPIES = ("duplicate", "refund_twice", "possible_duplicate")


def named(
    work: Workspace, definition: Definition, items: Any, lines: Any, still_open: tuple[Any, Any], sides: Sides
) -> Any:
    """Rows of `open` (columns of OPEN): the items with their causes.

    Args:
        items: columns of ITEM; `cause` holds what a person said, else is blank.
        lines: the lines of linked groups, or None.
        still_open: left and right entries that stay open, kept.
    """
    items = work.keep(items)
    if work.empty(items):
        return typed_table([], OPEN)
    told = _with_other_currency(work, definition, items, still_open)
    told = _with_ends(definition, told, sides)
    if definition.cause_facts:
        told = definition.cause_facts(work, told, lines, sides)
    told = work.keep(told)
    own = definition.causes(told) if definition.causes else []
    rules = [*_before_all(definition, told), *own, *_by_class(definition, told)]
    return conform(_first_that_fits(told, rules), OPEN)


def _first_that_fits(items: Any, rules: list[Cause]) -> Any:
    said = items.cause != ""
    numbered = items.mutate(rule=ibis.cases(*((rule.when, number) for number, rule in enumerate(rules)), else_=-1))
    code = numbered["rule"].cases(*((number, rule.code) for number, rule in enumerate(rules)), else_=UNKNOWN_CAUSE)
    borne_out = [
        (numbered["rule"] == number, because.text(rule.sentence, rule.figures)) for number, rule in enumerate(rules)
    ]
    return numbered.mutate(
        cause=ibis.ifelse(said, numbered.cause, code),
        cause_evidence=ibis.cases((said, ibis.literal(because.SAID)), *borne_out, else_=because.text("cause_unknown")),
    )


def _with_other_currency(work: Workspace, definition: Definition, items: Any, still_open: tuple[Any, Any]) -> Any:
    """Items with `other_currency` and `other_amount`: of what is open under the same number on the other side in
    another currency. Null where there is none."""
    nothing = {"other_currency": ibis.null().cast("string"), "other_amount": ibis.null().cast(MONEY_TYPE)}
    if definition.across or not _several_currencies(work, still_open):
        return items.mutate(**nothing)
    sums = [
        entries.filter(entries.key.notnull())
        .group_by("scope", "key", "currency")
        .agg(amount=entries.amount.sum().cast(MONEY_TYPE))
        for entries in still_open
    ]
    facing = union_all(on_side(sums[1], "left"), on_side(sums[0], "right"))  # what each side sees of the other
    other = facing.select(o_side="side", o_scope="scope", o_key="key", o_currency="currency", o_amount="amount")
    joined = items.left_join(
        other, [items.side == other.o_side, items.scope == other.o_scope, items.key == other.o_key]
    )
    apart = joined.filter((joined.record_key != "") & (joined.o_currency != joined.currency))
    least = apart.group_by(f_item=apart.item_id).agg(
        other_currency=apart.o_currency.min(), other_amount=apart.o_amount.argmin(apart.o_currency)
    )
    return items.left_join(least, items.item_id == least.f_item)


def _several_currencies(work: Workspace, still_open: tuple[Any, Any]) -> bool:
    left, right = still_open
    if work.empty(left) or work.empty(right):
        return False
    both = union_all(left.select("currency"), right.select("currency"))
    return int(both.currency.nunique().to_pyarrow().as_py()) > 1


def _with_ends(definition: Definition, items: Any, sides: Sides) -> Any:
    """Items with `begin` and `end`: the first and last day on which the left side has records of their scope. Null
    where the sides lie in different accounts."""
    if definition.across:
        never = ibis.null().cast("date")
        return items.mutate(begin=never, end=never)
    days = sides.left.group_by(of_scope="scope").agg(begin=sides.left.date.min(), end=sides.left.date.max())
    return items.left_join(days, items.scope == days.of_scope)


def _before_all(definition: Definition, items: Any) -> list[Cause]:
    """What holds whatever the class: another currency, an amount too small to mean anything."""
    limit = ibis.literal(definition.rounding).cast(MONEY_TYPE)
    differs = (items.record_key == "") & items["class"].isin(["short", "over"])
    return [
        Cause(
            items.other_currency.notnull(), "c-D4", "cause_other_currency",
            {"currency": items.other_currency, "amount": items.other_amount},
        ),
        Cause(
            differs & (items.amount.abs() <= limit), "c-D3", "cause_rounding", {"amount": items.amount, "limit": limit}
        ),
    ]  # fmt: skip


def _by_class(definition: Definition, items: Any) -> list[Cause]:
    """What the class, the dates and the sign of an item tell."""
    class_ = items["class"]
    amount, day, due = {"amount": items.amount}, {"date": items.date}, {"due": items.due_date}
    unknown_here = class_ == "missing_left"
    edge = ibis.literal(definition.edge_days)
    after, before = items.date.delta(items.end, unit="day"), items.begin.delta(items.date, unit="day")
    charged_more = ibis.ifelse(items.side == "right", items.amount < ZERO, items.amount > ZERO)
    return [
        Cause((class_ == "not_due") & items.due_date.isnull(), "c-T1", "cause_no_due_day"),
        Cause(class_ == "not_due", "c-T1", "cause_not_due", due),
        Cause(class_ == "missing_right", "c-O1", "cause_overdue", due),
        Cause(class_ == "payout_in_transit", "c-T3", "cause_in_transit", day | due),
        Cause(class_ == "payout_missing", "c-O1", "cause_payout_overdue", day | due),
        Cause(class_ == "payout_returned", "c-P4", "cause_payout_returned", amount),
        Cause(class_.isin(COPIES), "c-P3", "cause_duplicate", amount),
        Cause(class_.isin(["key_missing", "key_damaged"]), "c-D1", "cause_no_number"),
        Cause(unknown_here & (after > 0) & (after <= edge), "c-T2", "cause_after_end", day | {"end": items.end}),
        Cause(
            unknown_here & (before > 0) & (before <= edge), "c-T2", "cause_before_begin", day | {"begin": items.begin}
        ),
        Cause(unknown_here, "c-D1", "cause_no_such_number", {"number": items.order_no}),
        Cause(class_ == "other_period", "c-T4", "cause_other_period", day),
        Cause(class_ == "balance_break", "c-D5", "cause_balance_break", amount),
        Cause(class_ == "total_mismatch", "c-D5", "cause_total_mismatch", amount),
        Cause(class_ == "unidentified_receipt", "c-W2", "cause_receipt", amount),
        Cause((class_ == "fee_rate") & charged_more, "c-F2", "cause_fee_rate", {"amount": items.amount.abs()}),
        Cause(class_ == "fee_not_returned", "c-F3", "cause_fee_not_returned", {"amount": items.amount.abs()}),
    ]  # fmt: skip
