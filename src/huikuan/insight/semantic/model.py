"""What the semantic layer is made of: measures, dimensions, subjects. Plain declarations; `query` makes SQL of them.

The SQL in them is written here, never by a user: what a user says are names of the registry and bound values.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from huikuan.insight.reports.tables import Column, ColumnType
from huikuan.insight.semantic.cube import Cube
from huikuan.records.messages import translated

How = Literal["sum", "count", "distinct", "median", "ratio"]
MONEY_SUM = "DECIMAL(38,5)"


@dataclass(frozen=True)
class Measure:
    """A figure by name, with its definition in one sentence.

    `value` is an expression over a row: what is added up, the condition under which a row counts, what is counted once
    each, of what the middle is taken. A ratio has no value but a part and a whole (names of measures). `apart`: the
    dimensions by which a thing is counted in several lines, so that these do not add up to the total. `against`: the
    dimensions that do not split a ratio's whole: a fee type's rate is of all sales, not of the fee's own.
    """

    name: str
    title: str
    definition: str
    value: str = ""
    how: How = "sum"
    type: ColumnType = "money"
    ratio: tuple[str, str] | None = None
    apart: tuple[str, ...] = ()
    against: tuple[str, ...] = ()

    @property
    def additive(self) -> bool:
        """Whether parts may be added up: sums and counts of rows."""
        return self.how in ("sum", "count")

    @property
    def sql(self) -> str:
        """The aggregate over rows; blank for a ratio."""
        return {
            "sum": f"coalesce(sum({self.value}), 0)::{MONEY_SUM}",
            "count": f"count(*) FILTER ({self.value})" if self.value else "count(*)",
            "distinct": f"count(DISTINCT {self.value})",
            "median": f"quantile_disc({self.value}, 0.5)",
            "ratio": "",
        }[self.how]

    @property
    def again(self) -> str:
        """The aggregate over what `sql` gave for parts, in its column; for additive measures only."""
        return f"sum({self.name})::{'BIGINT' if self.how == 'count' else MONEY_SUM}"

    def column(self) -> Column:
        """The measure as a column of a report, in the active language."""
        return Column(self.name, translated(self.title), self.type, total=self.additive, ratio=self.ratio)


@dataclass(frozen=True)
class Dimension:
    """What figures are split by: an expression over one `column` of a subject's rows; `{0}` stands for that column.

    `step`: of a time dimension, its length. `words`: which codes its values are (see `words.label`). `lookup`: its
    values come from a table beside the rows (platforms by shop). `many`: so many values that it is no default choice.
    `blank`: what it is called where there is no value.
    """

    name: str
    title: str
    definition: str
    column: str
    sql: str = "{0}"
    step: Literal["", "day", "week", "month", "quarter", "year"] = ""
    words: str = ""
    lookup: str = ""
    many: bool = False
    blank: str = ""

    @property
    def takes_text(self) -> bool:
        """Whether its values are free text, in which something may be looked for."""
        return not (self.step or self.words or self.lookup)


@dataclass(frozen=True)
class RecordColumn:
    """A column of a subject's list of records: an expression over its rows."""

    name: str
    title: str
    sql: str
    type: ColumnType = "text"
    words: str = ""


@dataclass(frozen=True)
class Subject:
    """A table of facts. `source`: its rows as a query over named tables in braces; each row has `currency`, the columns
    of its dimensions and `day`, the day it counts by. `grain` and `key` say what a row is. `needs`: tables without
    which there is nothing to ask. `controls`: measures, each with the query (`currency`, `amount`) of a figure told
    elsewhere that the whole subject must equal; `control_of` says where. `sourced`: whether its rows have `record_key`,
    `document_id` and `source_row`. `cubes`: its rows added up by few columns, the smallest first.
    """

    name: str
    title: str
    definition: str
    grain: str
    key: tuple[str, ...]
    source: str
    measures: tuple[Measure, ...]
    dimensions: tuple[Dimension, ...]
    records: tuple[RecordColumn, ...]
    needs: tuple[str, ...]
    controls: tuple[tuple[str, str], ...] = ()
    control_of: str = ""
    sourced: bool = True
    day: str = "business_date"
    named: tuple[tuple[str, str, str], ...] = ()
    cubes: tuple[Cube, ...] = ()

    def measure(self, name: str) -> Measure:
        """A measure by name. KeyError for an unknown one."""
        return {each.name: each for each in self.measures}[name]

    def dimension(self, name: str) -> Dimension:
        """A dimension by name. KeyError for an unknown one."""
        return {each.name: each for each in self.dimensions}[name]

    def with_parts(self, names: Sequence[str]) -> list[Measure]:
        """These measures and the parts of their ratios, each once."""
        wanted = list(names)
        for name in wanted:
            wanted += [part for part in self.measure(name).ratio or () if part not in wanted]
        return [self.measure(name) for name in dict.fromkeys(wanted)]
