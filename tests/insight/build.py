"""Small tables of records and links for the tests of insight."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import duckdb
import pyarrow as pa

from huikuan.insight.collection.collecting import CollectionInputs, build_collection
from huikuan.records.decisions import Decisions
from huikuan.records.kind import MONEY, record_key
from huikuan.records.kinds import KINDS
from huikuan.records.rules import Rules

AS_OF = date(2026, 10, 31)
LINK_SCHEMA = pa.schema(
    [("group_id", pa.string()), ("side", pa.string()), ("scope", pa.string()), ("record_key", pa.string()),
     ("order_no", pa.string()), ("date", pa.date32()), ("currency", pa.string()), ("amount", MONEY),
     ("allocated", MONEY), ("pass", pa.string())]
)  # fmt: skip


def day(text: str) -> date:
    return date.fromisoformat(text if len(text) > 5 else f"2026-{text}")


def noon(text: str) -> datetime:
    """Noon in China on a day."""
    return datetime.combine(day(text), datetime.min.time()).replace(hour=4)


def records(kind: str, rows: Iterable[Mapping[str, Any]]) -> pa.Table:
    """A table of a kind from rows that name only what matters."""
    spec = KINDS[kind]
    filled = []
    for number, row in enumerate(rows, 1):
        full = {"currency": "CNY", "document_id": "doc", "source_row": number, **row}
        for field in spec.key:
            full.setdefault(field, 0 if field == "n" else "")
        full.setdefault("record_key", record_key(kind, *(full[name] for name in spec.key)))
        filled.append({field.name: full.get(field.name) for field in spec.all_fields})
    return pa.Table.from_pylist(filled, schema=spec.arrow_schema())


def order(no: str, paid: str, *, shop: str = "A", line_no: str = "1", on: str = "10-01", **more: Any) -> dict[str, Any]:
    values = {"shop": shop, "order_no": no, "line_no": line_no, "paid": Decimal(paid), "status": "shipped",
              "business_date": day(on), "paid_at": noon(on), "shipped_at": noon(on), **more}  # fmt: skip
    return values


def settled(flow: str, no: str, amount: str, *, type: str = "sale", on: str = "10-05", **more: Any) -> dict[str, Any]:
    return {"account": "W", "flow_no": flow, "component": type, "shop": "A", "order_no": no, "type": type,
            "amount": Decimal(amount), "business_date": day(on), "occurred_at": noon(on), **more}  # fmt: skip


def wallet(flow: str, amount: str, *, movement: str = "", on: str = "10-05", **more: Any) -> dict[str, Any]:
    return {"account": "W", "flow_no": flow, "amount": Decimal(amount), "movement": movement,
            "business_date": day(on), "occurred_at": noon(on), **more}  # fmt: skip


def payout_link(payout_id: str, amount: str, *, on: str = "10-08", account: str = "W") -> list[dict[str, Any]]:
    base = {
        "group_id": f"g-{payout_id}",
        "currency": "CNY",
        "amount": Decimal(amount),
        "allocated": Decimal(amount),
        "pass": "key",
    }
    return [
        {**base, "side": "left", "record_key": record_key("payout", account, payout_id), "date": day(on)},
        {**base, "side": "right", "record_key": f"bank_line:B/{payout_id}/0", "date": day(on)},
    ]


def order_links(orders: list[dict[str, Any]], lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Links as the key pass makes them."""
    rows = []
    for side, kind, side_rows in (("left", "order_line", orders), ("right", "settlement_line", lines)):
        for row in side_rows:
            parts = [row.get(name, 0 if name == "n" else "") for name in KINDS[kind].key]
            rows.append({"group_id": row["order_no"], "side": side, "scope": row.get("shop"), "order_no": row["order_no"],  # noqa: E501
                         "record_key": record_key(kind, *parts), "date": row["business_date"], "currency": "CNY",
                         "amount": row.get("amount", row.get("paid")), "allocated": row.get("amount", row.get("paid")),
                         "pass": "key"})  # fmt: skip
    return rows


def collect(
    orders: list[dict[str, Any]],
    lines: list[dict[str, Any]],
    wallets: list[dict[str, Any]] | None = None,
    payouts: list[dict[str, Any]] | None = None,
    rules: Rules | None = None,
    as_of: date = AS_OF,
    decisions: Decisions | None = None,
    links: list[dict[str, Any]] | None = None,
    con: duckdb.DuckDBPyConnection | None = None,
) -> dict[str, dict[str, Any]]:
    """The collection's rows by order number."""
    con = con or duckdb.connect()
    con.register("order_line", records("order_line", orders))
    con.register("settlement_line", records("settlement_line", lines))
    con.register("wallet_line", records("wallet_line", wallets or []))
    con.register("payout_links", pa.Table.from_pylist(payouts or [], schema=LINK_SCHEMA))
    con.register("order_links", pa.Table.from_pylist(links or [], schema=LINK_SCHEMA))
    inputs = CollectionInputs(payout_links="payout_links", order_links="" if links is None else "order_links")
    name = build_collection(con, inputs, rules or Rules(), as_of, decisions)
    table = con.execute(f"SELECT * FROM {name}").fetch_arrow_table().to_pylist()
    return {row["order_no"]: row for row in table}
