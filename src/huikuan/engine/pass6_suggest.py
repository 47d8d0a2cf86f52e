"""Pass 6, suggest: for what stays open on both sides, the likeliest counterparts with reasons. Never applied.

An open record, or the open records of one side that name one key, is a *unit*. Units meet in blocks (an equal amount,
nearly the same amount, a number in common, the beginning or the end of a number); in a block each meets only the few
nearest in time, so that there are at most some dozens of pairs per unit and no pairwise scan. What a pair has in common
becomes features, a weighted sum of them a likelihood. The weights are fixed ones, moved by what people decided: what
they matched is right, what they took apart is wrong (`fitted`).
"""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from huikuan.engine.classify import SUGGESTION
from huikuan.engine.lines import ZERO, on_side, union_all
from huikuan.engine.model import ENTRY, SUM_TYPE, Definition, Sides
from huikuan.engine.pass0_decisions import blocked_pairs
from huikuan.engine.pass2_reference import HINTS_PAIRED, SHORTEST_KEY, canonical, may_meet, without_blocked
from huikuan.engine.pass3_amount import Window
from huikuan.engine.workspace import Workspace, conform, typed_table
from huikuan.records.decisions import Decisions
from huikuan.records.messages import gettext_noop as _
from huikuan.records.messages import register

SUGGESTED_AT_MOST = 3
REACH = 4  # units before and after in time that one meets in a block
DAYS_AT_MOST = 45  # apart, unless they have a number in common
NEAR = 0.03  # of an amount: what a fee may take away
EDITS_AT_MOST = 3  # between two numbers taken for one
HEAD, TAIL = 10, 8  # characters of a number that a slip elsewhere leaves whole
LEAST_LIKELY = 0.1  # is not shown

# What a pair has in common, each from 0 to 1, and what it weighs before anybody decided anything.
WEIGHTS: Mapping[str, float] = {
    "always": -3.0,
    "number": 5.0,  # a number in common
    "near_number": 3.0,  # 1: no edit, 0: more than EDITS_AT_MOST
    "amount": 1.5,  # equal
    "near_amount": 3.0,  # 1: equal, 0: NEAR apart
    "words": 1.5,  # share of the words of the shorter text that the other has
    "days": -2.0,  # 0: the same day, 1: a window or more apart
    "early": -1.5,  # the right one lies before what the window allows
    "rivals": -1.0,  # the logarithm of how many have such an amount (may exceed 1)
}
PRIOR = 2.0  # how firmly the fixed weights hold against decisions

UNIT = {
    "unit": "string", "scope": "string", "target": "string", "currency": "string", "day": "date", "amount": SUM_TYPE,
    "number": "string", "words": "array<string>",
}  # fmt: skip
MEMBER = {"side": "string", "record_key": "string", "unit": "string"}

register(
    {
        "suggest.number": _("Both carry the same number"),
        "suggest.near_number": _("The numbers differ in %(edits)s characters"),
        "suggest.amount": _("The amounts are equal"),
        "suggest.near_amount": _("The amounts differ by %(difference)s"),
        "suggest.words": _("Words of the texts agree"),
        "suggest.same_day": _("The same day"),
        "suggest.days": _("Days apart: %(days)s"),
        "suggest.rivals": _("Others of such an amount: %(others)s"),
    }
)
DOUBTS = frozenset(("suggest.near_amount", "suggest.rivals"))


def suggest(definition: Definition, left: Any, right: Any, window: Window, sides: Sides, decisions: Decisions) -> Any:
    """The likeliest counterparts of open entries, columns of SUGGESTION.

    Reckoned on the driver: entries of another backend are fetched, since what is open is little. `sides`: all entries,
    for the records of decisions.
    """
    driver = Workspace(ibis.duckdb.connect() if _elsewhere(left) else left.get_backend())
    try:
        weights = fitted(driver, definition.name, sides, decisions, window)
        here, there = (_fetched(driver, side) for side in (left, right))
        blocked = blocked_pairs(definition.name, decisions)
        found = _suggestions(driver, here, there, window, blocked, weights, definition.across)
        return typed_table([], SUGGESTION) if found is None else ibis.memtable(found)
    finally:
        driver.close()


def _elsewhere(table: Any) -> bool:
    return bool(table.get_backend().name != "duckdb")


def _fetched(driver: Workspace, entries: Any) -> Any:
    """Entries as a table of the driver."""
    if not _elsewhere(entries):
        return entries
    return driver.backend.create_table(ibis.util.gen_name("entries"), entries.to_pyarrow(), temp=True)


def _suggestions(
    work: Workspace, left: Any, right: Any, window: Window, blocked: Any, weights: Mapping[str, float], across: bool
) -> pa.Table | None:
    """Rows of SUGGESTION, None where there are none. `across`: the sides lie in different accounts, and each record is
    a unit."""
    members, lefts, rights = _units(work, left, right, across)
    met = without_blocked(_met(lefts, rights, across), blocked)
    pairs = _compared(work.keep(met), lefts, rights).to_pyarrow()
    if not pairs.num_rows:
        return None
    ends = _ends(pairs)
    features = features_of(pairs, window)
    features["rivals"] = _rivals(ends, (features["near_amount"] > 0, _equal(pairs)))
    told = likelihood(features, weights)
    best = [row for side in ("left", "right") for row in _best_of_side(pairs, features, told, ends, side)]
    of_unit = typed_table(best, {"side": "string", "unit": "string", "suggestion": "string"})
    return conform(members.inner_join(of_unit, ["side", "unit"]), SUGGESTION).to_pyarrow()


def _units(work: Workspace, left: Any, right: Any, across: bool) -> tuple[Any, Any, Any]:
    """Members (side, record_key, unit), left units, right units. A unit is named after its least record."""
    both = union_all(
        *(on_side(conform(_waiting(side), ENTRY), name) for name, side in (("left", left), ("right", right)))
    )
    if not across:
        same = ibis.window(group_by=["side", "scope", "currency", both.key.fill_null(both.record_key)])
        both = both.mutate(unit=both.record_key.min().over(same))
    else:
        both = both.mutate(unit=both.record_key)
    kept = work.keep(both)
    units = [work.keep(_grouped(kept.filter(kept.side == side))) for side in ("left", "right")]
    return conform(kept, MEMBER), *units


def _waiting(entries: Any) -> Any:
    return entries.filter((entries.hint.isnull() | entries.hint.isin(HINTS_PAIRED)) & entries.date.notnull())


def _grouped(entries: Any) -> Any:
    """One row per `unit` of entries."""
    told = entries.group_by("unit").agg(
        scope=entries.scope.min(), target=entries.target.min(), currency=entries.currency.min(),
        day=entries.date.min(), amount=entries.compared.sum().cast(SUM_TYPE), number=canonical(entries.key).min(),
        text=entries.reference.max(),
    )  # fmt: skip
    text = told.number.fill_null("") + " " + canonical(told.text.fill_null(""))
    words = text.split(" ").unique()
    return conform(told.mutate(words=words.filter(lambda word: word.length() > 1)), UNIT)


def _met(lefts: Any, rights: Any, across: bool) -> Any:
    """Pairs of units that share a block and are near in time: columns left_key, right_key."""
    blocks = [_near(_numbers(lefts), _numbers(rights))]
    for value in (_by_amount, _by_size, _by_head, _by_tail):
        one, other = value(lefts, across, False), value(rights, across, True)
        blocks.append(_near(one, other))
    pairs = union_all(*blocks).distinct()
    return pairs


def _block(units: Any, value: Any, across: bool) -> Any:
    """Units by a value, within a currency and, on one account, a shop: columns unit, day, block."""
    parts = [units.currency.fill_null(""), ibis.literal("*") if across else units.scope.fill_null(""), value]
    return units.select("unit", "day", block=parts[0].concat("|", parts[1], "|", parts[2]))


def _by_amount(units: Any, across: bool, _other: bool) -> Any:
    some = units.filter(units.amount != ZERO)
    return _block(some, some.amount.cast("string"), across)


def _by_size(units: Any, across: bool, other: bool) -> Any:
    """Steps of NEAR in size and direction; the other side stands in its neighbours' too."""
    some = units.filter(units.amount.abs() >= ibis.literal(Decimal(1)))
    size = ibis.greatest(some.amount.abs().cast("float64"), ibis.literal(1.0))  # a database may ask before it filters
    step = (size.ln() / ibis.literal(math.log1p(NEAR))).floor().cast("int64")
    spread = some.mutate(step=step)
    if other:
        spread = spread.mutate(aside=ibis.range(-1, 2)).unnest("aside")
        spread = spread.mutate(step=spread.step + spread.aside)
    way = ibis.ifelse(spread.amount > ZERO, ibis.literal("+"), ibis.literal("-"))
    return _block(spread, way.concat(spread.step.cast("string")), across)


def _by_head(units: Any, across: bool, _other: bool) -> Any:
    some = units.filter(units.number.length() > HEAD)
    return _block(some, some.number.substr(0, HEAD), across)


def _by_tail(units: Any, across: bool, _other: bool) -> Any:
    some = units.filter(units.number.length() > TAIL)
    return _block(some, some.number.substr(some.number.length() - TAIL, TAIL), across)


def _numbers(units: Any) -> Any:
    """Units by each long word with a digit, wherever they are: an order of another shop is found too."""
    words = units.select("unit", "day", "currency", word="words").unnest("word")
    long = words.filter((words.word.length() >= SHORTEST_KEY) & words.word.re_search("[0-9]"))
    return long.select("unit", "day", block=long.currency.fill_null("").concat("|", long.word))


def _near(lefts: Any, rights: Any) -> Any:
    """In each block, the left units that are next to a right one in time, REACH on either side."""
    one, other = lefts.mutate(late=ibis.literal(0)), rights.mutate(late=ibis.literal(1))
    both = union_all(one, other).semi_join(lefts.semi_join(rights, "block").select("block").distinct(), "block")
    order = [both.day, both.late, both.unit]
    sofar = ibis.window(group_by="block", order_by=order, preceding=(None, 0))
    placed = both.mutate(place=(1 - both.late).sum().over(sofar).cast("int64"))
    here = placed.filter(placed.late == 0).select("block", "place", left_key="unit")
    there = placed.filter(placed.late == 1).mutate(offset=ibis.range(1 - REACH, REACH + 1)).unnest("offset")
    wanted = there.select("block", right_key="unit", place=there.place + there.offset)
    return here.inner_join(wanted, ["block", "place"]).select("left_key", "right_key")


def _compared(met: Any, lefts: Any, rights: Any) -> Any:
    """Pairs with what the features are made of; without those that may not meet or lie too far apart."""
    one = lefts.rename(**{f"left_{name}": name for name in UNIT})
    other = rights.rename(**{f"right_{name}": name for name in UNIT})
    joined = met.inner_join(one, met.left_key == one.left_unit).inner_join(other, ibis._.right_key == other.right_unit)
    shared = joined.left_words.intersect(joined.right_words)
    least = ibis.least(joined.left_words.length(), joined.right_words.length())
    edits = ibis.ifelse(
        joined.left_number.notnull() & joined.right_number.notnull(),
        joined.left_number.fill_null("").levenshtein(joined.right_number.fill_null("")),
        ibis.literal(99),
    )
    told = joined.select(
        "left_key", "right_key", left_amount="left_amount", right_amount="right_amount",
        apart=joined.right_day.delta(joined.left_day, unit="day").cast("int64"),
        edits=edits.cast("int64"), shared=shared.length().cast("int64"), least=least.cast("int64"),
        numbers=shared.filter(lambda word: (word.length() >= SHORTEST_KEY) & word.re_search("[0-9]")).length() > 0,
        meets=may_meet(joined.left_target, joined.right_scope) & may_meet(joined.right_target, joined.left_scope),
    )  # fmt: skip
    near = told.filter(told.meets & (told.numbers | (told.apart.abs() <= DAYS_AT_MOST)))
    return near.drop("meets").order_by("left_key", "right_key")


def features_of(pairs: pa.Table, window: Window) -> dict[str, np.ndarray]:
    """The features of WEIGHTS for pairs (`_compared`), but for rivals: 0."""
    amounts = [_floats(pairs[f"{side}_amount"]) for side in ("left", "right")]
    largest = np.maximum(np.maximum(np.abs(amounts[0]), np.abs(amounts[1])), 1e-9)
    gap = np.abs(amounts[0] - amounts[1]) / largest
    equal = _equal(pairs)
    apart, edits = (_floats(pairs[name]) for name in ("apart", "edits"))
    return {
        "always": np.ones(pairs.num_rows),
        "number": _floats(pairs["numbers"]),
        "near_number": np.clip(1 - edits / (EDITS_AT_MOST + 1), 0, 1),
        "amount": (equal & (amounts[0] != 0)).astype(float),
        "near_amount": np.clip(1 - gap / NEAR, 0, 1),
        "words": _floats(pairs["shared"]) / np.maximum(_floats(pairs["least"]), 1),
        "days": np.clip(np.abs(apart) / max(window.days, 1), 0, 1),
        "early": (apart < -window.lead).astype(float),
        "rivals": np.zeros(pairs.num_rows),
    }


def _floats(column: Any) -> np.ndarray:
    return np.asarray(pc.cast(column, pa.float64()).to_numpy())


def _equal(pairs: pa.Table) -> np.ndarray:
    return np.asarray(pc.equal(pairs["left_amount"], pairs["right_amount"]).to_numpy(zero_copy_only=False))


def _ends(pairs: pa.Table) -> dict[str, np.ndarray]:
    """The units of pairs by side, each as its place among all their names in order."""
    sides = {side: pairs[f"{side}_key"] for side in ("left", "right")}
    names = pc.unique(pa.chunked_array([chunk for keys in sides.values() for chunk in keys.chunks], pa.string()))
    names = names.take(pc.array_sort_indices(names))
    return {side: np.asarray(pc.index_in(keys, value_set=names).to_numpy()) for side, keys in sides.items()}


def _rivals(ends: Mapping[str, np.ndarray], alike: Sequence[np.ndarray]) -> np.ndarray:
    """The logarithm of how many candidates of such an amount (the last of `alike` that holds for a pair) the one of a
    pair has that has more of them."""
    left, right = ends["left"], ends["right"]
    size = max(left.max(), right.max()) + 1
    found = np.ones(len(left))
    for such in alike:
        counts = np.bincount(left[such], minlength=size) + np.bincount(right[such], minlength=size)
        found = np.where(such, np.maximum(counts[left], counts[right]), found)
    return np.asarray(np.log(found))


def likelihood(features: Mapping[str, np.ndarray], weights: Mapping[str, float]) -> np.ndarray:
    """From 0 to 1, to four digits: the logistic function of the weighted sum."""
    total = sum((features[name] * weight for name, weight in weights.items()), np.zeros(len(features["always"])))
    return np.asarray(np.round(1 / (1 + np.exp(-total)), 4))


def _best_of_side(
    pairs: pa.Table,
    features: Mapping[str, np.ndarray],
    told: np.ndarray,
    ends: Mapping[str, np.ndarray],
    side: str,
) -> Iterator[dict[str, str]]:
    """The units of a side with what is suggested to each."""
    other = "left" if side == "right" else "right"
    chosen = _best(told, ends[side], ends[other])
    shown = pairs.take(chosen).to_pylist()
    kept = {name: values[chosen] for name, values in features.items()}
    for _unit, rows in itertools.groupby(range(len(shown)), lambda row: shown[row][f"{side}_key"]):
        candidates = list(rows)
        suggestion = {
            "pass": "suggest",
            "keys": [shown[row][f"{other}_key"] for row in candidates],
            "likely": [f"{told[chosen[row]]:.2f}" for row in candidates],
            "why": [list(_reasons(shown[row], kept, row)) for row in candidates],
        }
        unit = shown[candidates[0]][f"{side}_key"]
        yield {"side": side, "unit": unit, "suggestion": json.dumps(suggestion, ensure_ascii=False)}


def _best(told: np.ndarray, mine: np.ndarray, other: np.ndarray) -> np.ndarray:
    """The pairs that are shown to the units `mine`, unit by unit, the likeliest first; of equal ones by name."""
    rows = np.flatnonzero(told >= LEAST_LIKELY)
    rows = rows[np.lexsort((other[rows], -told[rows], mine[rows]))]
    unit = mine[rows]
    place = np.arange(len(rows)) - np.searchsorted(unit, unit)
    return np.asarray(rows[place < SUGGESTED_AT_MOST])


def _reasons(pair: Mapping[str, Any], features: Mapping[str, np.ndarray], row: int) -> Iterator[dict[str, Any]]:
    """What speaks for a pair, and what against, as codes with parameters. `row`: its place in the features."""
    if features["number"][row]:
        yield {"code": "suggest.number"}
    elif features["near_number"][row]:
        yield {"code": "suggest.near_number", "edits": pair["edits"]}
    difference = pair["left_amount"] - pair["right_amount"]
    if not difference:
        yield {"code": "suggest.amount"}
    elif features["near_amount"][row]:
        yield {"code": "suggest.near_amount", "difference": f"{difference.normalize():f}"}
    if features["words"][row] >= 0.5 and not features["number"][row]:
        yield {"code": "suggest.words"}
    days = abs(pair["apart"])
    yield {"code": "suggest.days", "days": days} if days else {"code": "suggest.same_day"}
    others = round(math.exp(features["rivals"][row])) - 1
    if others > 0:
        yield {"code": "suggest.rivals", "others": others}


def fitted(work: Workspace, name: str, given: Sides, decisions: Decisions, window: Window) -> Mapping[str, float]:
    """The weights as people's decisions move them: logistic regression by Newton's method, drawn to WEIGHTS."""
    rows = list(_decided(name, decisions))
    if not rows:
        return WEIGHTS
    members = typed_table(rows, {"unit": "string", "record_key": "string", "right": "boolean"})
    sides = []
    for side in (given.left, given.right):
        known = side.filter(side.record_key.isin(sorted({row["record_key"] for row in rows})))
        found = _fetched(work, conform(known, ENTRY)).inner_join(members, "record_key")
        sides.append(work.keep(_grouped(found)))
    met = sides[0].select(left_key="unit").inner_join(sides[1].select(right_key="unit"), [("left_key", "right_key")])
    pairs = _compared(work.keep(met.select("left_key", "right_key")), *sides).to_pyarrow()
    if not pairs.num_rows:
        return WEIGHTS
    truth = {row["unit"]: row["right"] for row in rows}
    table = features_of(pairs, window)
    x = np.column_stack([table[feature] for feature in WEIGHTS])
    y = np.array([truth[unit] for unit in pairs["left_key"].to_pylist()], dtype="float64")
    return dict(zip(WEIGHTS, newton(x, y, np.array(list(WEIGHTS.values()))).tolist(), strict=True))


def newton(x: np.ndarray, y: np.ndarray, prior: np.ndarray, rounds: int = 25) -> np.ndarray:
    """Weights of a logistic regression of `y` (0 or 1) on `x`, with a normal prior around `prior`."""
    weights = prior.copy()
    for _round in range(rounds):
        chance = 1 / (1 + np.exp(-np.clip(x @ weights, -30, 30)))
        slope = x.T @ (chance - y) + PRIOR * (weights - prior)
        bend = x.T @ (x * (chance * (1 - chance))[:, None]) + PRIOR * np.eye(len(prior))
        step = np.linalg.solve(bend, slope)
        weights = weights - step
        if np.abs(step).max() < 1e-9:
            break
    return weights


def _decided(name: str, decisions: Decisions) -> Iterator[dict[str, Any]]:
    """Records that belong together, and such that do not, each set with an identity."""
    own = decisions.about(name)
    for match in sorted(own.matches, key=lambda match: match.group_id):
        yield from ({"unit": f"+{match.group_id}", "record_key": m.record_key, "right": True} for m in match.members)
    for number, apart in enumerate(own.not_these):
        yield from ({"unit": f"-{number}", "record_key": key, "right": False} for key in apart.record_keys)
