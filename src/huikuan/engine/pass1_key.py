"""Pass 1, key: both sides grouped by scope, key and currency, summed and compared.

Made for millions of entries: the sums are taken once, what agrees exactly (the bulk) is never held but streamed into
the links, and only the groups that do not agree are kept. A group is matched when its sums agree within the tolerance,
or when its left side owes nothing and nothing came; a group with entries on both sides is else linked with a
difference (an order of which only fees came is such a group); a group of one side stays open.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import ibis

from huikuan.engine import evidence as because
from huikuan.engine.lines import GROUP, LINE, ZERO, identity, on_side, union_all
from huikuan.engine.model import ENTRY, MONEY_TYPE, SUM_TYPE, Audit, Audited, Measure
from huikuan.engine.workspace import Workspace, conform

GRAIN = ("scope", "key", "currency")


@dataclass(frozen=True)
class KeyMatch:
    """What pass 1 found.

    `agreeing`: lines of groups that agree to the last digit (an expression, not held); `agreeing_groups` counts them
    by side and currency. `lines`, `groups`: the other linked groups, held; groups also have scope and key.
    `left`, `right`: what stays open, held. `audited`: what the audit of the same keys found, if there is one.
    """

    agreeing: Any
    agreeing_groups: dict[tuple[str, str], int]
    lines: Any
    groups: Any
    left: Any
    right: Any
    audited: Audited | None = None


def match_by_key(
    work: Workspace,
    name: str,
    left: Any,
    right: Any,
    tolerance: Decimal,
    dates: Callable[[Any], Any],
    audit: Audit | None = None,
) -> KeyMatch:
    """Pair the sides by key. Entries without a key stay open. What agrees but came late is held too: it has a class.

    Args:
        dates: fills `due_date` of groups with the last day on which money for them is in time.
        audit: a second comparison of the same keys, made of the same sums.
    """
    sums = work.keep(_sums(left, right, audit.measures if audit else {}))
    audited = audit.judge(work, sums) if audit else None
    exact = (sums.l_rows > 0) & (sums.l == sums.r)
    late = _late(work, sums.filter(exact), dates)
    agreeing, others = sums.filter(exact), sums.filter(~exact)
    if late is not None:
        agreeing, others = agreeing.anti_join(late, GRAIN), union_all(others, sums.semi_join(late, GRAIN))
    counted = _count_groups(agreeing)
    odd = work.keep(_judged(name, others, tolerance))
    work.drop(sums)
    rest_left = work.keep(_not_agreeing(left, "left", odd))
    rest_right = work.keep(_not_agreeing(right, "right", odd))
    linked = union_all(*(rest.filter(rest.group_id.notnull()) for rest in (rest_left, rest_right)))
    return KeyMatch(
        agreeing=union_all(_agreeing(name, left, "left", odd), _agreeing(name, right, "right", odd)),
        agreeing_groups=counted,
        lines=conform(linked, LINE),
        groups=odd.filter(odd.status != "open"),
        left=conform(rest_left.filter(rest_left.group_id.isnull()), ENTRY),
        right=conform(rest_right.filter(rest_right.group_id.isnull()), ENTRY),
        audited=audited,
    )


def _late(work: Workspace, agreeing: Any, dates: Callable[[Any], Any]) -> Any:
    """Keys of agreeing groups whose money came after their due date; None where there are none."""
    after = agreeing.filter((agreeing.l > ZERO) & (agreeing.came > agreeing.due_date))
    due = dates(after.select(*GRAIN, "due_date", "seq", "came"))
    late = work.keep(due.filter(due.came > due.due_date).select(GRAIN))
    return None if work.empty(late) else late


def _sums(left: Any, right: Any, measures: Mapping[str, Measure]) -> Any:
    """One row per scope, key and currency that any side has; l and r add up what is compared. `due_date` and `seq` are
    the last of the left entries', `came` is the last day on which money came from the right. Then the measures."""
    zero, none, one = ZERO, ibis.literal(0).cast("int32"), ibis.literal(1).cast("int32")
    never = ibis.null().cast("date")
    taken = {
        side: {name: m.of(t) if m.side == side else ibis.null().cast(m.type) for name, m in measures.items()}
        for side, t in (("left", left), ("right", right))
    }
    both = union_all(
        left.filter(left.key.notnull()).select(
            *GRAIN, l="compared", r=zero, l_row=one, r_row=none, r_compared=none,
            due_date="due_date", seq="seq", came=never, **taken["left"],
        ),
        right.filter(right.key.notnull()).select(
            *GRAIN, l=zero, r="compared", l_row=none, r_row=one, r_compared=(right.compared != ZERO).cast("int32"),
            due_date=never, seq=ibis.null().cast("int64"), came=ibis.ifelse(right.compared > ZERO, right.date, never),
            **taken["right"],
        ),
    )  # fmt: skip
    return both.group_by(GRAIN).agg(
        l=both.l.sum().cast(SUM_TYPE),
        r=both.r.sum().cast(SUM_TYPE),
        l_rows=both.l_row.sum().cast("int32"),
        r_rows=both.r_row.sum().cast("int32"),
        r_count=both.r_compared.sum().cast("int32"),
        due_date=both.due_date.max(),
        seq=both.seq.max(),
        came=both.came.max(),
        **{
            name: getattr(both[name], m.how)().cast(SUM_TYPE if m.how == "sum" else m.type)
            for name, m in measures.items()
        },
    )


def _count_groups(groups: Any) -> dict[tuple[str, str], int]:
    counted = groups.group_by("currency").agg(left=(groups.l_rows > 0).sum(), right=(groups.r_rows > 0).sum())
    rows = counted.to_pyarrow().to_pylist()
    return {(side, row["currency"]): int(row[side] or 0) for row in rows for side in ("left", "right")}


def _judged(name: str, sums: Any, tolerance: Decimal) -> Any:
    """Groups that do not agree exactly, with their status: matched (within the tolerance), difference or open."""
    residual = (sums.l - sums.r).cast(MONEY_TYPE)
    both = (sums.l_rows > 0) & (sums.r_rows > 0)
    status = ibis.cases(
        (both & (residual.abs() <= ibis.literal(tolerance).cast(MONEY_TYPE)), "matched"),
        (both, "difference"),
        else_="open",
    )
    judged = sums.mutate(residual=residual, status=status, group_id=_group_id(name, sums))
    return judged.select(*GRAIN, "l_rows", "r_rows", *GROUP)


def _group_id(name: str, table: Any) -> Any:
    return identity(name, "key", table.scope, table.key, table.currency)


def _on_grain(entries: Any, odd: Any) -> list[Any]:
    return [entries.scope == odd.odd_scope, entries.key == odd.odd_key, entries.currency == odd.odd_currency]


def _not_agreeing(entries: Any, side: str, odd: Any) -> Any:
    """Entries of groups that do not agree exactly, and those without a key; group_id is null where they stay open."""
    slim = odd.select(
        odd_scope="scope",
        odd_key="key",
        odd_currency="currency",
        odd_id="group_id",
        odd_status="status",
        odd_residual="residual",
    )
    met = entries.left_join(slim, _on_grain(entries, slim))
    joined = met.filter(met.odd_status.notnull() | met.key.isnull())
    linked = joined.odd_status != "open"
    why = ibis.cases(
        (joined.odd_residual == ZERO, because.KEY),
        (joined.odd_status == "matched", because.KEY_TOLERANCE),
        else_=because.KEY_DIFFERENCE,
    )
    told = joined.mutate(
        side=ibis.literal(side),
        group_id=ibis.ifelse(linked, joined.odd_id, ibis.null().cast("string")),
        evidence=why,
        **{"pass": ibis.literal("key")},
    )
    return conform(told, LINE)


def _agreeing(name: str, entries: Any, side: str, odd: Any) -> Any:
    """Lines of the groups that agree to the last digit."""
    keyed = entries.filter(entries.key.notnull())
    kept = keyed.anti_join(odd, list(GRAIN))
    return conform(
        on_side(kept, side).mutate(
            group_id=_group_id(name, kept), evidence=ibis.literal(because.KEY), **{"pass": ibis.literal("key")}
        ),
        LINE,
    )
