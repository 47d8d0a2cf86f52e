"""The report of the fee audit: its totals are those of the open rows of the run, to the cent."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import duckdb
import pytest

from huikuan.insight.collection.claim import Claimed
from huikuan.insight.reports.base import ReportSource
from huikuan.insight.reports.registry import build_report
from huikuan.insight.words import because
from huikuan.recons.order_settlement import ORDER_SETTLEMENT
from huikuan.records.rules import FeeRate, Rules
from tests.engine.build import AS_OF, day, money, order, rows, run, settled

RATE = FeeRate("S", "commission", Decimal("0.05"), tolerance=Decimal("0.02"))


def charged(no: str, *fees: str | int, **fields: Any) -> list[dict[str, Any]]:
    lines = [settled(no, fee, "commission") for fee in fees]
    return [order(no, 100, **fields), settled(no, 100), *lines]


@pytest.fixture(scope="module")
def outcome() -> Any:
    records = [
        *charged("A", "-5.01"),
        *charged("B", "-6.50", business_date=day(7)),
        *charged("C", -4),
        *charged("E", -5, refunded=40), settled("E", -40, "refund"),
    ]  # fmt: skip
    return run(ORDER_SETTLEMENT, records, Rules(fee_rates=(RATE,)))


@pytest.fixture
def source(outcome: Any) -> ReportSource:
    con = duckdb.connect()
    for name, table in (("links", outcome.links), ("opened", outcome.open), ("audit", outcome.audit)):
        con.register(name, table.to_pyarrow())
    return ReportSource(
        con, "禾屿家居", AS_OF, Rules(fee_rates=(RATE,)), order_links="links", order_open="opened", order_audit="audit"
    )


def column(section: Any, key: str) -> list[Any]:
    return [row.values[section.index(key)] for row in section.rows]


def test_totals_agree_with_the_open_rows_to_the_cent(source: ReportSource, outcome: Any) -> None:
    figures, claims = build_report("fee_audit", source).sections
    opened = -sum(row["amount"] for row in rows(outcome.open) if row["class"] in ("fee_rate", "fee_not_returned"))
    assert claims.totals()[claims.index("claim")] == opened == Decimal("2.50")
    totals = dict(zip((c.key for c in figures.columns), figures.totals(), strict=True))
    assert totals["difference"] == opened + totals["within"]
    assert (totals["charged"], totals["expected"], totals["within"]) == (money("20.51"), money(18), money("0.01"))
    assert (totals["orders"], totals["concerned"], totals["base"]) == (4, 3, money(360))


def test_claims_say_what_they_are_made_of(source: ReportSource) -> None:
    claims = build_report("fee_audit", source).sections[1]
    told = {row[0]: row[3:9] for row in (row.values for row in claims.rows)}
    assert told["B"] == ("Fee differs", "Commission", money(100), money(5), money("6.50"), money("1.50"))
    assert told["C"] == ("Fee differs", "Commission", money(100), money(5), money(4), money(-1))
    assert told["E"] == ("Fee not returned", "Commission", money(60), money(3), money(5), money(2))


def test_a_period_and_a_shop_choose_orders_by_their_day(source: ReportSource) -> None:
    figures, claims = build_report("fee_audit", source, {"from": "2026-10-06", "shop": "S"}).sections
    assert (column(claims, "order_no"), column(figures, "orders")) == (["B"], [1])
    assert build_report("fee_audit", source, {"shop": "T"}).sections == ()


def test_claims_are_marked_and_filtered_by_what_was_claimed(source: ReportSource) -> None:
    day = date(2026, 10, 20)
    claimed = replace(source, claimed=(Claimed("S", "B", "CNY", day), Claimed("T", "C", "CNY", day)))

    def listed(wanted: str) -> dict[str, Any]:
        claims = build_report("fee_audit", claimed, {"claimed": wanted}).sections[1]
        return dict(zip(column(claims, "order_no"), column(claims, "claimed_on"), strict=True))

    assert listed("") == {"B": day, "C": None, "E": None}
    assert (listed("any"), listed("none")) == ({"B": day}, {"C": None, "E": None})
    report = build_report("fee_audit", claimed, {"claimed": "none"})
    assert ("Claim list", "Not claimed yet") in report.facts
    assert report.sections[0] == build_report("fee_audit", claimed).sections[0]


def test_without_a_rate_card_the_report_says_so(source: ReportSource) -> None:
    report = build_report("fee_audit", replace(source, order_audit=""))
    assert report.notes[0] == "No shop has a rate card. Enter the rates of its contract under Rules, then reconcile."


def test_evidence_in_words_and_figures(outcome: Any) -> None:
    told = {row["order_no"]: because(row["evidence"]) for row in rows(outcome.open)}
    assert told["B"] == (
        "Commission: 6.50 charged, but 5% of 100.00 makes 5.00 (rate of the beginning): 1.50 too much."
    )
    assert told["C"].endswith("1.00 too little.")
    assert told["E"] == (
        "Commission: 40.00 was refunded, so that at 5% (rate of the beginning) 2.00 was to come back; 0.00 came. "
        "Charged 5.00, due 3.00: 2.00 to claim."
    )
