"""Lists of records in a report: as many as fit, the rest as one row with its sums, so that totals are whole."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Any

from huikuan.insight.reports.base import ReportSource
from huikuan.insight.reports.tables import Column, Row, Section
from huikuan.records.messages import gettext_noop as _
from huikuan.records.messages import translated

LIST_MAX = 10_000


RowOf = Callable[[Mapping[str, Any]], Row]  # a query's row as the report's


def conditions(told: Mapping[str, str], params: Mapping[str, Any], always: str = "true") -> str:
    """SQL of what is asked: `told` has the condition of each parameter, which counts where the parameter is given."""
    return " AND ".join([always, *(sql for name, sql in told.items() if params[name])])


def list_rows(
    source: ReportSource, sql: str, values: Mapping[str, Any], columns: Sequence[Column], row_of: RowOf,
    whole: Callable[[], Mapping[str, Any]] | None = None,
) -> tuple[Row, ...]:  # fmt: skip
    """A sorted query's first `LIST_MAX` rows, and one of the rest. The query has the columns that are added up by their
    keys. `whole`: how many `rows` there are and what they add up to, where it need not be asked of the query, or is of
    more rows than the query's."""
    rows = source.rows(f"{sql} LIMIT {LIST_MAX + 1}", values)
    listed = tuple(row_of(row) for row in rows[:LIST_MAX])
    if len(rows) <= LIST_MAX:
        return listed
    summed = [column.key for column in columns if column.total]
    told = whole() if whole else source.rows(f"SELECT {_sums(summed)} FROM ({sql})", values)[0]
    return (*listed, _rest(told, summed, columns, rows[:LIST_MAX]))


def _sums(summed: Sequence[str]) -> str:
    return ", ".join(["count(*) AS rows", *(f"sum({name})::DECIMAL(38,5) AS {name}" for name in summed)])


def _rest(
    whole: Mapping[str, Any], summed: Sequence[str], columns: Sequence[Column], rows: Sequence[Mapping[str, Any]]
) -> Row:
    """The row of what is not listed: how many rows, and what they add up to."""
    rest = {name: whole[name] - sum(row[name] or 0 for row in rows) for name in summed}
    label = translated(_("%(count)s further rows")) % {"count": f"{whole['rows'] - LIST_MAX:,}"}
    return Row((label, *(rest.get(column.key) for column in columns[1:])))


def lists_by_currency(
    source: ReportSource, title: str, table: str, where: str, order: str, values: Mapping[str, Any],
    columns: tuple[Column, ...], row_of: RowOf, more: str = "", counted: str = "",
) -> list[Section]:  # fmt: skip
    """A list for each currency of the rows of a table, the latest first, with its totals. `more`: columns beside the
    table's own; `order` begins with the day. `counted`: a narrower table of the same rows. How many rows each day has
    tells which days are listed: no others are read."""
    day = order.partition(" ")[0]
    summed = [column.key for column in columns if column.total]
    days: dict[str, list[Mapping[str, Any]]] = {}
    for row in source.rows(
        f"SELECT currency, {day} AS day, {_sums(summed)} FROM (SELECT *{more} FROM {counted or table} WHERE {where}) "
        f"GROUP BY ALL ORDER BY currency, day DESC",
        values,
    ):
        days.setdefault(row["currency"], []).append(row)
    sections = []
    for currency, own in days.items():
        first = first_listed(own, "day")
        sql = f"SELECT *{more} FROM {table} WHERE {where} AND currency = $only{f' AND {day} >= $day' if first else ''}"
        asked = {**values, "only": currency, "day": first}
        whole = {name: sum(row[name] or 0 for row in own) for name in ("rows", *summed)}
        rows = list_rows(source, f"{sql} ORDER BY {order}", asked, columns, row_of, partial(dict, whole))
        sections.append(Section(translated(title), columns, rows, translated(_("Total")), currency))
    return sections


# Which of the largest are listed is found first, by the amounts alone: the rows of no others are read.
LARGEST = "(amount >= $least OR amount <= -$least)"


def least_listed(source: ReportSource, table: str, where: str, values: Mapping[str, Any]) -> Decimal:
    """The size of the last `amount` in a list of the largest of a table: `$least` of LARGEST."""
    query = f"""SELECT coalesce(min(size), 0)::DECIMAL(18,5) AS least FROM (
        SELECT abs(amount) AS size FROM {table} WHERE {where} ORDER BY size DESC LIMIT {LIST_MAX + 1})"""
    least: Decimal = source.rows(query, values)[0]["least"]
    return least


def first_listed(counts: Sequence[Mapping[str, Any]], key: str) -> Any:
    """Where a list ends: the value of `key` by which so many of the `rows` come before or with it that a list is full.
    None where all are listed. `counts` in the order of the list."""
    so_far = 0
    for each in counts:
        so_far += each["rows"]
        if so_far > LIST_MAX:
            return each[key]
    return None
