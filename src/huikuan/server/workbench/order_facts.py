"""The facts of one order: its lines, settlement and wallet lines, corrections laid over, straight from the lake.

A connection per book with the kinds registered is kept while neither files nor corrections change.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

import duckdb
from django.db.models import Q

from huikuan.pipeline.compute import connect
from huikuan.pipeline.plain import hash_of
from huikuan.pipeline.results.overlay import decided
from huikuan.pipeline.results.results import Results
from huikuan.pipeline.results.sorted_file import in_order
from huikuan.pipeline.runs import facts
from huikuan.records.decisions import Decisions
from huikuan.records.kinds import KINDS
from huikuan.records.sql import dict_rows
from huikuan.server.books.models import Book
from huikuan.server.documents.library import library_book
from huikuan.server.workbench.models import Correction, ManualRecord

KEPT = 4
_lock = threading.Lock()
_kept: OrderedDict[str, tuple[str, duckdb.DuckDBPyConnection]] = OrderedDict()


def cursor_of(book: Book, decisions: Decisions) -> duckdb.DuckDBPyConnection:
    """A cursor in which every kind is a view of that name; the caller closes it."""
    own = library_book(book)
    lake = own.lake
    told = identity(book, decisions)
    with _lock:
        kept = _kept.get(str(own.folder))
        if kept is None or kept[0] != told:
            con = connect()
            con.execute("SET parquet_metadata_cache = true")  # files of the lake never change
            for kind in KINDS.values():
                facts.register_kind(con, lake, kind, decisions)
            kept = _kept[str(own.folder)] = (told, con)
            while len(_kept) > KEPT:
                _kept.popitem(last=False)
        _kept.move_to_end(str(own.folder))
        return kept[1].cursor()


def identity(book: Book, decisions: Decisions) -> str:
    """What tells the facts as they are now, decisions laid over, from any others of the book."""
    version = library_book(book).lake.version()
    return hash_of((version, decisions.corrections, decisions.manual_records, decisions.bill_items))


def rows(cursor: duckdb.DuckDBPyConnection, sql: str, params: list[Any]) -> list[dict[str, Any]]:
    """The rows of a query as dictionaries."""
    cursor.execute(sql, params)
    return dict_rows(cursor)


def of_order(
    book: Book, decisions: Decisions, order_no: str, found: Results | None = None
) -> dict[str, list[dict[str, Any]]]:
    """Records that name an order, by kind, oldest first. Corroborating settlement lines are left out.

    Read from the run `found`, whose files are sorted by order, where they say what the lake says now; else from
    the lake.
    """
    if found is not None and found.manifest.facts == library_book(book).lake.version() and _holds_all(found):
        told = {kind: _shown(kind, found.facts_of_order(kind, order_no)) for kind in SORTED}
        if _same_decisions(found, decisions) or not _spoken_of(book, order_no, told):
            return told
    cursor = cursor_of(book, decisions)
    try:
        told = {kind: rows(cursor, f"SELECT * FROM {kind} WHERE order_no = ?", [order_no]) for kind in SORTED}
        return {kind: _shown(kind, each) for kind, each in told.items()}
    finally:
        cursor.close()


# Kind → its records' order.
SORTED = {
    "order_line": ("shop", "line_no"),
    "settlement_line": ("business_date", "occurred_at", "record_key"),
    "wallet_line": ("business_date", "seq", "record_key"),
    "shipment_line": ("shipped_at", "record_key"),
}


def _holds_all(found: Results) -> bool:
    """Whether the run wrote the facts of all these kinds; one of an older version may lack some."""
    return all(found.run.holds("", f"facts_{kind}") for kind in SORTED)


def _shown(kind: str, found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The records of a kind that are shown, in their order."""
    return in_order([row for row in found if not row.get("corroborating")], SORTED[kind])


def _same_decisions(found: Results, decisions: Decisions) -> bool:
    """Whether the run knew the corrections and hand-made records of now."""
    return found.manifest.decided.get("facts") == decided(decisions)["facts"]


def _spoken_of(book: Book, order_no: str, told: Mapping[str, list[dict[str, Any]]]) -> bool:
    """Whether a correction or a hand-made record, taken back or not, has to do with an order."""
    keys = [row["record_key"] for each in told.values() for row in each]
    about = Q(record_key__in=keys) | Q(before=order_no) | Q(after=order_no)
    return (
        Correction.objects.filter(about, book=book).exists()
        or ManualRecord.objects.filter(Q(record_key__in=keys) | Q(values__order_no=order_no), book=book).exists()
    )
