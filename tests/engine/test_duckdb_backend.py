"""The short way of writing queries for DuckDB (`engine.duckdb_backend`) writes what Ibis' own way does."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import ibis
import pyarrow as pa
import pytest
from ibis.backends.sql.compilers.duckdb import DuckDBCompiler

from huikuan.engine.duckdb_backend import DuckDBBackend

ROWS = pa.table(
    {
        "account": ["a", "a", "b", None],
        "number": [3, 1, 2, 2],
        "amount": pa.array([1, 2, 3, 4], pa.decimal128(18, 5)),
        "words": [["x", "yy"], [], ["zzz"], None],
    }
)
FIRST = ibis.window(group_by="account", order_by=["number", "amount"])
UPTO = ibis.window(group_by="account", order_by="number", preceding=(None, 0))


def _twice(t: Any) -> Any:
    """A relation that is used by two others, which meet in a third."""
    sums = t.group_by("account").agg(total=t.amount.sum(), count=t.count())
    few, many = sums.filter(sums["count"] < 2), sums.filter(sums["count"] >= 2)
    return ibis.union(few, many, distinct=False).mutate(again=ibis._.total * 2)


QUERIES: dict[str, Callable[[Any], Any]] = {
    "table": lambda t: t,
    "whole": lambda t: t.select(*t.columns),
    "swapped": lambda t: t.select("number", "account", "amount", "words"),
    "computed": lambda t: t.mutate(twice=t.number * 2).filter(ibis._.twice > 2).select("twice", other="account"),
    "window filtered": lambda t: t.filter(t.number > 1, ibis.row_number().over(FIRST) == 0),
    "ranks": lambda t: t.mutate(place=ibis.row_number().over(FIRST), rank=ibis.rank().over(FIRST)),
    "running": lambda t: t.mutate(sum=t.amount.sum().over(UPTO), share=t.amount / t.amount.sum()),
    "first of window": lambda t: t.mutate(place=ibis.row_number().over(FIRST), first=t.number.first().over(FIRST)),
    "sorted": lambda t: t.order_by(t.number.desc(), "amount").limit(2),
    "distinct": lambda t: t.select("account").distinct(),
    "drop few": lambda t: t.drop("words"),
    "drop most": lambda t: t.drop("words", "amount", "number"),
    "used twice": _twice,
    "joined with itself": lambda t: t.left_join(t.view(), "number").select("account", "amount"),
    "joined": lambda t: t.inner_join(_twice(t), "account").mutate(less=ibis._.total - ibis._.amount),
    "semi and anti": lambda t: t.semi_join(_twice(t), "account").anti_join(t.filter(t.number == 3), "number"),
    "unnested": lambda t: t.select("account", word="words").unnest("word").filter(ibis._.word.length() > 1),
    "array filtered": lambda t: t.mutate(long=t.words.filter(lambda word: word.length() > 1)),
    "in nothing": lambda t: t.filter(t.number.isin([])),
    "in a query": lambda t: t.filter(t.number.isin(t.filter(t.account == "b").number)),
    "filled": lambda t: t.fill_null({"account": "none"}),
    "counted": lambda t: t.filter(t.account.notnull()).count(),
    "memory": lambda t: t.inner_join(ibis.memtable(pa.table({"account": ["a"], "told": [1]})), "account"),
}


@pytest.fixture(scope="module")
def backend() -> Any:
    made = DuckDBBackend().connect(threads=1)
    made.create_table("told", ROWS)
    return made


@pytest.mark.parametrize("name", QUERIES)
def test_the_short_way_writes_what_ibis_writes(backend: Any, name: str) -> None:
    expression = QUERIES[name](backend.table("told")).as_table()
    short, long = (
        compiler.to_sqlglot(expression).sql("duckdb") for compiler in (DuckDBBackend.compiler, DuckDBCompiler())
    )
    assert _plain(short) == _plain(long)
    found = backend.to_pyarrow(expression)
    assert sorted(map(str, backend.con.sql(long).fetchall())) == sorted(map(str, backend.con.sql(short).fetchall()))
    assert found.num_rows == len(backend.con.sql(long).fetchall())


def _plain(query: str) -> str:
    """A query with its running names numbered as they come, random ones and how often a table is read left out."""
    seen: dict[str, str] = {}
    query = re.sub(r"ibis_table_\w+", "made_up", query).replace(" AS NOT MATERIALIZED ", " AS ")
    return re.sub(r'"t\d+"', lambda name: seen.setdefault(name[0], f"#{len(seen)}"), query)


def test_types_are_those_of_duckdb(backend: Any) -> None:
    backend.raw_sql(
        "CREATE TEMP TABLE sums AS SELECT sum(number) AS n, sum(amount) AS a, [max(account)] AS w FROM told"
    )
    own = backend.table("sums", database=("temp", "main")).schema()
    assert own == super(DuckDBBackend, backend).get_schema("sums", catalog="temp", database="main")
    assert str(own["n"]) == "decimal(38, 0)"
