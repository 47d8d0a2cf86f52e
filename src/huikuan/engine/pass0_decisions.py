"""Pass 0, decisions: what people matched, split or excluded leaves the sides before any other pass.

A manual match allocates amounts: a record partly allocated goes on with the rest. A match whose record has changed or
gone is in conflict: its links are shown with that evidence, never dropped. An exclusion is a group of one record.
Records of `NotThese` keep apart: see `blocked_pairs` and `set_apart`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import ibis

from huikuan.engine import evidence as because
from huikuan.engine.lines import ZERO, as_links, assigned_lines, identity, union_all
from huikuan.engine.model import MONEY_TYPE, STORED_LINKS
from huikuan.engine.workspace import Workspace, conform, typed_table
from huikuan.records.decisions import Decisions, ManualMatch

MEMBER = {
    "group_id": "string",
    "side": "string",
    "record_key": "string",
    "allocated": MONEY_TYPE,
    "fact_amount": MONEY_TYPE,
    "forced": "boolean",
    "said": "string",
    "cause": "string",
}
ALLOCATED = {"side": "string", "record_key": "string", "given": MONEY_TYPE}


@dataclass(frozen=True)
class Decided:
    """What pass 0 leaves: the sides, its rows of `links`, and the residuals of its groups.

    `residuals`: group_id, record_key (the group's least left, else right), residual, cause, forced, conflict.
    `links` is None where nobody decided anything.
    """

    left: Any
    right: Any
    links: Any = None
    residuals: Any = None


def decide(work: Workspace, name: str, left: Any, right: Any, decisions: Decisions) -> Decided:
    """Take what people decided out of both sides. Exclusions come first: an excluded record is in no match."""
    own = decisions.about(name)
    reasons = {each.record_key: each.reason for each in own.exclusions}
    links: list[Any] = []
    if reasons:
        table = typed_table(
            [{"record_key": key, "said": reasons[key]} for key in sorted(reasons)],
            dict.fromkeys(("record_key", "said"), "string"),
        )
        links.append(work.keep(_excluded_links(name, left, right, table)))
        left, right = left.anti_join(table, "record_key"), right.anti_join(table, "record_key")
    if not own.matches:
        return Decided(left, right, union_all(*links) if links else None)
    members = work.keep(typed_table(_member_rows(own.matches), MEMBER))
    lines = work.keep(_member_lines(left, right, members))
    rows, residuals = _match_links(work, members, lines)
    given = work.keep(_given(lines))
    return Decided(_rest(left, "left", given), _rest(right, "right", given), union_all(*links, rows), residuals)


def _excluded_links(name: str, left: Any, right: Any, table: Any) -> Any:
    both = union_all(
        *(
            side.select(record_key="record_key").mutate(side=ibis.literal(which))
            for which, side in (("left", left), ("right", right))
        )
    )
    assignment = both.semi_join(table, "record_key").mutate(
        group_id=identity(name, "excluded", both.record_key),
        evidence=ibis.literal(because.EXCLUDED),
        **{"pass": ibis.literal("decision")},
    )
    lines = assigned_lines(left, right, assignment).inner_join(table, "record_key")
    return as_links(lines, ZERO, ibis.literal("manual"), ibis.literal(""), reason=lines.said)


def _member_rows(matches: Iterable[ManualMatch]) -> list[dict[str, Any]]:
    summed: dict[tuple[str, str, str], dict[str, Any]] = {}
    for match in sorted(matches, key=lambda match: match.group_id):
        for member in match.members:
            key = (match.group_id, member.side, member.record_key)
            row = summed.setdefault(
                key,
                {
                    "group_id": match.group_id,
                    "side": member.side,
                    "record_key": member.record_key,
                    "allocated": Decimal(0),
                    "fact_amount": member.fact_amount,
                    "forced": match.forced,
                    "said": match.reason or match.difference_reason,
                    "cause": match.difference_reason,
                },
            )
            row["allocated"] += member.amount
    return list(summed.values())


def _member_lines(left: Any, right: Any, members: Any) -> Any:
    """Members with their entries; a member whose record is gone keeps an entry of nothing."""
    columns = members.select("side", "record_key").distinct()
    assignment = columns.mutate(
        group_id=ibis.literal(""), evidence=ibis.literal(""), **{"pass": ibis.literal("decision")}
    )
    entries = assigned_lines(left, right, assignment).drop("group_id", "evidence")
    found = entries.select(
        found_side="side",
        found_key="record_key",
        **{c: entries[c] for c in entries.columns if c not in ("side", "record_key")},
    )
    joined = members.left_join(found, [members.side == found.found_side, members.record_key == found.found_key])
    gone = joined.found_key.isnull()
    changed = ~gone & (joined.amount != joined.fact_amount)
    return joined.mutate(
        amount=joined.amount.fill_null(ZERO),
        scope=joined.scope.fill_null(""),
        allocated=ibis.ifelse(gone, ZERO, joined.allocated),
        gone=gone,
        conflict=gone | changed,
        evidence=ibis.cases((gone, because.CONFLICT_GONE), (changed, because.CONFLICT_CHANGED), else_=because.MANUAL),
        **{"pass": ibis.literal("decision")},
    )


def _match_links(work: Workspace, members: Any, lines: Any) -> tuple[Any, Any]:
    signed = ibis.ifelse(lines.side == "left", lines.allocated, ZERO - lines.allocated)
    first = lines.side + lines.record_key
    groups = lines.group_by("group_id").agg(
        residual=signed.sum().cast(MONEY_TYPE),
        conflict=lines.conflict.any(),
        forced=lines.forced.any(),
        cause=lines.cause.max(),
        record_key=lines.record_key.argmin(first),
    )
    residuals = work.keep(groups)
    judged = lines.drop("conflict", "forced", "cause").inner_join(residuals.drop("record_key"), "group_id")
    status = ibis.cases(
        (judged.conflict, "manual"),
        (judged.forced, "forced"),
        (judged.residual != ZERO, "difference"),
        else_="manual",
    )
    class_ = ibis.cases((judged.residual > ZERO, "short"), (judged.residual < ZERO, "over"), else_="")
    rows = as_links(judged, judged.residual, status, class_, judged.allocated, judged.said)
    return work.keep(conform(rows, STORED_LINKS)), residuals


def _given(lines: Any) -> Any:
    kept = lines.filter(~lines.gone)
    return conform(kept.group_by("side", "record_key").agg(given=kept.allocated.sum().cast(MONEY_TYPE)), ALLOCATED)


def _rest(entries: Any, side: str, given: Any) -> Any:
    """What of a side is not allocated: untouched records whole, partly allocated ones with the rest."""
    taken = given.filter(given.side == side).select(given_key="record_key", given="given")
    joined = entries.left_join(taken, entries.record_key == taken.given_key)
    share = joined.given.fill_null(ZERO)
    rest = (joined.amount - share).cast(MONEY_TYPE)
    kept = joined.mutate(
        amount=rest,
        compared=ibis.ifelse(joined.compared == ZERO, ZERO, (joined.compared - share).cast(MONEY_TYPE)),
    ).filter(joined.given_key.isnull() | (rest != ZERO))
    return kept.select(*entries.columns)


def apart_pairs(name: str, decisions: Decisions) -> frozenset[tuple[str, str]]:
    """Pairs of records not to be put into one group again, both ways round."""
    apart = [each.record_keys for each in decisions.about(name).not_these]
    return frozenset((one, other) for keys in apart for one in keys for other in keys if one != other)


def blocked_pairs(name: str, decisions: Decisions) -> Any:
    """`apart_pairs` as a table: columns one, other. None if there are none."""
    pairs = apart_pairs(name, decisions)
    if not pairs:
        return None
    return typed_table(
        [{"one": one, "other": other} for one, other in sorted(pairs)], {"one": "string", "other": "string"}
    )


def set_apart(entries: Any, blocked: Any) -> tuple[Any, Any]:
    """Right entries that the key pass may use, and those which a person took apart (None: nobody did)."""
    if blocked is None:
        return entries, None
    keys = blocked.select(record_key="one").distinct()
    return entries.anti_join(keys, "record_key"), entries.semi_join(keys, "record_key")
