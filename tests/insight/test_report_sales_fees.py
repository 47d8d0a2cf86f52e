"""Platform fees and refunds: recomputed in plain Python from the records of the shared demo, to the cent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal as D
from typing import Any

import pytest

from huikuan.insight.reports.base import ReportSource
from huikuan.insight.reports.registry import build_report
from huikuan.records.codes import FEE_TYPES
from huikuan.records.errors import InvariantError

from .demo_source import demo_source
from .test_report_collection_money import CHINA, cells, total

FIRST, LAST = date(2026, 10, 16), date(2026, 10, 31)
SPAN = {"from": FIRST.isoformat(), "to": LAST.isoformat(), "compare": "previous"}
BEFORE = (date(2026, 9, 30), date(2026, 10, 15))


@pytest.fixture(scope="module")
def source() -> Iterator[ReportSource]:
    with demo_source() as made:
        yield made


def settlement_lines(source: ReportSource, first: date, last: date) -> list[dict[str, Any]]:
    lines = source.rows("SELECT * FROM settlement_line WHERE NOT corroborating")
    return [line for line in lines if first <= line["business_date"] <= last]


def test_fees_by_type_and_their_rate(source: ReportSource) -> None:
    report = build_report("platform-fees", source, SPAN)
    cross, types, shops, months = report.sections
    expected: dict[str, list[D]] = defaultdict(lambda: [D(0), D(0)])
    gross = [D(0), D(0)]
    for n, span in enumerate(((FIRST, LAST), BEFORE)):
        for line in settlement_lines(source, *span):
            if line["type"] in FEE_TYPES:
                expected[line["type"]][n] -= line["amount"]
            elif line["type"] in ("sale", "subsidy", "refund"):
                gross[n] += line["amount"]
    found = {row.drill["type"]: row.values[1:4] for row in types.rows}
    assert found == {type_: (now, then, now - then) for type_, (now, then) in expected.items()}
    for row in types.rows:
        assert row.values[types.index("rate")] == (row.values[1] / gross[0]).quantize(D("0.000001"))
    fees = sum(now for now, _then in expected.values())
    assert fees == total(cross, "fees") == total(shops, "fees") == total(months, "fees") > 0
    assert total(shops, "gross") == gross[0] and total(shops, "gross_before") == gross[1]
    assert total(shops, "rate") == (fees / gross[0]).quantize(D("0.000001"))


def test_figures_of_fees_open_their_lines(source: ReportSource) -> None:
    report = build_report("platform-fees", source, {"from": SPAN["from"]})
    cross, seen = report.sections[0], 0
    for row in cross.rows:
        for column, value in zip(cross.columns, row.values, strict=True):
            if column.drill is not None and value:
                asked = {"from": SPAN["from"], **cross.drill, **row.drill, **column.drill}
                (listed,) = build_report(cross.target, source, asked).sections
                assert total(listed, "fee") == value, (row.values[0], column.key)
                seen += 1
    assert seen > 10


def test_fees_that_are_not_the_collections_are_refused(bare: ReportSource) -> None:
    bare.con.execute("CREATE OR REPLACE TEMP VIEW other AS SELECT * REPLACE (fees + 1 AS fees) FROM collection")
    with pytest.raises(InvariantError, match="Fees of known orders"):
        build_report("platform-fees", replace(bare, collection="other"))


def refunds(source: ReportSource, first: date, last: date) -> dict[str, list[Any]]:
    """By shop: sold, orders refunded, refunded before and after shipping, as the order lines tell it."""
    found: dict[str, list[Any]] = defaultdict(lambda: [D(0), set(), D(0), D(0)])
    for line in source.rows("SELECT * FROM order_line WHERE status <> 'unpaid'"):
        full = line["paid"] > 0 and line["refunded"] >= line["paid"]
        if line["status"] == "cancelled" and not full:
            continue
        paid_on = max((line["paid_at"] + CHINA).date(), line["business_date"])
        if first <= paid_on <= last:
            found[line["shop"]][0] += line["paid"] + (0 if line["status"] == "cancelled" else line["platform_borne"])
        ended = line["status"] in ("refunded", "cancelled")
        moment = line["refunded_at"] or (line["closed_at"] if ended else None)
        on = max((moment + CHINA).date() if moment else paid_on, paid_on)
        if line["refunded"] and first <= on <= last:
            shipped = line["shipped_at"] and (moment is None or line["shipped_at"] <= moment)
            found[line["shop"]][1].add(line["order_no"])
            found[line["shop"]][3 if shipped else 2] += line["refunded"]
    return found


def test_refunds_before_and_after_shipping(source: ReportSource) -> None:
    report = build_report("refunds", source, {"from": SPAN["from"], "to": SPAN["to"]})
    shops, days = report.sections
    expected = refunds(source, FIRST, LAST)
    assert cells(shops, "sold", "orders", "before", "after") == {
        shop: (sold, len(orders), before, after) for shop, (sold, orders, before, after) in expected.items()
    }
    refunded = sum(before + after for _sold, _orders, before, after in expected.values())
    assert total(days, "refunded") == total(shops, "refunded") == refunded > 0
    sold = sum(row[0] for row in expected.values())
    assert total(shops, "rate") == (refunded / sold).quantize(D("0.000001"))
    assert total(shops, "before") > 0 and total(shops, "after") > 0


def test_refunds_beside_the_period_before(source: ReportSource) -> None:
    shops = build_report("refunds", source, SPAN).sections[0]
    then = refunds(source, *BEFORE)
    found = cells(shops, "sold_before", "refunded_before", "refunded", "refunded_change")
    for shop, (sold, refunded, now, change) in found.items():
        assert (sold, refunded) == (then[shop][0], then[shop][2] + then[shop][3])
        assert change == now - refunded
    stage = build_report("refunded-orders", source, {"from": SPAN["from"], "stage": "before"}).sections[0]
    whole = build_report("refunds", source, {"from": SPAN["from"]}).sections[0]
    assert total(stage, "amount") == total(whole, "before")


def test_refunds_that_are_not_the_collections_are_refused(bare: ReportSource) -> None:
    bare.con.execute("CREATE OR REPLACE TEMP VIEW less AS SELECT * REPLACE (0.01 AS refunded) FROM collection")
    with pytest.raises(InvariantError, match="Refunded, all days"):
        build_report("refunds", replace(bare, collection="less"))
