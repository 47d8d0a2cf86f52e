"""From matched entries to rows of `links`, and from entries to identities. Used by all passes.

A *line* is an entry with its side, group and pass: columns `LINE`. A *group* says how its lines agree: `GROUP`.
"""

from __future__ import annotations

import hashlib
from typing import Any

import ibis

from huikuan.engine.model import ENTRY, LINKS, MONEY_TYPE, STORED_LINKS, SUM_TYPE
from huikuan.engine.workspace import conform

LINE: dict[str, str] = {**ENTRY, "side": "string", "group_id": "string", "pass": "string", "evidence": "string"}

# One row per group. residual = l - r of what is compared; r_count counts right entries that are compared.
GROUP: dict[str, str] = {
    "group_id": "string",
    "l": SUM_TYPE,
    "r": SUM_TYPE,
    "residual": MONEY_TYPE,
    "r_count": "int64",
    "status": "string",
}

ZERO = ibis.literal(0).cast(MONEY_TYPE)


def identity(*parts: Any) -> Any:
    """An md5 of texts in order, as 32 hexadecimal digits."""
    texts = [ibis.literal(part) if isinstance(part, str) else part for part in parts]
    joined = texts[0]
    for text in texts[1:]:
        joined = joined + "\n" + text
    return joined.hexdigest("md5")


def plain_identity(*parts: str) -> str:
    """`identity` of plain texts."""
    return hashlib.md5("\n".join(parts).encode(), usedforsecurity=False).hexdigest()


def union_all(*tables: Any) -> Any:
    """All rows of tables with the same columns."""
    return tables[0] if len(tables) == 1 else ibis.union(*tables, distinct=False)


def more_than_one(value: Any, window: Any) -> Any:
    """Whether the rows of a window have several values (Spark counts no distinct ones over windows)."""
    return value.min().over(window) != value.max().over(window)


def compared_by_side(lines: Any) -> Any:
    """Per group what each side brings. One row per group_id."""
    left = lines.side == "left"
    return lines.group_by("group_id").agg(
        l=ibis.ifelse(left, lines.compared, ZERO).sum().cast(SUM_TYPE),
        r=ibis.ifelse(left, ZERO, lines.compared).sum().cast(SUM_TYPE),
        r_count=(~left & (lines.compared != ZERO)).sum().cast("int64"),
    )


def judged(groups: Any, tolerance: Any) -> Any:
    """Groups (group_id, l, r, r_count) with residual and status: matched within the tolerance, else difference."""
    residual = (groups.l - groups.r).cast(MONEY_TYPE)
    status = ibis.ifelse(residual.abs() <= ibis.literal(tolerance).cast(MONEY_TYPE), "matched", "difference")
    return conform(groups.mutate(residual=residual, status=status), GROUP)


def link_rows(lines: Any, groups: Any, classes: Any) -> Any:
    """Rows of STORED_LINKS for lines whose groups are judged. `classes`: group_id, class (the group's first)."""
    joined = lines.inner_join(groups.select("group_id", "residual", "status"), "group_id")
    firsts = classes.select(class_group="group_id", first_class="class")
    named = joined.left_join(firsts, joined.group_id == firsts.class_group)
    return as_links(named, named.residual, named.status, named.first_class.fill_null(""))


def as_links(lines: Any, residual: Any, status: Any, class_: Any, allocated: Any = None, reason: Any = None) -> Any:
    """Lines as rows of STORED_LINKS; an automatic link takes its record whole."""
    return conform(
        lines.mutate(
            allocated=lines.amount if allocated is None else allocated,
            status=status,
            residual=residual,
            reason=ibis.literal("") if reason is None else reason,
            **{"class": class_},
        ),
        STORED_LINKS,
    )


def named_links(links: Any) -> Any:
    """Stored links with their identity: rows of LINKS."""
    return conform(links.mutate(link_id=(links.group_id + links.record_key).hexdigest("md5")), LINKS)


def on_side(entries: Any, side: str) -> Any:
    """Entries with their side."""
    return entries.mutate(side=ibis.literal(side))


def assigned_lines(left: Any, right: Any, assignment: Any) -> Any:
    """The lines of an assignment (side, record_key, group_id, pass, evidence)."""
    both = union_all(on_side(conform(left, ENTRY), "left"), on_side(conform(right, ENTRY), "right"))
    return conform(both.inner_join(assignment, ["side", "record_key"]), LINE)


def without(entries: Any, side: str, assignment: Any) -> Any:
    """Entries that an assignment leaves over."""
    taken = assignment.filter(assignment.side == side).select("record_key")
    return entries.anti_join(taken, "record_key")
