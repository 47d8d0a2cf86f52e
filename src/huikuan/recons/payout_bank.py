"""`payout-bank`: did each payout reach the bank, and whose money is each receipt?

Left payouts and settlement batches, right bank lines (`payout_entries` says what enters). A payout that was returned
is paired off with its return before any pass: both are open as `payout_returned`, since the money is in the wallet
again. Bank lines that nobody paid out are named by the words of their memo or as transfers between own accounts.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import ibis

from huikuan.engine.lines import ZERO, union_all
from huikuan.engine.model import ENTRY, Classes, Definition, Facts, Passes, Sides
from huikuan.engine.pass3_amount import Window, match_by_amount, worth_trying
from huikuan.engine.workspace import Workspace, conform, hold, typed_table
from huikuan.recons import payout_causes
from huikuan.recons.payers import narrow, parties_of
from huikuan.recons.payout_entries import RETURN_WITHIN_DAYS, bank_days, left_entries, payout_dues, right_entries
from huikuan.records.rules import Rules, SettlementRule

NAME = "payout-bank"
OWN_TRANSFER_DAYS = 3
WINDOW = Window(days=5, lead=1)


def prepare(facts: Facts, rules: Rules, as_of: date) -> Sides:
    """The sides as of a day."""
    tables = [facts.has(kind) for kind in ("wallet_line", "settlement_line")]
    left = left_entries(facts, rules, as_of) if any(tables) else typed_table([], ENTRY)
    right = right_entries(facts, rules, as_of) if facts.has("bank_line") else typed_table([], ENTRY)
    held = hold(facts.backend, left)
    parties = parties_of(facts.table("bank_line")) if facts.has("bank_line") else None
    return Sides(_paired_off(held), right, {"rules": rules, "held": held, "parties": parties})


def _paired_off(left: Any) -> Any:
    """Payouts and their returns with the hint `payout_returned`: a return belongs to the payout it names, else to the
    last payout of the same account and amount before it; n-th returns take n-th payouts."""
    back = left.filter(left.type == "payout_returned")
    out = left.filter(left.type == "payout").select(
        out_record="record_key", scope="scope", currency="currency", out_amount="amount", out_key="key", out_date="date"
    )
    joined = back.inner_join(out, ["scope", "currency"])
    age = joined.date.delta(joined.out_date, unit="day")
    near = joined.filter((joined.out_amount == (ZERO - joined.amount)) & (age >= 0) & (age <= RETURN_WITHIN_DAYS))
    ranked = near.mutate(rank=ibis.ifelse(near.key == near.out_key, 0, 1))
    order = [ibis._.rank, ibis._.out_date.desc(), ibis._.out_record]
    best = ranked.mutate(place=ibis.row_number().over(ibis.window(group_by="record_key", order_by=order)))
    first = best.filter(best.place == 0)
    again = ibis.window(group_by="out_record", order_by=[ibis._.rank, ibis._.date, ibis._.record_key])
    single = first.mutate(turn=ibis.row_number().over(again))
    pairs = single.filter(single.turn == 0)
    keys = union_all(pairs.select("record_key"), pairs.select(record_key="out_record")).mutate(
        paired=ibis.literal(True)
    )
    told = left.left_join(keys.select(paired_key="record_key", paired="paired"), left.record_key == keys.record_key)
    hint = ibis.ifelse(
        told.paired.fill_null(False) | (told.type == "payout_returned"), ibis.literal("payout_returned"), told.hint
    )
    return conform(told.mutate(hint=hint), ENTRY)


def dates(entries: Any, sides: Sides) -> Any:
    """Entries with the last day in transit in place of the day they were paid out."""
    spans = entries.filter(entries.due_date.notnull()).group_by("currency")
    spans = spans.agg(first=entries.due_date.min(), last=entries.due_date.max()).to_pyarrow().to_pylist()
    if not spans:
        return entries
    rules = sides.extra["rules"]
    first, last = min(span["first"] for span in spans), max(span["last"] for span in spans)
    dues = payout_dues(rules, {span["currency"] or "" for span in spans}, first, last)
    known = bank_days(rules)
    default = ibis.literal(SettlementRule("").bank_days).cast("int64")
    days = entries.scope.cases(*sorted(known.items()), else_=default) if known else default
    told = entries.mutate(bank_days=days.cast("int64"))
    same = [told.bank_days == dues.days, told.due_date == dues.paid_day, told.currency.fill_null("") == dues.paid_in]
    joined = told.left_join(dues, same)
    return joined.mutate(due_date=joined.due_day).select(*entries.columns)


def finish(work: Workspace, left: Any, right: Any, sides: Sides) -> tuple[Any, Any]:
    """Names bank lines that are transfers between own accounts: equal, opposite, some days apart, no other partner."""
    unnamed = work.keep(right.filter(right.hint.isnull()))
    accounts = sorted(row for row in unnamed.select("scope").distinct().to_pyarrow()["scope"].to_pylist() if row)
    if len(accounts) < 2:
        return left, right
    others = {name: "|" + "|".join(other for other in accounts if other != name) + "|" for name in accounts}
    paid = unnamed.filter(unnamed.amount < ZERO)
    gone = paid.mutate(
        compared=(ZERO - paid.compared).cast("decimal(18, 5)"), target=paid.scope.cases(*others.items(), else_="")
    )
    came = unnamed.filter(unnamed.amount > ZERO).mutate(target=ibis.literal("*"))
    window = Window(OWN_TRANSFER_DAYS, OWN_TRANSFER_DAYS)
    pairs = match_by_amount(work, NAME, conform(gone, ENTRY), conform(came, ENTRY), window, None)
    keys = pairs.select(own_key="record_key")
    told = right.left_join(keys, right.record_key == keys.own_key)
    hint = ibis.ifelse(told.own_key.notnull(), ibis.literal("own_transfer"), told.hint)
    return left, conform(told.mutate(hint=hint), ENTRY)


def by_payers(work: Workspace, left: Any, right: Any, lines: Any, sides: Sides) -> Any:
    """Right entries that may meet only the wallets for which their counterparty pays, by names and by amounts."""
    found = match_by_amount(work, NAME, left, right, WINDOW, None) if worth_trying(left, right) else None
    return narrow(work, left, right, lines, sides, found)


PAYOUT_BANK = Definition(
    name=NAME,
    prepare=prepare,
    reads=("wallet_line", "settlement_line", "bank_line"),
    passes=Passes(
        key="applies", reference="applies", amount="applies", batch="applies", subset="applies", suggest="suggests"
    ),
    classes=Classes(
        waiting="payout_in_transit",
        overdue="payout_missing",
        nothing_owed="unidentified_receipt",
        unknown_in="unidentified_receipt",
        unknown_out="unidentified_payment",
        elsewhere="",
    ),
    across=True,
    window_days=WINDOW.days,
    lead_days=WINDOW.lead,
    dates=dates,
    finish=finish,
    narrow=by_payers,
    causes=payout_causes.causes,
    cause_facts=payout_causes.facts,
)
