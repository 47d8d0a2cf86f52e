"""Entries of `settlement-wallet`: which accounts are compared, and under which number their lines meet.

Left: settlement lines that count (not corroborating) but for payouts, transfers and deposits. Right: wallet lines but
for payouts, their returns, top-ups, transfers and deposits, which are no settlement.

A *scope* is an account that has lines of both kinds. An account with settlement lines alone belongs to the wallets of
its shops; where these have none, or the account pays a bank itself (Amazon), nothing is expected and its lines are on
no side. A wallet of which no settlement is told is on none either.

A bill that tells both kinds has the same flow number on both: those lines meet by it at once. Of other bills the
number that both sides know is looked for, the surest first (`MEETINGS`): JD's wallet books a batch, WeChat's a trade,
most ledgers an order net of its fees. A line that the other side knows by no number keeps its flow number.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import ibis

from huikuan.engine.lines import union_all
from huikuan.engine.model import ENTRY, Facts
from huikuan.engine.workspace import Workspace, conform
from huikuan.recons.order_entries import MONEY_MOVES, before_start, counted_settlements, no_later
from huikuan.records.codes import WALLET_MOVEMENTS
from huikuan.records.rules import Rules

# Which number of a settlement line may be which of a wallet line, the surest first. The first is that of bills which
# tell both kinds. WeChat's refunds have their own number as trade and the payment's as flow: so the trade goes before.
MEETINGS = (
    ("flow_no", "flow_no"),
    ("flow_no", "trade_no"),
    ("flow_no", "flow_no"),
    ("batch", "flow_no"),
    ("trade_no", "trade_no"),
    ("trade_no", "flow_no"),
    ("order_no", "order_no"),
)
OWN_FLOW = "2"  # the place at which every line has its flow number


@dataclass(frozen=True)
class Scopes:
    """Which accounts are compared with each other: `of` an account its scope, `shops` the shops of a scope.

    `telling_both` are the documents that tell settlement and wallet lines of one account, `plain` the accounts that
    have settlement lines from such documents only.
    """

    of: Mapping[str, str] = field(default_factory=dict)
    shops: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    plain: frozenset[str] = frozenset()
    telling_both: frozenset[str] = frozenset()


def moved(facts: Facts, as_of: date) -> Any:
    """Wallet lines that may be a settlement, as of a day."""
    lines = facts.table("wallet_line")
    return lines.filter(no_later(lines.business_date, as_of) & ~lines.movement.fill_null("").isin(WALLET_MOVEMENTS))


def find_scopes(facts: Facts, rules: Rules, as_of: date) -> Scopes:
    """The scopes of a book: a few rows, looked at in plain Python."""
    told = facts.table("settlement_line")
    lines = union_all(
        counted_settlements(facts, as_of).select("account", "document_id", "shop", straight=False),
        told.filter(told.type == "payout").select("account", "document_id", "shop", straight=True),
    )
    found = _distinct(lines, "account", "document_id", "shop", "straight")
    settled = [row for row in found if not row["straight"]]
    straight = {row["account"] for row in found if row["straight"]}
    bills = _sets(
        (row["account"], row["document_id"]) for row in _distinct(moved(facts, as_of), "account", "document_id")
    )
    shops = _sets((account.name, shop) for account in rules.accounts for shop in account.shops)
    for row in settled:
        shops[row["account"]] |= {row["shop"]} - {None, ""}
    accounts = {row["account"] for row in settled}
    of = {account: account for account in accounts & set(bills)}
    for account in sorted(accounts - set(bills) - straight):
        _join(of, account, [wallet for wallet in sorted(bills) if shops[account] & shops[wallet]])
    both = {(row["account"], row["document_id"]) for row in settled if row["document_id"] in bills[row["account"]]}
    mixed = {row["account"] for row in settled if (row["account"], row["document_id"]) not in both}
    alone = {scope for scope in of if list(of.values()).count(scope) == 1}
    return Scopes(
        of,
        {scope: tuple(sorted(set().union(*(shops[a] for a in of if of[a] == scope)))) for scope in set(of.values())},
        frozenset(alone - mixed),
        frozenset(document for _, document in both),
    )


def _distinct(lines: Any, *columns: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = lines.select(*columns).distinct().to_pyarrow().to_pylist()
    return found


def _sets(pairs: Iterable[tuple[str, str]]) -> defaultdict[str, set[str]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for one, other in pairs:
        found[one].add(other)
    return found


def _join(of: dict[str, str], account: str, wallets: list[str]) -> None:
    """Put an account and the wallets of its shops into one scope, named after the first wallet."""
    if not wallets:
        return
    joined = {of.get(wallet, wallet) for wallet in wallets}
    name = min(joined)
    of.update({other: name for other, scope in of.items() if scope in joined})
    of.update(dict.fromkeys([account, *wallets], name))


def both_sides(facts: Facts, rules: Rules, as_of: date, scopes: Scopes) -> tuple[Any, Any, Workspace]:
    """Entries of either side, and what must live as long as they."""
    work = Workspace(facts.backend)
    left, right = counted_settlements(facts, as_of), moved(facts, as_of)
    mixed = sorted(set(scopes.of) - scopes.plain)
    sides = []
    keys = (
        _met(work, left.filter(left.account.isin(mixed)), right.filter(right.account.isin(mixed)), scopes)
        if mixed
        else (None, None)
    )
    for lines, known in zip((left, right), keys, strict=True):
        plain = lines.filter(lines.account.isin(sorted(scopes.plain)))
        parts = [_entries(plain, plain.account, plain.flow_no, rules)]
        if known is not None:
            named = lines.inner_join(known, lines.record_key == known.known_record)
            parts.append(_entries(named, named.known_scope, named.known_number, rules))
        sides.append(union_all(*parts))
    return sides[0], sides[1], work


def _entries(lines: Any, scope: Any, key: Any, rules: Rules) -> Any:
    """Lines of either kind as entries. Until `dates` is asked, due_date holds the day."""
    told = lines.mutate(
        scope=scope,
        target=ibis.literal("*"),
        key=key,
        date=lines.business_date,
        flow=lines.flow_no,
        compared=lines.amount,
        due_date=lines.business_date,
        hint=before_start(lines.business_date, rules),
    )
    if "type" not in lines.columns:
        told = told.mutate(type=lines.item)
    return conform(told, ENTRY)


def _met(work: Workspace, left: Any, right: Any, scopes: Scopes) -> tuple[Any, Any]:
    """The number each line is compared under: the surest that the other side has too, else its flow number.
    Key: known_record; known_scope, known_number."""
    both = left.document_id.isin(sorted(scopes.telling_both))
    one, other = _numbers(left, scopes, 0, both), _numbers(right, scopes, 1, ibis.literal(True))
    return work.keep(_surest(one, other)), work.keep(_surest(other, one))


def _numbers(lines: Any, scopes: Scopes, side: int, telling_both: Any) -> Any:
    """The numbers a line may meet by, each with its place in MEETINGS as one digit; and its own flow number, the last.
    The first counts for bills that tell both kinds alone."""
    scope = lines.account.cases(*sorted(scopes.of.items()), else_="")
    told = lines.mutate(scope=scope)
    parts = []
    for place, names in enumerate(MEETINGS):
        part = told.filter(telling_both) if place == 0 else told
        parts.append(part.select("record_key", "scope", "currency", place=ibis.literal(str(place)), number=names[side]))
    numbers = union_all(*parts)
    return numbers.filter(numbers.number.notnull() & (numbers.number != ""))


def _surest(numbers: Any, others: Any) -> Any:
    shared = numbers.semi_join(others, ["scope", "currency", "place", "number"])
    own = numbers.filter(numbers.place == OWN_FLOW).mutate(place=ibis.literal("9"))
    ranked = union_all(shared, own)
    best = ranked.group_by(known_record=ranked.record_key).agg(
        known_scope=ranked.scope.min(), best=(ranked.place + ranked.number).min()
    )
    return best.select("known_record", "known_scope", known_number=best.best.substr(1))


def told_as_settlement(facts: Facts, scopes: Scopes) -> tuple[Any, list[str]]:
    """Flow numbers (told_scope, told_flow) that some bill calls a settlement, corroborating ones included; and the
    documents that tell settlements."""
    lines = facts.table("settlement_line")
    scope = lines.account.cases(*sorted(scopes.of.items()), else_="") if scopes.of else ibis.literal("")
    settling = lines.filter(~lines.type.isin(MONEY_MOVES))
    told = settling.select(told_scope=scope, told_flow="flow_no").distinct()
    documents = sorted(row["document_id"] for row in _distinct(lines, "document_id"))
    return told, documents
