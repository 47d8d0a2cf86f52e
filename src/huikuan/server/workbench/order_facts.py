"""The facts of one order: its lines, settlement and wallet lines, corrections laid over, straight from the lake.

A connection per book with the kinds registered is kept while neither files nor corrections change.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Any

import duckdb

from huikuan.pipeline import facts
from huikuan.pipeline.compute import connect
from huikuan.pipeline.plain import hash_of
from huikuan.records.decisions import Decisions
from huikuan.records.kinds import KINDS
from huikuan.server.books.models import Book
from huikuan.server.documents.library import library_book

KEPT = 4
_lock = threading.Lock()
_kept: OrderedDict[str, tuple[str, duckdb.DuckDBPyConnection]] = OrderedDict()


def cursor_of(book: Book, decisions: Decisions) -> duckdb.DuckDBPyConnection:
    """A cursor in which every kind is a view of that name; the caller closes it."""
    own = library_book(book)
    lake = own.lake
    told = hash_of((lake.version(), decisions.corrections, decisions.manual_records))
    with _lock:
        kept = _kept.get(str(own.folder))
        if kept is None or kept[0] != told:
            con = connect()
            for kind in KINDS.values():
                facts.register_kind(con, lake, kind, decisions)
            kept = _kept[str(own.folder)] = (told, con)
            while len(_kept) > KEPT:
                _kept.popitem(last=False)
        _kept.move_to_end(str(own.folder))
        return kept[1].cursor()


def rows(cursor: duckdb.DuckDBPyConnection, sql: str, params: list[Any]) -> list[dict[str, Any]]:
    """The rows of a query as dictionaries."""
    cursor.execute(sql, params)
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def of_order(book: Book, decisions: Decisions, order_no: str) -> dict[str, list[dict[str, Any]]]:
    """Records that name an order, by kind, oldest first. Corroborating settlement lines are left out."""
    cursor = cursor_of(book, decisions)
    try:
        return {
            "order_line": rows(
                cursor, "SELECT * FROM order_line WHERE order_no = ? ORDER BY shop, line_no", [order_no]
            ),
            "settlement_line": rows(
                cursor,
                "SELECT * FROM settlement_line WHERE order_no = ? AND NOT corroborating ORDER BY business_date, occurred_at, record_key",
                [order_no],
            ),
            "wallet_line": rows(
                cursor,
                "SELECT * FROM wallet_line WHERE order_no = ? ORDER BY business_date, seq, record_key",
                [order_no],
            ),
        }
    finally:
        cursor.close()
