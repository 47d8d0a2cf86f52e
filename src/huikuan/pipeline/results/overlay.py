"""Decisions made since a run, laid over its published results, so that a manual match shows at once.

The next run computes them properly. Until then: a group that a new decision touches is dissolved, its records that
nobody claims are open at once, a new match's link rows appear, excluded records leave. Corrections and records
entered by hand change facts and wait for the run; `Delta.waiting` counts them.
"""

from __future__ import annotations

from dataclasses import dataclass

from huikuan.pipeline.plain import hash_of
from huikuan.pipeline.runs.published import Manifest
from huikuan.records.decisions import Decisions, Exclusion, ManualMatch, NotThese


def _exclusion_id(each: Exclusion) -> str:
    return f"{each.reconciliation}|{each.record_key}"


def _apart_id(each: NotThese) -> str:
    return hash_of((each.reconciliation, sorted(each.record_keys)))


def decided(decisions: Decisions) -> dict[str, list[str]]:
    """The identities of all decisions a run has seen, as its manifest keeps them."""
    return {
        "matches": sorted(m.group_id for m in decisions.matches),
        "exclusions": sorted(_exclusion_id(e) for e in decisions.exclusions),
        "not_these": sorted(_apart_id(n) for n in decisions.not_these),
        "facts": [hash_of((decisions.corrections, decisions.manual_records, decisions.bill_items))],
        "disputed": [hash_of(sorted(decisions.disputed_orders))],
    }


@dataclass(frozen=True)
class Delta:
    """What has been decided or undone since a run, for one reconciliation."""

    matches: tuple[ManualMatch, ...] = ()
    unmatched: tuple[str, ...] = ()  # group ids of matches undone
    excluded: tuple[str, ...] = ()  # record keys
    apart: tuple[str, ...] = ()  # record keys of groups taken apart
    split: tuple[str, ...] = ()  # record keys of which matches, new or known to the run, take a part only
    waiting: bool = False  # facts changed: only a run shows it

    @property
    def empty(self) -> bool:
        """Whether the published results hold as they are."""
        return not (self.matches or self.unmatched or self.excluded or self.apart)

    @property
    def touched(self) -> tuple[str, ...]:
        """Record keys whose groups are dissolved."""
        members = [member.record_key for match in self.matches for member in match.members]
        return tuple(dict.fromkeys([*members, *self.excluded, *self.apart]))


def delta(manifest: Manifest, decisions: Decisions, name: str) -> Delta:
    """The decisions about one reconciliation that the run has not seen. A match undone since is named by its id; an
    exclusion taken back waits for the run, like changed facts."""
    seen = {key: set(ids) for key, ids in manifest.decided.items()}
    now = decided(decisions)
    own = decisions.about(name)
    return Delta(
        matches=tuple(m for m in own.matches if m.group_id not in seen["matches"]),
        unmatched=tuple(sorted(seen["matches"] - set(now["matches"]))),
        excluded=tuple(e.record_key for e in own.exclusions if _exclusion_id(e) not in seen["exclusions"]),
        apart=tuple(key for n in own.not_these if _apart_id(n) not in seen["not_these"] for key in n.record_keys),
        split=tuple(
            sorted({m.record_key for match in own.matches for m in match.members if m.amount != m.fact_amount})
        ),
        waiting=bool(
            seen["facts"] != set(now["facts"])
            or seen["exclusions"] - set(now["exclusions"])
            or seen["not_these"] - set(now["not_these"])
        ),
    )
