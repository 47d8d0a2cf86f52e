"""Small ledgers for tests: records with sensible defaults, as the tables the reconciliations read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa

from huikuan.engine import Definition, Facts, Outcome, reconcile
from huikuan.engine.duckdb_backend import DuckDBBackend
from huikuan.engine.model import ENTRY
from huikuan.engine.workspace import typed_table
from huikuan.records.decisions import Decisions
from huikuan.records.kind import record_key
from huikuan.records.kinds import KINDS
from huikuan.records.rules import Rules

AS_OF = date(2026, 10, 31)
Row = dict[str, Any]


def day(number: int) -> date:
    return date(2026, 10, number)


def money(amount: str | int) -> Decimal:
    return Decimal(amount).quantize(Decimal("0.00001"))


def order(order_no: str, paid: str | int, line_no: str = "1", **fields: Any) -> Row:
    told = {
        "shop": "S",
        "status": "received",
        "platform_borne": "0",
        "refunded": "0",
        "business_date": day(5),
        **fields,
    }
    told |= {"order_no": order_no, "line_no": line_no, "paid": paid}
    return record("order_line", told)


def settled(order_no: str | None, amount: str | int, type_: str = "sale", **fields: Any) -> Row:
    told = {
        "account": "W",
        "shop": "S",
        "key_state": "ok" if order_no else "missing",
        "business_date": day(10),
        **fields,
    }
    told |= {"order_no": order_no, "type": type_, "amount": amount, "component": type_}
    return record("settlement_line", told)


def moved(amount: str | int, movement: str = "", **fields: Any) -> Row:
    return record(
        "wallet_line", {"account": "W", "business_date": day(10), "amount": amount, "movement": movement, **fields}
    )


def banked(amount: str | int, **fields: Any) -> Row:
    return record("bank_line", {"account": "B", "business_date": day(11), "amount": amount, **fields})


def erp(order_no: str | None, amount: str | int | None, **fields: Any) -> Row:
    """A line of the order system, of an order of its own unless `erp_order_no` says which."""
    told = {
        "shop": "S",
        "status": "shipped",
        "business_date": day(5),
        "qty": 1,
        "merged": False,
        "line_no": "1",
        **fields,
    }
    told.setdefault("erp_order_no", f"E{next(_numbers)}")
    return record("erp_order", told | {"order_no": order_no, "amount": amount})


_numbers = iter(range(1, 1_000_000_000))


def record(kind: str, fields: Row) -> Row:
    number = next(_numbers)
    row: Row = {"_kind": kind, "currency": "CNY", "document_id": "doc", "source_row": number, "n": 0, **fields}
    row.setdefault("flow_no", f"F{number}")
    row.setdefault("ref", f"R{number}")
    for field in KINDS[kind].all_fields:
        if field.type == "money" and row.get(field.name) is not None:
            row[field.name] = money(row[field.name])
    parts = [row.get(part) or "" for part in KINDS[kind].key]
    row.setdefault("record_key", record_key(kind, *parts))
    return row


def facts(*records: Row) -> Facts:
    backend = DuckDBBackend().connect(threads=2)
    tables = {}
    for name, kind in KINDS.items():
        schema = kind.arrow_schema()
        rows = [{column: row.get(column) for column in schema.names} for row in records if row["_kind"] == name]
        backend.con.register(f"{name}_rows", pa.Table.from_pylist(rows, schema=schema))
        backend.con.execute(f"CREATE TABLE {name} AS SELECT * FROM {name}_rows")
        tables[name] = backend.table(name)
    return Facts(backend, tables)


def run(
    definition: Definition,
    records: Sequence[Row],
    rules: Rules | None = None,
    as_of: date = AS_OF,
    decisions: Decisions | None = None,
    **settings: Any,
) -> Outcome:
    told = facts(*records)
    sides = definition.prepare(told, rules or Rules(), as_of)
    return reconcile(told.backend, definition, sides, decisions or Decisions(), as_of, **settings)


def rows(table: Any) -> list[Row]:
    return list(table.to_pyarrow().to_pylist())


def classes(outcome: Outcome) -> dict[str, str]:
    """Class by record key, residual rows under their order number."""
    return {row["record_key"] or f"residual {row['order_no']}": row["class"] for row in rows(outcome.open)}


def groups(outcome: Outcome) -> list[tuple[str, str, list[str], list[str]]]:
    """Groups as (pass, status, left keys, right keys), sorted."""
    found: dict[str, tuple[str, str, list[str], list[str]]] = {}
    for row in rows(outcome.links):
        group = found.setdefault(row["group_id"], (row["pass"], row["status"], [], []))
        group[2 if row["side"] == "left" else 3].append(row["record_key"])
    return sorted((one, status, sorted(left), sorted(right)) for one, status, left, right in found.values())


def entry(key: str | None, amount: str | int, **fields: Any) -> Row:
    number = next(_numbers)
    row: Row = dict.fromkeys(ENTRY) | {
        "record_key": f"e{number}", "document_id": "doc", "source_row": number, "scope": "S", "target": "*", "key": key,
        "order_no": key, "currency": "CNY", "date": day(10), "type": "sale", "flow": f"F{number}",
        "amount": money(amount),
    }  # fmt: skip
    row |= {"compared": row["amount"]} | fields
    return row


def entries(given: Sequence[Row]) -> Any:
    return typed_table(list(given), ENTRY)
