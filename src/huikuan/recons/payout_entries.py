"""Entries of `payout-bank`: the payouts that should reach a bank, and the lines of the bank.

Left: one entry per payout of a wallet (`payout:account/payout_id`, the amount positive = expected in the bank), per
settlement batch paid straight to a bank, and per returned payout (its own wallet line, negative). Right: every line of
every own bank account.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

import ibis

from huikuan.engine.lines import ZERO
from huikuan.engine.model import ENTRY, MONEY_TYPE, Facts
from huikuan.engine.workspace import conform, typed_table
from huikuan.recons.order_entries import before_start, no_later
from huikuan.records.bank_days import add_business_days, calendar_of
from huikuan.records.platforms import default_rule
from huikuan.records.rules import Rules, SettlementRule

RETURN_WITHIN_DAYS = 30
ANY_TARGET = ibis.literal("*")
NO_TEXT = ibis.null().cast("string")


def left_entries(facts: Facts, rules: Rules, as_of: date) -> Any:
    """One entry per payout, batch or returned payout."""
    parts = []
    if facts.has("wallet_line"):
        parts += [_wallet_payouts(facts, as_of), _returned(facts, as_of)]
    if facts.has("settlement_line"):
        batches = _batches(facts, as_of)
        parts.append(batches.anti_join(parts[0], "record_key") if parts else batches)
    told = ibis.union(*parts, distinct=False) if len(parts) > 1 else parts[0]
    entries = told.mutate(
        target=_targets(told.scope, rules), order_no=NO_TEXT, compared=told.amount, due_date=told.date
    )
    return conform(entries.mutate(hint=before_start(entries.date, rules)), ENTRY)


def _targets(account: Any, rules: Rules) -> Any:
    told = {a.name: "|" + "|".join(a.pays_into) + "|" for a in rules.accounts if a.pays_into}
    return account.cases(*sorted(told.items()), else_="*") if told else ANY_TARGET


def _one_sum(lines: Any, payout_id: Any) -> Any:
    """Lines paid as one sum under one id, as an entry; it stands in the document of its least line."""
    named = lines.mutate(payout=payout_id)
    grouped = named.group_by("account", "payout", "currency").agg(
        first=named.record_key.min(),
        amount=(ZERO - named.amount.sum().cast(MONEY_TYPE)).cast(MONEY_TYPE),
    )
    shown = named.select("record_key", "document_id", "source_row", "business_date", "occurred_at", "text")
    joined = grouped.inner_join(shown, grouped["first"] == shown.record_key)
    part = joined.payout.replace("/", "%2F")
    return joined.select(
        "document_id", "source_row", "currency", "occurred_at", "amount",
        record_key=ibis.literal("payout:").concat(joined.account.replace("/", "%2F"), ibis.literal("/"), part),
        scope="account", key="payout", reference="text", date="business_date",
        type=ibis.literal("payout"), flow="payout",
    ).select(*_PAYOUT)  # fmt: skip


_PAYOUT = (
    "record_key", "document_id", "source_row", "scope", "key", "reference", "currency", "date", "occurred_at", "type",
    "flow", "amount",
)  # fmt: skip


def _or_flow(column: Any, flow: Any) -> Any:
    return ibis.ifelse(column.fill_null("") == "", flow, column)


def _wallet_payouts(facts: Facts, as_of: date) -> Any:
    lines = facts.table("wallet_line")
    chosen = lines.filter((lines.movement == "payout") & no_later(lines.business_date, as_of))
    return _one_sum(chosen, _or_flow(chosen.payout_id, chosen.flow_no))


def _batches(facts: Facts, as_of: date) -> Any:
    lines = facts.table("settlement_line")
    chosen = lines.filter((lines.type == "payout") & no_later(lines.business_date, as_of))
    if "corroborating" in chosen.columns:
        chosen = chosen.filter(~chosen.corroborating.fill_null(False))
    return _one_sum(chosen, _or_flow(chosen.batch, chosen.flow_no))


def _returned(facts: Facts, as_of: date) -> Any:
    lines = facts.table("wallet_line")
    chosen = lines.filter((lines.movement == "payout_returned") & no_later(lines.business_date, as_of))
    return chosen.select(
        "record_key", "document_id", "source_row", "currency", "occurred_at",
        scope="account", key=_or_flow(chosen.payout_id, chosen.trade_no.fill_null("")), reference="text",
        date="business_date", type=ibis.literal("payout_returned"), flow="flow_no",
        amount=(ZERO - chosen.amount).cast(MONEY_TYPE),
    ).select(*_PAYOUT)  # fmt: skip


def right_entries(facts: Facts, rules: Rules, as_of: date) -> Any:
    """One entry per bank line."""
    lines = facts.table("bank_line")
    lines = lines.filter(no_later(lines.business_date, as_of))
    texts = [lines[name].fill_null("") for name in ("text", "reference", "ref", "counterparty")]
    words = texts[0]
    for text in texts[1:]:
        words = words + " " + text
    entries = lines.mutate(
        scope=lines.account,
        target=ANY_TARGET,
        key=ibis.ifelse(lines.reference.fill_null("") == "", NO_TEXT, lines.reference),
        reference=words,
        order_no=NO_TEXT,
        date=lines.business_date,
        type=ibis.literal("bank"),
        flow=lines.ref,
        compared=lines.amount,
        hint=before_start(lines.business_date, rules, class_by_words(lines)),
    )
    return conform(entries, ENTRY)


def _bank_words() -> list[dict[str, str]]:
    text = files("huikuan.recons").joinpath("data/bank_words.csv").read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))


@cache
def words_of_causes() -> dict[str, tuple[str, ...]]:
    """Cause → the words in a bank line's memo (small letters) that tell it, from the same file."""
    found: dict[str, tuple[str, ...]] = {}
    for row in _bank_words():
        if row["cause"]:
            found[row["cause"]] = (*found.get(row["cause"], ()), row["word"].lower())
    return found


def any_of(words: Iterable[str]) -> str:
    """The pattern of texts (small letters) that hold one of these words."""
    return "|".join(_pattern(word) for word in words)


@cache
def word_rules() -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    """(class, direction in | out | any, words in small letters), from the data file `bank_words.csv`."""
    found: dict[tuple[str, str], list[str]] = {}
    for row in _bank_words():
        found.setdefault((row["class"], row["direction"]), []).append(row["word"].lower())
    return tuple((class_, direction, tuple(words)) for (class_, direction), words in found.items())


def class_by_words(lines: Any) -> Any:
    """The class of a bank line by the words in its memo; null where no word is known."""
    text = small_letters(lines.text.fill_null("") + " " + lines.counterparty.fill_null(""))
    cases = []
    for class_, direction, words in word_rules():
        hit = text.re_search(any_of(words))
        if direction == "in":
            hit = hit & (lines.amount > ZERO)
        if direction == "out":
            hit = hit & (lines.amount < ZERO)
        cases.append((hit, ibis.literal(class_)))
    return ibis.cases(*cases, else_=NO_TEXT)


def small_letters(text: Any) -> Any:
    """A text in small letters; `İ` is the one whose small letter backends write differently."""
    return text.replace("İ", "i").lower()


def _pattern(word: str) -> str:
    r"""A Latin word, or its plural, must stand alone, a Chinese one may stand anywhere. (`\b` is another thing in every
    library.)"""
    return rf"(?:^|[^0-9a-z_]){word}s?(?:[^0-9a-z_]|$)" if word.isascii() else word


def bank_days(rules: Rules) -> dict[str, int]:
    """Bank days per account: the most of the rules of its shops (a shop without: its platform's), else the default."""
    by_shop: dict[str, int] = {}
    for rule in rules.settlement_rules:
        by_shop[rule.shop] = max(by_shop.get(rule.shop, 0), rule.bank_days)
    for shop in rules.shops:
        by_shop.setdefault(shop.name, default_rule(shop.name, shop.platform).bank_days)
    default = SettlementRule("").bank_days
    return {a.name: max((by_shop.get(shop, default) for shop in a.shops), default=default) for a in rules.accounts}


def payout_dues(rules: Rules, currencies: Iterable[str], first: date, last: date) -> Any:
    """The last day a payout may be in transit. Key: days, currency, paid_day; accounts of unknown days take the
    default."""
    numbers = sorted({SettlementRule("").bank_days, *bank_days(rules).values()})
    span = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    rows = []
    for currency in sorted(currencies):
        calendar = calendar_of(rules, currency)
        rows += [
            {"days": n, "paid_in": currency, "paid_day": day, "due_day": add_business_days(day, n, calendar)}
            for n in numbers
            for day in span
        ]
    return typed_table(rows, {"days": "int64", "paid_in": "string", "paid_day": "date", "due_day": "date"})
