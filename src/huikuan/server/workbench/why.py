"""Why two records were put together or not: the service that the page and the command share, and what the page
shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from huikuan.engine.why import Verdict
from huikuan.insight.why_words import sentence, stage_word
from huikuan.insight.words import word_of
from huikuan.pipeline.results.results import Results
from huikuan.pipeline.results.why import Answer, why_pair
from huikuan.server.books.models import Book
from huikuan.server.books.services import rules_of
from huikuan.server.workbench import queries
from huikuan.server.workbench.models import Apart, Decision, Exclusion, Match
from huikuan.server.workbench.rows import row_of
from huikuan.server.workbench.words import title_of

ICONS = {
    "matched": "circle-check",
    "failed": "circle-x",
    "taken": "lock",
    "off": "circle-dashed",
    "none": "circle-dashed",
}


@dataclass(frozen=True)
class Step:
    """A verdict as it is shown. `by`, `at`, `said`: of a person's decision, who made it, when and why."""

    verdict: Verdict
    name: str
    outcome: str
    sentence: str
    icon: str
    is_first: bool
    by: str = ""
    at: datetime | None = None
    said: str = ""


def why(book: Book, found: Results, name: str, one: str, other: str) -> tuple[Answer, list[Step]]:
    """Why two records are together or not, pass by pass. UserError for an unknown key, or two of one side."""
    answer = why_pair(found, name, one, other, rules_of(book))
    return answer, [_step(book, answer, verdict) for verdict in answer.verdicts]


def _step(book: Book, answer: Answer, verdict: Verdict) -> Step:
    decision = _decision(book, answer, verdict) if verdict.stage == "decision" else None
    who = (queries.shown_name(decision), decision.created_at, decision.reason) if decision else ("", None, "")
    name, icon = stage_word(verdict.stage), ICONS[verdict.outcome]
    outcome = word_of("why_outcome", verdict.outcome)
    return Step(verdict, name, outcome, sentence(verdict), icon, verdict is answer.first, *who)


def _decision(book: Book, answer: Answer, verdict: Verdict) -> Decision | None:
    """The decision that a verdict tells of."""
    keys = [answer.left["record_key"], answer.right["record_key"]]
    live = {"book": book, "live": True}
    found: Decision | None = None
    if verdict.reason.code == "why.apart":
        own = Apart.objects.filter(reconciliation=answer.name, **live).order_by("-pk")
        found = next((each for each in own if set(keys) <= set(each.record_keys)), None)
    elif verdict.reason.code.startswith("why.excluded"):
        key = keys[0] if verdict.reason.code.endswith("left") else keys[1]
        names = ("", answer.name)
        found = Exclusion.objects.filter(record_key=key, reconciliation__in=names, **live).first()
    elif verdict.group_id:
        found = Match.objects.filter(book=book, group_id=verdict.group_id).first()
    return found


def page(book: Book, found: Results, name: str, one: str, other: str) -> dict[str, Any]:
    """What the page shows."""
    answer, steps = why(book, found, name, one, other)
    blank = {"item_id": "", "needs_work": False, "due_date": None, "suggestion": "", "class": ""}
    shown = [row_of(name, {**row, **blank}, found) for row in (answer.left, answer.right)]
    matched = next((step for step in steps if step.verdict.outcome == "matched"), None)
    first = next((step for step in steps if step.is_first), None)
    return {
        "name": name,
        "words": title_of(name, found.manifest),
        "records": shown,
        "steps": steps,
        "matched": matched,
        "first": first,
    }
