"""Pass 3, amount and window: equal amounts in one currency within a window of days, where accounts belong together.

Equal items of one account and day are one *node*, so that no pair of records is ever scanned: nodes meet through one
equality join per day of the window. Taken are (a) two nodes of equal count that have no other candidate, and (b) a
cluster of one account against one account with as many items on either side: indistinguishable items match as a group.
What is ambiguous stays open.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import ibis

from huikuan.engine import evidence as because
from huikuan.engine.lines import ZERO, identity, union_all
from huikuan.engine.pass2_reference import HINTS_PAIRED, assigned, may_meet, without_blocked
from huikuan.engine.workspace import Workspace


@dataclass(frozen=True)
class Window:
    """Days by which the right side may lie after (`days`) and before (`lead`) the left one; both ends count."""

    days: int
    lead: int


def match_by_amount(work: Workspace, name: str, left: Any, right: Any, window: Window, blocked: Any) -> Any:
    """The assignment of what is unambiguous by amount and window."""
    members_left, nodes_left = _nodes(work, left, blocked)
    members_right, nodes_right = _nodes(work, right, blocked)
    edges = work.keep(_edges(nodes_left, nodes_right, window, blocked))
    alone = work.keep(_alone(name, edges))
    rest = work.keep(edges.anti_join(alone, "left_node"))
    parts = [alone] if work.empty(rest) else [alone, work.keep(_clusters(name, rest))]
    taken = union_all(*(part.select("left_node", "right_node", "group_id", "evidence") for part in parts))
    return work.keep(_whole(_members(taken, members_left, members_right), blocked))


def worth_trying(left: Any, right: Any) -> bool:
    """Whether any amounts of both sides are equal at all; cheap, and saves the pass when there is nothing to pair."""
    some = eligible(left).semi_join(eligible(right), ["currency", "compared"]).limit(1)
    return bool(some.count().to_pyarrow().as_py())


def eligible(entries: Any) -> Any:
    """Entries that may be paired by their amount alone: not nothing, dated, and not known to be something else."""
    usable = entries.hint.isnull() | entries.hint.isin(HINTS_PAIRED)
    return entries.filter((entries.compared != ZERO) & entries.date.notnull() & usable)


def _nodes(work: Workspace, entries: Any, blocked: Any) -> tuple[Any, Any]:
    """Records with their node, and the nodes. A node is named after its least record key; a record that a person
    took out of a group is a node of its own."""
    usable = eligible(entries)
    apart = ibis.literal("")
    if blocked is not None:
        keys = blocked.select(apart_key="one").distinct()
        usable = usable.left_join(keys, usable.record_key == keys.apart_key)
        apart = usable.apart_key.fill_null("")
    marked = usable.mutate(apart=apart)
    same = ibis.window(group_by=["scope", "target", "currency", "compared", "date", "apart"])
    members = work.keep(
        marked.select(
            "record_key", "scope", "target", "currency", "compared", "date", node=marked.record_key.min().over(same)
        )
    )
    nodes = members.group_by("node", "scope", "target", "currency", "compared", "date").agg(items=members.count())
    return members.select("record_key", "node"), work.keep(nodes)


def _edges(left: Any, right: Any, window: Window, blocked: Any) -> Any:
    """Node pairs that may meet; one row per pair."""
    wanted = left.semi_join(right, ["currency", "compared"])
    days = wanted.mutate(offset=ibis.range(-window.lead, window.days + 1)).unnest("offset")
    ends = days.mutate(day=(days.date + days.offset.as_interval("D")).cast("date"))
    far = right.select(
        "currency", "compared", right_node="node", right_scope="scope", right_target="target", right_items="items",
        day="date",
    )  # fmt: skip
    joined = ends.inner_join(far, ["currency", "compared", "day"])
    meets = may_meet(joined.target, joined.right_scope) & may_meet(joined.right_target, joined.scope)
    edges = joined.filter(meets).select(
        "currency", "compared",
        left_node="node", left_scope="scope", left_items="items", left_date="date",
        right_node="right_node", right_scope="right_scope", right_items="right_items", right_date="day", apart="offset",
    )  # fmt: skip
    named = edges.mutate(left_key=edges.left_node, right_key=edges.right_node)
    return without_blocked(named, blocked).drop("left_key", "right_key")


def _alone(name: str, edges: Any) -> Any:
    """Edges whose nodes have no other edge and hold as many items each."""
    counted = edges.mutate(
        at_left=edges.count().over(ibis.window(group_by="left_node")),
        at_right=edges.count().over(ibis.window(group_by="right_node")),
    )
    only = counted.filter(
        (counted.at_left == 1) & (counted.at_right == 1) & (counted.left_items == counted.right_items)
    )
    return only.mutate(
        group_id=identity(name, "amount", only.left_node, only.right_node),
        evidence=ibis.ifelse(only.left_items == 1, because.AMOUNT_UNIQUE, because.AMOUNT_EQUAL_ITEMS),
    )


def _clusters(name: str, edges: Any) -> Any:
    """Edges of clusters with as many items left as right, all in one account each."""
    clustered = _islands(edges)
    grain = ["currency", "compared", "left_scope", "right_scope", "island"]
    left = clustered.select(*grain, node="left_node", left=clustered.left_items, right=ibis.literal(0).cast("int64"))
    right = clustered.select(*grain, node="right_node", left=ibis.literal(0).cast("int64"), right=clustered.right_items)
    nodes = union_all(left, right).distinct()
    sums = nodes.group_by(grain).agg(left=nodes.left.sum(), right=nodes.right.sum(), least=nodes.node.min())
    equal = sums.filter(sums.left == sums.right).drop("left", "right")
    mixed = clustered.filter((clustered.left_scopes > 1) | (clustered.right_scopes > 1)).select(grain).distinct()
    taken = clustered.inner_join(equal, grain).anti_join(mixed, grain)
    return taken.mutate(
        group_id=identity(name, "amount", taken.least, taken.left_scope, taken.right_scope),
        evidence=ibis.literal(because.AMOUNT_EQUAL_ITEMS),
    )


def _islands(edges: Any) -> Any:
    """Edges with the number of their island: spans of days that overlap, per amount and pair of accounts."""
    spans = edges.mutate(
        start=ibis.least(edges.left_date, edges.right_date),
        stop=ibis.greatest(edges.left_date, edges.right_date),
        left_scopes=_scopes(edges, "left_node", "right_scope"),
        right_scopes=_scopes(edges, "right_node", "left_scope"),
    )
    block = ["currency", "compared", "left_scope", "right_scope"]
    order = [ibis._.start, ibis._.stop, ibis._.left_node, ibis._.right_node]
    before = ibis.window(group_by=block, order_by=order, preceding=(None, 1))
    reached = spans.mutate(reached=spans.stop.max().over(before))
    opened = reached.mutate(opens=(reached.reached.isnull() | (reached.start > reached.reached)).cast("int64"))
    running = ibis.window(group_by=block, order_by=order, preceding=(None, 0))
    return opened.mutate(island=opened.opens.sum().over(running))


def _scopes(edges: Any, node: str, scope: str) -> Any:
    """1 where all edges of a node lead to one account, else 2."""
    same = ibis.window(group_by=node)
    return ibis.ifelse(edges[scope].min().over(same) == edges[scope].max().over(same), 1, 2)


def _whole(assignment: Any, blocked: Any) -> Any:
    """An assignment but for groups that would put records together which a person took apart."""
    if blocked is None:
        return assignment
    here, there = (assignment.filter(assignment.side == side) for side in ("left", "right"))
    met = here.inner_join(there.select("group_id", other_key="record_key"), "group_id")
    torn = met.inner_join(blocked, [met.record_key == blocked.one, met.other_key == blocked.other])
    return assignment.anti_join(torn.select("group_id").distinct(), "group_id")


def _members(taken: Any, left: Any, right: Any) -> Any:
    """The records of the nodes taken, as an assignment."""
    nodes = taken.mutate(left_key=taken.left_node, right_key=taken.right_node)
    marked = assigned(nodes, "amount", nodes.evidence)
    of_left = marked.filter(marked.side == "left").inner_join(
        left.select(member="record_key", record_key="node"), "record_key"
    )
    of_right = marked.filter(marked.side == "right").inner_join(
        right.select(member="record_key", record_key="node"), "record_key"
    )
    both = union_all(of_left, of_right)
    return (
        both.drop("record_key").rename(record_key="member").select("side", "record_key", "group_id", "pass", "evidence")
    )
