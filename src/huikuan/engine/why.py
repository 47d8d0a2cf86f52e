"""Why two records were put together, or why not: what each pass found of them, in the order in which the passes run.

Pure, and without running anything again: it is given the two records as the passes saw them, what lay beside them, and
where a run put them. A pass is judged by what the two alone decide (`why_pairs`, `why_sums`: the rules of the passes as
plain Python, held equal to these by a property test). Where nothing of that stood in the way and the pass still did not
join them, it was because other records had as good a claim: the pass takes nothing that is ambiguous.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from huikuan.engine import evidence as because
from huikuan.engine.model import Mode
from huikuan.engine.why_pairs import (
    PASSES,
    STAGES,
    Case,
    Reason,
    Told,
    Went,
    by_account_key,
    by_amount,
    by_key,
    by_reference,
    reaches,
)
from huikuan.engine.why_sums import by_day, by_run, by_subset
from huikuan.records.messages import gettext_noop as _
from huikuan.records.messages import register

UNDECIDED = "why.undecided"

register(
    {
        "why.off": _("Not used in this reconciliation."),
        "why.done": _("Not tried: an earlier pass had put them together."),
        "why.undecided": _("Nobody has decided anything about these two."),
        "why.excluded_left": _("The left record is excluded."),
        "why.excluded_right": _("The right record is excluded."),
        "why.decided_left": _("The left record was matched with others by a person."),
        "why.decided_right": _("The right record was matched with others by a person."),
        "why.decided_both": _("Both records were matched with others by people."),
        "why.taken_left": _("Not tried: the left record was already taken by the pass “%(pass)s”."),
        "why.taken_right": _("Not tried: the right record was already taken by the pass “%(pass)s”."),
        "why.taken_both": _("Not tried: both records were already taken by others."),
        "why.again": _("A decision took a match of theirs apart. They are being matched again."),
        "why.contested_key": _("Others name the same number too, so that it is not clear which belong together."),
        "why.contested_reference": _("Others name the same number too, so that it is not clear which belong together."),
        "why.contested_amount": _(
            "Ambiguous: this amount is there %(lefts)s times on the left and %(rights)s times on the right within the "
            "window of days."
        ),
        "why.contested_day": _("The day adds up to the right record, but another day or record does too."),
        "why.contested_run": _("Consecutive amounts add up to the right record, but not in one way only."),
        "why.contested_subset": _("Open amounts add up to the one, but a record of them is part of another sum too."),
        "why.suggested": _("Suggested, in place %(rank)s. Suggestions are never applied by themselves."),
        "why.not_suggested": _("Not among the likeliest, which are suggested."),
    }
)


@dataclass(frozen=True)
class Verdict:
    """What one pass found of two records.

    `outcome`: `matched`; `failed` (it tried them, `reason` says what stood in the way); `taken` (an earlier pass had
    taken a record); `off`; `none` (nothing to say). `group_id`: the group that took them, or one of them.
    """

    stage: str
    outcome: str
    reason: Reason
    group_id: str = ""

    @property
    def pass_name(self) -> str:
        """The pass as the contract calls it."""
        return PASSES.get(self.stage, self.stage)

    @property
    def stands_in_the_way(self) -> bool:
        """Whether this is something that would have to be otherwise."""
        return self.outcome in ("failed", "taken")


def why(case: Case) -> list[Verdict]:
    """A verdict per pass, in the order of the passes."""
    return [_verdict(case, stage) for stage in STAGES]


def first_obstacle(verdicts: list[Verdict]) -> Verdict | None:
    """What would have to be otherwise first; None where the two are together."""
    if any(verdict.outcome == "matched" for verdict in verdicts):
        return None
    return next((verdict for verdict in verdicts if verdict.stands_in_the_way), None)


def stage_of(made_by: str, evidence: str) -> str:
    """The stage that made a link: its pass, of the batch pass what its evidence tells."""
    if made_by != "batch":
        return made_by
    return "day" if evidence == because.BATCH_DAY else "run"


def _mode(case: Case, stage: str) -> Mode:
    if stage == "decision":
        return "applies"
    passes = case.definition.passes
    if stage == "run" and not passes.runs:
        return "off"
    mode: Mode = getattr(passes, PASSES.get(stage, stage))
    return mode


def _verdict(case: Case, stage: str) -> Verdict:
    """What one stage found."""
    mode = _mode(case, stage)
    if mode == "off" or (mode == "suggests" and stage != "suggest"):
        return Verdict(stage, "off", Reason("why.off"))
    together = _together(case)
    if stage in together:
        went = together[stage]
        return Verdict(stage, "matched", Reason("why.matched", {"evidence": went.evidence}), went.group_id)
    if stage == "decision":
        return _decided(case)
    return Verdict(stage, "none", Reason("why.again")) if case.again else _tried(case, stage, together)


def _tried(case: Case, stage: str, together: Mapping[str, Went]) -> Verdict:
    """What a pass found that did not join the two."""
    gone = [record for record in (case.left, case.right) if not reaches(record, stage)]
    if gone:
        return _taken(stage, gone, done=any(STAGES.index(each) < STAGES.index(stage) for each in together))
    if stage == "suggest":
        return _suggested(case)
    return Verdict(stage, "failed", judge(case, stage) or _contested(case, stage), _group_at(case, stage))


def by_number(case: Case) -> Reason | None:
    """The key pass, within an account or between accounts."""
    return by_account_key(case) if case.definition.across else by_key(case)


JUDGES: Mapping[str, Callable[[Case], Reason | None]] = {
    "key": by_number, "reference": by_reference, "amount": by_amount, "day": by_day, "run": by_run, "subset": by_subset,
}  # fmt: skip


def judge(case: Case, stage: str) -> Reason | None:
    """What stands in the way of a stage that both records reach; None where the two alone give no reason against it."""
    return JUDGES[stage](case)


def _together(case: Case) -> dict[str, Went]:
    """The links that both records share, by stage."""
    right = {went.group_id for went in case.right.went}
    return {went.stage: went for went in case.left.went if went.group_id in right}


def _taken(stage: str, gone: list[Told], *, done: bool) -> Verdict:
    if done:
        return Verdict(stage, "none", Reason("why.done"))
    last = gone[0].went[-1] if gone[0].went else None
    which = "both" if len(gone) > 1 else gone[0].side
    figures = {"pass": PASSES.get(last.stage, last.stage) if last else ""}
    return Verdict(stage, "taken", Reason(f"why.taken_{which}", figures), last.group_id if last else "")


def _decided(case: Case) -> Verdict:
    """What people decided about either record."""
    if case.are_apart:
        return Verdict("decision", "failed", Reason("why.apart"))
    for record in (case.left, case.right):
        for went in record.went:
            if went.evidence == because.EXCLUDED:
                return Verdict("decision", "failed", Reason(f"why.excluded_{record.side}"), went.group_id)
    taken = [(record, went) for record in (case.left, case.right) for went in record.went if went.stage == "decision"]
    if not taken:
        return Verdict("decision", "none", Reason(UNDECIDED))
    sides = {record.side for record, _ in taken}
    which = "both" if len(sides) > 1 else taken[0][0].side
    return Verdict("decision", "failed", Reason(f"why.decided_{which}"), taken[0][1].group_id)


def _group_at(case: Case, stage: str) -> str:
    """The group that this very stage put one of them into."""
    found = (went for record in (case.left, case.right) for went in record.went if went.stage == stage)
    return next((went.group_id for went in found), "")


def _contested(case: Case, stage: str) -> Reason:
    """Nothing of the two stood in the way: others had as good a claim."""
    figures = {}
    if stage == "amount":
        lefts, rights = case.rivals()
        figures = {"lefts": str(lefts), "rights": str(rights)}
    return Reason(f"why.contested_{stage}", figures)


def _suggested(case: Case) -> Verdict:
    for record, other in ((case.left, case.right), (case.right, case.left)):
        if other.record_key in record.suggested:
            rank = str(record.suggested.index(other.record_key) + 1)
            return Verdict("suggest", "none", Reason("why.suggested", {"rank": rank, "side": record.side}))
    return Verdict("suggest", "none", Reason("why.not_suggested"))
