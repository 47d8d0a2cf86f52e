"""Filtering, sorting and paging by key over a run's tables, with the totals of the filter.

A page is found in two steps, so that only the rows shown are read whole: first the keys of the page, then their rows.
Totals of a filter are worked out once per run and kept.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from huikuan.pipeline.compute import quoted
from huikuan.pipeline.plain import plain
from huikuan.pipeline.results.opened import OpenedRun
from huikuan.records.errors import UserError
from huikuan.records.messages import gettext_noop, register

register(
    {
        "results.column_unknown": gettext_noop("“%(column)s” is no column to sort by."),
        "results.cursor": gettext_noop("The page address is damaged. Go back to the first page."),
    }
)


@dataclass(frozen=True)
class Filter:
    """Which rows. Empty: all. `amount_from/to` compare the amount's size without its sign; `text` is looked for in
    order number, record key, amount and file name."""

    text: str = ""
    side: str = ""
    classes: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()  # shops or accounts
    currency: str = ""
    needs_work: bool | None = None
    amount_from: Decimal | None = None
    amount_to: Decimal | None = None
    date_from: date | None = None
    date_to: date | None = None
    order_no: str = ""
    group_id: str = ""
    record_keys: tuple[str, ...] = ()
    item_ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class Page:
    """One page of rows. `count` and `sums` (currency → {column: sum}) are of the whole filter; `next` is the cursor
    of the next page, blank on the last."""

    rows: list[dict[str, Any]]
    count: int
    sums: dict[str, dict[str, Decimal]] = field(default_factory=dict)
    next: str = ""


def where_of(
    wanted: Filter, columns: dict[str, str], *, money: str = "amount", day: str = "date", scope: str = "scope"
) -> tuple[str, list[Any]]:
    """The WHERE clause of a filter over a table with these columns, and its bound values."""
    parts: list[str] = []
    params: list[Any] = []

    def add(sql: str, *values: Any) -> None:
        parts.append(sql)
        params.extend(values)

    for column, value in (
        ("side", wanted.side), ("currency", wanted.currency),
        ("order_no", wanted.order_no), ("group_id", wanted.group_id),
    ):  # fmt: skip
        if value and column in columns:
            add(f"{column} = ?", value)
    for column, values in (
        ("class", wanted.classes), ("status", wanted.statuses), (scope, wanted.scopes),
        ("record_key", wanted.record_keys), ("item_id", wanted.item_ids),
    ):  # fmt: skip
        if values and column in columns:
            add(f"list_contains(?::VARCHAR[], {quoted(column)})", list(values))
    if wanted.needs_work is not None and "needs_work" in columns:
        add("needs_work = ?", wanted.needs_work)
    for sql, bound in (
        (f"abs({money}) >= ?::DECIMAL(18,5)", wanted.amount_from),
        (f"abs({money}) <= ?::DECIMAL(18,5)", wanted.amount_to),
        (f"{day} >= ?", wanted.date_from), (f"{day} <= ?", wanted.date_to),
    ):  # fmt: skip
        if bound is not None:
            add(sql, bound)
    text = wanted.text.strip().lower()
    if text:
        looked: list[str] = [c for c in ("order_no", "record_key", "reason") if c in columns]
        sql = " OR ".join(f"contains(lower(coalesce({c}, '')), ?)" for c in looked)
        if "document_id" in columns:
            looked.append("document")
            sql += " OR document_id IN (SELECT document_id FROM documents WHERE contains(lower(document), ?))"
        add(f"({sql} OR contains(CAST({money} AS VARCHAR), ?))", *[text] * len(looked), text.replace(",", ""))
    return ("WHERE " + " AND ".join(parts) if parts else ""), params


@dataclass(frozen=True)
class PagedTable:
    """A table that can be filtered, sorted by any column and paged. The columns `tie` are unique per row; rows of one
    `order_no` lie together. `sums` are summed per currency. With `document_id` among the columns, rows get the name of
    their file."""

    table: str
    columns: dict[str, str]
    tie: tuple[str, ...]
    sums: tuple[str, ...]
    money: str = "amount"
    day: str = "date"
    scope: str = "scope"

    def where(self, wanted: Filter) -> tuple[str, list[Any]]:
        """The filter as a WHERE clause and its bound values."""
        return where_of(wanted, self.columns, money=self.money, day=self.day, scope=self.scope)

    def totals(self, run: OpenedRun, wanted: Filter) -> list[dict[str, Any]]:
        """Per currency: count and sums of the filter."""
        clause, params = self.where(wanted)
        sums = "".join(f", sum({quoted(c)}) AS {quoted(c)}" for c in self.sums)
        sql = f"SELECT currency, count(*) AS count{sums} FROM {self.table} {clause} GROUP BY currency ORDER BY currency"
        return run.kept(sql, params)

    def page(self, run: OpenedRun, wanted: Filter, sort: str, descending: bool, after: str, limit: int) -> Page:
        """One page of the filter. UserError for an unknown column or a damaged cursor."""
        if sort not in self.columns and not (sort == "document" and "document_id" in self.columns):
            raise UserError("results.column_unknown", column=sort)
        summed = self.totals(run, wanted)
        keys = self._keys(run, wanted, sort, descending, after, limit)
        following = _cursor(keys[limit - 1]["sorted"], self._tie_of(keys[limit - 1])) if len(keys) > limit else ""
        rows = self._rows(run, keys[:limit])
        count = sum(row["count"] for row in summed)
        return Page(rows, count, {row["currency"]: {c: row[c] for c in self.sums} for row in summed}, following)

    def _keys(
        self, run: OpenedRun, wanted: Filter, sort: str, descending: bool, after: str, limit: int
    ) -> list[dict[str, Any]]:
        clause, params = self.where(wanted)
        column = quoted(sort)
        if sort == "document":
            column = "(SELECT any_value(d.document) FROM documents d WHERE d.document_id = t.document_id)"
        seek, bound = _seek(after, column, self.tie, descending)
        if seek:
            clause = f"{clause} AND {seek}" if clause else f"WHERE {seek}"
        way = "DESC" if descending else "ASC"
        wanted_columns = ", ".join(dict.fromkeys([*self.tie, "order_no"]))
        ties = ", ".join(f"{name} {way}" for name in self.tie)
        return run.query(
            f"SELECT {column} AS sorted, {wanted_columns} FROM {self.table} t {clause} "
            f"ORDER BY sorted {way} NULLS LAST, {ties} LIMIT {int(limit) + 1}",
            params + bound,
        )

    def _tie_of(self, row: dict[str, Any]) -> tuple[str, ...]:
        return tuple(row[name] for name in self.tie)

    def _rows(self, run: OpenedRun, keys: list[dict[str, Any]]) -> list[dict[str, Any]]:
        if not keys:
            return []
        ties = [self._tie_of(key) for key in keys]
        orders = sorted({key["order_no"] for key in keys if key["order_no"] is not None})
        # Literal numbers let the Parquet reader skip row groups.
        near = f"order_no IN ({', '.join('?' * len(orders))})" if orders else "false"
        if any(key["order_no"] is None for key in keys):
            near = f"({near} OR order_no IS NULL)"
        sql = f"SELECT * FROM {self.table} WHERE {near} AND list_contains(?::VARCHAR[], {self.tie[0]})"
        place = {tie: number for number, tie in enumerate(ties)}
        found = [row for row in run.query(sql, [*orders, [tie[0] for tie in ties]]) if self._tie_of(row) in place]
        found.sort(key=lambda row: place[self._tie_of(row)])
        if "document_id" in self.columns:
            names = run.documents()
            for row in found:
                row["document"] = names.get(row["document_id"])
        return found


def _cursor(value: Any, tie: tuple[str, ...]) -> str:
    kind = "t" if isinstance(value, datetime) else "d" if isinstance(value, date) else "n"
    if isinstance(value, Decimal):
        kind = "m"
    told = str(value) if kind in "dtm" else plain(value)
    return base64.urlsafe_b64encode(json.dumps([kind, told, tie]).encode()).decode()


def _seek(after: str, column: str, tie: tuple[str, ...], descending: bool) -> tuple[str, list[Any]]:
    """The condition that continues after a cursor: nulls last, whichever way."""
    if not after:
        return "", []
    try:
        kind, value, key = json.loads(base64.urlsafe_b64decode(after.encode()))
    except ValueError as error:
        raise UserError("results.cursor") from error
    cast = {"d": "::DATE", "t": "::TIMESTAMP", "m": "::DECIMAL(18,5)"}.get(kind, "")
    sign = "<" if descending else ">"
    beyond = f"({', '.join(tie)}) {sign} ({', '.join('?' * len(tie))})"
    if value is None:
        return f"({column} IS NULL AND {beyond})", key
    return (
        f"({column} {sign} ?{cast} OR ({column} = ?{cast} AND {beyond}) OR {column} IS NULL)",
        [value, value, *key],
    )
