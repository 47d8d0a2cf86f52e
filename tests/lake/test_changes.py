"""What a document would change: fields, from what to what, and what it no longer tells."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from huikuan.lake.changes import Changes
from huikuan.lake.lake import Lake
from huikuan.records.document import Document
from tests.lake.making import Row, document, order_line, put, shown, table_of, wallet_line


def changes(lake: Lake, told: Document, rows: list[Row], kind: str) -> Changes:
    con = duckdb.connect(":memory:")
    con.register("readings", table_of(kind, rows, told.document_id))
    with lake.writer(timeout_s=5) as writer:
        return writer.changes(con, kind, "readings", told)


def covering(name: str, first: int, last: int, **more: Any) -> Document:
    days = {"period_from": date(2026, 1, first), "period_to": date(2026, 1, last), "period_stated": True}
    return document(name, "wallet_line", account="W", **days, **more)


def test_fields_of_an_order_from_what_to_what(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    put(lake, document("a"), [order_line("1", status="paid", paid=Decimal(10)), order_line("2", paid=Decimal(5))])
    later = [
        order_line("1", status="received", paid=Decimal(10), refunded=Decimal(2)),
        order_line("2", paid=Decimal(5)),
    ]
    found = changes(lake, document("b"), later, "order_line")
    assert (found.records, found.gone) == (1, 0)
    assert {(f.field, f.records, f.filled) for f in found.fields} == {("status", 1, 0), ("refunded", 1, 1)}
    assert [(e.record_key, {n: (b, a) for n, b, a in e.fields}) for e in found.examples] == [
        ("order_line:S/1/1", {"status": ("paid", "received"), "refunded": (None, Decimal(2))})
    ]
    assert shown(lake)["order_line:S/1/1"]["status"] == "paid", "nothing is written"


def test_lines_an_order_no_longer_has(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    put(lake, document("a"), [order_line("1", "1", paid=Decimal(10)), order_line("1", "2", paid=Decimal(3))])
    later = document("b", exported_at=None, sha256="z" * 8)
    found = changes(lake, later, [order_line("1", "1", paid=Decimal(10), status="closed")], "order_line")
    assert (found.gone, found.gone_size, found.replaced) == (1, Decimal(3), True)


def test_movements_a_later_export_of_the_same_days_does_not_tell(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    put(lake, covering("a", 1, 3), [wallet_line("1"), wallet_line("2", "7.5")], "wallet_line")
    found = changes(lake, covering("b", 1, 3), [wallet_line("1")], "wallet_line")
    assert (found.records, found.gone, found.gone_size, found.replaced) == (0, 1, Decimal("7.5"), False)
    assert [each.record_key for each in found.gone_examples] == ["wallet_line:W/2//0"]


def test_other_days_and_other_sources_are_not_gone(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    put(lake, covering("a", 1, 3), [wallet_line("1"), wallet_line("2", business_date=date(2026, 1, 3))], "wallet_line")
    put(lake, covering("c", 1, 3, format="other.format"), [wallet_line("9")], "wallet_line")
    assert not changes(lake, covering("b", 1, 2), [wallet_line("1")], "wallet_line")
    unstated = document("d", "wallet_line", account="W")
    assert not changes(lake, unstated, [wallet_line("8")], "wallet_line")
