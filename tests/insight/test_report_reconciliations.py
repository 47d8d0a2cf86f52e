"""Differences, exceptions, the periodic report: recomputed in plain Python from links and open items, to the cent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal as D
from typing import Any

import pytest

from huikuan.demo.guide import demo_rules
from huikuan.insight.reports.base import ReportSource
from huikuan.insight.reports.registry import build_report
from huikuan.pipeline.reporting import report_source
from huikuan.pipeline.results.results import Results
from huikuan.records.decisions import Decisions, Exclusion
from huikuan.records.errors import InvariantError
from tests.demo_book import demo_book, make_demo
from tests.shared import made_once

from .demo_source import demo_source
from .test_report_collection_money import cells, total

FIRST, LAST = date(2026, 10, 12), date(2026, 10, 25)


@pytest.fixture(scope="module")
def source() -> Iterator[ReportSource]:
    with demo_source() as made:
        yield made


def opened(source: ReportSource, name: str) -> list[dict[str, Any]]:
    return source.rows(f"SELECT * FROM {source.opens[name]}")


def test_orders_less_settlement_is_what_lies_between(source: ReportSource) -> None:
    report = build_report("settlement-differences", source, {"from": FIRST.isoformat(), "to": LAST.isoformat()})
    shops, classes, *_rest = report.sections
    settled: dict[str, D] = defaultdict(D)
    types = {row["record_key"]: row["type"] for row in source.rows("SELECT record_key, type FROM settlement_line")}
    links = source.rows("SELECT * FROM order_links")
    day_of = {row["group_id"]: (row["scope"], row["date"]) for row in links if row["side"] == "left"}
    should: dict[str, D] = defaultdict(D)
    for row in links:
        shop, day = day_of[row["group_id"]]
        if FIRST <= day <= LAST:
            if row["side"] == "left":
                should[shop] += row["allocated"]
            elif types[row["record_key"]] in ("sale", "subsidy", "refund"):
                settled[shop] += row["allocated"]
    between: dict[str, D] = defaultdict(D)
    for row in opened(source, "order-settlement"):
        if row["side"] == "left" and FIRST <= row["date"] <= LAST:
            between[row["class"]] += row["amount"]
            if row["record_key"]:
                should[row["scope"]] += row["amount"]
    assert cells(shops, "should", "settled") == {shop: (should[shop], settled[shop]) for shop in should}
    found: dict[str, D] = defaultdict(D)
    for row in classes.rows:
        found[row.drill["class"]] += row.values[-1]
    assert found == dict(between)
    parts = sum(total(shops, key) for key in ("idle", "missing", "less", "more"))
    assert total(shops, "difference") == parts == sum(between.values()) != 0


def test_a_lost_open_item_is_noticed(bare: ReportSource) -> None:
    bare.con.execute("CREATE OR REPLACE TEMP VIEW fewer AS FROM order_open WHERE class <> 'missing_right'")
    with pytest.raises(InvariantError, match="Should bring, all days"):
        build_report("settlement-differences", replace(bare, order_open="fewer"))


def test_exceptions_count_what_is_open(source: ReportSource) -> None:
    report = build_report("exceptions", source, {"buckets": "5,20"})
    recons, classes, listed = report.sections
    for row in recons.rows:
        items = opened(source, row.drill["reconciliation"])
        work = [item for item in items if item["needs_work"]]
        ages = [item["age_days"] or 0 for item in work]
        told = dict(zip((c.key for c in recons.columns), row.values, strict=True))
        assert (told["items"], told["work"]) == (len(items), len(work))
        assert told["size"] == sum(abs(item["amount"]) for item in items)
        assert told["work_size"] == sum(abs(item["amount"]) for item in work)
        assert told["age_1"] == sum(age <= 5 for age in ages)
        assert told["age_6"] == sum(5 < age <= 20 for age in ages)
        assert told["age_21"] == sum(age > 20 for age in ages)
    assert len(listed.rows) == total(recons, "work") > 5
    assert total(classes, "items") == total(recons, "items")
    assert {row.target.partition("/")[0] for row in classes.rows} == {"open"}


def test_an_item_that_a_person_has_settled_is_no_exception_any_more(source: ReportSource) -> None:
    gone = next(item for item in opened(source, "order-settlement") if item["class"] == "missing_right")
    decisions = Decisions(exclusions=(Exclusion(gone["record_key"], "order-settlement", "not ours"),))
    results = Results.of(demo_book(made_once("bench", make_demo) / "book"), decisions)
    before = build_report("exceptions", source, {"work": "yes"}).sections[0]
    with report_source(results, demo_rules(), decisions) as decided:
        after = build_report("exceptions", decided, {"work": "yes"}).sections[0]
        build_report("reconciliation-report", decided)
    assert total(after, "items") == total(before, "items") - 1
    assert total(after, "size") == total(before, "size") - abs(gone["amount"])


def test_exceptions_that_are_not_the_statements_are_refused(source: ReportSource) -> None:
    fewer = f"(SELECT * FROM {source.opens['payout-bank']} WHERE amount < 0)"
    with pytest.raises(InvariantError, match="Payouts and bank"):
        build_report("exceptions", replace(source, opens={**source.opens, "payout-bank": fewer}))


def test_open_before_and_new_less_closed_is_open_after(source: ReportSource) -> None:
    told = {"from": FIRST.isoformat(), "to": LAST.isoformat(), "by": "week"}
    report = build_report("reconciliation-report", source, told)
    summary = next(section for section in report.sections if section.title == "Reconciliations")
    for name in ("order-settlement", "payout-bank"):
        links = source.rows(f"SELECT * FROM {source.all_links[name]}")
        closed_on: dict[str, date] = {}
        for row in links:
            closed_on[row["group_id"]] = max(closed_on.get(row["group_id"], date.min), row["date"])
        parts = [(r["side"], r["date"], closed_on[r["group_id"]], r["allocated"]) for r in links]
        parts += [(r["side"], r["date"], date.max, r["amount"]) for r in opened(source, name) if r["record_key"]]
        for side in ("left", "right"):
            own = [part[1:] for part in parts if part[0] == side]
            before = [amount for day, closed, amount in own if day < FIRST <= closed]
            new = [amount for day, _closed, amount in own if FIRST <= day <= LAST]
            closed = [amount for day, end, amount in own if day <= LAST and FIRST <= end <= LAST]
            after = [amount for day, end, amount in own if day <= LAST < end]
            row = next(r for r in summary.rows if (r.target, r.drill["side"]) == (f"open/{name}", side))
            figures = dict(zip((c.key for c in summary.columns), row.values, strict=True))
            for key, amounts in (("before", before), ("new", new), ("closed", closed), ("after", after)):
                expected = (len(amounts), sum(amounts, D(0)))
                assert (figures[f"{key}_records"], figures[f"{key}_amount"]) == expected, (name, side, key)
    weeks = next(section for section in report.sections if "By week" in section.title)
    assert [row.values[0] for row in weeks.rows] == ["2026-W42", "2026-W43"]
    assert weeks.rows[1].values[1] == weeks.rows[0].values[-2]


def test_imports_are_counted_on_the_day_they_came(source: ReportSource) -> None:
    documents = source.imports
    day = documents[0].imported_at.date()  # type: ignore[union-attr]
    moved = tuple(replace(document, imported_at=datetime(2026, 10, 13, 20, tzinfo=UTC)) for document in documents[:2])
    told = {"from": "2026-10-12", "to": "2026-10-18", "by": "day"}
    imported = build_report("reconciliation-report", replace(source, imports=moved), told).sections[0]
    assert [row.values[:2] for row in imported.rows] == [("2026-10-14", 2)]
    assert total(imported, "rows") == sum(document.accepted for document in moved)
    assert day > LAST


def test_on_the_runs_day_open_after_is_the_statements(source: ReportSource) -> None:
    report = build_report("reconciliation-report", source, {"from": "2026-10-01", "by": "month"})
    assert len(report.controls) == len(source.statements) > 6
    wrong = tuple({**row, "open": row["open"] + D("0.01")} for row in source.statements)
    with pytest.raises(InvariantError, match="open in its statement"):
        build_report("reconciliation-report", replace(source, statements=wrong), {"from": "2026-10-01"})
