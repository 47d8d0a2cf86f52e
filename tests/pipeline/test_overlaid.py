"""What decisions made since a run change is worked out from few rows; it is what all rows together say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from huikuan.pipeline.plain import hash_of
from huikuan.pipeline.results.opened import OpenedRun
from huikuan.pipeline.results.results import Filter, Results
from huikuan.pipeline.runs.groups import GROUPS_SQL, PASSES_SQL
from huikuan.pipeline.runs.run_tables import statement_sql
from huikuan.records.decisions import Decisions, Exclusion, ManualMatch, Member, NotThese
from tests.pipeline.conftest import DemoBook

NAME, PAYOUTS = "order-settlement", "payout-bank"
Row = dict[str, Any]


def _match(name: str, *members: tuple[Row, int]) -> ManualMatch:
    """A match of records, each with one part of so many."""
    told = tuple(Member(row["side"], row["record_key"], row["amount"] / n, row["amount"]) for row, n in members)
    return ManualMatch(hash_of(told), name, told, "other", "seen")


def _open(results: Results, name: str, side: str) -> list[Row]:
    rows = results.open_items(name, Filter(side=side), limit=500).rows
    return [row for row in rows if row["record_key"] and row["amount"]]


def _linked(results: Results, name: str, side: str) -> list[Row]:
    return [row for row in results.links(name, limit=500).rows if row["side"] == side and row["status"] == "matched"]


def open_pair(results: Results) -> Decisions:
    return Decisions(
        matches=(_match(NAME, (_open(results, NAME, "left")[0], 1), (_open(results, NAME, "right")[0], 1)),)
    )


def halves(results: Results) -> Decisions:
    """Two matches that share a record."""
    left, (first, second) = _open(results, NAME, "left")[1], _open(results, NAME, "right")[:2]
    return Decisions(matches=(_match(NAME, (left, 2), (first, 1)), _match(NAME, (left, 4), (second, 1))))


def of_what_is_linked(results: Results) -> Decisions:
    return Decisions(
        matches=(_match(NAME, (_open(results, NAME, "left")[2], 1), (_linked(results, NAME, "right")[3], 1)),)
    )


def taken_apart(results: Results) -> Decisions:
    group = results.group(NAME, _linked(results, NAME, "right")[5]["group_id"])
    return Decisions(not_these=(NotThese(NAME, tuple(sorted({row["record_key"] for row in group}))),))


def payout_taken_apart(results: Results) -> Decisions:
    group = results.group(PAYOUTS, _linked(results, PAYOUTS, "right")[0]["group_id"])
    return Decisions(not_these=(NotThese(PAYOUTS, tuple(sorted({row["record_key"] for row in group}))),))


def many_excluded(results: Results) -> Decisions:
    rows = [
        *_linked(results, NAME, "left")[:25],
        *_linked(results, NAME, "right")[30:40],
        *_open(results, NAME, "left")[3:5],
    ]
    return Decisions(exclusions=tuple(Exclusion(row["record_key"], "", "test order") for row in rows))


def an_order_excluded(results: Results) -> Decisions:
    return Decisions(exclusions=(Exclusion(_linked(results, NAME, "left")[8]["record_key"], NAME, "test order"),))


CASES = (open_pair, halves, of_what_is_linked, taken_apart, payout_taken_apart, many_excluded, an_order_excluded)


def _rows(run: OpenedRun, sql: str) -> list[Row]:
    return sorted(run.query(sql), key=str)


@pytest.mark.parametrize("case", CASES)
def test_it_is_what_all_rows_say(demo: DemoBook, case: Callable[[Results], Decisions]) -> None:
    decisions = case(Results.of(demo.book))
    results = Results.of(demo.book, decisions)
    run, changed = results.run, 0
    for name in results.manifest.names:
        since = run.since(name, decisions)
        changed += not since.empty
        links, opened = (run.now(name, part, decisions) for part in ("links", "open"))
        published = run.table(name, "links")
        if not since.empty:
            touched = run.query(
                f"SELECT DISTINCT group_id FROM {published} WHERE list_contains(?::VARCHAR[], record_key)",
                [list(since.touched)],
            )
            laid = run.overlay(name, decisions)
            assert _rows(run, f"SELECT group_id FROM {laid}_groups") == sorted(touched, key=str)
            inside = (
                f"SELECT * EXCLUDE (link_id) FROM {published} WHERE group_id IN (SELECT group_id FROM {laid}_groups)"
            )
            assert _rows(run, f"SELECT * FROM {laid}_loose") == _rows(run, inside)
        asked = statement_sql(name, f"SELECT * FROM {links}", f"SELECT * FROM {opened}")
        assert sorted(results.statement_now(name), key=str) == _rows(run, asked)
        assert sorted(results.passes(name), key=str) == _rows(
            run, PASSES_SQL.format(groups=f"({GROUPS_SQL.format(links=links)})")
        )
        listed = _rows(run, f"SELECT group_id, left_sum, right_count FROM {results.groups(name)}")
        assert listed == _rows(run, f"SELECT group_id, left_sum, right_count FROM ({GROUPS_SQL.format(links=links)})")
    assert changed


@pytest.mark.parametrize("case", CASES)
def test_the_links_of_an_order_are_those_of_now(demo: DemoBook, case: Callable[[Results], Decisions]) -> None:
    decisions = case(Results.of(demo.book))
    results = Results.of(demo.book, decisions)
    links = results.run.now(NAME, "links", decisions)
    orders = [row["order_no"] for row in results.run.query(f"SELECT DISTINCT order_no FROM {links}") if row["order_no"]]
    for order in orders:
        wanted = results.run.query(f"SELECT link_id FROM {links} WHERE order_no = ? ORDER BY 1", [order])
        assert sorted(row["link_id"] for row in results.links_of_order(NAME, order)) == [r["link_id"] for r in wanted]


def test_looking_at_open_items_once_does_not_load_them(demo: DemoBook) -> None:
    run = OpenedRun(Results.of(demo.book).run.folder)
    counted = run.query(f"SELECT count(*) AS n FROM {run.counted(NAME, None)}")
    assert not run.query("SELECT 1 FROM duckdb_tables() WHERE table_name LIKE '%open'")
    assert counted == run.query(f"SELECT count(*) AS n FROM {run.now(NAME, 'open', None)}")
    assert run.counted(NAME, None) == run.now(NAME, "open", None)
