"""Lists of records in a report: as many as fit, the rest as one row with its sums, so that totals are whole."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from huikuan.insight.report_base import ReportSource
from huikuan.insight.tables import Column, Row, Section
from huikuan.records.messages import gettext_noop as _
from huikuan.records.messages import translated

LIST_MAX = 10_000


RowOf = Callable[[Mapping[str, Any]], Row]  # a query's row as the report's


def conditions(told: Mapping[str, str], params: Mapping[str, Any], always: str = "true") -> str:
    """SQL of what is asked: `told` has the condition of each parameter, which counts where the parameter is given."""
    return " AND ".join([always, *(sql for name, sql in told.items() if params[name])])


def list_rows(
    source: ReportSource, sql: str, values: Mapping[str, Any], columns: Sequence[Column], row_of: RowOf, whole: str = ""
) -> tuple[Row, ...]:
    """A sorted query's first `LIST_MAX` rows, and one of the rest. The query has the columns that are added up by their
    keys; `whole`: a query of how many `rows` it has and what they add up to, where a smaller table tells it."""
    rows = source.rows(f"{sql} LIMIT {LIST_MAX + 1}", values)
    listed = tuple(row_of(row) for row in rows[:LIST_MAX])
    if len(rows) <= LIST_MAX:
        return listed
    summed = [column.key for column in columns if column.total]
    told = source.rows(whole or _whole_sql(sql, summed), values)[0]
    return (*listed, _rest(told, summed, columns, rows[:LIST_MAX]))


def _whole_sql(sql: str, summed: Sequence[str]) -> str:
    sums = ", ".join(f"sum({name})::DECIMAL(38,5) AS {name}" for name in summed)
    return f"SELECT count(*) AS rows, {sums} FROM ({sql})"


def _rest(
    whole: Mapping[str, Any], summed: Sequence[str], columns: Sequence[Column], rows: Sequence[Mapping[str, Any]]
) -> Row:
    """The row of what is not listed: how many rows, and what they add up to."""
    rest = {name: whole[name] - sum(row[name] or 0 for row in rows) for name in summed}
    label = translated(_("%(count)s further rows")) % {"count": f"{whole['rows'] - LIST_MAX:,}"}
    return Row((label, *(rest.get(column.key) for column in columns[1:])))


def lists_by_currency(
    source: ReportSource, title: str, table: str, where: str, order: str, values: Mapping[str, Any],
    columns: tuple[Column, ...], row_of: RowOf, more: str = "",
) -> list[Section]:  # fmt: skip
    """A list for each currency of the rows of a table, with its totals. `more`: columns beside the table's own."""
    sections = []
    for known in source.rows(f"SELECT DISTINCT currency FROM {table} WHERE {where} ORDER BY 1", values):
        sql = f"SELECT *{more} FROM {table} WHERE {where} AND currency = $only ORDER BY {order}"
        rows = list_rows(source, sql, {**values, "only": known["currency"]}, columns, row_of)
        sections.append(Section(translated(title), columns, rows, translated(_("Total")), known["currency"]))
    return sections
