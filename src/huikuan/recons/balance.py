"""`balance`: per wallet and bank account, is any line missing or doubled?

Left, per account: opening balance + movements; right: the closing balance. Both come from the lines' own running
balances (`chain`), the opening one from the rules where it is told. Each line that does not continue another is a row
of its own, `balance_break` (or `possible_duplicate` where a twin of it stands beside), with the money that is missing
before it. An account without balances cannot be proved: it is open as `unknown`, no work.

What documents themselves leave in doubt stands beside, outside the residual: totals that disagree (`total_mismatch`),
whether or not a balance breaks (where only the closing balance disagrees, the break tells it, if there is one), and
lines that may be one movement told twice or two movements (`possible_duplicate`).
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import ibis

from huikuan.engine import evidence as because
from huikuan.engine.lines import ZERO, union_all
from huikuan.engine.model import ENTRY, MONEY_TYPE, NOTED, Classes, Definition, Facts, Passes, Sides
from huikuan.engine.workspace import Workspace, conform, hold, typed_table
from huikuan.recons.chain import ACCOUNT, MOVE, breaks, ends_of, in_order, moves, steps
from huikuan.recons.order_entries import no_later
from huikuan.records.rules import Rules

NAME = "balance"


def prepare(facts: Facts, rules: Rules, as_of: date) -> Sides:
    """One entry per account and currency on either side; what breaks the chains is kept beside."""
    parts = [moves(facts.table(kind)) for kind in ("wallet_line", "bank_line") if facts.has(kind)]
    lines = union_all(*parts) if parts else typed_table([], MOVE)
    lines = lines.filter(no_later(lines.date, as_of))
    openings = _openings(rules)
    lines = _since_start(lines, rules)
    told = hold(facts.backend, steps(lines))
    ends = hold(facts.backend, ends_of(told))
    accounts = hold(facts.backend, _accounts(lines, told, ends, openings))
    broken = hold(facts.backend, breaks(told, ends))
    left = conform(_entries(accounts, "account", accounts.opening + accounts.moved), ENTRY)
    proved = accounts.filter(accounts.proved)
    right = conform(_entries(proved, "closing", proved.closing), ENTRY)
    extra = {"steps": told, "accounts": accounts, "breaks": broken, "findings": _findings(facts, as_of)}
    return Sides(left, right, extra)


def _findings(facts: Facts, as_of: date) -> Any:
    if not facts.has("document_finding"):
        return None
    told = facts.table("document_finding")
    return told.filter(no_later(told.date, as_of))


def noted(sides: Sides) -> Any:
    """What documents themselves leave in doubt, at their account's group where it has one."""
    told = sides.extra["findings"]
    if told is None:
        return None
    broken = sides.extra["breaks"].select("account").distinct()
    counts = told.filter(~told.closing).union(told.filter(told.closing).anti_join(broken, "account"))
    groups = sides.extra["accounts"].select(group_account="account", group_currency="currency")
    placed = counts.left_join(
        groups, [counts.account == groups.group_account, counts.currency == groups.group_currency]
    )
    about = ibis.literal("document:").concat(placed.identity)
    return conform(
        placed.mutate(
            about=about,
            record_key=about,
            scope=placed.account,
            key=placed.group_account,
            evidence=ibis.literal(because.KEY),
        ),
        NOTED,
    )


def _openings(rules: Rules) -> Any:
    rows = [
        {"account": name, "told": amount.quantize(Decimal("0.00001"))}
        for name, amount in sorted(rules.opening_balances.items())
    ]
    return typed_table(rows, {"account": "string", "told": MONEY_TYPE})


def _since_start(lines: Any, rules: Rules) -> Any:
    """Where the opening balance of an account is told, lines before the book's start are in it."""
    if rules.start is None or not rules.opening_balances:
        return lines
    told = lines.account.isin(sorted(rules.opening_balances))
    return lines.filter(~told | lines.date.isnull() | (lines.date >= ibis.literal(rules.start)))


def _accounts(lines: Any, chained: Any, ends: Any, openings: Any) -> Any:
    """One row per account and currency: opening, moved, closing, proved, and its first line for display."""
    first = lines.mutate(place=ibis.row_number().over(ibis.window(group_by=ACCOUNT, order_by=in_order())))
    shown = first.filter(first.place == 0).select(
        *ACCOUNT, first_document="document_id", first_row="source_row", first_date="date"
    )
    all_moved = lines.group_by(ACCOUNT).agg(any_moved=lines.amount.sum().cast(MONEY_TYPE))
    chain_moved = chained.group_by(ACCOUNT).agg(chain_moved=chained.amount.sum().cast(MONEY_TYPE))
    known = chain_moved.inner_join(ends, ACCOUNT).select(*ACCOUNT, "chain_moved", derived="opening", closing="closing")
    table = shown.inner_join(all_moved, ACCOUNT).left_join(known, ACCOUNT).drop("account_right", "currency_right")
    told = openings.select(opening_account="account", told="told")
    table = table.left_join(told, table.account == told.opening_account)
    proved = table.closing.notnull()
    return table.select(
        "account", "currency", "first_document", "first_row", "first_date", "closing", "derived", "told",
        proved=proved,
        opening=table.told.fill_null(table.derived).fill_null(ZERO),
        moved=ibis.ifelse(proved, table.chain_moved, table.any_moved),
    )  # fmt: skip


def _entries(accounts: Any, kind: str, amount: Any) -> Any:
    name = ibis.literal(f"{kind}:").concat(accounts.account.replace("/", "%2F"), ibis.literal("/"), accounts.currency)
    told = accounts.mutate(amount=amount.cast(MONEY_TYPE))
    return told.mutate(
        record_key=name,
        document_id=told.first_document,
        source_row=told.first_row,
        date=told.first_date,
        scope=told.account,
        target=ibis.literal("*"),
        key=told.account,
        type=ibis.literal(kind),
        compared=told.amount,
        hint=ibis.ifelse(told.proved, ibis.null().cast("string"), ibis.literal("unknown")),
    )


def explain(work: Workspace, _groups: Any, lines: Any, sides: Sides) -> Any:
    """Each line before which money is missing or doubled, as left - right."""
    accounts, chained = sides.extra["accounts"], sides.extra["steps"]
    gaps = sides.extra["breaks"].mutate(amount=(ibis._.last - ibis._.value).cast(MONEY_TYPE)).select(*MOVE)
    found = union_all(gaps, _wrong_start(chained, accounts))
    twins = _twins(chained).select(twin="record_key")
    told = found.left_join(twins, found.record_key == twins.twin)
    group = lines.filter(lines.side == "left").select("group_id", group_account="scope", group_currency="currency")
    placed = told.inner_join(group, [told.account == group.group_account, told.currency == group.group_currency])
    class_ = ibis.ifelse(placed.twin.notnull(), ibis.literal("possible_duplicate"), ibis.literal("balance_break"))
    return work.keep(
        placed.select("group_id", "record_key", "amount", "document_id", "source_row", "date", **{"class": class_})
    )


def _wrong_start(chained: Any, accounts: Any) -> Any:
    """The first line of accounts whose opening balance is told otherwise."""
    told = chained.inner_join(accounts.select(*ACCOUNT, "told", "derived"), ACCOUNT)
    wrong = told.filter(told.told.notnull() & (told.told != told.derived))
    first = wrong.mutate(place=ibis.row_number().over(ibis.window(group_by=ACCOUNT, order_by=in_order())))
    start = first.filter(first.place == 0)
    return conform(start.mutate(amount=(start.told - start.derived).cast(MONEY_TYPE)), MOVE)


def _twins(told: Any) -> Any:
    """Lines of an account and day that lead from and to the same balances as another."""
    same = ibis.window(group_by=[*ACCOUNT, "date", "before", "after"])
    return told.mutate(times=told.count().over(same)).filter(ibis._.times > 1).distinct()


BALANCE = Definition(
    name=NAME,
    prepare=prepare,
    reads=("wallet_line", "bank_line"),
    passes=Passes(key="applies"),
    classes=Classes(
        short="total_mismatch",
        over="total_mismatch",
        waiting="unknown",
        overdue="unknown",
        elsewhere="",
        no_work=("unknown",),
    ),
    part_per_record=True,
    explain=explain,
    noted=noted,
)
