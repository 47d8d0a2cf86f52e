"""Reading the collection for its list: totals by status, a page by keyset, the two matrices above it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.http import QueryDict

from huikuan.insight.collection.cube import AGES
from huikuan.pipeline.results.results import Results
from huikuan.records.codes import COLLECTION_STATUSES
from huikuan.records.errors import UserError
from huikuan.server.books.models import Book
from huikuan.server.collection.cubes import bound, kept, orders, rows, table
from huikuan.server.collection.figures import joins_sql
from huikuan.server.collection.filters import SORTS, FilterForm, Wanted, filter_of
from huikuan.server.core.paging import Page, encode
from huikuan.server.core.scope import Scope
from huikuan.server.followup import holding
from huikuan.server.workbench.services import results

ZERO = Decimal(0)
TOTALS = ("receivable", "collected", "outstanding", "overdue")
SHOWN = (
    "order_no, shop, currency, status, business_date, receivable, collected, outstanding, overdue, expected_date, "
    "due_date, overdue_days, age"
)
# The columns of the age matrix: where the money is, then how late.
AGE_COLUMNS = ("not_due", "in_wallets", "in_transit", "disputed", *(f"age{n}" for n in range(1, len(AGES) + 2)))


def published(book: Book, scope: Scope) -> Results | None:
    """The results as of the request's day; None when there are none."""
    try:
        return results(book, scope.as_of if scope.historical else None)
    except UserError as error:
        if error.code.startswith("results.none"):
            return None
        raise


def asked(book: Book, found: Results, data: QueryDict | dict[str, str]) -> tuple[FilterForm, Wanted | None]:
    """The form, and the filter it asks for, with the orders that are followed up where it asks for them; None when
    something in it cannot be understood."""
    form, wanted = filter_of(data, found.manifest.as_of)
    if wanted is None or not wanted.task:
        return form, wanted
    return form, replace(wanted, held=holding.numbers(book, found, wanted.task))


def source_sql(found: Results, wanted: Wanted) -> str:
    """The orders `c` of a filter with the amount of its figure, as FROM clause; the figure's SQL may stand in WHERE."""
    earlier = table(found, "earlier") if wanted.figure and wanted.figure.early else ""
    return f"{orders(found)} c {joins_sql(wanted.figure, earlier)}"


def summary(found: Results, wanted: Wanted) -> list[dict[str, Any]]:
    """Totals of a filter by status and currency, whatever status it names: orders, `TOTALS`, figure."""
    cube = wanted.cubed
    where, values = wanted.where(cube=cube, status=False)
    source = f"{table(found, 'cube')} c" if cube else source_sql(found, wanted)
    figure = wanted.figure.sql if wanted.figure else "0"
    sums = ", ".join(f"sum({name})::DECIMAL(38,5) AS {name}" for name in TOTALS)
    count = "sum(orders)::BIGINT" if cube else "count(*)"
    ask = rows if wanted.task else kept  # tasks change while the run stays
    return ask(
        found,
        f"SELECT status, c.currency AS currency, {count} AS orders, sum({figure})::DECIMAL(38,5) AS figure, {sums} "
        f"FROM {source} WHERE {where} GROUP BY ALL ORDER BY ALL",
        values,
    )


def chips(totals: Sequence[dict[str, Any]]) -> list[tuple[str, int]]:
    """Statuses that occur in a filter with their number of orders, in the order of their urgency."""
    counts: dict[str, int] = {}
    for row in totals:
        counts[row["status"]] = counts.get(row["status"], 0) + row["orders"]
    first = ["overdue", "partly_collected", "settled", "awaiting", "not_shipped", "disputed", "collected", "refunded"]
    return [(code, counts[code]) for code in dict.fromkeys([*first, *COLLECTION_STATUSES]) if code in counts]


def by_currency(totals: Sequence[dict[str, Any]], status: str) -> list[dict[str, Any]]:
    """The totals row of each currency, of one status or of all."""
    names = ("orders", "figure", *TOTALS)
    found: dict[str, dict[str, Any]] = {}
    for row in totals:
        if not status or row["status"] == status:
            line = found.setdefault(row["currency"], {"currency": row["currency"], **dict.fromkeys(names, 0)})
            for name in names:
                line[name] += row[name]
    return [found[currency] for currency in sorted(found)]


def page(found: Results, wanted: Wanted, after: list[Any] | None, number: int, size: int, total: int) -> Page:
    """One page of orders. Rows have the columns `SHOWN` and `figure`. Found in two steps: the rows' numbers by the
    columns that decide, then the rows."""
    keys = _keys(found, wanted, after, size + 1)
    shown = keys[:size]
    wanted_rows = ", ".join(str(key["row"]) for key in shown) or "-1"
    sql = f"SELECT {SHOWN}, file_row_number AS row FROM {orders(found)} WHERE file_row_number IN ({wanted_rows})"
    whole = {row["row"]: row for row in rows(found, sql)}
    cursor = encode([shown[-1]["sort_value"], shown[-1]["row"]]) if len(keys) > size else ""
    return Page([whole[key["row"]] | {"figure": key["figure"]} for key in shown], number, size, total, cursor)


def _keys(found: Results, wanted: Wanted, after: list[Any] | None, count: int) -> list[dict[str, Any]]:
    """The first rows of a filter from a cursor on: row, sort_value, figure."""
    where, values = wanted.where()
    figure, column = _columns(wanted)
    if wanted.sort.lstrip("-") == "order_no":  # the file's own order
        column = "c.file_row_number"
    if after and len(after) == 2:
        seek, told = _seek(column, wanted.sort, after)
        where, values = f"{where} AND {seek}", values | told
    way = "DESC" if wanted.sort.startswith("-") else "ASC"
    sql = (
        f"SELECT c.file_row_number AS row, {figure} AS figure, {column} AS sort_value FROM {source_sql(found, wanted)} "
        f"WHERE {where} ORDER BY sort_value {way} NULLS LAST, row LIMIT {int(count)}"
    )
    return rows(found, sql, values)


def _columns(wanted: Wanted) -> tuple[str, str]:
    """The SQL of the figure and of the sort column."""
    name = wanted.sort.lstrip("-")
    figure = f"({wanted.figure.sql})::DECIMAL(18,5)" if wanted.figure else "NULL::DECIMAL(18,5)"
    return figure, figure if name == "figure" else f"c.{name}"


def key_text(row: dict[str, Any]) -> str:
    """What names an order in a form: shop, order number, currency, as JSON."""
    return json.dumps([row["shop"], row["order_no"], row["currency"]], ensure_ascii=False)


def list_sql(found: Results, wanted: Wanted, columns: str) -> tuple[str, dict[str, Any]]:
    """All orders of a filter, sorted as the page sorts them, for files."""
    where, values = wanted.where()
    _figure, column = _columns(wanted)
    chosen = ", ".join(f"c.{part.strip()}" for part in columns.split(","))
    way = "DESC" if wanted.sort.startswith("-") else "ASC"
    sql = (
        f"SELECT {chosen} FROM {source_sql(found, wanted)} "
        f"WHERE {where} ORDER BY {column} {way} NULLS LAST, c.file_row_number"
    )
    return sql, bound(sql, values)


def _seek(column: str, sort: str, after: list[Any]) -> tuple[str, dict[str, Any]]:
    """The condition that continues after a cursor; blank values come last whichever way."""
    value, row = after
    told: dict[str, Any] = {"after_row": row if isinstance(row, int) else -1}
    tie = "c.file_row_number > $after_row"
    if value is None:
        return f"({column} IS NULL AND {tie})", told
    sign = "<" if sort.startswith("-") else ">"
    kind = "BIGINT" if column == "c.file_row_number" else SORTS[sort.lstrip("-")]
    cast = f"TRY_CAST($after_value AS {kind})"
    sql = f"({column} {sign} {cast} OR ({column} = {cast} AND {tie}) OR {column} IS NULL)"
    return sql, told | {"after_value": str(value)}


# Matrices -----------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Matrix:
    """Figures by shop: cells in the order of `columns`, `total` at the end of each row and `totals` below.

    `adds_up`: the cells add up to the totals that were added up apart from them.
    """

    currency: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Decimal, ...], Decimal], ...]
    totals: tuple[Decimal, ...]
    total: Decimal
    late: Decimal = ZERO
    adds_up: bool = True


def age_matrices(found: Results) -> list[Matrix]:
    """Outstanding money by shop, place and age; one matrix per currency."""
    ages = ", ".join(f"coalesce(sum(overdue) FILTER (age = {n}), 0) AS age{n}" for n in range(1, len(AGES) + 2))
    places = ", ".join(f"sum({name}) AS {name}" for name in AGE_COLUMNS if not name.startswith("age"))
    got = kept(
        found,
        f"SELECT shop, currency, {places}, {ages}, sum(outstanding) AS total, sum(overdue) AS late "
        f"FROM {table(found, 'cube')} GROUP BY shop, currency ORDER BY currency, shop",
    )
    return [_matrix(currency, AGE_COLUMNS, part) for currency, part in _parts(got)]


def status_matrices(found: Results) -> list[Matrix]:
    """Receivables by shop and collection status; one matrix per currency."""
    got = kept(
        found,
        f"SELECT shop, currency, status, sum(receivable) AS amount FROM {table(found, 'cube')} GROUP BY ALL",
    )
    whole = kept(
        found, f"SELECT shop, currency, sum(receivable) AS total FROM {orders(found)} GROUP BY ALL ORDER BY ALL"
    )
    cells = {(row["shop"], row["currency"], row["status"]): row["amount"] for row in got}
    matrices = []
    for currency, part in _parts(whole):
        occurring = {status for (_, c, status), amount in cells.items() if c == currency and amount}
        columns = tuple(code for code in COLLECTION_STATUSES if code in occurring)
        lines = [
            row | {code: cells.get((row["shop"], currency, code), ZERO) for code in columns} | {"late": ZERO}
            for row in part
        ]
        matrices.append(_matrix(currency, columns, lines))
    return matrices


def _parts(got: Sequence[dict[str, Any]]) -> list[tuple[str, list[dict[str, Any]]]]:
    currencies = sorted({row["currency"] for row in got})
    return [(currency, [row for row in got if row["currency"] == currency]) for currency in currencies]


def _matrix(currency: str, columns: tuple[str, ...], part: Sequence[dict[str, Any]]) -> Matrix:
    lines = tuple((row["shop"], tuple(row[name] for name in columns), row["total"]) for row in part)
    totals = tuple(sum((row[name] for row in part), ZERO) for name in columns)
    total = sum((row["total"] for row in part), ZERO)
    adds_up = all(sum(cells, ZERO) == whole for _, cells, whole in lines) and sum(totals, ZERO) == total
    return Matrix(currency, columns, lines, totals, total, sum((row["late"] for row in part), ZERO), adds_up)


def shops_of(found: Results) -> list[str]:
    """The shops that have orders."""
    return [row["shop"] for row in kept(found, f"SELECT DISTINCT shop FROM {table(found, 'cube')} ORDER BY 1")]


def currencies_of(found: Results) -> list[str]:
    """The currencies that occur."""
    return [row["currency"] for row in kept(found, f"SELECT DISTINCT currency FROM {table(found, 'cube')} ORDER BY 1")]


def last_day(found: Results, scope: Scope) -> date:
    """The last day of the period that the results know of."""
    return min(scope.date_to, found.manifest.as_of)
