"""Ageing, overdue list, days to collect: figures recomputed in plain Python over the shared demo, to the cent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal as D
from typing import Any

import pytest

from huikuan.insight.periods import compared_span, spans
from huikuan.insight.reports.base import ReportSource
from huikuan.insight.reports.registry import build_report
from huikuan.pipeline.reporting import DAY_TABLES
from huikuan.records.errors import InvariantError, UserError

from .demo_source import demo_source

CHINA = timedelta(hours=8)


@pytest.fixture(scope="module")
def source() -> Iterator[ReportSource]:
    with demo_source() as made:
        yield made


@pytest.fixture(scope="module")
def orders(source: ReportSource) -> list[dict[str, Any]]:
    return source.rows(f"SELECT * FROM {source.collection}")


def cells(section: Any, *keys: str) -> dict[Any, tuple[Any, ...]]:
    """The rows of a section: first cell -> these columns."""
    return {row.values[0]: tuple(row.values[section.index(key)] for key in keys) for row in section.rows}


def total(section: Any, key: str) -> Any:
    return section.totals()[section.index(key)]


def outstanding(order: dict[str, Any]) -> D:
    return order["receivable"] - order["collected"] - order["written_off"]


@pytest.mark.parametrize("basis", ["expected", "due"])
def test_ageing_adds_up_to_the_receivable_and_ages_by_its_date(
    source: ReportSource, orders: list[dict[str, Any]], basis: str
) -> None:
    report = build_report("receivables-ageing", source, {"basis": basis, "buckets": "5, 12"})
    (section,) = report.sections
    expected: dict[str, dict[str, D]] = defaultdict(lambda: defaultdict(D))
    for order in orders:
        line, date_of = expected[order["shop"]], order["expected_date" if basis == "expected" else "due_date"]
        days = (source.as_of - date_of).days if date_of else 0
        waiting = order["not_due"] + order["overdue"]
        if waiting > 0 and days > 0 and (basis == "expected" or order["overdue"]):
            line["past_1" if days <= 5 else "past_6" if days <= 12 else "past_13"] += waiting
        else:
            line["not_due"] += waiting
        line["in_transit"] += order["in_transit"]
        line["in_wallets"] += order["settled"] - order["collected"] - order["in_transit"]
        line["total"] += outstanding(order)
    keys = ("not_due", "in_wallets", "in_transit", "past_1", "past_6", "past_13", "total")
    assert cells(section, *keys) == {
        shop: tuple(line[key] for key in keys) for shop, line in expected.items() if line["total"]
    }
    assert total(section, "total") == sum(map(outstanding, orders)) == report.controls[0].expected
    assert sum(line["past_13"] for line in expected.values()) > 0


def test_a_platform_is_its_shops_together(source: ReportSource) -> None:
    by_shop, by_platform = (build_report("receivables-ageing", source, {"by": by}) for by in ("shop", "platform"))
    assert by_shop.sections[0].totals()[1:] == by_platform.sections[0].totals()[1:]
    assert [row.values[0] for row in by_platform.sections[0].rows] == ["tmall"]


def test_what_a_figure_of_the_ageing_opens_adds_up_to_it(source: ReportSource) -> None:
    (section,) = build_report("receivables-ageing", source).sections
    row, seen = section.rows[0], 0
    for column, value in zip(section.columns[1:], row.values[1:], strict=True):
        listed = build_report(section.target, source, {**section.drill, **row.drill, **column.drill}).sections
        assert (total(listed[1], "amount") if listed else D(0)) == value, column.key
        seen += bool(value)
    assert seen > 5


def test_the_overdue_list_by_the_due_date_is_the_collections_overdue(
    source: ReportSource, orders: list[dict[str, Any]]
) -> None:
    report = build_report("overdue", source, {"basis": "due"})
    shops, listed = report.sections
    late = {order["order_no"]: order for order in orders if order["overdue"]}
    assert {row.values[0]: row.values[-1] for row in listed.rows} == {no: o["overdue"] for no, o in late.items()}
    assert total(shops, "orders") == len(late) > 0
    assert [c.label for c in report.controls] == ["Total of the list", "Past in all"]
    days = [row.values[listed.index("days")] for row in listed.rows]
    assert days == sorted(days, reverse=True)


def test_days_to_collect_are_those_of_the_orders(source: ReportSource, orders: list[dict[str, Any]]) -> None:
    first, last = date(2026, 10, 16), date(2026, 10, 31)
    days: dict[str, list[int]] = defaultdict(list)
    before: dict[str, list[int]] = defaultdict(list)
    money = D(0)
    for order in orders:
        if order["status"] != "collected" or not order["collected"] or not order["paid_at"]:
            continue
        taken = (order["collected_on"] - (order["paid_at"] + CHINA).date()).days
        if first <= order["collected_on"] <= last:
            days[order["shop"]].append(taken)
            money += order["collected"]
        elif date(2026, 9, 30) <= order["collected_on"] < first:
            before[order["shop"]].append(taken)
    told = {"from": first.isoformat(), "to": last.isoformat(), "compare": "previous"}
    shops, spread = build_report("days-to-collect", source, told).sections

    def quantile(numbers: list[int], part: float) -> int:
        return sorted(numbers)[max(-int(-len(numbers) * part // 1), 1) - 1]

    keys = ("orders", "least", "quarter", "median", "upper", "most", "orders_before", "median_before")
    found = cells(shops, *keys)
    for shop, numbers in days.items():
        quarters = [quantile(numbers, part) for part in (0.25, 0.5, 0.75)]
        then = before[shop]
        assert found[shop] == (
            len(numbers), min(numbers), *quarters, max(numbers), len(then), quantile(then, 0.5) if then else None
        )  # fmt: skip
    assert total(spread, "orders") == sum(map(len, days.values())) == found["All shops"][0] > 50
    assert total(spread, "collected") == money


def test_a_report_that_does_not_balance_is_refused(bare: ReportSource) -> None:
    bare.con.execute(
        f"CREATE OR REPLACE TEMP TABLE broken AS SELECT * REPLACE (CASE WHEN row_number() OVER () = 1 "
        f"THEN receivable + 0.01 ELSE receivable END AS receivable) FROM {bare.collection}"
    )
    with pytest.raises(InvariantError, match=r"does not balance.*Ageing total"):
        build_report("receivables-ageing", replace(bare, collection="broken"))


@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("collection-summary", {"from": "2026-10-01", "compare": "previous", "by": "week"}),
        ("receivables-ageing", {"basis": "due"}),
        ("overdue", {}),
        ("receivables", {"place": "in_wallets"}),
        ("days-to-collect", {"start": "shipped", "from": "2026-10-05"}),
        ("receivables-roll-forward", {"by": "day"}),
        ("platform-fees", {"by": "day", "from": "2026-10-02"}),
        ("refunds", {"from": "2026-10-03", "by": "week"}),
        ("receivable-movements", {"from": "2026-10-20"}),
        ("wallet-roll-forward", {"from": "2026-10-10"}),
        ("settlement-differences", {"to": "2026-10-15"}),
        ("reconciliation-report", {"from": "2026-10-05"}),
        ("sales-comparison", {"from": "2026-10-16", "to": "2026-10-31"}),
        ("net-income", {"from": "2026-10-05", "to": "2026-10-25"}),
        ("vouchers", {"from": "2026-10-05", "recognised": "paid", "by": "month"}),
    ],
)
def test_the_tables_of_a_run_say_what_reports_make_themselves(
    source: ReportSource, bare: ReportSource, name: str, params: dict[str, str]
) -> None:
    assert set(source.tables) == set(DAY_TABLES)
    build_report(name, source, params)
    with demo_source() as later:
        told = build_report(name, later, params)
    assert told.sections
    assert told == build_report(name, bare, params)


@pytest.mark.parametrize("buckets", ["7,3", "0,3", "a", "3,3", ","])
def test_age_groups_must_rise(source: ReportSource, buckets: str) -> None:
    with pytest.raises(UserError, match="are no age groups"):
        build_report("receivables-ageing", source, {"buckets": buckets})


def test_a_period_is_compared_with_the_one_before() -> None:
    assert compared_span(date(2026, 1, 1), date(2026, 3, 31), "previous") == (date(2025, 10, 1), date(2025, 12, 31))
    assert compared_span(date(2026, 3, 1), date(2026, 3, 1), "previous") == (date(2026, 2, 28),) * 2
    weeks = list(spans(date(2026, 10, 1), date(2026, 10, 12), "week"))
    assert weeks[0] == (date(2026, 10, 1), date(2026, 10, 4)) and weeks[-1] == (date(2026, 10, 12),) * 2
