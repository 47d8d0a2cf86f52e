"""A subject's rows added up by few columns: what a run writes so that most questions need not read all rows."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from huikuan.insight.semantic.model import Measure

THINGS, THING = "things", "thing"


def things_sql(where: str = "true") -> str:
    """How many different things rows with THINGS and THING stand for."""
    single = f"coalesce(sum({THINGS}) FILTER ({THING} IS NULL AND {where}), 0)"
    return f"({single} + count(DISTINCT {THING}) FILTER ({where}))::BIGINT"


@dataclass(frozen=True)
class Cube:
    """Where a question that reads no column but `columns` is answered from, and what other totals are proved by.

    `table`: a named table with `currency`, `columns`, the columns that measures add up, and `number`, how many of the
    subject's rows a line stands for. Sums of the subject must be linear in their columns; a count with a condition is
    not told. `things`: a measure of different things that the table tells as well, in its columns THING (null, or a
    thing that stands in several lines) and THINGS (how many that stand in no other; 1 beside a THING).
    """

    table: str
    columns: tuple[str, ...]
    number: str
    things: str = ""

    def tells(self, measures: Sequence[Measure], columns: Collection[str]) -> bool:
        """Whether these measures by these columns can be added up from it."""
        known = all(
            each.how in ("sum", "ratio") or (each.how == "count" and not each.value) or each.name == self.things
            for each in measures
        )
        return known and set(columns) <= set(self.columns)

    def sql(self, measure: Measure) -> str:
        """The aggregate over the cube's rows; of different things the part that may be added up."""
        number = {"count": self.number, "distinct": THINGS}.get(measure.how)
        return f"coalesce(sum({number}), 0)::BIGINT" if number else measure.sql
