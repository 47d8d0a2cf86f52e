"""A question of the semantic layer as plain, checked data: what a saved report keeps and a page sends.

{"subject": "order_lines", "rows": ["month"], "columns": ["platform"], "measures": ["paid"],
 "filters": [{"dimension": "shop", "how": "is", "values": ["Shop A"]}], "from": "2026-01-01", "to": "2026-12-31",
 "sort": "-paid", "top": 10, "totals": true, "share": false, "comparison": "year"}
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from huikuan.insight.semantic import messages  # noqa: F401
from huikuan.insight.semantic.model import Dimension, Subject
from huikuan.insight.semantic.subjects import subject_of
from huikuan.records.errors import UserError

ROWS_MAX, COLUMNS_MAX, MEASURES_MAX, FILTERS_MAX, VALUES_MAX, TEXT_MAX = 3, 2, 8, 20, 200, 200
TOP_MAX = 1000
HOW = ("is", "is_not", "contains")
COMPARISONS = ("", "previous", "year")
STEP_PATTERNS = {
    "year": r"(\d{4})", "quarter": r"(\d{4})-Q([1-4])", "month": r"(\d{4})-(\d{2})", "week": r"(\d{4})-W(\d{2})",
    "day": r"(\d{4})-(\d{2})-(\d{2})",
}  # fmt: skip


@dataclass(frozen=True)
class Filter:
    """Which values of a dimension count. `contains`: the value has one of the texts in it, whatever its case."""

    dimension: str
    values: tuple[str, ...]
    how: str = "is"


@dataclass(frozen=True)
class Question:
    """What is asked. `first` and `last` are days, both counted, None without limit. `sort`: a measure, with a minus
    for the greatest first, else blank: by the rows themselves. `top`: so many rows, the others as one; 0: all."""

    subject: str
    rows: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    measures: tuple[str, ...] = ()
    filters: tuple[Filter, ...] = ()
    first: date | None = None
    last: date | None = None
    sort: str = ""
    top: int = 0
    totals: bool = True
    share: bool = False
    comparison: str = ""

    @property
    def dimensions(self) -> tuple[str, ...]:
        """Rows, then columns."""
        return self.rows + self.columns

    def within(self, first: date | None, last: date | None) -> Question:
        """The same of these days, where it names none itself."""
        if self.first or self.last:
            return self
        return replace(self, first=first, last=last)


def question_of(plain: Mapping[str, Any]) -> Question:
    """A question from plain data. UserError for a name that is not in the registry, or what does not fit together."""
    subject = subject_of(_text(plain.get("subject", "")))
    dimensions = {each.name for each in subject.dimensions}
    question = Question(
        subject=subject.name,
        rows=_names(plain, "rows", dimensions, ROWS_MAX),
        columns=_names(plain, "columns", dimensions, COLUMNS_MAX),
        measures=_names(plain, "measures", {each.name for each in subject.measures}, MEASURES_MAX),
        filters=tuple(_filter(subject, each) for each in _list(plain, "filters", FILTERS_MAX)),
        first=_day(plain, "from"),
        last=_day(plain, "to"),
        sort=_text(plain.get("sort", "")),
        top=_number(plain),
        totals=bool(plain.get("totals", True)),
        share=bool(plain.get("share", False)),
        comparison=_text(plain.get("comparison", "")),
    )
    _check(subject, question)
    return question


def to_plain(question: Question) -> dict[str, Any]:
    """What `question_of` reads."""
    return {
        "subject": question.subject, "rows": list(question.rows), "columns": list(question.columns),
        "measures": list(question.measures),
        "filters": [{"dimension": f.dimension, "how": f.how, "values": list(f.values)} for f in question.filters],
        "from": question.first.isoformat() if question.first else "",
        "to": question.last.isoformat() if question.last else "",
        "sort": question.sort, "top": question.top, "totals": question.totals, "share": question.share,
        "comparison": question.comparison,
    }  # fmt: skip


def days_of(step: str, value: str) -> tuple[date, date]:
    """First and last day of a period by its name. UserError for no such period.

    >>> days_of("quarter", "2026-Q4")
    (datetime.date(2026, 10, 1), datetime.date(2026, 12, 31))
    """
    found = re.fullmatch(STEP_PATTERNS[step], value)
    try:
        if not found:
            raise ValueError(value)
        numbers = [int(part) for part in found.groups()]
        if step == "day":
            return date(*numbers), date(*numbers)
        if step == "week":
            monday = date.fromisocalendar(numbers[0], numbers[1], 1)
            return monday, monday + timedelta(days=6)
        months = {"year": 12, "quarter": 3, "month": 1}[step]
        start = (numbers[1] - 1) * months + 1 if step != "year" else 1
        first = date(numbers[0], start, 1)
        following = date(first.year + (start + months > 12), (start + months - 1) % 12 + 1, 1)
        return first, following - timedelta(days=1)
    except ValueError as error:
        raise UserError("semantic.value", value=value[:60], dimension=step) from error


def _check(subject: Subject, question: Question) -> None:
    if not question.measures:
        raise UserError("semantic.no_measure")
    if len(set(question.dimensions)) < len(question.dimensions):
        raise UserError("semantic.twice")
    if question.sort and question.sort.removeprefix("-") not in question.measures:
        raise UserError("semantic.unknown", name=question.sort[:60], known=", ".join(question.measures))
    if question.top and not question.sort:
        raise UserError("semantic.top_unsorted")
    if question.first and question.last and question.first > question.last:
        raise UserError("semantic.period", first=question.first, last=question.last)
    if question.comparison not in COMPARISONS:
        raise UserError("semantic.unknown", name=question.comparison[:60], known=", ".join(COMPARISONS[1:]))
    for each in question.filters:
        dimension = subject.dimension(each.dimension)
        for value in each.values:
            if dimension.step and value:
                days_of(dimension.step, value)


def _filter(subject: Subject, plain: Any) -> Filter:
    if not isinstance(plain, Mapping):
        raise UserError("semantic.shape", field="filters")
    name, how = _text(plain.get("dimension", "")), _text(plain.get("how", "is"))
    dimension = _known(name, {each.name: each for each in subject.dimensions})
    values = tuple(_text(each) for each in _list(plain, "values", VALUES_MAX))
    if how not in HOW or (how == "contains" and not dimension.takes_text):
        raise UserError("semantic.how", how=how[:60], dimension=name)
    if not values:
        raise UserError("semantic.no_value", dimension=name)
    return Filter(name, values, how)


def _known(name: str, known: Mapping[str, Dimension]) -> Dimension:
    if name not in known:
        raise UserError("semantic.unknown", name=name[:60], known=", ".join(known))
    return known[name]


def _list(plain: Mapping[str, Any], field: str, most: int) -> list[Any]:
    value = plain.get(field) or []
    if not isinstance(value, list | tuple):
        raise UserError("semantic.shape", field=field)
    if len(value) > most:
        raise UserError("semantic.too_many", field=field, most=most)
    return list(value)


def _names(plain: Mapping[str, Any], field: str, known: set[str], most: int) -> tuple[str, ...]:
    names = tuple(_text(each) for each in _list(plain, field, most))
    for name in names:
        if name not in known:
            raise UserError("semantic.unknown", name=name[:60], known=", ".join(sorted(known)))
    return tuple(dict.fromkeys(names))


def _text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > TEXT_MAX or "\x00" in value:
        raise UserError("semantic.shape", field=str(value)[:60])
    return value


def _day(plain: Mapping[str, Any], field: str) -> date | None:
    text = _text(plain.get(field) or "")
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise UserError("semantic.value", value=text[:60], dimension=field) from error


def _number(plain: Mapping[str, Any]) -> int:
    value = plain.get("top") or 0
    if isinstance(value, str) and value.isdecimal():
        value = int(value[:6])
    if not isinstance(value, int) or not 0 <= value <= TOP_MAX:
        raise UserError("semantic.top", most=TOP_MAX)
    return value
