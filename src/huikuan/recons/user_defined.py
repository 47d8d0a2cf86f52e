"""A user's declaration (`records.user_reconciliation`) as a `Definition` that the engine runs.

What enters a side: the records of its kind that fulfil its conditions and exist as of the day; settlement lines that
only corroborate others, and order headers without lines, are left out as in the built-in reconciliations. Where both
sides are of one kind, a record that fulfils the left side's conditions stands there and nowhere else.

A key is its fields joined by `/`, without blanks and in capitals (of ASCII); a record that lacks one of them has none.
A grouping puts the day, week or month before it. Records meet within equal values of the side's `scope` field; where
there is none, everywhere. A side without amounts is counted, each record as 1. The currency of pieces and of counted
records is `-`: they are no money.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import ibis

from huikuan.engine.lines import ZERO
from huikuan.engine.model import ENTRY, MONEY_TYPE, Cause, Classes, Definition, Facts, Passes, Sides
from huikuan.engine.workspace import conform, typed_table
from huikuan.recons.local_time import local_date
from huikuan.recons.order_entries import before_start, counted_orders, no_later
from huikuan.records.codes import UNKNOWN_CAUSE
from huikuan.records.messages import gettext_noop as _
from huikuan.records.messages import register
from huikuan.records.rules import Rules
from huikuan.records.user_reconciliation import Condition, UserReconciliation, UserSide, usable_fields

PIECES = "-"
SMALL, CAPITALS = "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
BLANKS = "[\\s\u3000]+"
NO_TEXT = ibis.null().cast("string")

register(
    {
        "evidence.cause_own_waiting": _("Its counterpart may come until %(due)s."),
        "evidence.cause_own_missing": _("Its counterpart should have come by %(due)s; nothing there belongs to it."),
        "evidence.cause_own_no_number": _("No record of the other side has the key %(number)s."),
    }
)


def definition_of(own: UserReconciliation) -> Definition:
    """The definition that the engine runs."""
    called = own.called
    unknown = called.get("unknown", "missing_left")
    return Definition(
        name=own.name,
        prepare=functools.partial(_prepare, own),
        reads=(own.left.kind, own.right.kind),
        passes=_passes(own),
        classes=Classes(
            waiting=called.get("waiting", "not_due"),
            overdue=called.get("overdue", "missing_right"),
            nothing_owed=unknown,
            unknown_in=unknown,
            unknown_out=unknown,
            elsewhere="other_shop" if own.left.scope and own.grouping == "none" else "",
            short=called.get("short", "short"),
            over=called.get("over", "over"),
            no_work=own.no_work,
        ),
        tolerance=own.tolerance,
        window_days=own.window_days,
        lead_days=own.lead_days,
        causes=functools.partial(_causes, own),
    )


def _passes(own: UserReconciliation) -> Passes:
    """The passes; where one only suggests, what it would take is among the candidates of the last pass."""
    modes = {name: own.mode(name) for name in ("key", "reference", "amount", "batch", "subset")}
    return Passes(**modes, suggest="suggests" if "suggests" in modes.values() else "off")  # type: ignore[arg-type]


def _prepare(own: UserReconciliation, facts: Facts, rules: Rules, as_of: date) -> Sides:
    """The sides as of a day; a side of whose kind there is nothing is empty."""
    left = _entries(own, "left", facts, rules, as_of)
    right = _entries(own, "right", facts, rules, as_of)
    return Sides(left, right)


def _entries(own: UserReconciliation, name: str, facts: Facts, rules: Rules, as_of: date) -> Any:
    """One entry per record of the side."""
    side = own.side(name)
    if not facts.has(side.kind):
        return typed_table([], ENTRY)
    lines = _existing(side.kind, facts, as_of)
    lines = lines.filter(_all_hold(lines, side))
    if name == "right" and own.left.kind == side.kind:
        lines = lines.filter(~_all_hold(lines, own.left))
    day = _day(lines, side, facts.timezone)
    key = _key(lines, side, day, own.grouping)
    amount = _amount(lines, side)
    hint = ibis.ifelse(key.isnull(), "key_missing", NO_TEXT) if _by_key_alone(own) else None
    entries = lines.mutate(
        scope=lines[side.scope].fill_null("") if side.scope else ibis.literal(""),
        target=_target(lines, side),
        key=key,
        reference=_joined([lines[text].fill_null("") for text in side.texts], " ") if side.texts else NO_TEXT,
        order_no=lines.order_no if "order_no" in lines.columns else NO_TEXT,
        currency=ibis.literal(PIECES) if side.counts_pieces or not side.amounts else lines.currency.fill_null(""),
        date=day,
        seq=lines.seq if "seq" in lines.columns else ibis.null().cast("int64"),
        type=ibis.literal(side.kind),
        flow=lines.flow_no if "flow_no" in lines.columns else NO_TEXT,
        amount=amount,
        compared=amount,
        # Ibis takes a day and days for a day, DuckDB for a moment: a cast of the sum alone would be left out.
        due_date=(day.cast("timestamp(6)") + ibis.interval(days=own.waiting_days)).cast("date"),
        hint=before_start(day, rules, hint),
    )
    return conform(entries, ENTRY)


def _existing(kind: str, facts: Facts, as_of: date) -> Any:
    """The records of a kind that count, as of a day."""
    if kind == "order_line":
        return counted_orders(facts, as_of)
    if kind == "settlement_line":
        told = facts.table(kind)
        moves = told.filter(no_later(told.business_date, as_of))
        return moves.filter(~moves.corroborating.fill_null(False)) if "corroborating" in moves.columns else moves
    lines = facts.table(kind)
    return lines.filter(no_later(lines.business_date, as_of))


def _by_key_alone(own: UserReconciliation) -> bool:
    """Whether nothing but the key can match, so that a record without one is at fault."""
    return own.mode("key") == "applies" and all(
        own.mode(each) != "applies" for each in ("reference", "amount", "batch", "subset")
    )


def _target(lines: Any, side: UserSide) -> Any:
    if not side.scope:
        return ibis.literal("*")
    return ibis.literal("|").concat(lines[side.scope].fill_null(""), ibis.literal("|"))


def _amount(lines: Any, side: UserSide) -> Any:
    if not side.amounts:
        return ibis.literal(Decimal(1)).cast(MONEY_TYPE)
    plus = lines[side.plus].fill_null(ZERO) if side.plus else ZERO
    minus = lines[side.minus].fill_null(ZERO) if side.minus else ZERO
    return (plus - minus).cast(MONEY_TYPE)


def _day(lines: Any, side: UserSide, timezone: str) -> Any:
    """The day of the side's date field; where that is blank, the business date."""
    column = lines[side.date]
    if usable_fields(side.kind, "date")[side.date].type == "time":
        column = local_date(column, timezone)
    return column if side.date == "business_date" else column.fill_null(lines.business_date)


def _key(lines: Any, side: UserSide, day: Any, grouping: str) -> Any:
    """The normalised key; null where a part of it is blank, or where there is none at all."""
    parts = [] if grouping == "none" else [_period(day, grouping)]
    parts += [normalised(lines[name].cast("string")) for name in side.key]
    if not side.key and grouping == "none":
        return NO_TEXT
    told = functools.reduce(lambda one, other: one & other, [part.fill_null("") != "" for part in parts])
    return ibis.ifelse(told, _joined(parts, "/"), NO_TEXT)


def normalised(text: Any) -> Any:
    """A text as part of a key: without blanks, in capitals of ASCII (backends differ in others)."""
    return text.re_replace(BLANKS, "").translate(SMALL, CAPITALS)


def _period(day: Any, grouping: str) -> Any:
    """The first day of the day, week (from Monday) or month, as text."""
    first = day if grouping == "day" else day.truncate({"week": "W", "month": "M"}[grouping])
    return first.cast("date").cast("string")


def _joined(parts: Sequence[Any], between: str) -> Any:
    return functools.reduce(lambda one, other: one.concat(between, other), parts)


def _all_hold(lines: Any, side: UserSide) -> Any:
    """Whether all conditions of a side hold (never null)."""
    holding = [_holds(lines[each.field], side.kind, each) for each in side.where]
    return functools.reduce(lambda one, other: one & other, holding, ibis.literal(True))


def _holds(column: Any, kind: str, condition: Condition) -> Any:
    """Whether a condition holds. A blank field is never equal to, never begins with, never at least anything."""
    kind_of = usable_fields(kind, "where")[condition.field].type
    blank = column.isnull() | (column == "") if kind_of == "text" else column.isnull()
    if condition.test in ("blank", "not_blank"):
        return blank if condition.test == "blank" else ~blank
    values = [_literal(value, kind_of) for value in condition.values]
    negated = condition.test in ("is_not", "not_in")
    found = _TESTS[condition.test](column, values).fill_null(False)
    return ~found if negated else found


_TESTS = {
    "is": lambda column, values: column == values[0],
    "is_not": lambda column, values: column == values[0],
    "in": lambda column, values: column.isin(values),
    "not_in": lambda column, values: column.isin(values),
    "starts_with": lambda column, values: column.startswith(values[0]),
    "contains": lambda column, values: column.contains(values[0]),
    "at_least": lambda column, values: column >= values[0],
    "at_most": lambda column, values: column <= values[0],
}


def _literal(value: str, kind_of: str) -> Any:
    """A condition's value in the field's type."""
    if kind_of in ("money", "quantity"):
        return ibis.literal(Decimal(value)).cast(MONEY_TYPE)
    if kind_of == "rate":
        return ibis.literal(Decimal(value)).cast("decimal(10, 6)")
    if kind_of == "int":
        return ibis.literal(int(Decimal(value)))
    if kind_of == "date":
        return ibis.literal(date.fromisoformat(value))
    return ibis.literal(value == "true" if kind_of == "bool" else value)


def _causes(own: UserReconciliation, items: Any) -> list[Cause]:
    """What is known of an open record's cause beside the common rules: it may still come, nobody knows its key."""
    definition = definition_of(own)
    classes, edge = definition.classes, ibis.literal(definition.edge_days)
    class_, alone = items["class"], items.record_key != ""
    keyed = alone & (items.key.fill_null("") != "")
    after, before = items.date.delta(items.end, unit="day"), items.begin.delta(items.date, unit="day")
    cut = ((after > 0) & (after <= edge)) | ((before > 0) & (before <= edge))
    missing = class_ == classes.overdue
    unknown = (class_ == classes.unknown_in) & ~cut.fill_null(False)
    due, key = {"due": items.due_date}, {"number": items.key}
    return [
        Cause(alone & (class_ == classes.waiting), "c-T1", "cause_own_waiting", due),
        Cause(keyed & (missing | unknown), "c-D1", "cause_own_no_number", key),
        Cause(alone & missing, UNKNOWN_CAUSE, "cause_own_missing", due),
        Cause(alone & unknown, UNKNOWN_CAUSE, "cause_unknown"),
    ]
