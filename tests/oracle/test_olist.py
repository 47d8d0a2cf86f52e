"""The Olist sample through order-settlement: a real data set whose right answer is known."""

from __future__ import annotations

import os
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import ibis
import pytest

from huikuan.engine import Facts, Outcome, reconcile
from huikuan.recons.order_settlement import ORDER_SETTLEMENT
from huikuan.records.decisions import Decisions
from huikuan.records.kind import DUCKDB_TYPES
from huikuan.records.kinds import KINDS
from huikuan.records.rules import Rules

SAMPLES = Path(os.environ.get("HUIKUAN_SAMPLES", Path(__file__).parents[3] / "shared" / "samples"))
OLIST = SAMPLES / "olist" / "sample_3k"

ORDERS = """
SELECT 'order_line:olist/' || order_id || '/' || coalesce(order_item_id, '') AS record_key, 'd' AS document_id,
    row_number() OVER () AS source_row, 'BRL' AS currency, 'olist' AS shop, order_id AS order_no,
    coalesce(order_item_id, '') AS line_no,
    CASE WHEN order_status = 'canceled' THEN 'cancelled' ELSE 'received' END AS status,
    price::DECIMAL(18,5) + freight_value::DECIMAL(18,5) AS paid, order_purchase_timestamp::DATE AS business_date,
    order_delivered_customer_date::TIMESTAMP AS received_at
FROM read_csv('{folder}/olist_orders_dataset.csv', all_varchar = true) AS orders
LEFT JOIN read_csv('{folder}/olist_order_items_dataset.csv', all_varchar = true) AS items USING (order_id)
"""
PAYMENTS = """
SELECT 'settlement_line:olist/' || order_id || '/' || payment_sequential AS record_key, 'p' AS document_id,
    row_number() OVER () AS source_row, 'BRL' AS currency, 'olist' AS account,
    order_id || payment_sequential AS flow_no,
    'olist' AS shop, order_id AS order_no, 'ok' AS key_state, 'sale' AS type, payment_value::DECIMAL(18,5) AS amount,
    DATE '2018-01-01' AS business_date
FROM read_csv('{folder}/olist_order_payments_dataset.csv', all_varchar = true)
"""


def as_kind(con: duckdb.DuckDBPyConnection, kind: str, query: str) -> None:
    """A table with all columns of the kind; what the query lacks is null."""
    con.execute(f"CREATE TEMP TABLE told AS {query}")
    told = {row[0] for row in con.execute("DESCRIBE told").fetchall()}
    columns = [
        f"{field.name if field.name in told else 'NULL'}::{DUCKDB_TYPES[field.type]} AS {field.name}"
        for field in KINDS[kind].all_fields
    ]
    con.execute(f"CREATE TABLE {kind} AS SELECT {', '.join(columns)} FROM told")
    con.execute("DROP TABLE told")


@pytest.fixture(scope="module")
def facts() -> Facts:
    if not OLIST.exists():
        pytest.skip("no samples")
    backend = ibis.duckdb.connect()
    as_kind(backend.con, "order_line", ORDERS.format(folder=OLIST))
    as_kind(backend.con, "settlement_line", PAYMENTS.format(folder=OLIST))
    return Facts(backend, {kind: backend.table(kind) for kind in ("order_line", "settlement_line")})


def outcome(facts: Facts, tolerance: str) -> Outcome:
    as_of = date(2018, 12, 31)
    sides = ORDER_SETTLEMENT.prepare(facts, Rules(), as_of)
    return reconcile(facts.backend, ORDER_SETTLEMENT, sides, Decisions(), as_of, Decimal(tolerance))


@pytest.mark.parametrize(("tolerance", "differ"), [("0.01", 13), ("0", 22)])
def test_olist_differences_are_the_known_ones(facts: Facts, tolerance: str, differ: int) -> None:
    rows = outcome(facts, tolerance).open.to_pyarrow().to_pylist()
    orders = {(row["order_no"], row["class"]) for row in rows}
    assert Counter({"difference" if c in ("short", "over") else c for _, c in [key]}.pop() for key in orders) == {
        "difference": differ,
        "missing_left": 24,
        "unexpected_settlement": 16,
    }


def test_olist_totals_are_conserved(facts: Facts) -> None:
    statement = {row["side"]: row for row in outcome(facts, "0").statement.to_pyarrow().to_pylist()}
    assert statement["right"]["total"] == Decimal("468087.37000")
    for row in statement.values():
        assert row["total"] == row["matched"] + row["difference"] + row["open"]
