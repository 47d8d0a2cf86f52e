"""Whose money a bank line can be, by who paid it.

A platform pays from the same few counterparties. Where bank lines that name a wallet's payouts told often enough who
pays for that wallet, or the same counterparty often enough brought the only payout of an amount, a line of another
counterparty is not taken for its payout because the amount happens to be equal. Nor is a line that says nothing at all
where nearly every other line of its account for that wallet says something.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import ibis

from huikuan.engine.model import ENTRY, Sides
from huikuan.engine.workspace import Workspace, conform

ENOUGH = 3  # lines that tell a wallet's payer, before it counts as known
SPEAKING = 20  # lines of an account for a wallet that say something, before silence is odd
SILENT_SHARE = 20  # so many times as many must speak as are silent
ANY = "*"
SILENT = "\n"  # in place of a counterparty: the line says nothing
Seen = dict[str, Any]


def narrow(work: Workspace, left: Any, right: Any, lines: Any, sides: Sides, candidates: Any = None) -> Any:
    """Right entries whose target is narrowed to the wallets that they may be of. `lines`: what the key and reference
    passes linked. `candidates`: an assignment of what could be linked by amount alone, of which only what repeats
    counts. A line without a counterparty may be anybody's, but for one that is silent where others speak."""
    parties = sides.extra["parties"]
    if parties is None or (lines is None and candidates is None):
        return right
    named = [] if lines is None else _seen(lines, parties)
    likely = _likely(left, right, parties, candidates)
    payers, speaking = _payers(named, likely), _speaking([*named, *likely])
    if not payers and not speaking:
        return right
    waiting = left.select("scope").distinct().to_pyarrow()["scope"].to_pylist()
    wallets = {wallet for wallet in waiting if wallet}
    known = set().union(*payers.values())
    free = sorted(wallets - known)
    joined = right.left_join(
        parties.select(of_line="record_key", party="party"), right.record_key == parties.record_key
    )
    cases = [(party, _listed([*free, *sorted(own)])) for party, own in sorted(payers.items())]
    of_party = joined.party.cases(*cases, else_=_listed(free)) if payers else ibis.literal(ANY)
    silent = [(account, _listed(sorted(wallets - some))) for account, some in sorted(speaking.items())]
    of_silent = joined.scope.cases(*silent, else_=ANY) if speaking else ibis.literal(ANY)
    target = ibis.cases((joined.party == SILENT, of_silent), (joined.party.notnull(), of_party), else_=ANY)
    return work.keep(conform(joined.mutate(target=target), ENTRY))


def _speaking(seen: list[Seen]) -> dict[str, set[str]]:
    """Account -> the wallets whose lines there nearly always say something."""
    counts: dict[tuple[str, str], list[int]] = {}
    for row in seen:
        counts.setdefault((row["account"], row["wallet"]), [0, 0])[row["party"] == SILENT] += row["times"]
    found: dict[str, set[str]] = {}
    for (account, wallet), (speaking, silent) in counts.items():
        if speaking >= max(SPEAKING, silent * SILENT_SHARE):
            found.setdefault(account, set()).add(wallet)
    return found


def _payers(named: list[Seen], likely: list[Seen]) -> dict[str, set[str]]:
    """Counterparty -> the wallets it pays for, of the wallets whose payers are known: told often enough by name, or
    the same counterparty often enough by amount."""
    stated, repeated = _stated(named), _stated(likely)
    often = [pair for pair, times in repeated.items() if times >= ENOUGH]
    counts: Counter[str] = Counter()
    for (wallet, _party), times in stated.items():
        counts[wallet] += times
    known = {wallet for wallet, times in counts.items() if times >= ENOUGH} | {wallet for wallet, _party in often}
    payers: dict[str, set[str]] = {}
    for wallet, party in (*stated, *often):
        if wallet in known:
            payers.setdefault(party, set()).add(wallet)
    return payers


def _stated(seen: list[Seen]) -> Counter[tuple[str, str]]:
    """How often a counterparty is stated for a wallet."""
    counts: Counter[tuple[str, str]] = Counter()
    for row in seen:
        if row["party"] not in (None, SILENT):
            counts[row["wallet"], row["party"]] += row["times"]
    return counts


def _likely(left: Any, right: Any, parties: Any, candidates: Any) -> list[Seen]:
    """Who would have paid what is the only payout of its amount: as `_counted`."""
    if candidates is None:
        return []
    ours = candidates.filter(candidates.side == "left").inner_join(left.select("record_key", "scope"), "record_key")
    theirs = candidates.filter(candidates.side == "right").inner_join(right.select("record_key"), "record_key")
    met = theirs.select("group_id", "record_key").inner_join(parties, "record_key")
    met = met.inner_join(ours.select("group_id", wallet="scope").distinct(), "group_id")
    return _counted(met)


def _listed(wallets: list[str]) -> str:
    return "|" + "|".join(wallets) + "|"


def _seen(lines: Any, parties: Any) -> list[Seen]:
    """Who paid the lines that are linked already: as `_counted`."""
    wallets = lines.filter(lines.side == "left").select("group_id", wallet="scope").distinct()
    came = lines.filter(lines.side == "right").select("group_id", "record_key").inner_join(parties, "record_key")
    return _counted(came.inner_join(wallets, "group_id"))


def _counted(met: Any) -> list[Seen]:
    """How often a counterparty pays for a wallet into an account: wallet, account, party, times."""
    counted = met.group_by("wallet", "account", "party").agg(times=met.record_key.nunique())
    return list(counted.to_pyarrow().to_pylist())


def parties_of(bank_lines: Any) -> Any:
    """Who paid each bank line: its counterparty, SILENT where it has no words at all, else null. Key: record_key."""
    party, *words = (bank_lines[name].fill_null("").strip() for name in ("counterparty", "text", "reference"))
    silent = (party == "") & (words[0] == "") & (words[1] == "")
    return bank_lines.select(
        "record_key", "account", party=ibis.cases((silent, SILENT), (party != "", party), else_=ibis.null("string"))
    )
