"""Looking up an order in a sorted file finds what a query of the whole file finds."""

from __future__ import annotations

import random
from pathlib import Path

import duckdb
import pytest

from huikuan.pipeline.compute import literal
from huikuan.pipeline.results.sorted_file import SortedFile, in_order

ROWS = 9000
GROUP = 2048


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Orders of one to fifty rows in several row groups, one order longer than two of them, some rows without order."""
    file = tmp_path_factory.mktemp("sorted") / "rows.parquet"
    chance, numbers = random.Random(4), []
    while len(numbers) < ROWS:
        order = f"{chance.choice(('', 'A', 'ä', '订单'))}{chance.randrange(10**6)}"
        numbers += [order] * chance.randrange(1, 51)
    numbers += ["5555555"] * (2 * GROUP + 10) + [None] * 300
    con = duckdb.connect()
    con.execute(
        "CREATE TABLE t AS SELECT order_no, row_number() OVER () AS n, (n * 1.25)::DECIMAL(18,5) AS amount, "
        "TIMESTAMP '2026-01-01' + to_seconds(n) AS at FROM (SELECT unnest(?::VARCHAR[]) AS order_no)",
        [numbers],
    )
    con.execute(f"COPY (FROM t ORDER BY order_no, n) TO {literal(file)} (FORMAT parquet, ROW_GROUP_SIZE {GROUP})")
    return file


def test_each_order_is_found_whole(path: Path) -> None:
    con = duckdb.connect()
    source = f"read_parquet({literal(path)})"
    found = SortedFile(path)
    orders = [row[0] for row in con.execute(f"SELECT DISTINCT order_no FROM {source} WHERE order_no <> ''").fetchall()]
    assert len(orders) > 200
    for order in orders:
        wanted = con.execute(f"SELECT * FROM {source} WHERE order_no = ? ORDER BY n", [order]).fetchall()
        assert [tuple(row.values()) for row in found.rows(order)] == wanted


def test_many_orders_are_found_at_once(path: Path) -> None:
    con = duckdb.connect()
    source = f"read_parquet({literal(path)})"
    orders = [row[0] for row in con.execute(f"SELECT DISTINCT order_no FROM {source} WHERE order_no <> ''").fetchall()]
    wanted = [*random.Random(1).sample(orders, 90), "5555555", "", "0", "zzz", "\U0010ffff"]
    found = SortedFile(path)
    con.register("found", found.among(wanted, ("n", "order_no")))
    chosen = f"SELECT n, order_no FROM {source} WHERE order_no IN (SELECT unnest(?::VARCHAR[]))"
    assert con.execute("FROM found ORDER BY n").fetchall() == con.execute(f"{chosen} ORDER BY n", [wanted]).fetchall()
    assert found.among(wanted).schema == found.schema
    assert found.among(["0"]).num_rows == 0
    wanted = sorted(wanted)
    before = f"SELECT (SELECT count(*) FROM {source} WHERE order_no < w) FROM unnest(?::VARCHAR[]) t(w) ORDER BY w"
    assert found.rows_before(wanted) == [row[0] for row in con.execute(before, [wanted]).fetchall()]


def test_an_order_that_is_not_there_has_no_rows(path: Path) -> None:
    found = SortedFile(path)
    for order in ("", "0", "55555551", "zzz", "\U0010ffff"):
        assert found.rows(order) == []


def test_an_empty_file_has_no_rows(tmp_path: Path) -> None:
    file = tmp_path / "empty.parquet"
    duckdb.sql(f"COPY (SELECT ''::VARCHAR AS order_no WHERE false) TO {literal(file)} (FORMAT parquet)")
    assert SortedFile(file).rows("1") == []


def test_blank_values_are_sorted_last() -> None:
    rows = [{"a": None, "b": 2}, {"a": 2, "b": None}, {"a": None, "b": None}, {"a": 1, "b": 1}]
    assert [row["a"] for row in in_order(rows, ("a", "b"))] == [1, 2, None, None]
    assert [row["b"] for row in in_order(rows, ("a", "b"))] == [1, None, 2, None]
