"""A subject's rows added up by few columns: what a run writes so that most questions need not read all rows."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from huikuan.insight.semantic.model import Measure


@dataclass(frozen=True)
class Cube:
    """Where a question that reads no column but `columns` is answered from, and what other totals are proved by.

    `table`: a named table with `currency`, `columns`, the columns that measures add up, and `number`, how many rows a
    line stands for. `things`: a measure of different things that `things_table` tells by `things_columns`, in its
    columns THING (null, or a thing that stands in several lines) and THINGS (how many that stand in no other, else 1).
    Sums of the subject must be linear in their columns; a count with a condition is not told.
    """

    table: str
    columns: tuple[str, ...]
    number: str
    things: str = ""
    things_table: str = ""
    things_columns: tuple[str, ...] = ()

    def rows(self, measures: Sequence[Measure], columns: Collection[str], tables: Mapping[str, str]) -> str:
        """The rows from which these measures by these columns are added up; blank where the cube cannot tell them."""
        asked = [each for each in measures if each.how != "ratio"]
        added = [each for each in asked if each.how == "sum" or (each.how == "count" and not each.value)]
        things = [each for each in asked if each.name == self.things]
        parts = ([(self.table, self.columns)] if added else []) + (
            [(self.things_table, self.things_columns)] if things else []
        )
        told = all(table in tables and set(columns) <= set(own) for table, own in parts)
        if not told or len(added) + len(things) < len(asked):
            return ""
        return " UNION ALL BY NAME ".join(f"SELECT * FROM ({tables[table]})" for table, _own in parts)

    def sql(self, measure: Measure) -> str:
        """The aggregate over the cube's rows; of different things the part that may be added up."""
        number = {"count": self.number, "distinct": THINGS}.get(measure.how)
        return f"coalesce(sum({number}), 0)::BIGINT" if number else measure.sql


THINGS, THING = "things", "thing"
