"""Pass 4, batch: one right entry against several left ones paid as one sum.

First a whole day of one account (its open entries add up to the right amount), then a contiguous run of entries
(difference of two prefix sums). Both by equality joins on sums; taken only where the right entry has exactly one such
batch (a day has no run of other entries for a rival) and the batch's entries belong to no other.
"""

from __future__ import annotations

from typing import Any

import ibis

from huikuan.engine import evidence as because
from huikuan.engine.lines import identity, union_all
from huikuan.engine.model import SUM_TYPE
from huikuan.engine.pass2_reference import ASSIGNMENT, may_meet
from huikuan.engine.pass3_amount import Window, eligible
from huikuan.engine.workspace import Workspace, conform

LONGEST_RUN = 100
PAIRS_AT_MOST = 5_000_000  # candidates (right entry, last entry of a run), and places in runs; above it none is tried


def match_days(work: Workspace, name: str, left: Any, right: Any, window: Window, blocked: Any, *, runs: bool) -> Any:
    """Assign right entries to whole days of left ones. `runs`: a right entry may be a run too, so that another run that
    adds up to it makes the day doubtful. None where there are none."""
    ordered = work.keep(_ordered(left))
    days = ordered.group_by("scope", "target", "currency", "date").agg(
        total=ordered.compared.sum().cast(SUM_TYPE),
        first=ordered.place.min(),
        last=ordered.place.max(),
        items=ordered.count(),
    )
    several = days.filter(days["items"] > 1)
    far = _rights(right)
    spread = _spread(several, window)
    joined = spread.inner_join(
        far, [spread.currency == far.right_currency, spread.day == far.right_date, spread.total == far.right_amount]
    )
    found = joined.filter(_meet(joined))
    candidates = work.keep(found.select("right_key", "scope", "currency", "first", "last", start="date"))
    if work.empty(candidates):
        return None
    if runs:
        rivals = far.semi_join(candidates, "right_key")
        if _pairs(_spread(ordered, window), rivals) <= PAIRS_AT_MOST:
            candidates = union_all(candidates, _runs(ordered, rivals, window))
    return _taken(work, name, candidates, ordered, blocked, because.BATCH_DAY)


def match_runs(work: Workspace, name: str, left: Any, right: Any, window: Window, blocked: Any) -> Any:
    """Assign right entries to contiguous runs of left ones within the window. None where there is too much to try."""
    ordered = work.keep(_ordered(left))
    far = _rights(right)
    if _pairs(_spread(ordered, window), far) > PAIRS_AT_MOST:
        return None
    return _taken(work, name, _runs(ordered, far, window), ordered, blocked, because.BATCH_RUN)


def _runs(ordered: Any, far: Any, window: Window) -> Any:
    """Contiguous runs of left entries that add up to a right one within the window."""
    ends = _spread(ordered, window)
    pairs = ends.inner_join(far, [ends.currency == far.right_currency, ends.day == far.right_date])
    pairs = pairs.filter(_meet(pairs))
    wanted = pairs.select(
        "scope",
        "currency",
        "right_key",
        "right_date",
        last="place",
        before=(pairs.prefix - pairs.right_amount).cast(SUM_TYPE),
    )
    starts = ordered.select(
        "scope", "currency", first="place", start="date", before=(ordered.prefix - ordered.compared).cast(SUM_TYPE)
    )
    runs = wanted.inner_join(starts, ["scope", "currency", "before"])
    near = runs.filter(
        (runs.first < runs.last)
        & (runs.last - runs.first < LONGEST_RUN)
        & (runs.right_date.delta(runs.start, unit="day") <= window.days)
    )
    return near.select("right_key", "scope", "currency", "first", "last", "start")


def _pairs(ends: Any, far: Any) -> int:
    """How many pairs meet on a day, reckoned without making them."""
    here = ends.group_by("scope", "target", "currency", "day").agg(here=ends.count())
    there = far.group_by("right_scope", "right_target", "right_currency", "right_date").agg(there=far.count())
    met = here.inner_join(there, [here.currency == there.right_currency, here.day == there.right_date])
    near = met.filter(_meet(met))
    return int(near.agg(pairs=(near.here * near.there).sum().fill_null(0)).to_pyarrow()["pairs"][0].as_py())


def _ordered(left: Any) -> Any:
    """Entries with their place and prefix sum within account and currency."""
    usable = eligible(left)
    order = [ibis._.date, ibis._.moment, ibis._.number, ibis._.record_key]
    filled = usable.mutate(
        moment=usable.occurred_at.fill_null(usable.date.cast("timestamp(6)")),
        number=usable.seq.fill_null(ibis.literal(0).cast("int64")),
    )
    within = ibis.window(group_by=["scope", "currency"], order_by=order)
    upto = ibis.window(group_by=["scope", "currency"], order_by=order, preceding=(None, 0))
    return filled.select(
        "record_key", "scope", "target", "currency", "date", "compared",
        place=ibis.row_number().over(within), prefix=filled.compared.sum().over(upto).cast(SUM_TYPE),
    )  # fmt: skip


def _meet(pairs: Any) -> Any:
    return may_meet(pairs.target, pairs.right_scope) & may_meet(pairs.right_target, pairs.scope)


def _rights(right: Any) -> Any:
    usable = eligible(right)
    return usable.select(
        right_key="record_key",
        right_scope="scope",
        right_target="target",
        right_currency="currency",
        right_date="date",
        right_amount="compared",
    )


def _spread(table: Any, window: Window) -> Any:
    """Each row once per day on which its counterpart may lie (`day`)."""
    offsets = table.mutate(offset=ibis.range(-window.lead, window.days + 1)).unnest("offset")
    return offsets.mutate(day=(offsets.date + offsets.offset.as_interval("D")).cast("date"))


def _taken(work: Workspace, name: str, candidates: Any, ordered: Any, blocked: Any, evidence: str) -> Any:
    """Candidates (right_key, account, first and last place) that are the only one on both sides, as an assignment.
    None where there are none."""
    found = work.keep(candidates.distinct())
    if work.empty(found):
        return None
    length = found["last"] - found["first"] + 1
    if int(found.agg(places=length.sum()).to_pyarrow()["places"][0].as_py()) > PAIRS_AT_MOST:
        return None
    only = found.mutate(at_right=found.count().over(ibis.window(group_by="right_key")))
    places = only.mutate(place=ibis.range(only["first"], only["last"] + 1)).unnest("place")
    entries = ordered.select("scope", "currency", "place", left_key="record_key")
    members = places.inner_join(entries, ["scope", "currency", "place"]).select("left_key", "right_key", "at_right")
    counted = members.mutate(at_left=members.count().over(ibis.window(group_by="left_key")))
    judged = work.keep(counted.mutate(worst=counted.at_left.max().over(ibis.window(group_by="right_key"))))
    unique = judged.filter((judged.at_right == 1) & (judged.worst == 1))
    if blocked is not None:
        apart = unique.inner_join(blocked, [unique.left_key == blocked.one, unique.right_key == blocked.other])
        unique = unique.anti_join(apart.select("right_key").distinct(), "right_key")
    told = unique.mutate(
        group_id=identity(name, "batch", unique.right_key),
        evidence=ibis.literal(evidence),
        **{"pass": ibis.literal("batch")},
    )
    left = told.mutate(side=ibis.literal("left"), record_key=told.left_key)
    right = told.mutate(side=ibis.literal("right"), record_key=told.right_key)
    return work.keep(union_all(conform(left, ASSIGNMENT), conform(right, ASSIGNMENT)).distinct())
