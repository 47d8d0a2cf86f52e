"""Whose money a bank line can be, by who paid it.

A platform pays from the same few counterparties. Where bank lines that name a wallet's payouts told often enough who
pays for that wallet, a line of another counterparty is not taken for its payout because the amount happens to be equal.
"""

from __future__ import annotations

from typing import Any

import ibis

from huikuan.engine.model import ENTRY, Sides
from huikuan.engine.workspace import Workspace, conform

ENOUGH = 3  # lines that name a wallet's payouts, before its payers count as known
ANY = "*"


def narrow(work: Workspace, left: Any, right: Any, lines: Any, sides: Sides) -> Any:
    """Right entries whose target is narrowed to the wallets that their counterparty may pay for. `lines`: what the key
    and reference passes linked. A line without a counterparty may be anybody's."""
    parties = sides.extra["parties"]
    if lines is None or parties is None:
        return right
    seen = _seen(lines, parties)
    counts: dict[str, int] = {}
    for row in seen:
        counts[row["wallet"]] = counts.get(row["wallet"], 0) + row["times"]
    known = {wallet for wallet, times in counts.items() if times >= ENOUGH}
    if not known:
        return right
    waiting = left.select("scope").distinct().to_pyarrow()["scope"].to_pylist()
    free = sorted({wallet for wallet in waiting if wallet} - known)
    payers: dict[str, set[str]] = {}
    for row in seen:
        if row["wallet"] in known:
            payers.setdefault(row["party"], set()).add(row["wallet"])
    joined = right.left_join(
        parties.select(of_line="record_key", party="party"), right.record_key == parties.record_key
    )
    cases = [(party, _listed([*free, *sorted(wallets)])) for party, wallets in sorted(payers.items())]
    told = joined.party.cases(*cases, else_=_listed(free))
    target = ibis.ifelse(joined.party.isnull(), ibis.literal(ANY), told)
    return work.keep(conform(joined.mutate(target=target), ENTRY))


def _listed(wallets: list[str]) -> str:
    return "|" + "|".join(wallets) + "|"


def _seen(lines: Any, parties: Any) -> list[dict[str, Any]]:
    """Who paid the lines that are linked already: wallet, party, times."""
    wallets = lines.filter(lines.side == "left").select("group_id", wallet="scope").distinct()
    came = lines.filter(lines.side == "right").select("group_id", "record_key").inner_join(parties, "record_key")
    met = came.inner_join(wallets, "group_id")
    counted = met.group_by("wallet", "party").agg(times=met.record_key.nunique())
    return list(counted.to_pyarrow().to_pylist())


def parties_of(bank_lines: Any) -> Any:
    """The counterparty of each bank line that states one. Key: record_key."""
    stated = bank_lines.filter(bank_lines.counterparty.fill_null("").strip() != "")
    return stated.select("record_key", party=stated.counterparty.strip())
