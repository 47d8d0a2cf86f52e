"""The report builder's draft: what is being put together, as plain data in the address, and what each button does.

Everything the page holds is in `state` (JSON); a button's `do` names one change: `add rows month`, `remove measures
paid`, `move columns month`, `filter shop`. The draft may be incomplete; `insight.semantic.question` checks it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from huikuan.insight.semantic.model import Subject
from huikuan.insight.semantic.subjects import SUBJECTS
from huikuan.records.errors import UserError
from huikuan.server.reports.models import SavedReport

ZONES = ("rows", "columns", "measures", "filters")
FIRST = {
    "orders": (["shop"], ["status"], ["receivable"], ""),
    "order_lines": (["month"], ["shop"], ["net_sales"], ""),
    "settlement": (["type"], ["shop"], ["fees"], "-fees"),
    "fee_audit": (["shop", "type"], [], ["charged", "expected", "difference", "claims"], ""),
    "wallet": (["type"], ["account"], ["amount"], ""),
    "payouts": (["account"], [], ["amount", "arrived", "not_arrived"], ""),
    "arrivals": (["account"], ["state"], ["amount"], ""),
    "matches": (["reconciliation"], ["status"], ["matches", "residual"], ""),
    "open_items": (["cause"], ["reconciliation"], ["items"], "-items"),
    "followup": (["owner"], [], ["open_tasks", "overdue_tasks", "open_stake", "promised"], "-open_stake"),
}
DEFAULT = "settlement"
BESIDE = ("fee_audit", "payouts")  # whose first measures stand beside each other: a stack of them says nothing
STATE_MAX = 6000


@dataclass
class Draft:
    """A report being put together. `question`: plain data; `report`: the saved report it came from (0: none) with the
    `version` that was opened; `editing`: the dimension whose condition is being chosen."""

    question: dict[str, Any]
    chart: str = "stacked"
    all_days: bool = False
    report: int = 0
    version: str = ""
    changed: bool = False
    editing: str = ""

    @property
    def subject(self) -> Subject:
        """What it is about; an unknown one is the default's."""
        return SUBJECTS.get(str(self.question.get("subject")), SUBJECTS[DEFAULT])

    @property
    def state(self) -> str:
        """What `read` reads."""
        told = {"q": self.question, "c": self.chart, "a": self.all_days, "r": self.report, "v": self.version}
        return json.dumps(told | {"n": self.changed}, ensure_ascii=False, separators=(",", ":"))

    def zone(self, name: str) -> list[Any]:
        """The list of a zone, which may be changed."""
        found = self.question.setdefault(name, [])
        if not isinstance(found, list):
            raise UserError("semantic.shape", field=name)
        return found


@dataclass(frozen=True)
class Pressed:
    """What was sent with a button: its words, and the values and the way of a condition."""

    words: list[str] = field(default_factory=list)
    values: list[str] = field(default_factory=list)
    how: str = "is"


def start(subject: str = DEFAULT) -> Draft:
    """A new report about a subject, with something to see at once."""
    name = subject if subject in SUBJECTS else DEFAULT
    rows, columns, measures, sort = FIRST[name]
    question = {"subject": name, "rows": [*rows], "columns": [*columns], "measures": [*measures], "totals": True}
    question |= {"filters": [], "sort": sort, "top": 0, "share": False, "comparison": ""}
    return Draft(question, "bars" if name in BESIDE else "stacked")


def of_saved(saved: SavedReport) -> Draft:
    """The draft of a saved report."""
    return Draft(json.loads(json.dumps(saved.question)), saved.chart, saved.all_days, saved.pk, saved.version)


def read(text: str) -> Draft:
    """A draft from an address. UserError where it is none."""
    try:
        told = json.loads(text[:STATE_MAX])
        question = told["q"]
        if not isinstance(question, dict) or not all(isinstance(question.get(zone, []), list) for zone in ZONES):
            raise ValueError(text)
        draft = Draft(
            question, str(told.get("c", "")), bool(told.get("a")), int(told.get("r", 0)), str(told.get("v", ""))
        )
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise UserError("semantic.shape", field="state") from error
    draft.changed = bool(told.get("n"))
    return draft


def set_fields(draft: Draft, form: Mapping[str, str]) -> None:
    """The form's own fields: sort, top, totals, share, comparison, all days, chart."""
    told = {name: form.get(name, "") for name in ("sort", "comparison")}
    told |= {"totals": "totals" in form, "share": "share" in form}
    told["top"] = int(form["top"]) if form.get("top", "").isdecimal() else 0
    before = {name: draft.question.get(name) for name in told}
    draft.changed |= told != before or draft.chart != form.get("chart", "") or draft.all_days != ("all_days" in form)
    draft.question |= told
    draft.chart, draft.all_days = form.get("chart", ""), "all_days" in form


def press(draft: Draft, pressed: Pressed) -> Draft:
    """The draft after a button. Words that say nothing change nothing."""
    match pressed.words:
        case ["subject", name]:
            return start(name)
        case ["add", zone, name] if zone in ZONES:
            _add(draft, zone, name)
        case ["remove", zone, name] if zone in ZONES:
            _remove(draft, zone, name)
        case ["move", zone, name] if zone in ("rows", "columns"):
            _add(draft, zone, name)
        case ["earlier", zone, name] if zone in ("rows", "columns", "measures"):
            _earlier(draft.zone(zone), name)
        case ["edit", name]:
            draft.editing = name
            return draft
        case ["filter", name]:
            _filter(draft, name, pressed)
        case ["chart", name]:
            draft.chart = "" if name == "none" else name
        case _:
            return draft
    draft.changed = True
    _mend(draft)
    return draft


def _add(draft: Draft, zone: str, name: str) -> None:
    if zone == "filters":
        draft.editing = name
        return
    if zone != "measures":
        for other in ("rows", "columns"):
            draft.question[other] = [each for each in draft.zone(other) if each != name]
    if name not in draft.zone(zone):
        draft.zone(zone).append(name)


def _remove(draft: Draft, zone: str, name: str) -> None:
    if zone == "filters":
        draft.question[zone] = [each for each in draft.zone(zone) if _dimension(each) != name]
    else:
        draft.question[zone] = [each for each in draft.zone(zone) if each != name]


def _dimension(condition: Any) -> str:
    return str(condition.get("dimension", "")) if isinstance(condition, dict) else ""


def _earlier(names: list[Any], name: str) -> None:
    if name in names and names.index(name):
        place = names.index(name)
        names[place - 1], names[place] = names[place], names[place - 1]


def _filter(draft: Draft, name: str, pressed: Pressed) -> None:
    """A condition in place of the one there was; without values there is none."""
    _remove(draft, "filters", name)
    values = [value for value in pressed.values if value or pressed.how != "contains"]
    if values:
        draft.zone("filters").append({"dimension": name, "how": pressed.how, "values": values})


def _mend(draft: Draft) -> None:
    """A sort by a measure that has been taken out is none."""
    sort = str(draft.question.get("sort", ""))
    if sort.removeprefix("-") not in draft.zone("measures"):
        draft.question["sort"], draft.question["top"] = "", 0
