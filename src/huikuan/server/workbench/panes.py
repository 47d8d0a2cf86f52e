"""The open items of one side of a reconciliation, as the workbench shows them: filtered, sorted, paged by key.

Everything is one or two queries over the published results with decisions laid over; 100,000 open items stay in memory.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from huikuan.insight.words import CAUSES, word_of
from huikuan.pipeline.periods.closed import late_among
from huikuan.pipeline.results.results import Results
from huikuan.pipeline.runs.said import SAID, said_sql
from huikuan.records.errors import UserError
from huikuan.server.books.models import Book
from huikuan.server.core import paging, statuses
from huikuan.server.core.scope import period_label
from huikuan.server.documents.library import library_book
from huikuan.server.workbench.filters import Typed, holds_sql
from huikuan.server.workbench.models import SuggestionRefused
from huikuan.server.workbench.rows import Row, row_of

SORTS = ("date", "amount", "order_no", "scope", "class", "age_days")
SHOWS = ("work", "all", "rest", "suggested")
SEARCHED = ("order_no", "record_key", "scope", "document", "party", "said")
NEAREST = 100
SELECT_AT_MOST = 2000
ZERO = Decimal(0)
_text_lock = threading.Lock()


@dataclass(frozen=True)
class Near:
    """What the other side has selected: rows close to it come first."""

    amount: Decimal
    currency: str
    day: date | None
    orders: tuple[str, ...] = ()


@dataclass(frozen=True)
class Wanted:
    """Which rows of a pane, in which order. `until`: items of later days are left out. `names`: full names of bank
    counterparties may be shown and searched."""

    side: str
    show: str = "work"
    typed: Typed = field(default_factory=Typed)
    classes: tuple[str, ...] = ()
    cause: str = ""
    sort: str = "-date"
    after: str = ""
    number: int = 1
    size: int = 100
    near: Near | None = None
    until: date | None = None
    names: bool = False


@dataclass(frozen=True)
class Count:
    """Number of items, and their money by currency."""

    items: int
    sums: tuple[tuple[str, Decimal], ...]


@dataclass(frozen=True)
class Pane:
    """A page of rows; `chips`: (class, items) of what is shown; `all`, `work`, `rest`, `suggested` count the side by
    its filter."""

    wanted: Wanted
    rows: list[Row]
    page: paging.Page
    chips: list[tuple[str, int]]
    shown: Count
    work: Count
    rest: Count
    all: Count
    suggested: int


def refused_of(book: Book, name: str) -> tuple[str, ...]:
    """Items whose suggestion somebody has rejected."""
    found = SuggestionRefused.objects.filter(book=book, reconciliation=name, live=True)
    return tuple(found.values_list("item_id", flat=True))


def pane(book: Book, found: Results, name: str, wanted: Wanted) -> Pane:
    """A pane's page."""
    prepare_texts(book, found, name)
    clause, params = where(wanted)
    rows_of = source(found, name, wanted) if wanted.typed.words else _bare(found, name)
    counted = found.run.kept(
        f"SELECT class, needs_work, suggested, currency, count(*) AS items, sum(amount) AS amount "
        f"FROM {rows_of} {clause} GROUP BY ALL ORDER BY items DESC, class",
        params,
    )
    inside = [row for row in counted if not wanted.classes or row["class"] in wanted.classes]
    shown = _count([row for row in inside if _is_shown(row, wanted.show)])
    rows, following = _rows(found, name, wanted)
    page = paging.Page(rows, wanted.number, wanted.size, shown.items, following)
    chips: dict[str, int] = {}
    for row in counted:
        if _is_shown(row, wanted.show):
            chips[row["class"]] = chips.get(row["class"], 0) + row["items"]
    return Pane(
        wanted,
        _marked_late([row_of(name, row, found) for row in rows], found),
        page,
        sorted(chips.items(), key=lambda chip: -chip[1]),
        shown,
        _count([row for row in inside if row["needs_work"]]),
        _count([row for row in inside if not row["needs_work"]]),
        _count(inside),
        sum(row["items"] for row in inside if row["suggested"]),
    )


def _marked_late(rows: list[Row], found: Results) -> list[Row]:
    """The rows; those that came after their period had been closed say so."""
    late = late_among(found.book, {row.key: row.day for row in rows if row.key})
    return [replace(row, late=period_label(late[row.key])) if row.key in late else row for row in rows]


def counts(found: Results, name: str) -> dict[str, int]:
    """Open items of a reconciliation: `work`, `rest`, `all`, `suggested`."""
    opened = found.run.now(name, "open", found.decisions)
    rows = found.run.kept(
        'SELECT count(*) AS "all", count(*) FILTER (needs_work) AS work, count(*) FILTER (NOT needs_work) AS rest, '
        f"count(*) FILTER (needs_work AND suggestion <> '') AS suggested FROM {opened}",
        [],
    )
    return rows[0]


def _is_shown(row: dict[str, Any], show: str) -> bool:
    if show == "suggested":
        return bool(row["suggested"])
    return show == "all" or bool(row["needs_work"]) == (show == "work")


def _count(rows: list[dict[str, Any]]) -> Count:
    sums: dict[str, Decimal] = {}
    for row in rows:
        sums[row["currency"]] = sums.get(row["currency"], ZERO) + row["amount"]
    return Count(sum(row["items"] for row in rows), tuple(sorted(sums.items())))


def _bare(found: Results, name: str) -> str:
    """Open items with `suggested`."""
    opened = found.run.now(name, "open", found.decisions)
    return f"(SELECT *, suggestion <> '' AND needs_work AS suggested FROM {opened})"


def _told(name: str, wanted: Wanted, rows: str) -> str:
    """Open items with `document`, `party`, `said` (what the record says) beside them."""
    party = "x.party" if wanted.names else "x.masked"
    return (
        f"(SELECT t.*, d.document, {party} AS party, x.said FROM {rows} t "
        f"LEFT JOIN documents d USING (document_id) LEFT JOIN {_texts(name)} x USING (record_key))"
    )


def source(found: Results, name: str, wanted: Wanted) -> str:
    """Open items with everything that is shown and searched."""
    return _told(name, wanted, _bare(found, name))


def where(wanted: Wanted, *, everything: bool = True) -> tuple[str, list[Any]]:
    """The conditions of a pane; with `everything` false those of `show` and `classes` too."""
    parts, params = ["side = ?"], [wanted.side]
    typed = wanted.typed

    def add(sql: str, *values: Any) -> None:
        parts.append(sql)
        params.extend(values)

    for sql, value in (
        ("abs(amount) >= ?::DECIMAL(18,5)", typed.at_least), ("abs(amount) <= ?::DECIMAL(18,5)", typed.at_most),
        ("abs(amount) > ?::DECIMAL(18,5)", typed.over), ("abs(amount) < ?::DECIMAL(18,5)", typed.under),
        ("date >= ?", typed.first), ("date <= ?", typed.last), ("date <= ?", wanted.until),
    ):  # fmt: skip
        if value is not None:
            add(sql, value)
    if wanted.cause:
        add("cause = ?", wanted.cause)
    for word in typed.words:
        codes = [code for code, (_look, words) in statuses.OPEN_CLASS.items() if word in str(words).lower()]
        causes = [code for code in CAUSES if word in word_of("cause", code).lower()]
        add(
            f"({holds_sql(SEARCHED, word)} OR contains(CAST(amount AS VARCHAR), ?) "
            "OR list_contains(?::VARCHAR[], class) OR list_contains(?::VARCHAR[], cause))",
            *[word] * len(SEARCHED), word.replace(",", ""), codes, causes,
        )  # fmt: skip
    if not everything:
        if wanted.classes:
            add("list_contains(?::VARCHAR[], class)", list(wanted.classes))
        show = {"work": "needs_work", "rest": "NOT needs_work", "suggested": "suggested"}.get(wanted.show)
        if show:
            add(show)
    return "WHERE " + " AND ".join(parts), params


def _rows(found: Results, name: str, wanted: Wanted) -> tuple[list[dict[str, Any]], str]:
    """The rows of the page and the cursor of the next."""
    clause, params = where(wanted, everything=False)
    if wanted.near is not None:
        near = wanted.near
        order = (
            "ORDER BY record_key = '', currency <> ?, NOT coalesce(list_contains(?::VARCHAR[], order_no), false), "
            "abs(abs(amount) - ?::DECIMAL(18,5)), "
            f"abs(coalesce(date_diff('day', date, ?::DATE), 0)), item_id LIMIT {NEAREST}"
        )
        bound = [near.currency, list(near.orders), abs(near.amount), near.day]
        return _page_of(found, name, wanted, clause, params, order, bound), ""
    column, descending = wanted.sort.lstrip("-"), wanted.sort.startswith("-")
    if column not in SORTS:
        raise UserError("results.column_unknown", column=column)
    seek, bound = _seek(wanted.after, column, descending)
    way = "DESC" if descending else "ASC"
    order = f"ORDER BY {column} {way} NULLS LAST, item_id {way} LIMIT {wanted.size + 1}"
    rows = _page_of(found, name, wanted, f"{clause} {seek}", params + bound, order)
    following = ""
    if len(rows) > wanted.size:
        rows = rows[: wanted.size]
        following = paging.encode([rows[-1][column], rows[-1]["item_id"]])
    return rows, following


def _page_of(
    found: Results, name: str, wanted: Wanted, clause: str, params: list[Any], order: str, bound: Sequence[Any] = ()
) -> list[dict[str, Any]]:
    """The rows of a condition, the first of an order whose own values are `bound`."""
    if wanted.typed.words:
        return found.run.query(f"SELECT * FROM {source(found, name, wanted)} {clause} {order}", [*params, *bound])
    # What is said beside the rows is looked up for those of the page alone.
    chosen = f"(SELECT * FROM {_bare(found, name)} {clause} {order})"
    return found.run.query(f"SELECT * FROM {_told(name, wanted, chosen)} {order}", [*params, *bound, *bound])


CASTS = {"date": "::DATE", "amount": "::DECIMAL(18,5)", "age_days": "::BIGINT"}


def _seek(after: str, column: str, descending: bool) -> tuple[str, list[Any]]:
    """The condition that goes on after a cursor; nulls come last either way."""
    values = paging.decode(after) if after else None
    if not values or len(values) != 2:
        return "", []
    value, item_id = values
    sign, cast = "<" if descending else ">", CASTS.get(column, "")
    if value is None:
        return f"AND ({column} IS NULL AND item_id {sign} ?)", [item_id]
    return (
        f"AND ({column} {sign} ?{cast} OR ({column} = ?{cast} AND item_id {sign} ?) OR {column} IS NULL)",
        [value, value, item_id],
    )


def keys_of(book: Book, found: Results, name: str, wanted: Wanted) -> list[Row]:
    """All rows of a pane's filter that can be selected, at most SELECT_AT_MOST."""
    prepare_texts(book, found, name)
    whole = replace(wanted, size=SELECT_AT_MOST, after="", near=None)
    rows, _next = _rows(found, name, whole)
    return [row_of(name, row, found) for row in rows if row["record_key"]]


def rows_of_keys(book: Book, found: Results, name: str, keys: Sequence[str], names: bool) -> dict[str, Row]:
    """Open rows by record key."""
    prepare_texts(book, found, name)
    chosen = f"(SELECT * FROM {_bare(found, name)} WHERE record_key IN (SELECT unnest(?::VARCHAR[])))"
    rows = found.run.kept(f"SELECT * FROM {_told(name, Wanted('', names=names), chosen)}", [list(keys)])
    return {row["record_key"]: row_of(name, row, found) for row in rows}


def item(book: Book, found: Results, name: str, item_id: str, names: bool) -> Row | None:
    """One open item; None when it is open no more."""
    prepare_texts(book, found, name)
    chosen = f"(SELECT * FROM {_bare(found, name)} WHERE item_id = ?)"
    rows = found.run.query(f"SELECT * FROM {_told(name, Wanted('', names=names), chosen)}", [item_id])
    return _marked_late([row_of(name, rows[0], found)], found)[0] if rows else None


def suggested_rows(book: Book, found: Results, name: str, wanted: Wanted, limit: int) -> list[Row]:
    """Open items with a suggestion, the largest amounts first."""
    prepare_texts(book, found, name)
    clause, params = where(replace(wanted, show="suggested"), everything=False)
    clause = clause.replace("side = ? AND ", "").replace("side = ?", "true")
    order = f"ORDER BY abs(amount) DESC, item_id LIMIT {int(limit)}"
    chosen = f"(SELECT * FROM {_bare(found, name)} {clause} {order})"
    rows = found.run.kept(f"SELECT * FROM {_told(name, wanted, chosen)} {order}", params[1:])
    return [row_of(name, row, found) for row in rows]


def _texts(name: str) -> str:
    return f"said_{name.replace('-', '_')}"


def prepare_texts(book: Book, found: Results, name: str) -> None:
    """Make the table of what open records of a reconciliation say: record_key, party, masked, said. Once a run."""
    table = _texts(name)
    with _text_lock:
        if table in found.run.prepared:
            return
        cursor = found.run.cursor()
        try:
            said = f"(SELECT *, left(party, 1) || '**' AS masked FROM ({_said(book, found, name, cursor)}))"
            cursor.execute(f"CREATE OR REPLACE TABLE {table} AS SELECT record_key, party, masked, said FROM {said}")
        finally:
            cursor.close()
        found.run.prepared.add(table)


def _said(book: Book, found: Results, name: str, cursor: Any) -> str:
    """The query for what the open records say: of the run's own file, else (an older run) of the lake."""
    if found.run.holds(name, "said"):
        return f"SELECT * FROM {found.run.table(name, 'said')}"
    opened, lake = found.run.table(name, "open"), library_book(book).lake
    kinds = {
        row["kind"] for row in found.run.query(f"SELECT DISTINCT split_part(record_key, ':', 1) AS kind FROM {opened}")
    }
    tables = {kind: f"{_texts(name)}_{kind}" for kind in SAID if kind in kinds}
    for kind, view in tables.items():
        lake.register_current(cursor, kind, view)
    return said_sql(opened, tables)
