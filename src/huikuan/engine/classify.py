"""What stays open, named: the items, their class, whether they need work (causes: `engine.causes`).

A record's class is the first that fits: its hint (known beforehand), its counterpart in another scope, then by side
and due date. The residual of a group is split into the parts its reconciliation can explain, the rest by its sign.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import ibis

from huikuan.engine import evidence as because
from huikuan.engine.lines import ZERO, identity, union_all
from huikuan.engine.model import ITEM, MONEY_TYPE, Classes, Definition, Sides
from huikuan.engine.workspace import Workspace, conform
from huikuan.records.codes import NO_WORK_CLASSES, OPEN_CLASSES

PART = {
    "group_id": "string", "record_key": "string", "class": "string", "amount": MONEY_TYPE, "document_id": "string",
    "source_row": "int64", "date": "date", "due_date": "date",
}  # fmt: skip
SUGGESTION = {"side": "string", "record_key": "string", "suggestion": "string"}
EMPTY = ibis.literal("")
NEVER = ibis.null().cast("date")


def open_records(definition: Definition, left: Any, right: Any, suggestions: Any, as_of: date, sides: Sides) -> Any:
    """Rows of `open` for entries that no pass took. `sides`: all entries, as they were given."""
    found = union_all(
        conform(_left_classes(definition.classes, left, right, as_of), _CLASSED),
        conform(_right_classes(definition.classes, left, right, sides.left), _CLASSED),
    )
    hints = suggestions.select(s_side="side", s_key="record_key", suggested="suggestion")
    joined = found.left_join(hints, [found.side == hints.s_side, found.record_key == hints.s_key])
    rows = joined.mutate(
        item_id=identity(definition.name, joined.record_key),
        group_id=EMPTY,
        suggestion=joined.suggested.fill_null(""),
        cause=EMPTY,
        evidence=EMPTY,
    )
    return finished(rows, definition.classes, as_of)


_CLASSED = {
    name: kind
    for name, kind in ITEM.items()
    if name
    not in ("item_id", "group_id", "needs_work", "age_days", "cause", "suggestion", "evidence", "cause_evidence")
}


def finished(rows: Any, classes: Classes, as_of: date, explained: Any = None) -> Any:
    """Items (columns of ITEM) with what follows from the class and the dates. What a person explained needs no work."""
    work = ~rows["class"].isin([*NO_WORK_CLASSES, *classes.no_work])
    if explained is not None:
        work = work & ~explained
    age = ibis.literal(as_of).delta(rows.date, unit="day").cast("int64")
    return conform(rows.mutate(needs_work=work, age_days=age), ITEM)


def _elsewhere(entries: Any, others: Any) -> Any:
    """Keys of entries that the other side knows, in the same scope (here) or in others (there). Key: scope, key."""
    mine = entries.filter(entries.key.notnull()).select("scope", "key").distinct()
    theirs = others.filter(others.key.notnull()).select(their_scope="scope", key="key").distinct()
    met = mine.inner_join(theirs, "key")
    return met.group_by(known_scope=met.scope, known_key=met.key).agg(
        here=(met.scope == met.their_scope).any(), there=(met.scope != met.their_scope).any()
    )


def _known(entries: Any, others: Any) -> Any:
    known = _elsewhere(entries, others)
    return entries.left_join(known, [entries.scope == known.known_scope, entries.key == known.known_key])


def _left_classes(classes: Classes, left: Any, right: Any, as_of: date) -> Any:
    known = _known(left, right) if classes.elsewhere else left.mutate(here=False, there=False)
    there = known.there.fill_null(False) & ~known.here.fill_null(False)
    cases = [(known.hint.notnull(), known.hint)]
    if classes.elsewhere:
        cases.append((there, ibis.literal(classes.elsewhere)))
    cases.append((is_due(known.due_date, as_of), ibis.literal(classes.overdue)))
    return known.mutate(side=ibis.literal("left"), **{"class": ibis.cases(*cases, else_=classes.waiting)})


def _right_classes(classes: Classes, left: Any, right: Any, all_left: Any) -> Any:
    """Whether a key is known here is asked of all left entries (a person may have matched or excluded them), whether
    it is known elsewhere of the open ones: numbers that two shops use for orders of their own are no hint."""
    known = right.mutate(here=False, there=False)
    if classes.elsewhere:
        mine = right.filter(right.key.notnull()).select("scope", "key").distinct()
        theirs = all_left.select("scope", "key")  # DuckDB would read all columns of it
        told = mine.semi_join(theirs, ["scope", "key"]).select(told_scope="scope", told_key="key", told=True)
        known = _known(right, left).drop("here")
        known = known.left_join(told, [known.scope == told.told_scope, known.key == told.told_key])
        known = known.mutate(here=known.told)
    here = known.here.fill_null(False)
    cases = [(known.hint.notnull(), known.hint)]
    if classes.elsewhere:
        cases.append((known.there.fill_null(False) & ~here, ibis.literal(classes.elsewhere)))
    cases += [(here, ibis.literal(classes.nothing_owed)), (known.amount < ZERO, ibis.literal(classes.unknown_out))]
    return known.mutate(side=ibis.literal("right"), **{"class": ibis.cases(*cases, else_=classes.unknown_in)})


def is_due(due_date: Any, as_of: date) -> Any:
    """Whether an expected day has passed; what has no expected day is not due."""
    return due_date.notnull() & (due_date < ibis.literal(as_of))


def residual_parts(work: Workspace, definition: Definition, groups: Any, lines: Any, sides: Sides, as_of: date) -> Any:
    """The residual of each differing group as parts with a class, adding up to it. Columns of PART; None where no group
    differs."""
    differing = work.keep(_with_due(groups.filter(groups.status == "difference"), lines))
    if work.empty(differing):
        return None
    if definition.explain is None:
        return work.keep(_rest_parts(definition.classes, differing.mutate(explained=ZERO), as_of))
    said = typed(definition.explain(work, differing, lines, sides))
    said = work.keep(said.filter(said.amount != ZERO))
    sums = said.group_by(part_group=said.group_id).agg(explained=said.amount.sum().cast(MONEY_TYPE))
    joined = differing.left_join(sums, differing.group_id == sums.part_group)
    rest = _rest_parts(definition.classes, joined.mutate(explained=joined.explained.fill_null(ZERO)), as_of)
    return work.keep(union_all(said, rest))


def typed(parts: Any) -> Any:
    """Parts with exactly the columns of PART."""
    return conform(parts, PART)


def _with_due(groups: Any, lines: Any) -> Any:
    """Groups with the last due date of their left entries."""
    of_left = lines.filter(lines.side == "left")
    dues = of_left.group_by(due_group=of_left.group_id).agg(due=of_left.due_date.max())
    return groups.left_join(dues, groups.group_id == dues.due_group).drop("due_group")


def _rest_parts(classes: Classes, groups: Any, as_of: date) -> Any:
    """What is left of the residuals. Where nothing that is compared came yet (fees only), it is like a missing one."""
    rest = (groups.residual - groups.explained).cast(MONEY_TYPE)
    nothing_came = (groups.r_count == 0) & (rest > ZERO)
    class_ = ibis.cases(
        (nothing_came & is_due(groups.due, as_of), classes.overdue),
        (nothing_came, classes.waiting),
        (rest > ZERO, classes.short),
        else_=classes.over,
    )
    named = groups.mutate(amount=rest, record_key=EMPTY, **{"class": class_})
    return typed(named.filter(named.amount != ZERO))


def residual_rows(definition: Definition, parts: Any, lines: Any, as_of: date) -> Any:
    """Rows of `open` for the parts of residuals, one per group and class, shown at the record that tells it best:
    the record of the part itself, else the group's least left one."""
    by = ["group_id", "class", "record_key"] if definition.part_per_record else ["group_id", "class"]
    summed = parts.group_by(by).agg(
        amount=parts.amount.sum().cast(MONEY_TYPE),
        at=parts.record_key.max(),
        at_document=parts.document_id.max(),
        at_row=parts.source_row.max(),
        at_date=parts.date.max(),
        at_due=parts.due_date.max(),
    )
    if definition.part_per_record:
        summed = summed.drop("record_key")
    left = lines.side == "left"
    facts = lines.group_by(of_group=lines.group_id).agg(
        members=lines.record_key.collect().sort().join("\n"),
        first=lines.record_key.argmin(ibis.ifelse(left, "0", "1") + lines.record_key),
        due=lines.due_date.max(),
    )
    joined = summed.inner_join(facts, summed.group_id == facts.of_group)
    inside = (joined["at"] != "") & joined.at_document.isnull()
    joined = joined.mutate(place=ibis.ifelse(inside, joined["at"], joined["first"]))
    shown = lines.select(
        at_group="group_id", at_key="record_key", scope="scope", document_id="document_id", source_row="source_row",
        order_no="order_no", date="date", currency="currency",
    )  # fmt: skip
    placed = joined.inner_join(shown, [joined.group_id == shown.at_group, joined.place == shown.at_key])
    named = placed.members + "\n" + placed["at"] if definition.part_per_record else placed.members
    rows = placed.mutate(
        item_id=identity(definition.name, placed["class"], named),
        document_id=placed.at_document.fill_null(placed.document_id),
        source_row=ibis.ifelse(placed.at_document.notnull(), placed.at_row, placed.source_row),
        date=placed.at_date.fill_null(placed.date),
        record_key=EMPTY,
        side=ibis.literal("left"),
        due_date=placed.at_due.fill_null(placed.due),
        cause=EMPTY,
        suggestion=EMPTY,
        evidence=ibis.literal(because.KEY_DIFFERENCE),
    )
    return finished(rows, definition.classes, as_of)


def noted_rows(definition: Definition, noted: Any, as_of: date) -> Any:
    """Rows of `open` for findings about records that are linked by key (columns of NOTED). They have their group, if
    any, and no record_key, as a record in a link is not open; amount as on the right side."""
    rows = noted.mutate(
        item_id=identity(definition.name, noted["class"], noted.about),
        group_id=identity(definition.name, "key", noted.scope, noted.key, noted.currency).fill_null(""),
        record_key=EMPTY,
        side=ibis.literal("right"),
        cause=EMPTY,
        suggestion=EMPTY,
    )
    return finished(rows, definition.classes, as_of)


def first_classes(parts: Any) -> Any:
    """The first class of each differing group, in the order of the closed list: columns group_id, class."""
    order = {code: f"{number:02d}" for number, code in enumerate(OPEN_CLASSES)}
    ranked = parts.mutate(rank=parts["class"].cases(*order.items(), else_="99"))
    return ranked.group_by("group_id").agg(**{"class": ranked["class"].argmin(ranked["rank"] + ranked["class"])})


def late_groups(groups: Any, lines: Any) -> Any:
    """Groups that agree, whose money came after the last due date of their left entries: columns group_id, class."""
    left = lines.side == "left"
    told = lines.group_by("group_id").agg(
        due=ibis.ifelse(left, lines.due_date, NEVER).max(),
        came=ibis.ifelse(~left & (lines.compared > ZERO), lines.date, NEVER).max(),
        expected=ibis.ifelse(left, lines.compared, ZERO).sum(),
    )
    late = told.filter((told.expected > ZERO) & (told.came > told.due))
    return (
        groups.filter(groups.status == "matched")
        .semi_join(late, "group_id")
        .select("group_id", **{"class": ibis.literal("late")})
    )


def decided_residuals(definition: Definition, decided: Any, links: Any, as_of: date) -> Any:
    """Rows of `open` for manual matches that differ without being forced. With a reason given they need no work."""
    open_ones = decided.filter((decided.residual != ZERO) & ~decided.forced)
    shown = links.select(
        at_group="group_id", at_key="record_key", scope="scope", document_id="document_id", source_row="source_row",
        order_no="order_no", date="date", currency="currency",
    )  # fmt: skip
    placed = open_ones.inner_join(shown, [open_ones.group_id == shown.at_group, open_ones.record_key == shown.at_key])
    class_ = ibis.ifelse(placed.residual > ZERO, definition.classes.short, definition.classes.over)
    rows = placed.mutate(
        item_id=identity(definition.name, placed.group_id, class_),
        record_key=EMPTY,
        side=ibis.literal("left"),
        amount=placed.residual,
        due_date=ibis.null().cast("date"),
        suggestion=EMPTY,
        evidence=ibis.ifelse(placed.conflict, because.CONFLICT_CHANGED, because.MANUAL),
        **{"class": class_},
    )
    return finished(rows, definition.classes, as_of, explained=(rows.cause != "") & ~rows.conflict)
