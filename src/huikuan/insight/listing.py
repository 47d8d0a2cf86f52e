"""Lists of records in a report: as many as fit, the rest as one row with its sums, so that totals are whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from huikuan.insight.report_base import ReportSource
from huikuan.insight.tables import Column, Row
from huikuan.records.messages import gettext_noop as _
from huikuan.records.messages import translated

LIST_MAX = 10_000


@dataclass(frozen=True)
class Limited:
    """The first rows of a query; how many more there are, and what they add up to by column."""

    rows: list[dict[str, Any]]
    further: int
    sums: dict[str, Any]


def limited(source: ReportSource, sql: str, values: Mapping[str, Any], summed: Sequence[str]) -> Limited:
    """A sorted query's first `LIST_MAX` rows."""
    rows = source.rows(f"{sql} LIMIT {LIST_MAX + 1}", values)
    if len(rows) <= LIST_MAX:
        return Limited(rows, 0, {})
    rows = rows[:LIST_MAX]
    sums = ", ".join(f"sum({name})::DECIMAL(38,5) AS {name}" for name in summed)
    whole = source.rows(f"SELECT count(*) AS rows, {sums} FROM ({sql})", values)[0]
    rest = {name: whole[name] - sum(row[name] or 0 for row in rows) for name in summed}
    return Limited(rows, whole["rows"] - LIST_MAX, rest)


def rest_row(found: Limited, columns: Sequence[Column]) -> list[Row]:
    """The row of what is not listed; none where everything is."""
    if not found.further:
        return []
    label = translated(_("%(count)s further rows")) % {"count": f"{found.further:,}"}
    return [Row((label, *(found.sums.get(column.key) for column in columns[1:])))]
