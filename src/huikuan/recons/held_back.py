"""What a platform keeps back by the shop's settlement rule, which is no work yet: the reserve and the minimum.

- *Reserve*: of what is settled a share comes later. While the release is not past due, what an order is short of up to
  that share (and what rounding makes of it) is `not_due`. Where nothing was settled, nothing is held back of it.
- *Minimum*: nothing is paid while what the shop is due, with what lies in its wallets, is less than the minimum. Until
  then what is past due has no due day.

Shops without either cost nothing here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import ibis

from huikuan.engine.lines import ZERO, union_all
from huikuan.engine.model import MONEY_TYPE, Facts, Sides
from huikuan.engine.workspace import Workspace, typed_table
from huikuan.recons.order_entries import no_later
from huikuan.records.due_dates import RESERVE_ROUNDING, due_calendar, rule_on, rules_by_number
from huikuan.records.rules import Rules

FACTOR = "decimal(28, 6)"
LEAST = {"m_shop": "string", "m_currency": "string", "least": MONEY_TYPE}
Balances = dict[tuple[str, str], Decimal]  # by account and currency
LONGEST_WAY = 62  # days, beside a rule's own, from an anchor day to the due day: a month's batch, holidays


def any_reserve(sides: Sides) -> bool:
    """Whether a rule of the shops holds anything back."""
    return bool(_reserves(sides))


def _reserves(sides: Sides) -> dict[int, Decimal]:
    numbered = rules_by_number(sides.extra["rules"], sides.extra["shops"])
    return {no: rule.reserve for no, (rule, _end) in enumerate(numbered) if rule.reserve > 0}


def held_in_reserve(groups: Any, rest: Any, sides: Sides) -> Any:
    """Groups with `part_not_due`, how much of the column `rest` is held back, and `reserve_due`, the last day it may
    be. `groups` has l, r_count, rule_no and due."""
    shares = _reserves(sides)
    if not shares:
        return groups.mutate(part_not_due=ZERO, reserve_due=ibis.null().cast("date"))
    told = groups.left_join(_releases(groups, sides, shares), ["rule_no", "due"], rname="release_{name}")
    share = told.rule_no.cases(*shares.items(), else_=Decimal(0)).cast("decimal(10, 6)")
    most = (told.l.cast(FACTOR) * share.cast(FACTOR)).cast(MONEY_TYPE)
    most = most.round(2).cast(MONEY_TYPE)
    rest = told[rest]
    held = ibis.ifelse(rest <= most + ibis.literal(RESERVE_ROUNDING).cast(MONEY_TYPE), rest, most)
    open_yet = (told.release >= ibis.literal(sides.extra["as_of"])).fill_null(True)
    some = (share > 0) & (rest > ZERO) & (told.r_count > 0) & open_yet
    return told.mutate(part_not_due=ibis.ifelse(some, held, ZERO).cast(MONEY_TYPE), reserve_due=told.release)


def _releases(groups: Any, sides: Sides, shares: Mapping[int, Decimal]) -> Any:
    """When what was held back of money due on a day may still be missing. Key: rule_no, due."""
    span = groups.agg(first=groups.due.min(), last=groups.due.max()).to_pyarrow().to_pylist()[0]
    last: dict[tuple[int, date], date] = {}
    if span["first"] is not None:
        rules: Rules = sides.extra["rules"]
        longest = max(rule.days + rule.grace + 4 * rule.bank_days for rule in _all_rules(sides))
        first = span["first"] - timedelta(days=longest + LONGEST_WAY)
        calendar = due_calendar(rules, sides.extra["shops"], first, span["last"]).to_pylist()
        for row in calendar:
            if row["rule_no"] in shares:
                at = row["rule_no"], row["due_date"]
                last[at] = max(row["reserve_due"], last.get(at, row["reserve_due"]))
    rows = [{"rule_no": no, "due": due, "release": release} for (no, due), release in last.items()]
    return typed_table(rows, {"rule_no": "int64", "due": "date", "release": "date"})


def _all_rules(sides: Sides) -> list[Any]:
    return [rule for rule, _end in rules_by_number(sides.extra["rules"], sides.extra["shops"])]


def least_dues(rules: Rules, shops: Iterable[str], as_of: date, balances: Balances) -> list[dict[str, Any]]:
    """How much a shop must be due, beside what lies in its wallets, before it is paid: rows of m_shop, m_currency and
    least; shops without a minimum are absent. A blank currency stands for every one that no wallet holds."""
    rows = []
    for shop in sorted(shops):
        minimum = rule_on(rules, shop, as_of).minimum
        wallets = [account.name for account in rules.accounts if account.kind == "wallet" and shop in account.shops]
        held: dict[str, Decimal] = {"": Decimal(0)}
        for (account, currency), balance in balances.items() if minimum > 0 else ():
            if account in wallets:
                held[currency] = held.get(currency, Decimal(0)) + balance
        if minimum > 0:
            rows += [{"m_shop": shop, "m_currency": each, "least": minimum - held[each]} for each in sorted(held)]
    return rows


def has_minimum(rules: Rules) -> bool:
    """Whether a rule of the shops asks for one; platforms' own rules do only where they are known to."""
    numbered = rules_by_number(rules, [shop.name for shop in rules.shops])
    return any(rule.minimum > 0 for rule, _end in numbered)


def minimums(facts: Facts, rules: Rules, shops: list[str], as_of: date) -> list[dict[str, Any]]:
    """`least_dues` with the wallets' balances of the facts."""
    return least_dues(rules, shops, as_of, _balances(facts, rules, as_of)) if has_minimum(rules) else []


def _balances(facts: Facts, rules: Rules, as_of: date) -> Balances:
    if not facts.has("wallet_line"):
        return {}
    lines = facts.table("wallet_line")
    lines = lines.filter(no_later(lines.business_date, as_of))
    sums = lines.group_by("account", "currency").agg(balance=lines.amount.sum()).to_pyarrow().to_pylist()
    return with_opening({(row["account"], row["currency"]): row["balance"] for row in sums}, rules)


def with_opening(balances: Balances, rules: Rules) -> Balances:
    """What moved in each wallet with the balance it began with."""
    opening = rules.opening_balances
    return {at: balance + opening.get(at[0], Decimal(0)) for at, balance in balances.items()}


def without_small_sums(work: Workspace, left: Any, lines: Any, groups: Any, sides: Sides) -> tuple[Any, Any]:
    """Open entries and lines with no due day where all that is past due of their shop is below its minimum."""
    rows = sides.extra["minimums"]
    if not rows:
        return left, lines
    least = typed_table(rows, LEAST)
    due = left.filter(left.hint.isnull() & _past(left, sides)).select("scope", "currency", "compared")
    if lines is not None:
        empty = groups.filter((groups.status == "difference") & (groups.r_count == 0)).select("group_id")
        waiting = lines.filter((lines.side == "left") & _past(lines, sides)).semi_join(empty, "group_id")
        due = union_all(due, waiting.select("scope", "currency", "compared"))
    sums = due.group_by("scope", "currency").agg(total=due.compared.sum().cast(MONEY_TYPE))
    here = least.filter(least.m_currency != "")
    exact = sums.left_join(here, [sums.scope == here.m_shop, sums.currency == here.m_currency])
    exact = exact.select("scope", "currency", "total", exact="least")
    other = least.filter(least.m_currency == "").select(o_shop="m_shop", usual="least")
    told = exact.inner_join(other, exact.scope == other.o_shop)
    small = told.filter(told.total < told.exact.fill_null(told.usual))
    small = work.keep(small.select(small_scope="scope", small_currency="currency"))
    if work.empty(small):
        return left, lines
    return _no_due_day(left, small), None if lines is None else _no_due_day(lines, small)


def _past(table: Any, sides: Sides) -> Any:
    return (table.due_date < ibis.literal(sides.extra["as_of"])).fill_null(False)


def _no_due_day(table: Any, small: Any) -> Any:
    met = table.left_join(small, [table.scope == small.small_scope, table.currency == small.small_currency])
    return met.mutate(due_date=ibis.ifelse(met.small_scope.notnull(), ibis.null().cast("date"), met.due_date)).select(
        *table.columns
    )
