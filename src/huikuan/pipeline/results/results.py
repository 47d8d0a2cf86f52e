"""What a run found, as screens, exports and commands read it: filtered, sorted, paged by key, with totals.

Everything comes from the published Parquet with the decisions made since laid over. Rows are plain dictionaries
with the columns of the contract (DESIGN section 7, Rows) and a few more; money is Decimal.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from huikuan.engine.model import LINKS, OPEN
from huikuan.insight.words import link_reason
from huikuan.pipeline.book import Book
from huikuan.pipeline.compute import quoted
from huikuan.pipeline.results import overlaid
from huikuan.pipeline.results.opened import OpenedRun, opened_run
from huikuan.pipeline.results.paging import Filter, Page, PagedTable, where_of
from huikuan.pipeline.results.sorted_file import in_order
from huikuan.pipeline.runs import published as runs
from huikuan.pipeline.runs.groups import PASSES_SQL
from huikuan.pipeline.runs.published import Manifest
from huikuan.records.codes import UNKNOWN_CAUSE
from huikuan.records.decisions import Decisions
from huikuan.records.errors import UserError
from huikuan.records.messages import gettext_noop, register

register({"results.reconciliation_unknown": gettext_noop("The run does not know the reconciliation “%(name)s”.")})

LINK_COLUMNS = (
    "link_id", "group_id", "side", "record_key", "document", "source_row", "order_no", "date", "currency", "amount",
    "allocated", "pass", "status", "class", "residual", "reason",
)  # fmt: skip
OPEN_COLUMNS = (
    "item_id", "group_id", "record_key", "side", "document", "source_row", "order_no", "date", "currency", "amount",
    "class", "needs_work", "due_date", "age_days", "cause", "suggestion",
)  # fmt: skip
# Beside the columns of the contract, in books where anything is corrected: the record's corrected fields; of what a
# group leaves over, those of its records.
CORRECTED = "corrected"
COLLECTION_COLUMNS = (
    "order_no", "shop", "currency", "status", "receivable", "settled", "collected", "refunded", "overdue", "due_date",
)  # fmt: skip


__all__ = [
    "COLLECTION_COLUMNS",
    "CORRECTED",
    "LINK_COLUMNS",
    "OPEN_COLUMNS",
    "Filter",
    "Page",
    "Results",
    "suggested_key",
    "told_link",
]


def told_link(row: Mapping[str, Any], corrected: Mapping[str, str]) -> dict[str, Any]:
    """A link row as the contract has it: `reason` is what the person said, else why the match was made. `corrected` (as
    `Results.corrected`): where anything of the book is, CORRECTED stands beside."""
    told = {column: row[column] for column in LINK_COLUMNS}
    reason = link_reason(row["evidence"] or "", row["reason"] or "")
    mark = {CORRECTED: corrected.get(row["record_key"], "")} if corrected else {}
    return told | {"reason": reason} | mark


def suggested_key(suggestion: str | None) -> str:
    """The record key of the nearest candidate that a suggestion names; blank where there is none."""
    keys = json.loads(suggestion)["keys"] if suggestion else []
    return str(keys[0]) if keys else ""


def _group_told(row: Mapping[str, Any]) -> str:
    beside = row["side"] == "right" and not row["record_key"]
    return "" if beside else row["group_id"] or ""


class Results:
    """The results of one run of a book, with decisions laid over. Cheap to make: the run is opened once per process."""

    def __init__(self, book: Book, run: OpenedRun, decisions: Decisions | None) -> None:
        self.book = book
        self.run = run
        self.decisions = decisions
        self.corrected: dict[str, str] = decisions.corrected() if decisions else {}  # as `Decisions.corrected`

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
            self.run.since(name, self.decisions).waiting for name in self.manifest.names
        )

    def source(self, name: str, part: str) -> str:
        """The table behind `links` or `open` of a reconciliation, with `document` (file name) beside the columns."""
        self._known(name)
        table = self.run.counted(name, self.decisions) if part == "open" else self._table(name, part)
        return f"(SELECT t.*, d.document FROM {table} t LEFT JOIN documents d USING (document_id))"

    def _table(self, name: str, part: str) -> str:
        self._known(name)
        return self.run.now(name, part, self.decisions)

    def _known(self, name: str) -> None:
        if name not in self.manifest.names:
            raise UserError("results.reconciliation_unknown", name=name)

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
        table = PagedTable(self._table(name, "open"), OPEN, ("item_id",), ("amount",))
        return table.page(self.run, wanted or Filter(), sort, descending, after, limit)

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
        table = PagedTable(self._table(name, "links"), LINKS, ("link_id",), ("amount", "allocated"))
        return table.page(self.run, wanted or Filter(), sort, descending, after, limit)

    def group(self, name: str, group_id: str, order_no: str = "") -> list[dict[str, Any]]:
        """All link rows of a group, left side first. The order number, if known, makes the look-up fast."""
        if order_no:
            rows = [row for row in self._links_of_order(name, order_no) if row["group_id"] == group_id]
            return in_order(rows, ("side", "date", "record_key"))
        return self.run.query(
            f"SELECT * FROM {self.source(name, 'links')} WHERE group_id = ? ORDER BY side, date, record_key", [group_id]
        )

    def group_open(self, name: str, group_id: str) -> list[dict[str, Any]]:
        """The residual rows of a group."""
        return self.run.query(
            f"SELECT * FROM {self.source(name, 'open')} WHERE group_id = ? ORDER BY class, item_id", [group_id]
        )

    def links_of_order(self, name: str, order_no: str) -> list[dict[str, Any]]:
        """All link rows of an order, each group whole."""
        return in_order(self._links_of_order(name, order_no), ("group_id", "side", "date", "record_key"))

    def _links_of_order(self, name: str, order_no: str) -> list[dict[str, Any]]:
        self._known(name)
        return self.told(self.run.of_order(name, "links", order_no, self.decisions))

    def told(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Rows with `document` (file name) beside their columns."""
        names = self.run.documents()
        return [row | {"document": names.get(row["document_id"])} for row in rows]

    def facts_of_order(self, kind: str, order_no: str) -> list[dict[str, Any]]:
        """The order's records of a kind as the run has seen them, with `document` (file name)."""
        return self.told(self.run.of_order("", f"facts_{kind}", order_no))

    def shares_of_order(self, order_no: str) -> list[dict[str, Any]]:
        """What each payout took of an order."""
        return self.run.of_order("", "share", order_no)

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
        links, opened = (self.run.now(name, part, self.decisions) for part in ("links", "open"))
        columns = "side, record_key, scope, document_id, source_row, order_no, date, currency"
        keys = list(dict.fromkeys(record_keys))
        found = self.run.query(
            f"SELECT {columns}, amount FROM {opened} WHERE list_contains(?::VARCHAR[], record_key)", [keys]
        )
        rest = [key for key in keys if key not in {row["record_key"] for row in found}] + self._shared(name, keys)
        linked = []
        if rest:
            linked = self.run.query(
                f"SELECT DISTINCT {columns}, amount FROM {links} WHERE record_key IN (SELECT unnest(?::VARCHAR[]))",
                [rest],
            )
        whole = {(row["side"], row["record_key"]): row for row in [*found, *linked]}
        return [row for row in whole.values() if row["record_key"] in keys]

    def _shared(self, name: str, keys: Sequence[str]) -> list[str]:
        """Those of these records that people have matched: an open row of theirs shows only what was left."""
        if self.decisions is None:
            return []
        members = {member.record_key for match in self.decisions.about(name).matches for member in match.members}
        return [key for key in keys if key in members]

    def item(self, name: str, item_id: str) -> dict[str, Any] | None:
        """One open item; None when it is open no more."""
        rows = self.run.query(f"SELECT * FROM {self.source(name, 'open')} WHERE item_id = ?", [item_id])
        return rows[0] if rows else None

    def statement(self, name: str = "") -> list[dict[str, Any]]:
        """The statement rows of one reconciliation or of all as published: proved totals per side and currency."""
        names = (name,) if name else self.manifest.names
        asked = (f"SELECT * FROM {self.run.table(each, 'statement')} ORDER BY side, currency" for each in names)
        return [row for sql in asked for row in self.run.kept(sql, [])]

    def statement_now(self, name: str) -> list[dict[str, Any]]:
        """The statement of a reconciliation with the decisions made since laid over."""
        laid = self.run.overlay(name, self.decisions)
        if not laid:
            return self.statement(name)
        return self.run.kept(overlaid.statement_sql(name, self.run.table(name, "statement"), laid), [])

    def classes(self, name: str, wanted: Filter | None = None) -> list[dict[str, Any]]:
        """Open items by class, side and currency: count, amount, whether they need work. Most money first."""
        clause, params = where_of(wanted or Filter(), OPEN)
        return self.run.kept(
            f"SELECT class, side, currency, needs_work, count(*) AS count, sum(amount) AS amount "
            f"FROM {self.run.counted(name, self.decisions)} {clause} GROUP BY ALL "
            f"ORDER BY needs_work DESC, sum(abs(amount)) DESC, class",
            params,
        )

    def causes(self, name: str) -> list[dict[str, Any]]:
        """Open items by cause and currency: how many, how many need work, and their money as sizes (never netted).
        Most items first, what has no known cause last."""
        return self.run.kept(
            "SELECT cause, currency, count(*) AS count, count(*) FILTER (needs_work) AS work, "
            "sum(abs(amount)) AS amount, coalesce(sum(abs(amount)) FILTER (needs_work), 0) AS work_amount "
            f"FROM {self.run.counted(name, self.decisions)} GROUP BY cause, currency "
            "ORDER BY cause = ?, count(*) DESC, cause, currency",
            [UNKNOWN_CAUSE],
        )

    def passes(self, name: str) -> list[dict[str, Any]]:
        """Links by pass and status: groups and rows."""
        self._known(name)
        if not self.run.holds(name, "passes"):
            return self.run.kept(PASSES_SQL.format(groups=self.groups(name)), [])
        passes, laid = self.run.table(name, "passes"), self.run.overlay(name, self.decisions)
        asked = overlaid.passes_sql(passes, laid) if laid else f"SELECT * FROM {passes} ORDER BY pass, status"
        return self.run.kept(asked, [])

    def groups(self, name: str) -> str:
        """The table of a reconciliation's groups, one row each (`pipeline.runs.groups`), decisions laid over."""
        self._known(name)
        return self.run.groups(name, self.decisions)

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

    def _collection_query(self) -> PagedTable:
        table = self.run.table("", "collection")
        types = {row["column_name"]: row["column_type"] for row in self.run.query(f"DESCRIBE {table}")}
        sums = tuple(name for name, kind in types.items() if kind.startswith("DECIMAL"))
        return PagedTable(
            table, types, ("order_no", "shop", "currency"), sums, money="receivable", day="due_date", scope="shop"
        )

    def collection_totals(self, wanted: Filter | None = None) -> list[dict[str, Any]]:
        """Totals by shop, currency and status: number of orders and the sum of every amount."""
        query = self._collection_query()
        sums = ", ".join(f"sum({quoted(c)}) AS {quoted(c)}" for c in query.sums)
        if not wanted or wanted == Filter(scopes=wanted.scopes, statuses=wanted.statuses, currency=wanted.currency):
            totals = self.run.table("", "collection_totals")
            clause, params = where_of(wanted or Filter(), {"status": "", "currency": "", "shop": ""}, scope="shop")
            return self.run.query(f"SELECT * FROM {totals} {clause} ORDER BY shop, currency, status", params)
        clause, params = query.where(wanted)
        return self.run.kept(
            f"SELECT shop, currency, status, count(*) AS orders, {sums} FROM {query.table} {clause} "
            f"GROUP BY shop, currency, status ORDER BY shop, currency, status",
            params,
        )

    def collection_of_order(self, order_no: str) -> list[dict[str, Any]]:
        """The collection rows of an order number (one per shop that has it)."""
        return in_order(self.run.of_order("", "collection", order_no), ("shop",))

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

    def told_links(self, name: str) -> Iterator[dict[str, Any]]:
        """The rows of `links` as the contract has them: the reason in words."""
        rows = self.stream(name, "links", (*LINK_COLUMNS, "evidence"), "order_no, date, group_id, side, record_key")
        return (told_link(row, self.corrected) for row in rows)

    def told_open(self, name: str) -> Iterator[dict[str, Any]]:
        """The rows of `open` as the contract has them: what is suggested as a record key. The rows of a group add up to
        its residual; a finding beside the residual (side `right`, no record) is told without its group."""
        rows = self.stream(name, "open", OPEN_COLUMNS, "needs_work DESC, date, order_no, class, item_id")
        in_groups = self._corrected_groups(name)
        for row in rows:
            key, group_id = row["record_key"] or "", row["group_id"] or ""
            told = row | {"suggestion": suggested_key(row["suggestion"]), "group_id": _group_told(row)}
            if self.corrected:
                told[CORRECTED] = self.corrected.get(key, in_groups.get(group_id, ""))
            yield told

    def _corrected_groups(self, name: str) -> dict[str, str]:
        """The corrected fields of each group's records, by its id."""
        if not self.corrected:
            return {}
        found: dict[str, set[str]] = {}
        query = f"SELECT group_id, record_key FROM {self._table(name, 'links')} WHERE list_contains(?, record_key)"
        for row in self.run.query(query, [list(self.corrected)]):
            found.setdefault(row["group_id"], set()).update(self.corrected[row["record_key"]].split(", "))
        return {group_id: ", ".join(sorted(fields)) for group_id, fields in found.items()}

    def _batches(self, source: str, columns: Sequence[str], order: str, params: list[Any]) -> Iterator[dict[str, Any]]:
        cursor = self.run.cursor()
        try:
            cursor.execute(f"SELECT {', '.join(quoted(c) for c in columns)} FROM {source} ORDER BY {order}", params)
            while batch := cursor.fetchmany(10_000):
                for row in batch:
                    yield dict(zip(columns, row, strict=True))
        finally:
            cursor.close()
