"""What stands between two records in the passes that look at sums: a day, a run of entries, a subset. See `engine.why`.

Left records are the parts of the right one in the batch pass; in the subset pass the smaller is a part of the greater.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from decimal import Decimal

from huikuan.engine.pass4_batch import LONGEST_RUN
from huikuan.engine.pass5_subset import CANDIDATES_AT_MOST, DIGITS, Item, adding_up, is_telling, meets
from huikuan.engine.why_pairs import (
    Case,
    Reason,
    Told,
    currencies,
    direction,
    out_of_window,
    reaches,
    targets,
    unpairable,
)
from huikuan.records.messages import gettext_noop as _
from huikuan.records.messages import register

ZERO = Decimal(0)

register(
    {
        "why.day_alone": _("The left record is the only open one of its account on that day: no batch."),
        "why.day_sum": _(
            "The open amounts of that day add up to %(sum)s, the right record has %(right)s: they differ by "
            "%(difference)s."
        ),
        "why.run_sum": _("No consecutive amounts with this one, within the window of days, add up to %(right)s."),
        "why.sum_equal": _("The amounts are equal: nothing has to be added up."),
        "why.sum_many": _(
            "More than %(most)s open amounts come into question: too many to tell a sum from coincidence."
        ),
        "why.sum_none": _("Of %(among)s open amounts within the window of days, none with this one add up to %(sum)s."),
        "why.sum_several": _("There are several ways to add up to %(sum)s: ambiguous."),
        "why.sum_coincidence": _(
            "Of %(among)s open amounts, these add up to %(sum)s; among so many that may be a coincidence."
        ),
    }
)


def by_day(case: Case) -> Reason | None:
    """The open entries of the left record's account and day add up to the right record."""
    left, right = case.left, case.right
    found = _batch(case, left)
    if found:
        return found
    same = [
        each
        for each in _parts(case, "day")
        if (each.scope, each.target, each.currency, each.day) == (left.scope, left.target, left.currency, left.day)
    ]
    if len(same) < 2:
        return Reason("why.day_alone")
    total = sum((each.compared for each in same), ZERO)
    if total != right.compared:
        figures = {"sum": total, "right": right.compared, "difference": abs(total - right.compared)}
        return Reason("why.day_sum", {name: f"{value:.5f}" for name, value in figures.items()})
    return _torn(case, same)


def by_run(case: Case) -> Reason | None:
    """Consecutive entries of the left record's account, it among them, add up to the right record."""
    found = _batch(case, case.left)
    if found:
        return found
    runs = list(_runs(case))
    if not runs:
        return Reason("why.run_sum", {"right": f"{case.right.compared:.5f}"})
    return _torn(case, runs[0]) if len(runs) == 1 else None


def by_subset(case: Case) -> Reason | None:
    """A few entries of one account add up to one of the other side, and there is one way only."""
    left, right = case.left, case.right
    found = unpairable(left) or unpairable(right) or _apart(case) or currencies(left, right) or targets(left, right)
    found = found or direction(left, right) or out_of_window(case, left, right)
    if found:
        return found
    if abs(left.compared) == abs(right.compared):
        return Reason("why.sum_equal")
    of, part = (right, left) if abs(right.compared) > abs(left.compared) else (left, right)
    return _sum_of(case, of, part)


def _sum_of(case: Case, of: Told, part: Told) -> Reason | None:
    target = _item(of)
    items = sorted(_item(each) for each in _candidates(case, of, part.scope))
    figures = {"sum": f"{of.compared:.5f}", "among": str(len(items))}
    if len(items) > CANDIDATES_AT_MOST:
        return Reason("why.sum_many", {"most": str(CANDIDATES_AT_MOST)})
    kept = [item for item in items if (target.key, item.key) not in case.apart]
    found = [[kept[place] for place in places] for places in adding_up([item.amount for item in kept], target.amount)]
    if len(found) > 1:
        return Reason("why.sum_several", figures)
    if not any(item.key == part.record_key for subset in found for item in subset):
        return Reason("why.sum_none", figures)
    return None if is_telling(kept, found[0], case.apart) else Reason("why.sum_coincidence", figures)


def _candidates(case: Case, of: Told, scope: str) -> Iterator[Told]:
    """What of one account may be a part of a record: open, of its direction, no greater, within the window."""
    for each in _near(case, "left" if of.side == "right" else "right", "subset"):
        pair = (each, of) if of.side == "right" else (of, each)
        apart = currencies(each, of) or targets(*pair) or direction(*pair) or out_of_window(case, *pair)
        if each.scope == scope and abs(each.compared) <= abs(of.compared) and not apart:
            yield each


def _batch(case: Case, left: Told) -> Reason | None:
    """What the two give against any batch."""
    right = case.right
    found = unpairable(left) or unpairable(right) or _apart(case) or currencies(left, right) or targets(left, right)
    return found or out_of_window(case, left, right)


def _runs(case: Case) -> Iterator[list[Told]]:
    """Runs of at least two consecutive entries, the left record among them, that add up to the right one."""
    left, right = case.left, case.right
    assert right.day is not None  # noqa: S101 - `_batch` was asked
    first, last = right.day - timedelta(days=case.window.days), right.day + timedelta(days=case.window.lead)
    ordered = sorted(
        (
            each
            for each in _parts(case, "run")
            if (each.scope, each.currency) == (left.scope, left.currency) and first <= (each.day or first) <= last
        ),
        key=_place,
    )
    starts: dict[Decimal, list[int]] = defaultdict(list)
    total, own = ZERO, next(n for n, each in enumerate(ordered) if each.record_key == left.record_key)
    for place, each in enumerate(ordered):
        starts[total].append(place)
        total += each.compared
        if place < own or not meets(each.target, right.scope) or not meets(right.target, each.scope):
            continue
        for start in starts.get(total - right.compared, ()):
            if start <= own and 0 < place - start < LONGEST_RUN:
                yield ordered[start : place + 1]


def _place(record: Told) -> tuple[object, ...]:
    """The order in which the batch pass lays entries out."""
    assert record.day is not None  # noqa: S101 - only pairable ones
    moment = record.moment or datetime.combine(record.day, time())
    return record.day, moment, record.seq or 0, record.record_key


def _parts(case: Case, stage: str) -> list[Told]:
    return list(_near(case, "left", stage))


def _near(case: Case, side: str, stage: str) -> Iterator[Told]:
    """Records of a side that were still there when a stage began and may be paired."""
    return (each for each in case.near if each.side == side and each.pairable and reaches(each, stage))


def _torn(case: Case, parts: list[Told]) -> Reason | None:
    """Whether a person took a part of a batch away from the right record."""
    key = case.right.record_key
    return Reason("why.apart") if any((each.record_key, key) in case.apart for each in parts) else None


def _apart(case: Case) -> Reason | None:
    return Reason("why.apart") if case.are_apart else None


def _item(record: Told) -> Item:
    """A record as the subset pass reckons with it."""
    assert record.day is not None  # noqa: S101 - only pairable ones
    amount = int(record.compared.scaleb(DIGITS))
    way = 1 if amount > 0 else -1
    return Item(abs(amount), record.record_key, record.scope, record.target, record.currency, way, record.day)
