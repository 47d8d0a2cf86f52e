"""Readings and documents for the lake's tests, with sane defaults."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from huikuan.lake.lake import Lake
from huikuan.records.document import Document
from huikuan.records.kind import record_key
from huikuan.records.kinds import KINDS

Row = dict[str, Any]
_rows = itertools.count(2)


def document(document_id: str, kind: str = "order_line", **changes: Any) -> Document:
    values: Row = {
        "document_id": document_id, "file_name": f"{document_id}.csv", "sha256": document_id * 2, "size_bytes": 10,
        "format": "test.format", "kinds": (kind,), "shop": "S", "account": "", "status": "imported",
        "period_from": None, "period_to": None, "period_stated": False, "exported_at": None,
        "rows": 0, "accepted": 0, "rejected": 0, "ignored": 0,
    }  # fmt: skip
    return Document(**(values | changes))


def order_line(order_no: str, line_no: str = "1", **changes: Any) -> Row:
    values = {
        "record_key": record_key("order_line", "S", order_no, line_no), "source_row": next(_rows), "currency": "CNY",
        "shop": "S", "order_no": order_no, "line_no": line_no,
    }  # fmt: skip
    return values | changes


def wallet_line(flow_no: str, amount: str = "1", n: int = 0, **changes: Any) -> Row:
    values = {
        "record_key": record_key("wallet_line", "W", flow_no, "", n), "source_row": next(_rows), "currency": "CNY",
        "account": "W", "flow_no": flow_no, "component": "", "n": n, "amount": Decimal(amount),
        "business_date": date(2026, 1, 1),
    }  # fmt: skip
    return values | changes


def table_of(kind: str, rows: Iterable[Row], document_id: str = "") -> pa.Table:
    names = [field.name for field in KINDS[kind].all_fields]
    full = [{name: row.get(name) for name in names} | {"document_id": document_id} for row in rows]
    return pa.Table.from_pylist(full, schema=KINDS[kind].arrow_schema())


def put(lake: Lake, told: Document, rows: list[Row], kind: str = "order_line") -> tuple[int, int, int]:
    """Import readings the way the pipeline does; new, updated, duplicate."""
    con = duckdb.connect(":memory:")
    con.register("readings", table_of(kind, rows, told.document_id))
    with lake.writer(timeout_s=5) as writer:
        counts = writer.compare(con, kind, "readings", told)
        writer.append(kind, con.execute("SELECT * FROM readings").fetch_record_batch())
        writer.commit(told)
    con.close()
    return tuple(counts)


def undo(lake: Lake, document_id: str) -> None:
    with lake.writer(timeout_s=5) as writer:
        writer.undo(document_id, "tester", datetime(2026, 2, 1, tzinfo=UTC))


def compact(lake: Lake, grace_s: float = 0) -> None:
    with lake.writer(timeout_s=5) as writer:
        writer.compact(grace_s)


def shown(lake: Lake, kind: str = "order_line") -> dict[str, Row]:
    """The current records by record key."""
    con = duckdb.connect(":memory:")
    lake.register_current(con, kind, "current_records")
    names = [field.name for field in KINDS[kind].all_fields]
    rows = con.execute("SELECT * FROM current_records").fetchall()
    con.close()
    records = [dict(zip(names, row, strict=True)) for row in rows]
    assert len({record["record_key"] for record in records}) == len(records), "a record is shown twice"
    return {record["record_key"]: record for record in records}


def new_lake(folder: Path) -> Lake:
    return Lake(folder / "lake")
