"""Why two records were put together or not: the reasons agree with what the passes do.

Many small worlds (accounts that pay into one bank each) are reconciled at once. Of every pair within a world: joined by
a pass means that nothing of the two stood in that pass's way; not joined means that every pass they both reached names
a reason. And what a reason names, mended in a copy of its world, makes the pair match or moves on to another reason.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import ibis

from huikuan.engine import Definition, Passes, Sides, reconcile
from huikuan.engine.pass3_amount import Window
from huikuan.engine.why import Verdict, first_obstacle, judge, stage_of, why
from huikuan.engine.why_pairs import STAGES, Case, Told, Went
from huikuan.records.decisions import Decisions, Exclusion, ManualMatch, Member, NotThese
from tests.engine.build import AS_OF, Row, day, entries, entry, money, rows

BETWEEN = Definition(
    name="between",
    prepare=lambda facts, rules, as_of: Sides(None, None),
    passes=Passes(key="applies", reference="applies", amount="applies", batch="applies", subset="applies"),
    across=True,
    window_days=4,
    lead_days=1,
)
WITHIN = replace(BETWEEN, name="within", passes=Passes(key="applies", batch="applies", runs=False), across=False)
World = tuple[list[Row], list[Row]]


def world(number: int, chance: random.Random) -> World:
    """A few records of two accounts that belong together, with what can stand in their way. In a calm one, little can,
    and what came is one sum of some of them."""
    calm = chance.random() < 0.5
    choices = (1317, 2411, 3533, 4657) if calm else (100, 100, 100, 250, 70, 30, 1317, 2411)
    amounts = [chance.choice(choices) for _ in range(chance.randint(1, 4))]
    left = [_record(chance, number, place, amount, "L", calm) for place, amount in enumerate(amounts)]
    right = [_record(chance, number, place, amount, "R", calm) for place, amount in enumerate(amounts)]
    if calm and chance.random() < 0.8:
        some = sum(chance.sample(amounts, max(1, len(amounts) - chance.randint(0, 1))))
        right = [_record(chance, number, 9, some, "R", calm)]
    return left, right


def _record(chance: random.Random, number: int, place: int, amount: int, side: str, calm: bool) -> Row:
    def rarely(*values: Any) -> Any:
        return values[0] if calm or chance.random() < 0.75 else chance.choice(values[1:])

    other = "R" if side == "L" else "L"
    return entry(
        rarely(None, None, f"W{number}X{place:08d}", f"W{number}X{chance.randint(0, 2):08d}", f"{place}"),
        amount * rarely(1, -1, 0) + rarely(0, 5),
        record_key=f"{number}/{side}{place}",
        scope=f"{side}{number}",
        target=rarely(f"|{other}{number}|", f"|{other}{number}|{other}-|", "|nowhere|"),
        reference=rarely(None, "memo", f"paid W{number}-X{chance.randint(0, 3):08d}."),
        currency=rarely("CNY", "USD"),
        date=chance.choice((day(10), day(10), day(11))) if calm else rarely(day(10), day(11), day(13), day(18), None),
        hint=rarely(None, "key_missing", "not_operating"),
    )


def joined(definition: Definition, worlds: Sequence[World], decisions: Decisions) -> dict[str, Told]:
    """What reconciling finds of every record."""
    left, right = ([row for given in worlds for row in given[side]] for side in (0, 1))
    sides = Sides(entries(left), entries(right))
    outcome = reconcile(ibis.duckdb.connect(threads=2), definition, sides, decisions, AS_OF)
    went: dict[str, list[Went]] = defaultdict(list)
    for link in rows(outcome.links):
        stage = stage_of(link["pass"], link["evidence"])
        went[link["record_key"]].append(Went(stage, link["group_id"], link["evidence"]))
    still = {row["record_key"] for row in rows(outcome.open)}
    by_side = {"left": left, "right": right}
    seen = {row["record_key"]: row for row in rows(outcome.seen)}
    return {
        row["record_key"]: told(seen.get(row["record_key"], row) | {"side": side}, went, still)
        for side, given in by_side.items()
        for row in given
    }


def told(row: Row, went: dict[str, list[Went]], still: set[str]) -> Told:
    key = row["record_key"]
    return Told(
        key, row["side"], row["scope"], row["currency"], row["date"], row["compared"], row["target"], row["key"],
        row["reference"], row["hint"], row["occurred_at"], row["seq"], key in still, True, tuple(went[key]),
    )  # fmt: skip


def pairs(found: dict[str, Told], given: World, definition: Definition, decisions: Decisions) -> Iterator[Case]:
    """All pairs of a world."""
    near = [found[row["record_key"]] for side in given for row in side]
    apart = frozenset(
        (one, other) for each in decisions.not_these for one in each.record_keys for other in each.record_keys
    )
    window = Window(definition.window_days, definition.lead_days)
    for one in given[0]:
        for other in given[1]:
            left, right = found[one["record_key"]], found[other["record_key"]]
            yield Case(definition, window, left, right, near, apart)


def decided(worlds: Sequence[World]) -> Decisions:
    """Some matches by hand, exclusions, and pairs taken apart."""
    matches, excluded, apart = [], [], []
    for number, (left, right) in enumerate(worlds):
        one, other = left[0], right[0]
        if number % 9 == 0:
            members = (Member("left", one["record_key"], one["amount"], one["amount"]),)
            members += (Member("right", other["record_key"], other["amount"], other["amount"]),)
            matches.append(ManualMatch(f"M{number}", "between", members, difference_reason="other"))
        elif number % 9 == 1:
            excluded.append(Exclusion(one["record_key"], "", "not ours"))
        elif number % 9 == 2:
            apart.append(NotThese("between", (one["record_key"], other["record_key"])))
    return Decisions(tuple(matches), tuple(apart), tuple(excluded))


def test_the_reasons_are_those_of_the_passes() -> None:
    worlds = [world(number, random.Random(number)) for number in range(360)]
    decisions = decided(worlds)
    found = joined(BETWEEN, worlds, decisions)
    seen: dict[str, set[str]] = defaultdict(set)
    for given in worlds:
        for case in pairs(found, given, BETWEEN, decisions):
            verdicts = why(case)
            for verdict in verdicts:
                seen[verdict.stage].add(verdict.reason.code)
                if verdict.outcome == "matched" and verdict.stage != "decision":
                    assert judge(case, verdict.stage) is None, (verdict, case)
            together = {went.group_id for went in case.left.went} & {went.group_id for went in case.right.went}
            matched = {verdict.group_id for verdict in verdicts if verdict.outcome == "matched"}
            assert matched == together
            assert (first_obstacle(verdicts) is None) == bool(together), case
    assert {stage for stage in seen if "why.matched" in seen[stage]} == set(STAGES) - {"suggest"}
    assert len(set().union(*seen.values())) > 34, sorted(set().union(*seen.values()))


def test_what_stands_in_the_way_mended_lets_the_pair_match_or_names_the_next_thing() -> None:
    chance = random.Random(7)
    worlds = [world(number, random.Random(number)) for number in range(110)]
    found = joined(BETWEEN, worlds, Decisions())
    asked, copies = [], []
    for given in worlds:
        for case in pairs(found, given, BETWEEN, Decisions()):
            failed = [verdict for verdict in why(case) if verdict.outcome == "failed" and verdict.stage != "decision"]
            for verdict in chance.sample(failed, min(1, len(failed))):
                number = len(copies) + 1000
                copies.append(mended(given, case, verdict, number))
                asked.append((case, verdict, number))
    again = joined(BETWEEN, copies, Decisions())
    codes = set()
    for (case, verdict, number), copy in zip(asked, copies, strict=True):
        names = [renamed(case.left.record_key, number), renamed(case.right.record_key, number)]
        (now,) = [
            each
            for each in pairs(again, copy, BETWEEN, Decisions())
            if [each.left.record_key, each.right.record_key] == names
        ]
        verdicts = {each.stage: each for each in why(now)}
        matched = first_obstacle(list(verdicts.values())) is None
        told = verdicts[verdict.stage]
        assert matched or (told.outcome, told.reason.code) != ("failed", verdict.reason.code), (verdict, case, now)
        assert matched or not verdict.reason.code.startswith("why.contested"), (verdict, case, now)
        codes.add(verdict.reason.code)
    assert len(codes) > 20, sorted(codes)


def renamed(text: Any, number: int) -> Any:
    """A name of a world's as a copy of the world has it."""
    if not isinstance(text, str):
        return text
    return re.sub(r"^\d+/", f"{number}/", re.sub(r"(?<!/[LR])(?<=[LRW])\d+(?=$|\||-?X)", str(number), text))


def mended(given: World, case: Case, verdict: Verdict, number: int) -> World:
    """A copy of a world in which what the verdict names is otherwise."""
    copy = [[{name: renamed(value, number) for name, value in row.items()} for row in side] for side in given]
    left, right = (
        next(row for row in side if row["record_key"] == renamed(record.record_key, number))
        for side, record in zip(copy, (case.left, case.right), strict=True)
    )
    code = verdict.reason.code.removeprefix("why.")
    if code.startswith("contested") or code in ("sum_several", "sum_many"):
        keep = {left["record_key"], right["record_key"]}
        if verdict.stage in ("day", "run", "subset"):
            total = right["compared"]
            left |= {"amount": total, "compared": total}  # alone with it, it is the whole of it
        return [left], [right] if keep else []
    row = left if code.endswith("_left") else right
    changes: dict[str, Row] = {
        "hint": {"hint": None},
        "no_date": {"date": day(10)},
        "nothing": {"amount": money(1317), "compared": money(1317)},
        "target": {"target": f"|{left['scope']}|" if row is right else f"|{right['scope']}|"},
        "no_key": {"key": f"W{number}X77777777"},
        "currency": {"currency": left["currency"]},
        "key": {"key": left["key"]},
        "reference": {"reference": f"{left['key'] or ''} {right['reference'] or ''}"},
        "late": {"date": left["date"]},
        "early": {"date": left["date"]},
        "direction": {"amount": left["amount"], "compared": left["compared"]},
        "amount": {"amount": left["amount"], "compared": left["compared"]},
    }
    name = re.sub("_(left|right|both)$", "", code)
    if name in changes:
        row |= changes[name]
    elif name in ("reference_none", "reference_short"):
        left["key"] = f"W{number}X88888888"
        right["reference"] = left["key"]
    else:
        _mend_sum(copy, left, right, name, verdict.reason.figures)
    if code == "no_key_both":
        left["key"] = right["key"]
    if code == "reference" and not left["key"]:
        left["reference"] = right["key"]
    return copy[0], copy[1]


def _mend_sum(copy: list[list[Row]], left: Row, right: Row, name: str, figures: Mapping[str, str]) -> None:
    """Let amounts add up that did not."""
    if name == "day_sum":
        right |= {"amount": Decimal(figures["sum"]), "compared": Decimal(figures["sum"])}
        return
    assert name in ("day_alone", "run_sum", "sum_none", "sum_equal", "sum_coincidence"), name
    # A record beside the smaller one that makes up for what the greater has more.
    if left["compared"] == right["compared"]:
        right |= {"amount": 2 * right["compared"], "compared": 2 * right["compared"]}
    on_left = name in ("day_alone", "run_sum") or abs(left["compared"]) < abs(right["compared"])
    of, part = (right, left) if on_left else (left, right)
    lacking = {"amount": of["compared"] - part["compared"], "compared": of["compared"] - part["compared"]}
    fresh = {"record_key": part["record_key"] + "+", "key": None, "reference": None, "hint": None}
    copy[0 if on_left else 1].append(part | fresh | lacking)
