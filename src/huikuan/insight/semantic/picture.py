"""The chart of an answer: its first measure by the first dimension of the rows and by the columns."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Literal

from huikuan.insight.reports.base import unit_text
from huikuan.insight.reports.tables import Chart, Series
from huikuan.insight.semantic.answer import Answer, Block, Key
from huikuan.insight.semantic.query import OTHERS
from huikuan.insight.semantic.words import OTHER_ROWS, label
from huikuan.records.messages import gettext_noop as _
from huikuan.records.messages import translated

CHARTS: dict[str, str] = {"stacked": _("Stacked bars"), "bars": _("Column chart"), "lines": _("Line chart")}
CATEGORIES_MAX, SERIES_MAX = 40, 7
SUMMARY = _("%(measure)s by %(dimensions)s; the %(count)s first of %(all)s.")


def chart_of(answer: Answer, block: Block, kind: str) -> Chart | None:
    """The chart of a currency; None where there is nothing to compare."""
    if kind not in CHARTS or not block.rows or not answer.question.rows:
        return None
    measure = answer.measures[0]
    rows, columns = _first_rows(block), block.columns
    swapped = bool(columns) and len(rows) < len(columns)
    categories = (columns if swapped else rows)[:CATEGORIES_MAX]
    return Chart(
        title=translated(measure.title),
        kind=_kind(kind),
        categories=tuple(_words(answer, key, columns=swapped) for key in categories),
        series=tuple(_series(answer, block, categories, swapped)),
        type=measure.type,
        unit=unit_text(block.currency) if measure.type == "money" else "",
        summary=_summary(answer, len(categories), len(columns if swapped else rows)),
    )


def _first_rows(block: Block) -> list[Key]:
    """The rows of the first dimension: of what stands within them only the subtotals are drawn."""
    return list(dict.fromkeys(key[:1] for key in block.rows))


def _kind(kind: str) -> Literal["stacked", "bars", "lines"]:
    return "stacked" if kind == "stacked" else "bars" if kind == "bars" else "lines"


def _series(answer: Answer, block: Block, categories: list[Key], swapped: bool) -> list[Series]:
    """A run of figures for each member of the other axis; those beyond the palette as one where they add up."""
    members: list[Key] = list((_first_rows(block) if swapped else block.columns) or [()])
    if not block.columns:
        return [
            Series(translated(each.title), tuple(block.figures(key).get(each.name) for key in categories))
            for each in answer.measures
            if each.type == answer.measures[0].type
        ][:SERIES_MAX]
    measure = answer.measures[0]

    def value(member: Key, category: Key) -> Any:
        return block.figures(*((member, category) if swapped else (category, member))).get(measure.name)

    shown = members if len(members) <= SERIES_MAX else members[: SERIES_MAX - 1]
    series = [
        Series(_words(answer, member, columns=not swapped), tuple(value(member, key) for key in categories))
        for member in shown
    ]
    rest = members[len(shown) :]
    if rest and measure.additive:
        sums = (sum((value(member, key) or 0 for member in rest), Decimal(0)) for key in categories)
        series.append(Series(translated(OTHER_ROWS), tuple(sums)))
    return series


def _words(answer: Answer, key: Key, *, columns: bool) -> str:
    names = answer.question.columns if columns else answer.question.rows
    told = (label(answer.subject.dimension(name), value) for name, value in zip(names, key, strict=False))
    return translated(OTHER_ROWS) if OTHERS in key else " · ".join(told)


def _summary(answer: Answer, shown: int, every: int) -> str:
    if shown == every:
        return ""
    drawn = (*answer.question.rows[:1], *answer.question.columns)
    names = " × ".join(translated(answer.subject.dimension(name).title) for name in drawn)
    measure = translated(answer.measures[0].title)
    return translated(SUMMARY) % {"measure": measure, "dimensions": names, "count": shown, "all": every}
