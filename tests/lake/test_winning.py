"""Which reading is shown depends on content alone: the SQL, the oracle, and rule 2 case by case."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
import winning_oracle
from hypothesis import given, settings
from hypothesis import strategies as st
from making import compact, document, new_lake, order_line, put, shown, table_of, undo, wallet_line

from huikuan.lake.current import document_ranks
from huikuan.lake.winning import winners_sql
from huikuan.records.document import Document
from huikuan.records.kinds import KINDS

Told = tuple[Document, list[dict[str, Any]]]
DAY = datetime(2026, 1, 1)


def day(number: int) -> datetime:
    return DAY + timedelta(days=number)


def by_sql(kind: str, told: list[Told]) -> dict[str, dict[str, Any]]:
    con = duckdb.connect(":memory:")
    con.register("ranks", document_ranks([d for d, _ in told]))
    parts = []
    for place, (d, rows) in enumerate(told):
        con.register(f"t{place}", table_of(kind, rows, d.document_id))
        parts.append(f"SELECT * FROM t{place}")
    con.execute(f"CREATE TABLE readings AS {' UNION ALL '.join(parts)}")
    names = [field.name for field in KINDS[kind].all_fields]
    found = con.execute(winners_sql(KINDS[kind], "readings", "ranks")).fetchall()
    con.close()
    records = [dict(zip(names, row, strict=True)) for row in found]
    assert len({record["record_key"] for record in records}) == len(records)
    return {record["record_key"]: record for record in records}


maybe_day = st.none() | st.integers(0, 3).map(day)
maybe_money = st.none() | st.integers(0, 3).map(Decimal)
statuses = st.none() | st.sampled_from(["unpaid", "paid", "shipped", "received", "closed", "refunded", "cancelled"])


@st.composite
def order_documents(draw: st.DrawFn) -> list[Told]:
    told: list[Told] = []
    for number in range(draw(st.integers(1, 4))):
        header = draw(st.booleans())
        exported = draw(st.none() | st.integers(0, 2).map(lambda n: day(n).replace(tzinfo=UTC)))
        sha = draw(st.sampled_from(["x", "y"]))
        grain = "header" if header else "line"
        d = document(f"d{number}", exported_at=exported, sha256=sha, order_grain=grain)
        lines = [""] if header else draw(st.lists(st.sampled_from(["1", "2", "3"]), unique=True, min_size=1))
        rows = []
        for order_no in draw(st.lists(st.sampled_from(["A", "B"]), unique=True, min_size=1)):
            for line_no in lines:
                rows.append(
                    order_line(
                        order_no,
                        line_no,
                        status=draw(statuses),
                        paid_at=draw(maybe_day),
                        shipped_at=draw(maybe_day),
                        business_date=draw(st.none() | st.integers(0, 3).map(lambda n: day(n).date())),
                        province=draw(st.none() | st.sampled_from(["p", "q"])),
                        sku=draw(st.none() | st.sampled_from(["s", "t"])),
                        paid=None if header else draw(maybe_money),
                        source_sheet=draw(st.none() | st.sampled_from(["", "1"])),
                    )
                )
        told.append((d, rows))
    return told


@settings(max_examples=80, deadline=None)
@given(order_documents(), st.randoms())
def test_orders_as_the_oracle_shows_them_in_any_order_of_import(told: list[Told], random: Any) -> None:
    wanted = winning_oracle.expected("order_line", told)
    random.shuffle(told)
    shuffled = [(d, random.sample(rows, len(rows))) for d, rows in told]
    assert by_sql("order_line", shuffled) == wanted


@st.composite
def wallet_documents(draw: st.DrawFn) -> list[Told]:
    told: list[Told] = []
    for number in range(draw(st.integers(1, 4))):
        exported = draw(st.none() | st.integers(0, 2).map(lambda n: day(n).replace(tzinfo=UTC)))
        d = document(f"d{number}", "wallet_line", exported_at=exported, sha256=draw(st.sampled_from(["x", "y"])))
        keys = draw(st.lists(st.tuples(st.sampled_from("12"), st.integers(1, 3)), unique=True))
        rows = [wallet_line(flow, str(draw(st.integers(-2, 2))), n, occurred_at=draw(maybe_day)) for flow, n in keys]
        told.append((d, rows))
    return told


@settings(max_examples=40, deadline=None)
@given(wallet_documents(), st.randoms())
def test_movements_as_the_oracle_shows_them_in_any_order_of_import(told: list[Told], random: Any) -> None:
    wanted = winning_oracle.expected("wallet_line", told)
    random.shuffle(told)
    assert by_sql("wallet_line", told) == wanted
    # Identity keys count n within a document: by construction the greatest count holds.
    for flow in "12":
        most = max(sum(row["flow_no"] == flow for row in rows) for _, rows in told)
        told_n = {row["n"] for _, rows in told for row in rows if row["flow_no"] == flow}
        assert len(told_n) >= most


def two(first: dict[str, Any], second: dict[str, Any], **rows: Any) -> list[Told]:
    return [
        (document("a", **first), [order_line("1", **rows["a"])]),
        (document("b", **second), [order_line("1", **rows["b"])]),
    ]


@pytest.mark.parametrize(
    ("told", "winner"),
    [
        (two({"exported_at": day(1)}, {"exported_at": day(2)}, a={"paid_at": day(9)}, b={}), "b"),
        (two({"exported_at": day(5)}, {}, a={"paid_at": day(1)}, b={"paid_at": day(4)}), "a"),
        (two({}, {"exported_at": day(1)}, a={"received_at": day(3)}, b={"paid_at": day(1)}), "a"),
        (two({}, {}, a={"status": "shipped"}, b={"status": "paid"}), "a"),
        (two({"sha256": "y"}, {"sha256": "x"}, a={"status": "closed"}, b={"status": "refunded"}), "a"),
        (two({"sha256": "x"}, {"sha256": "y"}, a={}, b={}), "b"),
    ],
    ids=["export time", "export time over rows", "newest row time", "later state", "hash at equal state", "hash"],
)
def test_which_snapshot_wins(told: list[Told], winner: str) -> None:
    for order in (told, told[::-1]):
        assert by_sql("order_line", order)["order_line:S/1/1"]["document_id"] == winner


def test_the_winning_snapshot_replaces_all_lines_of_the_order() -> None:
    old = (document("a", exported_at=day(1)), [order_line("1", "1"), order_line("1", "2")])
    new = (document("b", exported_at=day(2)), [order_line("1", "2"), order_line("1", "3")])
    assert set(by_sql("order_line", [old, new])) == {"order_line:S/1/2", "order_line:S/1/3"}


def test_a_header_lends_its_fields_and_never_doubles_the_lines() -> None:
    lines = [order_line("1", "1", paid=Decimal(3)), order_line("1", "2", paid=Decimal(4), status="closed")]
    header = [order_line("1", "", status="shipped", province="SP", paid_at=day(1)), order_line("2", "", status="paid")]
    told = [(document("l"), lines), (document("h", order_grain="header"), header)]
    records = by_sql("order_line", told)
    assert set(records) == {"order_line:S/1/1", "order_line:S/1/2", "order_line:S/2/"}
    assert sum(record["paid"] or 0 for record in records.values()) == 7
    first = records["order_line:S/1/1"]
    assert (first["status"], first["province"], first["paid_at"]) == ("shipped", "SP", day(1))
    assert records["order_line:S/2/"]["paid"] is None
    assert first["document_id"] == "l"


def test_a_line_not_yet_shipped_is_not_lent_its_neighbours_time() -> None:
    told = [(document("a"), [order_line("1", "1", shipped_at=day(2)), order_line("1", "2")])]
    assert by_sql("order_line", told)["order_line:S/1/2"]["shipped_at"] is None


def test_comparison_counts_orders_with_headers(tmp_path: Path) -> None:
    lake = new_lake(tmp_path)
    lines = [order_line("1", "1", paid=Decimal(3)), order_line("1", "2", paid=Decimal(4))]
    assert put(lake, document("l"), lines) == (2, 0, 0)
    header = [order_line("1", "", province="SP"), order_line("2", "", province="RJ")]
    assert put(lake, document("h", order_grain="header"), header) == (1, 1, 0)
    again = [order_line("1", "", province="SP"), order_line("2", "", province="RJ")]
    assert put(lake, document("h2", order_grain="header"), again) == (0, 0, 2)
    assert put(lake, document("l2"), [order_line("2", "1", paid=Decimal(1))]) == (1, 0, 0)
    assert set(shown(lake)) == {"order_line:S/1/1", "order_line:S/1/2", "order_line:S/2/1"}
    compact(lake)
    undo(lake, "l2")
    assert "order_line:S/2/" in shown(lake)
