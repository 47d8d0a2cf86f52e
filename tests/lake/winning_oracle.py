"""The winning rule in plain Python: slow and obvious. The lake's SQL must agree with it."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, time
from typing import Any

from huikuan.lake.documents import utc_naive
from huikuan.records.document import Document
from huikuan.records.kinds import KINDS

Row = dict[str, Any]
TIMES = ("occurred_at", "created_at", "paid_at", "shipped_at", "received_at", "closed_at", "refunded_at")
LATER = ["unpaid", "paid", "shipped", "received", "closed"]
FIXED = {"record_key", "document_id", "source_sheet", "source_row", "currency", "shop", "order_no", "line_no"}
OF_LINE = {"text", "sku", "title", "category"}


def least_none(value: Any) -> tuple[bool, Any]:
    """For sorting: None is below everything."""
    return (value is not None, value)


def newest(rows: list[Row]) -> datetime | None:
    moments: list[datetime] = []
    for row in rows:
        stated = [row[name] for name in TIMES if row.get(name) is not None]
        if not stated and row.get("business_date") is not None:
            stated = [datetime.combine(row["business_date"], time())]
        moments += stated
    return max(moments, default=None)


def state(rows: list[Row]) -> int | None:
    known = [row["status"] for row in rows if row.get("status") is not None]
    return max((LATER.index(s) if s in LATER else LATER.index("closed") for s in known), default=None)


def merit(document: Document, rows: list[Row]) -> tuple[Any, ...]:
    """The greater, the better: rule 2's order."""
    moment = newest(rows)
    exported = utc_naive(document.exported_at)
    sheet = max((row["source_sheet"] for row in rows if row.get("source_sheet") is not None), default=None)
    return (
        least_none(exported if exported is not None else moment),
        least_none(moment),
        least_none(state(rows)),
        document.sha256,
        least_none(sheet),
        document.document_id,
    )


def shown_orders(told: list[tuple[Document, list[Row]]]) -> dict[str, Row]:
    orders: dict[Any, list[tuple[Document, list[Row]]]] = defaultdict(list)
    for document, rows in told:
        by_order = defaultdict(list)
        for row in rows:
            by_order[row["shop"], row["order_no"]].append(row)
        for order, lines in by_order.items():
            orders[order].append((document, lines))
    shown: dict[str, Row] = {}
    for snapshots in orders.values():
        snapshots.sort(key=lambda snapshot: merit(*snapshot), reverse=True)
        lined = [s for s in snapshots if s[0].order_grain != "header"]
        winner = (lined or snapshots)[0]
        for line in winner[1]:
            shown[line["record_key"]] = filled(line, winner[0], snapshots)
    return shown


def filled(line: Row, winner: Document, snapshots: list[tuple[Document, list[Row]]]) -> Row:
    """A line of the winning snapshot with what the others lend it."""
    record = {}
    for field in KINDS["order_line"].all_fields:
        name = field.name
        if name == "document_id":
            record[name] = winner.document_id
        elif name in FIXED:
            record[name] = line.get(name)
        else:
            of_order = field.type in ("text", "date", "time", "bool") and name not in OF_LINE
            told = (lent(name, line["record_key"], rows, of_order) for _, rows in snapshots)
            record[name] = next((value for value in told if value is not None), None)
    return record


def lent(name: str, record_key: str, rows: list[Row], of_order: bool) -> Any:
    for row in rows:
        if row["record_key"] == record_key:
            return row.get(name)
    values = [row.get(name) for row in rows]
    return values[0] if of_order and all(value == values[0] for value in values) else None


def shown_movements(kind: str, told: list[tuple[Document, list[Row]]]) -> dict[str, Row]:
    readings: dict[str, list[tuple[Document, Row]]] = defaultdict(list)
    for document, rows in told:
        for row in rows:
            readings[row["record_key"]].append((document, row))
    shown = {}
    for key, tellers in readings.items():

        def rank(teller: tuple[Document, Row]) -> tuple[Any, ...]:
            document, row = teller
            moment = row.get("occurred_at")
            exported = utc_naive(document.exported_at)
            best = exported if exported is not None else moment
            sheet = least_none(row.get("source_sheet"))
            return (least_none(best), least_none(moment), document.sha256, sheet, document.document_id)

        document, row = max(tellers, key=rank)
        names = [field.name for field in KINDS[kind].all_fields]
        shown[key] = {name: row.get(name) for name in names} | {"document_id": document.document_id}
    return shown


def expected(kind: str, told: list[tuple[Document, list[Row]]]) -> dict[str, Row]:
    """The current records that documents and their readings must give, by record key."""
    return shown_orders(told) if kind == "order_line" else shown_movements(kind, told)
