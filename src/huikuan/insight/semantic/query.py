"""SQL of a question. What a user says gets into it as bound values only; all names are the registry's.

Two steps. `base` groups a subject's rows by the columns that its dimensions and filters read (shop, day, product ...):
the one pass over the file, or over the subject's cube where that tells it. `named` gives them their names (month,
platform ...), and every total is added up from that with GROUPING SETS. A question with a measure that cannot be added
up (a median, different orders that the cube does not tell) keeps its rows in `base`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from huikuan.insight.semantic.cube import THING, Cube
from huikuan.insight.semantic.model import Dimension, Measure, Subject
from huikuan.insight.semantic.question import Filter, Question, days_of
from huikuan.records.sql import sql_name

OTHERS = "\x01others"  # the value of the rows that `top` leaves over; no source has it


@dataclass
class Bound:
    """The values of a query by the names it calls them."""

    values: dict[str, Any] = field(default_factory=dict)

    def add(self, value: Any) -> str:
        """Bind a value; the text that stands for it."""
        name = f"v{len(self.values)}"
        self.values[name] = value
        return f"${name}"


@dataclass(frozen=True)
class Asked:
    """A question's query and what its rows hold: currency, `d0..` the dimensions, `level` (bits of the dimensions that
    are added up, the first the highest), the measures by name."""

    sql: str
    values: dict[str, Any]
    measures: tuple[Measure, ...]


def rows_sql(subject: Subject, tables: Mapping[str, str], columns: Collection[str] = ()) -> str:
    """A subject's rows; with another table in place of one of its own where columns are asked for that it names."""
    given = {name: f"({sql})" for name, sql in tables.items()}
    for column, table, other in subject.named:
        if column in columns and other in tables:
            given[table] = given[other]
    return subject.source.format_map(given)


def cube_of(
    subject: Subject, measures: Sequence[Measure], columns: Collection[str], tables: Mapping[str, str]
) -> Cube | None:
    """The smallest cube of a subject that tells these measures by these columns."""
    return next((each for each in subject.cubes if each.table in tables and each.tells(measures, columns)), None)


def columns_used(subject: Subject, question: Question, *more: Dimension) -> set[str]:
    """The columns that dimensions and filters read."""
    filtered = (subject.dimension(each.dimension).column for each in question.filters)
    return {subject.dimension(name).column for name in question.dimensions} | {d.column for d in more} | set(filtered)


def where_sql(subject: Subject, question: Question, platforms: Mapping[str, str], bound: Bound, back: str = "") -> str:
    """The condition on rows. `back`: how far the days are moved before they are looked at (a comparison)."""
    day = _moved(subject.day, back)
    parts = []
    if question.first:
        parts.append(f"{day} >= {bound.add(question.first)}::DATE")
    if question.last:
        parts.append(f"{day} <= {bound.add(question.last)}::DATE")
    for each in question.filters:
        dimension = subject.dimension(each.dimension)
        column = day if dimension.step else dimension.column
        parts.append(_condition(dimension, column, each, platforms, bound))
    return " AND ".join(parts) or "true"


def pivot_sql(
    subject: Subject, question: Question, tables: Mapping[str, str], platforms: Mapping[str, str], most: int,
    back: str = "",
) -> Asked:  # fmt: skip
    """The query of all cells and totals; no more than `most` + 1 rows."""
    bound = Bound()
    measures = tuple(subject.with_parts(question.measures))
    dimensions = [subject.dimension(name) for name in question.dimensions]
    aggregates = [each for each in measures if each.how != "ratio"]
    cube = cube_of(subject, measures, columns_used(subject, question), tables)
    whole = bool(cube) or all(each.additive for each in aggregates)
    where = where_sql(subject, question, platforms, bound, back)
    columns = list(dict.fromkeys(each.column for each in dimensions))
    names = {column: f"c{number}" for number, column in enumerate(columns)}
    selected = [f"{_moved(column, back) if column == subject.day else column} AS {names[column]}" for column in columns]
    if whole:
        selected += [f"{_sum(each, cube)} AS {sql_name(each.name)}" for each in aggregates]
        tail = " GROUP BY ALL"
    else:
        selected += [f"{each.value or 'true'} AS {sql_name(each.name)}" for each in aggregates]
        tail = ""
    kept = [sql_name(each.name) for each in aggregates]
    if cube and any(each.how == "distinct" for each in aggregates):
        selected.append(THING)
        kept.append(THING)
    rows = tables[cube.table] if cube else rows_sql(subject, tables, columns_used(subject, question))
    base = f"SELECT {', '.join(['currency', *selected])} FROM ({rows}) WHERE {where}{tail}"
    labels = [
        f"{_label(each, names[each.column], platforms, bound)} AS d{number}" for number, each in enumerate(dimensions)
    ]
    cells = f"SELECT {', '.join(['currency', *labels, *kept])} FROM base"
    again = {each.name: f"{_again(each, whole)} AS {sql_name(each.name)}" for each in aggregates}
    steps = [f"base AS MATERIALIZED ({base})", f"named AS ({cells})"]
    final = "named"
    if question.top and question.rows:
        steps += _top(subject, question, again, len(dimensions), kept, bound)
        final = "fewer"
    keys = [f"d{number}" for number in range(len(dimensions))]
    level = f"GROUPING({', '.join(keys)})" if keys else "0"
    sql = (
        f"WITH {', '.join(steps)} SELECT {', '.join(['currency', *keys, f'{level} AS level', *again.values()])} "
        f"FROM {final} GROUP BY GROUPING SETS ({', '.join(_sets(question))}) LIMIT {int(most) + 1}"
    )
    return Asked(sql, bound.values, measures)


def control_sql(subject: Subject, question: Question, tables: Mapping[str, str], platforms: Mapping[str, str]) -> Asked:
    """What the additive measures are without any dimension: one row per currency. Where the question itself is asked of
    the cube it is added up from the rows, else from the cube if that tells it: never from what the cells are made of.
    """
    bound = Bound()
    measures = tuple(each for each in subject.with_parts(question.measures) if each.additive)
    filtered = replace(question, rows=(), columns=())
    asked = subject.with_parts(question.measures)
    own = cube_of(subject, asked, columns_used(subject, question), tables)
    cube = None if own else cube_of(subject, measures, columns_used(subject, filtered), tables)
    sums = ", ".join(["currency", *(f"{_sum(each, cube)} AS {sql_name(each.name)}" for each in measures)])
    where = where_sql(subject, question, platforms, bound)
    rows = tables[cube.table] if cube else rows_sql(subject, tables, columns_used(subject, filtered))
    sql = f"SELECT {sums} FROM ({rows}) WHERE {where} GROUP BY currency ORDER BY currency"
    return Asked(sql, bound.values, measures)


def values_sql(
    subject: Subject, question: Question, name: str, tables: Mapping[str, str], platforms: Mapping[str, str], most: int
) -> Asked:
    """The values of a dimension that occur, the most frequent first; `rows` says how often, `values` how many there
    are."""
    bound = Bound()
    dimension = subject.dimension(name)
    where = where_sql(subject, question, platforms, bound)
    rows = rows_sql(subject, tables, columns_used(subject, question, dimension))
    counted = f"SELECT {dimension.column} AS c0, count(*) AS rows FROM ({rows}) WHERE {where} GROUP BY ALL"
    label = _label(dimension, "c0", platforms, bound)
    sql = (
        f"SELECT {label} AS value, sum(rows)::BIGINT AS rows, count(*) OVER () AS values FROM ({counted}) "
        f"GROUP BY value ORDER BY rows DESC, value LIMIT {int(most)}"
    )
    return Asked(sql, bound.values, ())


def comparison_back(question: Question) -> str:
    """How far the days of the comparison period are moved to fall into the question's own: an interval. A period of
    whole months goes back by months."""
    if question.comparison == "year":
        return "INTERVAL 1 YEAR"
    first, last = question.first, question.last
    assert first and last  # noqa: S101 - `ask` asks for a period first
    after = last + timedelta(days=1)
    if first.day == 1 and after.day == 1:
        return f"INTERVAL {(after.year - first.year) * 12 + after.month - first.month} MONTH"
    return f"INTERVAL {(after - first).days} DAY"


def _moved(day: str, back: str) -> str:
    return f"({day} + {back})::DATE" if back else day


def _label(dimension: Dimension, column: str, platforms: Mapping[str, str], bound: Bound) -> str:
    if dimension.lookup:
        shops, told = bound.add(list(platforms)), bound.add(list(platforms.values()))
        return f"coalesce(map({shops}::VARCHAR[], {told}::VARCHAR[])[{column}], '')"
    return f"coalesce(({dimension.sql.format(column)})::VARCHAR, '')"


def _condition(dimension: Dimension, column: str, wanted: Filter, platforms: Mapping[str, str], bound: Bound) -> str:
    """A filter as a condition on a column, so that a file's statistics help."""
    if dimension.step:
        told = _in_periods(dimension, column, wanted, bound)
    elif dimension.lookup:
        shops = [shop for shop, platform in platforms.items() if platform in wanted.values]
        blank = "" in wanted.values
        known = bound.add(list(platforms)) if blank else ""
        told = f"coalesce(list_contains({bound.add(shops)}::VARCHAR[], {column}), false)"
        told += f" OR NOT coalesce(list_contains({known}::VARCHAR[], {column}), false)" if blank else ""
    elif wanted.how == "contains":
        told = " OR ".join(f"contains(lower({column}), lower({bound.add(value)}))" for value in wanted.values)
    else:
        named = [value for value in wanted.values if value]
        text = column if dimension.sql == "{0}" else f"({dimension.sql.format(column)})"
        parts = [f"{text}::VARCHAR IN (SELECT unnest({bound.add(named)}::VARCHAR[]))"] if named else []
        parts += [f"coalesce({text}::VARCHAR, '') = ''"] if "" in wanted.values else []
        told = " OR ".join(parts)
    return f"NOT coalesce({told}, false)" if wanted.how == "is_not" else f"({told})"


def _in_periods(dimension: Dimension, column: str, wanted: Filter, bound: Bound) -> str:
    parts = []
    for first, last in _joined([days_of(dimension.step, value) for value in wanted.values if value]):
        parts.append(f"{column} BETWEEN {bound.add(first)}::DATE AND {bound.add(last)}::DATE")
    if "" in wanted.values:
        parts.append(f"{column} IS NULL")
    return " OR ".join(parts)


def _joined(spans: list[tuple[date, date]]) -> list[tuple[date, date]]:
    """Spans of days, those that touch joined."""
    joined: list[tuple[date, date]] = []
    for first, last in sorted(spans):
        if joined and first <= joined[-1][1] + timedelta(days=1):
            joined[-1] = (joined[-1][0], max(last, joined[-1][1]))
        else:
            joined.append((first, last))
    return joined


def _sum(measure: Measure, cube: Cube | None) -> str:
    """A measure over rows, or over those of a cube."""
    return cube.sql(measure) if cube else measure.sql


def _again(measure: Measure, whole: bool) -> str:
    """A measure over `named`: parts added up, or rows looked at. Of different things the cube tells those that stand in
    one line as a number, the others by themselves."""
    name = sql_name(measure.name)
    if whole and measure.how == "distinct":
        return f"(coalesce(sum({name}) FILTER ({THING} IS NULL), 0) + count(DISTINCT {THING}))::BIGINT"
    if whole:
        return measure.again
    return {
        "sum": f"coalesce(sum({name}), 0)::DECIMAL(38,5)",
        "count": f"count(*) FILTER ({name})",
        "distinct": f"count(DISTINCT {name})",
        "median": f"quantile_disc({name}, 0.5)",
    }[measure.how]


def _top(
    subject: Subject, question: Question, again: Mapping[str, str], dimensions: int, kept: list[str], bound: Bound
) -> list[str]:
    """`fewer`: the cells with all rows but the first ones as one, called OTHERS."""
    rows = [f"d{number}" for number in range(len(question.rows))]
    columns = [f"d{number}" for number in range(len(question.rows), dimensions)]
    measure = subject.measure(question.sort.removeprefix("-"))
    needed = [each.name for each in subject.with_parts([measure.name]) if each.how != "ratio"]
    figure = sql_name(measure.name)
    if measure.ratio:
        part, total = (sql_name(name) for name in measure.ratio)
        figure = f"({part}::DOUBLE / nullif({total}, 0)::DOUBLE)"
    way = "DESC" if question.sort.startswith("-") else "ASC"
    keys = ", ".join(["currency", *rows])
    summed = f"SELECT {keys}, {', '.join(again[name] for name in needed)} FROM named GROUP BY {keys}"
    ranked = (
        f"SELECT {keys}, row_number() OVER (PARTITION BY currency ORDER BY {figure} {way} NULLS LAST, "
        f"{', '.join(rows)}) AS place FROM ({summed})"
    )
    top, others = bound.add(question.top), bound.add(OTHERS)
    shown = [f"CASE WHEN place <= {top} THEN {row} ELSE {others} END AS {row}" for row in rows]
    fewer = f"SELECT {', '.join(['currency', *shown, *columns, *kept])} FROM named JOIN ranked USING ({keys})"
    return [f"ranked AS ({ranked})", f"fewer AS ({fewer})"]


def _sets(question: Question) -> list[str]:
    """Which totals: every beginning of the rows, with all columns and without any."""
    rows = [f"d{number}" for number in range(len(question.rows))]
    columns = [f"d{number}" for number in range(len(question.rows), len(question.dimensions))]
    sets = [("currency", *rows[:length], *chosen) for length in range(len(rows), -1, -1) for chosen in (columns, [])]
    return [f"({', '.join(each)})" for each in dict.fromkeys(sets)]
