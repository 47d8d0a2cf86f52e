"""One function answers a question: `ask(source, question)`. Every answer proves its totals.

Money is exact (DECIMAL in, Decimal out) and by currency: an answer has one block per currency, and nothing adds up
across blocks.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from huikuan.insight.reports.tables import ratio_of
from huikuan.insight.semantic.model import Measure, Subject
from huikuan.insight.semantic.query import (
    OTHERS,
    Asked,
    comparison_back,
    control_sql,
    pivot_sql,
    values_sql,
)
from huikuan.insight.semantic.question import Question
from huikuan.insight.semantic.subjects import subject_of
from huikuan.records.errors import InvariantError, UserError
from huikuan.records.messages import translated

SCREEN_CELLS, FILE_CELLS = 20_000, 200_000
COLUMNS_MAX = 120  # of an answer, measures counted
CONTROLS = frozenset(("collection", "statements"))  # tables of control figures; a run may lack some
Key = tuple[str, ...]
Figures = dict[str, Any]


@dataclass(frozen=True)
class Source:
    """Where questions are asked: `query(sql, values)` gives rows as dictionaries; `tables` are the named tables of
    subjects as SQL (one that is not there is missing); `platforms` by shop. `current`: the results are today's, so that
    they can be held against the whole. `kept`: `query` for what is asked again and again, answered once per run."""

    query: Callable[[str, dict[str, Any]], list[dict[str, Any]]]
    tables: Mapping[str, str]
    platforms: Mapping[str, str]
    as_of: date
    current: bool = True
    kept: Callable[[str, dict[str, Any]], list[dict[str, Any]]] | None = None

    def control(self, sql: str, values: dict[str, Any]) -> list[dict[str, Any]]:
        """The rows of a control query: the same whatever a question is split by, so a run answers it once."""
        return (self.kept or self.query)(sql, values)

    def holds(self, subject: Subject) -> bool:
        """Whether the subject can be asked about."""
        return all(name in self.tables for name in subject.needs)


@dataclass(frozen=True)
class Proof:
    """That a measure adds up. `cells`: of all cells; `total`: as the query's own total; `control`: added up apart,
    without any dimension. `elsewhere`: what the reconciliation says of the whole; None where it says nothing or not all
    is asked about."""

    measure: str
    currency: str
    cells: Decimal | int
    total: Decimal | int
    control: Decimal | int
    elsewhere: Decimal | None = None

    @property
    def holds(self) -> bool:
        """Whether all of them agree."""
        agree = self.cells == self.total == self.control
        return agree and (self.elsewhere is None or self.elsewhere == self.control)


@dataclass
class Block:
    """The figures of one currency. `rows` and `columns` are the keys of the lines; `cells` holds the figures by row key
    or a beginning of it (a subtotal; empty: the total) and column key (empty: the line's total). `before`: the same of
    the comparison period."""

    currency: str
    rows: list[Key] = field(default_factory=list)
    columns: list[Key] = field(default_factory=list)
    cells: dict[tuple[Key, Key], Figures] = field(default_factory=dict)
    before: dict[tuple[Key, Key], Figures] = field(default_factory=dict)

    def figures(self, row: Key = (), column: Key = ()) -> Figures:
        """The figures of a cell or total; empty where there is nothing."""
        return self.cells.get((row, column), {})


@dataclass(frozen=True)
class Answer:
    """A question's figures with the proof that they add up. `apart`: measures that are counted once in each line, so
    that lines do not add up to the total, and why."""

    question: Question
    subject: Subject
    blocks: tuple[Block, ...]
    proofs: tuple[Proof, ...]
    apart: tuple[Measure, ...]
    seconds: float

    @property
    def measures(self) -> tuple[Measure, ...]:
        """The measures asked for."""
        return tuple(self.subject.measure(name) for name in self.question.measures)

    @property
    def proved(self) -> bool:
        """Whether every total agrees with its control."""
        return all(proof.holds for proof in self.proofs)

    @property
    def reconciled(self) -> bool:
        """Whether a total was held against the reconciliation."""
        return any(proof.elsewhere is not None for proof in self.proofs)


def ask(source: Source, question: Question, most: int = SCREEN_CELLS) -> Answer:
    """The figures of a question. Raises UserError where there is nothing to ask, or where it makes more than `most`
    cells; InvariantError where cells do not add up to their total."""
    started = time.perf_counter()
    subject = subject_of(question.subject)
    _check(source, subject, question)
    asked = pivot_sql(subject, question, source.tables, source.platforms, most)
    rows = source.query(asked.sql, asked.values)
    if len(rows) > most:
        raise _too_many(source, subject, question, most)
    blocks = _blocks(question, asked, rows)
    for block in blocks:
        _too_wide(subject, question, block)
        _rates_of_all(subject, question, block)
    if question.comparison:
        _compare(source, subject, question, blocks, most)
    for block in blocks:
        block.columns.sort(key=_order)
        block.rows = _sorted(question, block)
    proofs = _proofs(source, subject, question, blocks)
    broken = next((proof for proof in proofs if not proof.cells == proof.total == proof.control), None)
    if broken:
        raise InvariantError(
            "semantic.total", measure=broken.measure, currency=broken.currency, found=broken.cells,
            expected=broken.control,
        )  # fmt: skip
    apart = tuple(
        measure
        for measure in map(subject.measure, question.measures)
        if measure.how == "median" or set(measure.apart) & set(question.dimensions)
    )
    return Answer(question, subject, tuple(blocks), tuple(proofs), apart, time.perf_counter() - started)


def values_of(source: Source, question: Question, dimension: str, most: int = 200) -> tuple[list[str], int]:
    """The values of a dimension that occur in what a question is about, the most frequent first, and how many there
    are."""
    subject = subject_of(question.subject)
    _check(source, subject, question)
    asked = values_sql(subject, question, dimension, source.tables, source.platforms, most)
    rows = source.query(asked.sql, asked.values)
    return [row["value"] for row in rows], rows[0]["values"] if rows else 0


def _check(source: Source, subject: Subject, question: Question) -> None:
    if not source.holds(subject):
        raise UserError("semantic.nothing", subject=translated(subject.title))
    if question.comparison and not (question.first and question.last):
        raise UserError("semantic.no_period")


def _blocks(question: Question, asked: Asked, rows: Sequence[Mapping[str, Any]]) -> list[Block]:
    """The rows of a query by currency; ratios worked out of their parts, cell by cell."""
    blocks: dict[str, Block] = {}
    count, split = len(question.dimensions), len(question.rows)
    for row in rows:
        currency = row["currency"] or ""
        block = blocks.setdefault(currency, Block(currency))
        here = [row[f"d{number}"] for number in range(count) if not row["level"] >> (count - 1 - number) & 1]
        depth = sum(1 for number in range(split) if not row["level"] >> (count - 1 - number) & 1)
        key = (tuple(here[:depth]), tuple(here[depth:]))
        block.cells[key] = _figures(asked.measures, row)
        if depth == split and not key[1]:
            block.rows.append(key[0])
        if question.columns and not depth and key[1]:
            block.columns.append(key[1])
    return [blocks[currency] for currency in sorted(blocks)]


def _figures(measures: Sequence[Measure], row: Mapping[str, Any]) -> Figures:
    told = {each.name: _number(each, row[each.name]) for each in measures if each.how != "ratio"}
    for each in measures:
        if each.ratio:
            told[each.name] = ratio_of(told[each.ratio[0]], told[each.ratio[1]])
    return told


def _rates_of_all(subject: Subject, question: Question, block: Block) -> None:
    """Ratios whose whole is not split by some of the dimensions: worked out again with that whole."""
    for measure in subject.with_parts(question.measures):
        against = {place for place, name in enumerate(question.dimensions) if name in measure.against}
        if not measure.ratio or not against:
            continue
        part, whole = measure.ratio
        depth = len(question.rows)

        def kept(row: Key, column: Key, against: set[int] = against, depth: int = depth) -> tuple[Key, Key]:
            return (
                tuple(value for place, value in enumerate(row) if place not in against),
                tuple(value for place, value in enumerate(column, depth) if place not in against),
            )

        wholes: dict[tuple[int, tuple[Key, Key]], Decimal] = {}
        for (row, column), figures in block.cells.items():
            if len(row) == depth:
                for length in range(depth + 1):
                    place = (length, kept(row[:length], column))
                    wholes[place] = wholes.get(place, Decimal(0)) + (figures[whole] or 0)
        for (row, column), figures in block.cells.items():
            figures[measure.name] = ratio_of(figures[part], wholes.get((len(row), kept(row, column))))


def _number(measure: Measure, value: Any) -> Any:
    """Pieces are whole numbers where they are."""
    if measure.type == "count" and isinstance(value, Decimal) and value == value.to_integral_value():
        return int(value)
    return value


def _compare(source: Source, subject: Subject, question: Question, blocks: list[Block], most: int) -> None:
    """Put the figures of the comparison period beside those of the period. What only occurred then has lines too."""
    back = comparison_back(question)
    asked = pivot_sql(subject, question, source.tables, source.platforms, most, back)
    rows = source.query(asked.sql, asked.values)
    if len(rows) > most:
        raise _too_many(source, subject, question, most)
    known = {block.currency: block for block in blocks}
    for then in _blocks(question, asked, rows):
        block = known.get(then.currency)
        if block is None:
            block = Block(then.currency)
            blocks.append(block)
        _rates_of_all(subject, question, then)
        block.before = then.cells
        block.rows += [key for key in then.rows if key not in set(block.rows)]
        block.columns += [key for key in then.columns if key not in set(block.columns)]
        block.cells.setdefault(((), ()), {})
    blocks.sort(key=lambda block: block.currency)


def _order(key: Key) -> list[tuple[bool, bool, str]]:
    """By value; what is left over and blanks come last."""
    return [(value == OTHERS, value == "", value) for value in key]


def _sorted(question: Question, block: Block) -> list[Key]:
    """Row keys in the order wanted: by the value of a measure within the row they are part of, or by themselves."""
    if not question.sort:
        return sorted(block.rows, key=_order)
    name, down = question.sort.removeprefix("-"), question.sort.startswith("-")

    def place(key: Key) -> list[Any]:
        told: list[Any] = []
        for depth in range(1, len(key) + 1):
            value = block.figures(key[:depth]).get(name)
            signed = 0 if value is None else -value if down else value
            told.append((key[depth - 1] == OTHERS, value is None, signed))
            told.append(_order(key[depth - 1 : depth]))
        return told

    return sorted(block.rows, key=place)


def _proofs(source: Source, subject: Subject, question: Question, blocks: Sequence[Block]) -> list[Proof]:
    asked = control_sql(subject, question, source.tables, source.platforms)
    if not asked.measures:
        return []
    controls = {row["currency"] or "": row for row in source.control(asked.sql, asked.values)}
    elsewhere = _elsewhere(source, subject, question)
    proofs = []
    for block in blocks:
        leaves = [(row, column) for row in block.rows for column in block.columns or [()]]
        control = controls.get(block.currency, {})
        for measure in asked.measures:
            parts = (block.figures(*leaf).get(measure.name) or 0 for leaf in leaves)
            proofs.append(
                Proof(
                    measure.name,
                    block.currency,
                    sum(parts, Decimal(0)),
                    block.figures().get(measure.name) or 0,
                    control.get(measure.name) or 0,
                    elsewhere.get((measure.name, block.currency)),
                )
            )
    return proofs


def _elsewhere(source: Source, subject: Subject, question: Question) -> dict[tuple[str, str], Decimal]:
    """What the reconciliation says of the whole subject, where the question is about all of it."""
    if not source.current or question.filters or question.first or question.last:
        return {}
    tables = {name: f"({table})" for name, table in source.tables.items()}
    told = {}
    for measure, query in subject.controls:
        if measure in question.measures and not any(f"{{{name}}}" in query for name in CONTROLS - set(tables)):
            for row in source.control(query.format_map(tables), {}):
                told[measure, row["currency"]] = row["amount"]
    return told


def _too_many(source: Source, subject: Subject, question: Question, most: int) -> UserError:
    """Says which dimension makes the most lines."""
    counts = []
    for name in question.dimensions:
        asked = values_sql(subject, question, name, source.tables, source.platforms, 1)
        rows = source.query(asked.sql, asked.values)
        counts.append((rows[0]["values"] if rows else 0, translated(subject.dimension(name).title)))
    values, dimension = max(counts, default=(0, ""))
    return UserError("semantic.too_many_cells", most=f"{most:,}", dimension=dimension, values=f"{values:,}")


def _too_wide(subject: Subject, question: Question, block: Block) -> None:
    wide = len(block.columns) * len(question.measures)
    if wide > COLUMNS_MAX:
        last = translated(subject.dimension(question.columns[-1]).title)
        raise UserError("semantic.too_wide", columns=wide, most=COLUMNS_MAX, dimension=last)


__all__ = ["FILE_CELLS", "SCREEN_CELLS", "Answer", "Block", "Proof", "Source", "ask", "values_of"]
