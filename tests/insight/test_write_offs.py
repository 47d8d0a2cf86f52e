"""What people wrote off: by reason, shop, person and month, adding up to the decisions' amounts; never across
currencies."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import duckdb
import pytest

from huikuan.insight.reports.base import ReportSource
from huikuan.insight.reports.registry import build_report
from huikuan.insight.reports.tables import ReportTable
from huikuan.insight.reports.write_offs import WriteOff, difference_of
from huikuan.records.decisions import ManualMatch, Member
from huikuan.records.errors import InvariantError


def match(group_id: str, left: str, right: str) -> ManualMatch:
    members = (
        Member("left", f"{group_id}-l", Decimal(left), Decimal(left)),
        Member("right", f"{group_id}-r", Decimal(right), Decimal(right)),
    )
    return ManualMatch(group_id, "order-settlement", members)


MATCHES = (match("a", "100", "90"), match("b", "50", "52.50"), match("c", "20", "0"), match("d", "7", "6"))
ROWS = tuple(
    WriteOff(
        each.group_id, each.reconciliation, shop, currency, "", day, person, reason, "", forced, difference_of(each)
    )
    for each, (shop, currency, day, person, reason, forced) in zip(
        MATCHES,
        (
            ("A", "CNY", date(2026, 9, 30), "Zhou", "fee", False),
            ("A", "CNY", date(2026, 10, 1), "Li", "rounding", False),
            ("B", "CNY", date(2026, 10, 2), "Zhou", "write_off", True),
            ("B", "USD", date(2026, 10, 2), "Zhou", "fee", False),
        ),
        strict=True,
    )
)
SOURCE = ReportSource(duckdb.connect(), "Company", date(2026, 10, 31), write_offs=ROWS, matches=MATCHES)


def sums(report: ReportTable, title: str, currency: str = "CNY") -> dict[str, tuple[object, ...]]:
    (section,) = [each for each in report.sections if (each.title, each.currency) == (title, currency)]
    return {row.values[0]: row.values[1:] for row in section.rows}


def test_every_roll_up_adds_up_to_the_decisions() -> None:
    report = build_report("write_offs", SOURCE)
    assert sums(report, "By reason") == {
        "Write-off": (1, 1, Decimal(20), Decimal(0), Decimal(20)),
        "Fee": (1, 0, Decimal(10), Decimal(0), Decimal(10)),
        "Rounding": (1, 0, Decimal(0), Decimal("-2.50"), Decimal("-2.50")),
    }
    assert sums(report, "By shop or account")["A"] == (2, 0, Decimal(10), Decimal("-2.50"), Decimal("7.50"))
    assert list(sums(report, "By person")) == ["Zhou", "Li"] and sums(report, "By month")["2026-09"][-1] == Decimal(10)
    for section in report.sections:
        told = section.totals()
        assert (
            told is not None
            and told[section.index("difference")] == {"CNY": Decimal("27.50"), "USD": 1}[section.currency]
        )
    assert "27.50 CNY; 1.00 USD" in report.notes[0]


def test_a_span_a_person_and_a_reason_narrow_it() -> None:
    october = build_report("write_offs", SOURCE, {"from": "2026-10-01", "to": "2026-10-31", "person": "Zhou"})
    assert sums(october, "By month")["2026-10"] == (1, 1, Decimal(20), Decimal(0), Decimal(20))
    assert build_report("write_offs", SOURCE, {"reason": "penalty"}).sections == ()


def test_a_list_that_does_not_make_what_was_decided_is_refused() -> None:
    wrong = replace(SOURCE, matches=(match("a", "100", "91"), *MATCHES[1:]))
    with pytest.raises(InvariantError):
        build_report("write_offs", wrong)
