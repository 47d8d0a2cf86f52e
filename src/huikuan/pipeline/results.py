"""What a run found, as screens, exports and commands read it: filtered, sorted, paged by key, with totals.

Everything comes from the published Parquet with the decisions made since laid over. Rows are plain dictionaries
with the columns of the contract (DESIGN section 7, Rows) and a few more; money is Decimal.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from huikuan.engine.model import LINKS, OPEN
from huikuan.pipeline import runs
from huikuan.pipeline.book import Book
from huikuan.pipeline.compute import quoted
from huikuan.pipeline.opened import OpenedRun, opened_run
from huikuan.pipeline.plain import plain
from huikuan.pipeline.runs import Manifest
from huikuan.records.decisions import Decisions
from huikuan.records.errors import UserError
from huikuan.records.messages import gettext_noop, register

register(
    {
        "results.column_unknown": gettext_noop("“%(column)s” is no column to sort by."),
        "results.cursor": gettext_noop("The page address is damaged. Go back to the first page."),
        "results.reconciliation_unknown": gettext_noop("The run does not know the reconciliation “%(name)s”."),
    }
)

LINK_COLUMNS = (
    "link_id", "group_id", "side", "record_key", "document", "source_row", "order_no", "date", "currency", "amount",
    "allocated", "pass", "status", "class", "residual", "reason",
)  # fmt: skip
OPEN_COLUMNS = (
    "item_id", "group_id", "record_key", "side", "document", "source_row", "order_no", "date", "currency", "amount",
    "class", "needs_work", "due_date", "age_days", "cause", "suggestion",
)  # fmt: skip
COLLECTION_COLUMNS = (
    "order_no", "shop", "currency", "status", "receivable", "settled", "collected", "refunded", "overdue", "due_date",
)  # fmt: skip


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


class Results:
    """The results of one run of a book, with decisions laid over. Cheap to make: the run is opened once per process."""

    def __init__(self, book: Book, run: OpenedRun, decisions: Decisions | None) -> None:
        self.book = book
        self.run = run
        self.decisions = decisions

    @classmethod
    def of(
        cls,
        book: Book,
        decisions: Decisions | None = None,
        as_of: date | None = None,
        date_from: date | None = None,
        date_to: date | None = None,
    ) -> Results:
        """The run published for these arguments. UserError `results.none` when there is none."""
        folder = runs.get_run(book, runs.arguments(book, as_of, date_from, date_to))
        return cls(book, opened_run(folder), decisions)

    @property
    def manifest(self) -> Manifest:
        """What the run was made of."""
        return self.run.manifest

    def waiting(self) -> bool:
        """Whether decisions were made that only the next run can show (corrected facts)."""
        return self.decisions is not None and any(
            self.run.now(name, self.decisions)[2].waiting for name in self.manifest.names
        )

    def source(self, name: str, part: str) -> str:
        """The table behind `links` or `open` of a reconciliation, with `document` (file name) beside the columns."""
        if name not in self.manifest.names:
            raise UserError("results.reconciliation_unknown", name=name)
        links, opened, _ = self.run.now(name, self.decisions)
        table = links if part == "links" else opened
        return f"(SELECT t.*, d.document FROM {table} t LEFT JOIN documents d USING (document_id))"

    def open_items(
        self,
        name: str,
        wanted: Filter | None = None,
        *,
        sort: str = "date",
        descending: bool = False,
        after: str = "",
        limit: int = 50,
    ) -> Page:
        """A page of open items of a reconciliation."""
        query = _Query(self.source(name, "open"), {**OPEN, "document": "string"}, "item_id", ("amount",))
        return query.page(self.run, wanted or Filter(), sort, descending, after, limit)

    def links(
        self,
        name: str,
        wanted: Filter | None = None,
        *,
        sort: str = "order_no",
        descending: bool = False,
        after: str = "",
        limit: int = 50,
    ) -> Page:
        """A page of links of a reconciliation."""
        query = _Query(self.source(name, "links"), {**LINKS, "document": "string"}, "link_id", ("amount", "allocated"))
        return query.page(self.run, wanted or Filter(), sort, descending, after, limit)

    def group(self, name: str, group_id: str, order_no: str = "") -> list[dict[str, Any]]:
        """All link rows of a group, left side first. The order number, if known, makes the look-up fast."""
        where, params = "group_id = ?", [group_id]
        if order_no:
            where, params = "order_no = ? AND group_id = ?", [order_no, group_id]
        return self.run.query(
            f"SELECT * FROM {self.source(name, 'links')} WHERE {where} ORDER BY side, date, record_key", params
        )

    def group_open(self, name: str, group_id: str) -> list[dict[str, Any]]:
        """The residual rows of a group."""
        return self.run.query(
            f"SELECT * FROM {self.source(name, 'open')} WHERE group_id = ? ORDER BY class, item_id", [group_id]
        )

    def links_of_order(self, name: str, order_no: str) -> list[dict[str, Any]]:
        """All link rows of an order, each group whole."""
        return self.run.query(
            f"SELECT * FROM {self.source(name, 'links')} WHERE order_no = ? ORDER BY group_id, side, date, record_key",
            [order_no],
        )

    def open_of_order(self, name: str, order_no: str) -> list[dict[str, Any]]:
        """All open items of an order."""
        return self.run.query(
            f"SELECT * FROM {self.source(name, 'open')} WHERE order_no = ? ORDER BY date, item_id", [order_no]
        )

    def of_record(self, name: str, record_key: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """Links and open items of one record."""
        found = [
            self.run.query(f"SELECT * FROM {self.source(name, part)} WHERE record_key = ?", [record_key])
            for part in ("links", "open")
        ]
        return found[0], found[1]

    def records(self, name: str, record_keys: Sequence[str]) -> list[dict[str, Any]]:
        """What is known of records, whether open or linked: one row per side and record, `amount` the whole record's.

        Looked for among what is open first; the links are read only for what is not there.
        """
        links, opened, _ = self.run.now(name, self.decisions)
        columns = "side, record_key, scope, document_id, source_row, order_no, date, currency"
        keys = list(dict.fromkeys(record_keys))
        found = self.run.query(
            f"SELECT {columns}, amount FROM {opened} WHERE list_contains(?::VARCHAR[], record_key)", [keys]
        )
        linked = self.run.query(
            f"SELECT DISTINCT {columns}, amount FROM {links} WHERE record_key IN (SELECT unnest(?::VARCHAR[]))",
            [[key for key in keys if key not in {row["record_key"] for row in found}] + self._split(name)],
        )
        whole = {(row["side"], row["record_key"]): row for row in [*found, *linked]}
        return [row for row in whole.values() if row["record_key"] in keys]

    def _split(self, name: str) -> list[str]:
        """Keys of records that people have split: their open row shows only the rest."""
        if self.decisions is None:
            return []
        return [
            member.record_key
            for match in self.decisions.matches
            if match.reconciliation == name
            for member in match.members
            if member.amount != member.fact_amount
        ]

    def item(self, name: str, item_id: str) -> dict[str, Any] | None:
        """One open item; None when it is open no more."""
        rows = self.run.query(f"SELECT * FROM {self.source(name, 'open')} WHERE item_id = ?", [item_id])
        return rows[0] if rows else None

    def statement(self, name: str = "") -> list[dict[str, Any]]:
        """The statement rows of one reconciliation or of all: proved totals per side and currency."""
        names = (name,) if name else self.manifest.names
        return [
            row
            for each in names
            for row in self.run.query(f"SELECT * FROM {self.run.table(each, 'statement')} ORDER BY side, currency")
        ]

    def classes(self, name: str, wanted: Filter | None = None) -> list[dict[str, Any]]:
        """Open items by class, side and currency: count, amount, whether they need work. Most money first."""
        clause, params = where_of(wanted or Filter(), {**OPEN, "document": "string"})
        return self.run.query(
            f"SELECT class, side, currency, needs_work, count(*) AS count, sum(amount) AS amount "
            f"FROM {self.source(name, 'open')} {clause} GROUP BY ALL "
            f"ORDER BY needs_work DESC, sum(abs(amount)) DESC, class",
            params,
        )

    def passes(self, name: str) -> list[dict[str, Any]]:
        """Links by pass and status: groups and rows."""
        return self.run.query(
            f"SELECT pass, status, count(DISTINCT group_id) AS groups, count(*) AS links "
            f"FROM {self.source(name, 'links')} GROUP BY ALL ORDER BY pass, status"
        )

    def collection(
        self,
        wanted: Filter | None = None,
        *,
        sort: str = "order_no",
        descending: bool = False,
        after: str = "",
        limit: int = 50,
    ) -> Page:
        """A page of the orders' collection. Filter: `statuses`, `scopes` (shops), `text`, dates (due date), amounts
        (receivable)."""
        return self._collection_query().page(self.run, wanted or Filter(), sort, descending, after, limit)

    def _collection_query(self) -> _Query:
        table = self.run.table("", "collection")
        types = {row["column_name"]: row["column_type"] for row in self.run.query(f"DESCRIBE {table}")}
        sums = tuple(name for name, kind in types.items() if kind.startswith("DECIMAL"))
        return _Query(table, types, "order_no", sums, money="receivable", day="due_date", scope="shop")

    def collection_totals(self, wanted: Filter | None = None) -> list[dict[str, Any]]:
        """Totals by shop, currency and status: number of orders and the sum of every amount."""
        query = self._collection_query()
        sums = ", ".join(f"sum({quoted(c)}) AS {quoted(c)}" for c in query.sums)
        clause, params = query.where(wanted or Filter())
        return self.run.query(
            f"SELECT shop, currency, status, count(*) AS orders, {sums} FROM {query.source} {clause} "
            f"GROUP BY shop, currency, status ORDER BY shop, currency, status",
            params,
        )

    def collection_of_order(self, order_no: str) -> list[dict[str, Any]]:
        """The collection rows of an order number (one per shop that has it)."""
        return self.run.query(
            f"SELECT * FROM {self.run.table('', 'collection')} WHERE order_no = ? ORDER BY shop", [order_no]
        )

    def stream_collection(self, columns: Sequence[str], statuses: Sequence[str] = ()) -> Iterator[dict[str, Any]]:
        """The collection rows of some statuses (none: all) in batches, sorted by order number."""
        chosen = (
            f"(SELECT * FROM {self.run.table('', 'collection')} WHERE status IN ({', '.join('?' * len(statuses))}))"
        )
        source = chosen if statuses else self.run.table("", "collection")
        return self._batches(source, columns, "order_no, shop, currency", list(statuses))

    def stream(self, name: str, part: str, columns: Sequence[str], order: str) -> Iterator[dict[str, Any]]:
        """All rows of a table in batches, for exports of any size."""
        return self._batches(self.source(name, part), columns, order, [])

    def _batches(self, source: str, columns: Sequence[str], order: str, params: list[Any]) -> Iterator[dict[str, Any]]:
        cursor = self.run.cursor()
        try:
            cursor.execute(f"SELECT {', '.join(quoted(c) for c in columns)} FROM {source} ORDER BY {order}", params)
            while batch := cursor.fetchmany(10_000):
                for row in batch:
                    yield dict(zip(columns, row, strict=True))
        finally:
            cursor.close()


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
        looked = [c for c in ("order_no", "record_key", "document", "reason") if c in columns]
        sql = " OR ".join(f"contains(lower(coalesce({c}, '')), ?)" for c in looked)
        add(f"({sql} OR contains(CAST({money} AS VARCHAR), ?))", *[text] * len(looked), text.replace(",", ""))
    return ("WHERE " + " AND ".join(parts) if parts else ""), params


@dataclass(frozen=True)
class _Query:
    """A table that can be filtered, sorted by any column and paged by key. `key` is unique together with the sort."""

    source: str
    columns: dict[str, str]
    key: str
    sums: tuple[str, ...]
    money: str = "amount"
    day: str = "date"
    scope: str = "scope"

    def where(self, wanted: Filter) -> tuple[str, list[Any]]:
        return where_of(wanted, self.columns, money=self.money, day=self.day, scope=self.scope)

    def page(self, run: OpenedRun, wanted: Filter, sort: str, descending: bool, after: str, limit: int) -> Page:
        if sort not in self.columns:
            raise UserError("results.column_unknown", column=sort)
        clause, params = self.where(wanted)
        tie = self.key if self.key != "order_no" else "order_no || '|' || shop"
        totals = ", ".join(f"sum({quoted(c)}) AS {quoted(c)}" for c in self.sums)
        summed = run.query(
            f"SELECT currency, count(*) AS count, {totals} FROM {self.source} {clause} "
            f"GROUP BY currency ORDER BY currency",
            params,
        )
        seek, bound = _seek(after, sort, tie, descending)
        if seek:
            clause = f"{clause} AND {seek}" if clause else f"WHERE {seek}"
        way = "DESC" if descending else "ASC"
        rows = run.query(
            f"SELECT *, {tie} AS row_tie FROM {self.source} {clause} "
            f"ORDER BY {quoted(sort)} {way} NULLS LAST, row_tie {way} LIMIT {int(limit) + 1}",
            params + bound,
        )
        more = len(rows) > limit
        rows = rows[:limit]
        following = _cursor(rows[-1][sort], rows[-1]["row_tie"]) if more and rows else ""
        for row in rows:
            del row["row_tie"]
        count = sum(row["count"] for row in summed)
        return Page(rows, count, {row["currency"]: {c: row[c] for c in self.sums} for row in summed}, following)


def _cursor(value: Any, tie: str) -> str:
    kind = "t" if isinstance(value, datetime) else "d" if isinstance(value, date) else "n"
    if isinstance(value, Decimal):
        kind = "m"
    told = str(value) if kind in "dtm" else plain(value)
    return base64.urlsafe_b64encode(json.dumps([kind, told, tie]).encode()).decode()


def _seek(after: str, sort: str, tie: str, descending: bool) -> tuple[str, list[Any]]:
    """The condition that continues after a cursor: nulls last, whichever way."""
    if not after:
        return "", []
    try:
        kind, value, key = json.loads(base64.urlsafe_b64decode(after.encode()))
    except ValueError as error:
        raise UserError("results.cursor") from error
    cast = {"d": "::DATE", "t": "::TIMESTAMP", "m": "::DECIMAL(18,5)"}.get(kind, "")
    sign = "<" if descending else ">"
    column = quoted(sort)
    if value is None:
        return f"({column} IS NULL AND {tie} {sign} ?)", [key]
    return (
        f"({column} {sign} ?{cast} OR ({column} = ?{cast} AND {tie} {sign} ?) OR {column} IS NULL)",
        [value, value, key],
    )
