"""Whose money a bank line can be, by who paid it.

A platform pays from the same few counterparties. Where bank lines that name a wallet's payouts told often enough who
pays for that wallet, or the same counterparty often enough brought the only payout of an amount, a line of another
counterparty is not taken for its payout because the amount happens to be equal.
"""

from __future__ import annotations

from typing import Any

import ibis

from huikuan.engine.model import ENTRY, Sides
from huikuan.engine.workspace import Workspace, conform

ENOUGH = 3  # lines that tell a wallet's payer, before it counts as known
ANY = "*"
Seen = dict[str, Any]


def narrow(work: Workspace, left: Any, right: Any, lines: Any, sides: Sides, candidates: Any = None) -> Any:
    """Right entries whose target is narrowed to the wallets that their counterparty may pay for. `lines`: what the key
    and reference passes linked. `candidates`: an assignment of what could be linked by amount alone, of which only what
    repeats counts. A line without a counterparty may be anybody's."""
    parties = sides.extra["parties"]
    if parties is None or (lines is None and candidates is None):
        return right
    payers = _payers([] if lines is None else _seen(lines, parties), _likely(left, right, parties, candidates))
    if not payers:
        return right
    waiting = left.select("scope").distinct().to_pyarrow()["scope"].to_pylist()
    known = set().union(*payers.values())
    free = sorted({wallet for wallet in waiting if wallet} - known)
    joined = right.left_join(
        parties.select(of_line="record_key", party="party"), right.record_key == parties.record_key
    )
    cases = [(party, _listed([*free, *sorted(wallets)])) for party, wallets in sorted(payers.items())]
    told = joined.party.cases(*cases, else_=_listed(free))
    target = ibis.ifelse(joined.party.isnull(), ibis.literal(ANY), told)
    return work.keep(conform(joined.mutate(target=target), ENTRY))


def _payers(named: list[Seen], likely: list[Seen]) -> dict[str, set[str]]:
    """Counterparty -> the wallets it pays for, of the wallets whose payers are known: told often enough by name, or
    the same counterparty often enough by amount."""
    often = [row for row in likely if row["times"] >= ENOUGH]
    counts: dict[str, int] = {}
    for row in named:
        counts[row["wallet"]] = counts.get(row["wallet"], 0) + row["times"]
    known = {wallet for wallet, times in counts.items() if times >= ENOUGH} | {row["wallet"] for row in often}
    payers: dict[str, set[str]] = {}
    for row in (*named, *often):
        if row["wallet"] in known:
            payers.setdefault(row["party"], set()).add(row["wallet"])
    return payers


def _likely(left: Any, right: Any, parties: Any, candidates: Any) -> list[Seen]:
    """Who would have paid what is the only payout of its amount: wallet, party, times."""
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
    """Who paid the lines that are linked already: wallet, party, times."""
    wallets = lines.filter(lines.side == "left").select("group_id", wallet="scope").distinct()
    came = lines.filter(lines.side == "right").select("group_id", "record_key").inner_join(parties, "record_key")
    return _counted(came.inner_join(wallets, "group_id"))


def _counted(met: Any) -> list[Seen]:
    counted = met.group_by("wallet", "party").agg(times=met.record_key.nunique())
    return list(counted.to_pyarrow().to_pylist())


def parties_of(bank_lines: Any) -> Any:
    """The counterparty of each bank line that states one. Key: record_key."""
    stated = bank_lines.filter(bank_lines.counterparty.fill_null("").strip() != "")
    return stated.select("record_key", party=stated.counterparty.strip())
