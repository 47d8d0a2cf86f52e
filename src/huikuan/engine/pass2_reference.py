"""Pass 2, reference: keys of one side found in the free text of the other; and pass 1 between accounts.

Both give *edges* between records; an edge set is taken as stars (one record with all its partners), what is knotted
otherwise is left to the next pass. Text is cut into runs of letters and digits once and joined by equality: no scan of
every key against every text.
"""

from __future__ import annotations

from typing import Any

import ibis

from huikuan.engine.lines import ZERO, identity, union_all
from huikuan.engine.workspace import Workspace, conform

HINTS_PAIRED = ("key_missing", "key_damaged", "other_period")  # of left entries that still wait
SHORTEST_KEY = 8  # a shorter number in a text may be anything
DAY = "^(19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])$"  # a day: a batch named by it is not named by a text
LARGEST_KNOT = 10_000  # pairs of one key
ASSIGNMENT = {"side": "string", "record_key": "string", "group_id": "string", "pass": "string", "evidence": "string"}


def key_edges(left: Any, right: Any, blocked: Any) -> Any:
    """Edges between records of different accounts which name the same key in the same currency and direction."""
    left = _waiting(left)
    return _edges(_ends(left, left.key), _ends(right, right.key), blocked)


def reference_edges(left: Any, right: Any, blocked: Any) -> Any:
    """Edges where the key of one record stands in the text of another."""
    left = _waiting(left)
    there = _edges(_ends(left, canonical(left.key)), _tokens(right), blocked)
    back = _edges(_tokens(left), _ends(right, canonical(right.key)), blocked)
    return union_all(there, back).distinct()


def _waiting(left: Any) -> Any:
    """Left entries that wait for a counterpart; one known to have come back does not."""
    return left.filter(left.hint.isnull() | left.hint.isin(HINTS_PAIRED))


def canonical(text: Any) -> Any:
    """A key or text in capitals without hyphens and underscores; whatever else is no letter or digit of ASCII is a
    space (backends differ in the capitals of `ß` and its like)."""
    return text.re_replace("[-_]", "").re_replace("[^0-9A-Za-z]+", " ").upper()


def _ends(entries: Any, key: Any) -> Any:
    chosen = entries.mutate(end_key=key)
    long_enough = chosen.end_key.notnull() & (chosen.end_key.length() > 0)
    return chosen.filter(long_enough).select("record_key", "scope", "target", "currency", "compared", "end_key")


def _tokens(entries: Any) -> Any:
    told = entries.filter(entries.reference.notnull())
    words = canonical(told.reference).split(" ")
    table = told.select("record_key", "scope", "target", "currency", "compared", end_key=words).unnest("end_key")
    return table.filter((table.end_key.length() >= SHORTEST_KEY) & ~table.end_key.re_search(DAY)).distinct()


def _edges(one: Any, other: Any, blocked: Any) -> Any:
    """Left and right ends with the same key that may meet: columns left_key, right_key."""
    far = other.select("end_key", "currency", right_key="record_key", right_scope="scope", right_amount="compared")
    knots = _knots(one, other)
    joined = (one.filter(~one.end_key.isin(knots)) if knots else one).inner_join(far, ["end_key", "currency"])
    meets = may_meet(joined.target, joined.right_scope)
    same_way = ((joined.compared > ZERO) & (joined.right_amount > ZERO)) | (
        (joined.compared < ZERO) & (joined.right_amount < ZERO)
    )
    edges = joined.filter(meets & same_way).select(left_key="record_key", right_key="right_key").distinct()
    return without_blocked(edges, blocked)


def _knots(one: Any, other: Any) -> list[str]:
    """Keys that occur so often on both sides that their records would be knotted. They are looked up beforehand: a
    join is free to pair them first and to drop the pairs later."""
    here = one.group_by("end_key").agg(here=one.count())
    met = here.inner_join(other.group_by("end_key").agg(there=other.count()), "end_key")
    knotted = met.filter((met.here > 1) & (met.there > 1) & (met.here * met.there > LARGEST_KNOT))
    return sorted(knotted.select("end_key").to_pyarrow()["end_key"].to_pylist())


def may_meet(target: Any, scope: Any) -> Any:
    """Whether a target list (`*` or `|a|b|`) names a scope."""
    wrapped = ibis.literal("|").concat(scope, ibis.literal("|"))
    return (target == "*") | target.contains(wrapped)


def without_blocked(edges: Any, blocked: Any) -> Any:
    """Edges but those a person took apart."""
    if blocked is None:
        return edges
    return edges.anti_join(blocked, [edges.left_key == blocked.one, edges.right_key == blocked.other])


def take_stars(work: Workspace, name: str, pass_name: str, edges: Any, evidence: str) -> Any:
    """Assign the edges that form stars: one record with all its partners, none of which has another."""
    by_right = ibis.window(group_by="right_key")
    by_left = ibis.window(group_by="left_key")
    counted = edges.mutate(at_right=ibis._.count().over(by_right), at_left=ibis._.count().over(by_left))
    judged = work.keep(
        counted.mutate(
            worst_right=counted.at_right.max().over(by_left), worst_left=counted.at_left.max().over(by_right)
        )
    )
    hub_left = (judged.at_right == 1) & (judged.worst_right == 1)
    hub_right = (judged.at_left == 1) & (judged.worst_left == 1) & (judged.at_right > 1)
    hub = ibis.ifelse(hub_left, judged.left_key, judged.right_key)
    taken = judged.filter(hub_left | hub_right).mutate(group_id=identity(name, pass_name, hub))
    return work.keep(assigned(taken, pass_name, evidence))


def assigned(pairs: Any, pass_name: str, evidence: Any) -> Any:
    """Pairs (left_key, right_key, group_id) as an assignment, each record once."""
    told = pairs.mutate(
        evidence=evidence if not isinstance(evidence, str) else ibis.literal(evidence),
        **{"pass": ibis.literal(pass_name)},
    )
    left = told.mutate(side=ibis.literal("left"), record_key=told.left_key)
    right = told.mutate(side=ibis.literal("right"), record_key=told.right_key)
    return union_all(conform(left, ASSIGNMENT), conform(right, ASSIGNMENT)).distinct()
