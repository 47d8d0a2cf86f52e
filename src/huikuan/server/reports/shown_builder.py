"""What the builder's page draws: fields, zones, the condition being chosen; lists of records likewise."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from huikuan.insight.reports.base import unit_text
from huikuan.insight.semantic.answer import Source, values_of
from huikuan.insight.semantic.model import Dimension, Measure, Subject
from huikuan.insight.semantic.picture import CHARTS
from huikuan.insight.semantic.question import question_of
from huikuan.insight.semantic.records import Records
from huikuan.insight.semantic.subjects import SUBJECTS
from huikuan.insight.semantic.words import label, word
from huikuan.records.errors import UserError
from huikuan.records.messages import translated
from huikuan.server.core.shortcuts import book_url
from huikuan.server.reports.building import Draft
from huikuan.server.reports.models import SavedReport

VALUES_SHOWN = 200
TASK = re.compile(r"F-(\d+) ")


@dataclass(frozen=True)
class Field:
    """A field to choose: `used` in a zone already; `hint` is its definition."""

    name: str
    title: str
    hint: str
    used: bool


@dataclass(frozen=True)
class Chip:
    """A field in a zone. `other`: the zone it may be moved to; `movable`: it may come earlier."""

    name: str
    title: str
    hint: str
    movable: bool = False


def context_of(request: HttpRequest, draft: Draft, source: Source) -> dict[str, Any]:
    """Everything but the preview."""
    subject = draft.subject
    kept = SavedReport.objects.filter(pk=draft.report, book=request.book).first() if draft.report else None  # type: ignore[attr-defined]
    measures = _chips(draft.zone("measures"), {each.name: each for each in subject.measures})
    return {
        "draft": draft, "kept": kept, "title": title_of(request, draft), "subject": subject,
        "subjects": [(each.name, translated(each.title)) for each in SUBJECTS.values() if source.holds(each)],
        "subject_note": f"{translated(subject.definition)} {translated(subject.grain)}",
        "measures": [_field(each, draft.zone("measures")) for each in subject.measures],
        "dimensions": [_field(each, draft.zone("rows") + draft.zone("columns")) for each in subject.dimensions],
        "rows": _chips(draft.zone("rows"), {each.name: each for each in subject.dimensions}),
        "columns": _chips(draft.zone("columns"), {each.name: each for each in subject.dimensions}),
        "chosen": measures,
        "conditions": _conditions(draft, subject),
        "editing": _editing(draft, subject, source, request),
        "sorts": _sorts(measures), "charts_known": [(name, translated(title)) for name, title in CHARTS.items()],
    }  # fmt: skip


def title_of(request: HttpRequest, draft: Draft) -> str:
    """The saved report's title, else what the report shows: Platform fees by fee type and shop."""
    kept = SavedReport.objects.filter(pk=draft.report, book=request.book).first() if draft.report else None  # type: ignore[attr-defined]
    if kept is not None:
        return kept.title
    subject = draft.subject
    measures = [each.title for each in _chips(draft.zone("measures")[:2], {m.name: m for m in subject.measures})]
    by = _chips(draft.zone("rows") + draft.zone("columns"), {d.name: d for d in subject.dimensions})
    if not measures:
        return _("Custom report")
    names = {"measures": ", ".join(measures), "dimensions": ", ".join(each.title for each in by)}
    return _("%(measures)s by %(dimensions)s") % names if by else names["measures"]


def _field(each: Measure | Dimension, used: Sequence[Any]) -> Field:
    return Field(each.name, translated(each.title), translated(each.definition), each.name in used)


def _chips(names: Sequence[Any], known: Mapping[str, Measure | Dimension]) -> list[Chip]:
    found = [known[name] for name in names if isinstance(name, str) and name in known]
    return [
        Chip(each.name, translated(each.title), translated(each.definition), place > 0)
        for place, each in enumerate(found)
    ]


def _sorts(measures: Sequence[Chip]) -> list[tuple[str, str]]:
    told = [("", _("By the rows"))]
    for each in measures:
        told += [(f"-{each.name}", f"{each.title} ↓"), (each.name, f"{each.title} ↑")]
    return told


def _conditions(draft: Draft, subject: Subject) -> list[tuple[str, str]]:
    from huikuan.insight.semantic.table import conditions

    told = []
    for plain in draft.zone("filters"):
        try:
            question = question_of(
                {"subject": subject.name, "measures": [subject.measures[0].name], "filters": [plain]}
            )
        except UserError:
            continue
        told.append((question.filters[0].dimension, next(iter(conditions(question)))))
    return told


def _editing(draft: Draft, subject: Subject, source: Source, request: HttpRequest) -> dict[str, Any] | None:
    """The condition being chosen: the values that occur, those it names already ticked."""
    dimension = next((each for each in subject.dimensions if each.name == draft.editing), None)
    if dimension is None:
        return None
    held = next((each for each in draft.zone("filters") if each.get("dimension") == dimension.name), {})
    others = [each for each in draft.zone("filters") if each is not held]
    plain = {"subject": subject.name, "measures": [subject.measures[0].name], "filters": others}
    scope = request.scope  # type: ignore[attr-defined]
    question = question_of(plain)
    if not (draft.all_days or dimension.step):
        question = question.within(scope.date_from, scope.date_to)
    try:
        values, every = values_of(source, question, dimension.name, VALUES_SHOWN)
    except UserError:
        values, every = [], 0
    named = [value for value in held.get("values", []) if isinstance(value, str)]
    values += [value for value in named if value not in values and held.get("how") != "contains"]
    ordered = sorted(values, key=str, reverse=True) if dimension.step else values
    return {
        "name": dimension.name, "title": translated(dimension.title), "hint": translated(dimension.definition),
        "how": held.get("how", "is"), "text": named[0] if held.get("how") == "contains" and named else "",
        "values": [(value, label(dimension, value), value in named) for value in ordered],
        "further": max(every - len(values), 0), "takes_text": dimension.takes_text,
    }  # fmt: skip


def record_totals(listed: Records, measure: Measure) -> list[tuple[str, Any, str, int]]:
    """The figure of a list by currency: its unit, value, type, how many records."""
    if measure.how == "ratio":
        return [(unit_text(row["currency"]), None, measure.type, row["count"]) for row in listed.totals]
    return [
        (unit_text(row["currency"]) if measure.type == "money" else "", row[measure.name], measure.type, row["count"])
        for row in listed.totals
    ]


def record_lines(request: HttpRequest, listed: Records) -> list[dict[str, Any]]:
    """The rows of a list: cells (type, value, address), and where each comes from."""
    lines = []
    for row in listed.rows:
        cells = []
        for column in listed.subject.records:
            value = word(column.words, row[column.name] or "") if column.words else row[column.name]
            address = _record_url(request, column.name, value)
            cells.append((column.type, value, address))
        source = row["document"].rpartition("!")[2]
        address = book_url(request, "documents:source", row["record_key"]) if row["record_key"] else ""
        lines.append({"cells": cells, "document": source, "row": row["source_row"], "source": address})
    return lines


def _record_url(request: HttpRequest, column: str, value: Any) -> str:
    """The page of what a cell names: an order, a task by its number (F-12 ...)."""
    if column == "order_no" and value:
        return book_url(request, "workbench:order", value)
    number = TASK.match(str(value or "")) if column == "task" else None
    return book_url(request, "followup:task", int(number[1])) if number else ""
