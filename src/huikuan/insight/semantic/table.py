"""An answer as a report: the table, its totals, its proofs and its chart, for screen and files alike."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from huikuan.insight.reports.base import period_text, signature, unit_text
from huikuan.insight.reports.tables import Column, Control, ReportTable, Row, Section, ratio_of
from huikuan.insight.semantic.answer import Answer, Block, Key, Source
from huikuan.insight.semantic.model import Measure
from huikuan.insight.semantic.picture import chart_of
from huikuan.insight.semantic.query import OTHERS
from huikuan.insight.semantic.question import Question
from huikuan.insight.semantic.records import BLANK, asked_of
from huikuan.insight.semantic.words import label
from huikuan.records.messages import gettext_noop as _
from huikuan.records.messages import translated

TOTAL = _("Total")
SUBTOTAL = _("Total %(name)s")
APART = _("%(measure)s are counted in each line by itself: the lines do not add up to the total.")
ELSEWHERE = _("%(measure)s differ from %(other)s: %(found)s here, %(expected)s there (%(currency)s).")
HOW = {"is": "%(name)s = %(values)s", "is_not": "%(name)s ≠ %(values)s", "contains": "%(name)s ∋ %(values)s"}
COMPARED = {"previous": _("Period before"), "year": _("Year before")}


@dataclass(frozen=True)
class Told:
    """One column of figures: a measure at a column key, its share of the total, or what it was before."""

    column: Column
    measure: Measure
    key: Key = ()
    kind: str = "now"  # now | share | before | change | growth

    def value(self, block: Block, row: Key) -> Any:
        """The figure of a row or total."""
        now = block.figures(row, self.key).get(self.measure.name)
        if self.kind == "now":
            return now
        if self.kind == "share":
            return ratio_of(now, block.figures().get(self.measure.name))
        before = block.before.get((row, self.key), {}).get(self.measure.name)
        if self.kind == "before":
            return before
        if self.measure.type == "rate" or not self.measure.additive:
            return now - before if now is not None and before is not None else None
        changed = (now or 0) - (before or 0)
        return changed if self.kind == "change" else ratio_of(changed, before)


def report_table(
    answer: Answer, source: Source, name: str, title: str, company: str, chart: str = "", language: str = "en"
) -> ReportTable:
    """The report of an answer: a section per currency."""
    sections = tuple(_section(answer, block) for block in answer.blocks)
    facts = [(translated(_("Period")), period_text(answer.question.first, answer.question.last))]
    facts += [(translated(_("Conditions")), "; ".join(conditions(answer.question)))] if answer.question.filters else []
    facts.append((translated(_("As of")), source.as_of.isoformat()))
    facts.append((translated(_("Unit")), ", ".join(unit_text(block.currency) for block in answer.blocks)))
    charts = (chart_of(answer, block, chart) for block in answer.blocks) if chart else ()
    return ReportTable(
        name, title, company, tuple(facts), sections, tuple(_notes(answer)), signature(), source.as_of, language,
        tuple(_controls(answer)), tuple(each for each in charts if each is not None),
    )  # fmt: skip


def conditions(question: Question) -> Iterator[str]:
    """The filters of a question in words."""
    from huikuan.insight.semantic.subjects import subject_of

    subject = subject_of(question.subject)
    for each in question.filters:
        dimension = subject.dimension(each.dimension)
        values = ", ".join(label(dimension, value) for value in each.values[:5])
        more = f" +{len(each.values) - 5}" if len(each.values) > 5 else ""
        yield HOW[each.how] % {"name": translated(dimension.title), "values": values + more}


def _section(answer: Answer, block: Block) -> Section:
    question = answer.question
    told = list(_columns(answer, block))
    heads = [_text_column(answer, name) for name in question.rows] or [Column("all", translated(_("All")))]
    summed = question.totals and bool(question.rows) and all(_adds_up(each, told) for each in told)
    rows = list(_rows(answer, block, told, summed))
    return Section(
        "" if len(answer.blocks) == 1 else unit_text(block.currency),
        (*heads, *(each.column for each in told)),
        tuple(rows),
        translated(TOTAL) if summed else "",
        block.currency,
        target="records",
        drill=asked_of(question, block.currency),
    )


def _adds_up(told: Told, columns: list[Told]) -> bool:
    """Whether the table's own total of the column is that of the answer."""
    ratio = told.column.ratio
    return told.column.total or bool(ratio and set(ratio) <= {each.column.key for each in columns})


def _text_column(answer: Answer, name: str) -> Column:
    dimension = answer.subject.dimension(name)
    return Column(name, translated(dimension.title), definition=translated(dimension.definition))


def _columns(answer: Answer, block: Block) -> Iterator[Told]:
    """The columns of figures: each column key by measures, the totals of the lines, shares, the comparison."""
    question, several = answer.question, len(answer.measures) > 1
    dimensions = [answer.subject.dimension(name) for name in question.columns]
    for number, key in enumerate(block.columns):
        words = " · ".join(label(each, value) for each, value in zip(dimensions, key, strict=True))
        drill = {f"d.{name}": value or BLANK for name, value in zip(question.columns, key, strict=True)}
        for measure in answer.measures:
            title = f"{words} · {translated(measure.title)}" if several else words
            yield Told(_figures(measure, f"c{number}.", title, drill), measure, key)
    if block.columns and not question.totals:
        return
    for measure in answer.measures:
        title = translated(measure.title)
        if block.columns:
            title = f"{translated(TOTAL)} · {title}" if several else translated(TOTAL)
        yield Told(_figures(measure, "t.", title, {}), measure)
        yield from _beside(question, measure)


def _figures(measure: Measure, prefix: str, title: str, drill: dict[str, str]) -> Column:
    ratio = (prefix + measure.ratio[0], prefix + measure.ratio[1]) if measure.ratio and not measure.against else None
    definition = translated(measure.definition)
    told = {**drill, "m": measure.name}
    return Column(f"{prefix}{measure.name}", title, measure.type, measure.additive, ratio, definition, told)


def _beside(question: Question, measure: Measure) -> Iterator[Told]:
    """What stands beside a total: its share of the whole, the figure of the other period, the change."""
    title, key = translated(measure.title), measure.name
    if question.share and measure.additive:
        shown = f"{title} · {translated(_('Share'))}"
        yield Told(Column(f"s.{key}", shown, "rate"), measure, (), "share")
    if question.comparison:
        before = translated(COMPARED[question.comparison])
        column = Column(f"b.{key}", f"{title} · {before}", measure.type, measure.additive)
        yield Told(column, measure, (), "before")
        change = Column(f"g.{key}", f"{title} · {translated(_('Change'))}", measure.type, measure.additive)
        yield Told(change, measure, (), "change")
        if measure.additive:
            yield Told(Column(f"p.{key}", f"{title} · {translated(_('Change %'))}", "rate"), measure, (), "growth")


def _rows(answer: Answer, block: Block, told: list[Told], summed: bool) -> Iterator[Row]:
    question = answer.question
    dimensions = [answer.subject.dimension(name) for name in question.rows]
    for number, key in enumerate(block.rows):
        words = [label(each, value) for each, value in zip(dimensions, key, strict=True)] or [translated(TOTAL)]
        drill = {f"d.{name}": value or BLANK for name, value in zip(question.rows, key, strict=True)}
        others = OTHERS in key
        values = (*words, *(each.value(block, key) for each in told))
        yield Row(values, "", {} if others else drill, target="none" if others else "")
        following = block.rows[number + 1] if number + 1 < len(block.rows) else None
        if question.totals and not others:
            yield from _subtotals(answer, block, told, key, following)
    if question.totals and question.rows and not summed:
        blank = (translated(TOTAL), *("" for _name in question.rows[1:]))
        yield Row((*blank, *(each.value(block, ()) for each in told)), "total")


def _subtotals(answer: Answer, block: Block, told: list[Told], key: Key, following: Key | None) -> Iterator[Row]:
    """The subtotals that end after a row: where the next row begins otherwise."""
    question = answer.question
    for length in range(len(key) - 1, 0, -1):
        if following is not None and following[:length] == key[:length]:
            continue
        dimension = answer.subject.dimension(question.rows[length - 1])
        words = [""] * len(key)
        words[length - 1] = translated(SUBTOTAL) % {"name": label(dimension, key[length - 1])}
        drill = {f"d.{name}": value or BLANK for name, value in zip(question.rows, key[:length], strict=False)}
        yield Row((*words, *(each.value(block, key[:length]) for each in told)), "subtotal", drill)


def _controls(answer: Answer) -> Iterator[Control]:
    for proof in answer.proofs:
        if proof.measure in answer.question.measures:
            other = translated(_("the rows added up apart"))
            if proof.elsewhere == proof.control:
                other = f"{other}, {translated(answer.subject.control_of)}"
            title = translated(answer.subject.measure(proof.measure).title)
            yield Control(title, proof.total, other, proof.control, proof.currency)


def _notes(answer: Answer) -> Iterator[str]:
    for measure in answer.apart:
        yield translated(APART) % {"measure": translated(measure.title)}
    for proof in answer.proofs:
        if proof.elsewhere is not None and proof.elsewhere != proof.control:
            yield translated(ELSEWHERE) % {
                "measure": translated(answer.subject.measure(proof.measure).title),
                "other": translated(answer.subject.control_of), "found": f"{Decimal(proof.control):,.2f}",
                "expected": f"{proof.elsewhere:,.2f}", "currency": proof.currency,
            }  # fmt: skip
