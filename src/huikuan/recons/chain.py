"""Running balances as a chain: which lines of an account do not continue another one.

A line leads from `before` (balance - amount) to `after` (balance). In a complete account every `before` but the opening
balance is the `after` of another line, and every `after` but the closing balance is the `before` of one. Counting these
values finds what is missing or doubled without trusting the order of lines within a day, and however many documents
overlap; the order only decides which line is named. Lines without a balance are folded into the next one that has it.
"""

from __future__ import annotations

from typing import Any

import ibis

from huikuan.engine.lines import ZERO, union_all
from huikuan.engine.model import MONEY_TYPE
from huikuan.engine.workspace import conform

ACCOUNT = ["account", "currency"]
MOVE = {
    "account": "string", "currency": "string", "record_key": "string", "document_id": "string", "source_row": "int64",
    "date": "date", "moment": "timestamp(6)", "seq": "int64", "amount": MONEY_TYPE, "balance": MONEY_TYPE,
}  # fmt: skip
STEP = {**MOVE, "before": MONEY_TYPE, "after": MONEY_TYPE}


def moves(lines: Any) -> Any:
    """Wallet or bank lines as moves."""
    return conform(
        lines.mutate(
            date=lines.business_date,
            moment=lines.occurred_at.fill_null(lines.business_date.cast("timestamp(6)")),
            seq=lines.seq.fill_null(ibis.literal(0).cast("int64")),
        ),
        MOVE,
    )


def in_order() -> list[Any]:
    """The order of an account's lines; it ends in the record key."""
    return [ibis._.date, ibis._.moment, ibis._.seq, ibis._.record_key]


def steps(given: Any) -> Any:
    """Lines with the balance before and after them; lines without a balance are folded into the next that has one."""
    bare = given.filter(given.balance.isnull()).select(ACCOUNT).distinct()
    whole = given.anti_join(bare, ACCOUNT)
    partly = given.semi_join(bare, ACCOUNT)
    upto = ibis.window(group_by=ACCOUNT, order_by=in_order(), preceding=(None, 1))
    known = partly.balance.notnull().cast("int64")
    blocked = partly.mutate(block=known.sum().over(upto).fill_null(0))
    sums = blocked.group_by(sum_account=blocked.account, sum_currency=blocked.currency, sum_block=blocked.block).agg(
        folded=blocked.amount.sum().cast(MONEY_TYPE)
    )
    ends = blocked.filter(blocked.balance.notnull())
    joined = ends.inner_join(
        sums, [ends.account == sums.sum_account, ends.currency == sums.sum_currency, ends.block == sums.sum_block]
    )
    folded = conform(joined.mutate(amount=joined.folded), MOVE)
    both = union_all(whole, folded)
    return conform(both.mutate(before=(both.balance - both.amount).cast(MONEY_TYPE), after=both.balance), STEP)


def surplus(told: Any, accounts: Any = None) -> Any:
    """By how much befores outnumber afters, per account and value; only values where they do not agree.

    `accounts` (account, currency, opening, closing) gives the two ends, which are then no surplus.
    """
    one = ibis.literal(1).cast("int64")
    parts = [
        told.select(*ACCOUNT, value="before", surplus=one),
        told.select(*ACCOUNT, value="after", surplus=-one),
    ]
    if accounts is not None:
        parts += [
            accounts.select(*ACCOUNT, value="opening", surplus=-one),
            accounts.select(*ACCOUNT, value="closing", surplus=one),
        ]
    counted = union_all(*parts)
    sums = counted.group_by(*ACCOUNT, "value").agg(surplus=counted.surplus.sum())
    return sums.filter(sums.surplus != 0)


def ends_of(told: Any) -> Any:
    """Opening and closing balance of each account: account, currency, opening, closing.

    They are the first line's before and the last line's after. Where these differ and a day's order cannot be trusted,
    a value of the first (last) day that no other line leads to (continues) goes before.
    """
    odd = surplus(told)
    befores = _first(told.mutate(value=told.before), odd.filter(odd.surplus > 0), in_order())
    latest = [ibis._.date.desc(), ibis._.moment.desc(), ibis._.seq.desc(), ibis._.record_key.desc()]
    afters = _first(told.mutate(value=told.after), odd.filter(odd.surplus < 0), latest)
    both = befores.inner_join(afters.select(*ACCOUNT, last="plain", last_loose="loose"), ACCOUNT)
    closed = both.plain == both["last"]
    return both.select(
        *ACCOUNT,
        opening=ibis.ifelse(closed, both.plain, both.loose),
        closing=ibis.ifelse(closed, both["last"], both.last_loose),
    )


def _first(told: Any, odd: Any, order: list[Any]) -> Any:
    """Per account the value of its first line (`plain`), and of the first loose line of that day, if any (`loose`)."""
    days = told.mutate(first_day=told.date.first().over(ibis.window(group_by=ACCOUNT, order_by=order)))
    near = days.filter((days.date == days.first_day) | days.date.isnull())
    flags = odd.select(*ACCOUNT, "value", flag=ibis.literal(0))
    joined = near.left_join(flags, [*ACCOUNT, "value"])
    ranked = joined.mutate(rank=joined.flag.fill_null(1)).select("account", "currency", "value", "rank", *_ORDER)
    placed = ranked.mutate(
        plain_place=ibis.row_number().over(ibis.window(group_by=ACCOUNT, order_by=order)),
        loose_place=ibis.row_number().over(ibis.window(group_by=ACCOUNT, order_by=[ibis._.rank, *order])),
    )
    plain = placed.filter(placed.plain_place == 0).select(*ACCOUNT, plain="value")
    loose = placed.filter(placed.loose_place == 0).select(*ACCOUNT, loose="value")
    return plain.inner_join(loose, ACCOUNT).select(*ACCOUNT, "plain", "loose")


_ORDER = ("date", "moment", "seq", "record_key")
_LOOSE = {**MOVE, "value": MONEY_TYPE}


def breaks(told: Any, accounts: Any) -> Any:
    """Lines before which the chain is broken: columns of MOVE, `value` (the balance before it) and `last` (the balance
    up to which the chain before it led). Of equal values the first line that finds nothing to continue is named."""
    odd = surplus(told, accounts)
    befores = _numbered(_loose_befores(told, odd.filter(odd.surplus > 0), accounts))
    afters = _numbered(_loose_afters(told, odd.filter(odd.surplus < 0)))
    return befores.inner_join(afters.select(*ACCOUNT, "number", last="value"), [*ACCOUNT, "number"])


def _numbered(ends: Any) -> Any:
    return ends.mutate(number=ibis.row_number().over(ibis.window(group_by=ACCOUNT, order_by=in_order())))


def _loose_befores(told: Any, wanted: Any, accounts: Any) -> Any:
    one = ibis.literal(1).cast("int64")
    use = told.mutate(value=told.before, weight=one).drop("before", "after")
    give = told.mutate(value=told.after, weight=-one).drop("before", "after")
    opening = conform(accounts.mutate(value=accounts.opening), _LOOSE).mutate(weight=-one).select(*use.columns)
    events = union_all(use, give, opening).inner_join(wanted, [*ACCOUNT, "value"])
    value = [*ACCOUNT, "value"]
    order = [
        ibis._.date.asc(nulls_first=True),
        ibis._.moment.asc(nulls_first=True),
        ibis._.seq,
        ibis._.weight,
        ibis._.record_key,
    ]
    upto = ibis.window(group_by=value, order_by=order, preceding=(None, 0))
    running = events.mutate(deficit=events.weight.sum().over(upto))
    earlier = ibis.window(group_by=value, order_by=order, preceding=(None, 1))
    marked = running.mutate(reached=running.deficit.max().over(earlier).fill_null(0))
    first = marked.filter((marked.weight == 1) & (marked.deficit > ibis.greatest(marked.reached, 0)))
    ranked = first.mutate(place=ibis.row_number().over(ibis.window(group_by=value, order_by=in_order())))
    return conform(ranked.filter(ranked.place < ranked.surplus), _LOOSE)


def _loose_afters(told: Any, wanted: Any) -> Any:
    ends = told.mutate(value=told.after).inner_join(wanted, [*ACCOUNT, "value"])
    latest = [ibis._.date.desc(), ibis._.moment.desc(), ibis._.seq.desc(), ibis._.record_key.desc()]
    ranked = ends.mutate(place=ibis.row_number().over(ibis.window(group_by=[*ACCOUNT, "value"], order_by=latest)))
    named = ranked.filter(ranked.place < (ZERO.cast("int64") - ranked.surplus))
    return conform(named, _LOOSE)
