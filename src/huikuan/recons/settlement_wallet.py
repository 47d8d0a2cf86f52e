"""`settlement-wallet`: did what was settled move into the platform account?

Left settlement lines, right wallet lines (`settlement_entries` says what enters and under which number they meet),
fees on both sides: a wallet mostly books what is left of an order, a batch or a settlement after them. What names no
common number may still meet as a day: a wallet line that is the sum of what was settled on one. A settlement line
waits until its shop's batch day and the days of grace have passed. A wallet line of a bill that tells settlements too,
but none of this line, is no settlement: `not_operating`.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import ibis

from huikuan.engine.model import ENTRY, Classes, Definition, Facts, Passes, Sides
from huikuan.engine.workspace import Workspace, conform, typed_table
from huikuan.recons import wallet_causes
from huikuan.recons.settlement_entries import Scopes, both_sides, find_scopes, told_as_settlement
from huikuan.records.due_dates import next_batch_day
from huikuan.records.platforms import default_rule
from huikuan.records.rules import Rules, SettlementRule

NAME = "settlement-wallet"


def prepare(facts: Facts, rules: Rules, as_of: date) -> Sides:
    """The sides as of a day; empty where no account has lines of both kinds."""
    if not (facts.has("settlement_line") and facts.has("wallet_line")):
        return Sides(typed_table([], ENTRY), typed_table([], ENTRY), {"scopes": Scopes()})
    scopes = find_scopes(facts, rules, as_of)
    left, right, held = both_sides(facts, rules, as_of, scopes)
    return Sides(left, right, {"rules": rules, "facts": facts, "scopes": scopes, "held": held, "as_of": as_of})


def wallet_due(rules: list[SettlementRule], day: date) -> date:
    """The last day on which what was settled on a day may still be missing in the wallet, by the latest of the rules.

    >>> wallet_due([SettlementRule("A"), SettlementRule("B", batch="weekly:1", grace=1)], date(2026, 10, 30))
    datetime.date(2026, 11, 3)
    """
    return max(next_batch_day(day, rule.batch) + timedelta(days=rule.grace) for rule in rules)


def dates(entries: Any, sides: Sides) -> Any:
    """Entries with the due date in place of the day they were settled."""
    span = entries.agg(first=entries.due_date.min(), last=entries.due_date.max()).to_pyarrow().to_pylist()[0]
    if span["first"] is None:
        return entries
    days = [span["first"] + timedelta(days=n) for n in range((span["last"] - span["first"]).days + 1)]
    rows = [
        {
            "due_scope": scope,
            "settled_day": day,
            "due_day": wallet_due(_rules_on(sides.extra["rules"], shops, day), day),
        }
        for scope, shops in sorted(sides.extra["scopes"].shops.items())
        for day in days
    ]
    dues = typed_table(rows, {"due_scope": "string", "settled_day": "date", "due_day": "date"})
    joined = entries.left_join(dues, [entries.scope == dues.due_scope, entries.due_date == dues.settled_day])
    return joined.mutate(due_date=joined.due_day).select(*entries.columns)


def _rules_on(rules: Rules, shops: tuple[str, ...], day: date) -> list[SettlementRule]:
    """The settlement rule of each shop that holds on a day; the default one for a shop without."""
    platforms = {shop.name: shop.platform for shop in rules.shops}
    held = {shop: default_rule(shop, platforms.get(shop, "")) for shop in shops or ("",)}
    for rule in sorted(rules.settlement_rules, key=lambda rule: rule.valid_from):
        if rule.shop in held and rule.valid_from <= day:
            held[rule.shop] = rule
    return list(held.values())


def finish(work: Workspace, left: Any, right: Any, sides: Sides) -> tuple[Any, Any]:
    """Names wallet lines that their own bill does not call a settlement."""
    if work.empty(right):
        return left, right
    told, telling = told_as_settlement(sides.extra["facts"], sides.extra["scopes"])
    open_ones = right.left_join(told, [right.scope == told.told_scope, right.flow == told.told_flow])
    silent = open_ones.told_flow.isnull() & open_ones.document_id.isin(telling)
    hint = ibis.ifelse(open_ones.hint.isnull() & silent, ibis.literal("not_operating"), open_ones.hint)
    return left, conform(open_ones.mutate(hint=hint), ENTRY)


SETTLEMENT_WALLET = Definition(
    name=NAME,
    prepare=prepare,
    reads=("settlement_line", "wallet_line"),
    passes=Passes(key="applies", batch="applies", runs=False),
    classes=Classes(elsewhere=""),
    dates=dates,
    finish=finish,
    causes=wallet_causes.causes,
    cause_facts=wallet_causes.facts,
)
